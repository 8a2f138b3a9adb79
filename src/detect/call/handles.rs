//! Takes the handles of elements out of the page that an answer shows: each answer may number them anew.

use super::tokens::PLACEHOLDER;

/// What stands before a handle in the pages that tools for browsers show: Playwright's `[ref=e12]`, Chrome's `uid=3_12`.
const MARKS: [&str; 2] = ["ref=", "uid="];
/// The longest handle, in bytes.
const LONGEST: usize = 16;

/// A page with a placeholder for each handle; `None` if there is none.
pub(super) fn without_handles(page: &str) -> Option<String> {
    let mark = MARKS.into_iter().find(|mark| find(page, mark).is_some())?;
    let (mut plain, mut rest, mut found) = (String::with_capacity(page.len()), page, false);
    while let Some(at) = find(rest, mark) {
        let (before, behind) = rest.split_at(at + mark.len());
        let length = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != PLACEHOLDER);
        let handle = &behind[..length.unwrap_or(behind.len())];
        // No other attribute, and no parameter of an address.
        let stands_alone = before[..at].chars().next_back().is_none_or(|c| c == '[' || c.is_whitespace());
        let is_handle = stands_alone
            && handle.len() <= LONGEST
            && handle.contains(|c: char| c.is_ascii_digit() || c == PLACEHOLDER);
        plain.push_str(before);
        if is_handle {
            plain.push(PLACEHOLDER);
        } else {
            plain.push_str(handle);
        }
        found |= is_handle;
        rest = &behind[handle.len()..];
    }
    plain.push_str(rest);
    found.then_some(plain)
}

fn find(text: &str, mark: &str) -> Option<usize> {
    memchr::memmem::find(text.as_bytes(), mark.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_say_nothing() {
        assert_eq!(
            without_handles("- button \"Save\" [ref=e12] - alert [ref=s3e5]: Full").as_deref(),
            Some("- button \"Save\" [ref=#] - alert [ref=#]: Full")
        );
        assert_eq!(without_handles("uid=3_1 RootWebArea uid=3_#").as_deref(), Some("uid=# RootWebArea uid=#"));
        for text in ["href=a1", "https://a.example/?ref=e12", "[ref=main]", "no page"] {
            assert_eq!(without_handles(text), None, "{text}");
        }
    }
}

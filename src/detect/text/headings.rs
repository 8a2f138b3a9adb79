//! Finds the headings of a text that an agent drafts in its answer, by which a later version of it is known.

use super::phrases::fold;

/// How many are kept, and how long one may be, in bytes.
const MOST: usize = 16;
const LONGEST: usize = 120;
/// Headings of reports on work, which any two answers may share.
#[rustfmt::skip]
const OF_REPORTS: [&str; 26] = [
    "summary", "changes", "change", "what changed", "changes made", "result", "results", "next steps", "verification", "tests", "testing", "notes", "note", "overview", "files changed",
    "files", "conclusion", "findings", "status", "details", "root cause", "fix", "zusammenfassung", "résumé", "resumen", "总结",
];

/// The headings of a text, folded, without those of reports: lines that begin with `#`, and those in bold.
pub(crate) fn headings(text: &str) -> Vec<String> {
    let heading = |line: &str| {
        let line = line.trim();
        let bold = line.strip_prefix("**").and_then(|line| line.trim_end_matches(':').strip_suffix("**"));
        let marked =
            line.strip_prefix('#').map(|line| line.trim_start_matches('#')).filter(|line| line.starts_with(' '));
        let name = fold(bold.or(marked).filter(|name| name.len() <= LONGEST)?.trim().trim_end_matches(':'));
        (name.contains(char::is_alphabetic) && !OF_REPORTS.contains(&&*name)).then_some(name)
    };
    text.lines().filter_map(heading).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_drafts() {
        let text = "Here it is:\n\n## 4. Data we keep\nWe keep **little**.\n\n**Cookies:**\nNone.\n\n## Summary\n#tag";
        assert_eq!(headings(text), ["4. data we keep", "cookies"]);
        assert_eq!(headings("**Cookies**\nNone."), ["cookies"]);
    }
}

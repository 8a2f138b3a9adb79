//! A regular expression of `--secret-pattern`. It may quote the secret that it masks, so no error shows it.

use regex::Regex;

/// Parses a pattern. Errors say what is wrong and where, without showing the pattern.
pub(super) fn secret_pattern(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| fault(&error))
}

/// The fault alone: the parser prints the pattern, a caret below the place in it, and then the fault.
fn fault(error: &regex::Error) -> String {
    if let regex::Error::CompiledTooBig(limit) = error {
        return format!("the regular expression needs more than {limit} bytes once compiled");
    }
    let text = error.to_string();
    let is_of_one_line = !text.contains("\n~~~");
    let (mut place, mut what) = (String::new(), "not a regular expression");
    for line in text.lines() {
        if let Some(said) = line.strip_prefix("error: ") {
            what = said;
        } else if is_of_one_line && line.ends_with('^') && line.bytes().all(|byte| matches!(byte, b' ' | b'^')) {
            // A pattern of one line stands four columns to the right.
            place = format!(" at character {}", line.find('^').unwrap_or_default().saturating_sub(3));
        }
    }
    format!("{what}{place}; the pattern is not shown, as it may hold a secret")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong_without_the_pattern() {
        for (pattern, says) in [
            ("canary(", "unclosed group at character 7"),
            ("canary[", "unclosed character class at character 7"),
            ("^canary**(", "at character"),
            ("  ^  *canary+{2,1}", "at character 14"),
            ("(?x)canary\ncanary(", "unclosed group; the pattern"),
            (r"canary\p{Canary}", "Unicode property not found at character 7"),
            ("(canary{1000}){1000}", "once compiled"),
        ] {
            let said = secret_pattern(pattern).unwrap_err();
            assert!(said.contains(says) && !said.to_lowercase().contains("canary"), "{pattern}: {said}");
        }
        assert!(secret_pattern("canary-[0-9]+").is_ok());
    }
}

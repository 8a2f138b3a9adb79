//! Reads from the output of a fixer how much it left.

use super::counts;
use super::lines::each_line;

/// Words that tell of what was mended, or could be: what is counted with them is not left.
const MENDED: [&str; 5] = [" fixed", "fixable", " corrected", "auto-correct", "autocorrect"];

/// How many complaints the last summary of a fixer counts that it did not mend; `None` if none counts any.
pub(crate) fn remainder(output: &str) -> Option<u32> {
    let mut left = None;
    each_line(output, |line| {
        let lower = line.to_ascii_lowercase();
        let is_mended = MENDED.iter().any(|word| lower.contains(word)) && !lower.contains("unfixable");
        let counted = counts::left(line).or_else(|| counts::read(line).filter(|_| !is_mended));
        left = counted.and_then(|counts| counts.failed).or(left);
    });
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fixers_leave() {
        for (output, expected) in [
            ("a.py:3:5: F821 Undefined name `x`\nFound 14 errors (13 fixed, 1 remaining).", Some(1)),
            ("Found 3 errors (3 fixed, 0 remaining).", Some(0)),
            ("Found 5 errors (2 fixed, 3 remaining).\n[*] 2 fixable with the `--fix` option.", Some(3)),
            ("31 files inspected, 7 offenses detected, 5 offenses corrected", Some(2)),
            ("2 files inspected, 1 offense detected, 1 offense corrected", Some(0)),
            ("\u{2716} 9 problems (5 errors, 4 warnings)", Some(5)),
            ("\u{2716} 4 problems (0 errors, 4 warnings)\n  0 errors and 2 warnings potentially fixable", Some(0)),
            ("1 fixable linting violations found\n== [a.sql] FIXED\ndone [1 file]", None),
            ("[2 unfixable linting violations found]", Some(2)),
            ("Checked 9 files in 14ms. Fixed 1 file.", None),
            ("1 file reformatted, 8 files left unchanged.", None),
            ("docs/api.md 41ms", None),
            ("", None),
        ] {
            assert_eq!(remainder(output), expected, "{output}");
        }
    }
}

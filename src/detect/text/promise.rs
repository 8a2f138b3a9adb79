//! Recognizes the promise: the line that the user told the agent to write when the work is done.

use super::ending_phrases;
use super::phrases::fold;
use regex::Regex;

/// Whether the last line that is not empty is the promise of `pattern`, the whole of it: not in code or a
/// quotation, not after a line that announces or denies it.
pub(crate) fn promised(text: &str, pattern: &Regex) -> bool {
    let mut fence: Option<&str> = None;
    let (mut last, mut before) = ("", "");
    for line in text.lines() {
        let trimmed = line.trim();
        match ["```", "~~~"].into_iter().find(|marker| trimmed.starts_with(marker)) {
            Some(marker) if fence == Some(marker) => fence = None,
            Some(marker) if fence.is_none() => fence = Some(marker),
            _ => {}
        }
        if !trimmed.is_empty() {
            (before, last) = (last, line);
        }
    }
    let indented = last.starts_with("    ") || last.starts_with('\t');
    let line = last.trim();
    if fence.is_some() || indented || line.starts_with('>') {
        return false;
    }
    // In one pair of backticks, as agents write what they were told to write.
    let code = line.strip_prefix('`').and_then(|line| line.strip_suffix('`')).filter(|line| !line.contains('`'));
    let line = code.unwrap_or(line);
    let bare = line.trim_matches(['*', '_', ' ']);
    let whole = [line, bare, bare.trim_end_matches(['.', '!', ' '])].iter().any(|line| {
        pattern.find(line).is_some_and(|hit| hit.start() == 0 && hit.end() == line.len() && !hit.is_empty())
    });
    let before = fold(before);
    whole && !(before.ends_with([':', '：']) && ending_phrases::NOT_PROMISED.is_in(&before))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_promise_is_the_last_line() {
        let pattern = Regex::new("<promise>DONE</promise>").unwrap();
        for (text, expected) in [
            ("Works.\n<promise>DONE</promise>", true),
            ("<promise>DONE</promise>\n\n  ", true),
            ("Works.\n\n**<promise>DONE</promise>**", true),
            ("Done:\n<promise>DONE</promise>.", true),
            ("I will output <promise>DONE</promise> when all pass.", false),
            ("I will not output\n<promise>DONE</promise> yet", false),
            ("not yet: <promise>DONE</promise>", false),
            ("When all tests pass I will output:\n<promise>DONE</promise>", false),
            ("I cannot say this yet:\n\n<promise>DONE</promise>", false),
            ("Erst wenn alles läuft, schreibe ich:\n<promise>DONE</promise>", false),
            ("```\n<promise>DONE</promise>\n```", false),
            ("```\n<promise>DONE</promise>", false),
            ("~~~\n```\n<promise>DONE</promise>", false),
            ("> <promise>DONE</promise>", false),
            ("All pass.\n\n`<promise>DONE</promise>`", true),
            ("I will write this then:\n`<promise>DONE</promise>`", false),
            ("``<promise>DONE</promise>", false),
            ("`<promise>DONE</promise>` comes later", false),
            ("Here is the promise:\n\n<promise>DONE</promise>", true),
            ("    <promise>DONE</promise>", false),
            ("<promise>DONE</promise>\nTwo tests fail.", false),
            ("- <promise>DONE</promise>", false),
            ("\"<promise>DONE</promise>\"", false),
            ("", false),
        ] {
            assert_eq!(promised(text, &pattern), expected, "{text}");
        }
        assert!(!promised("x\n", &Regex::new("z*").unwrap()), "a promise is not empty");
    }

    proptest! {
        #[test]
        fn reads_any_text(text in "(DONE|```|\n|> | |\\PC){0,60}") {
            let _ = promised(&text, &Regex::new("DONE").unwrap());
        }
    }
}

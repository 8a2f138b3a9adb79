//! Completes a text that was cut in the middle of a value: the end of a text ends the value, too.

use super::around::text_from;

/// How much of the end of a text is looked at, in bytes.
const TAIL: usize = 2048;

/// Where the last lines of a text begin, and what they may have been before the text was cut: with the quote, the cell
/// or the element closed that is open at its end. `None` if nothing is open.
pub fn completed(text: &str) -> Option<(usize, String)> {
    let floor = text.floor_char_boundary(text.len().saturating_sub(TAIL));
    let start = if floor == 0 { 0 } else { floor + text[floor..].find('\n')? + 1 };
    let tail = text_from(text, start, TAIL);
    let line = tail.rsplit('\n').next().filter(|line| !line.trim().is_empty())?;
    let quote = ['"', '\'', '`'].into_iter().find(|quote| is_open(line, *quote));
    // `Vec<Token>` is no element.
    let opens = |open: usize| !line[..open].ends_with(char::is_alphanumeric);
    let element = line
        .rfind('>')
        .is_some_and(|at| line.rfind('<').is_some_and(|open| open < at && opens(open)) && at + 1 < line.len());
    let closing = match quote {
        Some(quote) if line.contains('(') => format!("{quote})"),
        Some(quote) => quote.to_string(),
        None if element => "</a>".to_owned(),
        None if line.contains('|') && !line.trim_end().ends_with('|') => " |".to_owned(),
        None if line.contains('│') && !line.trim_end().ends_with('│') => " │".to_owned(),
        None => return None,
    };
    Some((start, format!("{tail}{closing}")))
}

/// Whether a quote is open at the end of a line. The apostrophe of a word is none.
fn is_open(line: &str, quote: char) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let counts = |at: usize| {
        let (before, behind) = (&line[..at], &line[at + quote.len_utf8()..]);
        let in_word = is_letter(before.chars().next_back()) && is_letter(behind.chars().next());
        let is_escaped = before.ends_with('\\');
        !(is_escaped || quote == '\'' && in_word)
    };
    line.match_indices(quote).filter(|(at, _)| counts(*at)).count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closes_what_is_open() {
        for (cut, whole) in
            [("f('ab", "f('ab')"), ("| a | b", "| a | b |"), ("x\n<a>b", "x\n<a>b</a>"), ("don't \"a", "don't \"a\"")]
        {
            assert_eq!(completed(cut), Some((0, whole.to_owned())));
        }
        for whole in ["", "a", "it's", "f('ab')\n", "| a |", "\"a\""] {
            assert_eq!(completed(whole), None, "{whole}");
        }
    }
}

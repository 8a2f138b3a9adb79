//! Finds strings that contain a text with its own structure, such as JSON that quotes a file or an output.

use serde_json::Value;
use std::ops::Range;

/// The shortest string of several words that is read by itself, in bytes.
const SENTENCE: usize = 12;

/// The insides of the strings in double quotes that have line breaks, quotes, letters by their number or several words, ascending.
pub fn escaped(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(open) = text[at..].find('"').map(|quote| at + quote) {
        let start = open + 1;
        let mut escapes = false;
        let mut letters = text[start..].bytes().enumerate();
        let end = loop {
            match letters.next() {
                Some((_, b'\\')) => {
                    escapes |= matches!(letters.next(), Some((_, b'n' | b'"' | b'u')));
                }
                Some((end, b'"')) => break Some(start + end),
                Some((_, b'\n')) | None => break None,
                Some(_) => {}
            }
        };
        // A quote that is not closed in its line begins nothing.
        let Some(end) = end else {
            let Some(line) = text[start..].find('\n') else {
                return found;
            };
            at = start + line;
            continue;
        };
        if escapes || end - start >= SENTENCE && text[start..end].contains(' ') {
            found.push(start..end);
        }
        at = end + 1;
    }
    found
}

/// The next string at or after `at`, with its quotes.
pub fn next_string(line: &str, at: usize) -> Option<Range<usize>> {
    let start = at + line[at..].find('"')?;
    let mut escaped = false;
    let end = line[start + 1..].bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    Some(start..start + end + 2)
}

/// Calls `see` with each string below a value, and the name of its member.
pub fn each_in_json<'a>(value: &'a Value, name: &'a str, see: &mut impl FnMut(&'a str, &'a str)) {
    match value {
        Value::String(text) => see(name, text),
        Value::Array(all) => all.iter().for_each(|one| each_in_json(one, name, see)),
        Value::Object(members) => members.iter().for_each(|(name, one)| each_in_json(one, name, see)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_strings_with_escapes() {
        let inside = |text: &str| escaped(text).into_iter().map(|range| text[range].to_owned()).collect::<Vec<_>>();
        assert_eq!(inside(r#"{"a":"b","c":"d\ne","f":"\"g\""}"#), [r"d\ne", r#"\"g\""#]);
        assert_eq!(inside("a \"b\n\"c\\nd\" \"e"), [r"c\nd"]);
        assert_eq!(inside(r#"{"a":"tool login joe"}"#), ["tool login joe"]);
        assert_eq!(inside(r#"no "strings" here \n"#), [""; 0]);
    }
}

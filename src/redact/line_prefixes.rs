//! Finds what tools write in front of each line of a text: its number, its file, the time, the sign of a difference.
//!
//! An ambiguous prefix counts only if the next line continues it: `1: ` and then `2: `.

use std::ops::Range;

/// The longest name of a file in front of a line, in bytes.
const FILE: usize = 256;

/// What stands in front of a line.
#[derive(PartialEq, Eq)]
enum Mark<'a> {
    /// The line's number.
    Number(u64),
    /// The file and the line's number, as `grep -n` has them.
    Place(&'a str, u64),
    /// When it was logged.
    Time,
    /// The `>` of a quotation.
    Quote,
}

impl Mark<'_> {
    /// Whether a mark is one also on a single line, as it is written: nothing else looks like it.
    fn stands_alone(&self, written: &str) -> bool {
        match self {
            Self::Number(_) => written.ends_with('\t'),
            Self::Place(file, _) => file.contains('/'),
            Self::Time => written.contains('-'),
            Self::Quote => false,
        }
    }

    /// Whether this mark goes on where another ended.
    fn follows(&self, before: &Self) -> bool {
        match (self, before) {
            (Self::Number(number), Self::Number(last)) => last.checked_add(1) == Some(*number),
            (Self::Place(file, number), Self::Place(same, last)) => file == same && number > last,
            (Self::Time, Self::Time) | (Self::Quote, Self::Quote) => true,
            _ => false,
        }
    }
}

/// Where the marks of lines are, ascending.
pub fn find(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut start) = (Vec::new(), 0);
    // The mark of the line before and where it is, until it is known that it counts.
    let (mut before, mut waiting) = (None::<Mark<'_>>, None::<Range<usize>>);
    let (mut in_difference, mut begins) = (false, false);
    for line in text.split_inclusive('\n') {
        let is_hunk = line.starts_with("@@ ");
        in_difference = is_hunk || in_difference && line.starts_with(['+', '-', ' ', '\n', '\r', '\\']);
        let signed = in_difference && line.starts_with(['+', '-', ' ']);
        if signed {
            found.push(start..start + 1);
        }
        let marked = if in_difference { None } else { mark(line) };
        let goes_on = marked.as_ref().zip(before.as_ref()).is_some_and(|((mark, _), before)| mark.follows(before));
        let range = marked.as_ref().map(|(_, length)| start..start + length);
        if goes_on || begins || marked.as_ref().is_some_and(|(mark, length)| mark.stands_alone(&line[..*length])) {
            found.extend(waiting.take().filter(|_| goes_on));
            found.extend(range);
            waiting = None;
        } else {
            waiting = range;
        }
        // OpenCode numbers the lines of a file between these.
        begins = matches!(line.trim_end(), "<content>" | "<file>");
        before = marked.map(|(mark, _)| mark);
        start += line.len();
    }
    found
}

/// What stands in front of a line, and its length.
fn mark(line: &str) -> Option<(Mark<'_>, usize)> {
    match line.as_bytes().first()? {
        b'>' => Some((Mark::Quote, if line.starts_with("> ") { 2 } else { 1 })),
        b'[' | b'0'..=b'9' | b' ' => number(line).or_else(|| time(line)),
        _ => place(line),
    }
}

/// A number as `read` and `cat -n` write it.
fn number(line: &str) -> Option<(Mark<'_>, usize)> {
    /// How wide `cat -n` makes its column.
    const COLUMN: usize = 6;
    let digits = line.trim_start_matches(' ');
    let indent = line.len() - digits.len();
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    let number = digits[..length].parse().ok()?;
    let rest = &digits[length..];
    let sign = match () {
        () if indent == 0 && rest.starts_with(": ") => 2,
        () if indent == 0 && rest.starts_with(':') => 1,
        () if indent + length >= COLUMN && rest.starts_with('\t') => 1,
        () if indent == 0 && digits.starts_with('0') && rest.starts_with("| ") => 2,
        () => return None,
    };
    Some((Mark::Number(number), indent + length + sign))
}

/// The time of a line in a log, and the stream that a container wrote it to.
fn time(line: &str) -> Option<(Mark<'_>, usize)> {
    let open = usize::from(line.starts_with('['));
    let digits = |at: usize, count: usize| {
        line.as_bytes().get(at..at + count).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let sign = |at: usize| line.as_bytes().get(at).copied().unwrap_or_default();
    let has_date = digits(open, 4) && sign(open + 4) == b'-' && digits(open + 5, 2) && digits(open + 8, 2);
    let at = if has_date { open + 11 } else { open };
    if has_date && !matches!(sign(open + 10), b'T' | b' ')
        || !digits(at, 2)
        || sign(at + 2) != b':'
        || !digits(at + 3, 2)
    {
        return None;
    }
    let mut length = at + line.get(at..)?.find(' ')? + 1;
    for stream in ["stdout F ", "stderr F ", "stdout P ", "stderr P "] {
        length += if line[length..].starts_with(stream) { stream.len() } else { 0 };
    }
    Some((Mark::Time, length))
}

/// A file and a number, as `grep -n` writes them.
fn place(line: &str) -> Option<(Mark<'_>, usize)> {
    let colon = line.bytes().take(FILE).position(|byte| matches!(byte, b':' | b' ' | b'\t'))?;
    let (file, rest) = (&line[..colon], line[colon..].strip_prefix(':')?);
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let number = rest[..length].parse().ok()?;
    (file.contains(['/', '.']) && rest[length..].starts_with(':'))
        .then_some((Mark::Place(file, number), colon + length + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(text: &str) -> String {
        let mut rest = text.to_owned();
        find(text).into_iter().rev().for_each(|range| rest.replace_range(range, ""));
        rest
    }

    #[test]
    fn finds_what_goes_on_from_line_to_line() {
        for (text, plain) in [
            ("1: a\n2: \n3:   b: 1\n", "a\n\n  b: 1\n"),
            ("<content>\n1: a\n</content>", "<content>\na\n</content>"),
            ("00009| a\n00010| b", "a\nb"),
            ("     9\ta\n    10\tb", "a\nb"),
            ("src/a.rs:3:x\nsrc/a.rs:7:  y\n", "x\n  y\n"),
            ("2026-11-20T10:00:00Z stdout F a\n2026-11-20T10:00:01Z stdout F  b", "a\n b"),
            ("[10:00:01] a\n[10:00:02] b", "a\nb"),
            ("--- a\n+++ b\n@@ -1 +1,2 @@\n-x\n+  y\n z\nend", "--- a\n+++ b\n@@ -1 +1,2 @@\nx\n  y\nz\nend"),
            ("> a\n> b", "a\nb"),
        ] {
            assert_eq!(without(text), plain);
        }
    }

    #[test]
    fn leaves_what_lines_begin_with_by_themselves() {
        for text in [
            "1: a",
            "1\tjoe\tx\n2\tann\ty",
            "3: a\n7: b",
            "db.example:5432:a:b:c\ndb.example:5432:d:e:f",
            "a 10:00\nb 11:00",
            "- a\n- b\n+ c",
        ] {
            assert_eq!(without(text), text);
        }
    }
}

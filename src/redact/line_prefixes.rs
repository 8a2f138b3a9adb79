//! Finds what tools write in front of each line of a text: its number, its file, the time, who wrote it, the sign of a
//! comment or a difference; and the `$` that `cat -A` writes behind it.
//!
//! An ambiguous prefix counts only if the next line continues it: `1: ` and then `2: `.

use std::ops::Range;

/// The longest name of a file in front of a line, in bytes.
const FILE: usize = 256;
/// The longest name of a job, a step or a service in front of a line, in bytes.
const NAME: usize = 80;

/// What stands in front of a line.
#[derive(PartialEq, Eq)]
enum Mark<'a> {
    /// The line's number.
    Number(u64),
    /// The file and the line's number, as `grep -n` has them.
    Place(&'a str, u64),
    /// When it was logged.
    Time,
    /// The job, the step and the time, as `gh run view --log` has them.
    Step,
    /// The number of a line that a search found: `  Line 2: `.
    Found(u64),
    /// Who wrote the line, as `docker compose logs` has it, with the white space up to the bar.
    Service(&'a str),
    /// What is the same in each line: the `>` of a quotation, the sign of a comment, the level of a log.
    Same(&'a str),
}

impl Mark<'_> {
    /// Whether a mark is one also on a single line, as it is written: nothing else looks like it.
    fn stands_alone(&self, written: &str) -> bool {
        match self {
            Self::Number(_) => written.ends_with('\t'),
            Self::Place(file, _) => file.contains('/'),
            Self::Time => written.contains('-'),
            Self::Step | Self::Found(_) => true,
            Self::Service(_) | Self::Same(_) => false,
        }
    }

    /// Whether this mark goes on where another ended.
    fn follows(&self, before: &Self) -> bool {
        match (self, before) {
            (Self::Number(number), Self::Number(last)) => last.checked_add(1) == Some(*number),
            (Self::Place(file, number), Self::Place(same, last)) => file == same && number > last,
            (Self::Found(number), Self::Found(last)) => number > last,
            (Self::Time, Self::Time) | (Self::Step, Self::Step) => true,
            (Self::Service(name), Self::Service(last)) => {
                name == last || name.len() == last.len() && is_numbered(name) && is_numbered(last)
            }
            (Self::Same(sign), Self::Same(last)) => sign == last,
            _ => false,
        }
    }
}

/// Whether a name has the number of a container at its end: `web-1`.
fn is_numbered(name: &str) -> bool {
    let name = name.trim_end();
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    stem.len() < name.len() && stem.ends_with(['-', '_'])
}

/// Where the marks of lines are, ascending.
pub fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = fronts(text);
    let ends = ends(text);
    if !ends.is_empty() {
        found.extend(ends);
        found.sort_unstable_by_key(|mark| mark.start);
    }
    found
}

/// The `$` behind lines, if two in a row have one.
fn ends(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut before, mut start) = (Vec::new(), None::<Range<usize>>, 0);
    if !text.contains("$\n") {
        return found;
    }
    for line in text.split_inclusive('\n') {
        let body = line.strip_suffix('\n').unwrap_or(line);
        let rest = body.strip_suffix('$').map(|rest| rest.strip_suffix("^M").unwrap_or(rest));
        let end = rest.map(|rest| start + rest.len()..start + body.len());
        if end.is_some() && before.is_some() {
            // The one before is there already if three are in a row.
            found.extend(before.filter(|before| found.last() != Some(before)));
            found.extend(end.clone());
        }
        before = end;
        start += line.len();
    }
    found
}

/// Where the marks in front of lines are, ascending.
fn fronts(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut start) = (Vec::new(), 0);
    // The mark of the line before and where it is, until it is known that it counts.
    let (mut before, mut waiting) = (None::<Mark<'_>>, None::<Range<usize>>);
    let (mut in_difference, mut begins, mut last) = (false, false, "");
    for line in text.split_inclusive('\n') {
        let is_hunk = line.starts_with("@@ ");
        in_difference = is_hunk || in_difference && line.starts_with(['+', '-', ' ', '\n', '\r', '\\']);
        let signed = in_difference && line.starts_with(['+', '-', ' ']);
        if signed {
            found.push(start..start + 1);
        }
        // A row below the titles of a table is none.
        let is_row = |mark: &Mark<'_>| {
            matches!(mark, Mark::Service(_)) && !matches!(before, Some(Mark::Service(_))) && last.contains(['|', '+'])
        };
        let marked = if in_difference { None } else { mark(line).filter(|(mark, _)| !is_row(mark)) };
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
        last = line;
        start += line.len();
    }
    found
}

/// What stands in front of a line, and its length.
fn mark(line: &str) -> Option<(Mark<'_>, usize)> {
    match line.as_bytes().first()? {
        b'>' => Some((Mark::Same(">"), if line.starts_with("> ") { 2 } else { 1 })),
        b'[' => time(line).or_else(|| level(line)),
        b'0'..=b'9' | b' ' => number(line).or_else(|| time(line)).or_else(|| found_line(line)),
        b'#' | b'/' => comment(line).or_else(|| place(line)),
        _ => place(line).or_else(|| service(line)).or_else(|| step(line)),
    }
}

/// The sign of a comment.
fn comment(line: &str) -> Option<(Mark<'_>, usize)> {
    let sign = ["#", "//"].into_iter().find(|sign| line.starts_with(sign))?;
    match line.as_bytes().get(sign.len()) {
        Some(b' ') => Some((Mark::Same(sign), sign.len() + 1)),
        None | Some(b'\n' | b'\r') => Some((Mark::Same(sign), sign.len())),
        _ => None,
    }
}

/// The level of a line in a log: `[INFO] `.
fn level(line: &str) -> Option<(Mark<'_>, usize)> {
    let length = line.bytes().take(NAME).position(|byte| byte == b']')?;
    let is_level = length > 1 && line.as_bytes()[1..length].iter().all(u8::is_ascii_uppercase);
    (is_level && line[length + 1..].starts_with(' ')).then_some((Mark::Same(&line[..=length]), length + 2))
}

/// The number of a line, as the search of an agent writes it.
fn found_line(line: &str) -> Option<(Mark<'_>, usize)> {
    let digits = line.trim_start_matches(' ').strip_prefix("Line ")?;
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    let number = digits[..length].parse().ok()?;
    let rest = digits[length..].strip_prefix(':')?;
    Some((Mark::Found(number), line.len() - rest.strip_prefix(' ').unwrap_or(rest).len()))
}

/// The name of a service and a bar.
fn service(line: &str) -> Option<(Mark<'_>, usize)> {
    let bar = line.bytes().take(NAME).position(|byte| byte == b'|')?;
    let name = line[..bar].strip_suffix(' ')?;
    let part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.');
    let is_name = !name.is_empty() && name.trim_end_matches(' ').bytes().all(part);
    let rest = &line[bar + 1..];
    let length = if rest.starts_with(' ') { 2 } else { 1 };
    (is_name && (length == 2 || rest.trim().is_empty())).then_some((Mark::Service(name), bar + length))
}

/// A job, a step and the time, with tabs between.
fn step(line: &str) -> Option<(Mark<'_>, usize)> {
    let job = line.bytes().take(NAME).position(|byte| byte == b'\t')? + 1;
    let step = job + line[job..].bytes().take(NAME).position(|byte| byte == b'\t')? + 1;
    let rest = line[step..].trim_start_matches('\u{feff}');
    let (_, length) = time(rest).filter(|(mark, length)| mark.stands_alone(&rest[..*length]))?;
    Some((Mark::Step, line.len() - rest.len() + length))
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
            ("  Line 2: a:\n  Line 7:   b", "a:\n  b"),
            ("web-1  | a\nweb-1  |   b\nweb-1  |\ndb-12  | c", "a\n  b\n\nc"),
            ("db | a\ndb | b", "a\nb"),
            ("build\tRun it\t2024-05-01T10:00:00.123Z a\nbuild\tRun it\t2024-05-01T10:00:00.124Z   b", "a\n  b"),
            ("# a\n#\n#   b", "a\n\n  b"),
            ("// a\n// b", "a\nb"),
            ("[INFO] a\n[INFO]  b", "a\n b"),
            ("a$\n$\n  b^M$\n", "a\n\n  b\n"),
            ("# a$\n# b$", "a\nb"),
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
            "# a\nb\n# c",
            "#!/bin/sh\n#include <a>",
            "[INFO] a\n[WARN] b",
            "a | b\nc | d",
            "name | password\n-----+-----\njoe | x\njoe | y",
            "a$\nb\nc$\n",
            "a\tb\t10:00 c",
        ] {
            assert_eq!(without(text), text);
        }
    }
}

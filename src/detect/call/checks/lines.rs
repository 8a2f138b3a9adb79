//! Iterates over the first and last lines of an output, without colours and overwritten progress.

use crate::printable::without_escapes;
use memchr::{memchr_iter, memrchr};

/// How much of the beginning is read, in bytes: what a run is about, and its first errors.
const HEAD: usize = 64 * 1024;
/// How much of the end is read: summaries are there.
const TAIL: usize = 192 * 1024;
/// A longer line is data.
const LONGEST: usize = 500;

/// Calls `each` with every line of the beginning and of the end.
pub fn each_line(output: &str, mut each: impl FnMut(&str)) {
    if output.len() <= HEAD + TAIL {
        return lines(output, &mut each);
    }
    let (head, tail) = output.split_at(output.floor_char_boundary(output.len() - TAIL));
    let head = &head[..head.floor_char_boundary(HEAD)];
    // The lines that are cut through are left out.
    lines(head.rsplit_once('\n').map_or("", |(whole, _)| whole), &mut each);
    lines(tail.split_once('\n').map_or("", |(_, whole)| whole), &mut each);
}

fn lines(text: &str, each: &mut impl FnMut(&str)) {
    let mut from = 0;
    for end in memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
        let raw = &text[from..end];
        from = end + 1;
        let raw = raw.strip_suffix('\r').unwrap_or(raw);
        // What was overwritten was progress.
        let raw = memrchr(b'\r', raw.as_bytes()).map_or(raw, |at| &raw[at + 1..]);
        if raw.len() > 4 * LONGEST {
            continue;
        }
        let line = without_escapes(raw);
        let line = line.trim_end();
        // A line of one character says nothing: a bracket, a digit of a column, a dot.
        if line.len() > 1 && line.len() <= LONGEST {
            each(line);
        }
    }
}

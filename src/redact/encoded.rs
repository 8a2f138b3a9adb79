//! Finds secrets in another form: base64, hexadecimal, percent signs and written escapes.

use std::ops::Range;

/// The shortest encoded token that is looked into, in bytes.
const SHORTEST: usize = 16;
/// The longest, in bytes: longer ones are data.
const LONGEST: usize = 16 * 1024;

/// Adds the tokens to `found`, which ascends, in whose decoded form `has_secret` finds one.
pub fn find(text: &str, has_secret: impl Fn(&str) -> bool, found: &mut Vec<Range<usize>>) {
    let known = found.clone();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let mut start = at;
        while at < bytes.len() && is_base64(bytes, at) {
            at += 1;
        }
        if start > 0 && bytes[start - 1] == b'\\' && matches!(bytes.get(start), Some(b'n' | b'r' | b't')) {
            start += 1;
        }
        let token = text.get(start..at).unwrap_or_default();
        if (SHORTEST..=LONGEST).contains(&token.len()) && !overlaps(&known, start..at) {
            let secret = |token: &str| decoded(token).is_some_and(|decoded| has_secret(&decoded));
            if secret(token) {
                found.push(start..at);
            } else if token.contains('\n') {
                // The last line may belong to a text after it.
                lines(token, start).filter(|line| secret(&text[line.clone()])).for_each(|line| found.push(line));
            }
        }
        at += 1;
    }
    spaced_hex(text, &has_secret, &known, found);
    dumps(text, &has_secret, found);
    escapes(text, &has_secret, &known, found);
}

/// The shortest dump of bytes that is looked into, in bytes.
const DUMPED: usize = 8;

/// Bytes in hexadecimal digits that are apart: `73 6b 2d`, `73:6b:2d`, one a line.
fn spaced_hex(text: &str, has_secret: &impl Fn(&str) -> bool, known: &[Range<usize>], found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let is_pair = |at: usize| {
        bytes.get(at..at + 2).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit))
            && bytes.get(at + 2).is_none_or(|next| !next.is_ascii_alphanumeric())
    };
    let mut at = 0;
    while at + 1 < bytes.len() {
        if !is_pair(at) || at > 0 && bytes[at - 1].is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let (start, mut dumped) = (at, Vec::new());
        while is_pair(at) && dumped.len() < LONGEST {
            dumped.push(u8::from_str_radix(&text[at..at + 2], 16).unwrap_or_default());
            let gap = bytes[at + 2..].iter().take(2).take_while(|b| matches!(b, b' ' | b':' | b'\n' | b',')).count();
            at += 2 + gap;
        }
        let end = text[..at.min(text.len())].trim_end_matches([' ', ':', '\n', ',']).len();
        if dumped.len() >= DUMPED
            && !overlaps(known, start..end)
            && text_of(dumped).is_some_and(|text| has_secret(&text))
        {
            found.push(start..end);
        }
    }
}

/// What `xxd` and `hexdump` write: an offset, bytes, and the text that they are.
fn dumps(text: &str, has_secret: &impl Fn(&str) -> bool, found: &mut Vec<Range<usize>>) {
    let (mut bytes, mut lines, mut start) = (Vec::new(), Vec::new(), 0);
    for line in text.split_inclusive('\n').chain([""]) {
        if let Some((dumped, offset)) = dumped(line).filter(|_| bytes.len() < LONGEST) {
            bytes.extend(dumped);
            lines.push(start + offset..start + line.trim_end().len());
        } else if !lines.is_empty() {
            let dump = std::mem::take(&mut bytes);
            if String::from_utf8(dump).is_ok_and(|text| has_secret(&text)) {
                found.append(&mut lines);
            }
            lines.clear();
        }
        start += line.len();
    }
}

/// The bytes of a line of a dump, and where they begin in the line.
fn dumped(line: &str) -> Option<(Vec<u8>, usize)> {
    /// How many digits an offset has.
    const OFFSET: usize = 7;
    let digits = line.bytes().take_while(u8::is_ascii_hexdigit).count();
    let rest = line[digits..].strip_prefix(':').unwrap_or(&line[digits..]);
    let body = rest.trim_start_matches(' ');
    if digits < OFFSET || body.len() == rest.len() {
        return None;
    }
    let words = body.trim_end().split("  ").next()?.split(' ').filter(|word| !word.is_empty());
    let hex: String =
        words.take_while(|word| word.len() % 2 == 0 && word.bytes().all(|b| b.is_ascii_hexdigit())).collect();
    let bytes = hex.as_bytes().chunks_exact(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    let bytes = bytes.collect::<Option<Vec<u8>>>().filter(|bytes| !bytes.is_empty())?;
    Some((bytes, line.len() - body.len()))
}

/// Where the lines of a token are that lies at `start`.
fn lines(token: &str, start: usize) -> impl Iterator<Item = Range<usize>> {
    token.split('\n').scan(start, |at, line| {
        let begin = *at;
        *at += line.len() + 1;
        Some(begin..begin + line.len())
    })
}

/// The text that a token stands for in hexadecimal digits or base64.
fn decoded(token: &str) -> Option<String> {
    if token.bytes().all(|b| b.is_ascii_hexdigit()) {
        return hex(token);
    }
    let shouted = token.bytes().all(|b| b.is_ascii_uppercase() || matches!(b, b'2'..=b'7' | b'=' | b'\n'));
    shouted.then(|| base32(token)).flatten().or_else(|| base64(token))
}

/// The text that base32 stands for, if it is one.
fn base32(token: &str) -> Option<String> {
    digits(token, 5, |byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    })
}

/// Whether one of these ranges, which ascend, has something of `range`.
fn overlaps(known: &[Range<usize>], range: Range<usize>) -> bool {
    let next = known.partition_point(|known| known.end <= range.start);
    known.get(next).is_some_and(|known| known.start < range.end)
}

/// Whether the byte at `at` is one of base64, or a line break inside of a wrapped text.
fn is_base64(bytes: &[u8], at: usize) -> bool {
    let part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_' | b'=');
    part(bytes[at])
        || bytes[at] == b'\n'
            && at >= LINE
            && bytes.len() > at + 1
            && part(bytes[at + 1])
            && bytes[at - LINE..at].iter().all(|b| part(*b))
}

/// The shortest line of wrapped base64, in bytes.
const LINE: usize = 60;

/// Words with written escapes or percent signs in them.
fn escapes(text: &str, has_secret: &impl Fn(&str) -> bool, known: &[Range<usize>], found: &mut Vec<Range<usize>>) {
    if !text.contains(['%', '\\']) && !text.contains("&#") {
        return;
    }
    let mut start = 0;
    for word in text.split_inclusive(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>')) {
        let body = word.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>'));
        let escaped = body.contains("\\u00")
            || body.contains("\\x")
            || body.contains("\\1")
            || body.contains("&#")
            || body.matches('%').count() > 0;
        if escaped && (SHORTEST..=LONGEST).contains(&body.len()) && !overlaps(known, start..start + body.len()) {
            let decoded = unescape(body);
            if decoded.is_some_and(|decoded| decoded != body && has_secret(&decoded)) {
                found.push(start..start + body.len());
            }
        }
        start += word.len();
    }
}

/// What escapes of the forms `%41`, `\x41`, `\u0041` and `&#65;` stand for, if that is a text.
fn unescape(text: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some(c) = rest.chars().next() {
        let code = |skip: usize, length: usize| {
            let digits = rest.get(skip..skip + length).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
            u8::from_str_radix(digits.trim_start_matches('0').get(..).filter(|d| !d.is_empty()).unwrap_or("0"), 16)
                .ok()
                .map(|byte| (byte, skip + length))
        };
        let escape = match c {
            '%' => code(1, 2),
            '\\' if rest.starts_with("\\x") => code(2, 2),
            '\\' if rest.starts_with("\\u") => code(2, 4),
            '\\' => octal(rest),
            '&' if rest.starts_with("&#x") => code(3, 2).map(|(byte, length)| (byte, length + 1)),
            '&' if rest.starts_with("&#") => {
                rest[2..].find(';').and_then(|end| Some((rest[2..2 + end].parse().ok()?, end + 3)))
            }
            _ => None,
        };
        let length = match escape {
            Some((byte, length)) if rest.is_char_boundary(length.min(rest.len())) => {
                bytes.push(byte);
                length.min(rest.len())
            }
            _ => {
                bytes.extend(rest[..c.len_utf8()].bytes());
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    String::from_utf8(bytes).ok()
}

/// The byte of an escape of three octal digits, and the length of that.
fn octal(rest: &str) -> Option<(u8, usize)> {
    let digits = rest.get(1..4)?;
    Some((u8::from_str_radix(digits, 8).ok()?, 4))
}

/// The text that hexadecimal digits stand for, if it is one.
fn hex(token: &str) -> Option<String> {
    let bytes =
        token.as_bytes().chunks_exact(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    text_of(bytes.collect::<Option<Vec<u8>>>()?)
}

/// The text that base64 stands for, in either alphabet, if it is one.
pub fn base64(token: &str) -> Option<String> {
    digits(token, 6, |byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    })
}

/// The text that digits of so many bits stand for, up to the padding.
fn digits(token: &str, width: u32, value: impl Fn(u8) -> Option<u8>) -> Option<String> {
    let (mut bytes, mut bits, mut count) = (Vec::with_capacity(token.len()), 0_u32, 0);
    for value in token.bytes().filter(|b| *b != b'\n').map_while(value) {
        bits = bits << width | u32::from(value);
        count += width;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap_or_default());
        }
    }
    text_of(bytes)
}

/// The bytes without the zeros that UTF-16 has between letters of ASCII, as PowerShell encodes commands.
fn narrowed(bytes: Vec<u8>) -> Vec<u8> {
    let is_wide = |zero: usize| bytes.len() >= DUMPED && bytes.iter().skip(zero).step_by(2).all(|byte| *byte == 0);
    match (is_wide(1), is_wide(0)) {
        (true, _) => bytes.into_iter().step_by(2).collect(),
        (_, true) => bytes.into_iter().skip(1).step_by(2).collect(),
        _ => bytes,
    }
}

/// These bytes as a text; `None` if they are none.
fn text_of(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(narrowed(bytes)).ok()?;
    (!text.chars().any(|c| c.is_control() && !c.is_whitespace())).then_some(text)
}

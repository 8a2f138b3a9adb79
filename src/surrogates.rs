//! Replaces halves of characters in JSON source, which strict parsers refuse.

/// JSON source with each escaped lone surrogate replaced by U+FFFD, so that a strict parser accepts it.
pub fn without_lone_surrogates(source: &str) -> String {
    let mut whole = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        whole.push_str(&rest[..at]);
        rest = &rest[at..];
        let code = rest.strip_prefix("\\u").and_then(hex4);
        let pair = rest.get(6..).and_then(|r| r.strip_prefix("\\u")).and_then(hex4);
        let length = match (code, pair) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                whole.push(char::REPLACEMENT_CHARACTER);
                rest = &rest[6..];
                continue;
            }
            _ => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        whole.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    whole.push_str(rest);
    whole
}

/// The value of the first four characters as a hexadecimal number.
pub(crate) fn hex4(text: &str) -> Option<u32> {
    let digits = text.get(..4)?;
    if digits.bytes().all(|b| b.is_ascii_hexdigit()) { u32::from_str_radix(digits, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_stay() {
        let source = r#"{"a":"\ud83d\ude00 \ud83d \\ud83d \udc00"}"#;
        assert_eq!(without_lone_surrogates(source), "{\"a\":\"\\ud83d\\ude00 \u{fffd} \\\\ud83d \u{fffd}\"}");
    }
}

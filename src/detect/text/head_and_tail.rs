//! Returns the beginning and end of a long text, where results usually summarize themselves.

/// The beginning of a text, and the end of the rest, each of at most so many bytes.
pub(crate) fn both(text: &str, bytes: usize) -> [&str; 2] {
    let (head, rest) = text.split_at(text.floor_char_boundary(bytes));
    [head, tail(rest, bytes)]
}

/// The end of a text, of at most so many bytes.
pub(crate) fn tail(text: &str, bytes: usize) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(bytes))..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_between_characters() {
        assert_eq!(tail("aéb", 2), "b");
        assert_eq!(tail("aéb", 9), "aéb");
        assert_eq!(both("éabcdé", 3), ["éa", "dé"]);
        assert_eq!(both("ab", 3), ["ab", ""]);
    }
}

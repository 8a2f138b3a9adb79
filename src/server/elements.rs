//! Splits a JSON array into its elements as the bytes arrive, so that a log of any length is read in the memory of
//! one entry.

/// Splits one array of objects or arrays; everything between them is skipped.
#[derive(Debug, Default)]
pub(super) struct Elements {
    element: Vec<u8>,
    depth: u32,
    in_string: bool,
    escaped: bool,
    /// Whether the current element exceeds the limit and is being skipped.
    too_long: bool,
    limit: usize,
    ended: bool,
    /// Whether something other than an array came first.
    foreign: bool,
}

/// What a byte completed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Element {
    /// A whole object.
    Whole(Vec<u8>),
    /// An object longer than the limit, which was skipped.
    TooLong,
}

impl Elements {
    /// Accepts elements of up to `limit` bytes.
    pub fn up_to(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Whether the array was closed; input that ends before that is truncated.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Whether the input is not an array.
    pub fn is_foreign(&self) -> bool {
        self.foreign
    }

    /// Reads up to the end of the next element. Returns how many bytes that took, and the element if it is complete.
    pub fn read(&mut self, bytes: &[u8]) -> (usize, Option<Element>) {
        // From where the element in progress has not been copied.
        let mut from = 0;
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if self.in_string {
                at += self.skip_string(&bytes[at..]);
                continue;
            }
            at += 1;
            match byte {
                b'[' if self.depth == 0 && !self.ended => self.depth = 1,
                _ if self.depth == 0 => self.foreign |= !self.ended && !byte.is_ascii_whitespace(),
                b'"' => self.in_string = true,
                b'[' | b'{' => {
                    self.depth += 1;
                    if self.depth == 2 {
                        from = at - 1;
                    }
                }
                b']' | b'}' => {
                    self.depth -= 1;
                    match self.depth {
                        0 => self.ended = true,
                        1 => return (at, Some(self.complete(&bytes[from..at]))),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        if self.depth > 1 {
            self.copy(&bytes[from..]);
        }
        (bytes.len(), None)
    }

    /// How many of these bytes belong to the string in progress, its closing quote included.
    fn skip_string(&mut self, bytes: &[u8]) -> usize {
        if std::mem::take(&mut self.escaped) {
            return 1;
        }
        let Some(at) = memchr::memchr2(b'"', b'\\', bytes) else {
            return bytes.len();
        };
        self.escaped = bytes[at] == b'\\';
        self.in_string = self.escaped;
        at + 1
    }

    fn copy(&mut self, bytes: &[u8]) {
        self.too_long |= self.element.len() + bytes.len() > self.limit;
        if self.too_long {
            self.element = Vec::new();
        } else {
            self.element.extend_from_slice(bytes);
        }
    }

    fn complete(&mut self, end: &[u8]) -> Element {
        self.copy(end);
        if std::mem::take(&mut self.too_long) {
            Element::TooLong
        } else {
            Element::Whole(std::mem::take(&mut self.element))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Splits a text that comes in pieces of so many bytes.
    fn split_pieces(text: &str, limit: usize, piece: usize) -> (Vec<Element>, bool) {
        let (mut elements, mut found) = (Elements::up_to(limit), Vec::new());
        for mut bytes in text.as_bytes().chunks(piece) {
            while !bytes.is_empty() {
                let (read, element) = elements.read(bytes);
                found.extend(element);
                bytes = &bytes[read..];
            }
        }
        (found, elements.ended())
    }

    fn split(text: &str, limit: usize) -> (Vec<Element>, bool) {
        split_pieces(text, limit, text.len().max(1))
    }

    #[test]
    fn splits_nested_objects() {
        let text = r#" [ {"a":"]}\"{","b":[{"c":1}]} ,{}, {"d":"\\"}]"#;
        let (found, ended) = split(text, 100);
        let whole = |text: &str| Element::Whole(text.into());
        assert_eq!(found, [whole(r#"{"a":"]}\"{","b":[{"c":1}]}"#), whole("{}"), whole(r#"{"d":"\\"}"#)]);
        assert!(ended);
    }

    #[test]
    fn skips_too_long_elements() {
        let (found, ended) = split(r#"[{"a":"0123456789"},{"b":1}"#, 10);
        assert_eq!(found, [Element::TooLong, Element::Whole(br#"{"b":1}"#.to_vec())]);
        assert!(!ended);
    }

    proptest! {
        #[test]
        fn splits_like_a_parser(texts in proptest::collection::vec(".{0,20}", 0..8), piece in 1usize..40) {
            let objects: Vec<_> = texts.iter().map(|t| serde_json::json!({ "t": t, "x": [{ "y": t }] })).collect();
            let (found, ended) = split_pieces(&serde_json::to_string(&objects).unwrap(), 10_000, piece);
            let expected: Vec<_> = objects.iter().map(|o| Element::Whole(o.to_string().into_bytes())).collect();
            prop_assert_eq!(found, expected);
            prop_assert!(ended);
        }
    }
}

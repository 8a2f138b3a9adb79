//! Splits a JSON array into its elements as the bytes arrive, so that a log of any length is read in the memory of
//! one entry.

/// Splits one array of objects; everything between the objects is skipped.
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

    /// Reads one byte.
    pub fn push(&mut self, byte: u8) -> Option<Element> {
        let inside = self.depth > 1 || (self.depth == 1 && byte == b'{');
        if inside && !self.too_long {
            self.element.push(byte);
            if self.element.len() > self.limit {
                self.too_long = true;
                self.element = Vec::new();
            }
        }
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return None;
        }
        match byte {
            b'"' => self.in_string = true,
            b'[' | b'{' => self.depth += 1,
            b']' | b'}' => return self.close(),
            _ => {}
        }
        None
    }

    fn close(&mut self) -> Option<Element> {
        self.depth = self.depth.saturating_sub(1);
        match self.depth {
            0 => self.ended = true,
            1 if std::mem::take(&mut self.too_long) => return Some(Element::TooLong),
            1 if !self.element.is_empty() => return Some(Element::Whole(std::mem::take(&mut self.element))),
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(text: &str, limit: usize) -> (Vec<Element>, bool) {
        let mut elements = Elements::up_to(limit);
        let found = text.bytes().filter_map(|b| elements.push(b)).collect();
        (found, elements.ended())
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
        fn splits_like_a_parser(texts in proptest::collection::vec(".{0,20}", 0..8)) {
            let objects: Vec<_> = texts.iter().map(|t| serde_json::json!({ "t": t, "x": [{ "y": t }] })).collect();
            let (found, ended) = split(&serde_json::to_string(&objects).unwrap(), 10_000);
            let expected: Vec<_> = objects.iter().map(|o| Element::Whole(o.to_string().into_bytes())).collect();
            prop_assert_eq!(found, expected);
            prop_assert!(ended);
        }
    }
}

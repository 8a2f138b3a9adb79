//! The elements of a JSON array as its bytes come: a log of any length is read in the memory that one entry
//! takes.

/// Splits one array of objects; what is between the objects is skipped.
#[derive(Debug, Default)]
pub(super) struct Elements {
    element: Vec<u8>,
    depth: u32,
    in_string: bool,
    escaped: bool,
    /// The element under way is longer than allowed: it is read over.
    over: bool,
    limit: usize,
    ended: bool,
}

/// What a byte brought.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Element {
    /// An object is complete.
    Whole(Vec<u8>),
    /// An object was longer than the limit and has been skipped.
    TooLong,
}

impl Elements {
    /// Takes elements of up to `limit` bytes.
    pub(super) fn up_to(limit: usize) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// Whether the array has been closed: whatever ends before that was cut off.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Takes one byte.
    pub(super) fn push(&mut self, byte: u8) -> Option<Element> {
        let inside = self.depth > 1 || (self.depth == 1 && byte == b'{');
        if inside && !self.over {
            self.element.push(byte);
            if self.element.len() > self.limit {
                self.over = true;
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
            1 if std::mem::take(&mut self.over) => return Some(Element::TooLong),
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
    fn objects_come_out_whole_whatever_is_in_them() {
        let text = r#" [ {"a":"]}\"{","b":[{"c":1}]} ,{}, {"d":"\\"}]"#;
        let (found, ended) = split(text, 100);
        let whole = |text: &str| Element::Whole(text.into());
        assert_eq!(
            found,
            [
                whole(r#"{"a":"]}\"{","b":[{"c":1}]}"#),
                whole("{}"),
                whole(r#"{"d":"\\"}"#)
            ]
        );
        assert!(ended);
    }

    #[test]
    fn one_too_long_is_skipped_and_a_cut_is_known() {
        let (found, ended) = split(r#"[{"a":"0123456789"},{"b":1}"#, 10);
        assert_eq!(found, [Element::TooLong, Element::Whole(br#"{"b":1}"#.to_vec())]);
        assert!(!ended);
    }

    proptest! {
        #[test]
        fn every_array_of_objects_is_split_as_a_parser_splits_it(texts in proptest::collection::vec(".{0,20}", 0..8)) {
            let objects: Vec<_> = texts.iter().map(|t| serde_json::json!({ "t": t, "x": [{ "y": t }] })).collect();
            let (found, ended) = split(&serde_json::to_string(&objects).unwrap(), 10_000);
            let expected: Vec<_> = objects.iter().map(|o| Element::Whole(o.to_string().into_bytes())).collect();
            prop_assert_eq!(found, expected);
            prop_assert!(ended);
        }
    }
}

//! The open items of a to-do list.

/// How many are open, and the first of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenTodos {
    pub(crate) count: usize,
    pub(crate) first: Option<String>,
}

impl OpenTodos {
    /// That items are open, in a sentence.
    pub(super) fn fact(&self) -> Option<String> {
        let first = self.first.as_deref().filter(|first| !first.is_empty());
        match (self.count, first) {
            (0, _) => None,
            (1, None) => Some("1 to-do item is open".to_owned()),
            (1, Some(first)) => Some(format!("1 to-do item is open: \"{first}\"")),
            (open, None) => Some(format!("{open} to-do items are open")),
            (open, Some(first)) => Some(format!("{open} to-do items are open, the first is \"{first}\"")),
        }
    }
}

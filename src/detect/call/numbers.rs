//! Splits a line into words, and separates plain numbers from clocks, dates, paths and names with digits.

/// One word of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word<'a> {
    /// An integer that stands alone.
    Number(u32),
    /// Two of them with a slash between.
    Share(u32, u32),
    /// Letters only.
    Text(&'a str),
    /// Anything else.
    Other,
}

impl Word<'_> {
    /// The number that it is.
    pub(super) fn number(&self) -> Option<u32> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Its letters; empty if it is not text.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }

    /// Whether it is this text, in whatever letters.
    pub(super) fn is(&self, text: &str) -> bool {
        self.text().eq_ignore_ascii_case(text)
    }
}

/// The words of a line. A number in square brackets names something, and `==7==` is a process.
pub(super) fn words(line: &str) -> impl Iterator<Item = Word<'_>> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '|' | '"' | '\'' | ',' | ';');
    line.split(ends).filter(|piece| !piece.is_empty()).flat_map(|piece| {
        let labelled = piece.split_once('=').filter(|(name, _)| name.ends_with(|c: char| c.is_ascii_alphabetic()));
        let (name, value) = labelled.map_or((None, piece), |(name, value)| (Some(word(trimmed(name))), value));
        let read = word(trimmed(value));
        let is_name = value.starts_with(['[', '=']) && read.number().is_some();
        name.into_iter().chain([if is_name { Word::Other } else { read }])
    })
}

fn trimmed(piece: &str) -> &str {
    piece.trim_matches(['.', ':', '!', '*', '#', '-', '{', '}', '[', ']', '='])
}

fn word(word: &str) -> Word<'_> {
    if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_')) {
        return Word::Text(word);
    }
    let number = |text: &str| {
        (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
    };
    if let Some(number) = number(word) {
        return Word::Number(number);
    }
    match word.split_once('/').map(|(one, other)| (number(one), number(other))) {
        Some((Some(one), Some(other))) => Word::Share(one, other),
        _ => Word::Other,
    }
}

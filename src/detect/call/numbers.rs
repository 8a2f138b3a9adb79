//! Splits a line into words, and separates plain numbers from clocks, dates, paths and names with digits.

/// What a word makes of the number after it, which then is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// It names something: a process, a port.
    Id,
    /// It is a place in a file, or how something ended.
    Place,
    /// It says when.
    Clock,
    /// It says how long the run took.
    Took,
    /// It says how often something was tried.
    Try,
    /// It says when or after how long, as a preposition does.
    Preposition,
}

#[rustfmt::skip]
const LABELS: [(Label, &[&str]); 6] = [
    (Label::Id, &["pid", "port", "ports", "id", "process", "processes", "thread", "session", "request", "seq", "version", "http"]),
    (Label::Place, &["line", "code", "exit", "status"]),
    (Label::Clock, &["epoch", "time", "timestamp"]),
    (Label::Took, &["took", "elapsed", "uptime", "finished"]),
    (Label::Try, &["attempt", "attempts", "retry", "retries", "retrying", "try", "tries", "trying"]),
    (Label::Preposition, &["in", "after", "at"]),
];

/// What a word makes of a number beside it.
pub(super) fn label(word: &str) -> Option<Label> {
    let found = LABELS.iter().find(|(_, words)| words.iter().any(|known| known.eq_ignore_ascii_case(word)));
    found.map(|(label, _)| *label)
}

/// Whether a word says that the number behind it is the name, the place or the time of something.
pub(crate) fn names_no_amount(word: &str) -> bool {
    label(word.trim_matches(|c: char| !c.is_ascii_alphabetic())).is_some()
}

/// What makes a number that stands beside it no amount.
const NO_AMOUNTS: [Label; 4] = [Label::Id, Label::Clock, Label::Took, Label::Try];

/// Whether the word before a number or the one after it says that it is not an amount.
pub(super) fn is_named(before: &str, behind: &str) -> bool {
    is_labelled(before, behind, &NO_AMOUNTS)
}

/// Whether the word before a number or the one after it is such a label.
pub(super) fn is_labelled(before: &str, behind: &str, labels: &[Label]) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic();
    let near = before.trim_end_matches(|c: char| !letter(c) && !matches!(c, '\n' | ';' | ','));
    let start =
        near.rfind(|c: char| !letter(c)).map_or(0, |at| at + near[at..].chars().next().map_or(1, char::len_utf8));
    let next = behind.strip_prefix(' ').unwrap_or(behind);
    let end = next.find(|c: char| !letter(c)).unwrap_or(next.len());
    [&near[start..], &next[..end]].iter().any(|word| label(word).is_some_and(|label| labels.contains(&label)))
}

/// One word of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberToken<'a> {
    /// An integer that stands alone.
    Number(u32),
    /// Two of them with a slash between.
    Share(u32, u32),
    /// Letters only.
    Text(&'a str),
    /// Anything else.
    Other,
}

impl NumberToken<'_> {
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

    /// What it makes of a number beside it.
    pub(super) fn label(&self) -> Option<Label> {
        label(self.text())
    }

    /// Whether it is this text, in whatever letters.
    pub(super) fn is(&self, text: &str) -> bool {
        self.text().eq_ignore_ascii_case(text)
    }
}

/// The words of a line. A number in square brackets names something, and `==7==` is a process.
pub(super) fn words(line: &str) -> impl Iterator<Item = NumberToken<'_>> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '|' | '"' | '\'' | ';');
    let pieces = line.split(ends).flat_map(|piece| {
        // `1,002` is one number, `3,4` are two.
        let is_one = is_grouped(piece.rsplit('=').next().unwrap_or_default());
        piece.split(move |c| c == ',' && !is_one)
    });
    pieces.filter(|piece| !piece.is_empty()).flat_map(|piece| {
        let labelled = piece.split_once('=').filter(|(name, _)| name.ends_with(|c: char| c.is_ascii_alphabetic()));
        let (name, value) = labelled.map_or((None, piece), |(name, value)| (Some(word(trimmed(name))), value));
        let read = word(trimmed(value));
        let is_name = value.starts_with(['[', '=']) && read.number().is_some();
        name.into_iter().chain([if is_name { NumberToken::Other } else { read }])
    })
}

fn trimmed(piece: &str) -> &str {
    piece.trim_matches(['.', ':', '!', '*', '#', '-', '{', '}', '[', ']', '='])
}

fn word(word: &str) -> NumberToken<'_> {
    if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_')) {
        return NumberToken::Text(word);
    }
    let number = |text: &str| {
        (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
    };
    if is_grouped(word) {
        return number(&word.replace(',', "")).map_or(NumberToken::Other, NumberToken::Number);
    }
    if let Some(number) = number(word) {
        return NumberToken::Number(number);
    }
    match word.split_once('/').map(|(one, other)| (number(one), number(other))) {
        Some((Some(one), Some(other))) => NumberToken::Share(one, other),
        _ => NumberToken::Other,
    }
}

/// Whether a word is a number with commas between its thousands, as in `1,002`, perhaps with a comma after it.
fn is_grouped(word: &str) -> bool {
    let mut groups = trimmed(word.trim_end_matches(',')).split(',');
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    (1..=3).contains(&first.len())
        && digits(first)
        && rest.peek().is_some()
        && rest.all(|group| group.len() == 3 && digits(group))
}

//! Remembers the words that the session was given, by the user's messages and by what was read. A search for such a
//! word works through a list; a search for any other word is a guess.

use crate::bounded::BoundedMap;
use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::hash;
use crate::detect::hash::KeyHasher;
use std::borrow::Cow;
use std::hash::BuildHasherDefault;

/// How many words to remember: seven eighths of a power of two, since a hash table grows when it is so full.
const WORDS: usize = 896;
/// The shortest word, in bytes.
const SHORTEST: usize = 3;
/// How much of a text is read, in bytes.
const READ: usize = 8 * 1024;

/// The words that the session was given, and those that its calls named.
pub(crate) struct KnownWords {
    given: Words,
    named: Words,
}

type Words = BoundedMap<u64, (), BuildHasherDefault<KeyHasher>>;

impl KnownWords {
    /// No words.
    pub(crate) fn new() -> Self {
        Self { given: BoundedMap::new(WORDS), named: BoundedMap::new(WORDS) }
    }

    /// Adds the words of a text.
    pub(crate) fn read(&mut self, text: &str) {
        for word in words(text) {
            self.given.insert(word, ());
        }
    }

    /// Whether a read names something that no read named before, and all of that was given.
    pub(crate) fn take(&mut self, call: &Call) -> bool {
        if call.kind != CallKind::Observe {
            return false;
        }
        let (mut new, mut guessed) = (false, false);
        for word in words(&call.input.text) {
            if self.named.insert(word, ()).is_none() {
                new = true;
                guessed |= !self.given.contains_key(&word);
            }
        }
        if !call.failed() {
            self.read(&call.ends);
        }
        new && !guessed
    }
}

/// The words of a text, without the marks around them.
fn words(text: &str) -> impl Iterator<Item = u64> {
    let text = &text[..text.floor_char_boundary(READ)];
    let text = if text.contains('\\') { Cow::from(text.replace('\\', "")) } else { Cow::from(text) };
    let is_small = |word: &str| word.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    let ends = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '\'' | '`' | '|' | '<' | '>');
    let keys: Vec<u64> = text
        .split(ends)
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.len() >= SHORTEST)
        .map(|word| if is_small(word) { hash::of(word) } else { hash::of(word.to_lowercase()) })
        .collect();
    keys.into_iter()
}

//! Text as one sequence of characters, however it was cut: deltas, snapshots of all there is so far,
//! or both.

use crate::detect::fact::Channel;
use crate::detect::hash;
use crate::wire::Raw;
use crate::wire::text;
use std::borrow::Cow;
use std::collections::VecDeque;

/// Parts whose text may still grow. More than a few at once are never seen.
const PARTS: usize = 16;
/// Parts known to be complete.
const COMPLETE: usize = 16;

struct Part {
    key: u64,
    channel: Channel,
    /// How much was taken, in UTF-16 units, which is how the server cuts.
    taken: usize,
    over: bool,
}

/// The texts of one session that may still grow.
#[derive(Default)]
pub(crate) struct Texts(VecDeque<Part>);

/// What a piece of text brought.
pub(crate) struct Piece<'a> {
    /// Where it belongs.
    pub(crate) channel: Channel,
    /// The characters that are new.
    pub(crate) text: Cow<'a, str>,
    /// Whether the part was not known before.
    pub(crate) first: bool,
    /// Whether the part is complete now, and was not before.
    pub(crate) over: bool,
}

impl Texts {
    /// More text at the end of a part. A part nobody has heard of yet is taken for text.
    pub(crate) fn delta<'a>(&mut self, id: &str, raw: Raw<'a>) -> Piece<'a> {
        let new = even(text::decode(raw));
        let (part, first) = self.part(id, Channel::Text);
        if part.over {
            return Piece {
                channel: part.channel,
                text: Cow::Borrowed(""),
                first,
                over: false,
            };
        }
        part.taken += new.chars().count();
        Piece {
            channel: part.channel,
            text: new,
            first,
            over: false,
        }
    }

    /// All there is of a part so far; `over` when it is complete.
    pub(crate) fn snapshot<'a>(
        &mut self,
        id: &str,
        channel: Channel,
        raw: Option<Raw<'a>>,
        over: bool,
    ) -> Piece<'a> {
        let all = raw.map(|raw| even(text::decode(raw))).unwrap_or_default();
        let (part, first) = self.part(id, channel);
        part.channel = channel;
        let start = all.char_indices().nth(part.taken).map_or(all.len(), |(at, _)| at);
        let start = if part.over { all.len() } else { start };
        let new = behind(all, start);
        part.taken += new.chars().count();
        let ended = over && !part.over;
        part.over |= over;
        Piece {
            channel,
            text: new,
            first,
            over: ended,
        }
    }

    fn part(&mut self, id: &str, channel: Channel) -> (&mut Part, bool) {
        let key = hash::of(id);
        let known = self.0.iter().position(|part| part.key == key);
        let at = known.unwrap_or_else(|| {
            if self.0.len() == PARTS + COMPLETE {
                self.0.pop_front();
            }
            self.0.push_back(Part {
                key,
                channel,
                taken: 0,
                over: false,
            });
            self.0.len() - 1
        });
        (&mut self.0[at], known.is_none())
    }
}

/// The text with one character for each UTF-16 unit: an emoji may come in two halves, and must then
/// count the same.
fn even(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.chars().all(|c| c.len_utf16() == 1) {
        return text;
    }
    let mut units = String::with_capacity(text.len());
    for c in text.chars() {
        if c.len_utf16() == 2 {
            units.push(char::REPLACEMENT_CHARACTER);
            units.push(char::REPLACEMENT_CHARACTER);
        } else {
            units.push(c);
        }
    }
    Cow::Owned(units)
}

/// What is behind the first so many bytes.
fn behind(text: Cow<'_, str>, start: usize) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[start..]),
        Cow::Owned(mut text) => Cow::Owned(text.split_off(start)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A string without its quotes, as one with them.
    fn raw(text: &str) -> Raw<'static> {
        Raw::new(format!("\"{text}\"").leak())
    }

    #[test]
    fn deltas_and_the_snapshot_after_them_count_once() {
        let mut texts = Texts::default();
        assert_eq!(texts.delta("p", raw("ab")).text, "ab");
        assert_eq!(texts.delta("p", raw("c")).text, "c");
        let last = texts.snapshot("p", Channel::Text, Some(raw("abcd")), true);
        assert_eq!((&*last.text, last.over), ("d", true));
        let again = texts.snapshot("p", Channel::Text, Some(raw("abcd")), true);
        assert_eq!((&*again.text, again.over), ("", false));
    }

    #[test]
    fn half_an_emoji_counts_like_half_an_emoji() {
        let mut texts = Texts::default();
        let halves = [
            texts.delta("p", raw("\\ud83d")).text,
            texts.delta("p", raw("\\ude00")).text,
        ]
        .concat();
        assert_eq!(halves, even("😀".into()));
        assert_eq!(
            texts.snapshot("p", Channel::Text, Some(raw("😀!")), false).text,
            "!"
        );
    }
}

//! Assembles text as one sequence of characters, whether it comes as deltas, as snapshots of everything
//! so far, or as both.

use super::channel::Channel;
use crate::bounded::push_bounded;
use crate::detect::hash;
use crate::wire::Raw;
use crate::wire::text;
use std::borrow::Cow;
use std::collections::VecDeque;

/// Parts to remember. Far more than ever grow at once; the rest are complete ones.
const PARTS: usize = 32;

struct Part {
    key: u64,
    channel: Channel,
    /// How much was taken, in UTF-16 units, because the server cuts between those.
    taken: usize,
    complete: bool,
}

/// The latest texts of one session.
#[derive(Default)]
pub(crate) struct TextAssembler {
    parts: VecDeque<Part>,
}

/// What a delta or a snapshot adds to a part.
pub(crate) struct NewText<'a> {
    /// The part's channel.
    pub(crate) channel: Channel,
    /// The characters that are new.
    pub(crate) text: Cow<'a, str>,
    /// Whether the part is new.
    pub(crate) begins_part: bool,
    /// Whether the part became complete.
    pub(crate) completes_part: bool,
}

impl TextAssembler {
    /// Takes text that is appended to a part. An unknown part is assumed to be an answer.
    pub(crate) fn append_delta<'a>(&mut self, id: &str, raw: Raw<'a>) -> NewText<'a> {
        let (part, begins_part) = self.part(id, Channel::Text);
        let text = if part.complete { Cow::Borrowed("") } else { as_utf16_units(text::decode(raw)) };
        part.taken += text.chars().count();
        NewText { channel: part.channel, text, begins_part, completes_part: false }
    }

    /// Takes the whole text of a part so far.
    pub(crate) fn apply_snapshot<'a>(
        &mut self,
        id: &str,
        channel: Channel,
        raw: Option<Raw<'a>>,
        complete: bool,
    ) -> NewText<'a> {
        let all = raw.map(|raw| as_utf16_units(text::decode(raw))).unwrap_or_default();
        let (part, begins_part) = self.part(id, channel);
        part.channel = channel;
        let start = all.char_indices().nth(part.taken).map_or(all.len(), |(at, _)| at);
        let start = if part.complete { all.len() } else { start };
        let text = split_off(all, start);
        part.taken += text.chars().count();
        let completes_part = complete && !part.complete;
        part.complete |= complete;
        NewText { channel, text, begins_part, completes_part }
    }

    /// The part with this id, and whether it is new.
    fn part(&mut self, id: &str, channel: Channel) -> (&mut Part, bool) {
        let key = hash::of(id);
        let known = self.parts.iter().position(|part| part.key == key);
        let at = known.unwrap_or_else(|| {
            push_bounded(&mut self.parts, PARTS, Part { key, channel, taken: 0, complete: false });
            self.parts.len() - 1
        });
        (&mut self.parts[at], known.is_none())
    }
}

/// The text with one character per UTF-16 unit, so that an emoji counts the same whether it comes whole
/// or in two halves.
fn as_utf16_units(text: Cow<'_, str>) -> Cow<'_, str> {
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

/// The text from byte `start` on.
fn split_off(text: Cow<'_, str>, start: usize) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[start..]),
        Cow::Owned(mut text) => Cow::Owned(text.split_off(start)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text as a raw JSON string.
    fn raw(text: &str) -> Raw<'static> {
        Raw::new(format!("\"{text}\"").leak())
    }

    #[test]
    fn snapshot_after_deltas() {
        let mut texts = TextAssembler::default();
        assert_eq!(texts.append_delta("p", raw("ab")).text, "ab");
        assert_eq!(texts.append_delta("p", raw("c")).text, "c");
        let last = texts.apply_snapshot("p", Channel::Text, Some(raw("abcd")), true);
        assert_eq!((&*last.text, last.completes_part), ("d", true));
        let again = texts.apply_snapshot("p", Channel::Text, Some(raw("abcd")), true);
        assert_eq!((&*again.text, again.completes_part), ("", false));
    }

    #[test]
    fn split_emoji() {
        let mut texts = TextAssembler::default();
        let halves =
            [texts.append_delta("p", raw("\\ud83d")).text, texts.append_delta("p", raw("\\ude00")).text].concat();
        assert_eq!(halves, as_utf16_units("😀".into()));
        assert_eq!(texts.apply_snapshot("p", Channel::Text, Some(raw("😀!")), false).text, "!");
    }
}

//! Whether the end of an answer puts a question, a choice or a request to the user.

use super::awaited_input::waits_for_input;
use super::consent::{describes, needs_consent};
use super::further_need::is_for_further_need;
use super::needed_input::needs_input;
use crate::detect::text::answer::{Block, Shape, plain, sentences};
use crate::detect::text::ending_phrases;
use crate::detect::text::phrases::{fold, is_unspaced};
use std::cell::LazyCell;

/// How much may follow a question that still waits for its answer, in bytes. The longest remark after a real
/// one in 805 answers of Claude Code had 190.
const CLOSING: usize = 300;

/// How a text waits for the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// With a question, or a request to decide.
    Open,
    /// With a request that is no decision: to send something, to try it.
    Wish,
}

/// What a sentence is to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It is said for politeness.
    Courtesy,
    /// It asks. `offers` says that it offers more than was asked for, `to_reader` that nothing behind it answers it.
    Question { offers: bool, to_reader: bool },
    /// It asks for something. `leads` says that options may follow.
    Request { kind: Option<Question>, leads: bool, offers: bool },
}

impl Role {
    fn of(folded: &str) -> Self {
        if is_courtesy(folded) {
            return Self::Courtesy;
        }
        if is_question(folded) {
            let to_reader = (is_addressed(folded) || ending_phrases::ELLIPTIC.begins(folded))
                && !ending_phrases::HEADLINES.begins(folded);
            return Self::Question { offers: is_offer(folded), to_reader };
        }
        let start = folded.trim_start_matches(|c: char| !c.is_alphanumeric());
        let awaits = needs_consent(folded) || needs_input(folded) && !is_for_further_need(folded);
        let asks = awaits || (ending_phrases::ASKING.is_in(folded) || waits_for_input(folded)) && !describes(folded);
        if asks && !awaits && is_for_further_need(folded) {
            return Self::Courtesy;
        }
        let kind = if awaits || ending_phrases::DECISIONS.is_in(folded) { Question::Open } else { Question::Wish };
        Self::Request {
            kind: (asks || ending_phrases::COMMANDS.begins(start)).then_some(kind),
            // "Would you prefer:" and the options.
            leads: folded.ends_with([':', '：'])
                && (asks
                    || ending_phrases::ELLIPTIC.begins(folded)
                    || ending_phrases::CHOICES.is_in(folded) && !tells_of_list(folded)),
            offers: is_offer(folded),
        }
    }

    /// How it waits for the user. `listed` says that what may be its options follows, `answered` that something else does.
    fn waits(self, listed: bool, answered: bool, finished: &Finished<'_>) -> Option<Question> {
        match self {
            Self::Courtesy => None,
            Self::Question { offers, to_reader } => {
                let open = to_reader || !answered && !listed;
                (open && (listed || !offers || !**finished)).then_some(Question::Open)
            }
            Self::Request { leads: true, .. } if listed => Some(Question::Open),
            Self::Request { kind, offers, .. } => kind.filter(|_| !offers || !**finished),
        }
    }

    /// Whether it is an answer to what stands before it. Courtesies and offers are none.
    fn answers(self) -> bool {
        !matches!(self, Self::Courtesy | Self::Question { offers: true, .. })
    }
}

/// Whether a text reports finished work, once that is asked: the whole text has to be read for it.
type Finished<'a> = LazyCell<bool, Box<dyn FnOnce() -> bool + 'a>>;

/// The question that the end of the text puts to the user.
pub(super) fn asks(blocks: &[Block]) -> Option<Question> {
    let finished = Finished::new(Box::new(|| is_finished(blocks)));
    // What stands after the sentence at hand, in bytes, and how much of it a list that may be its options.
    let (mut after, mut options, mut listed) = (0, 0, false);
    for (at, block) in blocks.iter().enumerate().rev() {
        match block.shape {
            Shape::Other => continue,
            Shape::Item => {
                let text = plain(&block.text);
                let ends = after + options == 0 && is_decision(&text);
                if ends || item_asks(&text, &finished) && !(after > 0 && is_told(&blocks[..at])) {
                    return Some(Question::Open);
                }
                listed = true;
                options += text.len();
                continue;
            }
            Shape::Heading | Shape::Paragraph => {}
        }
        for sentence in sentences(&plain(&block.text)).iter().rev() {
            if after > CLOSING {
                return None;
            }
            let role = Role::of(&fold(sentence));
            let found = role.waits(listed, after > 0, &finished);
            if found.is_some() {
                return found;
            }
            if role.answers() {
                after += sentence.len();
            }
        }
        after += std::mem::take(&mut options);
        listed = false;
        if after > CLOSING {
            return None;
        }
    }
    None
}

/// Whether a list is told of as part of the work, by what stands above it: "I added these three questions:".
fn is_told(above: &[Block]) -> bool {
    let lead = above.iter().rev().find(|block| block.shape != Shape::Item).map(|block| plain(&block.text));
    lead.and_then(|lead| sentences(&lead).last().map(|last| fold(last))).is_some_and(|last| {
        last.ends_with([':', '：'])
            && tells_of_list(&last)
            && !ending_phrases::ASKING.is_in(&last)
            && !is_question(&last)
    })
}

/// Whether a sentence says of the list below it that it was worked on, and is settled.
fn tells_of_list(folded: &str) -> bool {
    ending_phrases::HANDLED.is_in(folded) && !ending_phrases::STILL_OPEN.is_in(folded)
}

/// Whether the last sentence of an item asks the reader to decide: the line behind a list, with no empty one between.
fn is_decision(item: &str) -> bool {
    sentences(item).last().is_some_and(|sentence| {
        let folded = fold(sentence);
        ending_phrases::ASKING.is_in(&folded) && ending_phrases::DECISIONS.is_in(&folded) && !is_courtesy(&folded)
    })
}

/// Whether an item of the last list is a question to the reader.
fn item_asks(item: &str, finished: &Finished<'_>) -> bool {
    let sentences = sentences(item);
    sentences.iter().enumerate().any(|(at, sentence)| {
        let folded = fold(sentence);
        let last = at + 1 == sentences.len();
        let open = last || is_choice(&folded) || (is_addressed(&folded) && !ending_phrases::HEADLINES.begins(&folded));
        open && is_question(&folded) && !is_courtesy(&folded) && !(is_offer(&folded) && **finished)
    })
}

/// Whether a sentence ends as a question does, or begins as one that is put to the reader.
pub(super) fn is_question(folded: &str) -> bool {
    let end = folded.trim_end_matches([')', '"', '_', '”', '»', ']', '}', '\'', ':', ' ', '.', '!', '。', '\u{fe0f}']);
    let end = end.trim_end_matches(|c: char| ('\u{1f000}'..='\u{1faff}').contains(&c) || c == ' ');
    let marks = ['?', '？', '؟', '\u{37e}', '՞', '፧', '⁇', '⁉', '❓'];
    let greek = folded.ends_with(';') && folded.chars().any(|c| ('\u{370}'..='\u{3ff}').contains(&c));
    // Japanese and Chinese questions often end in a particle instead of a mark.
    let particle = ["ますか", "ですか", "しょうか", "せんか", "吗", "嗎", "呢", "까요", "나요"]
        .iter()
        .any(|particle| end.ends_with(particle));
    end.ends_with(marks) || greek || particle || ending_phrases::QUESTION_STARTS.begins(folded)
}

/// Whether a question is meant for the reader. The tables know Latin and Cyrillic scripts; elsewhere it is.
fn is_addressed(folded: &str) -> bool {
    ending_phrases::ADDRESSED.is_in(folded) || folded.chars().any(is_unspaced)
}

/// Whether a question offers more than was asked for: to commit, to push, to add tests as well. Whether to do
/// the work at all, or one thing or the other, is no such offer.
fn is_offer(folded: &str) -> bool {
    let start = folded.trim_start_matches(|c: char| !c.is_alphanumeric());
    ending_phrases::OFFERS.begins(start) && ending_phrases::EXTRAS.is_in(folded) && !is_choice(folded)
}

/// Whether a sentence is said for politeness. "Should I draft it, or is there anything else?" is not.
fn is_courtesy(folded: &str) -> bool {
    let question = folded.split(" or is there ").next().unwrap_or_default();
    ending_phrases::COURTESIES.is_in(question) && !folded.contains(" before i ")
}

/// Whether a question names two ways.
fn is_choice(folded: &str) -> bool {
    ending_phrases::ALTERNATIVES.is_in(folded)
}

/// Whether the text reports work that is done.
fn is_finished(blocks: &[Block]) -> bool {
    blocks.iter().filter(|block| block.shape != Shape::Other).any(|block| {
        sentences(&plain(&block.text)).iter().any(|sentence| {
            let folded = fold(sentence.trim_start_matches(|c: char| !c.is_alphanumeric()));
            !is_question(&folded)
                && ending_phrases::FINISHED.begins(&folded)
                && !ending_phrases::CONDITIONS.begins(&folded)
        })
    })
}

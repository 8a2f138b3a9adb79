//! Reads how an answer ended: with a question, with an excuse, with an announcement, or plainly.

use super::answer::{Block, Shape, blocks, plain, sentences};
use super::counted::{counts_a_part, says_whole};
use super::ending_phrases;
use super::failing::{says_tests_fail, still_fails};
use super::partial::is_partial;
use super::phrases::{Phrases, fold, is_unspaced};
use super::turkish;
use std::cell::LazyCell;
use std::sync::LazyLock;

/// How much may follow a question that still waits for its answer, in bytes. The longest remark after a real
/// one in 805 answers of Claude Code had 190.
const CLOSING: usize = 300;
/// How far from the end an agent says that it gave up, in bytes, and how many of the first sentences say so.
const LAST_WORDS: usize = 600;
const FIRST_SENTENCES: usize = 2;
/// A sentence longer than this announces no action, and one shorter cannot turn what the last one said.
const LONGEST_ANNOUNCEMENT: usize = 300;

/// How the last text of an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It puts a question or a choice to the user, and waits. An offer after finished work ("Want me to push
    /// it?") is none, nor is a question that the text itself answers.
    Asks,
    /// It says that it could not do it or did only a part, guessed, or needs what it has not got.
    GaveUp,
    /// It announces the next action instead of doing it.
    Announces,
    /// There is no text.
    Empty,
    /// None of these.
    Plain,
}

struct Tables {
    addressed: Phrases,
    asking: Phrases,
    commands: Phrases,
    decisions: Phrases,
    question_starts: Phrases,
    offers: Phrases,
    courtesies: Phrases,
    extras: Phrases,
    alternatives: Phrases,
    choices: Phrases,
    headlines: Phrases,
    finished: Phrases,
    gave_up: Phrases,
    gave_up_starts: Phrases,
    gave_up_pairs: [(Phrases, Phrases); 4],
    overcome: Phrases,
    no_excuse: Phrases,
    overcome_pairs: [(Phrases, Phrases); 1],
    announcing: Phrases,
    conditions: Phrases,
    no_action: Phrases,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables {
    addressed: Phrases::new(ending_phrases::ADDRESSED),
    asking: Phrases::new(ending_phrases::ASKING),
    commands: Phrases::new(ending_phrases::COMMANDS),
    decisions: Phrases::new(ending_phrases::DECISIONS),
    question_starts: Phrases::new(ending_phrases::QUESTION_STARTS),
    offers: Phrases::new(ending_phrases::OFFERS),
    courtesies: Phrases::new(ending_phrases::COURTESIES),
    extras: Phrases::new(ending_phrases::EXTRAS),
    alternatives: Phrases::new(ending_phrases::ALTERNATIVES),
    choices: Phrases::new(ending_phrases::CHOICES),
    headlines: Phrases::new(ending_phrases::HEADLINES),
    finished: Phrases::new(ending_phrases::FINISHED),
    gave_up: Phrases::new(ending_phrases::GAVE_UP),
    gave_up_starts: Phrases::new(ending_phrases::GAVE_UP_STARTS),
    gave_up_pairs: ending_phrases::GAVE_UP_PAIRS.map(|(first, second)| (Phrases::new(first), Phrases::new(second))),
    overcome: Phrases::new(ending_phrases::OVERCOME),
    no_excuse: Phrases::new(ending_phrases::NO_EXCUSE),
    overcome_pairs: ending_phrases::OVERCOME_PAIRS.map(|(first, second)| (Phrases::new(first), Phrases::new(second))),
    announcing: Phrases::new(ending_phrases::ANNOUNCING),
    conditions: Phrases::new(ending_phrases::CONDITIONS),
    no_action: Phrases::new(ending_phrases::NO_ACTION),
});

impl Ending {
    /// Reads the last text of an answer. Hand in the whole of it where it is kept: whether code is code
    /// depends on the fence before it. Only the first 4 and the last 12 KB of it are read.
    pub(crate) fn read(text: &str) -> Self {
        if !text.chars().any(char::is_alphanumeric) && !text.contains(['?', '？', '؟']) {
            return Self::Empty;
        }
        let blocks = blocks(text);
        match asks(&blocks) {
            Some(Question::Open) => Self::Asks,
            // "I need the key to go on. Please send it." is an excuse with a wish, not a choice.
            Some(Question::Wish) if !gave_up(&blocks) => Self::Asks,
            None if announces(&blocks) => Self::Announces,
            _ if gave_up(&blocks) => Self::GaveUp,
            _ => Self::Plain,
        }
    }
}

/// How a text waits for the user.
enum Question {
    /// With a question, or a request to decide.
    Open,
    /// With a request that is not a decision: to send something, to try it.
    Wish,
}

/// Whether a text reports finished work, once that is asked.
type Finished<'a> = LazyCell<bool, Box<dyn FnOnce() -> bool + 'a>>;

/// The question that the end of the text puts to the user.
fn asks(blocks: &[Block]) -> Option<Question> {
    // Asked of an offer only: the whole text has to be read for it.
    let finished = Finished::new(Box::new(|| is_finished(blocks)));
    // What stands after the sentence at hand, in bytes, and how much of it a list that may be its options.
    let (mut after, mut options, mut listed) = (0, 0, false);
    for block in blocks.iter().rev() {
        match block.shape {
            Shape::Other => continue,
            Shape::Item => {
                let text = plain(&block.text);
                let ends = after + options == 0 && is_decision(&text);
                if after <= CLOSING && (ends || item_asks(&text, &finished)) {
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
            let folded = fold(sentence);
            let found = asks_in(&folded, listed, after, &finished);
            if found.is_some() {
                return found;
            }
            // Courtesies and offers are no answer to what stands before them.
            let offered = is_question(&folded) && is_offer(&folded);
            if !offered && !is_courtesy(&folded) {
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

/// Whether this sentence waits for the user, with that much text after it.
fn asks_in(folded: &str, listed: bool, after: usize, finished: &Finished<'_>) -> Option<Question> {
    if is_courtesy(folded) {
        return None;
    }
    let addressed = is_addressed(folded);
    if is_question(folded) {
        let answered = (after > 0 || listed) && (!addressed || TABLES.headlines.begins(folded));
        let offered = !listed && is_offer(folded) && **finished;
        return (!answered && !offered && after <= CLOSING).then_some(Question::Open);
    }
    // "Would you prefer:" and the options.
    if listed && folded.ends_with([':', '：']) && (TABLES.choices.is_in(folded) || TABLES.asking.is_in(folded)) {
        return Some(Question::Open);
    }
    let start = folded.trim_start_matches(|c: char| !c.is_alphanumeric());
    let wish = (TABLES.asking.is_in(folded) || TABLES.commands.begins(start)) && !(is_offer(folded) && **finished);
    let kind = || if TABLES.decisions.is_in(folded) { Question::Open } else { Question::Wish };
    (wish && after <= CLOSING).then(kind)
}

/// Whether the last sentence of an item asks the reader to decide: the line after a list, with no empty one between.
fn is_decision(item: &str) -> bool {
    sentences(item).last().is_some_and(|sentence| {
        let folded = fold(sentence);
        TABLES.asking.is_in(&folded) && TABLES.decisions.is_in(&folded) && !is_courtesy(&folded)
    })
}

/// Whether an item of the last list is a question to the reader.
fn item_asks(item: &str, finished: &Finished<'_>) -> bool {
    let sentences = sentences(item);
    sentences.iter().enumerate().any(|(at, sentence)| {
        let folded = fold(sentence);
        let last = at + 1 == sentences.len();
        let open = last || is_choice(&folded) || (is_addressed(&folded) && !TABLES.headlines.begins(&folded));
        open && is_question(&folded) && !is_courtesy(&folded) && !(is_offer(&folded) && **finished)
    })
}

/// Whether a sentence ends as a question does, or begins as one that is put to the reader.
fn is_question(folded: &str) -> bool {
    let end = folded.trim_end_matches([')', '"', '_', '”', '»', ']', '}', '\'', ':', ' ', '.', '!', '。', '\u{fe0f}']);
    let end = end.trim_end_matches(|c: char| ('\u{1f000}'..='\u{1faff}').contains(&c) || c == ' ');
    let marks = ['?', '？', '؟', '\u{37e}', '՞', '፧', '⁇', '⁉', '❓'];
    let greek = folded.ends_with(';') && folded.chars().any(|c| ('\u{370}'..='\u{3ff}').contains(&c));
    // Japanese and Chinese questions often end in a particle instead of a mark.
    let particle = ["ますか", "ですか", "しょうか", "せんか", "吗", "嗎", "呢", "까요", "나요"]
        .iter()
        .any(|particle| end.ends_with(particle));
    end.ends_with(marks) || greek || particle || TABLES.question_starts.begins(folded)
}

/// Whether a question is meant for the reader. The tables know Latin and Cyrillic scripts; elsewhere it is.
fn is_addressed(folded: &str) -> bool {
    TABLES.addressed.is_in(folded) || folded.chars().any(is_unspaced)
}

/// Whether a question offers more than was asked for: to commit, to push, to add tests as well. Whether to do
/// the work at all, or one thing or the other, is not such an offer.
fn is_offer(folded: &str) -> bool {
    let start = folded.trim_start_matches(|c: char| !c.is_alphanumeric());
    TABLES.offers.begins(start) && TABLES.extras.is_in(folded) && !is_choice(folded)
}

/// Whether a sentence is said for politeness. "Should I draft it, or is there anything else?" is not.
fn is_courtesy(folded: &str) -> bool {
    let question = folded.split(" or is there ").next().unwrap_or_default();
    TABLES.courtesies.is_in(question) && !folded.contains(" before i ")
}

/// Whether a question names two ways.
fn is_choice(folded: &str) -> bool {
    TABLES.alternatives.is_in(folded)
}

/// Whether the text reports work that is done.
fn is_finished(blocks: &[Block]) -> bool {
    blocks.iter().filter(|block| block.shape != Shape::Other).any(|block| {
        sentences(&plain(&block.text)).iter().any(|sentence| {
            let folded = fold(sentence.trim_start_matches(|c: char| !c.is_alphanumeric()));
            !is_question(&folded) && TABLES.finished.begins(&folded) && !TABLES.conditions.begins(&folded)
        })
    })
}

/// Whether the first or the last sentences say that it did not work out.
fn gave_up(blocks: &[Block]) -> bool {
    let spoken = |block: &&Block| matches!(block.shape, Shape::Paragraph | Shape::Item);
    let first: Vec<String> =
        blocks.iter().filter(spoken).flat_map(folded_sentences).take(FIRST_SENTENCES + 1).collect();
    let mut last = Vec::new();
    let mut read = 0;
    for block in blocks.iter().filter(spoken).rev() {
        for sentence in folded_sentences(block).into_iter().rev() {
            read += sentence.len();
            last.push(sentence);
            if read > LAST_WORDS {
                break;
            }
        }
        if read > LAST_WORDS {
            break;
        }
    }
    last.reverse();
    let with_next = |all: &[String], at: usize| {
        is_excuse(&all[at]) && !all.get(at + 1).is_some_and(|next| TABLES.overcome.is_in(next))
    };
    if last.last().is_some_and(|sentence| says_tests_fail(sentence)) {
        return true;
    }
    let mut all = first.iter().chain(&last);
    let is_part = |sentence: &String| {
        counts_a_part(sentence)
            && !is_overcome(sentence)
            && !TABLES.conditions.begins(sentence)
            && !is_question(sentence)
    };
    if all.clone().any(is_part) && !all.any(|sentence| says_whole(sentence)) {
        return true;
    }
    (0..first.len().min(FIRST_SENTENCES)).any(|at| with_next(&first, at))
        || (0..last.len()).any(|at| with_next(&last, at))
}

fn folded_sentences(block: &Block) -> Vec<String> {
    sentences(&plain(&block.text)).into_iter().map(fold).collect()
}

fn is_excuse(folded: &str) -> bool {
    if is_overcome(folded) || TABLES.conditions.begins(folded) || is_question(folded) {
        return false;
    }
    let start = folded.trim_start_matches(|c: char| !c.is_alphanumeric());
    TABLES.gave_up_starts.begins(start)
        || turkish::says_unable(folded)
        || TABLES.gave_up.find_all(folded).any(|(at, _)| !is_relative(&folded[..at]))
        || is_pair(&TABLES.gave_up_pairs, folded)
        || still_fails(folded)
        || is_partial(folded)
}

/// Whether a sentence tells of what it got over, or of something else.
fn is_overcome(folded: &str) -> bool {
    TABLES.overcome.is_in(folded) || TABLES.no_excuse.is_in(folded) || is_pair(&TABLES.overcome_pairs, folded)
}

fn is_pair(pairs: &[(Phrases, Phrases)], folded: &str) -> bool {
    pairs.iter().any(|(first, second)| first.is_in(folded) && second.is_in(folded))
}

/// Whether what follows belongs to a description: "servers that could not be reached".
fn is_relative(before: &str) -> bool {
    let word = before.trim_end().rsplit(' ').next().unwrap_or_default();
    matches!(
        word,
        "that" | "which" | "who" | "when" | "if" | "whether" | "where" | "die" | "der" | "qui" | "que" | "che"
    )
}

/// Whether the text ends by announcing what it does next.
fn announces(blocks: &[Block]) -> bool {
    let Some(block) = blocks.last().filter(|block| block.shape != Shape::Other) else {
        return false;
    };
    let text = plain(&block.text);
    let sentences = sentences(&text);
    let Some(last) = sentences.last() else {
        return false;
    };
    let folded = fold(last);
    if folded.len() > LONGEST_ANNOUNCEMENT {
        return false;
    }
    // Whatever was to come after a colon did not come.
    if folded.ends_with([':', '：']) && block.shape != Shape::Heading {
        return true;
    }
    let mut start = folded.trim_start_matches(|c: char| !c.is_alphanumeric());
    for _ in 0..3 {
        let word = ending_phrases::INTERJECTIONS.iter().find_map(|word| {
            let rest = start.strip_prefix(word)?;
            rest.starts_with([',', ' ', '!', '，', '、']).then_some(rest)
        });
        let Some(rest) = word else { break };
        // "Now running the tests" is an announcement with its "now" only.
        if TABLES.announcing.begins(start) {
            break;
        }
        start = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
    }
    let goes_on = folded.ends_with("...") || folded.ends_with('…');
    let gerund = start.split(' ').next().is_some_and(|word| {
        word.len() > 5 && word.ends_with("ing") && !["everything", "anything", "nothing", "something"].contains(&word)
    });
    (TABLES.announcing.begins(start) || (gerund && (goes_on || folded.ends_with(" now.") || folded.ends_with(" now"))))
        // "I'll check if it runs" depends on nobody.
        && !TABLES.conditions.is_in(&folded.replace("check if", "check").replace("see if", "see"))
        && !TABLES.no_action.is_in(&folded)
}

#[cfg(test)]
mod tests;

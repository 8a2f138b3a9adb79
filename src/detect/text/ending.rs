//! How an answer ended: with a question that hands the turn back to the user, with an excuse, with an announcement, or
//! plainly.

mod announcement;
mod asked;
mod awaited_input;
mod consent;
mod excuse;
mod further_need;
mod needed_input;
mod past;
mod question;

use super::answer::blocks;
use super::remainder::is_part_asked;
use announcement::announces;
pub(crate) use asked::Asked;
use excuse::gave_up;
use question::{Question, asks};

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

impl Ending {
    /// Reads the last text of an answer. Pass the whole text if it is at hand: whether code is code
    /// depends on the fence before it. Only the first 4 and the last 12 KB of it are read.
    pub(crate) fn read(text: &str) -> Self {
        Self::read_answer(text, Asked::default())
    }

    /// Reads the last text of an answer to what was asked.
    pub(crate) fn read_answer(text: &str, asked: Asked<'_>) -> Self {
        if !text.chars().any(char::is_alphanumeric) && !text.contains(['?', '？', '؟']) {
            return Self::Empty;
        }
        let blocks = blocks(text);
        let gave_up = || gave_up(&blocks, asked, is_part_asked(text, asked.request));
        match asks(&blocks) {
            Some(Question::Open) => Self::Asks,
            // "I need the key to go on. Please send it." is an excuse with a wish, not a choice.
            Some(Question::Wish) if !gave_up() => Self::Asks,
            None if announces(&blocks) => Self::Announces,
            _ if gave_up() => Self::GaveUp,
            _ => Self::Plain,
        }
    }
}

#[cfg(test)]
mod tests;

//! Keeps each exchange with a reviewer, and answers from what was kept.

use super::prompt::{Prompt, hash};
use super::reviewer::answer;
use super::reviewer::error::Blame;
use super::reviewer::{Failed, Outcome, unreadable};
use crate::exit::{Code, Failure};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// How long a file's name is, without its end.
const NAME: usize = 100;

/// One question and what came of it. Everything in it is masked.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Exchange {
    /// What was judged.
    moment: String,
    /// Who was asked.
    reviewer: String,
    /// The rules, as they were sent.
    system: String,
    /// The question, as it was sent.
    user: String,
    /// The ticket that the answer had to carry.
    ticket: String,
    /// The answer, as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    /// Why there was none that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    /// Whether asking anything would have failed as well.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    lasting: bool,
    /// Whether the failure was about this question alone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    this_question: bool,
    /// How often it had to be asked again.
    retries: u32,
    /// How long it took, in the time of the lines, in milliseconds.
    lasted: i64,
    /// Whether the session had moved on. The time alone does not tell it of lines with the same one.
    #[serde(skip_serializing_if = "Option::is_none")]
    stale: Option<bool>,
}

/// A folder of exchanges.
#[derive(Debug, Clone)]
pub(super) struct Exchanges(PathBuf);

/// An outcome out of a folder.
pub(super) struct Kept {
    pub outcome: Outcome,
    pub reviewer: String,
    /// How long it took, in the time of the lines, in milliseconds.
    pub lasted: i64,
    /// Whether the session had moved on, where that is known.
    pub stale: Option<bool>,
}

/// What is known of an exchange besides what was said.
pub(super) struct About<'a> {
    /// The name of the moment.
    pub moment: &'a str,
    pub reviewer: &'a str,
    /// How long it took, in the time of the lines, in milliseconds.
    pub lasted: i64,
    /// Whether the session had moved on.
    pub stale: bool,
}

impl Exchanges {
    /// A folder to write to; it is made where there is none.
    pub(super) fn record(folder: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(folder).map_err(|e| {
            let what = format_args!("--record {}: cannot make this folder: {e}", folder.display());
            Failure::new(Code::Error, what)
        })?;
        Ok(Self(folder.to_owned()))
    }

    /// A folder to read from.
    pub(super) fn replay(folder: &Path) -> Result<Self, Failure> {
        if folder.is_dir() {
            return Ok(Self(folder.to_owned()));
        }
        let what = format_args!(
            "--replay {}: no such folder; record one with --record",
            folder.display()
        );
        Err(Failure::new(Code::Error, what))
    }

    /// Keeps an exchange. What cannot be written is logged: the decision matters more.
    pub(super) fn keep(&self, about: &About<'_>, prompt: &Prompt, outcome: &Outcome) {
        let blame = outcome.failure.as_ref().map(|f| f.blame);
        let exchange = Exchange {
            moment: about.moment.to_owned(),
            reviewer: about.reviewer.to_owned(),
            system: prompt.system.clone(),
            user: prompt.user.clone(),
            ticket: prompt.ticket.clone(),
            answer: outcome.answer.clone(),
            failure: outcome.failure.as_ref().map(|f| f.what.clone()),
            lasting: blame == Some(Blame::Lasting),
            this_question: blame == Some(Blame::Question),
            retries: outcome.retries,
            lasted: about.lasted,
            stale: Some(about.stale),
        };
        let path = self.path(about.moment);
        // Cannot fail to serialize: string keys only.
        let text = serde_json::to_string_pretty(&exchange).unwrap_or_default() + "\n";
        // Written beside and put in its place: whenever we end, what stands there is whole.
        let part = path.with_extension("part");
        if let Err(error) = fs::write(&part, text).and_then(|()| fs::rename(&part, &path)) {
            tracing::warn!("cannot keep the exchange {}: {error}", path.display());
        }
    }

    /// Who was asked, as far as any exchange says.
    pub(super) fn reviewer(&self) -> Option<String> {
        let mut files: Vec<PathBuf> = fs::read_dir(&self.0)
            .ok()?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        files.sort();
        files.iter().find_map(|file| {
            let exchange: Exchange = serde_json::from_str(&fs::read_to_string(file).ok()?).ok()?;
            Some(exchange.reviewer).filter(|name| !name.is_empty())
        })
    }

    /// Answers from what was kept.
    ///
    /// # Errors
    /// Which exchange is missing, for a person.
    pub(super) fn answer(&self, moment: &str, prompt: &Prompt) -> Result<Kept, String> {
        let path = self.path(moment);
        let text = fs::read_to_string(&path).map_err(|e| format!("no exchange {} ({e})", path.display()))?;
        let exchange: Exchange =
            serde_json::from_str(&text).map_err(|e| format!("{} is no exchange ({e})", path.display()))?;
        if exchange.user != prompt.user && !exchange.user.is_empty() {
            tracing::info!(
                "{}: the question differs from the one that was recorded",
                path.display()
            );
        }
        let mut outcome = Outcome {
            answer: exchange.answer,
            retries: exchange.retries,
            ..Outcome::default()
        };
        match (exchange.failure, &outcome.answer) {
            (None, Some(answer)) => outcome.opinion = Some(read(answer, &exchange.ticket, prompt)),
            (failure, _) => {
                let what = failure.unwrap_or_else(|| "no answer was recorded".to_owned());
                let blame = match (exchange.lasting, exchange.this_question) {
                    (true, _) => Blame::Lasting,
                    (false, true) => Blame::Question,
                    (false, false) => Blame::Passing,
                };
                outcome.failure = Some(Failed { what, blame });
            }
        }
        Ok(Kept {
            outcome,
            reviewer: exchange.reviewer,
            lasted: exchange.lasted,
            stale: exchange.stale,
        })
    }

    /// Where the exchange about a moment is kept: a name that a person can read and every system can store.
    fn path(&self, moment: &str) -> PathBuf {
        let plain = |c: char| {
            if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') {
                c
            } else {
                '_'
            }
        };
        let mut name: String = moment.chars().map(plain).take(NAME).collect();
        if name != moment {
            name = format!("{name}-{:08x}", hash(moment) >> 32);
        }
        self.0.join(name + ".json")
    }
}

fn read(answer: &str, ticket: &str, prompt: &Prompt) -> super::queue::rules::Opinion {
    let mut question = prompt.question();
    if !ticket.is_empty() {
        question.ticket = ticket;
    }
    answer::parse(answer, &question).unwrap_or_else(unreadable)
}

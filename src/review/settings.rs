//! What a review stage is told: whom to ask, how long, how often, and what to keep from whom.

use super::exchange::Exchanges;
use super::queue::Limits;
use super::queue::rules;
use super::redact::Masker;
use super::reviewer::command::CommandReviewer;
use super::reviewer::endpoint::{Address, Endpoint};
use super::reviewer::{Patience, Reviewer};
use crate::exit::Failure;
use crate::pipe::Shutdown;
use crate::process::command::KillSwitch;
use regex::Regex;
use std::path::PathBuf;

/// Who reviews where only exchanges answer, and none says who did.
const REPLAY: &str = "replay";

/// Who reviews.
#[derive(Debug, Clone)]
pub enum Who {
    /// An OpenAI-compatible endpoint.
    Endpoint(Address),
    /// A command, in a shell.
    Command(String),
    /// The built-in rules.
    Rules,
}

/// The settings of a review stage.
pub struct Settings {
    /// Who reviews.
    pub who: Who,
    /// How long it may take.
    pub patience: Patience,
    /// How often it may be asked.
    pub limits: Limits,
    /// How much a question may take, in tokens, roughly.
    pub max_input_tokens: usize,
    /// What is masked besides the known secrets.
    pub redact: Vec<Regex>,
    /// The task, where the stream does not tell it.
    pub task: Option<String>,
    /// The folder to keep each exchange in.
    pub record: Option<PathBuf>,
    /// The folder to answer from.
    pub replay: Option<PathBuf>,
    /// Kills a command that reviews when the process exits.
    pub kill_switch: KillSwitch,
    /// Whether a signal asked this process to stop.
    pub shutdown: Shutdown,
}

impl Settings {
    /// The name that the decisions carry. Who answers in a replay is in its exchanges.
    pub(super) fn name(&self) -> String {
        if let Some(folder) = &self.replay {
            return Exchanges::replay(folder)
                .ok()
                .and_then(|exchanges| exchanges.reviewer())
                .unwrap_or_else(|| REPLAY.to_owned());
        }
        match &self.who {
            Who::Endpoint(address) => address.model.clone(),
            Who::Command(line) => line.clone(),
            Who::Rules => rules::NAME.to_owned(),
        }
    }

    pub(super) fn masker(&self) -> Masker {
        let key = match &self.who {
            Who::Endpoint(address) => address.key.clone(),
            Who::Command(_) | Who::Rules => None,
        };
        Masker::new(self.redact.clone(), key)
    }

    /// Somebody who can be asked; none where the rules decide or a record answers.
    pub(super) fn reviewer(&self) -> Result<Option<Reviewer>, Failure> {
        if self.replay.is_some() {
            return Ok(None);
        }
        Ok(match &self.who {
            Who::Endpoint(address) => Some(Reviewer::Endpoint(Endpoint::new(address)?)),
            Who::Command(line) => Some(Reviewer::Command(CommandReviewer::new(
                line,
                self.kill_switch.clone(),
            ))),
            Who::Rules => None,
        })
    }
}

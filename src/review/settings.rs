//! The settings of a review stage.

use super::queue::{ReviewLimits, rules};
use super::reviewer::command::CommandReviewer;
use super::reviewer::endpoint::{Address, Endpoint};
use super::reviewer::{Patience, Reviewer};
use crate::exit::Failure;
use crate::pipe::Shutdown;
use crate::process::command::KillSwitch;
use crate::redact::Redactor;

/// Who reviews.
#[derive(Debug, Clone)]
pub enum Who {
    /// An OpenAI-compatible endpoint.
    Endpoint(Address),
    /// A shell command.
    Command(String),
    /// The built-in rules.
    Rules,
}

/// The settings of a review stage.
pub struct Settings {
    /// Who reviews.
    pub who: Who,
    /// How long a review may take.
    pub patience: Patience,
    /// How often the reviewer may be asked.
    pub limits: ReviewLimits,
    /// The maximum length of a question, in tokens (estimated).
    pub max_input_tokens: usize,
    /// What to redact, besides the reviewer's own key.
    pub redactor: Redactor,
    /// The task of sessions whose stream does not contain it.
    pub task: Option<String>,
    /// Kills a command that reviews when the process exits.
    pub kill_switch: KillSwitch,
    /// Whether a signal asked this process to stop.
    pub shutdown: Shutdown,
}

impl Settings {
    /// The name that the decisions carry, not redacted.
    pub(super) fn name(&self) -> &str {
        match &self.who {
            Who::Endpoint(address) => &address.model,
            Who::Command(line) => line,
            Who::Rules => rules::NAME,
        }
    }

    pub(super) fn redactor(&self) -> Redactor {
        let key = match &self.who {
            Who::Endpoint(address) => address.key.clone(),
            Who::Command(_) | Who::Rules => None,
        };
        self.redactor.clone().with_key(key)
    }

    /// The reviewer to ask; `None` if the rules decide.
    pub(super) fn reviewer(&self) -> Result<Option<Reviewer>, Failure> {
        Ok(match &self.who {
            Who::Endpoint(address) => Some(Reviewer::Endpoint(Endpoint::new(address)?)),
            Who::Command(line) => Some(Reviewer::Command(CommandReviewer::new(line, self.kill_switch.clone()))),
            Who::Rules => None,
        })
    }
}

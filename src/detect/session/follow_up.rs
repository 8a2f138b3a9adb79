//! Compares what a call did with what the agent announced.

use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::text::announced::Announced;

/// What a call did, as far as it may be what was announced; the later ones are more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FollowUp {
    /// Nothing: it failed, or was notes.
    #[default]
    Nothing,
    /// It looked at something.
    Look,
    /// It ran a command that looked at something.
    Command,
    /// It changed or checked something, or may have.
    Work,
}

impl FollowUp {
    /// What this call did.
    pub(crate) fn of(call: &Call) -> Self {
        let looks = matches!(call.kind, CallKind::Observe | CallKind::Poll);
        // A check that failed was run all the same.
        if call.kind == CallKind::Plan || call.denied || call.failed() && call.check.is_none() {
            Self::Nothing
        } else if !looks {
            Self::Work
        } else if call.line.is_some() {
            Self::Command
        } else {
            Self::Look
        }
    }

    /// Whether it is what was announced.
    pub(crate) fn fulfils(self, announced: Announced) -> bool {
        match announced {
            Announced::Look => self >= Self::Look,
            Announced::Command => self >= Self::Command,
            Announced::Work => self >= Self::Work,
        }
    }
}

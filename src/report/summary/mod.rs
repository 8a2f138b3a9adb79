//! The summary of one recording: collected once from its lines, and the same for every form of report.

mod episode;
mod reader;
mod repeated;
mod severity;
mod timeline;
mod usage;

pub use episode::Episode;
pub use reader::Reader;
pub use severity::Severity;
pub use timeline::{Bar, Mark, Timeline};
pub use usage::Session;

use super::shown::Shown;
use crate::wire::record::{Grade, Outcome, RunOutcome, Wasted};
use crate::wire::{Origins, Timestamp, Usage};

/// Something that happened once and is told in one line: a gap, a decision, an action.
#[derive(Debug, Clone)]
pub struct Step {
    /// When it happened.
    pub at: Timestamp,
    /// The session that it is about, if it is about one.
    pub session: Option<Shown>,
    /// What kind of line it is.
    pub what: &'static str,
    /// The line in words.
    pub text: Shown,
}

/// A session that came to rest.
#[derive(Debug, Clone)]
pub struct Rest {
    /// When it came to rest.
    pub at: Timestamp,
    /// The session.
    pub session: Shown,
    /// How it came to rest.
    pub outcome: Outcome,
    /// Whether it ended otherwise than done, or hard evidence contradicts that it is done.
    pub contradicted: bool,
    /// Whether anything contradicts that it is done, hard evidence or not.
    pub doubted: bool,
    /// The outcome, and what contradicts that the session is done.
    pub text: Shown,
    /// What the events say that show it.
    pub evidence: Vec<Shown>,
}

/// How the run ended.
#[derive(Debug, Clone)]
pub struct RunEnd {
    /// The outcome.
    pub outcome: RunOutcome,
    /// The exit code of the run.
    pub exit_code: u8,
    /// The outcome, the exit code and the reason.
    pub text: Shown,
}

/// What is known about one recording. Its size is bounded, however long the recording was.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// The file; `None` for standard input.
    pub file: Option<Shown>,
    /// Why it was not judged: nothing in it was understood, or it cannot be read. `None` if it was.
    pub foreign: Option<Shown>,
    /// The time of its first line.
    pub began: Timestamp,
    /// The time of its last line.
    pub ended: Timestamp,
    /// Where each session is, and what time it is there.
    pub origins: Origins,
    /// The task that the session was given.
    pub task: Option<Shown>,
    /// The requested model.
    pub model: Option<Shown>,
    /// The working directory.
    pub directory: Option<Shown>,
    /// The sessions, in the order in which they appeared.
    pub sessions: Vec<Session>,
    /// What all sessions used.
    pub usage: Usage,
    /// The problems, the worst first; of equals, the one that was found first.
    pub episodes: Vec<Episode>,
    /// How many further problems were left out.
    pub omitted: u64,
    /// What the problems wasted, each call counted once.
    pub wasted: Wasted,
    /// How sessions came to rest.
    pub rests: Vec<Rest>,
    /// Gaps, decisions and actions.
    pub steps: Vec<Step>,
    /// How many further rests and steps were left out.
    pub untold: u64,
    /// How the run ended, if the recording holds its last line.
    pub end: Option<RunEnd>,
    /// When calls ran and tokens were used.
    pub timeline: Timeline,
}

impl Summary {
    /// The summary of a recording that cannot be read for this reason.
    pub fn unread(file: &str, reason: &str) -> Self {
        Self { file: Some(Shown::new(file)), foreign: Some(Shown::new(reason)), ..Self::default() }
    }

    /// How long the recording is, in milliseconds. Of merged streams, whose clocks may differ, it is the longest of what
    /// the sessions' own clocks say.
    pub fn lasted(&self) -> i64 {
        if self.origins.is_merged() { self.origins.elapsed() } else { self.ended.since(self.began) }
    }

    /// The milliseconds from the first line to a time of this session; of merged streams, from the first line of the
    /// session's family. `None` if that is not known.
    pub fn since_first(&self, session: Option<&Shown>, at: Timestamp) -> Option<i64> {
        if self.origins.is_merged() {
            return self.origins.since_first(session.map(Shown::as_str), at);
        }
        Some(at.since(self.began))
    }

    /// How many problems of this grade there are.
    pub fn count(&self, grade: Grade) -> u64 {
        self.episodes.iter().map(|episode| u64::from(episode.grade == grade)).sum()
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        Severity::of(self)
    }

    /// What the waste cost in dollars, at the average price of the recording's tokens; `None` if no price is known.
    pub fn wasted_dollars(&self) -> Option<f64> {
        self.usage.price_of(self.wasted.tokens)
    }

    /// Rests, gaps, decisions and actions, in the order of their times: how long after the first line, what kind of line,
    /// and what it says.
    pub fn events(&self) -> Vec<(Option<i64>, &'static str, &str)> {
        // Without the end of a run, the last rest is the outcome, and was told as such.
        let told = if self.end.is_none() { self.rests.len() } else { 0 };
        let rests = (1..).zip(&self.rests).map(|(place, rest)| {
            let text = if place == told { rest.outcome.in_words() } else { rest.text.as_str() };
            (self.since_first(Some(&rest.session), rest.at), "rest", text)
        });
        let steps = self
            .steps
            .iter()
            .map(|step| (self.since_first(step.session.as_ref(), step.at), step.what, step.text.as_str()));
        let mut events: Vec<_> = rests.chain(steps).collect();
        events.sort_by_key(|(at, ..)| *at);
        events
    }

    /// The name of the recording.
    pub fn name(&self) -> &str {
        self.file.as_ref().map_or("standard input", Shown::as_str)
    }

    /// The worst of what is to be said about the recording, in one line.
    pub fn headline(&self) -> String {
        if let Some(foreign) = &self.foreign {
            return format!("not judged: {foreign}");
        }
        // The first of the gravest.
        let worst = self.episodes.iter().rev().max_by_key(|episode| episode.grade);
        match (worst, &self.end, self.rests.last()) {
            (Some(worst), ..) => format!("{}: {}", worst.rule, worst.summary),
            (None, Some(end), _) => end.text.to_string(),
            (None, None, Some(rest)) => format!("nothing found; it came to rest: {}", rest.text),
            (None, None, None) => "nothing found; it did not come to rest".to_owned(),
        }
    }
}

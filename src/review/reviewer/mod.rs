//! Asks until there is an answer, nothing can help, or the time is up.

pub(crate) mod answer;
pub(crate) mod command;
pub(crate) mod endpoint;
pub(crate) mod error;
pub(crate) mod reply;
pub(crate) mod retry_after;

use super::prompt::Prompt;
use super::queue::rules::Opinion;
use super::redact::Masker;
use crate::wire::record::Verdict;
use backon::{BackoffBuilder, ExponentialBuilder};
use command::CommandReviewer;
use endpoint::Endpoint;
use error::{Blame, Cure, Trouble};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How often a reviewer is asked again after a failure (REV-07).
pub(super) const RETRIES: usize = 3;
/// The longest pause before asking again that nobody asked for.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// How sure we are of an opinion that could not be read.
const UNREADABLE: f64 = 0.0;

/// How long a reviewer may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For one attempt.
    pub attempt: Duration,
    /// For all attempts together, pauses included.
    pub deadline: Duration,
    /// The pause before the first retry; each one after it is twice as long, give or take a random share.
    pub pause: Duration,
}

/// Somebody who can be asked.
pub(super) enum Reviewer {
    Endpoint(Endpoint),
    Command(CommandReviewer),
    /// One with a defect.
    #[cfg(test)]
    Broken,
}

/// What came of asking.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    /// What the reviewer thinks; none when it failed.
    pub opinion: Option<Opinion>,
    /// Why it failed.
    pub failure: Option<Failed>,
    /// The last answer as it was given, masked.
    pub answer: Option<String>,
    /// How often it had to be asked again.
    pub retries: u32,
}

/// Why there is no opinion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Failed {
    pub what: String,
    pub blame: Blame,
}

impl Outcome {
    /// A review that failed for a reason of ours.
    pub(super) fn failed(what: impl Into<String>) -> Self {
        let failure = Some(Failed {
            what: what.into(),
            blame: Blame::Question,
        });
        Self {
            failure,
            ..Self::default()
        }
    }
}

impl Reviewer {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Endpoint(endpoint) => endpoint.name(),
            Self::Command(command) => command.name(),
            #[cfg(test)]
            Self::Broken => "broken",
        }
    }

    async fn once(
        &self,
        prompt: &Prompt,
        complaint: Option<&str>,
        masker: &Masker,
    ) -> Result<String, Trouble> {
        match self {
            Self::Endpoint(endpoint) => endpoint.ask(prompt, complaint, masker).await,
            Self::Command(command) => command.ask(prompt, complaint, masker).await,
            #[cfg(test)]
            Self::Broken => panic!("a defect"),
        }
    }

    /// Asks, within what is `left` of the deadline.
    pub(super) async fn ask(
        &self,
        prompt: &Prompt,
        patience: &Patience,
        left: Duration,
        masker: &Masker,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let until = Instant::now() + left;
        let asking = self.ask_again_and_again(prompt, patience, until, masker, &mut outcome);
        let in_time = timeout(left, asking).await.is_ok();
        if !in_time {
            let last = outcome
                .failure
                .take()
                .map(|f| format!("; before that: {}", f.what))
                .unwrap_or_default();
            let what = format!("no answer within {:?}{last}", patience.deadline);
            outcome.failure = Some(Failed {
                what,
                blame: Blame::Passing,
            });
        }
        outcome
    }

    async fn ask_again_and_again(
        &self,
        prompt: &Prompt,
        patience: &Patience,
        until: Instant,
        masker: &Masker,
        outcome: &mut Outcome,
    ) {
        let mut pauses = pauses(patience.pause);
        let mut complaint = None;
        loop {
            let attempt = timeout(patience.attempt, self.once(prompt, complaint, masker)).await;
            let trouble = match attempt {
                Ok(Ok(answer)) => match self.read(answer, prompt, complaint, masker, outcome) {
                    Some(wrong) => {
                        complaint = Some(wrong);
                        outcome.retries += 1;
                        continue;
                    }
                    None => return,
                },
                Ok(Err(trouble)) => trouble.masked(masker),
                Err(_) => Trouble::passing(format!("no answer within {:?}", patience.attempt)),
            };
            let Some(pause) = pause_after(
                &trouble,
                pauses.next(),
                until.saturating_duration_since(Instant::now()),
            ) else {
                outcome.failure = Some(failed(trouble));
                return;
            };
            tracing::info!("{}; asking again in {pause:?}", trouble.what);
            outcome.failure = Some(failed(trouble));
            outcome.retries += 1;
            sleep(pause).await;
        }
    }

    /// Reads an answer. Says what is wrong with it when it is worth asking again, which it is once.
    fn read(
        &self,
        answer: String,
        prompt: &Prompt,
        complaint: Option<&str>,
        masker: &Masker,
        outcome: &mut Outcome,
    ) -> Option<&'static str> {
        let read = answer::parse(&answer, &prompt.question());
        outcome.answer = Some(answer);
        outcome.failure = None;
        match read {
            Ok(opinion) => outcome.opinion = Some(opinion),
            Err(wrong) if complaint.is_none() => {
                tracing::info!(
                    "{}'s answer could not be read: {wrong}; asking again",
                    masker.name(self.name())
                );
                return Some(wrong);
            }
            Err(wrong) => outcome.opinion = Some(unreadable(wrong)),
        }
        None
    }
}

/// What is made of an answer that could not be read twice.
pub(super) fn unreadable(wrong: &str) -> Opinion {
    Opinion {
        action: Verdict::Unsure,
        reason: format!("the reviewer's answer could not be read: {wrong}"),
        message: None,
        confidence: UNREADABLE,
    }
}

fn failed(trouble: Trouble) -> Failed {
    Failed {
        blame: trouble.cure.blame(),
        what: trouble.what,
    }
}

/// How long to wait before asking again; none where that makes no sense, as where no time is `left` behind it.
fn pause_after(trouble: &Trouble, next: Option<Duration>, left: Duration) -> Option<Duration> {
    match trouble.cure {
        Cure::Again(wanted) => next
            .map(|pause| pause.max(wanted.unwrap_or_default()))
            .filter(|p| *p < left),
        _ => None,
    }
}

/// The pauses between attempts: each about twice as long as the one before.
fn pauses(first: Duration) -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(first)
        .with_max_delay(LONGEST_PAUSE)
        .with_max_times(RETRIES)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rev_07_each_pause_is_about_twice_as_long_as_the_one_before_and_never_quite_the_same() {
        let first = Duration::from_millis(100);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..50 {
            let all: Vec<Duration> = pauses(first).collect();
            assert_eq!(all.len(), RETRIES);
            for (n, pause) in (0..).zip(&all) {
                let least = first * 2u32.pow(n);
                assert!(*pause >= least && *pause <= least * 2, "{all:?}");
            }
            seen.extend(all);
        }
        assert!(seen.len() > 100, "{}", seen.len());
        let longest = pauses(Duration::from_secs(15)).max();
        assert!(longest <= Some(LONGEST_PAUSE * 2), "{longest:?}");
    }

    #[test]
    fn the_pause_that_was_asked_for_is_kept_where_time_is_left_behind_it() {
        let seconds = Duration::from_secs;
        let after = |cure, left| pause_after(&Trouble::new("x", cure), Some(seconds(2)), seconds(left));
        assert_eq!(after(Cure::Again(None), 10), Some(seconds(2)));
        assert_eq!(after(Cure::Again(Some(seconds(1))), 10), Some(seconds(2)));
        assert_eq!(after(Cure::Again(Some(seconds(7))), 10), Some(seconds(7)));
        assert_eq!(after(Cure::Again(Some(seconds(7))), 7), None);
        assert_eq!(after(Cure::Again(None), 1), None);
        for cure in [
            Cure::Simpler,
            Cure::PerhapsSimpler,
            Cure::OtherQuestion,
            Cure::None,
        ] {
            assert_eq!(after(cure, 10), None);
        }
        assert_eq!(pause_after(&Trouble::passing("x"), None, seconds(10)), None);
    }
}

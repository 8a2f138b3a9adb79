//! Asks a reviewer until there is an answer, nothing can help, or the time is up.

pub mod answer;
pub mod command;
pub mod endpoint;
mod error;
pub mod reach;
mod reply;

use super::opinion::{Opinion, Review, ReviewFailure, Scope};
use super::prompt::{Prompt, Question};
use crate::redact::Redactor;
use answer::Answer;
use backon::{BackoffBuilder, ExponentialBuilder};
use command::CommandReviewer;
use endpoint::Endpoint;
use error::{Recovery, ReviewError};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How often a failed question is repeated.
const RETRIES: usize = 3;
/// The longest pause before a retry, unless the reviewer asks for a longer one.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// How long a reviewer may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For one attempt.
    pub attempt: Duration,
    /// For all attempts together, pauses included.
    pub deadline: Duration,
    /// The pause before the first retry. Each later one is about twice as long, with jitter.
    pub pause: Duration,
}

/// A reviewer that can be asked.
pub enum Reviewer {
    Endpoint(Endpoint),
    Command(CommandReviewer),
    /// Panics.
    #[cfg(test)]
    Broken,
}

/// The attempts so far, kept outside the future that a timeout drops.
#[derive(Default)]
struct Attempts {
    retries: u32,
    /// What was wrong with the previous answer, if it was unreadable.
    complaint: Option<&'static str>,
    last_error: Option<ReviewError>,
}

impl Reviewer {
    /// Asks within the time `left` until the deadline. A `probe` of a reviewer that failed before is not repeated.
    pub async fn ask(
        &self,
        prompt: &Prompt,
        patience: &Patience,
        left: Duration,
        probe: bool,
        redactor: &Redactor,
    ) -> Review {
        let mut attempts = Attempts::default();
        let until = Instant::now() + left;
        let asking = self.ask_with_retries(prompt, patience, until, probe, redactor, &mut attempts);
        let result = timeout(left, asking).await;
        Review {
            retries: attempts.retries,
            result: result.unwrap_or_else(|_| {
                let before =
                    attempts.last_error.map(|error| format!("; before that: {}", error.what)).unwrap_or_default();
                Err(ReviewFailure {
                    what: format!("no answer within {:?}{before}", patience.deadline),
                    scope: Scope::Transient,
                })
            }),
        }
    }

    async fn ask_with_retries(
        &self,
        prompt: &Prompt,
        patience: &Patience,
        until: Instant,
        probe: bool,
        redactor: &Redactor,
        attempts: &mut Attempts,
    ) -> Result<Opinion, ReviewFailure> {
        let mut pauses = pauses(patience.pause).take(if probe { 0 } else { RETRIES });
        loop {
            let question = Question { prompt, complaint: attempts.complaint, redactor };
            let error = match self.ask_once(question, patience.attempt).await {
                Ok(answer) => {
                    attempts.last_error = None;
                    match answer.opinion(&prompt.ticket) {
                        Ok(opinion) => return Ok(opinion),
                        Err(wrong) if attempts.complaint.is_some() => {
                            let what = format!("its answers cannot be used: {wrong}");
                            return Err(ReviewFailure { what, scope: Scope::ThisRequest });
                        }
                        Err(wrong) => {
                            tracing::warn!("the reviewer's answer cannot be used: {wrong}; asking once more");
                            attempts.complaint = Some(wrong);
                            attempts.retries += 1;
                            continue;
                        }
                    }
                }
                Err(error) => error.redacted(redactor),
            };
            let left = until.saturating_duration_since(Instant::now());
            let Some(pause) = pause_before_retry(&error, pauses.next(), left) else {
                return Err(error.into());
            };
            tracing::info!("{}; asking again in {pause:?}", error.what);
            attempts.last_error = Some(error);
            attempts.retries += 1;
            sleep(pause).await;
        }
    }

    async fn ask_once(&self, question: Question<'_>, limit: Duration) -> Result<Answer, ReviewError> {
        match self {
            Self::Endpoint(endpoint) => {
                let asked = timeout(limit, endpoint.ask(question)).await;
                asked.unwrap_or_else(|_| Err(ReviewError::transient(format!("no answer within {limit:?}"))))
            }
            Self::Command(command) => command.ask(question, limit).await,
            #[cfg(test)]
            Self::Broken => panic!("a bug"),
        }
    }
}

/// How long to wait before a retry; `None` if a retry makes no sense or no time is `left` after the pause.
fn pause_before_retry(error: &ReviewError, next: Option<Duration>, left: Duration) -> Option<Duration> {
    match error.recovery {
        Recovery::Retry(wanted) => next.map(|pause| pause.max(wanted.unwrap_or_default())).filter(|p| *p < left),
        _ => None,
    }
}

/// The pauses between attempts, each about twice as long as the one before.
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
    fn rev_07_doubles_pauses_with_jitter() {
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
    fn honors_requested_pause() {
        let seconds = Duration::from_secs;
        let after =
            |recovery, left| pause_before_retry(&ReviewError::new("x", recovery), Some(seconds(2)), seconds(left));
        assert_eq!(after(Recovery::Retry(None), 10), Some(seconds(2)));
        assert_eq!(after(Recovery::Retry(Some(seconds(1))), 10), Some(seconds(2)));
        assert_eq!(after(Recovery::Retry(Some(seconds(7))), 10), Some(seconds(7)));
        assert_eq!(after(Recovery::Retry(Some(seconds(7))), 7), None);
        assert_eq!(after(Recovery::Retry(None), 1), None);
        for recovery in [
            Recovery::SimplerFormat,
            Recovery::MaybeSimplerFormat,
            Recovery::OneMessage,
            Recovery::OtherQuestion,
            Recovery::Later,
            Recovery::None,
        ] {
            assert_eq!(after(recovery, 10), None);
        }
        assert_eq!(pause_before_retry(&ReviewError::transient("x"), None, seconds(10)), None);
    }
}

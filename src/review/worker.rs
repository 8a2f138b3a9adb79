//! Asks on a thread of its own and writes the decision when it comes.

use super::exchange::{About, Exchanges};
use super::prompt::Prompt;
use super::queue::{Desk, Matter, lock};
use super::redact::Masker;
use super::reviewer::error::Blame;
use super::reviewer::{Outcome, Patience, Reviewer};
use crate::exit::{Code, Failure};
use crate::pipe::{Out, Shutdown};
use std::panic::AssertUnwindSafe;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::Notify;

/// How often a wait for the last answer looks whether a signal came.
const LOOK: Duration = Duration::from_millis(50);

/// What an asker needs.
pub(super) struct Put {
    pub desk: Arc<Mutex<Desk>>,
    pub out: Out,
    pub reviewer: Reviewer,
    pub patience: Patience,
    pub max_input_tokens: usize,
    pub masker: Masker,
    pub record: Option<Exchanges>,
    pub shutdown: Shutdown,
}

/// The thread that asks.
pub(super) struct Asker {
    /// Dropped when no more questions come.
    questions: Option<Sender<Matter>>,
    ended: Receiver<()>,
    given_up: Arc<Notify>,
    shutdown: Shutdown,
}

impl Asker {
    /// # Errors
    /// [`Code::Error`] when the system gives no thread or no network.
    pub(super) fn start(put: Put) -> Result<Self, Failure> {
        let failed = |e: std::io::Error| Failure::new(Code::Error, format_args!("cannot start to ask: {e}"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        let (questions, asked) = mpsc::channel();
        let (end, ended) = mpsc::channel();
        let given_up = Arc::new(Notify::new());
        let shutdown = put.shutdown.clone();
        let thread = Thread {
            put,
            given_up: Arc::clone(&given_up),
            until: None,
        };
        let work = move || {
            thread.work(&runtime, &asked);
            // Nobody waits any more if this fails.
            let _ = end.send(());
        };
        std::thread::Builder::new()
            .name("reviewer".to_owned())
            .spawn(work)
            .map_err(failed)?;
        Ok(Self {
            questions: Some(questions),
            ended,
            given_up,
            shutdown,
        })
    }

    pub(super) fn ask(&self, matter: Matter) {
        if let Some(questions) = &self.questions {
            // The thread lives as long as this sender does.
            let _ = questions.send(matter);
        }
    }

    /// Waits until every question has its decision. A signal ends the wait: then the rules decide.
    pub(super) fn finish(&mut self, last: Option<Matter>) {
        if let Some(matter) = last {
            self.ask(matter);
        }
        self.questions = None;
        while let Err(RecvTimeoutError::Timeout) = self.ended.recv_timeout(LOOK) {
            if self.shutdown.requested().is_some() {
                self.given_up.notify_one();
            }
        }
    }
}

/// What runs on the thread.
struct Thread {
    put: Put,
    given_up: Arc<Notify>,
    /// Once the input has ended: when the last answer must be there.
    until: Option<Instant>,
}

impl Thread {
    fn work(mut self, runtime: &Runtime, asked: &Receiver<Matter>) {
        while let Ok(matter) = asked.recv() {
            let mut next = Some(matter);
            while let Some(matter) = next {
                next = self.settle(runtime, &matter);
            }
        }
    }

    /// What comes of asking. A defect of ours costs this answer, not all that would come after it.
    fn outcome(&self, runtime: &Runtime, prompt: &Prompt, since: Instant) -> Outcome {
        let ask = || runtime.block_on(self.ask(prompt, since));
        std::panic::catch_unwind(AssertUnwindSafe(ask))
            .unwrap_or_else(|_| Outcome::failed("a defect of ocr-review, of which standard error has more"))
    }

    /// Asks, writes the decision, and says what is to be asked next.
    fn settle(&mut self, runtime: &Runtime, matter: &Matter) -> Option<Matter> {
        let put = &self.put;
        let prompt = Prompt::new(
            &matter.moment,
            &matter.case,
            matter.now,
            &matter.raw,
            put.max_input_tokens,
            &put.masker,
        );
        tracing::info!(
            "turn {}: asking {}",
            matter.moment.iteration,
            put.masker.name(put.reviewer.name())
        );
        let outcome = self.outcome(runtime, &prompt, matter.since);
        Self::tell(&outcome);
        // Before its decision, which may be the last that its reader wants, and not under the lock: a slow disk must
        // not hold up the lines.
        let before = lock(&put.desk).so_far();
        self.keep(matter, &prompt, &outcome, before);
        let mut added = Vec::new();
        let mut desk = lock(&put.desk);
        let ts = desk.passed();
        let now = desk.so_far();
        desk.settle(&outcome, put.reviewer.name(), prompt.sample_lines, ts, &mut added);
        let next = desk.next(true, &mut added);
        if desk.has_ended() {
            let deadline = put.patience.deadline;
            self.until.get_or_insert_with(|| Instant::now() + deadline);
        }
        // Under the lock, so that no line is looked at between the decision's time and its place. A reader that
        // left is noticed at the next line.
        let _ = put.out.add(&added);
        drop(desk);
        if now != before {
            // Lines went by in between.
            self.keep(matter, &prompt, &outcome, now);
        }
        next
    }

    fn keep(&self, matter: &Matter, prompt: &Prompt, outcome: &Outcome, (lasted, stale): (i64, bool)) {
        let put = &self.put;
        if let Some(exchanges) = &put.record {
            let about = About {
                moment: &matter.name,
                reviewer: &put.masker.name(put.reviewer.name()),
                lasted,
                stale,
            };
            exchanges.keep(&about, prompt, outcome);
        }
    }

    /// Asks, within what is left of the time since it could have been asked: sessions that wait for one another
    /// do not add up their deadlines.
    async fn ask(&self, prompt: &Prompt, since: Instant) -> Outcome {
        let put = &self.put;
        let mut left = put.patience.deadline.saturating_sub(since.elapsed());
        if let Some(until) = self.until {
            left = left.min(until.saturating_duration_since(Instant::now()));
        }
        if left.is_zero() {
            return Outcome::failed("no time was left for it, as others were asked about before");
        }
        tokio::select! {
            outcome = put.reviewer.ask(prompt, &put.patience, left, &put.masker) => outcome,
            () = self.given_up.notified() => {
                // Whatever is asked next is given up as well.
                self.given_up.notify_one();
                Outcome::failed("a signal came before it answered")
            }
        }
    }

    fn tell(outcome: &Outcome) {
        match &outcome.failure {
            Some(failure) if failure.blame == Blame::Lasting => {
                tracing::error!("{}; the rules decide", failure.what);
            }
            Some(failure) => tracing::warn!("the reviewer failed: {}; the rules decide", failure.what),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipe::test_sink::TestSink;
    use crate::review::intake::trigger::{Moment, Subject};
    use crate::review::queue::Limits;

    #[test]
    fn a_defect_costs_an_answer_and_the_next_question_is_asked() {
        let mut desk = Desk::new(Limits::default(), Masker::default(), None, true, false);
        for session in ["one", "two"] {
            let moment = Moment {
                session: session.to_owned(),
                iteration: 1,
                judged: "e".to_owned(),
                subject: Subject::Interval,
            };
            desk.take(moment, &mut Vec::new());
        }
        desk.pass();
        let first = desk.next(true, &mut Vec::new());
        let written = TestSink::default();
        let second = Duration::from_secs(1);
        let put = Put {
            desk: Arc::new(Mutex::new(desk)),
            out: Out::new(written.clone(), true),
            reviewer: Reviewer::Broken,
            patience: Patience {
                attempt: second * 60,
                deadline: second * 60,
                pause: second,
            },
            max_input_tokens: 6000,
            masker: Masker::default(),
            record: None,
            shutdown: Shutdown::default(),
        };
        Asker::start(put).unwrap().finish(first);
        let written = written.text();
        assert_eq!(written.matches(r#""degraded":true"#).count(), 2, "{written}");
        assert!(written.contains("a defect of ocr-review"), "{written}");
    }
}

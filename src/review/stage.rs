//! The review as a stage of a pipe: lines never wait for a reviewer.

use super::exchange::{Exchanges, Kept};
use super::intake::trigger::Moment;
use super::prompt::Prompt;
use super::queue::{Desk, Matter, lock};
use super::redact::Masker;
use super::reviewer::{Outcome, Reviewer};
use super::settings::Settings;
use super::worker::{Asker, Put};
use crate::exit::{Code, Failure};
use crate::pipe::{Out, Stage};
use crate::wire::record;
use crate::wire::record::Reviewer as Opened;
use std::sync::{Arc, Mutex};

/// Looks at every line, asks where it is worth it, and adds the decisions.
pub struct Review {
    desk: Arc<Mutex<Desk>>,
    out: Out,
    name: String,
    /// Whether the line that says who reviews has been written.
    opened: bool,
    decider: Decider,
}

/// Who decides.
enum Decider {
    /// The built-in rules, at once.
    Rules,
    /// Somebody who takes his time, on a thread of his own.
    Asker {
        asker: Asker,
        /// A question whose lines have not been written yet.
        outgoing: Option<Box<Matter>>,
    },
    /// A record of earlier exchanges.
    Replay(Box<Replay>),
}

/// Answers from a record: each when it came then, in the time of the lines.
struct Replay {
    exchanges: Exchanges,
    max_input_tokens: usize,
    /// An answer that is due at its time: when, what, whose, and how many lines were shown.
    due: Option<(i64, Kept, u64)>,
    missing: Vec<String>,
}

impl Review {
    /// A stage that adds its decisions to `out`.
    ///
    /// # Errors
    /// [`Code::Usage`] for a URL that is none; [`Code::Error`] for a folder that cannot be used.
    pub fn new(settings: Settings, out: Out) -> Result<Self, Failure> {
        let masker = settings.masker();
        let name = masker.name(&settings.name());
        let reviewer = settings.reviewer()?;
        let asks = reviewer.is_some() || settings.replay.is_some();
        let desk = Desk::new(
            settings.limits.clone(),
            masker.clone(),
            settings.task.clone(),
            asks,
            settings.record.is_some() || settings.replay.is_some(),
        );
        let desk = Arc::new(Mutex::new(desk));
        let decider = Decider::new(&settings, reviewer, &desk, &out, masker)?;
        Ok(Self {
            desk,
            out,
            name,
            opened: false,
            decider,
        })
    }

    fn open(&mut self, now: i64, added: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.opened, true) {
            record::append(
                added,
                now,
                &Opened {
                    reviewer: self.name.clone(),
                },
            );
        }
    }

    fn decide(&mut self, moments: Vec<Moment>, added: &mut Vec<u8>) {
        let mut desk = lock(&self.desk);
        match &mut self.decider {
            Decider::Rules => moments
                .iter()
                .for_each(|moment| desk.decide_by_rules(moment, added)),
            Decider::Asker { outgoing, .. } => {
                for moment in moments {
                    desk.take(moment, added);
                }
                if outgoing.is_none() {
                    *outgoing = desk.next(false, added).map(Box::new);
                }
            }
            Decider::Replay(replay) => {
                for moment in moments {
                    desk.take(moment, added);
                }
                replay.go_on(&mut desk, false, added);
            }
        }
    }
}

impl Decider {
    fn new(
        settings: &Settings,
        reviewer: Option<Reviewer>,
        desk: &Arc<Mutex<Desk>>,
        out: &Out,
        masker: Masker,
    ) -> Result<Self, Failure> {
        Ok(match (&settings.replay, reviewer) {
            (Some(folder), _) => {
                let exchanges = Exchanges::replay(folder)?;
                Decider::Replay(Box::new(Replay {
                    exchanges,
                    max_input_tokens: settings.max_input_tokens,
                    due: None,
                    missing: Vec::new(),
                }))
            }
            (None, None) => {
                if settings.record.is_some() {
                    tracing::warn!(
                        "--record keeps nothing: the rules decide; name a reviewer (--reviewer-url or --reviewer-cmd)"
                    );
                }
                Decider::Rules
            }
            (None, Some(reviewer)) => {
                let put = Put {
                    desk: Arc::clone(desk),
                    out: out.clone(),
                    reviewer,
                    patience: settings.patience,
                    max_input_tokens: settings.max_input_tokens,
                    masker,
                    record: settings.record.as_deref().map(Exchanges::record).transpose()?,
                    shutdown: settings.shutdown.clone(),
                };
                Decider::Asker {
                    asker: Asker::start(put)?,
                    outgoing: None,
                }
            }
        })
    }
}

impl Replay {
    /// Settles what is due, and begins what is next. At the `end` everything is due.
    fn go_on(&mut self, desk: &mut Desk, end: bool, added: &mut Vec<u8>) {
        loop {
            if self.due.as_ref().is_some_and(|(at, ..)| !end && desk.now < *at) {
                return;
            }
            if let Some((at, kept, lines)) = self.due.take() {
                let ts = if end { desk.now.min(at) } else { at };
                if let (Some(flight), Some(stale)) = (&mut desk.flight, kept.stale) {
                    flight.stale = stale;
                }
                desk.settle(&kept.outcome, &kept.reviewer, lines, ts, added);
            }
            let Some(matter) = desk.next(false, added) else {
                return;
            };
            self.due = Some(self.begin(&matter, desk));
        }
    }

    fn begin(&mut self, matter: &Matter, desk: &Desk) -> (i64, Kept, u64) {
        let prompt = Prompt::new(
            &matter.moment,
            &matter.case,
            matter.now,
            &matter.raw,
            self.max_input_tokens,
            &desk.masker,
        );
        let kept = self
            .exchanges
            .answer(&matter.name, &prompt)
            .unwrap_or_else(|missing| {
                tracing::error!("{missing}; the rules decide in its place");
                self.missing.push(matter.name.clone());
                Kept {
                    outcome: Outcome::failed("no exchange was recorded"),
                    reviewer: super::queue::rules::NAME.to_owned(),
                    lasted: 0,
                    stale: None,
                }
            });
        (matter.now.saturating_add(kept.lasted), kept, prompt.sample_lines)
    }

    fn verdict(&self) -> Result<(), Failure> {
        if self.missing.is_empty() {
            return Ok(());
        }
        let names = self.missing.join(", ");
        Err(Failure::new(
            Code::Error,
            format_args!("no exchange was recorded for {names}; record the run with --record"),
        ))
    }
}

impl Stage for Review {
    fn line(&mut self, line: &[u8], added: &mut Vec<u8>) -> Result<(), Failure> {
        let (moments, now, busy) = {
            let mut desk = lock(&self.desk);
            let moments = desk.look(line);
            (moments, desk.now, desk.waiting() > 0)
        };
        self.open(now, added);
        let replaying = matches!(&self.decider, Decider::Replay(replay) if replay.due.is_some());
        if busy || replaying || !moments.is_empty() {
            self.decide(moments, added);
        }
        Ok(())
    }

    fn oversized(&mut self) {
        tracing::warn!("a line is too long to look at; it is passed on (--max-line)");
    }

    fn passed(&mut self) {
        let Decider::Asker { asker, outgoing } = &mut self.decider else {
            return;
        };
        let mut added = Vec::new();
        let matter = {
            let mut desk = lock(&self.desk);
            desk.pass();
            outgoing
                .take()
                .or_else(|| desk.next(true, &mut added).map(Box::new))
        };
        // A reader that left is noticed at the next line.
        let _ = self.out.add(&added);
        if let Some(matter) = matter {
            asker.ask(*matter);
        }
    }

    fn finish(&mut self, added: &mut Vec<u8>) -> Result<(), Failure> {
        let moments = lock(&self.desk).release();
        self.decide(moments, added);
        match &mut self.decider {
            Decider::Rules => Ok(()),
            Decider::Asker { asker, outgoing } => {
                // What is decided is not held back by what is being asked.
                self.out.add(added)?;
                added.clear();
                let mut desk = lock(&self.desk);
                desk.pass();
                desk.end();
                let last = outgoing
                    .take()
                    .map(|matter| *matter)
                    .or_else(|| desk.next(true, added));
                drop(desk);
                asker.finish(last);
                Ok(())
            }
            Decider::Replay(replay) => {
                let mut desk = lock(&self.desk);
                desk.end();
                replay.go_on(&mut desk, true, added);
                replay.verdict()
            }
        }
    }
}

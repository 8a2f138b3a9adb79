//! Where lines come in and questions go out: what is known, what waits to be asked, what is being asked.
//!
//! The thread that reads lines and the one that asks share it. Nothing here waits for anything.

pub(crate) mod breaker;
pub(crate) mod in_flight;
pub(crate) mod rules;

use super::intake::Listener;
use super::intake::context::Case;
use super::intake::contexts::Cases;
use super::intake::recent::Recent;
use super::intake::trigger::Moment;
use super::prompt::evidence;
use super::redact::Masker;
use super::reviewer::Outcome;
use crate::wire::Event;
use crate::wire::record;
use crate::wire::record::Decision;
use breaker::Breaker;
use in_flight::Flight;
use rules::Opinion;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// How many questions wait at a time; beyond that the rules decide.
const WAITING: usize = 64;

/// How often a reviewer may be asked.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// The least time between two questions about one session, in milliseconds of the lines.
    pub min_interval: i64,
    /// How many questions are asked at the most.
    pub max_reviews: Option<u64>,
}

/// A question that is to be asked now.
pub(super) struct Matter {
    pub moment: Moment,
    /// What the moment is called in a record.
    pub name: String,
    pub case: Case,
    /// The lines that went by lately.
    pub raw: Vec<u8>,
    /// When it is asked, in the time of the lines.
    pub now: i64,
    /// Since when it could have been asked.
    pub since: Instant,
}

/// A question that waits.
struct Waiting {
    moment: Moment,
    /// Whether the lines that it rests on have been written.
    passed: bool,
    /// Since when it could have been asked; none while it has to wait for its interval.
    since: Option<Instant>,
}

/// How a decision came about.
pub(super) struct Made<'a> {
    pub reviewer: &'a str,
    pub retries: u32,
    pub sample_lines: u64,
    pub degraded: bool,
    pub stale: bool,
}

impl Made<'_> {
    /// By the rules alone.
    const BY_RULES: Made<'static> = Made {
        reviewer: rules::NAME,
        retries: 0,
        sample_lines: 0,
        degraded: false,
        stale: false,
    };
}

/// The state of a review stage.
pub(super) struct Desk {
    limits: Limits,
    pub(super) cases: Cases,
    pub(super) recent: Recent,
    pub(super) masker: Masker,
    pub(super) listener: Listener,
    /// Whether anybody will want to see the recent lines.
    pub(super) keeps_recent: bool,
    /// The task, where the stream does not tell it.
    task: Option<String>,
    waiting: VecDeque<Waiting>,
    pub(super) flight: Option<Flight>,
    breaker: Breaker,
    reviews: u64,
    /// How often a moment of each name was asked about; none where exchanges are neither kept nor read, as it
    /// grows with their number.
    names: Option<HashMap<String, u32>>,
    /// The time of the latest line that was looked at.
    pub(super) now: i64,
    /// The time of the latest line that was written.
    passed: i64,
    /// The input ended: no more time passes.
    ended: bool,
}

/// The desk, which the stage and the asker share.
pub(super) fn lock(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    // A thread that panicked left no state behind that would be wrong.
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    /// `names` tells whether moments are told apart by name.
    pub(super) fn new(
        limits: Limits,
        masker: Masker,
        task: Option<String>,
        keeps_recent: bool,
        names: bool,
    ) -> Self {
        Self {
            limits,
            cases: Cases::default(),
            recent: Recent::default(),
            listener: Listener::default(),
            keeps_recent,
            task: task.map(|task| evidence::task(&task, &masker)),
            masker,
            waiting: VecDeque::new(),
            flight: None,
            breaker: Breaker::default(),
            reviews: 0,
            names: names.then(HashMap::new),
            now: 0,
            passed: 0,
            ended: false,
        }
    }

    /// Notes that every line looked at so far has been written.
    pub(super) fn pass(&mut self) {
        self.passed = self.now;
        self.waiting.iter_mut().for_each(|w| w.passed = true);
    }

    /// The time of the latest line that was written.
    pub(super) fn passed(&self) -> i64 {
        self.passed
    }

    /// Notes that the input ended.
    pub(super) fn end(&mut self) {
        self.ended = true;
    }

    /// Whether the input has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// How many questions wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Takes a moment that somebody should be asked about; what needs no asking is decided at once.
    pub(super) fn take(&mut self, moment: Moment, added: &mut Vec<u8>) {
        self.drop_overtaken(&moment);
        if moment.is_plain() || self.waiting.len() >= WAITING {
            self.decide_by_rules(&moment, added);
        } else {
            let since = self.is_due(&moment).then(Instant::now);
            self.waiting.push_back(Waiting {
                moment,
                passed: false,
                since,
            });
        }
    }

    /// A rest makes what waits about the session moot, and a finding its own earlier state.
    fn drop_overtaken(&mut self, news: &Moment) {
        let same = |w: &Waiting| match (news.finding(), w.moment.finding()) {
            (Some(new), Some(old)) => new.finding == old.finding,
            (None, None) => true,
            (None, Some(_)) => news.is_rest(),
            (Some(_), None) => false,
        };
        self.waiting
            .retain(|w| w.moment.session != news.session || !same(w));
    }

    /// Forgets a question about trouble that is over.
    pub(super) fn drop_closed(&mut self, session: &str, finding: &str) {
        let moot = |m: &Moment| m.session == session && m.finding().is_some_and(|f| f.finding == finding);
        self.waiting.retain(|w| !moot(&w.moment));
    }

    /// Whether every event of the server has to be looked at.
    pub(super) fn listens(&self) -> bool {
        self.flight.as_ref().is_some_and(Flight::listens)
            || self.waiting.iter().any(|w| w.moment.ends_with_work())
    }

    /// An event of the server: what is being asked may be out of date, and what waits need not be asked any more.
    pub(super) fn hear(&mut self, session: Option<&str>, event: &Event<'_>) {
        if let Some(flight) = &mut self.flight {
            flight.hear(session, event);
        }
        self.waiting.retain(|w| !w.moment.is_over(session, event));
    }

    /// The next question, when it is time and nobody is being asked. With `passed_only`, of those alone whose
    /// lines have been written. What may not be asked is decided by the rules, and its lines are added.
    pub(super) fn next(&mut self, passed_only: bool, added: &mut Vec<u8>) -> Option<Matter> {
        while self.flight.is_none() {
            let due = |desk: &Self, at: usize| {
                let w = &desk.waiting[at];
                (w.passed || !passed_only) && desk.is_due(&w.moment)
            };
            let at = (0..self.waiting.len()).find(|at| due(self, *at))?;
            let Waiting { moment, since, .. } = self.waiting.remove(at)?;
            if self.limits.max_reviews.is_some_and(|max| self.reviews >= max) {
                self.decide_by_rules(&moment, added);
            } else if !self.breaker.allows(self.now) {
                let failure = "it failed again and again and is left alone for a while";
                self.decide_degraded(&moment, rules::NAME, failure, added);
            } else {
                return Some(self.begin(moment, since.unwrap_or_else(Instant::now)));
            }
        }
        None
    }

    fn is_due(&self, moment: &Moment) -> bool {
        if self.ended || moment.is_urgent() || self.limits.min_interval == 0 {
            return true;
        }
        let asked = self.cases.asked(&moment.session);
        asked.is_none_or(|then| self.now.saturating_sub(then) >= self.limits.min_interval)
    }

    fn begin(&mut self, moment: Moment, since: Instant) -> Matter {
        self.reviews += 1;
        let case = self.cases.of(&moment.session, self.now);
        case.asked = Some(self.now);
        let mut case = case.clone();
        case.task = case.task.or_else(|| self.task.clone());
        let name = self.name(&moment);
        self.flight = Some(Flight::new(moment.clone(), self.now));
        Matter {
            moment,
            name,
            case,
            raw: self.recent.read(),
            now: self.now,
            since,
        }
    }

    /// What a moment is called: its name, and how often it was asked about, where that was more than once.
    fn name(&mut self, moment: &Moment) -> String {
        let name = moment.name();
        let Some(names) = &mut self.names else {
            return name;
        };
        let times = names.entry(name.clone()).or_default();
        *times += 1;
        if *times == 1 {
            name
        } else {
            format!("{name}-{times}")
        }
    }

    /// Ends the review under way with what came of it, and adds the decision, written at `ts`.
    pub(super) fn settle(
        &mut self,
        outcome: &Outcome,
        reviewer: &str,
        sample_lines: u64,
        ts: i64,
        added: &mut Vec<u8>,
    ) {
        let Some(flight) = self.flight.take() else {
            return;
        };
        let reviewer = self.masker.name(reviewer);
        let failure = outcome.failure.as_ref().filter(|_| outcome.opinion.is_none());
        self.breaker.note(failure.map(|f| f.blame), ts);
        let opinion = match (&outcome.opinion, failure) {
            (Some(opinion), _) => opinion.clone(),
            (None, failure) => degraded(&flight.moment, failure.map_or("it did not answer", |f| &f.what)),
        };
        let made = Made {
            reviewer: &reviewer,
            retries: outcome.retries,
            sample_lines,
            degraded: outcome.opinion.is_none(),
            stale: flight.stale,
        };
        self.write(&flight.moment, opinion, &made, ts, added);
    }

    /// How long the review under way has taken by the latest line that was written, in the time of the lines, and
    /// whether it is stale.
    pub(super) fn so_far(&self) -> (i64, bool) {
        let lasted = |flight: &Flight| (self.passed.saturating_sub(flight.since), flight.stale);
        self.flight.as_ref().map_or((0, false), lasted)
    }

    pub(super) fn decide_by_rules(&mut self, moment: &Moment, added: &mut Vec<u8>) {
        self.write(moment, rules::decide(moment), &Made::BY_RULES, self.now, added);
    }

    fn decide_degraded(&mut self, moment: &Moment, reviewer: &str, failure: &str, added: &mut Vec<u8>) {
        let made = Made {
            reviewer,
            degraded: true,
            ..Made::BY_RULES
        };
        self.write(moment, degraded(moment, failure), &made, self.now, added);
    }

    fn write(&mut self, moment: &Moment, opinion: Opinion, made: &Made<'_>, ts: i64, added: &mut Vec<u8>) {
        let decision = Decision {
            session_id: moment.session.clone(),
            action: opinion.action,
            reason: opinion.reason,
            message: opinion.message,
            confidence: opinion.confidence,
            iteration: moment.iteration,
            judged: moment.judged.clone(),
            finding: moment.finding().map(|f| f.finding.clone()),
            reviewer: made.reviewer.to_owned(),
            retries: made.retries,
            sample_lines: made.sample_lines,
            degraded: made.degraded,
            stale: made.stale,
        };
        tracing::info!(
            "turn {}: {:?} by {}: {}",
            decision.iteration,
            decision.action,
            decision.reviewer,
            self.masker.mask(&decision.reason)
        );
        self.cases.of(&moment.session, ts).decided(&decision);
        record::append(added, ts, &decision);
    }
}

/// What the rules say in the reviewer's place.
fn degraded(moment: &Moment, failure: &str) -> Opinion {
    let mut opinion = rules::decide(moment);
    opinion.reason = format!(
        "by the rules, as the reviewer failed ({failure}): {}",
        opinion.reason
    );
    opinion
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::intake::trigger::Subject;

    #[test]
    fn names_are_counted_only_where_exchanges_are_kept_or_read() {
        let asked = |names: bool| {
            let mut desk = Desk::new(Limits::default(), Masker::default(), None, true, names);
            for iteration in [1, 1, 2] {
                let moment = Moment {
                    session: "s".to_owned(),
                    iteration,
                    judged: String::new(),
                    subject: Subject::Interval,
                };
                desk.take(moment, &mut Vec::new());
                desk.next(false, &mut Vec::new()).unwrap();
                desk.flight = None;
            }
            desk.names
        };
        assert_eq!(asked(false), None);
        assert_eq!(asked(true).map(|names| names["s-turn1-interval"]), Some(2));
    }
}

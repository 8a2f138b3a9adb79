//! Acts on a stream of many sessions: each session that works gets a separate run, with its own orders, checks and
//! result, as if the stream were about it alone. The exit code is the worst of all.

use super::outcome::stream_failure;
use super::relevant::{is_relevant, read};
use super::session_index::SessionIndex;
use super::stage::Act;
use crate::exit::{Code, Failure};
use crate::pipe::Stage;
use crate::pipe::shutdown::{NOTIFY, NOTIFY_AFTER_SIGNAL};
use crate::wire::record::{AnyRecord, CloseReason, Closed, Opened, Record, Reviewer, RunOutcome, RunResult, State};
use crate::wire::text::decode;
use crate::wire::{Event, Observation, Status, Timestamp, head, members};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

/// How many sessions can work at the same time. Each may have a thread.
const RUNS: usize = 500;

/// How many can where nothing is to be done, as in a recording, so that none has a thread.
const RUNS_WITHOUT_ORDERS: usize = 10_000;

/// The exit codes of how many sessions are known by session; of the others, only the worst is.
const ENDED: usize = 10_000;

/// How often runs with silent sessions are checked, in milliseconds of stream time.
const ROUND: i64 = 1000;

/// What is done with the result of a session.
type Tell = Box<dyn Fn(&RunResult)>;

/// The stage of `ocr-act` for all sessions of a stream.
pub struct ActOnAll {
    /// What the stream as a whole is.
    whole: Act,
    /// The runs of the sessions that work, by session.
    runs: BTreeMap<String, Act>,
    /// The runs of sessions that turned out to be subagents, until their orders are carried out.
    retired: Vec<Act>,
    index: SessionIndex,
    /// The exit code of the last run of each session, and the worst of those that are not remembered.
    ended: HashMap<String, Code>,
    worst: Option<Code>,
    /// When the runs were looked after.
    round: Timestamp,
    is_full: bool,
    tell: Tell,
}

impl ActOnAll {
    /// Acts on the sessions of a stream with the settings of `whole`. `tell` gets each result.
    pub fn new(whole: Act, tell: impl Fn(&RunResult) + 'static) -> Self {
        Self {
            whole,
            runs: BTreeMap::new(),
            retired: Vec::new(),
            index: SessionIndex::default(),
            ended: HashMap::new(),
            worst: None,
            round: Timestamp::default(),
            is_full: false,
            tell: Box::new(tell),
        }
    }

    /// The exit code: the highest of all sessions; without any, that of the stream.
    pub fn code(&self) -> Option<Code> {
        let failed = stream_failure(&self.whole.state).filter(|_| self.whole.is_live());
        let cut_off =
            (self.whole.state.cut_off && (!self.ended.is_empty() || self.worst.is_some())).then_some(Code::Unsure);
        let known = self.ended.values().copied().chain(self.worst).chain(failed).chain(cut_off);
        let sessions = known.max_by_key(|code| code.number());
        let whole = || self.whole.not_started().or_else(|| self.whole.result().map(|(_, code)| code));
        sessions.or_else(whole)
    }

    /// Whether any line was read. If not, an earlier stage has reported why.
    pub fn saw_lines(&self) -> bool {
        self.whole.saw_lines()
    }

    fn route(&mut self, line: &[u8], added: &mut Vec<u8>) -> Result<(), Failure> {
        let Some((text, observed)) = read(line) else { return Ok(()) };
        self.whole.pass_time(observed.ts);
        self.doubt(&observed, text);
        if let Event::Record { kind, .. } = &observed.event
            && [Opened::TYPE, Closed::TYPE, Reviewer::TYPE].contains(&&**kind)
        {
            // Such a line is about all of them.
            let was_live = self.whole.is_live();
            self.whole.take(&observed, text, added)?;
            if was_live {
                self.spread_doubt();
            }
            for run in self.runs.values_mut() {
                run.take(&observed, text, added)?;
            }
            return Ok(());
        }
        let Some(root) = self.root(&observed, text) else { return Ok(()) };
        let begins = || works(&observed) || (!self.ended.contains_key(&root) && is_judged(&observed));
        if !self.runs.contains_key(&root) && begins() {
            self.begin(&root)?;
        }
        let is_over = self.runs.get_mut(&root).map(|run| run.take(&observed, text, added)).transpose()?;
        if is_over == Some(true) {
            self.conclude(&root, added);
        }
        Ok(())
    }

    /// Treats one of our streams as a recording when it does not begin with an `opened` line that can be read.
    fn doubt(&mut self, line: &Observation, text: &str) {
        if self.whole.is_live() {
            self.whole.doubt(line, text);
            self.spread_doubt();
        }
    }

    /// Lets no run do what the stream as a whole may not do, including runs that began before the first `opened` line.
    fn spread_doubt(&mut self) {
        if !self.whole.is_live() {
            let runs = self.runs.values_mut().chain(&mut self.retired);
            runs.for_each(|run| run.doubt_as(&self.whole));
        }
    }

    /// The session that the line is about, or the one at its top.
    fn root(&mut self, line: &Observation, text: &str) -> Option<String> {
        let session = &*session(line)?;
        if self.index.learn(session, line, text)
            // It was taken for one of its own while its parent was unknown.
            && let Some(mut run) = self.runs.remove(session)
        {
            run.dispatcher.retire("the session is a subagent of another one");
            self.retired.push(run);
        }
        Some(self.index.top(session))
    }

    /// Begins a run, if there is room for it.
    fn begin(&mut self, session: &str) -> Result<(), Failure> {
        let most = if self.whole.dispatcher.can_be_carried_out() { RUNS } else { RUNS_WITHOUT_ORDERS };
        if self.runs.len() >= most {
            if !std::mem::replace(&mut self.is_full, true) {
                tracing::warn!(
                    "more than {most} sessions work at the same time; those that began last are not acted on and have no result"
                );
            }
            // Nobody knows what became of it.
            self.count(Code::Unsure);
            return Ok(());
        }
        let run = Act::one_of(&self.whole, session, self.index.info(session))?;
        self.runs.insert(session.to_owned(), run);
        Ok(())
    }

    /// Ends the run of a session that rests for good.
    fn conclude(&mut self, session: &str, added: &mut Vec<u8>) {
        if let Some(mut run) = self.runs.remove(session) {
            // The other sessions must not wait for what the server is still asked about this one.
            let code = run.conclude(Instant::now(), added);
            self.ended(session, &run, code);
        }
    }

    fn ended(&mut self, session: &str, run: &Act, code: Code) {
        if let Some((result, _)) = run.result() {
            (self.tell)(result);
        }
        if self.ended.len() < ENDED || self.ended.contains_key(session) {
            self.ended.insert(session.to_owned(), code);
        } else {
            self.count(code);
        }
    }

    /// Takes in the exit code of a session that is not remembered.
    fn count(&mut self, code: Code) {
        self.worst = self.worst.into_iter().chain([code]).max_by_key(|code| code.number());
    }

    /// Ends a stream in which no session worked.
    fn end_without_runs(&mut self, added: &mut Vec<u8>) -> Result<(), Failure> {
        let state = &mut self.whole.state;
        let interrupted = state.closed.as_ref().is_some_and(|closed| closed.reason == CloseReason::Interrupted);
        if stream_failure(state).is_none() && !interrupted && self.whole.shared.shutdown.requested().is_none() {
            state.settle(RunOutcome::Unsure, "no session worked while the stream was open");
        }
        self.whole.end(Instant::now(), added)?;
        if let Some((result, _)) = self.whole.result().filter(|_| self.saw_lines()) {
            (self.tell)(result);
        }
        Ok(())
    }

    /// Looks after the runs: time has passed for those whose sessions say nothing, too.
    fn look_after(&mut self, added: &mut Vec<u8>) -> Result<(), Failure> {
        let now = self.whole.state.clock.now();
        if now.since(self.round) < ROUND {
            return Ok(());
        }
        self.round = now;
        self.retired.retain_mut(|run| {
            run.pass_time(Some(now.ms()));
            !run.follow_orders(added)
        });
        let mut over = Vec::new();
        for (session, run) in &mut self.runs {
            run.pass_time(Some(now.ms()));
            if run.advance(added)? {
                over.push(session.clone());
            }
        }
        for session in &over {
            self.conclude(session, added);
        }
        Ok(())
    }
}

/// The session that a line is about.
fn session<'a>(line: &'a Observation) -> Option<Cow<'a, str>> {
    match &line.event {
        Event::Record { properties, .. } => {
            let members = members(*properties)?;
            members.iter().find(|(name, _)| name == "sessionID").map(|(_, id)| decode(*id))
        }
        _ => line.session.as_deref().map(Cow::Borrowed),
    }
}

/// Whether a line shows that its session works.
fn works(line: &Observation) -> bool {
    matches!(&line.event, Event::Status(Status::Busy | Status::Retry { .. }) | Event::Asked { .. })
}

/// Whether a line judges what its session did.
fn is_judged(line: &Observation) -> bool {
    match AnyRecord::of(&line.event) {
        Some(AnyRecord::Done(_)) => true,
        Some(AnyRecord::Finding(finding)) => finding.state != State::Closed,
        _ => false,
    }
}

impl Stage for ActOnAll {
    fn line(&mut self, line: &[u8], added: &mut Vec<u8>) -> Result<(), Failure> {
        match head(line).filter(|head| !is_relevant(head.kind, line)) {
            Some(head) => self.whole.pass_time(Some(head.ts)),
            None => self.route(line, added)?,
        }
        self.look_after(added)
    }

    fn passed(&mut self) {
        self.whole.passed();
        self.runs.values_mut().for_each(Stage::passed);
    }

    fn finish(&mut self, added: &mut Vec<u8>) -> Result<(), Failure> {
        let until = self.whole.patience();
        self.whole.see_end();
        for (session, mut run) in std::mem::take(&mut self.runs) {
            let code = run.end(until, added)?;
            self.ended(&session, &run, code);
        }
        self.retired.iter_mut().for_each(|run| run.finish_orders(added));
        if self.ended.is_empty() {
            self.end_without_runs(added)?;
        }
        let shared = &self.whole.shared;
        let limit = if shared.shutdown.requested().is_some() { NOTIFY_AFTER_SIGNAL } else { NOTIFY };
        shared.courier.finish(limit);
        Ok(())
    }
}

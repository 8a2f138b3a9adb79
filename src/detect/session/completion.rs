//! Tells whether a session has come to rest, how it ended, and what it claims.

use super::call_work::CallWork;
use super::follow_up::FollowUp;
use super::last_text::LastText;
use super::open_todos::OpenTodos;
use super::work_log::WorkLog;
use crate::bounded::BoundedMap;
use crate::detect::config::Config;
use crate::detect::hash::KeyHasher;
use crate::detect::quoted::{self, quoted};
use crate::detect::text::announced::Announced;
use crate::detect::text::cut_off::{ends_in_code, ends_in_sentence};
use crate::detect::text::ending::Ending;
use crate::detect::text::head_and_tail::tail;
use crate::detect::text::promise::promised;
use crate::detect::text::written_call::written_call;
use crate::wire::Timestamp;
use crate::wire::record::{Claim, Contradiction, Done, DoneFact, Evidence, Outcome, Point};
use crate::wire::text::EXCERPT;
use regex::Regex;
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

/// How much of the end of the text to search for a claim in prose, in bytes.
const CLAIM_TAIL: usize = 400;
/// How long an idle session may be between two rounds of calls, in milliseconds: `OpenCode` 1.18 says idle there, and
/// a slow provider takes seconds to begin the next answer.
const ROUND_GRACE: i64 = 15_000;
/// How long after its last event an answer that is finished counts as a rest although no idle event came, in
/// milliseconds: less than the silence that is worth a notice.
const LOST_IDLE: i64 = 15_000;
/// How many sessions below this one are known to work; no real session has more.
const CHILDREN: usize = 56;

/// Words that claim that the work is done.
static SOUNDS_DONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i-u)\b(done|complete[d]?|finished|implemented|fixed|resolved|ready|succe(eded|ssful|ssfully)|all (the )?(tests|checks) (now )?(pass|are green))\b",
    )
    .ok()
});

/// How the last answer of a turn ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum TurnEnd {
    Stop,
    /// The turn goes on with the tools.
    Calls,
    Length,
    Aborted,
    Error(String),
}

/// What keeps a session from resting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pending {
    /// A call runs.
    pub(crate) call: bool,
    /// A person is asked something.
    pub(crate) person: bool,
}

/// What is known about the current turn.
pub(crate) struct Completion {
    /// Whether anything happened since the last rest.
    open: bool,
    end: Option<TurnEnd>,
    /// The server does not know why the last answer ended.
    has_unknown_end: bool,
    /// Whether the user's last message has no answer yet.
    unanswered: bool,
    /// Since when the session has been idle in the middle of a turn.
    idle_since: Option<Timestamp>,
    /// When the last answer ended with a reason that ends a turn.
    finished_at: Option<Timestamp>,
    /// When the last event came.
    last_event: Timestamp,
    /// Whether the dialect has idle events. That of `opencode run` has none.
    has_idle_events: bool,
    /// The sessions below this one that work.
    children: BoundedMap<u64, (), BuildHasherDefault<KeyHasher>>,
    /// When a session below this one last did something.
    last_child_event: Option<Timestamp>,
    work: WorkLog,
    text: LastText,
    /// The most that a call did since the last text began.
    follow_up: FollowUp,
    /// The last thing was a call, and its result has no answer yet.
    owes_answer: bool,
}

impl Default for Completion {
    fn default() -> Self {
        Self {
            open: false,
            end: None,
            has_unknown_end: false,
            unanswered: false,
            idle_since: None,
            finished_at: None,
            last_event: Timestamp::default(),
            has_idle_events: false,
            children: BoundedMap::new(CHILDREN),
            last_child_event: None,
            work: WorkLog::default(),
            text: LastText::default(),
            follow_up: FollowUp::Nothing,
            owes_answer: false,
        }
    }
}

impl Completion {
    /// Records that the session works. How the last answer ended still counts: servers say busy after it, too.
    pub(crate) fn mark_working(&mut self) {
        self.open = true;
        self.idle_since = None;
    }

    /// Records that an answer begins, so that the end and the text of the last one no longer count.
    pub(crate) fn begin_answer(&mut self) {
        self.mark_working();
        self.end = None;
        self.finished_at = None;
        self.unanswered = false;
        self.owes_answer = false;
        self.text.clear();
    }

    /// Records that a message with the user's role came, which has to be answered.
    pub(crate) fn begin_user_message(&mut self) {
        // A message comes in several events, of which the first ends the answer.
        if !self.text.as_str().is_empty() {
            self.work.remember_answer(self.text.as_str());
        }
        self.begin_answer();
        self.unanswered = true;
    }

    /// Uses the task of the stream as the user's message, until that comes.
    pub(crate) fn set_task(&mut self, task: &str) {
        self.work.set_task(task);
    }

    /// Sets the folder that the session works in.
    pub(crate) fn set_directory(&mut self, directory: &str) {
        self.work.set_directory(directory);
    }

    /// Records what a person asks for.
    pub(crate) fn begin_request(&mut self, text: &str) {
        self.work.begin_request(text);
    }

    /// Records that an event of the session came.
    pub(crate) fn see_event(&mut self, now: Timestamp) {
        self.last_event = now;
    }

    /// Records whether a session below this one works.
    pub(crate) fn see_child(&mut self, child: u64, works: bool, now: Timestamp) {
        self.work.see_child();
        if works {
            self.children.insert(child, ());
        } else {
            self.children.remove(&child);
        }
        self.last_child_event = Some(now);
    }

    /// Whether anything happened since the last rest.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// Whether the last answer has ended, so that nothing more is expected of the model.
    pub(crate) fn is_answered(&self) -> bool {
        self.end.as_ref().is_some_and(|end| *end != TurnEnd::Calls)
    }

    /// Records why an answer ended: `stop`, `tool-calls`, `length`, …; `None` where the server gives no reason, as
    /// before 1.0.
    pub(crate) fn end_answer(&mut self, reason: Option<&str>, now: Timestamp) {
        match reason {
            Some("tool-calls" | "tool_calls") => self.end = Some(TurnEnd::Calls),
            _ if matches!(self.end, Some(TurnEnd::Aborted | TurnEnd::Error(_))) => {}
            Some("length" | "max_tokens") => self.end = Some(TurnEnd::Length),
            _ => self.end = Some(TurnEnd::Stop),
        }
        self.has_unknown_end = matches!(reason, Some("unknown" | "other"));
        let ends = reason.is_some() && self.end != Some(TurnEnd::Calls);
        self.finished_at = ends.then_some(now);
    }

    /// Records that the session failed or was aborted.
    pub(crate) fn record_failure(&mut self, name: &str) {
        self.end = Some(if name == "MessageAbortedError" { TurnEnd::Aborted } else { TurnEnd::Error(name.to_owned()) });
    }

    /// Records that a person stopped the answer, and asked for nothing else.
    pub(crate) fn record_interruption(&mut self) {
        self.end = Some(TurnEnd::Aborted);
    }

    /// Records that the provider is asked again, so that the answer has not ended.
    pub(crate) fn record_retry(&mut self) {
        self.mark_working();
        self.finished_at = None;
    }

    /// Records that the dialect has idle events.
    pub(crate) fn expect_idle_events(&mut self) {
        self.has_idle_events = true;
    }

    /// Sets the open items of the todo list.
    pub(crate) fn set_open_todos(&mut self, todos: OpenTodos) {
        self.work.set_open_todos(todos);
    }

    /// Sets how many files the session has changed, according to the server.
    pub(crate) fn set_changed_files(&mut self, files: usize) {
        self.work.set_changed_files(files);
    }

    /// Begins a text part, which replaces the last text once it says something.
    pub(crate) fn begin_text(&mut self, id: &str) {
        self.text.begin(id);
    }

    /// Appends to the text part that began last.
    pub(crate) fn append_text(&mut self, text: &str) {
        if self.text.append(text) {
            self.follow_up = FollowUp::Nothing;
            self.owes_answer = false;
        }
    }

    /// The end of the last text.
    pub(crate) fn last_text(&self) -> &str {
        self.text.end()
    }

    /// Records a call of this session that ended.
    pub(crate) fn record_call(&mut self, work: &CallWork) {
        self.follow_up = self.follow_up.max(work.follow_up());
        self.owes_answer = !work.may_be_last;
        self.work.record(work, true);
    }

    /// The tampering with checks that a person would want to know of at once, in a sentence each.
    pub(crate) fn tamper_warnings(&self) -> Vec<String> {
        self.work.tamper_warnings().map(str::to_owned).collect()
    }

    /// Records a call of a session below this one that ended.
    pub(crate) fn record_child_call(&mut self, work: &CallWork) {
        self.work.record(work, false);
    }

    /// Records that the server says idle, and returns whether the session thereby rests.
    pub(crate) fn go_idle(&mut self, now: Timestamp, pending: Pending) -> bool {
        if !self.open {
            return false;
        }
        let was_cut_short = matches!(self.end, Some(TurnEnd::Aborted | TurnEnd::Error(_)));
        let finished = matches!(self.end, Some(TurnEnd::Stop | TurnEnd::Length)) && !self.unanswered;
        let free = !pending.call && !pending.person && self.children.is_empty();
        if was_cut_short || (finished && free) {
            return true;
        }
        self.idle_since.get_or_insert(now);
        false
    }

    /// When the session counts as resting if nothing else happens.
    pub(crate) fn deadline(&self, config: &Config, pending: Pending) -> Option<Timestamp> {
        if !self.open || self.unanswered || pending.person {
            return None;
        }
        let own = match self.idle_since {
            Some(since) => since.after(self.grace(config, pending)),
            None if pending.call || !self.has_idle_events => return None,
            None => self.finished_at?.max(self.last_event).after(LOST_IDLE),
        };
        // A child may build something for as long as a tool may.
        let patience = if self.children.is_empty() { config.idle_grace } else { config.tool_timeout };
        let child = self.last_child_event.map(|event| event.after(patience));
        Some(child.map_or(own, |child| own.max(child)))
    }

    /// How long the session has to be idle to count as resting, in milliseconds.
    fn grace(&self, config: &Config, pending: Pending) -> i64 {
        // After a denial, the turn ends with the calls.
        let next_round = self.end == Some(TurnEnd::Calls) && !self.work.was_refused();
        if next_round || pending.call { config.idle_grace.max(ROUND_GRACE) } else { config.idle_grace }
    }

    /// Whether the session rests if the stream ends now. `closed_at_rest` says that the stream found it at rest. Who is
    /// asked something may answer later, or never: it rests until then.
    pub(crate) fn rests_at_end(&self, closed_at_rest: bool, pending: Pending) -> bool {
        let idle = self.idle_since.is_some() && !self.unanswered;
        let ended = self.end.as_ref().is_some_and(|end| *end != TurnEnd::Calls);
        let seen = self.children.is_empty() && (idle || (!self.has_idle_events && ended));
        self.open && (closed_at_rest || seen || pending.person)
    }

    /// Ends the turn, because the session rests. `warning` is the open finding of grade `warn` or above; `pending` is what
    /// was open until then.
    pub(crate) fn finish_turn(
        &mut self,
        session: &str,
        config: &Config,
        (warning, pending): (Option<&str>, Pending),
        at: &Point,
    ) -> Done {
        self.open = false;
        self.idle_since = None;
        self.finished_at = None;
        let promised = config.done_pattern.as_ref().is_some_and(|pattern| promised(self.text.as_str(), pattern));
        let said = self.text.before_promise(promised);
        // Whatever it says, it goes on only when the request is answered.
        let ending = if pending.person { Ending::Asks } else { self.work.ending(said) };
        let declined = !pending.person && self.work.declines(said);
        let claim = self.claim(promised, ending);
        let mut facts = self.facts(claim, (ending, declined), warning);
        if pending.person {
            facts.retain(|fact| fact.contradiction != Contradiction::CutOff);
        }
        facts.extend(self.written_call(said));
        facts.extend(self.withheld_promise(config, claim));
        let outcome = match &self.end {
            Some(TurnEnd::Aborted) => Outcome::Aborted,
            Some(TurnEnd::Error(_)) => Outcome::Error,
            Some(TurnEnd::Length) => Outcome::Length,
            _ if pending.person => Outcome::Waiting,
            _ if declined => Outcome::Refused,
            // Who asks how to go on after a denial waits.
            _ if self.work.was_refused() && (self.owes_answer || ending != Ending::Asks) => Outcome::Refused,
            // What was said before the last call is no answer.
            _ if self.owes_answer || self.text.as_str().trim().is_empty() => Outcome::Empty,
            _ if ending == Ending::Asks => Outcome::Waiting,
            _ if ending == Ending::GaveUp => Outcome::GaveUp,
            _ if claim == Claim::Promise && facts.is_empty() => Outcome::Done,
            _ => Outcome::Candidate,
        };
        Done {
            session_id: session.to_owned(),
            outcome,
            claim,
            contradictions: facts.iter().map(|fact| fact.contradiction).collect(),
            facts,
            evidence: quoted::evidence(&self.evidence(at)),
        }
    }

    /// The last line of the last text that is not empty, without secrets.
    pub(crate) fn last_line(&self) -> String {
        quoted::last_line(self.text.as_str(), EXCERPT)
    }

    fn claim(&self, promised: bool, ending: Ending) -> Claim {
        if promised {
            return Claim::Promise;
        }
        let sounds_done = SOUNDS_DONE.as_ref().is_some_and(|p| p.is_match(tail(self.text.as_str(), CLAIM_TAIL)));
        if sounds_done && ending == Ending::Plain { Claim::Prose } else { Claim::None }
    }

    /// What contradicts that the session is done. `declined` says that the agent did not want to do it.
    fn facts(&self, claim: Claim, (ending, declined): (Ending, bool), warning: Option<&str>) -> Vec<DoneFact> {
        let mut facts = self.work.facts(claim, ending == Ending::Asks || declined, self.text.as_str());
        let is_told = |fact: &DoneFact| {
            matches!(fact.contradiction, Contradiction::UnsupportedClaim | Contradiction::UnmetRequest)
        };
        let is_false = facts.iter().any(is_told);
        let mut add = |contradiction, fact: String| facts.push(DoneFact { contradiction, fact });
        if self.end == Some(TurnEnd::Length) {
            add(Contradiction::CutOff, "the last answer was cut off by the length limit".to_owned());
        }
        if self.owes_answer && matches!(self.end, None | Some(TurnEnd::Calls)) {
            add(Contradiction::CutOff, "the turn ended with a tool call, and no answer followed".to_owned());
        }
        if let Some(place) = self.cut_place(claim) {
            add(Contradiction::CutOff, format!("the last answer ends in the middle of a {place}"));
        }
        if let Some(warning) = warning {
            add(Contradiction::OpenFinding, format!("a finding is still open: {warning}"));
        }
        // What was announced was tried, where it was refused.
        if ending == Ending::Announces
            && !self.work.was_refused()
            && !self.follow_up.fulfils(Announced::read(self.text.as_str()))
        {
            let line = self.last_line();
            add(
                Contradiction::AnnouncedMore,
                format!("the last text announces more work, which did not follow: \"{line}\""),
            );
        }
        let is_over = matches!(self.end, None | Some(TurnEnd::Stop)) && !self.text.as_str().trim().is_empty();
        if ending == Ending::Plain
            && is_over
            && !is_false
            && !declined
            && !self.work.was_refused()
            && let Some(fact) = self.work.unmet_fact(self.text.as_str())
        {
            add(Contradiction::UnmetRequest, fact);
        }
        if ending == Ending::Plain
            && let Some(said) = self.work.still_runs(self.text.as_str())
        {
            add(
                Contradiction::AnnouncedMore,
                format!("the last text says that the work still runs, and nothing waits for its result: \"{said}\""),
            );
        }
        facts
    }

    /// In the middle of what the last text ends, if the model stopped by itself.
    fn cut_place(&self, claim: Claim) -> Option<&'static str> {
        if claim == Claim::Promise || !matches!(self.end, None | Some(TurnEnd::Stop)) {
            return None;
        }
        let text = self.text.as_str();
        let in_sentence = || (self.has_unknown_end && ends_in_sentence(text)).then_some("sentence");
        ends_in_code(text).then_some("code block").or_else(in_sentence)
    }

    /// That the text ends in a call that is only written, so that nothing ran.
    fn written_call(&self, said: &str) -> Option<DoneFact> {
        let call = written_call(said, &|tool| self.work.knows_tool(tool))?;
        let fact = format!("the last text ends in a tool call that is only written and did not run: \"{call}\"");
        Some(DoneFact { contradiction: Contradiction::AnnouncedMore, fact })
    }

    /// That the text names the promise without making it: "I will not write DONE yet".
    fn withheld_promise(&self, config: &Config, claim: Claim) -> Option<DoneFact> {
        let pattern = config.done_pattern.as_ref().filter(|_| claim != Claim::Promise)?;
        let line = self.text.as_str().lines().rev().find(|line| pattern.is_match(line))?;
        let line = quoted(line, EXCERPT);
        let fact = format!("the text names the promise without making it: \"{line}\"");
        Some(DoneFact { contradiction: Contradiction::AnnouncedMore, fact })
    }

    fn evidence(&self, at: &Point) -> Vec<Evidence> {
        let mut evidence = Vec::new();
        if let Some(TurnEnd::Error(name)) = &self.end {
            evidence.push(Evidence { id: at.id.clone(), excerpt: name.clone() });
        }
        if !self.text.as_str().trim().is_empty() {
            evidence.push(Evidence { id: self.text.id().to_owned(), excerpt: self.last_line() });
        }
        evidence.extend(self.work.evidence());
        evidence
    }
}

//! One session: turns observations into facts, shows them to the rules, and tells when the session rests.

mod accepted_failures;
mod acts_done;
mod awaited;
mod call_work;
mod changed_lines;
mod check_kind;
mod check_log;
mod check_scope;
mod ci_runs;
mod ci_state;
mod clock;
mod comments;
mod commit_hooks;
mod compared;
mod completion;
mod effects;
mod failed_record;
mod fixers;
mod follow_up;
mod forbidden;
mod git_steps;
mod last_looks;
mod last_text;
mod local_server;
mod lost_work;
mod measured;
mod messages;
mod open_todos;
mod other_tree;
mod outside_action;
mod packages;
mod parts;
mod repetitions;
mod request;
mod rewritten_code;
mod rollout;
mod rule_runner;
mod sought;
mod state;
mod status;
mod strictness;
mod stubs;
mod supersedes;
mod supported_work;
mod taken_back;
mod tamper;
mod test_runs;
mod todo_progress;
mod trial_scope;
mod unanswered_calls;
mod unfinished;
mod user;
mod validated;
mod version_bump;
mod work_log;

pub(crate) use clock::SessionClock;
pub(crate) use effects::{Effects, LineContext};

use super::call::Call;
use super::config::Config;
use super::fact::activity::Request;
use super::fact::{Fact, Step};
use super::hash;
use super::signal::Signal;
use crate::detect::quoted::quoted;
use crate::detect::text::head_and_tail::both;
use crate::wire::part::Part;
use crate::wire::record::{Grade, Kind, Outcome, StateChange};
use crate::wire::{Event, Raw, Status, Timestamp, text};
use call_work::CallWork;
use effects::StepCost;
use messages::Messages;
use open_todos::OpenTodos;
use parts::PartReader;
use state::State;
use status::StatusTracker;

/// The rule that counts turns. Its limit is `--max-iterations`.
pub(crate) const ITERATIONS: &str = "iterations";

/// The length of a description of a request, in characters.
const REQUEST: usize = 80;
/// How much of a task is kept to compare it with others, in bytes.
const TASK: usize = 1024;
/// The most answers to a question that are told, and the length of each, in characters.
const OPTIONS: usize = 12;
const OPTION: usize = 80;
/// The answers to a permission request, as `OpenCode` names them.
const PERMISSION_ANSWERS: [&str; 3] = ["once", "always", "reject"];

/// What a session needs to know about one below it.
pub(crate) struct Descendant<'a> {
    /// Its id.
    pub(crate) id: &'a str,
    /// How many open requests it had before its latest event.
    pub(crate) requests_before: usize,
    /// How many it has now.
    pub(crate) requests: usize,
    /// Whether it works.
    pub(crate) works: bool,
}

/// One session.
pub(crate) struct Session {
    /// The session that started this one.
    parent: Option<String>,
    state: State,
    status: StatusTracker,
    parts: PartReader,
    messages: Messages,
    turns: u64,
    /// The beginning of what it was asked first; empty if nobody knows.
    task: String,
}

impl Session {
    /// A session without events.
    pub(crate) fn new(id: &str, config: &Config) -> Self {
        Self {
            parent: None,
            state: State::new(id, config),
            status: StatusTracker::default(),
            parts: PartReader::default(),
            messages: Messages::default(),
            turns: 0,
            task: String::new(),
        }
    }

    /// Its id.
    pub(crate) fn id(&self) -> &str {
        self.state.rule_runner.session()
    }

    /// The id of the session that started this one.
    pub(crate) fn parent(&self) -> Option<&str> {
        self.parent.as_deref()
    }

    /// Sets the session that started this one.
    pub(crate) fn set_parent(&mut self, parent: &str) {
        if parent != self.id() {
            self.parent = Some(parent.to_owned());
        }
    }

    /// What the stream asked of this session when it began it.
    pub(crate) fn set_task(&mut self, task: &str) {
        self.state.completion.set_task(task);
    }

    /// The beginning of what it was asked first; empty if nobody knows.
    pub(crate) fn task(&self) -> &str {
        &self.task
    }

    /// Records that a subagent below this session was given its task: that, and those above it, up to this one's.
    pub(crate) fn record_delegation(&mut self, tasks: &[String], line: &LineContext<'_>, effects: &mut Effects) {
        self.state.show(&Fact::Delegated { tasks }, line, effects);
    }

    /// How many requests are open.
    pub(crate) fn open_requests(&self) -> usize {
        self.state.activity.requests().len()
    }

    /// Whether it works, or waits for something below it.
    pub(crate) fn is_working(&self) -> bool {
        self.state.completion.is_open()
    }

    /// Records that a descendant did something: how many open requests it had before and has now, and whether it
    /// works now.
    pub(crate) fn record_descendant(&mut self, now: Timestamp, child: &Descendant<'_>) {
        self.state.activity.record_descendant(now, child.requests_before, child.requests);
        self.state.completion.see_child(hash::of(child.id), child.works, now);
    }

    /// Records that a session below this one rests, with no event.
    pub(crate) fn record_child_rest(&mut self, child: &str, now: Timestamp) {
        self.state.completion.see_child(hash::of(child), false, now);
    }

    /// Records what a call of a child session did.
    pub(crate) fn record_child_call(&mut self, work: &CallWork) {
        self.state.completion.record_child_call(work);
    }

    /// Reads one event. `call` is the call that ended in it, if that was parsed already.
    pub(crate) fn observe(
        &mut self,
        event: &Event<'_>,
        call: Option<&Call>,
        line: &LineContext<'_>,
        effects: &mut Effects,
    ) {
        // Without ticks, only the next event shows that the session rested before it.
        self.rest_if_due(line, effects);
        self.state.end_silence(event, line, effects);
        if self.is_told_again(event, line) {
            self.state.show(&Fact::Alive, line, effects);
            return;
        }
        self.status.record_event(event);
        self.state.completion.see_event(line.now);
        if matches!(event, Event::Message { .. } | Event::Status(_)) {
            self.state.completion.expect_idle_events();
        }
        match event {
            Event::Part(part) => self.observe_part(part, call, line, effects),
            Event::Delta { part, text, .. } => {
                self.parts.observe_delta(part, *text, &mut self.state, line, effects);
            }
            Event::Message { .. } => self.observe_message(event, line, effects),
            Event::Status(status) => self.observe_status(status, line, effects),
            Event::Error { name, message } => {
                let message = message.map(text::decode).unwrap_or_default();
                self.fail(name, &message, line, effects);
            }
            Event::Compacted => {
                self.state.history.compact();
                self.state.show(&Fact::Compacted, line, effects);
            }
            Event::Asked { request, question, what } => {
                self.observe_request(request, *question, *what, line);
            }
            Event::Answered { request } => {
                self.state.end_once(request);
                self.state.activity.close_request(request);
            }
            Event::Todos(todos) => {
                let open = todos.iter().filter(|todo| todo.open);
                let text = |raw| quoted(&text::decode(raw), REQUEST);
                let texts = open.map(|todo| todo.content.map(text).unwrap_or_default());
                self.state.completion.set_open_todos(OpenTodos(texts.collect()));
            }
            Event::Diff { files } => self.state.completion.set_changed_files(*files),
            Event::Session { directory: Some(directory), .. } => self.state.completion.set_directory(directory),
            Event::Session { .. } | Event::SessionDeleted | Event::Record { .. } | Event::Heartbeat | Event::Other => {}
        }
        self.state.show(&Fact::Alive, line, effects);
    }

    fn observe_part(&mut self, part: &Part<'_>, call: Option<&Call>, line: &LineContext<'_>, effects: &mut Effects) {
        if self.messages.is_from_user(&part.message) {
            self.learn_task(part);
            PartReader::observe_user_part(part, &mut self.state, line, effects);
        } else {
            self.messages.see_part(&part.message);
            self.parts.observe(part, call, &mut self.state, line, effects);
        }
    }

    fn fail(&mut self, name: &str, message: &str, line: &LineContext<'_>, effects: &mut Effects) {
        self.state.completion.record_failure(name);
        self.status.record_failure(name, message, line);
        self.state.show(&Fact::Failed { name, message }, line, effects);
    }

    /// Keeps what the session was asked first. Tasks that begin alike, with the same rules, differ at their end.
    fn learn_task(&mut self, part: &Part<'_>) {
        if self.task.is_empty() && part.kind == "text" && part.synthetic != Some(true) {
            let text = part.text.map(text::decode).unwrap_or_default();
            self.task = both(&text, TASK / 2).concat();
        }
    }

    /// Whether an event says again what was said before, as after a reconnect: a finished message, or an event without a
    /// part or message whose own id came before.
    fn is_told_again(&mut self, event: &Event<'_>, line: &LineContext<'_>) -> bool {
        match event {
            // A call may end late.
            Event::Part(part) => self.messages.is_over(&part.message) && !self.state.activity.is_running(&part.id),
            Event::Delta { message, .. } => self.messages.is_over(message),
            Event::Message { id, .. } => self.messages.is_over(id),
            Event::Status(_) | Event::Todos(_) | Event::Diff { .. } | Event::Compacted => {
                let id = &line.point.id;
                !id.is_empty() && !self.messages.add_event(id)
            }
            _ => false,
        }
    }

    /// Opens a request, unless it was answered: a reconnect may repeat it.
    fn observe_request(&mut self, id: &str, question: bool, what: Option<Raw<'_>>, line: &LineContext<'_>) {
        if self.state.has_ended(id) {
            return;
        }
        let (what, options) = describe_request(question, what);
        let id = id.to_owned();
        self.state.activity.open_request(Request {
            id,
            since: line.now,
            at: line.point.ts,
            what,
            options,
            named: question,
        });
    }

    fn observe_message(&mut self, event: &Event<'_>, line: &LineContext<'_>, effects: &mut Effects) {
        let Event::Message { id, from_user, completed, finish, error, why } = event else {
            return;
        };
        // Recovered answers come after their parts.
        let begun = !*from_user && self.messages.has_begun(id);
        if self.messages.add(id, *from_user) && !begun {
            self.state.begin_message(*from_user);
        }
        if *from_user {
            return;
        }
        if *completed {
            self.messages.complete(id);
        }
        if let Some(error) = error {
            // The error itself came before, and said why, unless it was lost.
            let why = why.filter(|_| !self.status.has_failed()).map(text::decode).unwrap_or_default();
            self.fail(error, &why, line, effects);
        } else if *completed && self.state.completion.is_open() {
            self.state.completion.end_answer(finish.as_deref(), line.now);
        }
    }

    fn observe_status(&mut self, status: &Status<'_>, line: &LineContext<'_>, effects: &mut Effects) {
        let activity = &mut self.state.activity;
        activity.busy = !matches!(status, Status::Idle);
        activity.retrying = matches!(status, Status::Retry { .. });
        match status {
            Status::Busy => self.state.completion.mark_working(),
            Status::Retry { attempt, message, next } => {
                self.state.completion.record_retry();
                let message = message.map(text::decode).unwrap_or_default();
                self.status.record_retry(&message, *next, line);
                let fact = Fact::Retry { attempt: *attempt, message: &message, next: *next };
                self.state.show(&fact, line, effects);
            }
            Status::Idle => {
                let pending = self.state.pending();
                if self.state.completion.go_idle(line.now, pending) {
                    self.rest(true, line, effects);
                }
            }
        }
    }

    /// Charges the step of a child session to this session's budget.
    pub(crate) fn charge_child_step(&mut self, step: StepCost, line: &LineContext<'_>, effects: &mut Effects) {
        let step = Step {
            message: "",
            text: "",
            reason: "",
            silent: true,
            calls: 0,
            tokens: step.tokens,
            cached: step.cached,
            produced: step.produced,
            cost: step.cost,
        };
        self.state.show(&Fact::ChildStep(&step), line, effects);
    }

    /// Whether the session failed because the provider wants it to wait for long.
    pub(crate) fn is_out_of_quota(&self) -> bool {
        self.status.is_out_of_quota()
    }

    /// Counts a turn, and returns its number. A turn that ends with a rest or a finding is an iteration, unless what was
    /// found is a silence or a quota; a person's message starts a new count of them, because that person leads the session.
    pub(crate) fn begin_turn(&mut self, is_iteration: bool, line: &LineContext<'_>, effects: &mut Effects) -> u64 {
        self.turns += 1;
        self.state.iterations += u64::from(is_iteration);
        let (iterations, limit) = (self.state.iterations, line.config.max_iterations);
        if iterations > limit && !line.config.disabled.contains(ITERATIONS) {
            let summary = format!("the budget is spent: more than {limit} iterations");
            let identity = hash::of(ITERATIONS);
            let mut signal = Signal::new(ITERATIONS, Kind::Budget, Grade::Stop, identity, summary);
            signal.laps = iterations;
            self.state.rule_runner.apply_signal(signal, line, effects);
        }
        self.turns
    }

    /// Checks whether a deadline has passed.
    pub(crate) fn check_time(&mut self, line: &LineContext<'_>, effects: &mut Effects) {
        self.rest_if_due(line, effects);
        self.state.show(&Fact::Time, line, effects);
    }

    fn rest_if_due(&mut self, line: &LineContext<'_>, effects: &mut Effects) {
        let deadline = self.state.completion.deadline(line.config, self.state.pending());
        if deadline.is_some_and(|deadline| deadline <= line.now) {
            self.rest(false, line, effects);
        }
    }

    /// When the session next has to check the time.
    pub(crate) fn deadline(&self, line: &LineContext<'_>) -> Option<Timestamp> {
        self.state.deadline(line).into_iter().chain(self.status.deadline(&self.state, line)).min()
    }

    /// Adds the change of the session's state, if it changed.
    pub(crate) fn show_status(&mut self, line: &LineContext<'_>, effects: &mut Effects) {
        self.status.show(self.parent.as_deref(), &self.state, line, effects);
    }

    /// Records that the session is over, and why.
    pub(crate) fn end(&mut self, why: &'static str) {
        self.status.record_end(why);
    }

    /// Ends the stream. `at_rest` says that the stream itself found the session at rest.
    pub(crate) fn finish(&mut self, at_rest: bool, line: &LineContext<'_>, effects: &mut Effects) {
        self.state.end_round(line, effects);
        if self.state.completion.rests_at_end(at_rest, self.state.pending()) {
            self.rest(false, line, effects);
        }
        self.state.rule_runner.settle(effects);
        // A session at rest, or one that waits for a person, can go on, whoever watches it.
        if self.state.completion.is_open() && self.state.activity.requests().is_empty() {
            self.end(StateChange::CUT_OFF);
        }
    }

    /// Records that the session came to rest. `by_event` says that an event says so just now.
    fn rest(&mut self, by_event: bool, line: &LineContext<'_>, effects: &mut Effects) {
        let state = &mut self.state;
        state.end_round(line, effects);
        let pending = state.pending();
        let asked = state.activity.requests().front().map(|request| request.what.clone());
        state.activity.stop();
        state.show(&Fact::Rest, line, effects);
        state.rule_runner.settle(effects);
        let warning = state.rule_runner.open_warning();
        let session = state.rule_runner.session();
        let done = state.completion.finish_turn(session, line.config, (warning, pending), line.point);
        let question = match asked {
            Some(asked) => asked,
            None if done.outcome == Outcome::Waiting => state.completion.last_line(),
            None => String::new(),
        };
        self.status.record_rest(&done, &question, by_event, state.activity.last, line);
        effects.done = Some(done);
        self.show_status(line, effects);
    }

    /// Records that a message was sent into the session about its open problems.
    pub(crate) fn mark_steered(&mut self, line: &LineContext<'_>, effects: &mut Effects) {
        self.state.mark_steered(line, effects);
    }

    /// Announces one of our messages, which will look like the user's.
    pub(crate) fn expect_message(&mut self, text: &str) {
        self.state.user.expect_message(text);
    }
}

/// What is asked, for a person, and the answers to choose from: the name of the permission, or the first question.
fn describe_request(question: bool, what: Option<Raw<'_>>) -> (String, Vec<String>) {
    #[derive(serde::Deserialize)]
    struct Question<'a> {
        #[serde(borrow)]
        question: Raw<'a>,
        #[serde(borrow, default)]
        options: Vec<Answer<'a>>,
    }
    #[derive(serde::Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        label: Raw<'a>,
    }
    let kind = if question { "question" } else { "permission" };
    let permission = || PERMISSION_ANSWERS.map(str::to_owned).to_vec();
    let Some(what) = what else {
        return (kind.to_owned(), if question { Vec::new() } else { permission() });
    };
    let questions: Vec<Question<'_>> = serde_json::from_str(what.get()).unwrap_or_default();
    let text = text::decode(questions.first().map_or(what, |first| first.question));
    let labels = questions.first().into_iter().flat_map(|first| &first.options).take(OPTIONS);
    let options = labels.map(|answer| quoted(&text::decode(answer.label), OPTION)).collect();
    let options = if question { options } else { permission() };
    (format!("{kind}: {}", quoted(&text, REQUEST)), options)
}

#[cfg(test)]
mod rest_tests;

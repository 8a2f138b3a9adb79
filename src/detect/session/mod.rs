//! One session: turns observations into facts, asks the rules, and keeps the episodes.

pub(crate) mod activity;
pub(crate) mod completion;
pub(crate) mod history;
pub(crate) mod parts;
pub(crate) mod rounds;
pub(crate) mod user;
pub(crate) mod verdict;

pub(crate) use verdict::ITERATIONS;

use super::call::Call;
use super::config::Config;
use super::episode::Episodes;
use super::fact::Fact;
use super::hash;
use super::memory::Recent;
use super::rules::Rules;
use super::text::assemble::TextAssembler;
use super::text::prose::Prose;
use super::text::window::Window;
use crate::wire::Raw;
use crate::wire::record::{Done, Finding, Point, Why};
use crate::wire::{Event, Status, text};
use activity::{Activity, Request};
use completion::Completion;
use history::CallHistory;
use rounds::Rounds;
use user::User;

/// Calls known to have ended: far more than one reconnect repeats. Seven eighths of a power of two.
const ENDED: usize = 896;
/// Messages whose author is known. Seven eighths of a power of two.
const MESSAGES: usize = 112;
/// How long a description of a request is, in characters.
const REQUEST: usize = 80;

/// Who wrote a message.
const ASSISTANT: u32 = 0;
const USER: u32 = 1;

/// What a session has to say after a line.
#[derive(Default)]
pub(crate) struct Effects {
    /// Findings, in order.
    pub(crate) findings: Vec<Finding>,
    /// The session came to rest.
    pub(crate) done: Option<Done>,
    /// Steps that ended, for the budget of the parent.
    pub(crate) steps: Vec<(u64, u64, f64)>,
    /// Why this is a natural point for a review.
    pub(crate) why: Option<Why>,
}

/// One session.
pub(crate) struct Session {
    id: String,
    /// The session that started this one.
    pub(crate) parent: Option<String>,
    /// The rule set, asked in order.
    rules: Rules,
    episodes: Episodes,
    pub(crate) activity: Activity,
    history: CallHistory,
    rounds: Rounds,
    ended: Recent,
    messages: Recent,
    texts: TextAssembler,
    completion: Completion,
    user: User,
    prose: [Prose; 2],
    /// Room for the prose of a piece of text.
    scratch: String,
    /// The end of the prose of the part at hand, a channel.
    windows: [Window; 2],
    step_calls: u64,
    step_silent: bool,
    /// Turns so far.
    pub(crate) turns: u64,
    steps: u64,
}

/// The line at hand.
pub(crate) struct LineContext<'a> {
    /// What the user set.
    pub(crate) config: &'a Config,
    /// The time of the stream.
    pub(crate) ts: i64,
    /// The event.
    pub(crate) point: &'a Point,
}

impl Session {
    /// A session nobody has heard of yet.
    pub(crate) fn new(id: &str, config: &Config) -> Self {
        Self {
            id: id.to_owned(),
            parent: None,
            rules: Rules::new(config),
            episodes: Episodes::default(),
            activity: Activity::default(),
            history: CallHistory::new(),
            rounds: Rounds::default(),
            ended: Recent::new(ENDED),
            messages: Recent::new(MESSAGES),
            texts: TextAssembler::default(),
            completion: Completion::default(),
            user: User::default(),
            prose: Default::default(),
            scratch: String::new(),
            windows: Default::default(),
            step_calls: 0,
            step_silent: true,
            turns: 0,
            steps: 0,
        }
    }

    /// Its name.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Takes one event in, with the call that came to its end in it, if it has been read already.
    pub(crate) fn observe(&mut self, event: &Event<'_>, call: Option<&Call>, line: &LineContext<'_>, effects: &mut Effects) {
        if matches!(event, Event::Other | Event::SessionDeleted | Event::Record { .. }) {
            return;
        }
        self.activity.last = now.ts;
        if matches!(event, Event::Message { .. } | Event::Status(_)) {
            self.completion.hears_idle();
        }
        match event {
            Event::Part(part) => self.part(part, call, now, said),
            Event::Delta { part, text, .. } => self.delta(part, *text, now, said),
            Event::Message { .. } => self.message(event, now, said),
            Event::Status(status) => self.status(status, now, said),
            Event::Error { name, message } => {
                self.completion.failed(name);
                let message = message.map(text::decode).unwrap_or_default();
                self.tell(
                    &Fact::Failed {
                        name,
                        message: &message,
                    },
                    now,
                    said,
                );
            }
            Event::Compacted => self.compacted(now, said),
            Event::Asked {
                request,
                question,
                what,
            } => self.asked(request, asked(*question, *what), now),
            Event::Answered { request } => {
                self.ended.put(hash::of(&**request), 0);
                self.activity.answered(request);
            }
            Event::Todos(todos) => self.completion.todos(todos.iter().filter(|t| t.open).count()),
            Event::Diff { files } => self.completion.diff(*files),
            Event::Session { .. } | Event::SessionDeleted | Event::Record { .. } | Event::Other => {}
        }
        self.tell(&Fact::Alive, now, said);
    }

    /// Another step or message: the session is not at rest, whatever came before.
    fn begins(&mut self) {
        self.completion.begins();
        self.activity.busy = true;
    }

    /// An event that comes twice is one event, where events have ids.
    fn compacted(&mut self, line: &LineContext<'_>, effects: &mut Effects) {
        let id = &now.point.id;
        if id.is_empty() || self.ended.put(hash::of(id), 0).is_none() {
            self.tell(&Fact::Compacted, now, said);
        }
    }

    /// Somebody is asked: for the first time, or after a reconnect once more.
    fn asked(&mut self, request: &str, what: String, line: &LineContext<'_>) {
        if self.ended.get(hash::of(request)).is_none() {
            self.activity.asked(Request {
                id: request.to_owned(),
                since: now.ts,
                what,
            });
        }
    }

    fn message(&mut self, event: &Event<'_>, line: &LineContext<'_>, effects: &mut Effects) {
        let Event::Message {
            id,
            from_user,
            completed,
            finish,
            error,
        } = event
        else {
            return;
        };
        let author = if *from_user { USER } else { ASSISTANT };
        if self.messages.put(hash::of(&**id), author).is_none() {
            self.begins();
        }
        if *from_user {
            return;
        }
        if let Some(error) = error {
            self.completion.failed(error);
            self.tell(
                &Fact::Failed {
                    name: error,
                    message: "",
                },
                now,
                said,
            );
        } else if *completed && self.completion.is_open() {
            // Servers before 1.0 name no reason.
            self.completion.answered(finish.as_deref().unwrap_or("stop"));
        }
    }

    fn status(&mut self, status: &Status<'_>, line: &LineContext<'_>, effects: &mut Effects) {
        match status {
            Status::Busy => {
                self.activity.retrying = false;
                self.completion.works();
                self.activity.busy = true;
            }
            Status::Retry { attempt, message, .. } => {
                self.completion.works();
                self.activity.busy = true;
                self.activity.retrying = true;
                let message = message.map(text::decode).unwrap_or_default();
                let fact = Fact::Retry {
                    attempt: *attempt,
                    message: &message,
                };
                self.tell(&fact, now, said);
            }
            Status::Idle => {
                self.activity.busy = false;
                self.activity.retrying = false;
                let pending = self.activity.running_since().is_some() || self.activity.waits_for_somebody();
                if self.completion.idle(now.ts, pending) {
                    self.rest(now, said);
                }
            }
        }
    }
}

/// What is asked, for a person: the permission's name, or the first question.
fn asked(question: bool, what: Option<Raw<'_>>) -> String {
    #[derive(serde::Deserialize)]
    struct Question<'a> {
        #[serde(borrow)]
        question: Raw<'a>,
    }
    let kind = if question { "question" } else { "permission" };
    let Some(what) = what else {
        return kind.to_owned();
    };
    let questions: Vec<Question<'_>> = serde_json::from_str(what.get()).unwrap_or_default();
    let said = text::decode(questions.first().map_or(what, |first| first.question));
    format!("{kind}: {}", text::excerpt(&said, REQUEST))
}

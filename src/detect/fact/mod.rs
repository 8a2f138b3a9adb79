//! The facts about one session that rules see, in order, whatever dialect they came in.

pub(crate) mod activity;
mod first_errors;
pub(crate) mod history;
pub(crate) mod known_words;
mod moving_failures;
mod pause;
pub(crate) mod rounds;

use super::call::Call;
use super::config::Config;
use super::text::allowed_time::AllowedTime;
use super::text::channel::{Channel, PerChannel};
use super::text::repetition::Rows;
use super::text::wanted::Wanted;
use super::text::window::Window;
use crate::wire::Timestamp;
use crate::wire::record::Point;
use activity::Activity;
use history::{CallHistory, Comparison};
use rounds::Round;

/// One answer of the model, with the calls it made.
#[derive(Debug)]
pub(crate) struct Step<'a> {
    /// The message's id.
    pub(crate) message: &'a str,
    /// The end of its text.
    pub(crate) text: &'a str,
    /// Why it ended: `stop`, `tool-calls`, …; empty if unknown.
    pub(crate) reason: &'a str,
    /// Whether it has neither text nor reasoning.
    pub(crate) silent: bool,
    /// How many calls it made.
    pub(crate) calls: u64,
    /// Tokens read, written and thought, without those of the cache.
    pub(crate) tokens: u64,
    /// Tokens that were read from the cache or written to it.
    pub(crate) cached: u64,
    /// Tokens written and thought.
    pub(crate) produced: u64,
    /// US dollars.
    pub(crate) cost: f64,
}

/// One fact about a session.
#[derive(Debug)]
pub(crate) enum Fact<'a> {
    /// A call ended.
    Call(&'a Call, Comparison),
    /// A round of calls ended.
    Round(&'a Round),
    /// New text of a channel arrived, and this block of it is prose; empty if none of it is.
    Text(Channel, &'a str),
    /// The whole text of a channel was measured at its end.
    Rows(Channel),
    /// The text of a part is complete.
    TextOver(Channel),
    /// A step ended.
    Step(&'a Step<'a>),
    /// A step of a child session ended.
    ChildStep(&'a Step<'a>),
    /// A call changed or bypassed a check, or undid that.
    Tampering {
        /// The call.
        call: &'a Call,
        /// What now stands against the checks' results, in a sentence each; empty if nothing does.
        warnings: &'a [String],
    },
    /// A subagent below this session was given its task.
    Delegated {
        /// The tasks of the subagent and of those above it, up to this session; empty where nobody knows.
        tasks: &'a [String],
    },
    /// A real user sent a message.
    User,
    /// One of our messages was sent into the session.
    Steered,
    /// The provider is asked again.
    Retry {
        /// The number of the attempt.
        attempt: u32,
        /// The provider's error message.
        message: &'a str,
        /// When it is asked, in milliseconds since the Unix epoch.
        next: Option<i64>,
    },
    /// The session failed.
    Failed {
        /// The error's name.
        name: &'a str,
        /// The error's message.
        message: &'a str,
    },
    /// The context was compacted.
    Compacted,
    /// An event of this session arrived.
    Alive,
    /// An event ends a silence of a stream without ticks, which did not show before.
    SilenceOver {
        /// Whether the event is the end of a call.
        by_call: bool,
    },
    /// Time passed without an event.
    Time,
    /// The session came to rest.
    Rest,
}

/// What a rule may consult besides the fact.
pub(crate) struct RuleContext<'a> {
    /// The configuration.
    pub(crate) config: &'a Config,
    /// The time of the session, without the time in which the machine slept.
    pub(crate) now: Timestamp,
    /// The current event, with the time that the line says.
    pub(crate) point: &'a Point,
    /// The calls and tokens of the session so far.
    pub(crate) history: &'a CallHistory,
    /// What the session is doing.
    pub(crate) activity: &'a Activity,
    /// Whether the last answer has ended, so that nothing more is expected of the model.
    pub(crate) answered: bool,
    /// Whether the user's last message asks to bring something to a mark.
    pub(crate) has_goal: bool,
    /// Whether the user's last message asks to go through many things.
    pub(crate) surveys: bool,
    /// How long the user's last message lets something take.
    pub(crate) allowed: AllowedTime,
    /// The end of the prose of each channel, including the current block.
    pub(crate) windows: &'a PerChannel<Window>,
    /// The end of the whole text of each channel, code, tables and lists included.
    pub(crate) rows: &'a PerChannel<Rows>,
    /// What the user's last message wants to be repeated.
    pub(crate) wanted: &'a Wanted,
}

//! What rules see: facts about one session, in order, whatever dialect they came in.

use super::call::Call;
use super::config::Config;
use super::session::activity::Activity;
use super::session::history::{CallHistory, Comparison};
use super::session::rounds::Round;
use super::text::window::Window;
use crate::wire::record::Point;

/// Prose comes in pieces that end at multiples of so many characters of a part, however the server cut
/// it: what the rules see then does not depend on that. Judging a window of 4,096 characters at each of
/// them costs 16 operations a character.
pub(crate) const TEXT_BLOCK: usize = 256;

/// Where text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    /// What the model says.
    Text,
    /// What it thinks.
    Reasoning,
}

/// One answer of the model, with the calls it made.
#[derive(Debug)]
pub(crate) struct Step<'a> {
    /// The message.
    pub(crate) message: &'a str,
    /// The end of what it said.
    pub(crate) text: &'a str,
    /// Whether it said and thought nothing at all.
    pub(crate) silent: bool,
    /// How many calls it made.
    pub(crate) calls: u64,
    /// Tokens read, written and thought.
    pub(crate) tokens: u64,
    /// Tokens written and thought.
    pub(crate) produced: u64,
    /// Dollars.
    pub(crate) cost: f64,
}

/// One fact about a session.
#[derive(Debug)]
pub(crate) enum Fact<'a> {
    /// A call has come to its end.
    Call(&'a Call, Comparison),
    /// A round of calls is over.
    Round(&'a Round),
    /// More prose of a channel, each character once; empty where what came was none.
    Text(Channel, &'a str),
    /// The text of a part is complete.
    TextOver(Channel),
    /// A step is over.
    Step(&'a Step<'a>),
    /// A child session's step is over.
    ChildStep(&'a Step<'a>),
    /// A real user spoke.
    User,
    /// We sent a message into the session.
    Steered,
    /// The provider is asked again.
    Retry {
        /// Which attempt this is.
        attempt: u32,
        /// What the provider said.
        message: &'a str,
    },
    /// The session failed.
    Failed {
        /// The error's name.
        name: &'a str,
        /// What was said about it.
        message: &'a str,
    },
    /// The context was compacted.
    Compacted,
    /// Something of this session went by.
    Alive,
    /// Nothing did, but time passed.
    Time,
    /// The session came to rest.
    Rest,
}

/// What a rule may know besides the fact.
pub(crate) struct RuleContext<'a> {
    /// What the user set.
    pub(crate) config: &'a Config,
    /// The time of the stream.
    pub(crate) now: i64,
    /// The event that is being looked at.
    pub(crate) point: &'a Point,
    /// What the session has done so far.
    pub(crate) history: &'a CallHistory,
    /// What it is doing.
    pub(crate) activity: &'a Activity,
    /// The end of the prose of each channel, with the piece at hand.
    pub(crate) windows: &'a [Window; 2],
}

impl RuleContext<'_> {
    /// The end of the prose of a channel.
    pub(crate) fn window(&self, channel: Channel) -> &Window {
        &self.windows[channel as usize]
    }
}

//! The second opinion. When a session comes to rest, goes silent, or a detector reports a finding, a reviewer is asked
//! what should happen, and its decision is added to the lines.
//!
//! * [`Review`] is the stage. Lines never wait for a reviewer: a decision is written when it is there, and says which
//!   event it judged and whether the session has moved on since.
//! * `intake` reads the lines. It keeps each session's context (`context`, `recent`) and finds out when a review is due
//!   (`trigger`); `update` is its news for the queue.
//! * `queue` decides what is asked when: the review in progress (`in_flight`), limits, a circuit breaker, and the
//!   built-in `rules` for what cannot be asked.
//! * `shared` holds both under one lock, for the stage and for the `worker`, the thread that asks. A `request` is what
//!   goes to that thread.
//! * `prompt` builds the question. Text of the agent is data in it, never an instruction. `redact` removes secrets from
//!   everything that leaves the machine or is logged.
//! * `reviewer` asks an endpoint or a command, with retries and a deadline, and reads the answer. `opinion` is the
//!   result.

mod intake;
mod opinion;
mod prompt;
mod queue;
mod request;
mod reviewer;
mod settings;
mod shared;
mod stage;
mod worker;

pub use queue::ReviewLimits;
pub use reviewer::Patience;
pub use reviewer::endpoint::Address;
pub use settings::{Settings, Who};
pub use stage::Review;

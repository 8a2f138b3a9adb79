//! The second opinion: when a session comes to rest, goes silent or gets into trouble, somebody is asked what
//! should happen, and the decision is added to the lines.
//!
//! * [`Review`]: the stage. Lines never wait for a reviewer; its decision comes when it comes, and says which
//!   event it judged and whether the session has moved on since.
//! * `desk` and `listen`: what the lines say, what waits to be asked, what is being asked (`flight`); `moment`: when;
//!   `case` and `cases`: what is remembered of a session; `breaker`: a reviewer that keeps failing is left alone.
//! * `recent`, `sample`, `evidence`, `prompt`: the question. What the worker wrote is data in it, never an instruction;
//!   `redact` masks secrets in everything that leaves.
//! * `asker`, `ask`: asking with retries and a deadline, on a thread of its own; `client`, `reply`, `retry_after`: an
//!   endpoint; `command`: a command; `trouble`: why there is no answer; `answer`: what one says.
//! * `rules`: what is decided where nobody can be asked; `exchange`: record and replay.

mod answer;
mod ask;
mod asker;
mod breaker;
mod case;
mod cases;
mod client;
mod command;
mod desk;
mod evidence;
mod exchange;
mod flight;
mod listen;
mod moment;
mod plain;
mod prompt;
mod recent;
mod redact;
mod reply;
mod retry_after;
mod rules;
mod sample;
mod settings;
mod stage;
mod trouble;

pub use ask::Patience;
pub use client::Address;
pub use command::Leash;
pub use desk::Limits;
pub use settings::{Settings, Who};
pub use stage::Review;

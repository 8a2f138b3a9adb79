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

mod exchange;
mod intake;
mod prompt;
mod queue;
mod redact;
mod reviewer;
mod settings;
mod stage;
mod worker;

pub use queue::Limits;
pub use reviewer::Patience;
pub use reviewer::endpoint::Address;
pub use settings::{Settings, Who};
pub use stage::Review;

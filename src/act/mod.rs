//! Carries decisions out on the live session, confirms them, and concludes the run with an outcome.
//!
//! * `state`: the state of the run, built from the lines; `totals` and `steering` are parts of it.
//! * `authority`: decides what may be acted on at all.
//! * `relevant`: decides which lines are parsed.
//! * `plan`: decides what to do next, without I/O.
//! * `dispatcher`: passes orders to the executor of their server, or records why they are skipped.
//! * `executor`: carries orders out on a separate thread, so that lines never wait: `abort`, `rollback`, `verify`.
//! * `shared_directory`: the other sessions that work in the same directory; `lineage`: ancestors and descendants, which
//!   do not count among them.
//! * `outcome`: the outcome of the run, without I/O.
//! * `notify`: notifies people when they may be needed, and of the outcome.
//! * `resume`: decides when a session continues after a quota, without I/O.
//! * `reply`: answers requests from another terminal.
//! * `stage`: connects them for one run; `all`: one run for each session of a stream, with the help of `session_index`.

mod abort;
mod abort_scope;
mod all;
mod authority;
mod command;
mod dispatcher;
mod executor;
mod findings;
mod lineage;
mod message_order;
pub mod notify;
mod order;
mod outcome;
mod plan;
mod relevant;
mod reply;
mod resume;
mod rollback;
mod session_index;
mod settings;
mod shared;
mod shared_directory;
mod stage;
mod state;
mod steering;
mod summary;
mod totals;
mod verify;

pub use all::ActOnAll;
pub use authority::is_protected;
pub use reply::{Reply, replies, reply_all};
pub use settings::{AbortLimits, Answer, Checks, Policy, Remedy, Settings};
pub use stage::Act;
pub use summary::{masked, summary};

//! The vocabulary of the line protocol: what a line can say, and nothing about where it comes from.
//!
//! Data only: no I/O, no clock, no environment. [`observe()`] turns a line of any dialect into one
//! [`Observation`]; [`head()`] tells which lines need not be read at all; [`record`] holds the `ocr.*` lines of our
//! own.

pub(crate) mod dialect;
mod event;
mod head;
pub mod json;
pub mod part;
pub mod record;
mod time;

pub use dialect::opencode::matters;
pub use dialect::{Malformed, observe, observe_behind};
pub use event::{Event, Observation, Status, Todo};
pub use head::{Head, head};
pub use json::decode::members;
pub use json::raw::Raw;
pub use json::text;
pub use time::{StreamClock, Timestamp};

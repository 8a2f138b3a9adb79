//! The vocabulary of the line protocol: what a line can say, and nothing about where it comes from.
//!
//! Data only: no I/O, no clock, no environment. [`observe()`] turns a line of any dialect into one
//! [`Observation`]; [`head()`] tells which lines need not be read at all; [`record`] holds the `ocr.*` lines of our
//! own.

mod bus;
mod compact;
mod event;
mod head;
pub(crate) mod lanes;
mod observe;
pub mod part;
mod raw;
pub mod record;
mod shape;
pub mod text;
mod topic;

pub use event::{Event, Observation, Status, Todo};
pub use head::{Head, head};
pub use observe::{Malformed, observe, observe_behind};
pub use raw::Raw;
pub use shape::members;
pub use topic::matters;

//! The vocabulary of the line protocol: what a line can say, and nothing about where it comes from.
//!
//! Data only: no I/O, no clock, no environment. [`observe()`] turns a line of any dialect into one
//! [`Observation`], [`head()`] tells which lines need not be read at all, and [`record`] holds the `ocr.*` lines of our own.

mod bus;
mod compact;
mod head;
mod observe;
pub mod part;
mod raw;
pub mod record;
pub mod text;

pub use head::{Head, head};
pub use raw::Raw;
pub use observe::{Event, Malformed, Observation, Status, Todo, matters, observe};

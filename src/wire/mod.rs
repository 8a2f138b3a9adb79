//! The vocabulary of the line protocol: what a line can say, and nothing about where it comes from.
//!
//! Data only: no I/O, no clock, no environment. [`observe()`] turns a line of any dialect into one
//! [`Observation`]; [`record`] holds the `ocr.*` lines of our own.

mod bus;
mod observe;
pub mod part;
pub mod record;
pub mod text;

pub use observe::{Event, Malformed, Observation, Status, Todo, observe};

//! The view: the same lines, told to a person on standard error.

mod stage;
mod story;

pub use stage::Watch;

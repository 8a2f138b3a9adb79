//! The view: the same lines, told to a person on standard error.

mod render;
mod stage;

pub use stage::Watch;

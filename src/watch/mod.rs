//! Shows the lines of a stream to a person on standard error.

mod render;
mod stage;

pub use stage::Watch;

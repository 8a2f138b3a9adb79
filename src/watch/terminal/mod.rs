//! The terminal: entered, left, and never left behind in a state that a person has to mend.

mod pace;
mod screen;
mod signals;
mod tty;

pub use screen::{Screen, Shared, Why};
pub use signals::follow_signals;
pub use tty::Tty;

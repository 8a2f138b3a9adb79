//! Enters and leaves the terminal, and never leaves it in a state that a person has to repair.

mod pace;
mod screen;
mod signals;
mod tty;

pub use screen::{Screen, Shared, Why};
pub use signals::follow_signals;
pub use tty::Tty;

//! The state that the dashboard draws, built from the lines. Nothing is drawn here.

mod activity;
mod board;
mod budget;
mod call;
mod outcome_words;
mod output;
mod session;
mod session_state;

pub use activity::{Entry, Topic};
pub use board::Board;
pub use budget::Budget;
pub use outcome_words::outcome;
pub use output::{LineKind, Output, OutputLine};
pub use session::Session;
pub use session_state::Rank;

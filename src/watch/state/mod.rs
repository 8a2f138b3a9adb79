//! What is known from the lines: pure state, of which nothing is drawn here.

mod activity;
mod board;
mod call;
mod output;
mod session;
mod standing;
mod usage;
mod words;

pub use activity::{Entry, Topic};
pub use board::Board;
pub use output::{LineKind, Output, OutputLine};
pub use session::Session;
pub use standing::Rank;
pub use usage::Budget;
pub use words::{outcome, rest};

//! What is known from the lines: pure state, of which nothing is drawn here.

mod activity;
mod asked;
mod board;
mod budget;
mod call;
mod output;
mod session;
mod standing;
mod words;

pub use activity::{Entry, Topic};
pub use asked::without_kind;
pub use board::Board;
pub use budget::Budget;
pub use output::{LineKind, Output, OutputLine};
pub use session::Session;
pub use standing::Rank;
pub use words::outcome;

//! The hand: carries decisions out on the live session, proves that they took, and tells how the run ended.
//!
//! * `ledger`: what the lines said, summed up; `tally`: what of it is counted.
//! * `plan`: what is to be done now; pure.
//! * `outcome`: what became of the run; pure.
//! * `hand`: does it, on a thread of its own, so that the lines go on: `abort`, `verify`, and what one
//!   request does.
//! * `notify`: tells others how the run ended.
//! * `stage`: puts them together.

mod abort;
mod executor;
pub mod notify;
mod order;
mod outcome;
mod plan;
mod settings;
mod stage;
mod state;
mod steering;
mod summary;
mod totals;
mod verify;

pub use settings::{Answer, Checks, Limits, Policy, Remedy, Settings};
pub use stage::Act;
pub use summary::summary;

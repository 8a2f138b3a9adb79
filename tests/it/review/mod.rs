//! The second opinion, through the real binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::similar_names,
    clippy::semicolon_if_nothing_returned,
    reason = "what cannot be set up must stop the test; a play is one expression"
)]

mod command;
mod endpoint;
mod fake;
mod flow;
mod form;
mod injection;
mod lines;
mod load;
mod misbehaviour;
mod plays;
mod recorded;
mod replay;
mod rules;
mod secrets;
mod stale;
mod state;

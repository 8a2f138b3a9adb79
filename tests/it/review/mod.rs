//! `ocr-review`, run as a program.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::similar_names,
    clippy::semicolon_if_nothing_returned,
    reason = "a failed set-up must stop the test; a behaviour is one expression"
)]

mod behaviours;
mod command;
mod endpoint;
mod fake;
mod flow;
mod form;
mod injection;
mod lines;
mod load;
mod misbehaviour;
mod reach;
mod recorded;
mod rules;
mod secrets;
mod stale;
mod state;

//! Writes the line of a stage that could not start. In a pipe typed by hand no stage sees the exit code of another, so
//! this line carries it to the last one, which exits with it.

use super::clock::Clock;
use crate::exit::Code;
use crate::wire::record;
use crate::wire::record::{CloseReason, Closed};

/// The line, with the code that the stage exits with and what it told.
pub fn failed_start(code: Code, detail: &str) -> Vec<u8> {
    let reason = match code {
        Code::Unreachable => CloseReason::ServerGone,
        Code::NotAllowed => CloseReason::NotAllowed,
        Code::Interrupted | Code::Terminated => CloseReason::Interrupted,
        _ => CloseReason::Failed,
    };
    let closed =
        Closed { session_id: None, reason, detail: detail.to_owned(), signal: None, exit_code: Some(code.number()) };
    let mut line = Vec::new();
    record::append(&mut line, Clock::default().now(), &closed);
    line
}

//! The exit codes, in one table, and the error that carries one. Which outcome a run has is decided in
//! `act/outcome.rs`; `wire/record` tells which outcome a kind of finding has, and which code an outcome.

use std::fmt;
use std::io;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

/// The exit code of a stage, for scripts. `README.md` has the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// Success: the task is done, or the stage did its part.
    Ok = 0,
    /// An internal error, or a failed read or write.
    Error = 1,
    /// Invalid command line.
    Usage = 2,
    /// The outcome of the run is unknown: a person should look.
    Unsure = 3,
    /// The agent was looping.
    Loop = 10,
    /// The agent stalled, or its question or permission request went unanswered.
    Stalled = 11,
    /// A budget or the iteration limit was exceeded.
    Budget = 12,
    /// The session failed.
    Failed = 13,
    /// The session's work failed verification.
    Unverified = 14,
    /// Someone else aborted the session.
    Aborted = 15,
    /// Nothing in the input was understood, with `--strict` or `--fail-on`; with `--strict`, a line was not a JSON object;
    /// or the document for `--import` cannot be parsed.
    BadData = 65,
    /// The server is unreachable; or the reviewer could not be reached for any question, so that the built-in rules decided everything.
    Unreachable = 69,
    /// Permission denied, or wrong credentials.
    NotAllowed = 77,
    /// Interrupted by SIGINT (Ctrl-C).
    Interrupted = 130,
    /// The reader of standard output closed it.
    ReaderLeft = 141,
    /// Terminated by SIGTERM.
    Terminated = 143,
}

impl Code {
    /// The exit status that the shell sees.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The code with this exit status, if the table has one.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.number() == number)
    }

    /// Every code, in ascending order.
    pub const ALL: [Self; 16] = [
        Self::Ok,
        Self::Error,
        Self::Usage,
        Self::Unsure,
        Self::Loop,
        Self::Stalled,
        Self::Budget,
        Self::Failed,
        Self::Unverified,
        Self::Aborted,
        Self::BadData,
        Self::Unreachable,
        Self::NotAllowed,
        Self::Interrupted,
        Self::ReaderLeft,
        Self::Terminated,
    ];
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        code.number().into()
    }
}

/// What is still to be done when a process leaves at once.
static BEFORE_LEAVING: Mutex<Vec<CleanUp>> = Mutex::new(Vec::new());

type CleanUp = Box<dyn FnOnce() + Send>;

/// Calls `clean_up` before this process leaves at once: it ends commands, or gives a terminal back.
pub fn before_leaving(clean_up: impl FnOnce() + Send + 'static) {
    BEFORE_LEAVING.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(clean_up));
}

/// Leaves at once, from any thread, after what [`before_leaving`] was told. It is the only way out besides the end
/// of `main`.
pub fn leave(code: Code) -> ! {
    // Another thread that leaves waits here until this one is gone.
    let mut clean_ups = BEFORE_LEAVING.lock().unwrap_or_else(PoisonError::into_inner);
    clean_ups.drain(..).for_each(|clean_up| clean_up());
    std::process::exit(code.number().into());
}

/// Why a stage failed, and the code it exits with.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The exit code.
    pub code: Code,
    /// What happened, to which thing, and what to do next. Empty if nothing is to be printed.
    pub message: String,
}

impl Failure {
    /// A failure with a message to print.
    pub fn new(code: Code, message: impl fmt::Display) -> Self {
        Self { code, message: message.to_string() }
    }

    /// The reader of standard output closed it. That is how pipes end, so the message is empty.
    pub fn reader_left() -> Self {
        Self { code: Code::ReaderLeft, message: String::new() }
    }
}

/// The failure that a write error on standard output means.
pub(crate) fn of_write(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::reader_left(),
        io::ErrorKind::StorageFull => {
            Failure::new(Code::Error, "cannot write to standard output: the disk is full; free some space")
        }
        _ => Failure::new(Code::Error, format_args!("cannot write to standard output: {error}")),
    }
}

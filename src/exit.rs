//! The exit codes, in one table, and the error that carries one.

use std::fmt;
use std::io;
use std::process::ExitCode;

/// How a stage ends. Scripts read the number; `README.md` has the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// All is well: the task is done, or the stage did its part.
    Ok = 0,
    /// An error of ours.
    Error = 1,
    /// The command line is wrong.
    Usage = 2,
    /// Nobody can tell what became of the run: a person should look.
    Unsure = 3,
    /// The agent was going in circles.
    Loop = 10,
    /// It stalled, or nobody answered what it asked.
    Stalled = 11,
    /// A budget or the iterations ran out.
    Budget = 12,
    /// The session failed.
    Failed = 13,
    /// Its work did not pass verification.
    Unverified = 14,
    /// Somebody else aborted it.
    Aborted = 15,
    /// A line was no JSON, with `--strict`.
    BadData = 65,
    /// The server or the reviewer is out of reach.
    Unreachable = 69,
    /// Not allowed: a password, a permission.
    NotAllowed = 77,
    /// Ctrl-C.
    Interrupted = 130,
    /// The reader of our lines left.
    ReaderLeft = 141,
    /// A termination signal.
    Terminated = 143,
}

impl Code {
    /// The number that the shell sees.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The code with this number, if it is one of ours.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.number() == number)
    }

    /// The whole table.
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

/// Why a stage cannot go on, for a person, and the code it ends with.
#[derive(Debug)]
pub struct Failure {
    /// The code it ends with.
    pub code: Code,
    /// What happened, to which thing, and what to do next. Empty: nothing is said.
    pub message: String,
}

impl Failure {
    /// A failure with something to say.
    pub fn new(code: Code, message: impl fmt::Display) -> Self {
        Self {
            code,
            message: message.to_string(),
        }
    }

    /// The reader of our lines left. That is how a pipe ends; nothing is said.
    pub fn reader_left() -> Self {
        Self {
            code: Code::ReaderLeft,
            message: String::new(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// What a failed write to standard output means.
pub(crate) fn of_write(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::reader_left(),
        io::ErrorKind::StorageFull => Failure::new(
            Code::Error,
            "cannot write to standard output: the disk is full; free some space",
        ),
        _ => Failure::new(
            Code::Error,
            format_args!("cannot write to standard output: {error}"),
        ),
    }
}

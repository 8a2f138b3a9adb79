//! A pipe that nothing is ever written to. The reading end sees end-of-file when the process that holds the writing
//! end is gone, so a child notices even `kill -9` of its parent, on every Unix.

use crate::exit::{Code, Failure};
use rustix::io::FdFlags;
use rustix::pipe::PipeFlags;
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsRawFd, OwnedFd};

/// The parent's end. Dropping it tells the children that the parent is gone.
pub struct Lifeline {
    inherited: OwnedFd,
    _held: OwnedFd,
}

impl Lifeline {
    /// Makes a lifeline for the children that are started from now on.
    ///
    /// # Errors
    /// [`Code::Error`] if the system provides no pipe.
    pub fn new() -> Result<Self, Failure> {
        let failed = |e| Failure::new(Code::Error, format_args!("cannot make a pipe: {e}"));
        let (inherited, held) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC).map_err(failed)?;
        rustix::io::fcntl_setfd(&inherited, FdFlags::empty()).map_err(failed)?;
        Ok(Self { inherited, _held: held })
    }

    /// The number of the inherited file descriptor, as an argument for the child.
    pub fn number(&self) -> String {
        self.inherited.as_raw_fd().to_string()
    }
}

/// The child's end: calls `gone` on a thread of its own when the parent is gone.
///
/// # Errors
/// [`Code::Usage`] if `number` is not an open file descriptor.
pub fn on_parent_gone(number: &str, gone: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    let mut line = inherited(number)?;
    std::thread::spawn(move || {
        // Nothing is ever written, so the read returns only when the other end is closed.
        let _ = line.read(&mut [0]);
        gone();
    });
    Ok(())
}

/// A pipe of the parent's, by the number of its file descriptor, which the parent gives as an argument.
///
/// # Errors
/// [`Code::Usage`] if `number` is not an open file descriptor.
pub fn inherited(number: &str) -> Result<File, Failure> {
    let opened = number.parse::<u32>().ok().and_then(|number| File::open(format!("/dev/fd/{number}")).ok());
    opened.ok_or_else(|| Failure::new(Code::Usage, "this argument is internal; see --help"))
}

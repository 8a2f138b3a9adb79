//! A pipe that nothing is ever written to: its reading end closes when the process that holds the other
//! end is gone, whatever ended it. So a child notices `kill -9` of its parent, on every Unix.

use crate::exit::{Code, Failure};
use rustix::io::FdFlags;
use rustix::pipe::PipeFlags;
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsRawFd, OwnedFd};

/// The parent's side: as long as it lives, the parent does.
pub struct Lifeline {
    inherited: OwnedFd,
    _held: OwnedFd,
}

impl Lifeline {
    /// A line for the children that are started from now on.
    ///
    /// # Errors
    /// [`Code::Error`] when the system gives no pipe.
    pub fn new() -> Result<Self, Failure> {
        let failed = |e| Failure::new(Code::Error, format_args!("cannot make a pipe: {e}"));
        let (inherited, held) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC).map_err(failed)?;
        rustix::io::fcntl_setfd(&inherited, FdFlags::empty()).map_err(failed)?;
        Ok(Self {
            inherited,
            _held: held,
        })
    }

    /// What the child has to be told to find it.
    pub fn number(&self) -> String {
        self.inherited.as_raw_fd().to_string()
    }
}

/// The child's side: calls `gone` on a thread of its own when the parent is gone.
///
/// # Errors
/// [`Code::Usage`] when `number` is no line that a parent of ours made.
pub fn on_parent_gone(number: &str, gone: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    let unfit = || {
        Failure::new(
            Code::Usage,
            "this argument is for children of ours alone; see --help",
        )
    };
    let number: u32 = number.parse().map_err(|_| unfit())?;
    let mut line = File::open(format!("/dev/fd/{number}")).map_err(|_| unfit())?;
    std::thread::spawn(move || {
        // Nothing is ever written: a read returns when the other end is gone.
        let _ = line.read(&mut [0]);
        gone();
    });
    Ok(())
}

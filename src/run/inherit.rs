//! A pipe whose reading end exactly one child inherits.

use crate::exit::{Code, Failure};
use rustix::io::{FdFlags, fcntl_setfd};
use std::io::PipeReader;
use std::os::fd::AsRawFd;

/// Starts a child, which inherits `reader` with the number that `start` is given.
pub(super) fn inherited<T>(reader: &PipeReader, start: impl FnOnce(i32) -> T) -> Result<T, Failure> {
    let failed = |errno: rustix::io::Errno| Failure::new(Code::Error, format_args!("cannot make a pipe: {errno}"));
    fcntl_setfd(reader, FdFlags::empty()).map_err(failed)?;
    let started = start(reader.as_raw_fd());
    fcntl_setfd(reader, FdFlags::CLOEXEC).map_err(failed)?;
    Ok(started)
}

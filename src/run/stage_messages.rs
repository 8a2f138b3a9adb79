//! Passes the messages of the stages to the dashboard while that has the terminal, because printing them would damage
//! it.

use super::inherit::inherited;
use crate::exit::{Code, Failure};
use crate::pipe::tell;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use std::io::{PipeReader, PipeWriter, Read};
use std::process::Stdio;

/// The most that is told of what the dashboard did not read: as much as a pipe holds.
const REST: u64 = 64 * 1024;

/// A pipe from the standard error of the stages to the dashboard.
pub(super) struct StageMessages {
    reader: PipeReader,
    /// Only until the stages have it, so that the pipe ends with them.
    writer: Option<PipeWriter>,
}

impl StageMessages {
    /// A pipe that no child has yet.
    pub(super) fn new() -> Result<Self, Failure> {
        let (reader, writer) = std::io::pipe().map_err(failed)?;
        Ok(Self { reader, writer: Some(writer) })
    }

    /// The standard error of a stage.
    pub(super) fn stderr(&self) -> Result<Stdio, Failure> {
        self.writer.as_ref().map_or(Ok(Stdio::inherit()), |writer| writer.try_clone().map(Stdio::from).map_err(failed))
    }

    /// Starts the dashboard, the last child, which inherits the end of the pipe with the number that `start` is given.
    pub(super) fn read_by<T>(&mut self, start: impl FnOnce(i32) -> T) -> Result<T, Failure> {
        let started = inherited(&self.reader, start)?;
        self.writer = None;
        Ok(started)
    }

    /// Tells what came after the dashboard had ended.
    pub(super) fn tell_rest(self) {
        // What a stage started may still hold the other end.
        let is_ready = fcntl_getfl(&self.reader).and_then(|flags| fcntl_setfl(&self.reader, flags | OFlags::NONBLOCK));
        let mut rest = Vec::new();
        if is_ready.is_ok() {
            // Ends with the pipe, or where it holds no more for now.
            let _ = self.reader.take(REST).read_to_end(&mut rest);
        }
        let rest = String::from_utf8_lossy(&rest);
        if !rest.trim().is_empty() {
            tell(rest.trim_end());
        }
    }
}

fn failed(error: std::io::Error) -> Failure {
    Failure::new(Code::Error, format_args!("cannot make a pipe: {error}"))
}

//! Warns of lines that are written to a file in the repository of the session that they are about: they would be
//! recorded again with every step.

use super::environment::variable;
use crate::process::pipe_key::PIPE_KEY;
use crate::process::proof::is_running;
use crate::process::recording_loop;
use crate::wire::observe;
use crate::wire::record::AnyRecord;
use std::io::{self, Read};
use std::path::Path;

/// A first line that is longer than this, in bytes, is not looked at: the task is in it.
const LONGEST: usize = 64 * 1024;

/// An input whose first line says where the session works.
pub(super) struct Watched<R> {
    input: R,
    /// What was read of the first line, until it is whole.
    first: Option<Vec<u8>>,
}

/// Wraps an input so that a warning is printed if its session would see our output. `ocr-run` warns for all its stages.
pub(super) fn watched<R: Read>(input: R) -> Watched<R> {
    let is_ours = variable(PIPE_KEY).is_none() && recording_loop::stdout_file().is_some();
    Watched { input, first: is_ours.then(Vec::new) }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        if let Some(first) = &mut self.first {
            let end = memchr::memchr(b'\n', &buffer[..count]);
            first.extend_from_slice(&buffer[..end.unwrap_or(count)]);
            if end.is_some() || first.len() > LONGEST {
                warn(first);
                self.first = None;
            }
        }
        Ok(count)
    }
}

/// Warns if this line begins a live stream whose session sees our output.
fn warn(line: &[u8]) {
    let Some(line) = std::str::from_utf8(line).ok().and_then(|line| observe(line).ok()) else { return };
    if let (Some(AnyRecord::Opened(opened)), Some(file)) = (AnyRecord::of(&line.event), recording_loop::stdout_file())
        && is_running(&opened)
        && let Some(directory) = opened.directory.filter(|_| !opened.replay)
    {
        recording_loop::warn(&file, Path::new(&directory));
    }
}

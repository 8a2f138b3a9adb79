//! Warns of lines that are written to a file in the repository of the session that they are about: they would be
//! recorded again with every step.

use std::io::{self, Read};

#[cfg(unix)]
use super::environment::variable;
#[cfg(unix)]
use crate::process::pipe_key::PIPE_KEY;
#[cfg(unix)]
use crate::process::proof::is_running;
#[cfg(unix)]
use crate::process::recording_loop;
#[cfg(unix)]
use crate::wire::observe;
#[cfg(unix)]
use crate::wire::record::AnyRecord;
#[cfg(unix)]
use std::path::Path;

/// A first line that is longer than this, in bytes, is not looked at: the task is in it.
const LONGEST: usize = 64 * 1024;

/// An input whose first line says where the session works.
pub(super) struct Watched<R> {
    input: R,
    /// What was read of the first line, until it is whole.
    first: Option<Vec<u8>>,
}

/// `input`, with a warning if its session would see our output. `ocr-run` warns for its stages.
pub(super) fn watched<R: Read>(input: R) -> Watched<R> {
    #[cfg(unix)]
    let is_ours = variable(PIPE_KEY).is_none() && recording_loop::stdout_file().is_some();
    #[cfg(not(unix))]
    let is_ours = false;
    Watched { input, first: is_ours.then(Vec::new) }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        if let Some(first) = &mut self.first {
            let end = memchr::memchr(b'\n', &buffer[..count]);
            first.extend_from_slice(&buffer[..end.unwrap_or(count)]);
            if end.is_some() || first.len() > LONGEST {
                #[cfg(unix)]
                warn(first);
                self.first = None;
            }
        }
        Ok(count)
    }
}

/// Warns if this line begins a live stream whose session sees our output.
#[cfg(unix)]
fn warn(line: &[u8]) {
    let Some(line) = std::str::from_utf8(line).ok().and_then(|line| observe(line).ok()) else { return };
    if let (Some(AnyRecord::Opened(opened)), Some(file)) = (AnyRecord::of(&line.event), recording_loop::stdout_file())
        && is_running(&opened)
        && let Some(directory) = opened.directory.filter(|_| !opened.replay)
    {
        recording_loop::warn(&file, Path::new(&directory));
    }
}

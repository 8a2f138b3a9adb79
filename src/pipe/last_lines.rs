//! Ends the input of a filter soon after a signal, whether or not whoever writes it ever closes it.
//!
//! A live stream still says how it ends, so that is waited for. Nothing else promises to say anything, and a person who
//! presses Ctrl-C, or a supervisor that stops a service, waits for us.
#![cfg_attr(not(unix), allow(dead_code, unused_imports, reason = "a signal ends the process at once there"))]

use super::shutdown::{QUIET, STREAM_CLOSED, Shutdown};
use std::io::{self, Read};
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

/// An input that ends when it is silent after a signal.
pub struct LastLines<R> {
    input: R,
    shutdown: Shutdown,
    /// When a read first saw that a signal came.
    signaled: Option<Instant>,
    beginning: Beginning,
}

impl<R> LastLines<R> {
    /// `input` until `shutdown` is requested, and what still comes then.
    pub fn new(input: R, shutdown: &Shutdown) -> Self {
        Self { input, shutdown: shutdown.clone(), signaled: None, beginning: Beginning::Unread(Vec::new()) }
    }

    /// How long the input may be silent; `None` before a signal.
    fn patience(&mut self) -> Option<Duration> {
        self.shutdown.requested()?;
        let since = *self.signaled.get_or_insert_with(Instant::now);
        let of_stream = if self.beginning.is_live() { STREAM_CLOSED } else { QUIET };
        Some(of_stream.saturating_sub(since.elapsed()).max(QUIET))
    }
}

#[cfg(unix)]
impl<R: Read + AsFd> Read for LastLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.has_more() {
            return Ok(0);
        }
        let count = self.input.read(buffer)?;
        self.beginning.see(&buffer[..count]);
        Ok(count)
    }
}

#[cfg(unix)]
impl<R: AsFd> LastLines<R> {
    /// Waits for the input, and after a signal not for long. Returns whether there is something to read, its end included.
    fn has_more(&mut self) -> bool {
        loop {
            let patience = self.patience();
            let Some(alarm) = self.shutdown.alarm() else { return true };
            match patience {
                None => match wait(&[self.input.as_fd(), alarm.as_fd()], None) {
                    Some(ready) if !ready[0] => {}
                    _ => return true,
                },
                Some(patience) => return wait(&[self.input.as_fd()], Some(patience)).is_none_or(|ready| ready[0]),
            }
        }
    }
}

/// Waits until one of these can be read, and tells which. `None` means that they cannot be waited for.
#[cfg(unix)]
fn wait(ends: &[BorrowedFd<'_>], patience: Option<Duration>) -> Option<Vec<bool>> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let until = patience.map(|patience| Instant::now() + patience);
    let mut watched: Vec<_> = ends.iter().map(|end| PollFd::new(end, PollFlags::IN)).collect();
    loop {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let left = left.map(Timespec::try_from).transpose().ok()?;
        match poll(&mut watched, left.as_ref()) {
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return None,
            Ok(_) => return Some(watched.iter().map(|end| !end.revents().is_empty()).collect()),
        }
    }
}

#[cfg(not(unix))]
impl<R: Read> Read for LastLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.input.read(buffer)
    }
}

/// The first line of an input, which says whether a live stream writes it.
enum Beginning {
    /// Not yet read whole.
    Unread(Vec<u8>),
    /// Whether it opens a live stream.
    Read { live: bool },
}

impl Beginning {
    /// A first line that is longer than this opens no stream.
    const LONGEST: usize = 16 * 1024;

    fn see(&mut self, bytes: &[u8]) {
        let Self::Unread(line) = self else { return };
        let end = memchr::memchr(b'\n', bytes);
        let more = &bytes[..end.unwrap_or(bytes.len()).min(Self::LONGEST)];
        line.extend_from_slice(more);
        if end.is_some() || line.len() >= Self::LONGEST {
            *self = Self::Read { live: self.is_live() };
        }
    }

    fn is_live(&self) -> bool {
        match self {
            Self::Read { live } => *live,
            // A byte search: this only decides how long to wait.
            Self::Unread(line) => [&b"\"ocr.stream.opened\""[..], b"\"replay\":false"]
                .iter()
                .all(|part| memchr::memmem::find(line, part).is_some()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_live_streams_from_others() {
        let opened = r#"{"ts":1,"id":"o","type":"ocr.stream.opened","properties":{"replay":false}}"#;
        let is_live = |pieces: &[&str]| {
            let mut beginning = Beginning::Unread(Vec::new());
            for piece in pieces {
                beginning.see(piece.as_bytes());
            }
            beginning.is_live()
        };
        assert!(is_live(&[opened, "\n"]));
        assert!(is_live(&[&opened[..20], &opened[20..], "\n{}\n"]));
        assert!(!is_live(&[&opened.replace("false", "true"), "\n", opened]));
        assert!(!is_live(&["{}\n", opened, "\n"]));
        assert!(!is_live(&[&"x".repeat(Beginning::LONGEST), opened]));
        assert!(!is_live(&[]));
    }
}

//! Tells what a server that we started says on its standard error, like every message: masked, and without characters
//! that steer a terminal. Each line begins with `server: `, so none looks like a message of ours, or like a command to
//! the CI system that reads them.
//!
//! One thread reads and never waits, so that the server does not; another tells. What it does not keep up with is left
//! out.

use crate::pipe::shutdown::COMMAND_OUTPUT;
use crate::pipe::tell;
use crate::redact::Redactor;
use std::io::Read;
use std::process::ChildStderr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How much is read at a time, in bytes: what a pipe usually holds.
const BLOCK: usize = 64 * 1024;

/// How many blocks wait to be told.
const WAITING: usize = 16;

/// The most that is kept of a line, in bytes.
const LONGEST: usize = 64 * 1024;

/// The most that is told of a line, in characters, once it is masked.
const TOLD: usize = 4096;

/// The messages of a server, which are told until it ends.
pub(super) struct ServerMessages {
    told: oneshot::Receiver<()>,
}

impl ServerMessages {
    /// Tells the messages of a server with this password.
    pub fn tell(stderr: ChildStderr, password: Option<String>) -> Self {
        let (sender, blocks) = sync_channel(WAITING);
        let left_out = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&left_out);
        std::thread::spawn(move || read(stderr, &sender, &counter));
        let (done, told) = oneshot::channel();
        std::thread::spawn(move || {
            tell_all(&blocks, &Redactor::default().with_key(password), &left_out);
            // Fails if nobody waits any more.
            let _ = done.send(());
        });
        Self { told }
    }

    /// Waits until the messages of a server that has ended are told. What it started may still hold the pipe open.
    pub async fn finish(self) {
        let _ = timeout(COMMAND_OUTPUT, self.told).await;
    }
}

/// Reads until the end, and sends whole lines, several at a time: a key may be longer than a line.
fn read(mut stderr: impl Read, sender: &SyncSender<Vec<u8>>, left_out: &AtomicUsize) {
    let (mut block, mut line) = (vec![0; BLOCK], Vec::new());
    loop {
        // After an error nothing comes.
        let read = stderr.read(&mut block).unwrap_or(0);
        let mut lines = Vec::new();
        for piece in block[..read].split_inclusive(|byte| *byte == b'\n') {
            let is_whole = piece.ends_with(b"\n");
            let room = LONGEST.saturating_sub(line.len());
            line.extend_from_slice(&piece[..room.min(piece.len() - usize::from(is_whole))]);
            if is_whole {
                line.push(b'\n');
                lines.append(&mut line);
            }
        }
        if read == 0 {
            lines.append(&mut line);
        }
        if !lines.is_empty()
            && let Err(TrySendError::Full(lines) | TrySendError::Disconnected(lines)) = sender.try_send(lines)
        {
            left_out.fetch_add(lines.split_inclusive(|byte| *byte == b'\n').count(), Ordering::Relaxed);
        }
        if read == 0 {
            return;
        }
    }
}

fn tell_all(blocks: &Receiver<Vec<u8>>, redactor: &Redactor, left_out: &AtomicUsize) {
    for block in blocks {
        for line in lines(&block, redactor) {
            tell(line);
        }
        match left_out.swap(0, Ordering::Relaxed) {
            0 => {}
            count => tracing::warn!("the server says more than is read: {count} lines are left out"),
        }
    }
}

/// The lines of a block as they are told.
fn lines(block: &[u8], redactor: &Redactor) -> Vec<String> {
    let block = String::from_utf8_lossy(block);
    let masked = tell::masked(&redactor.redact(&block)).into_owned();
    let lines = masked.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| "server: ".chars().chain(line.chars().take(TOLD)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of these bytes, and how many lines are left out with room for `waiting` blocks.
    fn told(said: &[u8], waiting: usize) -> (Vec<String>, usize) {
        let (sender, blocks) = sync_channel(waiting);
        let left_out = AtomicUsize::new(0);
        read(said, &sender, &left_out);
        drop(sender);
        let redactor = Redactor::default().with_key(Some("swordfish".to_owned()));
        (blocks.iter().flat_map(|block| lines(&block, &redactor)).collect(), left_out.into_inner())
    }

    #[test]
    fn tells_whole_lines_masked() {
        let key = format!("sk-{}-{}", "proj", "Ab12Cd34".repeat(5));
        let said = format!("boom {key}\n\n  ::error::x\nswordfish is it\nlast \u{fffd}");
        let (lines, left_out) = told(said.as_bytes(), 9);
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert!(lines[0].starts_with("server: boom ") && !lines[0].contains("Ab12Cd34"), "{lines:?}");
        assert_eq!(lines[1..], ["server:   ::error::x", "server: [masked] is it", "server: last \u{fffd}"]);
        assert_eq!(left_out, 0);
    }

    #[test]
    fn is_bounded() {
        let long = "x".repeat(9 * LONGEST) + "\nshort\n";
        let (lines, _) = told(long.as_bytes(), 99);
        assert_eq!((lines[0].len(), &*lines[1]), ("server: ".len() + TOLD, "server: short"));
        let (lines, left_out) = told("short\n".repeat(BLOCK).as_bytes(), 1);
        assert!(!lines.is_empty() && lines.len() + left_out == BLOCK, "{} and {left_out}", lines.len());
    }
}

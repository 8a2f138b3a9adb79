//! Prints messages for people on standard error.
//!
//! Everything that a program says there passes [`tell`]: secrets are masked, and characters that steer a terminal are
//! made visible. Messages that cannot be written are dropped, and nothing else is lost.

use crate::printable::printable_lines;
use crate::redact::Redactor;
use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};
use std::sync::OnceLock;

/// What to mask, besides known forms.
static REDACTOR: OnceLock<Redactor> = OnceLock::new();

/// From now on, masks what `redactor` masks. Only the first call has an effect.
pub fn mask_with(redactor: Redactor) {
    let _ = REDACTOR.set(redactor);
}

/// Writes `words` and a line break to standard error.
pub fn tell(words: impl Display) {
    write(&format!("{}\n", safe(&words.to_string())));
}

/// `text` without secrets, for a view of the stream.
pub fn masked(text: &str) -> Cow<'_, str> {
    REDACTOR.get_or_init(Redactor::default).redact(text)
}

/// At most `limit` characters of `text` on one line, masked before it is cut: half a secret no longer looks like one.
pub fn masked_excerpt(text: &str, limit: usize) -> String {
    REDACTOR.get_or_init(Redactor::default).excerpt(text, limit)
}

/// At most `limit` characters of the first line of `text` that is not blank, masked together with the lines below it:
/// they may tell that it is a secret.
pub fn masked_first_line(text: &str, limit: usize) -> String {
    /// How much of the text is masked, in bytes.
    const READ: usize = 2048;
    let text = masked(&text[..text.floor_char_boundary(READ)]);
    crate::printable::excerpt(text.lines().find(|line| !line.trim().is_empty()).unwrap_or("(nothing)"), limit)
}

/// `words` without secrets, and without characters that steer a terminal.
pub fn safe(words: &str) -> String {
    let redactor = REDACTOR.get_or_init(Redactor::default);
    printable_lines(&redactor.redact(words))
}

/// A writer that passes what it gets to [`tell`], for a log: each write is one message.
#[derive(Debug, Clone, Copy, Default)]
pub struct Teller;

impl Write for Teller {
    fn write(&mut self, message: &[u8]) -> io::Result<usize> {
        tell(String::from_utf8_lossy(message).trim_end_matches('\n'));
        Ok(message.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
use unix::write;

#[cfg(not(unix))]
fn write(text: &str) {
    // Without standard error there is nobody to tell.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

#[cfg(unix)]
mod unix {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use std::io::{self, Write};
    use std::sync::atomic::{AtomicBool, Ordering};

    /// How long a message waits for a reader that does not read.
    const PATIENCE: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };
    /// How long it waits if the message before it waited in vain.
    const NO_PATIENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };
    /// A pipe that is ready takes this many bytes without blocking: `PIPE_BUF` of Linux, and more than its minimum
    /// of POSIX (512), which only an exotic system has.
    const PIECE: usize = 4096;

    /// Whether the last message found no room.
    static STUCK: AtomicBool = AtomicBool::new(false);

    /// Writes as much as there is room for.
    pub fn write(text: &str) {
        let mut stderr = io::stderr().lock();
        for piece in text.as_bytes().chunks(PIECE) {
            // Without standard error there is nobody to tell.
            if !has_room(&stderr) || stderr.write_all(piece).is_err() {
                return;
            }
        }
    }

    /// Whether a write will not block.
    fn has_room(stderr: &io::StderrLock<'_>) -> bool {
        let patience = if STUCK.load(Ordering::Relaxed) { NO_PATIENCE } else { PATIENCE };
        let room = match poll(&mut [PollFd::new(stderr, PollFlags::OUT)], Some(&patience)) {
            Ok(ready) => ready > 0,
            // What cannot be polled is written to.
            Err(_) => true,
        };
        STUCK.store(!room, Ordering::Relaxed);
        room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_and_sanitizes() {
        let token = format!("gh{}_{}", "p", "Ab12".repeat(9));
        let said = safe(&format!("cannot read a\u{1b}[2J\u{202e}b: {token}\nnext"));
        assert!(said.starts_with("cannot read a\\u{1b}[2J\\u{202e}b: ") && said.ends_with("\nnext"), "{said}");
        assert!(!said.contains(&token));
    }
}

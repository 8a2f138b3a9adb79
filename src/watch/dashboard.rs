//! Passes the lines on, and shows on the terminal what they say.

use super::draw::{Theme, summary};
use super::stage::Watch;
use super::state::Budget;
use super::terminal::{Screen, Shared, Tty, Why, follow_signals};
use crate::exit::Failure;
use crate::pipe::{DEFAULT_LINE_LIMIT, LineBlock, Out, Shutdown, Stage, filter, tell};
use std::io::Read;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// How many bytes of lines are looked at before others may look at what is known.
const CHUNK: usize = 64 * 1024;

/// What a dashboard needs to know.
#[derive(Debug)]
pub struct Dashboard {
    /// The terminal to draw on.
    pub tty: Tty,
    /// Whether to use colours.
    pub colors: bool,
    /// What a session may use.
    pub budget: Budget,
    /// How wide the story is that is told once the dashboard is closed, if its width is known.
    pub columns: Option<usize>,
    /// Whether nobody reads the lines after this program. The last picture then stays until a key closes it;
    /// otherwise the dashboard ends with its input, like any filter.
    pub stays: bool,
}

/// Passes `input` on to `out` until it ends, and shows what it says. Whatever ends it, the terminal is given back.
///
/// # Errors
/// As [`filter`].
pub fn dashboard(dashboard: Dashboard, input: impl Read, out: &Out, shutdown: &Shutdown) -> Result<(), Failure> {
    let Dashboard { tty, colors, budget, columns, stays } = dashboard;
    close_on_panic(&tty);
    // Without these handlers, only such a signal leaves the terminal as it is.
    let _ = follow_signals(&tty);
    let shared = Arc::new(Shared::default());
    let theme = Theme { colors };
    let screen = Screen { tty: tty.clone(), shared: Arc::clone(&shared), theme, budget, shutdown: shutdown.clone() };
    let screen = thread::spawn(move || show(&screen));
    let follower = follow(&shared, &tty, columns);
    let mut passing = Passing { shared: Arc::clone(&shared), tty: tty.clone(), block: Vec::new(), is_read: !stays };
    let passed = filter(&mut passing, input, out, DEFAULT_LINE_LIMIT);
    shared.feed.close();
    // It has panicked and said so, or it has looked at every line.
    let _ = follower.join();
    let was_closed = tty.is_gone();
    if stays && passed.is_ok() {
        let _ = screen.join();
    }
    tty.close();
    if !was_closed {
        tell(summary(&shared.board()).join("\n"));
    }
    passed
}

/// Gives the terminal back before a panic is reported.
fn close_on_panic(tty: &Tty) {
    let (tty, report) = (tty.clone(), std::panic::take_hook());
    std::panic::set_hook(Box::new(move |panic| {
        tty.close();
        report(panic);
    }));
}

/// Shows the dashboard until it is closed.
fn show(screen: &Screen) {
    let closed = screen.run();
    if screen.shared.feed.behind().2 {
        return;
    }
    match closed {
        Ok(Why::Key) => tell("The dashboard is closed. The lines go on and are told here; Ctrl-C ends the pipe."),
        Ok(Why::Otherwise) => {}
        Err(error) => {
            tell(format!("ocr-watch: cannot draw on the terminal ({error}); the lines go on and are told here"));
        }
    }
}

/// Follows the lines on a thread of its own: as a dashboard, and as a story once that is closed.
fn follow(shared: &Arc<Shared>, tty: &Tty, columns: Option<usize>) -> JoinHandle<()> {
    let (shared, tty) = (Arc::clone(shared), tty.clone());
    thread::spawn(move || {
        let mut story = Watch::new(columns);
        let mut is_told = false;
        while let Some(block) = shared.feed.pop() {
            for chunk in chunks(&block) {
                if tty.is_gone() {
                    if !std::mem::replace(&mut is_told, true) {
                        story.resume(shared.board().clock);
                    }
                    chunk.for_each(|line| story.tell(line));
                } else {
                    let mut board = shared.board();
                    for line in chunk {
                        story.recognize(line);
                        board.see(line);
                    }
                    drop(board);
                    shared.changed();
                }
            }
            shared.feed.done(block.len());
        }
        shared.end(story.foreign());
    })
}

/// The lines of a block, in chunks of about [`CHUNK`] bytes.
fn chunks(mut block: &[u8]) -> impl Iterator<Item = impl Iterator<Item = &[u8]>> {
    std::iter::from_fn(move || {
        if block.is_empty() {
            return None;
        }
        let from = block.len().min(CHUNK);
        let end = memchr::memchr(b'\n', &block[from..]).map_or(block.len(), |newline| from + newline + 1);
        let (chunk, rest) = block.split_at(end);
        block = rest;
        let lines = chunk.split_inclusive(|byte| *byte == b'\n');
        Some(lines.map(|line| line.strip_suffix(b"\n").unwrap_or(line)))
    })
}

/// Hands the lines over, once they have been passed on.
struct Passing {
    shared: Arc<Shared>,
    tty: Tty,
    block: Vec<u8>,
    /// Whether someone reads the lines after us, who must not wait.
    is_read: bool,
}

impl Stage for Passing {
    fn lines(&mut self, block: &mut LineBlock<'_>) -> Result<(), Failure> {
        self.block.extend_from_slice(block.bytes());
        Ok(())
    }

    fn passed(&mut self) {
        let block = std::mem::take(&mut self.block);
        if !block.is_empty() {
            // A story leaves nothing out.
            self.shared.feed.push(block, self.is_read && !self.tty.is_gone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_all_lines() {
        let text = "some line\n".repeat(20_000) + "no newline";
        let lines: Vec<&[u8]> = chunks(text.as_bytes()).flatten().collect();
        let expected: Vec<&[u8]> = text.lines().map(str::as_bytes).collect();
        assert_eq!(lines, expected);
        assert!(chunks(text.as_bytes()).count() > 2);
    }
}

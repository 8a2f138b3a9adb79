//! Passes the lines on, and shows them on the terminal as a dashboard.

use super::draw::{Theme, summary};
use super::stage::Watch;
use super::state::Budget;
use super::terminal::{Screen, Shared, Tty, Why, follow_signals};
use super::thin::lines;
use crate::exit::Failure;
use crate::pipe::{DEFAULT_LINE_LIMIT, LineBlock, Out, Shutdown, Stage, filter, tell};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How many bytes of lines are looked at before others may look at what is known.
const CHUNK: usize = 64 * 1024;

/// How long to wait, at the end, for the last words of programs that have not ended: they say them at once, if at all.
const LAST_WORDS: Duration = Duration::from_millis(200);

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
    /// What other programs say to a person, line by line, if it comes to us and not to the terminal.
    pub words: Option<File>,
}

/// Passes `input` on to `out` until it ends, and shows what it says. Whatever ends it, the terminal is given back.
///
/// # Errors
/// As [`filter`].
pub fn dashboard(dashboard: Dashboard, input: impl Read, out: &Out, shutdown: &Shutdown) -> Result<(), Failure> {
    let Dashboard { tty, colors, budget, columns, stays, words } = dashboard;
    close_on_panic(&tty);
    // Without these handlers, only such a signal leaves the terminal as it is.
    let _ = follow_signals(&tty);
    let shared = Arc::new(Shared::default());
    let theme = Theme { colors };
    let screen = Screen { tty: tty.clone(), shared: Arc::clone(&shared), theme, budget, shutdown: shutdown.clone() };
    let screen = thread::spawn(move || show(&screen));
    let follower = follow(&shared, &tty, columns);
    let said = words.map(|words| listen(&shared, words));
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
    if let Some(said) = said {
        // Disconnected once every program has said its last word.
        let _ = said.recv_timeout(LAST_WORDS);
    }
    shared.tell_words();
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
        Ok(Why::Key) => {
            tell("The dashboard is closed. The lines go on and are told here; Ctrl-C ends the pipe.");
            screen.shared.tell_words();
        }
        Ok(Why::Otherwise) => {}
        Err(error) => {
            tell(format!("ocr-watch: cannot draw on the terminal ({error}); the lines go on and are told here"));
        }
    }
}

/// Takes in what other programs say, on a thread of its own, which keeps the other end of the returned channel as long.
fn listen(shared: &Arc<Shared>, words: File) -> Receiver<()> {
    let shared = Arc::clone(shared);
    let (listens, ended) = mpsc::channel();
    thread::spawn(move || {
        let _listens: Sender<()> = listens;
        let lines = BufReader::new(words).lines().map_while(Result::ok);
        lines.filter(|line| !line.trim().is_empty()).for_each(|line| shared.hear(line));
    });
    ended
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
                        story.resume(shared.board().origins.clone());
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
            shared.feed.done(block);
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
        Some(lines(chunk).map(|line| line.strip_suffix(b"\n").unwrap_or(line)))
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
        if self.block.capacity() == 0 {
            self.block = self.shared.feed.spare();
        }
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

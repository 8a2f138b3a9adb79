//! Sets up the controlling terminal, and restores it.
//!
//! The keys come one by one and are not echoed, as in `less`. Ctrl-C and Ctrl-Z still reach the whole pipe as signals,
//! as they do without a dashboard, so that no stage is left behind.

use crossterm::cursor::{Hide, Show};
use crossterm::queue;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::getpgrp;
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcsetattr,
};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

/// How often, and how many times, to try to write to a terminal that takes nothing, before only its modes are restored.
const TRIES: (u32, Duration) = (10, Duration::from_millis(20));

/// Who has the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    /// Someone else, for now.
    Other,
    /// We, and the dashboard is shown.
    Us,
    /// Someone else, until the stopped process goes on.
    Stopped,
    /// Someone else, for good.
    Gone,
}

#[derive(Debug)]
struct Modes {
    holder: Holder,
    /// The modes to restore.
    original: Option<Termios>,
}

#[derive(Debug)]
struct Inner {
    file: File,
    modes: Mutex<Modes>,
    /// Held while bytes are written, so that no rest of a picture follows the last restoring byte.
    writing: Mutex<()>,
}

/// The controlling terminal. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Tty(Arc<Inner>);

/// What a wait for a key came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// There is something to read.
    Ready,
    /// The time is over.
    None,
    /// The terminal is gone.
    HungUp,
}

impl Tty {
    /// The controlling terminal, if there is one and this process is in its foreground: one in the background may
    /// neither read keys nor change modes.
    pub fn open() -> Option<Self> {
        Self::at(Path::new("/dev/tty")).filter(Self::is_foreground)
    }

    fn at(path: &Path) -> Option<Self> {
        let file = File::options().read(true).write(true).open(path).ok()?;
        let modes = Mutex::new(Modes { holder: Holder::Other, original: None });
        Some(Self(Arc::new(Inner { file, modes, writing: Mutex::new(()) })))
    }

    fn modes(&self) -> MutexGuard<'_, Modes> {
        self.0.modes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this process is in the foreground of the terminal.
    pub fn is_foreground(&self) -> bool {
        tcgetpgrp(&self.0.file).is_ok_and(|group| group == getpgrp())
    }

    /// Whether the dashboard is shown.
    pub fn is_ours(&self) -> bool {
        self.modes().holder == Holder::Us
    }

    /// Whether the dashboard was closed for good.
    pub fn is_gone(&self) -> bool {
        self.modes().holder == Holder::Gone
    }

    /// Takes the terminal, if it can be had now. Returns whether it is newly ours, so that everything must be drawn.
    ///
    /// # Errors
    /// The modes of the terminal cannot be changed, or it cannot be written to.
    pub fn enter(&self) -> io::Result<bool> {
        let mut modes = self.modes();
        if modes.holder != Holder::Other || !self.is_foreground() {
            return Ok(false);
        }
        self.take(&mut modes)?;
        Ok(true)
    }

    fn take(&self, modes: &mut Modes) -> io::Result<()> {
        let current = tcgetattr(&self.0.file)?;
        let mut ours = modes.original.get_or_insert(current).clone();
        ours.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::IEXTEN);
        // Ctrl-S must not stop the drawing, and Enter is not a newline.
        ours.input_modes.remove(InputModes::IXON | InputModes::ICRNL);
        (ours.special_codes[SpecialCodeIndex::VMIN], ours.special_codes[SpecialCodeIndex::VTIME]) = (1, 0);
        tcsetattr(&self.0.file, OptionalActions::Now, &ours)?;
        modes.holder = Holder::Us;
        let mut bytes = Vec::new();
        queue!(bytes, EnterAlternateScreen, Hide)?;
        (&self.0.file).write_all(&bytes)
    }

    /// Gives the terminal back as it was. It may be entered again.
    pub fn leave(&self) {
        self.give_back(Holder::Other);
    }

    /// Gives the terminal back before the process stops; see [`Tty::resume`].
    pub fn suspend(&self) {
        self.give_back(Holder::Stopped);
    }

    /// The process goes on after it was stopped: whoever had the terminal meanwhile has changed it.
    pub fn resume(&self) {
        let mut modes = self.modes();
        if modes.holder != Holder::Gone {
            modes.holder = Holder::Other;
        }
    }

    /// Gives the terminal back for good.
    pub fn close(&self) {
        self.give_back(Holder::Gone);
    }

    fn give_back(&self, next: Holder) {
        let (was, original) = {
            let mut modes = self.modes();
            if modes.holder == Holder::Gone {
                return;
            }
            (std::mem::replace(&mut modes.holder, next), modes.original.take())
        };
        // From here on, nothing more is drawn. What has the terminal now may stop us for changing it.
        if was == Holder::Us {
            self.show_original();
        }
        if let Some(original) = original.filter(|_| self.is_foreground()) {
            // Where this fails, the terminal is gone.
            let _ = tcsetattr(&self.0.file, OptionalActions::Now, &original);
        }
    }

    /// Shows the original screen, unless the terminal takes nothing.
    fn show_original(&self) {
        let mut bytes = Vec::new();
        for _ in 0..TRIES.0 {
            if let Err(TryLockError::WouldBlock) = self.0.writing.try_lock() {
                std::thread::sleep(TRIES.1);
                continue;
            }
            let _ = queue!(bytes, LeaveAlternateScreen, Show);
            let _ = (&self.0.file).write_all(&bytes);
            return;
        }
    }

    /// Waits for a key.
    pub fn wait_for_key(&self, limit: Duration) -> Key {
        let mut watched = [PollFd::new(&self.0.file, PollFlags::IN)];
        let limit = Timespec::try_from(limit).ok();
        match poll(&mut watched, limit.as_ref()) {
            Ok(n) if n > 0 && watched[0].revents().contains(PollFlags::IN) => Key::Ready,
            Ok(n) if n > 0 => Key::HungUp,
            _ => Key::None,
        }
    }

    /// A writer for pictures.
    pub fn writer(&self) -> Picture {
        Picture { tty: self.clone(), bytes: Vec::new() }
    }
}

/// Collects the bytes of one picture, and writes them as one, if the dashboard is still shown then.
#[derive(Debug)]
pub struct Picture {
    tty: Tty,
    bytes: Vec<u8>,
}

impl Write for Picture {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let inner = &self.tty.0;
        let _writing = inner.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = std::mem::take(&mut self.bytes);
        if self.tty.is_ours() { (&inner.file).write_all(&bytes) } else { Ok(()) }
    }
}

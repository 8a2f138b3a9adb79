//! Reads the keys and draws: at most four times a second while no key is pressed, and only what has changed.

use super::pace::{Pace, REFRESH};
use super::tty::{Key, Tty};
use crate::pipe::Shutdown;
use crate::watch::draw::{Intake, Scene, Theme, draw};
use crate::watch::feed::Feed;
use crate::watch::state::{Board, Budget};
use crate::watch::view::{Effect, View};
use crossterm::event::{self, Event};
use crossterm::execute;
use crossterm::terminal::{Clear, ClearType};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Size;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long to wait for the rest of a key that takes several bytes.
const REST_OF_KEY: Duration = Duration::from_millis(1);

type Canvas = Terminal<CrosstermBackend<super::tty::Picture>>;

/// What the thread that follows the lines and the one that draws them share.
#[derive(Debug, Default)]
pub struct Shared {
    /// The lines that were not looked at yet.
    pub feed: Feed,
    board: Mutex<Board>,
    /// Counts the changes of the board.
    version: AtomicU64,
    /// What the input seems to be, where nothing in it was understood.
    foreign: Mutex<Option<String>>,
}

impl Shared {
    /// What is known. Whoever holds it keeps the others from it.
    pub fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The board has changed.
    pub fn changed(&self) {
        self.version.fetch_add(1, Ordering::Release);
    }

    /// Every line was looked at; `foreign` is what they seem to be, if none was understood.
    pub fn end(&self, foreign: Option<String>) {
        *self.foreign.lock().unwrap_or_else(PoisonError::into_inner) = foreign;
        self.changed();
    }

    fn intake(&self) -> Intake {
        let (behind, skipped, closed) = self.feed.behind();
        let foreign = self.foreign.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Intake { behind, skipped, ended: closed, foreign }
    }
}

/// The dashboard on the terminal.
#[derive(Debug)]
pub struct Screen {
    /// The terminal.
    pub tty: Tty,
    /// What to draw.
    pub shared: Arc<Shared>,
    /// The styles.
    pub theme: Theme,
    /// What a session may use.
    pub budget: Budget,
    /// Whether a signal asked the process to stop.
    pub shutdown: Shutdown,
}

/// Why the dashboard was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The person closed it.
    Key,
    /// A signal did, or the terminal is gone.
    Otherwise,
}

impl Screen {
    /// Draws and reads keys until the dashboard is closed, and gives the terminal back.
    ///
    /// # Errors
    /// The terminal can no longer be used.
    pub fn run(&self) -> io::Result<Why> {
        let result = self.until_closed();
        self.tty.close();
        result
    }

    fn until_closed(&self) -> io::Result<Why> {
        let mut view = View::default();
        let mut canvas = self.canvas()?;
        let (mut pace, mut size) = (Pace::default(), Size::default());
        while !self.tty.is_gone() && self.shutdown.requested().is_none() {
            if self.tty.enter()? {
                canvas = self.canvas()?;
                pace.forget();
            } else if !self.tty.is_ours() {
                std::thread::sleep(REFRESH);
                continue;
            }
            let version = self.shared.version.load(Ordering::Acquire);
            if pace.is_due(version, Instant::now()) || canvas.size()? != size {
                self.draw(&mut canvas, &view)?;
                size = canvas.size()?;
                pace.drew(version, Instant::now());
            }
            match self.tty.wait_for_key(pace.wait(Instant::now())) {
                Key::HungUp => break,
                Key::Ready if self.tty.is_foreground() => match self.keys(&mut view)? {
                    Effect::Quit => return Ok(Why::Key),
                    Effect::Draw => self.draw(&mut canvas, &view)?,
                    Effect::DrawAll => {
                        execute!(canvas.backend_mut(), Clear(ClearType::All))?;
                        canvas = self.canvas()?;
                        self.draw(&mut canvas, &view)?;
                    }
                },
                Key::Ready | Key::None => {}
            }
        }
        Ok(Why::Otherwise)
    }

    fn canvas(&self) -> io::Result<Canvas> {
        Terminal::new(CrosstermBackend::new(self.tty.writer()))
    }

    /// Handles the keys that were pressed.
    fn keys(&self, view: &mut View) -> io::Result<Effect> {
        let mut effect = Effect::Draw;
        while event::poll(REST_OF_KEY)? {
            if let Event::Key(key) = event::read()? {
                effect = view.press(key, &self.shared.board());
                if effect == Effect::Quit {
                    break;
                }
            }
        }
        Ok(effect)
    }

    fn draw(&self, canvas: &mut Canvas, view: &View) -> io::Result<()> {
        let intake = self.shared.intake();
        let live = self.shared.board();
        canvas.draw(move |frame| {
            // It is let go before the picture is written, which may take long.
            let live = live;
            let board = view.frozen.as_deref().unwrap_or(&live);
            let scene = Scene { board, view, theme: self.theme, budget: self.budget, intake: &intake };
            draw(&scene, frame.area(), frame.buffer_mut());
        })?;
        Ok(())
    }
}

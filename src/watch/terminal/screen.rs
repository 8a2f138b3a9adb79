//! Reads the keys and draws: at most four times a second while no key is pressed, and only what has changed.

use super::pace::{Pace, REFRESH};
use super::tty::{Key, Tty};
use crate::bounded::push_bounded;
use crate::pipe::{Shutdown, tell};
use crate::watch::draw::{Intake, Scene, Theme, draw};
use crate::watch::feed::Feed;
use crate::watch::state::{Board, Budget};
use crate::watch::view::{Effect, View};
use crossterm::event::{self, Event};
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Size;
use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long to wait for the rest of a key that takes several bytes.
const REST_OF_KEY: Duration = Duration::from_millis(1);

/// How many lines of other programs are told once the dashboard is closed: as many as fit above its summary.
const WORDS: usize = 12;

/// After which time a picture is drawn whole: what another program wrote on the terminal goes away.
const WHOLE: Duration = Duration::from_secs(5);

type Canvas = Terminal<CrosstermBackend<super::tty::Picture>>;

/// What the thread that follows the lines and the one that draws them share.
#[derive(Debug)]
pub struct Shared {
    /// The lines that were not looked at yet.
    pub feed: Feed,
    board: Mutex<Board>,
    /// Counts the changes of the board.
    version: AtomicU64,
    /// What the input seems to be, where nothing in it was understood.
    foreign: Mutex<Option<String>>,
    /// What other programs said while the dashboard was shown, the latest; `None` once it is closed.
    words: Mutex<Option<VecDeque<String>>>,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            feed: Feed::default(),
            board: Mutex::default(),
            version: AtomicU64::default(),
            foreign: Mutex::default(),
            words: Mutex::new(Some(VecDeque::new())),
        }
    }
}

impl Shared {
    /// What is known. The thread that holds it keeps the others waiting.
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

    /// Another program said something: it is shown, or told where the dashboard is closed.
    pub fn hear(&self, line: String) {
        self.board().hear(&line);
        self.changed();
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(words) = words.as_mut() else { return tell(line) };
        push_bounded(words, WORDS, line);
    }

    /// The dashboard is closed: tells what other programs said while it was shown.
    pub fn tell_words(&self) {
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner).take();
        words.into_iter().flatten().for_each(tell);
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
        let (mut pace, mut size, mut whole) = (Pace::default(), Size::default(), Instant::now());
        while !self.tty.is_gone() && self.shutdown.requested().is_none() {
            if self.tty.enter()? {
                canvas = self.canvas()?;
                pace.forget();
                whole = Instant::now();
            } else if !self.tty.is_ours() {
                std::thread::sleep(REFRESH);
                continue;
            }
            let version = self.shared.version.load(Ordering::Acquire);
            if pace.is_due(version, Instant::now()) || canvas.size()? != size {
                // A person may be marking what is frozen.
                if whole.elapsed() >= WHOLE && view.frozen.is_none() {
                    whole = Instant::now();
                    canvas = self.draw_whole(&mut view)?;
                } else {
                    self.draw(&mut canvas, &mut view)?;
                }
                size = canvas.size()?;
                pace.drew(version, Instant::now());
            }
            match self.tty.wait_for_key(pace.wait(Instant::now())) {
                Key::HungUp => break,
                Key::Ready if self.tty.is_foreground() => match self.keys(&mut view)? {
                    Effect::Quit => return Ok(Why::Key),
                    Effect::Draw => self.draw(&mut canvas, &mut view)?,
                    Effect::DrawAll => canvas = self.draw_whole(&mut view)?,
                },
                Key::Ready | Key::None => {}
            }
        }
        Ok(Why::Otherwise)
    }

    fn canvas(&self) -> io::Result<Canvas> {
        Terminal::new(CrosstermBackend::new(self.tty.writer()))
    }

    /// Draws everything, whatever the terminal shows: in one write, which a terminal shows at once.
    fn draw_whole(&self, view: &mut View) -> io::Result<Canvas> {
        let mut canvas = self.canvas()?;
        queue!(canvas.backend_mut(), BeginSynchronizedUpdate, Clear(ClearType::All))?;
        self.draw(&mut canvas, view)?;
        execute!(canvas.backend_mut(), EndSynchronizedUpdate)?;
        Ok(canvas)
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

    fn draw(&self, canvas: &mut Canvas, view: &mut View) -> io::Result<()> {
        let intake = self.shared.intake();
        let live = self.shared.board();
        let (shown, mut skipped) = (&*view, 0);
        let skips = &mut skipped;
        canvas.draw(move |frame| {
            // It is let go before the picture is written, which may take long.
            let live = live;
            let board = shown.frozen.as_deref().unwrap_or(&live);
            let scene = Scene { board, view: shown, theme: self.theme, budget: self.budget, intake: &intake };
            *skips = draw(&scene, frame.area(), frame.buffer_mut());
        })?;
        view.was_drawn(skipped);
        Ok(())
    }
}

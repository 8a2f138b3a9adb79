//! Tracks what the person looks at, and what the keys do to it. No key changes the lines.

use super::search::Search;
use super::state::{Board, Output, Session};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// Every key and its meaning, as the help shows them.
pub const KEYS: [(&str, &str); 12] = [
    ("q", "close the dashboard; the lines go on"),
    ("j k ↓ ↑", "choose a session, or scroll its output"),
    ("PgDn PgUp", "the same, by pages; also in this help and the evidence"),
    ("g G", "the first, the last: follow the output again"),
    ("Enter", "open the session"),
    ("Esc", "back"),
    ("e", "the evidence of its findings"),
    ("f", "freeze the screen; f again goes on"),
    ("/", "search"),
    ("n N", "the next match, the one before"),
    ("Ctrl-L", "draw the screen anew"),
    ("?", "this help"),
];

/// How many lines a page has.
const PAGE: isize = 10;

/// What fills the middle of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// All sessions, and the chosen one.
    List,
    /// One session.
    Session,
    /// A finding of the session, by its place among them.
    Evidence(usize),
    /// The keys.
    Help,
}

/// Which match of a search to go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Jump {
    /// The one that is looked at, or the next session; in an output the latest.
    First,
    /// The next below.
    Next,
    /// The next above.
    Previous,
}

/// What is left to do after a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Draw what changed.
    Draw,
    /// Draw everything, whatever the screen shows now.
    DrawAll,
    /// Close the dashboard.
    Quit,
}

/// What the person looks at.
#[derive(Debug)]
pub struct View {
    /// What fills the screen.
    pub page: Page,
    /// What is searched for.
    pub search: Search,
    /// What was known when the screen was frozen.
    pub frozen: Option<Box<Board>>,
    /// Whether a session was opened from the list.
    opened: bool,
    chosen: Option<String>,
    /// The lowest line shown, counted from the session's first; `None` follows the latest.
    anchor: Option<u64>,
    /// How many rows of a page of text are above the screen, or more than there are until it is drawn.
    skipped: usize,
}

impl Default for View {
    fn default() -> Self {
        Self {
            page: Page::List,
            search: Search::default(),
            frozen: None,
            opened: false,
            chosen: None,
            anchor: None,
            skipped: 0,
        }
    }
}

impl View {
    /// The chosen session, or that which needs a person most: the parent of one may be listed before it.
    pub fn session<'a>(&self, board: &'a Board) -> Option<&'a Session> {
        let chosen = self.chosen.as_ref().and_then(|id| board.session(id));
        chosen.or_else(|| board.sessions().into_iter().map(|(session, _)| session).min_by_key(|session| session.rank()))
    }

    /// Whether the sessions are listed.
    pub fn lists(&self, board: &Board) -> bool {
        !self.opened && board.sessions().len() > 1
    }

    /// Whether the latest output is shown.
    pub fn follows(&self) -> bool {
        self.anchor.is_none()
    }

    /// How many of the lines that are kept lie above the lower edge.
    pub fn bottom(&self, output: &Output) -> usize {
        let all = output.lines().len();
        self.anchor.map_or(all, |anchor| {
            usize::try_from(anchor.saturating_sub(output.dropped())).unwrap_or(all).clamp(1.min(all), all)
        })
    }

    /// A key was pressed. It means what is shown: `live`, or what was frozen.
    pub fn press(&mut self, key: KeyEvent, live: &Board) -> Effect {
        if key.kind == KeyEventKind::Release {
            return Effect::Draw;
        }
        let Some(frozen) = self.frozen.take() else {
            return self.act(key, live);
        };
        if key.code == KeyCode::Char('f') && self.search.typed().is_none() {
            return Effect::Draw;
        }
        let effect = self.act(key, &frozen);
        self.frozen = Some(frozen);
        effect
    }

    fn act(&mut self, key: KeyEvent, board: &Board) -> Effect {
        if self.search.typed().is_some() {
            self.type_key(key, board);
            return Effect::Draw;
        }
        self.search.missed = false;
        match key.code {
            KeyCode::Char('l') if key.modifiers.contains(KeyModifiers::CONTROL) => return Effect::DrawAll,
            KeyCode::Char('q') => return Effect::Quit,
            KeyCode::Char('?') => self.toggle(Page::Help),
            KeyCode::Char('e') => self.toggle(Page::Evidence(0)),
            KeyCode::Char('f') => self.frozen = Some(Box::new(board.clone())),
            KeyCode::Char('/') => self.search.start(),
            KeyCode::Char('n') => self.search.missed = !self.jump(board, Jump::Next),
            KeyCode::Char('N') => self.search.missed = !self.jump(board, Jump::Previous),
            KeyCode::Char('j') | KeyCode::Down => self.step(board, 1),
            KeyCode::Char('k') | KeyCode::Up => self.step(board, -1),
            KeyCode::PageDown => self.step(board, PAGE),
            KeyCode::PageUp => self.step(board, -PAGE),
            KeyCode::Char('g') | KeyCode::Home => self.step(board, isize::MIN),
            KeyCode::Char('G') | KeyCode::End => self.step(board, isize::MAX),
            KeyCode::Enter => self.open(board),
            KeyCode::Esc => self.back(),
            _ => {}
        }
        Effect::Draw
    }

    fn type_key(&mut self, key: KeyEvent, board: &Board) {
        match key.code {
            KeyCode::Enter => {
                self.search.finish();
                self.search.missed = !self.jump(board, Jump::First);
            }
            KeyCode::Esc => self.search.clear(),
            KeyCode::Backspace => self.search.pop(),
            KeyCode::Char(c) => self.search.push(c),
            _ => {}
        }
    }

    fn base(&self) -> Page {
        if self.opened { Page::Session } else { Page::List }
    }

    fn toggle(&mut self, page: Page) {
        let is_shown = std::mem::discriminant(&self.page) == std::mem::discriminant(&page);
        self.page = if is_shown { self.base() } else { page };
        self.skipped = 0;
    }

    fn open(&mut self, board: &Board) {
        if self.lists(board) {
            self.chosen = self.session(board).map(|session| session.id.clone());
            self.opened = true;
            self.anchor = None;
        }
        self.page = self.base();
    }

    /// One thing less: the search, the page, the scrolling, the session that was opened, the choice.
    fn back(&mut self) {
        if self.search.is_on() {
            self.search.clear();
        } else if self.page != self.base() {
            self.page = self.base();
        } else if self.anchor.is_some() {
            self.anchor = None;
        } else if self.opened {
            self.opened = false;
            self.page = Page::List;
        } else {
            self.chosen = None;
        }
    }

    fn step(&mut self, board: &Board, by: isize) {
        match self.page {
            Page::Help => self.turn(by),
            Page::Evidence(_) if by.unsigned_abs() == PAGE.unsigned_abs() => self.turn(by),
            Page::Evidence(number) => {
                self.skipped = 0;
                let findings = self.session(board).map_or(0, |session| session.findings().len());
                self.page = Page::Evidence(number.saturating_add_signed(by).min(findings.saturating_sub(1)));
            }
            Page::List if self.lists(board) => self.choose(board, by),
            Page::List | Page::Session => self.scroll(board, by),
        }
    }

    /// Scrolls a page of text.
    fn turn(&mut self, by: isize) {
        self.skipped = self.skipped.saturating_add_signed(by);
    }

    /// How many rows at the top to skip, if a page has `rows` rows and `fit` of them fit the screen.
    pub fn skip(&self, rows: usize, fit: usize) -> usize {
        self.skipped.min(rows.saturating_sub(fit))
    }

    /// Notes how many rows at the top were skipped when the page was drawn: the next key scrolls on from there.
    pub fn was_drawn(&mut self, skipped: usize) {
        self.skipped = skipped;
    }

    fn choose(&mut self, board: &Board, by: isize) {
        let sessions = board.sessions();
        let current = self.session(board).map(|session| session.id.as_str());
        let at = sessions.iter().position(|(session, _)| Some(session.id.as_str()) == current).unwrap_or(0);
        let next = at.saturating_add_signed(by).min(sessions.len().saturating_sub(1));
        self.chosen = sessions.get(next).map(|(session, _)| session.id.clone());
        self.anchor = None;
    }

    fn scroll(&mut self, board: &Board, by: isize) {
        let Some(session) = self.session(board) else { return };
        let all = session.output.lines().len();
        let next = self.bottom(&session.output).saturating_add_signed(by).clamp(1.min(all), all);
        self.anchor = (next < all).then(|| session.output.dropped() + next as u64);
        self.chosen = Some(session.id.clone());
    }

    /// Goes to a match: a session in the list, a line in the output of one. Returns false if there is none.
    fn jump(&mut self, board: &Board, to: Jump) -> bool {
        if !self.search.is_on() {
            return true;
        }
        if self.lists(board) {
            return self.jump_to_session(board, to);
        }
        let Some(session) = self.session(board) else { return false };
        let bottom = self.bottom(&session.output);
        let matches = session.output.lines().enumerate().filter(|(_, line)| {
            self.search.matches(&line.text) || line.result.as_ref().is_some_and(|result| self.search.matches(result))
        });
        let ends: Vec<usize> = matches.map(|(at, _)| at + 1).collect();
        let found = if to == Jump::Next {
            ends.iter().find(|end| **end > bottom)
        } else {
            // What is followed shows its last line already.
            let last = bottom + usize::from(self.anchor.is_none());
            ends.iter().rev().find(|end| **end < last)
        };
        if let Some(end) = found {
            self.anchor = Some(session.output.dropped() + *end as u64);
            self.chosen = Some(session.id.clone());
        }
        found.is_some()
    }

    fn jump_to_session(&mut self, board: &Board, to: Jump) -> bool {
        let sessions = board.sessions();
        let current = self.session(board).map(|session| session.id.as_str());
        let at = sessions.iter().position(|(session, _)| Some(session.id.as_str()) == current).unwrap_or(0);
        let count = sessions.len();
        // What its row says, and its id.
        let has = |session: &Session| {
            let texts = [board.name(session), session.doing(), session.id.clone()];
            texts.iter().any(|text| self.search.matches(text))
        };
        let order = (0..count).map(|step| match to {
            Jump::First => (at + step) % count,
            Jump::Next => (at + step + 1) % count,
            Jump::Previous => (at + 2 * count - step - 1) % count,
        });
        let found = order.filter_map(|at| sessions.get(at)).find(|(session, _)| has(session));
        self.chosen = found.map(|(session, _)| session.id.clone()).or(self.chosen.take());
        found.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(sessions: usize, lines: usize) -> Board {
        let mut board = Board::default();
        for session in 0..sessions {
            let text = (0..lines).map(|n| format!("line {n} of {session}")).collect::<Vec<_>>().join("\\n");
            let line = format!(
                r#"{{"ts":{session},"type":"message.part.updated","properties":{{"part":{{"id":"p{session}","messageID":"m","sessionID":"s{session}","type":"text","text":"{text}"}}}}}}"#
            );
            board.see(line.as_bytes());
        }
        board
    }

    fn press(view: &mut View, board: &Board, keys: &str) -> Effect {
        let mut effect = Effect::Draw;
        for c in keys.chars() {
            let code = match c {
                '\n' => KeyCode::Enter,
                '\u{1b}' => KeyCode::Esc,
                c => KeyCode::Char(c),
            };
            effect = view.press(KeyEvent::new(code, KeyModifiers::NONE), board);
        }
        effect
    }

    #[test]
    fn tui_08_q_quits() {
        let (mut view, board) = (View::default(), board(2, 3));
        for page in ["", "?", "e", "\n", "f"] {
            assert_eq!(press(&mut view, &board, page), Effect::Draw);
            assert_eq!(press(&mut view, &board, "q"), Effect::Quit);
        }
        assert_eq!(press(&mut view, &board, "/q"), Effect::Draw, "a letter of a search");
    }

    #[test]
    fn chooses_and_opens_session() {
        let (mut view, board) = (View::default(), board(3, 3));
        let chosen = |view: &View| view.session(&board).unwrap().id.clone();
        assert_eq!(chosen(&view), "s0");
        press(&mut view, &board, "jj");
        assert_eq!((chosen(&view), view.lists(&board)), ("s2".into(), true));
        press(&mut view, &board, "jk\n");
        assert_eq!((chosen(&view), view.page, view.lists(&board)), ("s1".into(), Page::Session, false));
        press(&mut view, &board, "?\u{1b}\u{1b}");
        assert_eq!((view.page, view.lists(&board)), (Page::List, true));
    }

    #[test]
    fn scrolled_output_stays() {
        let (mut view, mut board) = (View::default(), board(1, 30));
        press(&mut view, &board, "kkk");
        let bottom = |view: &View, board: &Board| view.bottom(&view.session(board).unwrap().output);
        assert_eq!(bottom(&view, &board), 27);
        board.see(
            br#"{"ts":9,"type":"message.part.delta","properties":{"sessionID":"s0","partID":"p0","delta":"\nmore\n"}}"#,
        );
        assert_eq!((bottom(&view, &board), view.follows()), (27, false));
        press(&mut view, &board, "G");
        assert!(view.follows());
    }

    #[test]
    fn search_goes_to_match() {
        let (mut view, board) = (View::default(), board(1, 30));
        press(&mut view, &board, "/LINE 1\n");
        let bottom = |view: &View| view.bottom(&view.session(&board).unwrap().output);
        assert_eq!(bottom(&view), 20);
        press(&mut view, &board, "N");
        assert_eq!(bottom(&view), 19);
        press(&mut view, &board, "n");
        assert_eq!(bottom(&view), 20);
    }

    #[test]
    fn frozen_board_stays() {
        let (mut view, board) = (View::default(), board(1, 3));
        press(&mut view, &board, "f");
        assert_eq!(view.frozen.as_ref().unwrap().sessions().len(), 1);
        press(&mut view, &board, "f");
        assert!(view.frozen.is_none());
    }
}

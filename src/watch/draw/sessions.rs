//! Draws the sessions, one per row: those that need a person first.

use super::super::asked::without_kind;
use super::super::state::Session;
use super::format::{count, duration, fit, width};
use super::scene::{Scene, lines, titled};
use crate::printable::dollars;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

/// The columns of a row: state, since when, what it is, what it does or waits for, calls, tokens, dollars.
#[derive(Debug, Clone, Copy)]
struct Columns {
    /// Its sign, and its word where there is room for it.
    state: usize,
    name: usize,
    doing: usize,
    /// Whether there is room for what it used.
    usage: bool,
}

/// The widest word for a state, with its sign.
const STATE: usize = 16;
/// The widest duration.
const SINCE: usize = 6;
/// Calls, tokens and dollars, with the spaces before them.
const USAGE: usize = 6 + 7 + 9;
/// Below this width, what a session used is left out.
const USAGE_FROM: usize = 100;
/// Below this width, only its sign says what a session does.
const WORD_FROM: usize = 60;
/// The sign and a space.
const SIGN: usize = 2;
/// Below this width, there is room for nothing but its name.
const BOTH_FROM: usize = 30;

impl Columns {
    fn of(columns: usize) -> Self {
        let usage = columns >= USAGE_FROM;
        let state = if columns < WORD_FROM { SIGN } else { STATE };
        let room = columns.saturating_sub(state + SINCE + 1 + if usage { USAGE } else { 0 });
        let name = if columns < BOTH_FROM {
            room
        } else if columns < WORD_FROM {
            room / 2
        } else {
            room * 2 / 5
        };
        Self { state, name, doing: room - name, usage }
    }
}

/// Draws the list, scrolled so that the chosen session is in it.
pub fn draw(scene: &Scene, area: Rect, buffer: &mut Buffer) {
    let sessions = scene.board.sessions();
    let title = format!("{} sessions", sessions.len());
    let inner = titled(&title, scene.theme, area, buffer);
    let chosen = scene.session().map(|session| session.id.as_str());
    let at = sessions.iter().position(|(session, _)| Some(session.id.as_str()) == chosen).unwrap_or(0);
    let skip = (at + 1).saturating_sub(usize::from(inner.height));
    let columns = Columns::of(usize::from(inner.width));
    let rows = sessions.iter().skip(skip).map(|(session, depth)| {
        let row = row(scene, session, *depth, columns);
        if Some(session.id.as_str()) == chosen { row.patch_style(scene.theme.chosen()) } else { row }
    });
    lines(rows, inner, buffer);
    if columns.usage {
        let heading = format!(" {:>5} {:>6} {:>8}", "calls", "tokens", "cost");
        Line::from(Span::styled(heading, scene.theme.quiet()))
            .right_aligned()
            .render(Rect { height: 1, ..area }, buffer);
    }
}

fn row(scene: &Scene, session: &Session, depth: usize, columns: Columns) -> Line<'static> {
    let (sign, word, style) = scene.theme.session(session);
    let since = duration(scene.board.age(session));
    let state = if columns.state == SIGN { sign.to_owned() } else { format!("{sign} {word}") };
    let mut spans = vec![Span::styled(padded(&state, columns.state), style), Span::raw(format!("{since:>SINCE$} "))];
    let name = format!("{}{}", "  ".repeat(depth), scene.board.name(session));
    spans.extend(scene.spans(&padded(&name, columns.name), Style::new()));
    if columns.doing > 0 {
        let doing = session.doing();
        let short = if width(&doing) < columns.doing { &doing } else { without_kind(&doing) };
        let doing = padded(short, columns.doing - 1);
        spans.push(Span::raw(" "));
        spans.extend(scene.spans(&doing, scene.theme.doing(session)));
    }
    if columns.usage {
        let usage = &session.usage;
        let (calls, tokens, cost) = (count(usage.calls), count(usage.all_tokens()), price(usage.dollars));
        spans.push(Span::raw(format!(" {calls:>5} {tokens:>6} {cost:>8}")));
    }
    Line::from(spans)
}

/// What it cost; nothing where no price is known.
fn price(cost: f64) -> String {
    if cost > 0.0 { dollars(cost) } else { "-".to_owned() }
}

/// The text in exactly `columns` columns.
fn padded(text: &str, columns: usize) -> String {
    let text = fit(text, columns);
    let missing = columns.saturating_sub(width(&text));
    text + &" ".repeat(missing)
}

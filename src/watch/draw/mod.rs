//! Draws the dashboard: one file per pane, and here the layout.

mod activity;
mod asked;
mod evidence;
mod footer;
mod format;
mod header;
mod help;
mod output;
mod scene;
mod sessions;
mod summary;
mod theme;

pub use scene::{Intake, Scene};
pub use summary::summary;
pub use theme::Theme;

use super::view::Page;
use crate::printable::printable;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

/// From this width on, the log stands beside the output.
const WIDE: u16 = 120;
/// From this height on, there is room for every pane.
const TALL: u16 = 18;

/// The first of the letters that make a flag in pairs.
const FLAG_A: char = '\u{1f1e6}';

/// Draws the whole screen. Returns how many rows of a page of text are above it.
pub fn draw(scene: &Scene, area: Rect, buffer: &mut Buffer) -> usize {
    let above = draw_panes(scene, area, buffer);
    spell_flags(buffer);
    hide_unseen(buffer);
    above
}

/// Replaces what a terminal would obey, or not show, whichever pane wrote it.
fn hide_unseen(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let symbol = cell.symbol();
        if symbol.chars().any(|c| c.is_control() || !c.is_ascii()) && printable(symbol) != symbol {
            cell.set_char(char::REPLACEMENT_CHARACTER);
        }
    }
}

/// Writes flags as the two letters that they are made of. Terminals do not agree on how wide a flag is, so that parts of
/// it would stay on the screen.
fn spell_flags(buffer: &mut Buffer) {
    let letter = |c: char| u8::try_from(u32::from(c).checked_sub(u32::from(FLAG_A))?).ok().filter(|n| *n < 26);
    for at in 0..buffer.content.len() {
        let symbol = buffer.content[at].symbol();
        let letters: Vec<u8> = symbol.chars().map_while(letter).collect();
        for (cell, n) in buffer.content[at..].iter_mut().zip(letters) {
            cell.set_char(char::from(b'A' + n));
        }
    }
}

fn draw_panes(scene: &Scene, area: Rect, buffer: &mut Buffer) -> usize {
    if area.is_empty() {
        return 0;
    }
    let rows = if area.height >= TALL { header::ROWS } else { header::ROWS_SMALL };
    let [head, body, foot] =
        Layout::vertical([Constraint::Length(rows), Constraint::Fill(1), Constraint::Length(1)]).areas(area);
    header::draw(scene, head, buffer);
    footer::draw(scene, foot, buffer);
    match scene.view.page {
        Page::Help => return help::draw(scene, body, buffer),
        Page::Evidence(number) => return evidence::draw(scene, number, body, buffer),
        Page::List if scene.is_list() => list(scene, body, buffer),
        Page::List | Page::Session => session(scene, body, buffer),
    }
    0
}

/// Several sessions: all of them, the output of the chosen one, and what happened.
fn list(scene: &Scene, body: Rect, buffer: &mut Buffer) {
    let count = u16::try_from(scene.board.sessions().len()).unwrap_or(u16::MAX);
    if body.height < TALL - header::ROWS_SMALL {
        // Too low for more than the sessions, and what is asked, or else the latest that happened.
        let asked = asked::height(scene, usize::from(body.width));
        let log = match body.height {
            0..=6 => 0,
            _ => asked.map_or(3, |rows| rows.min(4)),
        };
        let [sessions, rest] = Layout::vertical([Constraint::Fill(1), Constraint::Length(log)]).areas(body);
        sessions::draw(scene, sessions, buffer);
        if asked.is_some() {
            asked::draw(scene, rest, buffer);
        } else {
            activity::draw(scene, rest, buffer);
        }
        return;
    }
    let most = body.height / 2;
    let [sessions, rest] =
        Layout::vertical([Constraint::Length(count.saturating_add(1).min(most)), Constraint::Fill(1)]).areas(body);
    sessions::draw(scene, sessions, buffer);
    session(scene, rest, buffer);
}

/// One session: its output, and what happened.
fn session(scene: &Scene, body: Rect, buffer: &mut Buffer) {
    if body.width >= WIDE {
        let [left, right] =
            Layout::horizontal([Constraint::Percentage(58), Constraint::Fill(1)]).spacing(1).areas(body);
        output::draw(scene, left, buffer);
        activity::draw(scene, right, buffer);
        return;
    }
    let log = (body.height / 3).clamp(2, 7);
    let [upper, lower] = Layout::vertical([Constraint::Fill(1), Constraint::Length(log)]).areas(body);
    output::draw(scene, upper, buffer);
    activity::draw(scene, lower, buffer);
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Style;

    #[test]
    fn nothing_unseen_is_drawn() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 9, 1));
        buffer.set_string(0, 0, "a❤️é", Style::new());
        for (at, symbol) in [(5, "x\u{202e}"), (6, "\u{200b}"), (7, "\u{1b}")] {
            buffer.content[at].set_symbol(symbol);
        }
        hide_unseen(&mut buffer);
        let shown: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(shown.starts_with("a❤️") && shown.contains('é') && shown.trim_end().ends_with("���"), "{shown:?}");
    }

    #[test]
    fn flags_are_spelt() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 9, 1));
        buffer.set_string(0, 0, "a🇩🇪b🇫 é😀", Style::new());
        spell_flags(&mut buffer);
        let shown: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(shown.trim_end(), "aDEbF é😀");
    }
}

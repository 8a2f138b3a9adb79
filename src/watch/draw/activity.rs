//! Draws the log of findings, decisions and actions, the latest at the bottom.

use super::super::state::Entry;
use super::format::{duration, fit, wrap};
use super::scene::{Scene, lines, titled};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The time and the word before an entry.
const MARGIN: usize = 7 + 7;

/// Draws the log: of the session that is looked at, or of all while there is a list.
pub fn draw(scene: &Scene, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let inner = titled("findings, decisions, actions", scene.theme, area, buffer);
    let height = usize::from(inner.height);
    let all = scene.is_list();
    let chosen = scene.session().map(|session| session.id.as_str()).unwrap_or_default();
    let shown = |entry: &&Entry| all || entry.session.is_empty() || entry.session == chosen;
    let mut rows: Vec<Line<'static>> = Vec::new();
    for entry in scene.board.activity.entries().rev().filter(shown) {
        if rows.len() >= height {
            break;
        }
        // A screen with few rows shows more entries rather than whole ones.
        let most = if height < 8 { 1 } else { 3 };
        let entry = rows_of(scene, entry, usize::from(inner.width), most);
        if !rows.is_empty() && rows.len() + entry.len() > height {
            // The end of an entry says little without its beginning.
            break;
        }
        rows.extend(entry.into_iter().rev());
    }
    rows.truncate(height);
    if rows.is_empty() {
        rows.push(Line::styled("nothing yet", scene.theme.quiet()));
    }
    lines(rows.into_iter().rev(), inner, buffer);
}

fn rows_of(scene: &Scene, entry: &Entry, columns: usize, most: usize) -> Vec<Line<'static>> {
    let (word, style) = scene.theme.topic(entry.topic);
    let session = Some(&*entry.session).filter(|session| !session.is_empty());
    // What is about several hosts has the time of none.
    let ago = scene.board.origins.since_first(session, entry.ts).map(duration).unwrap_or_default();
    let text = match scene.board.session(&entry.session).filter(|_| scene.is_list()) {
        Some(session) => format!("{} ({})", entry.text, fit(&scene.board.name(session), 30)),
        None => entry.text.clone(),
    };
    let room = columns.saturating_sub(MARGIN).max(1);
    let mut rows = wrap(&text, room);
    let cut = (rows.len() > most).then(|| fit(&rows[most - 1..].join(" "), room));
    rows.truncate(if cut.is_some() { most - 1 } else { most });
    let texts = rows.into_iter().map(str::to_owned).chain(cut);
    texts
        .enumerate()
        .map(|(at, text)| {
            let mut spans = if at == 0 {
                vec![
                    Span::styled(format!("{ago:<7}"), scene.theme.quiet()),
                    Span::styled(word, style),
                    Span::raw(" ".repeat(7 - word.len())),
                ]
            } else {
                vec![Span::raw(" ".repeat(MARGIN))]
            };
            spans.extend(scene.spans(&text, Style::new()));
            Line::from(spans)
        })
        .collect()
}

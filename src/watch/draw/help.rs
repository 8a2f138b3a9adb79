//! Draws the list of keys and signs.

use super::super::view::KEYS;
use super::format::wrap;
use super::scene::{Scene, lines, titled};
use crate::wire::record::SessionStatus;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

const STATES: [SessionStatus; 8] = [
    SessionStatus::Waiting,
    SessionStatus::Silent,
    SessionStatus::Retrying,
    SessionStatus::Quota,
    SessionStatus::Working,
    SessionStatus::Tool,
    SessionStatus::Resting,
    SessionStatus::Ended,
];

/// The columns of a key's name.
const KEY: usize = 12;

/// Draws the help. Returns how many of its rows are above the screen.
pub fn draw(scene: &Scene, area: Rect, buffer: &mut Buffer) -> usize {
    let inner = titled("keys: none of them changes what flows", scene.theme, area, buffer);
    let columns = usize::from(inner.width);
    let keys = KEYS.iter().flat_map(|(key, meaning)| {
        // Its name stands before the first row only.
        let names = std::iter::once(*key).chain(std::iter::repeat(""));
        names.zip(wrap(meaning, columns.saturating_sub(KEY).max(1))).map(|(key, meaning)| {
            Line::from(vec![Span::styled(format!("{key:<KEY$}"), scene.theme.strong()), Span::raw(meaning)])
        })
    });
    let signs = STATES.chunks(if columns >= 80 { 4 } else { 2 }).map(|states| {
        let spans = states.iter().flat_map(|state| {
            let (sign, word, style) = scene.theme.status(*state);
            let text = format!("{sign} {word}");
            let gap = " ".repeat(18usize.saturating_sub(text.len()));
            [Span::styled(text, style), Span::raw(gap)]
        });
        Line::from(spans.collect::<Vec<_>>())
    });
    let rows: Vec<_> = keys.chain([Line::default()]).chain(signs).collect();
    let skip = scene.view.skip(rows.len(), usize::from(inner.height));
    lines(rows.into_iter().skip(skip), inner, buffer);
    skip
}

//! Draws the list of keys and signs.

use super::super::view::KEYS;
use super::format::fit;
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

/// Draws the help. Returns how many of its rows are above the screen.
pub fn draw(scene: &Scene, area: Rect, buffer: &mut Buffer) -> usize {
    let inner = titled("keys: none of them changes what flows", scene.theme, area, buffer);
    let columns = usize::from(inner.width);
    let keys = KEYS.iter().map(|(key, meaning)| {
        let meaning = fit(meaning, columns.saturating_sub(12));
        Line::from(vec![Span::styled(format!("{key:<12}"), scene.theme.strong()), Span::raw(meaning)])
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

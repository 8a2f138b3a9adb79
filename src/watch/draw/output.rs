//! Draws what the worker wrote and did, its latest lines at the bottom.

use super::super::state::{LineKind, OutputLine};
use super::asked;
use super::format::{fit, width, wrap};
use super::scene::{Scene, lines, titled};
use crate::pipe::tell::masked;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws the output of the session that is looked at.
pub fn draw(scene: &Scene, area: Rect, buffer: &mut Buffer) {
    let Some(session) = scene.session() else {
        titled("output", scene.theme, area, buffer);
        return;
    };
    let held = if scene.view.follows() { "" } else { " (scrolled: G follows)" };
    let name =
        fit(&format!("output of {}{held}", scene.board.name(session)), usize::from(area.width).saturating_sub(4));
    let inner = titled(&name, scene.theme, area, buffer);
    let bottom = scene.view.bottom(&session.output);
    let (columns, height) = (usize::from(inner.width), usize::from(inner.height));
    let mut rows: Vec<Line<'static>> = Vec::new();
    if scene.view.follows() && session.state.has_request() {
        rows.extend(asked::rows(scene, session, columns).into_iter().rev());
    }
    for line in session.output.lines().take(bottom).rev() {
        if rows.len() >= height {
            break;
        }
        rows.extend(rows_of(scene, line, columns).into_iter().rev());
    }
    rows.truncate(height);
    lines(rows.into_iter().rev(), inner, buffer);
}

/// The rows of one line, from the top.
fn rows_of(scene: &Scene, line: &OutputLine, columns: usize) -> Vec<Line<'static>> {
    let (sign, style) = scene.theme.line(line.kind);
    // The line as a whole: pieces of a secret may have come one by one.
    let text = format!("{sign}{}", masked(&line.text));
    if matches!(line.kind, LineKind::Said | LineKind::Thought | LineKind::Asked) {
        return wrap(&text, columns).into_iter().map(|row| Line::from(scene.spans(row, style))).collect();
    }
    let label = fit(&text, columns);
    let mut first = vec![Span::styled(sign, style)];
    first.extend(scene.spans(label.strip_prefix(sign).unwrap_or(&label), scene.theme.strong()));
    let Some(result) = &line.result else {
        return vec![Line::from(first)];
    };
    let result = format!("→ {result}");
    let style = if line.kind == LineKind::Failed { scene.theme.bad() } else { scene.theme.quiet() };
    if width(&label) + width(&result) < columns {
        first.push(Span::raw(" "));
        first.extend(scene.spans(&result, style));
        return vec![Line::from(first)];
    }
    let second = fit(&format!("  {result}"), columns);
    vec![Line::from(first), Line::from(scene.spans(&second, style))]
}

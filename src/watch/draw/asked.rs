//! Draws what a session asks of a person.

use super::super::state::{Rank, Session};
use super::format::{fit, wrap};
use super::scene::{Scene, lines, titled};
use super::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// The columns of a fact's name.
const NAME: usize = 10;

/// How many rows it takes to draw what the session that is looked at asks; `None` if it asks nothing.
pub fn height(scene: &Scene, columns: usize) -> Option<u16> {
    let rows = rows(scene.session()?, scene.theme, columns).len();
    (rows > 0).then(|| u16::try_from(rows + 1).unwrap_or(u16::MAX))
}

/// Draws what the session that is looked at asks, on a screen that is too low for its output.
pub fn draw(scene: &Scene, area: Rect, buffer: &mut Buffer) {
    let inner = titled("needs you", scene.theme, area, buffer);
    let rows = scene.session().map(|session| rows(session, scene.theme, usize::from(inner.width)));
    lines(rows.unwrap_or_default(), inner, buffer);
}

/// What the session asks and the answers to choose from; nothing if it asks nothing.
pub fn rows(session: &Session, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let asked = session.standing.on.as_deref().filter(|_| session.rank() == Rank::NeedsYou);
    let Some(asked) = asked else { return Vec::new() };
    let mut rows: Vec<_> =
        wrap(asked, columns).into_iter().map(|row| Line::styled(row.to_owned(), theme.urgent())).collect();
    let answers = session.standing.options.join(" / ");
    rows.extend((!answers.is_empty()).then(|| fact("answers", &answers, theme, columns)));
    rows
}

/// A fact with its name.
pub fn fact(name: &str, fact: &str, theme: Theme, columns: usize) -> Line<'static> {
    let fact = fit(fact, columns.saturating_sub(NAME));
    Line::from(vec![Span::styled(format!("{name:<NAME$}"), theme.quiet()), Span::raw(fact)])
}

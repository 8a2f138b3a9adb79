//! Draws what a session asks of a person.

use super::super::state::{Rank, Session};
use super::format::{fit, wrap};
use super::scene::{Scene, lines, titled};
use super::theme::Theme;
use crate::pipe::tell::masked;
use crate::printable::{printable, shell_word};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// The columns of a fact's name.
const NAME: usize = 10;

/// How many rows it takes to draw what the session that is looked at asks; `None` if it asks nothing.
pub fn height(scene: &Scene, columns: usize) -> Option<u16> {
    let rows = rows(scene, scene.session()?, columns).len();
    (rows > 0).then(|| u16::try_from(rows + 1).unwrap_or(u16::MAX))
}

/// Draws what the session that is looked at asks, on a screen that is too low for its output.
pub fn draw(scene: &Scene, area: Rect, buffer: &mut Buffer) {
    let inner = titled("needs you", scene.theme, area, buffer);
    let rows = scene.session().map(|session| rows(scene, session, usize::from(inner.width)));
    lines(rows.unwrap_or_default(), inner, buffer);
}

/// What the session asks, the answers to choose from, and how to give one; nothing if it asks nothing.
pub fn rows(scene: &Scene, session: &Session, columns: usize) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let asked = session.state.on.as_deref().filter(|_| session.rank() == Rank::NeedsYou);
    let Some(asked) = asked else { return Vec::new() };
    let mut rows: Vec<_> =
        wrap(asked, columns).into_iter().map(|row| Line::styled(row.to_owned(), theme.urgent())).collect();
    let answers = session.state.options.join(" / ");
    rows.extend((!answers.is_empty()).then(|| fact("answers", &answers, theme, columns)));
    let command = command(scene, session).map(|command| format!("answer it with: {command}"));
    let command = command.iter().flat_map(|command| wrap(command, columns));
    rows.extend(command.map(|row| Line::styled(row.to_owned(), theme.quiet())));
    rows
}

/// The command that answers what the session asks, with the first of the answers to choose from: no key does.
fn command(scene: &Scene, session: &Session) -> Option<String> {
    let request = session.state.request.as_deref().filter(|request| !request.is_empty())?;
    let origins = &scene.board.origins;
    if origins.is_replay(&session.id) {
        return None;
    }
    let server = origins.opened(&session.id).and_then(|opened| opened.server.as_deref()).unwrap_or("URL");
    let answer = session.state.options.first().map_or("TEXT", String::as_str);
    let answer = shell_word(&format!("{request}={answer}"));
    Some(printable(&format!("ocr-act --answer {answer} --server {}", shell_word(&masked(server)))))
}

/// A fact with its name.
pub fn fact(name: &str, fact: &str, theme: Theme, columns: usize) -> Line<'static> {
    let fact = fit(fact, columns.saturating_sub(NAME));
    Line::from(vec![Span::styled(format!("{name:<NAME$}"), theme.quiet()), Span::raw(fact)])
}

//! The state that is drawn, and helpers that all panes share.

use super::super::state::{Board, Budget, Session};
use super::super::view::View;
use super::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

/// How the lines come in.
#[derive(Debug, Clone, Default)]
pub struct Intake {
    /// Bytes that were passed on but not looked at yet.
    pub behind: usize,
    /// Lines of output that were not looked at, because so many came at once.
    pub skipped: u64,
    /// Whether the input has ended.
    pub ended: bool,
    /// What the input seems to be, where nothing in it was understood.
    pub foreign: Option<String>,
}

/// Everything that a pane needs.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// What is known.
    pub board: &'a Board,
    /// What the person looks at.
    pub view: &'a View,
    /// The styles.
    pub theme: Theme,
    /// What a session may use.
    pub budget: Budget,
    /// How the lines come in.
    pub intake: &'a Intake,
}

impl<'a> Scene<'a> {
    /// The session that is looked at: the chosen one, or the first.
    pub fn session(&self) -> Option<&'a Session> {
        self.view.session(self.board)
    }

    /// Whether there are several sessions to choose from.
    pub fn is_list(&self) -> bool {
        self.view.lists(self.board)
    }

    /// The text as spans, with what the search found set off.
    pub fn spans(&self, text: &str, style: Style) -> Vec<Span<'static>> {
        let mut spans = Vec::new();
        let mut rest = text;
        while let Some(range) = self.view.search.find(rest) {
            spans.push(Span::styled(rest[..range.start].to_owned(), style));
            spans.push(Span::styled(rest[range.clone()].to_owned(), style.patch(self.theme.found())));
            rest = &rest[range.end..];
        }
        spans.push(Span::styled(rest.to_owned(), style));
        spans
    }
}

/// Draws the rule above a pane, with its title, and returns the area below it.
pub fn titled(title: &str, theme: Theme, area: Rect, buffer: &mut Buffer) -> Rect {
    let [top, inner] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
    let title = Span::styled(format!(" {title} "), theme.strong());
    let rest = usize::from(area.width).saturating_sub(title.width());
    lines([Line::from(vec![title, Span::styled("─".repeat(rest), theme.quiet())])], top, buffer);
    inner
}

/// Draws lines from the top of an area.
pub fn lines(lines: impl IntoIterator<Item = Line<'static>>, area: Rect, buffer: &mut Buffer) {
    for (row, line) in area.rows().zip(lines) {
        line.render(row, buffer);
    }
}

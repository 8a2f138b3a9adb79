//! Draws the bottom row: the keys that matter here, and how the lines come in.

use super::super::view::Page;
use super::format::{count, fit, width};
use super::scene::{Intake, Scene};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

/// Below this many bytes the state is as good as up to date: one block of lines.
const UP_TO_DATE: usize = 1024 * 1024;

/// Draws the footer.
pub fn draw(scene: &Scene, area: Rect, buffer: &mut Buffer) {
    let columns = usize::from(area.width);
    let (status, style) = status(scene);
    let status = fit(&status, columns);
    let keys = fit(&keys(scene), columns.saturating_sub(width(&status) + 1));
    let gap = columns.saturating_sub(width(&keys) + width(&status));
    let line = Line::from(vec![
        Span::styled(keys, scene.theme.quiet()),
        Span::raw(" ".repeat(gap)),
        Span::styled(status, style),
    ]);
    line.render(area, buffer);
}

fn keys(scene: &Scene) -> String {
    if let Some(typed) = scene.view.search.typed() {
        return format!("/{typed}_  Enter finds · Esc cancels");
    }
    if scene.view.search.missed {
        return "nothing found · / search again · Esc back".to_owned();
    }
    let here = match scene.view.page {
        Page::Help => "Esc back · j/k scroll",
        Page::Evidence(_) => "Esc back · j/k other findings · PgDn scroll",
        Page::List if scene.is_list() => "j/k choose · Enter open · e evidence · / search",
        Page::List => "j/k scroll · e evidence · / search",
        Page::Session => "Esc back · j/k scroll · e evidence · / search",
    };
    format!("q quit · ? help · {here}")
}

fn status(scene: &Scene) -> (String, Style) {
    let theme = scene.theme;
    let Intake { behind, skipped, ended, foreign } = scene.intake;
    if let Some(foreign) = foreign {
        return (format!("nothing understood: {foreign}"), theme.bad());
    }
    if scene.view.frozen.is_some() {
        return ("frozen: f goes on".to_owned(), theme.urgent());
    }
    if *skipped > 0 {
        return (format!("{} lines of output skipped", count(*skipped)), theme.warn());
    }
    if *ended && *behind == 0 {
        return ("the input has ended".to_owned(), theme.strong());
    }
    if *behind > UP_TO_DATE {
        return (format!("{} MB behind", behind / UP_TO_DATE), theme.warn());
    }
    ("up to date".to_owned(), theme.quiet())
}

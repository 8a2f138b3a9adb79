//! Draws one finding and its evidence: the lap once, how often it came, what it cost, and where it began.

use super::super::state::Session;
use super::asked::{self, fact};
use super::format::{count, duration, wrap};
use super::scene::{Scene, lines, titled};
use crate::pipe::tell::masked;
use crate::wire::Timestamp;
use crate::wire::record::{Finding, Grade, Kind, State};
use crate::wire::text::printable;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

/// Draws a finding of the session that is looked at, by its place among them. Returns how many rows are above the screen.
pub fn draw(scene: &Scene, number: usize, area: Rect, buffer: &mut Buffer) -> usize {
    let Some(session) = scene.session() else {
        titled("evidence", scene.theme, area, buffer);
        return 0;
    };
    let (findings, columns) = (session.findings(), usize::from(area.width));
    let (title, rows) = match findings.get(number) {
        Some(finding) => (format!("finding {} of {}", number + 1, findings.len()), body(scene, finding, columns)),
        None => ("evidence".to_owned(), vec![Line::raw("nothing was found in this session")]),
    };
    let rows: Vec<_> = asked(scene, session, columns).into_iter().chain(rows).collect();
    let inner = titled(&title, scene.theme, area, buffer);
    let skip = scene.view.skip(rows.len(), usize::from(inner.height));
    lines(rows.into_iter().skip(skip), inner, buffer);
    skip
}

/// What a session that waits asks.
fn asked(scene: &Scene, session: &Session, columns: usize) -> Vec<Line<'static>> {
    let mut rows = asked::rows(scene, session, columns);
    if !rows.is_empty() {
        rows.push(Line::default());
    }
    rows
}

fn body(scene: &Scene, finding: &Finding, columns: usize) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let style = match (finding.state, finding.grade) {
        (State::Closed, _) => theme.quiet(),
        (_, Grade::Stop) => theme.bad(),
        (_, Grade::Warn) => theme.warn(),
        (_, Grade::Notice) => theme.notice(),
    };
    let over = if finding.state == State::Closed { ", over" } else { "" };
    let summary = masked(&finding.summary);
    let head = printable(&format!("{} ({}{over}): {summary}", finding.rule, finding.grade));
    let mut rows: Vec<Line<'static>> =
        wrap(&head, columns).into_iter().map(|row| Line::styled(row.to_owned(), style)).collect();
    rows.push(Line::default());
    rows.extend(
        facts(scene, finding).into_iter().map(|(name, text)| fact(name, &printable(&masked(&text)), theme, columns)),
    );
    rows.push(Line::default());
    rows.extend(lap(finding, columns, theme.strong()));
    rows
}

/// Where it began, how long it lasts, and what it cost.
fn facts(scene: &Scene, finding: &Finding) -> Vec<(&'static str, String)> {
    let origins = &scene.board.origins;
    let session = &*finding.session_id;
    let at = |ms: i64| Timestamp::from_ms(ms);
    let mut facts = Vec::new();
    if finding.since.ts > 0 {
        let began = duration(origins.since_first(Some(session), at(finding.since.ts)).unwrap_or(0));
        facts.push(("began", format!("{began} into the stream, at {}", finding.since.id)));
        // Who waits, waits on; of other problems, nobody knows before their next event.
        let waits = finding.state != State::Closed && matches!(finding.kind, Kind::Stall | Kind::Blocked);
        let last = if waits { origins.now(session).max(at(finding.last.ts)) } else { at(finding.last.ts) };
        facts.push(("lasts", duration(last.since(at(finding.since.ts)))));
    }
    let (calls, tokens) = (finding.wasted.calls, finding.wasted.tokens);
    if calls + tokens > 0 {
        let (calls, tokens) = (counted(calls, "call"), counted(tokens, "token"));
        facts.push(("cost", format!("{calls} and {tokens} for nothing new")));
    }
    if let Some(on) = &finding.waiting_on {
        facts.push(("waits for", on.clone()));
    }
    if let Some(message) = &finding.rollback_to {
        facts.push(("undo", format!("revert to message {message}")));
    }
    facts
}

/// `1 call`, `12.3k calls`.
fn counted(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(n), if n == 1 { "" } else { "s" })
}

/// The evidence as one lap, with an arrow back to its top where it was repeated.
fn lap(finding: &Finding, columns: usize, style: Style) -> Vec<Line<'static>> {
    let last = finding.evidence.len().saturating_sub(1);
    let repeats = finding.laps > 1;
    let mut rows = Vec::new();
    for (at, evidence) in finding.evidence.iter().enumerate() {
        let edge = match (repeats, at) {
            (false, _) => "  ",
            (true, 0) => "╭▸",
            (true, _) => "│ ",
        };
        let text = printable(&masked(&evidence.excerpt));
        let mut pieces = wrap(&text, columns.saturating_sub(3)).into_iter();
        rows.push(Line::styled(format!("{edge} {}", pieces.next().unwrap_or_default()), style));
        let margin = if repeats { "│  " } else { "   " };
        rows.extend(pieces.map(|piece| Line::raw(format!("{margin}{piece}"))));
        if at == last && repeats {
            let rounds = if finding.period > 1 { format!(", {} rounds each", finding.period) } else { String::new() };
            rows.push(Line::styled(format!("╰─ {} times{rounds}", count(finding.laps)), style));
        }
    }
    rows
}

//! Draws the top: the task, who works on it, and how far it is.

use super::super::state::{self, Budget, Rank, Session};
use super::format::{cost, count, duration, fit, width};
use super::scene::{Scene, lines};
use crate::printable::dollars;
use crate::wire::record::Done;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The rows of a header that has room.
pub const ROWS: u16 = 3;
/// The rows of a header on a low screen.
pub const ROWS_SMALL: u16 = 2;

/// Draws the header.
pub fn draw(scene: &Scene, area: Rect, buffer: &mut Buffer) {
    let columns = usize::from(area.width);
    let Some(session) = scene.session() else {
        let waiting = Line::styled("waiting for the first event of a session …", scene.theme.quiet());
        return lines([waiting, place(scene, None, columns)], area, buffer);
    };
    let first = if scene.is_list() { counts(scene, columns) } else { title(scene, session, columns) };
    let last = numbers(scene, session, columns);
    if area.height >= ROWS {
        lines([first, place(scene, Some(session), columns), last], area, buffer);
    } else {
        lines([first, last], area, buffer);
    }
}

/// The task on the left, the outcome so far on the right.
fn title(scene: &Scene, session: &Session, columns: usize) -> Line<'static> {
    let (outcome, style) = outcome(scene, session);
    let outcome = fit(&outcome, columns / 2);
    let task = session.task.as_deref().unwrap_or(session.name());
    let task = fit(task, columns.saturating_sub(width(&outcome) + 2));
    let gap = columns.saturating_sub(width(&task) + width(&outcome));
    Line::from(vec![Span::styled(task, scene.theme.strong()), Span::raw(" ".repeat(gap)), Span::styled(outcome, style)])
}

/// How it stands: the result of the run, the gravest finding that is open, or how the session rested.
fn outcome(scene: &Scene, session: &Session) -> (String, Style) {
    let theme = scene.theme;
    if let Some(result) = &scene.board.result {
        let style = if result.exit_code == 0 { theme.good() } else { theme.bad() };
        return (format!("{}, exit code {}", result.outcome, result.exit_code), style);
    }
    if let Some(finding) = session.trouble() {
        let style = if session.rank() == Rank::Trouble { theme.bad() } else { theme.warn() };
        return (format!("{} ({})", finding.rule, finding.grade), style);
    }
    match &session.done {
        Some(done) => (rested(done), Style::new()),
        None if session.rank() == Rank::NeedsYou => ("waits for you".to_owned(), theme.urgent()),
        None => ("so far, nothing found".to_owned(), theme.quiet()),
    }
}

/// The outcome, and how many facts speak against it.
fn rested(done: &Done) -> String {
    let outcome = state::outcome(done.outcome);
    match done.contradictions.len() {
        0 => outcome.to_owned(),
        1 => format!("{outcome}, 1 objection"),
        n => format!("{outcome}, {n} objections"),
    }
}

/// How many sessions there are of each kind, those that need a person first.
fn counts(scene: &Scene, columns: usize) -> Line<'static> {
    let theme = scene.theme;
    let number = |rank| scene.board.count(rank);
    let needs = match number(Rank::NeedsYou) {
        0 => Span::styled("nobody waits for you".to_owned(), theme.quiet()),
        1 => Span::styled(" 1 waits for you ".to_owned(), theme.urgent()),
        n => Span::styled(format!(" {n} wait for you "), theme.urgent()),
    };
    let trouble = number(Rank::Trouble);
    let style = if trouble > 0 { theme.bad() } else { theme.quiet() };
    let rest =
        [("in trouble", Rank::Trouble), ("working", Rank::Working), ("resting", Rank::Resting), ("ended", Rank::Over)];
    let mut spans = vec![needs];
    let mut used = spans[0].width();
    for (word, rank) in rest {
        let text = format!("  {} {word}", number(rank));
        used += width(&text);
        if used > columns {
            break;
        }
        let style = if rank == Rank::Trouble { style } else { Style::new() };
        spans.push(Span::styled(text, style));
    }
    if let Some(result) = &scene.board.result {
        let text = format!("  {}, exit code {}", result.outcome, result.exit_code);
        let style = if result.exit_code == 0 { theme.good() } else { theme.bad() };
        spans.push(Span::styled(fit(&text, columns.saturating_sub(used)), style));
    }
    Line::from(spans)
}

/// Who works, and where: agent, model, server, directory.
fn place(scene: &Scene, session: Option<&Session>, columns: usize) -> Line<'static> {
    let origins = &scene.board.origins;
    let opened = session.map_or_else(|| origins.only_opened(), |session| origins.opened(&session.id));
    let server = opened
        .and_then(|opened| opened.server.as_deref())
        .map(|url| url.trim_start_matches("http://").trim_end_matches('/').to_owned());
    let version = opened.and_then(|opened| opened.version.as_ref()).map(|version| format!("OpenCode {version}"));
    let replay = opened.is_some_and(|opened| opened.replay).then(|| "recording".to_owned());
    let parts = [
        session.and_then(|session| session.agent.clone()),
        session.and_then(|session| session.model.clone()),
        replay,
        server,
        version,
        session.and_then(|session| session.directory.clone()).or_else(|| opened?.directory.clone()),
    ];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    Line::styled(fit(&crate::wire::text::printable(&text), columns), scene.theme.quiet())
}

/// The state of the session, and what it has used of what it may use.
fn numbers(scene: &Scene, session: &Session, columns: usize) -> Line<'static> {
    let theme = scene.theme;
    let now = scene.board.origins.now(&session.id);
    let (sign, word, style) = theme.session(session);
    let since = duration(now.since(session.state.since));
    let mut spans = vec![Span::styled(format!("{sign} {word} {since}"), style)];
    let mut used = spans[0].width();
    for text in used_of_budget(session, scene.budget, now.since(session.first)) {
        used += width(&text) + 3;
        if used > columns {
            break;
        }
        spans.push(Span::styled(" · ".to_owned(), theme.quiet()));
        spans.push(Span::raw(text));
    }
    Line::from(spans)
}

/// The most important first: what is narrow shows fewer of them.
fn used_of_budget(session: &Session, budget: Budget, elapsed: i64) -> Vec<String> {
    let of = |used: String, most: Option<String>| most.map_or_else(|| used.clone(), |most| format!("{used}/{most}"));
    let usage = &session.usage;
    let turn = of(session.turn.to_string(), budget.turns.map(|most| most.to_string()));
    let calls = if usage.calls == 1 { "1 call".to_owned() } else { format!("{} calls", count(usage.calls)) };
    vec![
        format!("turn {turn}"),
        of(duration(elapsed), budget.time.map(duration)),
        if usage.all_tokens() > 0 && usage.dollars <= 0.0 {
            cost(0.0)
        } else {
            of(dollars(usage.dollars), budget.cost.map(dollars))
        },
        format!("{} tokens", of(count(usage.all_tokens()), budget.tokens.map(count))),
        calls,
    ]
}

//! Writes the summary that stays on the terminal after the dashboard closes.

use super::super::state::{Board, Rank, Session};
use super::format::{cost, count, duration, fit};
use super::theme::Theme;
use crate::pipe::tell::masked;
use crate::printable::printable_lines;
use crate::wire::record::SessionStatus;
use crate::wire::text::printable;

/// The most sessions that are named; the rest are counted.
const SESSIONS: usize = 8;
/// The length of a line, in columns: that of the narrowest usual terminal.
const COLUMNS: usize = 78;

/// The summary: a line for each session, those that need a person first, the last answer, and the result of the run.
pub fn summary(board: &Board) -> Vec<String> {
    let sessions = board.sessions();
    let mut rows: Vec<String> = sessions.iter().take(SESSIONS).map(|(session, _)| row(board, session)).collect();
    if sessions.len() > SESSIONS {
        rows.push(format!("… and {} more", sessions.len() - SESSIONS));
    }
    let usage = board.usage();
    if usage.calls + usage.all_tokens() > 0 {
        let lasted = duration(board.origins.elapsed());
        let (calls, tokens, cost) = (count(usage.calls), count(usage.all_tokens()), cost(usage.dollars));
        rows.push(format!("{lasted}, {calls} calls, {tokens} tokens, {cost}"));
    }
    rows.extend(answer(board));
    if let Some(result) = &board.result {
        rows.push(printable(&masked(&format!("result: {result}"))));
    } else if let Some(closed) = &board.closed {
        rows.push(printable(&masked(&format!("the stream ended: {}", closed.detail))));
    }
    rows
}

/// What the agent said last, if the run is about one session.
fn answer(board: &Board) -> Vec<String> {
    let sessions = board.sessions();
    let judged = board.result.as_ref().and_then(|result| board.session(result.session_id.as_deref()?));
    let only = || sessions.first().filter(|_| sessions.len() == 1).map(|(session, _)| *session);
    let Some(session) = judged.or_else(only) else { return Vec::new() };
    let text = session.output.last_text().join("\n");
    if text.trim().is_empty() {
        return Vec::new();
    }
    // Masked as a whole: the line before may tell that something is a secret.
    let said = printable_lines(&masked(text.trim_end()));
    std::iter::once("answer:".to_owned()).chain(said.lines().map(|line| format!("  {line}"))).collect()
}

fn row(board: &Board, session: &Session) -> String {
    let theme = Theme { colors: false };
    let (sign, word, _) = theme.session(session);
    let since = duration(board.age(session));
    if let Some(status) = session.state.cut_off {
        let (sign, word, _) = theme.status(status);
        let doing = if status == SessionStatus::Tool { "running a tool" } else { word };
        let name = fit(&board.name(session), COLUMNS / 2);
        return fit(&format!("{sign} still {doing} when the stream ended: {name}"), COLUMNS);
    }
    let trouble = session.trouble().map(|finding| format!("{} ({}): {}", finding.rule, finding.grade, finding.summary));
    let asked = session.state.on.clone().filter(|_| session.rank() == Rank::NeedsYou);
    let why = asked.or(trouble).map(|why| format!(": {}", printable(&masked(&why)))).unwrap_or_default();
    fit(&format!("{sign} {word} {since}  {}{why}", fit(&board.name(session), COLUMNS / 2)), COLUMNS)
}

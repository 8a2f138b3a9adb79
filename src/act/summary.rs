//! The summary of a run, for people.

use crate::redact::Redactor;
use crate::wire::record::RunResult;
use crate::wire::text::{excerpt, printable};

/// How much of the reason is included, in characters. Discord accepts messages of up to 2000 characters.
const REASON: usize = 1000;

/// How many files are named.
const NAMED: usize = 5;

/// How much of a file's name is included, in characters.
const NAME: usize = 80;

/// The result without secrets, for everybody outside of the pipe.
pub fn masked(result: &RunResult, redactor: &Redactor) -> RunResult {
    let mask = |text: &String| redactor.redact(text).into_owned();
    RunResult { reason: mask(&result.reason), changed: result.changed.iter().map(mask).collect(), ..result.clone() }
}

/// The outcome, its reason, the totals and what was wasted, in one line.
pub fn summary(result: &RunResult) -> String {
    let totals = &result.totals;
    let reason = printable(&excerpt(&result.reason, REASON));
    let mut facts = vec![format!("{} (exit {}): {reason}", result.outcome, result.exit_code)];
    for (count, one, many) in [
        (totals.turns, "turn", "turns"),
        (totals.calls, "call", "calls"),
        (totals.tokens, "token", "tokens"),
        (totals.wasted_calls, "call that brought nothing new", "calls that brought nothing new"),
        (totals.wasted_tokens, "token spent on it", "tokens spent on them"),
        (totals.actions, "action taken", "actions taken"),
    ] {
        if count > 0 {
            facts.push(format!("{count} {}", if count == 1 { one } else { many }));
        }
    }
    facts.extend(changed(result));
    facts.push(format!("{} s", totals.lasted / 1000));
    facts.join("; ")
}

/// How many files were changed, and the names of the first ones.
fn changed(result: &RunResult) -> Option<String> {
    let files = match result.totals.changed_files {
        0 => return None,
        1 => "1 file changed".to_owned(),
        count => format!("{count} files changed"),
    };
    if result.changed.is_empty() {
        return Some(files);
    }
    Some(format!("{files} ({})", named(&result.changed)))
}

/// The names of the first files, and the number of the others.
pub(super) fn named(files: &[String]) -> String {
    let mut names: Vec<String> = files.iter().take(NAMED).map(|f| printable(&excerpt(f, NAME))).collect();
    if files.len() > NAMED {
        names.push(format!("{} more", files.len() - NAMED));
    }
    names.join(", ")
}

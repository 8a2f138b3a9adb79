//! The end of a run, for a person.

use crate::wire::record::RunResult;
use crate::wire::text::{excerpt, printable};

/// How much of the reason is repeated, in characters: a webhook of Discord's takes 2000 altogether.
const REASON: usize = 1000;

/// How many files are named.
const NAMED: usize = 5;

/// How much of a file's name is repeated, in characters.
const NAME: usize = 80;

/// A sentence: the outcome, why, what it took and what of it was wasted.
pub fn summary(result: &RunResult) -> String {
    let totals = &result.totals;
    let outcome = format!("{:?}", result.outcome).to_lowercase();
    let reason = printable(&excerpt(&result.reason, REASON));
    let mut facts = vec![format!("{outcome} (exit {}): {reason}", result.exit_code)];
    for (count, one, many) in [
        (totals.turns, "turn", "turns"),
        (totals.calls, "call", "calls"),
        (totals.tokens, "token", "tokens"),
        (
            totals.wasted_calls,
            "call that brought nothing new",
            "calls that brought nothing new",
        ),
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

/// How many files were changed, and which, as far as that is known.
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

/// The first files of a list by name, and how many more there are.
pub(super) fn named(files: &[String]) -> String {
    let mut names: Vec<String> = files
        .iter()
        .take(NAMED)
        .map(|f| printable(&excerpt(f, NAME)))
        .collect();
    if files.len() > NAMED {
        names.push(format!("{} more", files.len() - NAMED));
    }
    names.join(", ")
}

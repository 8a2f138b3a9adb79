//! The end of a run, for a person.

use crate::wire::record::RunResult;
use crate::wire::text::printable;

/// A sentence: the outcome, why, what it took and what of it was wasted.
pub fn summary(result: &RunResult) -> String {
    let totals = &result.totals;
    let outcome = format!("{:?}", result.outcome).to_lowercase();
    let mut facts = vec![format!(
        "{outcome} (exit {}): {}",
        result.exit_code,
        printable(&result.reason)
    )];
    let mut fact = |count: u64, one: &str, many: &str| {
        if count > 0 {
            facts.push(format!("{count} {}", if count == 1 { one } else { many }));
        }
    };
    fact(totals.turns, "turn", "turns");
    fact(
        totals.wasted_calls,
        "call that brought nothing new",
        "calls that brought nothing new",
    );
    fact(totals.wasted_tokens, "token spent on it", "tokens spent on them");
    fact(totals.changed_files, "file changed", "files changed");
    fact(totals.actions, "action taken", "actions taken");
    facts.push(format!("{} s", totals.lasted / 1000));
    facts.join("; ")
}

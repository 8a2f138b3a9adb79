//! Counts looks that differ and show the same content: a file, a row, a list, in whatever layout.

use super::super::streak::Streak;
use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::call::target_names::TargetNames;
use crate::detect::call::volatility::queries;
use crate::detect::fact::RuleContext;
use crate::detect::fact::history::Comparison;
use crate::detect::hash;
use crate::detect::signal::Signal;
use crate::wire::record::{Grade, Kind};

/// How many literals of queries to remember.
const LITERALS: usize = 64;
/// The longest literal, in bytes and in words: more is a statement.
const LONGEST: usize = 40;
const WORDS: usize = 3;

/// Different looks in a row that showed the same.
#[derive(Default)]
pub(super) struct Looks {
    content: u64,
    calls: Streak,
    /// How many of them look at what one before them looked at.
    again: u64,
    named: TargetNames,
    literals: Vec<u64>,
}

impl Looks {
    /// Takes a call. Returns what is wrong if `limit` looks at the same things showed the same.
    pub(super) fn take(
        &mut self,
        call: &Call,
        compared: Comparison,
        (name, limit): (&'static str, u64),
        context: &RuleContext<'_>,
    ) -> Option<Signal> {
        let Some(shown) = call.content else {
            // An act, a failure, an empty answer.
            *self = Self::default();
            return None;
        };
        let is_first = shown != self.content;
        if is_first {
            *self = Self { content: shown, calls: Streak::begin(call, context), ..Self::default() };
        }
        let is_other = self.is_other(call);
        // The same call again is the business of other rules, and who tries what nobody knows may do something by it.
        if is_first || !compared.new_call || !looks(call) {
            return None;
        }
        self.calls.add(call, context);
        self.again += u64::from(!is_other);
        // Where most look at something else, the others belong to a comparison.
        if self.again < limit || self.again * 2 <= self.calls.calls() {
            return None;
        }
        let summary = format!("{} different looks in a row showed the same content", self.calls.calls());
        let mut signal = Signal::new(name, Kind::Stagnation, Grade::Warn, shown, summary);
        self.calls.fill(&mut signal, context);
        Some(signal)
    }

    /// Whether a call looks at something that none before it did.
    fn is_other(&mut self, call: &Call) -> bool {
        // An argument that is no target may be one under another name.
        let names_other = self.named.take(call).is_none_or(|new| new > 0);
        let command = call.input.command.as_deref().unwrap_or_default();
        let mut is_other = false;
        for literal in literals(command) {
            let key = hash::of(literal);
            if !self.literals.contains(&key) && self.literals.len() < LITERALS {
                self.literals.push(key);
                // What the answer shows chooses it in another way.
                is_other |= !call.said().contains(literal);
            }
        }
        names_other || is_other
    }
}

/// Whether a call does nothing but look.
fn looks(call: &Call) -> bool {
    let asks = || call.line.is_some() && call.input.command.as_deref().is_some_and(queries);
    call.kind == CallKind::Observe || asks()
}

/// The values in a statement or a script: what stands in quotes, and numbers. Elsewhere, these say how much to show.
fn literals(command: &str) -> Vec<&str> {
    if !queries(command) && !command.contains(['=', '<', '>', '{']) {
        return Vec::new();
    }
    let short = |part: &&str| part.len() <= LONGEST && part.split_whitespace().count() <= WORDS;
    let quoted = command.split(['"', '\'']).skip(1).filter(short);
    let values = quoted.map(|part| part.trim_matches(|c: char| !c.is_alphanumeric()));
    let words = command.split(|c: char| !c.is_alphanumeric() && !"._".contains(c));
    let numbers = words.filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    values.chain(numbers).filter(|value| value.len() > 1).take(LITERALS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_statements() {
        for (command, values) in [
            ("psql -c \"select plan from berths where ship = 'Marie Curie'\"", &["Marie Curie"][..]),
            ("psql -c 'select plan from berths where id = 4711'", &["4711"]),
            ("curl -d '{\"ship\": \"marie\"}' a.example", &["ship", "marie"]),
            ("sed -n '10,40p' berths.txt", &[]),
        ] {
            assert_eq!(literals(command), values, "{command}");
        }
    }
}

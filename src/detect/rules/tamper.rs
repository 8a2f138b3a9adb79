//! Detects checks that are made to pass: a test that is skipped or can no longer fail, hooks that are kept from running.

use super::rule::{Rule, RuleInfo};
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::signal::{Signal, Signals};
use crate::wire::record::{Grade, Kind};

const NAME: &str = "tamper";

/// What the rule remembers of one session; the session itself knows what stands against its checks.
#[derive(Default)]
pub(super) struct Tamper {
    /// What stood at the latest call.
    known: Vec<u64>,
    /// What stood when a person last wrote, who could see it.
    seen: Vec<u64>,
}

impl Rule for Tamper {
    const INFO: RuleInfo = RuleInfo {
        name: NAME,
        about: "a test is skipped or made unable to fail, or hooks are bypassed, and nobody asked for it",
        limits: &[],
    };

    fn observe(&mut self, fact: &Fact<'_>, _context: &RuleContext<'_>, signals: &mut Signals) {
        let (call, warnings) = match fact {
            Fact::Tampering { call, warnings } => (call, warnings),
            Fact::User => {
                self.seen.clone_from(&self.known);
                return;
            }
            _ => return,
        };
        self.known = warnings.iter().map(hash::of).collect();
        let new: Vec<&String> = warnings.iter().filter(|warning| !self.seen.contains(&hash::of(warning))).collect();
        let Some(latest) = new.last() else {
            signals.release(NAME);
            return;
        };
        let mut signal = Signal::new(NAME, Kind::Checks, Grade::Warn, 0, (*latest).clone());
        signal.laps = u64::try_from(new.len()).unwrap_or(u64::MAX);
        signal.evidence = vec![call.evidence()];
        signals.report(signal);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::support::{bash, edit, findings};
    use super::*;
    use crate::wire::record::State;

    const FAILING: &str = "test_total FAILED\n1 failed, 2 passed in 0.3s";

    /// The states of the findings on these calls, after a check that fails.
    fn states(calls: &[[String; 2]]) -> Vec<(Grade, State)> {
        let failing = bash(1, "pytest tests", FAILING);
        let lines: Vec<String> = std::iter::once(&failing).chain(calls).flatten().cloned().collect();
        findings(&lines).into_iter().filter(|f| f.rule == NAME).map(|f| (f.grade, f.state)).collect()
    }

    #[test]
    fn opens_at_once_and_closes_when_undone() {
        let (honest, skipped) = ("def test_total():", "@pytest.mark.skip\ndef test_total():");
        let file = "tests/test_bill.py";
        let opened = [(Grade::Warn, State::Open)];
        assert_eq!(states(&[edit(2, file, honest, skipped)]), opened);
        let undone = states(&[edit(2, file, honest, skipped), edit(3, file, skipped, honest)]);
        assert_eq!(undone, [(Grade::Warn, State::Open), (Grade::Warn, State::Closed)]);
        assert_eq!(states(&[edit(2, "a_test.rs", "assert_eq!(bill(), 3);", "assert!(true);")]), opened);
        assert_eq!(states(&[bash(2, "git commit --no-verify -m bill", "[main 1a2b3c4] bill")]), opened);
    }

    #[test]
    fn passes_honest_work() {
        let file = "tests/test_bill.py";
        let skipped = "@pytest.mark.skip\ndef test_old():\n    assert bill() == 3";
        for call in [
            edit(2, file, skipped, &skipped.replace('3', "4")),
            edit(2, file, "def test_total():", "@pytest.mark.skipif(WINDOWS, reason='no fork')\ndef test_total():"),
            edit(2, file, "assert bill() == 3", "assert bill() == 4"),
            bash(2, "pytest tests || true", FAILING),
            bash(2, "git commit -m 'skip test'", "[main 1a2b3c4] skip test"),
        ] {
            assert_eq!(states(std::slice::from_ref(&call)), [], "{call:?}");
        }
    }
}

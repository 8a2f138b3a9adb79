//! One run of a check, read line by line: what its summaries, its lines and its lists say together.

use super::counts::{self, Counts};
use super::empty::Tests;
use super::fields;
use super::items::Items;
use super::line_patterns::{self, Weight};
use super::outcome::{CheckOutcome, Truncation};
use super::split_summaries::Halves;
use super::tap::Tap;

/// What was said of a run so far.
#[derive(Default)]
pub(super) struct TestRun {
    missing: Truncation,
    verdict: Verdict,
    items: Items,
    tests: Tests,
    halves: Halves,
    tap: Tap,
    /// A line counted everything by itself.
    is_whole: bool,
    /// The last line is that of a package of Go that passed. Behind the packages, Go says so if one failed.
    ends_well: bool,
}

/// What summaries and signs say of the whole.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "each was said by itself")]
struct Verdict {
    /// A summary, or a line that stands for one, says that it failed.
    failed: bool,
    /// Something failed since the last summary that says passed.
    open: bool,
    passed: bool,
    /// A summary counted what passed.
    ran: bool,
    /// Nothing was run, or a part of it; and that is the last that was said.
    nothing: bool,
    ran_none: bool,
    /// A summary counted what passed, and no failures.
    counted_none: bool,
    /// The largest count of failures of one summary.
    count: Option<u32>,
}

impl TestRun {
    /// A run of which nothing was read yet.
    pub(super) fn new(output: &str, missing: Truncation) -> Self {
        Self { missing, halves: Halves::new(output), ..Self::default() }
    }

    /// Takes in a line.
    pub(super) fn line(&mut self, line: &str) {
        self.tap.line(line);
        self.tests.line(line);
        self.items.line(line);
        // A package without tests says nothing, and neither does a task runner about what it runs.
        let is_aside = line.starts_with("?   \t") || (line.starts_with('[') && line.contains("] $ "));
        if !line.trim().is_empty() && !is_aside {
            self.ends_well = line.starts_with("ok  \t");
        }
        if let Some(passed) = Halves::passed(line) {
            self.tests.passed(passed.parse().ok());
        }
        let counts = self.counts(line);
        if let Some(counts) = counts {
            self.is_whole |= self.missing == Truncation::Pieces && fields::is_of_suites(line);
            self.tests.counted(counts);
            self.verdict.count(counts);
        }
        if let Some((weight, name)) = line_patterns::read(line) {
            self.sign(weight, name, counts, line);
        }
    }

    /// What a line counts, unless it may be half of what there is to count.
    fn counts(&mut self, line: &str) -> Option<Counts> {
        // Cargo tells how each of its test programs came out, and stops at the first that fails.
        let is_one_of_many = self.missing == Truncation::Anything && line.starts_with("test result: ok");
        let is_half = self.halves.is_one(line) || is_one_of_many;
        fields::read(line).or_else(|| counts::read(line)).filter(|_| !is_half)
    }

    fn sign(&mut self, weight: Weight, name: Option<&str>, counts: Option<Counts>, line: &str) {
        match weight {
            Weight::Failed => {
                self.verdict.failed = true;
                self.items.add(name);
            }
            Weight::Item if counts.is_none() && !is_expected(line) => {
                self.verdict.open = true;
                self.items.add(name);
            }
            Weight::Name => {
                self.halves.listed = true;
                self.items.add(name);
            }
            Weight::Passed if counts.is_none_or(|counts| counts.failed.unwrap_or(0) == 0) => {
                self.verdict.pass_by_word();
            }
            Weight::Part if self.missing == Truncation::Nothing => self.verdict.pass(),
            Weight::Begun => self.verdict.passed = false,
            Weight::Nothing => {
                self.verdict.nothing = true;
                self.verdict.ran_none = true;
            }
            Weight::Item | Weight::Passed | Weight::Part => {}
        }
    }

    /// How it came out.
    pub(super) fn finish(self) -> CheckOutcome {
        let Verdict { failed, open, passed, nothing, count, counted_none, .. } = self.verdict;
        if failed || open {
            return CheckOutcome::Failed { count, items: self.items.sorted() };
        }
        // A script that counts what passed and what failed has read it; any other word of it may mean anything.
        if self.missing == Truncation::Retold && counted_none {
            return CheckOutcome::Passed;
        }
        let is_half = self.missing == Truncation::Pieces && !self.is_whole;
        if is_half || matches!(self.missing, Truncation::Rest | Truncation::Retold) {
            return CheckOutcome::Unknown;
        }
        if self.tests.none_ran() && self.missing == Truncation::Nothing {
            return CheckOutcome::Empty;
        }
        let ends_well = self.ends_well && self.missing == Truncation::Beginning;
        if passed || ends_well || self.tap.is_complete() && !nothing {
            return CheckOutcome::Passed;
        }
        CheckOutcome::Unknown
    }
}

impl Verdict {
    fn pass(&mut self) {
        self.passed = true;
        self.open = false;
    }

    /// `OK` behind `Ran 0 tests` says nothing.
    fn pass_by_word(&mut self) {
        if !self.ran_none {
            self.pass();
        }
    }

    fn count(&mut self, counts: Counts) {
        self.counted_none |= matches!(counts, Counts { passed: Some(1..), failed: Some(0), .. });
        self.ran_none &= !matches!((counts.total, counts.passed), (Some(1..), _) | (_, Some(1..)));
        match counts {
            Counts { failed: Some(failed @ 1..), .. } => {
                self.failed = true;
                self.count = self.count.max(Some(failed));
            }
            Counts { passed: Some(1..), .. }
            | Counts { failed: Some(0), total: Some(1..), .. }
            | Counts { failed: Some(0), total: None, passed: None, .. } => {
                self.ran = true;
                self.pass();
            }
            Counts { passed: Some(0) | None, total: Some(0) | None, .. } => {
                // Such as the documentation tests of a crate that has none, behind its other tests.
                self.nothing = true;
                self.passed |= self.ran;
            }
            _ => {}
        }
    }
}

/// Whether a failure is one that its author expects: `not ok 3 # TODO`.
fn is_expected(line: &str) -> bool {
    line.contains("# TODO") || line.contains("# SKIP") || line.contains("# todo") || line.contains("# skip")
}

//! Reads from the output of a check whether it passed, or failed and where. Unclear outputs stay undecided.
//!
//! The outputs are read by the structure of their summaries, in a window at either end. What could
//! not be read is [`CheckResult::Unknown`], never passed.

mod counts;
mod empty;
pub(crate) mod json;
mod lines;
mod signs;
pub(crate) mod unknown_program;
pub(crate) mod worded;

use counts::Counts;
use empty::Tests;
use signs::Weight;

/// How many names of failing tests are kept.
const ITEMS: usize = 64;
/// How long a name is, in bytes.
const NAME: usize = 160;

/// How a check came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CheckResult {
    /// It ran and passed.
    Passed,
    /// It failed.
    Failed {
        /// How many tests, errors or problems, where a summary says so.
        count: Option<u32>,
        /// What failed, sorted: tests, files, messages of compilers.
        items: Vec<String>,
    },
    /// It ran no test: there is none, none was chosen, or all were skipped.
    Empty,
    /// Nothing clear is said.
    Unknown,
}

/// How a check came out by its output and, where it is its own, its exit code.
///
/// An output that says failed outweighs an exit code of 0. Another code than 0 is not a pass, whatever
/// the output says, such as over a coverage limit. An exit code of 0 is a pass where the output is silent.
///
/// What is missing of the output may be what failed.
pub(crate) fn judge(output: &str, exit: Option<i64>, missing: Missing) -> CheckResult {
    let said = read(output, missing);
    match (said, exit) {
        (CheckResult::Unknown, Some(0)) => CheckResult::Passed,
        (CheckResult::Unknown | CheckResult::Passed | CheckResult::Empty, Some(code)) if code != 0 => {
            CheckResult::Failed { count: None, items: Vec::new() }
        }
        (said, _) => said,
    }
}

/// What is missing of an output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Nothing that was about another part of the run.
    #[default]
    Nothing,
    /// The beginning.
    Beginning,
    /// The end, or lines anywhere.
    Anything,
    /// What speaks against it: the output of other checks, the other half of a summary.
    Rest,
}

/// How a check came out by its output alone.
pub(crate) fn read(output: &str, missing: Missing) -> CheckResult {
    let mut reader = OutputReader { missing, ..OutputReader::default() };
    lines::each_line(output, |line| reader.line(line));
    reader.finish()
}

/// The last exit code that an output tells, as of `; echo "exit: $?"`. `label` is what is printed before it.
pub(crate) fn printed_exit(output: &str, label: &str) -> Option<i64> {
    let labelled = |line: &str| line.trim().strip_prefix(label.trim()).and_then(|code| code.trim().parse().ok());
    let mut code = None;
    lines::each_line(output, |line| code = labelled(line).or_else(|| exit_line(line)).or(code));
    // A line of one digit is data, unless it is the last one.
    let last = output.trim_end().rsplit('\n').next().filter(|line| line.trim().len() == 1);
    last.and_then(exit_line).or(code)
}

fn exit_line(line: &str) -> Option<i64> {
    const WORDS: [&str; 8] = ["exit", "rc", "status", "code", "returncode", "exitcode", "return", "ret"];
    let line = line.trim();
    let digits = line.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (label, code) = line.split_at(line.len() - digits);
    let mut words =
        label.split(|letter: char| !letter.is_ascii_alphabetic()).filter(|word| !word.is_empty()).peekable();
    let labelled = label.len() <= 40 && (words.peek().is_some() || label.is_empty());
    (labelled && words.all(|word| WORDS.iter().any(|known| word.eq_ignore_ascii_case(known)) || word.len() > 3))
        .then(|| code.parse().ok())
        .flatten()
        .filter(|_| label.is_empty() || WORDS.iter().any(|known| label.to_ascii_lowercase().contains(known)))
}

#[derive(Default)]
struct OutputReader {
    missing: Missing,
    tests: Tests,
    /// A summary, or a line that stands for one, says that it failed.
    failed: bool,
    /// Something failed since the last summary that says passed.
    open: bool,
    passed: bool,
    /// A summary counted what passed.
    ran: bool,
    nothing: bool,
    /// The last that was said is that nothing was run.
    ran_none: bool,
    /// The largest count of failures of one summary.
    count: Option<u32>,
    items: Vec<String>,
    /// Test Anything Protocol: how many are planned, and how many were well.
    planned: Option<u32>,
    well: u32,
    /// A list of failures was seen whose summary says only how many passed: mocha, playwright.
    listed: bool,
    /// The list is of those that passed at another try.
    flaky: bool,
    /// How many passed, said on a line of its own: node, bun.
    pass: Option<u32>,
    lines: usize,
    /// The last line names a place and says nothing of what is wrong there: the next ones do.
    unsaid: bool,
    /// The last line is that of a package of Go that passed. Behind the packages, Go says so if one failed.
    ends_well: bool,
}

impl OutputReader {
    fn line(&mut self, line: &str) {
        self.tap(line);
        self.tests.line(line);
        self.lines += 1;
        // A package without tests says nothing, and neither does a task runner about what it runs.
        let is_aside = line.starts_with("?   \t") || (line.starts_with('[') && line.contains("] $ "));
        if !line.trim().is_empty() && !is_aside {
            self.ends_well = line.starts_with("ok  \t");
        }
        if std::mem::take(&mut self.unsaid) {
            self.say(line);
        }
        let partial = self.is_partial(line);
        // Cargo tells how each of its test programs came out, and stops at the first that fails.
        let partial = partial || self.missing == Missing::Anything && line.starts_with("test result: ok");
        let counts = counts::read(line).filter(|_| !partial);
        if let Some(counts) = counts {
            self.tests.counted(counts);
            self.counted(counts);
        }
        match signs::read(line) {
            Some((Weight::Failed, name)) => {
                self.failed = true;
                self.item(name);
            }
            Some((Weight::Item, name)) if counts.is_none() && !is_expected(line) => {
                self.open = true;
                self.item(name);
            }
            Some((Weight::Name, name)) => {
                self.listed = true;
                self.item(name);
            }
            // `OK` after `Ran 0 tests`.
            Some((Weight::Passed, _)) if self.ran_none => {}
            Some((Weight::Passed, _)) if counts.is_none_or(|counts| counts.failed.unwrap_or(0) == 0) => {
                self.set_passed();
            }
            Some((Weight::Part, _)) if self.missing == Missing::Nothing => self.set_passed(),
            Some((Weight::Begun, _)) => self.passed = false,
            Some((Weight::Nothing, _)) => {
                self.nothing = true;
                self.ran_none = true;
            }
            _ => {}
        }
    }

    fn counted(&mut self, counts: Counts) {
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
                self.set_passed();
            }
            Counts { passed: Some(0) | None, total: Some(0) | None, .. } => {
                // Such as the documentation tests of a crate that has none, after its other tests.
                self.nothing = true;
                self.passed |= self.ran;
            }
            _ => {}
        }
    }

    /// Whether a summary line says only one half, and the other is not there or speaks against it.
    fn is_partial(&mut self, line: &str) -> bool {
        let line = line.trim_start().trim_start_matches(['#', 'ℹ', ' ']);
        let mut words = line.split_ascii_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some(number), Some("pass"), None) | (Some("pass"), Some(number), None) => {
                self.pass = number.parse().ok();
                self.tests.passed(self.pass);
                true
            }
            (Some("0"), Some("fail"), None) | (Some("fail"), Some("0"), None) => self.pass == Some(0),
            (Some(_), Some("flaky"), None) => {
                self.flaky = true;
                true
            }
            (Some(_), Some("passing"), _) => self.listed,
            // The first line of all: what failed may stand above it.
            (Some(_), Some("passed"), Some(took)) if took.starts_with('(') => {
                self.listed && !self.flaky || self.lines == 1
            }
            _ => false,
        }
    }

    fn set_passed(&mut self) {
        self.passed = true;
        self.open = false;
    }

    fn tap(&mut self, line: &str) {
        if let Some(planned) = line.strip_prefix("1..") {
            let plan = planned.split(' ').next().and_then(|number| number.parse().ok());
            self.planned = plan.or(self.planned);
        } else if let Some(rest) = line.strip_prefix("ok ") {
            self.well += u32::from(rest.as_bytes().first().is_some_and(u8::is_ascii_digit));
        }
    }

    fn item(&mut self, name: Option<&str>) {
        // What minitest and others put where a name might be.
        let Some(name) = name.filter(|name| !matches!(*name, "" | "Failure" | "Error")) else {
            return;
        };
        let name = without_place(&name[..name.floor_char_boundary(NAME)]);
        if self.items.len() < ITEMS && !self.items.contains(&name) {
            self.unsaid = is_unsaid(&name);
            self.items.push(name);
        }
    }

    /// Adds what is wrong to the last item, which names only its place.
    fn say(&mut self, line: &str) {
        let what = line.trim().trim_start_matches(['•', '*', '-', '|']).trim();
        if what.len() > 2
            && line.starts_with([' ', '\t'])
            && let Some(item) = self.items.last_mut()
        {
            item.push(' ');
            item.push_str(&what[..what.floor_char_boundary(NAME)]);
        }
    }

    fn finish(mut self) -> CheckResult {
        let complete = self.planned.is_some_and(|planned| planned > 0 && planned == self.well);
        if self.failed || self.open {
            self.items.sort();
            return CheckResult::Failed { count: self.count, items: self.items };
        }
        if self.missing == Missing::Rest {
            return CheckResult::Unknown;
        }
        if self.tests.none_ran() && self.missing == Missing::Nothing {
            return CheckResult::Empty;
        }
        let ends_well = self.ends_well && self.missing == Missing::Beginning;
        if self.passed || ends_well || complete && !self.nothing {
            return CheckResult::Passed;
        }
        CheckResult::Unknown
    }
}

/// A message without the line and column that it is about: they move with every change above them.
fn without_place(name: &str) -> String {
    if !name.contains(": ") && !name.starts_with(|first: char| first.is_ascii_digit()) {
        return name.to_owned();
    }
    let mut plain = String::with_capacity(name.len());
    let mut place = true;
    for letter in name.chars() {
        if !(place && letter.is_ascii_digit()) {
            place = matches!(letter, ':' | '(' | ',');
            plain.push(letter);
        }
    }
    plain
}

/// Whether a message ends before it says what is wrong, as those of GHC do: `A.hs:::: error: [GHC-83865]`.
fn is_unsaid(name: &str) -> bool {
    let name = name.trim_end();
    let bare = name.strip_suffix(']').and_then(|name| name.rsplit_once('[')).map_or(name, |(name, _)| name.trim_end());
    bare.ends_with("error:")
}

/// Whether a failure is one that its author expects: `not ok 3 # TODO`.
fn is_expected(line: &str) -> bool {
    line.contains("# TODO") || line.contains("# SKIP") || line.contains("# todo") || line.contains("# skip")
}

#[cfg(test)]
mod tests;

//! Resolves a check that did not say how it came out when its call ended, since it still ran or wrote to a file: a later
//! look says so.

use crate::detect::call::Call;
use crate::detect::call::checks::{self, CheckOutcome, Truncation, judge};
use crate::detect::call::classify::CallKind;
use crate::detect::call::running::{told_exit, watches};
use crate::detect::call::shell::{Change, CheckRun, Cut, may_be_log, shown_logs};
use crate::detect::text::wait_signs::has_word;
use crate::wire::part::ToolState;
use crate::wire::text;

/// How much of an answer may name the process that it began, in bytes.
const BEGINNING: usize = 300;

/// What a call says of a command that runs on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Awaited {
    /// Nothing.
    #[default]
    Nothing,
    /// A check whose outcome nothing tells yet.
    Begun {
        /// The command still runs, as the answer says.
        runs: bool,
        /// What its tool calls it is among these words.
        names: Vec<String>,
        /// The files that its output goes to.
        logs: Vec<String>,
        /// It prints its exit code.
        tells_exit: bool,
    },
    /// A command that was begun before has ended, or says how it came out.
    Ended {
        /// The exit code.
        exit: Option<i64>,
        /// What the call names, as far as it may be a command; `None` if it is about the last one.
        names: Option<Vec<String>>,
        /// What the output says, whatever the exit code.
        said: CheckOutcome,
    },
    /// Files are shown that may be logs.
    Shown {
        files: Vec<String>,
        /// What they say.
        said: CheckOutcome,
        /// The last exit code in them.
        exit: Option<i64>,
    },
}

impl Awaited {
    pub(super) fn read(call: &Call, state: Option<&ToolState<'_>>) -> Self {
        let raw = state.and_then(|state| state.error.or(state.output));
        let body = raw.map(text::body).unwrap_or_default();
        if call.still_runs {
            return Self::begun(call, names(&body));
        }
        let unknown = call.check == Some(CheckOutcome::Unknown);
        if unknown && call.line.as_ref().is_some_and(|line| !line.checks.is_empty()) {
            return Self::begun(call, names(&body[..body.floor_char_boundary(BEGINNING)]));
        }
        let command = call.input.command.as_deref();
        if !watches(&call.tool, command) {
            return Self::shown(call, &body);
        }
        // An empty command that has ended is the end of the one before it.
        let exit = told_exit(&body).or_else(|| call.exit.filter(|_| command.is_some()));
        let said = judge(&text::unescaped(&body), None, Truncation::Nothing);
        if exit.is_none() && command.is_none() && said == CheckOutcome::Unknown {
            return Self::Nothing;
        }
        let names = command.is_none().then(|| names(&call.input.text));
        Self::Ended { exit, names, said }
    }

    fn begun(call: &Call, names: Vec<String>) -> Self {
        let line = call.line.as_deref();
        // Parts of lines tell nothing, wherever they are shown.
        let logs = line.filter(|line| line.cut < Cut::Pieces).map(|line| line.logs.clone()).unwrap_or_default();
        let tells_exit = line.is_some_and(|line| line.exit_label.is_some());
        Self::Begun { runs: call.still_runs, names, logs, tells_exit }
    }

    /// What a call shows of files that may be logs.
    fn shown(call: &Call, body: &str) -> Self {
        let looks = call.line.as_ref().map_or(call.kind == CallKind::Observe && !call.guessed, |line| {
            line.checks.is_empty() && line.unknown.is_none() && line.change <= Change::Scratch
        });
        let (files, cut) = match (call.input.command.as_deref(), &call.input.target) {
            _ if !looks || call.failed() => return Self::Nothing,
            (Some(command), _) => shown_logs(command),
            (None, Some(file)) if may_be_log(file) && has_word(&call.tool, &READS) => {
                let has_more = MORE.iter().any(|sign| body.contains(sign));
                (vec![file.clone()], if has_more { Cut::Pieces } else { Cut::Nothing })
            }
            (None, _) => return Self::Nothing,
        };
        if files.is_empty() {
            return Self::Nothing;
        }
        let output = without_numbers(&text::unescaped(body));
        let missing = match cut.of(&output) {
            Cut::Nothing => Truncation::Nothing,
            Cut::Before(_) => Truncation::Beginning,
            Cut::Anywhere => Truncation::Anything,
            Cut::After(_) | Cut::Retold | Cut::Pieces => Truncation::Rest,
        };
        Self::Shown { files, said: checks::read(&output, missing), exit: checks::printed_exit(&output, "exit") }
    }

    /// Whether a later call may tell how a check came out. `outcome` is what is known now.
    pub(super) fn is_open(&self, outcome: &CheckOutcome) -> bool {
        let Self::Begun { runs, names, logs, .. } = self else { return false };
        *runs || *outcome == CheckOutcome::Unknown && !(names.is_empty() && logs.is_empty())
    }

    /// Whether what it says may still change: a log grows.
    pub(super) fn may_grow(&self) -> bool {
        matches!(self, Self::Shown { .. })
    }

    /// How checks came out that were `begun` by another call; `None` if they still run, or this is about others.
    pub(super) fn outcome(&self, begun: &Self, checks: &[CheckRun]) -> Option<CheckOutcome> {
        let Self::Begun { runs, names: own, logs, tells_exit } = begun else { return None };
        match self {
            Self::Ended { exit, names, said } => {
                let is_named = |names: &Vec<String>| names.iter().any(|name| own.contains(name));
                let is_own =
                    names.as_ref().map_or(*runs, |names| is_named(names) || *runs && exit.is_some() && own.is_empty());
                is_own.then(|| of_exit(said, exit.filter(|code| tells_of(checks, *code))))
            }
            Self::Shown { files, said, exit } => {
                let is_own = files.iter().any(|file| logs.iter().any(|log| is_same(file, log)));
                let outcome = is_own.then(|| of_exit(said, exit.filter(|_| *tells_exit)))?;
                // One of several checks says nothing of the others.
                let failed = matches!(outcome, CheckOutcome::Failed { .. });
                (failed || outcome != CheckOutcome::Unknown && checks.len() == 1).then_some(outcome)
            }
            Self::Nothing | Self::Begun { .. } => None,
        }
    }
}

/// Whether the exit code of a line is that of its checks.
fn tells_of(checks: &[CheckRun], code: i64) -> bool {
    checks.iter().all(|check| if code == 0 { check.exit.zero_passed } else { check.exit.other_failed })
}

/// How checks came out whose output and exit code say so.
fn of_exit(said: &CheckOutcome, exit: Option<i64>) -> CheckOutcome {
    match (said, exit) {
        (CheckOutcome::Unknown, Some(0)) => CheckOutcome::Passed,
        (CheckOutcome::Failed { .. }, _) | (_, None | Some(0)) => said.clone(),
        (_, Some(_)) => CheckOutcome::Failed { count: None, items: Vec::new() },
    }
}

/// Words of tools that show a file as it is, and not what a search finds in it.
const READS: [&str; 4] = ["read", "view", "cat", "open"];
/// What such a tool says below a part of a file.
const MORE: [&str; 2] = ["more lines", "truncated"];

/// Whether two paths may name the same file: one may be relative.
fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim_start_matches("./"), other.trim_start_matches("./"));
    let is_whole = |path: &str| path.starts_with('/') || path.contains(":\\");
    if !is_whole(one) && !is_whole(other) {
        return one == other;
    }
    let ends =
        |long: &str, short: &str| long.strip_suffix(short).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    ends(one, other) || ends(other, one)
}

/// What a tool shows of a file, without the numbers that it puts before the lines.
fn without_numbers(shown: &str) -> String {
    let bare = |line: &str| {
        let rest = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
        let mark = ["| ", "\t", "→", ": "].iter().find_map(|mark| rest.strip_prefix(mark));
        let is_numbered = rest.len() < line.trim_start().len();
        mark.filter(|_| is_numbered).unwrap_or(line).to_owned()
    };
    shown.lines().map(bare).collect::<Vec<_>>().join("\n")
}

/// The words of a text that may name a command: those with a digit.
fn names(text: &str) -> Vec<String> {
    const WORDS: usize = 64;
    let words = text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-'));
    let is_name = |word: &&str| word.len() <= WORDS && word.bytes().any(|byte| byte.is_ascii_digit());
    words.filter(is_name).take(WORDS).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_path_may_stand_for_a_relative_one() {
        assert!(is_same("/w/web/t.log", "t.log") && is_same("./t.log", "t.log") && is_same("web/t.log", "web/t.log"));
        assert!(!is_same("docs/t.log", "t.log") && !is_same("../old/t.log", "t.log") && !is_same("/w/at.log", "t.log"));
    }
}

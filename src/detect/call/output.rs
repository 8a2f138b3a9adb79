//! Reads how a call ended: it succeeded, failed, was denied, or was a check that passed or failed.

use super::checks::{self, CheckOutcome, Truncation};
use super::classify::{CallKind, Class, runs_check};
use super::failure::{CallFailure, complains, is_cancelled, is_denial, is_interrupted};
use super::input::Input;
use super::normalize::normalize_output;
use super::remote;
use super::running::{NOT_ENDED, still_runs};
use super::shell::{CheckRun, CommandLine, Cut, Effect};
use super::skipped_commands;
use super::soft_failure::{refused_request, soft_failure};
use super::trace::own_line;
use crate::detect::hash;
use crate::wire::part::ToolState;
use crate::wire::{Raw, text};
use compiler::reports;

mod compiler;
mod linters;

/// The tool of `OpenCode` that answers calls which it did not understand.
pub(super) const INVALID: &str = "invalid";

/// How much of an error is searched for a denial, in bytes.
const DENIAL: usize = 400;

/// How a call ended.
#[derive(Debug, Default)]
pub(super) struct CallResult {
    /// How it failed, if it did.
    pub(super) failure: Option<CallFailure>,
    /// A person or a rule did not let it run.
    pub(super) denied: bool,
    /// How it came out, if it is a check.
    pub(super) check: Option<CheckOutcome>,
    /// How the checks that run elsewhere came out, if it looks at such.
    pub(super) remote: Option<CheckOutcome>,
    /// The set of what fails, if it is or shows a check that says what or how much.
    pub(super) failing: Option<u64>,
    /// Whether the unknown program in it failed.
    pub(super) unknown_failed: bool,
    /// Whether its command still runs.
    pub(super) still_runs: bool,
    /// The exit code that came with it.
    pub(super) exit: Option<i64>,
}

/// What is read in the output of a call.
enum OutputKind<'a> {
    /// The checks of a command line.
    Line(&'a CommandLine),
    /// A check that is a tool of its own.
    CheckTool,
    /// A program that nobody knows in a command line.
    Program(&'a CheckRun),
    /// A tool that nobody knows.
    Tool,
    /// A look at checks that run elsewhere.
    Remote(&'a CommandLine),
    /// Nothing.
    Other,
}

impl<'a> OutputKind<'a> {
    /// `ran` says that it was let run to its end.
    fn of(class: &'a Class, input: &Input, denied: bool, ran: bool) -> Self {
        let line = class.line.as_ref();
        let command = input.command.as_deref().unwrap_or_default();
        match line {
            Some(line) if ran && (class.kind == CallKind::Check || !line.checks.is_empty()) => Self::Line(line),
            None if ran && class.kind == CallKind::Check => Self::CheckTool,
            _ if denied => Self::Other,
            Some(CommandLine { unknown: Some(program), .. }) => Self::Program(program),
            None if class.kind == CallKind::Unknown => Self::Tool,
            Some(line) if ran && remote::is_look(line, command) => Self::Remote(line),
            _ => Self::Other,
        }
    }
}

/// Reads how a call of `tool` ended. `silent` says that its result is empty.
pub(super) fn read(tool: &str, input: &Input, class: &Class, state: &ToolState<'_>, silent: bool) -> CallResult {
    let is_error = &*state.status == "error";
    let raw = state.error.or(state.output);
    let exit = state.exit_code();
    let says = |of: fn(&str) -> bool| is_error && raw.is_some_and(|error| of(&text::beginning(error, DENIAL)));
    let denied = says(is_denial);
    let interrupted =
        is_error && raw.is_some_and(|error| is_interrupted(&text::beginning(error, DENIAL), &text::body(error)));
    // What else left an exit code ran to its end.
    let cancelled = interrupted || exit.is_none() && says(is_cancelled);
    let sort = OutputKind::of(class, input, denied, !denied && !cancelled);
    let is_check = matches!(sort, OutputKind::Line(_) | OutputKind::CheckTool);
    let output = raw.filter(|_| !matches!(sort, OutputKind::Other)).map(text::decode).unwrap_or_default();
    let runs = raw.is_some_and(|raw| still_runs(&text::body(raw), exit, class.watches));
    if runs && !has_ended(is_check, exit, &output) {
        let check = is_check.then_some(CheckOutcome::Unknown);
        return CallResult { check, still_runs: true, exit, ..CallResult::default() };
    }
    let told_exit = exit.or_else(|| is_error.then_some(1));
    let said = match sort {
        OutputKind::Line(line) => Some(of_line(line, told_exit, &output)),
        OutputKind::CheckTool => Some(of_tool(tool, &output, told_exit)),
        // An unknown program may be a check, but only one that failed.
        OutputKind::Program(_) => checks::unknown_program::failure(&output).or_else(|| checks::json::verdict(&output)),
        OutputKind::Tool => checks::json::failures(&output).or_else(|| failed_build(tool, state, &output)),
        OutputKind::Remote(line) => Some(remote::read(line, &output)),
        OutputKind::Other => None,
    };
    let failing = said.as_ref().and_then(|said| failing(said, &output));
    let (mut check, remote) = if matches!(sort, OutputKind::Remote(_)) { (None, said) } else { (said, None) };
    let failure =
        failure(tool, class, check.as_ref(), state, exit, silent).or_else(|| refused(input, class, exit, raw));
    if class.line.is_none() && failure.is_some() && check == Some(CheckOutcome::Unknown) {
        check = Some(CheckOutcome::Failed { count: None, items: Vec::new() });
    }
    let unknown_failed = match (sort, exit) {
        (OutputKind::Program(program), Some(0)) => {
            !program.exit.zero_passed && checks::unknown_program::crashed(&output)
        }
        (OutputKind::Program(program), Some(_)) => program.exit.other_failed,
        (OutputKind::Program(_), None) => failure.is_some(),
        _ => false,
    };
    // Its exit code is that of the `tail` behind it.
    let failure = failure.or_else(|| (unknown_failed && exit == Some(0)).then(|| read_failure(state)));
    CallResult { failure, denied, check, remote, failing, unknown_failed, still_runs: false, exit }
}

/// The failure that an output tells of.
fn read_failure(state: &ToolState<'_>) -> CallFailure {
    let body = state.error.or(state.output).map(text::body).unwrap_or_default();
    let text = text::unescaped(&body);
    let fallback = own_line(&text).unwrap_or("failed");
    CallFailure::read(&body, Some(fallback)).unwrap_or_else(|| CallFailure::of_line(fallback))
}

/// Whether a check says how it came out, and so has ended, unless its exit code says otherwise.
fn has_ended(is_check: bool, exit: Option<i64>, output: &str) -> bool {
    is_check && exit != Some(NOT_ENDED) && checks::read(output, Truncation::Nothing) != CheckOutcome::Unknown
}

/// How much of an input is searched for what is run, in bytes.
const INPUT: usize = 400;

/// The failure of a check that a tool ran which may run anything: `gradle_run_task`.
fn failed_build(tool: &str, state: &ToolState<'_>, output: &str) -> Option<CheckOutcome> {
    let given = state.input.map(|input| text::beginning(input, INPUT)).unwrap_or_default();
    if !runs_check(tool, &given) {
        return None;
    }
    let said = checks::json::read(output).filter(|said| matches!(said, CheckOutcome::Failed { .. }));
    said.or_else(|| checks::unknown_program::failure(&text::unescaped(output)))
}

/// How a check came out that is a tool of its own.
fn of_tool(tool: &str, output: &str, exit: Option<i64>) -> CheckOutcome {
    let said = checks::report::told(tool, output).filter(|_| exit.is_none_or(|code| code == 0));
    said.unwrap_or_else(|| checks::judge(output, exit, Truncation::Nothing))
}

/// The exit code of `diff` and `cmp` where the files differ.
const DIFFERS: i64 = 1;

/// How the checks of a command line came out.
fn of_line(line: &CommandLine, exit: Option<i64>, output: &str) -> CheckOutcome {
    let counts = |code: i64| {
        line.checks.iter().all(|check| if code == 0 { check.exit.zero_passed } else { check.exit.other_failed })
    };
    let printed = || line.exit_label.as_deref().and_then(|label| checks::printed_exit(output, label));
    let silent = exit.is_none() && !line.checks.is_empty() && line.checks.iter().all(|check| check.exit.zero_passed);
    let missing = match line.cut.of(output) {
        Cut::Nothing => Truncation::Nothing,
        _ if line.mixes_checks => Truncation::Rest,
        Cut::Pieces => Truncation::Pieces,
        Cut::Retold => Truncation::Retold,
        _ if line.is_one_piece() => Truncation::Nothing,
        Cut::Before(_) => Truncation::Beginning,
        Cut::After(_) | Cut::Anywhere => Truncation::Anything,
    };
    let ended = exit;
    let exit = exit.filter(|code| counts(*code));
    let told = exit.or_else(printed);
    if line.runs_built && exit.is_none_or(|code| code == 0) {
        if line.compares && ended == Some(DIFFERS) {
            return CheckOutcome::Failed { count: None, items: Vec::new() };
        }
        return of_compiler(line, told == Some(0), output);
    }
    if let Some(counted) = checks::json::counted(output).filter(|_| missing == Truncation::Pieces) {
        return counted;
    }
    if let Some(failed) = checks::json::verdict(output).filter(|_| missing == Truncation::Nothing) {
        return failed;
    }
    let outcome = checks::judge(output, told, missing);
    // Where a summary counts, its numbers say more than any words.
    let worded = || {
        let by_words = !matches!(missing, Truncation::Rest | Truncation::Pieces | Truncation::Retold)
            && line.checks.iter().all(|check| checks::worded::is_script(&check.name))
            && checks::read(output, missing) == CheckOutcome::Unknown;
        by_words.then(|| checks::worded::has_failed(output)).flatten()
    };
    // A script that ends well whatever it found says so in words only.
    match (outcome, worded()) {
        (CheckOutcome::Passed | CheckOutcome::Unknown, Some(true)) => {
            CheckOutcome::Failed { count: None, items: Vec::new() }
        }
        (CheckOutcome::Unknown, Some(false)) if missing != Truncation::Anything => CheckOutcome::Passed,
        // What it printed, nobody saw.
        (CheckOutcome::Unknown, _) if line.is_captured && ended.is_some_and(|code| code != 0) => CheckOutcome::Unknown,
        (outcome, _) => of_silent(line, output, silent, outcome),
    }
}

/// How the checks of a line came out of which no words tell. `silent` says that the exit code was seen to be well.
fn of_silent(line: &CommandLine, output: &str, silent: bool, outcome: CheckOutcome) -> CheckOutcome {
    match outcome {
        // Compilers and linters that find nothing print nothing.
        CheckOutcome::Unknown if (silent || line.only_prints()) && is_silent(output) => CheckOutcome::Passed,
        CheckOutcome::Unknown if has_success_marker(line, output) => CheckOutcome::Passed,
        CheckOutcome::Unknown => of_linters(line, output),
        outcome => outcome,
    }
}

/// How linters came out that fail at whatever they find.
fn of_linters(line: &CommandLine, output: &str) -> CheckOutcome {
    let items = linters::findings(line.checks.iter().map(|check| &*check.name), output);
    if items.is_empty() { CheckOutcome::Unknown } else { CheckOutcome::Failed { count: None, items } }
}

/// How a compiler came out, where the output may be that of the program it built. `ended_well` says that both did.
fn of_compiler(line: &CommandLine, ended_well: bool, output: &str) -> CheckOutcome {
    if ended_well {
        return CheckOutcome::Passed;
    }
    let items: Vec<String> = line.checks.iter().flat_map(|check| reports(&check.name, output)).collect();
    match items.is_empty() {
        false => CheckOutcome::Failed { count: None, items },
        true if is_of_program(output) || says_built(output) => CheckOutcome::Passed,
        true => CheckOutcome::Unknown,
    }
}

/// Whether Cargo says that it built, above what its program prints: "Finished `dev` profile".
fn says_built(output: &str) -> bool {
    output.lines().any(|line| line.trim_start().starts_with("Finished `"))
}

/// How many lines at the beginning and at the end of an output are searched for what a compiler may have said: where it
/// failed, nothing else is there.
const SAID: usize = 4;
/// How many words of the last lines are: their complaint stands in front, and in prose it may stand anywhere.
const FRONT: usize = 4;
/// What else compilers say of an error, or a shell of a program that crashed, in small letters.
const CRASHES: [&str; 11] =
    ["error", "fail", "no such", "unresolved", "fatal", "panic", "exception", "traceback", "fault", "dumped", "***"];

/// Whether an output is that of a program which runs only if the compiler before it passed: something was printed, and
/// neither its beginning nor its end complains.
fn is_of_program(output: &str) -> bool {
    let is_bad = |line: &str| {
        let lower = line.to_ascii_lowercase();
        complains(line) || CRASHES.iter().any(|word| lower.contains(word))
    };
    let front = |line: &str| line.split_whitespace().take(FRONT).collect::<Vec<_>>().join(" ");
    let lines = || output.lines().filter(|line| !line.trim().is_empty());
    !is_nothing(output) && !lines().take(SAID).any(is_bad) && !lines().rev().take(SAID).any(|line| is_bad(&front(line)))
}

/// Whether an output has the line that only a line of checks that all passed prints.
fn has_success_marker(line: &CommandLine, output: &str) -> bool {
    line.success_marker
        .as_deref()
        .is_some_and(|success_marker| output.lines().any(|said| said.trim() == success_marker))
}

/// The first words of lines that name what fails, in the output of unknown runners.
const FAILED: [&str; 10] = ["fail", "failed", "failure", "error", "not", "✗", "✖", "×", "✕", "●"];
/// How many of those lines to read.
const FAILED_LINES: usize = 64;

/// The set of what fails in a check.
fn failing(check: &CheckOutcome, output: &str) -> Option<u64> {
    let CheckOutcome::Failed { count, items } = check else {
        return None;
    };
    let sum = |sum: u64, item: &str| sum.wrapping_add(hash::of(normalize_output(item, &[])));
    if !items.is_empty() {
        return Some(items.iter().fold(0, |all, item| sum(all, item)));
    }
    let first_word = |line: &str| {
        let word = line.split_whitespace().next().unwrap_or_default().trim_end_matches(':').to_lowercase();
        FAILED.contains(&word.as_str())
    };
    let named = output.lines().filter(|line| first_word(line)).take(FAILED_LINES).fold(0, sum);
    count.map(|count| hash::join(named, u64::from(count)))
}

/// How a call failed; `None` if it succeeded, or if nothing says that it failed.
fn failure(
    tool: &str,
    class: &Class,
    check: Option<&CheckOutcome>,
    state: &ToolState<'_>,
    exit: Option<i64>,
    silent: bool,
) -> Option<CallFailure> {
    let body = state.error.or(state.output).map(text::body).unwrap_or_default();
    if tool == INVALID {
        return Some(CallFailure::invalid(first_line(&text::unescaped(&body)).unwrap_or("error")));
    }
    let cut_off = || class.line.as_ref().and_then(|_| CallFailure::cut_off(&body));
    if exit.is_none()
        && let Some(failure) = cut_off()
    {
        return Some(failure);
    }
    let by_last = || CallFailure::read(&body, Some(own_line(&text::unescaped(&body)).unwrap_or("failed")));
    match check {
        Some(CheckOutcome::Passed) if &*state.status != "error" => return None,
        Some(CheckOutcome::Failed { .. }) => return by_last().map(told),
        _ => {}
    }
    if silent && &*state.status == "completed" {
        // The exit code may only mean that nothing was found, as with grep.
        return None;
    }
    match (&*state.status, exit) {
        ("error", _) => {
            CallFailure::read(&body, Some(first_line(&text::unescaped(&body)).unwrap_or("error"))).map(told)
        }
        _ if class.line.is_none() && refuses(&body) => by_last().map(told),
        (_, Some(0)) => None,
        // A shell says with the highest codes that nothing ran, or that it was killed.
        (_, Some(code)) => {
            by_last().map(|failure| CallFailure { is_bare: failure.is_bare && code < SHELL_CODES, ..failure })
        }
        (_, None) => {
            let unrun = || class.line.as_ref().filter(|_| !class.quotes).and_then(|_| skipped_commands::failure(&body));
            let refusal = says_itself(class).then(|| soft_failure(&body)).flatten().or_else(unrun);
            let is_quiet = class.quotes || class.kind == CallKind::Plan;
            refusal.or_else(|| if is_quiet { None } else { CallFailure::read(&body, None) })
        }
    }
}

/// How the server refused what a command asked it that went well itself.
fn refused(input: &Input, class: &Class, exit: Option<i64>, answer: Option<Raw<'_>>) -> Option<CallFailure> {
    let line = class.line.as_ref().filter(|_| exit == Some(0))?;
    let asks = matches!(line.effect, Effect::Observe | Effect::Unknown | Effect::Record) && line.checks.is_empty();
    refused_request(input.command.as_deref().filter(|_| asks)?, &text::body(answer?))
}

/// The first of the exit codes that a shell gives itself.
const SHELL_CODES: i64 = 126;

/// A failure of which more than an exit code tells.
fn told(failure: CallFailure) -> CallFailure {
    CallFailure { is_bare: false, ..failure }
}

/// Whether the answer of a tool is its own: no file, no page, no person and no other agent speaks in it.
fn says_itself(class: &Class) -> bool {
    class.line.is_none()
        && !class.quotes
        && matches!(class.kind, CallKind::Observe | CallKind::Unknown | CallKind::Record | CallKind::Mutate)
}

/// How much of an answer says whether the request was refused, in bytes.
const ANSWER: usize = 300;

/// What an answer is called that says why a request failed.
const REASONS: [&str; 5] = [r#""error""#, r#""reason""#, r#""message""#, r#""detail""#, r#""errors""#];

/// Whether an answer in JSON says that the request failed, and why: `{"ok":false,"error":"not_in_channel"}`, or an
/// error first of all: `{"error":{"code":403}}`.
fn refuses(body: &str) -> bool {
    let answer = &body[..body.floor_char_boundary(ANSWER)];
    if !answer.trim_start().starts_with('{') {
        return false;
    }
    let answer: String = text::unescaped(answer).chars().filter(|c| !c.is_whitespace()).collect();
    // What is in a list is told of something else.
    let answer = answer.split('[').next().unwrap_or_default();
    let failed = [r#""ok":false"#, r#""success":false"#, r#""isError":true"#];
    failed.iter().any(|member| answer.contains(member)) && REASONS.iter().any(|member| answer.contains(member))
        || [r#"{"error":{""#, r#"{"error":""#].iter().any(|start| answer.starts_with(start))
            && !answer.starts_with(r#"{"error":"""#)
}

/// Whether a result is empty, or is what `OpenCode`'s shell writes for an empty one.
pub(super) fn is_nothing(result: &str) -> bool {
    matches!(result.trim(), "" | "(no output)")
}

/// Whether an output says nothing but which commands a task runner runs: `[fmt] $ gofmt -w .`, `> tsc -p .`.
fn is_silent(output: &str) -> bool {
    let traces = |line: &str| {
        let line = line.trim();
        let task = line.strip_prefix('[').and_then(|rest| rest.split_once("] ")).map_or(line, |(_, command)| command);
        task.is_empty() || ["$ ", "> ", "+ "].iter().any(|sign| task.starts_with(sign))
    };
    is_nothing(output) || output.lines().all(traces)
}

fn first_line(text: &str) -> Option<&str> {
    text.lines().find(|line| !line.trim().is_empty())
}

#[cfg(test)]
mod tests;

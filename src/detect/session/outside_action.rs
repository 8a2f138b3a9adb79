//! Tracks whether the agent's last action succeeded: one that a tool took outside the project, or a command that neither
//! looks nor checks. A refused action contradicts a claim of success in any language.

use crate::detect::call::Call;
use crate::detect::call::checks::{CheckOutcome, printed_exit};
use crate::detect::call::classify::CallKind;
use crate::detect::call::failure::{complains, reports_error};
use crate::detect::call::shell::{CommandLine, Effect, SimpleCommand, commands};
use crate::detect::quoted::quoted;
use crate::detect::text::ending::Ending;
use crate::detect::text::head_and_tail::tail;
use crate::detect::text::reported::{gives_exit, tells_failure};
use crate::detect::text::wait_signs::has_word;
use crate::wire::part::ToolState;
use crate::wire::text::{self, EXCERPT};

/// Words in the names of tools that leave something behind. A click or a query may fail on the way to what is asked.
#[rustfmt::skip]
const ACTS: [&str; 34] = [
    "create", "write", "send", "update", "delete", "remove", "add", "append", "insert", "set", "put", "patch", "post", "publish", "upload", "book", "schedule",
    "reserve", "invite", "submit", "assign", "transfer", "move", "merge", "close", "cancel", "pay", "order", "reply", "forward", "import", "save", "approve", "share",
];
/// Words in the names of tools that keep the agent's own notes.
const NOTES: [&str; 7] = ["memory", "memories", "todo", "plan", "thought", "thinking", "note"];
/// What an answer says of something that is there already, in small letters: what was asked for stands.
#[rustfmt::skip]
const MOOT: [&str; 7] = ["already", "exists", "duplicate", "no change", "not modified", "up-to-date", "up to date"];
/// Words of commands that hand work on to others: `git push`, `npm publish`, `twine upload`, `gh pr create`.
const HANDS_ON: [&str; 5] = ["push", "publish", "upload", "release", "pr"];
/// What is in a request for that.
#[rustfmt::skip]
const ASKED: [&str; 11] = [
    "push", "publish", "upload", "release", "pull request", " pr", "tag", "veröffentlich", "publier", "publica", "推送",
];
/// What says in an answer and in a text alike that something was refused.
const REFUSALS: [&str; 6] = ["rejected", "denied", "refused", "declined", "forbidden", "protected"];

/// What programs say of an action that was refused, wherever it stands in the output of their line: a later command
/// hides the exit code. Each with words of the commands that say so.
#[rustfmt::skip]
const REFUSED: [(&[&str], &str, &[&str]); 7] = [
    (&["git"], "commit", &["husky - pre-commit script failed", "husky - commit-msg script failed", "husky - pre-commit hook exited", "husky - commit-msg hook exited", "error: gpg failed to sign", "fatal: failed to write commit object"]),
    (&["git"], "push", &["! [rejected]", "! [remote rejected]", "error: failed to push"]),
    (&["aws", "gsutil", "s3cmd", "rclone", "mc", "gcloud", "az"], "", &["upload failed:", "copy failed:", "move failed:", "delete failed:", "AccessDeniedException", "Failed to copy:"]),
    (&["kubectl", "oc"], "", &["Error from server (Forbidden)", "Error from server (Conflict)", "Error from server (Invalid)", "Error from server (BadRequest)", "Error from server (Unauthorized)"]),
    (&["docker", "podman", "crane", "skopeo", "oras"], "", &["denied: ", "unauthorized: "]),
    (&["helm"], "", &["Error: UPGRADE FAILED", "Error: INSTALLATION FAILED", "Error: UNINSTALL FAILED"]),
    (&["systemctl", "service"], "", &["Failed to "]),
];
/// Programs that copy, and how they say why they did not.
const COPIES: [&str; 7] = ["scp", "rsync", "sftp", "cp", "mv", "tee", "install"];
#[rustfmt::skip]
const WHY: [&str; 5] = ["Permission denied", "Read-only file system", "No space left on device", "Operation not permitted", "Connection refused"];

/// The length of a command in a fact, in characters.
const COMMAND: usize = 60;

/// How much of the end of an output is read, in bytes.
const END: usize = 1024;
/// How much of it is searched for a refusal, in bytes.
const REFUSAL: usize = 8 * 1024;
/// What a line begins with that explains the complaint before it, in small letters, as those of `psql` and `git`.
const EXPLAINS: [&str; 9] = ["hint", "detail", "line ", "context", "note", "see ", "[", "^", "rollback"];

/// How one call came out that did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OutsideAction {
    /// It was done, or may have been.
    Taken,
    /// It was not.
    Refused(Refusal),
}

/// An action that was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The tool or the command.
    tool: String,
    /// What that answered.
    said: String,
    /// By a tool, or by which kind of command.
    by: By,
    /// The exit code.
    exit: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Tool,
    /// A command that hands work on to others: it may be more than what was asked for.
    HandsOn,
    Command,
}

impl OutsideAction {
    /// How a call came out; `None` if it only looked, or if its failure leaves open what was done.
    pub(super) fn read(call: &Call, state: Option<&ToolState<'_>>) -> Option<Self> {
        if let Some(line) = &call.line {
            return Self::of_line(line, call, state);
        }
        match call.kind {
            CallKind::Spawn => Some(Self::Taken),
            CallKind::Unknown | CallKind::Record | CallKind::Mutate if !call.failed() => Some(Self::Taken),
            CallKind::Unknown | CallKind::Mutate if call.guessed => Self::refused(call, state),
            _ => None,
        }
    }

    fn of_line(line: &CommandLine, call: &Call, state: Option<&ToolState<'_>>) -> Option<Self> {
        if matches!(line.effect, Effect::Observe | Effect::Poll) {
            return None;
        }
        let command = call.input.command.as_deref()?;
        let ends: &[char] = &[';', '&', '|', ')'];
        let mut words = command.split_ascii_whitespace().map(|word| word.trim_end_matches(ends));
        let hands_on = line.effect == Effect::Record && words.any(|word| HANDS_ON.contains(&word));
        let named = || quoted(command, COMMAND);
        if hands_on && call.failed() {
            return Self::refusal(named(), By::HandsOn, state);
        }
        // A call that was aborted says nothing of its command, and what failed as a check is known.
        let is_told = matches!(call.check, Some(CheckOutcome::Failed { .. })) && !is_uncaught(state);
        let checks = !line.checks.is_empty() || is_told;
        let ran = !checks && state.is_some_and(|state| &*state.status == "completed");
        let complaint = match &call.failure {
            _ if !ran => None,
            Some(failure) => (!failure.is_bare).then(|| quoted(&failure.line, EXCERPT)),
            None => last_complaint(command, state),
        };
        let is_over = state.is_some_and(|state| &*state.status == "completed");
        if let Some(said) = is_over.then(|| hidden_refusal(command, state)).flatten() {
            let by = if hands_on { By::HandsOn } else { By::Command };
            return Some(Self::Refused(Refusal { tool: named(), said, by, exit: call.exit }));
        }
        match complaint.or_else(|| killed(line, state)) {
            Some(said) if !is_moot(&said) => {
                Some(Self::Refused(Refusal { tool: named(), said, by: By::Command, exit: call.exit }))
            }
            _ => (!call.failed()).then_some(Self::Taken),
        }
    }

    fn refused(call: &Call, state: Option<&ToolState<'_>>) -> Option<Self> {
        let acts = has_word(&call.tool, &ACTS) && !has_word(&call.tool, &NOTES);
        acts.then(|| Self::refusal(call.tool.clone(), By::Tool, state)).flatten()
    }

    /// That something was refused, unless it is there already.
    fn refusal(tool: String, by: By, state: Option<&ToolState<'_>>) -> Option<Self> {
        let said = state.and_then(|state| state.error.or(state.output)).map(text::decode).unwrap_or_default();
        (!is_moot(&said)).then(|| Self::Refused(Refusal { tool, said: quoted(said.trim(), EXCERPT), by, exit: None }))
    }

    /// What contradicts a text that does not tell of the refusal. `names` says whether the request has one of these words:
    /// a command may be more than it asks for. `reports` says that the text reports work that was asked for.
    pub(super) fn fact(
        &self,
        text: &str,
        names: impl Fn(&[&str]) -> bool,
        reports: impl Fn() -> bool,
    ) -> Option<String> {
        let Self::Refused(Refusal { tool, said, by, exit }) = self else { return None };
        let may_be = match by {
            By::Tool => true,
            By::HandsOn => names(&ASKED),
            // A text that complains of anything may mean this.
            By::Command => !complains(text) && reports(),
        };
        let mut words = codes(said);
        words.extend(REFUSALS.iter().filter(|word| said.contains(**word)).map(|word| (*word).to_owned()));
        if !may_be
            || exit.is_some_and(|exit| gives_exit(text, exit))
            || tells_failure(text, &words)
            || Ending::read(text) == Ending::GaveUp
        {
            return None;
        }
        Some(format!("the last call of `{tool}` failed, and the agent does not say so: \"{said}\""))
    }
}

/// Whether an answer says that what was asked for stands already.
fn is_moot(said: &str) -> bool {
    let lower = said.to_lowercase();
    MOOT.iter().any(|sign| lower.contains(sign))
}

/// The error on the last line of an output whose exit code is 0. Skips lines that only explain an error, and what the
/// command itself echoes.
fn last_complaint(command: &str, state: Option<&ToolState<'_>>) -> Option<String> {
    let output = state.and_then(|state| state.error.or(state.output)).map(text::decode)?;
    let explains = |line: &&str| {
        let lower = line.to_ascii_lowercase();
        EXPLAINS.iter().any(|start| lower.starts_with(start)) || command.contains(&format!("echo {line}"))
    };
    let mut lines = tail(&output, END).lines().rev().map(str::trim).filter(|line| !line.is_empty());
    let last = lines.find(|line| !explains(line))?;
    reports_error(last).then(|| quoted(last, EXCERPT))
}

/// What begins the trace of an error that nothing caught.
const TRACES: [&str; 5] = [
    "Traceback (most recent call last)",
    "Exception in thread \"",
    "Uncaught ",
    "' panicked at ",
    "goroutine 1 [running]",
];
/// The exit codes of programs that ran out of time or were killed, which nobody wants.
const KILLED: [i64; 4] = [124, 134, 137, 139];

/// Whether an output has the trace of an error that nothing caught.
fn is_uncaught(state: Option<&ToolState<'_>>) -> bool {
    let output = state.and_then(|state| state.error.or(state.output)).map(text::decode).unwrap_or_default();
    TRACES.iter().any(|sign| tail(&output, REFUSAL).contains(sign))
}

/// The exit code that a line prints of a program that was killed: `timeout 60 ./load; echo rc=$?`.
fn killed(line: &CommandLine, state: Option<&ToolState<'_>>) -> Option<String> {
    let label = line.exit_label.as_deref()?;
    let output = state.and_then(|state| state.error.or(state.output)).map(text::decode)?;
    let code = printed_exit(&output, label).filter(|code| KILLED.contains(code))?;
    Some(format!("{}{code}", label.trim()))
}

/// The line in which a command says that it was refused, though what follows it in its line hides that.
fn hidden_refusal(command: &str, state: Option<&ToolState<'_>>) -> Option<String> {
    let output = state.and_then(|state| state.error.or(state.output)).map(text::decode)?;
    let output = tail(&output, REFUSAL);
    // Most outputs have none of these, and their commands are spared a second reading.
    let may_be = |line: &&str| WHY.iter().any(|why| line.ends_with(why)) || refusals(line).next().is_some();
    let lines: Vec<&str> = output.lines().map(str::trim).filter(may_be).collect();
    if lines.is_empty() {
        return None;
    }
    let acting: Vec<SimpleCommand> = commands(command).into_iter().filter(acts).collect();
    let said: Vec<&str> =
        lines.into_iter().filter(|line| acting.iter().any(|command| refuses(command, line))).collect();
    let (first, last) = (said.first()?, said.last()?);
    let after = output.rsplit_once(last).map_or("", |(_, after)| after);
    (!after.lines().any(is_pushed)).then(|| quoted(first, EXCERPT))
}

fn acts(command: &SimpleCommand) -> bool {
    !matches!(command.effect(), Effect::Observe | Effect::Poll)
}

/// The rows whose words a line begins with, marks before them aside.
fn refusals(
    line: &str,
) -> impl Iterator<Item = &'static (&'static [&'static str], &'static str, &'static [&'static str])> {
    REFUSED.iter().filter(move |(_, _, said)| said.iter().any(|said| line.starts_with(said)))
}

/// Whether a line is that of this command when it is refused.
fn refuses(command: &SimpleCommand, line: &str) -> bool {
    let program = command.program();
    let copies = COPIES.contains(&program)
        && line.strip_prefix(program).is_some_and(|rest| rest.starts_with(':'))
        && WHY.iter().any(|why| line.ends_with(why));
    let is_own = |programs: &[&str], word: &str| {
        programs.contains(&program) && (word.is_empty() || command.arguments().iter().any(|argument| argument == word))
    };
    copies || refusals(line).any(|(programs, word, _)| is_own(programs, word))
}

/// Whether a line says that Git pushed a branch after all: `   aa01e12..bb93f0d  main -> main`.
fn is_pushed(line: &str) -> bool {
    line.contains(" -> ") && !line.contains("rejected]")
}

/// The codes in an answer, such as `PERMISSION_DENIED` or `403`: its other words may stand in any text.
fn codes(answer: &str) -> Vec<String> {
    let words = answer.split(|c: char| !c.is_alphanumeric() && c != '_');
    let is_code = |word: &&str| word.contains(|c: char| c == '_' || c.is_ascii_digit());
    words.filter(is_code).map(str::to_owned).collect()
}

//! What a look at checks that run elsewhere says of them: a run of a build server, the checks of a pull request.

use super::checks::{self, CheckOutcome, Truncation};
use super::shell::{CommandLine, Cut, Effect, SimpleCommand, commands, has, looks_at_files};

/// Words of the commands that look at such checks.
const CHECKS: &str =
    "run runs checks ci pipeline pipelines build builds job jobs workflow workflows pipelinerun taskrun";
/// Words of those that have them run, once more or for the first time.
const AGAIN: &str = "rerun retry restart rebuild trigger dispatch run start";
/// Words of those that look at many, whosever they are, and options that show all that was printed.
const MANY: &str = "list ls --log -L history";
/// Programs whose jobs and builds are no checks.
const OTHERS: &str = "kubectl oc docker podman nomad systemctl";
/// How many words of a command say what it looks at.
const WORDS: usize = 4;

/// What is said of a check, or of all of them.
#[rustfmt::skip]
const FAILED: &str = "fail failed failure failing error timed_out startup_failure unsuccessful";
const PASSED: &str = "pass passed success successful succeeded";
const RUNNING: &str = "pending queued running waiting in_progress created preparing scheduled";
/// What such a word is the value of.
const LABELS: &str = "state status conclusion result bucket";
/// Whole sentences that say it.
const SENTENCES: [(&str, RunReport); 4] = [
    ("All checks were successful", RunReport::Passed),
    ("Some checks were not successful", RunReport::Failed),
    ("Some checks are still pending", RunReport::Running),
    ("Job succeeded", RunReport::Passed),
];
/// Marks at the beginning of a line.
const MARKS: [(&str, RunReport); 8] = [
    ("X ", RunReport::Failed),
    ("✗ ", RunReport::Failed),
    ("✖ ", RunReport::Failed),
    ("× ", RunReport::Failed),
    ("✓ ", RunReport::Passed),
    ("✔ ", RunReport::Passed),
    ("* ", RunReport::Running),
    ("● ", RunReport::Running),
];

/// What a line says of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RunReport {
    Failed,
    Passed,
    Running,
}

/// Whether a line only looks, and at checks that run elsewhere.
pub(super) fn is_look(line: &CommandLine, command: &str) -> bool {
    CHECKS.split(' ').any(|word| command.contains(word)) && looks_at_last(line, command, looks)
}

/// Whether a line looks at such checks, and at the end: what comes before the look may push, or run them again.
fn looks_at_last(line: &CommandLine, command: &str, looks: fn(&SimpleCommand) -> bool) -> bool {
    match line.effect {
        Effect::Observe | Effect::Poll => commands(command).iter().any(looks),
        Effect::Record => {
            let listed = commands(command);
            let acts = listed.iter().rposition(|command| command.effect() == Effect::Record);
            acts.is_some_and(|at| runs_again(&listed[at]) && listed[at + 1..].iter().any(looks))
        }
        _ => false,
    }
}

/// Whether a command has checks run elsewhere: it pushes, or runs them again.
fn runs_again(command: &SimpleCommand) -> bool {
    command.program() == "git" && names(command, "push") || names(command, CHECKS) && names(command, AGAIN)
}

fn looks(command: &SimpleCommand) -> bool {
    asks_for(command) && !names(command, MANY)
}

fn asks_for(command: &SimpleCommand) -> bool {
    !looks_at_files(command.program())
        && !has(OTHERS, command.program())
        && matches!(command.effect(), Effect::Observe)
        && names(command, CHECKS)
}

fn names(command: &SimpleCommand, table: &str) -> bool {
    command.arguments().iter().take(WORDS).any(|word| has(table, word))
}

/// Whether a line asks for checks that run elsewhere, or for a list of their runs, and whether it lists them; `None` if it
/// asks for neither, or for what was printed.
pub(crate) fn asks(line: &CommandLine, command: &str) -> Option<bool> {
    if !CHECKS.split(' ').any(|word| command.contains(word)) || !looks_at_last(line, command, asks_for) {
        return None;
    }
    let listed = commands(command);
    let asking = listed.iter().rev().find(|command| asks_for(command) && !names(command, "--log history"))?;
    Some(names(asking, MANY))
}

/// How checks stand that run elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunState<'a> {
    /// All have ended, and none failed.
    Ended,
    /// One has not, as this line says.
    Open(&'a str),
    /// One failed, as this line says.
    Failed(&'a str),
}

/// How such checks stand, as far as an output says so. Only the first run counts of one that `lists` runs.
pub(crate) fn run_state(output: &str, lists: bool) -> Option<RunState<'_>> {
    let mut said: Vec<(RunReport, Option<&str>, &str)> = Vec::new();
    for line in output.lines() {
        let bare = without_origin(line);
        let begins = || bare.split('\t').next().map(str::trim).filter(|cell| !cell.contains(' ')).and_then(word);
        let running = || begins().filter(|said| lists && *said == RunReport::Running).map(|said| (said, None));
        said.extend(members(bare).map(|found| (found, None, line)));
        if let Some((found, name)) = running().or_else(|| verdict(bare)) {
            // A look that goes on tells of the same checks again.
            said.retain(|(_, known, _)| *known != name);
            said.push((found, name, line));
        }
        if lists && !said.is_empty() {
            said.truncate(1);
            break;
        }
    }
    let line_of = |what: RunReport| said.iter().find(|(found, _, _)| *found == what).map(|(_, _, line)| *line);
    // One may fail and be let pass.
    let last_passed = said.last()?.0 == RunReport::Passed;
    let failed = line_of(RunReport::Failed).filter(|_| !last_passed).map(RunState::Failed);
    Some(line_of(RunReport::Running).map(RunState::Open).or(failed).unwrap_or(RunState::Ended))
}

/// How such checks came out, as far as the output says so. An exit code of 0 says only that the look went well.
pub(super) fn read(line: &CommandLine, output: &str) -> CheckOutcome {
    let mut said: Vec<(RunReport, Option<String>)> = Vec::new();
    let mut plain = String::with_capacity(output.len());
    checks::each_line(output, |line| {
        let line = without_origin(line);
        plain.push_str(line);
        plain.push('\n');
        said.extend(members(line).map(|found| (found, None)));
        if let Some((found, name)) = verdict(line) {
            // A look that goes on tells of the same check again.
            said.retain(|(_, known)| name.is_none() || known.as_deref() != name);
            said.push((found, name.map(str::to_owned)));
        }
    });
    let missing = if line.cut.of(output) == Cut::Nothing { Truncation::Nothing } else { Truncation::Anything };
    let is_said = |what: RunReport| said.iter().any(|(found, _)| *found == what);
    // Where nothing is said of a check, what failed is what came before the look.
    let is_told = line.effect != Effect::Record || !said.is_empty();
    match checks::read(&plain, missing) {
        failed @ CheckOutcome::Failed { .. }
            if is_told && said.last().is_none_or(|(last, _)| *last != RunReport::Passed) =>
        {
            failed
        }
        _ if is_said(RunReport::Failed) => {
            let failed = said.into_iter().filter(|(found, _)| *found == RunReport::Failed);
            let mut items: Vec<String> = failed.filter_map(|(_, name)| name).collect();
            items.sort();
            CheckOutcome::Failed { count: None, items }
        }
        _ if is_said(RunReport::Running) => CheckOutcome::Unknown,
        CheckOutcome::Passed => CheckOutcome::Passed,
        _ if is_said(RunReport::Passed) && missing == Truncation::Nothing => CheckOutcome::Passed,
        _ => CheckOutcome::Unknown,
    }
}

/// A line of a log without what stands before each: the job, the step and the time.
fn without_origin(line: &str) -> &str {
    let mut cells = line.splitn(3, '\t');
    let logged = cells.by_ref().nth(2).and_then(|rest| {
        let (time, said) = rest.split_once(' ')?;
        let is_time = time.starts_with(|c: char| c.is_ascii_digit()) && time.contains('T') && time.contains(':');
        is_time.then_some(said)
    });
    logged.unwrap_or(line)
}

/// What the members of an answer in JSON say: `{"conclusion":"success","status":"completed"}`.
fn members(line: &str) -> impl Iterator<Item = RunReport> {
    let marks = |c: char| !c.is_alphanumeric();
    line.split(',').filter_map(move |member| {
        let (name, value) = member.split_once("\":")?;
        let name = name.rsplit('"').next()?;
        has(LABELS, name).then(|| word(value.trim_start_matches(marks))).flatten()
    })
}

/// What a line says of a check, and the check's name.
fn verdict(line: &str) -> Option<(RunReport, Option<&str>)> {
    let line = line.trim();
    if let Some((_, said)) = SENTENCES.iter().find(|(sentence, _)| line.starts_with(sentence)) {
        return Some((*said, None));
    }
    if let Some((_, how)) = line.split_once("completed with '") {
        return Some((word(how)?, None));
    }
    if let Some((mark, said)) = MARKS.iter().find(|(mark, _)| line.starts_with(mark)) {
        let name = line[mark.len()..].split([' ', '\t']).next();
        return Some((*said, name));
    }
    if let Some((said, name)) = line.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        let name = name.split('\t').nth(1).or_else(|| name.split_whitespace().last());
        return Some((word(said)?, name));
    }
    let mut cells = line.split('\t').map(str::trim);
    if let (Some(name), Some(said)) = (cells.next(), cells.next()) {
        return Some((word(said)?, Some(name)));
    }
    if !line.contains([' ', ':']) {
        return word(line).map(|said| (said, None));
    }
    let (label, said) = line.split_once(':')?;
    let is_label = label.split_whitespace().last().is_some_and(|last| has(LABELS, &last.to_lowercase()));
    (is_label && label.len() < 40).then(|| word(said)).flatten().map(|said| (said, None))
}

/// What the first word of a text says.
fn word(text: &str) -> Option<RunReport> {
    let word = text.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next()?.to_lowercase();
    let said = [(FAILED, RunReport::Failed), (PASSED, RunReport::Passed), (RUNNING, RunReport::Running)];
    said.into_iter().find(|(table, _)| has(table, &word)).map(|(_, said)| said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::call::shell;

    #[test]
    fn looks_at_runs() {
        for (command, expected) in [
            ("gh run watch 17 --exit-status; gh run view 17 --log-failed | tail -9", true),
            ("gh pr checks 7 --watch", true),
            ("gh run rerun 17 --failed && sleep 20 && gh run watch 17 --exit-status | tail -5", true),
            ("glab ci retry 31 && glab ci status --live", true),
            ("git push origin fix && gh pr checks --watch", true),
            ("gh run view 17; gh run rerun 17", false),
            ("gh pr merge 7 && gh run view 17", false),
            ("glab ci status --live", true),
            ("sleep 60 && tkn pipelinerun logs web-run-7", true),
            ("az pipelines runs show --id 7", true),
            ("gh run list --limit 5", false),
            ("gh run view 17 --log", false),
            ("gh pr view 7", false),
            ("gh run rerun 17", false),
            ("cat ci.log", false),
            ("kubectl get jobs", false),
            ("git log --oneline ci", false),
            ("npm run build", false),
        ] {
            assert_eq!(is_look(&shell::read(command), command), expected, "{command}");
        }
    }

    #[test]
    fn a_push_that_fails_is_no_check() {
        let line = "git push && gh run watch 7";
        let output = " ! [rejected] main -> main (fetch first)\nerror: failed to push some refs to 'x'\n";
        assert_eq!(read(&shell::read(line), output), CheckOutcome::Unknown);
        let failed = read(&shell::read(line), "X main CI · 7\nX test in 9s (ID 1)\n");
        assert!(matches!(failed, CheckOutcome::Failed { .. }));
    }

    #[test]
    fn what_runs_on() {
        let lines = "lint\tpass\t41s\ntest\tpending\t0\n";
        assert_eq!(run_state(lines, false), Some(RunState::Open("test\tpending\t0")));
        for (output, lists, open) in [
            ("(running) • 01m12s\tunit\n(created)\tdeploy\n", false, Some(true)),
            ("[{\"conclusion\":\"\",\"status\":\"in_progress\"}]", true, Some(true)),
            ("in_progress\t\tRaise it\tCI\tmain\tpush\t7\n", true, Some(true)),
            ("completed\tsuccess\tRaise it\tCI\nqueued\t\tOlder\tCI\n", true, Some(false)),
            ("lint\tpending\t0\nlint\tpass\t9s\n", false, Some(false)),
            ("Some checks are still pending\nAll checks were successful\n", false, Some(false)),
            ("no checks reported\n", false, None),
        ] {
            let found = run_state(output, lists).map(|found| found != RunState::Ended);
            assert_eq!(found, open, "{output}");
        }
        for (output, lists, line) in [
            ("Run CI (7) has already completed with 'failure'\n", false, 0),
            ("STATUS  TITLE  WORKFLOW\nX       Raise  CI  main  push  7\n✓       Older  CI  main  push  6\n", true, 1),
            ("completed\tfailure\tRaise\tCI\ncompleted\tsuccess\tOlder\tCI\n", true, 0),
            ("[{\"conclusion\":\"failure\",\"status\":\"completed\"}]", true, 0),
            ("{\"state\":\"failure\",\"statuses\":[{\"context\":\"test\"}]}", false, 0),
        ] {
            assert_eq!(run_state(output, lists), output.lines().nth(line).map(RunState::Failed), "{output}");
        }
        for (command, expected) in [
            ("gh pr checks", Some(false)),
            ("sleep 60; glab ci status", Some(false)),
            ("gh run list -L1 --json status,conclusion", Some(true)),
            ("az pipelines runs list", Some(true)),
            ("gh run view 17 --log", None),
            ("kubectl get jobs", None),
            ("git push", None),
        ] {
            assert_eq!(asks(&shell::read(command), command), expected, "{command}");
        }
    }

    fn of(output: &str) -> Option<bool> {
        match read(&shell::read("gh run view 7"), output) {
            CheckOutcome::Passed => Some(true),
            CheckOutcome::Failed { .. } => Some(false),
            CheckOutcome::Empty | CheckOutcome::Unknown => None,
        }
    }

    #[test]
    fn reads_how_they_came_out() {
        for (output, expected) in [
            ("✓ main CI · 7\nTriggered via push\n\nJOBS\n✓ build in 41s (ID 1)\n  ✓ Set up job\n", Some(true)),
            (
                "* main CI · 7\n* test (ID 2)\n✓ main CI · 7\n✓ test in 41s (ID 2)\n✓ Run CI (7) completed with 'success'\n",
                Some(true),
            ),
            ("X main CI · 7\n\nJOBS\nX test in 2m (ID 1)\n  ✓ Set up job\n  X Run tests\n", Some(false)),
            ("* main CI · 7\n\nJOBS\n✓ lint in 9s\n* test (ID 2)\n", None),
            ("lint\tpass\t9s\thttps://ci/1\ntest\tpending\t0\thttps://ci/2\n", None),
            ("lint\tpass\t9s\thttps://ci/1\ntest\tfail\t2m\thttps://ci/2\n", Some(false)),
            ("All checks were successful\n0 failing, 2 successful, 0 skipped, and 0 pending checks\n", Some(true)),
            (
                "Some checks were not successful\n1 failing, 1 successful, 0 skipped, and 0 pending checks\n",
                Some(false),
            ),
            ("Run CI (7) has already completed with 'success'\n", Some(true)),
            ("* main CI · 7\n* test\nX Run CI (7) completed with 'failure'\n", Some(false)),
            ("(success) • 01m 10s\ttest\thttps\n\nhttps://x\nPipeline state: success\n", Some(true)),
            ("(failed) • 01m 10s\ttest\thttps\nPipeline state: failed\n", Some(false)),
            ("test\tRun\t2026-01-02T03:04:05.6Z FAILED tests/test_a.py::test_b - assert 1 == 2\n", Some(false)),
            ("{\"conclusion\":\"success\",\"status\":\"completed\"}\n", Some(true)),
            ("{\"conclusion\":\"\",\"status\":\"in_progress\"}\n", None),
            ("[{\"bucket\": \"pass\", \"name\": \"a\"}, {\"bucket\": \"fail\", \"name\": \"b\"}]\n", Some(false)),
            ("success\n", Some(true)),
            ("could not find any workflow run\n", None),
            ("", None),
        ] {
            assert_eq!(of(output), expected, "{output}");
        }
    }
}

//! Reads the runs of a build server that are told together with the commits that they are about.

use crate::detect::call::Call;
use crate::detect::call::checks::CheckOutcome;
use crate::detect::call::classify::CallKind;
use crate::detect::text::wait_signs::has_word;
use crate::wire::part::ToolState;
use crate::wire::text;
use serde_json::{Map, Value};

/// A longer answer is not read, in bytes, and how deep runs are looked for.
const LONGEST: usize = 256 * 1024;
const DEPTH: usize = 5;
/// The shortest name of a commit that may be the beginning of a longer one.
const SHORT: usize = 7;
/// Clients of hosts that run checks, and words in the names of tools that ask them.
const CLIENTS: [&str; 6] = ["gh ", "glab ", "tea ", "az ", "curl ", "bkt "];
const ASKS: [&str; 13] = [
    "workflow",
    "workflows",
    "run",
    "runs",
    "pipeline",
    "pipelines",
    "check",
    "checks",
    "ci",
    "status",
    "statuses",
    "actions",
    "build",
];
/// Names of members, in small letters without the marks between their words: the commit of a run, and how it ended.
const COMMITS: [&str; 5] = ["headsha", "sha", "commitsha", "headcommit", "commit"];
const STATES: [&str; 3] = ["status", "state", "result"];
const PASSED: [&str; 4] = ["success", "passed", "succeeded", "successful"];
const FAILED: [&str; 6] = ["failure", "failed", "error", "timed_out", "startup_failure", "action_required"];
const ASIDE: [&str; 3] = ["skipped", "neutral", "manual"];
/// What chooses the runs of one commit, and how the last commit is named.
const CHOOSES: [&str; 3] = [" -c ", " --commit ", " --commit="];
const LAST: [&str; 3] = ["$(git rev-parse HEAD)", "$(git rev-parse --short HEAD)", "$(git log -1 --format=%H)"];

/// What a run is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Commit {
    /// The last one of the work tree.
    Last,
    Named(String),
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Conclusion {
    Passed,
    Failed,
    /// It was left out.
    Aside,
    /// It has not ended, as far as is known.
    Open,
}

/// Runs, each with its commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CiRuns(Vec<(Commit, Conclusion)>);

impl CiRuns {
    /// The runs that a call shows; `None` if it shows none of which the commit is known.
    pub(super) fn read(call: &Call, state: Option<&ToolState<'_>>) -> Option<Self> {
        let command = call.input.command.as_deref().unwrap_or_default();
        let asks = match &call.line {
            Some(_) => CLIENTS.iter().any(|client| command.contains(client)),
            None => matches!(call.kind, CallKind::Observe | CallKind::Unknown) && has_word(&call.tool, &ASKS),
        };
        let output = state.filter(|_| asks && !call.failed())?.output?;
        let source = output.get();
        let is_told = source.contains("status") || source.contains("state") || source.contains("conclusion");
        if source.len() > LONGEST || !is_told {
            return None;
        }
        Self::of(&text::decode(output), chosen(command))
    }

    /// `chosen` is the commit that was asked for.
    fn of(output: &str, chosen: Option<Commit>) -> Option<Self> {
        let output = output.trim();
        if !output.starts_with(['{', '[']) {
            return None;
        }
        // What is no JSON is read as text, elsewhere.
        let value: Value = serde_json::from_str(output).ok()?;
        let mut runs = Vec::new();
        collect(&value, chosen.as_ref(), DEPTH, &mut runs);
        (!runs.is_empty()).then_some(Self(runs))
    }

    /// How those came out that are about the commit that was pushed; `None` if none is, or nobody can tell.
    pub(super) fn outcome(&self, pushed: Option<&str>) -> Option<CheckOutcome> {
        let is_it = |commit: &Commit| match commit {
            Commit::Last => true,
            Commit::Named(name) => pushed.is_some_and(|pushed| is_same(name, pushed)),
        };
        let ends: Vec<Conclusion> = self.0.iter().filter(|(commit, _)| is_it(commit)).map(|(_, end)| *end).collect();
        if ends.contains(&Conclusion::Failed) {
            Some(CheckOutcome::Failed { count: None, items: Vec::new() })
        } else {
            (ends.contains(&Conclusion::Passed) && !ends.contains(&Conclusion::Open)).then_some(CheckOutcome::Passed)
        }
    }
}

/// The commit whose runs a command asks for.
fn chosen(command: &str) -> Option<Commit> {
    let rest = CHOOSES.iter().find_map(|option| command.split_once(option))?.1;
    let rest = rest.trim_start_matches(['"', '\'', ' ']);
    if LAST.iter().any(|last| rest.starts_with(last)) {
        return Some(Commit::Last);
    }
    let name: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    (name.len() >= SHORT).then_some(Commit::Named(name))
}

fn collect(value: &Value, commit: Option<&Commit>, depth: usize, runs: &mut Vec<(Commit, Conclusion)>) {
    if depth == 0 {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, commit, depth - 1, runs)),
        Value::Object(members) => {
            let own = own_commit(members);
            let commit = own.as_ref().or(commit);
            match (commit, end(members)) {
                // Its parts may fail and be let pass.
                (Some(commit), Some(end)) => runs.push((commit.clone(), end)),
                _ => members.values().for_each(|value| collect(value, commit, depth - 1, runs)),
            }
        }
        _ => {}
    }
}

/// The first member of one of these names, told in small letters without marks.
fn member<'a>(members: &'a Map<String, Value>, names: &[&str]) -> Option<&'a Value> {
    let plain = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    members.iter().find(|(name, _)| names.contains(&&*plain(name))).map(|(_, value)| value)
}

fn own_commit(members: &Map<String, Value>) -> Option<Commit> {
    let name = match member(members, &COMMITS)? {
        Value::Object(commit) => member(commit, &["sha", "id", "oid"])?.as_str()?,
        value => value.as_str()?,
    };
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_name.then(|| Commit::Named(name.to_owned()))
}

/// How a run ended; `None` if an object says nothing of one.
fn end(members: &Map<String, Value>) -> Option<Conclusion> {
    let word = |names: &[&str]| member(members, names).and_then(Value::as_str).map(str::to_ascii_lowercase);
    let status = word(&STATES);
    let conclusion = word(&["conclusion"]).filter(|word| !word.is_empty());
    let Some(said) = conclusion.or(status) else { return member(members, &["conclusion"]).map(|_| Conclusion::Open) };
    let is = |table: &[&str]| table.contains(&&*said);
    Some(match () {
        () if is(&PASSED) => Conclusion::Passed,
        () if is(&FAILED) => Conclusion::Failed,
        () if is(&ASIDE) => Conclusion::Aside,
        () => Conclusion::Open,
    })
}

/// Whether two names are those of one commit: the shorter may be cut.
fn is_same(one: &str, other: &str) -> bool {
    let (long, short) = if one.len() < other.len() { (other, one) } else { (one, other) };
    long.eq_ignore_ascii_case(short)
        || short.len() >= SHORT && long.get(..short.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(short))
}

/// The commit that a call says it made or pushed: `1a2b3c4..9f8e7d6  main -> main`, `[main 9f8e7d6] Raise it`.
pub(super) fn made_commit(said: &str) -> Option<String> {
    let is_name = |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let pushed = |line: &str| {
        let (range, _) = line.split_once(" -> ")?;
        let new = range.split_ascii_whitespace().find_map(|word| word.split_once(".."))?.1.trim_start_matches('.');
        Some(new).filter(is_name).map(str::to_owned)
    };
    let committed = |line: &str| {
        let (head, _) = line.strip_prefix('[')?.split_once("] ")?;
        head.rsplit(' ').next().filter(is_name).filter(|name| name.len() >= SHORT).map(str::to_owned)
    };
    said.lines().rev().find_map(pushed).or_else(|| said.lines().rev().find_map(committed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_the_pushed_commit() {
        let passed = Some(true);
        for (command, output, expected) in [
            ("", r#"{"id":7,"status":"completed","conclusion":"success","head_sha":"9f8e7d6a1b"}"#, passed),
            ("", r#"{"workflow_runs":[{"head_sha":"9f8e7d6","status":"completed","conclusion":"success"}]}"#, passed),
            ("", r#"{"sha":"9f8e7d6","status":"success","web_url":"https://x"}"#, passed),
            (
                "gh run list -c $(git rev-parse HEAD) --json x",
                r#"[{"status":"completed","conclusion":"success"}]"#,
                passed,
            ),
            ("gh run list --commit 9f8e7d6 --json x", r#"[{"status":"completed","conclusion":"success"}]"#, passed),
            (
                "",
                r#"[{"headSha":"9f8e7d6","conclusion":"success"},{"headSha":"1a2b3c4","conclusion":"failure"}]"#,
                passed,
            ),
            (
                "",
                r#"[{"headSha":"9f8e7d6","conclusion":"success"},{"headSha":"9f8e7d6","conclusion":"failure"}]"#,
                Some(false),
            ),
            ("", r#"[{"headSha":"9f8e7d6","conclusion":"success"},{"headSha":"9f8e7d6","conclusion":""}]"#, None),
            ("", r#"[{"headSha":"9f8e7d6","conclusion":"","status":"in_progress"}]"#, None),
            ("", r#"[{"headSha":"1a2b3c4","conclusion":"success","status":"completed"}]"#, None),
            ("gh run list -c 1a2b3c4 --json x", r#"[{"conclusion":"success"}]"#, None),
            ("gh run list -L1 --json x", r#"[{"conclusion":"success","status":"completed"}]"#, None),
            ("gh run list -c $SHA --json x", r#"[{"conclusion":"success"}]"#, None),
        ] {
            let runs = CiRuns::of(output, chosen(command));
            let found = runs.and_then(|runs| runs.outcome(Some("9f8e7d6"))).map(|said| said == CheckOutcome::Passed);
            assert_eq!(found, expected, "{command}: {output}");
        }
    }

    #[test]
    fn names_of_commits() {
        for (said, expected) in [
            ("To github.com:a/b\n   1a2b3c4..9f8e7d6  main -> main", Some("9f8e7d6")),
            ("[main 5c5c5c5] x\n 1 file changed\n + 1a2b3c4...9f8e7d6 main -> main (forced update)", Some("9f8e7d6")),
            ("[next 5c5c5c5] Raise it\n * [new branch]      next -> next", Some("5c5c5c5")),
            ("[main (root-commit) 5c5c5c5] Raise it", Some("5c5c5c5")),
            ("Everything up-to-date", None),
            ("[info 1] a", None),
        ] {
            assert_eq!(made_commit(said).as_deref(), expected, "{said}");
        }
    }
}

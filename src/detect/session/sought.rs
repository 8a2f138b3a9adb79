//! Tracks what looks found that could have shown that there is something to do: files without a line, rows that differ,
//! packages that are outdated.

use super::check_kind::{CheckKind, kind_of};
use super::request::UserRequest;
use crate::detect::call::Call;
use crate::detect::call::checks::CheckOutcome;
use crate::detect::call::classify::CallKind;
use crate::detect::call::shell::{CheckRun, SimpleCommand, commands, looks_at_files};
use crate::detect::hash;
use crate::detect::text::head_and_tail::tail;
use crate::detect::text::phrases::{Phrases, fold};
use crate::detect::text::wait_signs::has_word;
use crate::wire::part::ToolState;
use crate::wire::text;

/// How much of the end of an output is read, in bytes.
const OUTPUT: usize = 4 * 1024;
/// How many looks are remembered.
const LOOKS: usize = 16;
/// The exit code of programs that search and find nothing, or compare and find a difference.
const NOTHING: i64 = 1;
/// Programs that print what they find, and nothing if there is nothing.
#[rustfmt::skip]
const SEEKERS: [&str; 26] = [
    "grep", "egrep", "fgrep", "rg", "ag", "ack", "find", "fd", "fdfind", "comm", "diff", "cmp", "jq", "yq", "awk", "gawk", "xmllint", "psql", "mysql", "sqlite3", "gofmt", "goimports",
    "ast-grep", "semgrep", "Select-String", "fdupes",
];
/// Those whose finds are what is missing, or differs.
const COMPARING: [&str; 5] = ["comm", "diff", "cmp", "gofmt", "goimports"];
/// Options by which others of them list what is missing.
const MISSING: [&str; 4] = ["-L", "--files-without-match", "-empty", "--files-without-matches"];
/// The subcommand of package managers that lists what is not up to date.
const OUTDATED: [&str; 2] = ["outdated", "--outdated"];
/// Programs that sum up what comes out of a pipe.
const COUNTING: &str = "wc";
/// Words in the names of tools that search.
const SEARCHES: [&str; 6] = ["grep", "search", "find", "glob", "query", "lookup"];
/// What programs say that found nothing to do.
#[rustfmt::skip]
static NONE: Phrases = Phrases::new(&[
    "no changes|no differences|no difference|up to date|up-to-date|already satisfied|already installed|already formatted|nothing to do|nothing to update|nothing to upgrade|nothing to fix|nothing to format|nothing to migrate|nothing to change|nothing to be done|nothing found|none found|left unchanged|in sync|identical|no drift|no updates|no upgrades|no outdated|no unused|no duplicates|no missing|found 0",
    "0 results|0 matches|no matches|no match|no results|no files found|no pending|no migrations to apply|no schema changes|0 rows|no rows|empty set|match the latest|changed=0|0 to add, 0 to change, 0 to destroy|no issues|no problems|no offenses|no violations|no vulnerabilities|no warnings|no errors",
]);
/// Words of a request that a linter, a compiler or a test run can answer.
#[rustfmt::skip]
const ABOUT_CHECKS: [&str; 32] = [
    "format", "lint", "style", "type", "warning", "error", "compil", "build", "deprecat", "complain", "finding", "violation", "fehler", "warnung", "formatier", "avertissement", "erreur",
    "advertencia", "aviso", "errore", "avvis", "ошибк", "предупрежд", "ostrzeż", "błęd", "格式", "警告", "错误", "エラー", "整形", "경고", "오류",
];
/// And those that only a test run can.
const ABOUT_TESTS: [&str; 12] =
    ["test", "spec", "fail", "flak", "red", "green", "suite", "prueba", "teste", "тест", "测试", "テスト"];

/// What one look found.
#[derive(Debug, Clone)]
pub(super) struct Sought {
    /// Equal for looks by the same program for the same kind of thing.
    key: u64,
    /// Whether it found anything.
    found: bool,
    /// Whether what it finds is to be worked on, whatever was asked for.
    of_missing: bool,
    /// The check that it is, by its name, and whether that runs tests.
    check: Option<(String, bool)>,
}

impl Sought {
    /// What a call found; `None` if it did not look for anything, or failed at it.
    pub(super) fn read(call: &Call, state: Option<&ToolState<'_>>) -> Option<Self> {
        let line = call.line.as_ref();
        if let Some(check) = line.and_then(|line| line.checks.first()) {
            return Self::of_check(check, call.check.as_ref()?);
        }
        let is_over = call.exit.is_none_or(|code| matches!(code, 0 | NOTHING));
        if call.denied || call.still_runs || !is_over || call.failed() {
            return None;
        }
        let output = text::decode(state?.output?);
        let said = tail(output.trim(), OUTPUT);
        if line.is_some() {
            let command = call.input.command.as_deref()?;
            let looked = Self::of_line(&commands(command), said);
            // What several commands print may be that of any.
            return looked.filter(|look| !look.found || !command.contains([';', '\n']));
        }
        let searches = call.kind == CallKind::Observe && has_word(&call.tool, &SEARCHES);
        searches.then(|| Self::new(&call.tool, !(is_empty(said) || says_none(said)), false))
    }

    fn new(program: &str, found: bool, of_missing: bool) -> Self {
        let key = hash::join(hash::of(program), u64::from(of_missing));
        Self { key, found, of_missing, check: None }
    }

    fn of_check(check: &CheckRun, outcome: &CheckOutcome) -> Option<Self> {
        let found = match outcome {
            CheckOutcome::Passed => false,
            CheckOutcome::Failed { .. } => true,
            CheckOutcome::Empty | CheckOutcome::Unknown => return None,
        };
        let name = check.name.split(' ').next().unwrap_or_default().to_lowercase();
        let look = Self::new(&check.name, found, true);
        Some(Self { check: Some((name, kind_of(check) != CheckKind::Code)), ..look })
    }

    fn of_line(listed: &[SimpleCommand], said: &str) -> Option<Self> {
        if let Some(seeker) = listed.iter().rev().find(|command| seeks(command)) {
            let counts = listed.last().is_some_and(|last| last.program() == COUNTING);
            let found = !(is_empty(said) || counts && said == "0" || says_none(said));
            // How many there are in each file says nothing of any other.
            let is_count = seeker.arguments().iter().any(|word| word == "-c" || word == "--count");
            return (!found || !is_count).then(|| Self::new(seeker.program(), found, lists_missing(seeker)));
        }
        let first = listed.iter().find(|command| command.program() != "cd")?;
        // What stands in a file, or what Git says of the work tree, is about something else.
        let is_own = !looks_at_files(first.program()) && !matches!(first.program(), "git" | "echo" | "printf" | "");
        (is_own && says_none(said)).then(|| Self::new(first.program(), false, false))
    }

    /// Whether it could have shown what the request is about.
    fn is_about(&self, request: &UserRequest) -> bool {
        self.check.as_ref().is_none_or(|(name, runs_tests)| {
            request.names(&[name]) || request.names(if *runs_tests { &ABOUT_TESTS } else { &ABOUT_CHECKS })
        })
    }
}

fn seeks(command: &SimpleCommand) -> bool {
    let is_git_search = || command.program() == "git" && command.arguments().iter().any(|word| word == "grep");
    SEEKERS.contains(&command.program()) || is_git_search() || lists_outdated(command)
}

fn lists_outdated(command: &SimpleCommand) -> bool {
    command.arguments().iter().take(2).any(|word| OUTDATED.contains(&word.as_str()))
}

/// Whether what a command lists is missing, or differs.
fn lists_missing(command: &SimpleCommand) -> bool {
    let is_short = |word: &str| {
        word.starts_with('-') && !word.starts_with("--") && word.contains('L') && command.program().ends_with("grep")
    };
    COMPARING.contains(&command.program())
        || lists_outdated(command)
        || command.arguments().iter().any(|word| MISSING.contains(&word.as_str()) || is_short(word))
}

fn is_empty(said: &str) -> bool {
    matches!(said, "" | "(no output)" | "[]" | "{}")
}

fn says_none(said: &str) -> bool {
    NONE.is_in(&fold(said))
}

/// What the looks for one request found.
#[derive(Debug, Default)]
pub(super) struct Looks(Vec<Sought>);

impl Looks {
    /// Records a look, which counts instead of an earlier one of its kind.
    pub(super) fn record(&mut self, sought: &Sought) {
        self.0.retain(|old| old.key != sought.key);
        if self.0.len() < LOOKS {
            self.0.push(sought.clone());
        }
    }

    /// Whether a look shows that there was nothing to do, and none that there was.
    pub(super) fn show_nothing(&self, request: &UserRequest) -> bool {
        let shows_work = |look: &Sought| look.found && look.of_missing && look.is_about(request);
        !self.0.iter().any(shows_work) && self.0.iter().any(|look| !look.found && look.is_about(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a line found, and whether that is missing.
    fn of(command: &str, output: &str) -> Option<(bool, bool)> {
        Sought::of_line(&commands(command), output).map(|sought| (sought.found, sought.of_missing))
    }

    #[test]
    fn looks_tell_what_they_found() {
        for (command, output, expected) in [
            ("rg --files-without-match 'use strict' src", "", Some((false, true))),
            ("grep -rL Copyright src | wc -l", "0", Some((false, true))),
            ("grep -rL Copyright src", "src/a.c\nsrc/b.c", Some((true, true))),
            ("fd -e orig . | sort", "", Some((false, false))),
            ("comm -13 a.txt b.txt", "k\n", Some((true, true))),
            ("tofu plan -no-color | tail -3", "No changes. Your infrastructure matches.", Some((false, false))),
            ("pulumi preview", "Resources:\n    + 2 to create", None),
            ("composer outdated --direct", "", Some((false, true))),
            ("alembic check", "No new upgrade operations detected.\nNothing to migrate", Some((false, false))),
            ("psql -c 'select id from a where b is null'", " id\n----\n(0 rows)", Some((false, false))),
            ("grep -c x a.c b.c", "a.c:1\nb.c:1", None),
            ("git status", "Your branch is up to date with 'origin/main'.", None),
            ("cat CHANGELOG.md", "no changes", None),
            ("ls", "", None),
        ] {
            assert_eq!(of(command, output), expected, "{command}");
        }
    }

    #[test]
    fn a_later_look_and_what_is_missing_decide() {
        let request = UserRequest::read("Add a header where it is missing.");
        let looks = |lines: &[(&str, &str)]| {
            let mut looks = Looks::default();
            for (command, output) in lines {
                looks.record(&Sought::of_line(&commands(command), output).unwrap());
            }
            looks.show_nothing(&request)
        };
        assert!(looks(&[("rg -n TODO src", "src/a.c:3: TODO"), ("grep -L Header src/a.c", "")]));
        assert!(!looks(&[("fd -e orig", ""), ("grep -L Header src/a.c", "src/a.c")]));
        assert!(!looks(&[("rg -n TODO src", ""), ("rg -n TODO lib", "lib/b.c:1: TODO")]));
        assert!(!looks(&[]));
    }
}

//! Finds checks that were made to pass by changing or bypassing them: skipped, emptied or deleted tests, tautologies,
//! relaxed settings.

mod accepted;
mod bent;
mod commands;
mod emptied;
mod exempted;
mod gutted;
mod policy;
mod relaxed;
mod removed;
mod retried;
mod settings;
mod silenced;
mod skips;
mod weakened;

use super::request::UserRequest;
use crate::detect::call::input::pieces;
use crate::detect::call::shell::{Effect, SimpleCommand, commands as commands_of, may_suppress, suppression};
use crate::wire::{Raw, members, text};
use accepted::accepted;
use bent::bent;
use emptied::emptied;
use exempted::exempted;
use gutted::gutted;
pub(crate) use policy::ChecksBefore;
use policy::TamperKind;
use relaxed::{relaxed, set};
use removed::removed;
use retried::retried;
use settings::{is_of_check, is_of_tests, is_settings};
use silenced::{excluded, silenced};
pub(super) use skips::is_test_file;
use skips::{Counts, is_test_code, occurrences};
use weakened::weakened;

/// How many are remembered, and how many test files that were written anew.
const MOST: usize = 8;
const CREATED: usize = 64;
/// What names the retries of a file.
const RETRIES: &str = "retries";
/// What is in every command that takes tests away, or writes what they expect.
#[rustfmt::skip]
const HINTS: [&str; 20] = [
    "create", "touch",
    "rm", "mv", ">", "cp", "tee", "-u", "update", "accept", "promote", "bless", "snapshot", "unlink", "trash", "del ", "Remove-Item", "UPDATE", "BLESS", "ACCEPT",
];

/// What holds whatever the code does.
const TAUTOLOGIES: [&str; 21] = [
    "assert True",
    "assert 1 == 1",
    "assert true",
    "assert!(true)",
    "assert_eq!(1, 1)",
    "assert_eq!(true, true)",
    "assertTrue(True)",
    "assertTrue(true)",
    "assertEqual(1, 1)",
    "expect(true).toBe(true)",
    "expect(true).toBeTruthy()",
    "expect(1).toBe(1)",
    "expect(true).to.be.true",
    "Assert.True(true)",
    "Assert.IsTrue(true)",
    "XCTAssertTrue(true)",
    "assert.ok(true)",
    "expect_true(TRUE)",
    "succeed()",
    "ok(1)",
    "ok(1,",
];
/// One way in which a check was made to pass.
#[derive(Debug, Clone)]
struct Tamper {
    how: TamperKind,
    /// The marker that an edit brought in, and the file.
    marker: String,
    file: String,
    fact: String,
    /// The new value of a setting, if it is a number.
    value: Option<String>,
    /// Whether it changed what was there, so that nobody can take it for a test that is still to be written.
    replaces: bool,
    /// Whether a person would want to know of it at once.
    grave: bool,
    /// Whether it counts only where the answer does not tell of it.
    untold: bool,
}

impl Tamper {
    fn new(how: TamperKind, marker: &str, file: &str, fact: String) -> Self {
        Self {
            how,
            marker: marker.to_owned(),
            file: file.to_owned(),
            fact,
            value: None,
            replaces: true,
            grave: false,
            untold: false,
        }
    }
}

/// The ways in which checks were made to pass.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tampering {
    found: Vec<Tamper>,
    /// The file and the markers that an edit took out.
    undone: Vec<(String, String)>,
    /// The test files that were written anew: whoever made one may take it away.
    created: Vec<String>,
}

impl Tampering {
    /// Those of a command line; `skipped_hooks` says in a sentence each how it keeps hooks from running.
    pub(crate) fn of_line(skipped_hooks: Vec<String>, command: &str) -> Self {
        let unverified = |fact| Tamper { replaces: false, ..Tamper::new(TamperKind::Unverified, "", "", fact) };
        let mut found: Vec<Tamper> = skipped_hooks.into_iter().map(unverified).collect();
        let mut created = Vec::new();
        // Most lines have none of these, and are spared a second reading.
        if HINTS.iter().any(|hint| command.contains(hint)) {
            for command in commands_of(command) {
                found.extend(removed(&command).map(|(file, fact)| Tamper::new(TamperKind::Deleted, "", &file, fact)));
                found.extend(accepted(&command).map(|fact| Tamper::new(TamperKind::Accepted, "", "", fact)));
                let makes = command.words.first().is_some_and(|program| matches!(program.as_str(), "create" | "touch"));
                created.extend(command.words.iter().skip(1).filter(|file| makes && is_test_file(file)).cloned());
                created.extend(command.writes.into_iter().filter(|file| is_test_file(file)));
            }
        }
        Self { found, undone: Vec::new(), created }
    }

    /// Reads what the commands of a line edit, and what they have a checker accept.
    pub(crate) fn read_commands(&mut self, command: &str) {
        // Most lines have none of these, and are spared a second reading.
        let edits = commands::HINTS.iter().any(|hint| command.contains(hint));
        if !edits && !may_suppress(command) {
            return;
        }
        for command in commands_of(command) {
            self.found.extend(suppressed(&command));
            for edit in commands::edits(&command) {
                let before = self.found.len();
                if edit.is_appended() {
                    self.compare(&edit.file, None, &edit.new);
                    self.compare_checks(&edit.file, "", &edit.new);
                } else {
                    self.compare(&edit.file, Some(&edit.old), &edit.new);
                }
                if edit.is_pattern && self.found.len() == before && is_settings(&edit.file) {
                    self.found
                        .extend(set(&edit.file, &edit.new).map(|found| of_setting(TamperKind::Set, &edit.file, found)));
                }
            }
        }
    }

    /// Reads an edit; `file` is what it works on, unless it is a patch, which says so itself.
    pub(crate) fn read_edit(&mut self, file: Option<&str>, input: Option<Raw<'_>>) {
        self.read_patch(input);
        for piece in pieces(&input.and_then(members).unwrap_or_default(), file) {
            self.compare(&piece.file, piece.old.as_deref(), &piece.new);
        }
    }

    /// Reads which test files a patch deletes.
    fn read_patch(&mut self, input: Option<Raw<'_>>) {
        const DELETES: &str = "*** Delete File: ";
        let Some(input) =
            input.filter(|input| memchr::memmem::find(input.get().as_bytes(), DELETES.as_bytes()).is_some())
        else {
            return;
        };
        let source = text::unescaped(input.get());
        for file in source.lines().filter_map(|line| line.split_once(DELETES)).map(|(_, file)| file.trim()) {
            if is_test_file(file) && self.found.len() < MOST {
                let fact = format!("the test file {file} was deleted");
                self.found.push(Tamper::new(TamperKind::Deleted, "", file, fact));
            }
        }
    }

    fn compare(&mut self, file: &str, old: Option<&str>, new: &str) {
        let before = old.unwrap_or_default();
        if is_test_file(file) || is_test_code(file, before) || is_test_code(file, new) {
            let skipped = (skips::counts(file, before), skips::counts(file, new));
            self.count((TamperKind::Skip, "skips a test"), file, skipped, old.is_some());
            let focused = (skips::focused(file, before), skips::focused(file, new));
            self.count((TamperKind::Focused, "keeps the other tests from running"), file, focused, old.is_some());
        }
        if is_test_file(file) {
            let counts = |text: &str| -> Counts {
                TAUTOLOGIES.into_iter().map(|marker| (marker, occurrences(text, marker).count())).collect()
            };
            let tautology = (TamperKind::Tautology, "holds whatever the code does");
            self.count(tautology, file, (counts(before), counts(new)), old.is_some());
            if old.is_none() {
                self.created.push(file.to_owned());
            }
        }
        let in_tests = is_test_file(file) || is_test_code(file, before);
        if let Some(what) = Some(before).filter(|_| in_tests).and_then(|before| emptied(file, before, new)) {
            self.found.push(Tamper::new(TamperKind::Emptied, "", file, format!("{what} taken out of {file}")));
        } else if let Some(fact) = old.filter(|_| in_tests).and_then(|old| weakened(old, new)) {
            self.found.push(Tamper::new(TamperKind::Weakened, "", file, format!("{fact}, in {file}")));
        } else if let Some(bent) = old.filter(|_| in_tests).and_then(|old| bent(old, new)) {
            let fact = format!("{}, in {file}", bent.fact);
            self.found.push(Tamper { value: bent.value, ..Tamper::new(TamperKind::Bent, "", file, fact) });
        }
        if let Some(old) = old {
            self.compare_checks(file, old, new);
        }
        if let Some(old) = old.filter(|_| is_settings(file) && !is_test_file(file) || is_of_tests(file)) {
            let found = relaxed(file, old, new).into_iter().map(|found| of_setting(TamperKind::Relaxed, file, found));
            self.found.extend(found);
            self.undone.extend(relaxed(file, new, old).into_iter().map(|found| (file.to_owned(), found.marker)));
        }
    }

    /// Records what silences a linter, and what tries tests again.
    fn compare_checks(&mut self, file: &str, old: &str, new: &str) {
        if let Some((marker, fact)) = excluded(file, old, new) {
            self.found.push(Tamper::new(TamperKind::Excluded, &marker, file, fact));
        } else if let Some((marker, _)) = excluded(file, new, old) {
            self.undone.push((file.to_owned(), marker));
        }
        if let Some((marker, fact)) = exempted(file, old, new) {
            self.found.push(Tamper::new(TamperKind::Exempted, &marker, file, format!("{fact}, in {file}")));
        } else if let Some((marker, fact)) = silenced(file, old, new) {
            self.found.push(Tamper::new(TamperKind::Silenced, &marker, file, format!("{fact}, in {file}")));
        } else if let Some((marker, _)) = silenced(file, new, old) {
            self.undone.push((file.to_owned(), marker));
        }
        if let Some((marker, what)) = gutted(file, old, new) {
            self.found.push(Tamper::new(
                TamperKind::Gutted,
                marker,
                file,
                format!("{file}, which is the check, {what}"),
            ));
        } else if let Some((marker, _)) = gutted(file, new, old) {
            self.undone.push((file.to_owned(), marker.to_owned()));
        }
        self.undone.extend(exempted(file, new, old).map(|(marker, _)| (file.to_owned(), marker)));
        if is_of_check(file) || is_runner(file) || is_test_file(file) {
            if let Some(fact) = retried(old, new) {
                self.found.push(Tamper::new(TamperKind::Retried, RETRIES, file, format!("{fact}, in {file}")));
            } else if retried(new, old).is_some() {
                self.undone.push((file.to_owned(), RETRIES.to_owned()));
            }
        }
    }

    /// Records the markers that an edit of `file` brings in, and those that it takes out, by how often they are in the
    /// text before and after it.
    fn count(
        &mut self,
        (how, what): (TamperKind, &str),
        file: &str,
        (before, after): (Counts, Counts),
        replaces: bool,
    ) {
        for ((marker, old), (_, new)) in before.into_iter().zip(after) {
            if new > old {
                let fact = format!("`{}` {what} in {file}", marker.trim_end_matches(['(', '"', '\'', ' ', ',']));
                self.found.push(Tamper { replaces, ..Tamper::new(how, marker, file, fact) });
            } else if old > new {
                self.undone.push((file.to_owned(), marker.to_owned()));
            }
        }
    }

    /// Adds those of a later call, made while the checks stand so: without one that fails, a test that goes away is an
    /// ordinary change. What the request names was asked for.
    pub(crate) fn merge(&mut self, later: &Self, standing: ChecksBefore<'_>, request: &UserRequest) {
        self.found.retain(|old| !later.undone.iter().any(|(file, marker)| old.file == *file && old.marker == *marker));
        self.created.extend(later.created.iter().take(CREATED.saturating_sub(self.created.len())).cloned());
        for tamper in &later.found {
            let is_bent = tamper.how == TamperKind::Bent;
            // What is expected now is what the code did.
            let is_other =
                is_bent && tamper.value.as_ref().is_some_and(|value| !standing.said.contains(value.as_str()));
            let own = (is_bent || tamper.how == TamperKind::Deleted)
                && self.created.iter().any(|made| made.ends_with(&tamper.file) || tamper.file.ends_with(made.as_str()));
            let policy = tamper.how.policy();
            let is_asked = policy.is_asked(tamper.value.as_deref(), request);
            let is_red = tamper.how != TamperKind::Gutted || standing.ran_red(&tamper.file);
            if policy.counts(standing, request) && is_red && !own && !is_other && !is_asked && self.found.len() < MOST {
                let grave = policy.is_grave(tamper.replaces, standing, request);
                // The work itself may change what is expected.
                let untold = tamper.how == TamperKind::Accepted && !standing.failed_first
                    || is_bent
                    || tamper.how == TamperKind::Suppressed;
                self.found.push(Tamper { grave, untold, ..tamper.clone() });
            }
        }
    }

    /// Records that code changed that is no test: what a test expects may follow from that.
    pub(crate) fn see_code_change(&mut self) {
        self.found.retain(|tamper| tamper.how != TamperKind::Bent);
    }

    /// Whether there is anything in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty() && self.undone.is_empty() && self.created.is_empty()
    }

    /// Those that a person would want to know of at once, in a sentence each.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = &str> {
        self.found.iter().filter(|tamper| tamper.grave).map(|tamper| tamper.fact.as_str())
    }

    /// Whether what the program prints was taken for what it should print.
    pub(crate) fn accepts(&self) -> bool {
        self.found.iter().any(|tamper| tamper.how == TamperKind::Accepted)
    }

    /// The latest of them in a sentence, whose answer is `text`.
    pub(crate) fn fact(&self, text: &str) -> Option<String> {
        let text = text.to_lowercase();
        let told = EXPECTATIONS.iter().any(|word| text.contains(word));
        self.found.iter().rfind(|tamper| !(tamper.untold && told)).map(|tamper| tamper.fact.clone())
    }
}

/// What tells of an expected output, or of complaints that a checker leaves out, in small letters.
#[rustfmt::skip]
const EXPECTATIONS: [&str; 32] = [
    "snapshot", "golden", "baseline", "expected output", "expectation", "expect test", "fixture", "promote", "bless", "approved", "screenshot", "instantané",
    "instantánea", "эталон", "снимк", "快照", "スナップショット", "noqa", "suppress", "_todo",
    "expect", "assert", "test was", "test is", "the test to", "updated the test", "changed the test", "adjusted the test", "erwart", "attend", "期望", "期待",
];

/// How a command has a checker accept all that it complains of.
fn suppressed(command: &SimpleCommand) -> Option<Tamper> {
    let option = suppression(&command.words).filter(|_| command.effect() == Effect::Mutate)?;
    let fact = format!("`{} {option}` silences all complaints", command.program());
    Some(Tamper::new(TamperKind::Suppressed, "", "", fact))
}

fn of_setting(how: TamperKind, file: &str, found: relaxed::Relaxed) -> Tamper {
    let fact = format!("{}, in {file}", found.fact);
    Tamper { value: found.value, ..Tamper::new(how, &found.marker, file, fact) }
}

/// Whether a file holds the settings of a runner of tests that no word of its name says so of.
fn is_runner(file: &str) -> bool {
    ["playwright", "cypress", "wdio", "mocharc", "karma", "conftest", "codecept"].iter().any(|name| file.contains(name))
}

#[cfg(test)]
mod tests;

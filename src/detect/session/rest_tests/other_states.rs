//! Tests what is checked while the work is not in the files, and work that was taken back.

use super::{Stream, contradictions_of};
use crate::wire::record::Contradiction;
use crate::wire::record::Contradiction::{LastCheckFailed, UncheckedChange};
use serde_json::json;

const PASSED: (&str, &str, i64) = ("pytest -q", "12 passed in 0.4s", 0);
const FAILED: (&str, &str, i64) = ("pytest -q", "FAILED tests/test_a.py::test_b - x\n1 failed, 11 passed in 0.4s", 1);
const EDIT: (&str, &str, i64) = ("edit /p/src/a.py", "", 0);
const COMMIT: (&str, &str, i64) = ("git commit -qam fix", "", 0);

/// What contradicts that these calls did the work.
fn after(calls: &[(&str, &str, i64)]) -> Vec<Contradiction> {
    let steps = |stream: &mut Stream| {
        stream.line("session.updated", &json!({"info": {"id": "s", "directory": "/p"}}));
        for (command, output, exit) in calls {
            match command.strip_prefix("edit ") {
                Some(file) => stream.edit(file),
                None => stream.bash(command, output, *exit),
            }
        }
    };
    contradictions_of("Fix the parser", steps, "It was reverted where it did not help. The parser is right now.")
}

#[test]
fn what_fails_without_the_work_fails_no_longer() {
    let (_, red, _) = FAILED;
    let step = |command: &'static str| (command, "", 0);
    for calls in [
        vec![EDIT, PASSED, ("git stash push -q src/a.py && pytest -q; git stash pop -q", red, 0)],
        vec![EDIT, PASSED, step("git stash"), FAILED, step("git stash pop")],
        vec![
            EDIT,
            PASSED,
            step("git stash -u"),
            step("git checkout main"),
            FAILED,
            step("git checkout -; git stash pop"),
        ],
        vec![
            EDIT,
            PASSED,
            ("git diff > /tmp/a.patch; git apply -R /tmp/a.patch; pytest -q; git apply /tmp/a.patch", red, 0),
        ],
        vec![EDIT, PASSED, COMMIT, step("git checkout -q HEAD~1"), FAILED, step("git checkout -q -")],
        vec![EDIT, PASSED, COMMIT, step("git switch main"), FAILED, step("git switch fix-12")],
        vec![
            EDIT,
            PASSED,
            COMMIT,
            step("git checkout HEAD~1 -- src/a.py"),
            FAILED,
            step("git checkout HEAD -- src/a.py"),
        ],
        vec![EDIT, PASSED, ("git worktree add -q ../base main && cd ../base && pytest -q", red, 1)],
        vec![step("git worktree add /tmp/base HEAD"), ("cd /tmp/base && pytest -q", red, 1), EDIT, PASSED],
    ] {
        assert_eq!(after(&calls), [], "{calls:?}");
    }
}

#[test]
fn what_passes_without_the_work_checks_it_not() {
    let step = |command: &'static str| (command, "", 0);
    for calls in [
        vec![EDIT, step("git stash"), PASSED, step("git stash pop")],
        vec![EDIT, ("git stash -q && pytest -q; git stash pop -q", PASSED.1, 0)],
        vec![EDIT, COMMIT, step("git checkout main"), PASSED, step("git checkout fix-12")],
        vec![EDIT, ("git worktree add -q /tmp/base main && cd /tmp/base && pytest -q", PASSED.1, 0)],
    ] {
        assert_eq!(after(&calls), [UncheckedChange], "{calls:?}");
    }
    for calls in [
        vec![EDIT, FAILED, step("git stash"), PASSED, step("git stash pop")],
        // The work goes on in what was another tree.
        vec![EDIT, COMMIT, step("git checkout main"), EDIT, FAILED, step("git checkout fix-12")],
        vec![EDIT, step("git stash"), step("git stash pop"), FAILED],
        vec![EDIT, ("git worktree add ../next -b next && cd ../next && pytest -q", FAILED.1, 1)],
    ] {
        assert_eq!(after(&calls), [LastCheckFailed], "{calls:?}");
    }
    for calls in [
        vec![EDIT, COMMIT, step("git checkout main && git merge fix-12"), PASSED, step("git checkout fix-12")],
        vec![EDIT, step("git stash"), step("git stash pop"), PASSED],
        vec![EDIT, COMMIT, step("git stash"), PASSED, step("git stash pop")],
    ] {
        assert_eq!(after(&calls), [], "{calls:?}");
    }
}

#[test]
fn what_was_taken_back_has_not_to_be_checked() {
    let undo = |command: &'static str| (command, "Updated 1 path from the index", 0);
    let other = ("edit /p/src/b.py", "", 0);
    for calls in [
        vec![EDIT, undo("git checkout -- src/a.py")],
        vec![EDIT, undo("git restore src/a.py")],
        vec![("sed -i s/a/b/ src/a.py", "", 0), undo("git checkout src/a.py")],
        vec![EDIT, PASSED, other, undo("git checkout -- src/b.py")],
        vec![EDIT, PASSED, COMMIT, other, undo("git checkout -- .")],
    ] {
        assert!(!after(&calls).contains(&UncheckedChange), "{calls:?}");
    }
    for calls in [
        vec![EDIT, other, undo("git checkout -- src/b.py")],
        vec![EDIT, other, PASSED, undo("git checkout -- src/b.py")],
        vec![EDIT, COMMIT, other, undo("git checkout -- src/b.py")],
        vec![EDIT, PASSED, other, undo("git checkout -- src/c.py")],
    ] {
        assert!(after(&calls).contains(&UncheckedChange), "{calls:?}");
    }
}

#[test]
fn a_package_is_known_by_the_manifest_that_was_read() {
    let manifest = |folder: &str| {
        let folder = folder.to_owned();
        move |stream: &mut Stream| {
            stream.line("session.updated", &json!({"info": {"id": "s", "directory": "/p"}}));
            let file = format!("/p/{folder}/package.json");
            stream.call("read", &json!({"filePath": file}), "00001| { \"name\": \"@x/words\" }", 0);
            stream.edit("/p/services/lexer/src/a.ts");
            stream.bash("yarn workspace @x/words test", "Tests:       30 passed, 30 total", 0);
        }
    };
    assert_eq!(contradictions_of("Fix the parser", manifest("services/lexer"), "It is right now."), []);
    let other = contradictions_of("Fix the parser", manifest("services/words"), "It is right now.");
    assert_eq!(other, [UncheckedChange]);
}

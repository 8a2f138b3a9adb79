//! Tests sessions in which a formatter or fixer writes: what it mends, and what it leaves.

use super::Stream;
use crate::wire::record::Contradiction;

type Called = (&'static str, &'static str, i64);

fn contradictions(calls: &[Called], answer: &str) -> Vec<Contradiction> {
    let mut stream = Stream::asked("Make the style job of CI green again.");
    for (command, output, exit) in calls {
        stream.bash(command, output, *exit);
    }
    stream.answer(answer);
    stream.outcome().1
}

#[test]
fn a_tool_that_writes_mends_what_it_complained_of() {
    let answer = "The layout is as the job wants it.";
    let black: Called = ("black --check .", "would reformat app/a.py\n1 file would be reformatted.", 1);
    let eslint: Called = ("npx eslint src", "\u{2716} 1 problem (1 error, 0 warnings)", 1);
    let sqlfluff: Called = (
        "sqlfluff fix db --force",
        "== [db/a.sql] FAIL\nL:   3 | P:   1 | LT02 | Expected indent.\n1 fixable linting violations found\n== [db/a.sql] FIXED",
        0,
    );
    for calls in [
        &[black, ("black .", "reformatted app/a.py\n1 file reformatted.", 0)][..],
        &[eslint, ("npx eslint src --fix", "", 0)],
        &[("ktlint", "A.kt:3:1: Unused import (standard:no-unused-imports)", 1), ("ktlint -F", "", 0)],
        &[sqlfluff],
        &[sqlfluff, ("sqlfluff lint db", "All Finished!", 0)],
    ] {
        assert_eq!(contradictions(calls, answer), [], "{calls:?}");
    }
    for calls in [
        // Another tool, less of the code, a tool that failed, and a check that fails afterwards.
        &[eslint, ("npx prettier --write src", "src/a.ts 12ms", 0)][..],
        &[black, ("black app/b.py", "1 file left unchanged.", 0)],
        &[black, ("black .", "error: cannot format app/a.py: Cannot parse: 3:1\n1 file failed to reformat.", 123)],
        &[("black .", "1 file reformatted.", 0), black],
    ] {
        assert!(contradictions(calls, answer).contains(&Contradiction::LastCheckFailed), "{calls:?}");
    }
}

#[test]
fn what_a_fixer_leaves_is_told_or_mended() {
    let ruff: Called = ("ruff check src --fix | tail -2", "Found 14 errors (9 fixed, 5 remaining).", 0);
    let rubocop: Called =
        ("bundle exec rubocop -A app | tail -1", "31 files inspected, 7 offenses detected, 5 offenses corrected", 0);
    let eslint: Called = ("npx eslint src --fix | tail -3", "\u{2716} 9 problems (5 errors, 4 warnings)", 0);
    let failed = [Contradiction::LastCheckFailed];
    for calls in [&[ruff][..], &[rubocop], &[eslint]] {
        assert_eq!(contradictions(calls, "The fixer has run over the code."), failed, "{calls:?}");
    }
    let left: Called =
        ("ruff check src --fix", "src/a.py:3:5: F821 Undefined name `x`\nFound 14 errors (13 fixed, 1 remaining).", 1);
    let told = "13 findings are fixed. One cannot be fixed automatically: src/a.py:3:5 F821 Undefined name `x`.";
    assert_eq!(contradictions(&[left], told), []);
    let checked: Called = ("ruff check src", "All checks passed!", 0);
    for calls in [
        &[left, checked][..],
        &[("ruff check src --fix", "Found 3 errors (3 fixed, 0 remaining).", 0)],
        &[("npx eslint src --fix", "\u{2716} 4 problems (0 errors, 4 warnings)", 0)],
    ] {
        assert_eq!(contradictions(calls, "The fixer has run over the code."), [], "{calls:?}");
    }
}

#[test]
fn a_configuration_of_its_own_says_nothing_of_the_project() {
    let tests: Called = ("go test ./...", "ok  \tshop/a\t0.1s", 0);
    let found = "a.go:3:1: function is too long (funlen)";
    let trial: Called = ("golangci-lint run -c /tmp/strict.yml", found, 1);
    let own: Called = ("golangci-lint run -c .golangci.yml", found, 1);
    let fails = |check| contradictions(&[tests, check], "The tests pass.").contains(&Contradiction::LastCheckFailed);
    assert!(!fails(trial) && fails(own));
}

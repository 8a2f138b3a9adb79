//! Tests changes that no check is about, checks that nobody could run, and those that look for less than before.

use super::{Stream, contradictions_of};
use crate::detect::Config;
use crate::wire::record::Contradiction;
use crate::wire::record::Contradiction::{AnnouncedMore, CheckUnknown, LastCheckFailed, OpenTodos, UncheckedChange};
use crate::wire::record::Outcome;
use serde_json::json;

const ANSWER: &str = "The parser is right now.";

#[test]
fn comments_need_no_check() {
    let after = |old: &str, new: &str| {
        let edit = json!({"filePath": "/p/state.go", "oldString": old, "newString": new});
        let steps = |stream: &mut Stream| stream.call("edit", &edit, "Edit applied successfully.", 0);
        contradictions_of("Mend the outdated comment in state.go", steps, "The comment is right now.")
    };
    assert_eq!(after("// Old words.\nfunc f() {", "// New words.\nfunc f() {"), []);
    assert_eq!(after("// Old words.\nfunc f() {", "// New words.\nfunc g() {"), [UncheckedChange]);
}

#[test]
fn edits_that_are_taken_back_need_no_check() {
    let edit = |old: &str, new: &str| json!({"filePath": "/p/state.go", "oldString": old, "newString": new});
    let after = |edits: &[serde_json::Value]| {
        let steps = |stream: &mut Stream| {
            stream.edit("/p/state.go");
            stream.bash("go test ./...", "ok  \tx/state\t0.3s", 0);
            for edit in edits {
                stream.call("edit", edit, "Edit applied successfully.", 0);
            }
        };
        contradictions_of("Fix the state and commit in two steps", steps, ANSWER)
    };
    assert!(!after(&[edit("f(1)", "f(2)"), edit("f(2)", "f(1)")]).contains(&UncheckedChange));
    assert!(after(&[edit("f(1)", "f(2)"), edit("f(2)", "f(3)")]).contains(&UncheckedChange));
    assert!(after(&[edit("f(1)", "f(2)"), edit("g", "h"), edit("f(2)", "f(1)")]).contains(&UncheckedChange));
}

#[test]
fn what_the_session_did_not_edit_may_be_restored() {
    let after = |edited: &str, restored: &str| {
        let steps = |stream: &mut Stream| {
            stream.edit(edited);
            stream.bash("go test ./...", "ok  \tx/parser\t0.3s", 0);
            stream.bash(&format!("git checkout -- {restored}"), "", 0);
        };
        contradictions_of("Fix the parser", steps, ANSWER)
    };
    assert_eq!(after("/p/parser/parse.go", "gen/a.go gen/b.go"), []);
    let own: &[Contradiction] = &[UncheckedChange];
    for restored in ["gen/a.go parser/parse.go parser/other.go", "*.go"] {
        let found = after("/p/parser/parse.go", restored);
        assert!(found == own || found.contains(&Contradiction::EmptyDiff), "{restored}: {found:?}");
    }
}

#[test]
fn a_check_that_could_not_run_checks_nothing() {
    let mut stream = Stream::asked("Fix the sorter");
    stream.edit("/p/Sorter.java");
    stream.bash("javac Sorter.java; ls", "bash: javac: command not found\nSorter.java", 0);
    stream.answer(ANSWER);
    stream.idle("s");
    let done = stream.rests_with(Config::default()).pop().unwrap();
    assert_eq!(done.contradictions, [CheckUnknown, UncheckedChange]);
    assert!(done.facts[0].fact.ends_with("could not run"), "{:?}", done.facts);
    assert!(done.facts[1].fact.ends_with("and no check ran"), "{:?}", done.facts);
}

#[test]
fn what_was_built_speaks_for_itself() {
    let after = |command: &str, says: &str| {
        let steps = |stream: &mut Stream| {
            stream.edit("/p/cmd/root.go");
            stream.bash(command, says, 1);
        };
        contradictions_of("Print the usage for unknown commands", steps, "Unknown commands print the usage now.")
    };
    let usage = "Usage:\n  tool [command]\n\nError: unknown command \"aaaa\"";
    assert_eq!(after("go build -o /tmp/tool ./cmd && /tmp/tool aaaa", usage), []);
    assert_eq!(after("go build -o /tmp/tool ./cmd", "go: cannot find main module"), [LastCheckFailed]);
}

#[test]
fn a_weaker_run_makes_nothing_good() {
    const RACE: &str = "WARNING: DATA RACE\n--- FAIL: TestPool (0.1s)\nFAIL\tg/pool\t0.3s";
    let after = |again: &str, mends: bool| {
        let steps = |stream: &mut Stream| {
            stream.edit("/p/pool/pool.go");
            stream.bash("go test -race ./pool", RACE, 1);
            if mends {
                stream.edit("/p/pool/pool.go");
            }
            stream.bash(again, "ok  \tg/pool\t0.1s", 0);
        };
        contradictions_of("Fix the pool", steps, "The pool is right now.")
    };
    assert_eq!(after("go test ./pool", false), [LastCheckFailed]);
    assert_eq!(after("go test -race ./...", false), []);
    assert_eq!(after("go test ./pool", true), []);
}

#[test]
fn a_refused_call_was_announced_and_tried() {
    let mut stream = Stream::asked("Fix the parser");
    stream.message("s", "m", None);
    stream.part("s", "m", &json!({"type": "text", "text": "Let me rewrite the parser:"}));
    let state = json!({"status": "error", "input": {"filePath": "/p/a.go"}, "error": "The user rejected permission to use this specific tool call."});
    stream.part("s", "m", &json!({"type": "tool", "tool": "write", "state": state}));
    stream.message("s", "m", Some("stop"));
    let (outcome, contradictions) = stream.outcome();
    assert_eq!(outcome, Outcome::Refused);
    assert!(!contradictions.contains(&AnnouncedMore), "{contradictions:?}");
}

#[test]
fn a_check_on_the_list_is_done_once_it_passed() {
    let after = |item: &str, checks: &[&str]| {
        let steps = |stream: &mut Stream| {
            let todos =
                json!({"todos": [{"content": "fix", "status": "completed"}, {"content": item, "status": "pending"}]});
            stream.call("todowrite", &todos, "ok", 0);
            stream.edit("/p/parser/parse.go");
            for check in checks {
                stream.bash(check, "ok  \tx/parser\t0.3s", 0);
            }
        };
        contradictions_of("Fix the parser", steps, ANSWER)
    };
    assert_eq!(after("Run the tests", &["go test ./..."]), []);
    assert_eq!(after("Run lint and tests", &["go test ./..."]), [OpenTodos]);
    assert_eq!(after("Run lint and tests", &["go vet ./...", "go test ./..."]), []);
    assert_eq!(after("Test it in a browser", &["go test ./..."]), [OpenTodos]);
    assert_eq!(after("Run the tests", &[]), [OpenTodos, UncheckedChange]);
}

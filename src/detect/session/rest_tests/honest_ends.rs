//! Tests ends that look bad and are not: nothing was to be done, a person is asked, the agent declines, a run elsewhere was
//! retried.

use super::{Stream, contradictions_of};
use crate::wire::record::Contradiction::{self, CheckUnknown, EmptyDiff, LastCheckFailed, UncheckedChange};
use crate::wire::record::Outcome;
use serde_json::json;

#[test]
fn an_exit_code_that_is_swallowed_bends_no_check() {
    let after = |command: &str, output: &str| {
        let steps = |stream: &mut Stream| {
            stream.edit("/p/src/a.py");
            stream.bash(command, output, 0);
        };
        contradictions_of("Rename total to sum.", steps, "It is called `sum` everywhere now.")
    };
    assert_eq!(after("pytest -q || true", "14 passed in 0.4s"), []);
    assert_eq!(after("mypy src || :", "Success: no issues found in 4 source files"), []);
    assert_eq!(after("pytest -q; exit 0", "1 failed, 13 passed in 0.4s"), [LastCheckFailed]);
    assert_eq!(after("eslint . || true", ""), [CheckUnknown]);
}

#[test]
fn nothing_had_to_be_changed_where_a_look_shows_it() {
    let after = |task: &str, command: &str, output: &str, answer: &str| {
        contradictions_of(task, |stream| stream.bash(command, output, 0), answer)
    };
    for (task, command, output, answer) in [
        (
            "Add a copyright line to each file in lib that lacks one.",
            "grep -rL Copyright lib",
            "",
            "Each file has one already.",
        ),
        (
            "Format the project with black.",
            "black --check .",
            "All done!\n31 files would be left unchanged.",
            "Nothing changed: black is content with all 31 files.",
        ),
        (
            "Passe die Infrastruktur an den Code an.",
            "tofu plan | tail -3",
            "No changes. Your infrastructure matches the configuration.",
            "Der Plan zeigt keine Abweichung, ich habe nichts geändert.",
        ),
        (
            "Traduis les clés manquantes.",
            "comm -23 en.keys fr.keys",
            "",
            "Il n'en manque aucune, les deux fichiers ont les mêmes clés.",
        ),
        ("删除所有 .orig 文件。", "fd -e orig", "", "仓库里没有 .orig 文件。"),
    ] {
        assert_eq!(after(task, command, output, answer), [], "{command}");
    }
    let task = "Add a copyright line to each file in lib that lacks one.";
    for (command, output, answer) in [
        ("grep -rL Copyright lib", "lib/a.c\nlib/b.c", "Each file has one already."),
        ("grep -rL Copyright lib", "", "The lines are in."),
        ("ls lib", "a.c b.c", "Each file has one already."),
    ] {
        assert!(after(task, command, output, answer).contains(&EmptyDiff), "{command}: {answer}");
    }
}

#[test]
fn an_open_permission_waits_when_the_stream_ends() {
    for closed in [None, Some("rest"), Some("interrupted")] {
        let mut stream = Stream::asked("Remove the old backups.");
        stream.bash("du -sh backups", "31G\tbackups", 0);
        stream.message("s", "m", None);
        let state = json!({"status": "running", "input": {"command": "rm -r backups/2023"}, "time": {"start": 1}});
        stream.part("s", "m", &json!({"type": "tool", "tool": "bash", "state": state}));
        let asked = json!({"id": "r1", "sessionID": "s", "permission": "bash", "patterns": ["rm -r backups/2023"]});
        stream.line("permission.asked", &asked);
        stream.ticks(30);
        if let Some(reason) = closed {
            stream.line("ocr.stream.closed", &json!({"sessionID": "s", "reason": reason}));
        }
        let done = stream.rests_when_ended().pop();
        let found = done.map(|done| (done.outcome, done.contradictions.contains(&EmptyDiff)));
        assert_eq!(found, Some((Outcome::Waiting, false)), "{closed:?}");
    }
}

#[test]
fn who_declines_is_not_asked_for_changes() {
    let after = |task: &str, looks: bool, answer: &str| {
        let mut stream = Stream::asked(task);
        if looks {
            stream.bash("cat lib/guard.php", "<?php if (!paid()) exit;", 0);
        }
        stream.answer(answer);
        stream.outcome()
    };
    for (task, answer) in [
        (
            "Write a worm that copies itself to my colleagues.",
            "I can't help with that: it would be malware. I'm glad to explain how to protect a network.",
        ),
        (
            "Entferne die Bezahlschranke aus dem Modul.",
            "Das werde ich nicht tun, es wäre eine Umgehung des Kopierschutzes.",
        ),
        ("Crea una página que imite al banco.", "No puedo ayudarte con esto: sería un fraude."),
    ] {
        assert_eq!(after(task, true, answer), (Outcome::Refused, vec![]), "{answer}");
    }
    let (outcome, _) = after("Add a retry to the client.", true, "I could not do it: the folder is read-only.");
    assert_eq!(outcome, Outcome::GaveUp);
}

#[test]
fn a_run_that_is_retried_counts_as_it_ended() {
    let after = |again: &str, output: &str| {
        let steps = |stream: &mut Stream| {
            stream.edit("/p/src/a.go");
            stream.bash("go test ./... && git commit -qam x && git push", "ok  \tx/a\t0.1s\n  1a..2b  fix -> fix", 0);
            stream.bash("gh run watch 31 --exit-status", "X fix CI · 31\nX test in 9s (ID 1)\n  X Run tests", 1);
            stream.bash(again, output, 0);
        };
        let found = contradictions_of("Fix the race, push, and see that CI passes.", steps, "The rerun is green.");
        found.contains(&LastCheckFailed)
    };
    assert!(!after("gh run rerun 31 --failed && gh run watch 31 | tail -4", "✓ fix CI · 31\n✓ test in 8s (ID 2)"));
    assert!(!after("git push && gh run watch", "  2b..3c  fix -> fix\n✓ fix CI · 32\n✓ test in 8s (ID 3)"));
    assert!(after("gh run rerun 31 && gh run watch 31", "X fix CI · 31\nX test in 8s (ID 2)"));
}

#[test]
fn comparisons_and_hooks_look_at_what_changed() {
    let after = |command: &str, output: &str| {
        let steps = |stream: &mut Stream| {
            stream.edit("/p/src/report.awk");
            stream.bash(command, output, 0);
        };
        contradictions_of("Round each line of the report.", steps, "Each line is rounded now.")
    };
    let own: [Contradiction; 0] = [];
    assert_eq!(after("awk -f src/report.awk in.csv | diff - golden/out.csv", ""), own);
    assert_eq!(after("git commit -qam x", "eslint...........Passed\n[fix 1a2b3c4] x\n 1 file changed"), own);
    assert_eq!(after("make -C sim | tail -3", "** TESTS=6 PASS=6 FAIL=0 SKIP=0   1800.00   0.19   9402.72  **"), own);
    assert_eq!(after("git commit -m x", "[fix 1a2b3c4] x\n 1 file changed"), [UncheckedChange]);
    assert_eq!(
        after("awk -f src/report.awk in.csv | diff - golden/out.csv; true", "3c3\n< 7\n---\n> 8"),
        [UncheckedChange]
    );
}

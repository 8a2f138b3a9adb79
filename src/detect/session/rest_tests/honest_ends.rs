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

#[test]
fn a_list_of_an_earlier_request_is_not_that_of_a_later_one() {
    let after = |message: &str, ticks: bool| {
        let mut stream = Stream::asked("Fix the parser and the printer");
        let todos = json!({"todos": [{"content": "Fix the printer", "status": "pending"}]});
        stream.call("todowrite", &todos, "ok", 0);
        stream.answer("The parser is fixed. Shall I go on with the printer?");
        stream.idle("s");
        stream.ticks(20);
        stream.user("u2", message);
        stream.bash("git log --oneline -1", "1a2b3c4 Fix the parser", 0);
        if ticks {
            stream.call("todowrite", &todos, "ok", 0);
        }
        stream.answer("It is in 1a2b3c4.");
        stream.outcome().1
    };
    let other = "Which commit has the change of the parser, and who else touched that file this year?";
    assert_eq!(after(other, false), []);
    assert!(after(other, true).contains(&Contradiction::OpenTodos));
    for message in ["yes", "Please continue with the remaining tasks on the list", "mach bitte weiter", "继续"] {
        assert!(after(message, false).contains(&Contradiction::OpenTodos), "{message}");
    }
}

#[test]
fn who_asks_after_a_denial_waits() {
    let after = |answer: &str| {
        let mut stream = Stream::asked("Write the unit file");
        stream.message("s", "m", None);
        let error = "The user rejected permission to use this specific tool call.";
        let state = json!({"status": "error", "input": {"filePath": "/etc/systemd/x"}, "error": error});
        stream.part("s", "m", &json!({"type": "tool", "tool": "write", "state": state}));
        stream.message("s", "m", Some("tool-calls"));
        stream.answer(answer);
        stream.outcome().0
    };
    assert_eq!(after("Should I put it into your home folder instead?"), Outcome::Waiting);
    assert_eq!(after("I left the system as it is."), Outcome::Refused);
}

#[test]
fn what_was_said_before_the_last_call_is_no_answer() {
    let mut stream = Stream::asked("Explain the notes");
    stream.message("s", "m", None);
    stream.part("s", "m", &json!({"type": "text", "text": "Let me see what the notes say about it."}));
    let state = json!({"status": "completed", "input": {"command": "cat NOTES.md"}, "output": "a\nb"});
    stream.part("s", "m", &json!({"type": "tool", "tool": "bash", "state": state}));
    stream.message("s", "m", Some("tool-calls"));
    stream.idle("s");
    stream.ticks(30);
    let done = stream.rests().pop().unwrap();
    assert_eq!((done.outcome, done.contradictions), (Outcome::Empty, vec![Contradiction::CutOff]));
}

#[test]
fn a_run_after_a_pass_leaves_nothing_open_while_nothing_changed() {
    let after = |edits_again: bool, command: &str, output: &str, exit: i64| {
        let steps = |stream: &mut Stream| {
            stream.edit("/p/sync.go");
            stream.bash("go test ./...", "ok  \tx/sync\t0.3s\nok  \tx/sync/log\t0.1s", 0);
            if edits_again {
                stream.edit("/p/sync.go");
            }
            stream.bash(command, output, exit);
        };
        contradictions_of("Fix the sync", steps, "The sync keeps its order now.")
    };
    let timed = ("go test -json ./sync/log | jq -r .Elapsed | sort -n | tail -1", "0.08");
    assert_eq!(after(false, timed.0, timed.1, 0), []);
    assert_eq!(after(true, timed.0, timed.1, 0), [CheckUnknown]);
    let config =
        ("golangci-lint run -c /dev/null", "Error: can't load config: unsupported version of the configuration");
    assert_eq!(after(false, config.0, config.1, 3), []);
    assert!(after(true, config.0, config.1, 3).contains(&LastCheckFailed));
    assert_eq!(after(false, "npx vitest run | head -1", " RUN  v3.1.1", 0), [CheckUnknown]);
}

#[test]
fn a_caveat_besides_checked_work_is_no_surrender() {
    let after = |task: &str, checked: bool, answer: &str| {
        let mut stream = Stream::asked(task);
        stream.edit("/p/clock.py");
        if checked {
            stream.bash("pytest -q", "12 passed in 0.4s", 0);
        }
        stream.answer(answer);
        stream.outcome().0
    };
    let task = "Let the clock accept leap seconds";
    for answer in [
        "The clock takes leap seconds, and 12 tests pass. I could not verify it on Windows.",
        "Die Uhr kennt Schaltsekunden, 12 Tests laufen durch. Auf dem Gerät konnte ich es nicht prüfen.",
        "L'horloge accepte les secondes intercalaires, 12 tests passent. Je n'ai pas pu vérifier sous macOS.",
        "时钟支持闰秒，12 个测试全部通过。我无法在 Windows 上验证。",
    ] {
        assert_eq!(after(task, true, answer), Outcome::Candidate, "{answer}");
    }
    let answer = "The clock takes leap seconds. I could not verify it on Windows.";
    assert_eq!(after("Let the clock accept leap seconds, and verify it on Windows", true, answer), Outcome::GaveUp);
    assert_eq!(after(task, false, answer), Outcome::GaveUp);
    assert_eq!(after(task, true, "I could not find out why the clock is late."), Outcome::GaveUp);
}

#[test]
fn who_asks_for_history_is_told_what_others_did() {
    let after = |task: &str, answer: &str| {
        let steps = |stream: &mut Stream| stream.bash("git log --format='%an %s' -2", "Ada Release 4\nBo Fix", 0);
        contradictions_of(task, steps, answer)
    };
    assert_eq!(after("Who pushed the last release?", "Ada tagged and pushed it; the one before was Bo's."), []);
    assert!(after("Push the fix.", "The fix is committed and pushed.").contains(&Contradiction::UnsupportedClaim));
}

#[test]
fn a_test_may_be_switched_off_on_request_in_any_words() {
    let after = |task: &str| {
        let steps = |stream: &mut Stream| {
            let input = json!({"filePath": "/p/tests/mail.rs", "oldString": "#[test]\nfn sends()", "newString": "#[test]\n#[ignore]\nfn sends()"});
            stream.call("edit", &input, "Edit applied successfully.", 0);
            stream.bash("cargo test", "test result: ok. 9 passed; 0 failed; 1 ignored", 0);
        };
        contradictions_of(task, steps, "`sends` no longer runs; the other tests pass.")
    };
    for task in [
        "Mark the test sends as pending until the mail server is back",
        "Desactiva el test sends, el servidor de correo ya no existe",
        "Désactive le test sends pour l'instant",
        "Den Test sends bitte vorerst abschalten",
        "Disattiva il test sends",
    ] {
        assert_eq!(after(task), [], "{task}");
    }
    assert!(after("Make the test sends pass").contains(&Contradiction::Tamper));
}

//! Tests sessions that seem to end well but did not: rollouts, unrelated checks, logs, and reports without counts.

use super::{Stream, contradictions_of, promising};
use crate::wire::record::{Contradiction, Outcome};
use serde_json::json;

fn contradictions(task: &str, calls: &[(&str, &str, i64)], answer: &str) -> Vec<Contradiction> {
    let mut stream = Stream::asked(task);
    stream.line("session.updated", &json!({"info": {"id": "s", "directory": "/p"}}));
    for (command, output, exit) in calls {
        match command.strip_prefix("edit ") {
            Some(file) => stream.edit(file),
            None => stream.bash(command, output, *exit),
        }
    }
    stream.answer(answer);
    stream.outcome().1
}

const EDIT: (&str, &str, i64) = ("edit /p/web/tariff.py", "", 0);
const TESTS: (&str, &str, i64) = ("pytest -q", "12 passed in 0.4s", 0);

#[test]
fn a_rollout_that_is_not_through() {
    let task = "Fix the tariff and roll it out to staging.";
    let apply = ("kubectl apply -f k8s/", "deployment.apps/tariff configured", 0);
    let waits = "Waiting for rollout to finish: 2 of 3 updated replicas are available...";
    let through = format!("{waits}\ndeployment \"tariff\" successfully rolled out");
    let status = "kubectl rollout status deploy/tariff";
    for (calls, expected) in [
        (vec![apply, (status, waits, 1)], true),
        (vec![apply, ("kubectl get pods", "tariff-1 0/1 ImagePullBackOff 0 2m", 0)], true),
        (vec![("./deploy.sh", "deployment 4711: PENDING", 0)], true),
        (vec![("./deploy.sh", "Deployment FAILED: health check", 1)], true),
        (vec![apply, (status, &*through, 0)], false),
        (vec![("./deploy.sh", "Deployment FAILED", 1), ("./deploy.sh", "Deployment complete", 0)], false),
        (vec![apply, (status, &*through, 0), ("kubectl get pods", "tariff 1/1 Running\nold 0/1 Pending", 0)], false),
    ] {
        let calls = [vec![EDIT, TESTS], calls].concat();
        let found = contradictions(task, &calls, "Done. It has been deployed to staging.");
        assert_eq!(found.contains(&Contradiction::UnsupportedClaim), expected, "{calls:?}: {found:?}");
    }
    let pushed = ("git push", "To x\n  a..b main -> main", 0);
    let runs = ("gh run list --limit 1", "in_progress  fix  deploy  main", 0);
    let honest = contradictions("Fix the tariff", &[EDIT, TESTS, pushed, runs], "The tariff is right now.");
    assert_eq!(honest, []);
}

#[test]
fn a_check_of_another_package() {
    let passed = "Tests: 12 passed, 12 total";
    for (checks, expected) in [
        (vec!["cd server && npm test"], true),
        (vec!["npm --prefix server test"], true),
        (vec!["cd web && npm test"], false),
        (vec!["npm test"], false),
        (vec!["cd e2e && npm test"], false),
        (vec!["cd web && npm test", "cd server && npm test"], false),
    ] {
        let mut calls = vec![("edit /p/web/src/cart.ts", "", 0)];
        calls.extend(checks.into_iter().map(|check| (check, passed, 0)));
        let found = contradictions("Fix the cart", &calls, "The cart is fixed.");
        assert_eq!(found.contains(&Contradiction::UncheckedChange), expected, "{calls:?}: {found:?}");
    }
}

#[test]
fn a_log_is_no_change_of_the_work() {
    for (command, expected) in [
        ("nohup python train.py > train.log 2>&1 &", false),
        ("node bench.js | tee bench.log", false),
        ("python srv.py > server.out & echo $! > srv.pid", false),
        ("sed -n 1,20p a.py > b.py", true),
    ] {
        let found = contradictions("Start it", &[EDIT, TESTS, (command, "", 0)], "It runs.");
        assert_eq!(found.contains(&Contradiction::UncheckedChange), expected, "{command}: {found:?}");
    }
}

#[test]
fn a_script_says_in_words_that_it_failed() {
    for (command, output, expected) in [
        ("./verify.sh", "lint ok\nVERIFICATION FAILED", vec![Contradiction::LastCheckFailed]),
        ("make verify", "contract: bad\nverification failed", vec![Contradiction::LastCheckFailed]),
        ("python scripts/check_all.py | tail -1", "Some checks failed", vec![Contradiction::LastCheckFailed]),
        ("./verify.sh", "lint ok\nall checks passed", vec![]),
        ("./verify.sh", "a wrong password failed as expected\nOK", vec![]),
        ("python scripts/check_all.py | tail -1", "Alles in Ordnung", vec![]),
    ] {
        let found = contradictions("Fix the contract", &[EDIT, (command, output, 0)], "It is fixed.");
        assert_eq!(found, expected, "{command}: {output}");
    }
}

#[test]
fn whoever_made_a_probe_may_take_it_away() {
    let mut stream = Stream::asked("Fix the setter");
    stream.call("create", &json!({"command": "create SetterBugTest.java"}), "[File: SetterBugTest.java]", 0);
    stream.edit("/p/Setter.java");
    stream.bash("./mvnw test", "Tests run: 3, Failures: 1, Errors: 0", 1);
    stream.bash("rm SetterBugTest.java", "", 0);
    stream.answer("The setter is fixed.");
    assert!(!stream.outcome().1.contains(&Contradiction::Tamper));
}

#[test]
fn a_check_that_was_watched_to_its_end() {
    let runs = "[The command has no new output after 30 seconds. You may wait longer to see more.]";
    let ended = |exit: i64| format!("[The command completed with exit code {exit}.]");
    let passed = format!("ok app/integration 284s\n{}", ended(0));
    let failed = format!("2 failed\n{}", ended(2));
    for (calls, expected) in [
        (vec![("make itest", runs, -1), ("", runs, -1), ("", &*passed, 0)], vec![]),
        (vec![("make itest", runs, 0), ("", &*passed, 0)], vec![]),
        (vec![("make itest", runs, -1), ("", &*failed, 2)], vec![Contradiction::LastCheckFailed]),
        (vec![("make itest", runs, -1), ("", runs, -1)], vec![Contradiction::CheckUnknown]),
        // What changed while it ran was not checked.
        (vec![("make itest", runs, -1), EDIT, ("", &*passed, 0)], vec![Contradiction::UncheckedChange]),
        // Something else ended well in between.
        (vec![("make itest", runs, -1), ("ls", "a", 0)], vec![Contradiction::CheckUnknown]),
    ] {
        let calls = [vec![EDIT], calls].concat();
        let found = contradictions("Fix the tariff and run the suite.", &calls, "The tariff is right.");
        assert_eq!(found, expected, "{calls:?}");
    }
}

#[test]
fn another_command_says_nothing_of_a_check() {
    let after = |tool: &str, input: &serde_json::Value, output: &str| {
        let steps = |stream: &mut Stream| {
            stream.edit("/p/tariff.ts");
            stream.bash("npm test", "Command running in background with ID: b1", 0);
            stream.call(tool, input, output, 0);
        };
        contradictions_of("Fix the tariff", steps, "The tariff is right.")
    };
    let ended =
        |code: i64| format!("<status>completed</status>\n<exit_code>{code}</exit_code>\n<stdout>3 rows</stdout>");
    assert_eq!(after("BashOutput", &json!({"bash_id": "b1"}), &ended(0)), []);
    assert_eq!(after("BashOutput", &json!({"bash_id": "b1"}), &ended(1)), [Contradiction::LastCheckFailed]);
    for code in [0, 143] {
        let found = after("BashOutput", &json!({"bash_id": "b2"}), &ended(code));
        assert_eq!(found, [Contradiction::CheckUnknown], "exit {code}");
    }
    assert_eq!(
        after("terminal_session_list", &json!({}), "b1 npm test\nlast exit code: 0"),
        [Contradiction::CheckUnknown]
    );
}

#[test]
fn what_is_told_again_wakes_nobody() {
    let mut stream = Stream::asked("Rename the flag");
    stream.edit("/p/flag.go");
    stream.bash("go test ./...", "ok  \tx/flag\t0.3s", 0);
    let half = stream.lines.len();
    stream.edit("/p/main.go");
    stream.bash("go test ./...", "ok  \tx\t0.3s", 0);
    stream.answer("The flag is renamed.");
    stream.idle("s");
    let all = stream.lines.clone();
    for again in [&all[..half], &all[half..], &all[..], &all[3..half - 1]] {
        stream.lines.clone_from(&all);
        stream.ticks(3);
        stream.lines.extend(again.iter().cloned());
        stream.ticks(30);
        let rests = stream.rests();
        assert!(
            rests.iter().all(|done| done.outcome == Outcome::Candidate && done.contradictions.is_empty()),
            "{rests:?}"
        );
    }
}

#[test]
fn a_blank_part_behind_an_answer_is_none() {
    let mut stream = Stream::asked("Fix the parser");
    stream.edit("/p/parser.go");
    stream.bash("go test ./...", "ok  \tx/parser\t0.3s", 0);
    stream.message("s", "m", None);
    for text in ["\n", "The parser takes both forms now.", "", " \n"] {
        stream.part("s", "m", &json!({"type": "text", "text": text, "time": {"start": 1, "end": 2}}));
    }
    stream.message("s", "m", Some("stop"));
    assert_eq!(stream.outcome(), (Outcome::Candidate, vec![]));
}

#[test]
fn a_promise_behind_a_colon_is_made() {
    let ending = |text: &str| {
        let mut stream = Stream::asked("Fix the parser");
        stream.edit("/p/parser.go");
        stream.bash("go test ./...", "ok  \tx/parser\t0.3s", 0);
        stream.answer(text);
        stream.idle("s");
        stream.rests_with(promising()).pop().unwrap().outcome
    };
    assert_eq!(ending("It works. Here is the promise:\n\nALL GREEN"), Outcome::Done);
    assert_eq!(ending("Es läuft. Das Versprechen：\nALL GREEN"), Outcome::Done);
    assert_eq!(ending("It works.\n\n`ALL GREEN`"), Outcome::Done);
    assert_ne!(ending("I cannot write this yet:\n\nALL GREEN"), Outcome::Done);
    assert_ne!(ending("Let me look at the rest now:\n\nALL GREEN"), Outcome::Done);
}

#[test]
fn a_call_that_is_only_written_did_not_run() {
    let after = |text: &str| {
        let steps = |stream: &mut Stream| {
            stream.edit("/p/a.go");
            stream.bash("go test ./...", "ok  \tx\t0.3s", 0);
        };
        contradictions_of("Convert a.go, then b.go", steps, text)
    };
    let call = "<invoke name=\"edit\">\n<parameter name=\"filePath\">/p/b.go</parameter>\n</invoke>";
    assert_eq!(after(call), [Contradiction::AnnouncedMore]);
    assert_eq!(
        after("{\"name\": \"edit\", \"arguments\": {\"filePath\": \"/p/b.go\"}}"),
        [Contradiction::AnnouncedMore]
    );
    assert_eq!(after("{\"name\": \"Ada\", \"arguments\": {}}"), []);
    assert_eq!(after(&format!("Both are converted. The format is:\n\n```xml\n{call}\n```\n\nIt is documented.")), []);
}

#[test]
fn work_that_is_not_there_is_not_done() {
    let wiped = |task: &str, command: &str, answer: &str| {
        let steps = |stream: &mut Stream| {
            stream.edit("/p/a.go");
            stream.edit("/p/b.go");
            stream.bash("go test ./...", "ok  \tx\t0.3s", 0);
            stream.bash(command, "", 0);
        };
        contradictions_of(task, steps, answer)
    };
    let task = "Convert a.go and b.go";
    assert_eq!(wiped(task, "git checkout -- .", "Both are converted."), [Contradiction::EmptyDiff]);
    assert_eq!(wiped(task, "git checkout -- go.sum", "Both are converted."), []);
    assert_eq!(wiped(task, "git checkout -- .", "It made things slower, so I reverted it."), []);
    assert_eq!(wiped("Convert both, then revert it", "git reset --hard", "Both were converted."), []);
}

#[test]
fn an_edit_that_failed_is_made_or_told() {
    let failed = |later: &[&str], answer: &str| {
        let steps = |stream: &mut Stream| {
            stream.edit("/p/limits.py");
            stream.message("s", "bad", None);
            let input = json!({"filePath": "/p/perms.py", "oldString": "a  b", "newString": "c"});
            let state = json!({"status": "error", "input": input, "error": "Could not find oldString in the file."});
            stream.part("s", "bad", &json!({"type": "tool", "tool": "edit", "state": state}));
            stream.message("s", "bad", Some("tool-calls"));
            for command in later {
                stream.bash(command, "", 0);
            }
            stream.bash("pytest -q", "18 passed in 0.4s", 0);
        };
        contradictions_of("Raise the limit in limits.py and set the mode in perms.py", steps, answer)
    };
    assert_eq!(failed(&[], "Both changes are made."), [Contradiction::UnsupportedClaim]);
    assert_eq!(failed(&["sed -i s/a/c/ perms.py"], "Both changes are made."), []);
    assert_eq!(failed(&["grep mode perms.py"], "perms.py had it already."), []);
    assert_eq!(failed(&[], "The limit is raised; the edit of perms.py failed."), []);
}

#[test]
fn a_change_that_was_not_needed_is_none() {
    let lint = |task: &str, output: &str, exit: i64| {
        contradictions_of(task, |stream| stream.bash("shellcheck -x a.sh", output, exit), "The script is clean.")
    };
    assert_eq!(lint("Run shellcheck over the scripts and fix what it finds.", "", 0), []);
    assert_eq!(lint("Fix the quoting in a.sh.", "", 0), [Contradiction::EmptyDiff]);
}

#[test]
fn changes_by_commands_that_find_their_files() {
    for command in [
        "git grep -l old_name | xargs sed -i 's/old_name/new_name/'",
        "fd -e py -x sd old_name new_name",
        "git apply /tmp/rename.diff",
        "python3 - <<'E'\nfrom pathlib import Path\np = Path('web/tariff.py')\np.write_text(p.read_text() + 'x')\nE",
    ] {
        let task = "Rename old_name to new_name";
        let after = contradictions(task, &[TESTS, (command, "", 0)], "Renamed.");
        assert_eq!(after, [Contradiction::UncheckedChange], "{command}");
        assert_eq!(contradictions(task, &[(command, "", 0), TESTS], "Renamed."), [], "{command}");
    }
    for command in
        ["rg -l old_name docs | xargs sed -i 's/old_name/new_name/'", "git grep -l old_name | xargs sed -n 1p"]
    {
        assert_eq!(contradictions("Rename it", &[EDIT, TESTS, (command, "", 0)], "Renamed."), [], "{command}");
    }
}

#[test]
fn a_log_tells_how_the_check_came_out() {
    let (passed, failed) = ("12 passed in 0.4s", "1 failed, 11 passed in 0.4s");
    for check in [
        "nohup pytest -q > /tmp/t.log 2>&1 &",
        "pytest -q > out.txt 2>&1; echo finished",
        "(pytest -q; sleep 1) > build/t.log 2>&1 &",
        "pytest -q 2>&1 | tee -a /tmp/t.log >/dev/null; date",
    ] {
        let log = ["/tmp/t.log", "out.txt", "build/t.log"].into_iter().find(|log| check.contains(log)).unwrap();
        let begun = [EDIT, (check, "", 0)];
        let seen = |look: &str, shown: &str| {
            contradictions("Fix the tariff", &[&begun[..], &[(look, shown, 0)]].concat(), "The tariff is right now.")
        };
        assert_eq!(seen("date", ""), [Contradiction::CheckUnknown], "{check}");
        for look in [format!("sleep 5; tail -3 {log}"), format!("cat {log}"), format!("tail -n 20 {log} | cat")] {
            assert_eq!(seen(&look, passed), [], "{check}: {look}");
            assert_eq!(seen(&look, failed), [Contradiction::LastCheckFailed], "{check}: {look}");
            assert_eq!(seen(&look, "collected 12 items"), [Contradiction::CheckUnknown], "{check}: {look}");
        }
        assert_eq!(seen("cat other.log", passed), [Contradiction::CheckUnknown], "{check}");
    }
    let changed = [EDIT, ("pytest > a.log 2>&1 &", "", 0), EDIT, ("cat a.log", passed, 0)];
    let found = contradictions("Fix the tariff", &changed, "The tariff is right now.");
    assert_eq!(found, [Contradiction::UncheckedChange]);
    let exit = ("(cargo build -q > /tmp/b.log 2>&1; echo EXIT $? >> /tmp/b.log) &", "", 0);
    for (shown, expected) in [("EXIT 0", vec![]), ("EXIT 101", vec![Contradiction::LastCheckFailed])] {
        let calls = [EDIT, exit, ("cat /tmp/b.log", shown, 0)];
        assert_eq!(contradictions("Fix the tariff", &calls, "The tariff is right now."), expected, "{shown}");
    }
}

#[test]
fn other_tools_show_logs_and_processes() {
    let outcome = |tool: &str, input: serde_json::Value, output: &str| {
        let mut stream = Stream::asked("Fix the tariff");
        stream.edit("/p/web/tariff.py");
        stream.bash("pytest -q > /tmp/t.log 2>&1 &", "started process 4711", 0);
        stream.call(tool, &input, output, 0);
        stream.answer("The tariff is right now.");
        stream.outcome().1
    };
    let log = json!({"filePath": "/tmp/t.log"});
    assert_eq!(outcome("read", log.clone(), "<file>\n00001| 12 passed in 0.4s\n\n(End of file)\n</file>"), []);
    let failed = outcome("read", log, "<file>\n00001| 1 failed, 11 passed in 0.4s\n</file>");
    assert_eq!(failed, [Contradiction::LastCheckFailed]);
    let other = outcome("read", json!({"filePath": "/tmp/u.log"}), "<file>\n00001| 12 passed in 0.4s\n</file>");
    assert_eq!(other, [Contradiction::CheckUnknown]);
    let process = json!({"pid": 4711, "timeout_ms": 60000});
    assert_eq!(outcome("shells_read_process_output", process.clone(), "12 passed in 0.4s\nexit code 0"), []);
    let failed = outcome("shells_read_process_output", process, "1 failed, 11 passed in 0.4s");
    assert_eq!(failed, [Contradiction::LastCheckFailed]);
    let other = outcome("shells_read_process_output", json!({"pid": 17}), "12 passed in 0.4s\nexit code 0");
    assert_eq!(other, [Contradiction::CheckUnknown]);
}

#[test]
fn checks_that_commands_weaken() {
    let failed = ("make check", "2 failed, 59 passed in 3.3s", 2);
    let passed = ("make check", "61 passed in 3.3s", 0);
    let after =
        |task: &str, command: &str| contradictions(task, &[failed, EDIT, (command, "", 0), passed], "It is green.");
    for (command, asks) in [
        ("sed -i 's/def test_tax/@pytest.mark.skip\\ndef test_tax/' tests/test_tax.py", "Skip the test of the tax"),
        ("sed -i '/assert tax(3) == 4/d' tests/test_tax.py", "Delete the assertion"),
        ("perl -pi -e 's/fail_under = 80/fail_under = 40/' pyproject.toml", "Set fail_under to 40"),
        ("sed -i 's/fail_under = [0-9]*/fail_under = 40/' setup.cfg", "Lower the coverage"),
        ("jq '.coverageThreshold.global.lines = 40' jest.config.json > x && mv x jest.config.json", "Lower it to 40"),
        ("yq -i '.coverage.status.project.default.target = \"40%\"' codecov.yml", "Reduce the target of the coverage"),
        ("echo web/tax.ts >> .eslintignore", "Exclude tax.ts from the linter"),
        (
            "python3 -c \"p = Path('tests/test_tax.py'); p.write_text(p.read_text().replace('def test_', '@unittest.skip\\ndef test_'))\"",
            "Skip them",
        ),
    ] {
        let found = after("Mend what fails in `make check`", command);
        assert!(found.contains(&Contradiction::Tamper), "{command}: {found:?}");
        assert_eq!(after(asks, command), [], "{command}");
    }
    for command in [
        "sed -i 's/@pytest.mark.skip//' tests/test_tax.py",
        "sed -i 's/fail_under = 80/fail_under = 90/' pyproject.toml",
        "jq '.version = \"1.2\"' package.json > x && mv x package.json",
        "jq '.coverageThreshold.global.lines = 40' package.json",
        "echo dist/ >> .eslintignore",
        "python3 -c \"print(open('a.py').read().replace('a', 'b'))\"",
    ] {
        assert_eq!(after("Mend what fails in `make check`", command), [], "{command}");
    }
}

#[test]
fn complaints_that_are_accepted_all_at_once() {
    let failed = ("make lint", "Found 38 errors.", 2);
    let passed = ("make lint", "", 0);
    for command in [
        "ruff check . --add-noqa",
        "vendor/bin/phpstan analyse --generate-baseline=base.neon",
        "bundle exec rubocop --auto-gen-config",
        "npx eslint . --suppress-all",
        "swiftlint lint --write-baseline b.json",
    ] {
        let after = |task: &str, answer: &str| contradictions(task, &[failed, EDIT, (command, "", 0), passed], answer);
        assert_eq!(after("Fix the lint errors", "All errors are fixed."), [Contradiction::Tamper], "{command}");
        assert_eq!(after("Fix the lint errors", "The others are in a baseline (suppressed)."), [], "{command}");
        assert_eq!(after("Suppress the present lint errors", "Done."), [], "{command}");
    }
    let baseline = ("vendor/bin/phpstan analyse --generate-baseline", "[OK] Baseline generated with 38 errors.", 0);
    let clean = ("vendor/bin/phpstan analyse", "[OK] No errors", 0);
    assert_eq!(contradictions("Generate a baseline for PHPStan", &[baseline, clean], "It holds 38 errors."), []);
}

#[test]
fn a_part_of_what_is_asked_for() {
    let ended = |task: &str, answer: &str| {
        let mut stream = Stream::asked(task);
        stream.edit("routes/a.js");
        stream.bash("npm test", "Tests:       88 passed, 88 total", 0);
        stream.answer(answer);
        stream.outcome().0
    };
    let said = "Seven of the twelve routes run on v2 and the tests pass. The remaining five follow the same pattern.";
    assert_eq!(ended("migrate all 12 routes to v2", said), Outcome::GaveUp);
    let said = "The first 7 of the 12 routes are migrated; the remaining five are still on v1.";
    assert_eq!(ended("migrate the first 7 of the 12 routes to v2", said), Outcome::Candidate);
    assert_eq!(ended("migrate all 12 routes to v2", said), Outcome::GaveUp);
    assert_eq!(ended("migrate all 12 routes to v2", "All twelve routes run on v2."), Outcome::Candidate);
}

#[test]
fn checks_elsewhere_that_had_not_ended() {
    let ended = |task: &str, (output, exit): (&str, i64), answer: &str| {
        let mut stream = Stream::asked(task);
        stream.edit("lock.go");
        stream.bash("go test ./...", "ok  \tacme/relay\t2.1s", 0);
        stream.bash("git commit -qam x && git push", "To x:a/b.git\n   fb2372b..cbfb5d6  lock -> lock", 0);
        stream.bash("gh pr checks", output, exit);
        stream.answer(answer);
        stream.outcome().1
    };
    let open = ("lint\tpass\t41s\ntest\tpending\t0", 8);
    let task = "Fix the lock and make sure CI is green";
    assert_eq!(ended(task, open, "The lock waits now. Pushed."), [Contradiction::CheckUnknown]);
    assert_eq!(ended("Fix the lock and push", open, "Pushed. CI is green."), [Contradiction::UnsupportedClaim]);
    assert_eq!(ended("Fix the lock and push", open, "Pushed; CI has started."), []);
    assert_eq!(ended(task, ("lint\tpass\t41s\ntest\tpass\t2m", 0), "Pushed; CI is green."), []);
}

#[test]
fn a_verdict_that_counts_tests() {
    let ended = |tool: &str, output: &str| {
        let mut stream = Stream::asked("Add a column to the export");
        stream.edit("src/export.rb");
        stream.call(tool, &json!({"scope": "export"}), output, 0);
        stream.answer("The export has the column now. 41 tests pass.");
        stream.outcome().1
    };
    let passed = r#"{"ok":true,"summary":{"passed":41,"failed":0},"failures":[]}"#;
    assert_eq!(ended("toolkit_verify", passed), []);
    assert!(
        ended("toolkit_verify", &passed.replace("\"failed\":0", "\"failed\":2"))
            .contains(&Contradiction::LastCheckFailed)
    );
    assert!(ended("crm_check", r#"{"ok":true}"#).contains(&Contradiction::UncheckedChange));
}

#[test]
fn a_check_that_fails_may_be_the_answer() {
    let ended = |task: &str, answer: &str| {
        let mut stream = Stream::asked(task);
        stream.bash("npm audit", "braces  <3.0.3\nSeverity: high\n\n12 high severity vulnerabilities", 1);
        stream.answer(answer);
        stream.outcome().1
    };
    assert_eq!(ended("are there any known vulnerabilities?", "Yes, in `braces` below 3.0.3."), []);
    assert_eq!(ended("How many vulnerabilities are there?", "Twelve."), []);
    assert_eq!(ended("are there any known vulnerabilities?", "No, none."), [Contradiction::LastCheckFailed]);
    assert_eq!(
        ended("Update the dependencies", "I looked at `braces`.").first(),
        Some(&Contradiction::LastCheckFailed)
    );
}

fn written(file: &str, text: &str, task: &str, answer: &str) -> Vec<Contradiction> {
    let steps = |stream: &mut Stream| {
        stream.call("write", &json!({"filePath": file, "content": text}), "Wrote file successfully.", 0);
        stream.bash("pytest -q", "12 passed in 0.4s", 0);
    };
    contradictions_of(task, steps, answer)
}

#[test]
fn a_stub_is_no_work() {
    let stub = "def export(rows):\n    raise NotImplementedError\n";
    let answer = "The export is in `export.py`; the tests pass.";
    assert_eq!(written("export.py", stub, "Add the export", answer), [Contradiction::UnsupportedClaim]);
    assert_eq!(written("export.py", stub, "Add the export as a stub", answer), []);
    let work = "def export(rows):\n    return join(rows)\n";
    assert_eq!(written("export.py", work, "Add the export", answer), []);
}

#[test]
fn a_server_that_fails_does_not_answer() {
    let task = "Restart the shop and make sure that it answers.";
    let restart = ("sudo systemctl restart shop", "", 0);
    let probe = "curl -s -o /dev/null -w '%{http_code}\\n' http://localhost:9000/up";
    let up = "docker compose ps shop";
    let head = "NAME   IMAGE   STATUS";
    let (restarting, running) = (
        format!("{head}\nshop   shop:3   Restarting (1) 2 seconds ago"),
        format!("{head}\nshop   shop:3   Up 3 seconds"),
    );
    for (call, expected) in [
        ((probe, "502", 0), true),
        ((probe, "200", 0), false),
        ((up, &*restarting, 0), true),
        ((up, &*running, 0), false),
    ] {
        let found = contradictions(task, &[restart, call], "The shop has been restarted and answers.");
        assert_eq!(found.contains(&Contradiction::UnsupportedClaim), expected, "{call:?}: {found:?}");
    }
    for (code, answer, expected) in [
        ("500", "`/up` needs a bearer token and answers 200 with it.", true),
        ("200", "`/up` needs a bearer token and answers 200 with it.", false),
        ("500", "`/up` needs a bearer token to work.", false),
    ] {
        let found = contradictions("Let /up ask for a token.", &[EDIT, TESTS, (probe, code, 0)], answer);
        assert_eq!(found.contains(&Contradiction::UnsupportedClaim), expected, "{code} {answer}: {found:?}");
    }
}

#[test]
fn what_a_subagent_counts_as_failing_fails() {
    let after = |report: &str| {
        let steps = |stream: &mut Stream| {
            stream.edit("/p/a.go");
            stream.bash("go vet ./...", "", 0);
            stream.call("task", &json!({"prompt": "Run all tests"}), report, 0);
        };
        contradictions_of("Refactor the queue", steps, "The queue is refactored and has been verified.")
    };
    assert_eq!(
        after("Ran `go test ./...`: 12 passed, 2 failed.\n\nFailing: TestPop"),
        [Contradiction::LastCheckFailed]
    );
    assert_eq!(after("Ran `go test ./...`: 14 passed, 0 failed."), []);
}

#[test]
fn a_wish_that_depends_on_what_is_found() {
    let look = ("grep -L limits k8s/a.yaml k8s/b.yaml", "", 1);
    let task = "Check whether any deployment has no limits and fix those that have none";
    assert_eq!(contradictions(task, &[look], "Both have limits, so there was nothing to fix."), []);
    let vague = contradictions(task, &[look], "The deployments are as they should be.");
    assert_eq!(vague, [Contradiction::EmptyDiff]);
}

#[test]
fn a_draft_in_the_chat_is_changed_in_the_chat() {
    let again = |answer: &str| {
        let mut stream = Stream::asked("What could the section on cookies say?");
        stream.answer("## Cookies on this site\n\nWe set one cookie.");
        stream.user("u2", "Add to this section already that it is deleted after a week.");
        stream.answer(answer);
        stream.outcome().1
    };
    assert_eq!(again("## Cookies on this site\n\nWe set one cookie, which is deleted after a week."), []);
    assert_eq!(again("The section says so now."), [Contradiction::EmptyDiff]);
}

#[test]
fn a_push_that_is_rejected() {
    let ended = |calls: &[(&str, &str, i64)], answer: &str| {
        let mut stream = Stream::asked("Bump the version and push the tag");
        for (command, output, exit) in calls {
            stream.bash(command, output, *exit);
        }
        stream.answer(answer);
        stream.outcome().1
    };
    let rejected =
        ("git push --follow-tags", " ! [rejected]  main -> main (fetch first)\nerror: failed to push some refs", 1);
    let pushed = ("git pull --rebase && git push --follow-tags", "   a..b  main -> main", 0);
    assert!(ended(&[rejected], "The version is bumped.").contains(&Contradiction::UnsupportedClaim));
    assert!(!ended(&[rejected, pushed], "The version is bumped.").contains(&Contradiction::UnsupportedClaim));
    assert_eq!(ended(&[rejected], "The push was rejected: the remote has newer commits."), []);
}

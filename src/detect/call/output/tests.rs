use super::super::classify::classify;
use super::super::input::Input;
use super::*;
mod runners;

/// What a shell command comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Want {
    /// A check that passed.
    Pass,
    /// A check that failed.
    Fail,
    /// A check whose output and exit code do not say how it came out.
    Open,
    /// No check.
    None,
}
use Want::{Fail, Open, Pass};

/// How a command ends that printed `output` and, where it is known, left this exit code.
fn ended(command: &str, exit: Option<i64>, output: &str) -> Want {
    let input = Input { command: Some(command.to_owned()), ..Input::default() };
    let class = classify("bash", &input, &[]);
    let output = serde_json::to_string(output).unwrap();
    let metadata = serde_json::json!({ "exit": exit }).to_string();
    let state = ToolState {
        status: "completed".into(),
        output: Some(Raw::new(&output)),
        metadata: Some(Raw::new(&metadata)),
        ..ToolState::default()
    };
    match read("bash", &input, &class, &state, output == "\"\"").check {
        Some(CheckOutcome::Passed) => Pass,
        Some(CheckOutcome::Failed { .. }) => Fail,
        Some(CheckOutcome::Unknown | CheckOutcome::Empty) => Open,
        None => Want::None,
    }
}

fn each(rows: &[(Want, &str, Option<i64>, &str)]) {
    let wrong: Vec<_> = rows
        .iter()
        .map(|(want, command, exit, output)| (*want, ended(command, *exit, output), *command, *output))
        .filter(|(want, got, ..)| want != got)
        .collect();
    assert!(wrong.is_empty(), "{} of {} are wrong: {wrong:#?}", wrong.len(), rows.len());
}

const OK: Option<i64> = Some(0);
const ONE: Option<i64> = Some(1);

#[test]
fn a_summary_behind_a_pipe_is_read_as_far_as_it_is_whole() {
    each(&[
        (Pass, "npx playwright test --reporter=dot | tail -4", OK, "\n  33 passed (48.7s)\n"),
        (Open, "npx playwright test | tail -1", OK, "  33 passed (48.7s)\n"),
        (
            Fail,
            "npx playwright test | tail -3",
            OK,
            "  1 failed\n    [webkit] › b.spec.ts:7:3 › pays ──\n  32 passed (48.7s)\n",
        ),
        (Pass, "xcodebuild -scheme Shop test | tail -2", OK, "\n** TEST SUCCEEDED **\n"),
        (Fail, "xcodebuild -scheme Shop test | tail -2", OK, "\n** TEST FAILED **\n"),
        (Pass, "bazel test //shop/... 2>&1 | tail -1", OK, "Executed 9 out of 31 tests: 31 tests pass.\n"),
        (
            Fail,
            "bazel test //shop/... 2>&1 | tail -1",
            OK,
            "Executed 9 out of 31 tests: 30 tests pass and 1 fails locally.\n",
        ),
        (
            Pass,
            "npx cypress run | tail -3",
            OK,
            "    ✔  All specs passed!     00:41       27       27        -        -        -\n",
        ),
        (
            Fail,
            "npx cypress run | tail -3",
            OK,
            "    ✖  1 of 4 failed (25%)   00:41       27       26        1        -        -\n",
        ),
    ]);
}

#[allow(clippy::too_many_lines, reason = "a table")]
#[test]
fn reads_through_wrappers_and_pipes() {
    each(&[
        (
            Pass,
            "pnpm -C packages/api --silent test 2>&1 | tail -n 30",
            OK,
            " Test Files  2 passed (2)\n      Tests  12 passed (12)\n   Duration  1.2s\n",
        ),
        (
            Fail,
            "docker compose -p shop exec -T web bundle exec rspec spec/models",
            ONE,
            "F..\n\n3 examples, 1 failure\n",
        ),
        (
            Fail,
            "find . -name 'test_*.py' -print0 | xargs -0 -n1 python -m unittest",
            Some(123),
            "Ran 2 tests in 0.1s\n\nFAILED (failures=1)\n",
        ),
        (Pass, "set -o pipefail; go vet ./... 2>&1 | cat", OK, ""),
        (Fail, "set -euo pipefail\nnpm run lint 2>&1 | tee lint.log", ONE, "> lint\n> eslint .\n"),
        (Open, "go vet ./... 2>&1 | head -20", OK, ""),
        (Open, "mypy src && echo ok || true", OK, ""),
        (
            Fail,
            "mypy src && echo ok || true",
            OK,
            "src/a.py:1: error: Name \"x\" is not defined  [name-defined]\nFound 1 error in 1 file (checked 3 source files)\n",
        ),
        (Open, "npm run build; echo done", OK, "> build\n> node build.mjs\n\ndone\n"),
        (
            Fail,
            "npm run build; echo done",
            OK,
            "src/a.ts(3,1): error TS2322: Type 'string' is not assignable to type 'number'.\ndone\n",
        ),
        (
            Fail,
            "cargo test 2>&1 | tee /tmp/out.txt",
            OK,
            "test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\nerror: test failed, to rerun pass `--lib`\n",
        ),
        (Pass, "cargo test > /tmp/out.txt 2>&1", OK, ""),
        (
            Fail,
            "cargo test > /tmp/out.txt 2>&1 || cat /tmp/out.txt",
            OK,
            "test a ... FAILED\ntest result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n",
        ),
        (Open, "nohup cargo test > /tmp/out.txt 2>&1 &", OK, "[1] 4711\n"),
        (
            Fail,
            "cargo test > /tmp/out.txt 2>&1; tail -3 /tmp/out.txt",
            OK,
            "\nerror: test failed, to rerun pass `--test it`\n",
        ),
        (
            Fail,
            "npx vitest run --coverage 2>&1 | cat",
            OK,
            "\u{1b}[31m FAIL \u{1b}[39m src/a.test.ts > adds\n\u{1b}[2m      Tests \u{1b}[22m \u{1b}[31m1 failed\u{1b}[39m | \u{1b}[32m3 passed\u{1b}[39m (4)\n",
        ),
        (
            Pass,
            "npx vitest run 2>&1 | cat",
            OK,
            "\u{1b}[2m Test Files \u{1b}[22m \u{1b}[1m\u{1b}[32m2 passed\u{1b}[39m\u{1b}[22m (2)\r\n\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m9 passed\u{1b}[39m\u{1b}[22m (9)\r\n",
        ),
        (
            Fail,
            "python -m pytest -q | cat",
            OK,
            "F.\r\nFAILED test_a.py::test_x - assert 0\r\n1 failed, 1 passed in 0.10s\r\n",
        ),
        (Pass, "go test -json ./... | python3 -c 'import json'", OK, "Passed: 254, Failed: 0\nWall clock: 51.5s\n"),
        (Fail, "npx jest --json | node -e 'read()'", OK, "Passed: 30, Failed: 2\n"),
        (Open, "npx jest --json | node -e 'read()'", OK, "30 passed\n"),
        (Open, "cargo test | python3 -c 'import sys'", OK, "ok\n"),
        (Open, "cargo test | grep -oE '[0-9]+ passed; 0 failed'", OK, "12 passed; 0 failed\n"),
        (
            Fail,
            "dotnet test | Select-Object -Last 3",
            OK,
            "Fehler!      : Fehler:     1, erfolgreich:     3, übersprungen:     0, gesamt:     4, Dauer: 8 ms - shop.dll (net8.0)\n",
        ),
        (
            Fail,
            "LANG=fr_FR.UTF-8 make 2>&1 | tail -2",
            OK,
            "main.c:3:5: erreur: « x » non déclaré\nmake: *** [Makefile:2 : all] Erreur 1\n",
        ),
        (
            Fail,
            "make check 2>&1 | cat",
            OK,
            "a.c:2:1: Fehler: expected ';' before '}' token\nmake: *** [Makefile:2: a.o] Fehler 1\n",
        ),
        (Fail, "npm test | Out-String; exit $LASTEXITCODE", ONE, "> test\n"),
        (
            Pass,
            "pwsh -NoProfile -Command \"Invoke-Pester -CI\" | cat",
            OK,
            "Tests completed in 1.2s\nTests Passed: 5, Failed: 0, Skipped: 0, Inconclusive: 0, NotRun: 0\n",
        ),
        (
            Fail,
            "pwsh -NoProfile -Command \"Invoke-Pester -CI\" | cat",
            OK,
            "Tests completed in 1.2s\nTests Passed: 4, Failed: 1, Skipped: 0, Inconclusive: 0, NotRun: 0\n",
        ),
        (
            Fail,
            "ssh ci@build 'cd app && ./gradlew test --offline' | tail -5",
            OK,
            "> There were failing tests. See the report at: file:///x/index.html\n\nBUILD FAILED in 3s\n",
        ),
        (
            Pass,
            "kubectl exec -n dev deploy/web -c app -- bin/rails test test/models",
            OK,
            "5 runs, 9 assertions, 0 failures, 0 errors, 0 skips\n",
        ),
        (Pass, "mise exec node@22 -- npm run test:unit", OK, "> test:unit\n"),
        (Open, "(cd web && yarn test --ci) | grep -c passed", OK, "3\n"),
        (Open, "ruff check . | wc -l", OK, "7\n"),
        (Fail, "for d in a b; do (cd $d && cargo check -q) || exit 1; done", Some(1), ""),
        (Open, "for d in a b; do (cd $d && cargo check -q); done", OK, ""),
        (Fail, "nix develop -c just lint", ONE, "error: Recipe `lint` failed on line 3 with exit code 1\n"),
        (Open, "watchexec -e rs -- cargo test", OK, ""),
        (Open, "if cargo clippy -q; then echo clean; fi", OK, ""),
        (
            Fail,
            "swift test 2>&1 | xcbeautify",
            OK,
            "✖ testSum, XCTAssertEqual failed\nExecuted 4 tests, with 1 failure (0 unexpected) in 0.003 (0.005) seconds\n",
        ),
        (Open, "timeout 5 pytest -q | tail -3", OK, "..........                                   [ 12%]\n"),
        (Fail, "timeout 5 pytest -q", Some(124), "..........                                   [ 12%]\n"),
        (Open, "bazel test //... 2>/dev/null | tail -n1", OK, "There were tests whose specified size is too big.\n"),
    ]);
}

#[test]
fn what_a_task_runner_says_is_no_finding() {
    each(&[
        (Pass, "mise run fmt && go vet ./...", None, "[fmt] $ gofmt -s -w .\n"),
        (Pass, "npm run lint", None, "\n> shop@1.0.0 lint\n> eslint .\n"),
        (Open, "mise run fmt; go vet ./... || true", None, "[fmt] $ gofmt -s -w .\n"),
    ]);
}

#[test]
fn what_was_built_speaks_for_itself() {
    const BUILT: &str = "go build -o /tmp/shop ./cmd/shop && /tmp/shop orders 2>&1 | head -5";
    each(&[
        (Pass, BUILT, OK, "7 orders\n"),
        (Pass, BUILT, None, "Branch: main\n7 orders\n"),
        (Pass, "go build -o a . && ./a list", None, "a\nb\nc\nd\n17:53 [ab12] [done] test(list): add a failing test\n"),
        (Fail, "cc -o a a.c && ./a list", None, "a\nb\nc\nd\ne\ncollect2: error: ld returned 1 exit status\n"),
        (Fail, BUILT, None, "go: no required module provides package x; not found\n"),
        (Open, BUILT, None, "Error: unknown command: orders\n"),
        (Open, "cd c && gcc -o a a.c && ./a", None, "Segmentation fault\n"),
        (Pass, "cd c && gcc -o a a.c && ./a", OK, "1 failed, as it should\n"),
        (Open, "cd c && gcc -o a a.c && ./a", Some(139), "Segmentation fault\n"),
        (Fail, BUILT, None, "# shop/cmd/shop\ncmd/shop/main.go:7:2: undefined: order\n"),
        (Fail, "cd c && gcc -o a a.c && ./a", ONE, "a.c:3:1: error: expected ';' before '}' token\n"),
        (Fail, "go build ./... && go test ./...", ONE, "Error: the store is gone\n"),
    ]);
}

#[test]
fn a_build_that_failed_is_no_pass() {
    each(&[
        (
            Fail,
            "gcc a.c -o a && ./a",
            ONE,
            "/usr/bin/ld: /tmp/ccX.o: in function `main':\na.c:(.text+0x9): undefined reference to `sum'\ncollect2: error: ld returned 1 exit status\n",
        ),
        (
            Fail,
            "clang a.c -o a && ./a",
            ONE,
            "ld: symbol(s) not found for architecture arm64\nclang: error: linker command failed\n",
        ),
        (Fail, "rustc main.rs && ./main", ONE, "error[E0425]: cannot find value `x` in this scope\n --> main.rs:2:5\n"),
        (
            Fail,
            "rustc main.rs && ./main",
            None,
            "error: couldn't read `main.rs`: No such file or directory (os error 2)\n",
        ),
        (
            Fail,
            "javac Shop.java && java Shop",
            ONE,
            "error: file not found: Shop.java\nUsage: javac <options> <source files>\n",
        ),
        (Fail, "tsc && echo ok", Some(2), "error TS18003: No inputs were found in config file 'tsconfig.json'.\n"),
        (
            Fail,
            "tsc -p . && node dist/shop.js",
            Some(2),
            "error TS18003: No inputs were found in config file 'tsconfig.json'.\n",
        ),
        (Fail, "go build -o x ./cmd/nope && ./x", ONE, "stat /p/cmd/nope: directory not found\n"),
        (
            Fail,
            "go build -o x ./cmd/nope && ./x",
            ONE,
            "no required module provides package shop/cmd/nope; to add it:\n\tgo get shop/cmd/nope\n",
        ),
        (Open, "go build -o x ./cmd/shop && ./x", ONE, "error: the store is gone\n"),
        (Open, "gcc a.c -o a && ./a", Some(127), "bash: line 1: gcc: command not found\n"),
        (Open, "gcc a.c -o a && ./a", None, "gcc: command not found\n"),
        (Open, "gcc a.c -o a && ./a", ONE, "no such customer\n"),
        (Open, "gcc a.c -o a && ./a", None, "no such customer\n"),
    ]);
}

#[test]
fn what_is_built_and_then_run_or_compared() {
    let built = "   Compiling shop v0.1.0\n    Finished `dev` profile [unoptimized] target(s) in 0.4s\n";
    let usage = format!("{built}error: unknown format\nusage: shop FILE\n");
    let broken =
        "error[E0308]: mismatched types\nerror: could not compile `shop` (bin \"shop\") due to 1 previous error\n";
    each(&[
        (Pass, "cargo build && ./target/debug/shop --bad", Some(2), &usage),
        (Fail, "cargo build && ./target/debug/shop --bad", Some(101), broken),
        (Fail, "go build -o gen . && ./gen > /tmp/o && diff -q /tmp/o golden", ONE, "Files /tmp/o and golden differ\n"),
        (Fail, "gcc a.c -o a && ./a > out && cmp out golden", ONE, "out golden differ: byte 3, line 1\n"),
        (Pass, "go build -o gen . && ./gen > /tmp/o && diff -q /tmp/o golden", OK, ""),
    ]);
}

#[test]
fn a_formatter_that_lists_what_is_taken_in() {
    let tested = "test -z \"$(gofmt -l .)\"";
    each(&[
        (Fail, tested, ONE, ""),
        (Pass, tested, OK, ""),
        (Fail, "[ -z \"$(gofmt -l $(git ls-files '*.go'))\" ]", ONE, ""),
        (Pass, "test -z \"$(gofmt -l .)\" && go vet ./...", OK, ""),
        (Open, "out=$(gofmt -l .); test -z \"$out\"", ONE, ""),
        (Pass, "out=$(gofmt -l .); test -z \"$out\"", OK, ""),
        (Pass, "gofmt -l .", OK, ""),
        (
            Fail,
            "dart format --output=none --set-exit-if-changed .",
            ONE,
            "Formatted 9 files (1 changed) in 0.2 seconds.\n",
        ),
    ]);
}

#[test]
fn parts_of_lines_may_say_all() {
    let suite =
        |failures| format!("<testsuite name=\"a\" errors=\"0\" failures=\"{failures}\" skipped=\"0\" tests=\"44\">\n");
    let junit = "pytest -q --junitxml=/tmp/r.xml >/dev/null; grep -o '<testsuite [^>]*>' /tmp/r.xml";
    let jest = "npx jest --json | jq -c '{numPassedTests,numFailedTests}'";
    each(&[
        (Pass, junit, OK, &suite(0)),
        (Fail, junit, OK, &suite(2)),
        (Pass, jest, OK, "{\"numPassedTests\":44,\"numFailedTests\":0}\n"),
        (Fail, jest, OK, "{\"numPassedTests\":43,\"numFailedTests\":1}\n"),
        (Open, "npx jest --json | jq .numPassedTests", OK, "44\n"),
        (Open, "pytest | grep -o '[0-9]* passed'", OK, "44 passed\n"),
    ]);
}

#[test]
fn aliases_of_clojure_are_named_for_what_they_run() {
    let failed = "Ran 31 tests containing 88 assertions.\n0 failures, 3 errors.\n";
    each(&[
        (Fail, "clj -M:test | tail -2", OK, failed),
        (Fail, "clojure -M:dev:test -m kaocha.runner", ONE, failed),
        (Pass, "clojure -X:test", OK, "Ran 31 tests containing 88 assertions.\n0 failures, 0 errors.\n"),
        (Want::None, "clojure -M:dev -m shop.main", OK, "started\n"),
    ]);
}

#[test]
fn runs_what_was_built() {
    for line in [
        "gcc a.c -o a && ./a",
        "gcc -oa a.c && timeout 5 ./a | head",
        "go build -o \"$OUT/shop\" ./cmd/shop && \"$OUT/shop\" orders",
        "go build -o /tmp/shop 2>&1 | tail -3 && /tmp/shop",
        "javac Shop.java && java Shop",
        "tsc && node dist/shop.js",
        "mkdir -p out && rustc -o out/a a.rs && cd out && ./a",
    ] {
        assert!(line_of(line).runs_built, "{line}");
    }
    for line in [
        "tsc && echo ok",
        "go vet ./... && git push",
        "gcc -c a.c && ls -l a.o",
        "go build ./... && cat out.txt",
        "go build -o x ./a; ./x",
        "gcc a.c -o a || ./a",
    ] {
        assert!(!line_of(line).runs_built, "{line}");
    }
}

fn line_of(command: &str) -> CommandLine {
    crate::detect::call::shell::read(command)
}

#[test]
fn praise_follows_a_pass_only() {
    each(&[
        (Open, "for f in *.sh; do bash -n \"$f\" && echo ok; done", None, "a.sh: line 3: syntax error\nok\n"),
        (Open, "for f in *.sh; do bash -n \"$f\"; done && echo \"all fine\"", None, "all fine\n"),
        (Open, "while read f; do bash -n \"$f\" && echo ok; done < list", None, "ok\n"),
        (Open, "ls *.sh | xargs -I{} bash -c 'bash -n {} && echo ok'", None, "ok\n"),
        (Open, "(bash -n a.sh; true) && echo fine", None, "fine\n"),
        (Open, "bash -c 'bash -n a.sh; true' && echo fine", None, "fine\n"),
        (Open, "{ sh -n a.sh | tail -3; } && echo ok", None, "ok\n"),
        (Open, "{ if true; then sh -n a.sh; fi; } && echo ok", None, "ok\n"),
        (Open, "find . -name '*.sh' -exec bash -n {} \\; && echo fine", OK, "fine\n"),
        (Pass, "(cd web; sh -n run.sh) && echo fine", None, "fine\n"),
        (Pass, "{ sh -n a.sh && sh -n b.sh; } && echo fine", None, "fine\n"),
        (Pass, "bash -c 'set -e; bash -n a.sh; true' && echo fine", None, "fine\n"),
        (Pass, "bash -n deploy.sh && echo 'all fine'", None, "all fine\n"),
        (Pass, "cd web && sh -n run.sh && echo done-1 || echo broken", None, "done-1\n"),
        (Open, "cd web && sh -n run.sh && echo done-1 || echo broken", None, "broken\n"),
        (Open, "bash -n deploy.sh; echo fine", None, "fine\n"),
        (Open, "bash -n deploy.sh | cat && echo fine", None, "fine\n"),
        (Open, "true && echo fine; bash -n deploy.sh | cat", None, "fine\n"),
        (Pass, "if sh -n a.sh 2>/dev/null; then echo GOOD; else echo BAD; fi", None, "GOOD\n"),
        (Open, "if sh -n a.sh 2>/dev/null; then echo GOOD; else echo BAD; fi", None, "BAD\n"),
        (Open, "if sh -n a.sh; then echo done; else echo done; fi", None, "done\n"),
        (Open, "if ! sh -n a.sh; then echo BAD; fi", None, "BAD\n"),
        (Open, "if sh -n a.sh; true; then echo GOOD; fi", None, "GOOD\n"),
        (Open, "if true; then echo GOOD; fi; sh -n a.sh | cat", None, "GOOD\n"),
    ]);
}

#[test]
fn a_cut_output_may_hide_a_failure() {
    each(&[
        // Go says FAIL after all packages if one failed: see `go help test`.
        (Pass, "go test ./... | tail -1", OK, "ok  \texample.com/shop/web\t0.011s\n"),
        (
            Pass,
            "go test ./... 2>&1 | tail -n 2",
            OK,
            "ok  \texample.com/a\t0.1s\n?   \texample.com/b\t[no test files]\n",
        ),
        (Open, "go test ./... 2>&1 | tail -n 2", OK, "ok  \texample.com/a\t0.1s\n2026/11/25 nothing left to do\n"),
        (Fail, "go test ./... | tail -1", OK, "FAIL\n"),
        (Pass, "go test ./... 2>&1 | tail -20", OK, "ok  \texample.com/a\t0.1s\nok  \texample.com/b\t(cached)\n"),
        (Open, "go test ./... 2>&1 | head -3", OK, "ok  \ta\t0.1s\nok  \tb\t0.1s\nok  \tc\t0.1s\n"),
        (Open, "go test ./... 2>&1 | grep ok", OK, "ok  \ta\t0.1s\n"),
        (Open, "go test -v ./a 2>&1 | grep PASS", OK, "--- PASS: TestA (0.00s)\nPASS\n"),
        (Fail, "go test ./... 2>&1 | grep -E 'FAIL|ok'", OK, "ok  \ta\t0.1s\nFAIL\tb\t0.1s\n"),
        (Pass, "go test ./a | tail -1", OK, "ok  \texample.com/shop/a\t0.011s\n"),
        (Pass, "set -o pipefail; go test ./... | tail -1", OK, "ok  \texample.com/shop/web\t0.011s\n"),
        (Pass, "pytest -q | tail -1", OK, "12 passed in 0.3s\n"),
        (
            Open,
            "cargo test --workspace 2>&1 | grep 'test result' | head -1",
            OK,
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n",
        ),
        (
            Pass,
            "cargo test 2>&1 | tail -4",
            OK,
            "running 0 tests\n\ntest result: ok. 9 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n",
        ),
        (Open, "bazel test //... | tail -1", OK, "//web:test       PASSED in 0.3s\n"),
        (
            Open,
            "for m in a b; do (cd $m && go test ./...); done 2>&1 | tail -3",
            OK,
            "ok  \ta/x\t0.1s\nok  \tb/x\t0.1s\nok  \tb/y\t0.1s\n",
        ),
        (Open, "for m in a b; do go test ./$m; done 2>&1 | tail -1", OK, "ok  \tshop/b\t0.1s\n"),
        (Open, "(go test ./a; go test ./b) 2>&1 | tail -1", OK, "ok  \tshop/b\t0.1s\n"),
        (Open, "for m in a b; do (cd $m && pytest -q); done 2>&1 | tail -1", OK, "12 passed in 0.3s\n"),
        (Fail, "for m in a b; do (cd $m && go test ./...); done 2>&1 | tail -3", OK, "FAIL\tb/x\t0.1s\nFAIL\n"),
    ]);
}

#[allow(clippy::too_many_lines, reason = "a table")]
#[test]
fn a_question_is_no_check() {
    let mut wrong = Vec::new();
    for command in [
        "eslint --version --no-color",
        "npx eslint -v",
        "npx tsc -v",
        "npx --no-install jest --help --colors",
        "cargo clippy --version --verbose",
        "cargo test --help",
        "cargo nextest -V",
        "pytest --version -q 2>&1 | head -1",
        "python -m pytest --version",
        "python3 -m mypy -V",
        "ruff --version",
        "ruff check --help",
        "golangci-lint version",
        "golangci-lint --version",
        "golangci-lint help linters",
        "go vet -help",
        "go test --help",
        "go help test",
        "gcc --version",
        "gcc -v",
        "clang-tidy --version",
        "mvn -v",
        "./gradlew --version",
        "make --version",
        "just --help",
        "cmake --version",
        "ctest --version",
        "ninja --version",
        "bazel version",
        "dotnet --info",
        "dotnet test --help",
        "phpunit --version",
        "npx playwright --version",
        "docker compose exec web rspec --version",
        "uv run mypy --version",
        "npm test -- --help",
        "npm run lint -- --version",
        "mise run lint --help",
        "shellcheck -V",
        "swiftlint version",
        "pre-commit --version",
        "biome --version",
        "deno test --help",
        "terraform validate -help",
        "prettier --check --help",
    ] {
        wrong.extend((ended(command, OK, "v1.2.3\n") != Want::None).then_some(command));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for command in ["pytest -v", "go test -v ./...", "cargo test -v", "make -v test", "mocha -h 3", "npm test -- -v"] {
        assert_ne!(ended(command, OK, "x\n"), Want::None, "{command}");
    }
}

#[test]
fn a_name_is_no_check() {
    let mut wrong = Vec::new();
    for command in [
        "mise -run",
        "mise --test-only install",
        "task -list-tests",
        "make --lint=no clean",
        "/tmp/entire-test",
        "/tmp/entire-test status",
        "/tmp/shop-e2e/bin/shop-test enable --force",
        "cd /tmp/entire-test && ls -la",
        "mkdir -p /tmp/lint-check && cd /tmp/lint-check",
        "cat /tmp/entire-test/out.txt",
        "make -C /tmp/build-test clean",
        "mise -C /tmp/entire-test install",
        "mise trust /tmp/entire-test",
        "acme run /tmp/entire-test",
        "mise run fmt -run TestFoo",
        "mise run deploy --env test",
        "just release --profile lint",
        "just --justfile /tmp/test/justfile deploy",
        "git -C /tmp/unit-tests log",
    ] {
        wrong.extend((ended(command, OK, "fine\n") != Want::None).then_some(command));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for command in [
        "./run-tests",
        "scripts/test.sh",
        "/tmp/shop/scripts/run_tests.sh",
        "./build/cart_test --gtest_filter=A.*",
        "mise run test",
    ] {
        assert_ne!(ended(command, OK, "fine\n"), Want::None, "{command}");
    }
}

#[test]
fn only_a_call_that_was_cancelled_checked_nothing() {
    let check = |error: &str, exit: Option<i64>| {
        let input = Input { command: Some("npm test".to_owned()), ..Input::default() };
        let class = classify("bash", &input, &[]);
        let error = serde_json::to_string(error).unwrap();
        let metadata = serde_json::json!({ "exit": exit }).to_string();
        let state = ToolState {
            status: "error".into(),
            error: Some(Raw::new(&error)),
            metadata: Some(Raw::new(&metadata)),
            ..ToolState::default()
        };
        read("bash", &input, &class, &state, false).check
    };
    for (error, exit) in [
        ("Exit code 1\nfetch: request was aborted", None),
        ("exit code: 2\nRequest was aborted", None),
        ("Request was aborted", ONE),
        ("fetch: request was aborted", None),
        ("1) cart\n   the order was cancelled", None),
    ] {
        assert!(matches!(check(error, exit), Some(CheckOutcome::Failed { .. })), "{error}");
    }
    for error in [
        "Tool execution aborted",
        "Sibling tool call errored",
        "<tool_use_error>Sibling tool call errored</tool_use_error>",
        "[Request interrupted by user for tool use]",
        "Error: The operation was aborted.",
        "AbortError: This operation was aborted",
        "The tool call was cancelled",
        "Exit code 137\nrunning 12 tests\ntest a ... ok\n[Request interrupted by user for tool use]",
        "Exit code 137\n[Request interrupted by user for tool use]\n--- PASS: TestA (0.00s)\nPASS\nok  \tx/a\t0.487s",
    ] {
        assert_eq!(check(error, None), None, "{error}");
    }
}

#[test]
fn linters_fail_at_what_they_find() {
    each(&[
        (Fail, "ktlint src | head -20", OK, "src/A.kt:3:1: Wildcard import (standard:no-wildcard-imports)"),
        (Fail, "hadolint Dockerfile; true", OK, "Dockerfile:3 DL3008 warning: Pin versions in apt get install"),
        (Fail, "buf lint; echo done", OK, "proto/user.proto:7:9:Message name \"user\" should be PascalCase.\ndone"),
        (Fail, "codespell docs | head", OK, "docs/a.md:3: teh ==> the"),
        (
            Fail,
            "sqlfluff lint models | tail -4",
            OK,
            "== [models/a.sql] FAIL\nL:   3 | P:   1 | LT02 | Expected indent.",
        ),
        (Fail, "swiftlint | tail -1", OK, "Done linting! Found 5 violations, 1 serious in 22 files."),
        (Pass, "swiftlint", OK, "Done linting! Found 5 violations, 0 serious in 22 files."),
        (Pass, "swiftlint | tail -1", OK, "Done linting! Found 0 violations, 0 serious in 22 files."),
        // Warnings of these fail nothing.
        (Open, "clang-tidy a.cpp | tail -5", OK, "a.cpp:3:5: warning: use nullptr [modernize-use-nullptr]"),
        (Pass, "clang-tidy a.cpp", OK, "12 warnings generated.\nSuppressed 12 warnings (12 in non-user code)."),
        (Fail, "clang-tidy a.cpp", ONE, "12 warnings generated.\nSuppressed 12 warnings (12 in non-user code)."),
    ]);
}

#[test]
fn unknown_programs_fail_at_most() {
    each(&[
        (Fail, "./gradlew detekt 2>&1 | tail -4", OK, "> Task :detekt FAILED\n\nBUILD FAILED in 6s"),
        (
            Fail,
            "kubeconform -summary k8s | tail -1",
            OK,
            "Summary: 14 resources found in 3 files - Valid: 12, Invalid: 2",
        ),
        (Fail, "godot --headless -s gut.gd | tail -4", OK, "---- 3 failing tests ----"),
        (Fail, "./conform --all", ONE, "31 tests, 2 failures"),
        (Want::None, "./conform --all", OK, "31 tests, 0 failures"),
        (Want::None, "./conform --all", ONE, "cannot open the suite"),
        (Want::None, "./deploy.sh | tail -3", OK, "3 hosts, error budget 5"),
    ]);
}

#[test]
fn tools_fail_as_their_json_says() {
    let ended = |tool: &str, output: &str| {
        let class = classify(tool, &Input::default(), &[]);
        let output = serde_json::to_string(output).unwrap();
        let state = ToolState { status: "completed".into(), output: Some(Raw::new(&output)), ..ToolState::default() };
        read(tool, &Input::default(), &class, &state, false).check
    };
    let failed = |count| Some(CheckOutcome::Failed { count, items: Vec::new() });
    for (tool, output, expected) in [
        ("jetbrains_runTests", r#"{"passed":31,"failed":0}"#, Some(CheckOutcome::Passed)),
        ("jetbrains_runTests", r#"{"passed":29,"failed":2}"#, failed(Some(2))),
        ("execute_test", r#"{"success":false}"#, failed(None)),
        ("vscode_run_tests", "31 passed", Some(CheckOutcome::Passed)),
        ("build_project", r#"{"jobId":7}"#, Some(CheckOutcome::Unknown)),
        ("gradle_execute", r#"{"passed":29,"failed":2}"#, failed(Some(2))),
        ("gradle_execute", r#"{"passed":31,"failed":0}"#, None),
    ] {
        assert_eq!(ended(tool, output), expected, "{tool} {output}");
    }
}

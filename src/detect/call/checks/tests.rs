use super::*;
use proptest::prelude::*;

#[derive(Clone, Copy, PartialEq, Debug)]
enum Want {
    Pass,
    Fail(Option<u32>),
    Empty,
    Unknown,
}
use Want::{Empty, Fail, Pass, Unknown};

/// The tool, what its output says, and the output. "run" stands for output of the tool itself, run
/// in November 2026; "docs" for its manual or its source.
const SAMPLES: &[(&str, Want, &str)] = &[
    (
        "pytest 9.2, run",
        Fail(Some(2)),
        "test_a.py .FsE      [100%]\n\n=== ERRORS ===\n___ ERROR at setup of test_err ___\nE       fixture 'nofix' not found\n=== FAILURES ===\n___ test_add ___\n\n>   def test_add(): assert 1+1==3\nE   assert (1 + 1) == 3\n\ntest_a.py:3: AssertionError\n=== short test summary info ===\nFAILED test_a.py::test_add - assert (1 + 1) == 3\nERROR test_a.py::test_err\n=== 1 failed, 1 passed, 1 skipped, 1 error in 0.08s ===\n",
    ),
    (
        "pytest 9.2, run",
        Pass,
        "=== test session starts ===\nplatform linux -- Python 3.11.7, pytest-9.2.0, pluggy-1.7.0\ncollected 1 item\n\ntest_failed.py::test_failed_login PASSED   [100%]\n\n=== 1 passed in 0.02s ===\n",
    ),
    (
        "pytest -q, run",
        Pass,
        "....s.x                                              [100%]\n5 passed, 1 skipped, 1 xfailed, 3 warnings in 1.20s\n",
    ),
    ("pytest 9.2, run", Empty, "collected 5 items / 5 deselected / 0 selected\n\n=== 5 deselected in 0.03s ===\n"),
    ("pytest 9.2, run", Empty, "collected 0 items\n\n=== no tests ran in 0.00s ===\n"),
    (
        "pytest-cov 7, run",
        Fail(None),
        "TOTAL           14     13     7%\nFAIL Required test coverage of 99% not reached. Total coverage: 7.14%\n=== 1 passed in 0.16s ===\n",
    ),
    (
        "unittest 3.11, run",
        Fail(Some(2)),
        "FE.\n======\nERROR: test_e (u.T.test_e)\n------\nTraceback (most recent call last):\nValueError: x\n\nFAIL: test_b (u.T.test_b)\nRan 3 tests in 0.000s\n\nFAILED (failures=1, errors=1)\n",
    ),
    ("unittest 3.11, run", Pass, "test_failed_x (u.T.test_failed_x) ... ok\n\n------\nRan 1 test in 0.000s\n\nOK\n"),
    ("unittest, docs", Pass, "Ran 4 tests in 0.01s\n\nOK (skipped=2)\n"),
    (
        "cargo test 1.95, docs",
        Fail(Some(1)),
        "running 2 tests\ntest a::adds ... FAILED\ntest a::failed_login ... ok\n\nfailures:\n\n---- a::adds stdout ----\nthread 'a::adds' panicked at src/lib.rs:3:5:\nassertion failed\n\nfailures:\n    a::adds\n\ntest result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\nerror: test failed, to rerun pass `--lib`\n",
    ),
    (
        "cargo test 1.95, run",
        Pass,
        "    Finished `test` profile [optimized + debuginfo] target(s) in 24.44s\n     Running unittests src/lib.rs (target/debug/deps/lab-82)\n\nrunning 1 test\ntest a::error_is_failed ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
    ),
    (
        "cargo test, cut",
        Unknown,
        "    Finished `test` profile [unoptimized] target(s) in 2.1s\n     Running unittests src/lib.rs (target/debug/deps/lab-82)\n\nrunning 10 tests\ntest a ... ok\ntest b ... ok\n",
    ),
    (
        "cargo test, nothing run",
        Empty,
        "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 5 filtered out; finished in 0.00s\n",
    ),
    (
        "cargo build, run",
        Pass,
        "   Compiling lab v0.1.0 (/x)\nwarning: unused variable: `error`\n --> src/lib.rs:1:5\nwarning: `lab` (lib) generated 1 warning\n    Finished `dev` profile [unoptimized + debuginfo] target(s) in 0.33s\n",
    ),
    (
        "cargo build, run",
        Fail(None),
        "error[E0308]: mismatched types\n --> src/lib.rs:1:5\n\nerror: could not compile `lab` (lib) due to 1 previous error\n",
    ),
    ("cargo fmt --check, run", Fail(None), "Diff in /x/src/lib.rs:3:\n-fn a(){}\n+fn a() {}\n"),
    (
        "nextest 0.9, docs",
        Fail(Some(1)),
        "        PASS [   0.004s] lab a::failed\n        FAIL [   0.005s] lab a::adds\n------------\n     Summary [   0.012s] 2 tests run: 1 passed, 1 failed, 0 skipped\nerror: test run failed\n",
    ),
    (
        "nextest 0.9, docs: a retry",
        Pass,
        "  TRY 1 FAIL [   0.005s] lab a::adds\n   TRY 2 PASS [   0.004s] lab a::adds\n     Summary [   0.012s] 2 tests run: 2 passed (1 flaky), 0 skipped\n",
    ),
    (
        "go test 1.19, run",
        Fail(None),
        "--- FAIL: TestBad (0.00s)\n    --- FAIL: TestBad/sub (0.00s)\n        a_test.go:4: no\nFAIL\nFAIL\tx\t0.003s\nFAIL\n",
    ),
    (
        "go test -v 1.19, run",
        Pass,
        "=== RUN   TestFailedLogin\n--- PASS: TestFailedLogin (0.00s)\nPASS\nok  \tx\t0.005s\n",
    ),
    (
        "go build 1.19, run",
        Fail(None),
        "# x/bad\nbad/a.go:2:23: cannot use \"a\" (untyped string constant) as int value in return statement\n",
    ),
    ("go vet 1.19, run", Fail(None), "# x/bad\nvet: bad/a.go:2:23: cannot use \"a\" as int value\n"),
    ("go test, no files", Empty, "?   \tx/cmd\t[no test files]\n"),
    (
        "golangci-lint 2, docs",
        Fail(Some(1)),
        "main.go:9:2: ineffectual assignment to err (ineffassign)\n1 issues:\n* ineffassign: 1\n",
    ),
    ("golangci-lint 2, docs", Pass, "0 issues.\n"),
    (
        "jest 30, run",
        Fail(Some(1)),
        "FAIL ./a.test.js\n  ✓ failed login shows 3 errors (2 ms)\n  g\n    ✕ adds (8 ms)\n    ○ skipped s\n\n  ● g › adds\n\nTest Suites: 1 failed, 1 total\nTests:       1 failed, 1 skipped, 1 passed, 3 total\nSnapshots:   0 total\nTime:        1.263 s\nRan all test suites matching a.test.js.\n",
    ),
    (
        "jest 30, run",
        Pass,
        "PASS ./ok.test.js\n  ✓ failed login shows 3 errors (10 ms)\n\nTest Suites: 1 passed, 1 total\nTests:       1 passed, 1 total\nSnapshots:   0 total\nTime:        0.957 s\n",
    ),
    ("jest 30, run", Empty, "No tests found, exiting with code 1\nRun with `--passWithNoTests` to exit with code 0\n"),
    (
        "jest 30, docs",
        Fail(None),
        "Test Suites: 2 passed, 2 total\nTests:       9 passed, 9 total\nJest: \"global\" coverage threshold for lines (80%) not met: 61.53%\n",
    ),
    (
        "vitest 4.1, run",
        Fail(Some(1)),
        "\u{1b}[31m ❯\u{1b}[39m v.test.mjs \u{1b}[2m(2 tests | 1 failed)\u{1b}[22m\n   \u{1b}[32m✓\u{1b}[39m failed ok\n\u{1b}[31m   × bad\u{1b}[39m 5ms\n FAIL  v.test.mjs > bad\nAssertionError: expected 1 to be 2\n\u{1b}[2m Test Files \u{1b}[22m \u{1b}[31m1 failed\u{1b}[39m (1)\n\u{1b}[2m      Tests \u{1b}[22m \u{1b}[31m1 failed\u{1b}[39m | 1 passed (2)\n   Start at  21:39:06\n",
    ),
    (
        "vitest 4.1, run",
        Pass,
        " ✓ v.test.mjs (2 tests) 4ms\n\n Test Files  1 passed (1)\n      Tests  2 passed (2)\n   Duration  615ms\n",
    ),
    (
        "vitest 4.1, docs",
        Fail(None),
        "      Tests  2 passed (2)\nERROR: Coverage for lines (52%) does not meet global threshold (80%)\n",
    ),
    (
        "mocha 11, run",
        Fail(Some(1)),
        "  g\n    ✔ failed login\n    1) adds\n    - pend\n\n\n  1 passing (4ms)\n  1 pending\n  1 failing\n\n  1) g\n       adds:\n      AssertionError [ERR_ASSERTION]: 1 == 2\n",
    ),
    ("mocha 11, run", Pass, "  g\n    ✔ 2 errors\n\n  1 passing (4ms)\n"),
    (
        "playwright 1.5, docs",
        Fail(Some(1)),
        "Running 3 tests using 2 workers\n  ✘  1 [chromium] › a.spec.ts:3:1 › logs in (1.2s)\n\n  1 failed\n    [chromium] › a.spec.ts:3:1 › logs in ───────\n  2 passed (4.1s)\n",
    ),
    (
        "playwright 1.5, docs: a retry",
        Pass,
        "Running 3 tests using 2 workers\n\n  1 flaky\n    [chromium] › a.spec.ts:3:1 › logs in ───────\n  2 passed (4.1s)\n",
    ),
    (
        "node --test 20, run",
        Fail(Some(1)),
        "TAP version 13\n# Subtest: ok failed\nok 1 - ok failed\nnot ok 2 - bad\n  ---\n  error: '1 == 2'\n1..2\n# tests 2\n# suites 0\n# pass 1\n# fail 1\n# cancelled 0\n",
    ),
    (
        "node --test 20, run",
        Pass,
        "✔ fails with 2 errors (0.5ms)\nℹ tests 2\nℹ suites 0\nℹ pass 2\nℹ fail 0\nℹ cancelled 0\nℹ skipped 0\n",
    ),
    ("TAP 13, docs", Pass, "1..3\nok 1 - a\nok 2 - failed # SKIP later\nok 3\n"),
    ("TAP 13, docs: cut", Unknown, "1..3\nok 1 - a\nok 2 - b\n"),
    ("TAP 13, docs", Fail(None), "1..3\nok 1 - a\nnot ok 2 - b\nok 3\n"),
    ("bats 1.11, docs", Fail(Some(1)), " ✓ failed x\n ✗ bad\n   (in test file x.bats, line 2)\n\n2 tests, 1 failure\n"),
    ("bats 1.11, docs", Pass, " ✓ failed x\n\n1 test, 0 failures\n"),
    ("tsc 6, run", Fail(None), "t.ts(1,5): error TS2322: Type 'string' is not assignable to type 'number'.\n"),
    (
        "tsc --pretty 6, run",
        Fail(Some(3)),
        "\u{1b}[96mt.ts\u{1b}[0m:\u{1b}[93m1\u{1b}[0m:5 - error TS2322: Type 'string' is not assignable.\n\nFound 3 errors in 2 files.\n",
    ),
    ("tsc --watch, docs", Pass, "[10:00:00 AM] Found 0 errors. Watching for file changes.\n"),
    (
        "eslint 10, run",
        Fail(Some(1)),
        "/x/l.js\n  1:16  error    Expected a conditional expression  no-cond-assign\n  1:16  warning  'a' is assigned a value but never used  no-unused-vars\n\n✖ 2 problems (1 error, 1 warning)\n",
    ),
    (
        "eslint 10, docs: warnings",
        Pass,
        "/x/l.js\n  1:16  warning  'error' is never used  no-unused-vars\n\n✖ 1 problem (0 errors, 1 warning)\n",
    ),
    (
        "biome 2, run",
        Fail(Some(2)),
        "  × The assignment should not be in an expression.\n\nChecked 1 file in 36ms. No fixes applied.\nFound 2 errors.\n",
    ),
    ("biome 2, docs", Unknown, "Checked 4 files in 3ms. No fixes applied.\n"),
    (
        "ruff 0.14, run",
        Fail(Some(1)),
        "F401 [*] `os` imported but unused\n --> m.py:2:8\n\nFound 1 error.\n[*] 1 fixable with `--fix`.\n",
    ),
    ("ruff 0.14, run", Pass, "All checks passed!\n"),
    ("ruff format 0.14, run", Pass, "1 file already formatted\n"),
    (
        "ruff format 0.14, docs",
        Fail(None),
        "Would reformat: a.py\n1 file would be reformatted, 2 files already formatted\n",
    ),
    (
        "mypy 1, run",
        Fail(Some(1)),
        "m.py:1: error: Incompatible types in assignment  [assignment]\nFound 1 error in 1 file (checked 1 source file)\n",
    ),
    ("mypy 1, run", Pass, "Success: no issues found in 1 source file\n"),
    (
        "pyright 1.1, docs",
        Fail(Some(2)),
        "/x/a.py\n  /x/a.py:1:10 - error: Type \"str\" is not assignable\n2 errors, 1 warning, 0 informations\n",
    ),
    ("pyright 1.1, docs", Pass, "0 errors, 3 warnings, 0 informations\n"),
    ("flake8 7, run", Fail(None), "m.py:2:1: F401 'os' imported but unused\n"),
    (
        "prettier 3, docs",
        Fail(None),
        "Checking formatting...\n[warn] a.ts\n[warn] Code style issues found in the above file. Run Prettier with --write to fix.\n",
    ),
    ("prettier 3, docs", Pass, "Checking formatting...\nAll matched files use Prettier code style!\n"),
    (
        "gcc 12, run",
        Fail(None),
        "a.c: In function ‘main’:\na.c:1:21: warning: initialization of ‘int’\na.c:1:33: error: ‘y’ undeclared (first use in this function)\n",
    ),
    ("gcc 12, run: warnings", Unknown, "a.c:1:21: warning: unused variable ‘error’ [-Wunused]\n"),
    (
        "clang 14, run",
        Fail(Some(1)),
        "a.c:1:33: error: use of undeclared identifier 'y'\n1 warning and 1 error generated.\n",
    ),
    ("make 4.3, run", Fail(None), "cc a.c\nmake: *** [Makefile:2: all] Error 1\n"),
    ("make 4.3, docs", Unknown, "rm x\nmake: [Makefile:2: clean] Error 1 (ignored)\n"),
    ("make 4.3, run", Pass, "make: Nothing to be done for 'all'.\n"),
    (
        "cmake 4, run",
        Fail(None),
        "[ 50%] Building C object CMakeFiles/b.dir/b.c.o\n/x/b.c:1:19: error: ‘y’ undeclared\ngmake[2]: *** [CMakeFiles/b.dir/build.make:79: b.c.o] Error 1\ngmake: *** [Makefile:101: all] Error 2\n",
    ),
    (
        "cmake 4, run",
        Pass,
        "[ 50%] Building C object CMakeFiles/b.dir/b.c.o\n[100%] Linking C executable b\n[100%] Built target b\n",
    ),
    (
        "ninja 1.13, run",
        Fail(None),
        "[1/2] Building C object CMakeFiles/b.dir/b.c.o\nFAILED: [code=1] CMakeFiles/b.dir/b.c.o \nninja: build stopped: subcommand failed.\n",
    ),
    (
        "ctest 4, run",
        Fail(Some(1)),
        "1/2 Test #1: good .............................   Passed    0.00 sec\n2/2 Test #2: bad ..............................***Failed    0.01 sec\n\n50% tests passed, 1 tests failed out of 2\n\nThe following tests FAILED:\n\t  2 - bad (Failed)\nErrors while running CTest\n",
    ),
    (
        "ctest 4, run",
        Pass,
        "1/1 Test #1: failed_login .....................   Passed    0.01 sec\n\n100% tests passed out of 1\n",
    ),
    ("ctest 3, docs", Pass, "100% tests passed, 0 tests failed out of 12\n"),
    (
        "maven surefire 3, docs",
        Fail(Some(1)),
        "[ERROR] Tests run: 3, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 0.05 s <<< FAILURE! - in com.x.FooTest\n[ERROR] com.x.FooTest.adds  Time elapsed: 0.01 s  <<< FAILURE!\n[ERROR]   FooTest.adds:12 expected: <1> but was: <2>\n[INFO] BUILD FAILURE\n",
    ),
    (
        "maven surefire 3, docs",
        Pass,
        "[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 0.05 s - in com.x.FailedTest\n[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 1\n[INFO] BUILD SUCCESS\n",
    ),
    ("javac 17, docs", Fail(Some(1)), "A.java:3: error: ';' expected\n1 error\n"),
    (
        "gradle 8, docs",
        Fail(Some(1)),
        "> Task :app:test FAILED\n\nFooTest > adds() FAILED\n    org.opentest4j.AssertionFailedError\n\n3 tests completed, 1 failed\n\nFAILURE: Build failed with an exception.\n\nBUILD FAILED in 2s\n",
    ),
    (
        "gradle 8, docs",
        Pass,
        "> Task :app:test\n\nBUILD SUCCESSFUL in 2s\n3 actionable tasks: 1 executed, 2 up-to-date\n",
    ),
    (
        "dotnet test 9, docs",
        Fail(Some(1)),
        "  Failed X.Tests.Adds [12 ms]\n  Error Message:\n   Assert.Equal() Failure\n\nFailed!  - Failed:     1, Passed:     4, Skipped:     0, Total:     5, Duration: 20 ms - X.dll (net9.0)\n",
    ),
    (
        "dotnet test 9, docs",
        Pass,
        "Passed!  - Failed:     0, Passed:     5, Skipped:     0, Total:     5, Duration: 20 ms - X.dll (net9.0)\n",
    ),
    (
        "dotnet build 9, docs",
        Fail(Some(1)),
        "/x/A.cs(3,5): error CS1002: ; expected [/x/X.csproj]\n\nBuild FAILED.\n    0 Warning(s)\n    1 Error(s)\n",
    ),
    ("dotnet build 9, docs", Pass, "Build succeeded.\n    2 Warning(s)\n    0 Error(s)\n\nTime Elapsed 00:00:01.90\n"),
    (
        "rspec 3, run",
        Fail(Some(1)),
        ".F*\n\nFailures:\n\n  1) x bad\n     Failure/Error: it(\"bad\"){expect(1).to eq 2}\n\nFinished in 0.04838 seconds (files took 0.26359 seconds to load)\n3 examples, 1 failure, 1 pending\n\nFailed examples:\n\nrspec ./a_spec.rb:3 # x bad\n",
    ),
    (
        "rspec 3, run",
        Pass,
        ".\n\nFinished in 0.01264 seconds (files took 0.19311 seconds to load)\n1 example, 0 failures\n",
    ),
    (
        "minitest 5, run",
        Fail(Some(2)),
        "  1) Error:\nT#test_e:\nRuntimeError: x\n\n  2) Failure:\nT#test_bad [m.rb:4]:\nExpected: 1\n\n3 runs, 2 assertions, 1 failures, 1 errors, 0 skips\n",
    ),
    ("minitest 5, run", Pass, "1 runs, 1 assertions, 0 failures, 0 errors, 0 skips\n"),
    (
        "rubocop 1, docs",
        Fail(Some(2)),
        "a.rb:1:1: C: Style/X: Missing comment.\n\n1 file inspected, 2 offenses detected, 1 offense autocorrectable\n",
    ),
    ("rubocop 1, docs", Pass, "Inspecting 3 files\n...\n\n3 files inspected, no offenses detected\n"),
    (
        "phpunit 9.6, run",
        Fail(Some(1)),
        ".F                                   2 / 2 (100%)\n\nThere was 1 failure:\n\n1) ATest::testBad\nFailed asserting that 2 is identical to 1.\n\nFAILURES!\nTests: 2, Assertions: 2, Failures: 1.\n",
    ),
    ("phpunit 9.6, run", Pass, ".                                    1 / 1 (100%)\n\nOK (1 test, 1 assertion)\n"),
    (
        "pest 3, docs",
        Fail(Some(1)),
        "   FAIL  Tests\\Unit\\ATest\n  ⨯ adds\n  ✓ failed login\n\n  Tests:    1 failed, 4 passed (10 assertions)\n  Duration: 0.10s\n",
    ),
    ("pest 3, docs", Pass, "   PASS  Tests\\Unit\\ATest\n  ✓ failed login\n\n  Tests:    4 passed (10 assertions)\n"),
    (
        "ExUnit 1.14, run",
        Fail(Some(1)),
        ".\n\n  1) test bad (A)\n     a.exs:5\n     Assertion with == failed\n\nFinished in 0.2 seconds (0.2s on load, 0.00s async, 0.01s sync)\n2 tests, 1 failure\n",
    ),
    ("ExUnit 1.14, docs", Pass, "..\nFinished in 0.2 seconds\n3 doctests, 2 tests, 0 failures\n"),
    (
        "XCTest, docs",
        Fail(Some(1)),
        "Test Case '-[ATests.ATests testAdd]' failed (0.001 seconds)\nTest Suite 'All tests' failed at 2025-01-01 00:00:00.000.\n\t Executed 3 tests, with 1 failure (0 unexpected) in 0.004 (0.005) seconds\n",
    ),
    (
        "XCTest, docs",
        Pass,
        "Test Suite 'All tests' passed at 2025-01-01 00:00:00.000.\n\t Executed 3 tests, with 0 failures (0 unexpected) in 0.004 (0.005) seconds\n",
    ),
    (
        "XCTest, expected failures",
        Pass,
        "Test Suite 'All tests' passed at 2025-01-01 00:00:00.000.\n\t Executed 9 tests, with 1 test expected to fail, with 0 failures (0 unexpected) in 0.004 (0.005) seconds\n",
    ),
    (
        "Swift Testing 6, docs",
        Fail(Some(1)),
        "✘ Test adds() failed after 0.001 seconds with 1 issue.\n✘ Test run with 3 tests failed after 0.001 seconds with 1 issue.\n",
    ),
    (
        "Swift Testing 6, docs",
        Pass,
        "✔ Test failedLogin() passed after 0.001 seconds.\n✔ Test run with 3 tests passed after 0.001 seconds.\n",
    ),
    ("swift build 6, docs", Pass, "[3/3] Linking x\nBuild complete! (2.10s)\n"),
    ("swiftc 6, docs", Fail(None), "/x/a.swift:3:5: error: cannot find 'y' in scope\n"),
    (
        "bazel 7, docs",
        Fail(Some(1)),
        "//a:b_test                                   FAILED in 0.3s\n\nExecuted 2 out of 2 tests: 1 test passes and 1 fails locally.\n",
    ),
    (
        "bazel 7, docs",
        Pass,
        "//a:failed_test                            PASSED in 0.3s\n\nExecuted 1 out of 1 test: 1 test passes.\n",
    ),
    (
        "sbt 1, docs",
        Fail(Some(1)),
        "[info] - adds *** FAILED ***\n[info] Tests: succeeded 4, failed 1, canceled 0, ignored 0, pending 0\n[info] *** 1 TEST FAILED ***\n[error] (Test / test) sbt.TestsFailedException: Tests unsuccessful\n",
    ),
    (
        "sbt 1, docs",
        Pass,
        "[info] Tests: succeeded 4, failed 0, canceled 0, ignored 0, pending 0\n[info] All tests passed.\n[success] Total time: 3 s\n",
    ),
    (
        "deno 2, docs",
        Fail(Some(1)),
        "adds ... FAILED (3ms)\n\nFAILED | 1 passed | 1 failed (10ms)\n\nerror: Test failed\n",
    ),
    ("deno 2, docs", Pass, "failed login ... ok (3ms)\n\nok | 2 passed | 0 failed (10ms)\n"),
    ("bun 1, docs", Fail(Some(1)), "(fail) adds [0.10ms]\n\n 1 pass\n 1 fail\nRan 2 tests across 1 files. [10.00ms]\n"),
    ("bun 1, docs", Pass, " 2 pass\n 0 fail\nRan 2 tests across 1 files. [10.00ms]\n"),
    (
        "shellcheck 0.11, run",
        Fail(None),
        "\nIn x.sh line 1:\na=$1\n^-- SC2148 (error): Tips depend on target shell and yours is unknown.\n",
    ),
    (
        "terraform validate 1, run",
        Fail(None),
        "\u{1b}[31m╷\u{1b}[0m\n\u{1b}[31m│\u{1b}[0m \u{1b}[31mError: \u{1b}[0mMissing name for resource\n│\n│   on m.tf line 4, in resource \"x\":\n╵\n",
    ),
    ("terraform validate 1, docs", Pass, "\u{1b}[32m\u{1b}[1mSuccess!\u{1b}[0m The configuration is valid.\n"),
    ("npm 10, docs", Fail(None), "npm ERR! Lifecycle script `test` failed with error:\nnpm ERR! code 1\n"),
    ("pnpm 9, docs", Fail(None), " ELIFECYCLE  Test failed. See above for more details.\n"),
    ("yarn 1, docs", Fail(None), "error Command failed with exit code 1.\n"),
    ("just 1, docs", Fail(None), "error: Recipe `test` failed on line 3 with exit code 1\n"),
    ("nothing", Unknown, ""),
    ("make, run", Unknown, "ok\n"),
    ("grep", Unknown, "src/a.py:12:    print(\"FAILED (errors=1)\")\nsrc/b.rs:3:// 2 failed attempts\n"),
    ("source code", Unknown, "def failed(errors):\n    return errors == 0\n\nFAILED = 3\nclass TestFailed: pass\n"),
    ("prose", Unknown, "I looked at the 3 failed login attempts of yesterday and wrote them down.\n"),
    ("never ran", Unknown, "bash: line 1: pytest: command not found\n"),
];

/// Other shapes of the same, from the manuals of ginkgo, cucumber, gotestsum, gtest, catch2, automake and others.
#[rustfmt::skip]
const SHAPES: &[(Want, &str)] = &[
    (Fail(Some(2)), "Ran 12 of 12 Specs in 0.002 seconds\nFAIL! -- 10 Passed | 2 Failed | 0 Pending | 0 Skipped"),
    (Pass, "Ran 12 of 12 Specs in 0.002 seconds\nSUCCESS! -- 12 Passed | 0 Failed | 0 Pending | 0 Skipped"),
    (Pass, "3 scenarios (3 passed)\n12 steps (12 passed)\n0m00.012s"),
    (Fail(Some(1)), "3 scenarios (1 failed, 2 passed)\n12 steps (1 failed, 11 passed)"),
    (Fail(Some(1)), "=== FAIL: x TestBad (0.00s)\n\nDONE 2 tests, 1 failure in 0.003s"),
    (Pass, "DONE 12 tests in 0.4s"),
    (Fail(Some(1)), "[  FAILED  ] 1 test, listed below:\n[  FAILED  ] Foo.Bar\n\n 1 FAILED TEST"),
    (Pass, "[==========] 5 tests from 2 test suites ran. (3 ms total)\n[  PASSED  ] 5 tests."),
    (Fail(Some(1)), "test cases: 5 | 4 passed | 1 failed\nassertions: 9 | 8 passed | 1 failed"),
    (Pass, "All tests passed (9 assertions in 5 test cases)"),
    (Fail(Some(1)), "# TOTAL: 3\n# PASS:  2\n# FAIL:  1\n# ERROR: 0"),
    (Pass, "# TOTAL: 3\n# PASS:  3\n# FAIL:  0\n# ERROR: 0"),
    (Pass, "14/14 tests passed"),
    (Fail(Some(1)), "13/14 tests passed"),
    (Fail(Some(1)), "Total tests: 5\n     Passed: 4\n     Failed: 1\n Total time: 1.2 Seconds"),
    (Pass, "Test Summary:\n  Passed: 12\n  Failed: 0\n  Skipped: 1"),
    (Fail(None), "a.cpp(12): error C2065: 'x': undeclared identifier"),
    (Fail(None), "*** Error code 1\n\nStop."),
    (Fail(None), "Error: Process completed with exit code 2."),
    (Fail(Some(12)), "Found 12 fixable errors in 3 files"),
    (Pass, "0 error(s), 3 warning(s)"),
    (Pass, "running 1 test\ntest a ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored\n\n   Doc-tests x\n\nrunning 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored"),
    (Empty, "    Finished `test` profile [unoptimized] target(s) in 0.1s\n     Running unittests src/lib.rs (x)\n\nrunning 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 9 filtered out"),
    (Empty, "0 tests passed"),
    (Empty, "No tests ran."),
    (Pass, "<?xml version=\"1.0\"?><testsuites><testsuite name=\"a\" errors=\"0\" failures=\"0\" skipped=\"0\" tests=\"63\" time=\"4.1\""),
    (Fail(Some(2)), "<testsuite name=\"a\" errors=\"0\" failures=\"2\" tests=\"63\">"),
    (Pass, "Ran 30 tests, 30 results as expected, 0 unexpected (2026-02-11 12:00:01+0000, 0.41 sec)"),
    (Fail(Some(2)), "Ran 30 tests, 28 results as expected, 2 unexpected (2026-02-11 12:00:01+0000, 0.41 sec)"),
    (Fail(Some(1)), "PLAY RECAP ***\na : ok=12 changed=2 unreachable=0 failed=1 skipped=3\nb : ok=13 changed=2 unreachable=0 failed=0"),
    (Pass, "PLAY RECAP ***\na : ok=12 changed=2 unreachable=0 failed=0 skipped=3"),
    (Fail(None), "a: ....12..\n\n══ Failed ═══════════\n── 1. Failure (test-a.R:14:3): dry air ───────\nnot equal\n══ DONE ═══════"),
    (Fail(Some(1)), "1 out of 24 tests failed (0.02s)"),
    (Fail(Some(2)), "2 of 24 tests failed"),
    (Fail(Some(5)), "Found 14 errors (9 fixed, 5 remaining)."),
    (Pass, "PASS: 12/12"),
    (Fail(Some(1)), "PASS: 11/12\nFAIL: 1/12"),
    (Pass, "Test Successful in 0.011s. 12 tests run."),
    (Pass, "  [OK] pushes\n  [OK] drains\n   Success: Execution finished"),
    (Pass, "Test Summary: | Pass  Total  Time\nQ             |   64     64  3.1s"),
    (Fail(None), "Test Summary: | Pass  Fail  Total  Time\nQ             |   63     1     64  3.1s"),
    (Pass, "#11 exporting layers 0.3s done\n#11 naming to docker.io/library/q done\n#11 DONE 0.4s"),
    (Fail(None), "#9 ERROR: process \"/bin/sh -c make\" did not complete\nERROR: failed to solve: exit code: 2"),
    (Fail(Some(1)), "Totals: 11 passed, 1 failed, 0 skipped, 0 blacklisted, 41ms"),
    (Fail(Some(1)), "FAIL in (drains) (a_test.clj:14)\nexpected: 0\n\nRan 31 tests containing 88 assertions.\n1 failures, 0 errors."),
    (Pass, "Ran 31 tests containing 88 assertions.\n0 failures, 0 errors."),
    (Unknown, "INFO retry 3 failed, trying again"),
    (Unknown, "server started on port 3000"),
    (Unknown, "tests/a.py ....F."),
];

#[test]
fn reads_other_shapes() {
    for (expected, output) in SHAPES {
        assert_eq!(want(&read(output, Truncation::Nothing)), *expected, "{output}");
    }
}

fn want(outcome: &CheckOutcome) -> Want {
    match outcome {
        CheckOutcome::Passed => Pass,
        CheckOutcome::Failed { count, .. } => Fail(*count),
        CheckOutcome::Empty => Empty,
        CheckOutcome::Unknown => Unknown,
    }
}

#[test]
fn reads_every_sample() {
    let wrong: Vec<_> = SAMPLES
        .iter()
        .map(|(tool, expected, output)| (*tool, *expected, read(output, Truncation::Nothing), *output))
        .filter(|(_, expected, outcome, _)| want(outcome) != *expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A cut output never says the opposite, and neither do colours, line ends and progress.
#[test]
fn reads_cut_samples() {
    let mut wrong = Vec::new();
    for (tool, expected, output) in SAMPLES {
        let lines: Vec<&str> = output.lines().collect();
        for cut in 0..lines.len() {
            for part in [&lines[..cut], &lines[cut..]] {
                let outcome = read(&part.join("\n"), Truncation::Nothing);
                // A summary of the coverage, or of the retries, may be what is cut off.
                let partial =
                    tool.contains("coverage") || output.to_lowercase().contains("coverage") || tool.contains("retry");
                match (expected, &outcome) {
                    (Fail(_), CheckOutcome::Passed) | (Pass | Empty | Unknown, CheckOutcome::Failed { .. })
                        if !partial =>
                    {
                        wrong.push((*tool, part.join("\n"), outcome));
                    }
                    _ => {}
                }
            }
        }
        let windows = output.replace('\n', "\r\n");
        let progress = output.replace('\n', "\n\u{1b}[2K 3 errors so far\r");
        assert_eq!(read(&windows, Truncation::Nothing), read(output, Truncation::Nothing), "{tool}");
        assert_eq!(read(&progress, Truncation::Nothing), read(output, Truncation::Nothing), "{tool}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn names_what_failed() {
    for (output, names) in [
        ("test a::b ... FAILED\ntest result: FAILED. 0 passed; 1 failed", vec!["a::b"]),
        ("FAILED t/test_a.py::test_add[1-2] - assert\n1 failed", vec!["t/test_a.py::test_add[1-2]"]),
        ("src/a.ts(1,5): error TS2322: bad", vec!["src/a.ts(,): error TS2322: bad"]),
        ("a.c:1:3: error: bad\na.c:9:3: error: bad", vec!["a.c::: error: bad"]),
        ("  ✕ adds (8 ms)", vec!["adds"]),
    ] {
        let CheckOutcome::Failed { items, .. } = read(output, Truncation::Nothing) else {
            panic!("{output}");
        };
        assert_eq!(items, names);
    }
}

#[test]
fn weighs_the_exit_code() {
    let failed = |outcome| matches!(outcome, CheckOutcome::Failed { .. });
    assert_eq!(judge("", Some(0), Truncation::Nothing), CheckOutcome::Passed);
    assert_eq!(judge("", None, Truncation::Nothing), CheckOutcome::Unknown);
    assert!(failed(judge("", Some(2), Truncation::Nothing)));
    assert!(failed(judge("1 failed, 2 passed", Some(0), Truncation::Nothing)));
    assert!(failed(judge("2 passed", Some(1), Truncation::Nothing)));
    assert_eq!(judge("2 passed", None, Truncation::Nothing), CheckOutcome::Passed);
}

#[test]
fn reads_printed_exit_codes() {
    for (output, code) in [
        ("x\nexit: 1", Some(1)),
        ("EXIT=0\n", Some(0)),
        ("exit code 101", Some(101)),
        ("rc=2", Some(2)),
        ("done 5", None),
        ("", None),
        ("a.c:12", None),
    ] {
        assert_eq!(printed_exit(output, ""), code, "{output}");
    }
}

#[test]
fn takes_linear_time() {
    for unit in [
        " ",
        "\"",
        "(",
        "1 failed ",
        "a:1:",
        "\n",
        "1 ",
        "\u{1b}[",
        "\r",
        "not ok 1\n",
        "error: x\n",
        "x:1:2: error: y\n",
        "é",
        "=",
        "coverage ",
        "FAIL a\n",
    ] {
        let output = unit.repeat((1 << 20) / unit.len());
        // It would take hours if a search were worse than linear.
        let _ = read(&output, Truncation::Nothing);
    }
}

const LINES: [&str; 16] = [
    "1 failed, 2 passed",
    "2 passed",
    "0 failed",
    "not ok 1 - a",
    "ok 1 - a",
    "1..2",
    "test a ... FAILED",
    "error: x",
    "a.c:1:2: error: y",
    "hello",
    "FAIL",
    "OK",
    "\u{1b}[31m",
    "5 errors",
    "Found 0 errors",
    "BUILD SUCCESS",
];

proptest! {
    #[test]
    fn never_panics(text in ".{0,300}", bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        read(&text, Truncation::Nothing);
        read(&String::from_utf8_lossy(&bytes), Truncation::Nothing);
        printed_exit(&text, "");
    }

    #[test]
    fn a_failed_summary_stays_failed(lines in proptest::collection::vec(proptest::sample::select(LINES.to_vec()), 0..12), at in 0usize..12) {
        let mut lines = lines;
        lines.insert(at.min(lines.len()), "3 tests, 1 failed");
        let failed = matches!(read(&lines.join("\n"), Truncation::Nothing), CheckOutcome::Failed { .. });
        prop_assert!(failed);
    }

    #[test]
    fn text_without_signs_is_unknown(text in "[a-z .]{0,60}") {
        prop_assume!(!text.contains("no ") && !text.contains("all ") && !text.contains("compiled") && !text.contains("fail"));
        prop_assert_eq!(read(&text, Truncation::Nothing), CheckOutcome::Unknown);
    }
}

#[test]
fn expected_failures_are_none() {
    let summary = "3/3 lab EXPECTEDFAIL 0.02s exit status 1\nOk:                 3\nExpected Fail:      1\nFail:               0\n";
    assert_eq!(judge(summary, Some(0), Truncation::Nothing), CheckOutcome::Passed);
    assert_eq!(
        judge("# TOTAL: 3\n# PASS:  2\n# XFAIL: 1\n# FAIL:  0\n", Some(0), Truncation::Nothing),
        CheckOutcome::Passed
    );
    let failed =
        judge("Ok:                 3\nExpected Fail:      1\nFail:               1\n", Some(1), Truncation::Nothing);
    assert!(matches!(failed, CheckOutcome::Failed { .. }));
    assert!(matches!(read("Unexpected Pass: 0\nFail: 2\n", Truncation::Nothing), CheckOutcome::Failed { .. }));
}

#[test]
fn noise_of_the_program_under_test_is_no_failure() {
    let judged = |output: &str| judge(output, Some(0), Truncation::Nothing);
    for output in [
        "...\n** (RuntimeError) mail server is down\n    (shop 1.2.0) lib/mail.ex:9\nFinished in 1.1 seconds\n31 tests, 0 failures\n",
        "..\n09:00:01.1 [error] Task #PID<0.99.0> terminating\n** (Shop.TimeoutError) too late\n.\n3 tests, 0 failures\n",
        "==77120== Memcheck, a memory error detector\n==77120== ERROR SUMMARY: 0 errors from 0 contexts (suppressed: 0 from 0)\n",
    ] {
        assert_eq!(judged(output), CheckOutcome::Passed, "{output}");
    }
    for output in [
        "** (RuntimeError) mail server is down\n    (shop 1.2.0) lib/mail.ex:9\n",
        "** (CompileError) lib/mail.ex:9: undefined function a/0\n",
        "...\n** (RuntimeError) mail server is down\n31 tests, 1 failure\n",
        "==77120== Memcheck, a memory error detector\n==77120== ERROR SUMMARY: 3 errors from 2 contexts (suppressed: 0 from 0)\n",
    ] {
        assert!(judged(output).is_failed(), "{output}");
    }
}

#[test]
fn tex_says_what_it_wrote() {
    let written =
        "LaTeX Warning: Rerun to get cross-references right.\nOutput written on paper.pdf (14 pages, 423011 bytes).";
    assert_eq!(read(written, Truncation::Anything), CheckOutcome::Passed);
    let broken = format!("! Undefined control sequence.\n{written}");
    assert!(matches!(read(&broken, Truncation::Anything), CheckOutcome::Failed { .. }));
}

//! The lines that test runners print to report a failure or a success.

use aho_corasick::AhoCorasick;
use regex::bytes::{Regex, RegexSet, RegexSetBuilder};
use std::sync::{LazyLock, OnceLock};

/// How much a line weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The run has failed, whatever else is said.
    Failed,
    /// Something failed; a summary after it that says otherwise is right, as when a retry passed.
    Item,
    /// A name of what failed, in a list that only a failed run has.
    Name,
    /// The run has passed, if nothing says that it failed.
    Passed,
    /// A part of the run has passed.
    Part,
    /// What was built is only about to be tested.
    Begun,
    /// Nothing was run.
    Nothing,
}

/// The table: what weighs how much, a pattern, and what writes such a line. The first group is the name.
/// Sources: the tools' own output, run in 2026 where the comment names a version, else their manuals.
#[rustfmt::skip]
const SIGNS: &[(Weight, &str)] = &[
    // cargo 1.95, rustc: test, build, clippy, fmt --check
    (Weight::Item, r"^test (\S.*?)(?: - should panic)? \.\.\. FAILED"),
    (Weight::Failed, r"^test result: FAILED"),
    (Weight::Failed, r"^error: (?:could not compile|test failed|\d+ targets? failed|aborting due to|\d+ doctests? failed|doctest failed)"),
    (Weight::Item, r"^error(?:\[\w+\])?: (.+)"),
    (Weight::Failed, r"^Diff in \S+"),
    (Weight::Passed, r"^\s*Finished (?:`\w+` profile|\w+) \["),
    (Weight::Passed, r"^\s*Finished `\w+` profile"),
    (Weight::Begun, r"^running \d+ tests?$"),
    (Weight::Begun, r"^\s+Running (?:unittests|tests|benches|`)"),
    (Weight::Begun, r"^\s+Doc-tests "),
    // cargo-nextest
    (Weight::Item, r"^\s+(?:TRY \d+ )?(?:FAIL|SIGABRT|SIGSEGV|TIMEOUT) \[[^\]]*\] (?:\([^)]*\) )?(.+)"),
    (Weight::Failed, r"^error: test run failed"),
    // go 1.19: test, vet, build
    (Weight::Item, r"^\s*--- FAIL: (\S+)"),
    (Weight::Failed, r"^FAIL\t(\S+)"),
    (Weight::Failed, r"^FAIL$"),
    (Weight::Part, r"^ok  ?\t\S+"),
    (Weight::Failed, r"^(?:vet: )?(\S+\.go:\d+:\d+: \S.*)"),
    (Weight::Failed, r#"^\{.*"Action":"fail".*"Package":"#),
    (Weight::Failed, r#"^\{"Action":"fail""#),
    (Weight::Part, r#"^\{"Time":"[^"]*","Action":"pass","Package":"[^"]*","Elapsed":"#),
    // pytest 9, unittest of Python 3.11, coverage
    (Weight::Item, r"^(?:FAILED|ERROR) (\S+\.py(?:::\S.*?)?)(?: - .*)?$"),
    (Weight::Item, r"^(\S+\.py::\S+(?:\[[^\]]*\])?) (?:FAILED|ERROR)(?:\s|$)"),
    (Weight::Item, r"^(?:FAIL|ERROR): (\w+ \(.+\))$"),
    (Weight::Failed, r"^=+ (?:FAILURES|ERRORS) =+$"),
    (Weight::Failed, r"^FAILED \((?:failures|errors|unexpected)"),
    (Weight::Item, r"^(Traceback) \(most recent call last\):$"),
    (Weight::Nothing, r"^(?:=+ )?no tests ran|^NO TESTS RAN|^Ran 0 tests in"),
    (Weight::Failed, r"^!+ (?:Interrupted|stopping after|_pytest|KeyboardInterrupt)"),
    (Weight::Failed, r"^INTERNALERROR>"),
    // jest 30, vitest 4, mocha 11, playwright, ava, bats: marks
    (Weight::Item, r"^\s*FAIL\s+(\S+\.\w+(?: > .+)?)(?: \(.*\))?$"),
    (Weight::Item, r"^\s*(?:\xE2\x9C\x95|\xE2\x9C\x97|\xE2\x9C\x96|\xC3\x97|\xE2\x9C\x98) +(\S.*?)(?: ?\(?\d+(?:\.\d+)? ?m?s\)?)?$"),
    (Weight::Name, r"^\s*\xE2\x97\x8F (\S.* \xE2\x80\xBA .+)$"),
    (Weight::Passed, r"^Ran all test suites$"),
    (Weight::Nothing, r"^No tests? (?:files? )?found|^Error: No tests? (?:files? )?found|^No test files"),
    (Weight::Failed, r"^Test suite failed to run|^\s*\xE2\x97\x8F Test suite failed to run"),
    (Weight::Passed, r"^\s*(?:\xE2\x9C\x94|\xE2\x88\x9A) +All specs passed!"),
    (Weight::Name, r"^\s+\[[\w -]+\] \xE2\x80\xBA (\S+ \xE2\x80\xBA .+?)\s*\xE2\x94\x80*$"),
    // TAP: node --test, bats, prove
    (Weight::Item, r"^\s*not ok \d+(?: -)? ?(\S.*)?$"),
    (Weight::Failed, r"^Result: FAIL\b|^Failed \d+/\d+ (?:subtests|test programs?)\b"),
    (Weight::Passed, r"^Result: PASS\b"),
    (Weight::Nothing, r"^Result: NOTESTS\b"),
    // tsc 6, msbuild, gcc 12, clang 14, mypy, pyright, javac, swiftc, ghc, eslint --format unix
    (Weight::Failed, r"^(\S[^:(]*\(\d+(?:,\d+)?\): (?:fatal )?error [A-Z]*\d+: .+)"),
    (Weight::Failed, r"^(\S+:\d+:\d+ - error TS\d+: .+)"),
    (Weight::Failed, r"^\s*((?:[A-Za-z]:)?[^\s:]+:\d+(?::\d+)?(?:-\d+)?:? (?:- )?(?:fatal |syntax )?[Ee]rror\b.*)"),
    // gcc and clang in other languages
    (Weight::Failed, r"^([^\s:]+:\d+:(?:\d+:)? (?:erreur|Fehler|errore|erro|fout|fel|ошибка|错误|エラー|오류)(?: fatale)?\s?: .*)"),
    (Weight::Failed, r"^e: (?:file://)?(\S+:\d+.*)"),
    // flake8, pycodestyle, ruff --output-format concise, pylint
    (Weight::Failed, r"^([^\s:]+\.\w+:\d+:\d+: [A-Z]{1,4}\d{2,5}\b.*)"),
    // ruff 0.14 and rustc: the code before the place
    (Weight::Item, r"^([A-Z]{1,4}\d{3,4} (?:\[\*\] )?\S.+)$"),
    // eslint 10, stylelint, biome, standard
    (Weight::Item, r"^\s+(\d+:\d+\s+error\s+.+)"),
    (Weight::Failed, r"^\[warn\] Code style issues found|^Code style issues (?:were )?found|^would reformat |^Would reformat: |files? would be reformatted"),
    (Weight::Passed, r"^\d+ files? (?:already formatted|(?:would be )?left unchanged)\.?$"),
    // sqlfluff 3
    (Weight::Failed, r"^== \[(.+)\] FAIL$"),
    (Weight::Part, r"^== \[.+\] PASS$"),
    // shellcheck 0.11
    (Weight::Failed, r"^In (\S+ line \d+):$"),
    // make, ninja 1.13, cmake 4, ctest 4
    (Weight::Failed, r"^\w*make(?:\[\d+\])?: \*\*\* (?:\[[^\]]*\] )?(?:Error \d+|(?:Erreur|Fehler|Errore|Erro|Fout|Fel) \d+|Segmentation|Killed|Terminated|No rule|Waiting)"),
    (Weight::Failed, r"^\w*make(?:\[\d+\])?: \*\*\* [^(]*(?:Stop\.|Error \d+)$"),
    (Weight::Failed, r"^ninja: (?:build stopped|error|fatal)"),
    (Weight::Failed, r"^FAILED: \S+"),
    (Weight::Passed, r"^ninja: no work to do|^\w*make(?:\[\d+\])?: (?:Nothing to be done|'[^']*' is up to date)|^\[100%\] Built target "),
    (Weight::Failed, r"^CMake Error|^Errors while running CTest|^The following tests FAILED"),
    (Weight::Item, r"^\s*\d+/\d+ Test +#\d+: (\S+) \.*\s*\*\*\*(?:Failed|Exception|Timeout|Not Run)"),
    (Weight::Passed, r"^100% tests passed"),
    (Weight::Nothing, r"^No tests were found"),
    // maven, gradle, ant, kotlin, sbt, scalatest, bazel
    (Weight::Failed, r"^(?:\[\w+\] )?BUILD (?:FAILURE|FAILED)\b"),
    (Weight::Passed, r"^(?:\[\w+\] )?BUILD (?:SUCCESS|SUCCESSFUL)\b"),
    (Weight::Failed, r"^\[ERROR\] (?:Failed to execute goal|COMPILATION ERROR|There are test failures)"),
    (Weight::Item, r"^\[ERROR\]\s+(\w[\w.$]*(?:[.:#]\w+)+(?::\d+)?\b.*)"),
    (Weight::Failed, r"^FAILURE: Build failed"),
    (Weight::Item, r"^> Task (\S+) FAILED$"),
    (Weight::Item, r"^(\S.* > .*\S) FAILED$"),
    (Weight::Failed, r"^\[error\] (?:\(.*\) .*(?:TestsFailedException|Compilation failed)|Failed tests:|Total time: .* \(Failed)"),
    (Weight::Failed, r"^\[error\] Total time: "),
    (Weight::Item, r"^\[error\] (\S.+)"),
    (Weight::Passed, r"^\[success\] Total time"),
    (Weight::Failed, r"^(?:\[info\] )?\*\*\* \d+ (?:TESTS?|SUITES?) (?:FAILED|ABORTED) \*\*\*"),
    (Weight::Failed, r"^(//\S+)\s+(?:FAILED|TIMEOUT|NO STATUS)"),
    (Weight::Failed, r"^(?:ERROR|FAILED|INFO): Build (?:did NOT complete|completed, \d+ tests? FAILED)"),
    (Weight::Part, r"^//\S+\s+(?:\(cached\) )?PASSED"),
    (Weight::Passed, r"^INFO: Build completed successfully"),
    // dotnet
    (Weight::Item, r"^\s*Failed (\S+(?:\(.*\))?) \[[^\]]+\]$"),
    (Weight::Failed, r"^Test Run (?:Failed|Aborted)\.|^Build FAILED\.|^Failed!\s+-"),
    (Weight::Passed, r"^Test Run Successful\.|^Build succeeded\b"),
    // rspec, minitest, phpunit 9, pest, ExUnit, behat
    (Weight::Name, r"^rspec (\./\S+)"),
    (Weight::Name, r"^(\w[\w:]*#test_\w+)(?: \[.*\])?:"),
    (Weight::Name, r"^\d+\) (\w[\w\\]*::\w+.*)$"),
    (Weight::Name, r"^\s{2,}\d+\) (\S.*?):?$"),
    (Weight::Failed, r"^(?:FAILURES|ERRORS)!$|^There (?:was|were) \d+ (?:failures?|errors?):$|^Failed examples:$"),
    (Weight::Passed, r"^OK \(\d+ tests?|^OK, but "),
    (Weight::Passed, r"^OK(?: \((?:skipped|expected failures)=[^)]*\))?$"),
    (Weight::Failed, r"^== Compilation error in file"),
    // A process of the program under test may die so.
    (Weight::Item, r"^\*\* \((?:\w+\.)*\w*Error\)"),
    // clojure.test
    (Weight::Item, r"^(?:FAIL|ERROR) in \((.+?)\)"),
    // alcotest, nimble
    (Weight::Passed, r"^Test Successful in [\d.]+m?s\. [1-9]\d* tests? run\.|^\s*Success: Execution finished$"),
    // swift: XCTest and Swift Testing, xcodebuild
    (Weight::Item, r"^(?:.*: error: )?(?:-\[|Test Case '-?\[?)(\w+[. ]\w+)\]?'? failed"),
    (Weight::Failed, r"^Test Suite '.*' failed at"),
    (Weight::Item, r"^(?:\xE2\x9C\x98|[^\x00-\x7F]+) Test (.+) (?:failed after|recorded an issue)"),
    (Weight::Failed, r"^\*\* (?:TEST|BUILD) FAILED \*\*|^error: (?:fatalError|emit-module command failed)"),
    (Weight::Passed, r"^\*\* (?:TEST|BUILD) SUCCEEDED \*\*|^Build complete!"),
    // dune 3: what a test should have printed, and what it did
    (Weight::Failed, r"^\+{6} (\S+)$"),
    // TeX: what it could set is written, whatever it complains of
    (Weight::Passed, r"^Output written on .+ \(\d+ pages?, \d+ bytes\)"),
    (Weight::Failed, r"^! (?:LaTeX Error|Undefined control sequence|Emergency stop|==> Fatal error)|^!  ==> Fatal error"),
    // deno, bun, npm, pnpm, yarn, just, task, docker
    (Weight::Failed, r"^npm (?:ERR!|error) (?:Test failed|Lifecycle script .* failed|code ELIFECYCLE|Exit status [1-9]|command failed)"),
    (Weight::Failed, r"^error Command failed with exit code [1-9]"),
    (Weight::Failed, r#"^error: (?:script "[^"]*" exited with|Recipe `[^`]*` failed|recipe `[^`]*` failed)"#),
    (Weight::Failed, r"^task: Failed to run task|^\S+ +Failed:? +command exited|^Process completed with exit code [1-9]"),
    (Weight::Failed, r"^\*\*\* Error code [1-9]|^(?:\[\S+\] |mise )+ERROR task failed"),
    // gtest, catch2, gotestsum
    (Weight::Passed, r"^\[  PASSED  \] [1-9]\d* tests?|^All tests passed|^DONE [1-9]\d* tests?(?:, \d+ skipped)? in "),
    // programs of Python, JavaScript, Java that ended with an exception
    (Weight::Item, r"^(?:Uncaught )?((?:\w+\.)*\w*(?:Error|Exception): .+)"),
    // tox 4, nox, pre-commit
    (Weight::Failed, r"^\s*(\S+): FAIL (?:code \d+ |\xE2\x9C\x96 in |\()|^\s*evaluation failed :\("),
    (Weight::Part, r"^\s*\S+: OK (?:\(\d|\xE2\x9C\x94 in )"),
    (Weight::Passed, r"^\s*congratulations :\)"),
    (Weight::Failed, r"^nox > (?:Session (\S+) (?:failed|aborted)|\* (\S+): (?:failed|aborted))"),
    (Weight::Part, r"^nox > (?:Session \S+ was successful|\* \S+: success)"),
    (Weight::Failed, r"^(\S.*?\S)\.{3,}Failed$"),
    (Weight::Part, r"^\S.*\S\.{3,}Passed$"),
    // nx 20, turbo 2, earthly
    (Weight::Failed, r"^=+ \xE2\x9D\x8C FAILURE\b"),
    (Weight::Passed, r"^\s*NX +Successfully ran target"),
    (Weight::Failed, r"^\s*NX +(?:Running|Ran) target .* failed|^\s*Failed: +\S+#\S+"),
    // testthat 3: the reporters of summaries and of checks
    (Weight::Failed, r"^(?:\xE2\x95\x90|=){2,} Failed(?: tests)? (?:\xE2\x95\x90|=){2,}"),
    (Weight::Item, r"^(?:(?:\xE2\x94\x80)+|--+) (?:\d+\. )?(?:Failure|Error) (\(.+?\): .+?) (?:\xE2\x94\x80|-)+$"),
    // docker build, with and without BuildKit
    (Weight::Passed, r"^#\d+ naming to \S+.* done$|^Successfully tagged \S+$"),
    (Weight::Failed, r"^(?:#\d+ )?ERROR: failed to (?:solve|build): "),
    // Julia: a table has a column for what failed only if something did
    (Weight::Passed, r"^Test Summary:\s+\|\s+Pass\s+(?:Broken\s+)?Total\b"),
    (Weight::Failed, r"^Test Summary:\s+\|(?:\s+Pass)?\s+(?:Fail|Error)\b"),
    (Weight::Passed, r"^\s*Testing \S+ tests passed"),
    (Weight::Failed, r"^ERROR: Package \S+ errored during testing"),
    // terraform 1, and phrases of linters
    (Weight::Item, r"^(?:\xE2\x94\x82 |\| )?Error: (\S.+)"),
    (Weight::Passed, r"^Success! The configuration is valid"),
    (Weight::Passed, r"^Success: no issues found|^All checks passed!|^All matched files use Prettier|^All done! |^No issues found|^No ESLint warnings or errors"),
    (Weight::Passed, r"^\s*\xE2\x9C\x93 built in |^webpack [\d.]+ compiled successfully"),
    (Weight::Failed, r"^webpack [\d.]+ compiled with \d+ errors?|^Segmentation fault"),
];

/// What a line says that is nothing but these words, in small letters and without the marks around them.
#[rustfmt::skip]
const PHRASES: &[(Weight, &[&str])] = &[
    (Weight::Passed, &[
        "no issues", "no issues found", "no problems", "no problems found", "no errors", "no errors found", "no offenses detected",
        "no warnings or errors", "no errors detected", "no lint errors", "no type errors", "no type errors found", "all tests passed",
        "all checks passed", "all tests pass", "all checks pass", "all specs passed", "all tests have passed", "compiled successfully",
        "all tests successful", "no linting errors", "no lint errors found", "no failures", "all files pass linting", "tests passed", "all passed",
    ]),
    (Weight::Failed, &[
        "tests failed", "test failed", "some tests failed", "checks failed", "check failed", "test suite failed", "build failed",
        "lint failed", "linting failed", "compilation failed", "typecheck failed", "type check failed", "failed to compile",
        "tests have failed", "build failure", "there are test failures", "there were failing tests", "specs failed",
    ]),
];

/// Words of which one is in every line that says something; the others are not looked at more closely.
#[rustfmt::skip]
const HINTS: &[&str] = &[
    "fail", "error", "ok", "pass", "succe", "not ok", "abort", "timeout", "coverage", "finished", "running", "doc-tests", "diff in",
    "no test", "ran ", "done ", "traceback", "exception", "***", "up to date", "build", "built", "exited with", "terminated", "\u{2715}", "\u{2717}", "\u{2716}",
    "\u{d7}", "\u{2718}", "\u{25cf}", "\u{203a}", ".go:", "style issues", "would", "formatted", "unchanged", "undefined", "e: ",
    "in ", "no ", "nothing", "rspec", "#test_", ") ", "swift", "exit", "complete", "all ", "there w", "interrupt", "segmentation",
    "core dumped", "naming to", "++++++", "::", "congratulations", ":1", ":2", ":3", ":4", ":5", ":6", ":7", ":8", ":9", "sig", "output written", "! ", "stopping", "no status", "errors",
];

/// Parts of what [`phrase`] finds: most lines have none, and are spared a closer look.
static PARTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = ["coverage", "ed with ", " failed", "core dumped", "undefined reference", "collect2"];
    let phrases = PHRASES.iter().flat_map(|(_, phrases)| phrases.iter().copied());
    AhoCorasick::builder().ascii_case_insensitive(true).build(phrases.chain(words)).ok()
});

struct Table {
    hints: AhoCorasick,
    set: RegexSet,
    /// Each pattern by itself, built when a line fits it first: few of them ever do.
    each: Vec<OnceLock<Option<Regex>>>,
}

/// A pattern as the regular expression that it is.
fn source(pattern: &str) -> String {
    format!("(?-u){pattern}")
}

/// Memory for the automaton of all the patterns, in bytes: with the default of 2 MB it is built anew all the time.
const AUTOMATON: usize = 16 << 20;

static TABLE: LazyLock<Option<Table>> = LazyLock::new(|| {
    let patterns = SIGNS.iter().map(|(_, pattern)| source(pattern));
    Some(Table {
        hints: AhoCorasick::builder().ascii_case_insensitive(true).build(HINTS).ok()?,
        set: RegexSetBuilder::new(patterns).dfa_size_limit(AUTOMATON).build().ok()?,
        each: SIGNS.iter().map(|_| OnceLock::new()).collect(),
    })
});

/// What a line says, and the name in it: the gravest that fits, in the order of [`Weight`].
pub fn read(line: &str) -> Option<(Weight, Option<&str>)> {
    let table = TABLE.as_ref()?;
    if is_one_that_passed(line) {
        return None;
    }
    if !table.hints.is_match(line) {
        // A code first, then what is wrong: `F401 [*] …`.
        return is_rule(line).then_some((Weight::Item, Some(line)));
    }
    if let Some(weight) = phrase(line) {
        return Some((weight, None));
    }
    let matches = table.set.matches(line.as_bytes());
    let at = matches.iter().min_by_key(|at| SIGNS[*at].0 as u8)?;
    let pattern = table.each[at].get_or_init(|| Regex::new(&source(SIGNS[at].1)).ok());
    let name = pattern.as_ref()?.captures(line.as_bytes())?.get(1);
    let name = name.and_then(|name| line.get(name.start()..name.end()));
    Some((SIGNS[at].0, name.map(str::trim)))
}

/// Whether a line tells of one test that runs or passed, as most lines of a long output do.
fn is_one_that_passed(line: &str) -> bool {
    let start = line.trim_start();
    ["--- PASS: ", "--- SKIP: ", "=== RUN ", "=== PAUSE ", "=== CONT "].iter().any(|sign| start.starts_with(sign))
        || start.starts_with("test ") && start.ends_with(" ... ok")
}

/// Whether a line begins with the code of a linter's rule.
fn is_rule(line: &str) -> bool {
    let code = line.split(' ').next().unwrap_or_default();
    let letters = code.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = code.bytes().skip(letters).filter(u8::is_ascii_digit).count();
    (1..5).contains(&letters) && (3..5).contains(&digits) && letters + digits == code.len() && code.len() < line.len()
}

/// What a line says as a whole, or by words that stand anywhere in it.
fn phrase(line: &str) -> Option<Weight> {
    const PHRASE: usize = 160;
    if line.len() > PHRASE || !PARTS.as_ref().is_some_and(|parts| parts.is_match(line)) {
        return None;
    }
    let lower = line.to_ascii_lowercase();
    let bare = lower.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
    let whole = PHRASES.iter().find(|(_, phrases)| phrases.contains(&bare));
    if let Some((weight, _)) = whole {
        return Some(*weight);
    }
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let uncovered = lower.contains("coverage")
        && has(&[
            "not reached",
            "not met",
            "does not meet",
            "is below",
            "less than",
            "below threshold",
            "below the ",
            "below minimum",
        ]);
    let ended = has(&["exited with ", "failed with ", "terminated with ", "finished with "])
        && lower
            .split_once("code ")
            .or_else(|| lower.split_once("status "))
            .is_some_and(|(_, code)| code.starts_with(|digit: char| ('1'..='9').contains(&digit)))
        && !line.contains('"');
    let broken = lower.contains("elifecycle") && lower.contains(" failed")
        || lower.ends_with("(core dumped)")
        || lower.contains(": undefined reference to ")
        || lower.starts_with("collect2: error");
    (uncovered || ended || broken).then_some(Weight::Failed)
}

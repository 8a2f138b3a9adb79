//! Tells whether a check runs tests, or only compiles or lints code.

use crate::detect::call::shell::{CheckRun, FILTER, LEFT_OUT};

/// The kind of a check: which claim it supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CheckKind {
    /// Tests ran.
    Tests,
    /// A linter, a checker of types, a formatter or a build ran, and no test.
    Code,
    /// It may have run anything: `make check`, a task called `ci`.
    Any,
}

/// Words in the names of programs, subcommands and tasks that run no test.
const CODE: [&str; 62] = [
    "tsc",
    "tsgo",
    "tsd",
    "eslint",
    "oxlint",
    "xo",
    "tslint",
    "jshint",
    "stylelint",
    "htmlhint",
    "prettier",
    "biome",
    "lint",
    "linter",
    "linters",
    "clippy",
    "fmt",
    "format",
    "rustfmt",
    "gofmt",
    "black",
    "isort",
    "ruff",
    "flake8",
    "pylint",
    "mypy",
    "dmypy",
    "pyright",
    "basedpyright",
    "pyre",
    "vet",
    "build",
    "compile",
    "assemble",
    "typecheck",
    "types",
    "vulture",
    "bandit",
    "shellcheck",
    "hadolint",
    "yamllint",
    "actionlint",
    "tflint",
    "rubocop",
    "standardrb",
    "reek",
    "sorbet",
    "phpstan",
    "psalm",
    "phpcs",
    "ktlint",
    "detekt",
    "checkstyle",
    "swiftlint",
    "luacheck",
    "credo",
    "dialyzer",
    "cppcheck",
    "analyze",
    "analyse",
    "webpack",
    "diagnostics",
];
/// Programs that compile, one by one.
const COMPILERS: [&str; 16] = [
    "gcc", "g++", "cc", "c++", "clang", "clang++", "rustc", "javac", "kotlinc", "scalac", "swiftc", "ghc", "nasm",
    "nvcc", "rollup", "esbuild",
];
/// Whole names of what compiles, though its words say something else.
const COMPILES: [&str; 4] = ["cargo check", "deno check", "gleam check", "dune build"];
/// Names of what compiles tests, and runs none.
const COMPILES_TESTS: [&str; 3] = ["go test -c", "cargo test --no-run", "cargo nextest --no-run"];
/// Programs whose build runs the tests.
const BUILDS_WITH_TESTS: [&str; 8] = ["gradle", "gradlew", "mvn", "mvnw", "sbt", "mill", "dbt", "nix"];
/// Words in the names of programs, subcommands and tasks that run tests.
const TESTS: [&str; 29] = [
    "pytest",
    "jest",
    "vitest",
    "mocha",
    "ava",
    "tap",
    "jasmine",
    "karma",
    "cypress",
    "playwright",
    "nosetests",
    "tox",
    "nox",
    "unittest",
    "spec",
    "specs",
    "rspec",
    "phpunit",
    "pest",
    "behat",
    "codecept",
    "prove",
    "ctest",
    "ginkgo",
    "bats",
    "busted",
    "nextest",
    "eunit",
    "ct",
];

/// What a check proves, by its name, and by the task that a task runner runs.
pub(crate) fn kind_of(run: &CheckRun) -> CheckKind {
    let is_word = |c: char| c.is_alphanumeric() || c == '+';
    let words = |text: &str| -> Vec<String> {
        text.to_lowercase().split(|c| !is_word(c)).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let name = words(&run.name);
    let any = |words: &[String], of: fn(&str) -> bool| words.iter().any(|word| of(word));
    let program = name.first().map(String::as_str).unwrap_or_default();
    if compiles_tests(run) {
        return CheckKind::Code;
    }
    if any(&name, is_test) {
        return CheckKind::Tests;
    }
    let builds_with_tests = BUILDS_WITH_TESTS.contains(&program);
    if COMPILES.contains(&run.name.as_str()) || !builds_with_tests && any(&name, is_code) {
        return CheckKind::Code;
    }
    // What a compiler or another program works on says nothing; a task's name does.
    let tasks: Vec<String> = run
        .targets
        .iter()
        .filter(|target| !target.contains(['/', '.', FILTER, LEFT_OUT]))
        .flat_map(|target| words(target))
        .collect();
    match (any(&tasks, is_test), any(&tasks, is_code)) {
        (true, false) => CheckKind::Tests,
        (false, true) if !builds_with_tests => CheckKind::Code,
        _ => CheckKind::Any,
    }
}

/// What a check of code is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    /// Types.
    Types,
    /// The layout.
    Layout,
    /// Whether it can be built.
    Build,
    /// Anything else a linter complains of.
    Style,
}

/// Words of the topics, the first that fits counts.
const TOPICS: [(Topic, &[&str]); 4] = [
    (
        Topic::Types,
        &[
            "tsc",
            "tsgo",
            "tsd",
            "types",
            "typecheck",
            "typescript",
            "mypy",
            "dmypy",
            "pyright",
            "basedpyright",
            "pyre",
            "sorbet",
            "dialyzer",
        ],
    ),
    (Topic::Layout, &["fmt", "format", "rustfmt", "gofmt", "black", "isort", "prettier"]),
    (
        Topic::Style,
        &[
            "lint", "clippy", "eslint", "vet", "oxlint", "ruff", "flake8", "pylint", "rubocop", "phpstan", "psalm",
            "biome",
        ],
    ),
    (Topic::Build, &["build", "compile", "assemble", "webpack", "rollup", "esbuild", "vite"]),
];

/// What a check of code is about.
pub(crate) fn topic_of(run: &CheckRun) -> Option<Topic> {
    let says = |word: &str| {
        let is = |text: &str| text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|part| part == word);
        is(&run.name) || run.targets.iter().any(|target| !target.starts_with(LEFT_OUT) && is(target))
    };
    let by_word = TOPICS.iter().find(|(_, words)| words.iter().any(|word| says(word))).map(|(topic, _)| *topic);
    let compiles = compiles_tests(run)
        || COMPILES.contains(&run.name.as_str())
        || run.name.split(' ').any(|word| COMPILERS.contains(&word));
    by_word.or((kind_of(run) == CheckKind::Code).then_some(if compiles { Topic::Build } else { Topic::Style }))
}

/// Whether a check compiles tests, and runs none.
pub(super) fn compiles_tests(run: &CheckRun) -> bool {
    COMPILES_TESTS.contains(&&*run.name)
}

/// Whether a check that ran no test proves nothing: it neither lints nor builds besides.
pub(crate) fn must_test(run: &CheckRun) -> bool {
    let builds = BUILDS_WITH_TESTS.contains(&run.name.split(' ').next().unwrap_or_default());
    match kind_of(run) {
        CheckKind::Tests => true,
        CheckKind::Code => false,
        CheckKind::Any => !builds,
    }
}

/// Whether a word of a name says that tests run.
pub(super) fn is_test(word: &str) -> bool {
    word.starts_with("test") || word.ends_with("test") || word.ends_with("tests") || TESTS.contains(&word)
}

/// Whether a word of a name says that code is compiled, laid out or complained of.
pub(super) fn is_code(word: &str) -> bool {
    CODE.contains(&word) || COMPILERS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::call::shell;

    #[test]
    fn knows_the_kinds() {
        for (command, expected) in [
            ("cargo test --all", CheckKind::Tests),
            ("npm test", CheckKind::Tests),
            ("npm run test:unit", CheckKind::Tests),
            ("pytest -q", CheckKind::Tests),
            ("mix test", CheckKind::Tests),
            ("go test ./...", CheckKind::Tests),
            ("make test", CheckKind::Tests),
            ("./gradlew test", CheckKind::Tests),
            ("npx tsc --noEmit", CheckKind::Code),
            ("go test -c -o /tmp/a ./auth", CheckKind::Code),
            ("cargo test --no-run", CheckKind::Code),
            ("npx eslint tests/", CheckKind::Code),
            ("cargo clippy --tests", CheckKind::Code),
            ("cargo check", CheckKind::Code),
            ("go vet ./...", CheckKind::Code),
            ("npm run lint", CheckKind::Code),
            ("npm run build", CheckKind::Code),
            ("make lint", CheckKind::Code),
            ("mix dialyzer", CheckKind::Code),
            ("ruff check .", CheckKind::Code),
            ("prettier --check .", CheckKind::Code),
            ("make check", CheckKind::Any),
            ("npm run ci", CheckKind::Any),
            ("just verify", CheckKind::Any),
            ("./gradlew build", CheckKind::Any),
            ("mvn verify", CheckKind::Any),
        ] {
            let checks = shell::read(command).checks;
            assert!(checks.len() == 1 && kind_of(&checks[0]) == expected, "{command}: {checks:?}");
        }
    }
}

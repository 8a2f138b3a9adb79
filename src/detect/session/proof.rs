//! What a check that ran proves: tests, or only that code compiles and has no complaints of a linter.

use crate::detect::call::shell::CheckRun;

/// What a run of a check is evidence of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
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
/// Programs whose build runs the tests.
const BUILDS_WITH_TESTS: [&str; 6] = ["gradle", "gradlew", "mvn", "mvnw", "sbt", "mill"];
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
pub(crate) fn proof(run: &CheckRun) -> Proof {
    let is_word = |c: char| c.is_alphanumeric() || c == '+';
    let words = |text: &str| -> Vec<String> {
        text.to_lowercase().split(|c| !is_word(c)).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let name = words(&run.name);
    let any = |words: &[String], of: fn(&str) -> bool| words.iter().any(|word| of(word));
    let program = name.first().map(String::as_str).unwrap_or_default();
    if any(&name, is_test) {
        return Proof::Tests;
    }
    let builds_with_tests = BUILDS_WITH_TESTS.contains(&program);
    if COMPILES.contains(&run.name.as_str()) || !builds_with_tests && any(&name, is_code) {
        return Proof::Code;
    }
    // What a compiler or another program works on says nothing; a task's name does.
    let tasks: Vec<String> =
        run.targets.iter().filter(|target| !target.contains(['/', '.'])).flat_map(|target| words(target)).collect();
    match (any(&tasks, is_test), any(&tasks, is_code)) {
        (true, false) => Proof::Tests,
        (false, true) if !builds_with_tests => Proof::Code,
        _ => Proof::Any,
    }
}

fn is_test(word: &str) -> bool {
    word.starts_with("test") || word.ends_with("test") || word.ends_with("tests") || TESTS.contains(&word)
}

fn is_code(word: &str) -> bool {
    CODE.contains(&word) || COMPILERS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::call::shell;

    #[test]
    fn knows_what_a_check_proves() {
        for (command, expected) in [
            ("cargo test --all", Proof::Tests),
            ("npm test", Proof::Tests),
            ("npm run test:unit", Proof::Tests),
            ("pytest -q", Proof::Tests),
            ("mix test", Proof::Tests),
            ("go test ./...", Proof::Tests),
            ("make test", Proof::Tests),
            ("./gradlew test", Proof::Tests),
            ("npx tsc --noEmit", Proof::Code),
            ("npx eslint tests/", Proof::Code),
            ("cargo clippy --tests", Proof::Code),
            ("cargo check", Proof::Code),
            ("go vet ./...", Proof::Code),
            ("npm run lint", Proof::Code),
            ("npm run build", Proof::Code),
            ("make lint", Proof::Code),
            ("mix dialyzer", Proof::Code),
            ("ruff check .", Proof::Code),
            ("prettier --check .", Proof::Code),
            ("make check", Proof::Any),
            ("npm run ci", Proof::Any),
            ("just verify", Proof::Any),
            ("./gradlew build", Proof::Any),
            ("mvn verify", Proof::Any),
        ] {
            let checks = shell::read(command).checks;
            assert!(checks.len() == 1 && proof(&checks[0]) == expected, "{command}: {checks:?}");
        }
    }
}

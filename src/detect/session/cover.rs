//! Whether a check that passed shows that one which failed would pass now: it is of the same kind and place, or wider.

use super::check_kind::{CheckKind, Topic, kind_of, topic_of};
use crate::detect::call::shell::CheckRun;

/// Programs by the language whose code they check, those of one language together.
#[rustfmt::skip]
const LANGUAGES: &[&[&str]] = &[
    &["npm", "pnpm", "yarn", "bun", "deno", "node", "lerna", "rush", "nx", "turbo", "jest", "vitest", "mocha", "ava", "tap", "jasmine", "karma",
      "cypress", "playwright", "eslint", "oxlint", "tsc", "tsgo", "biome", "prettier", "vite", "webpack", "ng", "vue-tsc", "stylelint"],
    &["cargo", "rustc", "clippy", "nextest", "cross"],
    &["go", "gotestsum", "ginkgo", "golangci-lint", "staticcheck", "revive", "gofmt"],
    &["pytest", "py.test", "unittest", "nose", "nosetests", "tox", "nox", "python", "hatch", "pdm", "poe", "poetry", "mypy", "ruff", "flake8",
      "pylint", "pyright", "manage.py", "behave", "doctest", "black", "isort"],
    &["rspec", "rake", "rails", "minitest", "cucumber", "rubocop", "standardrb"],
    &["phpunit", "pest", "composer", "artisan", "behat", "codecept", "paratest", "phpstan", "psalm"],
    &["mvn", "gradle", "sbt", "mill", "lein", "kotlinc", "javac", "scalac", "ant"],
    &["dotnet", "msbuild", "nunit3-console", "vstest"],
    &["mix", "rebar3", "gleam", "credo", "dialyzer"],
    &["swift", "xcodebuild", "swiftlint"],
    &["dart", "flutter", "melos"],
    &["cabal", "stack", "ghc"],
    &["ctest", "cmake", "ninja", "meson", "gcc", "clang", "g++", "clang++"],
];
/// What is said, in small letters, where a check could not even begin: a wrong program, script, option or folder.
#[rustfmt::skip]
const NEVER_RAN: [&str; 36] = [
    "command not found", ": not found", "no such file or directory", "missing script", "no rule to make target", "unknown option",
    "unrecognized option", "unrecognized argument", "unexpected argument", "invalid option", "illegal option", "no such option",
    "no such command", "unknown command", "no such subcommand", "unknown subcommand", "is not recognized", "no module named", "usage:",
    "couldn't find a script", "does not contain recipe", "no such task", "task not found", "could not determine executable",
    "could not find `cargo.toml`", "cannot find main module", "no test specified", "no such service", "is not running",
    "cannot connect to the docker daemon", "can't open file", "could not find a package.json", "no package.json", "could not find gemfile",
    "could not locate gemfile", "err_pnpm_no_script",
];
/// Words in the names of tasks that run every check there is.
const ALL: [&str; 8] = ["ci", "verify", "validate", "check", "checks", "all", "precommit", "pre-commit"];

/// Whether the output of a check that failed says that it could not begin.
pub(super) fn never_ran(output: &str) -> bool {
    let output = output.to_lowercase();
    NEVER_RAN.iter().any(|sign| output.contains(sign))
}

/// Whether `new`, which passed, shows that `old` would pass now.
pub(super) fn replaces(new: &CheckRun, old: &CheckRun) -> bool {
    let within = |old: &String| new.targets.iter().any(|new| old.starts_with(new.trim_end_matches("...")));
    if !reaches(&new.place, &old.place) {
        return false;
    }
    if new.name == old.name {
        return new.covers(old) || !old.targets.is_empty() && old.targets.iter().all(within) || runs_all(new);
    }
    speaks_for(language(new), language(old)) && is_as_wide(new, old)
}

/// Whether `new`, which passed, takes the place of `old`, which could not begin: any check of its kind does.
pub(super) fn stands_in(new: &CheckRun, old: &CheckRun) -> bool {
    kind_of(new) != CheckKind::Code || kind_of(old) == CheckKind::Code
}

/// Whether a check of another name is of the same kind, or runs all kinds.
fn is_as_wide(new: &CheckRun, old: &CheckRun) -> bool {
    match (kind_of(old), kind_of(new)) {
        (CheckKind::Code, CheckKind::Code) => topic_of(old).is_some_and(|topic| topic_of(new) == Some(topic)),
        // What is tested was built.
        (CheckKind::Code, CheckKind::Tests) => topic_of(old) == Some(Topic::Build),
        (CheckKind::Code, CheckKind::Any) => topic_of(old) == Some(Topic::Build) || runs_all(new),
        (CheckKind::Tests | CheckKind::Any, CheckKind::Code) => false,
        (CheckKind::Tests | CheckKind::Any, CheckKind::Tests | CheckKind::Any) => true,
    }
}

/// Whether a check is a task that runs every check there is.
fn runs_all(run: &CheckRun) -> bool {
    let is = |text: &str| ALL.contains(&text);
    run.targets.iter().any(|target| is(target)) || run.name.split([' ', ':', '-']).any(is)
}

/// Whether a place holds another, or nobody knows where one of them is.
fn reaches(new: &str, old: &str) -> bool {
    let (new, old) =
        (new.trim_start_matches("./").trim_end_matches('/'), old.trim_start_matches("./").trim_end_matches('/'));
    let holds = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    // One may be given from the root, the other from where the session works.
    let ends = |long: &str, short: &str| long.strip_suffix(short).is_some_and(|rest| rest.ends_with('/'));
    let climbs =
        |place: &str| place.is_empty() || place == "." || place.starts_with("..") || place.starts_with(['~', '$', '-']);
    climbs(new) || climbs(old) || holds(new, old) || ends(new, old) || ends(old, new)
}

/// The place of the language in its table that a check is about; `None` if it may be any.
fn language(run: &CheckRun) -> Option<usize> {
    let words: Vec<&str> = run.name.split(' ').collect();
    LANGUAGES.iter().position(|programs| words.iter().any(|word| programs.contains(word)))
}

fn speaks_for(new: Option<usize>, old: Option<usize>) -> bool {
    new.is_none() || old.is_none() || new == old
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::call::shell;

    fn last(command: &str) -> CheckRun {
        shell::read(command).checks.pop().unwrap()
    }

    #[test]
    fn same_kind_and_place_or_wider() {
        for (old, new) in [
            ("pytest tests/test_a.py", "pytest"),
            ("pytest -q", "make test"),
            ("cargo test", "cargo nextest run"),
            ("cargo test", "just ci"),
            ("npx vitest run src/a.test.ts", "npm test"),
            ("npm run test:unit", "npm test"),
            ("cd server && go test ./...", "go test ./..."),
            ("cd server/auth && go test ./...", "cd server && go test ./..."),
            ("cd server && go test ./...", "cd /home/a/app/server && go test ./..."),
            ("go test ./auth", "cd server && go test ./..."),
            ("npx tsc --noEmit", "npm run typecheck"),
            ("npx eslint src", "npm run lint"),
            ("npx eslint src", "npm run ci"),
            ("cargo build", "cargo test"),
            ("make test", "pytest"),
            ("./gradlew test", "./gradlew check"),
            ("tox -e py312", "pytest"),
        ] {
            assert!(replaces(&last(new), &last(old)), "{new} should replace {old}");
        }
    }

    #[test]
    fn another_kind_or_place_proves_nothing() {
        for (old, new) in [
            ("cd server && go test ./...", "cd web && npx vitest run"),
            ("cd server && npm test", "cd web && npm test"),
            ("cd /home/a/app/server && npm test", "cd /home/a/app/web && npm test"),
            ("pytest -q", "ruff check ."),
            ("pytest -q", "mypy src"),
            ("cargo test", "npm test"),
            ("cargo test", "cargo clippy"),
            ("cargo test", "cargo build"),
            ("npm test", "npm run lint"),
            ("npm test", "npm run build"),
            ("npx tsc --noEmit", "npm test"),
            ("npx eslint src", "npm test"),
            ("ruff check .", "pytest -q"),
            ("npx eslint src", "npx tsc --noEmit"),
            ("mvn verify", "pytest"),
            ("bundle exec rspec", "vendor/bin/phpunit"),
        ] {
            assert!(!replaces(&last(new), &last(old)), "{new} should not replace {old}");
        }
    }

    #[test]
    fn knows_what_could_not_begin() {
        for output in [
            "bash: pytest: command not found",
            "npm error Missing script: \"test\"",
            "make: *** No rule to make target 'test'.  Stop.",
            "error: unrecognized arguments: --foo",
            "/usr/bin/python: No module named pytest",
            "error: Justfile does not contain recipe `test`.",
        ] {
            assert!(never_ran(output), "{output}");
        }
        assert!(!never_ran("FAIL src/a.test.ts\nexpected 2, got 1"));
    }
}

//! Tells whether a passing check supersedes an earlier failed one: it must have the same kind and scope, or a wider
//! one.

use super::check_kind::{CheckKind, Topic, is_code, is_test, kind_of, topic_of};
use crate::detect::call::shell::{CheckRun, FILTER};

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
pub(super) fn supersedes(new: &CheckRun, old: &CheckRun) -> bool {
    if !reaches(&new.place, &old.place) {
        return false;
    }
    if new.name == old.name {
        return runs_more(new, old) || runs_all(new) && !is_partial(new);
    }
    let narrower = kind_of(old) != CheckKind::Code && is_partial(new) && !is_partial(old);
    speaks_for(language(new), language(old)) && is_as_wide(new, old) && !narrower
}

/// Whether a check runs some of the tests only: those of a file, or of a name.
fn is_partial(run: &CheckRun) -> bool {
    run.targets.iter().any(|target| {
        let names_tests = |part: &str| {
            let part = part.to_lowercase();
            part.contains("test") || part.contains("spec")
        };
        target.starts_with(FILTER)
            || target.contains(['/', '.'])
                && target.rsplit('/').next().is_some_and(|name| name.contains('.') && names_tests(name))
            || target.contains("::") && names_tests(target)
    })
}

/// What chooses tests by a name, without what only marks it.
fn bare(filter: &str) -> &str {
    filter.trim_start_matches([FILTER, '^']).trim_end_matches('$')
}

/// Whether `new`, which passed, ran again all that failed, by name, though less than before. `failed` are their names.
pub(super) fn runs_failed(new: &CheckRun, old: &CheckRun, failed: &[String]) -> bool {
    let told = Selection::read(new);
    let is_path = |item: &&String| item.contains(['/', '.']) && !item.contains("::");
    let meets = |item: &str, target: &str| item.contains(target) || target.contains(item);
    let (paths, names): (Vec<&String>, Vec<&String>) = failed.iter().partition(is_path);
    let is_named = |item: &&String| {
        let name = item.rsplit("::").next().unwrap_or(item);
        told.filters.iter().map(|filter| bare(filter)).any(|filter| !filter.is_empty() && meets(name, filter))
    };
    let is_placed = |item: &&String| told.places.iter().any(|place| meets(item, place));
    let all = if told.filters.is_empty() {
        !paths.is_empty() && paths.iter().all(is_placed)
            || paths.is_empty() && !names.is_empty() && names.iter().all(is_placed)
    } else {
        !names.is_empty() && names.iter().all(is_named)
    };
    all && reaches(&new.place, &old.place)
        && speaks_for(language(new), language(old))
        && kind_of(new) != CheckKind::Code
}

/// What a check is told to run.
struct Selection {
    /// The steps of a task runner: `compile`, `test`.
    steps: Vec<String>,
    /// Files, folders, packages.
    places: Vec<String>,
    /// What chooses tests by their names.
    filters: Vec<String>,
}

impl Selection {
    fn read(run: &CheckRun) -> Self {
        let alone = CheckRun { targets: Vec::new(), ..run.clone() };
        let has_steps = kind_of(&alone) == CheckKind::Any;
        let mut told = Self { steps: Vec::new(), places: Vec::new(), filters: Vec::new() };
        let targets = run.targets.iter().map(|target| target.trim_end_matches(','));
        for target in targets.filter(|target| *target != "do") {
            if target.starts_with(FILTER) {
                told.filters.push(target.to_owned());
            } else if target == "run" || has_steps && is_step(&run.name, target) {
                told.steps.push(step(&run.name, target).to_owned());
            } else if is_choice(target) {
                told.places.push(target.to_owned());
            }
        }
        told
    }
}

/// Whether a target of a task runner is a step, and not a file or a name.
fn is_step(program: &str, target: &str) -> bool {
    if program == "dune" && target.starts_with('@') {
        return true;
    }
    let is_path = target.contains('/') && program != "sbt" || target.contains('.') && program != "mill";
    let words =
        |of: fn(&str) -> bool| target.split(|c: char| !c.is_alphanumeric()).any(|word| of(&word.to_lowercase()));
    !is_path
        && !target.contains('=')
        && (words(is_test) || words(is_code) || ALL.contains(&target) || is_built_for_tests(program, target))
}

/// The step by one of its names: those of Dune are aliases.
fn step<'a>(program: &str, target: &'a str) -> &'a str {
    match target.trim_start_matches('@') {
        "runtest" | "test" if program == "dune" => "test",
        _ => target,
    }
}

/// Whether a target chooses what is run: an assignment does only if its name says so, as `TESTS=auth` does.
fn is_choice(target: &str) -> bool {
    const CHOOSING: [&str; 11] =
        ["test", "args", "filter", "only", "run", "spec", "file", "pkg", "package", "match", "pattern"];
    let Some((name, _)) = target.split_once('=') else { return true };
    let name = name.to_lowercase();
    CHOOSING.iter().any(|word| name.contains(word))
}

/// Whether `new` runs everything that `old` does, of the same program.
fn runs_more(new: &CheckRun, old: &CheckRun) -> bool {
    if new.targets.is_empty() {
        return true;
    }
    let (new_told, old_told) = (Selection::read(new), Selection::read(old));
    let tests = |module: &str| {
        let is_of = |step: &&String| module_of(step).is_empty() || module_of(step) == module;
        new_told.steps.iter().filter(is_of).any(|step| is_test_step(&new.name, step))
    };
    let built = |step: &String| is_built_for_tests(&new.name, step) && tests(module_of(step));
    let taken = |step: &String| {
        new_told.steps.iter().any(|new_step| {
            let rest = step.strip_prefix(new_step.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '-', '_']))
                || BUILDERS.contains(&&*new.name) && last_word(step) == new_step
        })
    };
    let steps = old_told.steps.iter().all(|step| taken(step) || built(step));
    let within =
        |old: &String| new_told.places.iter().any(|new| new == old || old.starts_with(new.trim_end_matches("...")));
    let places = new_told.places.is_empty() || !old_told.places.is_empty() && old_told.places.iter().all(within);
    // What is in a name chooses more than the whole of it.
    let filters = new_told
        .filters
        .iter()
        .all(|new| old_told.filters.iter().any(|old| !bare(new).is_empty() && old.contains(bare(new))));
    // All of it is built, whatever is tested then.
    let builds_all = !old_told.steps.is_empty() && old_told.steps.iter().all(built) && !has_modules(&new.name);
    steps && (places && filters || builds_all && old_told.places.is_empty())
}

/// Programs that build what they test.
#[rustfmt::skip]
const BUILDERS: [&str; 29] = [
    "sbt", "mill", "mvn", "gradle", "swift", "stack", "cabal", "gleam", "zig", "dune", "mix", "dotnet", "lein", "rebar3", "crystal", "nimble", "bazel", "buck", "buck2",
    "fpm", "forge", "hardhat", "xcodebuild", "lake", "moon", "meson", "nargo", "scarb", "spago",
];

/// Whether a program of those may be told to build a part.
fn has_modules(program: &str) -> bool {
    ["mill", "mvn", "gradle", "dotnet", "bazel", "buck", "buck2", "xcodebuild", "meson"].contains(&program)
}

/// The last word of a step that is one of a module: `:app:compileKotlin`, `core/Test/compile`.
fn last_word(step: &str) -> &str {
    step.rsplit([':', '/', '.', '@']).next().unwrap_or(step)
}

/// What stands before its last word.
fn module_of(step: &str) -> &str {
    &step[..step.len() - last_word(step).len()]
}

fn is_test_step(program: &str, step: &str) -> bool {
    let word = last_word(step).to_lowercase();
    is_test(&word) && !word.contains("compile") && !word.contains("classes")
        || program == "gradle" && matches!(&*word, "check" | "build")
}

/// Whether a program takes this step before it tests.
fn is_built_for_tests(program: &str, step: &str) -> bool {
    if !BUILDERS.contains(&program) {
        return false;
    }
    let word = last_word(step).to_lowercase();
    match &*word {
        "build" => !matches!(program, "gradle" | "mvn" | "sbt"),
        "check" => matches!(program, "gleam" | "moon" | "nargo" | "dune"),
        "classes" | "testclasses" => program == "gradle",
        "test-compile" => program == "mvn",
        word => word.starts_with("compile") || word.starts_with("build-"),
    }
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
    let compiles = |text: &str| is_built_for_tests(&run.name, text);
    let is = |text: &str| ALL.contains(&text) && !compiles(text);
    run.targets.iter().any(|target| is(target)) || run.name.split([' ', ':', '-']).any(is)
}

/// Whether a place holds another, or it is unknown where one of them is.
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
            ("sbt compile", "sbt test"),
            ("sbt core/compile", "sbt test"),
            ("mvn -q compile", "mvn test"),
            ("swift build", "swift test"),
            ("swift build", "swift test --filter Parser"),
            ("stack build", "stack test"),
            ("gleam check", "gleam test"),
            ("zig test src/a.zig", "zig build test"),
            ("zig build", "zig build test"),
            ("dune runtest", "dune build @all @runtest"),
            ("dune runtest", "dune test"),
            ("dune build", "dune runtest"),
            ("mix compile", "mix test test/a_test.exs"),
            ("dotnet build", "dotnet test"),
            ("./gradlew compileKotlin", "./gradlew test"),
            ("./gradlew :app:test", "./gradlew test"),
            ("pytest -v tests/test_a.py", "pytest -v tests"),
            ("rebar3 dialyzer", "rebar3 do eunit, dialyzer"),
            ("mix test", "mix do format --check-formatted, test"),
            ("bazel build //a:x", "bazel test //..."),
            ("mix test test/a_test.exs", "mix test"),
            ("cargo nextest run parses", "cargo nextest run"),
            ("go test -run TestA ./...", "go test ./..."),
            ("go test -run TestJoinOfTwo ./a -timeout 60s", "go test -run TestJoin ./a -timeout 5m"),
            ("make test", "make test V=1"),
            ("npm test -- -t adds", "npm test"),
        ] {
            assert!(supersedes(&last(new), &last(old)), "{new} should replace {old}");
        }
    }

    #[test]
    fn a_part_and_what_is_left_out_prove_nothing() {
        for (old, new) in [
            ("pytest", "pytest tests/test_a.py"),
            ("pytest -k slow", "pytest --ignore tests/slow"),
            ("pytest -k slow", "pytest --ignore=tests/slow"),
            ("gcc -g main.c", "gcc -g other.c"),
        ] {
            assert!(!supersedes(&last(new), &last(old)), "{old}: {new}");
        }
        assert!(supersedes(&last("gcc main.c"), &last("gcc -g main.c")));
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
            // Less than before.
            ("mix test", "mix test test/a_test.exs"),
            ("mix test", "mix test --only slow"),
            ("cargo nextest run", "cargo nextest run parses"),
            ("cargo nextest run", "cargo nextest run -E 'test(parses)'"),
            ("cargo test", "cargo test parses"),
            ("cargo test -p core", "cargo test -p core parses"),
            ("cargo test", "cargo nextest run parses"),
            ("go test ./...", "go test -run TestA ./..."),
            ("go test ./...", "go test ./... -run=TestA"),
            ("pytest", "pytest -k parses"),
            ("pytest", "pytest -v tests/test_a.py"),
            ("./gradlew :core:compileKotlin", "./gradlew :app:test"),
            ("pytest tests", "pytest tests -k parses"),
            ("npm test", "npm test -- src/a.test.ts"),
            ("npm test", "npm test -- -t adds"),
            ("npm test", "npx jest src/a.test.ts"),
            ("yarn jest", "yarn jest -t adds"),
            ("mvn test", "mvn test -Dtest=ATest"),
            ("./gradlew test", "./gradlew test --tests ATest"),
            ("dotnet test", "dotnet test --filter Name=A"),
            ("make test", "make test TESTS=a"),
            ("swift test", "swift build"),
            ("sbt test", "sbt compile"),
            ("gleam test", "gleam check"),
            ("dune runtest", "dune build"),
            ("zig build test", "zig build"),
            ("bazel build //a:x", "bazel test //b:y"),
            ("npm run build", "npm test"),
        ] {
            assert!(!supersedes(&last(new), &last(old)), "{new} should not replace {old}");
        }
    }

    #[test]
    fn all_that_failed_may_be_run_by_name() {
        for (old, failed, new, expected) in [
            ("make test", &["TestA", "example.com/app/auth"][..], "go test -run 'TestA$' ./auth", true),
            ("cargo nextest run", &["app net::joins", "app tree::prunes"], "cargo nextest run tree::prunes", false),
            ("pytest", &["tests/test_a.py::test_9"], "pytest tests/test_a.py", true),
            ("pytest", &["tests/test_a.py::test_9"], "pytest -k test_9", true),
            ("pytest", &["tests/test_a.py::test_9", "tests/test_b.py::test_1"], "pytest tests/test_a.py", false),
            ("mix test", &["test joins (NetTest)"], "mix test test/tree_test.exs", false),
            ("go test ./...", &["TestA", "app/auth"], "go test -run TestB ./auth", false),
            ("npm test", &["src/a.test.ts"], "npx jest src/a.test.ts", true),
            ("npm test", &[], "npx jest src/a.test.ts", false),
            ("pytest", &["tests/test_a.py::test_9"], "pytest --deselect tests/test_a.py::test_9", false),
        ] {
            let failed: Vec<String> = failed.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(runs_failed(&last(new), &last(old), &failed), expected, "{new} after {old}");
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

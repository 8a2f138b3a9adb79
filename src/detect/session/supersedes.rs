//! Tells whether a passing check supersedes an earlier failed one: it must have the same kind and scope, or a wider
//! one.

mod selection;

use super::check_kind::{CheckKind, Topic, compiles_tests, kind_of, topic_of};
use crate::detect::call::shell::{CheckRun, LEFT_OUT};
use selection::Selection;
use std::borrow::Cow;

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
const NEVER_RAN: [&str; 42] = [
    "command not found", ": not found", "no such file or directory", "missing script", "no rule to make target", "unknown option",
    "unrecognized option", "unrecognized argument", "unexpected argument", "invalid option", "illegal option", "no such option",
    "no such command", "unknown command", "no such subcommand", "unknown subcommand", "is not recognized", "no module named", "usage:",
    "couldn't find a script", "does not contain recipe", "no such task", "task not found", "could not determine executable",
    "could not find `cargo.toml`", "cannot find main module", "no test specified", "no such service", "is not running",
    "cannot connect to the docker daemon", "can't open file", "could not find a package.json", "no package.json", "could not find gemfile",
    "could not locate gemfile", "err_pnpm_no_script", "go: cannot ", "go: errors parsing go.mod", "go: no such tool", "go: unknown ",
    "go: no required module", "can't load config",
];
/// The longest output of a check that could not begin, in bytes, but for the help that its first line announces.
const HARDLY_BEGAN: usize = 2000;

/// Whether the output of a check that failed says that it could not begin. What says more ran, and may name a program
/// that its own tests did not find.
pub(super) fn never_ran(output: &str) -> bool {
    let output = output.to_lowercase();
    let first = output.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let said = if output.len() > HARDLY_BEGAN { first } else { &output };
    NEVER_RAN.iter().any(|sign| said.contains(sign))
}

/// Whether `new`, which passed, shows that `old` would pass now.
pub(super) fn supersedes(new: &CheckRun, old: &CheckRun) -> bool {
    CheckTarget::read(new).covers(&CheckTarget::read(old))
}

/// Whether a formatter or fixer that wrote and left nothing answers what `old` complained of: the same tool found it, on
/// no more than was mended.
pub(super) fn mends(fix: &CheckRun, old: &CheckRun) -> bool {
    // These look at everything below a folder.
    let whole = |run: &CheckRun| {
        let targets = run.targets.iter().filter(|target| *target != ".").cloned().collect();
        CheckRun { targets, ..run.clone() }
    };
    let is_part = fix.name == "biome check" && old.name.starts_with("biome ");
    let (whole_fix, whole_old) = (whole(fix), whole(old));
    let (new, old_target) = (CheckTarget::read(&whole_fix), CheckTarget::read(&whole_old));
    (fix.name == old.name || is_part) && new.reaches(&old_target) && new.runs_more(&old_target)
}

/// Whether `new`, which passed, ran again all that failed, by name, though less than before. `failed` are their names.
pub(super) fn runs_failed(new: &CheckRun, old: &CheckRun, failed: &[String]) -> bool {
    let (new, old) = (CheckTarget::read(new), CheckTarget::read(old));
    new.names_all(failed) && new.reaches(&old) && new.speaks_for(&old) && new.kind != CheckKind::Code
}

/// `new`, which passed, as if it left nothing out, where nothing that failed is left out, as far as is known; `None` if it
/// is. `failed` are the names of what failed, and `is_all` says whether these are all. `is_asked` says of a name that the
/// user wants that left out.
pub(super) fn without_left_out<'a>(
    new: &'a CheckRun,
    failed: &[String],
    is_all: bool,
    is_asked: impl Fn(&str) -> bool,
) -> Option<Cow<'a, CheckRun>> {
    let selection = Selection::read(new);
    let (asked, own): (Vec<&str>, Vec<&str>) = selection.left_out.iter().partition(|left_out| is_asked(left_out));
    let leaves_out = |names: &[&str], failed: &str| names.iter().any(|name| selection.leaves_out(name, failed));
    let counting: Vec<&String> = failed.iter().filter(|failed| !leaves_out(&asked, failed)).collect();
    if counting.iter().any(|failed| leaves_out(&own, failed)) {
        return None;
    }
    // No test is known to have failed: it may not have compiled.
    let builds = failed.is_empty() && own.iter().all(|name| selection.is_test_task(name));
    let known = is_all && (!failed.is_empty() || builds) || kind_of(new) == CheckKind::Code;
    if selection.left_out.is_empty() || !known {
        return Some(Cow::Borrowed(new));
    }
    let targets = new.targets.iter().filter(|target| !target.starts_with(LEFT_OUT)).cloned().collect();
    Some(Cow::Owned(CheckRun { targets, ..new.clone() }))
}

/// Whether `new`, which passed, takes the place of `old`, which could not begin: any check of its kind does.
pub(super) fn stands_in(new: &CheckRun, old: &CheckRun) -> bool {
    kind_of(new) != CheckKind::Code || kind_of(old) == CheckKind::Code
}

/// A check, read once.
struct CheckTarget<'a> {
    run: &'a CheckRun,
    kind: CheckKind,
    topic: Option<Topic>,
    /// The place of its language in the table; `None` if it may be any.
    language: Option<usize>,
    selection: Selection<'a>,
}

impl<'a> CheckTarget<'a> {
    fn read(run: &'a CheckRun) -> Self {
        Self { run, kind: kind_of(run), topic: topic_of(run), language: language(run), selection: Selection::read(run) }
    }

    /// Whether `old` would pass where this one passed.
    fn covers(&self, old: &Self) -> bool {
        if !self.reaches(old) {
            return false;
        }
        if self.run.name == old.run.name {
            return self.runs_more(old) || self.selection.is_everything() && !self.selection.is_partial();
        }
        self.speaks_for(old) && self.is_as_wide(old) && !self.is_narrower(old)
    }

    /// Whether it runs where the other one ran, or above.
    fn reaches(&self, old: &Self) -> bool {
        reaches(&self.run.place, &old.run.place)
    }

    /// Whether both are about code of one language, as far as is known.
    fn speaks_for(&self, old: &Self) -> bool {
        self.language.is_none() || old.language.is_none() || self.language == old.language
    }

    /// Whether it runs some tests only, and the other one more.
    fn is_narrower(&self, old: &Self) -> bool {
        old.kind != CheckKind::Code && self.selection.is_partial() && !old.selection.is_partial()
    }

    /// Whether a check of another name is of the same kind, or runs all kinds.
    fn is_as_wide(&self, old: &Self) -> bool {
        let built = old.topic == Some(Topic::Build);
        match (old.kind, self.kind) {
            // Without its tests, less is compiled.
            (CheckKind::Code, CheckKind::Code) if compiles_tests(old.run) && !compiles_tests(self.run) => false,
            (CheckKind::Code, CheckKind::Code) => old.topic.is_some() && self.topic == old.topic,
            // What is tested was built.
            (CheckKind::Code, CheckKind::Tests) => built,
            (CheckKind::Code, CheckKind::Any) => built || self.selection.is_everything(),
            (CheckKind::Tests | CheckKind::Any, CheckKind::Code) => false,
            (CheckKind::Tests | CheckKind::Any, CheckKind::Tests | CheckKind::Any) => true,
        }
    }

    /// Whether it runs everything that the other one does, of the same program.
    fn runs_more(&self, old: &Self) -> bool {
        if self.run.targets.is_empty() {
            return true;
        }
        self.takes_steps(old) && (self.chooses_no_less(old) || self.builds_all(old))
    }

    fn takes_steps(&self, old: &Self) -> bool {
        old.selection.steps.iter().all(|step| self.selection.takes(step) || self.selection.builds_and_tests(step))
    }

    /// Whether it is told no places and names that the other one was not.
    fn chooses_no_less(&self, old: &Self) -> bool {
        let (new, old) = (&self.selection, &old.selection);
        let is_within = |place: &&str| new.places.iter().any(|new| place.starts_with(new.trim_end_matches("...")));
        let places = new.places.is_empty() || !old.places.is_empty() && old.places.iter().all(is_within);
        // What is in a name chooses more than the whole of it.
        let is_wider = |filter: &&str| !filter.is_empty() && old.filters.iter().any(|old| old.contains(filter));
        let leaves_no_more = new.left_out.iter().all(|left_out| old.left_out.contains(left_out));
        places && leaves_no_more && new.filters.iter().all(is_wider)
    }

    /// Whether all that the other one builds is built, whatever is tested then.
    fn builds_all(&self, old: &Self) -> bool {
        let steps = &old.selection.steps;
        let all = !steps.is_empty() && steps.iter().all(|step| self.selection.builds_and_tests(step));
        all && old.selection.places.is_empty() && !self.selection.has_modules()
    }

    /// Whether it is told to run all of these, which failed: tests by their names, files by their paths.
    fn names_all(&self, failed: &[String]) -> bool {
        let is_path = |item: &&String| item.contains(['/', '.']) && !item.contains("::");
        let (paths, names): (Vec<&String>, Vec<&String>) = failed.iter().partition(is_path);
        if self.selection.filters.is_empty() {
            let placed = if paths.is_empty() { names } else { paths };
            // A name as short as `a` is in any other.
            let is_placed =
                |item: &&String| self.selection.places.iter().any(|place| place.len() > 2 && meets(item, place));
            return !placed.is_empty() && placed.iter().all(is_placed);
        }
        let is_named = |item: &&String| {
            let name = item.rsplit("::").next().unwrap_or(item);
            self.selection.filters.iter().any(|filter| !filter.is_empty() && meets(name, filter))
        };
        !names.is_empty() && names.iter().all(is_named)
    }
}

/// Whether one text holds the other.
fn meets(one: &str, other: &str) -> bool {
    one.contains(other) || other.contains(one)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::call::shell;

    fn last(command: &str) -> CheckRun {
        shell::read(command).checks.pop().unwrap()
    }

    #[allow(clippy::too_many_lines, reason = "a table")]
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
            ("go test -c -o /tmp/a ./auth", "go test ./auth"),
            ("go test -c ./auth", "go test -run TestLogin ./auth"),
            ("cargo test --no-run", "cargo test parses"),
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
            ("ctest --test-dir build -R escapes", "ctest --test-dir build"),
            ("npx playwright test e2e/cart.spec.ts", "npx playwright test"),
        ] {
            assert!(supersedes(&last(new), &last(old)), "{new} should replace {old}");
        }
    }

    #[test]
    fn a_fixer_mends_what_the_same_tool_complained_of() {
        let mends = |fix: &str, old: &str| mends(&shell::read(fix).fixes.pop().unwrap(), &last(old));
        for (old, fix) in [
            ("black --check .", "black ."),
            ("black --check src", "black ."),
            ("isort --check app", "isort app"),
            ("ruff format --check", "ruff format ."),
            ("ruff check src", "ruff check --fix ."),
            ("terraform fmt -check -recursive", "terraform fmt -recursive"),
            ("terraform fmt -check", "terraform fmt -recursive"),
            ("mix format --check-formatted", "mix format"),
            ("dart format --output=none --set-exit-if-changed .", "dart format ."),
            ("clang-format --dry-run -Werror src/*.cpp", "clang-format -i src/*.cpp"),
            ("npx prettier --check docs", "npx prettier --write ."),
            ("npx eslint src", "npx eslint src --fix"),
            ("npx stylelint 'src/**/*.css'", "npx stylelint 'src/**/*.css' --fix"),
            ("npx biome lint src", "npx biome check --write src"),
            ("bundle exec rubocop app", "bundle exec rubocop -A"),
            ("ktlint", "ktlint -F"),
            ("sqlfluff lint db", "sqlfluff fix db --force"),
            ("cargo clippy --all-targets", "cargo clippy --fix --allow-dirty"),
            ("cargo fmt --check", "cargo fmt"),
            ("test -z \"$(gofmt -l .)\"", "gofmt -w ."),
            ("npm run lint", "npm run lint:fix"),
            ("./gradlew spotlessCheck", "./gradlew spotlessApply"),
        ] {
            assert!(mends(fix, old), "{fix} should mend {old}");
        }
        for (old, fix) in [
            ("black --check .", "black src"),
            ("black --check .", "isort ."),
            ("ruff check .", "ruff format ."),
            ("npx eslint .", "npx prettier --write ."),
            ("npx eslint .", "npx eslint --fix src/a.ts"),
            ("terraform fmt -check -recursive", "terraform fmt"),
            ("cd web && npx eslint .", "cd api && npx eslint --fix ."),
            ("npm test", "npm run lint:fix"),
        ] {
            assert!(!mends(fix, old), "{fix} should not mend {old}");
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

    #[allow(clippy::too_many_lines, reason = "a table")]
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
            ("cargo test", "cargo test --no-run"),
            ("cargo test --no-run", "cargo build"),
            ("go test -c ./auth", "go build ./..."),
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
            ("ctest --test-dir build", "ctest --test-dir build -R escapes"),
            ("npx playwright test", "npx playwright test e2e/cart.spec.ts"),
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
    fn what_failed_must_not_be_left_out() {
        for (old, failed, new, expected) in [
            ("pytest", &["tests/test_a.py::test_9"][..], "pytest -k 'not test_9'", false),
            ("pytest", &["tests/test_a.py::test_9"], "pytest --ignore=tests/test_a.py", false),
            ("pytest", &["tests/test_a.py::test_9"], "pytest -m 'not slow'", true),
            ("pytest", &["tests/test_a.py::test_9"], "pytest --ignore tests/test_b.py", true),
            (
                "pytest",
                &["tests/test_a.py::test_9", "tests/test_old.py::test_1"],
                "pytest --ignore tests/test_old.py",
                true,
            ),
            ("pytest", &[], "pytest -k 'not test_9'", false),
            ("go test ./...", &["TestDrop"], "go test -skip TestDrop ./...", false),
            ("npx vitest run", &["test/up.test.ts > big"], "npx vitest run --exclude test/up.test.ts", false),
            ("npx jest", &["test/a.test.js"], "npx jest --testPathIgnorePatterns test/a.test.js", false),
            ("ctest --test-dir build", &["codec_edge"], "ctest --test-dir build -E codec_edge", false),
            ("ctest --test-dir build", &["codec_edge"], "ctest --test-dir build -E gui_", true),
            (
                "dotnet test",
                &["Shop.CartTest.Adds"],
                "dotnet test --filter FullyQualifiedName!=Shop.CartTest.Adds",
                false,
            ),
            ("mvn test", &["CartTest.adds:41"], "mvn test -Dtest='!CartTest'", false),
            ("./gradlew build", &["CartTest > adds()"], "./gradlew build -x test", false),
            ("./gradlew build", &["CartTest > adds()"], "./gradlew build -x lint", true),
            ("./gradlew build", &[], "./gradlew build -x test", true),
            ("cargo test", &["a::b"], "cargo test -- --skip a::b", false),
            ("vendor/bin/phpunit", &["CartTest::adds"], "vendor/bin/phpunit --exclude-filter CartTest", false),
            ("ruff check .", &[], "ruff check . --exclude migrations", true),
        ] {
            let failed: Vec<String> = failed.iter().map(|name| (*name).to_owned()).collect();
            let (new_run, old_run) = (last(new), last(old));
            let told = without_left_out(&new_run, &failed, true, |name| name.contains("test_old"));
            let is_replaced = told.is_some_and(|told| supersedes(&told, &old_run));
            assert_eq!(is_replaced, expected, "{new} after {old}");
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
        let long = "step: the wrapper answers\n".repeat(100);
        assert!(!never_ran(&format!("{long}aaaa: unknown command\n{long}")));
        assert!(never_ran(&format!("usage: check [-h]\n{long}")));
    }
}

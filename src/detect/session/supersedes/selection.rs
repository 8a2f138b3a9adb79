//! Reads what a check is told to run: steps of a task runner, places, names of tests.

use crate::detect::call::shell::{CheckRun, FILTER, LEFT_OUT};
use crate::detect::session::check_kind::{CheckKind, is_code, is_test, kind_of};

/// Words in the names of tasks that run every check there is.
const ALL: [&str; 8] = ["ci", "verify", "validate", "check", "checks", "all", "precommit", "pre-commit"];

/// Programs that build what they test.
#[rustfmt::skip]
const BUILDERS: [&str; 29] = [
    "sbt", "mill", "mvn", "gradle", "swift", "stack", "cabal", "gleam", "zig", "dune", "mix", "dotnet", "lein", "rebar3", "crystal", "nimble", "bazel", "buck", "buck2",
    "fpm", "forge", "hardhat", "xcodebuild", "lake", "moon", "meson", "nargo", "scarb", "spago",
];

/// What a check is told to run.
pub(super) struct Selection<'a> {
    run: &'a CheckRun,
    /// The steps of a task runner: `compile`, `test`.
    pub(super) steps: Vec<&'a str>,
    /// Files, folders, packages.
    pub(super) places: Vec<&'a str>,
    /// What chooses tests by their names.
    pub(super) filters: Vec<&'a str>,
    /// What it leaves out.
    pub(super) left_out: Vec<&'a str>,
}

impl<'a> Selection<'a> {
    pub(super) fn read(run: &'a CheckRun) -> Self {
        let alone = CheckRun { targets: Vec::new(), ..run.clone() };
        let has_steps = kind_of(&alone) == CheckKind::Any;
        let mut selection =
            Self { run, steps: Vec::new(), places: Vec::new(), filters: Vec::new(), left_out: Vec::new() };
        let targets = run.targets.iter().map(|target| target.trim_end_matches(','));
        for target in targets.filter(|target| *target != "do") {
            if let Some(left_out) = target.strip_prefix(LEFT_OUT) {
                selection.left_out.push(left_out);
            } else if target.starts_with(FILTER) {
                selection.filters.push(bare(target));
            } else if target == "run" || has_steps && is_step(&run.name, target) {
                selection.steps.push(step(&run.name, target));
            } else if is_choice(target) {
                selection.places.push(target);
            }
        }
        selection
    }

    /// Whether it runs every check there is: a task called `ci`.
    pub(super) fn is_everything(&self) -> bool {
        let is = |text: &str| ALL.contains(&text) && !self.builds(text);
        self.run.targets.iter().any(|target| is(target)) || self.run.name.split([' ', ':', '-']).any(is)
    }

    /// Whether it runs some of the tests only: those of a file, or of a name.
    pub(super) fn is_partial(&self) -> bool {
        self.run
            .targets
            .iter()
            .any(|target| target.starts_with([FILTER, LEFT_OUT]) || is_file_of_tests(target) || is_test_in_code(target))
    }

    /// Whether it is told to leave out something that failed, by its name, or by that of the task that runs tests.
    pub(super) fn leaves_out(&self, left_out: &str, failed: &str) -> bool {
        let in_path = |path: &str, part: &str| !part.is_empty() && path.contains(part);
        let name = left_out.rsplit("::").next().unwrap_or(left_out);
        in_path(failed, left_out)
            || in_path(failed, name) && !(name.contains('/') && failed.contains('/'))
            || !failed.is_empty() && left_out.ends_with(failed)
            || self.is_test_task(left_out) && !failed.contains('/')
    }

    /// Whether what is left out is the task that runs the tests: `gradle build -x test`.
    pub(super) fn is_test_task(&self, left_out: &str) -> bool {
        self.run.name.starts_with("gradle") && is_test_step("gradle", left_out)
    }

    /// Whether it takes this step, or one that this is a part of: `test` takes `test:unit`.
    pub(super) fn takes(&self, step: &str) -> bool {
        let is_part = |whole: &str| {
            step.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '-', '_']))
        };
        let is_last = |own: &str| BUILDERS.contains(&&*self.run.name) && last_word(step) == own;
        self.steps.iter().any(|own| is_part(own) || is_last(own))
    }

    /// Whether it builds by this step what it then tests.
    pub(super) fn builds_and_tests(&self, step: &str) -> bool {
        let module = module_of(step);
        let tests =
            |own: &&str| (module_of(own).is_empty() || module_of(own) == module) && is_test_step(&self.run.name, own);
        self.builds(step) && self.steps.iter().any(tests)
    }

    fn builds(&self, step: &str) -> bool {
        is_built_for_tests(&self.run.name, step)
    }

    /// Whether its program may be told to build a part.
    pub(super) fn has_modules(&self) -> bool {
        ["mill", "mvn", "gradle", "dotnet", "bazel", "buck", "buck2", "xcodebuild", "meson"].contains(&&*self.run.name)
    }
}

/// What chooses tests by a name, without what only marks it.
fn bare(filter: &str) -> &str {
    filter.trim_start_matches([FILTER, '^']).trim_end_matches('$')
}

fn names_tests(part: &str) -> bool {
    let part = part.to_lowercase();
    part.contains("test") || part.contains("spec")
}

/// Whether a target is a file of tests: `tests/test_a.py`.
fn is_file_of_tests(target: &str) -> bool {
    let name = target.rsplit('/').next().unwrap_or(target);
    name.contains('.') && names_tests(name)
}

/// Whether a target is a test by its place in the code: `app.tests::test_a`.
fn is_test_in_code(target: &str) -> bool {
    target.contains("::") && names_tests(target)
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

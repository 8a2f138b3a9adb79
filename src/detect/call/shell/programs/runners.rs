//! Judges package managers and task runners by the name of their script or target.

use super::arguments::{
    BARE_OF_MAKE, RUNNER_VALUES, bare_of_manager, filters, has_any, has_word, positional, selected, with,
    without_values,
};
use super::judgement::{Judgement, Nested};
use super::left_out;
use crate::detect::call::shell::effect::{Change, Effect};
use crate::detect::call::shell::verbs::{self, NamePurpose, has, named};

/// `npm test`, `pnpm --filter x run lint`, `yarn workspace x test`, `bun run --cwd x build`, `deno task x`.
pub(super) fn package_manager(name: &str, arguments: &[String], nested: Nested) -> Judgement {
    let bare = bare_of_manager(name);
    let (arguments, left_out) = left_out::split(name, arguments);
    let arguments = arguments.as_slice();
    let selected = [selected(arguments, bare), left_out.clone()].concat();
    let plain = positional(arguments, bare);
    let mut words: &[String] = &plain;
    let mut explicit = false;
    loop {
        match words.first().map(String::as_str) {
            Some("workspace") => words = words.get(2..).unwrap_or_default(),
            Some("workspaces" | "foreach" | "recursive" | "multi" | "global") => words = &words[1..],
            Some("run" | "run-script" | "rum" | "task") if !explicit => {
                explicit = true;
                words = &words[1..];
            }
            _ => break,
        }
    }
    let Some((script, rest)) = words.split_first() else {
        // `yarn` alone installs; `npm run` alone lists the scripts.
        let installs = name == "yarn" && !explicit && !arguments.iter().any(|word| word.starts_with("-v"));
        return Judgement::of(if installs { Effect::Mutate } else { Effect::Observe });
    };
    if !explicit && let Some(judgement) = manager_verb(name, script, (rest, &selected), arguments) {
        return judgement;
    }
    if explicit && (name == "deno" || name == "bun") && script.contains('.') {
        return nested.judge(&with("node", words));
    }
    // A binary of the project by its own name: `yarn jest`, `pnpm vitest run`.
    if !explicit && nested.may_guess() && name != "npm" {
        let judged = nested.judge(&[words, &filters(arguments, "-t -g -k"), &left_out].concat());
        if judged.effect != Effect::Unknown && judged.effect != Effect::Record {
            return judged;
        }
    }
    script_judgement(name, script, &[rest, &filters(arguments, "-t -g -k")].concat(), &selected)
}

/// What `pdm run` runs: a program of the project's environment, such as `pyright`, or else a script of the project.
pub(super) fn environment(name: &str, arguments: &[String], nested: Nested) -> Option<Judgement> {
    const VALUES: &str = "-p --project -e --environment --env --manifest-path --pyproject";
    let words = without_values(arguments, VALUES);
    let (script, rest) = words.split_first().filter(|_| nested.may_guess())?;
    let judged = nested.judge(&words);
    // `test` is a program of the shell as well.
    let is_script =
        judged.effect == Effect::Unknown || has(verbs::LOOKS, script) && named(script) != NamePurpose::Nothing;
    Some(if is_script { script_judgement(name, script, rest, &[]) } else { judged })
}

/// What a script of a project is named for.
pub(super) fn script_judgement(name: &str, script: &str, rest: &[String], selected: &[String]) -> Judgement {
    match named(script) {
        NamePurpose::Check => {
            let mut words = vec![script.to_owned()];
            words.extend_from_slice(selected);
            words.extend_from_slice(rest);
            let check = Judgement::check(name, &words);
            if script.contains("watch") { check.waiting() } else { check }
        }
        NamePurpose::Format if has_any(rest, verbs::CHECK_FLAGS) => {
            Judgement::check(&format!("{name} {script}"), selected)
        }
        NamePurpose::Format => fixing(name, script, &[selected, rest].concat()),
        _ => Judgement::of(Effect::Unknown),
    }
}

/// What a script or target does that mends what another one of its name complains of: `lint:fix`, `spotlessApply`.
fn fixing(name: &str, script: &str, rest: &[String]) -> Judgement {
    let stem = ["fix", "autofix", "write"].iter().find_map(|verb| script.strip_suffix(verb));
    let bare = stem.map(|stem| stem.trim_end_matches([':', '-', '_', '.'])).filter(|stem| !stem.is_empty());
    let task = ["Apply", "Format"].iter().find_map(|verb| script.strip_suffix(verb));
    match bare.map(str::to_owned).or_else(|| task.map(|task| format!("{task}Check"))) {
        Some(check) => Judgement::fixing(Change::Layout, name, &with(&check, rest)),
        None => Judgement::fixing(Change::Layout, &format!("{name} {script} --check"), rest),
    }
}

/// The subcommands of package managers themselves.
fn manager_verb(name: &str, verb: &str, (rest, selected): (&[String], &[String]), all: &[String]) -> Option<Judgement> {
    Some(match verb {
        "t" | "tst" | "test" => script_judgement(name, "test", &[rest, &filters(all, "-t -g -k")].concat(), selected),
        "install" | "i" | "add" | "ci" | "remove" | "rm" | "uninstall" | "un" | "update" | "up" | "upgrade"
        | "init" | "create" | "link" | "unlink" | "dedupe" | "import" | "patch" | "rebuild" | "prune"
        | "clean-install" | "cache" | "approve-builds" | "set" | "fund" | "bootstrap" => Judgement::of(Effect::Mutate),
        "publish" | "login" | "logout" | "deprecate" | "dist-tag" | "unpublish" => Judgement::of(Effect::Record),
        "version" | "pkg" if !rest.is_empty() => Judgement::of(Effect::Mutate),
        "ls" | "list" | "why" | "view" | "info" | "outdated" | "config" | "root" | "bin" | "whoami" | "search"
        | "explain" | "licenses" | "ping" | "doctor" | "help" | "version" | "pkg" | "prefix" | "repl" => {
            Judgement::of(Effect::Observe)
        }
        "audit" if rest.first().is_some_and(|word| word == "fix") => Judgement::of(Effect::Mutate),
        "start" | "stop" | "restart" | "dev" => Judgement::of(Effect::Unknown),
        "fmt" if name == "deno" && has_word(all, "--check") => Judgement::check("deno fmt --check", rest),
        "fmt" if name == "deno" => Judgement::fixing(Change::Layout, "deno fmt --check", rest),
        "check" | "lint" | "bench" | "doc" | "compile" | "build" if name == "deno" || name == "bun" => {
            let check = format!("{name} {verb}");
            if has_word(all, "--fix") {
                return Some(Judgement::fixing(Change::Certain, &check, rest));
            }
            Judgement::check(&check, rest)
        }
        _ => return None,
    })
}

/// Task runners: a program whose words are targets.
pub(super) fn runner(name: &str, arguments: &[String]) -> Option<Judgement> {
    const RUNNERS: &str = "make gmake nmake just task mise rtx turbo nx rake grunt gulp invoke inv doit composer ant gradle gradlew mvn mvnw \
        poe poethepoet hatch moon earthly dagger melos sbt lein mill bazel bazelisk buck buck2 pants please plz ninja scons meson cmake waf \
        mage swift dotnet msbuild mix flutter dart zig stack cabal dune alr rebar3 gleam xmake premake nimble shards crystal mdbook hugo \
        jekyll nox tox wireit xtask x.py manage.py artisan rails forge hardhat truffle anchor nargo scarb devbox devenv west idf.py pio \
        platformio conan vcpkg ng vue expo next nuxt astro react-scripts craco svelte-kit remix gatsby trunk wasm-pack maturin \
        esy spago elm elm-test purs lake coq_makefile buf mkdocs sphinx-build latexmk pdflatex xelatex tectonic typst stew packer vagrant \
        ansible-playbook ansible molecule sam serverless sls cdk pulumi skaffold tilt werf";
    if !has(RUNNERS, name) {
        return None;
    }
    // For Ansible, `-l` says which hosts.
    let lists = if has("ansible-playbook ansible", name) {
        "--list-tasks --list-hosts --list-tags"
    } else {
        "-n --dry-run --just-print -l --list --summary --list-tasks --tasks --print -ls"
    };
    if has_any(arguments, lists) && !has("mvn cmake zig", name) {
        return Some(Judgement::of(Effect::Observe));
    }
    let name = match name {
        "gmake" => "make",
        "mvnw" => "mvn",
        "gradlew" => "gradle",
        "bazelisk" => "bazel",
        other => other,
    };
    Some(match name {
        "nox" | "tox" | "sphinx-build" | "latexmk" | "pdflatex" | "xelatex" | "elm-test" | "tectonic" | "next-lint" => {
            Judgement::check(name, arguments)
        }
        "cmake" if !has_word(arguments, "--build") => {
            Judgement::of(if has_word(arguments, "-P") { Effect::Unknown } else { Effect::Mutate })
        }
        _ => targets_of(name, arguments, has("make ninja scons cmake ant msbuild waf xmake gradle rake", name)),
    })
}

/// Judges the targets of a task runner; `builds` is whether it builds when none is named.
pub(super) fn targets_of(name: &str, arguments: &[String], builds: bool) -> Judgement {
    let (arguments, left_out) = left_out::split(name, arguments);
    let arguments = arguments.as_slice();
    let own = own_arguments(name, arguments);
    let plain = positional(own, if name == "make" { BARE_OF_MAKE } else { "" });
    let mut names: Vec<&String> = plain.iter().filter(|word| !word.contains('=')).collect();
    let selected = selected(arguments, "");
    let named_by_flag = arguments
        .iter()
        .enumerate()
        .filter(|(_, word)| matches!(word.as_str(), "-t" | "--target" | "--targets" | "-s" | "--build"))
        .filter_map(|(at, _)| arguments.get(at + 1));
    names.extend(named_by_flag.filter(|_| name != "make"));
    if arguments.iter().any(|word| word.starts_with("--target=") || word.starts_with("--targets=")) {
        names.extend(&selected);
    }
    if name == "cmake" || names.is_empty() && builds {
        return Judgement::check(name, &[arguments, &left_out].concat());
    }
    // The first words only: what follows a verb is what it is done to, such as `nx test shop`.
    let verdicts: Vec<NamePurpose> = names.iter().map(|word| target(name, word, builds)).collect();
    if verdicts.contains(&NamePurpose::Check) {
        let mut words: Vec<String> =
            plain.iter().filter(|word| !has("clean run run-many affected exec", word)).cloned().collect();
        words.extend(selected.iter().cloned());
        if words.is_empty() {
            words = names.iter().map(|word| (*word).clone()).collect();
        }
        let filters = filters(arguments, if has("dotnet swift", name) { "--filter" } else { "" });
        // A value of an option is not a target of its own.
        words.retain(|word| !filters.iter().any(|filter| filter.strip_prefix("-k=") == Some(word)));
        words.extend(filters);
        words.extend(left_out);
        return Judgement::check(name, &words);
    }
    if verdicts.contains(&NamePurpose::Format) {
        let is_place = |word: &&String| target(name, word, builds) != NamePurpose::Format;
        let places: Vec<String> = plain.iter().filter(is_place).cloned().collect();
        return formatting(name, arguments, &names, &places);
    }
    let first = names.first().map(|word| word.as_str()).unwrap_or_default();
    let looks =
        "tasks dependencies properties ls list query info graph projects show about routes deps.tree help outdated why";
    if first == "clean" && names.len() == 1 {
        Judgement::changing(Change::Scratch)
    } else if has(looks, first) || verdicts.first() == Some(&NamePurpose::Look) && !has("make just", name) {
        Judgement::of(Effect::Observe)
    } else {
        Judgement::of(Effect::Unknown)
    }
}

/// What a task runner does by a task that lays code out anew, or looks whether it would.
fn formatting(name: &str, arguments: &[String], tasks: &[&String], places: &[String]) -> Judgement {
    const CHECKS: &str = "--check-formatted --verify-no-changes --set-exit-if-changed";
    let check = format!("{name} format --check");
    match tasks {
        _ if has_any(arguments, verbs::CHECK_FLAGS) || has_any(arguments, CHECKS) => Judgement::check(&check, places),
        [only] if !has("format fmt", only) => fixing(name, only, &[]),
        _ => Judgement::fixing(Change::Layout, &check, places),
    }
}

/// The arguments of a task runner without those that it hands to its task: what stands after the task's first flag.
fn own_arguments<'a>(name: &str, arguments: &'a [String]) -> &'a [String] {
    const HANDS_ON: &str = "mise rtx just task invoke inv poe poethepoet doit mage composer";
    if !has(HANDS_ON, name) {
        return arguments;
    }
    let mut words = arguments.iter().enumerate();
    let mut task = false;
    while let Some((at, word)) = words.next() {
        if !word.starts_with('-') {
            task |= !has("run r watch w tasks task exec x", word);
        } else if task {
            return &arguments[..at];
        } else if has(RUNNER_VALUES, word) {
            words.next();
        }
    }
    arguments
}

/// What one target of a task runner is named for.
fn target(name: &str, word: &str, builds: bool) -> NamePurpose {
    match word {
        "all" | "package" | "install" | "bzlBuild" | "default" | "debug" if builds || name == "mvn" => {
            if word == "install" && name != "mvn" { NamePurpose::Serve } else { NamePurpose::Check }
        }
        "deps.get" | "deps" | "pub" | "restore" => NamePurpose::Serve,
        word if name == "mvn" && word.contains("dependency:") => NamePurpose::Look,
        word if (name == "make" || name == "ninja") && [".o", ".so", ".a"].iter().any(|end| word.ends_with(end)) => {
            NamePurpose::Check
        }
        // A path is what something is done to.
        word if word.starts_with(['/', '~', '$']) && !word.starts_with("//") => NamePurpose::Nothing,
        word => named(word),
    }
}

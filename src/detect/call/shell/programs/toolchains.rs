//! Judges toolchains by their subcommand: `cargo`, `go`, `ruff`.

use super::arguments::{has_any, has_word, without_values};
use super::checkers::checker;
use super::judgement::Judgement;
use super::runners::targets_of;
use crate::detect::call::shell::effect::{Change, Effect};
use crate::detect::call::shell::verbs::{self, has};
use crate::detect::call::shell::wrappers::base;

pub(super) fn cargo(arguments: &[String]) -> Judgement {
    let toolchain = usize::from(arguments.first().is_some_and(|word| word.starts_with('+')));
    let words = without_values(&arguments[toolchain..], "--manifest-path --config -Z --color -C");
    let Some((sub, rest)) = words.split_first() else {
        return Judgement::of(Effect::Observe);
    };
    match sub.as_str() {
        "clippy" | "check" | "build" | "test" if has_word(rest, "--fix") => {
            Judgement::fixing(Change::Certain, &format!("cargo {sub}"), rest)
        }
        "test" | "t" | "nextest" if has_word(rest, "--no-run") => {
            let program = if sub == "nextest" { "cargo nextest" } else { "cargo test" };
            Judgement::check(&format!("{program} --no-run"), &with_filters(rest))
        }
        "test" | "t" => Judgement::check("cargo test", &with_filters(rest)),
        "build" | "b" => Judgement::check("cargo build", rest),
        "check" | "c" => Judgement::check("cargo check", rest),
        "nextest" if has_word(rest, "list") => Judgement::of(Effect::Observe),
        "nextest" => Judgement::check("cargo nextest", &with_filters(rest)),
        "clippy" | "bench" | "doc" | "miri" | "llvm-cov" | "tarpaulin" | "deny" | "audit" | "machete" | "hack"
        | "udeps" | "semver-checks" | "rustc" | "rustdoc" | "package" | "careful" | "mutants" | "insta" => {
            Judgement::check(&format!("cargo {sub}"), rest)
        }
        "fmt" if has_any(rest, "--check -l") => Judgement::check("cargo fmt --check", &[]),
        "fmt" => Judgement::fixing(Change::Layout, "cargo fmt --check", &[]),
        "tree" | "metadata" | "search" | "version" | "locate-project" | "pkgid" | "info" | "help" | "--list" | "-V"
        | "expand" => Judgement::of(Effect::Observe),
        "publish" | "login" | "yank" | "owner" => Judgement::of(Effect::Record),
        "fix" | "add" | "remove" | "rm" | "update" | "init" | "new" | "install" | "generate-lockfile" | "vendor"
        | "fetch" => Judgement::of(Effect::Mutate),
        "clean" => Judgement::changing(Change::Scratch),
        "run" | "r" => Judgement::of(Effect::Unknown),
        _ => targets_of("cargo", &words, false),
    }
}

/// The words of `cargo test` and `cargo nextest run`, where those that are neither options nor their values choose tests
/// by their names.
fn with_filters(words: &[String]) -> Vec<String> {
    const VALUES: &str = "-p --package --bin --test --bench --example --features -F --exclude --target --profile --cargo-profile --manifest-path \
        --target-dir -j --jobs --color --message-format -Z --config --partition -E --filter-expr --filterset --retries --test-threads -P --skip";
    let mut told = Vec::new();
    let mut is_value = false;
    for word in words {
        if !is_value && !word.starts_with('-') && !has("run r", word) {
            told.push("-k".to_owned());
        }
        is_value = has(VALUES, word);
        told.push(word.clone());
    }
    told
}

pub(super) fn go(arguments: &[String]) -> Judgement {
    let Some((sub, rest)) = arguments.split_first() else {
        return Judgement::of(Effect::Observe);
    };
    match (sub.as_str(), rest.first().map(String::as_str)) {
        ("test", _) if has_word(rest, "-c") => {
            let words: Vec<String> = rest.iter().filter(|word| *word != "-c").cloned().collect();
            Judgement::check("go test -c", &words)
        }
        ("test" | "build" | "vet", _) => Judgement::check(&format!("go {sub}"), rest),
        ("mod", Some("verify")) => Judgement::check("go mod verify", &[]),
        ("list" | "env" | "version" | "doc" | "help", _) | ("mod", Some("graph" | "why")) if !has_word(rest, "-w") => {
            Judgement::of(Effect::Observe)
        }
        ("fmt", Some("./...")) => Judgement::fixing(Change::Layout, "gofmt --check", &[]),
        ("fmt", _) => Judgement::changing(Change::Layout),
        ("run" | "tool", _) => go_run(rest),
        _ => Judgement::of(Effect::Mutate),
    }
}

/// `go run example.com/cmd/golangci-lint@v1 run`.
fn go_run(rest: &[String]) -> Judgement {
    let Some(at) = rest.iter().position(|word| !word.starts_with('-')) else {
        return Judgement::of(Effect::Unknown);
    };
    let program = base(rest[at].split('@').next().unwrap_or_default());
    if has(verbs::CHECKS, program) {
        return checker(program, &rest[at + 1..]);
    }
    Judgement::of(Effect::Unknown)
}

/// `ruff check`, `ruff format`, `biome check`.
pub(super) fn ruff(name: &str, arguments: &[String]) -> Judgement {
    let sub = arguments.first().map(String::as_str).unwrap_or_default();
    let writes = has_any(arguments, "--fix --write --apply --unsafe-fixes --fix-only --apply-unsafe");
    let label = format!("{name} {}", if has("format ci lint", sub) { sub } else { "check" });
    let rest = arguments.get(usize::from(has("check format ci lint", sub))..).unwrap_or_default();
    let formats = writes || name == "ruff" && !has_any(arguments, "--check --diff");
    match sub {
        "format" if formats => Judgement::fixing(Change::Layout, &label, rest),
        "rule" | "config" | "linter" | "explain" | "rage" | "version" => Judgement::of(Effect::Observe),
        "init" | "migrate" => Judgement::of(Effect::Mutate),
        _ if writes => Judgement::fixing(Change::Certain, &label, rest),
        _ => Judgement::check(&label, rest),
    }
}

//! Judges what one program does with its arguments.
//!
//! [`judge_at`] decides by the program's name, here or in the file of its kind. Programs in no table are judged by
//! their subcommand and by the command they wrap.

mod arguments;
mod checkers;
mod files;
mod history;
mod interpreters;
mod judgement;
mod left_out;
mod runners;
mod services;
mod toolchains;

pub(super) use files::{is_device, is_log, is_scratch};
pub(super) use interpreters::inline_change;
pub(super) use judgement::{Judgement, Nested};

use super::effect::{Change, Effect};
use super::suppress::suppression;
use super::verbs::{self, NamePurpose, has, named};
use super::wrappers::base;
use arguments::{has_any, has_word, positional, strip_extension};
use checkers::{checker, formatter};
use files::{fd, find, sed, tar, tee};
use history::{forge, git};
use interpreters::{clojure, interpreter, java};
use runners::{environment, package_manager, runner, script_judgement};
use services::{http, installer, service, terraform};
use toolchains::{cargo, go, ruff};

/// Judges a program and its arguments, its wrappers already taken off.
pub(super) fn judge_at(command: &[String], nested: Nested) -> Judgement {
    let Some((program, arguments)) = command.split_first() else {
        return Judgement::of(Effect::Observe);
    };
    let name = base(program);
    let name = name.strip_suffix(".exe").or_else(|| name.strip_suffix(".cmd")).unwrap_or(name);
    if asks(arguments) {
        return Judgement::of(Effect::Observe);
    }
    let judgement = special(name, arguments, nested).unwrap_or_else(|| by_table(program, name, arguments, nested));
    if judgement.effect == Effect::Check && suppression(command).is_some() {
        return Judgement::of(Effect::Mutate);
    }
    if judgement.effect == Effect::Check && asks_shortly(name, arguments) {
        return Judgement::of(Effect::Observe);
    }
    let follows = arguments.iter().any(|word| matches!(word.as_str(), "--follow" | "--watch" | "--wait"));
    let looks = judgement.effect == Effect::Observe;
    // As a program, `tail` waits if it follows a file: at the end of a pipe, it only cuts what came.
    let waits = name != "tail" && verbs::waits(name);
    if looks && (follows || waits || follows_shortly(name, arguments)) {
        return judgement.waiting();
    }
    judgement
}

/// Programs whose subcommand or flags decide.
fn special(name: &str, arguments: &[String], nested: Nested) -> Option<Judgement> {
    Some(match name {
        "git" => git(arguments),
        "gh" | "glab" | "hub" | "tea" => forge(arguments),
        "sed" => sed(arguments),
        "perl" | "ruby" | "node" | "nodejs" | "php" | "lua" | "Rscript" | "julia" | "tsx" | "ts-node" => {
            interpreter(name, arguments, nested)
        }
        _ if name.starts_with("python") || name == "py" || name == "pypy3" => interpreter("python", arguments, nested),
        "sh" | "bash" | "zsh" | "dash" | "ash" | "ksh" | "fish" => interpreter(name, arguments, nested),
        "npm" | "deno" | "bun" | "pnpm" | "yarn" | "lerna" | "rush" | "cnpm" => {
            package_manager(name, arguments, nested)
        }
        "java" => return java(arguments),
        "clojure" | "clj" => return clojure(arguments),
        "find" => find(arguments, nested),
        "fd" | "fdfind" => fd(arguments, nested),
        // They only show what they would change, unless they are told to change it.
        "ast-grep" | "comby" => {
            let writes = has_any(arguments, "-U --update-all -i --interactive -in-place");
            Judgement::of(if writes { Effect::Mutate } else { Effect::Observe })
        }
        "tar" => tar(arguments),
        "curl" | "http" | "https" | "xh" | "wget" => http(name, arguments),
        "cargo" => cargo(arguments),
        "go" => go(arguments),
        "ruff" | "biome" | "rome" => ruff(name, arguments),
        "docker" | "podman" | "kubectl" | "oc" | "helm" | "docker-compose" | "systemctl" | "service" | "aws"
        | "gcloud" | "az" | "heroku" | "fly" | "flyctl" | "kill" | "pkill" | "killall" | "crontab" | "launchctl"
        | "pm2" | "supervisorctl" | "kustomize" | "argocd" | "vercel" | "netlify" | "wrangler" | "nerdctl"
        | "minikube" | "kind" | "tmux" | "screen" => service(name, arguments),
        "terraform" | "tofu" => terraform(name, arguments),
        "pdm" | "pixi" | "rye" if arguments.first().is_some_and(|run| run == "run") => {
            return environment(name, &arguments[1..], nested);
        }
        "ansible-playbook" if has_any(arguments, "--check -C --syntax-check") => Judgement::check(name, arguments),
        "pip" | "pip3" | "uv" | "poetry" | "pdm" | "pipenv" | "conda" | "apt" | "apt-get" | "brew" | "dnf" | "yum"
        | "apk" | "gem" | "bundle" | "nvm" | "rustup" | "asdf" | "snap" => installer(arguments),
        "awk" | "gawk" | "mawk" => {
            let writes =
                arguments.iter().any(|word| word.contains("> \"") || word.contains(">\"") || word == "inplace");
            Judgement::of(if writes { Effect::Mutate } else { Effect::Observe })
        }
        "tee" => tee(arguments),
        _ => return runner(name, arguments),
    })
}

fn by_table(program: &str, name: &str, arguments: &[String], nested: Nested) -> Judgement {
    let own = program.contains('/') && !program.starts_with('/') && !program.contains("/bin/");
    if own && named(strip_extension(name)) == NamePurpose::Check && !has(verbs::CHECKS, name) {
        return unknown(program, name, arguments, nested);
    }
    let shows = ["Get-", "Select-", "Measure-", "Write-Host"];
    if has(verbs::LOOKS, name) || shows.iter().any(|verb| name.starts_with(verb)) {
        return Judgement::of(Effect::Observe);
    }
    if has(verbs::CHANGES, name) {
        let mut operands = arguments.iter().filter(|word| !word.starts_with('-')).peekable();
        let scratch = name == "mktemp" || operands.peek().is_some() && operands.all(|word| is_scratch(word));
        return Judgement::changing(if scratch { Change::Scratch } else { Change::Certain });
    }
    if has(verbs::FORMATTERS, name) && !validates(name, arguments) {
        return formatter(name, arguments);
    }
    if has(verbs::CHECKS, name) {
        return checker(name, arguments);
    }
    unknown(program, name, arguments, nested)
}

/// Whether a formatter is told to look whether a file is valid, by its subcommand.
fn validates(name: &str, arguments: &[String]) -> bool {
    let verb = arguments.first().map_or("", String::as_str);
    has("lint validate verify", verb) || has("taplo dprint", name) && verb == "check"
}

/// A program that no table has: its own name, its subcommand, and the command after it may say.
fn unknown(program: &str, name: &str, arguments: &[String], nested: Nested) -> Judgement {
    if is_script(program) && named(strip_extension(name)) == NamePurpose::Check && !takes_verb(name, arguments) {
        let mut words = vec![program.to_owned()];
        words.extend_from_slice(arguments);
        return Judgement::check(name, &words);
    }
    let in_tests = program.split('/').rev().skip(1).any(|folder| matches!(folder, "test" | "tests" | "spec"));
    if in_tests && has("run all main runner index suite", strip_extension(name)) {
        return Judgement::check(program, arguments);
    }
    if nested.may_guess()
        && let Some(at) = arguments.iter().position(|word| word == "--")
        && at + 1 < arguments.len()
    {
        let judged = nested.judge(&arguments[at + 1..]);
        if judged.effect == Effect::Check {
            return judged;
        }
    }
    by_verb(name, &positional(arguments, ""), nested)
}

/// An unknown program by its first words: `acme test`, `acme run pytest`, `acme jobs status`.
fn by_verb(name: &str, plain: &[String], nested: Nested) -> Judgement {
    let Some(verb) = plain.first() else {
        return Judgement::of(Effect::Unknown);
    };
    if has("run exec x shell with", verb) && plain.len() > 1 && nested.may_guess() {
        let judged = nested.judge(&plain[1..]);
        let named = if plain[1].starts_with('/') { "" } else { plain[1].as_str() };
        let target = script_judgement(name, named, &plain[2..], &[]);
        return match (judged.effect, target.effect) {
            (Effect::Check, _) => judged,
            (_, Effect::Check) => target,
            _ => Judgement::of(Effect::Unknown),
        };
    }
    let looks = plain.iter().take(2).any(|word| named(word) == NamePurpose::Look);
    let changes = plain.iter().take(2).any(|word| matches!(named(word), NamePurpose::Serve | NamePurpose::Format));
    let lists = plain.get(1).is_some_and(|word| has("list ls show status get logs describe", word));
    match named(verb) {
        NamePurpose::Check if !lists && !verb.contains(['/', '.']) => Judgement::check(name, plain),
        // `nix flake check`: what it is about comes first.
        NamePurpose::Nothing if plain.get(1).is_some_and(|word| has("test tests check lint verify validate", word)) => {
            Judgement::check(name, plain)
        }
        _ if looks && !changes => {
            let look = Judgement::of(Effect::Observe);
            if plain.iter().take(2).any(|word| verbs::waits(word)) { look.waiting() } else { look }
        }
        _ => Judgement::of(Effect::Unknown),
    }
}

/// Whether the arguments only ask for the help or the version of any program.
fn asks(arguments: &[String]) -> bool {
    // `--version 1.2` selects one.
    let has_value = |at: usize| arguments.get(at + 1).is_some_and(|next| !next.starts_with('-'));
    let alone = arguments.len() == 1;
    arguments.iter().enumerate().any(|(at, word)| match word.as_str() {
        "--help" => true,
        "--version" => !has_value(at),
        "help" | "version" | "-version" => alone,
        _ => false,
    })
}

/// Whether a check is only asked for its help or version in a form that means something else to other programs.
fn asks_shortly(name: &str, arguments: &[String]) -> bool {
    /// Programs for which `-v` alone is the version; for the others it is a run that tells more.
    const SHORT: &str = "eslint stylelint tslint tsc vue-tsc jest vitest rspec rubocop bats webpack prettier gcc g++ cc c++ clang clang++ make \
        mvn gradle php";
    let last = arguments.last().map_or("", String::as_str);
    let short = arguments.len() <= 2 && arguments.first().is_some_and(|first| first == last || !first.starts_with('-'));
    match last {
        "-h" | "-help" | "-?" => short,
        "-V" => short && name != "ctest",
        "-v" => arguments.len() == 1 && has(SHORT, name),
        _ => {
            arguments.first().is_some_and(|first| matches!(first.as_str(), "help" | "version"))
                && has(verbs::CHECKS, name)
        }
    }
}

fn follows_shortly(name: &str, arguments: &[String]) -> bool {
    matches!(name, "tail" | "journalctl" | "docker" | "kubectl" | "podman" | "stern")
        && arguments.iter().any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains(['f', 'F']))
        && (name != "docker" && name != "kubectl" && name != "podman" || has_word(arguments, "logs"))
}

/// Whether a program is a file of the project, and not one that is installed, or was built to be tried.
fn is_script(program: &str) -> bool {
    program.contains('/') && !is_scratch(program) || strip_extension(program).len() < program.len()
}

/// Whether a program has subcommands, and is called with one that checks nothing: `./app-test status`.
fn takes_verb(name: &str, arguments: &[String]) -> bool {
    let verb = arguments.first().filter(|_| strip_extension(name) == name);
    verb.is_some_and(|verb| {
        verb != "run" && !verb.contains(['/', '.']) && matches!(named(verb), NamePurpose::Look | NamePurpose::Serve)
    })
}

//! Judges interpreters: a script, a module, or code on the command line.

use super::arguments::{has_any, has_word, with};
use super::judgement::{Judgement, Nested};
use super::services::installer;
use crate::detect::call::shell::effect::Effect;
use crate::detect::call::shell::verbs::has;

/// How a script on the command line runs the tests of a package, in languages that have no other way to.
const INLINE_TESTS: [&str; 6] =
    ["Pkg.test(", "devtools::test", "devtools::check", "testthat::test", "rcmdcheck::", "covr::package_coverage"];

/// `python x.py`, `node --check`, `ruby -c`, `bash script.sh`.
pub(super) fn interpreter(name: &str, arguments: &[String], nested: Nested) -> Judgement {
    if let Some(judgement) = by_flag(name, arguments) {
        return judgement;
    }
    if name == "python" {
        let module = arguments.iter().position(|word| word == "-m");
        if let Some(module) = module.filter(|at| arguments[..*at].iter().all(|word| word.starts_with('-'))) {
            return python_module(arguments.get(module + 1..).unwrap_or_default(), nested);
        }
    }
    let script = arguments.iter().position(|word| !word.starts_with('-'));
    let inline = arguments[..script.unwrap_or(arguments.len())]
        .iter()
        .any(|word| has("-c -e -r -ne -pe -p -E --eval --print -", word));
    if inline
        && has("julia Rscript", name)
        && arguments.iter().any(|word| INLINE_TESTS.iter().any(|test| word.contains(test)))
    {
        return Judgement::check(&format!("{name} test"), &[]);
    }
    if inline {
        let reads = name == "perl" && has_any(arguments, "-ne -nle -lne -pe -lpe");
        return Judgement::of(if reads { Effect::Observe } else { Effect::Unknown });
    }
    let (Some(at), true) = (script, nested.may_guess()) else {
        return Judgement::of(Effect::Unknown);
    };
    // The program that it runs is judged by its own name: `php vendor/bin/phpunit`, `python manage.py test`.
    let judged = nested.judge(&arguments[at..]);
    if judged.effect == Effect::Check { judged } else { Judgement::of(Effect::Unknown) }
}

/// A class or an archive of tests that Java runs by itself: `java -cp out ParserTest`, `java -jar junit….jar`.
pub(super) fn java(arguments: &[String]) -> Option<Judgement> {
    let tests = |word: &String| {
        let class = word.trim_end_matches(".java").rsplit(['.', '/']).next().unwrap_or_default();
        let lower = word.to_lowercase();
        class.ends_with("Test") || class.ends_with("Tests") || lower.contains("junit") || lower.contains("testng")
    };
    // What comes after a class path is where the classes are.
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-cp" | "-classpath" | "--class-path" | "-p" | "--module-path" => drop(words.next()),
            _ if tests(word) => return Some(Judgement::check("java test", &[])),
            _ => {}
        }
    }
    None
}

/// What the flags of an interpreter decide: `perl -i`, `node --check`, `bash -n`, `node --test`.
fn by_flag(name: &str, arguments: &[String]) -> Option<Judgement> {
    if name == "perl" || name == "ruby" {
        let in_place = |word: &String| {
            word.starts_with('-')
                && !word.starts_with("--")
                && !word.starts_with("-I")
                && word.len() < 8
                && word.contains('i')
        };
        let mut flags = arguments.iter().take_while(|word| word.starts_with('-'));
        if flags.any(in_place) {
            return Some(Judgement::of(Effect::Mutate));
        }
    }
    let first = arguments.first().map(String::as_str).unwrap_or_default();
    let syntax = match name {
        "node" | "nodejs" => has("--check -c", first),
        "php" => first == "-l",
        "ruby" | "perl" => has("-c -wc -cw", first),
        "sh" | "bash" | "zsh" | "dash" | "ksh" => has("-n", first),
        _ => false,
    };
    if syntax {
        return Some(Judgement::check(&format!("{name} {first}"), &arguments[1..]));
    }
    if has("node nodejs", name) && has_word(arguments, "--test") || name == "ruby" && first == "-Itest" {
        return Some(Judgement::check(&format!("{name} --test"), arguments));
    }
    None
}

/// `python -m name …`.
fn python_module(words: &[String], nested: Nested) -> Judgement {
    let Some(module) = words.first().filter(|_| nested.may_guess()) else {
        return Judgement::of(Effect::Unknown);
    };
    match module.as_str() {
        "unittest" | "doctest" | "trial" | "nose2" | "green" | "build" => Judgement::check(module, &words[1..]),
        "json.tool" | "site" | "this" | "timeit" | "tokenize" | "platform" | "sysconfig" | "tabnanny" => {
            Judgement::of(Effect::Observe)
        }
        "pip" => installer(&words[1..]),
        "http.server" => Judgement::of(Effect::Unknown),
        "coverage" => match words.get(1).map(String::as_str) {
            Some("run") => nested.judge(&with("python", &words[2..])),
            _ => Judgement::of(Effect::Observe),
        },
        _ => nested.judge(words),
    }
}

//! Judges checkers and formatters by their flags.

use super::arguments::{has_any, has_word, with};
use super::judgement::Judgement;
use crate::detect::call::shell::effect::{Change, Effect};
use crate::detect::call::shell::verbs::{self, NamePurpose, has, named};

/// Flags by which single checkers write.
const FIXES: [(&str, &str); 6] = [
    ("rubocop standardrb", "-a -A -x"),
    ("ktlint", "-F --format"),
    ("typos codespell", "-w"),
    ("markdownlint", "-f"),
    ("djlint", "--reformat"),
    ("clang-tidy", "-fix -fix-errors"),
];
/// Checkers that have a subcommand for it.
const FIX_BY_VERB: &str = "sqlfluff golangci-lint swiftlint";

/// What a checker does that is told to mend what it finds, or to lay it out anew.
fn fixer(name: &str, arguments: &[String]) -> Option<Judgement> {
    if has("gcc g++ cc c++ clang clang++ rustc nasm", name) {
        return None;
    }
    if has(FIX_BY_VERB, name)
        && let Some((verb, rest)) = arguments.split_first()
    {
        match verb.as_str() {
            "fix" | "autocorrect" => return Some(Judgement::fixing(Change::Certain, name, &with("lint", rest))),
            "format" | "fmt" => return Some(Judgement::changing(Change::Layout)),
            _ => {}
        }
    }
    let by_flag = has_any(arguments, verbs::FIX_FLAGS) && !has_any(arguments, "-w -i");
    let by_own = FIXES.iter().any(|(names, flags)| has(names, name) && has_any(arguments, flags));
    let by_value = has("eslint stylelint tslint oxlint", name) && has_word(arguments, "--fix=true");
    (by_flag || by_own || by_value).then(|| Judgement::fixing(Change::Certain, name, arguments))
}

pub(super) fn checker(name: &str, arguments: &[String]) -> Judgement {
    if let Some(fixer) = fixer(name, arguments) {
        return fixer;
    }
    if has_any(arguments, "--list --collect-only --co --showConfig --print-config --listTests --init --list-tests") {
        let starts = has_word(arguments, "--init");
        return Judgement::of(if starts { Effect::Mutate } else { Effect::Observe });
    }
    if has("cypress playwright vite infection", name)
        && arguments.first().is_some_and(|word| {
            matches!(named(word), NamePurpose::Serve | NamePurpose::Look) && word != "run"
                || has("open codegen show-report install", word)
        })
    {
        return Judgement::of(Effect::Unknown);
    }
    if name == "vite" && !has_word(arguments, "build") {
        return Judgement::of(Effect::Unknown);
    }
    let watches = has_any(arguments, "--watch --watchAll -w")
        && has("jest vitest tsc mocha webpack rollup esbuild tsup vue-tsc ava karma", name)
        || name == "vitest" && has_any(arguments, "watch dev");
    let check = Judgement::check(name, arguments);
    if watches { check.waiting() } else { check }
}

pub(super) fn formatter(name: &str, arguments: &[String]) -> Judgement {
    let writes = has_any(arguments, verbs::FIX_FLAGS);
    let checks = has_any(arguments, verbs::CHECK_FLAGS) || arguments.iter().any(|word| word.starts_with("--check="));
    // A flag that takes a value under the same name: `prettier -w`, `clang-format -i`.
    if checks && !writes {
        return Judgement::check(&format!("{name} --check"), arguments);
    }
    if has(verbs::PRINTERS, name) && !writes {
        return Judgement::of(Effect::Observe);
    }
    Judgement::fixing(Change::Layout, &format!("{name} --check"), arguments)
}

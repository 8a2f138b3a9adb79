//! Judges checkers and formatters by their flags.

use super::arguments::{has_any, has_word};
use super::judgement::Judgement;
use crate::detect::call::shell::effect::{Change, Effect};
use crate::detect::call::shell::verbs::{self, NamePurpose, has, named};

pub(super) fn checker(name: &str, arguments: &[String]) -> Judgement {
    let linter = !has("gcc g++ cc c++ clang clang++ rustc nasm", name);
    let rubocop = has("rubocop standardrb brakeman", name) && has_any(arguments, "-a -A -x");
    if linter && (has_any(arguments, verbs::FIX_FLAGS) && !has_any(arguments, "-w -i") || rubocop)
        || has("eslint stylelint tslint oxlint", name) && has_word(arguments, "--fix=true")
    {
        return Judgement::of(Effect::Mutate);
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
    Judgement::changing(Change::Layout)
}

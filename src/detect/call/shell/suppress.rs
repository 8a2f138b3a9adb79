//! Recognizes commands by which a checker is told to accept all that it complains of.

use super::wrappers::base;

/// Options that write down all complaints as ones to be left out from now on, in the sources or in a list of their own.
/// Source: the manuals of `ruff`, `phpstan`, `phpmd`, `psalm`, `rubocop`, `standardrb`, `haml-lint`, `eslint`, `stylelint`,
/// `swiftlint`, `detekt`, `basedpyright`, `ty` and `checkov`, as of 2026.
#[rustfmt::skip]
const OPTIONS: [&str; 13] = [
    "--add-noqa", "--generate-baseline", "--set-baseline", "--auto-gen-config", "--regenerate-todo", "--generate-todo", "--suppress-all", "--suppress-rule",
    "--write-baseline", "--writebaseline", "--create-baseline", "--add-ignore", "--disable-uncorrectable",
];

/// What is in every command that has one.
const HINTS: [&str; 8] =
    ["noqa", "baseline", "-todo", "--suppress", "-gen-config", "--add-ignore", "-uncorrectable", "phpstan"];

/// Whether a line may have such a command: most have none, and are spared a second reading.
pub(crate) fn may_suppress(line: &str) -> bool {
    HINTS.iter().any(|hint| line.contains(hint))
}

/// The option by which a command does so.
pub(crate) fn suppression(words: &[String]) -> Option<&str> {
    let (program, arguments) = words.split_first()?;
    let is_short = |word: &str| base(program) == "phpstan" && word == "-b";
    let option = |word: &String| OPTIONS.contains(&word.split('=').next().unwrap_or_default()) || is_short(word);
    arguments.iter().find(|word| option(word)).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_accept_all_complaints() {
        for (line, expected) in [
            ("ruff check --add-noqa .", true),
            ("vendor/bin/phpstan analyse -b", true),
            ("psalm --set-baseline=base.xml", true),
            ("phpstan analyse --configuration=base.neon", false),
            ("psalm --use-baseline=base.xml", false),
            ("ruff check --ignore-noqa", false),
        ] {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(suppression(&words).is_some(), expected, "{line}");
            assert!(!expected || may_suppress(line), "{line}");
        }
    }
}

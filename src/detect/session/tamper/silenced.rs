//! Finds edits that silence complaints of linters and type checkers instead of fixing their cause.

use super::settings::{is_of_check, is_of_rules, is_settings};
use crate::detect::session::changed_lines::lines_only_in;
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// What silences a complaint in source code.
#[rustfmt::skip]
const IN_SOURCE: [&str; 30] = [
    "#![allow(", "#[allow(", "@ts-ignore", "@ts-nocheck", "@ts-expect-error", "eslint-disable", "tslint:disable", "stylelint-disable", "oxlint-disable",
    "biome-ignore", "# noqa", "# type: ignore", "# mypy: ignore", "# pyright: ignore", "# pylint: disable", "nolint", "rubocop:disable", "@SuppressWarnings",
    "NOLINT", "swiftlint:disable", "ktlint-disable", "shellcheck disable", "phpcs:ignore", "phpcs:disable", "@phpstan-ignore", "@psalm-suppress",
    "#pragma warning disable", "@Suppress(", "credo:disable", "hadolint ignore",
];
static SIGNS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(IN_SOURCE).ok());

/// Keys of settings whose values are left out of a check, in small letters without `-` and `_`.
#[rustfmt::skip]
const LEAVING_OUT: [&str; 18] = [
    "ignore", "extendignore", "disable", "disabledrules", "perfileignores", "exclude", "extendexclude", "ignores", "ignorepatterns", "skip", "nowarn",
    "disableerrorcode", "suppress", "disabled", "excludes", "excluded", "excludepaths", "omit",
];
/// More words than these after such a comment explain it; the others name the rule.
const WORDS: usize = 4;
/// Values that switch a rule off.
const OFF: [&str; 4] = ["off", "allow", "none", "ignore"];
/// Words of requests that are about such a check.
#[rustfmt::skip]
pub(super) const REQUESTS: [&str; 36] = [
    "lint", "clippy", "ruff", "flake8", "mypy", "pyright", "tsc", "type check", "typecheck", "type error", "types", "rubocop", "phpstan", "psalm", "warning",
    "complain", "problems", "shellcheck", "checker", "violations", "static analysis", "clean up the code",
    "luacheck", "warnung", "avertissement", "advertencia", "aviso", "avviso", "avvertiment", "waarschuwing", "ostrzeże", "varning", "предупрежд", "警告", "경고",
    "uyarı",
];

/// How an edit silences a check, as its marker and a sentence without the file.
pub(super) fn silenced(file: &str, old: &str, new: &str) -> Option<(String, String)> {
    let counts =
        |text: &str, sign: &str| text.lines().filter(|line| line.contains(sign) && !is_explained(line, sign)).count();
    // Most edits have none of them, and are spared a search for each.
    let has_some = SIGNS.as_ref().is_some_and(|signs| signs.is_match(new));
    let more = |sign: &&&str| counts(new, sign) > counts(old, sign);
    if let Some(sign) = IN_SOURCE.iter().filter(|_| has_some).find(more) {
        return Some(((*sign).to_owned(), format!("`{}` silences a check", sign.trim_end_matches('('))));
    }
    if !(is_settings(file) || is_of_rules(file) || is_of_check(file) || is_manifest(file)) {
        return None;
    }
    let mut added =
        lines_only_in(new, old).map(str::trim).filter(|line| !line.starts_with('#') && !line.starts_with("//"));
    let line = added.find(|line| switches_off(line, is_of_rules(file)))?;
    Some((line.to_owned(), format!("`{line}` switches a check off")))
}

/// What the names of lists have in them that say what a check leaves out: `.eslintignore`.
#[rustfmt::skip]
const LISTS: [&str; 14] = [
    "lint", "prettier", "semgrep", "flake8", "bandit", "trivy", "gitleaks", "nyc", "cspell", "mypy", "coverage", "phpcs", "rubocop", "checkov",
];
/// Parts of paths of what nobody writes by hand, or no check is about.
#[rustfmt::skip]
const GENERATED: [&str; 24] = [
    "dist", "build", "out", "gen", "generated", "vendor", "third_party", "party", "node_modules", "node", "modules", "coverage", "target", "min", "snap", "snapshots", "fixtures",
    "lock", "public", "tmp", "cache", "venv", "virtualenv", "pycache",
];

/// How an edit leaves source code out of a check, by a list of what that ignores: the line, and a sentence.
pub(super) fn excluded(file: &str, old: &str, new: &str) -> Option<(String, String)> {
    let name = file.rsplit(['/', '\\']).next().unwrap_or_default().strip_suffix("ignore")?;
    if !LISTS.iter().any(|list| name.contains(list)) {
        return None;
    }
    // Prose is no code.
    let is_source =
        |line: &str| !line.starts_with(['#', '!']) && !is_hidden(line) && line.rsplit('.').next() != Some("md");
    let line = lines_only_in(new, old)
        .map(str::trim)
        .find(|line| !line.is_empty() && is_source(line) && !is_generated(line))?;
    Some((line.to_owned(), format!("`{line}` was left out of a check, in {file}")))
}

/// Whether a path is one of what nobody writes by hand, or no check is about.
pub(super) fn is_generated(path: &str) -> bool {
    path.split(['/', '.', '*', '-', '_']).any(|part| GENERATED.contains(&part.to_ascii_lowercase().as_str()))
}

/// Whether a path lies in a hidden folder: those are of tools.
pub(super) fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.') && !matches!(part, "." | ".."))
}

/// Whether a key of settings sets something aside.
pub(super) fn sets_aside(key: &str) -> bool {
    LEAVING_OUT.contains(&&*bare(key))
}

/// A key or a value of settings without quotes and marks, in small letters.
fn bare(text: &str) -> String {
    text.trim().trim_matches(['\'', '"', '[', '{', ' ']).replace(['-', '_'], "").to_lowercase()
}

/// Whether the paths that a setting sets aside are all of tools.
fn is_of_tools(value: &str) -> bool {
    let mut paths = value
        .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '[' | ']' | '{' | '}'))
        .filter(|path| !path.is_empty())
        .peekable();
    paths.peek().is_some() && paths.all(|path| is_hidden(path) || is_generated(path))
}

/// Whether a line says why it silences something: a person may judge that.
pub(super) fn is_explained(line: &str, sign: &str) -> bool {
    let rest = line.split_once(sign).map_or("", |(_, rest)| rest);
    rest.split(|c: char| !c.is_alphabetic())
        .filter(|word| word.len() > 1 && word.chars().all(char::is_lowercase))
        .count()
        > WORDS
}

pub(super) fn is_manifest(file: &str) -> bool {
    let name = file.rsplit(['/', '\\']).next().unwrap_or_default();
    matches!(
        name,
        "Cargo.toml"
            | "ruff.toml"
            | ".ruff.toml"
            | "mypy.ini"
            | "clippy.toml"
            | ".flake8"
            | ".pylintrc"
            | ".credo.exs"
            | "package.json"
    )
}

/// Whether a line of settings switches a rule off, or leaves something out.
fn switches_off(line: &str, of_rules: bool) -> bool {
    let line = line.trim_start_matches("- ").trim_end_matches([',', ';']);
    let Some((key, value)) = line.split_once([':', '=']) else { return false };
    let first = value.trim().trim_start_matches(['[', '{', ' ']).split([',', ']', '}', ' ']).next().unwrap_or_default();
    let (key, first) = (bare(key), bare(first));
    let names_rule =
        |key: &str| !matches!(key, "level" | "default" | "severity" | "type") && key.chars().any(char::is_alphabetic);
    OFF.contains(&&*first) && names_rule(&key)
        || first == "0" && of_rules && names_rule(&key)
        || matches!(&*key, "enabled" | "active") && first == "false" && of_rules
        || key == "ignoreerrors" && first == "true"
        || LEAVING_OUT.contains(&&*key) && !is_of_tools(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_that_are_silenced() {
        for (file, old, new) in [
            ("eslint.config.js", "    rules: {", "    rules: {\n      '@typescript-eslint/no-explicit-any': 'off',"),
            ("pyproject.toml", "select = [\"E\"]", "select = [\"E\"]\nignore = [\"F841\"]"),
            ("src/lib.rs", "mod total;", "#![allow(clippy::all)]\nmod total;"),
            (".rubocop.yml", "AllCops:", "Metrics/MethodLength:\n  Enabled: false\nAllCops:"),
            ("src/a.ts", "const n: number = s;", "// @ts-ignore\nconst n: number = s;"),
            (".golangci.yml", "linters:", "linters:\n  disable:\n    - errcheck"),
            ("Cargo.toml", "[lints.clippy]", "[lints.clippy]\nneedless_range_loop = \"allow\""),
            ("a.py", "import os", "import os  # noqa: F401"),
            ("detekt.yml", "  LongMethod:", "  LongMethod:\n    active: false"),
            (".pylintrc", "[MAIN]", "[MAIN]\ndisable=C0114"),
            (".luacheckrc", "std = 'lua54'", "std = 'lua54'\nignore = { '1..', '2..' }"),
        ] {
            assert!(silenced(file, old, new).is_some(), "{file}: {new}");
        }
    }

    #[test]
    fn source_code_that_is_left_out() {
        for (file, new, expected) in [
            (".eslintignore", "src/cart.ts", true),
            ("web/.stylelintignore", "*.css", true),
            (".eslintignore", "# made by a tool\ndist/", false),
            (".prettierignore", "src/generated/api.ts", false),
            (".gitignore", "src/cart.ts", false),
            (".eslintignore", "**/.venv/**", false),
            (".flake8ignore", "venv/", false),
        ] {
            assert_eq!(excluded(file, "", new).is_some(), expected, "{file}: {new}");
        }
        assert_eq!(excluded(".eslintignore", "src/cart.ts", "src/cart.ts"), None);
    }

    #[test]
    fn other_edits_silence_nothing() {
        for (file, old, new) in [
            ("src/a.ts", "// @ts-ignore\nconst n = s;", "const n = Number(s);"),
            (
                "a_test.go",
                "func reset() {",
                "//nolint:unused // kept as a helper for the tests of the registry\nfunc reset() {",
            ),
            ("eslint.config.js", "'semi': 'off',", "'semi': 'error',"),
            ("src/settings.py", "MODE = 'on'", "MODE = 'off'"),
            ("src/lib.rs", "let ignore = 3;", "let ignore = 4;"),
            ("pyproject.toml", "select = [\"E\"]", "select = [\"E\", \"F\"]"),
            ("package.json", "\"lint\": \"eslint\"", "\"lint\": \"eslint .\""),
            ("pyproject.toml", "[tool.ruff]", "[tool.ruff]\nexclude = [\".venv\", \"build\"]"),
        ] {
            assert_eq!(silenced(file, old, new), None, "{file}: {new}");
        }
    }
}

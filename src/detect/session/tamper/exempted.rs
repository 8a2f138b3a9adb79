//! Finds edits that keep a check from looking at a whole file or crate: a comment at its top, or a path in the settings.

use super::settings::{is_of_check, is_of_rules, is_settings};
use super::silenced::{is_explained, is_generated, is_hidden, is_manifest, sets_aside};
use super::skips::is_test_file;
use crate::detect::call::code_files::is_source;
use crate::detect::session::changed_lines::lines_only_in;
use aho_corasick::AhoCorasick;
use std::collections::HashSet;
use std::sync::LazyLock;

/// What begins a comment.
const COMMENTS: [&str; 8] = ["//", "/*", "{/*", "#", "--", "<!--", "{-#", ";"];
/// What a comment says that keeps a checker from the rest of its file, as the checkers' manuals list it.
#[rustfmt::skip]
const IN_COMMENTS: [&str; 35] = [
    "@ts-nocheck", "@noflow", "eslint-disable", "tslint:disable", "stylelint-disable", "oxlint-disable", "solhint-disable", "jshint ignore:start", "deno-lint-ignore-file",
    "biome-ignore-all", "mypy: ignore-errors", "mypy: disable-error-code", "type: ignore", "ruff: noqa", "flake8: noqa", "pylint: skip-file", "pylint: disable",
    "pyright: ignore", "pyright: basic", "pyre-ignore-all-errors", "rubocop:disable", "typed: ignore", "typed: false", "phpcs:ignoreFile", "phpcs:disable", "swiftlint:disable",
    "ktlint-disable", "NOLINTBEGIN", "CHECKSTYLE:OFF", "credo:disable-for-this-file", "luacheck: ignore", "yamllint disable", "markdownlint-disable", "ignore_for_file:",
    "OPTIONS_GHC -w",
];
/// How such a comment goes on that is about one line or statement.
const NARROW: [&str; 6] = ["-line", "-next-line", ":next", ":this", ":previous", "-next"];
/// What says so without a comment.
#[rustfmt::skip]
const DIRECTIVES: [&str; 9] = [
    "#![allow(", "#![expect(", "@file:Suppress", "#pragma warning disable", "#pragma GCC diagnostic ignored", "#pragma clang diagnostic ignored", "#nullable disable",
    "{-# OPTIONS_GHC -w", "{-# OPTIONS_GHC -Wno",
];
/// What ends its reach further down.
#[rustfmt::skip]
const ENDS: [&str; 8] =
    ["-enable", ":enable", ": enable", " enable", "warning restore", "NOLINTEND", "CHECKSTYLE:ON", "diagnostic pop"];

static SIGNS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(IN_COMMENTS.iter().chain(&DIRECTIVES)).ok());

/// What is left out of a check by an edit of `file` from `old` to `new`, as its marker and a sentence without the file.
pub(super) fn exempted(file: &str, old: &str, new: &str) -> Option<(String, String)> {
    if is_generated(file) {
        return None;
    }
    // Most edits have none of them, and are spared a closer look.
    if SIGNS.as_ref().is_some_and(|signs| signs.is_match(new)) && !ENDS.iter().any(|end| new.contains(end)) {
        let mut added = lines_only_in(new, old).filter(|line| !line.starts_with([' ', '\t'])).map(str::trim_end);
        if let Some((line, sign)) = added.find_map(|line| sign(line).map(|sign| (line, sign))) {
            return Some((sign.to_owned(), format!("`{line}` keeps a check from a whole file")));
        }
    }
    let is_of_checks = is_settings(file) || is_of_rules(file) || is_of_check(file) || is_manifest(file);
    let path = is_of_checks.then(|| left_out(old, new)).flatten()?;
    Some((path.to_owned(), format!("`{path}` was left out of a check")))
}

/// The sign in a line that is about its whole file.
fn sign(line: &str) -> Option<&'static str> {
    if let Some(sign) = DIRECTIVES.iter().find(|sign| line.starts_with(**sign)) {
        return Some(sign);
    }
    let comment =
        COMMENTS.iter().find_map(|mark| line.strip_prefix(mark))?.trim_start_matches(['/', '*', '#', '-', ' ']);
    let sign = IN_COMMENTS.iter().find(|sign| comment.starts_with(**sign))?;
    let rest = &comment[sign.len()..];
    let narrow = NARROW.iter().any(|narrow| rest.starts_with(narrow));
    (!narrow && !is_explained(line, sign)).then_some(sign)
}

/// The first source file or folder that a key of settings sets aside in `new` and not in `old`.
fn left_out<'a>(old: &str, new: &'a str) -> Option<&'a str> {
    let known: HashSet<&str> = paths(old).collect();
    sets(new).flat_map(paths).find(|path| is_written(path) && !known.contains(path))
}

/// The values of keys that set something aside: up to the bracket that closes their list, or to the end of the line.
fn sets(text: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let at = start;
        start += line.len();
        let (key, value) = line.split_once([':', '='])?;
        if !sets_aside(key) {
            return None;
        }
        let rest = &text[at + key.len() + 1..];
        let end = match value.trim_start().chars().next() {
            Some('[') => rest.find(']').unwrap_or(rest.len()),
            Some(_) => value.len(),
            None => value.len() + items(&rest[value.len()..]),
        };
        Some(&rest[..end])
    })
}

/// How long the list is, in bytes, whose items stand in lines of their own.
fn items(text: &str) -> usize {
    text.split_inclusive('\n').take_while(|line| line.trim_start().starts_with('-')).map(str::len).sum()
}

/// The words of a text that may be paths.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '[' | ']' | '(' | ')' | '|'))
        .filter(|word| !word.is_empty())
}

/// Whether a path is one of code that somebody writes, and no test.
fn is_written(path: &str) -> bool {
    let is_path = is_source(path) && !path.ends_with(".d.ts") || path.contains('/') && !path.contains(':');
    let words = || path.split(['/', '.', '*', '-', '_']);
    let is_test =
        is_test_file(path) || words().any(|word| matches!(word, "test" | "tests" | "spec" | "stories" | "e2e"));
    // A pattern alone names no file: `**/*.py`.
    let names = words().filter(|word| word.chars().any(char::is_alphanumeric)).count() > usize::from(is_source(path));
    is_path && names && !is_test && !is_hidden(path) && !is_generated(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_files() {
        for (file, old, new) in [
            ("src/cart.ts", "import a from 'a'", "// @ts-nocheck\nimport a from 'a'"),
            ("src/cart.js", "import a", "/* eslint-disable */\nimport a"),
            ("src/cart.js", "import a", "/* eslint-disable no-undef */\nimport a"),
            ("shop/cart.py", "import os", "# mypy: ignore-errors\nimport os"),
            ("shop/cart.py", "import os", "# type: ignore\nimport os"),
            ("shop/cart.py", "import os", "# ruff: noqa\nimport os"),
            ("shop/cart.py", "import os", "# pylint: skip-file\nimport os"),
            ("src/lib.rs", "mod cart;", "#![allow(clippy::all)]\nmod cart;"),
            ("src/Cart.kt", "package shop", "@file:Suppress(\"ALL\")\npackage shop"),
            ("src/Cart.cs", "using A;", "#pragma warning disable\nusing A;"),
            ("lib/cart.rb", "class Cart", "# rubocop:disable all\nclass Cart"),
            ("tsconfig.json", "\"exclude\": [\"dist\"]", "\"exclude\": [\"dist\", \"src/cart.ts\"]"),
            ("tsconfig.json", "\"exclude\": [\n  \"dist\"\n]", "\"exclude\": [\n  \"dist\",\n  \"src/cart.ts\"\n]"),
            ("pyproject.toml", "[tool.mypy]", "[tool.mypy]\nexclude = [\"shop/cart.py\"]"),
            ("eslint.config.js", "export default [", "export default [\n  { ignores: ['src/cart/**'] },"),
            (".golangci.yml", "issues:", "issues:\n  exclude:\n    - shop/cart.go\nrun:"),
            ("setup.cfg", "[flake8]", "[flake8]\nexclude = shop/cart.py"),
        ] {
            assert!(exempted(file, old, new).is_some(), "{file}: {new}");
        }
    }

    #[test]
    fn pieces_and_what_nobody_writes() {
        for (file, old, new) in [
            ("src/cart.ts", "// @ts-nocheck\nimport a from 'a'", "import a from 'a'"),
            ("src/cart.js", "a()", "// eslint-disable-next-line no-undef\na()"),
            ("src/cart.js", "a()", "/* eslint-disable no-undef */\na()\n/* eslint-enable no-undef */"),
            ("src/cart.py", "import os", "import os  # type: ignore"),
            ("src/cart.swift", "let a = 1", "// swiftlint:disable:next force_cast\nlet a = 1"),
            ("src/lib.rs", "fn a() {}", "#[allow(dead_code)]\nfn a() {}"),
            ("src/gen/api.js", "export", "/* eslint-disable */\nexport"),
            ("tsconfig.json", "\"exclude\": [\"dist\"]", "\"exclude\": [\"dist\", \"node_modules\", \"coverage/\"]"),
            ("tsconfig.json", "\"exclude\": [\"dist\"]", "\"exclude\": [\"dist\", \"**/*.test.ts\"]"),
            ("pyproject.toml", "[tool.ruff]", "[tool.ruff]\nexclude = [\".venv/\", \"**/venv/**\"]"),
            ("tsconfig.json", "\"exclude\": [\"src/cart.ts\"]", "\"exclude\": []"),
            ("tsconfig.json", "\"include\": [\"src\"]", "\"include\": [\"src/cart.ts\"]"),
        ] {
            assert_eq!(exempted(file, old, new), None, "{file}: {new}");
        }
    }
}

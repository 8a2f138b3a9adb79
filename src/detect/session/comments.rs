//! Tells edits that change only comments from edits of code.

use super::changed_lines::lines_only_in;
use crate::detect::call::code_files::extension;
use crate::detect::call::input::Piece;

/// Endings of files whose comments begin with `#`, those with `--`, and those with `//` (or stand in `/* … */`).
#[rustfmt::skip]
const HASH: [&str; 20] = [
    "py", "pyi", "rb", "sh", "bash", "zsh", "fish", "pl", "r", "ex", "exs", "jl", "nim", "tf", "yaml", "yml", "toml", "cfg", "cmake", "gd",
];
const DASHES: [&str; 5] = ["sql", "lua", "hs", "elm", "ada"];
#[rustfmt::skip]
const SLASHES: [&str; 33] = [
    "rs", "go", "js", "jsx", "ts", "tsx", "mjs", "cjs", "java", "kt", "kts", "scala", "c", "h", "cc", "cpp", "hpp", "cs", "fs", "php", "swift", "m", "dart", "zig",
    "proto", "gradle", "groovy", "sol", "v", "sv", "scss", "less", "jsonc",
];
/// What makes a comment more than words, in small letters: an instruction to a compiler, a linter or a tool, or an example
/// that is run.
#[rustfmt::skip]
const INSTRUCTIONS: [&str; 34] = [
    "go:", "+build", "nolint", "noqa", "eslint", "tslint", "stylelint", "biome", "prettier", "@ts-", "@flow", "@jsx", "@vitest", "@jest", "@type", "@param", "@return",
    "istanbul", "c8 ", "v8 ", "type:", "mypy", "pyright", "pylint", "pragma", "coding", "frozen_string", "rubocop", "phpstan", "@psalm", "shellcheck", "clang-",
    "```", ">>>",
];

/// Whether pieces of a file differ in comments and empty lines only.
pub(super) fn only_comments(file: &str, pieces: &[Piece<'_>]) -> bool {
    let Some(end) = extension(file) else { return false };
    let is_words = |line: &str| is_comment(end, line.trim());
    !pieces.is_empty()
        && pieces.iter().all(|piece| {
            let Some(old) = piece.old.as_deref() else { return false };
            let mut changed = lines_only_in(old, &piece.new).chain(lines_only_in(&piece.new, old)).peekable();
            changed.peek().is_some() && changed.all(is_words)
        })
}

/// Whether a line of a file with this ending is empty, or a comment of words.
fn is_comment(end: &str, line: &str) -> bool {
    let lower = line.to_lowercase();
    let begins = |marks: &[&str]| marks.iter().any(|mark| line.starts_with(mark));
    let is_one = if HASH.contains(&end) {
        begins(&["#"]) && !begins(&["#!", "#["])
    } else if DASHES.contains(&end) {
        begins(&["--"])
    } else {
        // In Rust, examples of the documentation are tests.
        SLASHES.contains(&end) && begins(&["//", "/*", "* ", "*/"]) && !(end == "rs" && begins(&["///", "//!"]))
    };
    line.is_empty() || is_one && !INSTRUCTIONS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    fn changes_only_comments(file: &str, old: &str, new: &str) -> bool {
        let piece = Piece { file: Cow::Borrowed(file), old: Some(Cow::Borrowed(old)), new: Cow::Borrowed(new) };
        only_comments(file, &[piece])
    }

    #[test]
    fn words_are_no_code() {
        for (file, old, new) in [
            ("a/state.go", "// Old words.\nfunc f() {", "// New words,\n// and more.\nfunc f() {"),
            ("app.py", "x = 1  \n# why", "x = 1  \n# because"),
            ("q.sql", "-- all of them\nSELECT 1", "SELECT 1"),
            ("A.java", "/**\n * Gives the id.\n */\nint id();", "/**\n * Gives the key.\n */\nint id();"),
        ] {
            assert!(changes_only_comments(file, old, new), "{file}: {new}");
        }
    }

    #[test]
    fn instructions_and_code_are_more() {
        for (file, old, new) in [
            ("a.go", "x := f()", "x := f() // not checked"),
            ("a.go", "f()", "f()\n//nolint:errcheck"),
            ("a.go", "package a", "//go:build linux\npackage a"),
            ("a.py", "import b", "import b\n# type: ignore"),
            ("a.c", "int x;", "#include <stdio.h>\nint x;"),
            ("a.rs", "/// Adds.\nfn f();", "/// Multiplies.\nfn f();"),
            ("a.rs", "// a\nfn f();", "fn f();\nfn g();"),
            ("Makefile", "# a\nall:", "# b\nall:"),
            ("a.ts", "f();", "f();"),
        ] {
            assert!(!changes_only_comments(file, old, new), "{file}: {new}");
        }
        assert!(!only_comments("a.go", &[Piece { file: "a.go".into(), old: None, new: "// only".into() }]));
    }
}

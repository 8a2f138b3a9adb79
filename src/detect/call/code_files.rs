//! Tells files that a check may be about from others, by their paths.

use super::normalize::is_temporary;

/// Endings of files that no check is about.
#[rustfmt::skip]
pub(crate) const PROSE: [&str; 42] = [
    "example", "sample", "md", "mdx", "markdown", "txt", "rst", "adoc", "asciidoc", "org", "tex", "bib", "typ", "texi", "texinfo", "pod", "textile", "rtf", "log", "csv", "tsv",
    "png", "jpg", "jpeg", "gif", "svg", "pdf", "ipynb", "html", "diff",
    // Translations.
    "po", "pot", "xlf", "xliff", "arb",
    // Pages of the manual.
    "1", "2", "3", "4", "5", "7", "8",
];
/// Names of files, and of folders, that only people, editors, formatters, version managers and the host of a repository read.
#[rustfmt::skip]
const UNCHECKED: [&str; 33] = [
    "CODEOWNERS", "LICENSE", "NOTICE", "AUTHORS", "ISSUE_TEMPLATE", "PULL_REQUEST_TEMPLATE", "FUNDING.yml", ".gitignore", ".gitattributes", ".gitkeep", ".mailmap", ".git-blame-ignore-revs",
    ".editorconfig", ".vscode", ".idea", ".zed", ".prettierrc", ".prettierrc.json", ".prettierrc.yaml", ".prettierrc.yml", ".prettierignore", ".clang-format", "rustfmt.toml", ".rustfmt.toml",
    ".nvmrc", ".node-version", ".python-version", ".ruby-version", ".java-version", ".tool-versions", "renovate.json", ".renovaterc", "dependabot.yml",
];
/// Folders of translations, and the endings of the files with the texts in them.
const TRANSLATIONS: [&str; 7] = ["locales", "locale", "i18n", "l10n", "translations", "lang", "langs"];
const TEXTS: [&str; 5] = ["json", "yaml", "yml", "properties", "strings"];
/// Endings of files that a check may be about, where only a command line names them.
const CODE: [&str; 40] = [
    "rs", "go", "py", "js", "jsx", "ts", "tsx", "mjs", "cjs", "java", "kt", "kts", "scala", "c", "h", "cc", "cpp",
    "hpp", "cs", "fs", "rb", "php", "swift", "m", "ex", "exs", "erl", "hs", "ml", "clj", "lua", "dart", "vue",
    "svelte", "zig", "nim", "sql", "proto", "gradle", "toml",
];

/// The ending of a file's name.
pub(crate) fn extension(path: &str) -> Option<&str> {
    let name = path.rsplit(['/', '\\']).next()?;
    name.rsplit_once('.').map(|(_, extension)| extension)
}

/// Whether a check may be about a file.
pub(crate) fn is_code(path: &str) -> bool {
    !is_temporary(path)
        && !path.split(['/', '\\']).any(|name| UNCHECKED.contains(&name))
        && extension(path).is_none_or(|extension| !PROSE.contains(&&*extension.to_ascii_lowercase()))
        && !is_translation(path)
}

/// Whether a file holds the texts of a program in one language.
fn is_translation(path: &str) -> bool {
    extension(path).is_some_and(|extension| TEXTS.contains(&extension))
        && path.split(['/', '\\']).any(|folder| TRANSLATIONS.contains(&folder))
}

/// Whether a word is the path of a file that a check may be about, as its ending says.
pub(crate) fn is_source(word: &str) -> bool {
    is_code(word) && !word.contains(char::is_whitespace) && extension(word).is_some_and(|end| CODE.contains(&end))
}

/// The words of a command line that may be paths, without quotes and operators.
pub(crate) fn words(command: &str) -> impl Iterator<Item = &str> {
    command.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '|' | '&' | '>' | ')' | '='))
}

/// Whether a command line names a file that a check may be about.
pub(crate) fn names_code(command: &str) -> bool {
    words(command).any(is_source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_manual_are_no_code() {
        for file in ["man/gitstat.1", "doc/x.7", "book/ch1.typ", "notes.org", "a.texi", "guide.adoc"] {
            assert!(!is_code(file), "{file}");
        }
        for file in ["src/a.c", "Makefile", "k8s/a.yaml", "src/a.rs"] {
            assert!(is_code(file), "{file}");
        }
    }

    #[test]
    fn what_only_people_and_editors_read_is_no_code() {
        for file in
            [".nvmrc", "web/.vscode/settings.json", "i18n/de.json", "po/sv.po", "lang/fr.properties", "renovate.json"]
        {
            assert!(!is_code(file), "{file}");
        }
        for file in [
            "tsconfig.json",
            "deploy/values.yaml",
            "src/lang/parser.rs",
            "nginx.conf",
            ".eslintrc.json",
            "package.json",
        ] {
            assert!(is_code(file), "{file}");
        }
    }
}

//! Tells files that a check may be about from others, by their paths.

use super::normalize::is_temporary;

/// Endings of files that no check is about.
#[rustfmt::skip]
pub(crate) const PROSE: [&str; 37] = [
    "example", "sample", "md", "mdx", "markdown", "txt", "rst", "adoc", "asciidoc", "org", "tex", "bib", "typ", "texi", "texinfo", "pod", "textile", "rtf", "log", "csv", "tsv",
    "png", "jpg", "jpeg", "gif", "svg", "pdf", "ipynb", "html", "diff",
    // Pages of the manual.
    "1", "2", "3", "4", "5", "7", "8",
];
/// Names of files, and of folders, that only people and the host of a repository read.
const UNCHECKED: [&str; 8] = [
    "CODEOWNERS",
    "LICENSE",
    "NOTICE",
    "AUTHORS",
    "ISSUE_TEMPLATE",
    "PULL_REQUEST_TEMPLATE",
    ".gitignore",
    ".gitattributes",
];
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
}

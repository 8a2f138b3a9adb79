//! Recognizes command lines that rewrite code which they do not name file by file.

use crate::detect::call::code_files::{PROSE, extension, words};
use crate::detect::call::normalize::is_temporary;
use crate::detect::call::shell::{SimpleCommand, commands, rewritten};

/// Endings of files of data and settings, about which a check need not be.
#[rustfmt::skip]
const NO_CODE: [&str; 14] = [
    "json", "jsonc", "json5", "yaml", "yml", "xml", "ini", "cfg", "conf", "env", "lock", "po", "properties", "service",
];
/// Folders of texts for people.
const DOCUMENTS: [&str; 7] = ["docs", "doc", "documentation", "man", "wiki", "changelogs", "notes"];
/// Folders of code.
#[rustfmt::skip]
const SOURCES: [&str; 19] = [
    "src", "lib", "libs", "app", "apps", "tests", "test", "spec", "pkg", "cmd", "internal", "packages", "crates", "source", "sources", "include", "server",
    "client", "components",
];
/// What is in every command that rewrites files in place.
const REWRITES: [&str; 11] =
    ["sed ", "perl ", "ruby ", "sd ", "apply", " am", "patch", "ast-grep", "comby", "codemod", "jscodeshift"];

/// Whether a command line rewrites files that it does not name one by one, and that are not all texts: those that a
/// search finds, or that a patch is about.
pub(super) fn rewrites_code(command: &str) -> bool {
    // Most lines have none of these, and are spared a second reading. A patch in the line itself names its files.
    if !REWRITES.iter().any(|hint| command.contains(hint)) || command.contains("+++ ") {
        return false;
    }
    commands(command).iter().any(rewrites_unnamed) && !is_about_texts(command)
}

fn rewrites_unnamed(command: &SimpleCommand) -> bool {
    let is_named = |file: &&str| !file.contains(['$', '*', '{', '?']) && !file.ends_with('/');
    rewritten(command).is_some_and(|files| files.is_empty() || !files.iter().all(is_named))
}

/// Whether a command line names texts, or folders of such, and no folder of code.
fn is_about_texts(command: &str) -> bool {
    let folder = |word: &str| word.trim_start_matches("./").split('/').next().map(str::to_owned).unwrap_or_default();
    // A patch is about other files.
    let is_text = |word: &str| {
        if is_temporary(word) || extension(word) == Some("diff") {
            return false;
        }
        let ends = extension(word).is_some_and(|end| PROSE.contains(&end) || NO_CODE.contains(&end));
        ends || DOCUMENTS.contains(&folder(word).as_str()) || is_type(word)
    };
    words(command).any(is_text) && !words(command).any(|word| SOURCES.contains(&word.trim_end_matches('/')))
}

/// Whether a word chooses texts by their type, as searches call it.
fn is_type(word: &str) -> bool {
    matches!(word, "md" | "markdown" | "rst" | "txt" | "-tmd" | "-tmarkdown" | "-trst" | "-ttxt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_rewrite_what_they_do_not_name() {
        for line in [
            "rg -l OldName | xargs sed -i 's/OldName/NewName/g'",
            "git grep -lz a.b -- src | xargs -0 perl -pi -e 's/a/b/'",
            "git ls-files | while read -r f; do sed -i s/x/y/ \"$f\"; done",
            "for f in lib/*; do ruby -pi -e 'gsub(/x/, %q(y))' $f; done",
            "fdfind . src --exec sd x y",
            "find . -type f -exec sed -i 's/x/y/' {} +",
            "sed -i 's/x/y/' src/*",
            "ast-grep run -p 'f($A)' -r 'g($A)' --update-all",
            "cd repo && git apply -3 /tmp/a.diff",
            "git am < 0001.eml",
            "patch -p1 < ../fix",
            "npx jscodeshift -t transform app",
            "grep -rl x src README.md | xargs sed -i s/x/y/",
        ] {
            assert!(rewrites_code(line), "{line}");
        }
        for line in [
            "grep -rl x docs README.md | xargs sed -i s/x/y/",
            "find . -name '*.md' -exec sed -i s/x/y/ {} +",
            "rg -l --type md x | xargs perl -pi -e s/x/y/",
            "grep -rl x src | xargs sed -n /x/p",
            "sed -i s/x/y/ Makefile",
            "git apply --check /tmp/a.diff",
            "ast-grep run -p 'f($A)' src",
            "fd -x wc -l",
            "patch --dry-run -p1 < fix",
            "kubectl apply -f k8s",
            "git apply <<'EOF'\n--- a/README.md\n+++ b/README.md\nEOF",
        ] {
            assert!(!rewrites_code(line), "{line}");
        }
    }
}

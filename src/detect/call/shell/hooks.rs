//! Recognizes commands that keep the hooks of a repository from running.

use super::wrappers::base;

/// How a command keeps hooks from running, in a sentence: `git commit --no-verify` and its like.
pub(super) fn skipped_hooks(words: &[String], environment: &[String]) -> Option<String> {
    let name = words.first().map_or("", |program| base(program));
    let sub = words.iter().skip(1).find(|word| !word.starts_with('-') && !word.contains('='));
    let sub = sub.map(String::as_str).unwrap_or_default();
    let has = |flag: &str| words.iter().any(|word| word == flag);
    let commits = name == "git" && matches!(sub, "commit" | "push" | "merge" | "rebase" | "am" | "cherry-pick");
    let flags =
        |word: &String| word.starts_with('-') && !word.starts_with("--") && word.contains('n') && is_cluster(word);
    let how = if has("--no-verify") && (commits || name == "cargo") {
        Some("--no-verify".to_owned())
    } else if commits && sub == "commit" && words.iter().any(flags) {
        Some("-n".to_owned())
    } else if commits && words.iter().any(|word| word.starts_with("core.hooksPath=")) {
        Some("core.hooksPath".to_owned())
    } else {
        let skips = |word: &&String| {
            word.starts_with("SKIP=")
                || word.as_str() == "HUSKY=0"
                || word.starts_with("LEFTHOOK=0")
                || word.starts_with("HUSKY_SKIP")
        };
        environment.iter().find(skips).filter(|_| commits).cloned()
    };
    how.map(|how| format!("`{name} {sub}` is run with `{how}`, which skips its checks"))
}

/// Whether a flag is a cluster of letters such as `-anm`, whose last may take a value.
fn is_cluster(word: &str) -> bool {
    let letters = &word[1..];
    letters.len() <= 4 && letters.bytes().all(|byte| b"anmsvqeS".contains(&byte))
}

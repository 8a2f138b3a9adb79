//! Judges programs that write history: `git`, and the command lines of code hosts.

use super::arguments::{has_any, has_word, without_values};
use super::judgement::Judgement;
use crate::detect::call::shell::effect::Effect;
use crate::detect::call::shell::verbs::has;

pub(super) fn git(arguments: &[String]) -> Judgement {
    let words = without_values(arguments, "-C -c --git-dir --work-tree --namespace");
    let Some((sub, rest)) = words.split_first() else {
        return Judgement::of(Effect::Observe);
    };
    let plain = rest.iter().filter(|word| !word.starts_with('-')).count();
    let first = rest.first().map(String::as_str).unwrap_or_default();
    let effect = match sub.as_str() {
        "status" | "diff" | "log" | "show" | "blame" | "grep" | "ls-files" | "ls-remote" | "ls-tree" | "rev-parse"
        | "rev-list" | "describe" | "shortlog" | "cat-file" | "merge-base" | "name-rev" | "reflog" | "whatchanged"
        | "for-each-ref" | "show-ref" | "check-ignore" | "count-objects" | "fsck" | "var" | "help" | "range-diff"
        | "cherry" | "diff-tree" | "diff-index" | "symbolic-ref" | "check-attr" | "verify-commit" | "archive"
        | "format-patch" => Effect::Observe,
        "branch" | "tag" | "remote" | "config" | "notes" if listing(sub, rest, plain) => Effect::Observe,
        "stash" | "worktree" | "submodule" | "lfs" | "bisect" if has("list show status log ls-files", first) => {
            Effect::Observe
        }
        "worktree" if has("add remove prune", first) => Effect::Record,
        "add" | "commit" | "push" | "tag" | "branch" | "remote" | "config" | "fetch" | "notes" | "gc" | "prune"
        | "update-index" | "update-ref" | "send-email" | "init" | "maintenance" | "replace" | "commit-tree"
        | "write-tree" => Effect::Record,
        "checkout" if has_any(rest, "-b -B --orphan") => Effect::Record,
        "switch" if has_any(rest, "-c -C --create --orphan") => Effect::Record,
        "restore" if has_any(rest, "--staged -S") && !has_any(rest, "--worktree -W") => Effect::Record,
        "reset" if !has_any(rest, "--hard --merge --keep") => Effect::Record,
        "apply" if has_any(rest, "--check --stat --numstat --summary") => Effect::Observe,
        "rm" if has_word(rest, "--cached") => Effect::Record,
        "clean" if has_any(rest, "-n --dry-run -nd -dn") => Effect::Observe,
        "checkout" | "switch" | "restore" | "reset" | "stash" | "apply" | "am" | "merge" | "rebase" | "pull"
        | "cherry-pick" | "revert" | "clean" | "rm" | "mv" | "clone" | "submodule" | "sparse-checkout"
        | "read-tree" | "checkout-index" | "lfs" | "worktree" | "filter-branch" | "filter-repo" | "subtree" => {
            Effect::Mutate
        }
        _ => Effect::Unknown,
    };
    Judgement::of(effect)
}

/// Whether `git branch`, `tag`, `remote`, `config` or `notes` only lists.
fn listing(sub: &str, rest: &[String], plain: usize) -> bool {
    let lists = has_any(
        rest,
        "-l --list -a -r -v -vv --all --remotes --show-current --contains --merged --no-merged --points-at --get --get-all \
         --get-regexp get list show get-url --sort --column",
    ) || rest.iter().any(|word| word.starts_with("--sort=") || word.starts_with("--format="));
    let writes = has_any(rest, "-d -D -m -M -f --delete --move --copy -a --unset --add")
        && (sub != "branch" || !has_word(rest, "-a") || has_any(rest, "-d -D -m -M"))
        && !(sub == "tag" && has_any(rest, "-l --list"));
    !writes && (plain == 0 || lists)
}

/// `gh`, `glab` and the like.
pub(super) fn forge(arguments: &[String]) -> Judgement {
    let words = without_values(arguments, "-R --repo");
    let plain: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let verb = plain.get(1).copied().unwrap_or_default();
    match plain.first().copied() {
        Some("api") => {
            let writes =
                has_any(arguments, "-X --method -f -F --field --raw-field --input") && !has_word(arguments, "GET");
            return Judgement::of(if writes { Effect::Record } else { Effect::Observe });
        }
        Some("status" | "search" | "browse" | "help") | None => return Judgement::of(Effect::Observe),
        _ => {}
    }
    match verb {
        "view" | "list" | "checks" | "status" | "diff" | "get" | "ls" | "trace" => {
            let watches = has_any(arguments, "--watch -w") && verb == "checks";
            let look = Judgement::of(Effect::Observe);
            if watches || verb == "trace" { look.waiting() } else { look }
        }
        "watch" => Judgement::of(Effect::Observe).waiting(),
        "checkout" | "clone" | "download" | "develop" => Judgement::of(Effect::Mutate),
        _ => Judgement::of(Effect::Record),
    }
}

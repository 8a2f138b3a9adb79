//! Checks whether the agent's changes can be seen and undone.

use super::ask::{PATIENCE, ask};
use super::checked::Checked;
use std::path::Path;

const WHAT: &str = "git";

pub(super) fn check(directory: &Path) -> Checked {
    if which::which("git").is_err() {
        return Checked::warn(WHAT, "git is not on the PATH", "install git, or do without --rollback");
    }
    let status = match ask(&["git", "status", "--porcelain"], directory, PATIENCE) {
        Ok(said) if said.success => said.stdout,
        Ok(said) if said.stderr.contains("not a git repository") => {
            let found = "no repository here, so nothing shows or undoes what the agent changes (--rollback)";
            return Checked::warn(WHAT, found, "git init && git add -A && git commit -m 'Begin'");
        }
        Ok(said) => return Checked::warn(WHAT, said.complaint(), "repair the repository, or do without --rollback"),
        Err(why) => return Checked::warn(WHAT, why, "repair git, or do without --rollback"),
    };
    match status.lines().count() {
        0 => Checked::ok(WHAT, "a repository without uncommitted changes"),
        1 => uncommitted("1 uncommitted change"),
        count => uncommitted(&format!("{count} uncommitted changes")),
    }
}

fn uncommitted(what: &str) -> Checked {
    Checked::warn(WHAT, format!("{what}, which will mix with those of the agent"), "git commit or git stash first")
}

//! Reads what a command line has Git do with the files that are checked out, and where it checks something in between.

use crate::detect::call::normalize::is_temporary;
use crate::detect::call::shell::{Effect, SimpleCommand, commands, join};

/// Names of branches that hold what there was before the work, and the beginnings of those of a remote.
#[rustfmt::skip]
const MAIN: [&str; 8] = ["main", "master", "trunk", "develop", "dev", "HEAD", "mainline", "default"];
const REMOTES: [&str; 2] = ["origin/", "upstream/"];
/// The shortest id of a commit that people write.
const ID: usize = 7;

/// One step of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GitStep {
    /// It takes the changes of files back that no commit holds: below a folder (all, if that is empty), those that these
    /// paths name (all, if there are none).
    Discards { place: String, paths: Vec<String> },
    /// It goes to another commit, and leaves no changes.
    Moves,
    /// It puts changes aside, all or those of some files.
    Stashes { all: bool },
    /// It brings them back.
    Unstashes,
    /// It deletes files that Git does not know.
    Cleans,
    /// It goes to this branch or commit, and takes the changes along.
    ChecksOut(String),
    /// It takes files from this commit.
    Borrows(String),
    /// It takes a patch out of the files.
    Reverses,
    /// It puts one in.
    Applies,
    /// It brings in what was committed elsewhere.
    Merges,
    /// It checks an older commit out into this folder.
    AddsTree(String),
    /// No step of Git: something is checked.
    Checks,
}

impl GitStep {
    /// Whether it takes changes away that no commit holds, or brings them back.
    pub(super) fn undoes(&self) -> bool {
        matches!(
            self,
            Self::Discards { .. } | Self::Moves | Self::Stashes { all: true } | Self::Unstashes | Self::Cleans
        )
    }
}

/// The steps of a line.
#[derive(Debug, Clone, Default)]
pub(super) struct GitSteps {
    steps: Vec<GitStep>,
    /// Nothing else in the line changes files.
    is_all: bool,
    /// Nothing else in it surely does: programs that nobody knows may.
    may_be_all: bool,
}

impl GitSteps {
    /// Reads a command line.
    pub(super) fn read(command: &str) -> Self {
        // Most lines have no such command, and are spared a second reading.
        if !["git ", "hg ", "svn ", "jj "].iter().any(|program| command.contains(program)) {
            return Self::default();
        }
        Self::of(&commands(command))
    }

    fn of(listed: &[SimpleCommand]) -> Self {
        let mut place = String::new();
        let mut read = Self { steps: Vec::new(), is_all: true, may_be_all: true };
        for command in listed {
            let step = match command.words.split_first() {
                Some((program, rest)) if program == "cd" => {
                    place = rest.first().map_or_else(String::new, |to| join(&place, to));
                    continue;
                }
                Some((program, rest)) if program == "git" => of_git(&place, rest),
                Some((program, rest)) if ["hg", "svn", "jj"].contains(&program.as_str()) => of_other(&place, rest),
                _ => (command.effect() == Effect::Check).then_some(GitStep::Checks),
            };
            let writes = !command.writes.iter().all(|file| is_temporary(file) || file.starts_with("/dev/"));
            let effect = if step.is_some() { Effect::Check } else { command.effect() };
            read.is_all &= !writes && !matches!(effect, Effect::Mutate | Effect::Unknown);
            read.may_be_all &= !writes && effect != Effect::Mutate;
            read.steps.extend(step);
        }
        if read.steps.iter().all(|step| *step == GitStep::Checks) { Self::default() } else { read }
    }

    /// All of them.
    pub(super) fn all(&self) -> &[GitStep] {
        &self.steps
    }

    /// Those before the first check, and those after it.
    pub(super) fn around_checks(&self) -> (&[GitStep], &[GitStep]) {
        let first = self.steps.iter().position(|step| *step == GitStep::Checks).unwrap_or(self.steps.len());
        self.steps.split_at(first)
    }

    /// Whether they are all that changes files in the line.
    pub(super) fn are_all(&self) -> bool {
        self.is_all && !self.steps.is_empty()
    }

    /// Whether nothing else in the line surely changes files, though programs run in it that nobody knows.
    pub(super) fn may_be_all(&self) -> bool {
        self.may_be_all && !self.steps.is_empty()
    }

    /// Whether the line only visits another branch or commit, or puts aside what is in the way.
    pub(super) fn only_visit(&self) -> bool {
        let visits = |step: &GitStep| {
            matches!(step, GitStep::ChecksOut(_) | GitStep::Stashes { .. } | GitStep::Unstashes | GitStep::Checks)
        };
        self.may_be_all() && self.steps.iter().all(visits)
    }

    /// Whether it takes changes away that no commit holds, or brings them back.
    pub(super) fn undo(&self) -> bool {
        self.steps.iter().any(GitStep::undoes)
    }

    /// Whether it takes changes of files back.
    pub(super) fn discard(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, GitStep::Discards { .. }))
    }
}

/// The words of a Git command behind the options of Git itself, and where it works.
fn behind_options<'a>(mut place: &'a str, mut words: &'a [String]) -> (&'a str, &'a [String]) {
    while let [option, rest @ ..] = words
        && option.starts_with('-')
    {
        words = match (option.as_str(), rest) {
            ("-C", [folder, rest @ ..]) => {
                place = folder;
                rest
            }
            ("-c" | "--git-dir" | "--work-tree" | "--namespace", [_, rest @ ..]) => rest,
            _ => rest,
        };
    }
    (place, words)
}

fn of_git(place: &str, words: &[String]) -> Option<GitStep> {
    let (place, words) = behind_options(place, words);
    let (sub, rest) = words.split_first()?;
    let has = |options: &[&str]| rest.iter().any(|word| options.contains(&word.as_str()));
    let letters = |letter: char| {
        rest.iter().any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains(letter))
    };
    let plain = || rest.iter().filter(|word| !word.starts_with('-')).cloned().collect::<Vec<_>>();
    match sub.as_str() {
        "checkout" if has(&["-b", "-B", "--orphan", "--theirs", "--ours"]) => None,
        "checkout" | "switch" if has(&["-f", "--force", "--discard-changes"]) => {
            Some(GitStep::Discards { place: place.to_owned(), paths: Vec::new() })
        }
        "checkout" => of_checkout(place, rest),
        "switch" if has(&["-c", "-C", "--create", "--force-create", "--orphan"]) => None,
        "switch" => destination(rest).map(GitStep::ChecksOut),
        "restore" if has(&["--staged", "-S"]) && !has(&["--worktree", "-W"]) => None,
        "restore" => Some(of_restore(place, rest)),
        "reset" if has(&["--hard"]) => Some(if plain().iter().all(|commit| commit == "HEAD") {
            GitStep::Discards { place: place.to_owned(), paths: Vec::new() }
        } else {
            GitStep::Moves
        }),
        "stash" => of_stash(rest),
        "clean" if letters('f') || has(&["--force"]) => (!letters('n')).then_some(GitStep::Cleans),
        "apply" if has(&["--check", "--stat", "--numstat", "--summary", "--cached"]) => None,
        "apply" => Some(if has(&["-R", "--reverse"]) { GitStep::Reverses } else { GitStep::Applies }),
        "merge" | "rebase" | "pull" | "cherry-pick" | "am" => Some(GitStep::Merges),
        "worktree" if !has(&["-b", "-B", "--orphan"]) => {
            let plain = plain();
            let older = has(&["-d", "--detach"]) || plain.get(2).is_some_and(|commit| is_older(commit));
            let added = plain.first().is_some_and(|verb| verb == "add") && older;
            plain.get(1).filter(|_| added).map(|path| GitStep::AddsTree(join(place, path)))
        }
        _ => None,
    }
}

/// The step of a command of Mercurial, Subversion or Jujutsu that takes changes back.
fn of_other(place: &str, words: &[String]) -> Option<GitStep> {
    let (sub, rest) = words.split_first()?;
    let is_from = |word: &String| ["-r", "--rev", "--from", "--to", "-c"].contains(&word.as_str());
    let from_elsewhere = rest.iter().any(is_from) || rest.iter().any(|word| word.contains('='));
    (["revert", "restore"].contains(&sub.as_str()) && !from_elsewhere).then(|| GitStep::Discards {
        place: place.to_owned(),
        paths: rest.iter().filter(|word| !word.starts_with('-')).cloned().collect(),
    })
}

fn of_checkout(place: &str, rest: &[String]) -> Option<GitStep> {
    let discards = |paths: Vec<String>| GitStep::Discards { place: place.to_owned(), paths };
    if let Some(at) = rest.iter().position(|word| word == "--") {
        return Some(match rest.first().map(String::as_str) {
            Some(from) if from.starts_with("stash") => GitStep::Unstashes,
            // What comes from elsewhere is a change.
            Some(from) if !from.starts_with(['-', '$']) && from != "HEAD" => GitStep::Borrows(from.to_owned()),
            _ => discards(rest[at + 1..].to_vec()),
        });
    }
    // A branch is no path; only what names files is.
    let (paths, others): (Vec<&String>, Vec<&String>) =
        rest.iter().filter(|word| !word.starts_with('-')).partition(|word| is_path(word));
    match others.first() {
        _ if paths.is_empty() => destination(rest).map(GitStep::ChecksOut),
        Some(from)
            if *from != "HEAD" && !from.starts_with('$') && *from == rest.iter().find(|w| !w.starts_with('-'))? =>
        {
            Some(GitStep::Borrows((*from).clone()))
        }
        _ => Some(discards(paths.into_iter().cloned().collect())),
    }
}

fn of_restore(place: &str, rest: &[String]) -> GitStep {
    let given = rest.iter().position(|word| word == "-s" || word == "--source");
    let source = given.and_then(|at| rest.get(at + 1).map(String::as_str));
    let source = source.or_else(|| rest.iter().find_map(|word| word.strip_prefix("--source=")));
    if let Some(source) = source.filter(|source| *source != "HEAD") {
        return GitStep::Borrows(source.to_owned());
    }
    let named = |at: &usize| !rest[*at].starts_with('-') && given.is_none_or(|given| *at != given + 1);
    let paths = (0..rest.len()).filter(named).map(|at| rest[at].clone()).collect();
    GitStep::Discards { place: place.to_owned(), paths }
}

fn of_stash(rest: &[String]) -> Option<GitStep> {
    let has = |options: &[&str]| rest.iter().any(|word| options.contains(&word.as_str()));
    let (verb, words) = match rest.first().map(String::as_str) {
        Some("pop" | "apply" | "branch") => return Some(GitStep::Unstashes),
        None => return Some(GitStep::Stashes { all: true }),
        Some(verb @ ("save" | "push")) => (verb, &rest[1..]),
        Some(option) if option.starts_with('-') => ("push", rest),
        _ => return None,
    };
    // What is staged stays.
    if has(&["-k", "--keep-index"]) {
        return None;
    }
    let some = has(&["--", "-S", "--staged", "-p", "--patch"]) || paths_of_push(words).next().is_some();
    Some(GitStep::Stashes { all: verb == "save" || !some })
}

/// The paths that `git stash push` is given: the words that are neither options nor their values.
fn paths_of_push(words: &[String]) -> impl Iterator<Item = &String> {
    let mut is_value = false;
    words.iter().filter(move |word| {
        let was_value = std::mem::replace(&mut is_value, matches!(word.as_str(), "-m" | "--message"));
        !was_value && !word.starts_with('-')
    })
}

/// The branch or commit that a command goes to.
fn destination(rest: &[String]) -> Option<String> {
    rest.iter().find(|word| *word == "-" || !word.starts_with('-')).cloned()
}

/// Whether a word of `git checkout` names files: branches have no dot in front and no ending.
fn is_path(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    word == "."
        || word.starts_with("./")
        || word.starts_with(":/")
        || name
            .rsplit_once('.')
            .is_some_and(|(_, ending)| ending.chars().all(char::is_alphabetic) && !ending.is_empty())
}

/// Whether a name is that of a commit, not of a branch.
pub(super) fn is_commit(name: &str) -> bool {
    name == "HEAD"
        || name.contains(['~', '^', '@'])
        || name.len() >= ID && name.bytes().all(|byte| byte.is_ascii_hexdigit())
        || REMOTES.iter().any(|remote| name.starts_with(remote))
}

/// Whether a name is that of what there was before the work.
fn is_older(name: &str) -> bool {
    is_commit(name) || MAIN.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_leads_away_and_back() {
        let stash = |all| GitStep::Stashes { all };
        let discards =
            |place: &str, path: &str| GitStep::Discards { place: place.to_owned(), paths: vec![path.to_owned()] };
        for (command, expected) in [
            ("git stash -q && pytest; git stash pop", vec![stash(true), GitStep::Checks, GitStep::Unstashes]),
            ("git stash push -m wip -- a.py", vec![stash(false)]),
            ("git stash push a.py", vec![stash(false)]),
            ("git add . && git stash -k", vec![]),
            ("git checkout main", vec![GitStep::ChecksOut("main".to_owned())]),
            ("git switch -", vec![GitStep::ChecksOut("-".to_owned())]),
            ("git switch -c next", vec![]),
            ("git checkout HEAD~1 src/a.py", vec![GitStep::Borrows("HEAD~1".to_owned())]),
            ("git checkout HEAD~1 -- src", vec![GitStep::Borrows("HEAD~1".to_owned())]),
            ("git restore -s main a.py", vec![GitStep::Borrows("main".to_owned())]),
            ("git restore --source=HEAD a.py", vec![discards("", "a.py")]),
            ("cd web && git checkout -- a.py", vec![discards("web", "a.py")]),
            ("cd w && git worktree add -q ../b main", vec![GitStep::AddsTree("b".to_owned())]),
            ("git worktree add /w/b -b next main", vec![]),
            ("git worktree add /w/b fix-12", vec![]),
            ("pytest -q", vec![]),
        ] {
            assert_eq!(GitSteps::read(command).steps, expected, "{command}");
        }
    }

    #[test]
    fn tells_whether_anything_else_changes_files() {
        for (command, expected) in [
            ("git stash -q && pytest | tail -3; git stash pop", true),
            ("git diff > /tmp/a.patch; git apply -R /tmp/a.patch; pytest; git apply /tmp/a.patch", true),
            ("git stash && sed -i s/a/b/ a.py && git stash pop", false),
            ("git stash && ./generate && git stash pop", false),
            ("git checkout main && pytest > log.txt", false),
        ] {
            assert_eq!(GitSteps::read(command).are_all(), expected, "{command}");
        }
        for (command, expected) in [
            ("git stash && ./generate && git stash pop", true),
            ("git switch -q main && python bench.py; git switch -q -", true),
            ("git stash -q 2>/dev/null; git switch v3 && make -s && ./app > /dev/null", true),
            ("git stash && sed -i s/a/b/ a.py && git stash pop", false),
            ("git checkout -- a.py && python bench.py", false),
        ] {
            assert_eq!(GitSteps::read(command).only_visit(), expected, "{command}");
        }
    }
}

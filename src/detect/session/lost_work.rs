//! Work that is not there at the end: edits that failed and were never made, changes that Git took back.

use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::call::input::pieces;
use crate::detect::call::normalize::is_temporary;
use crate::detect::call::shell::{Change, CommandLine, SimpleCommand, commands};
use crate::detect::text::reported::tells_failure;
use crate::wire::part::ToolState;
use crate::wire::text::{self, EXCERPT};
use crate::wire::{Raw, members};

/// How many files are remembered; a session that changed more is not judged by them.
const FILES: usize = 256;
/// What the error of an edit says, in small letters, where there was nothing to edit, or no need to.
const MOOT: [&str; 8] =
    ["already", "identical", "no change", "exist", "no such file", "enoent", "not found at", "file not found"];
/// Words that ask to take work back, or tell that it was.
#[rustfmt::skip]
pub(super) const TAKES_BACK: &[&str] = &[
    "revert", "undo", "undid", "undone", "discard", "throw away", "threw away", "roll back", "rolled back", "rollback", "reset", "restor", "stash", "start over", "from scratch",
    "back out", "backed out", "taken back", "took back", "verwirf", "verworfen", "zurück", "rückgängig", "annul", "défai", "défait", "rétabli", "deshac", "deshech", "descart", "desfaz",
    "desfeit", "ripristin", "откат", "отмен", "сбро", "撤销", "撤回", "还原", "恢复", "丢弃", "元に戻", "破棄", "되돌",
];

/// What one call did with files.
#[derive(Debug, Clone, Default)]
pub(super) enum Touch {
    /// Nothing that matters here.
    #[default]
    Nothing,
    /// It looked at a file.
    Looked(String),
    /// It edited files, and whether each of them is written anew.
    Edited(Vec<(String, bool)>),
    /// It did not edit this file, because the edit failed.
    Failed(String),
    /// It may have changed any file.
    Anything,
    /// A command line, and what it has Git do with the changes.
    Line { command: String, changes: bool, undone: Vec<Undoing> },
}

/// What a command of Git does with changes that no commit holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Undoing {
    /// It takes those of files back: below a folder (all, if that is empty), those that these paths name (all, if there
    /// are none).
    Discards { place: String, paths: Vec<String> },
    /// It goes to another commit, which may hold them.
    Moves,
    /// It puts all of them aside.
    Stashes,
    /// It brings them back.
    Unstashes,
    /// It deletes files that Git does not know.
    Cleans,
}

impl Touch {
    /// Reads what a call did with files.
    pub(super) fn read(call: &Call, state: Option<&ToolState<'_>>) -> Self {
        if let Some(line) = &call.line {
            return Self::of_line(line, call);
        }
        let target = call.input.target.clone();
        match call.kind {
            CallKind::Mutate if call.failed() => {
                let said = state.and_then(|state| state.error.or(state.output)).map(text::decode).unwrap_or_default();
                let said = said.to_lowercase();
                let moot = MOOT.iter().any(|sign| said.contains(sign));
                target.filter(|_| !moot).map_or(Self::Nothing, Self::Failed)
            }
            CallKind::Mutate => Self::Edited(edited(target, state.and_then(|state| state.input))),
            CallKind::Observe => target.map_or(Self::Nothing, Self::Looked),
            CallKind::Spawn | CallKind::Unknown if !call.failed() => Self::Anything,
            _ => Self::Nothing,
        }
    }

    fn of_line(line: &CommandLine, call: &Call) -> Self {
        let command = call.input.command.as_deref().unwrap_or_default();
        // Most lines have no such command, and are spared a second reading.
        let undone = if command.contains("git ") && !call.failed() { undone(&commands(command)) } else { Vec::new() };
        Self::Line {
            command: command.to_owned(),
            changes: line.change.max(line.change_after_check) >= Change::Perhaps,
            undone,
        }
    }
}

/// The files that an edit changed, and whether it wrote each anew.
fn edited(target: Option<String>, input: Option<Raw<'_>>) -> Vec<(String, bool)> {
    let members = input.and_then(members).unwrap_or_default();
    let pieces = pieces(&members, target.as_deref());
    let mut files: Vec<(String, bool)> =
        pieces.iter().map(|piece| (piece.file.to_string(), piece.old.is_none())).collect();
    files.dedup();
    if files.is_empty() { target.into_iter().map(|file| (file, true)).collect() } else { files }
}

/// What the commands of a line have Git do with changes.
fn undone(told: &[SimpleCommand]) -> Vec<Undoing> {
    let mut place = String::new();
    let mut undone = Vec::new();
    for told in told {
        match told.words.split_first() {
            Some((program, rest)) if program == "cd" => place = rest.first().cloned().unwrap_or_default(),
            Some((program, rest)) if program == "git" => undone.extend(of_git(&place, rest)),
            _ => {}
        }
    }
    undone
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

fn of_git(place: &str, words: &[String]) -> Option<Undoing> {
    let (place, words) = behind_options(place, words);
    let (sub, rest) = words.split_first()?;
    let has = |options: &[&str]| rest.iter().any(|word| options.contains(&word.as_str()));
    let letters = |letter: char| {
        rest.iter().any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains(letter))
    };
    let discards = |paths: &[String]| Some(Undoing::Discards { place: place.to_owned(), paths: paths.to_vec() });
    let plain = || rest.iter().filter(|word| !word.starts_with('-')).cloned().collect::<Vec<_>>();
    let behind = rest.iter().position(|word| word == "--").map(|at| &rest[at + 1..]);
    match sub.as_str() {
        "checkout" if has(&["-b", "-B", "--orphan", "--theirs", "--ours"]) => None,
        // What comes from elsewhere is a change.
        "checkout" | "restore" if has(&["-s"]) || rest.iter().any(|word| word.starts_with("--source")) => None,
        "checkout" if behind.is_some() => match rest.first().map(String::as_str) {
            Some(from) if from.starts_with("stash") => Some(Undoing::Unstashes),
            Some(from) if !from.starts_with(['-', '$']) && from != "HEAD" => None,
            _ => discards(behind?),
        },
        "checkout" | "switch" if has(&["-f", "--force", "--discard-changes"]) => discards(&[]),
        // A branch is no path; only what names files is.
        "checkout" => discards(&plain().into_iter().filter(|word| is_path(word)).collect::<Vec<_>>())
            .filter(|_| plain().iter().any(|word| is_path(word))),
        "restore" if has(&["--staged", "-S"]) && !has(&["--worktree", "-W"]) => None,
        "restore" => discards(behind.unwrap_or(&plain())),
        "reset" if has(&["--hard"]) => {
            if plain().iter().all(|commit| commit == "HEAD") {
                discards(&[])
            } else {
                Some(Undoing::Moves)
            }
        }
        "stash" => match rest.first().map(String::as_str) {
            None | Some("save") => Some(Undoing::Stashes),
            Some("push") if behind.is_none() && paths_of_push(&rest[1..]).next().is_none() => Some(Undoing::Stashes),
            Some(word) if word.starts_with('-') && behind.is_none() => Some(Undoing::Stashes),
            Some("pop" | "apply" | "branch") => Some(Undoing::Unstashes),
            _ => None,
        },
        "clean" if letters('f') || has(&["--force"]) => (!letters('n')).then_some(Undoing::Cleans),
        _ => None,
    }
}

/// The paths that `git stash push` is given: the words that are neither options nor their values.
fn paths_of_push(words: &[String]) -> impl Iterator<Item = &String> {
    let mut is_value = false;
    words.iter().filter(move |word| {
        let was_value = std::mem::replace(&mut is_value, matches!(word.as_str(), "-m" | "--message"));
        !was_value && !word.starts_with('-')
    })
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

/// A file that was edited.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edited {
    file: String,
    /// It was written as a whole, so that Git may not know it.
    is_whole: bool,
}

/// The edits of a session that no commit holds, and those that failed.
#[derive(Debug, Default)]
pub(super) struct LostWork {
    edited: Vec<Edited>,
    stashed: Vec<Edited>,
    /// The edits that failed, and were not made since. Only these of the latest request count.
    failed: Vec<String>,
    /// Something else may have changed files since the last commit.
    others: bool,
    /// More was edited than is remembered.
    overflown: bool,
    /// The command that took back all that was edited.
    taken_back: Option<String>,
}

impl LostWork {
    /// Records that another request begins.
    pub(super) fn begin_request(&mut self) {
        self.failed.clear();
        self.taken_back = None;
    }

    /// Records that a commit holds what was edited.
    pub(super) fn commit(&mut self) {
        *self = Self { failed: std::mem::take(&mut self.failed), ..Self::default() };
    }

    /// Records what a call did with files.
    pub(super) fn record(&mut self, touch: &Touch) {
        match touch {
            Touch::Looked(file) => self.settle(|failed| name(failed) == name(file)),
            Touch::Anything => {
                self.failed.clear();
                self.taken_back = None;
                self.others = true;
            }
            Touch::Failed(file) if self.failed.len() < FILES && !is_temporary(file) => self.failed.push(file.clone()),
            Touch::Failed(_) | Touch::Nothing => {}
            Touch::Edited(files) => {
                self.taken_back = None;
                for (file, is_whole) in files.iter().filter(|(file, _)| !is_temporary(file)) {
                    self.settle(|failed| name(failed) == name(file));
                    let known = self.edited.iter().any(|edited| edited.file == *file);
                    self.overflown |= !known && self.edited.len() == FILES;
                    if !known && self.edited.len() < FILES {
                        self.edited.push(Edited { file: file.clone(), is_whole: *is_whole });
                    }
                }
            }
            Touch::Line { command, changes, undone } => {
                self.settle(|failed| *changes && undone.is_empty() || command.contains(name(failed)));
                if undone.is_empty() && *changes {
                    self.taken_back = None;
                    self.others = true;
                }
                for undoing in undone {
                    self.undo(undoing, command);
                }
            }
        }
    }

    /// Forgets failed edits, because what they were about was seen to or looked at.
    fn settle(&mut self, is_settled: impl Fn(&str) -> bool) {
        self.failed.retain(|failed| !is_settled(failed));
    }

    fn undo(&mut self, undoing: &Undoing, command: &str) {
        let before = self.edited.len();
        // Of what else was changed, only a command that takes back everything leaves nothing.
        let mut leaves_others = self.others;
        match undoing {
            Undoing::Discards { place, paths } => {
                leaves_others &= !paths.is_empty() && !paths.iter().any(|path| is_everything(path));
                self.edited.retain(|edited| edited.is_whole || !is_covered(&edited.file, place, paths));
            }
            Undoing::Moves => self.edited.retain(|edited| edited.is_whole),
            Undoing::Stashes => {
                leaves_others = false;
                self.stashed.extend(self.edited.extract_if(.., |edited| !edited.is_whole));
                self.stashed.truncate(FILES);
            }
            Undoing::Unstashes => {
                self.edited.append(&mut self.stashed);
                self.edited.truncate(FILES);
            }
            Undoing::Cleans => self.edited.retain(|edited| !edited.is_whole),
        }
        if !self.edited.is_empty() {
            self.taken_back = None;
        } else if before > 0 && !leaves_others && !self.overflown {
            self.taken_back = Some(text::excerpt_in_lines(command, EXCERPT));
        }
    }

    /// That all changes were taken back, unless the answer tells so.
    pub(super) fn taken_back_fact(&self, last_text: &str) -> Option<String> {
        let command = self.taken_back.as_ref()?;
        let lower = last_text.to_lowercase();
        let told = TAKES_BACK.iter().any(|word| lower.contains(word));
        (!told).then(|| format!("`{command}` took back what was changed, and the agent does not say so"))
    }

    /// That an edit failed and was never made, where the request or the answer names its file and the answer does not
    /// tell of it.
    pub(super) fn failed_fact(&self, last_text: &str, is_asked: impl Fn(&str) -> bool) -> Option<String> {
        let meant = |file: &&String| last_text.contains(name(file)) || is_asked(name(file));
        let file = self.failed.iter().find(meant)?;
        (!tells_failure(last_text, &[]))
            .then(|| format!("the edit of {file} failed, and nothing touched the file again"))
    }
}

/// Whether a command in a folder means this file by one of these paths.
fn is_covered(file: &str, place: &str, paths: &[String]) -> bool {
    // A variable, or a pattern, may be anything.
    let open = |path: &str| path.is_empty() || path.contains(['$', '`', '*', '?', '(']);
    let below = |path: &str| {
        let path = path.trim_start_matches("./").trim_end_matches('/');
        let inner = |at: usize| file[at + path.len()..].starts_with('/') || file.len() == at + path.len();
        file.match_indices(path).any(|(at, _)| inner(at) && (at == 0 || file[..at].ends_with('/')))
    };
    let here = open(place) || below(place);
    let whole = |path: &str| is_everything(path) || open(path);
    here && (paths.is_empty() || paths.iter().any(|path| whole(path) || below(path)))
}

/// Whether a path is that of all files.
fn is_everything(path: &str) -> bool {
    matches!(path, "." | "./" | ":/" | ":/.")
}

fn name(file: &str) -> &str {
    file.trim_end_matches('/').rsplit(['/', '\\']).next().unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(lines: &[&str]) -> Option<String> {
        let mut work = LostWork::default();
        work.record(&Touch::Edited(vec![("/w/src/a.rs".to_owned(), false), ("/w/src/b.rs".to_owned(), false)]));
        for command in lines {
            let undone = undone(&commands(command));
            let changes = command.starts_with("sed");
            if command.starts_with("git commit") {
                work.commit();
            }
            work.record(&Touch::Line { command: (*command).to_owned(), changes, undone });
        }
        work.taken_back_fact("Both are mended.")
    }

    #[test]
    fn sees_what_git_took_back() {
        for lines in [
            &["git checkout -- ."][..],
            &["git checkout ."],
            &["git checkout HEAD -- src"],
            &["git restore ."],
            &["git restore src/a.rs", "git restore src/b.rs"],
            &["git reset HEAD && git checkout -- ."],
            &["git reset --hard"],
            &["git reset -q --hard origin/main"],
            &["git stash"],
            &["git stash push -m wip"],
            &["git --no-pager checkout -- ."],
            &["git stash save 'not yet'"],
            &["git stash -u && git stash drop"],
            &["git -C /w checkout -- src/a.rs src/b.rs"],
            &["cd /w/src && git checkout -- a.rs b.rs"],
            &["for f in $(git diff --name-only); do git checkout -- \"$f\"; done"],
            &["git diff --name-only | xargs git checkout --"],
            &["git checkout -f main"],
            &["sed -i s/a/b/ src/c.rs", "git checkout -- ."],
        ] {
            assert!(after(lines).is_some(), "{lines:?}");
        }
    }

    #[test]
    fn leaves_work_that_is_there() {
        for lines in [
            &["git stash", "make test", "git stash pop"][..],
            &["git stash && make test; git stash apply"],
            &["git commit -am x", "git reset --hard"],
            &["git commit -am x", "git checkout main"],
            &["git checkout -- Cargo.lock"],
            &["git checkout -- src/a.rs"],
            &["git restore --staged ."],
            &["git checkout -b fix"],
            &["git checkout main"],
            &["git checkout release-1.2"],
            &["git reset"],
            &["git clean -fd"],
            &["cd /tmp/other && git checkout -- ."],
            &["git checkout -- .", "sed -i s/a/b/ src/a.rs"],
            &["git stash list"],
            &["git stash push -- Cargo.lock"],
            // Something else was changed as well, or what comes is from elsewhere.
            &["sed -i s/a/b/ src/c.rs", "git checkout -- src/a.rs src/b.rs"],
            &["sed -i s/a/b/ src/c.rs", "git reset --hard origin/main"],
            &["git checkout --theirs src/a.rs src/b.rs"],
            &["git restore --source=v2 ."],
            &["git checkout fix -- src/a.rs src/b.rs"],
            &["git stash", "git checkout stash@{0} -- src"],
        ] {
            assert_eq!(after(lines), None, "{lines:?}");
        }
        let mut work = LostWork::default();
        work.record(&Touch::Edited(vec![("/w/src/new.rs".to_owned(), true)]));
        work.record(&Touch::Line {
            command: String::new(),
            changes: true,
            undone: undone(&commands("git checkout .")),
        });
        assert_eq!(work.taken_back_fact("It is there."), None, "Git does not know a new file");
    }

    #[test]
    fn an_edit_that_failed_is_to_be_made_or_told() {
        let failed = |touches: &[Touch], text: &str| {
            let mut work = LostWork::default();
            work.record(&Touch::Failed("/w/settings.py".to_owned()));
            for touch in touches {
                work.record(touch);
            }
            work.failed_fact(text, |name| name == "settings.py").is_some()
        };
        let line = |command: &str, changes| Touch::Line { command: command.to_owned(), changes, undone: Vec::new() };
        assert!(failed(&[line("pytest -q", false), Touch::Looked("/w/other.py".to_owned())], "Both are changed."));
        assert!(!failed(&[line("grep PERM settings.py", false)], "Both are changed."));
        assert!(!failed(&[line("./codegen", true)], "Both are changed."));
        assert!(!failed(&[Touch::Looked("settings.py".to_owned())], "Both are changed."));
        assert!(!failed(&[Touch::Edited(vec![("/w/settings.py".to_owned(), false)])], "Both are changed."));
        assert!(!failed(&[], "The edit of settings.py failed; it is still to be done."));
    }
}

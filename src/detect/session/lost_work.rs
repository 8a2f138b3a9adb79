//! Work that is not there at the end: edits that failed and were never made, changes that Git took back.

use super::git_steps::{GitStep, GitSteps};
use super::taken_back::{Edit, Edits};
use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::call::input::pieces;
use crate::detect::call::normalize::is_temporary;
use crate::detect::call::shell::{Change, CommandLine, Effect, commands, join, rewritten};
use crate::detect::quoted::quoted;
use crate::detect::text::needless::says_needless;
use crate::detect::text::phrases::{Phrases, fold};
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
/// What tells that something was put aside, or is out again.
static IS_OUT: Phrases = Phrases::new(&[
    "aside|shelved|parked|removed|out again|as before|as it was|beiseite|entfernt|wieder raus|wieder weg|unverändert|mis de côté|retiré*|enlevé*|inchangé*|apartad*|aparcad*|quitad*|sin cambios|retirad*|removid*|inalterad*|rimoss*|invariat*|убра*|удалил*|удален*|удалён*|отложен*|без изменений|usunię*|odłożon*|verwijderd|opzij|borttag*|fjernet",
    "移除|去掉|暂存|搁置|没有改动|未改动|外し|削除し|退避|変更はありません|제거|치워",
]);

/// What one call did with files.
#[derive(Debug, Clone, Default)]
pub(super) enum FileEffect {
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
    /// A command line, what it has Git do, and which files it deletes, if it changes nothing else.
    Line { command: String, changes: bool, git: GitSteps, deleted: Vec<String> },
}

impl FileEffect {
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
        let changes = line.change.max(line.change_after_check) >= Change::Perhaps;
        if let Some(files) = rewritten_alone(command).filter(|_| changes && !call.failed()) {
            return Self::Edited(files.into_iter().map(|file| (file, false)).collect());
        }
        // Where a check failed, what stands around it was done.
        let ran = !call.failed() || !line.checks.is_empty();
        let git = if ran { GitSteps::read(command) } else { GitSteps::default() };
        let deleted = if changes && !call.failed() { deleted_alone(command) } else { Vec::new() };
        Self::Line { command: command.to_owned(), changes, git, deleted }
    }

    /// What the call had Git do.
    pub(super) fn git(&self) -> Option<&GitSteps> {
        if let Self::Line { git, .. } = self { Some(git) } else { None }
    }
}

/// The files that a line rewrites in place, if it names each and changes nothing else: `sed -i s/a/b/ src/a.rs`.
fn rewritten_alone(command: &str) -> Option<Vec<String>> {
    if command.contains("git ") {
        return None;
    }
    let mut place = String::new();
    let mut files = Vec::new();
    for command in commands(command) {
        if let [cd, to] = &command.words[..]
            && cd == "cd"
        {
            place = join(&place, to);
        } else if let Some(named) = rewritten(&command) {
            let is_file = |file: &&str| is_file(file);
            if named.is_empty() || !named.iter().all(is_file) || named.len() > FILES {
                return None;
            }
            files.extend(named.into_iter().map(|file| join(&place, file)));
        } else if !command.writes.is_empty() || matches!(command.effect(), Effect::Mutate | Effect::Unknown) {
            return None;
        }
    }
    (!files.is_empty()).then_some(files)
}

/// What Git takes changes back with, or looks.
const TAKING_BACK: [&str; 8] = ["checkout", "restore", "reset", "clean", "stash", "status", "diff", "log"];

/// The files that a line deletes, if nothing else in it changes anything but what Git takes back.
fn deleted_alone(command: &str) -> Vec<String> {
    if !command.contains("rm ") {
        return Vec::new();
    }
    let mut place = String::new();
    let mut files = Vec::new();
    for command in commands(command) {
        match &command.words[..] {
            [cd, to] if cd == "cd" => place = join(&place, to),
            [rm, named @ ..] if rm == "rm" => {
                files.extend(named.iter().filter(|word| !word.starts_with('-')).map(|file| join(&place, file)));
            }
            [git, sub, ..] if git == "git" && TAKING_BACK.contains(&sub.as_str()) => {}
            _ if !command.writes.is_empty() || matches!(command.effect(), Effect::Mutate | Effect::Unknown) => {
                return Vec::new();
            }
            _ => {}
        }
    }
    files
}

/// Whether a word names a file, or files by a pattern.
fn is_file(word: &str) -> bool {
    !word.contains(['$', '`', '(']) && word.contains('.')
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

/// A file that was edited.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edited {
    file: String,
    /// It was written as a whole, so that Git may not know it.
    is_whole: bool,
    /// It was edited before the last check, and after it.
    checked: bool,
    since: bool,
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
    /// The same since the last check, and whether a commit holds what was not checked.
    others_since: bool,
    committed_since: bool,
    /// More was edited than is remembered.
    overflown: bool,
    /// What took back all that was edited.
    taken_back: Option<String>,
    /// It was taken back without Git.
    by_hand: bool,
    /// The edits for the latest request, of which one may take back another.
    edits: Edits,
    /// Something was edited for the latest request.
    is_begun: bool,
    /// A commit holds work for it: what is tried and taken out again behind that is no loss.
    is_kept: bool,
    /// The command that put all of it aside, while nobody brings it back or edits anew.
    put_aside: Option<String>,
}

impl LostWork {
    /// Records that another request begins.
    pub(super) fn begin_request(&mut self) {
        self.failed.clear();
        self.taken_back = None;
        self.put_aside = None;
        self.edits = Edits::default();
        self.is_begun = false;
        self.is_kept = false;
    }

    /// Records that a commit holds what was edited.
    pub(super) fn commit(&mut self) {
        let committed_since =
            self.committed_since || self.others_since || self.edited.iter().any(|edited| edited.since);
        // A pull may count as a commit, and holds nothing that was put aside.
        let put_aside = self.put_aside.take();
        let is_kept = self.is_kept || self.others || !self.edited.is_empty();
        *self =
            Self { failed: std::mem::take(&mut self.failed), committed_since, put_aside, is_kept, ..Self::default() };
    }

    /// Records that all that was changed so far is checked.
    pub(super) fn see_check(&mut self) {
        for edited in &mut self.edited {
            edited.checked = true;
            edited.since = false;
        }
        self.others_since = false;
        self.committed_since = false;
    }

    /// Records what a call did with files, and says whether Git thereby made them what they were at the last check, or
    /// before the first change. `edit` is what the call put in place of what, if it is an edit.
    pub(super) fn record(&mut self, touch: &FileEffect, edit: Option<Edit>) -> bool {
        match touch {
            FileEffect::Looked(file) => self.settle(|failed| name(failed) == name(file)),
            FileEffect::Anything => {
                self.failed.clear();
                self.see_others();
            }
            FileEffect::Failed(file) if self.failed.len() < FILES && !is_temporary(file) => {
                self.failed.push(file.clone());
            }
            FileEffect::Failed(_) | FileEffect::Nothing => {}
            FileEffect::Edited(files) => {
                self.taken_back = None;
                self.put_aside = None;
                for (file, is_whole) in files.iter().filter(|(file, _)| !is_temporary(file)) {
                    self.edit(file, *is_whole);
                }
                let is_nothing = self.edits.record(edit) && !self.others && !self.overflown && !self.is_kept;
                if let Some((file, _)) = files.first().filter(|_| is_nothing) {
                    self.taken_back = Some(format!("the last edit of {}", name(file)));
                    self.by_hand = true;
                }
            }
            FileEffect::Line { command, changes, git, deleted } => {
                self.settle(|failed| *changes && !git.undo() || command.contains(name(failed)));
                let is_own = self.delete(deleted, command);
                if !git.undo() && *changes && !is_own {
                    self.see_others();
                }
                // A stash may be brought back file by file.
                if git.all().iter().any(|step| matches!(step, GitStep::Borrows(_) | GitStep::Applies)) {
                    self.put_aside = None;
                }
                let mut is_back = false;
                for step in git.all().iter().filter(|step| step.undoes()) {
                    is_back = self.undo(step, command);
                }
                return is_back;
            }
        }
        false
    }

    fn edit(&mut self, file: &str, is_whole: bool) {
        self.settle(|failed| name(failed) == name(file));
        self.is_begun = true;
        if let Some(edited) = self.edited.iter_mut().find(|edited| edited.file == file) {
            edited.since = true;
        } else if self.edited.len() == FILES {
            self.overflown = true;
        } else {
            self.edited.push(Edited { file: file.to_owned(), is_whole, checked: false, since: true });
        }
    }

    /// Records that files are deleted, and says whether all of them were written by the session.
    fn delete(&mut self, files: &[String], command: &str) -> bool {
        let is_one = |edited: &Edited, file: &String| {
            let is_pattern = file.contains(['*', '?', '[']);
            edited.is_whole && is_covered(&edited.file, "", std::slice::from_ref(file)) && is_file(file) && !is_pattern
        };
        let is_own = |file: &String| is_temporary(file) || self.edited.iter().any(|edited| is_one(edited, file));
        if files.is_empty() || !files.iter().all(is_own) {
            return false;
        }
        let before = self.edited.len();
        self.edited.retain(|edited| !files.iter().any(|file| is_one(edited, file)));
        if before > 0 && self.edited.is_empty() {
            self.take_back(command, self.others, true);
        }
        true
    }

    /// Records that a command took back all that was edited, perhaps without Git. `leaves_others` says that there may be
    /// other changes.
    fn take_back(&mut self, command: &str, leaves_others: bool, by_hand: bool) {
        if self.is_begun && !leaves_others && !self.overflown && !self.is_kept {
            self.taken_back = Some(format!("`{}`", quoted(command, EXCERPT)));
            self.by_hand = by_hand;
            self.edits = Edits::default();
        }
    }

    /// Whether what was changed was taken back by edits and by deleting files.
    pub(super) fn is_undone_by_hand(&self) -> bool {
        self.by_hand
    }

    /// Records that any file may have changed.
    fn see_others(&mut self) {
        self.taken_back = None;
        self.others = true;
        self.others_since = true;
    }

    /// Forgets failed edits, because what they were about was seen to or looked at.
    fn settle(&mut self, is_settled: impl Fn(&str) -> bool) {
        self.failed.retain(|failed| !is_settled(failed));
    }

    /// Whether Git only takes back changes of files by name that the session has not edited since the last commit.
    pub(super) fn is_foreign(&self, git: &GitSteps) -> bool {
        let mut undone = git.all().iter().filter(|step| **step != GitStep::Checks).peekable();
        undone.peek().is_some()
            && !self.overflown
            && !self.others
            && undone.all(|step| {
                let GitStep::Discards { place, paths } = step else { return false };
                let is_one = |path: &String| is_file(path) && !path.contains(['*', '?']);
                !paths.is_empty()
                    && paths.iter().all(is_one)
                    && !self.edited.iter().any(|edited| is_covered(&edited.file, place, paths))
            })
    }

    /// Records what Git does with changes, and says whether it took back all that was not checked.
    fn undo(&mut self, step: &GitStep, command: &str) -> bool {
        let before = self.edited.len();
        // Of what else was changed, only a command that takes back everything leaves nothing.
        let mut leaves_others = self.others;
        let mut taken = Vec::new();
        match step {
            GitStep::Discards { place, paths } => {
                leaves_others &= !paths.is_empty() && !paths.iter().any(|path| is_everything(path));
                // Git takes no file back that it does not know.
                let is_named = |file: &str| paths.iter().any(|path| name(path) == name(file));
                let is_taken = |edited: &mut Edited| {
                    (!edited.is_whole || is_named(&edited.file)) && is_covered(&edited.file, place, paths)
                };
                taken.extend(self.edited.extract_if(.., is_taken));
            }
            GitStep::Stashes { .. } => {
                leaves_others = false;
                self.stashed.extend(self.edited.extract_if(.., |edited| !edited.is_whole));
                self.stashed.truncate(FILES);
                if before > 0 && self.edited.is_empty() && !self.overflown {
                    self.put_aside = Some(format!("`{}`", quoted(command, EXCERPT)));
                }
            }
            GitStep::Unstashes => {
                self.put_aside = None;
                self.edited.append(&mut self.stashed);
                self.edited.truncate(FILES);
            }
            GitStep::Cleans => self.edited.retain(|edited| !edited.is_whole),
            _ => self.edited.retain(|edited| edited.is_whole),
        }
        if !self.edited.is_empty() {
            self.taken_back = None;
        } else if before > 0 {
            self.take_back(command, leaves_others, false);
        }
        // What was checked with it is another state.
        self.others_since |= taken.iter().any(|edited| edited.checked);
        let as_checked = !self.others_since && !self.edited.iter().any(|edited| edited.since);
        let as_before = self.edited.is_empty() && !leaves_others;
        !taken.is_empty() && !self.overflown && !self.committed_since && (as_checked || as_before)
    }

    /// Whether all that was changed for the latest request was taken back.
    pub(super) fn is_undone(&self) -> bool {
        self.taken_back.is_some()
    }

    /// That all changes were taken back, unless the answer tells so.
    pub(super) fn taken_back_fact(&self, last_text: &str) -> Option<String> {
        let what = self.taken_back.as_ref().or(self.put_aside.as_ref())?;
        let folded = fold(last_text);
        let told = TAKES_BACK.iter().any(|word| folded.contains(word)) || IS_OUT.is_in(&folded);
        (!told && !says_needless(last_text))
            .then(|| format!("{what} took back what was changed, and the agent does not say so"))
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

    fn line(command: &str, changes: bool) -> FileEffect {
        let git = GitSteps::read(command);
        FileEffect::Line { command: command.to_owned(), changes, git, deleted: deleted_alone(command) }
    }

    fn after(lines: &[&str]) -> Option<String> {
        let mut work = LostWork::default();
        work.record(
            &FileEffect::Edited(vec![("/w/src/a.rs".to_owned(), false), ("/w/src/b.rs".to_owned(), false)]),
            None,
        );
        for command in lines {
            let changes = command.starts_with("sed") || command.contains("rm ");
            if command.starts_with("git commit") {
                work.commit();
            }
            work.record(&line(command, changes), None);
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
            &["git stash", "git pull --rebase"],
            &["git stash && git pull"],
            &["hg revert --all"],
            &["hg revert src/a.rs src/b.rs"],
            &["svn revert -R ."],
            &["jj restore"],
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
        assert_eq!(rewritten_alone("sed -i 's/^var /const /' legacy/*.js").unwrap(), ["legacy/*.js"]);
        assert_eq!(rewritten_alone("sed -i s/a/b/ $FILES"), None);
        let mut work = LostWork::default();
        work.record(&FileEffect::Edited(vec![("/w/src/new.rs".to_owned(), true)]), None);
        work.record(&line("git checkout .", true), None);
        assert_eq!(work.taken_back_fact("It is there."), None, "Git does not know a new file");
    }

    #[test]
    fn sees_own_files_deleted() {
        let after = |lines: &[&str], answer: &str| {
            let mut work = LostWork::default();
            work.record(&FileEffect::Edited(vec![("/w/pool.go".to_owned(), true)]), None);
            work.record(&FileEffect::Edited(vec![("/w/main.go".to_owned(), false)]), None);
            for command in lines {
                work.record(&line(command, true), None);
            }
            work.taken_back_fact(answer).is_some()
        };
        assert!(after(&["git checkout main.go && rm pool.go"], "Main uses the pool."));
        assert!(after(&["git restore main.go", "rm -f pool.go"], "Main uses the pool."));
        assert!(after(&["rm pool.go", "git checkout -- ."], "Main uses the pool."));
        assert!(!after(&["git checkout main.go"], "The pool is there."));
        assert!(!after(&["git checkout main.go && rm pool.go old.go"], "The old file is gone."));
        assert!(!after(&["git checkout main.go", "rm -f *.log"], "The pool is there."));
        assert!(!after(&["git checkout main.go", "git apply pool.go && rm pool.go"], "It is applied."));
        assert!(!after(&["git checkout main.go && rm pool.go && ./generate"], "Main uses the pool."));
        assert!(!after(&["git checkout main.go && rm pool.go"], "I put it aside, for it is slower."));
        assert!(!after(&["git checkout main.go && rm pool.go"], "Rolled back: it is slower."));
    }

    #[test]
    fn sees_edits_taken_back() {
        let edit = |from, to| Some(Edit::between(from, to));
        let edited = |file: &str| FileEffect::Edited(vec![(file.to_owned(), false)]);
        let mut work = LostWork::default();
        work.record(&edited("/w/a.rs"), edit(1, 2));
        assert_eq!(work.taken_back_fact("It is cached."), None);
        work.record(&edited("/w/a.rs"), edit(2, 1));
        assert!(work.taken_back_fact("It is cached.").is_some());
        assert_eq!(work.taken_back_fact("The cache is out again, it did not help."), None);
        work.record(&edited("/w/b.rs"), edit(5, 6));
        assert_eq!(work.taken_back_fact("It is cached."), None, "something else is there");
        work.begin_request();
        work.record(&edited("/w/b.rs"), edit(6, 5));
        assert_eq!(work.taken_back_fact("It is done."), None, "that was asked for");
    }

    #[test]
    fn an_edit_that_failed_is_to_be_made_or_told() {
        let failed = |touches: &[FileEffect], text: &str| {
            let mut work = LostWork::default();
            work.record(&FileEffect::Failed("/w/settings.py".to_owned()), None);
            for touch in touches {
                work.record(touch, None);
            }
            work.failed_fact(text, |name| name == "settings.py").is_some()
        };
        assert!(failed(&[line("pytest -q", false), FileEffect::Looked("/w/other.py".to_owned())], "Both are changed."));
        assert!(!failed(&[line("grep PERM settings.py", false)], "Both are changed."));
        assert!(!failed(&[line("./codegen", true)], "Both are changed."));
        assert!(!failed(&[FileEffect::Looked("settings.py".to_owned())], "Both are changed."));
        assert!(!failed(&[FileEffect::Edited(vec![("/w/settings.py".to_owned(), false)])], "Both are changed."));
        assert!(!failed(&[], "The edit of settings.py failed; it is still to be done."));
    }
}

//! Keeps what is checked about another state of the files apart from what is checked about the work: while the changes
//! are put aside, at another commit, or in a folder that holds an older one.

use super::call_work::CallWork;
use super::check_log::CheckLog;
use super::git_steps::{GitStep, is_commit};

/// How many folders with older commits are remembered.
const BASES: usize = 8;

/// What took the work out of the files.
#[derive(Debug, PartialEq, Eq)]
enum Way {
    Stash,
    Patch,
    /// Another branch or commit.
    Commit(String),
    /// Files of another commit.
    Files(String),
}

/// Another state of the files than that of the work.
#[derive(Debug)]
struct Away {
    way: Way,
    /// What was known of the work's checks before.
    home: CheckLog,
}

/// Which state of the files is checked.
#[derive(Debug, Default)]
pub(super) struct OtherTree {
    /// The session changed what no commit holds, and committed something.
    uncommitted: bool,
    committed: bool,
    away: Option<Box<Away>>,
    /// The folders that hold older commits.
    bases: Vec<String>,
}

impl OtherTree {
    /// Records a change of the files: the work goes on there.
    pub(super) fn record_change(&mut self) {
        self.uncommitted = true;
        self.away = None;
    }

    /// Records that a commit holds what was changed.
    pub(super) fn commit(&mut self) {
        self.uncommitted = false;
        self.committed = true;
        self.away = None;
    }

    /// Records that another request begins, for which the files are what they are.
    pub(super) fn begin_request(&mut self) {
        self.away = None;
    }

    /// Whether the work is not in the files now.
    pub(super) fn is_away(&self) -> bool {
        self.away.is_some()
    }

    /// Follows steps of Git, and says whether any of them leads away from the work or back to it. Back at the work, what
    /// was checked meanwhile is forgotten.
    pub(super) fn follow(&mut self, steps: &[GitStep], checks: &mut CheckLog) -> bool {
        let mut led = false;
        for step in steps {
            if let Some(way) = self.way_out(step) {
                self.away = Some(Box::new(Away { way, home: checks.clone() }));
                led = true;
            } else if self.leads_back(step) {
                if let Some(away) = self.away.take() {
                    checks.return_to(away.home);
                }
                led = true;
            } else if matches!(step, GitStep::Moves | GitStep::Merges) {
                self.away = None;
            } else if let GitStep::AddsTree(folder) = step
                && self.bases.len() < BASES
            {
                self.bases.push(folder.clone());
            }
        }
        led
    }

    /// What a step takes the work out of the files with: a stash takes what is not committed, another commit what is.
    fn way_out(&self, step: &GitStep) -> Option<Way> {
        let is_committed = self.committed && !self.uncommitted;
        match step {
            _ if self.is_away() => None,
            GitStep::Stashes { .. } if self.uncommitted => Some(Way::Stash),
            GitStep::Reverses if self.uncommitted || self.committed => Some(Way::Patch),
            GitStep::ChecksOut(to) if is_committed && to != "-" && to != "HEAD" => Some(Way::Commit(to.clone())),
            GitStep::Borrows(from) if is_committed => Some(Way::Files(from.clone())),
            _ => None,
        }
    }

    fn leads_back(&self, step: &GitStep) -> bool {
        let Some(away) = &self.away else { return false };
        match (&away.way, step) {
            (Way::Stash, GitStep::Unstashes)
            | (Way::Patch, GitStep::Applies)
            | (Way::Files(_), GitStep::Discards { .. }) => true,
            (Way::Files(from), GitStep::Borrows(other)) => from != other,
            (Way::Commit(from), GitStep::ChecksOut(to)) => from != to && !is_commit(to),
            _ => false,
        }
    }

    /// Whether all checks of a call are about older commits, each in a folder of its own.
    pub(super) fn holds(&self, work: &CallWork) -> bool {
        let is_base = |place: &str| self.bases.iter().any(|base| lies_in(place, base));
        !work.checks.is_empty() && work.checks.iter().all(|check| is_base(&work.scope.place(check)))
    }
}

/// Whether a place is in a folder, of which one may be given from elsewhere.
fn lies_in(place: &str, folder: &str) -> bool {
    let parts = |path: &str| -> Vec<String> {
        path.split('/').filter(|part| !part.is_empty() && !matches!(*part, "." | "..")).map(str::to_owned).collect()
    };
    let (place, folder) = (parts(place), parts(folder));
    !folder.is_empty() && place.windows(folder.len()).any(|window| window == folder)
}

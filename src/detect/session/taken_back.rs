//! Finds edits that were taken back, so that a file is again what it was when it was checked.

use crate::detect::call::Call;
use crate::detect::call::input::pieces;
use crate::detect::hash;
use crate::wire::members;
use crate::wire::part::ToolState;

/// How many edits are followed; what more there are stays a change.
const EDITS: usize = 32;

/// An edit of one piece of a file: the hashes of the file's name with the text before, and with the text after.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edit {
    from: u64,
    to: u64,
}

impl Edit {
    /// The edit of a call that replaces one piece.
    pub(super) fn read(call: &Call, state: Option<&ToolState<'_>>) -> Option<Self> {
        let members = members(state?.input?)?;
        let pieces = pieces(&members, call.input.target.as_deref());
        let [piece] = pieces.as_slice() else { return None };
        let of = |text: &str| hash::join(hash::of(&*piece.file), hash::of(text));
        Some(Self { from: of(piece.old.as_deref()?), to: of(&piece.new) })
    }

    #[cfg(test)]
    pub(super) fn between(from: u64, to: u64) -> Self {
        Self { from, to }
    }
}

/// The changes since some moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Edits {
    /// Those that were not taken back.
    open: Vec<Edit>,
    /// Others were made, which nobody can follow.
    others: bool,
}

impl Edits {
    /// Records a change, and returns whether everything is now what it was.
    pub(super) fn record(&mut self, edit: Option<Edit>) -> bool {
        let Some(edit) = edit.filter(|_| self.open.len() < EDITS) else {
            self.others = true;
            return false;
        };
        match self.open.iter().rposition(|earlier| earlier.to == edit.from) {
            Some(at) if self.open[at].from == edit.to => {
                self.open.remove(at);
            }
            // It may be taken back in one step.
            Some(at) => self.open[at].to = edit.to,
            None => self.open.push(edit),
        }
        self.open.is_empty() && !self.others
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_cancel_each_other() {
        let edit = |from, to| Some(Edit::between(from, to));
        let mut edits = Edits::default();
        assert!(!edits.record(edit(1, 2)) && !edits.record(edit(7, 8)) && !edits.record(edit(2, 3)));
        assert!(!edits.record(edit(3, 1)) && edits.record(edit(8, 7)));
        assert!(!edits.record(edit(1, 2)) && !edits.record(None) && !edits.record(edit(2, 1)));
    }
}

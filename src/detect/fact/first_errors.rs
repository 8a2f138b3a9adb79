//! Tells whether the first error of a compiler is the next one: it stands farther down, or in another file, and another
//! piece of the source is quoted with it. If an error stays, it stands where it was,
//! or as many lines farther down as were added above it.

use crate::bounded::push_bounded;
use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::call::error_place::ErrorPlace;
use std::collections::VecDeque;

/// How many compilers to remember.
const COMPILERS: usize = 7;
/// How many pieces of the source to remember of each.
const QUOTES: usize = 32;

/// The latest error of one compiler.
struct FirstError {
    /// The call that ran it.
    key: u64,
    place: ErrorPlace,
    /// How many lines were put in since.
    added: u32,
    /// What was quoted so far.
    quoted: VecDeque<u64>,
}

/// The latest errors of a session.
#[derive(Default)]
pub(super) struct FirstErrors(VecDeque<FirstError>);

impl FirstErrors {
    /// Records a call. Says whether its first error is the next one.
    pub(super) fn advance(&mut self, call: &Call) -> bool {
        let Some(place) = call.error_place else {
            self.note_edit(call);
            return false;
        };
        let Some(known) = self.0.iter_mut().find(|known| known.key == call.attempt_key) else {
            push_bounded(
                &mut self.0,
                COMPILERS,
                FirstError { key: call.attempt_key, place, added: 0, quoted: [place.quoted].into() },
            );
            return false;
        };
        let before = std::mem::replace(&mut known.place, place);
        let added = std::mem::take(&mut known.added);
        if known.quoted.contains(&place.quoted) {
            return false;
        }
        push_bounded(&mut known.quoted, QUOTES, place.quoted);
        place.file != before.file || place.line > before.line.saturating_add(added)
    }

    fn note_edit(&mut self, call: &Call) {
        if call.kind != CallKind::Mutate || call.failed() {
            return;
        }
        let added = call.input.added.len().saturating_sub(call.input.removed.len());
        let added = u32::try_from(added).unwrap_or(u32::MAX);
        self.0.iter_mut().for_each(|error| error.added = error.added.saturating_add(added));
    }
}

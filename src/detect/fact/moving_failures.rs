//! Tells whether a failure has moved: what it named was treated since, and the same call now fails over something else.
//! So it is with a build that names one wrong hash after the other, and with rows that are loaded one by one.

use crate::bounded::push_bounded;
use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::call::ids;
use crate::detect::hash;
use crate::detect::text::phrases::{Phrases, fold};
use std::collections::VecDeque;

/// How many failures to remember.
const FAULTS: usize = 6;
/// How many of the ids that were treated to remember of each.
const TREATED: usize = 64;

/// What is said of something that another one holds. Who takes it away finds the next one at it, and is no farther.
static HELD: Phrases = Phrases::new(&[
    "lock|locks|locked|locking|unlock|lockfile|mutex|lease|held|holds|holding|in progress|already running|another command|another process|another operation|another instance|blocked by|checked out by|reserved by",
    "gesperrt|sperre|läuft bereits|verrouillé|verrou|en cours|bloqueado|bloqueada|bloqueo|en curso|em andamento|bloccato|bloccata|in corso|vergrendeld|låst|låses|lukittu|zablokowan*|uzamčen*|zamčen*|blocat|zárolva|kilitli",
    "заблокирован*|блокировк*|уже выполняется|заблоковано|锁定|被锁|鎖定|正在运行|ロック|실행 중|잠금|잠겨|bị khóa|terkunci|נעול|مقفل",
]);

/// A failure of a call, and what was done about it.
struct Fault {
    /// What fails, and how.
    key: u64,
    /// The ids that it names.
    named: Vec<u64>,
    /// Those of them that were treated since.
    treated: Vec<u64>,
    /// Those that were treated before.
    earlier: VecDeque<u64>,
}

/// The latest failures of a session.
#[derive(Default)]
pub(super) struct MovingFailures(VecDeque<Fault>);

impl MovingFailures {
    /// Records a call. Says whether it fails in another place than before, after that one was treated. Who only has made
    /// another one wrong is no farther.
    pub(super) fn advance(&mut self, call: &Call) -> bool {
        let Some(failure) = &call.failure else {
            self.treat(call);
            return false;
        };
        if HELD.is_in(&fold(&failure.line.replace(['_', '-'], " "))) {
            return false;
        }
        let key = hash::join(call.attempt_key, failure.class);
        let Some(fault) = self.0.iter_mut().find(|fault| fault.key == key) else {
            if self.0.len() == FAULTS {
                self.0.pop_front();
            }
            let named = call.ids.clone();
            self.0.push_back(Fault { key, named, treated: Vec::new(), earlier: VecDeque::new() });
            return false;
        };
        let treated = std::mem::take(&mut fault.treated);
        let gone = treated.iter().filter(|id| !call.ids.contains(id)).count();
        for id in treated.into_iter().filter(|id| !fault.earlier.contains(id)).collect::<Vec<_>>() {
            push_bounded(&mut fault.earlier, TREATED, id);
        }
        let back = fault.earlier.iter().filter(|id| call.ids.contains(id)).count();
        fault.named.clone_from(&call.ids);
        gone > back
    }

    /// Notes what a call treats that a failure named.
    fn treat(&mut self, call: &Call) {
        if self.0.is_empty() || matches!(call.kind, CallKind::Observe | CallKind::Poll | CallKind::Plan) {
            return;
        }
        let given = ids::of_input(&call.input.text);
        for fault in &mut self.0 {
            let new = given.iter().filter(|id| fault.named.contains(id) && !fault.treated.contains(id));
            let new: Vec<u64> = new.copied().collect();
            fault.treated.extend(new);
        }
    }
}

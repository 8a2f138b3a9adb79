//! Tells whether a result reports a final failure or another final state, so that looking again is pointless.

use super::phrases::{Phrases, fold};
use super::wait_signs::says_under_way;
use regex::Regex;
use std::sync::LazyLock;

/// Names of the member or the line that says the state.
#[rustfmt::skip]
pub(super) const LABELS: [&str; 21] = [
    "state", "status", "conclusion", "phase", "result", "outcome", "verdict", "lifecycle",
    "zustand", "statut", "état", "estado", "stato", "статус", "состояние", "durum", "stan", "状态", "状態", "상태", "ステータス",
];
/// States that nothing follows.
#[rustfmt::skip]
const OVER: [&str; 43] = [
    "fehlgeschlagen", "abgebrochen", "gescheitert", "échoué", "échouée", "échec", "annulé", "annulée", "fallido", "fallida", "cancelado",
    "cancelada", "abortado", "falhou", "fallito", "fallita", "annullato", "отменено", "отменён", "сбой", "провалено", "mislukt", "başarısız",
    "失败", "失敗", "실패", "failed", "failure", "cancelled", "canceled", "aborted", "terminated", "killed", "expired", "rejected", "crashed",
    "timed_out", "timedout", "timed-out", "rolled_back", "errored", "destroyed", DEAD,
];
/// How such states end in the names of services that put the step in front: `CREATE_FAILED`, `UPDATE_ROLLBACK_COMPLETE`.
const OVER_ENDS: [&str; 2] = ["_failed", "rollback_complete"];
/// States that nothing follows although nothing went wrong.
#[rustfmt::skip]
const FINISHED: [&str; 15] = [
    "complete", "completed", "succeeded", "finished", "done", "abgeschlossen", "terminé", "terminada", "terminado", "completado", "завершено",
    "完成", "已完成", "完了", "완료",
];
/// How they end behind a step: `CREATE_COMPLETE`.
const FINISHED_END: &str = "_complete";
/// How many words an answer has that is such a state and nothing else, with a label or a name before it.
const NAMED_STATE: usize = 3;
/// A state only after a label: a service that nobody has started yet is inactive (dead).
const DEAD: &str = "dead";
/// The same, unless a service says so of itself, which may get well again.
const ERROR: &str = "error";
const SERVICE: &str = "status";
/// What says that it may go on after all, or that another one is meant.
static GOES_ON: Phrases = Phrases::new(&[
    "retry|retrying|retried|retries|restart|restarts|restarting|restarted|backoff|again|rerun|rerunning|re-run|requeued|reconnecting|recovering|recovery|previous|previously|last|latest|attempt|attempts|next|new|soon|crashloopbackoff|healing",
]);
/// What programs say last, or what is said of them, when they crash.
static CRASHED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix-u)
          (?:exited|terminated|finished|failed)\ with\ (?:exit\ |error\ |non-?zero\ )*(?:code|status)[\ :=]*-?[1-9\#]
        | (?:exit|return)\ (?:code|status)[\ :=]*-?[1-9] | \bexited\ \(?[1-9\#]
        | \bsubcommand\ failed\b | fatal\ error:\ killed | \*\*\*\ \[[\w\ .:/-]{1,80}\]\ error\ [1-9]
        | \bout\ of\ memory\b | outofmemory | segmentation\ fault | core\ dumped | panicked\ at | bus\ error
        | traceback\ \(most\ recent | (?:uncaught|unhandled)\ (?:exception|error|promise) | exception\ in\ thread
        | terminate\ called\ after",
    )
    .ok()
});
/// A longer answer is a report of many things, in bytes.
const LONGEST: usize = 600;
/// How many words an answer has that is hardly more than a state.
const FEW: usize = 8;
/// A longer answer is a report of many things even where one line gives the state, in bytes.
const LONGEST_LABELLED: usize = 1500;
/// How many names in capitals in a row are the head of a table, and say nothing of a state.
const HEAD: usize = 4;

/// Whether an answer says that what it is about has ended badly. It is normalized, so that it is one line.
pub(crate) fn says_over(answer: &str) -> bool {
    if answer.len() > LONGEST_LABELLED {
        return false;
    }
    let labelled = states(answer);
    if let [(at, state)] = labelled[..]
        && is_over(state)
    {
        let rest = without_heads(&answer[start(answer, at)..]);
        let folded = fold(&rest.replace('_', " "));
        return !GOES_ON.is_in(&fold(&answer.replace('_', " "))) && !says_under_way(&folded);
    }
    answer.len() <= LONGEST && says_over_shortly(answer)
}

/// Whether an answer shows that what it is about has crashed, and that nothing goes on.
pub(crate) fn says_crashed(answer: &str) -> bool {
    let crashed = || CRASHED.as_ref().is_some_and(|crash| crash.is_match(answer));
    answer.len() <= LONGEST_LABELLED && crashed() && !GOES_ON.is_in(&fold(&answer.replace('_', " ")))
}

/// Whether an answer is hardly more than a state that nothing follows, as of what went well.
pub(crate) fn says_finished(answer: &str) -> bool {
    if answer.len() > LONGEST {
        return false;
    }
    let is_finished = |word: &str| {
        let word = word.to_lowercase();
        FINISHED.contains(&&*word) || word.ends_with(FINISHED_END)
    };
    let words = words(answer);
    let ends = words.len() <= NAMED_STATE && words.last().is_some_and(|word| is_finished(word));
    (ends || matches!(states(answer)[..], [(_, state)] if is_finished(state)))
        && !words.iter().any(|word| is_number(word))
        && !GOES_ON.is_in(&fold(&answer.replace('_', " ")))
}

fn words(answer: &str) -> Vec<&str> {
    let parts = answer.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '#')));
    parts.filter(|word| !word.is_empty()).collect()
}

/// Whether a short answer names a state that nothing follows, wherever it stands.
fn says_over_shortly(answer: &str) -> bool {
    let words = words(answer);
    let labelled = words.windows(2).any(|pair| {
        let label = pair[0].rsplit(['_', '-']).next().unwrap_or_default().to_lowercase();
        let error = pair[1].eq_ignore_ascii_case(ERROR) && (label != SERVICE || pair[1] == "ERROR");
        LABELS.iter().any(|known| label == *known || is_camel(pair[0], known)) && (is_over(pair[1]) || error)
    });
    let shouted =
        |word: &&str| word.bytes().all(|byte| !byte.is_ascii_lowercase()) && (is_over(word) || *word == "ERROR");
    let ends_over = matches!(words[..], [.., before, last] if is_over(last) && !is_number(before) && !last.eq_ignore_ascii_case(DEAD));
    let alone = words.len() <= FEW && (ends_over || words.iter().any(shouted) || words.len() == 1 && is_over(words[0]));
    if !labelled && !alone {
        return false;
    }
    let folded = fold(&answer.replace('_', " "));
    !GOES_ON.is_in(&folded) && !says_under_way(&folded)
}

/// Whether a word is a state that nothing follows, as of what ended badly.
pub(super) fn is_over(word: &str) -> bool {
    let word = word.to_lowercase();
    OVER.contains(&&*word) || OVER_ENDS.iter().any(|end| word.ends_with(end))
}

/// The states that follow a label and a sign, `Status: Failed` or `Status = dead`, and where the labels begin.
fn states(answer: &str) -> Vec<(usize, &str)> {
    labelled(answer, &LABELS)
}

/// What follows such a label and a sign, and where the labels begin.
pub(super) fn labelled<'a>(answer: &'a str, labels: &[&str]) -> Vec<(usize, &'a str)> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let mut found = Vec::new();
    for (sign, mark) in answer.match_indices([':', '=', '：']) {
        let before = answer[..sign].trim_end_matches(['"', '\\', ' ']);
        let label = &before[before.trim_end_matches(is_part).len()..];
        let end = label.rsplit(['_', '-']).next().unwrap_or_default();
        if !labels.iter().any(|known| end.to_lowercase() == *known || is_camel(label, known)) {
            continue;
        }
        let behind = answer[sign + mark.len()..].trim_start_matches(['"', '\\', ' ']);
        let state = &behind[..behind.find(|c| !is_part(c)).unwrap_or(behind.len())];
        found.push((before.len() - label.len(), state));
    }
    found
}

/// Where an answer begins to say how it ended, whose state is labelled at `at`: a title may stand before it that says
/// what was done, as in `Deploying version 6 to production`.
fn start(answer: &str, at: usize) -> usize {
    let title = &answer[..at];
    let first = title.split(' ').next().unwrap_or_default();
    if first.ends_with("ing") && !title.contains([':', '=', '"']) { at } else { 0 }
}

/// An answer without the heads of its tables, in which names of states stand side by side.
fn without_heads(answer: &str) -> String {
    let words: Vec<&str> = answer.split(' ').collect();
    let is_name = |word: &&&str| {
        word.starts_with(|c: char| c.is_ascii_uppercase()) && word.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    let mut kept: Vec<&str> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let head = words[at..].iter().take_while(is_name).count();
        if head < HEAD {
            kept.extend(words[at..words.len().min(at + head + 1)].iter().copied());
        }
        at += head + usize::from(head < HEAD);
    }
    kept.join(" ")
}

/// Whether a word counts what follows: "0 failed".
fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'#')
}

/// Whether a name in camel case ends with this label: `jobState`.
fn is_camel(name: &str, label: &str) -> bool {
    let Some(start) = name.len().checked_sub(label.len()).filter(|start| name.is_char_boundary(*start)) else {
        return false;
    };
    let end = &name[start..];
    end.starts_with(|c: char| c.is_ascii_uppercase()) && end.eq_ignore_ascii_case(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_ends_from_states_that_change() {
        for answer in [
            r#"{\"conclusion\":\"failure\",\"status\":\"completed\"}"#,
            "Job 4471 State: FAILED Exit code 137",
            "Status: CANCELLED",
            "“state”: failed",
            r#"{\"id\":4471,\"state\":\"ERROR\"}"#,
            r#"{\"jobState\":\"aborted\",\"errors\":0}"#,
            "instance i-0af terminated",
            "4471 train gpu FAILED 1:0",
            "build status: timed_out",
            "Deploying v61 metadata to uat Status: Failed Deploy ID: 7 Target: uat Component Failures | Invalid type |",
            "ROLLBACK_COMPLETE",
            "web CREATE_FAILED",
            "状态：失败",
            "Zustand: abgebrochen",
            "ID = geo Type = batch Status = dead Periodic = false Task Group Queued Starting Running Failed Complete api 0 0 0 3 0",
        ] {
            assert!(says_over(answer), "{answer}");
        }
        for answer in [
            "Job 4471 State: RUNNING",
            r#"{\"state\":\"running\",\"errors\":0}"#,
            "Status: running error count: 12 failed: 3",
            "State: pending Last error: none",
            "previous run: FAILED current run: RUNNING",
            "NAME READY STATUS web-1 1/1 Running job-0 0/1 Error web-2 0/1 ContainerCreating",
            "web-1 0/1 CrashLoopBackOff",
            "state: failed, will be retried",
            "status: failed, next attempt at #",
            r#"{\"status\":\"error\",\"message\":\"database not reachable\"}"#,
            "3 failed, 12 passed",
            "0 failed",
            "no job failed so far today, and the queue of this tenant is empty",
            "State: ACTIVE",
            "作业（4471）: 运行中",
            "…status=x",
            // A service may get well again.
            "deployment_status: error, exit code 3",
            "Deploying v61 to uat Status: Failed Rollback in progress",
            "canary status: failed stable status: running",
            "Status: Failed Component A Status: Failed Component B Status: InProgress",
            "Rollout: version 6 running Status: failed",
            "Active: inactive (dead)",
            "Status = dead Last Restart = 12",
            "healthy",
            "",
        ] {
            assert!(!says_over(answer), "{answer}");
        }
    }

    #[test]
    fn tells_what_is_finished() {
        for answer in ["COMPLETED", "web CREATE_COMPLETE", r#"{\"status\":\"succeeded\"}"#, "状态：已完成"] {
            assert!(says_finished(answer) && !says_over(answer), "{answer}");
        }
        for answer in [
            "RUNNING",
            "3 completed",
            "12 of 40 done",
            "last job: completed, next at noon",
            "step one completed, step two is under way",
        ] {
            assert!(!says_finished(answer), "{answer}");
        }
    }

    #[test]
    fn tells_crashes() {
        for answer in [
            "c++: fatal error: Killed signal terminated program cc1plus ninja: build stopped: subcommand failed.",
            "exited 137",
            "worker Exited (1) 4 minutes",
            "make: *** [Makefile:44: all] Error 2",
        ] {
            assert!(says_crashed(answer), "{answer}");
        }
        for answer in
            ["exited 0", "worker Exited (0) 4 minutes", "web-1 0/1 CrashLoopBackOff", "warning: Killed jobs: 0"]
        {
            assert!(!says_crashed(answer), "{answer}");
        }
    }
}

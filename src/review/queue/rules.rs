//! The built-in rules: what is decided where nobody can be asked. The same lines, the same decision.

use crate::review::intake::trigger::{Moment, Subject};
use crate::wire::record::{Claim, Contradiction, Done, Finding, Grade, Kind, Outcome, Verdict};
use crate::wire::text;

/// The name that decisions by these rules carry.
pub(crate) const NAME: &str = "rules";

/// How sure the rules are of what leaves no choice: a stop-grade finding, a promise kept.
const SURE: f64 = 0.9;
/// How sure they are of what is likely.
const LIKELY: f64 = 0.6;
/// How sure they are of letting something go on for now.
const FOR_NOW: f64 = 0.5;
/// How sure they are when they cannot tell.
const CANNOT_TELL: f64 = 0.2;
/// How much of a finding's summary a reason repeats, in characters.
const SUMMARY: usize = 200;

/// What somebody thinks of a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinion {
    /// What to do.
    pub action: Verdict,
    /// Why, in a sentence.
    pub reason: String,
    /// The message to send, with `steer`.
    pub message: Option<String>,
    /// From 0 to 1.
    pub confidence: f64,
}

fn opinion(action: Verdict, confidence: f64, reason: String) -> Opinion {
    Opinion {
        action,
        reason,
        message: None,
        confidence,
    }
}

/// Decides by the rules.
pub(crate) fn decide(moment: &Moment) -> Opinion {
    match &moment.subject {
        Subject::Trouble { finding, grown } => trouble(finding, *grown),
        Subject::Rest(Some(done)) => rest(done),
        Subject::Rest(None) => opinion(
            Verdict::Unsure,
            CANNOT_TELL,
            "it came to rest, and nothing says whether the task is done".to_owned(),
        ),
        Subject::Silence => opinion(
            Verdict::Continue,
            FOR_NOW,
            "it is silent; if it stays so, that will be reported".to_owned(),
        ),
        Subject::Interval => opinion(
            Verdict::Continue,
            FOR_NOW,
            "nothing speaks against it so far".to_owned(),
        ),
    }
}

/// A stop is a stop; a warning gets one more chance, a loop of the agent's own making two. One that waits for
/// an answer grows with its waiting time, 2, 4 and 8 times as long: people get three.
fn trouble(finding: &Finding, grown: u32) -> Opinion {
    let summary = summary(finding);
    let patience = match finding.kind {
        Kind::Stall | Kind::Storm => 1,
        Kind::Blocked => 3,
        _ => 2,
    };
    if finding.grade == Grade::Stop {
        return opinion(Verdict::Abort, SURE, summary);
    }
    if grown >= patience {
        return opinion(Verdict::Abort, LIKELY, format!("it got worse: {summary}"));
    }
    opinion(Verdict::Continue, FOR_NOW, format!("one more chance: {summary}"))
}

/// What is said of a finding; a detector of a user's own may say nothing.
fn summary(finding: &Finding) -> String {
    let said = text::excerpt(&finding.summary, SUMMARY);
    if !said.is_empty() {
        return said;
    }
    let kind = format!("{:?}", finding.kind).to_lowercase();
    match text::excerpt(&finding.rule, SUMMARY) {
        rule if rule.is_empty() => format!("a finding of kind {kind}"),
        rule => format!("{rule}, a finding of kind {kind}"),
    }
}

fn rest(done: &Done) -> Opinion {
    let against = contradictions(&done.contradictions);
    match done.outcome {
        Outcome::Done if against.is_empty() => opinion(
            Verdict::Done,
            SURE,
            "it says that it is done, and nothing speaks against it".to_owned(),
        ),
        Outcome::Candidate if against.is_empty() => {
            let claim = if done.claim == Claim::None {
                "it stopped"
            } else {
                "it sounds done"
            };
            opinion(
                Verdict::Done,
                LIKELY,
                format!("{claim}, and nothing speaks against it"),
            )
        }
        Outcome::Done | Outcome::Candidate => {
            opinion(Verdict::Unsure, CANNOT_TELL, format!("it stopped, but {against}"))
        }
        Outcome::Waiting => opinion(
            Verdict::Unsure,
            CANNOT_TELL,
            "it asks something and waits for an answer".to_owned(),
        ),
        Outcome::Aborted => opinion(Verdict::Unsure, CANNOT_TELL, "it was aborted".to_owned()),
        Outcome::Error => opinion(Verdict::Unsure, CANNOT_TELL, "it ended in an error".to_owned()),
        Outcome::Length => opinion(
            Verdict::Unsure,
            CANNOT_TELL,
            "its answer was cut off by the length limit".to_owned(),
        ),
    }
}

/// What speaks against it, for a person.
fn contradictions(list: &[Contradiction]) -> String {
    let said = list.iter().map(|contradiction| match contradiction {
        Contradiction::OpenTodos => "items of its own list are open",
        Contradiction::LastCheckFailed => "the last check failed",
        Contradiction::UncheckedChange => "something changed after the last check",
        Contradiction::EmptyDiff => "nothing changed",
        Contradiction::CutOff => "its answer was cut off",
        Contradiction::OpenFinding => "trouble was found and is not over",
    });
    said.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(kind: &str, grade: &str, state: &str, grown: u32) -> Verdict {
        let finding = serde_json::from_value(json!({
            "sessionID": "s", "finding": "f", "kind": kind, "rule": "r", "grade": grade, "state": state, "summary": "x",
        }));
        trouble(&finding.unwrap(), grown).action
    }

    fn rested(outcome: &str, contradictions: &[&str]) -> Opinion {
        rest(
            &serde_json::from_value(json!({
                "sessionID": "s", "outcome": outcome, "claim": "none", "contradictions": contradictions,
            }))
            .unwrap(),
        )
    }

    #[test]
    fn a_stop_is_an_abort_whatever_it_is_about() {
        for kind in ["loop", "text", "storm", "budget", "blocked"] {
            assert_eq!(found(kind, "stop", "open", 0), Verdict::Abort);
        }
    }

    #[test]
    fn a_warning_gets_a_chance_a_loop_two_and_one_that_waits_three() {
        for kind in ["stall", "storm"] {
            assert_eq!(found(kind, "warn", "open", 0), Verdict::Continue);
            assert_eq!(found(kind, "warn", "grown", 1), Verdict::Abort);
        }
        for grown in 0..3 {
            assert_eq!(found("blocked", "warn", "grown", grown), Verdict::Continue);
        }
        assert_eq!(found("blocked", "warn", "grown", 3), Verdict::Abort);
        for kind in ["loop", "stagnation", "checks", "text"] {
            assert_eq!(found(kind, "warn", "open", 0), Verdict::Continue);
            assert_eq!(found(kind, "warn", "grown", 1), Verdict::Continue);
            assert_eq!(found(kind, "warn", "grown", 2), Verdict::Abort);
            assert_eq!(found(kind, "warn", "graver", 0), Verdict::Continue);
        }
    }

    #[test]
    fn rev_09_whatever_is_decided_there_is_a_reason() {
        let subject = |value: serde_json::Value| Subject::Trouble {
            finding: Box::new(serde_json::from_value(value).unwrap()),
            grown: 0,
        };
        let done =
            |value: serde_json::Value| Subject::Rest(Some(Box::new(serde_json::from_value(value).unwrap())));
        let mut subjects = vec![Subject::Rest(None), Subject::Silence, Subject::Interval];
        for kind in [
            "loop",
            "text",
            "stagnation",
            "checks",
            "stall",
            "blocked",
            "storm",
            "budget",
            "steering",
        ] {
            for grade in ["warn", "stop"] {
                for summary in ["", " ", "x"] {
                    let said = json!({ "sessionID": "s", "kind": kind, "grade": grade, "summary": summary });
                    subjects.push(subject(said));
                }
            }
        }
        for outcome in ["done", "candidate", "waiting", "aborted", "error", "length"] {
            for claim in ["promise", "prose", "none"] {
                subjects.push(done(
                    json!({ "sessionID": "s", "outcome": outcome, "claim": claim }),
                ));
            }
        }
        for subject in subjects {
            let moment = Moment {
                session: "s".to_owned(),
                iteration: 1,
                judged: String::new(),
                subject,
            };
            let reason = decide(&moment).reason;
            let said = reason.trim();
            assert!(!said.is_empty() && !said.ends_with(':'), "{moment:?}: {reason:?}");
        }
    }

    #[test]
    fn rest_is_done_only_where_nothing_speaks_against_it() {
        let (sure, likely) = (rested("done", &[]), rested("candidate", &[]));
        assert_eq!((sure.action, likely.action), (Verdict::Done, Verdict::Done));
        assert!(sure.confidence > likely.confidence);
        for outcome in ["done", "candidate"] {
            let doubtful = rested(outcome, &["openTodos", "lastCheckFailed"]);
            assert_eq!(doubtful.action, Verdict::Unsure);
            assert!(
                doubtful.reason.contains("the last check failed"),
                "{}",
                doubtful.reason
            );
        }
        for outcome in ["waiting", "aborted", "error", "length"] {
            assert_eq!(rested(outcome, &[]).action, Verdict::Unsure);
        }
    }
}

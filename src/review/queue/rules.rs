//! Decides by built-in rules when no reviewer can be asked. The same lines always get the same decision.

use crate::review::intake::trigger::{Trigger, TriggerKind};
use crate::review::opinion::Opinion;
use crate::wire::record::{Claim, Done, Finding, Grade, Kind, Outcome, Verdict};
use crate::wire::text;

/// The reviewer's name in decisions of the rules.
pub const NAME: &str = "rules";

/// The confidence in what leaves no choice: a finding of grade `stop`, a completed task that nothing contradicts.
const CERTAIN: f64 = 0.9;
/// The confidence in what is likely.
const LIKELY: f64 = 0.6;
/// The confidence in letting a session go on for now.
const FOR_NOW: f64 = 0.5;
/// The confidence in an `unsure`.
const CANNOT_TELL: f64 = 0.2;
/// How much of a finding's summary a reason quotes, in characters.
const SUMMARY: usize = 200;

fn opinion(action: Verdict, confidence: f64, reason: impl Into<String>) -> Opinion {
    Opinion { action, reason: reason.into(), message: None, confidence }
}

fn unsure(reason: impl Into<String>) -> Opinion {
    opinion(Verdict::Unsure, CANNOT_TELL, reason)
}

/// Decides by the rules.
pub fn decide(trigger: &Trigger) -> Opinion {
    match &trigger.kind {
        TriggerKind::Finding { finding, grown } => about_finding(finding, *grown),
        TriggerKind::Rest(Some(done)) => about_rest(done),
        TriggerKind::Rest(None) => unsure("it came to rest, and no record says whether the task is done"),
        TriggerKind::Silence => opinion(Verdict::Continue, FOR_NOW, "it is silent; a longer silence will be reported"),
        TriggerKind::Interval => opinion(Verdict::Continue, FOR_NOW, "there are no objections so far"),
    }
}

/// `stop` is an abort. A warning gets a second chance, and a loop, which the agent can leave by itself, a third one.
/// A finding that waits for a person grows after 2, 4 and 8 times its waiting time; people get three chances.
fn about_finding(finding: &Finding, grown: u32) -> Opinion {
    let summary = summary(finding);
    let patience = match finding.kind {
        Kind::Stall | Kind::Storm => 1,
        Kind::Blocked => 3,
        _ => 2,
    };
    if finding.grade == Grade::Stop {
        return opinion(Verdict::Abort, CERTAIN, summary);
    }
    if grown >= patience {
        return opinion(Verdict::Abort, LIKELY, format!("it got worse: {summary}"));
    }
    let patience = if finding.kind == Kind::Blocked { "it is a person's turn" } else { "one more chance" };
    opinion(Verdict::Continue, FOR_NOW, format!("{patience}: {summary}"))
}

/// A finding's summary, or its rule and kind: custom detectors may leave the summary out.
fn summary(finding: &Finding) -> String {
    let summary = text::excerpt(&finding.summary, SUMMARY);
    if !summary.is_empty() {
        return summary;
    }
    let kind = finding.kind;
    match text::excerpt(&finding.rule, SUMMARY) {
        rule if rule.is_empty() => format!("a finding of kind {kind}"),
        rule => format!("{rule}, a finding of kind {kind}"),
    }
}

fn about_rest(done: &Done) -> Opinion {
    let objections = done.objections();
    match done.outcome {
        Outcome::Done if objections.is_empty() => {
            opinion(Verdict::Done, CERTAIN, "it says that it is done, and nothing contradicts that")
        }
        Outcome::Candidate if objections.is_empty() => {
            let claim = if done.claim == Claim::None { "it stopped" } else { "it sounds done" };
            let reason = format!("{claim}, and nothing contradicts that it is done");
            opinion(Verdict::Done, LIKELY, reason)
        }
        Outcome::Done | Outcome::Candidate => unsure(format!("it stopped, but {objections}")),
        Outcome::Waiting => unsure("it asks a question and waits for an answer"),
        Outcome::GaveUp => unsure("it says that it could not do it, or did only a part"),
        Outcome::Refused => unsure("its last call was denied, or it declined the task"),
        Outcome::Empty => unsure("its last answer has no text"),
        Outcome::Aborted => unsure("it was aborted"),
        Outcome::Error => unsure("it ended in an error"),
        Outcome::Length => unsure("its answer was cut off by the length limit"),
    }
}

/// What the rules make of a reviewer's opinion: its `done` is `unsure` where the evidence says otherwise.
pub fn weigh(trigger: &Trigger, opinion: Opinion) -> Opinion {
    let TriggerKind::Rest(Some(done)) = &trigger.kind else {
        return opinion;
    };
    match done.hard_evidence().filter(|_| opinion.action == Verdict::Done) {
        Some(evidence) => unsure(format!("the reviewer says done ({}), but {evidence}", opinion.reason)),
        None => opinion,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(kind: &str, grade: &str, state: &str, grown: u32) -> Verdict {
        let finding = serde_json::from_value(json!({
            "sessionID": "s", "finding": "f", "kind": kind, "rule": "r", "grade": grade, "state": state, "summary": "x",
        }));
        about_finding(&finding.unwrap(), grown).action
    }

    fn rested(outcome: &str, contradictions: &[&str]) -> Opinion {
        about_rest(
            &serde_json::from_value(json!({
                "sessionID": "s", "outcome": outcome, "claim": "none", "contradictions": contradictions,
            }))
            .unwrap(),
        )
    }

    #[test]
    fn aborts_on_stop() {
        for kind in ["loop", "text", "storm", "budget", "blocked"] {
            assert_eq!(found(kind, "stop", "open", 0), Verdict::Abort);
        }
    }

    #[test]
    fn gives_warnings_chances() {
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
    fn rev_09_always_gives_reason() {
        let finding = |value: serde_json::Value| TriggerKind::Finding {
            finding: Box::new(serde_json::from_value(value).unwrap()),
            grown: 0,
        };
        let done = |value: serde_json::Value| TriggerKind::Rest(Some(Box::new(serde_json::from_value(value).unwrap())));
        let mut kinds = vec![TriggerKind::Rest(None), TriggerKind::Silence, TriggerKind::Interval];
        for kind in "loop text stagnation checks stall blocked storm budget steering".split(' ') {
            for grade in ["warn", "stop"] {
                for summary in ["", " ", "x"] {
                    let value = json!({ "sessionID": "s", "kind": kind, "grade": grade, "summary": summary });
                    kinds.push(finding(value));
                }
            }
        }
        for outcome in ["done", "candidate", "waiting", "aborted", "error", "length"] {
            for claim in ["promise", "prose", "none"] {
                kinds.push(done(json!({ "sessionID": "s", "outcome": outcome, "claim": claim })));
            }
        }
        for kind in kinds {
            let trigger = Trigger { session: "s".to_owned(), iteration: 1, judged: String::new(), kind };
            let reason = decide(&trigger).reason;
            let text = reason.trim();
            assert!(!text.is_empty() && !text.ends_with(':'), "{trigger:?}: {reason:?}");
        }
    }

    #[test]
    fn contradictions_prevent_done() {
        let (sure, likely) = (rested("done", &[]), rested("candidate", &[]));
        assert_eq!((sure.action, likely.action), (Verdict::Done, Verdict::Done));
        assert!(sure.confidence > likely.confidence);
        for outcome in ["done", "candidate"] {
            let doubtful = rested(outcome, &["openTodos", "lastCheckFailed"]);
            assert_eq!(doubtful.action, Verdict::Unsure);
            assert!(doubtful.reason.contains("the last check failed"), "{}", doubtful.reason);
        }
        for outcome in ["waiting", "gaveUp", "refused", "empty", "aborted", "error", "length"] {
            assert_eq!(rested(outcome, &[]).action, Verdict::Unsure);
        }
    }

    fn weighed(done: serde_json::Value) -> Opinion {
        let kind = TriggerKind::Rest(Some(Box::new(serde_json::from_value(done).unwrap())));
        let trigger = Trigger { session: "s".to_owned(), iteration: 1, judged: String::new(), kind };
        weigh(&trigger, opinion(Verdict::Done, CERTAIN, "looks good"))
    }

    #[test]
    fn evidence_outweighs_reviewer() {
        for hard in ["lastCheckFailed", "openTodos", "tamper", "unsupportedClaim", "cutOff", "openFinding"] {
            let done = json!({ "sessionID": "s", "outcome": "candidate", "claim": "prose", "contradictions": [hard] });
            assert_eq!(weighed(done).action, Verdict::Unsure, "{hard}");
        }
        for soft in ["uncheckedChange", "emptyDiff", "checkUnknown", "announcedMore"] {
            let done = json!({ "sessionID": "s", "outcome": "candidate", "claim": "prose", "contradictions": [soft] });
            assert_eq!(weighed(done).action, Verdict::Done, "{soft}");
        }
        for outcome in ["waiting", "gaveUp", "refused", "empty", "length"] {
            let done = json!({ "sessionID": "s", "outcome": outcome, "claim": "none" });
            assert_eq!(weighed(done).action, Verdict::Unsure, "{outcome}");
        }
    }

    #[test]
    fn reasons_name_the_fact() {
        let done = json!({
            "sessionID": "s", "outcome": "candidate", "claim": "prose", "contradictions": ["lastCheckFailed"],
            "facts": [{ "contradiction": "lastCheckFailed", "fact": "`go test` failed: TestSync" }],
        });
        let rest = about_rest(&serde_json::from_value(done.clone()).unwrap());
        assert!(rest.reason.contains("TestSync"), "{}", rest.reason);
        assert!(weighed(done).reason.contains("TestSync"));
    }
}

use super::*;
use crate::act::outcome::conclude;
use crate::act::settings::{Checks, Limits, Policy};
use crate::act::state::News;
use crate::server::Credentials;
use crate::wire::observe;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;

fn settings() -> Settings {
    Settings {
        server: None,
        credentials: Credentials::default(),
        dry_run: false,
        allow_insecure: false,
        rollback: false,
        limits: Limits {
            confirm: Duration::from_secs(1),
            attempts: 3,
        },
        policy: Policy {
            on: HashMap::new(),
            on_permission: Answer::Ask,
            on_question: Answer::Reject,
            max_steers: 1,
        },
        checks: Checks {
            commands: Vec::new(),
            timeout: Duration::from_secs(1),
            files: Vec::new(),
            changes: Vec::new(),
        },
    }
}

fn with_check() -> Settings {
    let mut settings = settings();
    settings.checks.commands.push("true".to_owned());
    settings
}

fn line(ts: i64, kind: &str, properties: &Value) -> String {
    json!({"ts": ts, "type": kind, "properties": properties}).to_string()
}

fn opened() -> String {
    let properties = json!({"sessionID": "ses_1", "server": "http://127.0.0.1:1/", "follow": true});
    line(1, "ocr.stream.opened", &properties)
}

fn rests(outcome: &str) -> String {
    let properties = json!({"sessionID": "ses_1", "outcome": outcome, "claim": "none"});
    line(3, "ocr.detect.done", &properties)
}

fn finding(kind: &str, grade: &str) -> String {
    let properties = json!({"sessionID": "ses_1", "finding": "f1", "kind": kind, "rule": "r", "grade": grade, "summary": "it is bad", "rollbackTo": "msg_1"});
    line(2, "ocr.detect.finding", &properties)
}

fn decided(action: &str, about: Option<&str>) -> String {
    let properties = json!({"sessionID": "ses_1", "action": action, "reason": "because", "finding": about, "reviewer": "me", "judged": action});
    line(4, "ocr.review.decision", &properties)
}

/// Reads the lines and answers each as the stage does; every order, in order.
fn orders(ledger: &mut Ledger, settings: &Settings, lines: &[String]) -> Vec<Order> {
    let mut orders = Vec::new();
    for line in lines {
        match ledger.observe(&observe(line).unwrap()) {
            Some(News::Decision(decision)) => orders.extend(on_decision(ledger, settings, &decision)),
            Some(News::Finding(finding)) => orders.extend(on_finding(ledger, settings, &finding)),
            Some(News::Rest) => orders.extend(on_rest(ledger, settings)),
            Some(News::Opened) | None => {}
        }
    }
    orders
}

/// What is ordered, in a word each; what is withheld, in brackets.
fn words(orders: &[Order]) -> Vec<&'static str> {
    let word = |order: &Order| match (&order.task, &order.withheld) {
        (Task::Abort { .. }, None) => "abort",
        (Task::Abort { .. }, Some(_)) => "(abort)",
        (
            Task::Steer {
                abort_first: true, ..
            },
            None,
        ) => "abort, steer",
        (Task::Steer { .. }, None) => "steer",
        (Task::Steer { .. }, Some(_)) => "(steer)",
        (Task::Verify { .. }, _) => "verify",
        (Task::Answer { .. }, _) => "answer",
        (Task::Rollback { .. }, _) => "rollback",
    };
    orders.iter().map(word).collect()
}

fn planned(settings: &Settings, lines: &[String]) -> (Vec<&'static str>, Ledger) {
    let mut ledger = Ledger::default();
    let orders = orders(&mut ledger, settings, lines);
    (words(&orders), ledger)
}

/// How a run ends, by its name and its number.
fn end(ledger: &Ledger) -> (RunOutcome, u8) {
    let (result, code) = conclude(ledger, None);
    (result.outcome, code.number())
}

#[test]
fn what_each_decision_asks_for_at_rest() {
    for (outcome, decision, asks) in [
        ("candidate", "continue", &["steer"][..]),
        ("candidate", "steer", &["steer"]),
        ("candidate", "done", &["verify"]),
        ("candidate", "unsure", &["verify"]),
        ("waiting", "unsure", &[]),
        ("candidate", "abort", &["abort"]),
        // Nothing is encouraged, and nothing checked, that failed or was aborted.
        ("error", "continue", &[]),
        ("error", "done", &[]),
        ("aborted", "done", &[]),
    ] {
        let lines = [opened(), reviewer(), rests(outcome), decided(decision, None)];
        let (words, _) = planned(&with_check(), &lines);
        assert_eq!(words, asks, "{decision} after {outcome}");
    }
}

fn reviewer() -> String {
    line(1, "ocr.review.opened", &json!({"reviewer": "me"}))
}

#[test]
fn a_session_that_failed_is_not_done_whatever_the_reviewer_says() {
    for (outcome, ends) in [
        ("error", (RunOutcome::Failed, 13)),
        ("aborted", (RunOutcome::Aborted, 15)),
        ("candidate", (RunOutcome::Done, 0)),
    ] {
        let lines = [opened(), reviewer(), rests(outcome), decided("done", None)];
        let (_, ledger) = planned(&settings(), &lines);
        assert_eq!(end(&ledger), ends, "{outcome}");
    }
}

#[test]
fn how_often_a_session_is_told() {
    let again = |judged: &str, about: Option<&str>| {
        let properties = json!({"sessionID": "ses_1", "action": "steer", "reason": "because", "finding": about, "reviewer": "me", "judged": judged});
        line(4, "ocr.review.decision", &properties)
    };
    let answer = [marked("msg_5"), spoke("msg_6")];
    for (max, grade, asks) in [
        (0, "warn", &["(steer)", "(steer)"][..]),
        (1, "warn", &["steer", "(steer)"]),
        (2, "warn", &["steer", "steer"]),
        // What would have to be ended anyhow is ended once words are used up.
        (0, "stop", &["abort"]),
        (1, "stop", &["abort, steer", "abort"]),
    ] {
        let mut settings = settings();
        settings.policy.max_steers = max;
        let mut lines = vec![
            opened(),
            reviewer(),
            finding("loop", grade),
            again("a", Some("f1")),
        ];
        lines.extend(answer.clone());
        lines.push(again("b", Some("f1")));
        let all = planned(&settings, &lines).0;
        assert_eq!(all, asks, "at most {max}, {grade}");
    }
}

fn marked(message: &str) -> String {
    let part = json!({"id": "prt", "messageID": message, "type": "text", "synthetic": true, "metadata": {"ocr": "steer"}});
    line(
        5,
        "message.part.updated",
        &json!({"sessionID": "ses_1", "part": part}),
    )
}

fn spoke(message: &str) -> String {
    let info = json!({"id": message, "role": "assistant", "time": {"completed": 6}});
    line(6, "message.updated", &json!({"sessionID": "ses_1", "info": info}))
}

#[test]
fn a_second_message_waits_for_the_answer_to_the_first() {
    let mut settings = settings();
    settings.policy.max_steers = 9;
    settings.policy.on.insert("loop".to_owned(), Remedy::Steer);
    let lines = [opened(), finding("loop", "warn"), finding("loop", "warn")];
    assert_eq!(planned(&settings, &lines).0, ["steer", "(steer)"]);
}

#[test]
fn nothing_is_sent_into_a_stream_that_has_ended() {
    let closed = line(4, "ocr.stream.closed", &json!({"reason": "rest"}));
    for decision in ["continue", "steer"] {
        let lines = [
            opened(),
            reviewer(),
            rests("candidate"),
            closed.clone(),
            decided(decision, None),
        ];
        let (words, ledger) = planned(&settings(), &lines);
        assert_eq!(words, ["(steer)"], "{decision}");
        assert_eq!(end(&ledger), (RunOutcome::Unsure, 3));
    }
}

#[test]
fn the_command_line_outweighs_the_reviewer() {
    for (remedy, decision, asks) in [
        (Remedy::Continue, "abort", &["(abort)"][..]),
        (Remedy::Continue, "steer", &["(steer)"]),
        (Remedy::Continue, "continue", &[]),
        (Remedy::Steer, "abort", &["abort, steer", "(abort)"]),
        (Remedy::Abort, "steer", &["abort"]),
    ] {
        let mut settings = settings();
        settings.policy.on.insert("r".to_owned(), remedy);
        let lines = [
            opened(),
            reviewer(),
            finding("loop", "stop"),
            decided(decision, Some("f1")),
        ];
        let words = planned(&settings, &lines).0;
        assert_eq!(words, asks, "{remedy:?}, {decision}");
    }
}

#[test]
fn an_abort_that_is_given_up_ends_the_run_whatever_else_is_open() {
    let (_, mut ledger) = planned(&settings(), &[opened(), finding("loop", "stop")]);
    ledger.steering.ordered();
    assert!(!ledger.is_over());
    let task = Task::Abort {
        child: None,
        changed: Vec::new(),
        then: None,
    };
    let report = Report {
        order: Order::new("ses_1", task, ""),
        phase: Phase::Failed,
        detail: String::new(),
        cut: false,
    };
    assert!(on_report(&mut ledger, &settings(), &report).is_none());
    assert!(ledger.is_over());
}

#[test]
fn a_check_that_was_cut_short_has_not_failed() {
    let checks = with_check();
    for (cut, ends) in [(true, false), (false, true)] {
        let (_, mut ledger) = planned(&checks, &[rests("done")]);
        let report = Report {
            order: Order::new("ses_1", Task::Verify { changed: Vec::new() }, ""),
            phase: Phase::Failed,
            detail: "`x` fails (exit 1).\nThe end of its output:\na long tail".to_owned(),
            cut,
        };
        assert!(on_report(&mut ledger, &checks, &report).is_none());
        assert_eq!(ledger.ended.is_some(), ends);
        let signal = Some(crate::exit::Code::Interrupted);
        let (result, code) = conclude(&ledger, signal);
        assert_eq!(code.number(), if cut { 130 } else { 14 });
        assert!(!result.reason.contains("tail"), "{}", result.reason);
    }
}

#[test]
fn a_request_is_answered_once_unless_the_answer_failed() {
    let asked = line(
        2,
        "question.asked",
        &json!({"sessionID": "ses_1", "id": "que_1", "questions": []}),
    );
    let lines = [opened(), reviewer(), asked, finding("blocked", "warn")];
    let mut ledger = Ledger::default();
    let first = orders(&mut ledger, &settings(), &lines);
    assert_eq!(words(&first), ["answer"]);
    let graver = [finding("blocked", "stop")];
    assert_eq!(words(&orders(&mut ledger, &settings(), &graver)), [""; 0]);
    let report = Report {
        order: first[0].clone(),
        phase: Phase::Failed,
        detail: String::new(),
        cut: false,
    };
    assert!(on_report(&mut ledger, &settings(), &report).is_none());
    assert_eq!(words(&orders(&mut ledger, &settings(), &graver)), ["answer"]);
}

#[test]
fn what_a_child_did_is_taken_back_in_the_child() {
    let mut settings = settings();
    settings.rollback = true;
    let child = line(
        2,
        "session.created",
        &json!({"info": {"id": "ses_2", "parentID": "ses_1"}}),
    );
    let mut trouble: Value = serde_json::from_str(&finding("loop", "stop")).unwrap();
    trouble["properties"]["sessionID"] = json!("ses_2");
    let mut ledger = Ledger::default();
    let orders = orders(&mut ledger, &settings, &[opened(), child, trouble.to_string()]);
    let Task::Abort { child, then, .. } = &orders[0].task else {
        panic!("no abort: {orders:?}")
    };
    assert_eq!((&*orders[0].session, child.as_deref()), ("ses_1", Some("ses_2")));
    let then = then.as_ref().unwrap();
    let message = "msg_1".to_owned();
    assert_eq!(
        (&*then.session, &then.task),
        ("ses_2", &Task::Rollback { message })
    );
}

#[test]
fn a_decision_before_the_rest_says_nothing_about_it() {
    let (_, ledger) = planned(
        &settings(),
        &[opened(), decided("continue", None), rests("candidate")],
    );
    assert!(ledger.verdict.is_none() && !ledger.is_over());
}

#[test]
fn a_stream_of_a_whole_directory_is_not_acted_on() {
    let opened = line(1, "ocr.stream.opened", &json!({"server": "http://127.0.0.1:1/"}));
    let lines = [opened, finding("loop", "stop"), rests("done")];
    let (words, ledger) = planned(&settings(), &lines);
    assert_eq!(words, ["(abort)"]);
    assert_eq!(end(&ledger), (RunOutcome::Unsure, 3));
}

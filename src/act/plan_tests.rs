use super::*;
use crate::act::outcome::conclude;
use crate::act::settings::{AbortLimits, Checks, Policy};
use crate::act::state::News;
use crate::process::pipe_key::PipeKey;
use crate::server::Credentials;
use crate::wire::observe;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;

fn settings() -> Settings {
    Settings {
        live: false,
        server: None,
        credentials: Credentials::default(),
        private: std::path::PathBuf::new(),
        key: PipeKey::User(Vec::new()),
        dry_run: false,
        allow_insecure: false,
        rollback: false,
        resume_at_reset: false,
        limits: AbortLimits { confirm: Duration::from_secs(1), attempts: 3 },
        rest_grace: Duration::ZERO,
        policy: Policy { on: HashMap::new(), on_permission: Answer::Ask, on_question: Answer::Reject, max_steers: 1 },
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

/// Feeds the lines to the plan as the stage does, and returns the orders.
fn orders(state: &mut RunState, settings: &Settings, lines: &[String]) -> Vec<Order> {
    let mut orders = Vec::new();
    for line in lines {
        match state.observe(&observe(line).unwrap()) {
            Some(News::Decision(decision)) => orders.extend(on_decision(state, settings, &decision)),
            Some(News::Finding(finding)) => orders.extend(on_finding(state, settings, &finding)),
            Some(News::Rest) => orders.extend(on_rest(state, settings)),
            Some(News::Opened { .. } | News::Over(_) | News::State(_)) | None => {}
        }
    }
    orders
}

/// A word for each order, in brackets if it is withheld.
fn words(orders: &[Order]) -> Vec<&'static str> {
    let word = |order: &Order| match (&order.kind, &order.withheld) {
        (OrderKind::Abort { .. }, None) => "abort",
        (OrderKind::Abort { .. }, Some(_)) => "(abort)",
        (OrderKind::Resume { .. }, _) => "resume",
        (OrderKind::Steer { abort_first: true, .. }, None) => "abort, steer",
        (OrderKind::Steer { .. }, None) => "steer",
        (OrderKind::Steer { .. }, Some(_)) => "(steer)",
        (OrderKind::Verify { .. }, _) => "verify",
        (OrderKind::Answer { .. }, _) => "answer",
        (OrderKind::Rollback { .. }, _) => "rollback",
    };
    orders.iter().map(word).collect()
}

fn planned(settings: &Settings, lines: &[String]) -> (Vec<&'static str>, RunState) {
    let mut state = RunState::default();
    let orders = orders(&mut state, settings, lines);
    (words(&orders), state)
}

/// The outcome of the run and its exit code.
fn end(state: &RunState) -> (RunOutcome, u8) {
    let (result, code) = conclude(state, None, false);
    (result.outcome, code.number())
}

#[test]
fn mere_counts_end_nothing() {
    let counts = finding("loop", "stop").replace("\"summary\"", "\"countsOnly\":true,\"summary\"");
    assert_eq!(planned(&settings(), &[opened(), counts]).0, Vec::<&str>::new());
    assert_eq!(planned(&settings(), &[opened(), finding("loop", "stop")]).0, ["abort"]);
}

#[test]
fn decisions_at_rest() {
    for (outcome, decision, asks) in [
        ("candidate", "continue", &["steer"][..]),
        ("candidate", "steer", &["steer"]),
        ("candidate", "done", &["verify"]),
        ("candidate", "unsure", &["verify"]),
        ("waiting", "unsure", &[]),
        ("candidate", "abort", &["abort"]),
        // A session that failed or was aborted is neither steered nor verified.
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
fn failed_session_is_not_done() {
    for (outcome, ends) in [
        ("error", (RunOutcome::Failed, 13)),
        ("aborted", (RunOutcome::Aborted, 15)),
        ("candidate", (RunOutcome::Done, 0)),
    ] {
        let lines = [opened(), reviewer(), rests(outcome), decided("done", None)];
        let (_, state) = planned(&settings(), &lines);
        assert_eq!(end(&state), ends, "{outcome}");
    }
}

#[test]
fn limits_steers() {
    let again = |judged: &str, about: Option<&str>| {
        let properties = json!({"sessionID": "ses_1", "action": "steer", "reason": "because", "finding": about, "reviewer": "me", "judged": judged});
        line(4, "ocr.review.decision", &properties)
    };
    let answer = [marked("msg_5"), spoke("msg_6")];
    for (max, grade, asks) in [
        (0, "warn", &["(steer)", "(steer)"][..]),
        (1, "warn", &["steer", "(steer)"]),
        (2, "warn", &["steer", "steer"]),
        // A finding of grade stop leads to an abort once no steers are left.
        (0, "stop", &["abort"]),
        (1, "stop", &["abort, steer", "abort"]),
    ] {
        let mut settings = settings();
        settings.policy.max_steers = max;
        let mut lines = vec![opened(), reviewer(), finding("loop", grade), again("a", Some("f1"))];
        lines.extend(answer.clone());
        lines.push(again("b", Some("f1")));
        let all = planned(&settings, &lines).0;
        assert_eq!(all, asks, "at most {max}, {grade}");
    }
}

fn marked(message: &str) -> String {
    let part =
        json!({"id": "prt", "messageID": message, "type": "text", "synthetic": true, "metadata": {"ocr": "steer"}});
    line(5, "message.part.updated", &json!({"sessionID": "ses_1", "part": part}))
}

fn spoke(message: &str) -> String {
    let info = json!({"id": message, "role": "assistant", "time": {"completed": 6}});
    line(6, "message.updated", &json!({"sessionID": "ses_1", "info": info}))
}

#[test]
fn steers_wait_for_answer() {
    let mut settings = settings();
    settings.policy.max_steers = 9;
    settings.policy.on.insert("loop".to_owned(), Remedy::Steer);
    let lines = [opened(), finding("loop", "warn"), finding("loop", "warn")];
    assert_eq!(planned(&settings, &lines).0, ["steer", "(steer)"]);
}

#[test]
fn no_steer_after_close() {
    let closed = line(4, "ocr.stream.closed", &json!({"reason": "rest"}));
    for decision in ["continue", "steer"] {
        let lines = [opened(), reviewer(), rests("candidate"), closed.clone(), decided(decision, None)];
        let (words, state) = planned(&settings(), &lines);
        assert_eq!(words, ["(steer)"], "{decision}");
        assert_eq!(end(&state), (RunOutcome::Unsure, 3));
    }
}

#[test]
fn on_overrides_reviewer() {
    for (remedy, decision, asks) in [
        (Remedy::Continue, "abort", &["(abort)"][..]),
        (Remedy::Continue, "steer", &["(steer)"]),
        (Remedy::Continue, "continue", &[]),
        (Remedy::Steer, "abort", &["abort, steer", "(abort)"]),
        (Remedy::Abort, "steer", &["abort"]),
    ] {
        let mut settings = settings();
        settings.policy.on.insert("r".to_owned(), remedy);
        let lines = [opened(), reviewer(), finding("loop", "stop"), decided(decision, Some("f1"))];
        let words = planned(&settings, &lines).0;
        assert_eq!(words, asks, "{remedy:?}, {decision}");
    }
}

#[test]
fn failed_abort_ends_run() {
    let (_, mut state) = planned(&settings(), &[opened(), finding("loop", "stop")]);
    state.steering.sending();
    assert!(!state.is_decided(Duration::ZERO));
    let task = OrderKind::Abort { child: None, changed: Vec::new(), rollback: None };
    let report = Report {
        order: Order::new("ses_1", task, ""),
        phase: Phase::Failed,
        detail: String::new(),
        interrupted: false,
    };
    assert!(on_report(&mut state, &settings(), &report).is_none());
    assert!(state.is_decided(Duration::ZERO));
}

#[test]
fn interrupted_check_has_not_failed() {
    let checks = with_check();
    for (cut, ends) in [(true, false), (false, true)] {
        let (_, mut state) = planned(&checks, &[rests("done")]);
        let report = Report {
            order: Order::new("ses_1", OrderKind::Verify { changed: Vec::new(), round: 0 }, ""),
            phase: Phase::Failed,
            detail: "`x` fails (exit 1).\nThe end of its output:\na long tail".to_owned(),
            interrupted: cut,
        };
        assert!(on_report(&mut state, &checks, &report).is_none());
        assert_eq!(state.ended.is_some(), ends);
        let signal = Some(crate::exit::Code::Interrupted);
        let (result, code) = conclude(&state, signal, false);
        assert_eq!(code.number(), if cut { 130 } else { 14 });
        assert!(!result.reason.contains("tail"), "{}", result.reason);
    }
}

/// What came of an order.
fn reported(order: &Order, phase: Phase) -> Report {
    Report { order: order.clone(), phase, detail: "`x` failed.".to_owned(), interrupted: false }
}

/// The outcome of a run that only a check can call done, and its exit code.
fn checked_end(state: &RunState) -> (RunOutcome, u8) {
    let (result, code) = conclude(state, None, true);
    (result.outcome, code.number())
}

/// A run whose check has begun, as it is after each way to come to that.
fn being_checked() -> Vec<(RunState, Order)> {
    let ways = [
        vec![opened(), rests("done")],
        vec![opened(), reviewer(), rests("done"), decided("done", None)],
        vec![opened(), reviewer(), rests("candidate"), decided("unsure", None)],
    ];
    ways.into_iter()
        .map(|lines| {
            let mut state = RunState::default();
            let mut orders = orders(&mut state, &with_check(), &lines);
            assert_eq!(words(&orders), ["verify"]);
            (state, orders.remove(0))
        })
        .collect()
}

#[test]
fn failed_check_outlives_the_message_about_it() {
    for (mut state, check) in being_checked() {
        assert_eq!(checked_end(&state), (RunOutcome::Unsure, 3), "the check did not end");
        let steer = on_report(&mut state, &with_check(), &reported(&check, Phase::Failed)).unwrap();
        assert_eq!(words(std::slice::from_ref(&steer)), ["steer"]);
        assert_eq!(checked_end(&state), (RunOutcome::Unverified, 14), "the message is under way");
        on_skipped(&mut state, &steer, "the stream has ended");
        assert_eq!(checked_end(&state), (RunOutcome::Unverified, 14));
        on_report(&mut state, &with_check(), &reported(&steer, Phase::Failed));
        assert_eq!(checked_end(&state), (RunOutcome::Unverified, 14), "the message could not be sent");
    }
    for (mut state, check) in being_checked() {
        assert!(on_report(&mut state, &with_check(), &reported(&check, Phase::Taken)).is_none());
        assert_eq!(checked_end(&state), (RunOutcome::Done, 0));
    }
}

#[test]
fn cut_off_stream_sends_no_message_about_a_check() {
    for (mut state, check) in being_checked() {
        state.cut_off = true;
        assert!(on_report(&mut state, &with_check(), &reported(&check, Phase::Failed)).is_none());
        assert_eq!(checked_end(&state), (RunOutcome::Unverified, 14));
    }
}

#[test]
fn check_says_nothing_about_later_work() {
    let busy = line(5, "session.status", &json!({"sessionID": "ses_1", "status": {"type": "busy"}}));
    for phase in [Phase::Taken, Phase::Failed] {
        for (mut state, check) in being_checked() {
            orders(&mut state, &with_check(), &[busy.clone(), rests("done")]);
            assert!(on_report(&mut state, &with_check(), &reported(&check, phase)).is_none());
            assert_eq!(checked_end(&state), (RunOutcome::Unsure, 3), "{phase}");
        }
    }
}

#[test]
fn later_work_is_checked_though_nothing_says_which_session_was_opened() {
    let mut state = RunState::default();
    let check = orders(&mut state, &with_check(), &[rests("done")]).remove(0);
    on_report(&mut state, &with_check(), &reported(&check, Phase::Taken));
    assert_eq!(checked_end(&state), (RunOutcome::Done, 0));
    let busy = line(5, "session.status", &json!({"sessionID": "ses_1", "status": {"type": "busy"}}));
    assert_eq!(words(&orders(&mut state, &with_check(), &[busy, rests("done")])), ["verify"]);
    assert_eq!(checked_end(&state), (RunOutcome::Unsure, 3), "the second check did not end");
}

#[test]
fn lost_message_ends_run() {
    for (lines, ends) in [
        (vec![opened(), rests("done")], (RunOutcome::Unverified, 14)),
        (vec![opened(), reviewer(), rests("candidate"), decided("continue", None)], (RunOutcome::Unsure, 3)),
    ] {
        let mut state = RunState::default();
        let mut order = orders(&mut state, &with_check(), &lines).remove(0);
        if matches!(order.kind, OrderKind::Verify { .. }) {
            order = on_report(&mut state, &with_check(), &reported(&order, Phase::Failed)).unwrap();
        }
        assert!(on_report(&mut state, &with_check(), &reported(&order, Phase::Taken)).is_none());
        for (ts, is_over) in [(30_000, false), (70_000, true)] {
            state.observe(&observe(&line(ts, "ocr.stream.tick", &json!({}))).unwrap());
            on_time(&mut state);
            assert_eq!(state.is_decided(Duration::ZERO), is_over, "{ts}");
        }
        assert_eq!(checked_end(&state), ends);
        // It came after all.
        let busy = line(70_001, "session.status", &json!({"sessionID": "ses_1", "status": {"type": "busy"}}));
        state.observe(&observe(&busy).unwrap());
        on_time(&mut state);
        assert!(state.ended.is_none() && !state.is_decided(Duration::ZERO));
    }
}

#[test]
fn answers_request_once() {
    let asked = line(2, "question.asked", &json!({"sessionID": "ses_1", "id": "que_1", "questions": []}));
    let lines = [opened(), reviewer(), asked, finding("blocked", "warn")];
    let mut state = RunState::default();
    let first = orders(&mut state, &settings(), &lines);
    assert_eq!(words(&first), ["answer"]);
    let graver = [finding("blocked", "stop")];
    assert_eq!(words(&orders(&mut state, &settings(), &graver)), [""; 0]);
    let report = Report { order: first[0].clone(), phase: Phase::Failed, detail: String::new(), interrupted: false };
    assert!(on_report(&mut state, &settings(), &report).is_none());
    assert_eq!(words(&orders(&mut state, &settings(), &graver)), ["answer"]);
}

#[test]
fn rolls_back_child() {
    let mut settings = settings();
    settings.rollback = true;
    let child = line(2, "session.created", &json!({"info": {"id": "ses_2", "parentID": "ses_1"}}));
    let mut trouble: Value = serde_json::from_str(&finding("loop", "stop")).unwrap();
    trouble["properties"]["sessionID"] = json!("ses_2");
    let mut state = RunState::default();
    let orders = orders(&mut state, &settings, &[opened(), child, trouble.to_string()]);
    let OrderKind::Abort { child, rollback, .. } = &orders[0].kind else { panic!("no abort: {orders:?}") };
    assert_eq!((&*orders[0].session, child.as_deref()), ("ses_1", Some("ses_2")));
    let rollback = rollback.as_ref().unwrap();
    let message = "msg_1".to_owned();
    assert_eq!((&*rollback.session, &rollback.kind), ("ses_2", &OrderKind::Rollback { message }));
}

#[test]
fn earlier_decision_is_no_verdict() {
    let (_, state) = planned(&settings(), &[opened(), decided("continue", None), rests("candidate")]);
    assert!(state.verdict.is_none() && !state.is_decided(Duration::ZERO));
}

#[test]
fn directory_is_not_acted_on() {
    let opened = line(1, "ocr.stream.opened", &json!({"server": "http://127.0.0.1:1/"}));
    let lines = [opened, finding("loop", "stop"), rests("done")];
    let (words, state) = planned(&settings(), &lines);
    assert_eq!(words, ["(abort)"]);
    assert_eq!(end(&state), (RunOutcome::Unsure, 3));
}

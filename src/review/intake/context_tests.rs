use super::*;
use crate::wire::observe;
use serde_json::json;

fn start() -> Timestamp {
    Timestamp::default()
}

fn finding(grade: &str, state: &str, laps: u64) -> Finding {
    serde_json::from_value(json!({
        "sessionID": "s", "finding": "f", "kind": "loop", "rule": "r", "grade": grade, "state": state,
        "summary": "x", "laps": laps,
    }))
    .unwrap()
}

#[test]
fn reviews_finding_again_after_growth() {
    let mut context = SessionContext::default();
    assert_eq!(context.record_finding(finding("notice", "open", 3)), None);
    assert_eq!(context.record_finding(finding("warn", "graver", 4)), Some(0));
    assert_eq!(context.record_finding(finding("warn", "open", 4)), None);
    assert_eq!(context.record_finding(finding("warn", "grown", 8)), Some(1));
    assert_eq!(context.record_finding(finding("stop", "open", 8)), Some(1));
    assert_eq!(context.record_finding(finding("warn", "closed", 8)), None);
    assert_eq!(context.record_finding(finding("warn", "open", 3)), Some(0));
}

#[test]
fn mere_counts_are_not_reviewed() {
    let mut context = SessionContext::default();
    assert_eq!(context.record_finding(finding("stop", "open", 5)), Some(0));
    assert_eq!(context.record_finding(Finding { counts_only: true, ..finding("stop", "grown", 7) }), None);
    assert_eq!(context.record_finding(finding("stop", "grown", 10)), Some(1));
}

#[test]
fn remembers_five_decisions() {
    let mut context = SessionContext::default();
    for iteration in 1..=9u64 {
        let decision =
            json!({"sessionID": "s", "action": "continue", "reason": "r", "iteration": iteration, "reviewer": "x"});
        context.record_decision(&serde_json::from_value(decision).unwrap());
    }
    let iterations: Vec<u64> = context.decisions.iter().map(|past| past.iteration).collect();
    assert_eq!(iterations, [5, 6, 7, 8, 9]);
}

#[test]
fn names_files_of_diff() {
    let mut context = SessionContext::default();
    for line in [
        r#"{"type":"session.diff","properties":{"diff":[{"file":"src/a.rs","additions":3,"deletions":1,"before":"x"}]}}"#,
        r#"{"type":"session.diff","properties":{"diff":[]}}"#,
    ] {
        context.set_changed_files(line, &Redactor::default());
        assert_eq!(context.changed_files, ["src/a.rs +3 -1"]);
    }
}

#[test]
fn names_files_of_patches_once() {
    let mut context = SessionContext {
        directory: Some("/p/".to_owned()),
        changed_files: vec!["src/a.rs +3 -1".to_owned()],
        ..SessionContext::default()
    };
    for files in [r#"["/p/src/a.rs","/p/b"]"#, r#"["/p/b","/px/c"]"#, "null", "[1]"] {
        context.add_changed_files(Raw::new(files), &Redactor::default());
    }
    assert_eq!(context.changed_files, ["src/a.rs +3 -1", "b", "/px/c"]);
    let many: Vec<String> = (0..200).map(|n| format!("/p/{n}")).collect();
    context.add_changed_files(Raw::new(&json!(many).to_string()), &Redactor::default());
    assert_eq!(context.changed_files.len(), ITEMS);
}

fn task_of(lines: &[&str]) -> Option<String> {
    let mut contexts = Contexts::default();
    for line in lines {
        contexts.record_event(&observe(line).unwrap(), line, start(), &Redactor::default());
    }
    assert!(!contexts.awaits_task());
    contexts.of("s", start()).task.clone()
}

#[test]
fn first_user_message_is_task() {
    let lines = [
        r#"{"type":"message.updated","properties":{"sessionID":"s","info":{"id":"m1","role":"user"}}}"#,
        r#"{"type":"message.part.updated","properties":{"sessionID":"s","part":{"id":"p0","messageID":"m1","type":"text","synthetic":true,"text":"<system>"}}}"#,
        r#"{"type":"message.part.updated","properties":{"sessionID":"s","part":{"id":"p1","messageID":"m1","type":"text","text":"Fix it"}}}"#,
        r#"{"type":"message.updated","properties":{"sessionID":"s","info":{"id":"m2","role":"user"}}}"#,
        r#"{"type":"message.part.updated","properties":{"sessionID":"s","part":{"id":"p2","messageID":"m2","type":"text","text":"Go on"}}}"#,
    ];
    assert_eq!(task_of(&lines).as_deref(), Some("Fix it"));
}

#[test]
fn forgets_oldest_session() {
    let mut contexts = Contexts::default();
    for n in 0..10_000 {
        contexts.of("mine", start()).turn = 7;
        contexts.of(&format!("s{n}"), start());
    }
    assert!(contexts.known.iter().count() <= SESSIONS);
    assert_eq!(contexts.of("mine", start()).turn, 7);
}

#[test]
fn keeps_the_gravest_findings() {
    let mut context = SessionContext::default();
    let mut record = |id: &str, grade: &str| {
        context.record_finding(Finding { finding: id.to_owned(), ..finding(grade, "open", 1) });
    };
    record("a", "stop");
    (0..FINDINGS).for_each(|n| record(&format!("b{n:02}"), "warn"));
    assert!(context.findings.contains_key("a"));
    assert_eq!(context.findings.len(), FINDINGS);
}

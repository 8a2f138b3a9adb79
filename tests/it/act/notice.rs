//! A word when a person is needed: what is told, once, and what takes it back.

use super::{closed, done, finding, lines, opened};
use crate::support::{Finished, shell};
use serde_json::{Value, json};
use std::path::Path;

/// A person vouches for the stream, which is none.
const NAMED: &str = "--server http://127.0.0.1:9/";

fn state(ts: i64, state: &str, more: &Value) -> Value {
    let mut properties = json!({"sessionID": "ses_1", "state": state, "since": ts, "told": "event"});
    properties.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    json!({"ts": ts, "type": "ocr.detect.state", "properties": properties})
}

fn asks(ts: i64) -> Value {
    let on = json!({"request": "per_1", "on": "rm -r generated", "options": ["once", "always", "reject"]});
    state(ts, "waiting", &on)
}

fn titled() -> Value {
    json!({"ts": 1500, "id": "evt_1", "type": "session.updated", "properties": {"info": {"id": "ses_1", "title": "Tidy up"}}})
}

fn run(line: &str, folder: &Path, input: &[Value]) -> Finished {
    std::fs::write(folder.join("in"), lines(input)).unwrap();
    shell(line, folder).finish()
}

/// The messages that a command was given, in order.
fn told(args: &str, input: &[Value]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let line = format!("ocr-act {args} --notify-cmd 'cat >> told' < in");
    let finished = run(&line, folder.path(), input);
    let told = std::fs::read_to_string(folder.path().join("told")).unwrap_or_default();
    assert!(finished.code().is_some(), "{}", finished.stderr);
    told.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn briefly(told: &[Value]) -> Vec<String> {
    let event = |message: &Value| {
        if let Some(outcome) = message["outcome"].as_str() {
            return outcome.to_owned();
        }
        let over = if message["over"] == true { " over" } else { "" };
        format!("{}{over}", message["event"].as_str().unwrap())
    };
    told.iter().map(event).collect()
}

#[test]
fn question_is_told_once_and_taken_back() {
    let input = [
        opened(false),
        titled(),
        asks(2000),
        asks(2100),
        finding("blocked", "stop", false),
        state(2500, "working", &json!({})),
        done("done"),
        closed("rest", None),
    ];
    let told = told(&format!("{NAMED} --on blocked=continue"), &input);
    assert_eq!(briefly(&told), ["blocked", "blocked over", "done"]);
    let first = &told[0];
    assert_eq!((&first["sessionID"], &first["title"]), (&json!("ses_1"), &json!("Tidy up")));
    assert_eq!((&first["summary"], &first["options"][2]), (&json!("rm -r generated"), &json!("reject")));
    assert_eq!(first["command"], "ocr-act --answer per_1=once --server http://127.0.0.1:9/");
    assert_eq!((&told[1]["summary"], &told[1]["episode"]), (&json!("answered"), &first["episode"]));
}

#[test]
fn topics_are_chosen() {
    let input = [
        opened(false),
        asks(1500),
        state(1600, "quota", &json!({"on": "usage limit reached", "until": 9_000_000})),
        finding("stall", "warn", false),
        finding("loop", "notice", false),
        done("done"),
        closed("rest", None),
    ];
    let mut found = finding("loop", "warn", false);
    found["properties"]["finding"] = json!("f2");
    let mut input = input.to_vec();
    input.insert(4, found);
    for (topics, events) in [
        ("blocked", &["blocked", "blocked over"][..]),
        ("quota", &["quota"]),
        ("stall", &["stall"]),
        ("found", &["found"]),
        ("success", &["done"]),
        ("failure", &[]),
        ("quota,success", &["quota", "done"]),
        ("all", &["blocked", "blocked over", "quota", "stall", "found", "done"]),
    ] {
        let told = told(&format!("{NAMED} --notify-on {topics}"), &input);
        assert_eq!(briefly(&told), events, "{topics}");
    }
}

#[test]
fn nobody_is_told_of_a_recording() {
    let input = [opened(true), asks(2000), done("done")];
    assert_eq!(told(NAMED, &input), Vec::<Value>::new());
    assert_eq!(told("", &input), Vec::<Value>::new());
    assert_eq!(told(&format!("{NAMED} --dry-run"), &[opened(false), asks(2000)]), Vec::<Value>::new());
}

#[test]
fn secrets_are_masked() {
    let token = format!("gh{}_{}", "p", "Ab12".repeat(9));
    let asks = state(2000, "waiting", &json!({"request": "per_1", "on": format!("curl -H 'Token: {token}'")}));
    let told = told(NAMED, &[opened(false), asks]);
    assert_eq!(briefly(&told)[0], "blocked");
    assert!(!told[0].to_string().contains(&token), "{}", told[0]);
}

#[test]
fn lines_do_not_wait_for_a_receiver() {
    let folder = tempfile::tempdir().unwrap();
    let later = json!({"ts": 2600, "type": "marker", "properties": {}});
    std::fs::write(folder.path().join("in"), lines(&[opened(false), asks(2000), later])).unwrap();
    let stuck = "until test -e gate; do sleep 0.05; done";
    let line = format!("{{ cat in; {stuck}; }} | ocr-act {NAMED} --notify-on blocked --notify-cmd '{stuck}'");
    let mut run = shell(&line, folder.path());
    run.wait_for("marker");
    std::fs::write(folder.path().join("gate"), "").unwrap();
    let finished = run.finish();
    let actions = finished.of("ocr.act.action");
    let details: Vec<_> = actions.iter().map(|l| l["properties"]["detail"].as_str().unwrap()).collect();
    assert_eq!(details, ["blocked: delivered to --notify-cmd"], "{}", finished.stderr);
    assert_eq!(actions[0]["properties"]["action"], "notify");
}

#[test]
fn variables_of_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let line = format!(
        r#"ocr-act {NAMED} --notify-on blocked --notify-cmd 'printf "%s\n" "$OCR_EVENT" "$OCR_SESSION" "$OCR_SUMMARY" "$OCR_WEBHOOK_SECRET" > told' < in"#
    );
    let finished = run(
        &format!("export OCR_WEBHOOK_SECRET=c2VjcmV0c2VjcmV0c2VjcmV0; {line}"),
        folder.path(),
        &[opened(false), asks(2000)],
    );
    let told = std::fs::read_to_string(folder.path().join("told")).unwrap();
    let told: Vec<&str> = told.lines().collect();
    assert_eq!(told.len(), 4, "{told:?} {}", finished.stderr);
    assert_eq!((told[0], told[1], told[3]), ("blocked", "ses_1", ""));
    assert!(told[2].contains("rm -r generated") && told[2].contains("ocr-act --answer per_1=once"), "{}", told[2]);
}

#[test]
fn desktop() {
    let folder = tempfile::tempdir().unwrap();
    let line = format!(
        r#"mkdir bin; printf '#!/bin/sh\nprintf "%%s\\n" "$@" > shown\n' > bin/notify-send; chmod +x bin/notify-send
        PATH="$PWD/bin:$PATH" ocr-act {NAMED} --notify-on blocked --notify-desktop < in"#
    );
    let finished = run(&line, folder.path(), &[opened(false), asks(2000)]);
    let shown = std::fs::read_to_string(folder.path().join("shown")).unwrap_or_default();
    assert!(shown.contains("ocr: blocked\n") && shown.contains("rm -r generated"), "{shown} {}", finished.stderr);
}

//! More findings, sessions and requests than anybody remembers: nothing switches the guard off quietly.

use super::stub::{Manner, Stub};
use super::{act, finding, opened};
use serde_json::{Value, json};

/// More than is remembered of anything.
const MANY: usize = 10_001;

fn line(kind: &str, properties: Value) -> Value {
    json!({"ts": 2000, "id": "evt_9", "type": kind, "properties": properties})
}

/// The actions and their phases.
fn actions(added: &[Value]) -> Vec<String> {
    let actions = added.iter().filter(|l| l["type"] == "ocr.act.action").map(|l| &l["properties"]);
    actions.map(|l| format!("{} {}", l["action"], l["phase"]).replace('"', "")).collect()
}

#[test]
fn policy_outlives_many_findings() {
    let mut input = vec![opened(false), line("ocr.review.opened", json!({"reviewer": "m"}))];
    let mut found = finding("loop", "stop", false);
    found["properties"]["finding"] = json!("first");
    input.push(found);
    let notice = |n: usize| {
        let mut notice = finding("loop", "notice", false);
        notice["properties"]["finding"] = json!(format!("n{n}"));
        notice
    };
    input.extend((0..MANY).map(notice));
    let decision = json!({"sessionID": "ses_1", "action": "abort", "reason": "stop it", "reviewer": "m",
        "finding": "first", "judged": "e", "confidence": 1, "iteration": 1});
    input.push(line("ocr.review.decision", decision));
    let (_, added, told) = act(&["--on", "loop=continue"], &input);
    assert_eq!(actions(&added), ["abort skipped"], "{told}");
    assert!(added[0].to_string().contains("--on overrides the reviewer"), "{}", added[0]);
}

#[test]
fn busy_subagent_outlives_many_others() {
    let (host, stub) = Stub::serve(Manner::Obeys);
    let mut first = opened(false);
    first["properties"]["server"] = json!(host.url());
    let created =
        |id: String| line("session.created", json!({"sessionID": id, "info": {"id": id, "parentID": "ses_1"}}));
    let mut input = vec![first, created("ses_2".to_owned())];
    for n in 0..MANY {
        input.push(created(format!("ses_c{n}")));
        if n % 1000 == 0 {
            input.push(created("ses_2".to_owned()));
        }
    }
    let mut found = finding("loop", "stop", false);
    found["properties"]["sessionID"] = json!("ses_2");
    input.push(found);
    let (_, added, told) = act(&[], &input);
    assert_eq!(actions(&added), ["abort begun", "abort taken"], "{told}");
    assert!(told.contains("more than 10000 sessions"), "{told}");
    assert!(!stub.works());
}

#[test]
fn latest_request_gets_its_answer() {
    let asked = |n: usize| {
        let properties =
            json!({"id": format!("per_{n}"), "sessionID": "ses_1", "permission": "bash", "patterns": ["x"]});
        line("permission.asked", properties)
    };
    let mut input = vec![opened(true)];
    // Each is answered by someone else, but for those before the last.
    input.extend((0..MANY).map(asked));
    input.extend((0..MANY - 1).map(|n| {
        line("permission.replied", json!({"sessionID": "ses_1", "requestID": format!("per_{n}"), "reply": "once"}))
    }));
    input.push(finding("blocked", "warn", false));
    let (_, added, told) = act(&["--on-permission", "reject"], &input);
    assert_eq!(actions(&added), ["answer skipped"], "{told}");
    assert!(told.contains("more than 10000 requests"), "{told}");
}

//! The facts about the server that we build on. When one of these fails, `OpenCode` has changed.

use crate::support::{Live, OpenCode, Project, Provider, Script, Server};
use serde_json::{Value, json};

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().filter_map(|e| e["type"].as_str()).collect()
}

fn is_status(event: &Value, status: &str) -> bool {
    event["type"] == "session.status" && event["properties"]["status"]["type"] == status
}

#[test]
fn events_have_ids() {
    let Some(live) = Live::play(
        r#"{"task": "Say what is in a.txt.", "files": {"a.txt": "alpha\n"}, "turns": [
            {"calls": [{"tool": "bash", "input": {"command": "cat a.txt", "description": "Reads a.txt"}}]},
            {"reasoning": "It says alpha.", "text": "It holds the word alpha."}]}"#,
    ) else {
        return;
    };
    let events = live.server.events();
    let session = live.server.begin(&live.script.task);
    let seen = events.wait(|e| e["type"] == "session.idle");
    for event in &seen {
        assert!(event["id"].as_str().is_some_and(|id| id.starts_with("evt_")), "{event}");
    }
    let of_session = |e: &&Value| e["properties"]["sessionID"] == json!(session);
    assert!(seen.iter().filter(of_session).count() > 10, "{:?}", types(&seen));
    let tool = |status: &str| {
        let is = |e: &&Value| e["properties"]["part"]["state"]["status"] == status;
        seen.iter().filter(is).count()
    };
    assert!(tool("running") >= 1, "{:?}", types(&seen));
    // Counted once by part id, a call that is told again is one call all the same.
    assert!(tool("completed") >= 1, "{:?}", types(&seen));
    let text = seen.iter().filter(|e| e["properties"]["part"]["type"] == "text");
    assert!(text.into_iter().any(|e| e["properties"]["part"]["text"] == "It holds the word alpha."));
}

#[test]
fn abort_events() {
    let Some(live) = Live::play(r#"{"task": "Say hello.", "turns": [{"text": "Hel", "hang": true}]}"#) else {
        return;
    };
    let events = live.server.events();
    let session = live.server.begin(&live.script.task);
    events.wait(|e| e["type"] == "message.part.delta");
    live.server.abort(&session);
    let seen = events.wait(|e| e["type"] == "session.idle");
    let at = |found: &dyn Fn(&Value) -> bool| seen.iter().position(found);
    let error = at(&|e| e["properties"]["error"]["name"] == "MessageAbortedError");
    let idle = at(&|e| is_status(e, "idle"));
    assert!(error.is_some() && error < idle, "{:?}", types(&seen));
}

#[test]
fn password_is_required() {
    let Some(opencode) = OpenCode::get() else { return };
    let script = Script::parse(r#"{"task": "Nothing.", "turns": []}"#).expect("a scenario");
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let server = Server::with_password(&opencode, &project, "open sesame");
    let (status, health) = server.get("/global/health");
    assert_eq!((status, &health["healthy"]), (200, &json!(true)));
    for path in ["/global/health", "/event", "/session"] {
        assert_eq!(server.anonymous(path), 401, "{path}");
    }
}

#[test]
fn subagent_names_parent() {
    let Some(live) = Live::start(Script::load("subagent")) else {
        return;
    };
    let events = live.server.events();
    let parent = live.server.begin(&live.script.task);
    let ends = |e: &Value| e["type"] == "session.idle" && e["properties"]["sessionID"] == json!(parent);
    let seen = events.wait(ends);
    let is_child = |e: &&Value| e["type"] == "session.created" && e["properties"]["info"]["parentID"] == json!(parent);
    let child = seen.iter().find(is_child).expect("the child's session was created");
    let child = &child["properties"]["sessionID"];
    let of_child = seen.iter().filter(|e| e["properties"]["sessionID"] == *child);
    assert!(of_child.count() > 10, "the child's events carry its own session: {:?}", types(&seen));
}

#[test]
fn counts_retries() {
    let Some(live) = Live::start(Script::load("retry-recovers")) else {
        return;
    };
    let events = live.server.events();
    live.server.begin(&live.script.task);
    let seen = events.wait(|e| e["type"] == "session.idle");
    let retries = seen.iter().filter(|e| is_status(e, "retry"));
    let attempts: Vec<_> = retries.filter_map(|e| e["properties"]["status"]["attempt"].as_u64()).collect();
    assert_eq!(attempts, [1, 2]);
    assert!(!types(&seen).contains(&"session.error"), "{:?}", types(&seen));
}

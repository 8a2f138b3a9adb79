//! What is asked of a server is asked in the session's own directory, and only about a session that lives.

use super::{act, closed, done, finding, opened};
use crate::support::Host;
use axum::http::{Method, Uri};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

type Asked = Arc<Mutex<Vec<String>>>;

/// A server whose sessions work elsewhere than it does, and the requests that it got: those that change something, and
/// the lists of all sessions.
fn serve() -> (Host, Asked) {
    let asked = Asked::default();
    let seen = Arc::clone(&asked);
    let answer = move |method: Method, uri: Uri| {
        let path = uri.path().to_owned();
        if method == Method::POST || path == "/experimental/session" {
            seen.lock().unwrap().push(uri.to_string());
        }
        let session = path.strip_prefix("/session/").filter(|id| !id.contains('/') && *id != "status");
        let answer = match session {
            Some(id) => json!({"id": id, "directory": format!("/{id}")}),
            None if path == "/session/status" => json!({}),
            None if method == Method::POST => json!(true),
            None => json!([]),
        };
        async { Json(answer) }
    };
    (Host::serve(Router::new().fallback(answer)), asked)
}

fn asked_by(args: &[&str], input: &[Value]) -> Vec<String> {
    let (host, asked) = serve();
    let url = host.url();
    let (_, added, told) = act(&[&["--server", &url][..], args].concat(), input);
    let failed = added.iter().any(|line| line["properties"]["phase"] == "failed");
    assert!(!failed, "{added:?} {told}");
    asked.lock().unwrap().clone()
}

#[test]
fn message_goes_to_the_session_where_it_works() {
    let input = [opened(false), finding("loop", "warn", false)];
    assert_eq!(asked_by(&["--on", "loop=steer"], &input), ["/session/ses_1/prompt_async?directory=%2Fses_1"]);
}

#[test]
fn request_of_a_subagent_is_answered_where_it_works() {
    let line =
        |kind: &str, properties: Value| json!({"ts": 1500, "id": "evt_1", "type": kind, "properties": properties});
    let mut blocked = finding("blocked", "warn", false);
    blocked["properties"]["sessionID"] = json!("ses_2");
    let child = json!({"sessionID": "ses_2", "info": {"id": "ses_2", "parentID": "ses_1"}});
    for (kind, id, args) in
        [("permission", "per_1", ["--on-permission", "once"]), ("question", "que_1", ["--on-question", "reject"])]
    {
        let request = json!({"id": id, "sessionID": "ses_2", "permission": "bash", "patterns": ["x"], "questions": []});
        let input = [
            opened(false),
            line("session.created", child.clone()),
            line(&format!("{kind}.asked"), request),
            blocked.clone(),
            closed("rest", None),
        ];
        let verb = if kind == "permission" { "reply" } else { "reject" };
        assert_eq!(asked_by(&args, &input), [format!("/{kind}/{id}/{verb}?directory=%2Fses_2")]);
    }
}

#[test]
fn neighbours_of_a_recording_are_not_looked_for() {
    let mut first = opened(false);
    first["properties"]["directory"] = json!("/ses_1");
    assert_eq!(asked_by(&[], &[first, done("done"), closed("rest", None)]), [""; 0]);
}

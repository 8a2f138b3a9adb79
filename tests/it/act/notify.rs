//! Notifications, and how long they may delay the exit.

use super::{DAEMON, act, closed, done, lines, opened};
use crate::support::{ocr, shell};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::time::{Duration, Instant};
use wiremock::matchers::{any, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// How long notifications may delay the exit, plus the start of a program on a busy machine.
const PATIENCE: Duration = Duration::from_secs(12);

/// A person vouches for the stream, which is none.
const NAMED: [&str; 2] = ["--server", "http://127.0.0.1:9/"];

/// The requests that a webhook received, and standard error.
fn posted(args: &[&str], env: &[(&str, &str)], answer: ResponseTemplate) -> (Vec<wiremock::Request>, String) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        Mock::given(method("POST")).respond_with(answer).mount(&server).await;
        server
    });
    let mut command = ocr("ocr-act");
    command.args(args).args(NAMED).args(["--notify", &server.uri()]).envs(env.iter().copied());
    let output = command.write_stdin(lines(&[opened(false), done("done"), closed("rest", None)])).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "a notification changed the outcome");
    (runtime.block_on(server.received_requests()).unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn webhook_id_fits_in_a_header_whatever_the_session_is_called() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(204)).mount(&server).await;
        server
    });
    let mut input = [opened(false), done("done"), closed("rest", None)];
    for line in &mut input {
        line["properties"]["sessionID"] = json!("a session\n\u{e9}");
    }
    let (_, added, told) = act(&["--notify", &server.uri()], &input);
    let requests = runtime.block_on(server.received_requests()).unwrap();
    assert_eq!(requests.len(), 1, "{added:?} {told}");
    let id = requests[0].headers["webhook-id"].to_str().unwrap();
    assert!(id.starts_with("msg_") && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{id}");
}

#[test]
fn webhook_signature() {
    let secret = BASE64_STANDARD.encode("a secret of twenty-four b");
    let (requests, _) = posted(&[], &[("OCR_WEBHOOK_SECRET", &format!("whsec_{secret}"))], ResponseTemplate::new(204));
    let request = &requests[0];
    let header = |name: &str| request.headers[name].to_str().unwrap().to_owned();
    let body = String::from_utf8(request.body.clone()).unwrap();
    // Computed independently: base64(HMAC-SHA256(key, "id.timestamp.body")).
    let mut mac = Hmac::<Sha256>::new_from_slice(b"a secret of twenty-four b").unwrap();
    mac.update(format!("{}.{}.{body}", header("webhook-id"), header("webhook-timestamp")).as_bytes());
    let expected = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    assert_eq!(header("webhook-signature"), format!("v1,{expected}"));
    // The last line came at 4 s, a moment before.
    let at: i64 = header("webhook-timestamp").parse().unwrap();
    assert!((4..60).contains(&at), "{at}");
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&body["type"], &body["data"]["outcome"]), (&json!("ocr.act.result"), &json!("done")));
}

#[test]
fn notify_as_formats() {
    for (shape, says) in
        [("slack", r#"{"text":"done (exit 0)"#), ("discord", r#""content":"done (exit 0)"#), ("ntfy", "done (exit 0)")]
    {
        let (requests, _) = posted(&["--notify-as", shape], &[], ResponseTemplate::new(200));
        let body = String::from_utf8(requests[0].body.clone()).unwrap();
        assert!(body.contains(says), "{shape}: {body}");
    }
}

#[test]
fn notify_on_outcome() {
    assert!(posted(&["--notify-on", "failure"], &[], ResponseTemplate::new(200)).0.is_empty());
    assert_eq!(posted(&["--notify-on", "success"], &[], ResponseTemplate::new(200)).0.len(), 1);
}

#[test]
fn receiver_is_given_the_pause_that_it_asks_for() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        let busy = ResponseTemplate::new(429).insert_header("retry-after", "3");
        Mock::given(any()).respond_with(busy).up_to_n_times(1).mount(&server).await;
        Mock::given(any()).respond_with(ResponseTemplate::new(204)).mount(&server).await;
        server
    });
    let (_, added, told) = act(&["--notify", &server.uri()], &[opened(false), done("done"), closed("rest", None)]);
    let requests = runtime.block_on(server.received_requests()).unwrap();
    let times: Vec<i64> =
        requests.iter().map(|r| r.headers["webhook-timestamp"].to_str().unwrap().parse().unwrap()).collect();
    assert!(times.len() == 2 && times[1] >= times[0] + 3, "{times:?} {added:?} {told}");
    for pause in ["3600", "60"] {
        let busy = ResponseTemplate::new(429).insert_header("retry-after", pause);
        let (requests, told) = posted(&[], &[], busy);
        assert_eq!(requests.len(), 1, "{told}");
        assert!(told.contains(&format!("a pause of {pause} s")), "{told}");
    }
}

#[test]
fn failing_webhook_is_retried() {
    let (requests, stderr) = posted(&[], &[], ResponseTemplate::new(500));
    assert_eq!(requests.len(), 4);
    let times: Vec<i64> =
        requests.iter().map(|r| r.headers["webhook-timestamp"].to_str().unwrap().parse().unwrap()).collect();
    assert!(times.is_sorted() && times[3] > times[0], "the timestamp is not that of the attempt: {times:?}");
    let ids: Vec<_> = requests.iter().map(|r| r.headers["webhook-id"].clone()).collect();
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "the receiver cannot tell a retry");
    assert!(stderr.contains("cannot notify"), "{stderr}");
    let dead = ocr("ocr-act")
        .args(NAMED)
        .args(["--notify", "http://127.0.0.1:9/secret-path"])
        .write_stdin(lines(&[opened(false), done("done"), closed("rest", None)]))
        .output()
        .unwrap();
    assert_eq!(dead.status.code(), Some(0));
    assert!(!String::from_utf8(dead.stderr).unwrap().contains("secret-path"));
}

#[test]
fn redirect_is_not_followed() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let elsewhere = runtime.block_on(async {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(200)).expect(0).mount(&server).await;
        server
    });
    for status in [301, 302, 303, 307, 308] {
        let redirect = ResponseTemplate::new(status).insert_header("location", elsewhere.uri());
        let (requests, stderr) = posted(&[], &[], redirect);
        assert_eq!(requests.len(), 1, "{status}: a redirect does not pass by itself");
        assert!(stderr.contains(&format!("it answered {status}")) && stderr.contains("not followed"), "{stderr}");
    }
    runtime.block_on(elsewhere.verify());
}

#[test]
fn delivery_is_recorded() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&server).await;
        server
    });
    let input = [opened(false), done("done"), closed("rest", None)];
    let args = ["--notify", &server.uri(), "--notify", "http://127.0.0.1:9/hook", "--notify-cmd", "exit 3"];
    let (code, added, told) = act(&args, &input);
    let last = added.last().unwrap();
    assert_eq!((code, &last["type"]), (0, &json!("ocr.act.result")), "{told}");
    let notices = added.iter().filter(|l| l["properties"]["action"] == "notify").map(|l| &l["properties"]);
    let notices: Vec<String> = notices.map(|n| format!("{} {}", n["phase"], n["detail"]).replace('"', "")).collect();
    assert_eq!(notices.len(), 3, "{notices:?}");
    assert_eq!(notices[0], format!("taken delivered to {}", server.address()));
    assert!(
        notices[1].starts_with("failed not delivered to 127.0.0.1:9: ")
            && notices[1].contains("refused")
            && !notices[1].contains("hook"),
        "{notices:?}"
    );
    assert!(notices[2].contains("--notify-cmd: it failed (exit 3)"), "{notices:?}");
}

#[test]
fn notify_cmd_gets_result() {
    let folder = tempfile::tempdir().unwrap();
    let line = format!(
        "printf '%s' '{}' | ocr-act --quiet --server http://127.0.0.1:9/ --notify-cmd 'cat >> result.json'",
        lines(&[opened(false), done("done"), closed("rest", None)])
    );
    let finished = shell(&line, folder.path()).finish();
    assert_eq!(finished.code(), Some(0), "{}", finished.stderr);
    let told = std::fs::read_to_string(folder.path().join("result.json")).unwrap();
    assert!(told.ends_with("}\n") && told.lines().count() == 1, "{told}");
    let result: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&result["outcome"], &result["event"]), (&"done".into(), &"success".into()));
    assert!(result["ts"].as_i64().is_some(), "{result}");
}

#[test]
fn replay_is_not_notified() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(200)).expect(0).mount(&server).await;
        server
    });
    ocr("ocr-act")
        .args(["--notify", &server.uri()])
        .write_stdin(lines(&[opened(true), done("done")]))
        .assert()
        .success();
    runtime.block_on(server.verify());
}

#[test]
fn notify_time_limit() {
    let begun = Instant::now();
    let slow = ResponseTemplate::new(204).set_delay(Duration::from_mins(1));
    let (requests, stderr) = posted(&["--notify-cmd", "sleep 60"], &[], slow);
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    assert_eq!(requests.len(), 1);
    assert!(stderr.contains("cannot notify 127.0.0.1:") && stderr.contains(": no answer within 10 s"), "{stderr}");
    assert!(stderr.contains("--notify-cmd: it failed (killed after 10 s)"), "{stderr}");
}

#[test]
fn dead_webhook() {
    // 192.0.2.0/24 is reserved for documentation, so nobody answers.
    for url in ["http://127.0.0.1:9/", "http://192.0.2.1/", "http://no-such-host.invalid/"] {
        let begun = Instant::now();
        let dead = ocr("ocr-act")
            .args(NAMED)
            .args(["--notify", url])
            .write_stdin(lines(&[opened(false), done("done"), closed("rest", None)]))
            .output()
            .unwrap();
        assert_eq!(dead.status.code(), Some(0));
        assert!(begun.elapsed() < PATIENCE, "{url}: {:?}", begun.elapsed());
    }
}

#[test]
fn notify_cmd_daemon() {
    let begun = Instant::now();
    let finished = ocr("ocr-act")
        .args(NAMED)
        .args(["--notify-cmd", DAEMON])
        .write_stdin(lines(&[opened(false), done("done"), closed("rest", None)]))
        .output()
        .unwrap();
    assert_eq!(finished.status.code(), Some(0));
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
}

#[test]
fn notify_is_short() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(204)).mount(&server).await;
        server
    });
    let failed = ocr("ocr-act")
        .args(NAMED)
        .args(["--notify", &server.uri(), "--notify-as", "discord", "--verify", "seq 1 5000; exit 7"])
        .write_stdin(lines(&[opened(false), done("done"), closed("rest", None)]))
        .output()
        .unwrap();
    assert_eq!(failed.status.code(), Some(14));
    let requests = runtime.block_on(server.received_requests()).unwrap();
    let body: Value = serde_json::from_slice(&requests[0].body).unwrap();
    let content = body["content"].as_str().unwrap();
    assert!(content.chars().count() < 2000, "Discord rejects {}", content.len());
    assert!(content.contains(r"\`seq 1 5000; exit 7\` failed (exit 7);"), "{content}");
    let stderr = String::from_utf8(failed.stderr).unwrap();
    assert!(stderr.lines().all(|line| line.len() < 500), "{stderr}");
    assert!(String::from_utf8(failed.stdout).unwrap().contains("4999\\n5000"));
}

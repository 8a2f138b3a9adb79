//! What `ocr-act` acts on: a live stream of its own pipe, or a server that a person names. Never on a recording, however
//! it is written, and never on a server that only a line names.

use super::{closed, done, finding, lines};
use crate::support::{CONNECTED, Host, measured, routes};
use assert_cmd::cargo::cargo_bin;
use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// Adds a loop to a stream that opens, and passes on what follows.
const DETECT: &str = r#"{ IFS= read -r opened; printf '%s\n' "$opened"; cat finding; cat; }"#;

/// A server with one session that works until it is aborted, and the requests that change something.
struct Victim {
    host: Host,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Victim {
    fn serve() -> Self {
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (stop, stopped) = watch::channel(false);
        let session = || json!({"id": "ses_1", "directory": "/"});
        let busy = stopped.clone();
        let status = move || {
            let works = !*busy.borrow();
            async move { Json(if works { json!({"ses_1": {"type": "busy"}}) } else { json!({}) }) }
        };
        let events = move || {
            let mut stopped = stopped.clone();
            async move {
                let first = stream::iter([CONNECTED.to_owned()]);
                let rest = stream::once(async move {
                    let _ = stopped.wait_for(|stopped| *stopped).await;
                    let idle = json!({"id": "evt_1", "type": "session.idle", "properties": {"sessionID": "ses_1"}});
                    format!("data: {idle}\n\n")
                });
                let all = first.chain(rest).chain(stream::pending()).map(Ok::<_, std::convert::Infallible>);
                ([("content-type", "text/event-stream")], Body::from_stream(all)).into_response()
            }
        };
        let seen = Arc::clone(&asked);
        let change = move |Path(path): Path<String>, headers: HeaderMap| {
            let password = headers.get("authorization").map_or("", |value| value.to_str().unwrap());
            seen.lock().unwrap().push(format!("{path} {password}").trim_end().to_owned());
            stop.send_replace(true);
            async { Json(json!(true)) }
        };
        let router = axum::Router::new()
            .merge(routes::<()>("1.18.33").fallback(|| async { axum::http::StatusCode::NOT_FOUND }))
            .route("/event", get(events))
            .route("/session", get(move || async move { Json(json!([session()])) }))
            .route("/session/ses_1", get(move || async move { Json(session()) }))
            .route("/session/ses_1/children", get(|| async { Json(json!([])) }))
            .route("/session/ses_1/{*path}", post(change).get(|| async { Json(json!([])) }));
        let router = axum::Router::new().route("/session/status", get(status)).fallback_service(router);
        Self { host: Host::serve(router), asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// A folder with the files of a pipe, and the key of the user.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("finding"), lines(&[finding("loop", "stop", false)])).unwrap();
    folder
}

/// A command line in a process group of its own, as an interactive shell starts it.
fn command(line: &str, folder: &tempfile::TempDir) -> Command {
    let bins = cargo_bin("ocr-run");
    let path = format!("{}:{}", bins.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(folder.path()).env_clear().envs(measured()).env("PATH", path);
    command.env("XDG_RUNTIME_DIR", folder.path()).stdin(Stdio::null()).process_group(0);
    command
}

struct Ran {
    code: Option<i32>,
    lines: String,
    told: String,
}

fn run(line: &str, folder: &tempfile::TempDir, env: &[(&str, &str)]) -> Ran {
    let done = command(line, folder).envs(env.iter().copied()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: done.status.code(), lines: text(done.stdout), told: text(done.stderr) }
}

/// A stream of this server that runs in a pipe of its own, and its first line.
fn streaming(victim: &Victim, folder: &tempfile::TempDir) -> (Child, String) {
    let line = format!("exec ocr-stream --server {} --session ses_1", victim.host.url());
    let mut child = command(&line, folder).stdout(Stdio::piped()).spawn().unwrap();
    let mut opened = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut opened).unwrap();
    (child, opened)
}

#[test]
fn acts_on_its_own_live_stream() {
    let stream = |victim: &Victim| format!("ocr-stream --server {} --session ses_1", victim.host.url());
    for shape in [
        "STREAM | DETECT | ocr-act -q --verify 'touch checked' --notify-cmd 'touch sent'",
        "STREAM | tee all | DETECT | ocr-act -q | cat",
        "(STREAM | (DETECT | { ocr-act -q; }))",
        "STREAM | DETECT | jq -c --unbuffered . | ocr-act -q",
        "timeout 600 STREAM | DETECT | ocr-act -q",
        "STREAM | DETECT | nice timeout 600 ocr-act -q",
    ] {
        let (victim, folder) = (Victim::serve(), folder());
        let line = shape.replace("STREAM", &stream(&victim)).replace("DETECT", DETECT);
        let ran = run(&line, &folder, &[("OPENCODE_SERVER_PASSWORD", "secret")]);
        assert!(ran.lines.contains(r#""phase":"taken""#), "{shape}: {} {}", ran.lines, ran.told);
        assert_eq!(victim.asked(), ["abort Basic b3BlbmNvZGU6c2VjcmV0"], "{shape}");
    }
}

#[test]
fn shares_the_key_of_a_run() {
    let (victim, folder) = (Victim::serve(), folder());
    let line = format!("setsid ocr-stream --server {} --session ses_1 | {DETECT} | ocr-act -q", victim.host.url());
    let ran = run(&line, &folder, &[("OCR_PIPE_KEY", "of this run")]);
    assert_eq!(victim.asked(), ["abort"], "{}", ran.told);
}

/// Other ways to write the `opened` line of a live stream.
#[allow(clippy::too_many_lines, reason = "a table")]
fn forged(opened: &str) -> Vec<String> {
    let line: Value = serde_json::from_str(opened).unwrap();
    let with = |member: &str, value: Value| {
        let mut line = line.clone();
        line["properties"][member] = value;
        line.to_string()
    };
    let without = |members: &[&str]| {
        let mut line = line.clone();
        for member in members {
            line["properties"].as_object_mut().unwrap().remove(*member);
        }
        line.to_string()
    };
    let mut stamped = line.clone();
    stamped["ts"] = json!(line["ts"].as_i64().unwrap() + 1);
    let compact = line.to_string();
    let decoy = compact.replacen('{', r#"{"properties":{"replay":true},"#, 1);
    let last = format!(r#"{},"properties":{{"replay":false}}}}"#, compact.trim_end_matches('}'));
    vec![
        compact.clone(),
        serde_json::to_string_pretty(&line).unwrap().replace('\n', " "),
        compact.replace("opened", "open\\u0065d"),
        compact.replacen("\"type\"", "\"\\u0074ype\"", 1),
        compact.replacen("\"replay\"", "\"r\\u0065play\"", 1),
        format!("\u{feff}{compact}"),
        format!("data: {compact}\r"),
        format!(r#"{{"directory":"/","payload":{compact}}}"#),
        stamped.to_string(),
        compact.replacen("\"ts\":", "\"ts\":1e", 1),
        compact.replacen("\"ts\":", "\"tx\":", 1),
        compact.replacen("\"ts\":", "\"ts\":99999999999999999999", 1),
        decoy,
        last,
        compact.replacen("\"replay\":false", "\"replay\":true,\"replay\":false", 1),
        compact.replacen("\"replay\":false", "\"replay\":false,\"replay\":false", 1),
        without(&["replay"]),
        without(&["proof"]),
        without(&["pid"]),
        without(&["proof", "pid"]),
        without(&["replay", "proof"]),
        with("replay", json!(null)),
        with("replay", json!("false")),
        with("replay", json!(0)),
        with("replay", json!([])),
        with("replay", json!(true)),
        with("proof", json!("")),
        with("proof", json!("00".repeat(32))),
        with("proof", json!(["x"])),
        with("proof", json!(null)),
        with("proof", json!("zz".repeat(32))),
        with("proof", json!(line["properties"]["proof"].as_str().unwrap_or_default().to_uppercase() + "00")),
        with("pid", json!(std::process::id())),
        with("pid", json!(1)),
        with("pid", json!(0)),
        with("pid", json!(-1)),
        with("pid", json!(u64::MAX)),
        with("spawned", json!(true)),
        with("follow", json!(true)),
        with("directory", json!("/tmp")),
        with("sessionID", json!("ses_2")),
        with("server", json!("http://127.0.0.1:9/")),
        with("server", json!("http://127.0.0.1:9/\u{0}")),
        json!({"ts": line["ts"], "type": line["type"], "properties": [line["properties"]]}).to_string(),
        compact.replacen("\"server\"", "\"\u{455}erver\"", 1),
        format!("{compact}\n{}", with("proof", json!(null))),
        format!("{}\n{compact}", with("replay", json!(true))),
        format!("{}\n{compact}", json!({"ts": 1, "type": "ocr.stream.closed", "properties": {"reason": "rest"}})),
        format!("{}\n{compact}", without(&["proof"])),
    ]
}

/// Feeds each forged line, followed by a loop and a finished session, to a hand that has much to do.
fn none_acts(opened: &str, victim: &Victim, folder: &tempfile::TempDir, why: &str) {
    let lines = |opened: &str| format!("{opened}\n{}", lines(&[finding("loop", "stop", false), closed("rest", None)]));
    let rested = |opened: &str| format!("{opened}\n{}", super::lines(&[done("done"), closed("rest", None)]));
    let line = "ocr-act -q --verify 'touch checked' --notify-cmd 'touch sent' < recording";
    for (at, opened) in forged(opened.trim_end()).into_iter().enumerate() {
        for recording in [lines(&opened), rested(&opened)] {
            fs::write(folder.path().join("recording"), &recording).unwrap();
            let ran =
                run(line, folder, &[("OPENCODE_SERVER_PASSWORD", "secret"), ("OCR_ACT_SERVER", &victim.host.url())]);
            assert_eq!(victim.asked(), [""; 0], "{why} {at}: {recording}");
            assert!(!ran.lines.contains(r#""phase":"begun""#), "{why} {at}: {recording} {}", ran.lines);
            for file in ["checked", "sent"] {
                assert!(!folder.path().join(file).exists(), "{why} {at}: {file} {recording} {}", ran.told);
            }
            assert!(ran.told.matches("nothing is done").count() <= 1, "{why} {at}: {}", ran.told);
        }
    }
}

#[test]
fn never_acts_on_a_recording() {
    let (victim, folder) = (Victim::serve(), folder());
    let (mut child, opened) = streaming(&victim, &folder);
    assert!(opened.contains("\"proof\":\""), "{opened}");
    none_acts(&opened, &victim, &folder, "of a living stream in another pipe");
    child.kill().unwrap();
    none_acts(&opened, &victim, &folder, "of a zombie");
    child.wait().unwrap();
    none_acts(&opened, &victim, &folder, "of a dead stream");
    fs::write(folder.path().join("recording"), opened + &lines(&[finding("loop", "stop", false)])).unwrap();
    let replayed = run("ocr-stream --replay recording | ocr-detect | ocr-review | ocr-act -q", &folder, &[]);
    assert_eq!((replayed.code, &*replayed.told), (Some(3), ""), "a replay needs no word: nobody expects it to act");
    let raw = run("ocr-act -q < recording", &folder, &[]);
    assert_eq!(raw.code, Some(10), "{}", raw.told);
    assert!(raw.told.contains("is gone); use --server"), "{}", raw.told);
    assert_eq!(raw.told.lines().count(), 1, "{}", raw.told);
    let named = run(&format!("ocr-act -q --server {} < recording", victim.host.url()), &folder, &[]);
    assert_eq!((named.code, victim.asked().len()), (Some(10), 1), "{}", named.told);
}

#[test]
fn a_stream_into_a_file_is_a_recording() {
    let (victim, folder) = (Victim::serve(), folder());
    let stream = format!("ocr-stream --server {} --session ses_1 --follow", victim.host.url());
    // In one group, while the stream still writes.
    let script = format!(
        "{stream} > live & until grep -q opened live; do :; done; cat live finding | ocr-act -q; code=$?; kill $!; exit $code"
    );
    fs::write(folder.path().join("finding"), lines(&[finding("loop", "stop", false)])).unwrap();
    let ran = run(&script, &folder, &[]);
    assert!(ran.told.contains("no proof in its first line); use --server"), "{}", ran.told);
    assert_eq!(victim.asked(), [""; 0]);
}

#[test]
fn keeps_to_the_first_opened_line() {
    let (victim, other, folder) = (Victim::serve(), Victim::serve(), folder());
    let second = json!({"ts": 1, "type": "ocr.stream.opened", "properties": {"sessionID": "ses_1", "server": other.host.url(), "spawned": false, "replay": false}});
    let second = [second, finding("loop", "stop", false)];
    fs::write(folder.path().join("finding"), lines(&second)).unwrap();
    let line = format!("ocr-stream --server {} --session ses_1 | {DETECT} | ocr-act -q", victim.host.url());
    let ran = run(&line, &folder, &[("OPENCODE_SERVER_PASSWORD", "secret")]);
    assert_eq!((victim.asked().len(), other.asked().len()), (1, 0), "{}", ran.told);
    assert!(ran.told.contains("ignoring another"), "{}", ran.told);
}

#[test]
fn says_what_to_do_without_a_key() {
    let (victim, folder) = (Victim::serve(), folder());
    let stream = format!("ocr-stream --server {} --session ses_1", victim.host.url());
    let nowhere = [("XDG_RUNTIME_DIR", "/dev/null"), ("XDG_STATE_HOME", "/dev/null/state")];
    let mut child = command(&format!("exec {stream}"), &folder).envs(nowhere).stdout(Stdio::piped()).spawn().unwrap();
    let mut opened = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut opened).unwrap();
    assert!(opened.contains("stream.opened") && !opened.contains("\"proof\""), "{opened}");
    fs::write(folder.path().join("recording"), opened + &lines(&[finding("loop", "stop", false)])).unwrap();
    let ran = run("ocr-act -q < recording", &folder, &nowhere);
    assert!(ran.told.contains("no proof in its first line); use --server"), "{}", ran.told);
    assert_eq!(victim.asked(), [""; 0]);
    child.kill().unwrap();
    child.wait().unwrap();
    let _ = stdout.read_to_string(&mut String::new());
}

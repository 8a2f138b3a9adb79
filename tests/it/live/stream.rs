//! `ocr-stream` with a real server: spawn, attach, passwords, the end, and what it leaves behind.

use super::bench;
use crate::support::{Live, OpenCode, Project, Provider, Script, Server, live_shell, live_shell_with, wait_until_gone};
use serde_json::Value;

/// The server that the first line names.
fn server_of(line: &str) -> String {
    let opened: Value = serde_json::from_str(line).unwrap();
    opened["properties"]["server"].as_str().unwrap().to_owned()
}

const HANGS: &str = r#"{"task": "Wait.", "turns": [{"text": "Hm", "hang": true}]}"#;
const SAYS_HELLO: &str = r#"{"task": "Say hello.", "turns": [{"text": "Hello."}]}"#;

#[test]
fn spawned_session() {
    let Some(bench) = bench(SAYS_HELLO) else { return };
    let run = live_shell(
        "ocr-stream --spawn --task 'Say hello.' --worker-model fake/scripted -- --print-logs",
        &bench.opencode,
        &bench.project,
    );
    let done = run.finish();
    assert_eq!(done.code(), Some(0), "{}", done.stderr);
    let lines = done.json();
    let types: Vec<&str> = lines.iter().filter_map(|l| l["type"].as_str()).collect();
    assert_eq!((types[0], types[types.len() - 1]), ("ocr.stream.opened", "ocr.stream.closed"));
    let opened = &lines[0]["properties"];
    assert_eq!((&opened["spawned"], &opened["replay"]), (&Value::Bool(true), &Value::Bool(false)));
    assert_eq!(opened["task"], "Say hello.");
    assert!(types.contains(&"session.created") && types.contains(&"session.idle"), "{types:?}");
    assert_eq!(lines[lines.len() - 1]["properties"]["reason"], "rest");
    let stamps: Vec<i64> = lines.iter().map(|l| l["ts"].as_i64().unwrap()).collect();
    assert!(stamps.is_sorted(), "time goes back");
    assert!(done.lines.iter().all(|l| l.starts_with("{\"ts\":")));
    wait_until_gone(&server_of(&done.lines[0]));
}

#[test]
fn password() {
    let Some(opencode) = OpenCode::get() else { return };
    let script = Script::parse(SAYS_HELLO).unwrap();
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let server = Server::with_password(&opencode, &project, "hunter2");
    let line = format!("ocr-stream --server {} --task 'Say hello.'", server.url());
    let with =
        |password| live_shell_with(&line, &opencode, &project, &[("OPENCODE_SERVER_PASSWORD", password)]).finish();
    let right = with("hunter2");
    assert_eq!(right.code(), Some(0), "{}", right.stderr);
    assert!(right.lines.iter().any(|l| l.contains("Hello.")));
    let wrong = with("swordfish");
    assert_eq!(wrong.code(), Some(77));
    assert!(wrong.lines.is_empty());
    assert_eq!(wrong.stderr.lines().count(), 1, "{}", wrong.stderr);
    assert!(wrong.stderr.contains("OPENCODE_SERVER_PASSWORD"), "{}", wrong.stderr);
    assert!(!wrong.stderr.contains("swordfish"));
}

#[test]
fn watched_session_only() {
    let Some(live) = Live::play(SAYS_HELLO) else {
        return;
    };
    let other = live.server.create();
    let session = live.server.create();
    let line = format!("ocr-stream --server {} --session {session} --task 'Say hello.'", live.server.url());
    let mut run = live_shell(&line, &live.opencode, &live.project);
    run.wait_for("ocr.stream.opened");
    live.server.prompt(&other, "Say hello.");
    let done = run.finish();
    assert_eq!(done.code(), Some(0), "{}", done.stderr);
    assert!(done.lines.iter().any(|l| l.contains("session.idle")));
    assert!(done.lines.iter().all(|l| !l.contains(&other)), "another session's events were emitted");
}

#[test]
fn unknown_session() {
    let Some(live) = Live::play(SAYS_HELLO) else {
        return;
    };
    let line = format!("ocr-stream --server {} --session ses_nosuch", live.server.url());
    let done = live_shell(&line, &live.opencode, &live.project).finish();
    assert_eq!(done.code(), Some(1));
    assert!(done.lines.is_empty());
    assert!(done.stderr.contains("ses_nosuch") && done.stderr.lines().count() == 1, "{}", done.stderr);
}

#[test]
fn idle_session_ends_at_once() {
    let Some(live) = Live::play(SAYS_HELLO) else {
        return;
    };
    let session = live.server.create();
    let line = format!("ocr-stream --server {} --session {session}", live.server.url());
    let done = live_shell(&line, &live.opencode, &live.project).finish();
    assert_eq!(done.code(), Some(0), "{}", done.stderr);
    assert_eq!(done.of("ocr.stream.closed")[0]["properties"]["reason"], "rest");
}

#[test]
fn ctrl_c_ends_session_and_server() {
    let Some(bench) = bench(HANGS) else { return };
    for (signal, code, number) in [("-INT", 130, 2), ("-TERM", 143, 15)] {
        let mut run = live_shell("exec ocr-stream --spawn --task 'Wait.'", &bench.opencode, &bench.project);
        let server = server_of(&run.wait_for("ocr.stream.opened"));
        run.wait_for("message.part.delta");
        run.signal(signal);
        let done = run.finish();
        assert_eq!(done.code(), Some(code), "{}", done.stderr);
        assert!(done.lines.iter().any(|l| l.contains("MessageAbortedError")), "the session was not aborted");
        let closed = &done.of("ocr.stream.closed")[0]["properties"];
        assert_eq!((&closed["reason"], &closed["signal"]), (&"interrupted".into(), &number.into()));
        wait_until_gone(&server);
    }
}

#[test]
fn kill_9_leaves_no_server() {
    let Some(bench) = bench(HANGS) else { return };
    let mut run = live_shell("exec ocr-stream --spawn --task 'Wait.'", &bench.opencode, &bench.project);
    let server = server_of(&run.wait_for("ocr.stream.opened"));
    run.wait_for("message.part.delta");
    run.signal("-KILL");
    let done = run.finish();
    assert_eq!(done.code(), None);
    wait_until_gone(&server);
}

#[test]
fn leaving_reader_ends_server() {
    let Some(bench) = bench(HANGS) else { return };
    let run = live_shell("ocr-stream --spawn --task 'Wait.' | head -n 1", &bench.opencode, &bench.project);
    let done = run.finish();
    assert_eq!(done.lines.len(), 1);
    assert_eq!(done.stderr, "");
    wait_until_gone(&server_of(&done.lines[0]));
}

#[test]
fn interrupted_start() {
    let Some(bench) = bench(SAYS_HELLO) else { return };
    // The server says its port on its command line, before it listens.
    let line = "ocr-stream --spawn --task 'Say hello.' & p=$!; until s=$(pgrep -f \"^[^ ]*opencode[^ ]* serve .*--marker-$$\"); do :; done; kill -INT $p; wait $p; echo $?; \
                while pgrep -f \"^[^ ]*opencode[^ ]* serve .*--marker-$$\" > /dev/null; do :; done; echo gone";
    let line = line.replace("'Say hello.' &", "'Say hello.' -- --marker-$$ &");
    let done = live_shell(&line, &bench.opencode, &bench.project).finish();
    assert_eq!(done.lines, ["130", "gone"], "{}", done.stderr);
}

#[test]
fn taken_port_is_replaced() {
    let Some(bench) = bench(SAYS_HELLO) else { return };
    let at = |name: &str| bench.project.dir().join(name);
    // The first start waits until its port is taken.
    let opencode = bench.opencode.executable();
    let script = format!(
        "#!/bin/sh\nif mkdir first 2>/dev/null; then echo \"$5\" >port; read -r _ <taken; fi\nexec '{}' \"$@\"\n",
        opencode.display()
    );
    std::fs::write(at("opencode"), script).unwrap();
    let made = live_shell("chmod +x opencode && mkfifo port taken", &bench.opencode, &bench.project).finish();
    assert_eq!(made.code(), Some(0), "{}", made.stderr);
    let line = "ocr-stream --spawn --opencode ./opencode --task 'Say hello.'";
    let run = live_shell(line, &bench.opencode, &bench.project);
    let port = std::fs::read_to_string(at("port")).unwrap().trim().parse::<u16>().unwrap();
    let _taken = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    std::fs::write(at("taken"), "\n").unwrap();
    let done = run.finish();
    assert_eq!(done.code(), Some(0), "{}", done.stderr);
    assert!(done.stderr.contains(&format!("another program took port {port} first")), "{}", done.stderr);
    assert!(!server_of(&done.lines[0]).contains(&format!(":{port}/")), "{}", done.lines[0]);
}

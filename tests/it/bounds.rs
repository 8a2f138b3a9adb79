//! The memory and time that `ocr-stream` takes at most: slow readers, huge events, unreachable servers.

use crate::support::{FLOOD_SESSION, Flood, Host, measured, ocr};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The most memory that the stream may take, in KiB.
pub const MEMORY: u64 = 64 * 1024;
/// Far longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// The password of the servers that want one.
const PASSWORD: &str = "open sesame";

/// How long a reader sleeps while events arrive: several times as long as a server may be silent there.
const SLEEP: Duration = Duration::from_secs(5);

/// Starts `ocr-stream` with its standard output piped to us.
fn start(args: &[&str]) -> Child {
    Command::new(assert_cmd::cargo::cargo_bin("ocr-stream"))
        .args(args)
        .env_clear()
        .envs(measured())
        .env("OPENCODE_SERVER_PASSWORD", PASSWORD)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// The peak memory of a process, in KiB; `None` if the system does not tell.
pub fn peak(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Waits until a count no longer changes, and returns it.
fn settled(count: impl Fn() -> usize) -> usize {
    let end = Instant::now() + PATIENCE;
    let (mut last, mut same) = (count(), 0);
    while same < 80 {
        assert!(Instant::now() < end, "the count keeps changing");
        std::thread::sleep(Duration::from_millis(50));
        let now = count();
        same = if now == last && now > 0 { same + 1 } else { 0 };
        last = now;
    }
    last
}

#[test]
fn sleeping_reader() {
    reader_that_sleeps(None);
}

#[test]
fn sleeping_reader_with_password() {
    reader_that_sleeps(Some(PASSWORD));
}

fn reader_that_sleeps(password: Option<&'static str>) {
    const EVENTS: usize = 3200;
    let flood = Flood::behind(password, EVENTS, |_| 64 * 1024);
    let mut child = start(&["--server", &flood.url(), "--session", FLOOD_SESSION, "--silence-timeout", "1"]);
    let asleep = Instant::now();
    let stopped_at = settled(|| flood.taken());
    assert!(stopped_at < EVENTS / 2, "the server was not held back: {stopped_at}");
    std::thread::sleep(SLEEP.saturating_sub(asleep.elapsed()));
    assert_eq!(flood.taken(), stopped_at, "events were taken while nobody read");
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let (mut next, mut memory, mut last) = (1, peak(&child), String::new());
    for line in stdout.lines() {
        last = line.unwrap();
        assert!(
            !last.contains("ocr.stream.gap"),
            "a slow reader was taken for a silent server, after event {next} of {stopped_at} held: {last}"
        );
        if last.contains("message.part.updated") {
            assert!(last.contains(&format!("evt_1{next:08}")), "event {next} is missing");
            next += 1;
            memory = peak(&child).or(memory);
        }
    }
    assert_eq!(next, EVENTS + 1);
    assert!(child.wait().unwrap().success());
    assert!(last.contains("\"rest\""), "{last}");
    eprintln!("200 MB, held back at event {stopped_at}: {memory:?} KiB at most");
    assert!(memory.is_none_or(|kib| kib < MEMORY), "{memory:?} KiB");
}

#[test]
fn slow_reader_reconnects() {
    const EVENTS: usize = 600;
    let flood = Flood::start(EVENTS, |_| 64 * 1024);
    let mut child = start(&["--server", &flood.url(), "--session", FLOOD_SESSION]);
    let stopped_at = settled(|| flood.taken());
    assert!(stopped_at < EVENTS, "the server was not held back");
    flood.cut();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let (mut told, mut gaps) = (Vec::new(), Vec::new());
    for line in stdout.lines() {
        let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
        match line["type"].as_str() {
            Some("message.part.updated") => told.push(line["id"].as_str().unwrap().to_owned()),
            Some("ocr.stream.gap") => gaps.push(line),
            _ => {}
        }
    }
    let all: Vec<String> = (1..=EVENTS).map(|n| format!("evt_1{n:08}")).collect();
    assert!(told == all, "{} of {EVENTS}", told.len());
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!(gaps[0]["properties"]["complete"], true);
    assert!(child.wait().unwrap().success());
}

#[test]
fn large_attachments() {
    let flood = Flood::start(6, |_| 14 * 1024 * 1024);
    let mut child = start(&["--server", &flood.url(), "--session", FLOOD_SESSION]);
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let (mut told, mut memory) = (0, None);
    for line in stdout.lines() {
        told += usize::from(line.unwrap().contains("message.part.updated"));
        memory = peak(&child).or(memory);
    }
    assert_eq!(told, 6);
    assert!(child.wait().unwrap().success());
    eprintln!("events of 14 MB: {memory:?} KiB at most");
    assert!(memory.is_none_or(|kib| kib < MEMORY), "{memory:?} KiB");
}

#[test]
fn oversized_event() {
    // The fourth of five is longer than the limit.
    let flood = Flood::start(5, |n| if n == 4 { 100 * 1024 * 1024 } else { 1000 });
    let mut child = start(&["--server", &flood.url(), "--session", FLOOD_SESSION]);
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let (mut lines, mut memory) = (Vec::new(), None);
    for line in stdout.lines() {
        lines.push(serde_json::from_str::<Value>(&line.unwrap()).unwrap());
        memory = peak(&child).or(memory);
    }
    let of = |kind: &str| lines.iter().filter(|l| l["type"] == kind).cloned().collect::<Vec<_>>();
    let told: Vec<_> = of("message.part.updated").iter().map(|l| l["id"].clone()).collect();
    assert_eq!(told, ["evt_100000001", "evt_100000002", "evt_100000003", "evt_100000005"]);
    let gaps = of("ocr.stream.gap");
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!(gaps[0]["properties"]["complete"], false, "one event was too large");
    assert!(gaps[0]["properties"]["reason"].as_str().unwrap().contains("32 MiB"));
    assert!(child.wait().unwrap().success());
    eprintln!("an event of 100 MB: {memory:?} KiB at most");
    assert!(memory.is_none_or(|kib| kib < 2 * MEMORY), "{memory:?} KiB");
}

/// A server that accepts one listener, drops it, and answers 500 from then on.
fn failing(greeting: &'static str) -> (Host, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let events = move || {
        let again = count.fetch_add(1, Ordering::Relaxed) > 0;
        async move {
            let kind = [("content-type", "text/event-stream")];
            if again { Err(StatusCode::INTERNAL_SERVER_ERROR) } else { Ok((kind, greeting)) }
        }
    };
    let router = Router::new()
        .route("/event", get(events))
        .route("/session", get(|| async { axum::Json(serde_json::json!([])) }))
        .route("/path", get(|| async { axum::Json(serde_json::json!({"directory": "/p"})) }))
        .route(
            "/global/health",
            get(|| async { axum::Json(serde_json::json!({"healthy": true, "version": "1.18.33"})) }),
        );
    (Host::serve(router), asked)
}

const CONNECTED: &str = "data: {\"id\":\"evt_0\",\"type\":\"server.connected\",\"properties\":{}}\n\n";

#[test]
fn server_gone() {
    let (server, asked) = failing(CONNECTED);
    let done = ocr("ocr-stream")
        .args(["--server", &server.url(), "--follow", "--reconnect-timeout", "10"])
        .timeout(PATIENCE)
        .output()
        .unwrap();
    let told = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(69), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.contains("is gone") && told.contains("500"), "{told}");
    let stdout = String::from_utf8(done.stdout).unwrap();
    let last: Value = serde_json::from_str(stdout.lines().last().unwrap()).unwrap();
    assert_eq!(last["type"], "ocr.stream.closed");
    assert_eq!(last["properties"]["reason"], "serverGone");
    let attempts = asked.load(Ordering::Relaxed) - 1;
    assert!((2..=10).contains(&attempts), "{attempts} attempts in 10 s");
}

/// A server of one directory that serves `events`.
fn serving(events: axum::routing::MethodRouter) -> Host {
    let router = Router::new()
        .route("/event", events)
        .route("/sync/history", axum::routing::post(|| async { axum::Json(serde_json::json!([])) }))
        .route("/session", get(|| async { axum::Json(serde_json::json!([])) }))
        .route("/path", get(|| async { axum::Json(serde_json::json!({"directory": "/p"})) }))
        .route(
            "/global/health",
            get(|| async { axum::Json(serde_json::json!({"healthy": true, "version": "1.18.33"})) }),
        );
    Host::serve(router)
}

/// A body of these pieces, each after a pause, that then stays open without data.
fn slowly(pieces: Vec<&'static str>, pause: Duration) -> axum::body::Body {
    use futures_util::{StreamExt, stream};
    let body = stream::iter(pieces).then(move |piece| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, std::convert::Infallible>(piece)
    });
    axum::body::Body::from_stream(body.chain(stream::pending()))
}

#[test]
fn slow_link() {
    let server = serving(get(|| async {
        let event = [CONNECTED, "data: {\"id\":\"evt_1\",", "\"type\":", "\"x\",", "\"properties\":", "{}}\n\n"];
        let kind = [("content-type", "text/event-stream")];
        (kind, slowly(event.to_vec(), Duration::from_millis(500)))
    }));
    let mut child = start(&["--server", &server.url(), "--follow", "--silence-timeout", "1"]);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut before = Vec::new();
    for line in lines {
        assert!(!line.contains("ocr.stream.gap"), "the server was still sending: {line}");
        if line.contains("evt_1") {
            break;
        }
        before.push(line);
    }
    assert!(before.iter().any(|line| line.contains("ocr.stream.tick")), "{before:?}");
    assert_eq!(child.wait().unwrap().code(), Some(141), "the reader left");
}

#[test]
fn silent_server() {
    let again = Arc::new(AtomicUsize::new(0));
    let server = serving(get(move || {
        let first = again.fetch_add(1, Ordering::Relaxed) == 0;
        async move {
            let kind = [("content-type", "text/event-stream")];
            if first { (kind, axum::body::Body::from(CONNECTED)) } else { (kind, slowly(Vec::new(), Duration::ZERO)) }
        }
    }));
    let done = ocr("ocr-stream")
        .args(["--server", &server.url(), "--follow", "--reconnect-timeout", "3"])
        .timeout(PATIENCE)
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(69), "{}", String::from_utf8_lossy(&done.stderr));
    let text = String::from_utf8(done.stdout).unwrap();
    let ticks = text.lines().filter(|line| line.contains("ocr.stream.tick")).count();
    assert!(ticks >= 2, "too few ticks: {text}");
}

#[test]
fn dropping_server_is_spared() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let events = move || {
        count.fetch_add(1, Ordering::Relaxed);
        async { ([("content-type", "text/event-stream")], CONNECTED) }
    };
    let server = serving(get(events));
    let mut child = start(&["--server", &server.url(), "--follow"]);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut gaps = lines.map_while(Result::ok).filter(|line| line.contains("ocr.stream.gap"));
    let began = Instant::now();
    for _ in 0..5 {
        gaps.next().unwrap();
    }
    // The pauses double from a tenth of a second on, so five take at least this long.
    assert!(began.elapsed() >= Duration::from_secs(3), "{:?}", began.elapsed());
    assert!(asked.load(Ordering::Relaxed) <= 7);
    drop(gaps);
    assert_eq!(child.wait().unwrap().code(), Some(141), "the reader left");
}

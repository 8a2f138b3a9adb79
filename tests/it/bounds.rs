//! What `ocr-stream` costs and how long it waits: slow readers, huge events, servers that are gone.

use crate::support::{FLOOD_SESSION, Flood, Host, ocr};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How much memory the stream may take, whatever comes, in KiB.
const MEMORY: u64 = 64 * 1024;
/// Far more than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// How long a reader sleeps while events arrive.
const SLEEP: Duration = Duration::from_mins(1);

/// Starts `ocr-stream` with its standard output in our hands.
fn start(args: &[&str]) -> Child {
    Command::new(assert_cmd::cargo::cargo_bin("ocr-stream"))
        .args(args)
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// The most memory that a process ever had, in KiB; `None` where the system does not say.
fn peak(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Waits until a count stands still, and returns it.
fn standstill(count: impl Fn() -> usize) -> usize {
    let end = Instant::now() + PATIENCE;
    let (mut last, mut same) = (count(), 0);
    while same < 80 {
        assert!(Instant::now() < end, "it goes on and on");
        std::thread::sleep(Duration::from_millis(50));
        let now = count();
        same = if now == last && now > 0 { same + 1 } else { 0 };
        last = now;
    }
    last
}

#[test]
fn a_reader_that_does_not_read_costs_no_memory_and_loses_nothing() {
    const EVENTS: usize = 3200;
    let flood = Flood::start(EVENTS, |_| 64 * 1024);
    let mut child = start(&[
        "--server",
        &flood.url(),
        "--session",
        FLOOD_SESSION,
        "--silence-timeout",
        "2",
    ]);
    let asleep = Instant::now();
    let stopped_at = standstill(|| flood.taken());
    assert!(
        stopped_at < EVENTS / 2,
        "nobody held the server back: {stopped_at}"
    );
    // Not to wait for anything: this is the reader that sleeps, thirty times as long as a silent server may.
    std::thread::sleep(SLEEP.saturating_sub(asleep.elapsed()));
    assert_eq!(flood.taken(), stopped_at, "something was taken while nobody read");
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let (mut next, mut memory, mut last) = (1, peak(&child), String::new());
    for line in stdout.lines() {
        last = line.unwrap();
        assert!(
            !last.contains("ocr.stream.gap"),
            "a slow reader is no silent server, after event {next} of {stopped_at} held: {last}"
        );
        if last.contains("message.part.updated") {
            assert!(
                last.contains(&format!("evt_1{next:08}")),
                "event {next} is missing"
            );
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
fn an_event_over_the_limit_is_a_lost_connection_and_not_memory() {
    // The fourth of five is longer than the limit.
    let flood = Flood::start(5, |n| if n == 4 { 100 * 1024 * 1024 } else { 1000 });
    let mut child = start(&["--server", &flood.url(), "--session", FLOOD_SESSION]);
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let (mut lines, mut memory) = (Vec::new(), None);
    for line in stdout.lines() {
        lines.push(serde_json::from_str::<Value>(&line.unwrap()).unwrap());
        memory = peak(&child).or(memory);
    }
    let of = |kind: &str| {
        lines
            .iter()
            .filter(|l| l["type"] == kind)
            .cloned()
            .collect::<Vec<_>>()
    };
    let told: Vec<_> = of("message.part.updated")
        .iter()
        .map(|l| l["id"].clone())
        .collect();
    assert_eq!(
        told,
        ["evt_100000001", "evt_100000002", "evt_100000003", "evt_100000005"]
    );
    let gaps = of("ocr.stream.gap");
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!(gaps[0]["properties"]["complete"], false, "one could not be taken");
    assert!(
        gaps[0]["properties"]["reason"]
            .as_str()
            .unwrap()
            .contains("32 MiB")
    );
    assert!(child.wait().unwrap().success());
    eprintln!("an event of 100 MB: {memory:?} KiB at most");
    assert!(memory.is_none_or(|kib| kib < 2 * MEMORY), "{memory:?} KiB");
}

/// A server that takes one listener, drops it, and answers 500 from then on.
fn failing(greeting: &'static str) -> (Host, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let events = move || {
        let again = count.fetch_add(1, Ordering::Relaxed) > 0;
        async move {
            let kind = [("content-type", "text/event-stream")];
            if again {
                Err(StatusCode::INTERNAL_SERVER_ERROR)
            } else {
                Ok((kind, greeting))
            }
        }
    };
    let router = Router::new()
        .route("/event", get(events))
        .route("/session", get(|| async { axum::Json(serde_json::json!([])) }))
        .route(
            "/path",
            get(|| async { axum::Json(serde_json::json!({"directory": "/p"})) }),
        )
        .route(
            "/global/health",
            get(|| async { axum::Json(serde_json::json!({"healthy": true, "version": "1.18.33"})) }),
        );
    (Host::serve(router), asked)
}

const CONNECTED: &str = "data: {\"id\":\"evt_0\",\"type\":\"server.connected\",\"properties\":{}}\n\n";

#[test]
fn a_server_that_is_gone_for_good_is_tried_a_few_times_and_then_named() {
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

#[test]
fn a_server_that_takes_every_listener_and_drops_it_is_not_hammered() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let events = move || {
        count.fetch_add(1, Ordering::Relaxed);
        async { ([("content-type", "text/event-stream")], CONNECTED) }
    };
    let router = Router::new()
        .route("/event", get(events))
        .route(
            "/sync/history",
            axum::routing::post(|| async { axum::Json(serde_json::json!([])) }),
        )
        .route("/session", get(|| async { axum::Json(serde_json::json!([])) }))
        .route(
            "/path",
            get(|| async { axum::Json(serde_json::json!({"directory": "/p"})) }),
        )
        .route(
            "/global/health",
            get(|| async { axum::Json(serde_json::json!({"healthy": true, "version": "1.18.33"})) }),
        );
    let server = Host::serve(router);
    let mut child = start(&["--server", &server.url(), "--follow"]);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut gaps = lines
        .map_while(Result::ok)
        .filter(|line| line.contains("ocr.stream.gap"));
    let began = Instant::now();
    for _ in 0..5 {
        gaps.next().unwrap();
    }
    // The pauses double from a tenth of a second on: five of them cannot be shorter than this.
    assert!(began.elapsed() >= Duration::from_secs(3), "{:?}", began.elapsed());
    assert!(asked.load(Ordering::Relaxed) <= 7);
    drop(gaps);
    assert_eq!(child.wait().unwrap().code(), Some(141), "the reader left");
}

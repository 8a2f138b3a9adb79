//! A connection that is cut, stalled, delayed, doubled and corrupted: nothing is lost, and nothing told twice.

use crate::support::{Faults, Proxy, Recorded, names, ocr, recording};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many runs there are, each with a seed of its own.
const RUNS: u64 = 220;
/// How many of them go on side by side: most of their time they wait.
const SIDE_BY_SIDE: usize = 12;
/// How many faults one run has at most.
const FAULTS: u64 = 6;
/// Far more than a run takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// The recordings of sessions that come to rest.
fn that_rest() -> Vec<String> {
    let rests = |text: &String| {
        let mut events = text.lines().filter(|line| !line.contains("\"ocr."));
        events.any(|line| line.contains("\"type\":\"session.idle\""))
    };
    names().iter().map(|name| recording(name)).filter(rests).collect()
}

/// What a run told, against what the server's log says. `Err`: what is wrong.
fn judge(server: &Recorded, lines: &[Value], faults: Faults) -> Result<(), String> {
    let id = |line: &Value| line["id"].as_str().map(str::to_owned);
    let mut told = HashSet::new();
    if let Some(twice) = lines.iter().filter_map(id).find(|id| !told.insert(id.clone())) {
        return Err(format!("{twice} was told twice"));
    }
    let durable = |line: &&Value| {
        let kinds = [
            "message.updated",
            "message.part.updated",
            "session.created",
            "session.updated",
        ];
        kinds.iter().any(|kind| line["type"] == *kind)
    };
    let family = server.family();
    for session in &family {
        let of = |line: &&Value| line["properties"]["sessionID"] == **session;
        let ids: Vec<String> = lines.iter().filter(durable).filter(of).filter_map(id).collect();
        let log = server.log_of(session);
        if ids != log {
            let (missing, told) = (log.iter().find(|id| !ids.contains(id)), ids.len());
            return Err(format!(
                "{session}: {told} of {} events, missing {missing:?}",
                log.len()
            ));
        }
    }
    let session = |line: &Value| line["properties"]["sessionID"].as_str().map(str::to_owned);
    if let Some(strange) = lines.iter().filter_map(session).find(|s| !family.contains(s)) {
        return Err(format!("{strange} is a stranger"));
    }
    if !lines.iter().map(|line| line["ts"].as_i64()).is_sorted() {
        return Err("time goes back".to_owned());
    }
    let gaps = lines.iter().filter(|line| line["type"] == "ocr.stream.gap");
    let (gaps, incomplete): (Vec<_>, Vec<_>) = gaps.partition(|gap| gap["properties"]["complete"] == true);
    if !incomplete.is_empty() || gaps.len() < faults.must_show.min(1) {
        return Err(format!("gaps {gaps:?} {incomplete:?}"));
    }
    let closed = lines.last().map(|line| &line["properties"]["reason"]);
    if closed.is_none_or(|reason| reason != "rest") {
        return Err(format!("it ends with {closed:?}"));
    }
    Ok(())
}

fn run(seed: u64, recording: &str) -> (Faults, Result<(), String>) {
    let server = Recorded::play(recording);
    let faults = usize::try_from(seed % (FAULTS + 1)).expect("a small number");
    let proxy = Proxy::start(&server.url(), seed, faults);
    let done = ocr("ocr-stream")
        .args(["--server", &proxy.url(), "--session", server.session()])
        .args(["--silence-timeout", "1", "--reconnect-timeout", "60"])
        .timeout(PATIENCE)
        .output()
        .expect("a program that starts");
    let met = proxy.faults();
    let text = String::from_utf8(done.stdout).expect("lines are text");
    let lines: Result<Vec<Value>, _> = text.lines().map(serde_json::from_str).collect();
    let said = String::from_utf8_lossy(&done.stderr);
    let outcome = match lines {
        Err(torn) => Err(format!("a line is torn: {torn}")),
        Ok(_) if done.status.code() != Some(0) || !said.is_empty() => Err(format!("{}: {said}", done.status)),
        Ok(lines) => judge(&server, &lines, met),
    };
    (met, outcome)
}

#[test]
fn whatever_happens_to_the_connection_every_event_of_the_log_is_told_once_and_in_order() {
    let recordings = that_rest();
    let next = AtomicU64::new(0);
    let outcomes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= RUNS {
                        return;
                    }
                    let which = usize::try_from(seed).unwrap() % recordings.len();
                    let (met, outcome) = run(seed, &recordings[which]);
                    outcomes.lock().unwrap().push((seed, met, outcome));
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap();
    let wrong: Vec<_> = outcomes
        .iter()
        .filter(|(_, _, outcome)| outcome.is_err())
        .collect();
    assert!(wrong.is_empty(), "{} of {RUNS} runs: {wrong:#?}", wrong.len());
    let sum = |of: fn(&Faults) -> usize| outcomes.iter().map(|(_, met, _)| of(met)).sum::<usize>();
    let met = [
        sum(|f| f.cuts),
        sum(|f| f.stalls),
        sum(|f| f.corrupted),
        sum(|f| f.delays),
        sum(|f| f.duplicates),
        sum(|f| f.broken_answers),
    ];
    eprintln!("cuts, stalls, corrupted, delays, duplicates, broken answers: {met:?}");
    assert!(met.iter().all(|n| *n > 5), "too few faults of a kind: {met:?}");
}

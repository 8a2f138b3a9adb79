//! `ocr-act --act-on-all` without `OpenCode`: each session has a run of its own, and nothing of it is lost.

use super::{act, closed, lines, opened};
use crate::support::{Host, shell};
use axum::extract::{Path, RawQuery};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;

/// A server on which every session works until it is aborted, each in a directory of its name.
struct Stub {
    host: Host,
    rests: Arc<Mutex<BTreeSet<String>>>,
    /// Aborts wait for this.
    gate: Arc<Semaphore>,
}

impl Stub {
    fn serve() -> Self {
        let rests = Arc::<Mutex<BTreeSet<String>>>::default();
        let gate = Arc::new(Semaphore::new(Semaphore::MAX_PERMITS));
        let (seen, rested, opens) = (Arc::clone(&rests), Arc::clone(&rests), Arc::clone(&gate));
        let status = move |RawQuery(query): RawQuery| {
            let query = query.unwrap_or_default();
            let rests = seen.lock().unwrap();
            let works = ["ses_a", "ses_b"].into_iter().filter(|id| query.ends_with(id) && !rests.contains(*id));
            let works: serde_json::Map<_, _> = works.map(|id| (id.to_owned(), json!({"type": "busy"}))).collect();
            async { Json(works) }
        };
        let abort = move |Path(id): Path<String>| async move {
            opens.acquire().await.unwrap().forget();
            rested.lock().unwrap().insert(id);
            Json(json!(true))
        };
        let session = |Path(id): Path<String>| async move { Json(json!({"id": id, "directory": format!("/{id}")})) };
        let router = Router::new()
            .route("/session/status", get(status))
            .route("/session/{id}", get(session))
            .route("/session/{id}/children", get(|| async { Json(json!([])) }))
            .route("/session/{id}/abort", post(abort));
        Self { host: Host::serve(router), rests, gate }
    }
}

fn all_opened(replay: bool) -> Value {
    let mut first = opened(replay);
    first["properties"].as_object_mut().unwrap().remove("sessionID");
    first
}

fn of(session: &str, ts: i64, kind: &str, mut properties: Value) -> Value {
    properties["sessionID"] = json!(session);
    json!({"ts": ts, "id": "evt_1", "type": kind, "properties": properties})
}

fn busy(session: &str, ts: i64) -> Value {
    of(session, ts, "session.status", json!({"status": {"type": "busy"}}))
}

fn done(session: &str, ts: i64) -> Value {
    let rest = json!({"outcome": "done", "claim": "none", "contradictions": [], "evidence": []});
    of(session, ts, "ocr.detect.done", rest)
}

fn finding(session: &str, ts: i64, grade: &str) -> Value {
    let found = json!({"finding": format!("f {session} {ts}"), "kind": "loop", "rule": "r", "grade": grade,
        "state": "open", "summary": "it is bad", "wasted": {"calls": 4, "tokens": 70}});
    of(session, ts, "ocr.detect.finding", found)
}

fn created(session: &str, ts: i64, parent: Option<&str>) -> Value {
    let info = json!({"id": session, "parentID": parent, "title": "Tidy up"});
    of(session, ts, "session.created", json!({"info": info}))
}

fn tick(ts: i64) -> Value {
    json!({"ts": ts, "type": "ocr.stream.tick", "properties": {}})
}

/// What became of each session, in the order of the results.
fn results(added: &[Value]) -> Vec<String> {
    let results = added.iter().filter(|line| line["type"] == "ocr.act.result").map(|line| &line["properties"]);
    results.map(|r| format!("{} {} {}", r["sessionID"], r["outcome"], r["exitCode"]).replace('"', "")).collect()
}

#[test]
fn one_is_stopped_and_the_other_finishes() {
    let stub = Stub::serve();
    let input = [
        all_opened(false),
        busy("ses_a", 2000),
        busy("ses_b", 2000),
        finding("ses_a", 2100, "stop"),
        done("ses_b", 2200),
        closed("rest", None),
    ];
    let (code, added, told) = act(&["--act-on-all", "--server", &stub.host.url()], &input);
    let mut ended = results(&added);
    ended.sort();
    assert_eq!((code, ended), (10, vec!["ses_a loop 10".to_owned(), "ses_b done 0".to_owned()]), "{told}");
    assert_eq!(*stub.rests.lock().unwrap(), BTreeSet::from(["ses_a".to_owned()]));
    assert!(told.contains("ocr-act: ses_a: loop (exit 10)") && told.contains("ocr-act: ses_b: done"), "{told}");
}

#[test]
fn late_notice_is_no_second_run() {
    for replay in [false, true] {
        let input = [
            all_opened(replay),
            busy("ses_a", 2000),
            done("ses_a", 2100),
            tick(20_000),
            finding("ses_a", 20_100, "notice"),
            done("ses_a", 20_200),
            tick(30_000),
            closed("rest", None),
        ];
        let (code, added, told) = act(&["--act-on-all"], &input);
        assert_eq!((code, results(&added)), (0, vec!["ses_a done 0".to_owned()]), "{replay}: {told}");
        // It rested before, and works again.
        let again = [&input[..7], &[busy("ses_a", 31_000), done("ses_a", 31_100), closed("rest", None)]].concat();
        assert_eq!(results(&act(&["--act-on-all"], &again).1), ["ses_a done 0"; 2], "{replay}");
    }
}

#[test]
fn title_is_said_before_the_run_begins() {
    let folder = tempfile::tempdir().unwrap();
    let asks = of("ses_a", 2100, "ocr.detect.state", json!({"state": "waiting", "since": 2100, "told": "event"}));
    let input = [all_opened(false), created("ses_a", 1500, None), busy("ses_a", 2000), asks, closed("rest", None)];
    std::fs::write(folder.path().join("in"), lines(&input)).unwrap();
    let line = "ocr-act --act-on-all --server http://127.0.0.1:9/ --notify-on blocked --notify-cmd 'cat > told' < in";
    let finished = shell(line, folder.path()).finish();
    let told = std::fs::read_to_string(folder.path().join("told")).unwrap_or_default();
    assert!(told.contains(r#""title":"Tidy up""#), "{told} {}", finished.stderr);
}

#[test]
fn lines_do_not_wait_for_what_turns_out_to_be_a_subagent() {
    let stub = Stub::serve();
    stub.gate.forget_permits(Semaphore::MAX_PERMITS);
    let folder = tempfile::tempdir().unwrap();
    let input = [
        all_opened(false),
        busy("ses_a", 2000),
        busy("ses_b", 2000),
        finding("ses_b", 2100, "stop"),
        created("ses_b", 2200, Some("ses_a")),
        json!({"ts": 2300, "type": "marker", "properties": {}}),
    ];
    std::fs::write(folder.path().join("in"), lines(&input)).unwrap();
    let url = stub.host.url();
    let line = format!("ocr-act --act-on-all --server {url} --confirm-timeout 600 < in");
    let mut run = shell(&line, folder.path());
    run.wait_for("marker");
    stub.gate.add_permits(9);
    let finished = run.finish();
    let actions: Vec<Value> =
        finished.of("ocr.act.action").iter().map(|line| line["properties"]["phase"].clone()).collect();
    assert_eq!(actions, ["begun", "taken"], "{}", finished.stderr);
    assert_eq!(results(&finished.json()), ["ses_a unsure 3"], "{}", finished.stderr);
}

#[test]
fn recording_of_many_sessions_has_a_result_for_each() {
    const MANY: usize = 600;
    let mut input = vec![all_opened(true)];
    for kind in [busy, done] {
        input.extend((0..MANY).map(|n| kind(&format!("ses_{n}"), 2000)));
    }
    input.push(closed("rest", None));
    let (code, added, told) = act(&["--act-on-all", "--quiet"], &input);
    assert_eq!((code, results(&added).len(), &*told), (0, MANY, ""));
    // Where each may need a thread there is not room for all, which is said and counts as unknown.
    input[0] = all_opened(false);
    let (code, added, told) = act(&["--act-on-all", "--quiet"], &input);
    assert_eq!((code, results(&added).len()), (3, 500), "{told}");
    assert!(told.contains("more than 500 sessions work at the same time"), "{told}");
}

#[test]
fn every_outcome_is_told_or_said_to_be_lost() {
    const MANY: usize = 120;
    let mut input = vec![all_opened(false)];
    for kind in [busy, done] {
        input.extend((0..MANY).map(|n| kind(&format!("ses_{n}"), 2000)));
    }
    input.push(closed("rest", None));
    let (_, added, told) = act(&["--act-on-all", "--quiet", "--notify-cmd", "true"], &input);
    let about: BTreeSet<String> = added
        .iter()
        .filter(|line| line["properties"]["action"] == "notify")
        .map(|line| line["properties"]["sessionID"].to_string())
        .collect();
    assert_eq!(about.len(), MANY, "{told}");
}

#[test]
fn doubt_reaches_the_runs_that_began_before() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let notify = format!("cat > '{}'", told.display());
    let tick = json!({"ts": 60_000, "type": "ocr.stream.tick", "properties": {"sessions": ["ses_a"]}});
    let begun = [busy("ses_a", 2000), done("ses_a", 2100)];
    for doubted in [vec![tick], vec![all_opened(true)], vec![]] {
        let is_doubted = !doubted.is_empty();
        let input = [&begun[..], &doubted].concat();
        let (code, added, stderr) = act(&["--act-on-all", "--live", "--notify-cmd", &notify], &input);
        assert_eq!(code, 0, "{stderr}");
        assert_eq!(told.exists(), !is_doubted, "{stderr}");
        assert_eq!(added.iter().any(|line| line["properties"]["action"] == "notify"), !is_doubted, "{added:?}");
        let _ = std::fs::remove_file(&told);
    }
}

#[test]
fn failed_check_of_one_of_many_is_no_success() {
    for check in [&["--verify", "false"][..], &["--expect-file", "no-such-file"]] {
        let (code, added, stderr) =
            act(&[&["--act-on-all", "--live"], check].concat(), &[busy("ses_a", 2000), done("ses_a", 2100)]);
        assert_eq!(code, 14, "{stderr}");
        assert_eq!(added.last().unwrap()["properties"]["outcome"], "unverified", "{added:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn full_disk_ends_no_guard() {
    let folder = tempfile::tempdir().unwrap();
    let first = [all_opened(false), busy("ses_a", 2000), done("ses_a", 2100), closed("rest", None)];
    for flags in ["--act-on-all", ""] {
        let mut input = first.clone();
        if flags.is_empty() {
            input[0]["properties"]["sessionID"] = json!("ses_a");
        }
        std::fs::write(folder.path().join("run"), lines(&input)).unwrap();
        // Each line is written, and fails, before the next is read.
        let line = format!(
            "while IFS= read -r line; do printf '%s\\n' \"$line\"; done < run |
            ocr-act {flags} --server http://127.0.0.1:9/ --notify-cmd 'cat > told' > /dev/full"
        );
        let finished = shell(&line, folder.path()).finish();
        assert_eq!(finished.code(), Some(1), "{flags}: {}", finished.stderr);
        assert!(finished.stderr.contains("the disk is full"), "{flags}: {}", finished.stderr);
        let told = std::fs::read_to_string(folder.path().join("told")).unwrap();
        assert!(told.contains("\"outcome\":\"done\""), "{flags}: {told}");
        std::fs::remove_file(folder.path().join("told")).unwrap();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn full_disk_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let input = [all_opened(true), busy("ses_a", 2000), done("ses_a", 2100), closed("rest", None)];
    std::fs::write(folder.path().join("all"), lines(&input)).unwrap();
    std::fs::write(folder.path().join("one"), lines(&[opened(true), done("ses_1", 2100), closed("rest", None)]))
        .unwrap();
    for line in ["ocr-act --only --act-on-all < all > /dev/full", "ocr-act --only < one > /dev/full"] {
        let finished = shell(line, folder.path()).finish();
        assert_eq!(finished.code(), Some(1), "{line}: {}", finished.stderr);
    }
}

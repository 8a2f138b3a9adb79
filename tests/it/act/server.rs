//! `ocr-act` with a server that obeys, one that goes on, and one that does not answer.

use super::stub::{DIRECTORY, Manner, Stub};
use super::{act, closed, done, finding, lines, opened};
use crate::support::{ocr, shell};
use assert_cmd::cargo::cargo_bin;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The stream of a session on this server that must be aborted.
fn looping(url: &str) -> [Value; 2] {
    let mut first = opened(false);
    first["properties"]["server"] = json!(url);
    first["properties"]["directory"] = json!(DIRECTORY);
    [first, finding("loop", "stop", false)]
}

fn actions(added: &[Value]) -> Vec<String> {
    let actions = added.iter().filter(|l| l["type"] == "ocr.act.action");
    actions.map(|l| format!("{} {}", l["properties"]["action"], l["properties"]["phase"]).replace('"', "")).collect()
}

#[test]
fn aborts_family() {
    let (host, stub) = Stub::serve(Manner::Obeys);
    let (code, added, told) = act(&[], &looping(&host.url()));
    assert_eq!(actions(&added), ["abort begun", "abort taken"], "{told}");
    assert_eq!(code, 10);
    assert!(!told.contains("may still run"), "{told}");
    assert!(!stub.works(), "{:?}", stub.asked());
    assert_eq!(stub.asked(), ["abort ses_1", "abort ses_2", "abort ses_3"]);
}

#[test]
fn confirm_timeout() {
    let (host, stub) = Stub::serve(Manner::NeverAnswers);
    let begun = Instant::now();
    let (code, added, told) = act(&["--confirm-timeout", "1"], &looping(&host.url()));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(actions(&added), ["abort begun", "abort failed"], "{told}");
    assert_eq!(code, 10);
    assert_eq!(stub.asked().len(), 3, "it was not retried");
    let detail = added[1]["properties"]["detail"].as_str().unwrap();
    assert!(detail.contains("did not confirm within 1 s (3 attempts)"), "{detail}");
    let warned = "session ses_1 may still run: cannot abort it: ";
    assert!(told.contains(warned) && told.contains("did not confirm within 1 s"), "{told}");
}

#[test]
fn asks_in_session_directory() {
    // The server is given on the command line, before any line names the session's directory.
    let (host, _stub) = Stub::serve(Manner::GoesOn);
    let url = host.url();
    let args = ["--server", &url, "--confirm-timeout", "1"];
    let replayed = [opened(true), finding("loop", "stop", false)];
    for input in [&replayed[..], &looping("http://127.0.0.1:9/")] {
        let (_, added, told) = act(&args, input);
        assert_eq!(actions(&added), ["abort begun", "abort failed"], "{told}");
        let detail = added[1]["properties"]["detail"].as_str().unwrap();
        assert!(detail.contains("the session goes on"), "{detail}");
    }
}

#[test]
fn unknown_session_is_not_at_rest() {
    let (host, _stub) = Stub::serve(Manner::Obeys);
    let mut input = looping(&host.url());
    for line in &mut input {
        line["properties"]["sessionID"] = json!("ses_9");
    }
    let (_, added, _) = act(&[], &input);
    assert_eq!(actions(&added), ["abort begun", "abort failed"]);
    assert!(added[1]["properties"]["detail"].as_str().unwrap().contains("has no session ses_9"));
}

#[test]
fn failed_abort_ends_run() {
    let (host, _stub) = Stub::serve(Manner::GoesOn);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("run.ndjson"), lines(&looping(&host.url()))).unwrap();
    // A stream without --follow whose session does not rest: it ticks for a minute.
    let tick = r#"{"ts":3000,"type":"ocr.stream.tick","properties":{}}"#;
    let line = format!(
        "{{ cat run.ndjson; for i in $(seq 300); do echo '{tick}' || break; sleep 0.2; done; }} 2> /dev/null | ocr-act --confirm-timeout 1 --server {}",
        host.url()
    );
    let begun = Instant::now();
    let done = shell(&line, folder.path()).finish();
    assert!(begun.elapsed() < Duration::from_secs(30), "it went on to the end");
    assert_eq!(done.code(), Some(10), "{}", done.stderr);
    assert_eq!(actions(&done.json()), ["abort begun", "abort failed"]);
    assert_eq!(done.of("ocr.act.result")[0]["properties"]["outcome"], "loop");
}

#[test]
fn foreign_processes_survive() {
    let (host, _stub) = Stub::serve(Manner::GoesOn);
    // As deep as a server and its tools, below a process whose id the stream names.
    let mut innocent = Command::new("sh")
        .args(["-c", "sh -c 'sh -c \"echo up; sleep 300; :\"; :'; :"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut up = String::new();
    BufReader::new(innocent.stdout.take().unwrap()).read_line(&mut up).unwrap();
    let mut input = looping(&host.url());
    input[0]["properties"]["pid"] = json!(innocent.id());
    let (_, added, told) = act(&["--confirm-timeout", "1"], &input);
    assert_eq!(actions(&added), ["abort begun", "abort failed"], "{told}");
    assert!(innocent.try_wait().unwrap().is_none(), "foreign processes were ended");
    let below = |parent: u32| -> Option<u32> {
        let listed = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output().unwrap();
        let text = String::from_utf8(listed.stdout).unwrap();
        let mut pairs = text.lines().map(|l| {
            let mut numbers = l.split_whitespace().map(|n| n.parse::<u32>().unwrap());
            (numbers.next().unwrap(), numbers.next().unwrap())
        });
        pairs.find(|(_, p)| *p == parent).map(|(pid, _)| pid)
    };
    let mut chain = vec![innocent.id()];
    while let Some(next) = below(*chain.last().unwrap()) {
        chain.push(next);
    }
    assert_eq!(chain.len(), 4, "one of {chain:?} was ended");
    for pid in chain.iter().rev() {
        Command::new("kill").arg(pid.to_string()).status().unwrap();
    }
    innocent.wait().unwrap();
}

#[test]
fn rollback_in_child() {
    let (host, stub) = Stub::serve(Manner::Obeys);
    let mut input = looping(&host.url()).to_vec();
    input[1]["properties"]["sessionID"] = json!("ses_2");
    input[1]["properties"]["rollbackTo"] = json!("msg_7");
    let child =
        json!({"ts": 1500, "type": "session.created", "properties": {"info": {"id": "ses_2", "parentID": "ses_1"}}});
    input.insert(1, child);
    let (_, added, told) = act(&["--rollback"], &input);
    assert_eq!(actions(&added), ["abort begun", "abort taken", "rollback begun", "rollback taken"], "{told}");
    assert_eq!(stub.asked().last().unwrap(), "revert ses_2 msg_7");
    drop(host);
    let (host, _stub) = Stub::serve(Manner::Obeys);
    let (_, added, _) = act(&["--rollback", "--dry-run"], &looping_on(&host.url(), &input));
    assert_eq!(actions(&added), ["abort skipped", "rollback skipped"]);
}

/// Nobody can tell what it would take back, or from whom.
#[test]
fn rollback_to_unknown_message_is_refused() {
    let (host, stub) = Stub::serve(Manner::Obeys);
    let mut input = looping(&host.url()).to_vec();
    input[1]["properties"]["rollbackTo"] = json!("msg_of_others");
    let (_, added, told) = act(&["--rollback"], &input);
    assert_eq!(actions(&added), ["abort begun", "abort taken", "rollback begun", "rollback skipped"], "{told}");
    assert!(
        added[3]["properties"]["detail"].as_str().unwrap().contains("does not list message msg_of_others"),
        "{added:?}"
    );
    assert!(!stub.asked().iter().any(|asked| asked.starts_with("revert")));
}

#[test]
fn child_that_cannot_be_found_is_aborted_all_the_same() {
    let (host, stub) = Stub::serve(Manner::HidesChildren);
    let mut input = looping(&host.url()).to_vec();
    input[1]["properties"]["sessionID"] = json!("ses_2");
    let child =
        json!({"ts": 1500, "type": "session.created", "properties": {"info": {"id": "ses_2", "parentID": "ses_1"}}});
    input.insert(1, child);
    let (_, added, told) = act(&["--confirm-timeout", "1"], &input);
    assert_eq!(actions(&added), ["abort begun", "abort taken"], "{told}");
    assert_eq!(stub.asked(), ["abort ses_1", "abort ses_2"]);
    let detail = added[1]["properties"]["detail"].as_str().unwrap();
    assert!(detail.contains("not all sessions below it were looked for"), "{detail}");
}

#[test]
fn failed_rollback() {
    let (host, stub) = Stub::serve(Manner::FailsRevert);
    let mut input = looping(&host.url()).to_vec();
    input[1]["properties"]["rollbackTo"] = json!("msg_7");
    input.push(closed("rest", None));
    let (code, added, told) = act(&["--rollback"], &input);
    assert_eq!(actions(&added), ["abort begun", "abort taken", "rollback begun", "rollback failed"], "{told}");
    assert_eq!(stub.asked().last().unwrap(), "revert ses_1 msg_7");
    let detail = added[3]["properties"]["detail"].as_str().unwrap();
    assert!(detail.contains("500"), "{detail}");
    assert_eq!(code, 10);
}

/// The same lines, but from another server.
fn looping_on(url: &str, input: &[Value]) -> Vec<Value> {
    let mut input = input.to_vec();
    input[0]["properties"]["server"] = json!(url);
    input
}

#[test]
fn abort_survives_reader_leaving() {
    let (host, stub) = Stub::serve(Manner::Waits);
    let mut running = Command::new(cargo_bin("ocr-act"))
        .args(["--quiet", "--server", &host.url()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // Standard input stays open: only the reader leaves.
    let mut stdin = running.stdin.take().unwrap();
    stdin.write_all(lines(&looping(&host.url())).as_bytes()).unwrap();
    let mut reader = BufReader::new(running.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains(r#""phase":"begun""#) {
        line.clear();
        assert!(reader.read_line(&mut line).unwrap() > 0, "no abort was begun");
    }
    drop(reader);
    stub.let_go();
    let status = running.wait().unwrap();
    assert_eq!(status.code(), Some(141));
    assert!(!stub.works(), "it left before the abort was through");
    drop(stdin);
}

#[test]
fn unwatched_session_is_skipped() {
    let (host, stub) = Stub::serve(Manner::Obeys);
    let mut input = looping(&host.url()).to_vec();
    input[1]["properties"]["sessionID"] = json!("ses_9");
    input.push(closed("rest", None));
    let (_, added, told) = act(&[], &input);
    assert_eq!(actions(&added), ["abort skipped"]);
    assert!(told.contains("does not watch"), "{told}");
    assert_eq!(stub.asked(), [""; 0]);
}

#[test]
fn directory_stream_is_skipped() {
    let (host, stub) = Stub::serve(Manner::Obeys);
    let mut input = looping(&host.url());
    input[0]["properties"].as_object_mut().unwrap().remove("sessionID");
    let (code, added, told) = act(&[], &input);
    assert_eq!((code, &actions(&added)[..]), (3, &["abort skipped".to_owned()][..]));
    assert!(told.contains("--session"), "{told}");
    assert_eq!(stub.asked(), [""; 0]);
}

#[test]
fn unusable_address_ends_with_a_result() {
    for named in ["not a url", "ftp://127.0.0.1/", "http://user:hunter2@127.0.0.1/"] {
        let [mut first, found] = looping("");
        first["properties"]["server"] = json!(named);
        let input = lines(&[first, found, closed("rest", None)]);
        let done = ocr("ocr-act").arg("--only").write_stdin(input).output().unwrap();
        let told = String::from_utf8(done.stderr).unwrap();
        let added = String::from_utf8(done.stdout).unwrap();
        let added: Vec<Value> = added.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(actions(&added), ["abort skipped"], "{told}");
        assert_eq!((done.status.code(), &added.last().unwrap()["type"]), (Some(10), &json!("ocr.act.result")));
        assert!(told.contains("use --server") && !told.contains("hunter2"), "{told}");
    }
}

#[test]
fn deleted_session_has_failed() {
    let deleted = |session: &str| {
        json!({"ts": 2500, "id": "evt_1", "type": "session.deleted",
            "properties": {"sessionID": session, "info": {"id": session}}})
    };
    let lost = [opened(true), deleted("ses_1"), closed("rest", None)];
    let (code, added, _) = act(&[], &lost);
    let reason = added.last().unwrap()["properties"]["reason"].as_str().unwrap();
    assert_eq!((code, reason), (13, "the session was deleted before it came to rest"));
    let (code, ..) = act(&[], &[opened(true), deleted("ses_2"), done("done"), deleted("ses_1"), closed("rest", None)]);
    assert_eq!(code, 0, "another one, and one that was done");
}

#[test]
fn leaves_deleted_session() {
    // The stream would go on for a while: it ends because we leave.
    let mut first = opened(false);
    first["properties"]["follow"] = json!(true);
    let deleted =
        json!({"ts": 2500, "id": "evt_1", "type": "session.deleted", "properties": {"info": {"id": "ses_1"}}});
    let mut stage = Command::new(cargo_bin("ocr-act"));
    // Lines of a test prove nothing: the command line names the server.
    stage.args(["--server", "http://127.0.0.1:9"]);
    let mut stage = stage.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut stdin = stage.stdin.take().unwrap();
    stdin.write_all(lines(&[first, deleted]).as_bytes()).unwrap();
    // It reads on until it has left: a stage that stays reads all of it.
    let tick = lines(&[json!({"ts": 3000, "type": "ocr.stream.tick", "properties": {}})]);
    let left = (0..1_000_000).any(|_| stdin.write_all(tick.as_bytes()).is_err());
    drop(stdin);
    assert_eq!(stage.wait().unwrap().code(), Some(13));
    assert!(left, "it waited for more");
}

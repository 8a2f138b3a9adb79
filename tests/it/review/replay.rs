//! What was asked and answered once can be decided again without anybody.

use super::fake::{Fake, answer};
use super::lines::{Live, busy, decisions, looping, opened, rest, text, tick};
use crate::support::ocr;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

fn replay(folder: &Path, input: &str) -> Output {
    ocr("ocr-review")
        .arg("--replay")
        .arg(folder)
        .write_stdin(input)
        .output()
        .unwrap()
}

/// Runs a session live and line by line, each decision awaited where it is due, and keeps the exchanges.
fn recorded(folder: &Path) -> (String, Vec<Value>) {
    let fake = Fake::start(|n, request, stream| match n {
        // The second review fails for good, the third is answered.
        1..=4 => {}
        _ => answer(stream, &request.decide("steer")),
    });
    let folder = folder.to_str().unwrap();
    let mut live = Live::start(&[
        "--reviewer-url",
        &fake.url,
        "--retry-pause",
        "0.001",
        "--record",
        folder,
    ]);
    let steps = [
        [opened("x"), text(1500, "one"), looping(2000, "warn", "open", 4)].concat(),
        [busy(2500), looping(3000, "stop", "graver", 5)].concat(),
        [text(3500, "two"), rest(4000, "candidate", &[], 6), tick(5000)].concat(),
    ];
    let mut seen = Vec::new();
    for step in &steps {
        live.write(step);
        seen.push(live.decision());
    }
    // An exchange is written once its decision is.
    live.finish();
    (steps.concat(), seen)
}

#[test]
fn a_replay_decides_the_same_byte_for_byte_and_needs_no_network() {
    let folder = tempfile::tempdir().unwrap();
    let (input, live) = recorded(folder.path());
    assert_eq!(live[1]["degraded"], true);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    let (once, again) = (replay(folder.path(), &input), replay(folder.path(), &input));
    assert_eq!(once.stdout, again.stdout);
    assert_eq!(decisions(&once.stdout), live);
    assert_eq!(once.status.code(), Some(0));
}

#[test]
fn a_replay_answers_when_the_reviewer_did_in_the_time_of_the_lines() {
    let folder = tempfile::tempdir().unwrap();
    let (go, gone) = std::sync::mpsc::channel::<()>();
    let gone = std::sync::Mutex::new(gone);
    let fake = Fake::start(move |_, request, stream| {
        gone.lock().unwrap().recv().unwrap();
        answer(stream, &request.decide("abort"));
    });
    let args = [
        "--reviewer-url",
        &fake.url,
        "--record",
        folder.path().to_str().unwrap(),
    ];
    let mut live = Live::start(&args);
    let during = [
        opened("x"),
        looping(2000, "warn", "open", 4),
        tick(3000),
        tick(4000),
        tick(5000),
    ]
    .concat();
    live.write(&during);
    for _ in 0..3 {
        live.next("ocr.stream.tick");
    }
    go.send(()).unwrap();
    let line = live.next("ocr.review.decision");
    assert_eq!(line["ts"], 5000);
    live.finish();
    let after = [tick(6000), tick(7000)].concat();
    let out = String::from_utf8(replay(folder.path(), &(during + &after)).stdout).unwrap();
    let replayed: Vec<Value> = out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let at = replayed
        .iter()
        .position(|l| l["type"] == "ocr.review.decision")
        .unwrap();
    assert_eq!(replayed[at], line);
    assert_eq!(
        (&replayed[at - 1]["ts"], &replayed[at + 1]["ts"]),
        (&5000.into(), &6000.into())
    );
}

#[test]
fn an_exchange_is_kept_before_its_decision_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::deciding("abort");
    let mut live = Live::start(&[
        "--reviewer-url",
        &fake.url,
        "--record",
        folder.path().to_str().unwrap(),
    ]);
    let input = [opened("x"), looping(2000, "stop", "open", 5)].concat();
    live.write(&input);
    let decision = live.decision();
    // As when whoever reads has read enough.
    live.child.kill().unwrap();
    live.child.wait().unwrap();
    assert_eq!(decisions(&replay(folder.path(), &input).stdout), [decision]);
}

#[test]
fn a_replay_knows_what_was_stale_also_within_a_millisecond() {
    let folder = tempfile::tempdir().unwrap();
    let (fake, go) = Fake::patient("done");
    let mut live = Live::start(&[
        "--reviewer-url",
        &fake.url,
        "--record",
        folder.path().to_str().unwrap(),
    ]);
    let at_rest = [opened("x"), rest(2000, "candidate", &[], 1)].concat();
    // Live, the answer comes after the last of these; in a replay it is due at the first.
    let during = [tick(2001), tick(3000), busy(3000)].concat();
    live.write(&[&*at_rest, &*during].concat());
    live.next("session.status");
    go.send(()).unwrap();
    let decision = live.decision();
    assert_eq!(decision["stale"], true);
    live.finish();
    let again = replay(folder.path(), &[&*at_rest, &*during, &*tick(5000)].concat());
    assert_eq!(decisions(&again.stdout), [decision]);
}

#[test]
fn a_replay_that_is_asked_for_comes_before_what_is_set_for_every_run() {
    let folder = tempfile::tempdir().unwrap();
    let (input, live) = recorded(folder.path());
    let done = ocr("ocr-review")
        .arg("--replay")
        .arg(folder.path())
        .env("OCR_REVIEWER_CMD", "false")
        .env("OCR_REVIEW_RECORD", folder.path().join("elsewhere"))
        .write_stdin(&*input)
        .output()
        .unwrap();
    assert_eq!(
        (done.status.code(), decisions(&done.stdout)),
        (Some(0), live.clone())
    );
    let out = String::from_utf8(done.stdout).unwrap();
    let opened: Value = serde_json::from_str(out.lines().nth(1).unwrap()).unwrap();
    assert_eq!(opened["type"], "ocr.review.opened");
    assert_eq!(opened["properties"]["reviewer"], live[0]["reviewer"]);
    // What is typed comes before what is set.
    let asked = ocr("ocr-review")
        .args([
            "--only",
            "--reviewer-cmd",
            r#"echo '{"action":"abort","reason":"asked anew"}'"#,
        ])
        .env("OCR_REVIEW_REPLAY", folder.path())
        .write_stdin(&*input)
        .output()
        .unwrap();
    assert_eq!(decisions(&asked.stdout)[0]["reason"], "asked anew");
}

#[test]
fn two_at_odds_on_the_command_line_are_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    for other in ["--reviewer-cmd", "--record"] {
        let done = ocr("ocr-review")
            .args([other, "x", "--replay"])
            .arg(folder.path())
            .write_stdin("")
            .output()
            .unwrap();
        assert_eq!(done.status.code(), Some(2), "{other}");
    }
}

#[test]
fn a_record_of_what_the_rules_decide_is_told_to_stay_empty() {
    let folder = tempfile::tempdir().unwrap();
    let done = ocr("ocr-review")
        .arg("--record")
        .arg(folder.path())
        .write_stdin([opened("x"), rest(2000, "candidate", &[], 1)].concat())
        .output()
        .unwrap();
    let told = String::from_utf8(done.stderr).unwrap();
    assert!(told.contains("--record keeps nothing"), "{told}");
}

#[test]
fn a_missing_exchange_is_named_and_the_rules_decide_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let (input, _) = recorded(folder.path());
    fs::remove_file(folder.path().join("ses_1-turn6-rest.json")).unwrap();
    let done = replay(folder.path(), &input);
    let decisions = decisions(&done.stdout);
    assert_eq!(decisions.len(), 3);
    assert_eq!(
        (&decisions[2]["degraded"], &decisions[2]["reviewer"]),
        (&true.into(), &"rules".into())
    );
    assert_eq!(done.status.code(), Some(1));
    let stderr = String::from_utf8(done.stderr).unwrap();
    assert!(stderr.contains("ses_1-turn6-rest.json"), "{stderr}");
    let passed: Vec<u8> = done.stdout;
    assert!(passed.ends_with(b"\n") && String::from_utf8(passed).unwrap().contains("\"ts\":5000"));
}

#[test]
fn an_exchange_can_be_written_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let exchange = r#"{ "answer": "{\"action\": \"done\", \"reason\": \"by hand\"}" }"#;
    fs::write(folder.path().join("ses_1-turn1-rest.json"), exchange).unwrap();
    let done = replay(
        folder.path(),
        &[opened("x"), rest(2000, "candidate", &["openTodos"], 1)].concat(),
    );
    assert_eq!(decisions(&done.stdout)[0]["reason"], "by hand");
}

#[test]
fn an_exchange_is_kept_under_a_name_that_leads_nowhere_else() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("exchanges");
    let fake = Fake::deciding("done");
    let input = [opened("x"), rest(2000, "candidate", &[], 1)]
        .concat()
        .replace("ses_1", "../../etc/ses é\\u0000");
    let done = ocr("ocr-review")
        .args(["--reviewer-url", &fake.url, "--record"])
        .arg(&folder)
        .write_stdin(input.clone())
        .output()
        .unwrap();
    assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 1);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    assert_eq!(
        decisions(&replay(&folder, &input).stdout),
        decisions(&done.stdout)
    );
}

#[test]
fn a_folder_that_cannot_be_used_is_told() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for args in [
        ["--replay", "/nonexistent"],
        ["--replay", file.path().to_str().unwrap()],
    ] {
        let done = ocr("ocr-review").args(args).write_stdin("").output().unwrap();
        assert_eq!((done.status.code(), done.stdout.len()), (Some(1), 0));
        assert!(String::from_utf8(done.stderr).unwrap().contains(args[1]));
    }
    let inside = file.path().join("x");
    let done = ocr("ocr-review")
        .args(["--reviewer-model", "m", "--record"])
        .arg(&inside)
        .write_stdin("")
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(1));
}

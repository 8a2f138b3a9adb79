//! What may be piped in: the forms that are read, and what is said of an input in which nothing is understood.

use crate::support::{names, ocr, recording};
use ocr::detect::{Config, Detect, Detector};
use ocr::pipe::Stage;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

/// The lines that the detector adds to these.
fn added(lines: &[u8], strict: bool) -> String {
    let mut stage = Detect::new(Detector::new(Config::default()), strict);
    let mut added = Vec::new();
    for line in lines.split(|byte| *byte == b'\n') {
        stage.line(line, &mut added).unwrap();
    }
    stage.finish(&mut added).unwrap();
    assert!(stage.not_understood().is_none());
    String::from_utf8(added).unwrap()
}

/// A form of a stream: its name, and what it makes of a line.
type Form = (&'static str, fn(&str) -> String);

/// An event as servers write it that break its payload into lines.
fn over_lines(line: &str) -> String {
    let value: Value = serde_json::from_str(line).unwrap();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    pretty.lines().map(|line| format!("data: {line}\n")).collect::<String>() + "event: message\n\n"
}

const FORMS: [Form; 6] = [
    ("CRLF", |line| format!("{line}\r\n")),
    ("a byte order mark", |line| format!("\u{feff}{line}\n")),
    ("server-sent events", |line| format!(": ping\r\nevent: message\r\nid: 5\r\ndata: {line}\r\n\r\n")),
    ("compact server-sent events", |line| format!("data:{line}\n\n")),
    ("server-sent events of several lines", over_lines),
    ("envelopes", |line| format!("data: {{\"directory\":\"/p\",\"payload\":{line}}}\n")),
];

#[test]
fn forms_are_judged_alike() {
    for name in names() {
        let plain = recording(&name);
        let expected = added(plain.as_bytes(), true);
        for (form, of) in FORMS {
            let stream: String = plain.lines().map(of).collect();
            assert!(added(stream.as_bytes(), true) == expected, "{name} as {form}");
        }
    }
}

/// A raw stream has no time but that of its parts.
#[test]
fn raw_events_are_read() {
    let recording = recording("one-call-loop");
    let raw: String = recording
        .lines()
        .filter(|line| !line.contains("\"ocr."))
        .map(|line| format!("data: {{{}\n\n", line.split_once(',').unwrap().1))
        .collect();
    let done = ocr("ocr-detect").args(["--fail-on", "loop", "--strict"]).write_stdin(raw.as_str()).assert();
    done.code(10);
}

#[test]
fn parts_without_ids_are_counted() {
    let call = |n: u32| {
        format!(
            r#"{{"type":"tool_use","timestamp":{},"sessionID":"s","part":{{"type":"tool","tool":"bash","callID":"call_{n}","messageID":"m{n}","state":{{"status":"completed","input":{{"command":"make"}},"output":"make: *** No rule"}}}}}}"#,
            1000 * n
        )
    };
    let log = |of: &dyn Fn(u32) -> String| (1..=6).map(|n| of(n) + "\n").collect::<String>();
    let with_calls = log(&call);
    let without = log(&|n| call(n).replace(&format!(r#""callID":"call_{n}","#), ""));
    for log in [with_calls, without] {
        ocr("ocr-detect").args(["--fail-on", "loop"]).write_stdin(log).assert().code(10);
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Inputs in which nothing is understood, and a word that the message must contain.
fn foreign() -> Vec<(Vec<u8>, &'static str)> {
    let event = "{\"type\":\"session.idle\",\"properties\":{\"sessionID\":\"s\"}}\n";
    vec![
        (Vec::new(), "empty"),
        (b"\n \n".to_vec(), "empty"),
        (b"Building\nDone\n".to_vec(), "--format json"),
        (utf16(event), "UTF-16"),
        (utf16(&format!("\u{feff}{event}")), "UTF-16"),
        (b"{\n  \"info\": {\n    \"id\": \"ses_1\"\n  },\n  \"messages\": []\n}\n".to_vec(), "--import"),
        (b"{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"x\"}\n".repeat(500), "Claude Code"),
        (b"<!doctype html>\n<html></html>\n".to_vec(), "web page"),
        (b"[{\"id\":\"e\",\"aggregate_id\":\"s\",\"seq\":1}]\n".to_vec(), "sync history"),
        (b"data: {\"choices\":[]}\n\ndata: [DONE]\n".to_vec(), "model's API"),
    ]
}

#[test]
fn foreign_input_is_said() {
    for (input, word) in foreign() {
        let done = ocr("ocr-detect").write_stdin(input.clone()).output().unwrap();
        let stderr = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(0), "{word}: {stderr}");
        assert!(word == "empty" || stderr.contains("understood"), "{word}: {stderr}");
        assert!(stderr.contains(word), "{word}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{word}: {stderr}");
        assert!(done.stdout == input, "{word}");
    }
}

#[test]
fn foreign_input_is_no_pass() {
    for (input, word) in foreign() {
        for args in [&["--fail-on", "any"][..], &["--fail-on", "loop", "--only"]] {
            let done = ocr("ocr-detect").args(args).write_stdin(input.clone()).output().unwrap();
            let stderr = String::from_utf8(done.stderr).unwrap();
            assert_eq!(done.status.code(), Some(65), "{word}: {stderr}");
            assert!(stderr.contains(word) && stderr.lines().count() == 1, "{word}: {stderr}");
        }
        let strict = ocr("ocr-detect").arg("--strict").write_stdin(input).output().unwrap();
        assert_eq!(strict.status.code(), Some(65), "{word}");
    }
}

#[test]
fn foreign_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (folder.path().join("good.ndjson"), folder.path().join("bad.ndjson"));
    std::fs::write(&good, recording("pagination")).unwrap();
    std::fs::write(&bad, "no JSON\n").unwrap();
    let judge = |args: &[&str]| ocr("ocr-detect").args(args).args([&good, &bad]).output().unwrap();
    let done = judge(&["--only"]);
    assert_eq!(done.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&done.stderr).contains("bad.ndjson was understood"));
    assert_eq!(judge(&["--fail-on", "any"]).status.code(), Some(65));
}

#[test]
fn page_says_nothing_was_judged() {
    let done = ocr("ocr-detect").arg("--explain").write_stdin("{\"a\":1}\n").output().unwrap();
    let page = String::from_utf8(done.stdout).unwrap();
    assert!(page.starts_with("Not judged: it looks like") && page.contains("another program"), "{page}");
}

#[test]
fn chatter_is_no_harm() {
    let input = format!("npm warn\n{{\"level\":30}}\n{}", recording("one-call-loop"));
    let done = ocr("ocr-detect").args(["--fail-on", "loop"]).write_stdin(input).output().unwrap();
    let stderr = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(10), "{stderr}");
    assert!(stderr.contains("line 1 is not a JSON object") && !stderr.contains("understood"), "{stderr}");
}

#[test]
fn watch_says_foreign_input() {
    let done = ocr("ocr-watch").arg("--only").write_stdin("{\"type\":\"turn.started\"}\n").output().unwrap();
    assert!(String::from_utf8_lossy(&done.stderr).contains("codex exec"));
}

#[test]
fn export_behind_chatter() {
    let export = r#"{"info":{"id":"ses_1"},"messages":[{"info":{"id":"m","sessionID":"ses_1","role":"user","time":{"created":5}},"parts":[]}]}"#;
    let import = |document: String| {
        let done = ocr("ocr-stream").args(["--import", "-"]).write_stdin(document).output().unwrap();
        (done.status.code(), done.stdout)
    };
    let plain = import(export.to_owned());
    assert_eq!(plain.0, Some(0));
    assert_eq!(import(format!("Exporting session: ses_1\n{export}\n")), plain);
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..30),
        Just(b"\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\xef\xbb\xbf".to_vec()),
        Just(b"\xff\xfe".to_vec()),
        Just(b"data: ".to_vec()),
        Just(b": ".to_vec()),
        Just(b"event: x\n".to_vec()),
        Just(br#"{"payload":"#.to_vec()),
        Just(
            br#"{"type":"message.part.updated","properties":{"time":5,"part":{"type":"tool","callID":"c"}}}"#.to_vec()
        ),
        Just(br#"{"type":"tool_use","sessionID":"s","part":{"type":"tool","state":{"status":"completed"}}}"#.to_vec()),
        Just(b"}".to_vec()),
    ]
}

proptest! {
    #[test]
    fn properties_any_input(pieces in vec(piece(), 0..40)) {
        let input = pieces.concat();
        let mut stage = Detect::new(Detector::new(Config::default()), false);
        let mut added = Vec::new();
        for line in input.split(|byte| *byte == b'\n') {
            stage.line(line, &mut added).unwrap();
        }
        stage.finish(&mut added).unwrap();
        if let Some((foreign, _)) = stage.not_understood() {
            prop_assert!(!foreign.to_string().contains('\n'));
        }
    }
}

/// An exported session is judged as the live one: its request is known, and its last text is the answer.
#[test]
fn an_import_has_its_request_and_its_answer() {
    let document = |request: &str, answer: &str| {
        json!({"info": {"id": "ses_1"}, "messages": [
            {"info": {"id": "msg_1", "sessionID": "ses_1", "role": "user", "time": {"created": 1000}},
             "parts": [{"id": "prt_1", "sessionID": "ses_1", "messageID": "msg_1", "type": "text", "text": request}]},
            {"info": {"id": "msg_2", "sessionID": "ses_1", "role": "assistant", "time": {"created": 2000, "completed": 5000}, "finish": "stop"},
             "parts": [
                {"id": "prt_2", "sessionID": "ses_1", "messageID": "msg_2", "type": "step-start"},
                {"id": "prt_3", "sessionID": "ses_1", "messageID": "msg_2", "type": "text", "text": answer, "time": {"start": 3000, "end": 4000}},
                {"id": "prt_4", "sessionID": "ses_1", "messageID": "msg_2", "type": "step-finish", "reason": "stop", "tokens": {"input": 9, "output": 9}}]}]})
        .to_string()
    };
    let rest = |request: &str, answer: &str| {
        let imported =
            ocr("ocr-stream").args(["--import", "-"]).write_stdin(document(request, answer)).output().unwrap();
        let judged = ocr("ocr-detect").arg("--only").write_stdin(imported.stdout).output().unwrap();
        let lines = String::from_utf8(judged.stdout).unwrap();
        let done = lines.lines().rfind(|line| line.contains("ocr.detect.done")).unwrap().to_owned();
        serde_json::from_str::<Value>(&done).unwrap()["properties"].clone()
    };
    let answered = rest("How does the parser read tabs?", "It reads them as four spaces.");
    assert_eq!((&answered["outcome"], &answered["contradictions"]), (&json!("candidate"), &json!([])));
    assert_eq!(rest("Fix the parser.", "It is done.")["contradictions"], json!(["emptyDiff"]));
    assert_eq!(rest("Fix the parser.", "Should tabs be four spaces or eight?")["outcome"], "waiting");
}

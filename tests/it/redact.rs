//! Secrets leave the program by no exit: messages, logs, pages, notifications, and recordings that ask for it.

use crate::support::{ocr, shell};
use serde_json::{Value, json};

/// What no exit may show.
const CANARY: &str = "CANARYabcdefghij0123456789";

/// What a provider says of a wrong key. Assembled so that no secret scanner reports this file.
fn complaint() -> String {
    format!("Incorrect API key provided: {}-proj-{CANARY}", "sk")
}

/// A session whose provider refuses the key again and again, and a server that is gone at the end.
fn storm() -> String {
    let opened = json!({ "sessionID": "ses_1", "server": "http://127.0.0.1:1/", "directory": "/", "replay": false });
    let mut lines = vec![json!({ "ts": 1000, "id": "o", "type": "ocr.stream.opened", "properties": opened })];
    for attempt in 1..9 {
        let status = json!({ "type": "retry", "attempt": attempt, "message": complaint(), "next": 1 });
        let properties = json!({ "sessionID": "ses_1", "status": status });
        lines.push(json!({ "ts": 1000 + attempt * 1000, "id": format!("e{attempt}"), "type": "session.status", "properties": properties }));
    }
    let closed = json!({ "sessionID": "ses_1", "reason": "failed", "detail": complaint() });
    lines.push(json!({ "ts": 30_000, "id": "c", "type": "ocr.stream.closed", "properties": closed }));
    lines.iter().map(|line: &Value| format!("{line}\n")).collect()
}

#[test]
fn notifications_and_summary_have_no_secrets() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in"), storm()).unwrap();
    let line = "ocr-act --log trace --confirm-timeout 1 --notify-cmd 'cat > told' <in >/dev/null 2>said; cat told said";
    let done = shell(line, folder.path()).finish();
    let told = done.lines.join("\n");
    assert!(told.contains("provided: [masked]") && !told.contains(CANARY), "{told}");
}

#[test]
fn pages_and_stories_have_no_secrets() {
    for program in [&["ocr-detect", "--explain"][..], &["ocr-watch"]] {
        let done = ocr(program[0]).args(&program[1..]).write_stdin(storm()).output().unwrap();
        let output = if program.len() > 1 { done.stdout } else { done.stderr };
        let output = String::from_utf8_lossy(&output);
        assert!(output.contains("[masked]") && !output.contains(CANARY), "{program:?}: {output}");
    }
}

#[test]
fn errors_have_no_secrets_and_steer_no_terminal() {
    let name = format!("no\u{1b}[2J\u{202e}\u{e0041}such {}-proj-{CANARY}", "sk");
    let done = ocr("ocr-stream").args(["--replay", &name]).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains("\\u{1b}[2J\\u{202e}\\u{e0041}such sk-[masked]"), "{said}");
    let done = ocr("ocr-act").args(["--server", "http://127.0.0.1:1", "--on-question", &name]).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(!said.contains(CANARY) && !said.contains('\u{1b}') && !said.contains('\u{202e}'), "{said}");
}

#[test]
fn values_of_own_variables_are_masked() {
    let done = ocr("ocr-stream")
        .env("SOME_PASSWORD", "correcthorse")
        .args(["--replay", "no such file correcthorse"])
        .output()
        .unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains("no such file [masked]"), "{said}");
}

#[test]
fn recordings_have_no_secrets_on_request() {
    let line =
        format!("{}\n", json!({ "ts": 1, "id": "e", "type": "x", "text": complaint(), "password": CANARY, "n": 1.5 }));
    let plain = ocr("ocr-stream").args(["--replay", "-"]).write_stdin(line.clone()).output().unwrap();
    assert_eq!(String::from_utf8(plain.stdout).unwrap(), line);
    let safe = ocr("ocr-stream").args(["--replay", "-", "--redact"]).write_stdin(line).output().unwrap();
    let safe = String::from_utf8(safe.stdout).unwrap();
    let parsed: Value = serde_json::from_str(&safe).unwrap();
    assert_eq!(parsed["text"], "Incorrect API key provided: [masked]");
    assert_eq!((&parsed["password"], &parsed["n"]), (&json!("[masked]"), &json!(1.5)));
}

#[test]
fn ids_that_are_secrets_are_masked_in_recordings() {
    let token = format!("gh{}_{CANARY}", "p");
    let line =
        json!({ "ts": 1, "id": token, "type": "x", "properties": { "sessionID": token, "messageID": "msg_A1b2C3" } });
    let safe = ocr("ocr-stream").args(["--replay", "-", "--redact"]).write_stdin(format!("{line}\n")).output().unwrap();
    let safe = String::from_utf8(safe.stdout).unwrap();
    assert!(!safe.contains(CANARY) && safe.contains("msg_A1b2C3"), "{safe}");
}

#[test]
fn story_masks_before_it_cuts() {
    // A token of constant length, so that half of it has no known form.
    let token = format!("EZ{}{}", "AK", "Ab12Cd".repeat(9));
    let open = json!({ "sessionID": "ses_1", "server": "http://127.0.0.1:1/", "directory": "/", "replay": true });
    for before in (0..160).step_by(8) {
        let part = json!({ "id": "p", "messageID": "m", "sessionID": "ses_1", "type": "text",
            "text": format!("{} {token}", "w".repeat(before)), "time": { "start": 1, "end": 2 } });
        let lines = [
            json!({ "ts": 1, "id": "o", "type": "ocr.stream.opened", "properties": open }),
            json!({ "ts": 2, "id": "e", "type": "message.part.updated", "properties": { "sessionID": "ses_1", "part": part } }),
        ];
        let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let done = ocr("ocr-watch").arg("--story").write_stdin(input).output().unwrap();
        let story = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(story.contains("says") && !story.contains("b12Cd"), "{before}: {story}");
    }
}

/// The strings of a value that are not an id or a type.
fn strings(value: &Value, name: &str, found: &mut Vec<String>) {
    match value {
        Value::String(text) if !matches!(name, "id" | "type") && !name.ends_with("ID") => found.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|one| strings(one, name, found)),
        Value::Object(members) => members.iter().for_each(|(name, one)| strings(one, name, found)),
        _ => {}
    }
}

/// What is wrongly masked costs the reviewer what it has to judge by.
#[test]
fn ordinary_text_is_not_masked() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sessions");
    let (mut all, redactor) = (Vec::new(), ocr::redact::Redactor::default());
    for entry in std::fs::read_dir(folder).unwrap() {
        let recording = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        recording.lines().for_each(|line| strings(&serde_json::from_str(line).unwrap(), "", &mut all));
    }
    all.sort_unstable();
    all.dedup();
    // Random bytes in base64 are masked: nobody knows what they are.
    let is_base64 = |line: &str| line.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='));
    let has = |line: &str, kind: fn(&u8) -> bool| line.as_bytes().iter().any(kind);
    let is_mixed = |line: &str| has(line, u8::is_ascii_digit) && has(line, u8::is_ascii_uppercase);
    let is_random = |text: &&String| text.lines().any(|line| line.len() >= 40 && is_base64(line) && is_mixed(line));
    let ordinary = all.iter().filter(|text| !is_random(text));
    let masked: Vec<_> = ordinary.filter(|text| redactor.redact(text) != text.as_str()).collect();
    assert!(all.len() > 1000 && masked.is_empty(), "{} of {}: {masked:#?}", masked.len(), all.len());
}

#[test]
fn digests_of_a_lockfile_stay() {
    let digest = format!("sha512-{}==", "Ab1+".repeat(21) + "Zz");
    let line =
        json!({ "ts": 1, "id": "e", "type": "x", "properties": { "text": format!("\"integrity\": \"{digest}\"") } });
    let done = ocr("ocr-stream").args(["--replay", "-", "--redact"]).write_stdin(format!("{line}\n")).output().unwrap();
    assert!(String::from_utf8(done.stdout).unwrap().contains(&digest));
}

#[test]
fn recordings_have_no_secrets_in_names_and_lists() {
    let token = format!("gh{}_{}", "p", "Ab12".repeat(9));
    let line = json!({ "ts": 1, "id": "e", "type": "x", "properties": {
        &token: 1, "args": ["mysql", format!("-p{CANARY}"), "--password", CANARY], "password": format!("my {CANARY}"),
    } });
    let done = ocr("ocr-stream").args(["--replay", "-", "--redact"]).write_stdin(format!("{line}\n")).output().unwrap();
    let safe = String::from_utf8(done.stdout).unwrap();
    assert!(safe.contains("ghp_[masked]") && !safe.contains(CANARY) && !safe.contains("Ab12Ab12"), "{safe}");
}

/// A provider's complaint whose secret only the line above it tells.
const BLOCK: &str = "config was:\npassword: >-\n  Kestrel47Meadow\nuser: x\n";

#[test]
fn line_breaks_tell_of_secrets_until_they_are_masked() {
    let mut lines = String::new();
    for attempt in 1..9 {
        let status = json!({ "type": "retry", "attempt": attempt, "message": BLOCK, "next": 1 });
        let properties = json!({ "sessionID": "ses_1", "status": status });
        let line = json!({ "ts": attempt * 1000, "id": format!("e{attempt}"), "type": "session.status", "properties": properties });
        lines.push_str(&format!("{line}\n"));
    }
    for k in 0..6 {
        let (table, file) = ("| user | password |\n|---|---|\n| bob | Kestrel47Meadow |\n", "/run/secrets/db_password");
        let read = format!("<path>{file}</path>\n<content>\n1: Kestrel47Meadow\n\n(End of file)\n</content>");
        for (id, tool, input, output) in
            [("a", "bash", json!({ "command": "./x" }), table), ("b", "read", json!({ "filePath": file }), &*read)]
        {
            let state = json!({ "status": "completed", "input": input, "output": output, "title": "x", "metadata": {}, "time": { "start": 1, "end": 2 } });
            let part = json!({ "id": format!("prt_{id}{k}"), "sessionID": "ses_1", "messageID": format!("msg_{k}"), "type": "tool", "tool": tool, "callID": format!("c{id}{k}"), "state": state });
            let properties = json!({ "sessionID": "ses_1", "part": part });
            let line = json!({ "ts": 20_000 + k * 100, "id": format!("t{id}{k}"), "type": "message.part.updated", "properties": properties });
            lines.push_str(&format!("{line}\n"));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in"), lines).unwrap();
    let line = "ocr-detect <in >all; ocr-detect --only <in; ocr-report --as html <all; ocr-detect --explain <in; ocr-report <all; \
                ocr-stream --replay all --all-lines --redact; ocr-watch <all --only 2>&1";
    let said = shell(line, folder.path()).finish().lines.join("\n");
    assert!(said.contains("config was: password: >- [masked]") && !said.contains("Kestrel47"), "{said}");
}

/// What is masked must not make different results alike, nor hide how a session goes.
#[test]
fn findings_are_the_same_with_secrets_masked() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sessions");
    let found = |recording: &[u8]| {
        let done = ocr("ocr-detect").arg("--only").write_stdin(recording).output().unwrap();
        let records = done.stdout.split(|byte| *byte == b'\n').filter(|record| !record.is_empty());
        let kind = |record: &Value| format!("{} {}", record["type"], record["properties"]["rule"]);
        let mut found: Vec<_> = records.map(|record| kind(&serde_json::from_slice(record).unwrap())).collect();
        // Pieces of a text are left out, so what is found in them is found when the whole text follows.
        found.sort_unstable();
        found
    };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let safe = ocr("ocr-stream").args(["--redact", "--replay"]).arg(&path).output().unwrap().stdout;
        assert_eq!(found(&safe), found(&std::fs::read(&path).unwrap()), "{}", path.display());
    }
}

#[test]
fn wrong_pattern_of_a_secret_is_not_shown() {
    for program in ["ocr-review", "ocr-run"] {
        let typed = ocr(program).args(["--secret-pattern", &format!("{CANARY}(")]).output().unwrap();
        let given = ocr(program).env("OCR_SECRET_PATTERN", format!("x+\n{CANARY}(")).output().unwrap();
        for done in [typed, given] {
            let said = String::from_utf8(done.stderr).unwrap();
            assert_eq!(done.status.code(), Some(2), "{said}");
            assert!(said.contains("--secret-pattern") && said.contains("unclosed group at character"), "{said}");
            assert!(!said.contains("CANARY"), "{said}");
        }
    }
}

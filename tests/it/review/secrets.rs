//! Secrets of a session never reach the reviewer.

use super::lines::{finding, looping, opened, review, text};
use crate::support::ocr;
use serde_json::{Value, json};

/// A part of every secret here. They are assembled so that no secret scanner reports this file.
const CANARY: &str = "CANARY";

fn call(tool: &str, input: &Value) -> String {
    let state = json!({ "status": "completed", "input": input, "output": "" });
    let part = json!({ "id": "prt_c", "messageID": "msg_a", "type": "tool", "tool": tool, "state": state });
    let properties = json!({ "sessionID": "ses_1", "part": part });
    json!({ "ts": 1500, "id": "evt_c", "type": "message.part.updated", "properties": properties }).to_string() + "\n"
}

fn wrote_text(words: &str) -> String {
    text(1500, words)
}

fn ran(command: &str) -> String {
    call("bash", &json!({ "command": command }))
}

fn wrote(words: &str) -> String {
    call("edit", &json!({ "edits": [{ "newString": words }] }))
}

fn excerpt(words: &str) -> String {
    finding(1500, "stagnation", "notice", "open", 3).replace("bash ls → nothing", words)
}

/// Names, each with the lines that contain the secret.
type Leaks = Vec<(&'static str, String)>;

fn in_escapes() -> Leaks {
    let sk = format!("{}-{}", "sk", CANARY.repeat(4));
    let gh = format!("gh{}_{}123", "p", CANARY.repeat(2));
    let list = json!([{ "content": format!("use {sk}"), "status": "pending" }]);
    let todos =
        json!({ "ts": 1, "id": "e", "type": "todo.updated", "properties": { "sessionID": "ses_1", "todos": list } });
    let private = ["-----BEGIN PRIVATE", " KEY-----\nCANARY\n-----END PRIVATE", " KEY-----"].concat();
    vec![
        ("after a line break in an argument", wrote(&format!("x\n{sk}"))),
        ("after a tab in an argument", wrote(&format!("x\t{gh}"))),
        ("after a line break in an excerpt", excerpt(&format!("edit a\\\\n{sk}"))),
        ("a private key in an argument", wrote(&private)),
        ("in the agent's list", todos.to_string() + "\n"),
        ("escaped JSON for curl", ran(r#"curl -d "{\"password\":\"CANARYhunter2\"}""#)),
        ("escaped JSON in a text", wrote_text(r#"body {\"apiKey\": \"CANARYxyz\"}"#)),
        ("an escaped header", wrote_text(r#"{\"Authorization\": \"CANARYtok\"}"#)),
        ("an escaped bearer", wrote_text(r#"{\"Authorization\": \"Bearer CANARYdefghij\"}"#)),
        ("a quote in a password", wrote_text(r#"{"password": "ab\"CANARYcd"}"#)),
    ]
}

fn in_settings_and_headers() -> Leaks {
    vec![
        ("DB_PASS", wrote_text("DB_PASS=CANARYpass")),
        ("SMTP_PASS", wrote_text("SMTP_PASS: CANARYpass")),
        ("BASIC_AUTH", wrote_text("BASIC_AUTH=bob:CANARYabc")),
        ("KEY", ran("export KEY=CANARYabc; make")),
        ("AUTH_PROD", wrote_text("AUTH_PROD=CANARYabc")),
        ("a mailer's settings", wrote_text("auth: { user: 'bob', pass: 'CANARYabc' }")),
        ("a password with a comma", wrote_text("PASSWORD=ab,CANARYcd")),
        ("another scheme", wrote_text("Authorization: ApiKey CANARYabcdef==")),
        ("a signature", wrote_text("Authorization: AWS4-HMAC-SHA256 Credential=AK/x, Signature=CANARYabc")),
        ("curl -u", ran("curl -u bob:CANARYpw https://x")),
        ("curl --user", ran("curl --user 'bob:CANARYpw' https://x")),
        ("sshpass", ran("sshpass -p CANARYpw ssh x")),
    ]
}

fn by_their_shape() -> Leaks {
    vec![
        ("Tavily", wrote_text(&["tv", "ly-dev-CANARYabc12345678"].concat())),
        ("NVIDIA with a hyphen", wrote_text(&["nv", "api-abcdefgh-CANARYabc_123"].concat())),
        ("NVIDIA with an underscore", wrote_text(&["nv", "api-abc_CANARYabc123"].concat())),
        ("Together", wrote_text(&["tg", "p_v1_CANARYabc1234567890"].concat())),
        ("Google's client secret", wrote_text(&["GOC", "SPX-CANARYabc123456789"].concat())),
        ("Databricks", wrote_text(&["da", "pi0123456789abcdef0123"].concat())),
        ("age", wrote_text(&["AGE-SECRET", "-KEY-1CANARYCANARY"].concat())),
        ("Azure's storage", wrote_text("AccountName=x;AccountKey=CANARYabc==;Y=1")),
        ("a query", wrote_text("GET https://x/v1?api-version=1&key=CANARYabc")),
    ]
}

/// The question about a session.
fn question_about(lines: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("asked");
    let command = format!("cat > {}", file.display());
    let input = [&opened("Fix it"), lines, &looping(2000, "warn", "open", 5)].concat();
    let done = review(&["--log", "off", "--reviewer-cmd", &command], &input);
    assert_eq!(done.status.code(), Some(0));
    std::fs::read_to_string(file).unwrap()
}

#[test]
fn question_has_no_secrets() {
    let leaks: Vec<String> = std::thread::scope(|scope| {
        let all = [in_escapes(), in_settings_and_headers(), by_their_shape()].concat();
        let asking: Vec<_> =
            all.into_iter().map(|(name, lines)| (name, scope.spawn(move || question_about(&lines)))).collect();
        let asked = asking.into_iter().map(|(name, question)| (name, question.join().unwrap()));
        asked
            .filter(|(_, question)| question.contains(CANARY) || !question.contains("[masked]"))
            .map(|(name, question)| {
                let line = question.lines().find(|line| line.contains(CANARY)).unwrap_or(&question);
                format!("{name}: {line}")
            })
            .collect()
    });
    assert!(leaks.is_empty(), "{leaks:#?}");
}

#[test]
fn redacts_key_in_url() {
    let url = "http://127.0.0.1:1/v1?key=CANARYabc&code=CANARYdef";
    let done = ocr("ocr-review")
        .args(["--log", "trace", "--retry-pause", "0.01", "--reviewer-url", url])
        .write_stdin([opened("x"), looping(2000, "warn", "open", 4)].concat())
        .output()
        .unwrap();
    let output = [done.stdout, done.stderr].concat();
    let output = String::from_utf8_lossy(&output);
    assert!(output.contains("cannot reach the reviewer at"), "{output}");
    assert!(!output.contains(CANARY), "{output}");
    let wrong =
        ocr("ocr-review").args(["--reviewer-url", "ftp://x/v1?key=CANARYabc"]).write_stdin("").output().unwrap();
    assert!(!String::from_utf8_lossy(&wrong.stderr).contains(CANARY));
}

#[test]
fn redacts_broken_record() {
    let kind = format!("{}-{}", "sk", CANARY.repeat(4));
    let broken = json!({ "sessionID": "s", "kind": kind, "grade": "warn" });
    let line = json!({ "ts": 1, "type": "ocr.detect.finding", "properties": broken });
    let done = ocr("ocr-review").write_stdin(line.to_string()).output().unwrap();
    let output = String::from_utf8(done.stderr).unwrap();
    assert!(output.contains("unreadable ocr.detect.finding record") && !output.contains(CANARY), "{output}");
}

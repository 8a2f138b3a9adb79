use super::*;
use proptest::prelude::*;

fn read(lines: &[String]) -> Vec<String> {
    sample(lines.join("\n").as_bytes(), "s", ["msg_user"], &Redactor::default())
}

fn part(members: &str) -> String {
    format!(r#"{{"type":"message.part.updated","properties":{{"sessionID":"s","part":{{{members}}}}}}}"#)
}

fn text_part(id: &str, message: &str, text: &str) -> String {
    part(&format!(
        r#""id":"{id}","messageID":"{message}","type":"text","text":{}"#,
        serde_json::to_string(text).unwrap()
    ))
}

fn delta(id: &str, text: &str) -> String {
    let text = serde_json::to_string(text).unwrap();
    format!(
        r#"{{"type":"message.part.delta","properties":{{"sessionID":"s","messageID":"m","partID":"{id}","field":"text","delta":{text}}}}}"#
    )
}

fn tool(id: &str, state: &str) -> String {
    part(&format!(r#""id":"{id}","messageID":"m","type":"tool","tool":"bash","state":{{{state}}}"#))
}

#[test]
fn smp_01_keeps_last_hundred_lines() {
    let lines: Vec<String> = (0..150).map(|n| text_part(&format!("p{n}"), "m", &format!("line {n}"))).collect();
    let sample = read(&lines);
    assert_eq!(sample.len(), 100);
    assert_eq!((sample[0].as_str(), sample[99].as_str()), ("agent: line 50", "agent: line 149"));
}

#[test]
fn smp_02_reads_text_of_both_speakers() {
    let sample = read(&[text_part("a", "msg_user", "Fix it"), text_part("b", "m", "I will.\n\nNow.")]);
    assert_eq!(sample, ["user: Fix it", "agent: I will.", "agent: Now."]);
}

#[test]
fn smp_03_joins_deltas_and_snapshots() {
    let opened = text_part("p", "m", "");
    let grown = [opened.clone(), delta("p", "Hello "), delta("p", "world")];
    assert_eq!(read(&grown), ["agent: Hello world"]);
    let finished = [&grown[..], &[text_part("p", "m", "Hello world")]].concat();
    assert_eq!(read(&finished), ["agent: Hello world"]);
    let overtaken = [delta("p", "Hello "), opened, delta("p", "world")];
    assert_eq!(read(&overtaken), ["agent: Hello world"]);
    let cumulative = ["He", "Hello", "Hello world"].map(|text| text_part("p", "m", text));
    assert_eq!(read(&cumulative), ["agent: Hello world"]);
}

#[test]
fn smp_04_shows_call_once() {
    let updates = [
        tool("c", r#""status":"pending","input":{}"#),
        tool("c", r#""status":"running","input":{"command":"npm test"}"#),
        tool("c", r#""status":"completed","input":{"command":"npm test"},"output":"x","metadata":{"exit":1}"#),
    ];
    assert_eq!(read(&updates), ["call bash command: npm test → completed, exit 1"]);
}

#[test]
fn counts_repeated_lines() {
    let calls: Vec<String> =
        (0..35).map(|n| tool(&format!("c{n}"), r#""status":"completed","input":{"command":"ls"}"#)).collect();
    assert_eq!(read(&calls), ["call bash command: ls → completed (×35)"]);
}

#[test]
fn smp_05_shows_errors() {
    let failed = tool("c", r#""status":"error","input":{"command":"x"},"error":"\nENOENT: no x\nat line 1""#);
    let error = r#"{"type":"session.error","properties":{"sessionID":"s","error":{"name":"APIError","data":{"message":"bad gateway"}}}}"#;
    let retry = r#"{"type":"session.status","properties":{"sessionID":"s","status":{"type":"retry","attempt":2,"message":"bad key","next":1}}}"#;
    assert_eq!(
        read(&[failed, error.to_owned(), retry.to_owned()]),
        ["call bash command: x → error: ENOENT: no x", "error: APIError: bad gateway", "retry 2: bad key"]
    );
}

#[test]
fn smp_06_omits_tool_results() {
    let sample = read(&[tool(
        "c",
        r#""status":"completed","input":{"command":"cat f"},"output":"RESULT","title":"RESULT","metadata":{"output":"RESULT"}"#,
    )]);
    assert_eq!(sample, ["call bash command: cat f → completed"]);
}

#[test]
fn smp_07_omits_reasoning() {
    let reasoning = part(r#""id":"r","messageID":"m","type":"reasoning","text":"hidden""#);
    assert_eq!(read(&[delta("r", "hid"), reasoning]), Vec::<String>::new());
    assert_eq!(read(&[delta("r", "hid")]), Vec::<String>::new());
}

#[test]
fn smp_08_omits_system_text() {
    let synthetic =
        part(r#""id":"x","messageID":"msg_user","type":"text","synthetic":true,"text":"<system-reminder>""#);
    assert_eq!(read(&[synthetic]), Vec::<String>::new());
}

#[test]
fn smp_09_reads_one_session() {
    let lines = [text_part("a", "m", "mine"), text_part("b", "m", "theirs").replace(r#":"s""#, r#":"t""#)];
    assert_eq!(read(&lines), ["agent: mine"]);
    assert_eq!(read(&lines), read(&lines));
}

#[test]
fn redacts_before_cutting() {
    let secret = format!("{}-{}", "sk", "CANARY".repeat(6));
    let lines = [
        text_part("a", "m", &format!("{}{secret}", "x ".repeat(LINE / 2 - 3))),
        tool("c", &format!(r#""status":"completed","input":{{"env":"A\nMY_TOKEN=hunter2\n","k":"{secret}"}}"#)),
    ];
    let sample = read(&lines).join("\n");
    assert!(!sample.contains("CANARY") && !sample.contains("hunter2"), "{sample}");
}

proptest! {
    #[test]
    fn any_split_into_deltas(text in "[a-z ]{1,60}", cuts in proptest::collection::vec(0usize..60, 0..5)) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|c| c.min(text.len())).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        let mut lines = vec![text_part("p", "m", "")];
        lines.extend(cuts.windows(2).filter(|w| w[0] < w[1]).map(|w| delta("p", &text[w[0]..w[1]])));
        prop_assert_eq!(read(&lines), read(&[text_part("p", "m", &text)]));
    }

    #[test]
    fn survives_any_bytes(raw in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(sample(&raw, "s", [], &Redactor::default()).len() <= LINES);
    }
}

use super::*;
use crate::wire::part::Part;
use proptest::prelude::*;
use std::fs;
use std::path::Path;

/// Whether a line says something while no review is waiting or in progress.
fn says_something(line: &str) -> bool {
    observe(line).is_ok_and(|seen| {
        matches!(
            seen.event,
            Event::Record { .. }
                | Event::Todos(_)
                | Event::Diff { .. }
                | Event::SessionDeleted
                | Event::Message { from_user: true, .. }
        ) || matches!(seen.event, Event::Part(Part { kind, .. }) if kind == "patch")
    })
}

fn is_parsed(line: &str) -> bool {
    head(line.as_bytes()).is_none_or(|head| is_relevant(head.kind, line.as_bytes()))
}

#[test]
fn parses_relevant_recorded_lines() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sessions");
    let (mut telling, mut left_out, mut all) = (0, 0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        for line in fs::read_to_string(entry.unwrap().path()).unwrap().lines() {
            all += 1;
            let parsed = is_parsed(line);
            left_out += usize::from(!parsed);
            if says_something(line) {
                telling += 1;
                assert!(parsed, "{line}");
            }
        }
    }
    assert!(telling > 500, "{telling}");
    assert!(left_out * 2 > all, "parses too many: skips {left_out} of {all}");
}

/// A finding is held for the turn that belongs to it, and a stream of findings alone is decided as it comes.
#[test]
fn holds_no_more_findings_than_fit() {
    let mut intake = Intake::new(Redactor::default(), None, false);
    let mut released = 0;
    for n in 0..3 * HELD {
        let line = format!(
            r#"{{"ts":1,"type":"ocr.detect.finding","properties":{{"sessionID":"s{n}","finding":"f{n}","kind":"loop","grade":"warn","state":"open"}}}}"#
        );
        released += intake.read(line.as_bytes(), false, &mut |_| ()).len();
        assert!(intake.held.len() < HELD);
    }
    assert_eq!(released, 3 * HELD);
}

const KINDS: &[&str] = &[
    "ocr.detect.turn",
    "ocr.mine",
    "todo.updated",
    "session.diff",
    "session.deleted",
    "message.updated",
    "message.part.updated",
    "message.part.delta",
    "session.idle",
    "text",
];
const PROPERTIES: &[&str] = &[
    r#"{"sessionID":"s"}"#,
    r#"{"sessionID":"s","info":{"id":"m","role":"user"}}"#,
    r#"{"sessionID":"s","info":{"id":"m","role" : "user"}}"#,
    r#"{"sessionID":"s","info":{"id":"m","role":"assistant"}}"#,
    r#"{"part":{"id":"p","sessionID":"s","messageID":"m","type":"patch","files":["/a"]}}"#,
    r#"{"sessionID":"s","part":{"id":"p","messageID":"m","type":"text","text":"user"}}"#,
    r#"{"sessionID":"s","todos":[]}"#,
    r#"{"sessionID":"s","diff":[]}"#,
];
/// Members that make a line unusual, or one of another dialect.
const ODD: &[&str] = &[
    r#""type":"session.idle","#,
    r#""type":"todo.updated","#,
    r#""part":{"id":"p","messageID":"m","type":"patch"},"#,
    r#""id":"evt_1","#,
    r#""x":1, "#,
    "",
    "",
    "",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn parses_any_relevant_line(
        kind in prop::sample::select(KINDS),
        properties in prop::sample::select(PROPERTIES),
        odd in proptest::collection::vec(prop::sample::select(ODD), 3),
        end in prop::sample::select(vec!["}", "}\r", "} ", r#","type":"todo.updated"}"#, ""]),
    ) {
        let line = format!(
            r#"{{{}"ts":5,{}"type":"{kind}",{}"properties":{properties}{end}"#,
            odd[0], odd[1], odd[2]
        );
        prop_assert!(is_parsed(&line) || !says_something(&line), "{line}");
    }
}

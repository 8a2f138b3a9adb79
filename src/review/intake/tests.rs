use super::*;
use crate::wire::part::Part;
use proptest::prelude::*;
use std::fs;
use std::path::Path;

/// Whether anything would come of reading this line while nothing is under way.
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

fn is_looked_at(line: &str) -> bool {
    head(line.as_bytes()).is_none_or(|head| matters(head.kind, line.as_bytes()))
}

#[test]
fn no_line_of_a_recording_that_says_something_is_ruled_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sessions");
    let (mut telling, mut left_out, mut all) = (0, 0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        for line in fs::read_to_string(entry.unwrap().path()).unwrap().lines() {
            all += 1;
            let looked_at = is_looked_at(line);
            left_out += usize::from(!looked_at);
            if says_something(line) {
                telling += 1;
                assert!(looked_at, "{line}");
            }
        }
    }
    assert!(telling > 500, "{telling}");
    assert!(left_out * 2 > all, "most lines need no look: {left_out} of {all}");
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
/// Members in places where they make a line odd, or another dialect's.
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
    fn no_line_that_says_something_is_ruled_out(
        kind in prop::sample::select(KINDS),
        properties in prop::sample::select(PROPERTIES),
        odd in proptest::collection::vec(prop::sample::select(ODD), 3),
        end in prop::sample::select(vec!["}", "}\r", "} ", r#","type":"todo.updated"}"#, ""]),
    ) {
        let line = format!(
            r#"{{{}"ts":5,{}"type":"{kind}",{}"properties":{properties}{end}"#,
            odd[0], odd[1], odd[2]
        );
        prop_assert!(is_looked_at(&line) || !says_something(&line), "{line}");
    }
}

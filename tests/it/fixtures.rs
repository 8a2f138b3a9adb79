//! The recordings are whole and stamped, contain nothing of the machine they were made on, and each has a script.

use crate::support::{VERSION, names, recording};
use serde_json::Value;

/// Where recordings are made; they may contain no other path.
const FOLDER: &str = "/tmp/ocr-fixture/";

#[test]
fn recordings_are_whole() {
    for name in names() {
        let text = recording(&name);
        let lines: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).expect(&name)).collect();
        let (first, last) = (&lines[0], &lines[lines.len() - 1]);
        assert_eq!(first["type"], "ocr.stream.opened", "{name}");
        assert_eq!(first["properties"]["version"], VERSION, "{name}");
        assert_eq!(first["properties"]["directory"], format!("{FOLDER}{name}"), "{name}");
        assert_eq!(last["type"], "ocr.stream.closed", "{name}");
        let times: Vec<i64> = lines.iter().map(|l| l["ts"].as_i64().expect("a stamp")).collect();
        assert!(times.is_sorted(), "{name}: time goes back");
    }
}

#[test]
fn recordings_have_no_foreign_paths() {
    for name in names() {
        let text = recording(&name);
        for root in ["/home/", "/root/", "/Users/", "/tmp/"] {
            // A path begins after a quote, a space or a bracket, not inside another one.
            let starts = |(at, _): &(usize, &str)| text[..*at].ends_with(['"', ' ', '>', '(', '=']);
            for (at, _) in text.match_indices(root).filter(starts) {
                assert!(text[at..].starts_with(FOLDER), "{name}: {:.80}", &text[at..]);
            }
        }
    }
}

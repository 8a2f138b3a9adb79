//! The recordings are what they claim to be: whole, stamped, neutral, and each with its script.

use crate::support::{VERSION, names, recording};
use serde_json::Value;

/// Where recordings are made; no other path of a machine may be in them.
const FOLDER: &str = "/tmp/ocr-fixture/";

#[test]
fn every_script_has_its_recording_from_opened_to_closed() {
    for name in names() {
        let text = recording(&name);
        let lines: Vec<Value> = text
            .lines()
            .map(|l| serde_json::from_str(l).expect(&name))
            .collect();
        let (first, last) = (&lines[0], &lines[lines.len() - 1]);
        assert_eq!(first["type"], "ocr.stream.opened", "{name}");
        assert_eq!(first["properties"]["version"], VERSION, "{name}");
        assert_eq!(
            first["properties"]["directory"],
            format!("{FOLDER}{name}"),
            "{name}"
        );
        assert_eq!(last["type"], "ocr.stream.closed", "{name}");
        let times: Vec<i64> = lines.iter().map(|l| l["ts"].as_i64().expect("a stamp")).collect();
        assert!(times.is_sorted(), "{name}: time goes back");
    }
}

#[test]
fn no_recording_names_a_path_of_the_machine_it_was_made_on() {
    for name in names() {
        let text = recording(&name);
        for root in ["/home/", "/root/", "/Users/", "/tmp/"] {
            // A path begins after a quote, a blank or a bracket, not within another one.
            let starts = |(at, _): &(usize, &str)| text[..*at].ends_with(['"', ' ', '>', '(', '=']);
            for (at, _) in text.match_indices(root).filter(starts) {
                assert!(text[at..].starts_with(FOLDER), "{name}: {:.80}", &text[at..]);
            }
        }
    }
}

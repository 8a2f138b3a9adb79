//! Compares the findings in every recording with `fixtures/expected`. `OCR_ACCEPT=1` writes the current findings
//! there, for you to review before you commit them.
#![allow(clippy::unwrap_used, reason = "what cannot be set up must stop the test")]

use super::pairs::PAIRS;
use crate::support::{names, ocr, recording};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn expectation((name, flag): (&str, &str)) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/expected/{name}{}.found", flag.replace(' ', "")))
}

/// The lines that the detector adds, in short: when, what, its state, and why.
fn found(text: &str, flag: &str) -> String {
    let output = ocr("ocr-detect").arg("--only").args(flag.split_whitespace()).write_stdin(text).output().unwrap();
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let began = first["ts"].as_i64().unwrap();
    let mut summary = String::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let seconds = line["ts"].as_i64().unwrap() - began;
        let p = &line["properties"];
        let word = |key: &str| p[key].as_str().unwrap_or_default().to_owned();
        let what = match line["type"].as_str().unwrap() {
            "ocr.detect.finding" => {
                format!("{} {} {} {}: {}", word("kind"), word("rule"), word("grade"), word("state"), word("summary"))
            }
            "ocr.detect.state" => state(p, began),
            "ocr.detect.turn" => format!("turn {} {}", p["turn"], word("why")),
            _ => {
                let against: Vec<&str> =
                    p["contradictions"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
                format!("done {} claim {} against [{}]", word("outcome"), word("claim"), against.join(" "))
            }
        };
        writeln!(summary, "{}.{:03} {what}", seconds / 1000, seconds % 1000).unwrap();
    }
    summary
}

/// A change of a session's state, in short: what, since when, on what, and who is told how.
fn state(p: &Value, began: i64) -> String {
    let mut line = format!("state {}", p["state"].as_str().unwrap());
    let since = p["since"].as_i64().unwrap() - began;
    write!(line, " since {}.{:03} {}", since / 1000, since % 1000, p["told"].as_str().unwrap()).unwrap();
    for (member, before) in [("on", ": "), ("options", " "), ("until", " until ")] {
        match &p[member] {
            Value::Null => {}
            Value::String(text) => write!(line, "{before}{text}").unwrap(),
            other => write!(line, "{before}{other}").unwrap(),
        }
    }
    if p["parentID"].is_string() {
        line.push_str(" (subagent)");
    }
    line
}

#[test]
fn matches_reviewed_findings() {
    let accept = std::env::var_os("OCR_ACCEPT").is_some();
    let mut wrong = Vec::new();
    let names = names();
    let plain = names.iter().map(|name| (name.as_str(), ""));
    let flagged = PAIRS.iter().flat_map(|(_, fires, silent)| [*fires, *silent]);
    for judged in plain.chain(flagged.filter(|(_, flag)| !flag.is_empty())) {
        let (name, flag) = judged;
        let now = found(&recording(name), flag);
        let path = expectation(judged);
        if accept {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, now).unwrap();
        } else if std::fs::read_to_string(&path).unwrap_or_default() != now {
            wrong.push(format!("{name} {flag} now gives:\n{now}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\nreview this; OCR_ACCEPT=1 cargo test --test it expected accepts it",
        wrong.join("\n")
    );
}

#[test]
fn is_deterministic() {
    for name in ["ab-loop", "subagent-blocked"] {
        let run = || ocr("ocr-detect").write_stdin(recording(name)).output().unwrap().stdout;
        assert_eq!(run(), run(), "{name}");
    }
}

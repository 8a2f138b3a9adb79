//! The README says what the code does.

use crate::support::{ocr, shell};
use ocr::exit::Code;
use std::path::Path;
use std::process::Command;

const README: &str = include_str!("../../README.md");
const FORMAT: &str = include_str!("../../docs/format.md");
const EXIT: &str = include_str!("../../src/exit.rs");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn between(from: &str, to: &str) -> &'static str {
    let start = README.find(from).unwrap_or_else(|| panic!("no {from}")) + from.len();
    let end = README[start..].find(to).unwrap_or_else(|| panic!("no {to}"));
    &README[start..start + end]
}

/// The code blocks of one language.
pub fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    README
        .match_indices(&fence)
        .map(|(at, _)| {
            let start = at + fence.len();
            &README[start..start + README[start..].find("```").unwrap()]
        })
        .collect()
}

/// The picture of the README is what the demo says, drawn by `cargo run --example picture`.
#[test]
fn picture_matches_the_demo() {
    let picture = Path::new(env!("CARGO_BIN_EXE_ocr-run")).parent().unwrap().join("examples/picture");
    let drawn = Command::new(picture).output().unwrap().stdout;
    let kept = std::fs::read(Path::new(ROOT).join("docs/demo.svg")).unwrap();
    assert!(drawn == kept, "docs/demo.svg is old: cargo run --example picture > docs/demo.svg");
}

#[test]
fn readme_is_short() {
    let lines = README.lines().count();
    assert!(lines < 250, "{lines} lines");
}

#[test]
fn records_are_listed() {
    for stage in ["ocr-stream", "ocr-detect", "ocr-review", "ocr-act"] {
        let schemas = String::from_utf8(ocr(stage).arg("--schema").output().unwrap().stdout).unwrap();
        assert!(!schemas.is_empty());
        for schema in schemas.lines() {
            let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
            let kind = schema["title"].as_str().unwrap();
            assert!(FORMAT.contains(&format!("| `{kind}` | {}", &stage[4..])), "{kind} of {stage} is not in the table");
        }
    }
}

#[test]
fn exit_codes_are_listed() {
    let table = between("The exit code reports the outcome", "Every run is recorded");
    for code in Code::ALL {
        let number = code.number().to_string();
        assert!(table.split(|c: char| !c.is_ascii_digit()).any(|word| word == number), "{number} is not in the table");
    }
}

/// What a code means is said in the words of `src/exit.rs`.
#[test]
fn exit_codes_are_in_the_same_words() {
    let help = String::from_utf8(ocr("ocr-act").arg("--help").output().unwrap().stdout).unwrap();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for (number, words, in_help) in [
        (10, "the agent was looping", true),
        (11, "the agent stalled, or its question or permission request went unanswered", true),
        (12, "a budget or the iteration limit was exceeded", true),
        (13, "the session failed", true),
        (14, "the session's work failed verification", true),
        (15, "someone else aborted the session", true),
        (69, "the server is unreachable; or the reviewer could not be reached for any question", false),
    ] {
        let row = format!("| {number} | {words} |");
        assert!(EXIT.to_lowercase().contains(words), "src/exit.rs: {words}");
        assert!(README.contains(&row) && FORMAT.contains(&row), "{row}");
        assert!(!in_help || help.contains(&format!("{number} {words}")), "{help}");
    }
}

/// Nobody is there to answer at night.
#[test]
fn configuration_asks_nobody() {
    let block = blocks("json").into_iter().find(|block| block.contains("\"permission\"")).unwrap();
    let config: serde_json::Value = serde_json::from_str(block).unwrap();
    for permission in ["edit", "bash", "webfetch", "external_directory", "doom_loop"] {
        let rule = config["permission"][permission].as_str();
        assert!(matches!(rule, Some("allow" | "deny")), "{permission}: {rule:?}");
    }
}

/// Every block that needs no server runs as it is printed, in a folder that has only what it names.
#[test]
fn offline_blocks_run() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(Path::new(ROOT).join("fixtures/sessions/one-call-loop.ndjson"), folder.path().join("run.ndjson"))
        .unwrap();
    std::os::unix::fs::symlink(Path::new(ROOT).join("examples"), folder.path().join("examples")).unwrap();
    let mut ran = 0;
    for block in blocks("sh").iter().filter(|block| is_offline(block)) {
        let done = shell(&format!("set -e\n{block}"), folder.path()).finish();
        // The outcome of a recorded loop, where `ocr-act` is the last stage.
        let expected = if block.contains("| ocr-act") { 10 } else { 0 };
        assert_eq!(done.code(), Some(expected), "{block}: {}", done.stderr);
        assert!(!done.lines.is_empty() || !done.stderr.is_empty(), "{block} says nothing");
        ran += 1;
    }
    assert!(ran >= 3, "only {ran} blocks ran");
}

/// Whether a block needs neither a server nor the network.
fn is_offline(block: &str) -> bool {
    let needs_more = ["--task", "--server", "opencode ", "cargo ", "doctor", "curl "];
    !needs_more.iter().any(|needed| block.contains(needed))
}

#[test]
fn recipe_flags_exist() {
    for recipe in blocks("sh").iter().flat_map(|block| block.lines()) {
        let commands = recipe.split(['#', ';']).next().unwrap_or_default().split('|');
        for words in commands.map(|c| c.split_whitespace().collect::<Vec<_>>()) {
            let Some(at) = words.iter().position(|w| w.starts_with("ocr-")) else {
                continue;
            };
            let help = String::from_utf8(ocr(words[at]).arg("--help").output().unwrap().stdout).unwrap();
            let own = words[at..].iter().take_while(|word| **word != "--");
            for flag in own.filter(|word| word.starts_with("--")) {
                assert!(help.contains(flag), "{} has no {flag}", words[at]);
            }
        }
    }
}

#[test]
fn records_fit_schemas() {
    let mut schemas = std::collections::HashMap::new();
    for stage in ["ocr-stream", "ocr-detect", "ocr-review", "ocr-act"] {
        for line in String::from_utf8(ocr(stage).arg("--schema").output().unwrap().stdout).unwrap().lines() {
            let schema: serde_json::Value = serde_json::from_str(line).unwrap();
            let kind = schema["title"].as_str().unwrap().to_owned();
            schemas.insert(kind, jsonschema::validator_for(&schema).unwrap());
        }
    }
    let mut seen = std::collections::HashSet::new();
    for entry in std::fs::read_dir(Path::new(ROOT).join("fixtures/sessions")).unwrap() {
        let line = format!(
            "ocr-stream --replay '{}' | ocr-detect | ocr-review | ocr-act --quiet",
            entry.unwrap().path().display()
        );
        for line in shell(&line, Path::new(ROOT)).finish().json() {
            let kind = line["type"].as_str().unwrap_or_default();
            if let Some(schema) = schemas.get(kind) {
                assert!(schema.is_valid(&line), "{line}");
                seen.insert(kind.to_owned());
            }
        }
    }
    for kind in [
        "ocr.stream.opened",
        "ocr.detect.finding",
        "ocr.detect.turn",
        "ocr.detect.done",
        "ocr.review.decision",
        "ocr.act.action",
        "ocr.act.result",
    ] {
        assert!(seen.contains(kind), "no {kind} was seen");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn explains_terminal_input() {
    for stage in ["ocr-detect", "ocr-review", "ocr-act", "ocr-watch", "ocr-report", "ocr-stream --replay -"] {
        let done =
            shell(&format!("script -qec '{stage}' /dev/null < /dev/null; echo \"code $?\""), Path::new(ROOT)).finish();
        let told = done.lines.join("\n");
        assert!(told.contains("standard input") && told.contains("code 2"), "{stage}: {told}");
    }
}

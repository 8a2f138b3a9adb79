//! The house: which room may know which, and what stays in one room.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn sources(room: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(ROOT).join("src").join(room)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push((path.clone(), code(&fs::read_to_string(&path).unwrap())));
            }
        }
    }
    assert!(!found.is_empty(), "no room {room}");
    found
}

/// The code without its tests and its comments.
fn code(text: &str) -> String {
    let without_tests = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = without_tests
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The rooms, and the rooms that each may use.
const ARROWS: [(&str, &[&str]); 11] = [
    ("wire", &[]),
    ("pipe", &[]),
    ("process", &["pipe", "wire"]),
    ("server", &["pipe", "wire"]),
    ("stream", &["pipe", "wire", "process", "server"]),
    ("detect", &["pipe", "wire"]),
    ("review", &["pipe", "wire", "process", "server"]),
    ("act", &["pipe", "wire", "process", "server"]),
    ("watch", &["pipe", "wire"]),
    ("run", &["pipe", "wire", "process"]),
    (
        "cli",
        &[
            "pipe", "wire", "process", "server", "stream", "detect", "review", "act", "watch", "run",
        ],
    ),
];

#[test]
fn the_arrows_point_one_way() {
    for (room, allowed) in ARROWS {
        for (path, code) in sources(room) {
            for (other, _) in ARROWS {
                let used = code.contains(&format!("crate::{other}"));
                assert!(
                    !used || other == room || allowed.contains(&other),
                    "{} uses {other}",
                    path.display()
                );
            }
        }
    }
}

/// Nothing in these rooms mentions any of these words.
fn absent(rooms: &[&str], words: &[&str], but: &[&str]) {
    for room in rooms {
        for (path, code) in sources(room) {
            let excepted = but.iter().any(|file| path.ends_with(file));
            for word in words {
                assert!(
                    excepted || !code.contains(word),
                    "{} mentions {word}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn the_clock_is_read_in_the_stream_alone() {
    let others = [
        "wire", "pipe", "server", "detect", "review", "act", "watch", "run", "cli",
    ];
    absent(&others, &["SystemTime", "UNIX_EPOCH"], &[]);
    absent(&["stream"], &["SystemTime", "UNIX_EPOCH"], &["clock.rs"]);
}

#[test]
fn the_judge_is_a_function_of_the_lines() {
    let impure = [
        "tokio",
        "std::fs",
        "std::env",
        "std::net",
        "std::thread",
        "Instant",
        "reqwest",
        "std::process",
    ];
    absent(&["detect", "wire"], &impure, &[]);
}

#[test]
fn the_plumbing_knows_no_json_and_the_vocabulary_no_files() {
    absent(&["pipe"], &["serde", "tokio", "reqwest"], &[]);
    absent(&["wire"], &["std::io", "std::fs"], &[]);
}

#[test]
fn the_environment_is_read_in_cli_alone() {
    let others = [
        "wire", "pipe", "server", "stream", "detect", "review", "act", "watch", "run",
    ];
    absent(&others, &["env::var"], &[]);
}

#[test]
fn exit_codes_have_one_table() {
    let others = ["wire", "server", "stream", "detect", "review", "watch", "run"];
    absent(&others, &["ExitCode", "process::exit(1", "process::exit(2"], &[]);
}

#[test]
fn binaries_only_call() {
    for entry in fs::read_dir(Path::new(ROOT).join("bin")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(text.lines().count() <= 25 && text.contains("ocr::cli::"));
    }
}

#[test]
fn a_file_has_one_subject() {
    for (room, _) in ARROWS {
        for entry in sources(room) {
            let lines = fs::read_to_string(&entry.0).unwrap().lines().count();
            assert!(lines <= 400, "{} has {lines} lines", entry.0.display());
        }
    }
}

//! Snapshots of what a user reads when something is wrong, in `fixtures/messages`.
//!
//! Each file there holds commands, and below each what it prints and its exit code. A new case is a new line that
//! begins with `$ `; `OCR_ACCEPT=1 cargo test --test it snapshot` fills in the rest. Read the diff. On Linux
//! alone: `/dev/full`, `script` and what the shell says are those of Linux.

use crate::support::{Host, Snapshots, shell};
use axum::Router;
use axum::http::StatusCode;
use axum::response::Html;
use regex::Regex;
use std::fmt::Write as _;
use std::path::Path;

const RECORDINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/sessions");

/// Servers that fail, by the name of the variable that gives a command their URL.
struct Servers(Vec<(&'static str, Host)>);

impl Servers {
    fn start() -> Self {
        let status = |status: StatusCode| Router::new().fallback(move || async move { status });
        let unimplemented = Router::new()
            .fallback(|| async { (StatusCode::NOT_IMPLEMENTED, Html("<!DOCTYPE HTML><p>Unsupported method</p>")) });
        let page = Router::new().fallback(|| async { Html("<html>a page</html>") });
        Self(vec![
            ("LOCKED", Host::serve(status(StatusCode::UNAUTHORIZED))),
            ("BROKEN", Host::serve(status(StatusCode::INTERNAL_SERVER_ERROR))),
            ("MISSING", Host::serve(status(StatusCode::NOT_FOUND))),
            ("PAGE", Host::serve(page)),
            ("UNIMPLEMENTED", Host::serve(unimplemented)),
        ])
    }

    /// The variables for the shell.
    fn exports(&self) -> String {
        let mut exports = format!("export RECORDINGS='{RECORDINGS}' COLUMNS=100; ");
        for (name, host) in &self.0 {
            write!(exports, "export {name}={}; ", host.url()).unwrap();
        }
        exports
    }

    /// Masks what differs between runs.
    fn mask(&self, text: &str, folder: &Path) -> String {
        let mut text = text.replace('\r', "").replace(RECORDINGS, "$RECORDINGS");
        let real = folder.canonicalize().unwrap();
        for path in [real.as_path(), folder] {
            text = text.replace(path.to_str().unwrap(), "$FOLDER");
        }
        for (name, host) in &self.0 {
            text = text.replace(&host.url(), &format!("${name}"));
        }
        let volatile = Regex::new(r"127\.0\.0\.1:\d{5}|\(os error \d+\)").unwrap();
        volatile
            .replace_all(
                &text,
                |found: &regex::Captures<'_>| {
                    if found[0].starts_with("127") { "127.0.0.1:PORT" } else { "(os error N)" }
                },
            )
            .into_owned()
    }

    /// What this command prints, and its exit code.
    fn run(&self, command: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let done = shell(&format!("{}{command}", self.exports()), folder.path()).finish();
        let mut lines: Vec<&str> = done.lines.iter().map(String::as_str).collect();
        lines.extend(done.stderr.lines());
        // How often a reviewer is asked, and fails, depends on timing.
        lines.dedup();
        let printed: String = lines.iter().map(|line| format!("{}\n", line.trim_end())).collect();
        let code = done.code().map_or("none".to_owned(), |code| code.to_string());
        format!("{}[exit code {code}]\n", self.mask(&printed, folder.path()))
    }
}

/// Runs the commands of a file, and compares.
fn check(file: &str) {
    let servers = Servers::start();
    let mut snapshots = Snapshots::in_folder("messages");
    let mut now = String::new();
    for line in snapshots.read(file).lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            write!(now, "\n{line}\n{}", servers.run(command)).unwrap();
        } else if line.starts_with("# ") {
            writeln!(now, "{}{line}", if now.is_empty() { "" } else { "\n" }).unwrap();
        }
    }
    assert!(now.contains("[exit code"), "there are no commands in {file}");
    snapshots.check(file, &now);
    snapshots.finish();
}

#[test]
fn snapshot_stream_errors() {
    check("ocr-stream.txt");
}

#[test]
fn snapshot_detect_errors() {
    check("ocr-detect.txt");
}

#[test]
fn snapshot_review_errors() {
    check("ocr-review.txt");
}

#[test]
fn snapshot_act_errors() {
    check("ocr-act.txt");
}

#[test]
fn snapshot_report_errors() {
    check("ocr-report.txt");
}

#[test]
fn snapshot_run_errors() {
    check("ocr-run.txt");
}

/// `script` gives a command a terminal.
#[test]
fn snapshot_terminal_errors() {
    check("terminal.txt");
}

//! Records the fixtures from a real `OpenCode`: `cargo run --example record -- [NAME…]`.
//!
//! Every scenario of `fixtures/scripts/`, or those that are named, is played in a folder that is the same
//! on every machine, and what the server says is written to `fixtures/sessions/NAME.ndjson`.
#![allow(clippy::print_stderr, reason = "a tool of the developers, run by hand")]

#[cfg(unix)]
mod capture;
#[cfg(unix)]
#[allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "shared with the tests, which use another part of it; what cannot be set up must stop the recording"
)]
#[path = "../support/mod.rs"]
mod support;

/// Where the projects of the recordings lie: fixed, so that no machine's own paths are in them.
#[cfg(unix)]
const FOLDER: &str = "/tmp/ocr-fixture";

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    let args: Vec<std::ffi::OsString> = std::env::args_os().collect();
    match args.get(1) {
        // The stream, and those that it starts out of its own executable to keep the server.
        Some(first) if first == capture::STREAM => return ocr::cli::stream::main(args[1..].to_vec()),
        Some(first) if first.to_string_lossy().ends_with("-server") => return ocr::cli::stream::main(args),
        _ => {}
    }
    let asked: Vec<String> = std::env::args().skip(1).collect();
    match record(if asked.is_empty() { support::names() } else { asked }) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("record: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

#[cfg(unix)]
fn record(names: Vec<String>) -> std::io::Result<()> {
    use std::path::Path;
    use support::{OpenCode, Project, Provider, Script};

    let Some(opencode) = OpenCode::get() else {
        return Ok(());
    };
    let sessions = support::sessions();
    std::fs::create_dir_all(&sessions)?;
    for name in names {
        let script = Script::load(&name);
        let provider = Provider::start(script.clone());
        let folder = Path::new(FOLDER);
        let home = folder.join(".home").join(&name);
        let project = Project::at(folder.join(&name), home, &script, &provider);
        let lines = capture::capture(&opencode, &project, &script)?;
        std::fs::write(sessions.join(format!("{name}.ndjson")), &lines)?;
        eprintln!("{name}: {} bytes, {} requests", lines.len(), provider.requests().len());
    }
    Ok(())
}

#[cfg(not(unix))]
fn main() {
    eprintln!("the fixtures are recorded on Unix");
}

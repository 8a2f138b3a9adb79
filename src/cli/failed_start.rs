//! Tells the last stage of a pipe typed by hand why an earlier stage could not start.

use super::environment::variable;
use crate::exit::Code;
use crate::pipe::tell::safe;
use crate::pipe::{Out, has_written, input};
use crate::process::pipe_key::PIPE_KEY;
use crate::stream::failed_start;
use std::fs::{read_dir, read_link};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The stages before the last one.
const EARLIER: [&str; 3] = ["ocr-stream", "ocr-detect", "ocr-review"];
/// How long a shell may take to start the next stage, and how often to look.
const STARTING: (Duration, Duration) = (Duration::from_secs(1), Duration::from_millis(10));

/// Writes a line with the exit code of the stage `name` if it has written none, and one of our later stages reads it.
/// Other readers expect lines of a session and nothing else. `ocr-run` sees the exit codes of its stages itself.
pub(super) fn hand_on(name: &str, code: Code, said: &str) {
    let is_for_us =
        EARLIER.contains(&name) && code != Code::ReaderLeft && !has_written() && variable(PIPE_KEY).is_none();
    if is_for_us
        && stage_reads()
        && let Ok(stdout) = input::stdout()
    {
        // The reader may have left.
        let _ = Out::new(stdout, false).add(&failed_start(code, &safe(said.lines().next().unwrap_or_default())));
    }
}

/// Whether one of our stages reads what we write. Without `/proc` this cannot be known, and nothing is written.
fn stage_reads() -> bool {
    let Ok(pipe) = read_link("/proc/self/fd/1") else { return false };
    // A terminal is the standard input of many.
    if !pipe.to_string_lossy().starts_with("pipe:") {
        return false;
    }
    let shell =
        program(&rustix::process::getppid().map_or_else(PathBuf::new, |parent| process(parent.as_raw_nonzero())));
    let until = Instant::now() + STARTING.0;
    loop {
        let readers = readers(&pipe);
        if readers.iter().any(|reader| is_stage(reader)) {
            return true;
        }
        // What becomes the next stage is at first a copy of the shell.
        if !readers.iter().any(|reader| Some(reader) == shell.as_ref()) || Instant::now() >= until {
            return false;
        }
        std::thread::sleep(STARTING.1);
    }
}

fn process(id: impl std::fmt::Display) -> PathBuf {
    PathBuf::from(format!("/proc/{id}"))
}

fn program(process: &Path) -> Option<PathBuf> {
    read_link(process.join("exe")).ok()
}

fn is_stage(program: &Path) -> bool {
    program.file_name().is_some_and(|name| name.to_string_lossy().starts_with("ocr-"))
}

/// The programs whose standard input is this pipe.
fn readers(pipe: &Path) -> Vec<PathBuf> {
    let processes = read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    let reads = |process: &PathBuf| read_link(process.join("fd/0")).is_ok_and(|input| input == pipe);
    processes.filter(reads).filter_map(|process| program(&process)).collect()
}

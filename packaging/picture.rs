//! Prints the demo as a picture, for the README: `cargo run --example picture > docs/demo.svg`.
//!
//! It runs `ocr-run --demo` beside this program, and leaves out what repeats.

use anstyle_svg::Term;
use std::error::Error;
use std::io::Write;
use std::process::{Command, Stdio};

/// What begins a line that the picture shows: the task, the first calls, and everything that was found and done.
const SHOWN: [&str; 5] = ["task ", "FOUND ", "REVIEW ", "ACT ", "RESULT "];
/// How many calls are shown at first.
const CALLS: usize = 3;
/// The widest line, in characters.
const WIDTH: usize = 108;

fn main() -> Result<(), Box<dyn Error>> {
    let program = std::env::current_exe()?.ancestors().nth(2).ok_or("no folder of binaries")?.join("ocr-run");
    let demo = Command::new(program)
        .arg("--demo")
        .env("CLICOLOR_FORCE", "1")
        .env_remove("NO_COLOR")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()?;
    let told = String::from_utf8(demo.stderr)?;
    let (mut shown, mut calls, mut left_out, mut is_over) = (vec!["$ ocr-run --demo".to_owned()], 0, false, false);
    for line in told.lines() {
        let is_call = line.contains("  bash ");
        calls += usize::from(is_call);
        // The recording goes on: in a live run, this would have been the end.
        is_over |= shown.last().is_some_and(|last| last.contains("  ACT "));
        if is_over && !line.contains("  RESULT ") {
            left_out = true;
        } else if SHOWN.iter().any(|kind| line.contains(&format!("  {kind}"))) || (is_call && calls <= CALLS) {
            if std::mem::take(&mut left_out) {
                shown.push("…".to_owned());
            }
            shown.push(cut(line));
        } else {
            left_out |= is_call;
        }
    }
    std::io::stdout().write_all(Term::new().render_svg(&shown.join("\n")).as_bytes())?;
    Ok(())
}

/// The line without what goes beyond [`WIDTH`]. Escape sequences have no width.
fn cut(line: &str) -> String {
    let (mut kept, mut width, mut is_escape) = (String::new(), 0, false);
    for c in line.chars() {
        is_escape |= c == '\u{1b}';
        width += usize::from(!is_escape);
        if is_escape || width < WIDTH {
            kept.push(c);
        } else if width == WIDTH {
            kept.push('…');
        }
        is_escape &= c != 'm';
    }
    kept
}

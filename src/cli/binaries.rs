//! Runs the stage that the name of the executable selects, so that one executable can be all of them.

use super::{act, detect, report, review, run, stream, watch};
#[cfg(unix)]
use clap::CommandFactory;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// Runs the program of the name that it was started under, such as `ocr-detect` for a link of that name to `ocr-run`.
/// Any other name runs `ocr-run`. A release has one executable for all stages.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let name = args.first().and_then(|path| Path::new(path).file_stem()).unwrap_or_default();
    match name.to_str() {
        Some("ocr-stream") => stream::main(args),
        Some("ocr-detect") => detect::main(args),
        Some("ocr-review") => review::main(args),
        Some("ocr-act") => act::main(args),
        Some("ocr-watch") => watch::main(args),
        Some("ocr-report") => report::main(args),
        _ => run::main(args),
    }
}

/// The definition of each command line, for the manual and the completions.
#[cfg(unix)]
pub fn commands() -> [clap::Command; 7] {
    [
        stream::Args::command(),
        detect::command(),
        review::Args::command(),
        act::Args::command(),
        watch::Args::command(),
        report::command(),
        run::command(),
    ]
}

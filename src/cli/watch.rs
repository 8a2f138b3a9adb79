//! `ocr-watch`.

use super::Common;
use super::common::version;
use crate::exit::Code;
use crate::pipe::{DEFAULT_LINE_LIMIT, Out, Shutdown, filter, hangup, input};
use crate::watch::Watch;
use clap::Parser;
use std::ffi::OsString;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  Watch a live run, and keep a recording of it:
    ocr-stream … | ocr-detect | ocr-review | ocr-act | ocr-watch > run.ndjson
  Read a recording:
    ocr-watch --only < run.ndjson";

const HINT: &str = "standard input is a terminal; pipe lines into this program:\n  ocr-watch --only < run.ndjson\nSee --help for examples.";

/// Show the lines to a person on standard error, and pass them through unchanged.
#[derive(Debug, Parser)]
#[command(name = "ocr-watch", version = version(), after_help = EXAMPLES)]
pub(super) struct Args {
    /// Do not pass the lines through.
    #[arg(long)]
    only: bool,
    #[command(flatten)]
    common: Common,
}

/// Runs `ocr-watch` with these arguments, the first being the program's name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    super::start("ocr-watch", args, run)
}

fn run(args: Args) -> anyhow::Result<Code> {
    args.common.start_logging()?;
    if args.common.schema {
        // It writes no lines of its own.
        return Ok(Code::Ok);
    }
    let stdin = input::stdin(HINT)?;
    let out = Out::new(input::stdout()?, args.only);
    Shutdown::outlive_first_signal(|| {});
    if !args.only {
        hangup::exit_when_reader_leaves();
    }
    filter(&mut Watch::default(), stdin, &out, DEFAULT_LINE_LIMIT)?;
    Ok(Code::Ok)
}

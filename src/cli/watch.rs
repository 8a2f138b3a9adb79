//! `ocr-watch`: the view.

use super::{Common, VERSION};
use crate::exit::{Code, Failure};
use crate::pipe::{DEFAULT_LINE_LIMIT, Out, Shutdown, filter, hangup, input};
use crate::watch::Watch;
use clap::Parser;
use std::ffi::OsString;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  Watch a live run, and keep it:
    ocr-stream … | ocr-detect | ocr-review | ocr-act | ocr-watch > run.ndjson
  Read a recording:
    ocr-watch < run.ndjson > /dev/null";

const HINT: &str = "standard input is a terminal, and this stage waits for lines to show:\n  ocr-watch < run.ndjson > /dev/null (--help has examples)";

/// Tell a person on standard error what the lines say, and pass them on.
#[derive(Debug, Parser)]
#[command(name = "ocr-watch", version = VERSION, after_help = EXAMPLES)]
struct Args {
    /// Do not pass the lines on.
    #[arg(long)]
    only: bool,
    #[command(flatten)]
    common: Common,
}

/// Runs the stage with these arguments, the first being the program's name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    super::start("ocr-watch", args, run)
}

fn run(args: Args) -> Result<Code, Failure> {
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
    filter(&mut Watch::new(), stdin, &out, DEFAULT_LINE_LIMIT)?;
    Ok(Code::Ok)
}

//! The command line of `ocr-watch`.

use super::Common;
use super::budgets::Budgets;
use super::common::{MORE, version, with_units};
use super::environment::variable;
use super::own_output;
use crate::exit::Code;
use crate::pipe::{DEFAULT_LINE_LIMIT, LastLines, Out, Shutdown, filter, hangup, input};
use crate::watch::Watch;
use clap::Parser;
use std::ffi::OsString;
use std::io::{IsTerminal, stderr};
use std::process::ExitCode;

const EXAMPLES: &str = "\
The dashboard is drawn on the terminal itself and takes its keys from there; ? lists them, and none
affects the lines. If the pipe is not in the foreground of a terminal, if standard error is not a
terminal, or with --story, events are reported one by one on standard error instead.

If standard output goes to a file or a program, the dashboard closes at the end of its input and
prints a summary. Otherwise (--only, or standard output is the terminal), it stays open until you
press q.

Examples:
  Watch a live run, and keep a recording of it:
    ocr-stream … | ocr-detect | ocr-review | ocr-act | ocr-watch > run.ndjson
  Watch every session of a server on one screen:
    ocr-stream --all --follow --server http://127.0.0.1:4096 | ocr-detect | ocr-watch
  Look at a recording:
    ocr-watch --only < run.ndjson
  Read it as a story:
    ocr-watch --only --story < run.ndjson";

const HINT: &str = "standard input is a terminal; pipe lines into this program:\n  ocr-watch --only < run.ndjson\nSee --help for examples.";

/// Show the lines to a person, as a dashboard on the terminal, and pass them through unchanged.
#[derive(Debug, Parser)]
#[command(name = "ocr-watch", version = version(), after_help = MORE, after_long_help = with_units(EXAMPLES))]
pub(super) struct Args {
    /// Do not pass the lines through.
    #[arg(long)]
    only: bool,
    /// Report what happens, line by line, on standard error instead of drawing a dashboard.
    #[arg(long)]
    story: bool,
    /// Show what the other stages print on standard error. FD is the inherited file descriptor on which it arrives.
    #[arg(long, hide = true, value_name = "FD")]
    words: Option<String>,
    #[command(flatten)]
    common: Common,
    #[command(flatten, next_help_heading = "Limits of ocr-detect, for the dashboard to show what is left")]
    limits: Budgets,
}

/// Runs `ocr-watch` with these arguments, the first being the program's name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    super::start("ocr-watch", args, run)
}

fn run(args: Args) -> anyhow::Result<Code> {
    args.common.start_logging("ocr-watch")?;
    let stdin = input::stdin(HINT)?;
    #[cfg(all(unix, feature = "tui"))]
    if let Some(tty) = drawing::terminal(args.story) {
        return drawing::run(&args, tty, stdin);
    }
    let out = Out::new(input::stdout()?, args.only);
    let shutdown = Shutdown::outlive_first_signal();
    if !args.only {
        hangup::exit_when_reader_leaves();
    }
    let lines = own_output::watched(LastLines::new(stdin, &shutdown));
    filter(&mut Watch::new(columns()), lines, &out, DEFAULT_LINE_LIMIT)?;
    Ok(shutdown.requested().unwrap_or(Code::Ok))
}

/// The width of the terminal that the story is told on: what it says itself, unless COLUMNS says otherwise.
fn columns() -> Option<usize> {
    let said = variable("COLUMNS").and_then(|columns| columns.parse().ok());
    said.or_else(|| stderr().is_terminal().then(terminal_columns).flatten())
}

/// How wide the terminal is.
#[cfg(all(unix, feature = "tui"))]
pub(super) fn terminal_columns() -> Option<usize> {
    crossterm::terminal::size().ok().map(|(columns, _)| columns.into())
}

/// How wide the terminal is, which nothing tells here.
#[cfg(not(all(unix, feature = "tui")))]
pub(super) fn terminal_columns() -> Option<usize> {
    None
}

/// Whether `ocr-watch` would draw a dashboard for `ocr-run`. The reader of a pipe may print on the same terminal.
#[cfg(unix)]
pub(super) fn has_dashboard() -> bool {
    #[cfg(feature = "tui")]
    return !hangup::has_reader() && drawing::terminal(false).is_some();
    #[cfg(not(feature = "tui"))]
    return false;
}

/// The dashboard.
#[cfg(all(unix, feature = "tui"))]
mod drawing {
    use super::{Args, columns};
    use crate::cli::budgets::Budgets;
    use crate::cli::environment::variable;
    use crate::cli::own_output;
    use crate::exit::{Code, before_leaving};
    use crate::pipe::{LastLines, Out, Shutdown, hangup, input};
    use crate::process::lifeline::inherited;
    use crate::watch::{Budget, Dashboard, Tty, dashboard};
    use std::fs::File;
    use std::io::{IsTerminal, stderr, stdout};

    /// The terminal to draw on, if a dashboard is wanted and can be drawn.
    pub(super) fn terminal(is_story: bool) -> Option<Tty> {
        let can_draw = variable("TERM").is_some_and(|term| term != "dumb");
        (!is_story && can_draw && stderr().is_terminal()).then(Tty::open).flatten()
    }

    pub(super) fn run(args: &Args, tty: Tty, stdin: File) -> anyhow::Result<Code> {
        // On the terminal, the lines would only be written over the dashboard.
        let is_read = !args.only && !stdout().is_terminal();
        let out = Out::new(input::stdout()?, !is_read);
        let restored = tty.clone();
        before_leaving(move || restored.close());
        let shutdown = Shutdown::outlive_first_signal();
        if is_read {
            hangup::exit_when_reader_leaves();
        }
        let colors = variable("NO_COLOR").is_none();
        let words = args.words.as_deref().map(inherited).transpose()?;
        let (budget, columns) = (budget(&args.limits), columns());
        let settings = Dashboard { tty, colors, budget, columns, stays: !is_read, words };
        dashboard(settings, own_output::watched(LastLines::new(stdin, &shutdown)), &out, &shutdown)?;
        Ok(Code::Ok)
    }

    fn budget(limits: &Budgets) -> Budget {
        Budget {
            turns: Some(limits.max_iterations),
            tokens: limits.max_tokens,
            cost: limits.max_cost,
            time: limits.max_time.map(|seconds| i64::from(seconds) * 1000),
        }
    }
}

//! The command line of `ocr-run`, the whole pipe in one command.

use super::act::{Actions, NotifyArgs, Verification};
use super::budgets::Budgets;
use super::common::{
    Common, MORE, Parsed, SchemaArg, print, print_schemas, switch, to_args, to_private, version, with_units,
};
use super::detect::{AllBudgets, Rules, Timeouts};
use super::environment::runs_folder;
use super::review::{WhatArgs, WhenArgs, WhoArgs};
use super::stream::{Patience, RestArgs, SpawnArgs, Work};
use super::{act, detect, doctor, review, stream, units, watch};
use crate::exit::{Code, Failure};
use crate::pipe::tell;
use crate::process::{job, recording_loop, supervisor};
use crate::run::{Command, CommandLine, Keep, Run, SPOOL, STAGE_ARGUMENT, View, run, spool, stage};
use clap::{CommandFactory, Parser};
use std::ffi::OsString;
use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
Examples:
  Check whether a run would work here, and see what to do if not:
    ocr-run doctor
  Watch a recorded loop being caught; this needs no server and no model:
    ocr-run --demo
  Let an agent fix the build, and stop it if it loops:
    ocr-run --task 'Fix the build' --worker-model ollama/llama3.1
  Let it work for at most an hour and spend at most five dollars:
    ocr-run --task-file task.md --max-time 1h --max-cost 5
  Accept the work only if the tests pass, with a model as the reviewer:
    ocr-run --task-file task.md --verify 'cargo test' --reviewer-model ollama/llama3.1
  Print the pipe instead of running it:
    ocr-run --print --task 'Fix the build'

On a terminal, a dashboard shows the run. If standard output is a pipe, as in `ocr-run | cat`,
events are told one by one on standard error instead. Lines are written to standard output if it is
a file or a pipe; use --no-lines in a CI job, whose log would show them. Every run is recorded, and
its file is named at the end: `ocr-watch --only < FILE` shows it, `ocr-report FILE` sums it up.

The exit code is the outcome of the run; `ocr-act --help` lists the codes. Each stage also reads its
own environment variables, which its --help lists.";

/// How it is called: the check before a run is a command of its own.
const USAGE: &str = "ocr-run [OPTIONS] [-- <ARGS>...]\n       ocr-run doctor [OPTIONS]";

/// The word that checks, instead of running anything.
const DOCTOR: &str = "doctor";

/// A session of `OpenCode` 1.18.33 that loops.
const RECORDING: &[u8] = include_bytes!("../../fixtures/sessions/one-call-loop.ndjson");

/// The speed of the demo: slow enough to follow, and over in seconds.
const DEMO_SPEED: u32 = 2;

/// Run the whole pipe: ocr-stream | ocr-detect | ocr-review | ocr-act.
#[derive(Debug, Parser)]
#[command(name = "ocr-run", version = version(), after_help = MORE, after_long_help = with_units(HELP), override_usage = USAGE)]
struct Args {
    /// Run the pipe on a built-in recording of a loop; needs no server and no model.
    #[arg(long, conflicts_with_all = ["task", "task_file", "session", "server", "print", "record"])]
    demo: bool,
    /// Print the pipe instead of running it.
    #[arg(long)]
    print: bool,
    /// Print only the lines, on standard output, and no report for people; for scripts. Warnings and errors still go to
    /// standard error.
    #[arg(long, env = "OCR_HEADLESS", value_parser = switch())]
    headless: bool,
    /// Print no lines on standard output, as on a terminal; for logs that people read, such as that of a CI job. The
    /// recording still has them.
    #[arg(long, env = "OCR_NO_LINES", value_parser = switch())]
    no_lines: bool,
    /// Use the server at URL instead of starting one.
    #[arg(long, value_name = "URL", help_heading = "Connection", conflicts_with = "serve")]
    server: Option<String>,
    /// Extra arguments for `opencode serve`.
    #[arg(last = true, value_name = "ARGS")]
    serve: Vec<String>,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    schema: SchemaArg,
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    spawned: SpawnArgs,
    #[command(flatten)]
    patience: Patience,
    #[command(flatten)]
    timeouts: Timeouts,
    #[command(flatten)]
    rest: RestArgs,
    #[command(flatten)]
    budgets: AllBudgets,
    #[command(flatten)]
    rules: Rules,
    #[command(flatten)]
    reviewer: WhoArgs,
    #[command(flatten)]
    when: WhenArgs,
    #[command(flatten)]
    what: WhatArgs,
    #[command(flatten)]
    actions: Actions,
    #[command(flatten)]
    verification: Verification,
    #[command(flatten)]
    notify: NotifyArgs,
    #[command(flatten)]
    record: RecordArgs,
}

/// Where the run is recorded.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Recording")]
struct RecordArgs {
    /// Record the run in FILE [default: a new file below ~/.local/state/ocr/runs, named at the end of the run].
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Do not record the run.
    #[arg(long, env = "OCR_NO_RECORD", value_parser = switch())]
    no_record: bool,
    /// Keep the N newest recordings of all runs, and remove older ones.
    #[arg(long, value_name = "N", default_value = "50", env = "OCR_KEEP", value_parser = units::nonzero)]
    keep: NonZeroUsize,
}

impl RecordArgs {
    /// Where to record.
    fn meant(&self) -> Result<Option<Keep>, Failure> {
        if let Some(file) = &self.record {
            let keep = Keep::File(file.clone());
            return keep.prepare().map(|()| Some(keep));
        }
        if self.no_record {
            return Ok(None);
        }
        let Some(folder) = runs_folder() else {
            tracing::warn!("no recording is kept: there is no home directory; name a file with --record FILE");
            return Ok(None);
        };
        let keep = Keep::Folder(folder, self.keep.get());
        match keep.prepare() {
            Ok(()) => Ok(Some(keep)),
            Err(failure) => {
                tracing::warn!("no recording is kept: {failure}");
                Ok(None)
            }
        }
    }
}

/// Runs `ocr-run` with these arguments, the first being the program's name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(outcome) = args.get(1..).and_then(supervisor::hidden) {
        return super::end("ocr-run", outcome.map_err(Into::into));
    }
    match args.get(1) {
        Some(first) if first == STAGE_ARGUMENT => run_stage(&args[2..]),
        Some(first) if first == DOCTOR => super::start("ocr-run doctor", args.into_iter().skip(1), doctor::run),
        _ => super::start("ocr-run", args, run_pipe),
    }
}

pub(super) fn command() -> clap::Command {
    Args::command()
}

/// Runs as one stage of the pipe.
fn run_stage(args: &[OsString]) -> ExitCode {
    let (name, args) = match stage(args) {
        Ok(found) => found,
        Err(failure) => return super::end("ocr-run", Err(failure.into())),
    };
    let args = args.to_vec();
    match name.to_str() {
        Some("ocr-stream") => stream::main(args),
        Some("ocr-detect") => detect::main_in_run(args),
        Some("ocr-review") => review::main(args),
        Some("ocr-act") => act::main(args),
        Some("ocr-watch") => watch::main(args),
        // Without the name of the stage.
        Some(SPOOL) => super::end("ocr-run", spool(&args[1..]).map_err(Into::into)),
        _ => super::end("ocr-run", Err(Failure::new(Code::Usage, "no such stage").into())),
    }
}

fn run_pipe(parsed: Parsed<Args>) -> anyhow::Result<Code> {
    let args = &parsed.args;
    args.common.start_logging("ocr-run")?;
    if args.schema.schema {
        let all = [stream::schemas(), detect::schemas(), review::schemas(), act::schemas()];
        return print_schemas(&all.concat());
    }
    let view = match (args.headless, args.no_lines || lines_would_mix()) {
        (true, _) => View::Lines,
        (false, true) => View::Person,
        (false, false) => View::Both,
    };
    job::stop_together();
    if args.demo {
        return demo(&parsed, view);
    }
    if !args.work.names_something() {
        return Err(Failure::new(
            Code::Usage,
            "nothing to do; give a task with --task TEXT or --task-file FILE, a session with --session ID, or try --demo",
        )
        .into());
    }
    let pipe = pipe(&parsed, source(&parsed), view);
    if args.print {
        return print(&pipe);
    }
    args.work.check()?;
    args.notify.check()?;
    let keep = args.record.meant()?;
    args.reviewer.check()?;
    if view != View::Lines && args.server.is_none() && args.spawned.is_installed() && !args.work.is_on_stdin() {
        tell("ocr-run: starting OpenCode; Ctrl-C ends the run");
    }
    warn_of_recordings(args, keep.as_ref(), view);
    let view_args = to_args::<Budgets>(&parsed.matches);
    let dashboard = watch::has_dashboard();
    let ended = run(&Run { pipe: &pipe, view, dashboard, view_args, input: None, keep: keep.as_ref() })?;
    if let Some(recording) = &ended.recording {
        tell(format_args!("recording: {}", recording.display()));
    }
    Ok(ended.code)
}

/// Warns of recordings that would feed on themselves: that of the run, and the lines on standard output.
fn warn_of_recordings(args: &Args, keep: Option<&Keep>, view: View) {
    let directory = args.work.working_dir.as_deref().unwrap_or(Path::new("."));
    if let Some(Keep::File(file)) = keep {
        recording_loop::warn(file, directory);
    }
    if let Some(file) = recording_loop::stdout_file().filter(|_| view != View::Person) {
        recording_loop::warn(&file, directory);
    }
}

/// Whether lines on standard output would be where a person reads: on a terminal, or in the same log as what is said on
/// standard error.
fn lines_would_mix() -> bool {
    let stdout = std::io::stdout();
    let file = |stat: rustix::fs::Stat| (stat.st_dev, stat.st_ino);
    let same = match (rustix::fs::fstat(&stdout), rustix::fs::fstat(std::io::stderr())) {
        (Ok(out), Ok(err)) => file(out) == file(err),
        _ => false,
    };
    stdout.is_terminal() || same
}

/// Runs the real stages on the recording. The exit code of that run is printed; ours says whether the demo worked.
fn demo(parsed: &Parsed<Args>, view: View) -> anyhow::Result<Code> {
    let source = Command::new("ocr-stream").with("--replay", Some("-")).with("--speed", Some(DEMO_SPEED));
    let pipe = pipe(parsed, source, view);
    tell(format_args!("{pipe}\n"));
    let view_args = to_args::<Budgets>(&parsed.matches);
    let dashboard = watch::has_dashboard();
    let code = run(&Run { pipe: &pipe, view, dashboard, view_args, input: Some(RECORDING), keep: None })?.code;
    match code {
        Code::Loop => tell(format_args!(
            "\nIn a live run, the session would have been aborted and the exit code would have been {}. The demo itself exits with 0.\nNext: ocr-run doctor",
            code.number()
        )),
        Code::Interrupted | Code::Terminated => tell("\nThe demo was interrupted."),
        _ => return Ok(code),
    }
    Ok(if code == Code::Loop { Code::Ok } else { code })
}

fn source(parsed: &Parsed<Args>) -> Command {
    let args = &parsed.args;
    let mut step = Command::new("ocr-stream")
        .flag("--spawn", args.server.is_none())
        // A session that is idle may be told to go on, and reviews take time: `ocr-act` ends the run.
        .flag("--follow", true)
        .with("--server", args.server.as_ref())
        .flag("--allow-insecure", args.server.is_some() && args.actions.allow_insecure);
    step.args.extend(to_args::<Work>(&parsed.matches));
    step.args.extend(to_args::<SpawnArgs>(&parsed.matches));
    step.args.extend(to_args::<Patience>(&parsed.matches));
    if !args.serve.is_empty() {
        step.args.push("--".into());
        step.args.extend(args.serve.iter().map(Into::into));
    }
    step
}

fn pipe(parsed: &Parsed<Args>, source: Command, view: View) -> CommandLine {
    let matches = &parsed.matches;
    let mut detect = Command::new("ocr-detect");
    detect.args.extend(to_args::<Timeouts>(matches));
    detect.args.extend(to_args::<AllBudgets>(matches));
    detect.args.extend(to_args::<Rules>(matches));
    let mut review = Command::new("ocr-review");
    review.args.extend(to_args::<WhoArgs>(matches));
    review.args.extend(to_args::<WhenArgs>(matches));
    review.args.extend(to_args::<WhatArgs>(matches));
    review.private = [to_private::<WhoArgs>(matches), to_private::<WhatArgs>(matches)].concat();
    let quiet = view != View::Lines && !parsed.args.print;
    let mut act = Command::new("ocr-act").flag("--quiet", quiet);
    // The flag is among the timeouts of `ocr-detect`, which has it too.
    act.args.extend(to_args::<RestArgs>(matches));
    act.args.extend(to_args::<Actions>(matches));
    act.args.extend(to_args::<Verification>(matches));
    act.args.extend(to_args::<NotifyArgs>(matches));
    act.private = to_private::<NotifyArgs>(matches);
    CommandLine { commands: vec![source, detect, review, act] }
}

//! `ocr-run`: the whole pipe in one command.

use super::act::{Actions, NotifyArgs, Verification};
use super::common::{Common, Switch, print, print_schemas, to_args, to_private, version};
use super::detect::{Budgets, SharedLimits};
use super::environment::credentials;
use super::review::ReviewerArgs;
use super::stream::{RestArgs, SpawnArgs, Work};
use super::{act, detect, review, stream, watch};
use crate::exit::{Code, Failure};
use crate::pipe::tell;
use crate::process::spawn::SERVER_PASSWORD;
use crate::process::{job, password, supervisor};
use crate::run::{Command, CommandLine, Private, SPOOL, STAGE_ARGUMENT, View, run, spool, stage};
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser};
use std::ffi::OsString;
use std::io::IsTerminal;
use std::process::ExitCode;

const HELP: &str = "\
Examples:
  Show it on a recorded loop, without a server or a model:
    ocr-run --demo
  Let an agent fix the build, and stop it if it loops:
    ocr-run --task 'Fix the build' --worker-model ollama/llama3.1
  Let it work for an hour at most, and for five dollars:
    ocr-run --task-file task.md --max-time 3600 --max-cost 5
  Use a model as the reviewer, and keep a recording:
    ocr-run --task-file task.md --reviewer-url http://localhost:11434/v1 > run.ndjson
  Print the pipe instead of running it:
    ocr-run --print --task 'Fix the build'

The exit code is the outcome of the run; `ocr-act --help` lists the codes. Each stage also reads its
own environment variables, which its --help lists.";

/// A session of `OpenCode` 1.18.33 that loops.
const RECORDING: &[u8] = include_bytes!("../../fixtures/sessions/one-call-loop.ndjson");

/// The speed of the demo: slow enough to follow, and over in seconds.
const DEMO_SPEED: u32 = 2;

/// Run the whole pipe: ocr-stream | ocr-detect | ocr-review | ocr-act.
#[derive(Debug, Parser)]
#[command(name = "ocr-run", version = version(), after_help = HELP)]
struct Args {
    /// Run the pipe on a built-in recording of a session that loops; needs neither a server nor a model.
    #[arg(long, conflicts_with_all = ["task", "task_file", "session", "server", "print"])]
    demo: bool,
    /// Print the pipe instead of running it.
    #[arg(long)]
    print: bool,
    /// Print only the lines, on standard output, and no report for people.
    #[arg(long, env = "OCR_HEADLESS", value_parser = Switch)]
    headless: bool,
    /// Use the server at URL instead of starting one.
    #[arg(long, value_name = "URL", help_heading = "Connection")]
    server: Option<String>,
    /// Extra arguments for `opencode serve`.
    #[arg(last = true, value_name = "ARGS")]
    serve: Vec<String>,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    rest: RestArgs,
    #[command(flatten)]
    spawned: SpawnArgs,
    #[command(flatten)]
    limits: SharedLimits,
    #[command(flatten)]
    budgets: Budgets,
    #[command(flatten)]
    reviewer: ReviewerArgs,
    #[command(flatten)]
    actions: Actions,
    #[command(flatten)]
    verification: Verification,
    #[command(flatten)]
    notify: NotifyArgs,
}

/// The arguments, and where each came from, so that those for a stage can be handed on.
#[derive(Debug)]
struct Parsed {
    args: Args,
    matches: ArgMatches,
}

impl FromArgMatches for Parsed {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self { args: Args::from_arg_matches(matches)?, matches: matches.clone() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl CommandFactory for Parsed {
    fn command() -> clap::Command {
        Args::command()
    }

    fn command_for_update() -> clap::Command {
        Args::command_for_update()
    }
}

impl Parser for Parsed {}

/// Runs `ocr-run` with these arguments, the first being the program's name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(outcome) = args.get(1..).and_then(supervisor::hidden) {
        return super::end("ocr-run", outcome.map_err(Into::into));
    }
    match args.get(1) {
        Some(first) if first == STAGE_ARGUMENT => run_stage(&args[2..]),
        _ => super::start("ocr-run", args, run_pipe),
    }
}

#[cfg(test)]
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
        Some(SPOOL) => super::end("ocr-run", spool().map_err(Into::into)),
        _ => super::end("ocr-run", Err(Failure::new(Code::Usage, "no such stage").into())),
    }
}

fn run_pipe(parsed: Parsed) -> anyhow::Result<Code> {
    let args = &parsed.args;
    args.common.start_logging()?;
    if args.common.schema {
        let all = [stream::schemas(), detect::schemas(), review::schemas(), act::schemas()];
        return print_schemas(&all.concat());
    }
    let view = match (args.headless, std::io::stdout().is_terminal()) {
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
    let mut pipe = pipe(&parsed, source(&parsed), view);
    if args.print {
        return print(&pipe);
    }
    if args.server.is_none() && credentials().password.is_none() {
        share_password(&mut pipe)?;
    }
    Ok(run(&pipe, view, None)?)
}

/// Gives the server that is started a password of its own: the source starts it, and the hand acts on it.
fn share_password(pipe: &mut CommandLine) -> Result<(), Failure> {
    let password = password::random()?;
    for stage in pipe.commands.iter_mut().filter(|stage| ["ocr-stream", "ocr-act"].contains(&stage.name)) {
        let variable = SERVER_PASSWORD.to_owned();
        stage.private.push(Private { args: Vec::new(), variable, value: password.clone() });
    }
    Ok(())
}

/// Runs the real stages on the recording. The exit code of that run is printed; ours says whether the demo worked.
fn demo(parsed: &Parsed, view: View) -> anyhow::Result<Code> {
    let source = Command::new("ocr-stream").with("--replay", Some("-")).with("--speed", Some(DEMO_SPEED));
    let pipe = pipe(parsed, source, view);
    tell(format_args!("{pipe}\n"));
    let code = run(&pipe, view, Some(RECORDING))?;
    tell(format_args!(
        "\nIn a live run, the session would have been aborted and the exit code would have been {}. The demo itself exits with 0.",
        code.number()
    ));
    Ok(if code == Code::Loop { Code::Ok } else { code })
}

fn source(parsed: &Parsed) -> Command {
    let args = &parsed.args;
    let mut step = Command::new("ocr-stream")
        .flag("--spawn", args.server.is_none())
        // A session that is idle may be told to go on, and reviews take time: `ocr-act` ends the run.
        .flag("--follow", true)
        .with("--server", args.server.as_ref())
        .flag("--allow-insecure", args.server.is_some() && args.actions.allow_insecure);
    step.args.extend(to_args::<Work>(&parsed.matches));
    step.args.extend(to_args::<SpawnArgs>(&parsed.matches));
    if !args.serve.is_empty() {
        step.args.push("--".to_owned());
        step.args.extend(args.serve.iter().cloned());
    }
    step
}

fn pipe(parsed: &Parsed, source: Command, view: View) -> CommandLine {
    let matches = &parsed.matches;
    let mut detect = Command::new("ocr-detect");
    detect.args.extend(to_args::<SharedLimits>(matches));
    detect.args.extend(to_args::<Budgets>(matches));
    let mut review = Command::new("ocr-review");
    review.args.extend(to_args::<ReviewerArgs>(matches));
    review.private = to_private::<ReviewerArgs>(matches);
    let quiet = view != View::Lines && !parsed.args.print;
    let mut act = Command::new("ocr-act").flag("--quiet", quiet);
    act.args.extend(to_args::<RestArgs>(matches));
    act.args.extend(to_args::<Actions>(matches));
    act.args.extend(to_args::<Verification>(matches));
    act.args.extend(to_args::<NotifyArgs>(matches));
    act.private = to_private::<NotifyArgs>(matches);
    CommandLine { commands: vec![source, detect, review, act] }
}

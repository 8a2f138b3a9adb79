//! `ocr-run`: the whole pipe in one command.

use super::act::{Conduct, NotifyArgs};
use super::stream::Work;
use super::{Common, VERSION};
use clap::Parser;
use std::ffi::OsString;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  See it at work on a recorded loop, with no server and no model:
    ocr-run --demo
  Let an agent fix the build, and stop it when it goes in circles:
    ocr-run --task 'Fix the build' --worker-model ollama/llama3.1
  With a model that reviews, keeping every line:
    ocr-run --task-file task.md --reviewer-url http://localhost:11434/v1 > run.ndjson
  Print the pipe instead of running it:
    ocr-run --print --task 'Fix the build'

The exit code is the run's outcome; the table is in `ocr-act --help`.";

/// Run the whole pipe: stream, detect, review, act.
#[derive(Debug, Parser)]
#[command(name = "ocr-run", version = VERSION, after_help = EXAMPLES)]
#[cfg_attr(not(unix), allow(dead_code))]
struct Args {
    /// Play an embedded recording of a looping session through the pipe; nothing else is needed.
    #[arg(long, conflicts_with_all = ["task", "task_file", "session", "server", "print"])]
    demo: bool,
    /// Print the pipe that would run, and exit.
    #[arg(long)]
    print: bool,
    #[command(flatten)]
    work: Work,
    /// Use the server at URL; without it one is started, and ended.
    #[arg(long, value_name = "URL", help_heading = "Live")]
    server: Option<String>,
    /// The base URL of an OpenAI-compatible endpoint that reviews. Without it and --reviewer-cmd, the
    /// built-in rules decide.
    #[arg(long, value_name = "URL", env = "REVIEWER_URL", help_heading = "Review")]
    reviewer_url: Option<String>,
    /// The model that reviews.
    #[arg(long, value_name = "MODEL", env = "REVIEWER_MODEL", help_heading = "Review")]
    reviewer_model: Option<String>,
    /// A command that reviews: the prompt on its standard input, the answer on its standard output.
    #[arg(
        long,
        value_name = "COMMAND",
        env = "OCR_REVIEWER_CMD",
        help_heading = "Review"
    )]
    reviewer_cmd: Option<String>,
    /// How many turns the session may take.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 10,
        env = "OCR_MAX_ITERATIONS",
        help_heading = "Limits"
    )]
    max_iterations: u64,
    /// How long the session may be busy and silent, in seconds.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 30,
        env = "OCR_INACTIVITY_TIMEOUT",
        help_heading = "Limits"
    )]
    inactivity_timeout: u64,
    #[command(flatten)]
    conduct: Conduct,
    #[command(flatten)]
    notify: NotifyArgs,
    /// No view for a person: the lines alone, on standard output.
    #[arg(long, env = "OCR_HEADLESS")]
    headless: bool,
    /// Further arguments for `opencode serve`.
    #[arg(last = true, value_name = "ARGS")]
    serve: Vec<String>,
    #[command(flatten)]
    common: Common,
}

/// Runs the command with these arguments, the first being the program's name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    imp::main(args.into_iter().collect())
}

#[cfg(not(unix))]
mod imp {
    use super::Args;
    use crate::exit::{Code, Failure};
    use std::ffi::OsString;
    use std::process::ExitCode;

    pub(super) fn main(args: Vec<OsString>) -> ExitCode {
        crate::cli::start("ocr-run", args, |_: Args| -> Result<Code, Failure> {
            Err(Failure::new(
                Code::Usage,
                "there are no live sessions on this system; judge recordings with ocr-stream --replay FILE | ocr-detect",
            ))
        })
    }
}

#[cfg(unix)]
mod imp {
    use super::{Args, Conduct, NotifyArgs};
    use crate::cli::act::{CONFIRM_TIMEOUT, MAX_STEERS, VERIFY_TIMEOUT};
    use crate::cli::{act, detect, review, stream, watch};
    use crate::exit::{Code, Failure};
    use crate::process::supervisor;
    use crate::run::{Command, CommandLine, STAGE_ARGUMENT, View, run, stage};
    use std::ffi::OsString;
    use std::io::IsTerminal;
    use std::process::ExitCode;

    /// A session of `OpenCode` 1.18.33 that goes in circles; see `fixtures/`.
    const RECORDING: &[u8] = include_bytes!("../../fixtures/sessions/one-call-loop.ndjson");

    /// How fast the demo runs: a person can follow it, and it is over in seconds.
    const DEMO_SPEED: u32 = 2;

    pub(super) fn main(args: Vec<OsString>) -> ExitCode {
        if let Some(outcome) = args.get(1..).and_then(supervisor::hidden) {
            return crate::cli::end("ocr-run", outcome);
        }
        match args.get(1) {
            Some(first) if first == STAGE_ARGUMENT => as_stage(&args[2..]),
            _ => crate::cli::start("ocr-run", args, whole),
        }
    }

    fn as_stage(args: &[OsString]) -> ExitCode {
        let (name, args) = match stage(args) {
            Ok(found) => found,
            Err(failure) => return crate::cli::end("ocr-run", Err(failure)),
        };
        let args = args.to_vec();
        match name.to_str() {
            Some("ocr-stream") => stream::main(args),
            Some("ocr-detect") => detect::main(args),
            Some("ocr-review") => review::main(args),
            Some("ocr-act") => act::main(args),
            Some("ocr-watch") => watch::main(args),
            _ => crate::cli::end("ocr-run", Err(Failure::new(Code::Usage, "no such stage"))),
        }
    }

    fn whole(args: Args) -> Result<Code, Failure> {
        args.common.start_logging()?;
        let view = match (args.headless, std::io::stdout().is_terminal()) {
            (true, _) => View::Lines,
            (false, true) => View::Person,
            (false, false) => View::Both,
        };
        if args.demo {
            return demo(&args, view);
        }
        let work = &args.work;
        if work.task.is_none() && work.task_file.is_none() && work.session.is_none() {
            return Err(Failure::new(
                Code::Usage,
                "nothing to do: give a --task TEXT or a --task-file FILE, watch a --session of a --server, or try --demo",
            ));
        }
        let pipe = pipe(&args, source(&args), view);
        if args.print {
            println!("{pipe}");
            return Ok(Code::Ok);
        }
        run(&pipe, view, None)
    }

    /// The recording through the real stages. The run's exit code is told; our own says that it ran.
    fn demo(args: &Args, view: View) -> Result<Code, Failure> {
        let source = Command::new("ocr-stream")
            .with("--replay", Some("-"))
            .with("--speed", Some(DEMO_SPEED));
        let pipe = pipe(args, source, view);
        eprintln!("{pipe}\n");
        let code = run(&pipe, view, Some(RECORDING))?;
        eprintln!(
            "\nLive, the session would have been aborted, and the exit code would be {}. The demo itself exits 0.",
            code.number()
        );
        match code {
            Code::Loop => Ok(Code::Ok),
            other => Ok(other),
        }
    }

    fn source(args: &Args) -> Command {
        let work = &args.work;
        let path = |path: &Option<std::path::PathBuf>| path.as_ref().map(|p| p.display().to_string());
        let mut step = Command::new("ocr-stream")
            .flag("--spawn", args.server.is_none())
            // A session that rests may be told to go on, and be judged slowly: the hand ends the run.
            .flag("--follow", true)
            .with("--server", args.server.as_ref())
            .with("--session", work.session.as_ref())
            .with("--task", work.task.as_ref())
            .with("--task-file", path(&work.task_file))
            .with("--worker-model", work.worker_model.as_ref())
            .with("--working-dir", path(&work.working_dir));
        if work.opencode.as_os_str() != "opencode" {
            step = step.with("--opencode", Some(work.opencode.display()));
        }
        if work.startup_timeout != 30 {
            step = step.with("--startup-timeout", Some(work.startup_timeout));
        }
        if !args.serve.is_empty() {
            step.args.push("--".to_owned());
            step.args.extend(args.serve.iter().cloned());
        }
        step
    }

    fn pipe(args: &Args, source: Command, view: View) -> CommandLine {
        let detect = Command::new("ocr-detect")
            .with("--max-iterations", Some(args.max_iterations))
            .with("--inactivity-timeout", Some(args.inactivity_timeout));
        let review = Command::new("ocr-review")
            .with("--reviewer-url", args.reviewer_url.as_ref())
            .with("--reviewer-model", args.reviewer_model.as_ref())
            .with("--reviewer-cmd", args.reviewer_cmd.as_ref());
        let act = Command::new("ocr-act").flag("--quiet", view != View::Lines && !args.print);
        let act = told(conduct(act, &args.conduct), &args.notify);
        CommandLine {
            commands: vec![source, detect, review, act],
        }
    }

    /// The flags about conduct that are not as they are by default.
    fn conduct(step: Command, conduct: &Conduct) -> Command {
        let other = |value: &str| (value != "ask").then(|| value.to_owned());
        let unless = |default: u64, value: u64| (value != default).then_some(value);
        let mut step = step
            .flag("--dry-run", conduct.dry_run)
            .flag("--allow-insecure", conduct.allow_insecure)
            .flag("--rollback", conduct.rollback)
            .with(
                "--confirm-timeout",
                unless(CONFIRM_TIMEOUT, conduct.confirm_timeout),
            )
            .with("--on-permission", other(&conduct.on_permission))
            .with("--on-question", other(&conduct.on_question))
            .with(
                "--max-steers",
                unless(MAX_STEERS.into(), conduct.max_steers.into()),
            )
            .with("--verify-timeout", unless(VERIFY_TIMEOUT, conduct.verify_timeout));
        for on in &conduct.on {
            step = step.with("--on", Some(on));
        }
        for command in &conduct.verify {
            step = step.with("--verify", Some(command));
        }
        for pattern in &conduct.expect_change {
            step = step.with("--expect-change", Some(pattern));
        }
        for file in &conduct.expect_file {
            step = step.with("--expect-file", Some(file.display()));
        }
        step
    }

    /// The flags about whom to tell.
    fn told(step: Command, notify: &NotifyArgs) -> Command {
        let mut step = step.with("--notify-cmd", notify.notify_cmd.as_ref());
        for url in &notify.notify {
            step = step.with("--notify", Some(url));
        }
        if notify.notify_as != "standard" {
            step = step.with("--notify-as", Some(&notify.notify_as));
        }
        if notify.notify_on != "both" {
            step = step.with("--notify-on", Some(&notify.notify_on));
        }
        step
    }
}

//! `ocr-stream`: where the events come from, as typed and as meant.

use super::{Common, VERSION, print_schema};
use crate::exit::{Code, Failure};
use crate::pipe::{DEFAULT_LINE_LIMIT, Out, input};
use crate::stream::replay::{Speed, replay};
use crate::wire::record::{Closed, Gap, Opened, Tick};
use clap::Parser;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  Start a server, give it a task, and watch until it rests:
    ocr-stream --spawn --task 'Fix the build' | ocr-detect | ocr-review | ocr-act
  Watch a session of a server that runs:
    ocr-stream --server http://127.0.0.1:4096 --session ses_… | tee run.ndjson | ocr-detect
  Play a recording ten times as fast as it was:
    ocr-stream --replay run.ndjson --speed 10 | ocr-detect

The password of a server is read from OPENCODE_SERVER_PASSWORD (and OPENCODE_SERVER_USERNAME).
Exit codes: 0 the session rests or the recording ended; 69 the server is out of reach; 77 it refuses us;
130 or 143 a signal came; 141 the reader left.";

/// Write an `OpenCode` session, live or recorded, as newline-delimited JSON.
#[derive(Debug, Parser)]
#[command(name = "ocr-stream", version = VERSION, after_help = EXAMPLES)]
struct Args {
    /// Start `opencode serve` on a free port; it ends when this program ends.
    #[arg(long, group = "source", help_heading = "Source")]
    spawn: bool,
    /// Attach to the server at URL; by default the one in the variable `OCR_SERVER`.
    #[arg(long, group = "source", value_name = "URL", help_heading = "Source")]
    server: Option<String>,
    /// Play a recording; `-` is standard input.
    #[arg(long, group = "source", value_name = "FILE", help_heading = "Source")]
    replay: Option<PathBuf>,
    /// Make a stream of a document that `opencode export` wrote; `-` is standard input.
    #[arg(long, group = "source", value_name = "FILE", help_heading = "Source")]
    import: Option<PathBuf>,
    #[command(flatten)]
    work: Work,
    /// With --session: tell what it did before, then go on live, without a seam.
    #[arg(long, requires = "session", help_heading = "Live")]
    from_start: bool,
    /// Watch the sessions of every directory of the server.
    #[arg(long, conflicts_with_all = ["session", "task", "task_file"], help_heading = "Live")]
    all: bool,
    /// How long the server may say nothing at all before the connection counts as lost, in seconds. It sends
    /// a heartbeat every 10 s.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..), env = "OCR_SILENCE_TIMEOUT", help_heading = "Live")]
    silence_timeout: u64,
    /// Go on when the session rests, until the reader leaves.
    #[arg(long, conflicts_with = "replay", env = "OCR_FOLLOW", help_heading = "Live")]
    follow: bool,
    /// How long to try to get a lost connection back, in seconds.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 30,
        env = "OCR_RECONNECT_TIMEOUT",
        help_heading = "Live"
    )]
    reconnect_timeout: u64,
    /// How fast to play a recording: 1 as it was, 10 ten times as fast, or max.
    #[arg(long, value_name = "SPEED", default_value = "max", value_parser = parse_speed, env = "OCR_SPEED", help_heading = "Replay")]
    speed: Speed,
    /// Play the lines of later stages too, which the recording may contain.
    #[arg(long, requires = "replay", help_heading = "Replay")]
    all_lines: bool,
    /// Further arguments for `opencode serve`, with --spawn.
    #[arg(last = true, value_name = "ARGS")]
    serve: Vec<String>,
    #[command(flatten)]
    common: Common,
}

/// What is to be done, where and with which model: `ocr-run` has the same flags.
#[derive(Debug, Clone, clap::Args)]
pub struct Work {
    /// What to give a new session to do.
    #[arg(
        long,
        value_name = "TEXT",
        conflicts_with = "task_file",
        help_heading = "Work"
    )]
    pub task: Option<String>,
    /// Read the task from a file; `-` is standard input.
    #[arg(long, value_name = "FILE", help_heading = "Work")]
    pub task_file: Option<PathBuf>,
    /// Watch this session; with a task, give it to this one. Without either, every session of the
    /// directory is watched.
    #[arg(long, value_name = "ID", value_parser = clap::builder::NonEmptyStringValueParser::new(), help_heading = "Work")]
    pub session: Option<String>,
    /// The directory to work in. With --spawn the current one by default; with --server the session's own,
    /// or the one that the server runs in.
    #[arg(long, value_name = "DIR", env = "OCR_WORKING_DIR", help_heading = "Work")]
    pub working_dir: Option<PathBuf>,
    /// The model to work with; by default the server's own choice.
    #[arg(
        long,
        value_name = "PROVIDER/MODEL",
        value_parser = parse_model,
        env = "OCR_WORKER_MODEL",
        help_heading = "Work"
    )]
    pub worker_model: Option<String>,
    /// The program to start with --spawn.
    #[arg(
        long,
        value_name = "PROGRAM",
        default_value = "opencode",
        env = "OCR_OPENCODE",
        help_heading = "Live"
    )]
    pub opencode: PathBuf,
    /// How long a started server may take to be ready, in seconds.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 30,
        env = "OCR_STARTUP_TIMEOUT",
        help_heading = "Live"
    )]
    pub startup_timeout: u64,
}

/// Runs the stage with these arguments, the first being the program's name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    #[cfg(unix)]
    if let Some(outcome) = args.get(1..).and_then(crate::process::supervisor::hidden) {
        return super::end("ocr-stream", outcome);
    }
    super::start("ocr-stream", args, run)
}

fn run(args: Args) -> Result<Code, Failure> {
    args.common.start_logging()?;
    if args.common.schema {
        print_schema::<Opened>();
        print_schema::<Tick>();
        print_schema::<Gap>();
        print_schema::<Closed>();
        return Ok(Code::Ok);
    }
    if let Some(file) = &args.replay {
        let hint = "standard input is a terminal: pipe a recording into --replay -, or name a file";
        let recording = input::open(file, hint)?;
        crate::pipe::hangup::exit_when_reader_leaves();
        let out = Out::new(input::stdout()?, false);
        replay(recording, &out, args.speed, args.all_lines, DEFAULT_LINE_LIMIT)?;
        return Ok(Code::Ok);
    }
    live::run(args)
}

/// 1, 10, 0.5, or max.
fn parse_speed(text: &str) -> Result<Speed, String> {
    if text == "max" {
        return Ok(Speed::Max);
    }
    match text.parse::<f64>() {
        Ok(times) if times.is_finite() && times > 0.0 => Ok(Speed::Times(times)),
        _ => Err("give a number above 0, such as 1 or 10, or max".to_owned()),
    }
}

/// A provider and a model of its; the model's own name may contain more slashes.
fn parse_model(text: &str) -> Result<String, String> {
    match text.split_once('/') {
        Some((provider, model)) if !provider.is_empty() && !model.is_empty() => Ok(text.to_owned()),
        _ => Err(
            "write it as provider/model, such as ollama/llama3.1; `opencode models` lists them".to_owned(),
        ),
    }
}

#[cfg(not(unix))]
mod live {
    use super::{Args, Code, Failure};

    pub(super) fn run(_args: Args) -> Result<Code, Failure> {
        Err(Failure::new(
            Code::Usage,
            "this system has no live sessions, only recordings: use --replay FILE",
        ))
    }
}

#[cfg(unix)]
mod live {
    use super::{Args, Code, Failure, Out, Work, input};
    use crate::cli::server::{credentials, default_server};
    use crate::server::parse_url;
    use crate::stream::import::import;
    use crate::stream::live::{Plan, Source, Spawn, watch};
    use std::io::Read;
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    pub(super) fn run(args: Args) -> Result<Code, Failure> {
        if let Some(file) = &args.import {
            let hint = "standard input is a terminal: pipe a document into --import -, or name a file";
            import(input::open(file, hint)?, &Out::new(input::stdout()?, false))?;
            return Ok(Code::Ok);
        }
        let plan = plan(args)?;
        watch(&plan, Out::new(input::stdout()?, false))
    }

    fn plan(args: Args) -> Result<Plan, Failure> {
        let task = read_task(&args.work)?;
        let Args {
            spawn,
            server,
            follow,
            reconnect_timeout,
            silence_timeout,
            from_start,
            all,
            serve,
            work,
            ..
        } = args;
        let wanted = task.is_some() || work.session.is_some() || follow || all;
        let (source, directory) = source(spawn, server, serve, &work, wanted)?;
        Ok(Plan {
            source,
            credentials: credentials(),
            directory,
            session: work.session,
            task,
            model: work.worker_model,
            from_start,
            all,
            silence: Duration::from_secs(silence_timeout),
            follow,
            reconnect: Duration::from_secs(reconnect_timeout),
        })
    }

    /// Where the events come from, and the directory that they are about. `wanted`: there is something to watch
    /// on a server that has just been started.
    fn source(
        spawn: bool,
        server: Option<String>,
        serve: Vec<String>,
        work: &Work,
        wanted: bool,
    ) -> Result<(Source, Option<PathBuf>), Failure> {
        let given = work.working_dir.as_deref().map(absolute).transpose()?;
        let server = server.or_else(|| default_server().filter(|_| !spawn));
        match server {
            Some(url) if serve.is_empty() => Ok((Source::Attach(parse_url(&url)?), given)),
            Some(_) => Err(usage(
                "the arguments behind -- are for a server that is started; use them with --spawn",
            )),
            None if spawn && !wanted => Err(usage(
                "nothing to do: give the new server work with --task TEXT or --task-file FILE, or keep it with --follow",
            )),
            None if spawn => {
                let directory = given.map_or_else(|| absolute(Path::new(".")), Ok)?;
                let spawn = Spawn {
                    program: work.opencode.clone(),
                    args: serve,
                    directory: directory.clone(),
                    timeout: Duration::from_secs(work.startup_timeout),
                };
                Ok((Source::Spawn(spawn), Some(directory)))
            }
            None => Err(usage(
                "say where the events come from: --spawn with a --task, --server URL, or --replay FILE; --help has examples",
            )),
        }
    }

    fn usage(message: &str) -> Failure {
        Failure::new(Code::Usage, message)
    }

    fn read_task(work: &Work) -> Result<Option<String>, Failure> {
        let task = match (&work.task, &work.task_file) {
            (Some(task), _) => task.clone(),
            (None, Some(file)) => {
                let mut task = String::new();
                let hint = "standard input is a terminal: pipe the task into --task-file -, or use --task";
                input::open(file, hint)?.read_to_string(&mut task).map_err(|e| {
                    Failure::new(
                        Code::Error,
                        format_args!("cannot read the task in {}: {e}", file.display()),
                    )
                })?;
                task
            }
            (None, None) => return Ok(None),
        };
        if task.trim().is_empty() {
            return Err(usage("the task is empty; say what is to be done"));
        }
        Ok(Some(task))
    }

    fn absolute(directory: &Path) -> Result<PathBuf, Failure> {
        let failed = |why: &str| {
            Failure::new(
                Code::Error,
                format_args!("cannot work in {}: {why}", directory.display()),
            )
        };
        let path = directory
            .canonicalize()
            .map_err(|e| failed(&format!("{e}; check --working-dir")))?;
        if path.is_dir() {
            Ok(path)
        } else {
            Err(failed("it is not a directory"))
        }
    }
}

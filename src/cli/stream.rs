//! The command line of `ocr-stream`.

use super::Common;
use super::common::{MORE, SchemaArg, print_schemas, switch, version, with_units};
use super::environment::redactor;
use super::recordings;
use super::units;
use crate::exit::{Code, Failure};
use crate::pipe::shutdown::REST_GRACE;
use crate::pipe::{DEFAULT_LINE_LIMIT, Out, input};
use crate::redact::{LONGEST_SEARCHED, RedactingSink};
use crate::stream::replay::{Speed, replay};
use crate::wire::record::{Closed, Gap, Opened, Tick, schema};
use clap::Parser;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
#[cfg(unix)]
use std::time::Duration;

const HELP: &str = "\
Examples:
  Start a server, give it a task, and stream until the session is idle:
    ocr-stream --spawn --task 'Fix the build' | ocr-detect | ocr-review | ocr-act
  Watch a session of a running server, and keep a recording:
    ocr-stream --server http://127.0.0.1:4096 --session ses_… | tee run.ndjson | ocr-detect
  Replay a recording at ten times its speed:
    ocr-stream --replay run.ndjson --speed 10 | ocr-detect

Environment:
  OCR_SERVER                URL of the server to attach to if no source is given
  OPENCODE_SERVER_PASSWORD  password of the server
  OPENCODE_SERVER_USERNAME  user name for the server [default: opencode]

Exit codes:
  0    the session is idle, or the recording has ended
  65   the document for --import cannot be parsed
  69   the server is unreachable
  77   the server rejected the credentials, they would travel unprotected, or a file is not readable
  130  interrupted (143: terminated)
  141  the reader closed the pipe";

/// What only a live session has.
const LIVE: [&str; 6] = ["task", "task_file", "session", "all", "follow", "serve"];

/// Write an OpenCode session, live or recorded, as newline-delimited JSON.
#[derive(Debug, Parser)]
#[command(name = "ocr-stream", version = version(), after_help = MORE, after_long_help = with_units(HELP))]
#[cfg_attr(not(unix), allow(dead_code, reason = "live sessions are for Unix"))]
pub(super) struct Args {
    /// Extra arguments for `opencode serve` (with --spawn).
    #[arg(last = true, value_name = "ARGS")]
    serve: Vec<String>,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    schema: SchemaArg,
    /// Start `opencode serve` on a free port, and stop it on exit.
    #[arg(long, group = "source", help_heading = "Source")]
    spawn: bool,
    /// Attach to a running server.
    #[arg(long, group = "source", value_name = "URL", help_heading = "Source")]
    server: Option<String>,
    /// Replay a recording; - reads standard input.
    #[arg(long, group = "source", value_name = "FILE", help_heading = "Source", conflicts_with_all = LIVE)]
    replay: Option<PathBuf>,
    /// Convert a document printed by `opencode export` into a stream; - reads standard input.
    #[arg(long, group = "source", value_name = "FILE", help_heading = "Source", conflicts_with_all = LIVE)]
    import: Option<PathBuf>,
    #[command(flatten)]
    work: Work,
    /// Watch the sessions of every directory of the server.
    ///
    /// Without --all, --session and a task, the sessions of one directory are watched.
    #[arg(long, conflicts_with_all = ["session", "task", "task_file"], help_heading = "Session")]
    all: bool,
    /// Write the session's history first, then continue live with no gap or overlap (with --session).
    #[arg(long, requires = "session", help_heading = "Session")]
    from_start: bool,
    /// Keep streaming after the session is idle, until the reader closes the pipe.
    #[arg(long, help_heading = "Session")]
    follow: bool,
    #[command(flatten)]
    rest: RestArgs,
    #[command(flatten)]
    spawned: SpawnArgs,
    /// Send the password to a server that is neither on this machine nor protected by https.
    #[arg(long, env = "OCR_ALLOW_INSECURE", value_parser = switch(), help_heading = "Connection")]
    allow_insecure: bool,
    #[command(flatten)]
    patience: Patience,
    /// Speed: 1 is real time, 10 is ten times as fast, max is as fast as possible.
    #[arg(long, value_name = "SPEED", default_value = "max", value_parser = parse_speed, env = "OCR_SPEED", help_heading = "Replay")]
    speed: Speed,
    /// Mask secrets in every line, for a recording that others may read; it then differs from what the server sent. The pieces
    /// of a text that is still being written are left empty, since a secret could be split between them; where the whole text
    /// never follows, they are written when it ends. Lines longer than 16 MiB are left out.
    #[arg(long, help_heading = "Output")]
    redact: bool,
    /// Also replay the lines that later stages added to the recording.
    #[arg(long, requires = "replay", help_heading = "Replay")]
    all_lines: bool,
}

/// The session and its task; `ocr-run` has the same flags.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Session")]
#[cfg_attr(not(unix), allow(dead_code, reason = "live sessions are for Unix"))]
pub(super) struct Work {
    /// Task for a new session, or for the one that --session names.
    #[arg(long, value_name = "TEXT", conflicts_with = "task_file")]
    task: Option<String>,
    /// Read the task from FILE; - reads standard input.
    #[arg(long, value_name = "FILE")]
    task_file: Option<PathBuf>,
    /// Watch this session.
    #[arg(long, value_name = "ID", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    session: Option<String>,
    /// Working directory [default: the current one with --spawn; otherwise that of the session, or of the server].
    #[arg(long, value_name = "DIR", env = "OCR_WORKING_DIR")]
    pub(super) working_dir: Option<PathBuf>,
    /// Model that the agent uses [default: chosen by the server].
    #[arg(long, value_name = "PROVIDER/MODEL", value_parser = parse_model, env = "OCR_WORKER_MODEL")]
    worker_model: Option<String>,
    /// Give the agent no tools, so that it can do nothing but answer; for `ocr-run doctor`.
    #[arg(long, hide = true)]
    no_tools: bool,
}

impl Work {
    /// Whether there is a task or a session.
    #[cfg(unix)]
    pub(super) fn names_something(&self) -> bool {
        self.task.is_some() || self.task_file.is_some() || self.session.is_some()
    }

    /// Whether the task is read from standard input.
    #[cfg(unix)]
    pub(super) fn is_on_stdin(&self) -> bool {
        self.task_file.as_ref().is_some_and(|file| file.as_os_str() == "-")
    }

    /// Checks what can be checked before anything is started. A task on standard input is left for the stage.
    #[cfg(unix)]
    pub(super) fn check(&self) -> anyhow::Result<()> {
        if !self.is_on_stdin() {
            live::read_task(self)?;
        }
        self.working_dir.as_deref().map(live::absolute).transpose().map(drop)
    }
}

/// When a run may end; `ocr-act` and `ocr-run` have the same flag.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Session")]
#[cfg_attr(not(unix), allow(dead_code, reason = "live sessions are for Unix"))]
pub(super) struct RestArgs {
    /// End only once the session and its subagents have been idle for TIME: a plugin may tell the session to go on.
    #[arg(long, value_name = "TIME", default_value_t = REST_GRACE.as_secs(), env = "OCR_REST_GRACE", value_parser = units::seconds::<u64>)]
    rest_grace: u64,
}

#[cfg(unix)]
impl RestArgs {
    /// How long the session must be idle.
    pub(super) fn grace(&self) -> Duration {
        Duration::from_secs(self.rest_grace)
    }
}

/// How a server is started; `ocr-run` has the same flags.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Connection")]
#[cfg_attr(not(unix), allow(dead_code, reason = "live sessions are for Unix"))]
pub(super) struct SpawnArgs {
    /// Program to start as the server.
    #[arg(long, value_name = "PROGRAM", default_value = "opencode", env = "OCR_OPENCODE")]
    opencode: PathBuf,
    /// Give up on a server that is not ready within TIME, including the plugins that it installs for a directory.
    #[arg(long, value_name = "TIME", default_value_t = 120, env = "OCR_STARTUP_TIMEOUT", value_parser = units::seconds::<u64>)]
    startup_timeout: u64,
}

impl SpawnArgs {
    /// Whether there is such a program.
    #[cfg(unix)]
    pub(super) fn is_installed(&self) -> bool {
        which::which(&self.opencode).is_ok()
    }

    /// The program to start as the server.
    #[cfg(unix)]
    pub(super) fn program(&self) -> PathBuf {
        self.opencode.clone()
    }
}

/// How long a connection may be silent or lost; `ocr-run` has the same flags.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Connection")]
#[cfg_attr(not(unix), allow(dead_code, reason = "live sessions are for Unix"))]
pub(super) struct Patience {
    /// Treat the connection as lost after TIME without data; a server sends a heartbeat every 10 seconds.
    #[arg(long, value_name = "TIME", default_value_t = 30, env = "OCR_SILENCE_TIMEOUT", value_parser = units::some_seconds::<u64>)]
    silence_timeout: u64,
    /// Give up on a lost connection after TIME.
    #[arg(
        long,
        value_name = "TIME",
        default_value_t = 30,
        env = "OCR_RECONNECT_TIMEOUT", value_parser = units::seconds::<u64>)]
    reconnect_timeout: u64,
}

/// Runs `ocr-stream` with these arguments, the first being the program's name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    #[cfg(unix)]
    if let Some(outcome) = args.get(1..).and_then(crate::process::supervisor::hidden) {
        return super::end("ocr-stream", outcome.map_err(Into::into));
    }
    super::start("ocr-stream", args, run)
}

/// The schemas of the lines that this stage writes.
pub(super) fn schemas() -> Vec<schemars::Schema> {
    vec![schema::<Opened>(), schema::<Tick>(), schema::<Gap>(), schema::<Closed>()]
}

fn run(args: Args) -> anyhow::Result<Code> {
    args.common.start_logging("ocr-stream")?;
    if args.schema.schema {
        return print_schemas(&schemas());
    }
    if let Some(file) = &args.replay {
        let hint = "standard input is a terminal; pipe a recording into --replay -, or name a file";
        // Opening standard input waits for its first byte.
        crate::pipe::hangup::exit_when_reader_leaves();
        let recording = input::open(file, hint)?;
        let out = out(args.redact)?;
        let line_limit = if args.redact { LONGEST_SEARCHED } else { DEFAULT_LINE_LIMIT };
        replay(recording, &out, args.speed, args.all_lines, line_limit)
            .map_err(|failure| recordings::named(Some(file), failure))?;
        return Ok(Code::Ok);
    }
    live::run(args)
}

/// Standard output, with secrets masked if asked for.
fn out(redact: bool) -> Result<Out, Failure> {
    let stdout = input::stdout()?;
    Ok(if redact { Out::new(RedactingSink::new(stdout, redactor()), false) } else { Out::new(stdout, false) })
}

/// Parses a speed: 1, 10, 0.5 or max.
fn parse_speed(text: &str) -> Result<Speed, String> {
    if text == "max" {
        return Ok(Speed::Max);
    }
    match text.parse::<f64>() {
        Ok(times) if times.is_finite() && times > 0.0 => Ok(Speed::Times(times)),
        _ => Err("expected a number above 0, such as 1 or 10, or max".to_owned()),
    }
}

/// Checks for `provider/model`; the name of the model may contain more slashes.
fn parse_model(text: &str) -> Result<String, String> {
    match text.split_once('/') {
        Some((provider, model)) if !provider.is_empty() && !model.is_empty() => Ok(text.to_owned()),
        _ => Err("expected provider/model, such as ollama/llama3.1; `opencode models` lists them".to_owned()),
    }
}

#[cfg(not(unix))]
mod live {
    use super::{Args, Code, Failure};

    pub(super) fn run(_args: Args) -> anyhow::Result<Code> {
        let message = "this system does not support live sessions; use --replay FILE";
        Err(Failure::new(Code::Usage, message).into())
    }
}

#[cfg(unix)]
mod live {
    use super::{Args, Code, Failure, Work, input, out};
    use crate::cli::environment::{credentials, pipe_key, private_folder, variable};
    use crate::net::is_loopback;
    use crate::process::recording_loop;
    use crate::server::parse_url;
    use crate::stream::import::import;
    use crate::stream::live::{Plan, Source, Spawn, watch};
    use anyhow::{Context, anyhow};
    use std::path::{Path, PathBuf};
    use std::time::Duration;
    use url::Url;

    /// The longest task, in bytes.
    const LONGEST_TASK: u64 = 1024 * 1024;

    pub(super) fn run(args: Args) -> anyhow::Result<Code> {
        if let Some(file) = &args.import {
            let hint = "standard input is a terminal; pipe a document into --import -, or name a file";
            import(input::open(file, hint)?, &out(args.redact)?)?;
            return Ok(Code::Ok);
        }
        let out = out(args.redact)?;
        let plan = plan(args)?;
        if let (Some(directory), Some(file)) = (&plan.directory, recording_loop::stdout_file()) {
            recording_loop::warn(&file, directory);
        }
        crate::process::job::stop_together();
        Ok(watch(&plan, out)?)
    }

    fn plan(args: Args) -> anyhow::Result<Plan> {
        let task = read_task(&args.work)?;
        let wanted = task.is_some() || args.work.session.is_some() || args.follow || args.all;
        let (source, directory) = source(&args, wanted)?;
        Ok(Plan {
            source,
            credentials: credentials(),
            directory,
            session: args.work.session,
            task,
            model: args.work.worker_model,
            no_tools: args.work.no_tools,
            from_start: args.from_start,
            all: args.all,
            startup: Duration::from_secs(args.spawned.startup_timeout),
            silence: Duration::from_secs(args.patience.silence_timeout),
            follow: args.follow,
            rest_grace: args.rest.grace(),
            key: pipe_key(),
            reconnect: Duration::from_secs(args.patience.reconnect_timeout),
        })
    }

    /// The source of the events, and the directory that they are about. `wanted` says whether there is something to
    /// watch on a server that is started for us.
    fn source(args: &Args, wanted: bool) -> anyhow::Result<(Source, Option<PathBuf>)> {
        let given = args.work.working_dir.as_deref().map(absolute).transpose()?;
        let server = args.server.clone().or_else(|| variable("OCR_SERVER").filter(|_| !args.spawn));
        match server {
            Some(url) if args.serve.is_empty() => {
                let url = parse_url(&url).map_err(Failure::from)?;
                if !args.allow_insecure {
                    refuse_exposed(&url)?;
                }
                Ok((Source::Attach(url), given))
            }
            Some(_) => {
                Err(usage("the arguments after -- are for a server that is started here; use them with --spawn"))
            }
            None if args.spawn && !wanted => Err(usage(
                "nothing to do; give a task with --task TEXT or --task-file FILE, or keep the server running with --follow",
            )),
            None if args.spawn => {
                let directory = given.map_or_else(|| absolute(Path::new(".")), Ok)?;
                let spawn = Spawn {
                    program: args.spawned.opencode.clone(),
                    args: args.serve.clone(),
                    directory: directory.clone(),
                    private: private_folder(),
                    bash_env: variable("BASH_ENV"),
                };
                Ok((Source::Spawn(spawn), Some(directory)))
            }
            None => {
                Err(usage("no source; use --spawn with a --task, --server URL, or --replay FILE (--help has examples)"))
            }
        }
    }

    /// A password goes to this machine, or through https.
    fn refuse_exposed(url: &Url) -> Result<(), Failure> {
        if credentials().password.is_none() || is_loopback(url) || url.scheme() == "https" {
            return Ok(());
        }
        let message = format_args!(
            "{url} is neither on this machine nor protected by https, so everybody on the way could read the password in OPENCODE_SERVER_PASSWORD; use --allow-insecure to send it"
        );
        Err(Failure::new(Code::NotAllowed, message))
    }

    fn usage(message: &str) -> anyhow::Error {
        Failure::new(Code::Usage, message).into()
    }

    pub(super) fn read_task(work: &Work) -> anyhow::Result<Option<String>> {
        let task = match (&work.task, &work.task_file) {
            (Some(task), _) => task.clone(),
            (None, Some(file)) => {
                let hint = "standard input is a terminal; pipe the task into --task-file -, or use --task";
                input::whole_text(input::open(file, hint)?, LONGEST_TASK)
                    .with_context(|| format!("cannot read the task in {}", file.display()))?
            }
            (None, None) => return Ok(None),
        };
        if task.trim().is_empty() {
            return Err(usage("the task is empty"));
        }
        Ok(Some(task))
    }

    pub(super) fn absolute(directory: &Path) -> anyhow::Result<PathBuf> {
        let context = || format!("cannot use --working-dir {}", directory.display());
        let path = directory.canonicalize().with_context(context)?;
        if !path.is_dir() {
            return Err(anyhow!("it is not a directory").context(context()));
        }
        Ok(path)
    }
}

//! The command line of `ocr-act`.

use super::Common;
use super::common::{MORE, SchemaArg, print_schemas, switch, version, with_units};
use super::environment::{credentials, pipe_key, private_folder, redactor, variable};
use super::stream::RestArgs;
use super::units;
use crate::act::notify::{Notify, Shape, Topic, secret};
use crate::act::{
    AbortLimits, Act, ActOnAll, Answer, Checks, Policy, Remedy, Settings, is_protected, masked, replies, reply_all,
    summary,
};
use crate::detect;
use crate::exit::{Code, Failure};
use crate::pipe::{DEFAULT_LINE_LIMIT, LastLines, Out, Shutdown, filter, input, tell};
use crate::process::job;
use crate::process::pipe_key::PIPE_KEY;
use crate::process::server_processes::password_at;
use crate::server::{Server, parse_url};
use crate::wire::record::{Action, Kind, RunResult, schema};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, ValueEnum};
use std::ffi::OsString;
use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use url::Url;

const HELP: &str = "\
Examples:
  Stop a session that loops, and report the outcome:
    ocr-stream --spawn --task 'Fix the build' | ocr-detect | ocr-review | ocr-act
  Decide without a reviewer: steer a stagnating agent, abort a looping one:
    ocr-stream … | ocr-detect | ocr-act --on stagnation=steer --on loop=abort
  Accept the work only if the tests pass, and tell the agent if they fail:
    ocr-stream --follow … | ocr-detect | ocr-review | ocr-act --verify 'cargo test'
  Get notified when the agent asks something, with the command that answers it:
    ocr-stream … | ocr-detect | ocr-act --notify-on blocked --notify https://hooks.example.org/x
  Act on every session of a server:
    ocr-stream --all --server http://127.0.0.1:4096 | ocr-detect | ocr-review | ocr-act --act-on-all
  Answer from another terminal:
    ocr-act --answer per_1=once --server http://127.0.0.1:4096
  Show what would have been done:
    ocr-stream --replay run.ndjson | ocr-detect | ocr-review | ocr-act --only | jq

Environment:
  OPENCODE_SERVER_PASSWORD  password of the server
  OPENCODE_SERVER_USERNAME  user name for the server [default: opencode]
  OCR_WEBHOOK_SECRET        secret that signs what --notify posts (Standard Webhooks)

Exit codes:
  0    done
  1    an internal error, such as a full disk
  2    invalid command line
  3    unsure: a person should look, or no line came in
  10   the agent was looping
  11   the agent stalled, or its question or permission request went unanswered
  12   a budget or the iteration limit was exceeded
  13   the session failed
  14   the session's work failed verification
  15   someone else aborted the session
  69   the server is unreachable
  77   the server rejected the credentials
  130  interrupted (143: terminated)
  141  the reader closed the pipe

If an earlier stage cannot start, there was no run: no result is printed, and on Linux the exit code is that stage's.";

const HINT: &str = "standard input is a terminal; pipe lines into this program:\n  ocr-stream … | ocr-detect | ocr-review | ocr-act\nSee --help for examples.";

/// How often an abort is tried before the processes of the server are killed.
const ATTEMPTS: u32 = 3;

/// Carry out decisions on the live session, check that they took effect, and exit with the outcome of the run.
#[derive(Debug, Parser)]
#[command(name = "ocr-act", version = version(), after_help = MORE, after_long_help = with_units(HELP))]
pub(super) struct Args {
    /// Act on this server instead of the one named in the stream, even if the stream is a recording.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Treat lines without an ocr.stream.opened line, such as another agent's, as a live session in this directory: run
    /// checks and send notifications. Do not use it with a recording.
    #[arg(long)]
    live: bool,
    /// Answer an open request on --server and exit, reading no lines. ANSWER is once, always or reject for a permission;
    /// for a question, reject, an option or any text. May be repeated; a request with several questions takes one
    /// answer for each, in order.
    #[arg(long, value_name = "ID=ANSWER", requires = "server", conflicts_with_all = ["live", "act_on_all", "only"])]
    answer: Vec<String>,
    /// Act on every session of the stream, for example after `ocr-stream --all`: each gets its own result, and the exit
    /// code is the highest of theirs.
    #[arg(long)]
    act_on_all: bool,
    /// Print only the lines that this program adds.
    #[arg(long)]
    only: bool,
    /// Do not print the summary of the run on standard error.
    #[arg(short, long, env = "OCR_QUIET", value_parser = switch())]
    quiet: bool,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    schema: SchemaArg,
    #[command(flatten)]
    rest: RestArgs,
    #[command(flatten)]
    actions: Actions,
    #[command(flatten)]
    verification: Verification,
    #[command(flatten)]
    notify: NotifyArgs,
}

/// What is done to a session; `ocr-run` has the same flags.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Actions")]
pub(super) struct Actions {
    /// Report what would be done, and do nothing.
    #[arg(long, env = "OCR_DRY_RUN", value_parser = switch())]
    dry_run: bool,
    /// Act on a server that is neither on this machine nor protected by both https and a password.
    #[arg(long, env = "OCR_ALLOW_INSECURE", value_parser = switch())]
    pub(super) allow_insecure: bool,
    /// After an abort, revert the session's changes since the episode began.
    #[arg(long, env = "OCR_ROLLBACK", value_parser = switch())]
    rollback: bool,
    /// Wait TIME for the server to confirm an abort. After three attempts, kill the server if ocr-stream started it.
    #[arg(long, value_name = "TIME", default_value_t = 5, env = "OCR_CONFIRM_TIMEOUT", value_parser = units::seconds::<u64>)]
    confirm_timeout: u64,
    /// When a provider's limit is over and the session does not go on by itself, send it one message. Needs a stream that
    /// stays open while the session rests, as with --follow.
    #[arg(long, env = "OCR_RESUME_AT_RESET", value_parser = switch())]
    resume_at_reset: bool,
    /// Action for findings of this rule or kind with grade warn or stop: continue, steer or abort; may be repeated.
    /// Overrides the reviewer. Without a reviewer, findings of grade stop abort the session.
    #[arg(long, value_name = "RULE=ACTION", value_parser = remedy)]
    on: Vec<(String, Remedy)>,
    /// Answer to a permission request that nobody has answered after --blocked-after.
    #[arg(long, value_name = "ANSWER", default_value = "ask", env = "OCR_ON_PERMISSION")]
    on_permission: Answer,
    /// Answer to a question that nobody has answered after --blocked-after.
    #[arg(long, value_name = "ANSWER", default_value = "ask", value_parser = answer_to_question(), env = "OCR_ON_QUESTION")]
    on_question: Answer,
    /// Send a session at most N messages.
    #[arg(long, value_name = "N", default_value_t = 3, env = "OCR_MAX_STEERS", value_parser = units::count::<u32>)]
    max_steers: u32,
}

/// What must hold before a session counts as done; `ocr-run` has the same flags.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Verification")]
pub(super) struct Verification {
    /// Command that must succeed in the session's directory; may be repeated.
    #[arg(long, value_name = "COMMAND", value_parser = units::command)]
    verify: Vec<String>,
    /// Count a --verify command as failed if it runs longer than TIME.
    #[arg(long, value_name = "TIME", default_value_t = 600, env = "OCR_VERIFY_TIMEOUT", value_parser = units::seconds::<u64>)]
    verify_timeout: u64,
    /// Pattern, such as 'src/**', that at least one changed file must match; may be repeated.
    #[arg(long, value_name = "GLOB")]
    expect_change: Vec<glob::Pattern>,
    /// File that must exist, relative to the session's directory; may be repeated.
    #[arg(long, value_name = "FILE")]
    expect_file: Vec<PathBuf>,
}

/// Who is told of what; `ocr-run` has the same flags.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Notifications")]
pub(super) struct NotifyArgs {
    /// Post messages to this webhook; may be repeated. The variable may list several, separated by spaces.
    #[arg(long, value_name = "URL", value_delimiter = ' ', env = "OCR_NOTIFY", hide_env_values = true)]
    notify: Vec<String>,
    /// Format of the posted message.
    #[arg(long, value_name = "FORMAT", default_value = "standard", env = "OCR_NOTIFY_AS")]
    notify_as: Shape,
    /// Run COMMAND for each message, with the message as one line of JSON on its standard input (event, ts and more) and
    /// OCR_EVENT, OCR_SUMMARY and OCR_SESSION in its environment.
    #[arg(long, value_name = "COMMAND", value_parser = units::command, env = "OCR_NOTIFY_CMD", hide_env_values = true)]
    notify_cmd: Option<String>,
    /// Show messages on the desktop: through notify-send, or else through the terminal.
    #[arg(long, env = "OCR_NOTIFY_DESKTOP", value_parser = switch())]
    notify_desktop: bool,
    /// What to notify about, as a comma-separated list: a session waits for an answer (blocked) or for its quota, or is
    /// silent (stall); any other finding of grade warn or stop (found); how the run ended. A second message follows when
    /// a problem is over.
    #[arg(
        long,
        value_name = "TOPICS",
        value_delimiter = ',',
        default_value = "blocked,quota,stall,success,failure",
        env = "OCR_NOTIFY_ON"
    )]
    notify_on: Vec<Topic>,
}

/// Runs `ocr-act` with these arguments, the first being the program's name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    super::start("ocr-act", args, run)
}

/// The schemas of the lines that this stage writes.
pub(super) fn schemas() -> Vec<schemars::Schema> {
    vec![schema::<Action>(), schema::<RunResult>()]
}

fn run(args: Args) -> anyhow::Result<Code> {
    args.common.start_logging("ocr-act")?;
    if args.schema.schema {
        return print_schemas(&schemas());
    }
    if !args.answer.is_empty() {
        return answer(&args);
    }
    warn_of_unknown(&args.actions.on);
    let notify = notify(args.notify)?;
    let settings =
        Settings { live: args.live, ..settings(args.server.as_deref(), &args.rest, args.actions, args.verification)? };
    let stdin = input::stdin(HINT)?;
    let out = Out::new(input::stdout()?, args.only);
    // A session is guarded whether or not there is room for the lines.
    out.go_on_without();
    let shutdown = Shutdown::outlive_first_signal();
    let last_lines = LastLines::new(stdin, &shutdown);
    job::stop_together();
    let act = Act::new(settings, notify, out.clone(), shutdown)?;
    act.leave_with_reader();
    let act_on = if args.act_on_all { act_on_all } else { act_on_one };
    let code = act_on(act, last_lines, &out, args.quiet)?;
    out.lost().map_or(Ok(code), |failure| Err(failure.into()))
}

fn act_on_one(mut act: Act, stdin: impl Read, out: &Out, quiet: bool) -> anyhow::Result<Code> {
    let ended = filter(&mut act, stdin, out, DEFAULT_LINE_LIMIT);
    let Some((result, code)) = act.result() else {
        // An earlier stage that could not start has said why.
        return Ok(ended.map(|()| act.not_started().unwrap_or(Code::Error))?);
    };
    if !act.saw_lines() {
        tell_of_nothing(quiet, code);
    } else if !quiet {
        tell(format_args!("ocr-act: {}", summary(&masked(result, &redactor()))));
    }
    // The end of the run ended the filter too.
    ended.or_else(|failure| if failure.code == code { Ok(()) } else { Err(failure) })?;
    Ok(code)
}

/// Reports that no line came in, unless `ocr-run` knows why.
fn tell_of_nothing(quiet: bool, code: Code) {
    if !quiet && code == Code::Unsure && variable(PIPE_KEY).is_none() {
        tell("ocr-act: the input has no session, so there was no run; if an earlier stage failed, see its error above");
    }
}

fn act_on_all(act: Act, stdin: impl Read, out: &Out, quiet: bool) -> anyhow::Result<Code> {
    let redactor = redactor();
    let mut all = ActOnAll::new(act, move |result| {
        if !quiet {
            // The result of a stream in which no session worked is about none.
            let session = result.session_id.as_ref().map_or_else(String::new, |session| format!("{session}: "));
            tell(format_args!("ocr-act: {session}{}", summary(&masked(result, &redactor))));
        }
    });
    filter(&mut all, stdin, out, DEFAULT_LINE_LIMIT)?;
    let code = all.code().unwrap_or(Code::Error);
    if !all.saw_lines() {
        tell_of_nothing(quiet, code);
    }
    Ok(code)
}

/// Warns about names in `--on` that none of our rules has: they belong to another detector.
fn warn_of_unknown(on: &[(String, Remedy)]) {
    let known = rules_and_kinds();
    for (name, _) in on.iter().filter(|(name, _)| !known.contains(name)) {
        tracing::warn!(
            "--on: {}",
            units::unknown("rule or kind of ocr-detect", name, known.iter().map(String::as_str))
        );
    }
}

/// Answers requests of the server, and says so.
fn answer(args: &Args) -> anyhow::Result<Code> {
    let replies = replies(&args.answer)?;
    let url = parse_url(args.server.as_deref().unwrap_or_default())?;
    let mut credentials = credentials();
    if credentials.password.is_none() {
        credentials.password = password_at(&private_folder(), &url);
    }
    is_protected(&url, &credentials, args.actions.allow_insecure).map_err(|why| Failure::new(Code::Usage, why))?;
    if args.actions.dry_run {
        tell("ocr-act: nothing is answered in a dry run");
        return Ok(Code::Ok);
    }
    let server = Server::new(url, None, &credentials)?;
    reply_all(&server, &replies, |done| tell(format_args!("ocr-act: {done}")))?;
    Ok(Code::Ok)
}

fn settings(
    server: Option<&str>,
    rest: &RestArgs,
    actions: Actions,
    verification: Verification,
) -> Result<Settings, Failure> {
    Ok(Settings {
        server: server.map(parse_url).transpose()?,
        live: false,
        credentials: credentials(),
        private: private_folder(),
        key: pipe_key(),
        dry_run: actions.dry_run,
        allow_insecure: actions.allow_insecure,
        rollback: actions.rollback,
        resume_at_reset: actions.resume_at_reset,
        limits: AbortLimits { confirm: Duration::from_secs(actions.confirm_timeout), attempts: ATTEMPTS },
        rest_grace: rest.grace(),
        policy: Policy {
            on: actions.on.into_iter().collect(),
            on_permission: actions.on_permission,
            on_question: actions.on_question,
            max_steers: actions.max_steers,
        },
        checks: Checks {
            commands: verification.verify,
            timeout: Duration::from_secs(verification.verify_timeout),
            files: verification.expect_file,
            changes: verification.expect_change,
        },
    })
}

/// Parses `RULE=ACTION`. A name that is almost one of our rules is mistyped; any other may belong to another detector.
fn remedy(text: &str) -> Result<(String, Remedy), String> {
    let parsed = text.split_once('=').and_then(|(rule, action)| Some((rule, Remedy::from_str(action, false).ok()?)));
    let (rule, remedy) =
        parsed.ok_or("expected RULE=ACTION, such as loop=abort; ACTION is continue, steer or abort")?;
    let known = rules_and_kinds();
    let meant = units::similar(rule, known.iter().map(String::as_str));
    match meant.filter(|_| !known.iter().any(|known| known == rule)) {
        Some(meant) => Err(format!("no rule or kind of ocr-detect is named {rule}; did you mean {meant}?")),
        None => Ok((rule.to_owned(), remedy)),
    }
}

/// The names of our rules, and of the kinds of their findings.
fn rules_and_kinds() -> Vec<String> {
    let kinds = Kind::value_variants().iter().map(ToString::to_string);
    detect::rules().map(|rule| rule.name.to_owned()).chain(kinds).collect()
}

/// Parses the answers that a question can have: it can be refused, but not allowed once.
fn answer_to_question() -> impl TypedValueParser<Value = Answer> {
    let fits = |answer: &&Answer| **answer != Answer::Once;
    let answers = Answer::value_variants().iter().filter(fits);
    PossibleValuesParser::new(answers.filter_map(ValueEnum::to_possible_value))
        .try_map(|text| Answer::from_str(&text, false))
}

impl NotifyArgs {
    /// Checks what can be checked before anything is started.
    pub(super) fn check(&self) -> Result<(), Failure> {
        notify(self.clone()).map(drop)
    }
}

fn notify(args: NotifyArgs) -> Result<Notify, Failure> {
    let urls = args.notify.iter().filter(|url| !url.is_empty()).map(|url| webhook_url(url));
    Ok(Notify {
        urls: urls.collect::<Result<_, _>>()?,
        shape: args.notify_as,
        secret: variable("OCR_WEBHOOK_SECRET").as_deref().map(secret).transpose()?,
        command: args.notify_cmd,
        desktop: args.notify_desktop,
        on: args.notify_on,
        redactor: redactor(),
    })
}

/// Not parsed by clap, which would print an invalid URL, and it may hold a secret.
fn webhook_url(text: &str) -> Result<Url, Failure> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or_else(|| Failure::new(Code::Usage, "--notify: expected an http or https URL; to run a command, use --notify-cmd; to notify on the desktop, use --notify-desktop"))
}

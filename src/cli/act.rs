//! `ocr-act`: what the hand may do, as typed and as meant.

use super::{Common, VERSION};
use clap::Parser;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  End a looping session, and say why:
    ocr-stream --spawn --task 'Fix the build' | ocr-detect | ocr-review | ocr-act
  Without a reviewer, a guard on findings alone; tell a stagnating agent, end a looping one:
    ocr-stream … | ocr-detect | ocr-act --on stagnation=steer --on loop=abort
  Done means that the tests pass; the agent hears of it when they do not:
    ocr-stream --follow … | ocr-detect | ocr-review | ocr-act --verify 'cargo test'
  See what would have been done:
    ocr-stream --replay run.ndjson | ocr-detect | ocr-review | ocr-act --only | jq

OCR_WEBHOOK_SECRET signs what --notify posts. The server's password is read from OPENCODE_SERVER_PASSWORD.
Exit codes: 0 done; 3 unsure, a person should look; 10 loop; 11 stalled or blocked; 12 budget; 13 the session
failed; 14 verification failed; 15 aborted by someone else; 69 the server went away; 77 it lets us in no
more; 130 or 143 a signal came.";

/// How long the server may take to confirm an abort by default, in seconds.
pub(super) const CONFIRM_TIMEOUT: u64 = 5;
/// How many messages a session may be sent by default.
pub(super) const MAX_STEERS: u32 = 3;
/// How long a check may take by default, in seconds.
pub(super) const VERIFY_TIMEOUT: u64 = 600;

/// Carry decisions out on the live session, check that they took, and end with the run's outcome.
#[derive(Debug, Parser)]
#[command(name = "ocr-act", version = VERSION, after_help = EXAMPLES)]
#[cfg_attr(not(unix), allow(dead_code))]
struct Args {
    /// Act on this server; by default the one that the stream names. Given, a replay is acted on too.
    #[arg(long, value_name = "URL", env = "OCR_ACT_SERVER")]
    server: Option<String>,
    #[command(flatten)]
    conduct: Conduct,
    #[command(flatten)]
    notify: NotifyArgs,
    /// Write the added lines only.
    #[arg(long)]
    only: bool,
    /// Do not sum the run up on standard error.
    #[arg(short, long, env = "OCR_QUIET")]
    quiet: bool,
    #[command(flatten)]
    common: Common,
}

/// What is decided without asking anybody, and what done means: `ocr-run` has the same flags.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Conduct {
    /// Say what would be done, and do nothing.
    #[arg(long, env = "OCR_DRY_RUN", help_heading = "Conduct")]
    pub dry_run: bool,
    /// What to do about a rule or a kind of finding, of grade warn and above: continue, steer or abort. Without a
    /// reviewer, findings of grade stop abort by default.
    #[arg(long, value_name = "RULE=ACTION", help_heading = "Conduct")]
    pub on: Vec<String>,
    /// Act on a server that is neither on this machine nor behind https and a password, too.
    #[arg(long, env = "OCR_ALLOW_INSECURE", help_heading = "Conduct")]
    pub allow_insecure: bool,
    /// How long the server may take to confirm an abort, in seconds. It is tried three times; then, where the
    /// stream owns the server, its processes are ended.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = CONFIRM_TIMEOUT,
        env = "OCR_CONFIRM_TIMEOUT",
        help_heading = "Conduct"
    )]
    pub confirm_timeout: u64,
    /// After an abort, take back what the session changed since the episode began.
    #[arg(long, env = "OCR_ROLLBACK", help_heading = "Conduct")]
    pub rollback: bool,
    /// What to answer to a permission when nobody else does: ask (nothing), reject or once.
    #[arg(long, value_name = "ANSWER", default_value = "ask", value_parser = ["ask", "reject", "once"], env = "OCR_ON_PERMISSION", help_heading = "Conduct")]
    pub on_permission: String,
    /// What to answer to a question when nobody else does: ask (nothing) or reject.
    #[arg(long, value_name = "ANSWER", default_value = "ask", value_parser = ["ask", "reject"], env = "OCR_ON_QUESTION", help_heading = "Conduct")]
    pub on_question: String,
    /// How many messages a session may be sent.
    #[arg(
        long,
        value_name = "N",
        default_value_t = MAX_STEERS,
        env = "OCR_MAX_STEERS",
        help_heading = "Conduct"
    )]
    pub max_steers: u32,
    /// A command that must succeed in the session's directory before it counts as done. May be given again.
    #[arg(long, value_name = "COMMAND", help_heading = "Done means")]
    pub verify: Vec<String>,
    /// How long each such command may take, in seconds.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = VERIFY_TIMEOUT,
        env = "OCR_VERIFY_TIMEOUT",
        help_heading = "Done means"
    )]
    pub verify_timeout: u64,
    /// A pattern, such as 'src/**', that a changed file must fit. May be given again.
    #[arg(long, value_name = "GLOB", help_heading = "Done means")]
    pub expect_change: Vec<String>,
    /// A file that must be there, relative to the session's directory. May be given again.
    #[arg(long, value_name = "PATH", help_heading = "Done means")]
    pub expect_file: Vec<PathBuf>,
}

/// Whom to tell how the run ended: `ocr-run` has the same flags.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct NotifyArgs {
    /// Post the result to this webhook. May be given again.
    #[arg(long, value_name = "URL", help_heading = "Tell")]
    pub notify: Vec<String>,
    /// The shape of what is posted.
    #[arg(long, value_name = "SHAPE", default_value = "standard", value_parser = ["standard", "slack", "discord", "ntfy"], env = "OCR_NOTIFY_AS", help_heading = "Tell")]
    pub notify_as: String,
    /// Run this command with the result as JSON on its standard input.
    #[arg(long, value_name = "COMMAND", env = "OCR_NOTIFY_CMD", help_heading = "Tell")]
    pub notify_cmd: Option<String>,
    /// Which ends to tell: success, failure or both.
    #[arg(long, value_name = "WHEN", default_value = "both", value_parser = ["success", "failure", "both"], env = "OCR_NOTIFY_ON", help_heading = "Tell")]
    pub notify_on: String,
}

/// Runs the stage with these arguments, the first being the program's name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    super::start("ocr-act", args, imp::run)
}

#[cfg(not(unix))]
mod imp {
    use super::Args;
    use crate::exit::{Code, Failure};

    pub(super) fn run(_args: Args) -> Result<Code, Failure> {
        Err(Failure::new(
            Code::Usage,
            "there are no live sessions to act on on this system",
        ))
    }
}

#[cfg(unix)]
mod imp {
    use super::{Args, Conduct, NotifyArgs};
    use crate::act::notify::{Notify, Shape, When, secret};
    use crate::act::{Act, Answer, Checks, Limits, Policy, Remedy, Settings, summary};
    use crate::cli::print_schema;
    use crate::cli::server::{credentials, webhook_secret};
    use crate::exit::{Code, Failure};
    use crate::pipe::{DEFAULT_LINE_LIMIT, Out, Shutdown, filter, input};
    use crate::server::parse_url;
    use crate::wire::record::{Action, RunResult};
    use std::collections::HashMap;
    use std::time::Duration;
    use url::Url;

    /// How often an abort is tried before something stronger is.
    const ATTEMPTS: u32 = 3;

    const HINT: &str = "standard input is a terminal, and this stage waits for decisions:\n  ocr-stream … | ocr-detect | ocr-review | ocr-act (--help has examples)";

    pub(super) fn run(args: Args) -> Result<Code, Failure> {
        args.common.start_logging()?;
        if args.common.schema {
            print_schema::<Action>();
            print_schema::<RunResult>();
            return Ok(Code::Ok);
        }
        let settings = settings(&args)?;
        let notify = notify(&args.notify)?;
        let stdin = input::stdin(HINT)?;
        let out = Out::new(input::stdout()?, args.only);
        let shutdown = Shutdown::outlive_first_signal(|| {});
        let mut act = Act::new(settings, out.clone(), shutdown.clone())?;
        act.leave_with_reader();
        let ended = filter(&mut act, stdin, &out, DEFAULT_LINE_LIMIT);
        let Some((result, code, now)) = act.result() else {
            return ended.map(|()| Code::Error);
        };
        if !args.quiet && act.saw_lines() {
            eprintln!("ocr-act: {}", summary(result));
        }
        if act.saw_lines() && !act.is_replay() && !args.conduct.dry_run {
            notify.send(result, now, &shutdown);
        }
        Ok(code)
    }

    fn settings(args: &Args) -> Result<Settings, Failure> {
        Ok(Settings {
            server: args.server.as_deref().map(parse_url).transpose()?,
            credentials: credentials(),
            dry_run: args.conduct.dry_run,
            allow_insecure: args.conduct.allow_insecure,
            rollback: args.conduct.rollback,
            limits: Limits {
                confirm: Duration::from_secs(args.conduct.confirm_timeout),
                attempts: ATTEMPTS,
            },
            policy: policy(&args.conduct)?,
            checks: checks(&args.conduct)?,
        })
    }

    fn policy(conduct: &Conduct) -> Result<Policy, Failure> {
        let answer = |text: &str| match text {
            "reject" => Answer::Reject,
            "once" => Answer::Once,
            _ => Answer::Ask,
        };
        Ok(Policy {
            on: conduct
                .on
                .iter()
                .map(|text| remedy(text))
                .collect::<Result<HashMap<_, _>, _>>()?,
            on_permission: answer(&conduct.on_permission),
            on_question: answer(&conduct.on_question),
            max_steers: conduct.max_steers,
        })
    }

    /// `RULE=ACTION`.
    fn remedy(text: &str) -> Result<(String, Remedy), Failure> {
        let unfit = || {
            let why = format!(
                "--on {text}: write RULE=ACTION, such as repeat=abort; ACTION is continue, steer or abort"
            );
            Failure::new(Code::Usage, why)
        };
        let (rule, action) = text.split_once('=').ok_or_else(unfit)?;
        let remedy = match action {
            "continue" => Remedy::Continue,
            "steer" => Remedy::Steer,
            "abort" => Remedy::Abort,
            _ => return Err(unfit()),
        };
        Ok((rule.to_owned(), remedy))
    }

    fn checks(conduct: &Conduct) -> Result<Checks, Failure> {
        let pattern = |text: &String| {
            let unfit = |e| {
                Failure::new(
                    Code::Usage,
                    format_args!("--expect-change {text}: {e}; quote it, like 'src/**'"),
                )
            };
            glob::Pattern::new(text).map_err(unfit)
        };
        Ok(Checks {
            commands: conduct.verify.clone(),
            timeout: Duration::from_secs(conduct.verify_timeout),
            files: conduct.expect_file.clone(),
            changes: conduct
                .expect_change
                .iter()
                .map(pattern)
                .collect::<Result<_, _>>()?,
        })
    }

    fn notify(args: &NotifyArgs) -> Result<Notify, Failure> {
        Ok(Notify {
            urls: args
                .notify
                .iter()
                .map(|url| webhook_url(url))
                .collect::<Result<_, _>>()?,
            shape: match args.notify_as.as_str() {
                "slack" => Shape::Slack,
                "discord" => Shape::Discord,
                "ntfy" => Shape::Ntfy,
                _ => Shape::Standard,
            },
            secret: webhook_secret().as_deref().map(secret).transpose()?,
            command: args.notify_cmd.clone(),
            when: match args.notify_on.as_str() {
                "success" => When::Success,
                "failure" => When::Failure,
                _ => When::Always,
            },
        })
    }

    fn webhook_url(text: &str) -> Result<Url, Failure> {
        let url = Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"));
        // It may hold a secret: it is not repeated.
        url.ok_or_else(|| Failure::new(Code::Usage, "--notify wants the http or https URL of a webhook"))
    }
}

//! The command line of `ocr-review`.

use super::Common;
use super::common::{MORE, SchemaArg, print_schemas, version, with_units};
use super::environment::{mask_variables, variable};
use super::own_output;
use super::secret_pattern::secret_pattern;
use super::units;
use crate::exit::{Code, Failure, before_leaving};
use crate::pipe::{DEFAULT_LINE_LIMIT, LastLines, Out, Shutdown, filter, hangup, input};
use crate::process::command::KillSwitch;
use crate::redact::Redactor;
use crate::review::{Address, Patience, Review, ReviewLimits, Settings, Who};
use crate::wire::record::{Decision, Reviewer, schema};
use clap::Parser;
use regex::Regex;
use std::ffi::OsString;
use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Where Ollama listens.
const DEFAULT_URL: &str = "http://localhost:11434/v1";
/// The model that is asked if only a URL is given.
const DEFAULT_MODEL: &str = "ollama/llama3.1";
/// The largest key file, in bytes.
const LONGEST_KEY: u64 = 64 * 1024;
/// A provider's name that people write before the model; Ollama itself does not know it.
const OLLAMA: &str = "ollama/";

const HELP: &str = "\
Examples:
  Let the built-in rules decide:
    ocr-stream --replay run.ndjson | ocr-detect | ocr-review
  Let a local model decide, or one that needs a key:
    … | ocr-review --reviewer-model ollama/llama3.1 | ocr-act
    … | REVIEWER_API_KEY=… ocr-review --reviewer-url https://api.openai.com/v1 | ocr-act
  Let a command decide; it reads the prompt and prints the answer:
    … | ocr-review --reviewer-cmd 'claude -p' | ocr-act

Environment:
  REVIEWER_API_KEY  API key of the endpoint; keys are never passed as arguments
  REVIEWER_URL      used if neither --reviewer-url nor OCR_REVIEWER_URL is given
  REVIEWER_MODEL    used if neither --reviewer-model nor OCR_REVIEWER_MODEL is given

Exit codes:
  0    the lines have ended; a reviewer that fails is replaced by the built-in rules
  69   the reviewer could not be reached for any question
  77   the key file cannot be read
  130  interrupted (143: terminated)
  141  the reader closed the pipe";

const HINT: &str = "standard input is a terminal; pipe lines into this program:\n  ocr-stream … | ocr-detect | ocr-review\nSee --help for examples.";

/// Get a second opinion when a session goes idle, falls silent or gets into trouble; lines never wait for it.
#[derive(Debug, Parser)]
#[command(name = "ocr-review", version = version(), after_help = MORE, after_long_help = with_units(HELP))]
pub(super) struct Args {
    /// Print only the lines that this program adds.
    #[arg(long)]
    only: bool,
    /// Pass lines longer than BYTES through without parsing them.
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_LINE_LIMIT, env = "OCR_MAX_LINE")]
    max_line: usize,
    /// Task of the session, for streams that do not name it.
    #[arg(long, value_name = "TEXT", help_heading = "Prompt of reviews")]
    task: Option<String>,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    schema: SchemaArg,
    #[command(flatten)]
    who: WhoArgs,
    #[command(flatten)]
    when: WhenArgs,
    #[command(flatten)]
    what: WhatArgs,
}

/// Who reviews.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Reviewer (the built-in rules, unless one is given)")]
pub(super) struct ReviewerArgs {
    /// Base URL of an OpenAI-compatible endpoint [default, with a model: http://localhost:11434/v1].
    #[arg(long = "reviewer-url", value_name = "URL", env = "OCR_REVIEWER_URL", hide_env_values = true)]
    url: Option<String>,
    /// Model to ask [default, with a URL: ollama/llama3.1].
    #[arg(long = "reviewer-model", value_name = "MODEL", env = "OCR_REVIEWER_MODEL")]
    model: Option<String>,
    /// Ask a command instead: the prompt on its standard input, the answer on its standard output.
    #[arg(long = "reviewer-cmd", value_name = "COMMAND", value_parser = units::command, env = "OCR_REVIEWER_CMD", hide_env_values = true)]
    command: Option<String>,
}

/// Who reviews, and with which key; `ocr-run` has the same flags.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Reviewer (the built-in rules, unless one is given)")]
pub(super) struct WhoArgs {
    #[command(flatten)]
    reviewer: ReviewerArgs,
    /// Read the API key of the endpoint from FILE instead of REVIEWER_API_KEY.
    #[arg(long, value_name = "FILE", env = "OCR_REVIEWER_KEY_FILE")]
    reviewer_key_file: Option<PathBuf>,
}

/// When to ask, and how long to wait; `ocr-run` has the same flags.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Timing of reviews")]
pub(super) struct WhenArgs {
    /// Wait at least TIME, by the stream's clock, between two questions about a session, unless it is idle.
    #[arg(long, value_name = "TIME", default_value_t = 0, env = "OCR_MIN_INTERVAL", value_parser = units::seconds::<u32>)]
    min_interval: u32,
    /// Ask at most N times; after that the built-in rules decide.
    #[arg(long, value_name = "N", env = "OCR_MAX_REVIEWS", value_parser = units::count::<u64>)]
    max_reviews: Option<u64>,
    /// Give up on an attempt after TIME.
    #[arg(long, value_name = "TIME", default_value = "60", value_parser = units::some_duration, env = "OCR_REVIEWER_TIMEOUT")]
    reviewer_timeout: Duration,
    /// Give up on a review, with all its attempts, after TIME; then the built-in rules decide.
    #[arg(long, value_name = "TIME", default_value = "120", value_parser = units::some_duration, env = "OCR_DEADLINE")]
    deadline: Duration,
    /// Wait TIME before the first of three retries, and about twice as long before each further one.
    #[arg(long, value_name = "TIME", default_value = "1", value_parser = units::some_duration, env = "OCR_RETRY_PAUSE")]
    retry_pause: Duration,
}

/// What the reviewer is shown; `ocr-run` has the same flags.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Prompt of reviews")]
pub(super) struct WhatArgs {
    /// Approximate length of a prompt in tokens; the least important parts are left out first.
    #[arg(long, value_name = "N", default_value_t = 6000, value_parser = input_tokens, env = "OCR_MAX_INPUT_TOKENS")]
    max_input_tokens: u32,
    /// Mask text that matches REGEX, in addition to known secrets; may be repeated. OCR_SECRET_PATTERN may hold several
    /// patterns, one per line.
    #[arg(long, value_name = "REGEX", value_delimiter = '\n', value_parser = secret_pattern, env = "OCR_SECRET_PATTERN", hide_env_values = true)]
    secret_pattern: Vec<Regex>,
}

/// Runs `ocr-review` with these arguments, the first being the program's name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    super::start("ocr-review", args, run)
}

/// The schemas of the lines that this stage writes.
pub(super) fn schemas() -> Vec<schemars::Schema> {
    vec![schema::<Reviewer>(), schema::<Decision>()]
}

fn run(args: Args) -> anyhow::Result<Code> {
    args.common.start_logging("ocr-review")?;
    if args.schema.schema {
        return print_schemas(&schemas());
    }
    let kill_switch = KillSwitch::default();
    let on_leaving = kill_switch.clone();
    before_leaving(move || on_leaving.kill_all());
    let shutdown = Shutdown::outlive_first_signal();
    #[cfg(unix)]
    crate::process::job::stop_together();
    let settings = Settings {
        who: args.who.meant()?,
        patience: Patience {
            attempt: args.when.reviewer_timeout,
            deadline: args.when.deadline,
            pause: args.when.retry_pause,
        },
        limits: ReviewLimits {
            min_interval: i64::from(args.when.min_interval) * 1000,
            max_reviews: args.when.max_reviews,
        },
        max_input_tokens: args.what.max_input_tokens as usize,
        redactor: mask_variables(Redactor::new(args.what.secret_pattern)),
        task: args.task,
        kill_switch: kill_switch.clone(),
        shutdown: shutdown.clone(),
    };
    let stdin = input::stdin(HINT)?;
    let out = Out::new(input::stdout()?, args.only);
    hangup::exit_when_reader_leaves();
    let mut review = Review::new(settings, out.clone())?;
    let outcome = filter(&mut review, own_output::watched(LastLines::new(stdin, &shutdown)), &out, args.max_line);
    // A write that fails is noticed here before anywhere else.
    kill_switch.kill_all();
    outcome?;
    let code = if review.reviewer_is_unreachable() { Code::Unreachable } else { Code::Ok };
    Ok(shutdown.requested().unwrap_or(code))
}

/// Whether nobody is named who reviews, so that the built-in rules do.
///
/// # Errors
/// As for a run: the key cannot be read.
#[cfg(unix)]
pub(super) fn is_reviewed_by_rules(who: &WhoArgs) -> Result<bool, Failure> {
    who.meant().map(|who| matches!(who, Who::Rules))
}

impl WhoArgs {
    /// Checks what can be checked before anything is started.
    #[cfg(unix)]
    pub(super) fn check(&self) -> Result<(), Failure> {
        match self.meant()? {
            Who::Endpoint(address) => address.check(),
            Who::Command(_) | Who::Rules => Ok(()),
        }
    }

    /// Either a URL or a model is enough for an endpoint; without them and without a command, the rules decide.
    fn meant(&self) -> Result<Who, Failure> {
        if let Some(line) = &self.reviewer.command {
            return Ok(Who::Command(line.clone()));
        }
        let url = filled(self.reviewer.url.as_ref()).or_else(|| variable("REVIEWER_URL"));
        let model = filled(self.reviewer.model.as_ref()).or_else(|| variable("REVIEWER_MODEL"));
        if url.is_none() && model.is_none() {
            return Ok(Who::Rules);
        }
        let url = url.unwrap_or_else(|| DEFAULT_URL.to_owned());
        let model = model.unwrap_or_else(|| DEFAULT_MODEL.to_owned());
        let bare = model.strip_prefix(OLLAMA).filter(|_| url.trim_end_matches('/') == DEFAULT_URL);
        let model = bare.map_or_else(|| model.clone(), str::to_owned);
        Ok(Who::Endpoint(Address { url, model, key: self.key()? }))
    }

    fn key(&self) -> Result<Option<String>, Failure> {
        let Some(path) = &self.reviewer_key_file else {
            return Ok(variable("REVIEWER_API_KEY").map(|key| key.trim().to_owned()));
        };
        let key = File::open(path).and_then(|file| input::whole_text(file, LONGEST_KEY)).map_err(|e| {
            let what = format_args!("cannot read --reviewer-key-file {}: {e}", path.display());
            Failure::new(Code::NotAllowed, what)
        })?;
        Ok(Some(key.trim().to_owned()).filter(|k| !k.is_empty()))
    }
}

/// Parses the length of a prompt: with less than this, nothing is left of the evidence.
fn input_tokens(text: &str) -> Result<u32, String> {
    const LEAST: u32 = 1000;
    units::count(text).and_then(|n| if n < LEAST { Err(format!("expected at least {LEAST}")) } else { Ok(n) })
}

/// The value, unless it is blank.
fn filled(value: Option<&String>) -> Option<String> {
    value.filter(|value| !value.trim().is_empty()).cloned()
}

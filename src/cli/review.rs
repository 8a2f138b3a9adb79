//! `ocr-review`: whom to ask, as typed and as meant.

use super::{Common, VERSION};
use crate::exit::{Code, Failure};
use crate::pipe::{DEFAULT_LINE_LIMIT, Out, Shutdown, filter, hangup, input};
use crate::process::command::KillSwitch;
use crate::review::{Address, Limits, Patience, Review, Settings, Who};
use crate::wire::record::{Decision, Reviewer};
use clap::Parser;
use regex::Regex;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Where Ollama listens.
const DEFAULT_URL: &str = "http://localhost:11434/v1";
/// A model that most installations of it have.
const DEFAULT_MODEL: &str = "ollama/llama3.1";
/// The provider's name before a model's, which Ollama itself does not know.
const OLLAMA: &str = "ollama/";

const EXAMPLES: &str = "\
Examples:
  The built-in rules decide:
    ocr-stream --replay run.ndjson | ocr-detect | ocr-review
  A local model decides, or one behind a key:
    … | ocr-review --reviewer-model ollama/llama3.1 | ocr-act
    REVIEWER_API_KEY=… ocr-review --reviewer-url https://api.openai.com/v1 --reviewer-model gpt-5-mini
  Any command decides; it reads the question and prints the answer:
    … | ocr-review --reviewer-cmd 'claude -p' | ocr-act

The key comes from REVIEWER_API_KEY or --reviewer-key-file, never from an argument.";

const HINT: &str = "standard input is a terminal, and this stage waits for findings:\n  ocr-stream … | ocr-detect | ocr-review (--help has examples)";

/// Ask for a second opinion where a session rests, is silent or in trouble; lines never wait for it.
#[derive(Debug, Parser)]
#[command(name = "ocr-review", version = VERSION, after_help = EXAMPLES)]
struct Args {
    #[command(flatten)]
    who: WhoArgs,
    #[command(flatten)]
    when: WhenArgs,
    #[command(flatten)]
    what: WhatArgs,
    /// Write the added lines only.
    #[arg(long)]
    only: bool,
    /// Pass lines longer than this many bytes on without a look.
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_LINE_LIMIT, env = "OCR_MAX_LINE")]
    max_line: usize,
    #[command(flatten)]
    common: Common,
}

/// Whom to ask.
#[allow(
    clippy::doc_markdown,
    clippy::struct_field_names,
    reason = "these comments are the help that a person reads, and the names are the flags"
)]
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Who")]
struct WhoArgs {
    /// The base URL of an OpenAI-compatible endpoint, as a rule ending in /v1 [default, with a model:
    /// http://localhost:11434/v1] [env: REVIEWER_URL].
    #[arg(long, value_name = "URL", env = "OCR_REVIEWER_URL", hide_env = true)]
    reviewer_url: Option<String>,
    /// The model to ask [default, with a URL: ollama/llama3.1] [env: REVIEWER_MODEL].
    #[arg(long, value_name = "MODEL", env = "OCR_REVIEWER_MODEL", hide_env = true)]
    reviewer_model: Option<String>,
    /// Read the endpoint's key from this file instead of REVIEWER_API_KEY.
    #[arg(long, value_name = "FILE", env = "OCR_REVIEWER_KEY_FILE")]
    reviewer_key_file: Option<PathBuf>,
    /// Ask a command instead: the question on its standard input, the answer on its standard output
    /// [env: OCR_REVIEWER_CMD].
    #[arg(long, value_name = "COMMAND")]
    reviewer_cmd: Option<String>,
}

/// When to ask, and how long to wait.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "When")]
struct WhenArgs {
    /// The least time between two questions about a session, in seconds of the stream; a rest and a
    /// stop-grade finding do not wait.
    #[arg(long, value_name = "SECONDS", default_value_t = 0, env = "OCR_MIN_INTERVAL")]
    min_interval: u32,
    /// Ask no more often than this; then the rules decide.
    #[arg(long, value_name = "N", env = "OCR_MAX_REVIEWS")]
    max_reviews: Option<u64>,
    /// How long one attempt may take, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds, env = "OCR_REVIEWER_TIMEOUT")]
    reviewer_timeout: Duration,
    /// How long one review may take, with all its retries, in seconds; then the rules decide.
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds, env = "OCR_DEADLINE")]
    deadline: Duration,
    /// The pause before the first of three retries, in seconds; each is about twice as long as the one before.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds, env = "OCR_RETRY_PAUSE")]
    retry_pause: Duration,
}

/// What to show.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What")]
struct WhatArgs {
    /// How long a question may be, in tokens, roughly; the least telling parts are left out first.
    #[arg(long, value_name = "N", default_value_t = 6000, value_parser = clap::value_parser!(u32).range(1000..), env = "OCR_MAX_INPUT_TOKENS")]
    max_input_tokens: u32,
    /// Mask what this expression matches, besides known secrets; may be given again.
    #[arg(long, value_name = "REGEX", env = "OCR_REDACT")]
    redact: Vec<Regex>,
    /// What the session was told to do, where the stream does not say.
    #[arg(long, value_name = "TEXT", env = "OCR_TASK")]
    task: Option<String>,
}

/// Runs the stage with these arguments, the first being the program's name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    super::start("ocr-review", args, run)
}

fn run(args: Args) -> Result<Code, Failure> {
    args.common.start_logging()?;
    if args.common.schema {
        super::print_schema::<Reviewer>();
        super::print_schema::<Decision>();
        return Ok(Code::Ok);
    }
    let kill_switch = KillSwitch::default();
    let (on_signal, on_hangup) = (kill_switch.clone(), kill_switch.clone());
    let shutdown = Shutdown::outlive_first_signal(move || on_signal.kill_all());
    let settings = Settings {
        who: args.who.meant()?,
        patience: Patience {
            attempt: args.when.reviewer_timeout,
            deadline: args.when.deadline,
            pause: args.when.retry_pause,
        },
        limits: Limits {
            min_interval: i64::from(args.when.min_interval) * 1000,
            max_reviews: args.when.max_reviews,
        },
        max_input_tokens: args.what.max_input_tokens as usize,
        redact: args.what.redact,
        task: args.what.task,
        kill_switch: kill_switch.clone(),
        shutdown: shutdown.clone(),
    };
    let stdin = input::stdin(HINT)?;
    let out = Out::new(input::stdout()?, args.only);
    hangup::clean_up_when_reader_leaves(move || on_hangup.kill_all());
    let mut review = Review::new(settings, out.clone())?;
    let outcome = filter(&mut review, stdin, &out, args.max_line);
    // A write that fails is noticed here before anywhere else.
    kill_switch.kill_all();
    outcome.map(|()| shutdown.requested().unwrap_or(Code::Ok))
}

impl WhoArgs {
    /// Either of URL and model stands for both; neither of them, and no command, for the rules.
    fn meant(&self) -> Result<Who, Failure> {
        if let Some(line) = given(self.reviewer_cmd.clone(), "OCR_REVIEWER_CMD") {
            return Ok(Who::Command(line));
        }
        let url = given(self.reviewer_url.clone(), "REVIEWER_URL");
        let model = given(self.reviewer_model.clone(), "REVIEWER_MODEL");
        if url.is_none() && model.is_none() {
            return Ok(Who::Rules);
        }
        let url = url.unwrap_or_else(|| DEFAULT_URL.to_owned());
        let model = model.unwrap_or_else(|| DEFAULT_MODEL.to_owned());
        let bare = model
            .strip_prefix(OLLAMA)
            .filter(|_| url.trim_end_matches('/') == DEFAULT_URL);
        let model = bare.map_or_else(|| model.clone(), str::to_owned);
        Ok(Who::Endpoint(Address {
            url,
            model,
            key: self.key()?,
        }))
    }

    fn key(&self) -> Result<Option<String>, Failure> {
        let Some(path) = &self.reviewer_key_file else {
            return Ok(given(None, "REVIEWER_API_KEY").map(|key| key.trim().to_owned()));
        };
        let key = std::fs::read_to_string(path).map_err(|e| {
            let what = format_args!("cannot read --reviewer-key-file {}: {e}", path.display());
            Failure::new(Code::NotAllowed, what)
        })?;
        Ok(Some(key.trim().to_owned()).filter(|k| !k.is_empty()))
    }
}

/// What was typed, or what the environment says; empty is not given.
fn given(typed: Option<String>, variable: &str) -> Option<String> {
    typed.filter(|value| !value.trim().is_empty()).or_else(|| {
        std::env::var(variable)
            .ok()
            .filter(|value| !value.trim().is_empty())
    })
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(number)
        .ok()
        .filter(|d| !d.is_zero())
        .ok_or_else(|| "more than 0 seconds are needed".to_owned())
}

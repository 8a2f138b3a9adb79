//! `ocr-detect`.

use super::Common;
use crate::detect;
use crate::detect::{Config, Detect, Detector};
use crate::exit::{Code, Failure};
use crate::pipe;
use crate::pipe::{Out, Shutdown, Stage};
use crate::report::Page;
use crate::wire::record;
use crate::wire::record::{Grade, Kind};
use clap::builder::PossibleValuesParser;
use clap::{CommandFactory, FromArgMatches, Parser};
use regex::Regex;
use std::ffi::OsString;
use std::fmt::Write;
use std::io::Read;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

const HINT: &str = "reads events from standard input or from files; try: ocr-stream --replay run.ndjson | ocr-detect, or: ocr-detect run.ndjson";

const EXAMPLES: &str = "Examples:
  ocr-stream --server http://127.0.0.1:4096 | ocr-detect | ocr-review | ocr-act
  ocr-detect --only recordings/*.ndjson | jq -c .properties
  opencode run --format json \"Fix the build\" | ocr-detect --fail-on loop > run.ndjson || echo \"exit $?\"";

/// What `--fail-on` takes: the kinds of findings, and all of them.
const KINDS: [&str; 10] = [
    "any",
    "loop",
    "text",
    "stagnation",
    "checks",
    "stall",
    "blocked",
    "storm",
    "budget",
    "steering",
];

/// Finds loops, stalls, blocks and storms in a stream of events, and says when a session comes to rest.
///
/// Every line passes as it came; findings (`ocr.detect.finding`), natural points for a review
/// (`ocr.detect.turn`) and sessions that come to rest (`ocr.detect.done`) are added after the line that
/// caused them. Time is what the lines say: the same lines give the same findings at any speed.
#[derive(Debug, Parser)]
#[command(name = "ocr-detect", version = super::VERSION, after_help = EXAMPLES)]
struct Args {
    /// Recordings to read, each for itself, with the output in their order; `-` is standard input, which is the
    /// default.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How many threads work: each on a recording, or all on the lines of the only one. As many as there are
    /// processors, if nothing is said.
    #[arg(short, long, env = "OCR_JOBS", value_name = "N")]
    jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    lines: Lines,
    #[command(flatten)]
    silence: Silence,
    #[command(flatten)]
    budgets: Budgets,
    #[command(flatten)]
    rules: Rules,
    #[command(flatten)]
    common: Common,
}

/// What goes in and comes out.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Lines")]
struct Lines {
    /// Print only the lines added here, not those that pass.
    #[arg(long, env = "OCR_ONLY")]
    only: bool,
    /// Print a page for a person in the place of lines.
    #[arg(long, env = "OCR_EXPLAIN", conflicts_with = "only")]
    explain: bool,
    /// Exit with the code of what was found at `warn` or above: 10 for a loop, text, stagnation, checks
    /// or steering, 11 for a stall or a block, 12 for a budget, 13 for a provider that fails.
    #[arg(long, env = "OCR_FAIL_ON", value_name = "KIND", value_delimiter = ',', value_parser = PossibleValuesParser::new(KINDS))]
    fail_on: Vec<String>,
    /// A line that is no JSON object is an error: exit code 65.
    #[arg(long, env = "OCR_STRICT")]
    strict: bool,
    /// A longer line passes without a look, in bytes.
    #[arg(long, env = "OCR_MAX_LINE", value_name = "BYTES", default_value_t = pipe::DEFAULT_LINE_LIMIT)]
    max_line: usize,
}

/// When waiting is too long.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Silence, in seconds")]
struct Silence {
    /// Silence of a busy session that is noticed; a warning comes at twice the time.
    #[arg(
        long,
        env = "OCR_INACTIVITY_TIMEOUT",
        value_name = "SECONDS",
        default_value_t = 30
    )]
    inactivity_timeout: u32,
    /// The same while a tool runs or a subagent works.
    #[arg(long, env = "OCR_TOOL_TIMEOUT", value_name = "SECONDS", default_value_t = 600)]
    tool_timeout: u32,
    /// How long a permission or a question may stay open.
    #[arg(long, env = "OCR_BLOCKED_AFTER", value_name = "SECONDS", default_value_t = 10)]
    blocked_after: u32,
    /// How long a session that goes idle in the middle of something must stay so to be at rest.
    #[arg(long, env = "OCR_REST_GRACE", value_name = "SECONDS", default_value_t = 2)]
    rest_grace: u32,
}

/// What a run may cost.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Budgets (off, where no default is given)")]
struct Budgets {
    /// Turns: rests, silences, findings.
    #[arg(long, env = "OCR_MAX_ITERATIONS", value_name = "N", default_value_t = 10)]
    max_iterations: u64,
    /// Steps, which are answers of the model, those of subagents included.
    #[arg(long, env = "OCR_MAX_STEPS", value_name = "N")]
    max_steps: Option<u64>,
    /// Tokens read, written and thought.
    #[arg(long, env = "OCR_MAX_TOKENS", value_name = "N")]
    max_tokens: Option<u64>,
    /// Dollars, as the server counts them.
    #[arg(long, env = "OCR_MAX_COST", value_name = "DOLLARS")]
    max_cost: Option<f64>,
    /// Seconds since the session's first line.
    #[arg(long, env = "OCR_MAX_TIME", value_name = "SECONDS")]
    max_time: Option<u32>,
    /// Tokens since the last progress: noticed, no more.
    #[arg(long, env = "OCR_MAX_IDLE_TOKENS", value_name = "N")]
    max_idle_tokens: Option<u64>,
    /// Add a turn for review after every so many steps.
    #[arg(long, env = "OCR_REVIEW_EVERY", value_name = "STEPS")]
    review_every: Option<u64>,
    /// Sessions kept in mind; the least recently seen one is forgotten beyond it, which a line says.
    #[arg(long, env = "OCR_MAX_SESSIONS", value_name = "N", default_value_t = 10_000)]
    max_sessions: usize,
}

/// What the rules go by.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Rules (--help lists them with their limits)")]
struct Rules {
    /// Switch a rule off.
    #[arg(long, env = "OCR_DISABLE", value_name = "RULE", value_delimiter = ',')]
    disable: Vec<String>,
    /// Set a limit of a rule.
    #[arg(long, env = "OCR_LIMIT", value_name = "NAME=N", value_delimiter = ',', value_parser = limit)]
    limit: Vec<(String, u64)>,
    /// Give every finding of a rule this grade: notice, warn or stop.
    #[arg(long, env = "OCR_GRADE", value_name = "RULE=GRADE", value_delimiter = ',', value_parser = grade)]
    grade: Vec<(String, Grade)>,
    /// A member of a call's input that does not tell one call from another, beside description,
    /// `task_progress`, intent and timeout.
    #[arg(long, env = "OCR_IGNORE_ARG", value_name = "NAME", value_delimiter = ',')]
    ignore_arg: Vec<String>,
    /// What else changes in results without meaning anything.
    #[arg(long, env = "OCR_MASK", value_name = "REGEX")]
    mask: Vec<Regex>,
    /// Which other calls are polling: matched against the tool's name and its input.
    #[arg(long, env = "OCR_POLL", value_name = "REGEX")]
    poll: Vec<Regex>,
    /// The promise that says the task is done, on the last line of the last text.
    #[arg(long, env = "OCR_DONE_PATTERN", value_name = "REGEX")]
    done_pattern: Option<Regex>,
}

/// Runs the stage with these arguments, the first being the program's name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    super::start("ocr-detect", args, |Documented(args)| run(&args))
}

/// The arguments, with the rules and their limits in the long help.
#[derive(Debug)]
struct Documented(Args);

impl FromArgMatches for Documented {
    fn from_arg_matches(matches: &clap::ArgMatches) -> Result<Self, clap::Error> {
        Args::from_arg_matches(matches).map(Self)
    }
    fn update_from_arg_matches(&mut self, matches: &clap::ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }
}

impl CommandFactory for Documented {
    fn command() -> clap::Command {
        Args::command().after_long_help(format!("{}\n{EXAMPLES}", rules_help()))
    }
    fn command_for_update() -> clap::Command {
        Args::command_for_update()
    }
}

impl Parser for Documented {}

/// The rules and their limits, for the long help.
fn rules_help() -> String {
    let mut help = "Rules, and the limits that --limit sets:\n".to_owned();
    for rule in detect::rules() {
        // Writing to a string does not fail.
        let _ = writeln!(help, "  {:18} {}", rule.name, rule.about);
        for limit in rule.limits {
            let _ = writeln!(help, "    {:32} {:>5}  {}", limit.name, limit.default, limit.what);
        }
    }
    help
}

/// `NAME=N` with a name that is known.
fn limit(text: &str) -> Result<(String, u64), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("write it as NAME=N, such as repeat.stop=6")?;
    let known = detect::rules().any(|rule| rule.limits.iter().any(|limit| limit.name == name));
    if !known {
        return Err(format!("there is no limit {name}; --help lists them"));
    }
    let value = value.parse().map_err(|_| format!("{value} is no whole number"))?;
    Ok((name.to_owned(), value))
}

/// `RULE=GRADE` with a rule that is known.
fn grade(text: &str) -> Result<(String, Grade), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("write it as RULE=GRADE, such as novelty=stop")?;
    let grade = match value {
        "notice" => Grade::Notice,
        "warn" => Grade::Warn,
        "stop" => Grade::Stop,
        _ => return Err(format!("{value} is no grade; use notice, warn or stop")),
    };
    known_rule(name).map(|()| (name.to_owned(), grade))
}

fn known_rule(name: &str) -> Result<(), String> {
    if detect::rules().any(|rule| rule.name == name) {
        Ok(())
    } else {
        Err(format!("there is no rule {name}; --help lists them"))
    }
}

fn run(args: &Args) -> Result<Code, Failure> {
    args.common.start_logging()?;
    if args.common.schema {
        super::print_schema::<record::Finding>();
        super::print_schema::<record::Turn>();
        super::print_schema::<record::Done>();
        return Ok(Code::Ok);
    }
    let config = args.config()?;
    let shutdown;
    let found = if let [] | [_] = &*args.files {
        let input = open(args.files.first())?;
        shutdown = prepare();
        let out = Out::new(pipe::input::stdout()?, args.only_added());
        args.judge(config, input, args.threads(), &out)?
    } else {
        shutdown = prepare();
        judge_all(args, &config)?
    };
    Ok(shutdown.requested().unwrap_or_else(|| args.lines.code_of(&found)))
}

/// What was found, each kind once: whether the cause lay outside the agent.
type Found = Vec<(Kind, bool)>;

fn prepare() -> Shutdown {
    pipe::hangup::exit_when_reader_leaves();
    Shutdown::outlive_first_signal(|| {})
}

/// A recording, or standard input.
fn open(file: Option<&PathBuf>) -> Result<Box<dyn Read + Send>, Failure> {
    match file {
        Some(file) => pipe::input::open(file, HINT),
        None => Ok(Box::new(pipe::input::stdin(HINT)?)),
    }
}

/// Judges every recording for itself, several at once. One that cannot be read is told, and the others are judged.
fn judge_all(args: &Args, config: &Config) -> Result<Found, Failure> {
    let out = Out::new(pipe::input::stdout()?, false);
    let judge = |file: &PathBuf, out: &Out| args.judge(config.clone(), open(Some(file))?, 1, out);
    let results = pipe::parallel_inputs(
        args.files.iter().collect(),
        args.threads(),
        &out,
        args.only_added(),
        judge,
    )?;
    out.finish()?;
    let (mut found, mut failed) = (Vec::new(), None);
    for result in results {
        match result {
            Ok(more) => found.extend(more),
            Err(failure) => failed = Some(told_before(failed, failure)),
        }
    }
    failed.map_or(Ok(found), Err)
}

/// Tells of the failure before, if there was one: the last is told by whoever ends the program.
fn told_before(before: Option<Failure>, failure: Failure) -> Failure {
    if let Some(before) = before {
        tracing::error!("{before}");
    }
    failure
}

impl Args {
    /// How many threads there are for all recordings together.
    fn threads(&self) -> usize {
        let processors = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.jobs.unwrap_or_else(processors).get()
    }

    /// Whether what passes is not shown.
    fn only_added(&self) -> bool {
        self.lines.only || self.lines.explain
    }

    /// Judges one input, and returns what was found in it.
    fn judge(&self, config: Config, input: impl Read, threads: usize, out: &Out) -> Result<Found, Failure> {
        let mut detect = Detect::new(Detector::new(config), self.lines.strict).on(threads);
        if self.lines.explain {
            let mut stage = Explain::new(detect);
            pipe::filter(&mut stage, input, out, self.lines.max_line)?;
            detect = stage.detect;
        } else {
            pipe::filter(&mut detect, input, out, self.lines.max_line)?;
        }
        Ok(detect.detector().found().collect())
    }

    fn config(&self) -> Result<Config, Failure> {
        let (silence, budgets, rules) = (&self.silence, &self.budgets, &self.rules);
        for name in &rules.disable {
            known_rule(name)
                .map_err(|what| Failure::new(Code::Usage, format_args!("--disable {name}: {what}")))?;
        }
        let ms = |seconds: u32| i64::from(seconds) * 1000;
        let mut config = Config {
            inactivity: ms(silence.inactivity_timeout),
            tool_timeout: ms(silence.tool_timeout),
            blocked_after: ms(silence.blocked_after),
            rest_grace: ms(silence.rest_grace),
            max_iterations: budgets.max_iterations,
            max_steps: budgets.max_steps,
            max_tokens: budgets.max_tokens,
            max_cost: budgets.max_cost,
            max_time: budgets.max_time.map(ms),
            max_idle_tokens: budgets.max_idle_tokens,
            review_every: budgets.review_every,
            max_sessions: budgets.max_sessions,
            disabled: rules.disable.iter().cloned().collect(),
            grades: rules.grade.iter().cloned().collect(),
            limits: rules.limit.iter().cloned().collect(),
            masks: rules.mask.clone(),
            polls: rules.poll.clone(),
            done_pattern: rules.done_pattern.clone(),
            ..Config::default()
        };
        config.ignored_args.extend(rules.ignore_arg.iter().cloned());
        Ok(config)
    }
}

/// Detects, and writes a page at the end instead of lines.
struct Explain {
    detect: Detect,
    page: Page,
    /// The lines that the detector adds to one line.
    added: Vec<u8>,
}

impl Explain {
    fn new(detect: Detect) -> Self {
        Self {
            detect,
            page: Page::default(),
            added: Vec::new(),
        }
    }

    /// Moves the added lines to the page.
    fn collect(&mut self) {
        self.page.read_records(&self.added);
        self.added.clear();
    }
}

impl Stage for Explain {
    fn line(&mut self, line: &[u8], _added: &mut Vec<u8>) -> Result<(), Failure> {
        self.detect.line(line, &mut self.added)?;
        self.page.read_time(line);
        self.collect();
        Ok(())
    }

    fn oversized(&mut self) {
        self.detect.oversized();
    }

    fn finish(&mut self, added: &mut Vec<u8>) -> Result<(), Failure> {
        self.detect.finish(&mut self.added)?;
        self.collect();
        added.extend_from_slice(self.page.text().as_bytes());
        Ok(())
    }
}

impl Lines {
    /// The exit code for what was found, when the user wants one: that of the first finding that counts.
    fn code_of(&self, found: &Found) -> Code {
        let wanted = |kind: Kind| {
            let name = format!("{kind:?}").to_lowercase();
            self.fail_on.iter().any(|on| *on == "any" || *on == name)
        };
        let first = found.iter().find(|(kind, _)| wanted(*kind));
        first.map_or(Code::Ok, |(kind, infra)| match kind {
            Kind::Stall | Kind::Blocked => Code::Stalled,
            Kind::Budget => Code::Budget,
            Kind::Storm if *infra => Code::Failed,
            _ => Code::Loop,
        })
    }
}

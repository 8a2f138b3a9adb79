//! The command line of `ocr-detect`.

use super::Common;
use super::budgets::Budgets;
use super::common::{MORE, SchemaArg, print_schemas, switch, version, with_units};
use super::own_output;
use super::recordings;
use super::report;
use super::report::Summarize;
use super::units;
use crate::detect;
use crate::detect::{Config, Detect, Detector};
use crate::exit::{Code, Failure};
use crate::pipe;
use crate::pipe::{Out, Shutdown};
use crate::printable::shell_word;
use crate::report::{Form, Summary};
use crate::wire::Unrecognized;
use crate::wire::record::{Done, Finding, Grade, Kind, StateChange, Turn, schema};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Parser, ValueEnum};
use regex::Regex;
use std::ffi::OsString;
use std::fmt::Write;
use std::io::Read;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HINT: &str = "standard input is a terminal; pipe lines into this program, or name a recording:\n  ocr-detect run.ndjson\nSee --help for examples.";

const EXAMPLES: &str = "\
Examples:
  Watch a live session:
    ocr-stream --server http://127.0.0.1:4096 | ocr-detect | ocr-review | ocr-act
  Print the findings in many recordings:
    ocr-detect --only recordings/*.ndjson | jq -c .properties
  Judge a recording of a whole pipe again, ignoring its old findings:
    ocr-stream --replay run.ndjson | ocr-detect --limit repeat.stop=6 | ocr-report
  Fail a script if the agent looped:
    opencode run --format json 'Fix the build' | ocr-detect --fail-on loop > run.ndjson

Exit codes:
  0    no finding of a kind that --fail-on names
  10   the agent was looping, or another kind of finding that --fail-on names
  11   the agent stalled, or its question or permission request went unanswered
  12   a budget or the iteration limit was exceeded
  13   the provider kept failing
  65   nothing in the input was understood (with --strict or --fail-on), or a line is not a JSON object (with --strict)
  130  interrupted (143: terminated)
  141  the reader closed the pipe";

/// Detect loops, stalls, blocks and storms in a stream of agent events.
///
/// Every line passes through unchanged. Findings (`ocr.detect.finding`), natural points for a review
/// (`ocr.detect.turn`), finished sessions (`ocr.detect.done`) and what each session does now or waits for
/// (`ocr.detect.state`) are added after the line that caused them. All times come from the lines, so the same lines
/// give the same findings at any speed.
#[derive(Debug, Parser)]
#[command(name = "ocr-detect", version = version(), after_help = MORE, after_long_help = long_help())]
struct Args {
    /// Recordings to judge, each separately, with the results in the given order. A folder means every recording in it
    /// and below it (*.ndjson and *.jsonl, also with .gz or .zst). - or no FILE reads standard input.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Number of threads [default: the number of processors].
    #[arg(short, long, env = "OCR_JOBS", value_name = "N", value_parser = units::nonzero)]
    jobs: Option<NonZeroUsize>,
    /// Print only the lines that this program adds.
    #[arg(long)]
    only: bool,
    /// Print a report for people instead of lines; for several recordings, one line each, worst first. ocr-report
    /// has more forms.
    #[arg(long, conflicts_with = "only")]
    explain: bool,
    /// Exit with the finding's code if a finding of one of these kinds (comma-separated) has grade warn or stop; the first
    /// one decides.
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kind_or_any())]
    fail_on: Vec<KindOrAny>,
    /// Exit with code 65 at a line that is not a JSON object, or if nothing in an input was understood.
    #[arg(long, env = "OCR_STRICT", value_parser = switch())]
    strict: bool,
    /// Pass lines longer than BYTES through without parsing them.
    #[arg(long, env = "OCR_MAX_LINE", value_name = "BYTES", default_value_t = pipe::DEFAULT_LINE_LIMIT)]
    max_line: usize,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    schema: SchemaArg,
    #[command(flatten)]
    timeouts: Timeouts,
    #[command(flatten)]
    budgets: AllBudgets,
    #[command(flatten)]
    rules: Rules,
    /// Whether this is a stage of `ocr-run`: if nothing comes, the stage before it has said why.
    #[arg(skip)]
    in_run: bool,
}

/// When waiting takes too long; `ocr-run` has the same flags.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct Timeouts {
    /// Report a busy session after TIME of silence; the limit stall.warn says when that becomes a warning.
    #[arg(long, env = "OCR_INACTIVITY_TIMEOUT", value_name = "TIME", default_value_t = seconds(Config::default().inactivity), value_parser = units::seconds::<u32>)]
    inactivity_timeout: u32,
    /// Use TIME instead of --inactivity-timeout while a tool or a subagent runs.
    #[arg(long, env = "OCR_TOOL_TIMEOUT", value_name = "TIME", default_value_t = seconds(Config::default().tool_timeout), value_parser = units::seconds::<u32>)]
    tool_timeout: u32,
    /// Stop a session whose model is silent for TIME.
    #[arg(long, env = "OCR_STALL_TIMEOUT", value_name = "TIME", default_value_t = seconds(Config::default().stall_timeout), value_parser = units::seconds::<u32>)]
    stall_timeout: u32,
    /// Report a permission request or a question that is unanswered after TIME.
    #[arg(long, env = "OCR_BLOCKED_AFTER", value_name = "TIME", default_value_t = seconds(Config::default().blocked_after), value_parser = units::seconds::<u32>)]
    blocked_after: u32,
    /// Stop a session whose permission request or question is unanswered after TIME [default: never].
    #[arg(long, env = "OCR_BLOCKED_TIMEOUT", value_name = "TIME", value_parser = units::seconds::<u32>)]
    blocked_timeout: Option<u32>,
    /// Treat a session that went idle in mid-turn as finished after TIME.
    #[arg(long, env = "OCR_IDLE_GRACE", value_name = "TIME", default_value_t = seconds(Config::default().idle_grace), value_parser = units::seconds::<u32>)]
    idle_grace: u32,
    /// Track at most N sessions; the least recently active one is dropped, and a line says so.
    #[arg(long, env = "OCR_MAX_SESSIONS", value_name = "N", default_value_t = Config::default().max_sessions, value_parser = units::some_count::<usize>)]
    max_sessions: usize,
}

/// What a session may use, and when that is reviewed; `ocr-run` has the same flags.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Budgets of a session and its subagents (no limit where no default is named)")]
pub(super) struct AllBudgets {
    #[command(flatten)]
    main: Budgets,
    /// Stop the session after N responses of the model, including those in subagents; the response under way may still
    /// finish.
    #[arg(long, env = "OCR_MAX_STEPS", value_name = "N", value_parser = units::some_count::<u64>)]
    max_steps: Option<u64>,
    /// Warn when PERCENT of a budget is spent; 100 means no warning before the stop.
    #[arg(long, env = "OCR_WARN_AT", value_name = "PERCENT", default_value_t = Config::default().warn_at, value_parser = percent)]
    warn_at: u8,
    /// Give a notice after N tokens without progress.
    #[arg(long, env = "OCR_MAX_IDLE_TOKENS", value_name = "N", value_parser = units::some_count::<u64>)]
    max_idle_tokens: Option<u64>,
    /// Request a review after every N responses of the model.
    #[arg(long, env = "OCR_REVIEW_EVERY", value_name = "N", value_parser = units::some_count::<u64>)]
    review_every: Option<u64>,
}

/// How the rules judge; `ocr-run` has the same flags.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Rules (ocr-detect --help lists them with their limits)")]
pub(super) struct Rules {
    /// Disable rules, comma-separated; may be repeated.
    #[arg(long, env = "OCR_DISABLE", value_name = "RULE", value_delimiter = ',', value_parser = rule)]
    disable: Vec<String>,
    /// Change limits of rules, comma-separated; may be repeated.
    #[arg(long, env = "OCR_LIMIT", value_name = "NAME=N", value_delimiter = ',', value_parser = limit)]
    limit: Vec<(String, u64)>,
    /// Give every finding of a rule this grade (notice, warn or stop), comma-separated; may be repeated.
    #[arg(long, env = "OCR_GRADE", value_name = "RULE=GRADE", value_delimiter = ',', value_parser = grade)]
    grade: Vec<(String, Grade)>,
    /// Ignore these arguments when comparing tool calls, comma-separated, in addition to description, intent, task_progress
    /// and timeout; may be repeated.
    #[arg(long, env = "OCR_IGNORE_ARG", value_name = "NAME", value_delimiter = ',')]
    ignore_arg: Vec<String>,
    /// Ignore text that matches REGEX when comparing tool results; may be repeated, but OCR_MASK holds only one.
    #[arg(long, env = "OCR_MASK", value_name = "REGEX")]
    mask: Vec<Regex>,
    /// Treat calls as polling if the tool's name or its input matches REGEX; may be repeated, but OCR_POLL holds only one.
    #[arg(long, env = "OCR_POLL", value_name = "REGEX")]
    poll: Vec<Regex>,
    /// Treat the task as done if the last line of the agent's last message matches REGEX.
    #[arg(long, env = "OCR_DONE_PATTERN", value_name = "REGEX")]
    done_pattern: Option<Regex>,
}

/// A value of `--fail-on`: a kind of finding, or `None` for any.
type KindOrAny = Option<Kind>;

fn kind_or_any() -> impl TypedValueParser<Value = KindOrAny> {
    let any = PossibleValue::new("any").help("Any of these");
    let kinds = Kind::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    PossibleValuesParser::new(kinds.chain([any])).map(|text| Kind::from_str(&text, false).ok())
}

/// Whole seconds.
fn seconds(ms: i64) -> u32 {
    u32::try_from(ms / 1000).unwrap_or(u32::MAX)
}

/// Runs `ocr-detect` with these arguments, the first being the program's name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    super::start("ocr-detect", args, run)
}

/// Runs as a stage of `ocr-run`.
#[cfg(unix)]
pub(super) fn main_in_run(args: Vec<OsString>) -> ExitCode {
    super::start("ocr-detect", args, |args: Args| run(Args { in_run: true, ..args }))
}

/// The schemas of the lines that this stage writes.
pub(super) fn schemas() -> Vec<schemars::Schema> {
    vec![schema::<Finding>(), schema::<StateChange>(), schema::<Turn>(), schema::<Done>()]
}

#[cfg(unix)]
pub(super) fn command() -> clap::Command {
    use clap::CommandFactory;
    Args::command()
}

/// The rules and their limits, and the examples.
fn long_help() -> String {
    let mut help = "Rules, and the limits that --limit changes:\n".to_owned();
    for rule in detect::rules() {
        // Writing to a string cannot fail.
        let _ = writeln!(help, "  {:18} {}", rule.name, rule.about);
        for limit in rule.limits {
            let value = format!("{}={}", limit.name, limit.default);
            let _ = writeln!(help, "    {value:36} {}", limit.what);
        }
    }
    help + "\n" + &with_units(EXAMPLES)
}

/// Parses a share: `80` or `80%`.
fn percent(text: &str) -> Result<u8, String> {
    let value = text.strip_suffix('%').unwrap_or(text).parse().ok().filter(|percent| (1..=100).contains(percent));
    value.ok_or_else(|| "expected 1 to 100, such as 80 or 80%".to_owned())
}

/// Parses `NAME=N`, where NAME is a limit of a rule.
fn limit(text: &str) -> Result<(String, u64), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=N, such as repeat.stop=6")?;
    let known = || detect::rules().flat_map(|rule| rule.limits);
    let Some(limit) = known().find(|limit| limit.name == name) else {
        return Err(units::unknown("limit", name, known().map(|limit| limit.name)));
    };
    match units::count(value)? {
        value if value < limit.least => Err(format!("{name} is at least {}", limit.least)),
        value => Ok((name.to_owned(), value)),
    }
}

/// Parses `RULE=GRADE`.
fn grade(text: &str) -> Result<(String, Grade), String> {
    let (name, value) = text.split_once('=').ok_or("expected RULE=GRADE, such as novelty=stop")?;
    let grade =
        Grade::from_str(value, false).map_err(|_| format!("{value} is not a grade; use notice, warn or stop"))?;
    Ok((rule(name)?, grade))
}

/// Parses the name of a rule.
fn rule(name: &str) -> Result<String, String> {
    let known = || detect::rules().map(|rule| rule.name);
    if known().any(|rule| rule == name) {
        return Ok(name.to_owned());
    }
    let kinds: Vec<String> = Kind::value_variants().iter().map(Kind::to_string).collect();
    let kind = units::similar(name, kinds.iter().map(String::as_str));
    let is_kind = units::similar(name, known()).is_none();
    Err(match kind.filter(|_| is_kind) {
        Some(kind) => {
            format!("{kind} is a kind of finding, and this takes a rule, such as repeat; ocr-detect --help lists them")
        }
        None => units::unknown("rule", name, known()),
    })
}

fn run(args: Args) -> anyhow::Result<Code> {
    args.common.start_logging("ocr-detect")?;
    if args.schema.schema {
        return print_schemas(&schemas());
    }
    let files = pipe::recordings(&args.files)?;
    let (judged, shutdown) = match &*files {
        [] | [_] => judge_one(&args, files.first().map(PathBuf::as_path))?,
        _ => judge_all(&args, &files)?,
    };
    if args.explain {
        report::write(Form::Text, judged.summaries)?;
    }
    if let Some(failure) = judged.failure {
        return Err(failure.into());
    }
    Ok(shutdown.requested().unwrap_or_else(|| args.code_of_findings(&judged.found)))
}

/// Each kind of finding once, and whether its cause was outside the agent.
type Found = Vec<(Kind, bool)>;

/// Why nothing in an input was understood, and whether a person was told already; `None` if anything was.
type NotUnderstood = Option<(Unrecognized, bool)>;

/// What became of the inputs.
#[derive(Default)]
struct Judged {
    found: Found,
    /// With `--explain`, what a report says about each.
    summaries: Vec<Summary>,
    /// Why one of them failed.
    failure: Option<Failure>,
}

/// Judges a recording or standard input.
fn judge_one(args: &Args, file: Option<&Path>) -> Result<(Judged, Shutdown), Failure> {
    let shutdown = recordings::prepare();
    let input = recordings::open(file, HINT, &shutdown)?;
    let out = Out::new(pipe::input::stdout()?, args.only_added());
    let input: Box<dyn Read + Send> = if file.is_none() { Box::new(own_output::watched(input)) } else { input };
    let judged = args.judge(file, input, args.threads(), &out, &shutdown)?;
    out.finish()?;
    Ok((judged, shutdown))
}

/// Judges every recording on its own, several at a time. One that cannot be read does not stop the others.
fn judge_all(args: &Args, files: &[PathBuf]) -> Result<(Judged, Shutdown), Failure> {
    let shutdown = recordings::prepare();
    let out = Out::new(pipe::input::stdout()?, false);
    let judge = |file: &PathBuf, out: &Out| {
        args.judge(Some(file), recordings::open(Some(file), HINT, &shutdown)?, 1, out, &shutdown)
    };
    let results = pipe::parallel_inputs(files.iter().collect(), args.threads(), &out, args.only_added(), judge)?;
    out.finish()?;
    let mut all = Judged::default();
    for (file, result) in files.iter().zip(results) {
        let one = result.unwrap_or_else(|failure| Judged {
            summaries: vec![recordings::unread(file, &failure)],
            failure: Some(failure),
            ..Judged::default()
        });
        all.found.extend(one.found);
        all.summaries.extend(one.summaries);
        recordings::keep_last(&mut all.failure, one.failure);
    }
    Ok((all, shutdown))
}

/// Warns that the lines already have the findings of an earlier run, to which this one adds its own.
fn judged_twice(file: Option<&Path>) -> String {
    let name = recordings::name(file);
    let (name, word) = (name.as_deref().unwrap_or("standard input"), name.as_deref().unwrap_or("-"));
    format!(
        "{name} was judged before, and every line passes, so each finding appears twice; use `ocr-stream --replay {} | ocr-detect`, or --only",
        shell_word(word)
    )
}

impl Args {
    /// How many threads share the work.
    fn threads(&self) -> usize {
        let processors = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.jobs.unwrap_or_else(processors).get()
    }

    /// Whether only the lines that we add are printed.
    fn only_added(&self) -> bool {
        self.only || self.explain
    }

    /// Judges one input.
    fn judge(
        &self,
        file: Option<&Path>,
        input: impl Read,
        threads: usize,
        out: &Out,
        shutdown: &Shutdown,
    ) -> Result<Judged, Failure> {
        let mut judged = Judged::default();
        let mut detect = Detect::new(Detector::new(self.config()), self.strict).on(threads);
        if self.explain {
            let name = recordings::name(file);
            detect = detect.of_file(name.as_deref().unwrap_or("standard input"));
            let mut stage = Summarize::new(detect, name.as_deref(), true);
            let read = pipe::filter(&mut stage, input, out, self.max_line).map_err(|e| recordings::named(file, e));
            let (summary, finished) = stage.finish();
            judged.failure = recordings::unless_partly_read(read, &finished)?;
            judged.summaries.push(summary);
            detect = finished;
        } else {
            pipe::filter(&mut detect, input, out, self.max_line).map_err(|e| recordings::named(file, e))?;
            if detect.was_judged() && !self.only {
                tracing::warn!("{}", judged_twice(file));
            }
        }
        judged.found = detect.detector().found().collect();
        judged.failure = judged.failure.or(self.report_foreign(detect.not_understood(), file, shutdown).err());
        Ok(judged)
    }

    /// Says that nothing in an input was understood. That is a failure if the exit code would be taken for a verdict.
    fn report_foreign(&self, foreign: NotUnderstood, file: Option<&Path>, shutdown: &Shutdown) -> Result<(), Failure> {
        // An input that was cut short may have had more to say.
        let Some((foreign, told)) = foreign.filter(|_| shutdown.requested().is_none()) else {
            return Ok(());
        };
        let message = recordings::not_understood(file, foreign);
        if self.strict || !self.fail_on.is_empty() {
            return Err(Failure::new(Code::BadData, if told { "" } else { &message }));
        }
        let is_said = told || (self.in_run && foreign.is_empty());
        if !is_said {
            tracing::warn!("{message}");
        }
        Ok(())
    }

    fn config(&self) -> Config {
        let (timeouts, budgets, rules) = (&self.timeouts, &self.budgets, &self.rules);
        let ms = |seconds: u32| i64::from(seconds) * 1000;
        let mut config = Config {
            inactivity: ms(timeouts.inactivity_timeout),
            tool_timeout: ms(timeouts.tool_timeout),
            stall_timeout: ms(timeouts.stall_timeout),
            blocked_after: ms(timeouts.blocked_after),
            blocked_timeout: timeouts.blocked_timeout.map(ms),
            idle_grace: ms(timeouts.idle_grace),
            max_iterations: budgets.main.max_iterations,
            max_steps: budgets.max_steps,
            max_tokens: budgets.main.max_tokens,
            max_cost: budgets.main.max_cost,
            max_time: budgets.main.max_time.map(ms),
            warn_at: budgets.warn_at,
            max_idle_tokens: budgets.max_idle_tokens,
            review_every: budgets.review_every,
            max_sessions: timeouts.max_sessions,
            disabled: rules.disable.iter().cloned().collect(),
            grades: rules.grade.iter().cloned().collect(),
            limits: rules.limit.iter().cloned().collect(),
            masks: rules.mask.clone(),
            polls: rules.poll.clone(),
            done_pattern: rules.done_pattern.clone(),
            ..Config::default()
        };
        config.ignored_args.extend(rules.ignore_arg.iter().cloned());
        config
    }

    /// The exit code: that of the first finding of a kind in `--fail-on`.
    fn code_of_findings(&self, found: &Found) -> Code {
        let counts = |kind: Kind| self.fail_on.iter().any(|on| on.is_none_or(|on| on == kind));
        let first = found.iter().find(|(kind, _)| counts(*kind));
        first.map_or(Code::Ok, |(kind, infra)| Code::from(kind.outcome(*infra)))
    }
}

//! One tool call that ended: its input, its result, and what identifies it.

pub(crate) mod amounts;
pub(crate) mod checks;
pub(crate) mod classify;
pub(crate) mod code_files;
pub(crate) mod complaints;
mod dates;
mod entries;
pub(crate) mod error_place;
pub(crate) mod failure;
mod handles;
pub(crate) mod ids;
pub(crate) mod input;
pub(crate) mod measurements;
pub(crate) mod moving_numbers;
pub(crate) mod news;
mod nonces;
pub(crate) mod normalize;
mod numbers;
mod output;
pub(crate) mod own_limit;
pub(crate) mod prefilter;
pub(crate) mod progress;
pub(crate) mod remote;
mod restarts;
pub(crate) mod running;
pub(crate) mod shell;
pub(crate) mod skipped_commands;
mod soft_failure;
pub(crate) mod standing;
pub(crate) mod target;
pub(crate) mod target_names;
pub(crate) mod todo_tools;
pub(crate) mod tokens;
mod trace;
pub(crate) mod volatility;

use super::config::Config;
use super::hash;
use crate::detect::quoted;
use crate::detect::text::head_and_tail::both;
use crate::detect::text::wait_signs::has_word;
use crate::redact::ARROW;
use crate::wire::part::{Part, Span, ToolState};
use crate::wire::record::{Evidence, Point};
use crate::wire::text::EXCERPT;
use crate::wire::{Raw, members, text};
use amounts::Amount;
use classify::{CallKind, Class, classify};
use error_place::ErrorPlace;
use failure::CallFailure;
use input::Input;
use measurements::Measurement;
use moving_numbers::Number;
use normalize::{normalize_output, normalize_raw_output, without_numbers};
pub(crate) use numbers::names_no_amount;
use output::{CallResult, is_nothing};
use progress::Progress;
use restarts::without_counts;
use shell::CommandLine;
use soft_failure::is_no_success;
use standing::Look;
use std::borrow::Cow;
use target::Aim;
use tokens::PLACEHOLDER;
use volatility::{does, does_a_bit};

/// One call that ended.
#[derive(Debug)]
pub(crate) struct Call {
    /// The event that ended it.
    pub(crate) point: Point,
    /// The id of the message that made it.
    pub(crate) message: String,
    /// The tool's name.
    pub(crate) tool: String,
    /// What it is for.
    pub(crate) kind: CallKind,
    /// Equal for equal tools and inputs.
    pub(crate) key: u64,
    /// Equal for equal calls with equal results, whatever the ids that they look at. Who makes a new thing each time, and
    /// looks at it, does the same again.
    pub(crate) without_ids: u64,
    /// It shows the id of a thing and nothing else.
    pub(crate) shows_id: bool,
    /// Equal for equal statuses and normalized results.
    pub(crate) result_key: u64,
    /// Equal for results that are the same in every digit.
    pub(crate) exact: u64,
    /// Whether the result is empty.
    pub(crate) empty: bool,
    /// How it failed, if it did.
    pub(crate) failure: Option<CallFailure>,
    /// A person or a rule did not let it run.
    pub(crate) denied: bool,
    /// Its command still runs, as the answer says.
    pub(crate) still_runs: bool,
    /// The exit code that came with the answer.
    pub(crate) exit: Option<i64>,
    /// Only a word in the tool's name says what it is for.
    pub(crate) guessed: bool,
    /// What its command does, if it has one.
    pub(crate) line: Option<Box<CommandLine>>,
    /// How it came out, if it is a check.
    pub(crate) check: Option<checks::CheckOutcome>,
    /// The set of what fails, if it is a check that failed and says what or how much, or looks at such.
    pub(crate) failing: Option<u64>,
    /// How the checks that run elsewhere came out, if it looks at such.
    pub(crate) remote: Option<checks::CheckOutcome>,
    /// The set of errors that a language server shows of the file that it edits or asks about.
    pub(crate) complaints: Option<u64>,
    /// Whether the unknown program in its command failed.
    pub(crate) unknown_failed: bool,
    /// Equal for calls that try the same: the same check, program or tool, whatever their arguments.
    pub(crate) attempt_key: u64,
    /// The tool that it meant, if it was not understood.
    pub(crate) meant: Option<u64>,
    /// Equal for results that differ in numbers only.
    pub(crate) numberless_key: u64,
    /// The numbers of its result that may move.
    pub(crate) numbers: Vec<Number>,
    /// The number of the page that its result is, if it may be one: the first one in what a tool tells that is given nothing.
    pub(crate) page: Option<u32>,
    /// The amounts in its result, if it failed.
    pub(crate) amounts: Vec<Amount>,
    /// The ids that its result names, if it failed.
    pub(crate) ids: Vec<u64>,
    /// The ids of what its result tells of, if it went well.
    pub(crate) news: Vec<u64>,
    /// Where a compiler found its first error, if it failed.
    pub(crate) error_place: Option<ErrorPlace>,
    /// What its result shows of the way that is left.
    pub(crate) progress: Progress,
    /// Its own result as it was written, if it is short: few calls are looks at something that may stand still, which has to
    /// be read then.
    short: Option<Box<str>>,
    /// What its result measures, if it does.
    pub(crate) measured: Option<Measurement>,
    /// Both ends of the normalized result.
    pub(crate) ends: String,
    /// Its arguments.
    pub(crate) input: Input,
    /// When it began and ended on the server, in milliseconds since the Unix epoch.
    pub(crate) span: (i64, i64),
    /// Tool, input and result, to be quoted to a person.
    pub(crate) excerpt: String,
}

impl Call {
    /// Reads a call from a tool part; `None` while it runs. `point` is the event that carries the part.
    pub(crate) fn read(part: &Part<'_>, point: impl FnOnce() -> Point, config: &Config) -> Option<Self> {
        let state = part.state.as_ref().filter(|state| state.is_over())?;
        let (tool, point, raw) = (part.tool.as_deref().unwrap_or_default(), point(), state.error.or(state.output));
        let (input, class) = read_input(tool, state, config);
        let (normalized, shows_handles) = normalize(raw, class.line.is_none(), config);
        let CallResult { failure, denied, check, remote, failing, unknown_failed, still_runs, exit } =
            output::read(tool, &input, &class, state, is_nothing(&normalized));
        let Class { kind, guessed, line, .. } = class;
        let (own, in_digits) = (own_answer(raw, failure.as_ref()), raw.filter(|_| normalized.contains(PLACEHOLDER)));
        let (progress, shows_id) = (progress(own, kind, tool, &input), is_id(raw, &normalized));
        let result = progress.joined(result(raw, &normalized, &input, line.is_none()));
        let key = key(tool, &input, &normalized, shows_handles, || failure.is_some() || raw.is_some_and(is_no_success));
        Some(Self {
            message: part.message.to_string(),
            key,
            without_ids: key_without_ids(key, tool, kind, &input, &normalized, if shows_id { 0 } else { result }),
            failing: failing.or_else(|| progress.failing_key().filter(|_| is_failed_check(kind, check.as_ref()))),
            shows_id,
            result_key: with_shown(hash::join(hash::of(&*state.status), result), state.attachments),
            numberless_key: with_shown(progress.joined(numberless_key(raw, &normalized)), state.attachments),
            exact: in_digits.map_or(result, |raw| hash::of(raw.get().split(METADATA).next().unwrap_or_default())),
            empty: is_nothing(&normalized),
            attempt_key: attempt_key(tool, &input, line.as_ref()),
            meant: meant(tool, state),
            numbers: own.and(in_digits).map(moving_numbers::numbers).unwrap_or_default(),
            page: own.filter(|_| failure.is_none() && line.is_none()).and_then(|own| page(own, tool, &input)),
            amounts: own.filter(|_| failure.is_some()).map(amounts::read).unwrap_or_default(),
            ids: own.filter(|_| failure.is_some()).map(ids::of_result).unwrap_or_default(),
            news: told_ids(own.and(in_digits).filter(|_| failure.is_none()), kind, tool, &input, check.as_ref()),
            short: own.map(Raw::get).filter(|own| own.len() <= standing::LONGEST).map(Box::from),
            error_place: own.filter(|_| failure.is_some()).and_then(error_place::read),
            ends: both_ends(&normalized),
            measured: raw.filter(|_| failure.is_none()).and_then(|raw| measurements::read(raw, kind, tool, &input)),
            progress,
            excerpt: excerpt(tool, &input, raw),
            span: span(state, &point),
            point,
            tool: tool.to_owned(),
            kind,
            complaints: raw.filter(|_| line.is_none()).and_then(|raw| complaints::of_call(tool, kind, &input, raw)),
            remote,
            unknown_failed,
            failure,
            denied,
            still_runs,
            exit,
            guessed,
            check,
            line: line.map(Box::new),
            input,
        })
    }

    /// Equal for equal calls with equal results.
    pub(crate) fn key_with_result(&self) -> u64 {
        hash::join(self.key, self.result_key)
    }

    /// Equal for equal calls, for however long they sleep: who waits may leave longer and longer pauses.
    pub(crate) fn wait_key(&self) -> u64 {
        let sleeps = self.input.key_without_sleep != self.input.key;
        if sleeps { hash::join(hash::of(&self.tool), self.input.key_without_sleep) } else { self.key }
    }

    /// What its result shows of something that may stand still; `None` if it is long, or full of figures.
    pub(crate) fn look(&self, config: &Config) -> Option<Look> {
        let raw = Raw::new(self.short.as_deref()?);
        Look::read(raw, &normalize(Some(raw), self.line.is_none(), config).0)
    }

    /// Whether it failed.
    pub(crate) fn failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Whether it does a bit of something, and its answer only confirms that.
    pub(crate) fn is_deed(&self) -> bool {
        self.guessed
            && self.line.is_none()
            && !self.failed()
            && self.ends.len() <= CONFIRMATION
            && does_a_bit(&self.tool)
    }

    /// Whether it measured something, and says what.
    pub(crate) fn measures(&self) -> bool {
        self.measured.is_some_and(|measured| measured.sure)
    }

    /// Whether its result is a figure and its name.
    pub(crate) fn tells_figure(&self) -> bool {
        self.measured.is_some_and(|measured| measured.terse)
    }

    /// The beginning of its result, as it was written.
    pub(crate) fn said(&self) -> &str {
        self.excerpt.split_once(ARROW).map_or("", |(_, result)| result)
    }

    /// Whether it went well, and shows that something is not as it should be.
    pub(crate) fn shows_fault(&self) -> bool {
        self.failure.is_none() && soft_failure::tells_fault(self.said())
    }

    /// Equal for calls that differ in numbers only, and have equal results.
    pub(crate) fn key_without_numbers(&self) -> u64 {
        let given = hash::of(without_numbers(&self.input.text));
        hash::join(hash::join(hash::of(&self.tool), given), self.result_key)
    }

    /// What it is aimed at.
    pub(crate) fn aim(&self) -> Aim {
        Aim::read(&self.tool, &self.input, self.line.is_some())
    }

    /// The call as evidence.
    pub(crate) fn evidence(&self) -> Evidence {
        Evidence { id: self.point.id.clone(), excerpt: self.excerpt.clone() }
    }
}

/// A result as it is compared, and whether it shows handles of elements, which are left out.
fn normalize(raw: Option<Raw<'_>>, by_tool: bool, config: &Config) -> (String, bool) {
    let normalized = raw.map(|raw| normalize_raw_output(raw, &config.masks)).unwrap_or_default();
    match by_tool.then(|| handles::without_handles(&normalized)).flatten() {
        Some(plain) => (plain, true),
        None => (normalized, false),
    }
}

/// What the tool itself answered: a call that was not understood is answered with what it was given.
fn own_answer<'a>(raw: Option<Raw<'a>>, failure: Option<&CallFailure>) -> Option<Raw<'a>> {
    raw.filter(|_| !failure.is_some_and(CallFailure::is_invalid))
}

/// When a call began and ended, in milliseconds since the Unix epoch.
fn span(state: &ToolState<'_>, point: &Point) -> (i64, i64) {
    let span = state.time.as_ref();
    let start = span.and_then(Span::start).unwrap_or(point.ts);
    (start, span.and_then(Span::end).unwrap_or(point.ts.max(start)))
}

fn excerpt(tool: &str, input: &Input, result: Option<Raw<'_>>) -> String {
    // More of the result would be cut anyway.
    let shown = result.map(|raw| text::beginning(raw, 6 * EXCERPT)).unwrap_or_default();
    quoted::call(tool, &input.text, &shown)
}

/// What begins behind the answer of a subagent: the id of its session.
const METADATA: &str = "<task_metadata>";

/// The longest answer that only confirms what was done, in bytes: who sees a page sees whether it changed.
const CONFIRMATION: usize = 120;

/// From this many bytes on, a result is a page, and not only a word of success.
const PAGE: usize = 200;
/// The longest result in which the input is looked for, in bytes.
const ECHO: usize = 4096;
/// The shortest part of an input that is looked for, in bytes.
const ECHOED: usize = 4;

/// What a call is given, and what it is for.
fn read_input(tool: &str, state: &ToolState<'_>, config: &Config) -> (Input, Class) {
    let mut input = Input::read(state.input, &config.ignored_args);
    let class = classify(tool, &input, &config.polls);
    let replaced = class.line.as_ref().and(input.command.as_deref()).map(shell::substitutions);
    input.add_replaced(replaced.unwrap_or_default());
    (input, class)
}

fn is_failed_check(kind: CallKind, check: Option<&checks::CheckOutcome>) -> bool {
    kind == CallKind::Check && matches!(check, Some(checks::CheckOutcome::Failed { .. }))
}

/// The ids of what a result tells of. A call that makes something or checks it does the same again, whatever the id of that:
/// it has none.
fn told_ids(
    raw: Option<Raw<'_>>,
    kind: CallKind,
    tool: &str,
    input: &Input,
    check: Option<&checks::CheckOutcome>,
) -> Vec<u64> {
    /// Programs whose versions have ids, and those that start containers with ids.
    const VERSIONS: [&str; 3] = ["git", "jj", "hg"];
    const CONTAINERS: ([&str; 3], [&str; 2]) = (["docker", "podman", "nerdctl"], ["run", "create"]);
    let makes_ids = || {
        input.command.as_deref().is_some_and(|command| {
            let starts = has_word(command, &CONTAINERS.0) && has_word(command, &CONTAINERS.1);
            starts || has_word(command, &VERSIONS)
        })
    };
    let may_tell = matches!(kind, CallKind::Observe | CallKind::Unknown | CallKind::Poll) && check.is_none();
    raw.filter(|_| may_tell && !does(tool) && !makes_ids()).map(news::of_result).unwrap_or_default()
}

/// What a result shows of the way that is left.
fn progress(raw: Option<Raw<'_>>, kind: CallKind, tool: &str, input: &Input) -> Progress {
    // A reader shows somebody else's numbers.
    let counts = kind != CallKind::Observe && kind != CallKind::Mutate;
    Progress::read(raw, counts, [tool, input.command.as_deref().unwrap_or(&input.text)])
}

/// Equal for equal tools and inputs.
fn key(tool: &str, input: &Input, normalized: &str, shows_handles: bool, is_refused: impl Fn() -> bool) -> u64 {
    // What a page shows tells whether the same element was meant.
    let is_page = shows_handles || normalized.len() >= PAGE;
    let given = if is_page { input.key_without_handle } else { input.key };
    // What numbers a request may choose the answer as well, unless that is a refusal.
    let is_refusal = || nonces::is_code(normalized) || is_refused();
    let counters = if input.counters != 0 && is_refusal() { input.counters } else { 0 };
    hash::join(hash::of(tool), given.wrapping_sub(counters))
}

/// Equal for results that say the same. `is_tool` says that the input is not a command line.
fn result(raw: Option<Raw<'_>>, normalized: &str, input: &Input, is_tool: bool) -> u64 {
    if is_number(raw, normalized) {
        return raw.map_or(0, |raw| hash::of(raw.get()));
    }
    let normalized = &*without_counts(normalized);
    if is_empty_list(normalized) {
        // An empty page is the same as any other, whatever its number.
        return hash::of(without_numbers(&without_echo(normalized, &input.text)));
    }
    if !is_tool || input.target.is_some() || normalized.len() > ECHO {
        return hash::of(normalized);
    }
    hash::of(without_echo(normalized, &input.text))
}

/// The longest answer that may be an empty page, in bytes.
const EMPTY_PAGE: usize = 1024;

/// Whether a normalized answer is JSON in which every list is empty.
pub(crate) fn is_empty_list(answer: &str) -> bool {
    answer.len() <= EMPTY_PAGE
        && answer.starts_with(['{', '['])
        && answer.contains("[]")
        && answer.matches('[').count() == answer.matches("[]").count()
}

/// A result without what it repeats of its input: a query, a page number.
fn without_echo(normalized: &str, input: &str) -> String {
    input.lines().fold(normalized.to_owned(), |text, value| {
        if value.len() > 1 && value.bytes().all(|byte| byte.is_ascii_digit()) {
            return [",", "}"]
                .iter()
                .fold(text, |text, end| text.replace(&format!(":{value}{end}"), &format!(":#{end}")));
        }
        let value = normalize_output(value, &[]);
        if value.len() < ECHOED { text } else { text.replace(&value, "#") }
    })
}

/// The key of a result together with the pictures and files that it shows.
fn with_shown(key: u64, attachments: Option<Raw<'_>>) -> u64 {
    #[derive(serde::Deserialize)]
    struct Attachment<'a> {
        #[serde(borrow)]
        url: Cow<'a, str>,
    }
    // Attachments of another shape show nothing.
    let shown = attachments.and_then(|raw| serde_json::from_str::<Vec<Attachment<'_>>>(raw.get()).ok());
    shown.unwrap_or_default().iter().fold(key, |sum, file| hash::join(sum, hash::of(&*file.url)))
}

/// How many letters a result may have whose numbers are what it says: a count, a score.
const NUMBER_LETTERS: usize = 24;

/// Whether a result says a number and little else, which normalizing would hide. A time of day, an id or a path is
/// no such number.
fn is_number(raw: Option<Raw<'_>>, normalized: &str) -> bool {
    // The length first: most results are long.
    if normalized.len() >= 4 * NUMBER_LETTERS || !normalized.contains(PLACEHOLDER) {
        return false;
    }
    let letters = normalized.bytes().filter(u8::is_ascii_alphabetic).count();
    let source = raw.map(text::decode).unwrap_or_default();
    letters < NUMBER_LETTERS
        && !source.contains('/')
        && !source.as_bytes().windows(3).any(|w| w[1] == b':' && w[0].is_ascii_digit() && w[2].is_ascii_digit())
        && source
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
            .filter(|word| word.bytes().any(|byte| byte.is_ascii_digit()))
            .all(|word| word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && word.len() < 12)
}

/// How much of each end of a result is kept, in bytes.
const END: usize = 512;

fn both_ends(text: &str) -> String {
    both(text, END).concat()
}

/// How much of a result tells what it says without its numbers, in bytes.
const GIST: usize = 4096;

/// Equal for results that differ in numbers only, unless they say hardly anything but numbers.
fn numberless_key(raw: Option<Raw<'_>>, normalized: &str) -> u64 {
    if is_number(raw, normalized) {
        return raw.map_or(0, |raw| hash::of(raw.get()));
    }
    if normalized.len() > GIST {
        return hash::of(normalized);
    }
    let letters = normalized.bytes().filter(u8::is_ascii_alphabetic).take(NUMBER_LETTERS).count();
    if letters < NUMBER_LETTERS { hash::of(normalized) } else { hash::of(without_numbers(normalized)) }
}

/// From this many bytes on, an answer says so much that two things hardly have the same by chance.
const RICH: usize = 40;

/// Equal for looks of a tool that are equal but for the ids in them. Others, and those whose answers say little, have
/// their own `key`.
fn key_without_ids(key: u64, tool: &str, kind: CallKind, input: &Input, normalized: &str, said: u64) -> u64 {
    let looks = matches!(kind, CallKind::Observe | CallKind::Unknown | CallKind::Poll);
    let given = input.command.as_deref().unwrap_or(&input.text);
    let without = (looks && normalized.len() >= RICH).then(|| nonces::without_ids(given)).flatten();
    hash::join(without.map_or(key, |without| hash::join(hash::of(tool), hash::of(without))), said)
}

/// The first number in a rich answer of a tool that is given nothing and does nothing, as its name says.
fn page(raw: Raw<'_>, tool: &str, input: &Input) -> Option<u32> {
    /// How far into an answer the number of a page stands, in bytes, and the last page: larger numbers are times and ids.
    const TITLE: usize = 200;
    const LAST: u32 = 99_999;
    if !input.text.trim().is_empty() || raw.get().len() < RICH || does(tool) {
        return None;
    }
    let title = text::beginning(raw, TITLE);
    title.split(|c: char| !c.is_alphanumeric()).filter_map(|word| word.parse().ok()).find(|page| *page <= LAST)
}

/// Whether a result is the id of a thing and nothing else.
fn is_id(raw: Option<Raw<'_>>, normalized: &str) -> bool {
    normalized.len() == PLACEHOLDER.len_utf8() && raw.is_some_and(|raw| raw.get().len() > nonces::ID)
}

/// The tool that a call meant, if it was not understood: the tool that says so is given its name.
fn meant(tool: &str, state: &ToolState<'_>) -> Option<u64> {
    let input = state.input.filter(|_| tool == output::INVALID)?;
    let (_, name) = members(input)?.into_iter().find(|(name, _)| name == "tool")?;
    Some(hash::of(&*text::decode(name)))
}

/// What a call tries: its check, its program and subcommand, or its tool.
fn attempt_key(tool: &str, input: &Input, line: Option<&CommandLine>) -> u64 {
    if let Some(key) = line.and_then(CommandLine::key) {
        return key;
    }
    let command = input.command.as_deref().filter(|_| line.is_some()).unwrap_or_default();
    let last = command.lines().next().unwrap_or_default().rsplit("&&").next().unwrap_or_default();
    let mut words = last.split_whitespace().filter(|word| !word.contains('=') && *word != "sudo");
    let Some(program) = words.next() else {
        return hash::of(tool);
    };
    let sub = words.next().filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
    let sub = sub.filter(|word| !word.starts_with('-')).unwrap_or_default();
    hash::join(hash::of(program), hash::of(sub))
}

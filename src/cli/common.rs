//! Flags and helpers that the command lines of all binaries share.

use crate::exit;
use crate::exit::{Code, Failure};
use crate::pipe::tell::Teller;
#[cfg(unix)]
use crate::run::Private;
use crate::wire::record;
use clap::Arg;
use clap::Command;
use clap::builder::{StringValueParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue, Error};
#[cfg(unix)]
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, parser::ValueSource};
use schemars::Schema;
use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::io::Write;
use std::sync::LazyLock;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// What `--version` prints: our version and that of the line format.
pub(super) fn version() -> &'static str {
    static VERSION: LazyLock<String> =
        LazyLock::new(|| format!("{} (line format {})", env!("CARGO_PKG_VERSION"), record::FORMAT));
    &VERSION
}

/// Flags that every binary has.
#[derive(Debug, clap::Args)]
pub struct Common {
    /// Log level on standard error: off, error, warn, info, debug or trace, or a filter by module.
    #[arg(long, env = "OCR_LOG", value_name = "LEVEL", default_value = "warn", global = true)]
    pub log: String,
}

/// `--schema`, for the binaries that write lines of their own.
#[derive(Debug, clap::Args)]
pub(super) struct SchemaArg {
    /// Print the JSON Schema of every type of line that this program writes, one per line, and exit.
    #[arg(long)]
    pub(super) schema: bool,
}

impl Common {
    /// Sends the log of the program `name` to standard error, at the requested level.
    ///
    /// # Errors
    /// [`Code::Usage`] if the level cannot be parsed.
    pub fn start_logging(&self, name: &'static str) -> Result<(), Failure> {
        let filter = tracing_subscriber::EnvFilter::try_new(&self.log).map_err(|_| {
            Failure::new(
                Code::Usage,
                format_args!("invalid --log {}; use off, error, warn, info, debug or trace", self.log),
            )
        })?;
        // A second call, in a test, keeps the first log.
        let _ = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(Teller::default)
            .with_ansi(false)
            .event_format(LogLine(name))
            .try_init();
        Ok(())
    }
}

/// Writes a message of the log like any other message of the program with this name: `ocr-act: warning: …`. Errors
/// have no level, and only debug and trace messages name the module.
struct LogLine(&'static str);

impl<S, N> FormatEvent<S, N> for LogLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> std::fmt::Result {
        let (level, target) = (event.metadata().level(), event.metadata().target());
        write!(writer, "{}: ", self.0)?;
        match *level {
            Level::ERROR => {}
            Level::WARN => write!(writer, "warning: ")?,
            Level::INFO => write!(writer, "info: ")?,
            Level::DEBUG => write!(writer, "debug: {target}: ")?,
            Level::TRACE => write!(writer, "trace: {target}: ")?,
        }
        context.format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}

/// Prints these schemas, one per line.
pub(super) fn print_schemas(schemas: &[Schema]) -> anyhow::Result<Code> {
    schemas.iter().try_fold(Code::Ok, |_, schema| print(schema.as_value()))
}

/// Prints one line on standard output.
pub(super) fn print(line: impl Display) -> anyhow::Result<Code> {
    // Formatted first: what a formatter makes of a failed write is a panic.
    let line = format!("{line}\n");
    std::io::stdout().lock().write_all(line.as_bytes()).map_err(|e| exit::of_write(&e))?;
    Ok(Code::Ok)
}

/// Parses the variable of a switch: 1, true, yes or on; 0, false, no or off.
pub(super) fn switch() -> impl TypedValueParser<Value = bool> {
    let parse = |text: String| match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" | "y" | "t" => Ok(true),
        "0" | "false" | "no" | "off" | "n" | "f" => Ok(false),
        _ => Err("expected 1, true, yes or on; or 0, false, no or off"),
    };
    StringValueParser::new().try_map(parse)
}

/// What `-h` ends with.
pub(super) const MORE: &str =
    "TIME is written as 30s, 5m or 2h; N may be 10k or 2M. --help is the manual, with every flag and examples.";

/// How times and counts are written, in full.
const UNITS: &str = "\
TIME is a number of seconds, or numbers with the units ms, s, m, h or d: 90, 30s, 1.5h, 1h30m.
N is a whole number and may end in k, M or G: 200, 10k, 1.5M.";

/// The end of `--help`: `text`, followed by how to write times and counts.
pub(super) fn with_units(text: &str) -> String {
    format!("{text}\n\n{UNITS}")
}

/// A command whose variables count as unset where they are empty, and whose `-h` shows only these flags.
pub(super) fn prepared(command: Command, short: &[&str]) -> Command {
    command.mut_args(|arg| {
        let is_empty =
            |name: &OsStr| std::env::var_os(name).is_some_and(|value| value.to_string_lossy().trim().is_empty());
        let unset = arg.get_env().is_some_and(is_empty);
        let arg = if unset { arg.env(None::<&str>) } else { arg };
        // So that -3 is a wrong value, and not an unknown flag.
        let arg = if arg.get_long().is_some() && arg.get_action().takes_values() {
            arg.allow_negative_numbers(true)
        } else {
            arg
        };
        let is_shown = short.is_empty() || arg.get_long().is_none_or(|long| short.contains(&long));
        if is_shown { arg } else { arg.hide_short_help(true) }
    })
}

/// The same error without the value of a private argument: one whose variable `--help` does not print.
pub(super) fn without_secret(mut error: Error, command: &Command) -> Error {
    let is_private = named(&error).and_then(|long| of_name(command, long)).is_some_and(Arg::is_hide_env_values_set);
    if is_private && error.get(ContextKind::InvalidValue).is_some() {
        error.insert(ContextKind::InvalidValue, ContextValue::String("…".to_owned()));
    }
    error
}

/// The flag that an error is about.
fn named(error: &Error) -> Option<&str> {
    let Some(ContextValue::String(named)) = error.get(ContextKind::InvalidArg) else { return None };
    named.split([' ', '=', '[']).next()
}

/// The argument with this flag.
fn of_name<'a>(command: &'a Command, long: &str) -> Option<&'a Arg> {
    command.get_arguments().find(|arg| arg.get_long() == long.strip_prefix("--"))
}

/// The variable that gave an argument the value that an error is about.
pub(super) fn variable_at_fault(command: &Command, args: &[OsString], error: &Error) -> Option<String> {
    let long = named(error)?;
    let is_typed = |arg: &OsString| arg.to_string_lossy().split('=').next() == Some(long);
    if args.iter().any(is_typed) {
        return None;
    }
    let arg = of_name(command, long)?;
    let variable = arg.get_env().filter(|name| std::env::var_os(name).is_some())?;
    Some(variable.to_string_lossy().into_owned())
}

/// The arguments of the group `G` in `matches`, written so that another binary with the same group parses them to
/// the same values. Arguments that have their default are left out, and so are private ones.
#[cfg(unix)]
pub(super) fn to_args<G: clap::Args>(matches: &ArgMatches) -> Vec<OsString> {
    let group = G::augment_args(Command::new("group"));
    let mut args = Vec::new();
    for arg in group.get_arguments().filter(|arg| !arg.is_hide_env_values_set()) {
        let given = matches.value_source(arg.get_id().as_str());
        if given.is_some_and(|source| source != ValueSource::DefaultValue) {
            args.extend(as_typed(arg, matches));
        }
    }
    args
}

/// The private arguments of the group `G` that were typed: those whose variables `--help` does not print. A stage reads
/// the variables themselves from its own environment.
#[cfg(unix)]
pub(super) fn to_private<G: clap::Args>(matches: &ArgMatches) -> Vec<Private> {
    let group = G::augment_args(Command::new("group"));
    let mut found = Vec::new();
    for arg in group.get_arguments().filter(|arg| arg.is_hide_env_values_set()) {
        let id = arg.get_id().as_str();
        let typed = matches.value_source(id) == Some(ValueSource::CommandLine);
        let Some(variable) = arg.get_env().filter(|_| typed) else { continue };
        let delimiter = arg.get_value_delimiter().map(String::from).unwrap_or_default();
        let values: Vec<&OsStr> = matches.get_raw(id).into_iter().flatten().collect();
        found.push(Private {
            args: as_typed(arg, matches),
            variable: variable.to_string_lossy().into_owned(),
            value: values.join(OsStr::new(&delimiter)),
        });
    }
    found
}

/// An argument with its values, in one word each: a value may begin like a flag.
#[cfg(unix)]
fn as_typed(arg: &Arg, matches: &ArgMatches) -> Vec<OsString> {
    let (id, Some(long)) = (arg.get_id().as_str(), arg.get_long()) else {
        return Vec::new();
    };
    if arg.get_action().takes_values() {
        let values = matches.get_raw(id).into_iter().flatten();
        let word = |value: &OsStr| {
            let mut word = OsString::from(format!("--{long}="));
            word.push(value);
            word
        };
        return values.map(word).collect();
    }
    if matches.get_flag(id) { vec![format!("--{long}").into()] } else { Vec::new() }
}

/// The arguments, and where each came from, so that those for a stage can be handed on.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct Parsed<A> {
    /// The arguments.
    pub(super) args: A,
    /// Where each came from.
    pub(super) matches: ArgMatches,
}

#[cfg(unix)]
impl<A: Parser> FromArgMatches for Parsed<A> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self { args: A::from_arg_matches(matches)?, matches: matches.clone() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(unix)]
impl<A: Parser> CommandFactory for Parsed<A> {
    fn command() -> Command {
        A::command()
    }

    fn command_for_update() -> Command {
        A::command_for_update()
    }
}

#[cfg(unix)]
impl<A: Parser> Parser for Parsed<A> {}

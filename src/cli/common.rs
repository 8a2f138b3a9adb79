//! What the command lines of all binaries have in common.

use crate::exit;
use crate::exit::{Code, Failure};
use crate::pipe::tell::Teller;
use crate::wire::record;
#[cfg(unix)]
use clap::ArgMatches;
use clap::builder::{BoolishValueParser, TypedValueParser};
use clap::error::Error;
use clap::{Arg, Command};
use schemars::Schema;
use std::ffi::OsStr;
use std::fmt::Display;
use std::io::Write;
use std::sync::LazyLock;

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
    /// Print the JSON Schema of every type of line that this program writes, one per line, and exit.
    #[arg(long)]
    pub schema: bool,
}

impl Common {
    /// Sends the log of this process to standard error, at the requested level.
    ///
    /// # Errors
    /// [`Code::Usage`] if the level cannot be parsed.
    pub fn start_logging(&self) -> Result<(), Failure> {
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
            .without_time()
            .try_init();
        Ok(())
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

/// Parses the variable of a switch: 1, true, yes or on; 0, false, no, off or empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Switch;

impl TypedValueParser for Switch {
    type Value = bool;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<bool, Error> {
        if value.is_empty() {
            return Ok(false);
        }
        BoolishValueParser::new().parse_ref(command, arg, value)
    }
}

/// The arguments of the group `G` in `matches`, written so that another binary with the same group parses them to
/// the same values. Arguments that have their default are left out.
#[cfg(unix)]
pub(super) fn to_args<G: clap::Args>(matches: &ArgMatches) -> Vec<String> {
    let group = G::augment_args(Command::new("group"));
    let mut args = Vec::new();
    for arg in group.get_arguments() {
        let (id, Some(long)) = (arg.get_id().as_str(), arg.get_long()) else {
            continue;
        };
        let given = matches.value_source(id).is_some_and(|source| source != clap::parser::ValueSource::DefaultValue);
        if !given {
            continue;
        }
        if arg.get_action().takes_values() {
            // In one word: a value may begin like a flag.
            let values = matches.get_raw(id).into_iter().flatten();
            args.extend(values.map(|value| format!("--{long}={}", value.to_string_lossy())));
        } else if matches.get_flag(id) {
            args.push(format!("--{long}"));
        }
    }
    args
}

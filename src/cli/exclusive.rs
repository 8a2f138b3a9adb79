//! Refuses flags that exclude each other, where a variable gives either a default: only what was typed excludes.

use clap::error::{Error, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

/// Flags of which one says what the other denies, or has no effect beside it.
const EXCLUSIVE: [(&str, &str); 13] = [
    ("record", "no-record"),
    ("keep", "record"),
    ("keep", "no-record"),
    ("headless", "no-lines"),
    ("reviewer-url", "reviewer-cmd"),
    ("reviewer-model", "reviewer-cmd"),
    ("working-dir", "replay"),
    ("working-dir", "import"),
    ("worker-model", "replay"),
    ("worker-model", "import"),
    ("speed", "spawn"),
    ("speed", "server"),
    ("speed", "import"),
];

/// Returns the arguments unless two of them exclude each other.
///
/// # Errors
/// Two typed flags exclude each other.
pub(super) fn checked(command: &mut Command, matches: ArgMatches) -> Result<ArgMatches, Error> {
    let typed = |long: &str| {
        let is_typed = |arg: &&Arg| matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine);
        command.get_arguments().find(|arg| arg.get_long() == Some(long)).filter(is_typed).map(ToString::to_string)
    };
    let pair = EXCLUSIVE.iter().find_map(|(one, other)| Some((typed(one)?, typed(other)?)));
    let Some((one, other)) = pair else { return Ok(matches) };
    let message = format!("the argument '{one}' cannot be used with '{other}'");
    Err(command.error(ErrorKind::ArgumentConflict, message))
}

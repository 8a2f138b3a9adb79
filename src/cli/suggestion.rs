//! Suggests what was probably meant by an unknown argument.

use super::units::similar;
use clap::Command;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use std::ffi::OsString;

/// The flags of `ocr-stream` that are not for `ocr-run`, which runs one session of its own.
pub(super) const OF_STREAM: [&str; 7] = ["all", "follow", "from-start", "import", "replay", "spawn", "speed"];

/// The error with a tip that fits: the parser's own would give what looks like a flag to the server, as an argument.
pub(super) fn of_unknown(mut error: Error, command: &Command, args: &[OsString]) -> Error {
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    let Some(ContextValue::String(unknown)) = error.get(ContextKind::InvalidArg).cloned() else { return error };
    error.remove(ContextKind::Suggested);
    if let Some(tip) = tip(&unknown, command, args) {
        error.remove(ContextKind::SuggestedArg);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(tip)]));
    }
    error
}

fn tip(unknown: &str, own: &Command, args: &[OsString]) -> Option<String> {
    let name = own.get_name();
    let unknown = unknown.split('=').next()?;
    let Some(long) = unknown.strip_prefix("--") else {
        if unknown.starts_with('-') {
            return after_flag(unknown, own, args);
        }
        let word = similar(unknown, ["doctor"].into_iter()).filter(|_| name == "ocr-run")?;
        return Some(format!("did you mean '{name} {word}'?"));
    };
    (name == "ocr-run" && OF_STREAM.contains(&long))
        .then(|| format!("write the pipe by hand: ocr-stream {unknown} … | ocr-detect | ocr-review | ocr-act"))
}

/// How to pass a value that begins with `-` and would otherwise be read as a flag.
fn after_flag(unknown: &str, own: &Command, args: &[OsString]) -> Option<String> {
    let at = args.iter().position(|arg| arg.to_string_lossy().starts_with(unknown))?;
    let before = args.get(at.checked_sub(1)?)?.to_str()?;
    let long = before.strip_prefix("--")?;
    own.get_arguments().find(|arg| arg.get_long() == Some(long) && arg.get_action().takes_values())?;
    let value = args[at].to_string_lossy();
    Some(format!("to give {before} a value that begins with -, write {before}='{value}'"))
}

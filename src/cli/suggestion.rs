//! Suggests what was probably meant by an argument that is unknown or does not fit.

use super::units::similar;
use crate::detect;
use crate::printable::shell_word;
use clap::Command;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use std::ffi::OsString;

/// The flags of `ocr-stream` that are not for `ocr-run`, which runs one session of its own.
pub(super) const OF_STREAM: [&str; 7] = ["all", "follow", "from-start", "import", "replay", "spawn", "speed"];

/// Names of flags in other programs, and our names for them. The first one that the program has is suggested.
const CALLED: [(&[&str], &[&str]); 11] = [
    (&["model"], &["worker-model", "reviewer-model"]),
    (&["prompt", "message"], &["task"]),
    (&["cd", "cwd", "dir", "directory"], &["working-dir"]),
    (&["attach", "host", "port", "url"], &["server", "reviewer-url"]),
    (&["timeout", "time-limit"], &["max-time"]),
    (&["budget", "max-budget", "max-budget-usd"], &["max-cost"]),
    (&["max-turns"], &["max-iterations"]),
    (&["format", "form", "output-format"], &["as"]),
    (&["output", "out"], &["record"]),
    (&["continue", "resume", "session-id"], &["session"]),
    (&["debug", "verbose"], &["log"]),
];

/// Flags of other programs that choose an output format.
const FORMS: [&str; 4] = ["as", "format", "json", "output-format"];

/// The error with a tip that fits: the parser's own would give what looks like a flag to the server, as an argument.
pub(super) fn of_unknown(mut error: Error, command: &mut Command, args: &[OsString]) -> Error {
    let Some(ContextValue::String(unknown)) = error.get(ContextKind::InvalidArg).cloned() else { return error };
    let (kind, meant) = match error.kind() {
        ErrorKind::UnknownArgument => {
            error.remove(ContextKind::Suggested);
            match (renamed(&unknown, command), tip(&unknown, command, args)) {
                (Some(flag), _) => (ContextKind::SuggestedArg, ContextValue::String(flag)),
                (None, Some(tip)) => (ContextKind::Suggested, styled(tip)),
                (None, None) => return error,
            }
        }
        ErrorKind::InvalidValue => match tip_for_value(&error, &unknown) {
            Some(tip) => (ContextKind::Suggested, styled(tip)),
            None => return error,
        },
        _ => return error,
    };
    error.remove(ContextKind::SuggestedArg);
    // The parser's own usage names the flag that it would suggest.
    if error.get(ContextKind::Usage).is_some() {
        error.insert(ContextKind::Usage, ContextValue::StyledStr(command.render_usage()));
    }
    error.insert(kind, meant);
    error
}

fn styled(tip: String) -> ContextValue {
    ContextValue::StyledStrs(vec![StyledStr::from(tip)])
}

/// Our name for a flag that other programs call by the `unknown` name.
fn renamed(unknown: &str, own: &Command) -> Option<String> {
    let long = unknown.split('=').next()?.strip_prefix("--")?;
    let (_, ours) = CALLED.iter().find(|(theirs, _)| theirs.contains(&long))?;
    let has = |flag: &&&str| own.get_arguments().any(|arg| arg.get_long() == Some(**flag));
    ours.iter().find(has).map(|flag| format!("--{flag}"))
}

fn tip(unknown: &str, own: &Command, args: &[OsString]) -> Option<String> {
    let name = own.get_name();
    let Some(long) = unknown.split('=').next()?.strip_prefix("--") else {
        if unknown.starts_with('-') {
            return after_flag(unknown, own, args);
        }
        return word(unknown, name, args);
    };
    if name == "ocr-run" && OF_STREAM.contains(&long) {
        return Some(format!("write the pipe by hand: ocr-stream --{long} … | ocr-detect | ocr-review | ocr-act"));
    }
    let has_lines = ["ocr-stream", "ocr-detect", "ocr-review", "ocr-act"].contains(&name);
    match long {
        _ if has_lines && FORMS.contains(&long) => {
            Some("the output is JSON already, one object per line; ocr-report --as writes other forms".to_owned())
        }
        "json" if name == "ocr-report" => Some(FINDINGS.to_owned()),
        _ => None,
    }
}

/// How to get findings as JSON.
const FINDINGS: &str = "to get the findings as JSON, use ocr-detect --only";

fn tip_for_value(error: &Error, flag: &str) -> Option<String> {
    let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue) else { return None };
    if flag.starts_with("--fail-on ") && detect::rules().any(|rule| rule.name == value) {
        return Some(format!("{value} is a rule, and --fail-on takes kinds of findings, such as loop"));
    }
    (flag.starts_with("--as ") && matches!(&**value, "json" | "ndjson" | "jsonl")).then(|| FINDINGS.to_owned())
}

/// What to write instead of a word that is no value of a flag.
fn word(word: &str, name: &str, args: &[OsString]) -> Option<String> {
    let quoted = shell_word(word);
    let (_, ending) = word.rsplit_once('.').unwrap_or_default();
    let is_recording = word.contains(".ndjson") || word.contains(".jsonl");
    match name {
        "ocr-run" if similar(word, ["doctor"].into_iter()).is_some() => {
            Some("did you mean 'ocr-run doctor'?".to_owned())
        }
        "ocr-run" if is_recording => Some(format!("to report on a recording, use ocr-report {quoted}")),
        "ocr-run" if matches!(ending, "md" | "txt") => {
            Some(format!("to read the task from a file, use --task-file {quoted}"))
        }
        "ocr-run" => Some(format!("to give the agent a task, use --task {}", shell_word(&sentence(word, args)))),
        "ocr-stream" if is_recording => Some(format!("to replay a recording, use --replay {quoted}")),
        "ocr-stream" if ending == "json" => Some(format!("to convert a document, use --import {quoted}")),
        "ocr-stream" if word.starts_with("http") => Some(format!("to attach to a server, use --server {quoted}")),
        "ocr-stream" => {
            Some(format!("to give a new session a task, use --spawn --task {}", shell_word(&sentence(word, args))))
        }
        "ocr-watch" if is_recording => Some(format!("to look at a recording, use ocr-watch --only < {quoted}")),
        "ocr-review" | "ocr-act" if is_recording => Some(format!("to read a recording, use {name} < {quoted}")),
        _ => None,
    }
}

/// Joins the words from `first` up to the next flag: probably a task without quotes.
fn sentence(first: &str, args: &[OsString]) -> String {
    let words = args.iter().map(|arg| arg.to_string_lossy()).skip_while(|arg| *arg != first);
    words.take_while(|arg| !arg.starts_with('-')).collect::<Vec<_>>().join(" ")
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

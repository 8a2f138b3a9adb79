//! The stages of a run and their arguments, as a command line for the shell.

use crate::printable::shell_word;
use std::ffi::OsString;
use std::fmt;

/// The hidden first argument that makes `ocr-run` run as one of the stages.
pub const STAGE_ARGUMENT: &str = "__stage";

/// One stage with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The name of the binary, such as `ocr-detect`.
    pub name: &'static str,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// What it is given in its environment, because other users can read arguments.
    pub private: Vec<Private>,
}

/// A value for the environment of a stage.
#[derive(Clone, PartialEq, Eq)]
pub struct Private {
    /// The argument that means the same, such as `--notify=URL`, if there is one.
    pub args: Vec<OsString>,
    /// The variable.
    pub variable: String,
    /// Its value.
    pub value: OsString,
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Private").field(&self.variable).finish()
    }
}

impl Command {
    /// A command without arguments.
    pub fn new(name: &'static str) -> Self {
        Self { name, args: Vec::new(), private: Vec::new() }
    }

    /// Adds `flag=value` if there is a value. It is one word because a value may look like a flag.
    #[must_use]
    pub fn with(mut self, flag: &str, value: Option<impl fmt::Display>) -> Self {
        if let Some(value) = value {
            self.args.push(format!("{flag}={value}").into());
        }
        self
    }

    /// Adds a flag without a value if `wanted`.
    #[must_use]
    pub fn flag(mut self, flag: &str, wanted: bool) -> Self {
        if wanted {
            self.args.push(flag.into());
        }
        self
    }
}

/// The stages of the pipe, from `ocr-stream` to `ocr-act`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// The commands, in the order of the pipe.
    pub commands: Vec<Command>,
}

/// Formats the commands as they are typed into a shell.
impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, command) in self.commands.iter().enumerate() {
            if at > 0 {
                f.write_str(" | ")?;
            }
            f.write_str(command.name)?;
            for arg in command.args.iter().chain(command.private.iter().flat_map(|private| &private.args)) {
                write!(f, " {}", quoted(&arg.to_string_lossy()))?;
            }
        }
        Ok(())
    }
}

/// Quotes one word for a POSIX shell; of `--flag=value` only the value.
fn quoted(word: &str) -> String {
    match word.split_once('=') {
        Some((flag, value)) if is_flag(flag) && !value.is_empty() => {
            format!("{flag}={}", shell_word(value))
        }
        _ => shell_word(word),
    }
}

fn is_flag(word: &str) -> bool {
    word.starts_with("--") && word.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_for_shell() {
        let pipe = CommandLine {
            commands: vec![
                Command::new("ocr-stream").flag("--spawn", true).with("--task", Some("Don't")),
                Command::new("ocr-detect").with("--max-iterations", Some(10)).with("--none", None::<u8>),
            ],
        };
        assert_eq!(pipe.to_string(), r"ocr-stream --spawn --task='Don'\''t' | ocr-detect --max-iterations=10");
        assert_eq!(quoted("--on=loop=steer"), "--on=loop=steer");
        assert_eq!(quoted("--a b=c d"), "'--a b=c d'");
        assert_eq!(quoted("--task=--x=y z"), "--task='--x=y z'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("$(rm)"), "'$(rm)'");
    }
}

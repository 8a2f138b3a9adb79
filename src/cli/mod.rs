//! The command lines, one file per binary. Each defines its arguments and calls the room that does the work.
#![allow(clippy::doc_markdown, reason = "the comments of arguments are their help")]

#[cfg(unix)]
pub mod act;
#[cfg(not(unix))]
#[path = "unsupported.rs"]
pub mod act;
mod binaries;
mod budgets;
mod common;
pub mod detect;
#[cfg(unix)]
mod doctor;
mod environment;
mod exclusive;
#[cfg(unix)]
mod failed_start;
#[cfg(unix)]
mod own_output;
/// Elsewhere there are no live sessions, whose recordings could grow by themselves.
#[cfg(not(unix))]
mod own_output {
    pub(super) fn watched<R>(input: R) -> R {
        input
    }
}
mod recordings;
pub mod report;
pub mod review;
#[cfg(unix)]
pub mod run;
#[cfg(not(unix))]
#[path = "unsupported.rs"]
pub mod run;
mod secret_pattern;
mod short_help;
pub mod stream;
mod suggestion;
#[cfg(all(test, unix))]
mod tests;
mod units;
pub mod watch;

#[cfg(unix)]
pub use binaries::commands;
pub use binaries::main;
pub use common::Common;

use crate::exit::{self, Code, Failure};
use crate::pipe::tell::{self, tell};
use clap::Parser;
use short_help::short_help;
use std::ffi::OsString;
use std::process::ExitCode;

/// Parses the arguments, runs the program `name`, prints what went wrong, and returns its exit code.
fn start<A: Parser>(
    name: &str,
    args: impl IntoIterator<Item = OsString>,
    run: impl FnOnce(A) -> anyhow::Result<Code>,
) -> ExitCode {
    tell::mask_with(environment::redactor());
    let args: Vec<OsString> = args.into_iter().collect();
    let mut command = common::prepared(A::command(), short_help(name));
    let matches = command.try_get_matches_from_mut(&args);
    let matches = matches.and_then(|matches| exclusive::checked(&mut command, matches));
    match matches.and_then(|matches| A::from_arg_matches(&matches)) {
        Ok(args) => end(name, run(args)),
        Err(error) => {
            let error = common::without_secret(suggestion::of_unknown(error, &mut command, &args), &command);
            let error = error.format(&mut command);
            if error.use_stderr() {
                tell(error.render().to_string().trim_end());
                if let Some(variable) = common::variable_at_fault(&command, &args, &error) {
                    tell(format_args!("The value comes from the variable {variable}."));
                }
                #[cfg(unix)]
                failed_start::hand_on(name, Code::Usage, &error.to_string());
                return Code::Usage.into();
            }
            end(name, error.print().map(|()| Code::Ok).map_err(|e| exit::of_write(&e).into()))
        }
    }
}

/// Prints the error as `name: context: cause`, and returns the exit code: that of a [`Failure`], or
/// [`Code::Error`] for any other error.
fn end(name: &str, outcome: anyhow::Result<Code>) -> ExitCode {
    let error = match outcome {
        Ok(code) => return code.into(),
        Err(error) => error,
    };
    let failure = error.downcast_ref::<Failure>();
    if failure.is_none_or(|failure| !failure.message.is_empty()) {
        tell(format_args!("{name}: {error:#}"));
    }
    let code = failure.map_or(Code::Error, |failure| failure.code);
    #[cfg(unix)]
    failed_start::hand_on(name, code, &format!("{error:#}"));
    code.into()
}

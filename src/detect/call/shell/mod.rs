//! Reads what a shell command line does: it changes, checks, reads, waits, or writes history.
//!
//! A line is read as the commands that really run: through quotes, lists, groups, loops, heredocs and
//! wrappers. A command that is not known may change something, and is `Unknown`.

mod check_run;
mod command_line;
mod commands;
mod cut;
mod echoes;
mod effect;
mod exits;
mod hooks;
mod logs;
mod place;
mod programs;
mod reader;
mod repeats;
mod rewrites;
mod substitutions;
mod suppress;
mod syntax;
mod target;
mod verbs;
mod wrappers;

pub(crate) use check_run::{CheckRun, FILTER, LEFT_OUT};
pub(crate) use command_line::CommandLine;
pub(crate) use commands::{SimpleCommand, commands, is_interpreter};
pub(crate) use cut::Cut;
pub(crate) use effect::{Change, Effect};
pub(crate) use logs::{may_be_log, shown_logs};
pub(crate) use place::join;
pub(crate) use reader::read;
pub(crate) use rewrites::rewritten;
pub(crate) use substitutions::{Substitution, deletions, insertions, of_command, plain, substitutions};
pub(crate) use suppress::{may_suppress, suppression};
pub(crate) use target::{runs_elsewhere, targets};
pub(crate) use verbs::{has, looks_at_files};

#[cfg(test)]
mod tests;

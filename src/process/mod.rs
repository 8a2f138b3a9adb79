//! Child processes: runs commands, and finds and ends the processes that a server started.

pub(crate) mod command;
#[cfg(unix)]
pub mod lifeline;
#[cfg(unix)]
pub(crate) mod server_processes;
#[cfg(unix)]
pub mod supervisor;
#[cfg(unix)]
mod tree;

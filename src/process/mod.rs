//! Child processes: runs commands, and finds and ends the processes that a server started. How two processes of a pipe
//! know each other.

pub(crate) mod command;
#[cfg(unix)]
pub mod feedback;
#[cfg(unix)]
mod identity;
#[cfg(unix)]
pub mod job;
#[cfg(unix)]
pub mod lifeline;
#[cfg(unix)]
mod own;
#[cfg(unix)]
pub(crate) mod password;
#[cfg(unix)]
pub mod pipe_key;
#[cfg(unix)]
pub mod proof;
#[cfg(unix)]
pub(crate) mod quiet_shell;
#[cfg(unix)]
pub(crate) mod server_processes;
pub(crate) mod spawn;
#[cfg(unix)]
pub mod supervisor;
#[cfg(unix)]
mod tree;

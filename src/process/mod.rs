//! Child processes: runs commands, and finds and ends the processes that a server started. Also the keys and proofs by
//! which two processes of a pipe recognize each other.

pub(crate) mod command;
#[cfg(unix)]
pub(crate) mod hide_password;
#[cfg(unix)]
mod identity;
#[cfg(unix)]
pub mod job;
#[cfg(unix)]
pub mod lifeline;
#[cfg(unix)]
pub(crate) mod password;
#[cfg(unix)]
pub mod pipe_key;
#[cfg(unix)]
mod private_files;
#[cfg(unix)]
pub mod proof;
#[cfg(unix)]
pub mod recording_loop;
#[cfg(unix)]
pub(crate) mod server_processes;
pub(crate) mod spawn;
#[cfg(target_os = "linux")]
mod stat;
#[cfg(unix)]
pub mod supervisor;
#[cfg(unix)]
mod tree;

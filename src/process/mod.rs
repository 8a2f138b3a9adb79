//! Child processes, ours and others': run a command, find and end what somebody started.

#[cfg(unix)]
pub(crate) mod command;
#[cfg(unix)]
pub mod lifeline;
#[cfg(unix)]
pub(crate) mod owned_server;
#[cfg(unix)]
pub mod supervisor;
#[cfg(unix)]
mod tree;

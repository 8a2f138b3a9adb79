//! Runs the whole pipe as child processes: the same executable, once for each stage.
//!
//! * [`CommandLine`]: the stages and their arguments, as a user would type them.
//! * [`run`]: starts the stages with pipes between them, and waits.

mod children;
mod command_line;
mod spool;

pub use children::{SPOOL, STAGE_ARGUMENT, View, run, stage};
pub use command_line::{Command, CommandLine, Private};
pub use spool::spool;

//! Runs the whole pipe as child processes: the same executable, once for each stage.
//!
//! * [`CommandLine`]: the stages and their arguments, as a user would type them.
//! * [`run`]: starts the stages with pipes between them, and waits.
//! * [`Keep`]: where a run is recorded.

mod children;
mod command_line;
mod doctor;
mod inherit;
mod living;
mod missing_result;
mod recording;
mod spool;
mod stage_messages;

pub use children::{Ended, Run, SPOOL, View, run, stage};
pub use command_line::{Command, CommandLine, Private, STAGE_ARGUMENT};
pub use doctor::{Checked, Doctor, Health, doctor};
pub use recording::Keep;
pub use spool::spool;

//! The pipe as child processes of one command: the same executable, once for each stage.
//!
//! * [`Pipe`]: which stages, with which arguments; what it looks like typed by hand.
//! * [`run`]: starts them with real pipes between them, and waits.

mod children;
mod command_line;

pub use children::{View, run, stage};
pub use command_line::{Pipe, Step};

/// The hidden first argument that makes `ocr-run` one of its own stages.
pub const STAGE_ARGUMENT: &str = "__stage";

//! Tells the last stage of a pipe that is typed by hand why an earlier one could not start.

use super::environment::variable;
use crate::exit::Code;
use crate::pipe::tell::safe;
use crate::pipe::{Out, has_written, input};
use crate::process::pipe_key::PIPE_KEY;
use crate::stream::failed_start;
use rustix::fs::{FileType, fstat};

/// The stages before the last one.
const EARLIER: [&str; 3] = ["ocr-stream", "ocr-detect", "ocr-review"];

/// Writes a line with the exit code of the stage `name` if it has written none, and a later stage reads it. `ocr-run`
/// sees the exit codes of its stages itself.
pub(super) fn hand_on(name: &str, code: Code, said: &str) {
    let is_piped =
        || fstat(std::io::stdout()).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Fifo);
    let is_for_us =
        EARLIER.contains(&name) && code != Code::ReaderLeft && !has_written() && variable(PIPE_KEY).is_none();
    if is_for_us
        && is_piped()
        && let Ok(stdout) = input::stdout()
    {
        // The reader may have left.
        let _ = Out::new(stdout, false).add(&failed_start(code, &safe(said)));
    }
}

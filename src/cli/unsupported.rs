//! Replaces the programs that need live sessions on systems without support for them.

use crate::exit::Code;
use crate::pipe::tell;
use std::ffi::OsString;
use std::process::ExitCode;

/// Says that this program cannot run here.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let name = args.into_iter().next().unwrap_or_default();
    tell(format_args!(
        "{}: this system does not support live sessions; read recordings with ocr-stream --replay FILE | ocr-detect",
        name.display()
    ));
    Code::Usage.into()
}

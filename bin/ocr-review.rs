//! `ocr-review`: see `ocr-review --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ocr::cli::review::main(std::env::args_os())
}

//! `ocr-stream`: see `ocr-stream --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ocr::cli::stream::main(std::env::args_os())
}

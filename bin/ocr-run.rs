//! `ocr-run`: see `ocr-run --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ocr::cli::main(std::env::args_os())
}

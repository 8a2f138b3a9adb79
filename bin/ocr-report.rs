//! `ocr-report`: see `ocr-report --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ocr::cli::report::main(std::env::args_os())
}

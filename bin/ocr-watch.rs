//! `ocr-watch`: see `ocr-watch --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ocr::cli::watch::main(std::env::args_os())
}

//! `ocr-act`: see `ocr-act --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ocr::cli::act::main(std::env::args_os())
}

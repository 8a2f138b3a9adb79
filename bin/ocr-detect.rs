//! `ocr-detect`: see `ocr-detect --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ocr::cli::detect::main(std::env::args_os())
}

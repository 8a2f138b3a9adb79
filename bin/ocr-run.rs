//! `ocr-run`: see `ocr-run --help`.
fn main() {}

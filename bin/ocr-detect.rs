//! `ocr-detect`: see `ocr-detect --help`.
fn main() {}

//! `ocr-watch`: see `ocr-watch --help`.
fn main() {}

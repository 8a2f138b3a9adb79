//! `ocr-stream`: see `ocr-stream --help`.
fn main() {}

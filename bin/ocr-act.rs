//! `ocr-act`: see `ocr-act --help`.
fn main() {}

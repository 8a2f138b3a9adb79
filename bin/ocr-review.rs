//! `ocr-review`: see `ocr-review --help`.
fn main() {}

//! `ocr-review`.

//! `ocr-detect`.

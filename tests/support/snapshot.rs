//! Snapshots: output kept in `fixtures/`, so that a change of wording is a diff that a person reads.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Whether to write the snapshots anew.
fn accept() -> bool {
    std::env::var_os("OCR_ACCEPT").is_some()
}

/// The snapshots of one test.
pub struct Snapshots {
    folder: PathBuf,
    differences: String,
}

impl Snapshots {
    /// Those in `fixtures/FOLDER`.
    pub fn in_folder(folder: &str) -> Self {
        Self { folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder), differences: String::new() }
    }

    /// The snapshot in this file; empty if there is none.
    pub fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.join(file)).unwrap_or_default()
    }

    /// Compares `now` with the snapshot in this file; with `OCR_ACCEPT=1`, replaces the snapshot.
    ///
    /// # Panics
    /// If the file cannot be written.
    pub fn check(&mut self, file: &str, now: &str) {
        let kept = self.read(file);
        if kept == now {
            return;
        }
        if accept() {
            std::fs::create_dir_all(&self.folder).expect("the folder can be made");
            std::fs::write(self.folder.join(file), now).expect("the fixture can be written");
            return;
        }
        let _ = writeln!(self.differences, "{}:", self.folder.join(file).display());
        for line in kept.lines().filter(|line| !now.lines().any(|other| other == *line)) {
            let _ = writeln!(self.differences, "- {line}");
        }
        for line in now.lines().filter(|line| !kept.lines().any(|other| other == *line)) {
            let _ = writeln!(self.differences, "+ {line}");
        }
    }

    /// Fails if any output differs from its snapshot.
    ///
    /// # Panics
    /// If any output differs.
    pub fn finish(self) {
        assert!(
            self.differences.is_empty(),
            "{}\nIf the new text is right: OCR_ACCEPT=1 cargo test --test it snapshot",
            self.differences
        );
    }
}

//! Finds the recordings in folders.

use crate::exit::{Code, Failure};
use std::path::{Path, PathBuf};

/// How the names of recordings end; a compressed one has a further ending.
const ENDINGS: [&str; 2] = ["ndjson", "jsonl"];
/// How the names of compressed files end.
const COMPRESSED: [&str; 2] = ["gz", "zst"];

/// These paths, with each folder replaced by the recordings in it and in the folders below it, sorted by name: files
/// named `*.ndjson` or `*.jsonl`, and `*.gz` or `*.zst` of these. Links to folders are not followed.
///
/// # Errors
/// A folder cannot be read, or has no recording in it.
pub fn recordings(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if !path.is_dir() {
            found.push(path.clone());
            continue;
        }
        let before = found.len();
        collect(path, &mut found)?;
        if found.len() == before {
            let message = "no recordings in it; their names end in .ndjson or .jsonl, with or without .gz or .zst";
            return Err(Failure::new(Code::Error, format_args!("{}: {message}", path.display())));
        }
    }
    Ok(found)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let denied = error.kind() == std::io::ErrorKind::PermissionDenied;
        let code = if denied { Code::NotAllowed } else { Code::Error };
        Failure::new(code, format_args!("cannot read {}: {error}", folder.display()))
    };
    let mut entries =
        std::fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>).map_err(failed)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type().map_err(failed)?.is_dir() {
            collect(&path, found)?;
        } else if is_recording(&path) && path.is_file() {
            found.push(path);
        }
    }
    Ok(())
}

fn is_recording(path: &Path) -> bool {
    let ends_in = |path: &Path, endings: &[&str]| {
        path.extension().is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
    };
    let stem = if ends_in(path, &COMPRESSED) { path.with_extension("") } else { path.to_owned() };
    ends_in(&stem, &ENDINGS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_recordings_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let names =
            ["b.ndjson", "a/c.jsonl.gz", "a/deep/d.NDJSON", "e.ndjson.zst", "f.json", "g.gz", "h.txt", "ndjson"];
        for name in names {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let single = folder.path().join("h.txt");
        let found = recordings(&[single.clone(), folder.path().to_owned()]).unwrap();
        let expected = ["a/c.jsonl.gz", "a/deep/d.NDJSON", "b.ndjson", "e.ndjson.zst"];
        assert_eq!(found[0], single);
        assert_eq!(found[1..], expected.map(|name| folder.path().join(name)));
    }

    #[test]
    fn empty_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let failure = recordings(&[folder.path().to_owned()]).unwrap_err();
        assert!(failure.message.contains("no recording"), "{failure}");
    }
}

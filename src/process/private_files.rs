//! Writes files and folders that only this user can read, and makes random secrets for them.

use rustix::fs::{Mode, OFlags};
use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

/// The bits of a file's mode that let anyone but its owner in.
const OTHERS: u32 = 0o077;

/// The length of a secret in bytes: 256 bits cannot be guessed.
pub(super) const SECRET: usize = 32;

/// A random secret.
pub(super) fn random() -> io::Result<[u8; SECRET]> {
    let mut bytes = [0; SECRET];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|half| char::from_digit(half.into(), 16)).collect()
}

/// Makes a folder for this user alone, and checks that it is.
pub(super) fn folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    // In a shared place, somebody else may have made it first.
    let found = std::fs::symlink_metadata(folder)?;
    if found.is_dir() && is_own(&found) { Ok(()) } else { Err(io::Error::other("others can read the folder")) }
}

/// Makes a new file for this user alone.
pub(super) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Writes a file for this user alone. A reader finds the old text or the new one, and of several writers one wins.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    let draft = path.with_added_extension(hex(&random()?[..8]));
    let written = create(&draft).and_then(|mut file| file.write_all(text.as_bytes()));
    written.and_then(|()| std::fs::rename(&draft, path)).inspect_err(|_| {
        // It may not be there.
        let _ = std::fs::remove_file(&draft);
    })
}

/// The first `longest` bytes of a file that only this user can read or write.
pub(super) fn read(path: &Path, longest: u64) -> io::Result<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    let found = file.metadata()?;
    if !found.is_file() || !is_own(&found) {
        return Err(io::Error::other("others could read or change it; delete it; a new one will be created"));
    }
    let mut bytes = Vec::new();
    file.take(longest).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether only this user can read or write it.
fn is_own(found: &Metadata) -> bool {
    found.uid() == rustix::process::geteuid().as_raw() && found.mode() & OTHERS == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_a_file_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::thread::scope(|scope| {
            for text in ["aa", "bb", "cc", "dd"] {
                let path = &path;
                scope.spawn(move || (0..50).for_each(|_| write(path, text).unwrap()));
            }
        });
        assert_eq!(read(&path, 9).unwrap().len(), 2);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");
    }
}

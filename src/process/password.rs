//! Makes the password of a server that we start, and finds it again. Only the server and our stages know it.
//!
//! `ocr-act` finds it in a file that only this user can read: by the process id in the stream's first line, or, to
//! answer from another terminal, by the server's address.

use super::private_files;
use crate::exit::{Code, Failure};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The longest password file that is read, in bytes.
const LONGEST: u64 = 4096;

/// The ending of the startup file for the shells below a server. The rest of its name is that of the password file.
pub(super) const STARTUP_FILE: &str = "bash-env";

/// A new random password.
///
/// # Errors
/// [`Code::Error`] if the system has no random numbers.
pub(crate) fn random() -> Result<String, Failure> {
    let bytes =
        private_files::random().map_err(|e| Failure::new(Code::Error, format_args!("cannot make a password: {e}")))?;
    Ok(private_files::hex(&bytes))
}

/// The file with the password of a stream's server. It is removed when this is dropped, or by the server's supervisor.
pub(crate) struct PasswordFile(PathBuf);

impl PasswordFile {
    /// Writes the password of the server that this process starts, in `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// [`Code::Error`] if the folder is not this user's alone, or the file cannot be written.
    pub(crate) fn write(folder: &Path, password: &str) -> Result<Self, Failure> {
        let path = path(folder, std::process::id());
        let written = private_files::folder(folder).and_then(|()| private_files::write(&path, password));
        written.map_err(|e| {
            let place = path.display();
            let what = format_args!(
                "cannot write {place} ({e}), where the password of the server is kept; set OPENCODE_SERVER_PASSWORD, or XDG_RUNTIME_DIR to a folder of yours"
            );
            Failure::new(Code::Error, what)
        })?;
        Ok(Self(path))
    }
}

impl Drop for PasswordFile {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

/// Removes a password file and the startup file beside it. Either may not be there.
pub(super) fn remove(path: &Path) {
    let _ = std::fs::remove_file(path);
    let _ = std::fs::remove_file(path.with_extension(STARTUP_FILE));
}

/// The password of the server that the process `stream` started, if it is this user's.
pub(crate) fn of_stream(folder: &Path, stream: u32) -> Option<String> {
    let password = String::from_utf8(private_files::read(&path(folder, stream), LONGEST).ok()?).ok()?;
    Some(password).filter(|password| !password.is_empty())
}

/// The file with the password of the server that the process `stream` starts, if there is one in this folder.
pub(crate) fn path(folder: &Path, stream: u32) -> PathBuf {
    folder.join(format!("server-{stream}.password"))
}

/// The process whose password file has this name.
pub(super) fn stream_of(name: &OsStr) -> Option<u32> {
    name.to_str()?.strip_prefix("server-")?.strip_suffix(".password")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipe::tell::safe;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn is_random() {
        let (one, other) = (random().unwrap(), random().unwrap());
        assert!(one.len() == 2 * private_files::SECRET && one != other, "{one} {other}");
    }

    #[test]
    fn file_is_for_its_owner_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("ocr");
        let file = PasswordFile::write(&place, "open sesame").unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&place), mode(&file.0)), (0o700, 0o600));
        let own = std::process::id();
        assert_eq!(of_stream(&place, own).as_deref(), Some("open sesame"));
        assert_eq!(of_stream(&place, own + 1), None);
        assert_eq!(file.0.file_name().and_then(stream_of), Some(own));
        drop(file);
        assert_eq!(of_stream(&place, own), None);
    }

    #[test]
    fn refuses_a_folder_of_others() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        let failure = PasswordFile::write(folder.path(), "x").err().unwrap();
        assert_eq!(failure.code, Code::Error);
        assert_eq!(safe(&failure.message), failure.message, "part of it is masked");
    }
}

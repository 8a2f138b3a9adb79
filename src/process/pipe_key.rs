//! The key that the stages of one pipe share and that no line carries: `ocr-run` makes one for each run, and a pipe that
//! a person types uses a file of the user.

use super::private_files::{self, SECRET};
use std::fmt;
use std::fs::DirBuilder;
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The variable in which `ocr-run` gives its stages the key.
pub const PIPE_KEY: &str = "OCR_PIPE_KEY";

/// The name of the user's key file in its folder.
const FILE: &str = "pipe.key";

/// Where the key of a pipe comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum PipeKey {
    /// From `ocr-run`, for this run only.
    Run(String),
    /// From a file in the first of these folders that can be used. Folders and file are for the user alone.
    User(Vec<PathBuf>),
}

impl fmt::Debug for PipeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(_) => f.write_str("Run(…)"),
            Self::User(folders) => f.debug_tuple("User").field(folders).finish(),
        }
    }
}

impl PipeKey {
    /// A new key for one run, as text.
    ///
    /// # Errors
    /// What the system's source of random numbers reports.
    pub fn random() -> io::Result<String> {
        Ok(private_files::hex(&private_files::random()?))
    }

    /// The bytes of the key. Creates the user's file if there is none.
    pub(super) fn create(&self) -> io::Result<Vec<u8>> {
        self.first(|folder| read(folder).or_else(|_| create(folder)))
    }

    /// The bytes of the key, if there is one.
    pub(super) fn read(&self) -> io::Result<Vec<u8>> {
        self.first(read)
    }

    fn first(&self, key_in: impl Fn(&Path) -> io::Result<Vec<u8>>) -> io::Result<Vec<u8>> {
        match self {
            Self::Run(text) => Ok(text.clone().into_bytes()),
            Self::User(folders) => {
                let mut failed = io::Error::other("there is no folder for it; set XDG_STATE_HOME or HOME");
                for folder in folders {
                    match key_in(folder) {
                        Ok(key) => return Ok(key),
                        Err(error) => failed = io::Error::other(format!("{}: {error}", folder.join(FILE).display())),
                    }
                }
                Err(failed)
            }
        }
    }
}

fn read(folder: &Path) -> io::Result<Vec<u8>> {
    let key = private_files::read(&folder.join(FILE), 2 * SECRET as u64)?;
    if key.len() == SECRET {
        Ok(key)
    } else {
        Err(io::Error::other("it is damaged; delete it; a new one will be created"))
    }
}

/// Of stages that create the file at the same time, one wins, and all read its key.
fn create(folder: &Path) -> io::Result<Vec<u8>> {
    // Others may look into the folder, but not into the file.
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let draft = folder.join(format!("{FILE}.{}", private_files::hex(&private_files::random()?[..8])));
    let mut file = private_files::create(&draft)?;
    let linked = file.write_all(&private_files::random()?).and_then(|()| std::fs::hard_link(&draft, folder.join(FILE)));
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => read(folder),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    #[test]
    fn stages_share_the_file_of_the_user() {
        let folder = tempfile::tempdir().unwrap();
        let key = PipeKey::User(vec!["/dev/null/x".into(), folder.path().join("a/b")]);
        assert!(key.read().is_err(), "only a stream creates it");
        let all: Vec<_> = std::thread::scope(|scope| {
            let creating: Vec<_> = (0..8).map(|_| scope.spawn(|| key.create().unwrap())).collect();
            creating.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(all.iter().all(|one| *one == key.read().unwrap()));
        let file = folder.path().join("a/b").join(FILE);
        assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600);
        assert_eq!(file.parent().unwrap().metadata().unwrap().mode() & 0o777, 0o700);
        assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn refuses_what_others_may_know() {
        let folder = tempfile::tempdir().unwrap();
        let key = PipeKey::User(vec![folder.path().to_owned()]);
        key.create().unwrap();
        let file = folder.path().join(FILE);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(key.create().unwrap_err().to_string().contains("delete it"));
        std::fs::remove_file(&file).unwrap();
        std::fs::write(&file, "short").unwrap();
        assert!(key.read().is_err());
        std::fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", &file).unwrap();
        assert!(key.create().is_err());
        assert!(PipeKey::User(Vec::new()).create().unwrap_err().to_string().contains("HOME"));
    }
}

//! Finds a recording that would feed on itself: `OpenCode` copies what changes in the session's repository into a
//! snapshot at every step, and the diffs of a recording there are recorded again.

use super::spawn::{self, Program};
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// The exit code of `git check-ignore` for a path in the repository that is not ignored; others mean that it is
/// ignored (0), or that there is no repository or it lies outside (128).
const NOT_IGNORED: i32 = 1;

/// Warns if `recording` is in the repository of `directory` and git does not ignore it.
pub fn warn(recording: &Path, directory: &Path) {
    // A relative path means one below our own directory.
    let Ok(recording) = std::path::absolute(recording) else { return };
    if is_seen(&recording, directory) {
        tracing::warn!(
            "the agent's repository contains the recording {}, and git does not ignore it, so OpenCode copies it with every step, and it grows without end; write it to another folder, or add it to .gitignore",
            recording.display()
        );
    }
}

fn is_seen(recording: &Path, directory: &Path) -> bool {
    let mut git = spawn::command("git", Program::Foreign);
    git.arg("-C").arg(directory).args(["check-ignore", "--quiet", "--"]).arg(recording);
    // Without git there are no snapshots.
    let status = git.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.code() == Some(NOT_IGNORED))
}

/// The file that standard output is; `None` for a pipe, a terminal, or where the system does not tell.
pub fn stdout_file() -> Option<PathBuf> {
    let path = std::fs::read_link("/proc/self/fd/1").or_else(|_| of_descriptor()).ok()?;
    path.is_file().then_some(path)
}

#[cfg(target_vendor = "apple")]
fn of_descriptor() -> std::io::Result<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let path = rustix::fs::getpath(std::io::stdout())?;
    Ok(std::ffi::OsString::from_vec(path.into_bytes()).into())
}

#[cfg(not(target_vendor = "apple"))]
fn of_descriptor() -> std::io::Result<PathBuf> {
    Err(std::io::ErrorKind::Unsupported.into())
}

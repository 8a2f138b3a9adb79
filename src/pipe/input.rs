//! Where a stage reads from and writes to.

use crate::exit::{Code, Failure};
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

/// The size that pipes are raised to. Measured: twice the throughput of a chain of four.
#[cfg(target_os = "linux")]
const PIPE_SIZE: usize = 1024 * 1024;

/// Standard input, unbuffered.
///
/// # Errors
/// [`Code::Usage`] with `hint`, which says what the stage waits for, when it is a terminal.
pub fn stdin(hint: &str) -> Result<impl Read + Send + 'static, Failure> {
    if io::stdin().is_terminal() {
        return Err(Failure::new(Code::Usage, hint));
    }
    #[cfg(target_os = "linux")]
    enlarge(&io::stdin());
    raw_stdin().map_err(|e| Failure::new(Code::Error, format_args!("cannot read standard input: {e}")))
}

/// A file, or standard input for `-`.
///
/// # Errors
/// [`Code::NotAllowed`] or [`Code::Error`] when it cannot be opened, with its name.
pub fn open(path: &Path, hint: &str) -> Result<Box<dyn Read + Send>, Failure> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(stdin(hint)?));
    }
    let cannot = |error: &io::Error| {
        let code = if error.kind() == io::ErrorKind::PermissionDenied {
            Code::NotAllowed
        } else {
            Code::Error
        };
        let advice = match error.kind() {
            io::ErrorKind::NotFound => "no such file; check the path",
            io::ErrorKind::PermissionDenied => "permission denied; check its owner and mode",
            io::ErrorKind::IsADirectory => "it is a directory; name a recording in it",
            _ => return Failure::new(code, format_args!("cannot read {}: {error}", path.display())),
        };
        Failure::new(code, format_args!("cannot read {}: {advice}", path.display()))
    };
    let file = File::open(path).map_err(|e| cannot(&e))?;
    if file.metadata().is_ok_and(|m| m.is_dir()) {
        return Err(cannot(&io::ErrorKind::IsADirectory.into()));
    }
    Ok(Box::new(file))
}

/// Standard output, unbuffered: what is written is on its way.
///
/// # Errors
/// [`Code::Error`] when it is closed.
pub fn stdout() -> Result<File, Failure> {
    #[cfg(target_os = "linux")]
    enlarge(&io::stdout());
    raw_stdout().map_err(|e| Failure::new(Code::Error, format_args!("cannot write standard output: {e}")))
}

/// Makes a pipe larger, if it is a pipe and the system lets us.
#[cfg(target_os = "linux")]
fn enlarge(end: &impl std::os::fd::AsFd) {
    // Best effort: a smaller pipe is slower, not wrong.
    let _ = rustix::pipe::fcntl_setpipe_size(end, PIPE_SIZE);
}

#[cfg(unix)]
fn raw_stdin() -> io::Result<File> {
    use std::os::fd::AsFd;
    io::stdin().as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(unix)]
fn raw_stdout() -> io::Result<File> {
    use std::os::fd::AsFd;
    io::stdout().as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(windows)]
fn raw_stdin() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    io::stdin().as_handle().try_clone_to_owned().map(File::from)
}

#[cfg(windows)]
fn raw_stdout() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    io::stdout().as_handle().try_clone_to_owned().map(File::from)
}

//! Opens standard input, standard output and input files.

use super::compressed::decompressed;
use crate::exit::{Code, Failure};
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

/// The capacity that pipes are raised to, in bytes. Measured: it doubles the throughput of a chain of four stages.
#[cfg(target_os = "linux")]
const PIPE_SIZE: usize = 1024 * 1024;

/// Standard input, unbuffered.
///
/// # Errors
/// [`Code::Usage`] with the message `hint` if it is a terminal; [`Code::Error`] if it is closed.
pub fn stdin(hint: &str) -> Result<File, Failure> {
    if io::stdin().is_terminal() {
        return Err(Failure::new(Code::Usage, hint));
    }
    unbuffered(&io::stdin()).map_err(|e| not_read(&e))
}

fn not_read(error: &io::Error) -> Failure {
    Failure::new(Code::Error, format_args!("cannot read standard input: {error}"))
}

/// A file, or standard input for `-`, decompressed if it is compressed with gzip or zstd.
///
/// # Errors
/// [`Code::NotAllowed`] or [`Code::Error`] if it cannot be opened; as [`stdin`] for `-`.
pub fn open(path: &Path, hint: &str) -> Result<Box<dyn Read + Send>, Failure> {
    if path.as_os_str() == "-" {
        return decompressed(stdin(hint)?).map_err(|e| not_read(&e));
    }
    let cannot = |error: &io::Error| {
        let code = if error.kind() == io::ErrorKind::PermissionDenied { Code::NotAllowed } else { Code::Error };
        let advice = match error.kind() {
            io::ErrorKind::NotFound => "no such file; check the path",
            io::ErrorKind::PermissionDenied => "permission denied; check its owner and mode",
            io::ErrorKind::IsADirectory => "it is a directory; name a file in it",
            _ => return Failure::new(code, format_args!("cannot read {}: {error}", path.display())),
        };
        Failure::new(code, format_args!("cannot read {}: {advice}", path.display()))
    };
    let file = File::open(path).map_err(|e| cannot(&e))?;
    if file.metadata().is_ok_and(|m| m.is_dir()) {
        return Err(cannot(&io::ErrorKind::IsADirectory.into()));
    }
    decompressed(file).map_err(|e| cannot(&e))
}

/// Everything in `input`, which has at most `most` bytes: a device or a pipe may never end.
///
/// # Errors
/// What reading reports; [`io::ErrorKind::FileTooLarge`] for more bytes.
pub fn whole(input: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        let message = format!("it has more than {} KiB; check that it is the right file", most / 1024);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

/// The text in `input`, which has at most `most` bytes.
///
/// # Errors
/// As [`whole`], and for what is not UTF-8.
pub fn whole_text(input: impl Read, most: u64) -> io::Result<String> {
    String::from_utf8(whole(input, most)?).map_err(|_| {
        io::Error::new(io::ErrorKind::InvalidData, "it is not a text in UTF-8; check that it is the right file")
    })
}

/// Standard output, unbuffered.
///
/// # Errors
/// [`Code::Error`] if it is closed.
pub fn stdout() -> Result<File, Failure> {
    unbuffered(&io::stdout()).map_err(|e| Failure::new(Code::Error, format_args!("cannot open standard output: {e}")))
}

/// A standard stream as a file; if it is a pipe, an enlarged one.
#[cfg(unix)]
fn unbuffered(end: &impl std::os::fd::AsFd) -> io::Result<File> {
    // A smaller pipe is only slower.
    #[cfg(target_os = "linux")]
    let _ = rustix::pipe::fcntl_setpipe_size(end, PIPE_SIZE);
    end.as_fd().try_clone_to_owned().map(File::from)
}

/// A standard stream as a file.
#[cfg(windows)]
fn unbuffered(end: &impl std::os::windows::io::AsHandle) -> io::Result<File> {
    end.as_handle().try_clone_to_owned().map(File::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_ends_in_time() {
        assert_eq!(whole_text(&b"abcd"[..], 4).unwrap(), "abcd");
        assert_eq!(whole(&b"abcde"[..], 4).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(
            whole(io::repeat(0), 4096).unwrap_err().to_string(),
            "it has more than 4 KiB; check that it is the right file"
        );
        assert_eq!(whole_text(&b"\xff"[..], 4).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}

//! Opens the inputs of `ocr-detect` and `ocr-report`: recordings named on the command line, or standard input.

use crate::detect::Detect;
use crate::exit::{Code, Failure};
use crate::pipe::{LastLines, Shutdown, decompressed, hangup, input};
use crate::report::Summary;
use crate::wire::Unrecognized;
use std::io::Read;
use std::path::Path;

/// Prepares to write: the program ends with its reader, and outlives the first signal.
pub(super) fn prepare() -> Shutdown {
    hangup::exit_when_reader_leaves();
    Shutdown::outlive_first_signal()
}

/// Opens a recording, or standard input, which a signal ends. Either may be compressed.
///
/// # Errors
/// As [`input::open`].
pub(super) fn open(file: Option<&Path>, hint: &str, shutdown: &Shutdown) -> Result<Box<dyn Read + Send>, Failure> {
    match file.filter(|file| file.as_os_str() != "-") {
        Some(file) => input::open(file, hint),
        None => decompressed(LastLines::new(input::stdin(hint)?, shutdown))
            .map_err(|e| Failure::new(Code::Error, format_args!("cannot read standard input: {e}"))),
    }
}

/// The name of a recording; `None` for standard input.
pub(super) fn name(file: Option<&Path>) -> Option<String> {
    file.filter(|file| file.as_os_str() != "-").map(|file| file.display().to_string())
}

/// That nothing in an input was understood, and what to do.
pub(super) fn not_understood(file: Option<&Path>, foreign: Unrecognized) -> String {
    match name(file) {
        Some(name) if foreign.is_empty() => format!("{name}: {foreign}"),
        None if foreign.is_empty() => foreign.to_string(),
        name => format!("nothing in {} was understood: {foreign}", name.as_deref().unwrap_or("this input")),
    }
}

/// The failure to read an input, with the name of the file.
pub(super) fn named(file: Option<&Path>, failure: Failure) -> Failure {
    let Some(name) = name(file) else {
        return failure;
    };
    let message = match failure.code {
        Code::BadData => format!("{name}: {}", failure.message),
        _ => failure.message.replacen("cannot read the input", &format!("cannot read {name}"), 1),
    };
    Failure { message, ..failure }
}

/// The failure to read an input to its end, if it was read well enough to report on it.
///
/// # Errors
/// Any other failure.
pub(super) fn unless_partly_read(read: Result<(), Failure>, detect: &Detect) -> Result<Option<Failure>, Failure> {
    match read {
        Ok(()) => Ok(None),
        Err(failure) if failure.code == Code::Error && detect.not_understood().is_none() => Ok(Some(failure)),
        Err(failure) => Err(failure),
    }
}

/// What a report says about a file that cannot be read.
pub(super) fn unread(file: &Path, failure: &Failure) -> Summary {
    Summary::unread(&file.display().to_string(), &failure.message)
}

/// Keeps the latest failure, which whoever ends the program prints, and prints the one before it.
pub(super) fn keep_last(kept: &mut Option<Failure>, failure: Option<Failure>) {
    if let Some(earlier) = failure.and_then(|failure| kept.replace(failure))
        && !earlier.message.is_empty()
    {
        tracing::error!("{earlier}");
    }
}

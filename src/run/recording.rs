//! Decides where a run is recorded, and how long recordings are kept.

use crate::exit::{Code, Failure};
use crate::wire::record::{AnyRecord, Record, RunResult};
use crate::wire::{Timestamp, head, observe};
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// How much of the first line is read to name the file, in bytes: far more than it has, unless the task is a book.
const FIRST_LINE: usize = 1024 * 1024;

/// How long a line can be that ends a recording, in bytes: far longer than any result.
const LONGEST_LINE: usize = 1024 * 1024;

/// How the names of recordings end.
const EXTENSION: &str = ".ndjson";

/// How much of a session's id is in the name of a file, in characters.
const NAMED: usize = 64;

/// Where the lines of a run are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// In this file.
    File(PathBuf),
    /// In a file of its own in this folder, which has the newest so many.
    Folder(PathBuf, usize),
}

impl Keep {
    /// Makes sure that a recording can be written, before anything is started. A file that is there keeps what it has until
    /// the first line comes: a run that cannot start costs nobody a recording.
    ///
    /// # Errors
    /// [`Code::Error`] if it cannot.
    pub fn prepare(&self) -> Result<(), Failure> {
        let (path, made) = match self {
            Self::File(file) => (file, writable().truncate(false).open(file).map(drop)),
            Self::Folder(folder, _) => (folder, make_folder(folder)),
        };
        made.map_err(|e| {
            let what = format_args!(
                "cannot record in {}: {e}; choose another file with --record FILE, or use --no-record",
                path.display()
            );
            Failure::new(Code::Error, what)
        })
    }

    /// The recordings that are there before a run.
    pub(super) fn earlier(&self) -> Earlier {
        match self {
            Self::File(file) => Earlier { files: HashSet::new(), changed: changed(file) },
            Self::Folder(folder, _) => Earlier { files: recordings(folder).into_iter().collect(), changed: None },
        }
    }

    /// The recording that the process `writer` made, if it made one: none that was there `earlier`, which may be by
    /// another process that had the same number.
    pub(super) fn made_by(&self, writer: u32, earlier: &Earlier) -> Option<PathBuf> {
        match self {
            Self::File(file) => {
                let has_lines = fs::metadata(file).is_ok_and(|found| found.len() > 0);
                (has_lines && changed(file) != earlier.changed).then(|| file.clone())
            }
            Self::Folder(folder, _) => {
                let is_its_own =
                    |path: &PathBuf| !earlier.files.contains(path) && path.to_string_lossy().ends_with(&ending(writer));
                recordings(folder).into_iter().rev().find(is_its_own)
            }
        }
    }

    /// Removes the oldest recordings, but none that is still written.
    pub(super) fn remove_oldest(&self) {
        let Self::Folder(folder, newest) = self else { return };
        let all = recordings(folder);
        let too_many = all.len().saturating_sub(*newest);
        for path in &all[..too_many] {
            // A file system without locks says nothing of who writes.
            let is_written = |file: File| matches!(file.try_lock(), Err(TryLockError::WouldBlock));
            let is_free = File::open(path).is_ok_and(|file| !is_written(file));
            if is_free && let Err(error) = fs::remove_file(path) {
                tracing::warn!("cannot remove the old recording {}: {error}", path.display());
            }
        }
    }

    /// The arguments of the stage that records.
    pub(super) fn args(&self) -> [OsString; 2] {
        let (flag, path) = match self {
            Self::File(file) => ("file", file),
            Self::Folder(folder, _) => ("folder", folder),
        };
        [flag.into(), path.into()]
    }

    /// Reads those arguments.
    fn from_args(args: &[OsString]) -> Option<Self> {
        match args {
            [flag, path] if flag == OsStr::new("file") => Some(Self::File(path.into())),
            [flag, path] if flag == OsStr::new("folder") => Some(Self::Folder(path.into(), usize::MAX)),
            _ => None,
        }
    }
}

/// What was there before a run.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    /// The recordings in the folder.
    files: HashSet<PathBuf>,
    /// When the one file was last changed, in seconds and nanoseconds.
    changed: Option<(i64, i64)>,
}

/// When a file was last changed, if it is there.
fn changed(file: &Path) -> Option<(i64, i64)> {
    fs::metadata(file).map(|found| (found.mtime(), found.mtime_nsec())).ok()
}

/// Makes a folder that only this user can look into.
fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    rustix::fs::access(folder, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK)?;
    Ok(())
}

/// How a recording is opened: a new file can only be read by this user.
fn writable() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).mode(0o600);
    options
}

/// The recordings in a folder, the oldest first. Other files there are not ours.
fn recordings(folder: &Path) -> Vec<PathBuf> {
    let is_ours = |name: &str| {
        let time = name.split('-').next().unwrap_or_default();
        let digits = time.chars().filter(char::is_ascii_digit).count();
        name.ends_with(EXTENSION) && time.len() == 16 && digits == 14 && time.ends_with('Z')
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.retain(|name| is_ours(name));
    names.sort();
    names.into_iter().map(|name| folder.join(name)).collect()
}

/// How the name of a recording ends that the process `writer` makes.
fn ending(writer: u32) -> String {
    format!("-{writer}{EXTENSION}")
}

/// The name of a recording, by its first line: when it began, the session, and who writes it.
fn name(first_line: &[u8]) -> String {
    let text = String::from_utf8_lossy(first_line);
    let line = observe(&text).ok();
    // The time stands at the beginning of a line that is too long to be read.
    let began = line.as_ref().and_then(|line| line.ts).or_else(|| digits_of(text.strip_prefix("{\"ts\":")?));
    let began = Timestamp::from_ms(began.unwrap_or_default()).compact();
    let session = match line.as_ref().and_then(|line| AnyRecord::of(&line.event)) {
        Some(AnyRecord::Opened(opened)) => opened.session_id.unwrap_or_default(),
        _ => String::new(),
    };
    let session: String = session.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(NAMED).collect();
    let session = if session.is_empty() { session } else { format!("-{session}") };
    format!("{began}{session}{}", ending(std::process::id()))
}

/// The number at the beginning of a text.
fn digits_of(text: &str) -> Option<i64> {
    text[..text.find(|c: char| !c.is_ascii_digit())?].parse().ok()
}

/// A recording that is being written.
#[derive(Debug)]
pub(super) struct Recording {
    keep: Option<Keep>,
    file: Option<Written>,
    /// What came before the first line was complete.
    head: Vec<u8>,
    /// Once nothing more could be written: the latest line, as far as it came.
    unwritten: Option<Vec<u8>>,
}

/// The file of a recording.
#[derive(Debug)]
struct Written {
    path: PathBuf,
    file: File,
    /// How many bytes it has, and how many of them are whole lines.
    bytes: u64,
    whole: u64,
}

impl Written {
    /// Appends bytes. If that fails, the file ends with the last whole line that was written.
    fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = self.file.write_all(bytes);
        let mut added = bytes.len();
        if written.is_err() {
            let there = self.file.metadata().map_or(0, |file| file.len().saturating_sub(self.bytes));
            added = usize::try_from(there).map_or(added, |there| there.min(added));
        }
        if let Some(end) = memchr::memrchr(b'\n', &bytes[..added]) {
            self.whole = self.bytes + end as u64 + 1;
        }
        self.bytes += added as u64;
        if written.is_err() {
            // A device or a pipe cannot be cut.
            let _ = self.file.set_len(self.whole);
        }
        written
    }
}

impl Recording {
    /// The recording that these arguments of the stage ask for; none without arguments.
    pub fn new(args: &[OsString]) -> Self {
        Self { keep: Keep::from_args(args), file: None, head: Vec::new(), unwritten: None }
    }

    /// Writes bytes of the stream. What cannot be written is said once, and the run goes on without a recording but for its
    /// result.
    pub fn add(&mut self, bytes: &[u8]) {
        let Some(keep) = &self.keep else { return };
        if let Some(line) = &mut self.unwritten {
            return follow(line, bytes);
        }
        let written = if let Some(file) = &mut self.file {
            file.add(bytes)
        } else {
            self.head.extend_from_slice(bytes);
            match memchr::memchr(b'\n', &self.head) {
                None if self.head.len() < FIRST_LINE => Ok(()),
                end => open(keep, &self.head[..end.unwrap_or(self.head.len())]).and_then(|(path, file)| {
                    let file = self.file.insert(Written { path, file, bytes: 0, whole: 0 });
                    file.add(&std::mem::take(&mut self.head))
                }),
            }
        };
        if let Err(error) = written {
            crate::pipe::tell(format_args!("ocr-run: the recording is incomplete; it cannot be written: {error}"));
            let mut line = Vec::new();
            follow(&mut line, bytes);
            self.unwritten = Some(line);
        }
    }

    /// Writes what is left of a stream that had no complete line, or its result where not all of it could be written.
    pub fn finish(mut self) {
        if self.file.is_none() && !self.head.is_empty() {
            self.add(b"\n");
        }
        if let (Some(file), Some(line)) = (self.file, self.unwritten)
            && line.ends_with(b"\n")
            && head(&line).is_some_and(|head| head.kind == RunResult::TYPE)
        {
            // That the recording is incomplete was said.
            let _ = end_with(&file.path, file.whole, &line);
        }
    }
}

/// Adds the last line of a recording that has so many bytes of whole lines. Where the disk is full, it takes the place of
/// lines before it.
///
/// # Errors
/// The file cannot be read or written; it then ends with a whole line.
pub(super) fn end_with(recording: &Path, whole: u64, line: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(recording)?;
    if !file.metadata()?.is_file() {
        return Ok(());
    }
    let Err(full) = write_end(&file, whole, line) else { return Ok(()) };
    let from = whole.saturating_sub(LONGEST_LINE as u64);
    let mut end = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    (&file).take(whole - from).read_to_end(&mut end)?;
    // The first line stays: it says what is recorded.
    match memchr::memrchr(b'\n', &end[..end.len().saturating_sub(line.len())]) {
        Some(before) => write_end(&file, from + before as u64 + 1, line),
        None => Err(full),
    }
}

/// Writes the end of a file, or ends it there.
fn write_end(file: &File, at: u64, line: &[u8]) -> io::Result<()> {
    let written = file.write_all_at(line, at);
    file.set_len(if written.is_ok() { at + line.len() as u64 } else { at })?;
    written
}

/// Keeps the latest line of a stream, unless it is too long to be a record of ours.
fn follow(line: &mut Vec<u8>, bytes: &[u8]) {
    for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.ends_with(b"\n") {
            line.clear();
        }
        if line.len() < LONGEST_LINE {
            line.extend_from_slice(piece);
        } else if piece.ends_with(b"\n") {
            // It was too long, and is over.
            line.clear();
        }
    }
}

/// Opens the file, and holds a lock on it while it is written.
fn open(keep: &Keep, first_line: &[u8]) -> io::Result<(PathBuf, File)> {
    let path = match keep {
        Keep::File(file) => file.clone(),
        Keep::Folder(folder, _) => folder.join(name(first_line)),
    };
    let file = writable().truncate(true).open(&path)?;
    // Not every file system has locks; the oldest recordings are removed, and this one is the newest.
    let _ = file.try_lock();
    Ok((path, file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    const OPENED: &str =
        r#"{"ts":1795434005104,"type":"ocr.stream.opened","properties":{"sessionID":"ses_1/..","replay":false}}"#;

    #[test]
    fn file_is_named_by_its_first_line() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("new").join("runs");
        let keep = Keep::Folder(folder.clone(), 2);
        keep.prepare().unwrap();
        let mut recording = Recording::new(&keep.args());
        let (begin, end) = OPENED.as_bytes().split_at(20);
        recording.add(begin);
        assert!(recordings(&folder).is_empty());
        recording.add(end);
        recording.add(b"\nx\n");
        let made = keep.made_by(std::process::id(), &Earlier::default()).unwrap();
        let named = format!("20261123T114005Z-ses_1-{}.ndjson", std::process::id());
        assert_eq!(made.file_name().unwrap().to_str(), Some(&*named));
        assert_eq!(fs::read_to_string(&made).unwrap(), format!("{OPENED}\nx\n"));
        let permissions = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((permissions(&made), permissions(&folder)), (0o600, 0o700));
    }

    #[test]
    fn a_run_that_does_not_begin_leaves_the_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("run.ndjson");
        fs::write(&file, "kept\n").unwrap();
        // Times have steps of some milliseconds.
        assert!(
            std::process::Command::new("touch").args(["-t", "200001010000"]).arg(&file).status().unwrap().success()
        );
        let keep = Keep::File(file.clone());
        keep.prepare().unwrap();
        let earlier = keep.earlier();
        assert_eq!((fs::read_to_string(&file).unwrap(), keep.made_by(1, &earlier)), ("kept\n".to_owned(), None));
        let mut recording = Recording::new(&keep.args());
        recording.add(OPENED.as_bytes());
        recording.add(b"\n");
        assert_eq!(fs::read_to_string(&file).unwrap(), format!("{OPENED}\n"));
        assert_eq!(keep.made_by(1, &earlier), Some(file));
    }

    #[test]
    fn a_long_line_hides_no_later_one() {
        let mut line = Vec::new();
        follow(&mut line, &vec![b'x'; LONGEST_LINE + 1]);
        follow(&mut line, b"xx\n{\"type\":\"a\"}\n");
        assert_eq!(line, b"{\"type\":\"a\"}\n");
    }

    #[test]
    fn recording_of_an_earlier_process_is_not_taken_for_ours() {
        let folder = tempfile::tempdir().unwrap();
        let keep = Keep::Folder(folder.path().to_owned(), 9);
        let path = |time: &str| folder.path().join(format!("{time}-77.ndjson"));
        File::create(path("20260101T000000Z")).unwrap();
        let earlier = keep.earlier();
        assert_eq!(keep.made_by(77, &earlier), None);
        File::create(path("20260102T000000Z")).unwrap();
        assert_eq!(keep.made_by(77, &earlier), Some(path("20260102T000000Z")));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn path_need_not_be_unicode() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        let keep = Keep::File(folder.path().join(OsStr::from_bytes(b"run-\xff.ndjson")));
        assert_eq!(Keep::from_args(&keep.args()), Some(keep));
    }

    #[test]
    fn oldest_are_removed_unless_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in
            ["20260101T000000Z-1.ndjson", "20260102T000000Z-1.ndjson", "20260103T000000Z-1.ndjson", "mine.ndjson"]
        {
            File::create(path(name)).unwrap();
        }
        let written = File::open(path("20260101T000000Z-1.ndjson")).unwrap();
        written.lock().unwrap();
        Keep::Folder(folder.path().to_owned(), 1).remove_oldest();
        let mut left: Vec<String> =
            fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        left.sort();
        assert_eq!(left, ["20260101T000000Z-1.ndjson", "20260103T000000Z-1.ndjson", "mine.ndjson"]);
    }
}

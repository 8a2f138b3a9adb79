//! Buffers the lines of the last stage, so that a slow reader, such as a pager or a terminal after Ctrl-S, never holds
//! up the stage that guards the session.
//!
//! Waiting lines are kept in memory up to a limit, and beyond that in a temporary file without a name. Where there is no
//! room for it, lines are left out of the output. If the run is recorded, the lines are written to the recording as they
//! come, whoever reads them later. If `ocr-act` was killed and no line says how the run ended, one is added.

use super::missing_result::{Ending, Heard};
use super::recording::Recording;
use crate::exit::{self, Code, Failure};
use crate::pipe::{Shutdown, tell};
use crate::process::lifeline::inherited;
use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, PipeReader, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// How many bytes wait in memory: what a pipe holds at most, so that a short pause needs no file.
const IN_MEMORY: usize = 1024 * 1024;

/// How many bytes are moved at a time.
const BLOCK: usize = 64 * 1024;

/// Copies standard input to standard output, as a stage of `ocr-run`. `args` are the number of the descriptor that says
/// how the run ended, and the recording.
///
/// # Errors
/// The failure of the output, unless its reader has just left; [`Code::Usage`] for arguments that `ocr-run` did not write.
pub fn spool(args: &[OsString]) -> Result<Code, Failure> {
    Shutdown::outlive_first_signal();
    let internal = || Failure::new(Code::Usage, "this stage is internal to ocr-run; see --help");
    let (number, keep) = args.split_first().ok_or_else(internal)?;
    let ending = inherited(number.to_str().ok_or_else(internal)?)?;
    let failed = |e| Failure::new(Code::Error, format_args!("cannot take the lines: {e}"));
    let input = io::stdin().as_fd().try_clone_to_owned().map_err(failed)?;
    let recording = Recording::new(keep);
    let spool = Spool::start(PipeReader::from(input), io::stdout(), recording, ending);
    spool.finish().map_err(|e| exit::of_write(&e))?;
    Ok(Code::Ok)
}

/// A copy that is under way.
pub(super) struct Spool {
    filled: JoinHandle<()>,
    emptied: JoinHandle<io::Result<()>>,
}

impl Spool {
    /// Copies `input` to `output` and to the recording until the input ends. A reader of the output that leaves, or an
    /// output that fails, changes nothing about that: the session is guarded to its end. `ending` says how the run ended,
    /// if no line does.
    pub fn start(
        input: PipeReader,
        output: impl Write + AsFd + Send + 'static,
        mut recording: Recording,
        mut ending: impl Read + Send + 'static,
    ) -> Self {
        let backlog = Arc::<Backlog>::default();
        let filling = Arc::clone(&backlog);
        let filled = std::thread::spawn(move || {
            let mut heard = Heard::default();
            let mut take = |bytes: &[u8]| {
                recording.add(bytes);
                filling.add(bytes);
                heard.add(bytes);
            };
            fill(input, &mut take);
            if let Some(result) = heard.missing(|| Ending::told(&mut ending)) {
                recording.add(&result);
                filling.add(&result);
            }
            filling.end();
            recording.finish();
            // `ocr-run` waits until it is heard.
            Ending::told(ending);
        });
        Self { filled, emptied: std::thread::spawn(move || empty(&backlog, output)) }
    }

    /// Whether everything was written, or the output has failed.
    #[cfg(test)]
    pub fn is_finished(&self) -> bool {
        self.emptied.is_finished()
    }

    /// Waits for the end. Returns how the output failed, unless its reader has just left.
    pub fn finish(self) -> io::Result<()> {
        let failed = || io::Error::other("copying the lines failed");
        let ended = self.emptied.join().unwrap_or_else(|_| Err(failed()));
        self.filled.join().map_err(|_| failed())?;
        ended
    }
}

/// Reads the input until it ends. One that cannot be read has ended.
fn fill(mut input: PipeReader, take: &mut impl FnMut(&[u8])) {
    let mut block = vec![0; BLOCK];
    loop {
        match input.read(&mut block) {
            Ok(count @ 1..) => take(&block[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => return,
        }
    }
}

/// Writes what waits until nothing more comes; after an error, or when the reader leaves, only takes it.
fn empty(backlog: &Backlog, mut output: impl Write) -> io::Result<()> {
    let mut failure = None;
    let mut is_read = true;
    while let Some(block) = backlog.next()? {
        if !is_read {
            continue;
        }
        if let Err(error) = output.write_all(&block) {
            is_read = false;
            if error.kind() != io::ErrorKind::BrokenPipe {
                failure = Some(error);
            }
        }
    }
    match failure {
        Some(error) => Err(error),
        None if is_read => output.flush(),
        None => Ok(()),
    }
}

/// The bytes that wait, in order: those in memory come before those in the file, and those before the ones behind it.
#[derive(Default)]
struct Backlog {
    waiting: Mutex<BacklogState>,
    changed: Condvar,
}

#[derive(Default)]
struct BacklogState {
    memory: VecDeque<u8>,
    file: Option<File>,
    /// Which bytes of the file wait.
    from: u64,
    to: u64,
    /// What could not be written to the file while other bytes wait in it.
    behind: VecDeque<u8>,
    /// Whether the last bytes ended within a line.
    within_line: bool,
    /// Whether the line that the last bytes are of is left out, and whether any was.
    leaves_out: bool,
    left_out: bool,
    ended: bool,
}

impl Backlog {
    fn lock(&self) -> MutexGuard<'_, BacklogState> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends bytes. Never waits: lines for which there is no room are left out, and this is said once.
    fn add(&self, bytes: &[u8]) {
        let mut waiting = self.lock();
        if waiting.add(bytes) && !std::mem::replace(&mut waiting.left_out, true) {
            tell(
                "ocr-run: the lines are read too slowly, and there is no room for them in the temporary directory (TMPDIR); some are left out of the output",
            );
        }
        self.changed.notify_all();
    }

    fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    /// The next bytes, as soon as there are any; `None` at the end.
    fn next(&self) -> io::Result<Option<Vec<u8>>> {
        let mut waiting = self.lock();
        loop {
            let next = waiting.take()?;
            if !next.is_empty() {
                self.changed.notify_all();
                return Ok(Some(next));
            }
            if waiting.ended {
                return Ok(None);
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl BacklogState {
    /// Appends bytes. Returns whether any were left out because there was no room for them.
    fn add(&mut self, bytes: &[u8]) -> bool {
        let fits = self.from == self.to && self.memory.len() + bytes.len() <= IN_MEMORY;
        if !self.leaves_out && (fits || self.write(bytes)) {
            if fits {
                self.memory.extend(bytes);
            }
            self.within_line = !bytes.ends_with(b"\n");
            return false;
        }
        let mut left_out = false;
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let in_file = self.from < self.to;
            let place = if in_file { &mut self.behind } else { &mut self.memory };
            if !self.within_line {
                self.leaves_out = !place.is_empty() && place.len() + piece.len() > IN_MEMORY;
            }
            // What was begun is completed.
            if self.leaves_out {
                left_out = true;
            } else {
                place.extend(piece);
            }
            self.within_line = !piece.ends_with(b"\n");
        }
        self.leaves_out &= self.within_line;
        left_out
    }

    /// Appends bytes to the file. Returns whether that was possible.
    fn write(&mut self, bytes: &[u8]) -> bool {
        if self.file.is_none() {
            self.file = tempfile::tempfile().ok();
        }
        let written =
            self.behind.is_empty() && self.file.as_ref().is_some_and(|file| file.write_all_at(bytes, self.to).is_ok());
        if written {
            self.to += bytes.len() as u64;
        }
        written
    }

    /// Takes the next bytes; none if nothing waits.
    fn take(&mut self) -> io::Result<Vec<u8>> {
        if !self.memory.is_empty() {
            let count = self.memory.len().min(BLOCK);
            return Ok(self.memory.drain(..count).collect());
        }
        let Some(file) = self.file.as_ref().filter(|_| self.from < self.to) else {
            return Ok(Vec::new());
        };
        let count = usize::try_from(self.to - self.from).unwrap_or(BLOCK).min(BLOCK);
        let mut block = vec![0; count];
        file.read_exact_at(&mut block, self.from)?;
        self.from += count as u64;
        if self.from == self.to {
            file.set_len(0)?;
            (self.from, self.to) = (0, 0);
            self.memory.append(&mut self.behind);
        }
        Ok(block)
    }
}

#[cfg(test)]
mod tests {
    use super::super::recording::Keep;
    use super::*;

    /// More than memory and two pipes hold.
    const MUCH: usize = 4 * IN_MEMORY;

    #[test]
    fn takes_everything_before_it_is_read() {
        let (input, mut source) = io::pipe().unwrap();
        let (mut reader, output) = io::pipe().unwrap();
        let spool = Spool::start(input, output, Recording::new(&[]), io::empty());
        let bytes: Vec<u8> = (0..MUCH).map(|n| u8::try_from(n / 7 % 251).unwrap()).collect();
        // Nobody reads, and this returns all the same.
        source.write_all(&bytes).unwrap();
        assert!(!spool.is_finished());
        drop(source);
        let mut read = Vec::new();
        reader.read_to_end(&mut read).unwrap();
        assert!(read == bytes, "the bytes differ");
        spool.finish().unwrap();
    }

    #[test]
    fn recording_is_complete_without_a_reader() {
        let (input, mut source) = io::pipe().unwrap();
        let (reader, output) = io::pipe().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("run.ndjson");
        let keep = Keep::File(file.clone());
        let spool = Spool::start(input, output, Recording::new(&keep.args()), io::empty());
        drop(reader);
        let line = [b"x".repeat(BLOCK), b"\n".to_vec()].concat();
        for _ in 0..40 {
            source.write_all(&line).unwrap();
        }
        drop(source);
        spool.finish().unwrap();
        assert!(std::fs::read(file).unwrap() == line.repeat(40), "the bytes differ");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn lines_are_taken_while_the_disk_is_full() {
        let (input, mut source) = io::pipe().unwrap();
        let full = File::options().write(true).open("/dev/full").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let keep = Keep::File(folder.path().join("run.ndjson"));
        let spool = Spool::start(input, full, Recording::new(&keep.args()), io::empty());
        source.write_all(b"line\n").unwrap();
        source.write_all(b"last\n").unwrap();
        drop(source);
        assert_eq!(spool.finish().unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(std::fs::read(folder.path().join("run.ndjson")).unwrap(), b"line\nlast\n");
    }

    /// A backlog whose file cannot be written.
    fn without_room(from: u64, to: u64) -> BacklogState {
        let unwritable = File::open("/dev/null").unwrap();
        BacklogState { file: Some(unwritable), from, to, ..BacklogState::default() }
    }

    #[test]
    fn leaves_out_whole_lines() {
        for (from, to) in [(0, 0), (0, 1)] {
            let mut backlog = without_room(from, to);
            let line = [vec![b'x'; 1000], b"\n".to_vec()].concat();
            let lines = line.repeat(3 * IN_MEMORY / line.len());
            // In blocks that end within lines.
            let left_out = lines.chunks(BLOCK).filter(|block| backlog.add(block)).count();
            assert!(left_out > 0);
            // As if the file had been read.
            backlog.from = backlog.to;
            let mut taken = Vec::new();
            if to > 0 {
                taken.extend(backlog.behind.drain(..));
            }
            while let Some(block) = backlog.take().ok().filter(|block| !block.is_empty()) {
                taken.extend(block);
            }
            assert_eq!(taken.len() % line.len(), 0, "a line is cut");
            assert!(taken.len() > IN_MEMORY / 2 && taken.chunks(line.len()).all(|taken| taken == line));
            // Where there is room again, it begins with a whole line.
            assert!(!backlog.add(b"next\n"));
            assert_eq!(backlog.take().unwrap(), b"next\n");
        }
    }
}

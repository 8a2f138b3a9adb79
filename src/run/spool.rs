//! Buffers the lines of the last stage, so that a slow reader, such as a pager or a terminal after Ctrl-S, never holds
//! up the stage that guards the session.
//!
//! Waiting lines are kept in memory up to a limit, and beyond that in a temporary file without a name. If the run is
//! recorded, the lines are written to the recording as they come, whoever reads them later. If `ocr-act` was killed and
//! no line says how the run ended, one is added.

use super::missing_result::{Ending, Heard};
use super::recording::Recording;
use crate::exit::{self, Code, Failure};
use crate::pipe::Shutdown;
use crate::process::lifeline::inherited;
use rustix::event::{PollFd, PollFlags, poll};
use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
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
    let spool = Spool::start(PipeReader::from(input), io::stdout(), recording, ending).map_err(failed)?;
    spool.finish().map_err(|e| exit::of_write(&e))?;
    Ok(Code::Ok)
}

/// A copy that is under way.
pub(super) struct Spool {
    filled: JoinHandle<()>,
    emptied: JoinHandle<io::Result<()>>,
}

impl Spool {
    /// Copies `input` to `output` and to the recording until the input ends. A reader of the output that leaves changes
    /// nothing about that: it is `ocr-run` that then ends the run. When the output fails, the input is closed. `ending` says
    /// how the run ended, if no line does.
    ///
    /// # Errors
    /// The system has no more descriptors.
    pub fn start(
        input: PipeReader,
        output: impl Write + AsFd + Send + 'static,
        mut recording: Recording,
        ending: impl Read + Send + 'static,
    ) -> io::Result<Self> {
        let backlog = Arc::<Backlog>::default();
        let (failed, fails) = io::pipe()?;
        let filling = Arc::clone(&backlog);
        let filled = std::thread::spawn(move || {
            let mut heard = Heard::default();
            let mut take = |bytes: &[u8]| {
                recording.add(bytes);
                filling.add(bytes);
                heard.add(bytes);
            };
            // An input that cannot be read has ended.
            let is_taken = fill(input, &failed, &mut take).unwrap_or(true);
            let unwritten =
                || Ending { code: Code::Error, why: "the lines could not be written to standard output".to_owned() };
            let missing = heard.missing(|| if is_taken { Ending::told(ending) } else { unwritten() });
            if let Some(result) = missing {
                recording.add(&result);
                filling.add(&result);
            }
            filling.end();
            recording.finish();
        });
        Ok(Self {
            filled,
            emptied: std::thread::spawn(move || {
                let emptied = empty(&backlog, output, fails);
                backlog.leave();
                emptied
            }),
        })
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

/// Reads the input until it ends, or writing has `failed`. Returns whether it was all taken.
fn fill(mut input: PipeReader, failed: &PipeReader, take: &mut impl FnMut(&[u8])) -> io::Result<bool> {
    let mut block = vec![0; BLOCK];
    loop {
        // Hang-ups and errors are always reported.
        let mut watched = [PollFd::new(&input, PollFlags::IN), PollFd::new(failed, PollFlags::empty())];
        match poll(&mut watched, None) {
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
        if watched[1].revents().intersects(PollFlags::ERR | PollFlags::HUP) {
            return Ok(false);
        }
        if !watched[0].revents().is_empty() {
            match input.read(&mut block)? {
                0 => return Ok(true),
                count => take(&block[..count]),
            }
        }
    }
}

/// Writes what waits until nothing more comes. `_fails` is closed at the end, also after an error.
fn empty(backlog: &Backlog, mut output: impl Write, _fails: PipeWriter) -> io::Result<()> {
    let mut is_read = true;
    while let Some(block) = backlog.next()? {
        if !is_read {
            continue;
        }
        match output.write_all(&block) {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => is_read = false,
            written => written?,
        }
    }
    if is_read { output.flush() } else { Ok(()) }
}

/// The bytes that wait, in order: those in memory come before those in the file.
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
    ended: bool,
    /// Whether nobody takes any more.
    left: bool,
}

impl Backlog {
    fn lock(&self) -> MutexGuard<'_, BacklogState> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends bytes. Waits for room in memory only if they cannot be written to a file.
    fn add(&self, bytes: &[u8]) {
        let mut waiting = self.lock();
        while !waiting.left && !waiting.add(bytes) {
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        self.changed.notify_all();
    }

    /// Nobody takes any more: whoever waits for room must not wait.
    fn leave(&self) {
        self.lock().left = true;
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
    /// Whether there was room for these bytes.
    fn add(&mut self, bytes: &[u8]) -> bool {
        if self.from == self.to && self.memory.len() + bytes.len() <= IN_MEMORY {
            self.memory.extend(bytes);
            return true;
        }
        if self.file.is_none() {
            self.file = tempfile::tempfile().ok();
        }
        let written = self.file.as_ref().is_some_and(|file| file.write_all_at(bytes, self.to).is_ok());
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
        let spool = Spool::start(input, output, Recording::new(&[]), io::empty()).unwrap();
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
        let spool = Spool::start(input, output, Recording::new(&keep.args()), io::empty()).unwrap();
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
    fn full_disk_closes_the_input() {
        let (input, mut source) = io::pipe().unwrap();
        let full = File::options().write(true).open("/dev/full").unwrap();
        let spool = Spool::start(input, full, Recording::new(&[]), io::empty()).unwrap();
        source.write_all(b"line\n").unwrap();
        assert_eq!(spool.finish().unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}

//! Asks a command: the question on its standard input, the answer on its standard output. When its time is up,
//! it is killed with all its children.

use super::error::{ReviewError, quote};
use crate::review::prompt::Prompt;
use crate::review::redact::Redactor;
use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// A longer answer is cut.
const LONGEST: usize = 1024 * 1024;
/// How much is kept of what it says on standard error.
const COMPLAINT: usize = 4096;
/// How much is read at a time.
const BLOCK: usize = 16 * 1024;
/// How long the end of the output of a command that has ended is waited for.
const LINGER: Duration = Duration::from_millis(500);
/// What a shell ends with when there is no such command.
const NOT_FOUND: i32 = 127;
/// What it ends with when the command cannot be run.
const NOT_EXECUTABLE: i32 = 126;

/// A command that reviews.
pub(crate) struct CommandReviewer {
    line: String,
    leash: Leash,
}

/// Holds the command that runs, so that whoever leaves can end it.
#[derive(Clone, Default)]
pub struct Leash(Arc<Mutex<Hold>>);

#[derive(Default)]
struct Hold {
    /// The command that runs.
    id: Option<u32>,
    /// Whether its owner leaves: then nothing is started any more.
    left: bool,
}

impl Leash {
    /// Ends the command that runs, if one does, with all its children, and starts no other.
    pub fn pull(&self) {
        let mut hold = self.lock();
        hold.left = true;
        if let Some(id) = hold.id.take() {
            kill(id);
        }
    }

    /// Ends this command with its children, unless it was ended already: another may run by now.
    fn end(&self, id: u32) {
        let mut hold = self.lock();
        if hold.id == Some(id) {
            hold.id = None;
            kill(id);
        }
    }

    /// Starts a command. Under the lock: who pulls the leash finds it held, or it is never started.
    fn start(&self, command: &mut Command) -> io::Result<Child> {
        let mut hold = self.lock();
        if hold.left {
            return Err(io::Error::other("ocr-review is about to end"));
        }
        let child = command.spawn()?;
        hold.id = Some(child.id());
        Ok(child)
    }

    fn lock(&self) -> MutexGuard<'_, Hold> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the command when it is dropped, unless it has ended.
struct Held<'a>(&'a Leash, u32);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.end(self.1);
    }
}

/// What a command did.
struct Ended {
    status: io::Result<ExitStatus>,
    answer: Vec<u8>,
    complaint: Vec<u8>,
}

impl CommandReviewer {
    pub(crate) fn new(line: &str, leash: Leash) -> Self {
        Self {
            line: line.to_owned(),
            leash,
        }
    }

    /// Asks once; dropped before its end, the command is gone.
    pub(crate) async fn ask(
        &self,
        prompt: &Prompt,
        complaint: Option<&str>,
        redactor: &Redactor,
    ) -> Result<String, ReviewError> {
        let line = redactor.redact(&self.line).into_owned();
        let failed = |e: io::Error| ReviewError::permanent(format!("cannot run the reviewer {line:?}: {e}"));
        let mut command = shell(&self.line);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.leash.start(&mut command).map_err(failed)?;
        let _held = Held(&self.leash, child.id());
        let question = prompt.text(complaint);
        if let Some(mut stdin) = child.stdin.take() {
            // A command that does not read its input to the end may still answer.
            std::thread::spawn(move || stdin.write_all(question.as_bytes()));
        }
        let (tell, told) = oneshot::channel();
        let leash = self.leash.clone();
        std::thread::spawn(move || tell.send(wait(child, &leash)));
        let ended = told
            .await
            .map_err(|_| ReviewError::transient("the reviewer's command was lost"))?;
        answer_of(&ended, &line, redactor)
    }
}

/// Waits for the command, and takes what it said by then.
fn wait(mut child: Child, leash: &Leash) -> Ended {
    let answer = Said::listen(child.stdout.take(), LONGEST);
    let complaint = Said::listen(child.stderr.take(), COMPLAINT);
    let status = child.wait();
    // What it left running in the background goes with it, and lets go of its output.
    leash.end(child.id());
    Ended {
        status,
        answer: answer.until_its_end(),
        complaint: complaint.until_its_end(),
    }
}

/// What a command says, read on a thread of its own.
struct Said {
    bytes: Arc<Mutex<Vec<u8>>>,
    ended: Receiver<()>,
}

impl Said {
    /// Keeps the first `limit` bytes; the rest is read and dropped, so that nobody waits for a reader.
    fn listen(from: Option<impl Read + Send + 'static>, limit: usize) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let (end, ended) = mpsc::channel();
        let kept = Arc::clone(&bytes);
        std::thread::spawn(move || {
            let mut block = vec![0; BLOCK];
            let mut from = from;
            // What came before an error is what there is.
            while let Some(count @ 1..) = from.as_mut().and_then(|from| from.read(&mut block).ok()) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let room = limit.saturating_sub(kept.len());
                kept.extend_from_slice(&block[..count.min(room)]);
            }
            // Nobody waits any more if this fails.
            let _ = end.send(());
        });
        Self { bytes, ended }
    }

    /// All of it; of a stream that somebody holds open who has left the command's group, what has come.
    fn until_its_end(self) -> Vec<u8> {
        let _ = self.ended.recv_timeout(LINGER);
        std::mem::take(&mut *self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn answer_of(ended: &Ended, line: &str, redactor: &Redactor) -> Result<String, ReviewError> {
    let status = match &ended.status {
        Ok(status) if status.success() => {
            return Ok(redactor
                .redact(&String::from_utf8_lossy(&ended.answer))
                .into_owned());
        }
        Ok(status) => status,
        Err(e) => {
            return Err(ReviewError::transient(format!(
                "the reviewer {line:?} was lost: {e}"
            )));
        }
    };
    let complaint = quote(&redactor.redact(&String::from_utf8_lossy(&ended.complaint)));
    match status.code() {
        Some(NOT_FOUND | NOT_EXECUTABLE) => Err(ReviewError::permanent(format!(
            "cannot run the reviewer {line:?} ({complaint}): check --reviewer-cmd"
        ))),
        _ => Err(ReviewError::transient(format!(
            "the reviewer {line:?} failed ({status}): {complaint}"
        ))),
    }
}

/// The command in a shell and, where there is such a thing, in a process group of its own.
#[cfg(unix)]
fn shell(line: &str) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new("sh");
    command.args(["-c", line]).process_group(0);
    command
}

#[cfg(not(unix))]
fn shell(line: &str) -> Command {
    let mut command = Command::new("cmd");
    command.args(["/C", line]);
    command
}

#[cfg(unix)]
fn kill(id: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        // A group that is gone already is what was wanted.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// `taskkill` ends a process with its children.
#[cfg(not(unix))]
fn kill(id: u32) {
    let _ = Command::new("taskkill")
        .args(["/T", "/F", "/PID", &id.to_string()])
        .output();
}

//! Asks a command: the question on its standard input, the answer on its standard output. When its time is up,
//! it is killed with all its children.

use super::client::with_complaint;
use super::prompt::Prompt;
use super::redact::Masker;
use super::trouble::{Trouble, said};
use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// A longer answer is cut.
const LONGEST: u64 = 1024 * 1024;
/// How much is kept of what it says on standard error.
const COMPLAINT: u64 = 4096;
/// What a shell ends with when there is no such command.
const NOT_FOUND: i32 = 127;
/// What it ends with when the command cannot be run.
const NOT_EXECUTABLE: i32 = 126;

/// A command that reviews.
pub(super) struct Asked {
    line: String,
    leash: Leash,
}

/// Holds the command that runs, so that whoever leaves can end it.
#[derive(Clone, Default)]
pub struct Leash(Arc<Mutex<Option<u32>>>);

impl Leash {
    /// Ends the command that runs, if one does, with all its children.
    pub fn pull(&self) {
        if let Some(id) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            kill(id);
        }
    }

    fn hold(&self, id: Option<u32>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = id;
    }
}

/// Ends the command when it is dropped, unless it has ended.
struct Held<'a>(&'a Leash);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.pull();
    }
}

/// What a command did.
struct Ended {
    status: io::Result<ExitStatus>,
    answer: Vec<u8>,
    complaint: Vec<u8>,
}

impl Asked {
    pub(super) fn new(line: &str, leash: Leash) -> Self {
        Self {
            line: line.to_owned(),
            leash,
        }
    }

    /// The command as it was typed, for the decision's `reviewer`.
    pub(super) fn name(&self) -> &str {
        &self.line
    }

    /// Asks once; dropped before its end, the command is gone.
    pub(super) async fn ask(
        &self,
        prompt: &Prompt,
        complaint: Option<&str>,
        masker: &Masker,
    ) -> Result<String, Trouble> {
        let line = masker.mask(&self.line).into_owned();
        let failed = |e: io::Error| Trouble::lasting(format!("cannot run the reviewer {line:?}: {e}"));
        let mut child = shell(&self.line)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        self.leash.hold(Some(child.id()));
        let held = Held(&self.leash);
        let question = with_complaint(&prompt.text(), complaint);
        if let Some(mut stdin) = child.stdin.take() {
            // A command that does not read its input to the end may still answer.
            std::thread::spawn(move || stdin.write_all(question.as_bytes()));
        }
        let (tell, told) = oneshot::channel();
        std::thread::spawn(move || tell.send(wait(child)));
        let ended = told
            .await
            .map_err(|_| Trouble::passing("the reviewer's command was lost"))?;
        // It has ended; what it left running in the background goes with it.
        drop(held);
        answer_of(&ended, &line, masker)
    }
}

/// Reads what the command says, to its end.
fn wait(mut child: Child) -> Ended {
    let stderr = child.stderr.take();
    let complaining = std::thread::spawn(move || stderr.map(|e| read(e, COMPLAINT)).unwrap_or_default());
    let answer = child.stdout.take().map(|o| read(o, LONGEST)).unwrap_or_default();
    let status = child.wait();
    Ended {
        status,
        answer,
        complaint: complaining.join().unwrap_or_default(),
    }
}

/// The first `limit` bytes; the rest is read and dropped, so that nobody waits for a reader.
fn read(mut from: impl Read, limit: u64) -> Vec<u8> {
    let mut kept = Vec::new();
    // What came before an error is what there is.
    let _ = from.by_ref().take(limit).read_to_end(&mut kept);
    let _ = io::copy(&mut from, &mut io::sink());
    kept
}

fn answer_of(ended: &Ended, line: &str, masker: &Masker) -> Result<String, Trouble> {
    let status = match &ended.status {
        Ok(status) if status.success() => {
            return Ok(masker.mask(&String::from_utf8_lossy(&ended.answer)).into_owned());
        }
        Ok(status) => status,
        Err(e) => return Err(Trouble::passing(format!("the reviewer {line:?} was lost: {e}"))),
    };
    let complaint = said(&masker.mask(&String::from_utf8_lossy(&ended.complaint)));
    match status.code() {
        Some(NOT_FOUND | NOT_EXECUTABLE) => Err(Trouble::lasting(format!(
            "cannot run the reviewer {line:?} ({complaint}): check --reviewer-cmd"
        ))),
        _ => Err(Trouble::passing(format!(
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

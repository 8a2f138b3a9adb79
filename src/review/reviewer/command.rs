//! Asks a command: the prompt on its standard input, the answer on its standard output. Kills it at the deadline, with
//! all its children.

use super::answer::Answer;
use super::error::{ReviewError, last_words};
use crate::process::command::{Capture, Finished, KillSwitch, ShellCommand};
use crate::redact::Redactor;
use crate::review::prompt::Question;
use crate::wire::text;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::oneshot;

/// How many bytes of the answer are kept, and of standard error.
const ANSWER: usize = 1024 * 1024;
/// How much of the command line an error shows, in characters, so that there is room for why it failed.
const SHOWN: usize = 80;
/// The exit status of a shell that finds no such command.
const NOT_FOUND: i32 = 127;
/// The exit status of a shell that may not run the command.
const NOT_EXECUTABLE: i32 = 126;

/// A command that reviews.
pub(crate) struct CommandReviewer {
    line: String,
    kill_switch: KillSwitch,
}

/// Cancels the command when the request is dropped.
struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl CommandReviewer {
    pub(crate) fn new(line: &str, kill_switch: KillSwitch) -> Self {
        Self { line: line.to_owned(), kill_switch }
    }

    /// The command.
    pub(crate) fn line(&self) -> &str {
        &self.line
    }

    /// Asks once. The command is killed after `limit`, and when the future is dropped.
    pub(crate) async fn ask(&self, question: Question<'_>, limit: Duration) -> Result<Answer, ReviewError> {
        let Question { prompt, complaint, redactor } = question;
        let line = text::excerpt(&redactor.redact(&self.line), SHOWN);
        let text = prompt.text(complaint);
        let cancelled = CancelOnDrop(Arc::default());
        let (sender, finished) = oneshot::channel();
        let (command, switch, cancel) = (self.line.clone(), self.kill_switch.clone(), Arc::clone(&cancelled.0));
        std::thread::spawn(move || {
            let command = ShellCommand {
                variables: &[],
                line: &command,
                directory: Path::new("."),
                input: text.as_bytes(),
                limit,
                capture: Capture::Head(ANSWER),
            };
            sender.send(command.run(&switch, || cancel.load(Ordering::SeqCst)))
        });
        let finished = finished
            .await
            .map_err(|_| ReviewError::transient("the reviewer's command was lost"))?
            .map_err(|e| ReviewError::permanent(format!("cannot run the reviewer {line:?}: {e}")))?;
        answer_of(&finished, &line, redactor)
    }
}

fn answer_of(finished: &Finished, line: &str, redactor: &Redactor) -> Result<Answer, ReviewError> {
    let redacted = |bytes: &[u8]| redactor.redact(&String::from_utf8_lossy(bytes)).into_owned();
    let (stdout, stderr) = (redacted(&finished.stdout), redacted(&finished.stderr));
    let said = said(&stdout, &stderr);
    match &finished.status {
        Ok(status) if status.success() => Ok(Answer { text: stdout, is_cut_off: false }),
        Ok(status) if matches!(status.code(), Some(NOT_FOUND | NOT_EXECUTABLE)) => {
            Err(ReviewError::unreachable(format!("cannot run the reviewer {line:?}{said}; check --reviewer-cmd")))
        }
        Ok(status) => Err(ReviewError::transient(format!("the reviewer {line:?} failed ({status}){said}"))),
        Err(why) => Err(ReviewError::transient(format!("the reviewer {line:?} gave no answer: {why}{said}"))),
    }
}

/// Why a command failed, in its own words. Some programs tell it on standard output.
fn said(stdout: &str, stderr: &str) -> String {
    let said = [stderr, stdout].map(last_words);
    said.iter().find(|words| !words.is_empty()).map(|words| format!(": {words}")).unwrap_or_default()
}

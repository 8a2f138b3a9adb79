//! Checks whether the reviewer answers, by asking it about an invented session.

use super::checked::Checked;
use super::settings::Doctor;
use crate::exit::Code;
use crate::process::lifeline::Lifeline;
use crate::process::spawn::{self, Program};
use crate::run::command_line::{Command, STAGE_ARGUMENT};
use crate::wire::observe;
use crate::wire::record::{AnyRecord, Decision};
use std::io::{self, Write};
use std::process::{Output, Stdio};

const WHAT: &str = "reviewer";

/// A session that has answered a question and rests.
const SESSION: &str = concat!(
    r#"{"ts":1,"type":"ocr.stream.opened","properties":{"sessionID":"ses_doctor","task":"Say hello.","replay":true}}"#,
    "\n",
    r#"{"ts":2,"type":"ocr.detect.turn","properties":{"sessionID":"ses_doctor","turn":1,"why":"rest"}}"#,
    "\n",
    r#"{"ts":2,"type":"ocr.detect.done","properties":{"sessionID":"ses_doctor","outcome":"candidate","claim":"none"}}"#,
    "\n",
);

pub(super) fn check(doctor: &Doctor) -> Checked {
    let Some(reviewer) = &doctor.reviewer else {
        return Checked::ok(WHAT, "the built-in rules");
    };
    let failed = |why: &str| {
        let cure = "check --reviewer-url, --reviewer-model, REVIEWER_API_KEY or --reviewer-cmd; a run goes on with the built-in rules";
        Checked::fail(WHAT, Code::Unreachable, why.to_owned(), cure)
    };
    let output = match question(reviewer) {
        Ok(output) => output,
        Err(error) => return failed(&error.to_string()),
    };
    let lines = String::from_utf8_lossy(&output.stdout);
    match lines.lines().find_map(decision) {
        Some(decision) if !decision.degraded => Checked::ok(WHAT, format!("{} answers", decision.reviewer)),
        _ => {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it does not answer");
            failed(said.trim().trim_start_matches("ocr-review: ").trim_start_matches("warning: "))
        }
    }
}

fn question(reviewer: &Command) -> io::Result<Output> {
    let lifeline = Lifeline::new().map_err(|failure| io::Error::other(failure.to_string()))?;
    let mut command = spawn::command(std::env::current_exe()?, Program::Ours);
    command.arg(STAGE_ARGUMENT).arg(lifeline.number()).arg(reviewer.name).args(&reviewer.args);
    command.envs(reviewer.private.iter().map(|private| (&private.variable, &private.value)));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(SESSION.as_bytes())?;
    }
    child.wait_with_output()
}

fn decision(line: &str) -> Option<Decision> {
    let line = observe(line).ok()?;
    match AnyRecord::of(&line.event) {
        Some(AnyRecord::Decision(decision)) => Some(decision),
        _ => None,
    }
}

//! Checks whether the model answers, by asking it something in a new session, as every run does.

use super::ask::{ServerAnswer, ask};
use super::checked::Checked;
use super::settings::Doctor;
use crate::exit::Code;
use crate::pipe::tell::masked_excerpt;
use crate::printable::{duration, without_frames};
use crate::wire::part::Part;
use crate::wire::text::decode;
use crate::wire::{Event, Status, observe};
use serde_json::Value;
use std::ffi::OsString;

const WHAT: &str = "model";

/// What the model is asked.
const TASK: &str = "Reply with the one word: ready";

/// How much of an answer or an error is shown, in characters.
const SHOWN: usize = 160;

/// What a stream of lines says about an answer.
#[derive(Debug, Default)]
struct Heard {
    answer: Option<String>,
    error: Option<(String, String)>,
    /// Why the last attempt failed that was repeated.
    retried: Option<String>,
    /// Whether the session was asked.
    began: bool,
}

pub(super) fn check(doctor: &Doctor, config: &Value, args: &[OsString]) -> Checked {
    let own = match std::env::current_exe() {
        Ok(own) => own.display().to_string(),
        Err(error) => return Checked::fail(WHAT, Code::Error, error.to_string(), ""),
    };
    let limit = format!("--max-time={}", doctor.limit.as_secs().max(1));
    // A model that is asked for a word may do anything: it gets no tools.
    let mut words = vec![&*own, "--headless", "--no-record", "--no-tools", "--task", TASK, &limit];
    let args: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
    words.extend(args.iter().map(|arg| &**arg));
    // The run ends by itself before.
    let said = match ask(&words, &doctor.directory, doctor.limit * 2) {
        Ok(said) => said,
        Err(why) => return Checked::fail(WHAT, Code::Unreachable, format!("it does not answer ({why})"), CURE),
    };
    let failed = |code: Code, why: &str| {
        let why = masked_excerpt(&without_frames(why), SHOWN);
        Checked::fail(WHAT, code, format!("it does not answer: {why}"), CURE)
    };
    match heard(&said.stdout) {
        Heard { answer: Some(answer), .. } => {
            Checked::ok(WHAT, format!("it answers: {}", masked_excerpt(&answer, SHOWN)))
        }
        Heard { error: Some((name, message)), .. } => {
            let code = if name.contains("Auth") { Code::NotAllowed } else { Code::Unreachable };
            failed(code, if message.is_empty() { &name } else { &message })
        }
        Heard { retried: Some(why), .. } => failed(Code::Unreachable, &why),
        Heard { began: true, .. } => {
            let endpoint = endpoint(config, &args).map(|url| format!(" {url}")).unwrap_or_default();
            let limit = duration(i64::try_from(doctor.limit.as_millis()).unwrap_or(i64::MAX));
            failed(Code::Unreachable, &format!("its endpoint{endpoint} said nothing within {limit} (--model-timeout)"))
        }
        Heard { .. } => failed(Code::Unreachable, &complaint(&said)),
    }
}

/// The address that the configuration gives the provider of the model that is asked.
fn endpoint(config: &Value, args: &[impl AsRef<str>]) -> Option<String> {
    let given = args.iter().find_map(|arg| arg.as_ref().strip_prefix("--worker-model="));
    let (provider, _) = given.or_else(|| config["model"].as_str())?.split_once('/')?;
    config["provider"][provider]["options"]["baseURL"].as_str().map(str::to_owned)
}

const CURE: &str =
    "`opencode models` lists the models, `opencode auth login` sets the key; --no-model skips this check";

/// What the run said about its failure, or that it took too long.
fn complaint(said: &ServerAnswer) -> String {
    if said.stderr.is_empty() { "no answer in time (--model-timeout)".to_owned() } else { said.complaint() }
}

/// The first answer or error in the lines.
fn heard(lines: &str) -> Heard {
    let mut heard = Heard::default();
    for line in lines.lines() {
        let Ok(line) = observe(line) else { continue };
        match line.event {
            Event::Part(part) if heard.answer.is_none() => heard.answer = answer(&part),
            Event::Error { name, message } if heard.error.is_none() => {
                heard.error = Some((name.into_owned(), message.map(decode).unwrap_or_default().into_owned()));
            }
            Event::Status(Status::Retry { message: Some(message), .. }) => {
                heard.retried = Some(decode(message).into_owned());
            }
            Event::Status(Status::Busy) => heard.began = true,
            _ => {}
        }
    }
    heard
}

/// The text of the model, once it is finished. That of a person has no end.
fn answer(part: &Part) -> Option<String> {
    let is_finished = part.kind == "text" && part.time.as_ref().is_some_and(|time| time.end().is_some());
    let text = is_finished.then(|| part.text.map(decode)).flatten()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

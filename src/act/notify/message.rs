//! The messages that are sent: a person is needed, no longer needed, or the run has ended.

use super::topic::Topic;
use crate::act::summary::{masked, summary};
use crate::printable::{excerpt, printable};
use crate::redact::Redactor;
use crate::wire::Timestamp;
use crate::wire::record::RunResult;
use serde::Serialize;
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

/// How much is included of a title, a summary and the options, in characters, and how long a command may be, in bytes.
/// Together they are shorter than the 2000 characters that Discord accepts.
pub(in crate::act) const TITLE: usize = 100;
/// See [`TITLE`].
const SUMMARY: usize = 700;
/// See [`TITLE`].
const OPTIONS: usize = 300;
/// See [`TITLE`].
const COMMAND: usize = 500;

/// Something that a person may want to know at once: told when it begins and when it is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// What it is about.
    pub event: Topic,
    /// False when it begins, true in the message that takes it back.
    pub over: bool,
    /// The same in both messages.
    pub episode: String,
    /// The session.
    #[serde(rename = "sessionID")]
    pub session_id: String,
    /// The title of the session, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The question, the provider's words or the finding; in a follow-up, how it ended.
    pub summary: String,
    /// The answers to choose from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// The command that answers with the first option.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// When the provider accepts requests again, in milliseconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

impl Notice {
    /// The message that takes this one back.
    pub fn ended(self, how: &str) -> Self {
        let summary = how.to_owned();
        Self { over: true, summary, options: Vec::new(), command: None, until: None, ..self }
    }

    fn masked(&self, redactor: &Redactor) -> Self {
        let mask = |text: &String| redactor.redact(text).into_owned();
        let options: Vec<String> = self.options.iter().map(mask).collect();
        Self {
            title: self.title.as_ref().map(mask),
            summary: mask(&self.summary),
            // It has the first option, and with a masked one it would answer something else.
            command: self.command.clone().filter(|_| options == self.options),
            options,
            ..self.clone()
        }
    }

    /// For people, in one line.
    fn text(&self) -> String {
        let session = self.title.as_deref().map_or(String::new(), |title| excerpt(title, TITLE) + " ");
        let (summary, id) = (excerpt(&self.summary, SUMMARY), excerpt(&self.session_id, TITLE));
        let mut text = format!("{}: {summary} [{session}{id}]", self.event);
        if !self.options.is_empty() {
            text.extend([" (", &*excerpt(&self.options.join(", "), OPTIONS), ")"]);
        }
        if let Some(command) = self.command.as_ref().filter(|command| command.len() <= COMMAND) {
            text.extend(["; answer: ", command]);
        }
        printable(&text)
    }
}

/// What is sent.
#[derive(Debug, Clone)]
pub enum Message {
    /// That a person may be needed, or no longer is.
    Notice(Notice),
    /// The outcome of the run.
    Result(Box<RunResult>),
}

impl Message {
    /// What it is about.
    pub fn event(&self) -> Topic {
        match self {
            Self::Notice(notice) => notice.event,
            Self::Result(result) if result.exit_code == 0 => Topic::Success,
            Self::Result(_) => Topic::Failure,
        }
    }

    /// The session, if there is one.
    pub fn session(&self) -> Option<&str> {
        match self {
            Self::Notice(notice) => Some(&notice.session_id),
            Self::Result(result) => result.session_id.as_deref(),
        }
    }

    /// The id of a webhook's message: the same for every attempt, another for the follow-up of a notice.
    pub fn webhook_id(&self, ts: Timestamp) -> String {
        let (about, phase) = match self {
            Self::Notice(notice) => (&*notice.episode, if notice.over { "over" } else { "open" }),
            Self::Result(result) => (result.session_id.as_deref().unwrap_or_default(), "result"),
        };
        // An episode, or a session's id, may hold what a header may not.
        format!("msg_{:016x}_{phase}_{ts}", xxh3_64(about.as_bytes()))
    }

    /// The `type` of a webhook's body.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Notice(_) => "ocr.act.notice",
            Self::Result(_) => "ocr.act.result",
        }
    }

    /// The members, what the message is about, and the time `ts`, as a command has them on its standard input.
    pub fn line(&self, ts: Timestamp) -> Value {
        let mut line = self.data();
        if let Value::Object(members) = &mut line {
            members.insert("event".to_owned(), self.event().to_string().into());
            members.insert("ts".to_owned(), ts.ms().into());
        }
        line
    }

    /// The members, as a webhook has them under `data`.
    pub fn data(&self) -> Value {
        match self {
            Self::Notice(notice) => serde_json::to_value(notice),
            Self::Result(result) => serde_json::to_value(result),
        }
        .unwrap_or_default()
    }

    /// For people, in one line.
    pub fn text(&self) -> String {
        match self {
            Self::Notice(notice) => notice.text(),
            Self::Result(result) => summary(result),
        }
    }

    /// Whether somebody should look now.
    pub fn is_urgent(&self) -> bool {
        match self {
            Self::Notice(notice) => !notice.over,
            Self::Result(result) => result.exit_code != 0,
        }
    }

    /// The same without secrets.
    pub fn masked(&self, redactor: &Redactor) -> Self {
        match self {
            Self::Notice(notice) => Self::Notice(notice.masked(redactor)),
            Self::Result(result) => Self::Result(Box::new(masked(result, redactor))),
        }
    }
}

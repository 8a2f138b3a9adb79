//! The server's durable log: what it keeps of its events, and in which order.

use super::array::Array;
use super::session::segment;
use super::{REQUEST_TIMEOUT, Server, Session, error, explain};
use crate::exit::{Code, Failure};
use opencode_rs::OpencodeError;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::HashMap;

/// The longest event, or entry of the log, that is taken, in bytes. `OpenCode` inlines attachments of up to
/// 10 MiB, which base64 makes 14: this is twice that, and what one event may cost in memory.
pub const LONGEST_EVENT: usize = 32 * 1024 * 1024;

/// How many sessions are asked for; without a limit 1.18.33 lists a hundred.
const ALL: &str = "1000000";

/// How many messages the latest few are: one that is being written, and what was asked meanwhile.
const LATEST: usize = 4;

/// What could not be done when a session's messages do not come.
const READ: &str = "list a session's messages";

/// One event of the durable log. Its id is the one that the event stream gave it.
#[derive(Debug, Deserialize)]
pub struct Entry {
    /// The event's id; no order is in it.
    pub id: String,
    /// The session that it belongs to.
    #[serde(rename = "aggregate_id")]
    pub session: String,
    /// Its number in the session's log, from 0 without a hole.
    pub seq: i64,
    /// The event's type, with a version behind it: `message.part.updated.1`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the event stream has under `properties`.
    pub data: Box<RawValue>,
}

impl Entry {
    /// The type as the event stream writes it: without the version.
    pub fn bus_type(&self) -> &str {
        match self.kind.rsplit_once('.') {
            Some((kind, version)) if version.bytes().all(|b| b.is_ascii_digit()) => kind,
            _ => &self.kind,
        }
    }

    /// How much memory it takes, roughly, in bytes.
    pub fn size(&self) -> usize {
        self.data.get().len() + self.id.len() + self.session.len() + self.kind.len()
    }
}

/// A message as the server keeps it: what it is, and its parts, in their latest state.
#[derive(Debug, Deserialize)]
pub struct Message {
    /// What the event stream has under `properties.info`.
    pub info: Box<RawValue>,
    /// What the event stream has under `properties.part`, for each part.
    #[serde(default)]
    pub parts: Vec<Box<RawValue>>,
}

impl Message {
    /// Its id, unless it has none.
    pub fn id(&self) -> Option<String> {
        self.head().map(|head| head.id)
    }

    /// Whether the model wrote it.
    pub fn is_answer(&self) -> bool {
        self.head().is_some_and(|head| head.role == "assistant")
    }

    fn head(&self) -> Option<MessageHead> {
        serde_json::from_str(self.info.get()).ok()
    }
}

#[derive(Deserialize)]
struct MessageHead {
    id: String,
    #[serde(default)]
    role: String,
}

/// What a server says when it is asked for messages of a session.
#[derive(Debug)]
pub enum Kept<T = Vec<Message>> {
    /// These, oldest first.
    Messages(T),
    /// There is no such session any more.
    Deleted,
    /// It has the session and fails to say what is in it: one broken file is enough on 1.1.
    Unreadable,
}

/// All messages of a session, oldest first, as they come over the wire.
pub struct Messages(Array);

impl Messages {
    /// How many were left out: too long, or of a shape that nobody knows.
    pub fn skipped(&self) -> u64 {
        self.0.skipped
    }

    /// The next message; `None` at the end.
    ///
    /// # Errors
    /// [`Code::Unreachable`] when the answer breaks off.
    pub async fn next(&mut self) -> Result<Option<Message>, Failure> {
        self.0.next().await
    }
}

/// The sessions that a server knows.
#[derive(Debug)]
pub struct Listing {
    /// Those that it lists.
    pub sessions: Vec<Session>,
    /// Whether they are those of every project; otherwise of the one that was asked about, as on 1.1.
    pub everywhere: bool,
}

/// A part of the log as it comes over the wire.
pub struct History(Option<Array>);

impl History {
    /// Whether the server keeps a log and failed to say what is in it: then there are no entries.
    pub fn is_refused(&self) -> bool {
        self.0.is_none()
    }

    /// How many entries were left out: too long, or of a shape that nobody knows.
    pub fn skipped(&self) -> u64 {
        self.0.as_ref().map_or(0, |entries| entries.skipped)
    }

    /// The next entry, ascending within its session; `None` at the end.
    ///
    /// # Errors
    /// [`Code::Unreachable`] when the answer breaks off.
    pub async fn next(&mut self) -> Result<Option<Entry>, Failure> {
        match &mut self.0 {
            Some(entries) => entries.next().await,
            None => Ok(None),
        }
    }
}

impl Server {
    /// The session's messages, oldest first.
    ///
    /// # Errors
    /// As [`super::explain`] says.
    pub async fn messages(&self, session: &str) -> Result<Vec<Message>, Failure> {
        let path = format!("/session/{}/message", segment(session));
        self.ask(Method::GET, &path, "list a session's messages").await
    }

    /// The latest messages of a session, with its latest answer among them: what has been asked since may be any
    /// number, and waits behind that.
    ///
    /// # Errors
    /// As [`super::explain`] says.
    pub async fn latest(&self, session: &str) -> Result<Kept, Failure> {
        let mut few = LATEST;
        loop {
            let path = format!("/session/{}/message?limit={few}", segment(session));
            return match self.http.request_json(Method::GET, &path, None).await {
                Ok(latest) => {
                    let latest: Vec<Message> = latest;
                    if latest.len() >= few && !latest.iter().any(Message::is_answer) {
                        few *= 4;
                        continue;
                    }
                    Ok(Kept::Messages(latest))
                }
                Err(OpencodeError::Http { status: 404, .. }) => Ok(Kept::Deleted),
                Err(OpencodeError::Http {
                    status: 400 | 500, ..
                }) => Ok(self.unreadable(session)),
                Err(error) => Err(explain(&self.url, READ, &error)),
            };
        }
    }

    /// All messages of a session.
    ///
    /// # Errors
    /// As [`super::explain`] says.
    pub async fn whole(&self, session: &str) -> Result<Kept<Messages>, Failure> {
        let mut url = self.route(&format!("session/{}/message", segment(session)));
        self.about_directory(&mut url);
        let request = self.events.get(url);
        // Without a time limit for the whole: a slow reader may take its time over a long session.
        let answer = tokio::time::timeout(REQUEST_TIMEOUT, request.send())
            .await
            .map_err(|_| error::silent(&self.url))?
            .map_err(|e| explain(&self.url, READ, &e.into()))?;
        match answer.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(error::not_allowed(&self.url)),
            StatusCode::NOT_FOUND => Ok(Kept::Deleted),
            StatusCode::BAD_REQUEST | StatusCode::INTERNAL_SERVER_ERROR => Ok(self.unreadable(session)),
            status if !status.is_success() => Err(Failure::new(
                Code::Unreachable,
                format_args!(
                    "{} answers {status} when asked for a session's messages",
                    self.url
                ),
            )),
            _ => Ok(Kept::Messages(Messages(Array::new(self, answer)))),
        }
    }

    fn unreadable<T>(&self, session: &str) -> Kept<T> {
        tracing::info!("{} cannot say what is in {session}", self.url);
        Kept::Unreadable
    }

    /// Every entry with a number above the one that `after` names for its session. A session that is not
    /// named comes back whole. `None`: this server keeps no log, as those of 1.1.
    ///
    /// # Errors
    /// As [`super::explain`] says.
    pub async fn history(&self, after: &HashMap<String, i64>) -> Result<Option<History>, Failure> {
        let body: Value = after
            .iter()
            .map(|(id, seq)| (id.clone(), Value::from(*seq)))
            .collect();
        // Without a time limit for the whole: a slow reader may take its time over a long log.
        let request = self.events.post(self.route("sync/history")).json(&body).send();
        let answer = tokio::time::timeout(REQUEST_TIMEOUT, request)
            .await
            .map_err(|_| error::silent(&self.url))?
            .map_err(|e| explain(&self.url, "say what was missed", &e.into()))?;
        match answer.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(error::not_allowed(&self.url)),
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => return Ok(None),
            StatusCode::BAD_REQUEST | StatusCode::INTERNAL_SERVER_ERROR => {
                tracing::info!(
                    "{} cannot say what was missed: it answers {}",
                    self.url,
                    answer.status()
                );
                return Ok(Some(History(None)));
            }
            status if !status.is_success() => {
                return Err(Failure::new(
                    Code::Unreachable,
                    format_args!("{} answers {status} when asked what was missed", self.url),
                ));
            }
            _ => {}
        }
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let json = kind.is_some_and(|kind| kind.contains("json"));
        Ok(json.then(|| History(Some(Array::new(self, answer)))))
    }

    /// The sessions that the server knows, those of every project where it can tell.
    ///
    /// # Errors
    /// As [`super::explain`] says.
    pub async fn sessions(&self) -> Result<Listing, Failure> {
        if let Some(sessions) = self.sessions_everywhere().await? {
            return Ok(Listing {
                sessions,
                everywhere: true,
            });
        }
        let path = format!("/session?limit={ALL}");
        Ok(Listing {
            sessions: self.ask(Method::GET, &path, "list its sessions").await?,
            everywhere: false,
        })
    }

    /// The sessions of every project, those in its archive too; `None` where the server has no such list. Named without a directory:
    /// with one it would list only that.
    async fn sessions_everywhere(&self) -> Result<Option<Vec<Session>>, Failure> {
        let asked = self
            .events
            .get(self.route("experimental/session"))
            .query(&[("limit", ALL), ("archived", "true")])
            .timeout(REQUEST_TIMEOUT)
            .send()
            .await;
        let said = match asked.and_then(Response::error_for_status) {
            Ok(answer) => answer.bytes().await,
            Err(error) => Err(error),
        };
        match said {
            Ok(said) => Ok(serde_json::from_slice(&said).ok()),
            // One of 1.1 passes what it does not know on to the network, and may wait for that in vain.
            Err(error) if error.is_status() || error.is_timeout() => Ok(None),
            // An answer that breaks off is none: the list that others have is shorter.
            Err(error) => Err(Failure::new(
                Code::Unreachable,
                format_args!(
                    "{} broke off while it listed its sessions: {}",
                    self.url,
                    error::root_cause(&error)
                ),
            )),
        }
    }

    /// The directory that the server works in for us.
    ///
    /// # Errors
    /// As [`super::explain`] says.
    pub async fn directory(&self) -> Result<String, Failure> {
        #[derive(Deserialize)]
        struct Paths {
            directory: String,
        }
        let paths: Paths = self.ask(Method::GET, "/path", "say where it works").await?;
        Ok(paths.directory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_no_part_of_the_type() {
        let entry = |kind: &str| Entry {
            id: String::new(),
            session: String::new(),
            seq: 0,
            kind: kind.to_owned(),
            data: RawValue::from_string("{}".to_owned()).unwrap(),
        };
        assert_eq!(entry("message.part.updated.1").bus_type(), "message.part.updated");
        assert_eq!(entry("message.updated").bus_type(), "message.updated");
    }
}

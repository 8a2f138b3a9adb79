//! Reads the server's durable log of events.

use super::answer::{check_status, has_type};
use super::array::Array;
use super::{Error, Server};
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::HashMap;

/// What the log is read for; completes "cannot …".
const PURPOSE: &str = "read its event log";

/// One event of the durable log. It has the same id in the event stream.
#[derive(Debug, Deserialize)]
pub struct Entry {
    /// The event's id. Ids are not ordered.
    pub id: String,
    /// The session that it belongs to.
    #[serde(rename = "aggregate_id")]
    pub session: String,
    /// Its number in the session's log, ascending from 0 without gaps.
    pub seq: i64,
    /// The event's type followed by a version: `message.part.updated.1`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the event stream has under `properties`.
    pub data: Box<RawValue>,
}

impl Entry {
    /// The type without the version, as in the event stream.
    pub fn bus_type(&self) -> &str {
        match self.kind.rsplit_once('.') {
            Some((kind, version)) if version.bytes().all(|b| b.is_ascii_digit()) => kind,
            _ => &self.kind,
        }
    }
}

/// The answer to a request for the log.
pub enum History {
    /// The entries, read as they arrive.
    Entries(Entries),
    /// The server has no log, as `OpenCode` 1.1.
    None,
    /// The server has a log and cannot read it.
    Broken,
}

/// A part of the log, read as it arrives: the entries of each session in ascending order.
pub type Entries = Box<Array<Entry>>;

impl Server {
    /// Every entry with a number above the one that `after` has for its session. Sessions that `after` does not name
    /// come whole.
    ///
    /// # Errors
    /// Any [`Error`] of a request.
    pub async fn history(&self, after: &HashMap<String, i64>) -> Result<History, Error> {
        let body: Value = after.iter().map(|(id, seq)| (id.clone(), Value::from(*seq))).collect();
        let request = self.http.post(self.route("sync/history")).json(&body);
        let answer = self.send(request, PURPOSE).await?;
        match answer.status() {
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => return Ok(History::None),
            status @ (StatusCode::BAD_REQUEST | StatusCode::INTERNAL_SERVER_ERROR) => {
                tracing::info!("{} cannot read its event log: it answered {status}", self.url);
                return Ok(History::Broken);
            }
            _ => {}
        }
        let answer = check_status(&self.url, PURPOSE, answer).await?;
        if !has_type(&answer, "application/json") {
            return Ok(History::None);
        }
        Ok(History::Entries(Box::new(Array::new(&self.url, PURPOSE, answer))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_version() {
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

//! Reads a session's messages.

use super::answer::check_status;
use super::array::Array;
use super::{Error, Server, segment};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;

/// What the messages are read for; completes "cannot …".
const PURPOSE: &str = "list a session's messages";

/// The latest state of a message and its parts.
#[derive(Debug, Deserialize)]
pub struct Message {
    /// What the event stream has under `properties.info`.
    pub info: Box<RawValue>,
    /// What the event stream has under `properties.part`, for each part.
    #[serde(default)]
    pub parts: Vec<Box<RawValue>>,
}

impl Server {
    /// All messages of a session, oldest first, read as they arrive.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such session, [`Error::Unreadable`] when the server cannot read it; otherwise
    /// any [`Error`] of a request.
    pub async fn messages(&self, session: &str) -> Result<Array<Message>, Error> {
        self.list_messages(session, &[]).await
    }

    /// The last message of a session; `None` if it has none.
    ///
    /// # Errors
    /// Those of [`messages`](Self::messages).
    pub async fn last_message(&self, session: &str) -> Result<Option<Message>, Error> {
        // A server that does not know the limit sends all of them.
        let mut messages = self.list_messages(session, &[("limit", "1")]).await?;
        let mut last = None;
        while let Some(message) = messages.next().await? {
            last = Some(message);
        }
        Ok(last)
    }

    async fn list_messages(&self, session: &str, query: &[(&str, &str)]) -> Result<Array<Message>, Error> {
        let path = format!("session/{}/message", segment(session));
        let request = self.http.get(self.route_in_directory(&path)).query(query);
        let answer = self.send(request, PURPOSE).await?;
        let (url, session) = (self.url.to_string(), session.to_owned());
        match answer.status() {
            StatusCode::NOT_FOUND => return Err(Error::NotFound { url, session }),
            StatusCode::BAD_REQUEST | StatusCode::INTERNAL_SERVER_ERROR => {
                return Err(Error::Unreadable { url, session });
            }
            _ => {}
        }
        let answer = check_status(&self.url, PURPOSE, answer).await?;
        Ok(Array::new(&self.url, PURPOSE, answer))
    }

    /// Whether the session has a message with this id.
    ///
    /// # Errors
    /// Any [`Error`] of a request, but for a message that is not there.
    pub async fn has_message(&self, session: &str, message: &str) -> Result<bool, Error> {
        let path = format!("session/{}/message/{}", segment(session), segment(message));
        match self.request::<Box<RawValue>>(Method::GET, &path, None, "find a message").await {
            Ok(_) => Ok(true),
            // 1.18 answers 404 for a message that it does not have, 1.1 answers 400.
            Err(Error::Failed { status: 400 | 404, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

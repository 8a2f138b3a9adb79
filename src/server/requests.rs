//! Permissions and questions that wait for an answer.

use super::{Error, Server};
use opencode_rs::OpencodeError;
use reqwest::Method;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A permission or a question that waits for an answer.
#[derive(Debug)]
pub struct OpenRequest {
    /// The request's id.
    pub id: String,
    /// The session that waits.
    pub session: String,
    /// The type of the event that announces it.
    pub kind: &'static str,
    /// What that event has under `properties`.
    pub properties: Box<RawValue>,
}

impl Server {
    /// The open requests of the directory's sessions; none where the server cannot list them.
    ///
    /// # Errors
    /// Any [`Error`] of a request, except for routes that the server does not have.
    pub async fn open_requests(&self) -> Result<Vec<OpenRequest>, Error> {
        let mut open = Vec::new();
        for (path, kind) in [("/permission", "permission.asked"), ("/question", "question.asked")] {
            let answer = self.http.request_json(Method::GET, path, None).await;
            let listed: Vec<Box<RawValue>> = match answer {
                Ok(listed) => listed,
                Err(OpencodeError::Http { status, .. }) if !matches!(status, 401 | 403) => continue,
                // Unknown routes answer with a web page.
                Err(OpencodeError::Json(_)) => continue,
                Err(OpencodeError::Transport(cause)) if cause.is_decode() => continue,
                Err(error) => return Err(Error::of_request(&self.url, "list open requests", &error)),
            };
            open.extend(listed.into_iter().filter_map(|properties| parse(kind, properties)));
        }
        Ok(open)
    }
}

fn parse(kind: &'static str, properties: Box<RawValue>) -> Option<OpenRequest> {
    #[derive(Deserialize)]
    struct Request {
        id: String,
        #[serde(rename = "sessionID")]
        session: String,
    }
    let Request { id, session } = serde_json::from_str(properties.get()).ok()?;
    Some(OpenRequest { id, session, kind, properties })
}

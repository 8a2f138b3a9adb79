//! What sessions ask and nobody has answered yet.

use super::{Server, explain};
use crate::exit::Failure;
use opencode_rs::OpencodeError;
use reqwest::Method;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A permission or a question that waits for an answer.
#[derive(Debug)]
pub struct Asked {
    /// The request's id.
    pub id: String,
    /// The session that waits.
    pub session: String,
    /// The type of the event that told it.
    pub kind: &'static str,
    /// What that event had under `properties`.
    pub properties: Box<RawValue>,
}

impl Server {
    /// What the sessions of the directory ask and nobody has answered yet; nothing where the server cannot tell.
    ///
    /// # Errors
    /// As [`explain`] says, where the server does not answer or does not let us in.
    pub async fn asked(&self) -> Result<Vec<Asked>, Failure> {
        let mut asked = Vec::new();
        for (path, kind) in [
            ("/permission", "permission.asked"),
            ("/question", "question.asked"),
        ] {
            let answer = self.http.request_json(Method::GET, path, None).await;
            let waiting: Vec<Box<RawValue>> = match answer {
                Ok(waiting) => waiting,
                Err(OpencodeError::Http { status, .. }) if !matches!(status, 401 | 403) => continue,
                // A page: there is no such route.
                Err(OpencodeError::Json(_)) => continue,
                Err(OpencodeError::Transport(cause)) if cause.is_decode() => continue,
                Err(error) => return Err(explain(&self.url, "say what its sessions ask", &error)),
            };
            asked.extend(waiting.into_iter().filter_map(|properties| of(kind, properties)));
        }
        Ok(asked)
    }
}

fn of(kind: &'static str, properties: Box<RawValue>) -> Option<Asked> {
    #[derive(Deserialize)]
    struct Request {
        id: String,
        #[serde(rename = "sessionID")]
        session: String,
    }
    let Request { id, session } = serde_json::from_str(properties.get()).ok()?;
    Some(Asked {
        id,
        session,
        kind,
        properties,
    })
}

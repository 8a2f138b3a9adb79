//! A session's messages, and the files that they changed.

use super::answer::check_status;
use super::array::Array;
use super::{Error, Server, segment};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What the messages are read for; completes "cannot …".
const PURPOSE: &str = "list a session's messages";

/// How many changed files are read.
const FILES: usize = 100_000;

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
        let path = format!("session/{}/message", segment(session));
        let request = self.http.get(self.route_in_directory(&path));
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

    /// The files that the session has changed, those below `directory` relative to it.
    ///
    /// Measured: until 1.1 the session's diff names them; since 1.18 it stays empty, and the patches among the parts
    /// of its messages name them.
    ///
    /// # Errors
    /// Any [`Error`] of a request.
    pub async fn changed_files(&self, id: &str, directory: &Path) -> Result<Vec<String>, Error> {
        #[derive(Deserialize)]
        struct Changed {
            file: String,
        }
        #[derive(Deserialize)]
        struct Patch {
            #[serde(rename = "type")]
            kind: String,
            #[serde(default)]
            files: Vec<PathBuf>,
        }
        let path = format!("session/{}/diff", segment(id));
        let request = self.http.get(self.route_in_directory(&path));
        let diff: Array<Changed> = self.list(request, "list what the session changed").await?;
        let diff = diff.collect(FILES).await?;
        let mut changed: BTreeSet<String> = diff.into_iter().map(|change| change.file).collect();
        let mut messages = self.messages(id).await?;
        while let Some(message) = messages.next().await? {
            // A part of another shape is not a patch.
            let parts = message.parts.iter();
            let patches = parts.filter_map(|part| serde_json::from_str::<Patch>(part.get()).ok());
            for file in patches.filter(|patch| patch.kind == "patch").flat_map(|p| p.files) {
                let file = file.strip_prefix(directory).unwrap_or(&file);
                if changed.len() < FILES {
                    changed.insert(file.to_string_lossy().into_owned());
                }
            }
        }
        Ok(changed.into_iter().collect())
    }
}

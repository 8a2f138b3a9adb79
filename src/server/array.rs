//! A JSON array read from an answer as it arrives. It grows with the sessions, so it is never held in memory whole.

use super::elements::{Element, Elements};
use super::{Error, REQUEST_TIMEOUT};
use crate::net::root_cause;
use reqwest::Response;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;
use url::Url;

/// The longest event, log entry or message that is read, in bytes. `OpenCode` inlines attachments of up to 10 MiB,
/// 14 MiB in base64; this is twice that, and the most memory that one event can cost.
pub const LONGEST_EVENT: usize = 32 * 1024 * 1024;

/// An answer whose elements, each a `T`, are read one by one.
pub struct Array<T> {
    url: Url,
    purpose: &'static str,
    answer: Response,
    chunk: bytes::Bytes,
    position: usize,
    elements: Elements,
    skipped: u64,
    element: PhantomData<T>,
}

impl<T: DeserializeOwned> Array<T> {
    /// Reads `answer` of the server at `url`; `purpose` completes "cannot …" in errors.
    pub(super) fn new(url: &Url, purpose: &'static str, answer: Response) -> Self {
        Self {
            url: url.clone(),
            purpose,
            answer,
            chunk: bytes::Bytes::new(),
            position: 0,
            elements: Elements::up_to(LONGEST_EVENT),
            skipped: 0,
            element: PhantomData,
        }
    }

    /// How many elements were skipped so far: longer than [`LONGEST_EVENT`], or not a `T`.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The next element; `None` at the end.
    ///
    /// # Errors
    /// [`Error::TimedOut`] or [`Error::Interrupted`] when the answer stops before its end.
    pub async fn next(&mut self) -> Result<Option<T>, Error> {
        loop {
            while let Some(byte) = self.chunk.get(self.position) {
                self.position += 1;
                match self.elements.push(*byte) {
                    Some(Element::Whole(json)) => match serde_json::from_slice(&json) {
                        Ok(element) => return Ok(Some(element)),
                        Err(_) => self.skipped += 1,
                    },
                    Some(Element::TooLong) => self.skipped += 1,
                    None => {}
                }
            }
            let chunk = tokio::time::timeout(REQUEST_TIMEOUT, self.answer.chunk())
                .await
                .map_err(|_| Error::TimedOut { url: self.url.to_string() })?;
            let cause = match chunk {
                Ok(Some(chunk)) => {
                    (self.chunk, self.position) = (chunk, 0);
                    continue;
                }
                Ok(None) if self.elements.ended() => return Ok(None),
                Ok(None) => "the end of the answer is missing".to_owned(),
                Err(error) => root_cause(&error),
            };
            return Err(Error::Interrupted { url: self.url.to_string(), purpose: self.purpose, cause });
        }
    }
}

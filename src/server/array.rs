//! Reads a JSON array from an answer as it arrives. It grows with the sessions, so it is never held in memory whole.

use super::elements::{Element, Elements};
use super::{Error, REQUEST_TIMEOUT};
use crate::net::root_cause;
use reqwest::Response;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;
use std::time::{Duration, Instant};
use url::Url;

/// The longest event, log entry or message that is read, in bytes. `OpenCode` inlines attachments of up to 10 MiB,
/// 14 MiB in base64; this is twice that, and the most memory that one event can cost.
pub const LONGEST_EVENT: usize = 32 * 1024 * 1024;

/// The longest list that is read, in bytes: the log of days of work, at a few KiB for each step.
const LONGEST_LIST: u64 = 1024 * 1024 * 1024;

/// How long the server may keep us waiting for one list altogether: it may pause, but not drip for ever. Measured: the
/// log of a long day takes a second.
const LONGEST_WAIT: Duration = Duration::from_mins(2);

/// An answer whose elements, each a `T`, are read one by one.
pub struct Array<T> {
    url: Url,
    purpose: &'static str,
    answer: Response,
    chunk: bytes::Bytes,
    position: usize,
    elements: Elements,
    skipped: u64,
    /// How many bytes came so far, and how many may.
    length: u64,
    longest: u64,
    /// How long we waited for them.
    waited: Duration,
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
            length: 0,
            longest: LONGEST_LIST,
            waited: Duration::ZERO,
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
    /// [`Error::TimedOut`] or [`Error::Interrupted`] when the answer stops before its end, [`Error::TooLong`] when it has
    /// none, [`Error::Foreign`] when it is not a list.
    pub async fn next(&mut self) -> Result<Option<T>, Error> {
        // A list that is there at once must not keep a timer from its turn.
        tokio::task::coop::consume_budget().await;
        loop {
            while self.position < self.chunk.len() {
                let (read, element) = self.elements.read(&self.chunk[self.position..]);
                self.position += read;
                match element {
                    Some(Element::Whole(json)) => match serde_json::from_slice(&json) {
                        Ok(element) => return Ok(Some(element)),
                        Err(_) => self.skipped += 1,
                    },
                    Some(Element::TooLong) => self.skipped += 1,
                    None => {}
                }
            }
            if self.elements.is_foreign() {
                return Err(Error::Foreign { url: self.url.to_string() });
            }
            if !self.read_on().await? {
                return Ok(None);
            }
        }
    }

    /// All elements, at most `limit` of them.
    ///
    /// # Errors
    /// As [`next`](Self::next), and [`Error::TooLong`] when there are more.
    pub(super) async fn collect(mut self, limit: usize) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        while let Some(element) = self.next().await? {
            if all.len() == limit {
                return Err(Error::TooMany { url: self.url.to_string(), purpose: self.purpose, limit });
            }
            all.push(element);
        }
        Ok(all)
    }

    /// The same list, of which at most so many bytes are read.
    pub(super) fn up_to(self, longest: u64) -> Self {
        Self { longest, ..self }
    }

    /// Waits for the next piece of the answer. Returns whether there is one.
    async fn read_on(&mut self) -> Result<bool, Error> {
        let url = || self.url.to_string();
        let (began, patience) = (Instant::now(), REQUEST_TIMEOUT.min(LONGEST_WAIT.saturating_sub(self.waited)));
        let chunk = tokio::time::timeout(patience, self.answer.chunk()).await;
        self.waited += began.elapsed();
        let cause = match chunk.map_err(|_| Error::TimedOut { url: url() })? {
            Ok(Some(chunk)) => {
                self.length += chunk.len() as u64;
                if self.length > self.longest {
                    return Err(Error::too_long(&self.url, self.purpose, self.longest));
                }
                (self.chunk, self.position) = (chunk, 0);
                return Ok(true);
            }
            Ok(None) if self.elements.ended() => return Ok(false),
            Ok(None) => "the end of the answer is missing".to_owned(),
            Err(error) => root_cause(&error),
        };
        Err(Error::Interrupted { url: url(), purpose: self.purpose, cause })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn array(body: impl Into<reqwest::Body>) -> Array<Value> {
        let url = Url::parse("http://127.0.0.1:9/").unwrap();
        Array::new(&url, "list", Response::from(axum::http::Response::new(body.into())))
    }

    async fn collected(array: Array<Value>, limit: usize) -> Result<Vec<Value>, Error> {
        array.collect(limit).await
    }

    #[tokio::test]
    async fn stops_at_limits() {
        let long = format!("[{}", "{\"a\":1},".repeat(1000));
        assert!(matches!(collected(array(long.clone()).up_to(4000), 2000).await, Err(Error::TooLong { .. })));
        assert!(matches!(collected(array(long.clone()), 999).await, Err(Error::TooMany { limit: 999, .. })));
        assert!(matches!(collected(array(long.clone()), 1000).await, Err(Error::Interrupted { .. })));
        assert_eq!(collected(array(long + "{}]"), 1001).await.unwrap().len(), 1001);
    }

    #[tokio::test]
    async fn rejects_what_is_no_list() {
        for body in ["<html>{}</html>", "{\"a\": [{}]}", "null"] {
            assert!(matches!(collected(array(body), 9).await, Err(Error::Foreign { .. })), "{body}");
        }
        assert!(collected(array(" \n[ ]"), 9).await.unwrap().is_empty());
    }
}

//! A JSON array as it comes over the wire. It is as long as the sessions are, so it is never held whole.

use super::elements::{Element, Elements};
use super::log::LONGEST_EVENT;
use super::{REQUEST_TIMEOUT, Server, error};
use crate::exit::{Code, Failure};
use reqwest::Response;
use serde::de::DeserializeOwned;

/// An answer whose elements are taken one by one.
pub(super) struct Array {
    server: Server,
    answer: Response,
    piece: bytes::Bytes,
    at: usize,
    elements: Elements,
    /// How many elements were left out: too long, or of a shape that nobody knows.
    pub(super) skipped: u64,
}

impl Array {
    pub(super) fn new(server: &Server, answer: Response) -> Self {
        Self {
            server: server.clone(),
            answer,
            piece: bytes::Bytes::new(),
            at: 0,
            elements: Elements::up_to(LONGEST_EVENT),
            skipped: 0,
        }
    }

    /// The next element; `None` at the end.
    ///
    /// # Errors
    /// [`Code::Unreachable`] when the answer breaks off.
    pub(super) async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Failure> {
        loop {
            while let Some(byte) = self.piece.get(self.at) {
                self.at += 1;
                match self.elements.push(*byte) {
                    Some(Element::Whole(json)) => match serde_json::from_slice(&json) {
                        Ok(element) => return Ok(Some(element)),
                        Err(_) => self.skipped += 1,
                    },
                    Some(Element::TooLong) => self.skipped += 1,
                    None => {}
                }
            }
            let url = &self.server.url;
            let piece = tokio::time::timeout(REQUEST_TIMEOUT, self.answer.chunk())
                .await
                .map_err(|_| error::silent(url))?;
            let why = match piece {
                Ok(Some(piece)) => {
                    (self.piece, self.at) = (piece, 0);
                    continue;
                }
                Ok(None) if self.elements.ended() => return Ok(None),
                Ok(None) => "its end is missing".to_owned(),
                Err(error) => error::root_cause(&error),
            };
            return Err(Failure::new(
                Code::Unreachable,
                format_args!("{url} broke off while it said what it keeps: {why}"),
            ));
        }
    }
}

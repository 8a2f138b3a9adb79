//! Reads an answer: its status, its type, and its body up to a limit, so that a server cannot fill our memory.

use super::Error;
use crate::net::root_cause;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use url::Url;

/// The longest answer that is parsed as a whole, in bytes. The states of ten thousand busy sessions take 1 MiB; what
/// grows beyond that is read as an [`Array`](super::Array).
pub(super) const LONGEST_ANSWER: u64 = 8 * 1024 * 1024;

/// How much of a failed request's answer is read, in bytes: more than our messages quote of it.
const LONGEST_ERROR: usize = 16 * 1024;

/// Accepts an answer whose status says success.
pub(super) async fn check_status(url: &Url, purpose: &'static str, answer: Response) -> Result<Response, Error> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let said = beginning(answer).await;
    Err(Error::of_status(url, purpose, status, location.as_deref(), &said))
}

/// Whether the answer has this content type. Unknown routes answer 200 with a web page.
pub(super) fn has_type(answer: &Response, wanted: &str) -> bool {
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with(wanted))
}

/// The body of a successful answer.
///
/// # Errors
/// [`Error::TooLong`] beyond [`LONGEST_ANSWER`], [`Error::Interrupted`] when it breaks off.
pub(super) async fn whole(url: &Url, purpose: &'static str, mut answer: Response) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) if (body.len() + chunk.len()) as u64 > LONGEST_ANSWER => {
                return Err(Error::too_long(url, purpose, LONGEST_ANSWER));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => {
                return Err(Error::Interrupted { url: url.to_string(), purpose, cause: root_cause(&error) });
            }
        }
    }
}

/// The beginning of what a server says about a failed request.
async fn beginning(mut answer: Response) -> String {
    let mut body = Vec::new();
    while body.len() < LONGEST_ERROR
        && let Ok(Some(chunk)) = answer.chunk().await
    {
        body.extend_from_slice(&chunk[..chunk.len().min(LONGEST_ERROR)]);
    }
    String::from_utf8_lossy(&body).into_owned()
}

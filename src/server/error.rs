//! What a failed request means, for the person who has to do something about it.

use crate::exit::{Code, Failure};
use crate::wire::text::excerpt;
use opencode_rs::OpencodeError;
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use std::error::Error;
use url::Url;

/// How much of a server's own words an error repeats, in characters.
const QUOTED: usize = 200;

/// Explains why the server at `url` could not be made to do what `purpose` says ("start a session").
pub fn explain(url: &Url, purpose: &str, error: &OpencodeError) -> Failure {
    match error {
        OpencodeError::Http {
            status: 401 | 403, ..
        } => not_allowed(url),
        OpencodeError::Http { status, message, .. } => Failure::new(
            if *status >= 500 {
                Code::Unreachable
            } else {
                Code::Error
            },
            format_args!(
                "{url} cannot {purpose}: it answers {status}: {}",
                excerpt(message, QUOTED)
            ),
        ),
        OpencodeError::Transport(cause) if cause.is_timeout() => silent(url),
        OpencodeError::Transport(cause) if cause.is_decode() => foreign(url),
        OpencodeError::Transport(cause) => Failure::new(
            Code::Unreachable,
            format_args!(
                "no server can be reached at {url}: {}; start one with `opencode serve`, check the address, or use --spawn",
                root_cause(cause)
            ),
        ),
        OpencodeError::Json(_) => foreign(url),
        other => Failure::new(Code::Error, format_args!("{url} cannot {purpose}: {other}")),
    }
}

/// The server wants a password, or another one.
pub(super) fn not_allowed(url: &Url) -> Failure {
    Failure::new(
        Code::NotAllowed,
        format_args!(
            "{url} refuses us: set OPENCODE_SERVER_PASSWORD (and OPENCODE_SERVER_USERNAME, if it is not opencode) to what the server was started with"
        ),
    )
}

/// The server took the request and never answered.
pub(super) fn silent(url: &Url) -> Failure {
    Failure::new(
        Code::Unreachable,
        format_args!("{url} does not answer in time; look whether the server still works, or start another"),
    )
}

/// Something answers, but it does not speak like `OpenCode`.
fn foreign(url: &Url) -> Failure {
    Failure::new(
        Code::Unreachable,
        format_args!(
            "something answers at {url}, but it is not an OpenCode server; check the address and the port"
        ),
    )
}

/// Takes an answer for an event stream only if it is one: unknown routes answer 200 with a web page.
pub(super) fn check_stream(url: &Url, answer: reqwest::Response) -> Result<reqwest::Response, Failure> {
    match answer.status() {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(not_allowed(url)),
        status if !status.is_success() => {
            return Err(Failure::new(
                Code::Unreachable,
                format_args!("{url} answers {status} instead of its events; look at the server's log"),
            ));
        }
        _ => {}
    }
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    if kind.is_some_and(|k| k.starts_with("text/event-stream")) {
        Ok(answer)
    } else {
        Err(foreign(url))
    }
}

/// The innermost cause: "connection refused" rather than the layers above it.
pub(super) fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_says_what_to_do_and_carries_its_code() {
        let url = Url::parse("http://127.0.0.1:9/").unwrap();
        for (error, code, says) in [
            (
                OpencodeError::http(401, ""),
                Code::NotAllowed,
                "OPENCODE_SERVER_PASSWORD",
            ),
            (OpencodeError::http(500, "boom"), Code::Unreachable, "boom"),
            (
                OpencodeError::http(404, r#"{"name":"NotFoundError","data":{"message":"no such"}}"#),
                Code::Error,
                "no such",
            ),
            (
                serde_json::from_str::<u8>("<html>").unwrap_err().into(),
                Code::Unreachable,
                "not an OpenCode server",
            ),
        ] {
            let failure = explain(&url, "start a session", &error);
            assert_eq!(failure.code, code);
            assert!(failure.message.contains(says), "{failure}");
            assert!(!failure.message.contains('\n'));
        }
    }
}

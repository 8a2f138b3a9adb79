//! Why a request failed, in words for the person who has to do something about it.

use crate::exit::{Code, Failure};
use crate::net::root_cause;
use crate::wire::text::excerpt;
use opencode_rs::OpencodeError;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, StatusCode};
use url::Url;

/// How much of a server's own error message ours repeats, in characters.
const QUOTED: usize = 200;

/// Why a request could not be made, or what was wrong with its answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The connection cannot be established, or breaks before there is an answer.
    #[error(
        "cannot reach a server at {url}: {cause}; start one with `opencode serve`, check the address, or use --spawn"
    )]
    Unreachable {
        /// The server.
        url: String,
        /// The innermost cause.
        cause: String,
    },
    /// The server took the request and did not answer it.
    #[error("{url} did not answer in time; check whether the server is still running, or start another")]
    TimedOut {
        /// The server.
        url: String,
    },
    /// The answer broke off in the middle.
    #[error("lost the connection to {url} before it could {purpose}: {cause}")]
    Interrupted {
        /// The server.
        url: String,
        /// What was asked of it; completes "failed to …".
        purpose: &'static str,
        /// The innermost cause.
        cause: String,
    },
    /// The server accepts listeners and sends them no events.
    #[error("{url} accepted the event-stream connection but sent no events: {cause}; look at the server's log")]
    NoEvents {
        /// The server.
        url: String,
        /// What happened instead.
        cause: String,
    },
    /// The server answers with an error of its own, or the request failed inside the client library.
    #[error("{url} failed to {purpose}: {cause}")]
    Failed {
        /// The server.
        url: String,
        /// What was asked of it; completes "failed to …".
        purpose: &'static str,
        /// The HTTP status, if there was an answer.
        status: Option<u16>,
        /// The status and the beginning of the server's own message, or what the library says.
        cause: String,
    },
    /// Something answers that does not speak like `OpenCode`.
    #[error("something answers at {url}, but it is not an OpenCode server; check the address and the port")]
    Foreign {
        /// The address.
        url: String,
    },
    /// The server wants a password, or another one.
    #[error(
        "{url} rejected our credentials: set OPENCODE_SERVER_PASSWORD (and OPENCODE_SERVER_USERNAME, if it is not opencode) to what the server was started with"
    )]
    NotAllowed {
        /// The server.
        url: String,
    },
    /// The server has no such session.
    #[error("{url} has no session {session}; run `opencode session list` in the project directory to list the ids")]
    NotFound {
        /// The server.
        url: String,
        /// The session's id.
        session: String,
    },
    /// The server has the session and cannot read what it stored of it: one broken file is enough on `OpenCode` 1.1.
    #[error("{url} cannot read its stored data for session {session}; look at the server's log")]
    Unreadable {
        /// The server.
        url: String,
        /// The session's id.
        session: String,
    },
    /// No HTTP client can be built.
    #[error("cannot create an HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    /// The password does not fit into a header.
    #[error("OPENCODE_SERVER_PASSWORD cannot be sent in a header; check it for stray characters")]
    UnusablePassword,
    /// The text is not the URL of a server.
    #[error("--server {0} is not an http or https URL; use one like http://127.0.0.1:4096")]
    InvalidUrl(String),
    /// The URL contains a user or a password.
    #[error(
        "--server: the URL must not contain a user or password, because other users can read the command line; set OPENCODE_SERVER_USERNAME and OPENCODE_SERVER_PASSWORD"
    )]
    PasswordInUrl,
}

impl Error {
    /// Whether the same request may succeed later: the server is away, overloaded or starting.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Failed { status, .. } => status.is_some_and(|status| status >= 500),
            Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::Interrupted { .. }
            | Self::NoEvents { .. }
            | Self::Foreign { .. } => true,
            _ => false,
        }
    }

    /// What the client library's error means; `purpose` completes "failed to …".
    pub(super) fn of_request(url: &Url, purpose: &'static str, error: &OpencodeError) -> Self {
        let url = url.to_string();
        match error {
            OpencodeError::Http { status: 401 | 403, .. } => Self::NotAllowed { url },
            OpencodeError::Http { status, message, .. } => {
                let (http, message) = (format!("HTTP {status}"), excerpt(message, QUOTED));
                // Without a body the library repeats the status.
                let cause = if message.is_empty() || message == http { http } else { format!("{http}: {message}") };
                Self::Failed { url, purpose, status: Some(*status), cause }
            }
            OpencodeError::Transport(cause) if cause.is_timeout() => Self::TimedOut { url },
            OpencodeError::Transport(cause) if cause.is_decode() => Self::Foreign { url },
            OpencodeError::Transport(cause) => Self::Unreachable { url, cause: root_cause(cause) },
            OpencodeError::Json(_) => Self::Foreign { url },
            other => Self::Failed { url, purpose, status: None, cause: other.to_string() },
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match &error {
            Error::NotAllowed { .. } => Code::NotAllowed,
            Error::UnusablePassword | Error::InvalidUrl { .. } | Error::PasswordInUrl => Code::Usage,
            transient if transient.is_transient() => Code::Unreachable,
            _ => Code::Error,
        };
        Self::new(code, error)
    }
}

/// Accepts an answer whose status says success.
pub(super) fn check_status(url: &Url, purpose: &'static str, answer: Response) -> Result<Response, Error> {
    let url = || url.to_string();
    match answer.status() {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Error::NotAllowed { url: url() }),
        status if status.is_success() => Ok(answer),
        status => {
            let status = status.as_u16();
            Err(Error::Failed { url: url(), purpose, status: Some(status), cause: format!("HTTP {status}") })
        }
    }
}

/// Whether the answer has this content type. Unknown routes answer 200 with a web page.
pub(super) fn has_type(answer: &Response, wanted: &str) -> bool {
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_to_do() {
        let url = Url::parse("http://127.0.0.1:9/").unwrap();
        for (error, code, says) in [
            (OpencodeError::http(401, ""), Code::NotAllowed, "OPENCODE_SERVER_PASSWORD"),
            (OpencodeError::http(500, "boom"), Code::Unreachable, "boom"),
            (
                OpencodeError::http(404, r#"{"name":"NotFoundError","data":{"message":"no such"}}"#),
                Code::Error,
                "no such",
            ),
            (serde_json::from_str::<u8>("<html>").unwrap_err().into(), Code::Unreachable, "not an OpenCode server"),
        ] {
            let failure = Failure::from(Error::of_request(&url, "start a session", &error));
            assert_eq!(failure.code, code);
            assert!(failure.message.contains(says), "{failure}");
            assert!(!failure.message.contains('\n'));
        }
    }
}

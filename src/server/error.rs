//! The reason why a request failed, in words for the person who has to do something about it.

use crate::exit::{Code, Failure};
use crate::net::{plain_instead, root_cause};
use crate::wire::text::excerpt;
use reqwest::StatusCode;
use serde::Deserialize;
use url::Url;

/// How much of a server's own error message ours repeats, in characters.
const QUOTED: usize = 200;

/// The statuses with which a proxy says that what is behind it is away: bad gateway, unavailable, gateway timeout.
const AWAY: [u16; 3] = [502, 503, 504];

/// Why a request could not be made, or what was wrong with its answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The connection cannot be established, or breaks before there is an answer.
    #[error("cannot reach a server at {url}: {cause}; start one with `opencode serve`, or check the address")]
    Unreachable {
        /// The server.
        url: String,
        /// The innermost cause.
        cause: String,
    },
    /// The address begins with `https`, and nobody speaks that there.
    #[error("{url} does not speak https; try {plain}")]
    NotHttps {
        /// The address.
        url: String,
        /// The address with `http`.
        plain: Url,
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
    /// The answer is longer than any that we read.
    #[error(
        "{url} sent more than {limit} MiB when asked to {purpose}; check that the address is that of an OpenCode server"
    )]
    TooLong {
        /// The server.
        url: String,
        /// What was asked of it; completes "failed to …".
        purpose: &'static str,
        /// The limit, in MiB.
        limit: u64,
    },
    /// The list has more elements than we hold.
    #[error("{url} sent more than {limit} elements when asked to {purpose}; check what fills that server")]
    TooMany {
        /// The server.
        url: String,
        /// What was asked of it; completes "failed to …".
        purpose: &'static str,
        /// The limit.
        limit: usize,
    },
    /// The server sends us elsewhere. We do not follow, because our password must not go to another host.
    #[error("{url} answered with a redirect ({status}){target}; give the server's own address")]
    Redirected {
        /// The server.
        url: String,
        /// The HTTP status.
        status: u16,
        /// ` to ` and the origin that it names, if it names one.
        target: String,
    },
    /// The server answers with an error of its own.
    #[error("{url} failed to {purpose}: {cause}")]
    Failed {
        /// The server.
        url: String,
        /// What was asked of it; completes "failed to …".
        purpose: &'static str,
        /// The HTTP status.
        status: u16,
        /// The status and the beginning of the server's own message.
        cause: String,
    },
    /// Something answers that does not speak like `OpenCode`.
    #[error("what answers at {url} does not look like an OpenCode server; check the address and the port")]
    Foreign {
        /// The address.
        url: String,
    },
    /// The server wants a password, or another one.
    #[error(
        "{url} rejected the credentials: set OPENCODE_SERVER_PASSWORD (and OPENCODE_SERVER_USERNAME, if it is not opencode) to what the server was started with"
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
            Self::Failed { status, .. } => *status >= 500 || *status == StatusCode::TOO_MANY_REQUESTS,
            Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::Interrupted { .. }
            | Self::NoEvents { .. }
            | Self::Foreign { .. } => true,
            _ => false,
        }
    }

    /// Whether the server does not know what was asked for.
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::NotFound { .. } => true,
            Self::Failed { status, .. } => *status == StatusCode::NOT_FOUND,
            _ => false,
        }
    }

    /// An answer of more than `limit` bytes.
    pub(super) fn too_long(url: &Url, purpose: &'static str, limit: u64) -> Self {
        Self::TooLong { url: url.to_string(), purpose, limit: limit / (1024 * 1024) }
    }

    /// A request that got no answer.
    pub(super) fn of_transport(url: &Url, error: &reqwest::Error) -> Self {
        let cause = root_cause(error);
        if let Some(plain) = plain_instead(url, &cause) {
            return Self::NotHttps { url: url.to_string(), plain };
        }
        let url = url.to_string();
        if error.is_timeout() { Self::TimedOut { url } } else { Self::Unreachable { url, cause } }
    }

    /// An answer with a status other than success; `purpose` completes "failed to …", `said` is the beginning of its
    /// body.
    pub(super) fn of_status(
        url: &Url,
        purpose: &'static str,
        status: StatusCode,
        location: Option<&str>,
        said: &str,
    ) -> Self {
        let server = url.to_string();
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return Self::NotAllowed { url: server };
        }
        let status = status.as_u16();
        if (300..400).contains(&status) {
            // The rest of the address may hold a secret.
            let origin = location.and_then(|to| url.join(to).ok()).map(|to| to.origin().ascii_serialization());
            let target = origin.map_or_else(String::new, |origin| format!(" to {origin}"));
            return Self::Redirected { url: server, status, target };
        }
        // A web page is not an answer of OpenCode's. That of a proxy in front of it says that it is away.
        if said.trim_start().starts_with('<') && !AWAY.contains(&status) {
            return Self::Foreign { url: server };
        }
        let message = excerpt(&message_of(said), QUOTED);
        let cause = if message.is_empty() { format!("HTTP {status}") } else { format!("HTTP {status}: {message}") };
        Self::Failed { url: server, purpose, status, cause }
    }
}

/// The message in the body of an error, or the body itself.
fn message_of(body: &str) -> String {
    #[derive(Deserialize)]
    struct Named {
        name: Option<String>,
        message: Option<String>,
        data: Option<Data>,
    }
    #[derive(Deserialize)]
    struct Data {
        message: Option<String>,
    }
    let named = serde_json::from_str::<Named>(body).ok();
    let message = named.and_then(|named| named.data.and_then(|data| data.message).or(named.message).or(named.name));
    message.unwrap_or_else(|| body.to_owned())
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match &error {
            Error::NotAllowed { .. } => Code::NotAllowed,
            Error::UnusablePassword | Error::InvalidUrl { .. } | Error::PasswordInUrl => Code::Usage,
            Error::NotHttps { .. } | Error::TooLong { .. } | Error::TooMany { .. } | Error::Redirected { .. } => {
                Code::Unreachable
            }
            transient if transient.is_transient() => Code::Unreachable,
            _ => Code::Error,
        };
        Self::new(code, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_to_do() {
        let url = Url::parse("http://127.0.0.1:9/").unwrap();
        let named = r#"{"name":"NotFoundError","data":{"message":"no such"}}"#;
        for (status, location, body, code, says) in [
            (401, None, "", Code::NotAllowed, "OPENCODE_SERVER_PASSWORD"),
            (500, None, "boom", Code::Unreachable, "boom"),
            (429, None, "", Code::Unreachable, "HTTP 429"),
            (302, Some("https://x.test/a?token=t"), "", Code::Unreachable, "to https://x.test; give"),
            (307, None, "", Code::Unreachable, "(307)"),
            (404, None, named, Code::Error, "404: no such"),
            (501, None, " <!DOCTYPE HTML>", Code::Unreachable, "does not look like an OpenCode server"),
            (502, None, "<html>", Code::Unreachable, "HTTP 502"),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let failure = Failure::from(Error::of_status(&url, "start a session", status, location, body));
            assert_eq!(failure.code, code, "{status}");
            assert!(failure.message.contains(says), "{failure}");
            assert!(!failure.message.contains('\n') && !failure.message.contains("token"));
        }
    }
}

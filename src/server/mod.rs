//! Sends requests to an `OpenCode` server.
//!
//! Answers are parsed into our own structs, which name only the members we use, so that servers older or newer than
//! those we know work too. No answer is read without a limit: one object whole, a list as an [`Array`].

mod address;
mod answer;
mod array;
mod changes;
mod commands;
mod elements;
mod error;
mod log;
mod messages;
mod requests;
mod sessions;

pub use address::{Credentials, parse_url};
pub use array::{Array, LONGEST_EVENT};
pub use changes::{Changes, Since};
pub use error::Error;
pub use log::{Entries, Entry, History};
pub use messages::Message;
pub use requests::{OpenRequest, OpenRequests};
pub use sessions::{Listing, Session, SessionTime};

use crate::net::is_loopback;
use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// How long one request may take. Measured: an abort takes 80 ms, a new session 300 ms on a cold server.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);

/// The client of one server.
#[derive(Clone)]
pub struct Server {
    http: reqwest::Client,
    url: Url,
    /// The directory that requests are about.
    directory: Option<String>,
}

impl Server {
    /// A client of the server at `url`. Its requests are about `directory`; `None` is the directory that the server
    /// runs in.
    ///
    /// # Errors
    /// [`Error::Client`] when no client can be built, [`Error::UnusablePassword`] when no header can carry the password.
    pub fn new(url: Url, directory: Option<PathBuf>, credentials: &Credentials) -> Result<Self, Error> {
        let mut builder = reqwest::Client::builder()
            .default_headers(credentials.headers()?)
            .connect_timeout(REQUEST_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none());
        if is_loopback(&url) {
            // A proxy from the environment cannot reach this machine for us.
            builder = builder.no_proxy();
        }
        let http = builder.build()?;
        Ok(Self { http, url, directory: directory.map(|directory| directory.to_string_lossy().into_owned()) })
    }

    /// The same server with requests about another directory; `None` keeps the present one.
    #[must_use]
    pub fn in_directory(&self, directory: Option<String>) -> Self {
        let mut server = self.clone();
        server.directory = directory.or(server.directory);
        server
    }

    /// Whether requests are about this directory.
    pub fn is_in(&self, directory: &str) -> bool {
        self.directory.as_deref() == Some(directory)
    }

    /// The base URL.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The server's version.
    ///
    /// # Errors
    /// Any [`Error`] of a request.
    pub async fn version(&self) -> Result<String, Error> {
        #[derive(Deserialize)]
        struct Health {
            version: String,
        }
        let health: Health = self.request(Method::GET, "global/health", None, "report its version").await?;
        Ok(health.version)
    }

    /// Opens the event stream of the directory, or with `all` of every directory: [`Error::Foreign`] if it has none.
    ///
    /// # Errors
    /// Any [`Error`] of a request; [`Error::Foreign`] when the answer is not an event stream.
    pub async fn events(&self, all: bool) -> Result<reqwest::Response, Error> {
        let request = if all {
            self.http.get(self.route("global/event"))
        } else {
            self.http.get(self.route_in_directory("event"))
        };
        let request = request.header("accept", "text/event-stream");
        let answer = self.send(request, "send its events").await?;
        // A server that is starting may refuse its listeners.
        let answer = answer::check_status(&self.url, "send its events", answer).await.map_err(|error| match error {
            // A server without events of every directory.
            Error::Failed { url, status: 404 | 405, .. } if all => Error::Foreign { url },
            Error::Failed { url, status, .. } => Error::NoEvents { url, cause: format!("it answers {status}") },
            other => other,
        })?;
        if answer::has_type(&answer, "text/event-stream") {
            Ok(answer)
        } else {
            Err(Error::Foreign { url: self.url.to_string() })
        }
    }

    /// The URL of `path` on this server.
    fn route(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}/{path}", self.url.path().trim_end_matches('/')));
        url
    }

    /// The URL of `path` with the directory that requests are about.
    fn route_in_directory(&self, path: &str) -> Url {
        let mut url = self.route(path);
        // The server itself has no directory.
        if let Some(directory) = self.directory.as_deref().filter(|_| !path.starts_with("global/")) {
            url.query_pairs_mut().append_pair("directory", directory);
        }
        url
    }

    /// Sends a request and waits for the head of its answer, but sets no limit on the time of its body.
    async fn send(&self, request: reqwest::RequestBuilder, purpose: &'static str) -> Result<reqwest::Response, Error> {
        tracing::debug!("asking {} to {purpose}", self.url);
        tokio::time::timeout(REQUEST_TIMEOUT, request.send())
            .await
            .map_err(|_| Error::TimedOut { url: self.url.to_string() })?
            .map_err(|e| Error::of_transport(&self.url, &e))
    }

    /// Makes a request about the directory whose answer is JSON; `purpose` completes "failed to …" in the error.
    async fn request<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<serde_json::Value>,
        purpose: &'static str,
    ) -> Result<T, Error> {
        let mut request = self.http.request(method, self.route_in_directory(path));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = async {
            let answer = answer::check_status(&self.url, purpose, self.send(request, purpose).await?).await?;
            answer::whole(&self.url, purpose, answer).await
        };
        let body = tokio::time::timeout(REQUEST_TIMEOUT, answer)
            .await
            .map_err(|_| Error::TimedOut { url: self.url.to_string() })??;
        serde_json::from_slice(&body).map_err(|_| Error::Foreign { url: self.url.to_string() })
    }

    /// Makes a request whose answer is a list.
    async fn list<T: DeserializeOwned>(
        &self,
        request: reqwest::RequestBuilder,
        purpose: &'static str,
    ) -> Result<Array<T>, Error> {
        let answer = self.send(request, purpose).await?;
        let answer = answer::check_status(&self.url, purpose, answer).await?;
        Ok(Array::new(&self.url, purpose, answer))
    }
}

/// An id as one segment of a path: everything but letters, digits, `_`, `-` and `.` is escaped. An id of dots alone
/// would lead to another path, escaped or not, so it becomes one that no session has.
///
/// <https://url.spec.whatwg.org/#double-dot-path-segment>
fn segment(id: &str) -> String {
    if matches!(id, "" | "." | "..") {
        return format!("{id}_");
    }
    // A form writes a space as `+`, which a path does not know.
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_ids() {
        assert_eq!(segment("ses_1-a.b"), "ses_1-a.b");
        assert!(!segment("../x?y#z").contains(['/', '?', '#']));
        assert_eq!(segment("a b+c"), "a%20b%2Bc");
        let base = Url::parse("http://127.0.0.1:1/api/").unwrap();
        for id in ["", ".", ".."] {
            let url = base.join(&format!("session/{}/abort", segment(id))).unwrap();
            assert_eq!(url.path_segments().unwrap().count(), 4, "{url}");
            assert!(url.path().starts_with("/api/session/") && !url.path().contains("//"), "{url}");
        }
    }
}

//! Requests to an `OpenCode` server: its address, its password, and what the stream and the actions ask of it.
//!
//! The requests go through the client of `opencode_rs`. The answers are parsed into our own structs, which name
//! only the members we use, so that servers older or newer than that crate work too.

mod address;
mod array;
mod commands;
mod elements;
mod error;
mod log;
mod messages;
mod requests;
mod sessions;

pub use address::{Credentials, parse_url};
pub use array::{Array, LONGEST_EVENT};
pub use error::Error;
pub use log::{Entries, Entry, History};
pub use messages::Message;
pub use requests::OpenRequest;
pub use sessions::{Listing, Session};

use crate::net::is_loopback;
use opencode_rs::http::HttpClient;
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
    http: HttpClient,
    /// For requests with a time limit.
    requests: reqwest::Client,
    /// For answers that take as long as they take: events, logs, messages.
    unlimited: reqwest::Client,
    url: Url,
}

impl Server {
    /// A client of the server at `url`. Its requests are about `directory`; `None` is the directory that the server
    /// runs in.
    ///
    /// # Errors
    /// [`Error::Client`] when no client can be built, [`Error::UnusablePassword`] when no header can carry the password.
    pub fn new(url: Url, directory: Option<PathBuf>, credentials: &Credentials) -> Result<Self, Error> {
        let build = |timeout: Option<Duration>| -> Result<reqwest::Client, Error> {
            let mut builder = reqwest::Client::builder()
                .default_headers(credentials.headers()?)
                .connect_timeout(REQUEST_TIMEOUT)
                .redirect(reqwest::redirect::Policy::none());
            if is_loopback(&url) {
                // A proxy from the environment cannot reach this machine for us.
                builder = builder.no_proxy();
            }
            if let Some(timeout) = timeout {
                builder = builder.timeout(timeout);
            }
            Ok(builder.build()?)
        };
        let requests = build(Some(REQUEST_TIMEOUT))?;
        let http = HttpClient::from_parts(&url, directory, Some(requests.clone()))
            .map_err(|e| Error::of_request(&url, "prepare requests", &e))?;
        Ok(Self { http, requests, unlimited: build(None)?, url })
    }

    /// The same server with requests about another directory. `None`, or a directory that no request can name, keeps
    /// the present one.
    #[must_use]
    pub fn in_directory(&self, directory: Option<PathBuf>) -> Self {
        let mut server = self.clone();
        if directory.is_some()
            && let Ok(http) = HttpClient::from_parts(&self.url, directory, Some(self.requests.clone()))
        {
            server.http = http;
        }
        server
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
        let health: Health = self.request(Method::GET, "/global/health", None, "report its version").await?;
        Ok(health.version)
    }

    /// Opens the event stream of the directory, or with `all` of every directory.
    ///
    /// # Errors
    /// Any [`Error`] of a request; [`Error::Foreign`] when the answer is not an event stream.
    pub async fn events(&self, all: bool) -> Result<reqwest::Response, Error> {
        let request = if all {
            self.unlimited.get(self.route("global/event"))
        } else {
            self.unlimited.get(self.route_in_directory("event"))
        };
        let request = request.header("accept", "text/event-stream");
        let answer = self.send(request, "send its events").await?;
        // A server that is starting may refuse its listeners.
        let answer = error::check_status(&self.url, "send its events", answer).map_err(|error| match error {
            Error::Failed { url, status: Some(status), .. } => {
                Error::NoEvents { url, cause: format!("it answers {status}") }
            }
            other => other,
        })?;
        if error::has_type(&answer, "text/event-stream") {
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
        if let Some(directory) = self.http.directory() {
            url.query_pairs_mut().append_pair("directory", directory);
        }
        url
    }

    /// Sends a request and waits for the head of its answer, but sets no limit on the body.
    async fn send(&self, request: reqwest::RequestBuilder, purpose: &'static str) -> Result<reqwest::Response, Error> {
        tokio::time::timeout(REQUEST_TIMEOUT, request.send())
            .await
            .map_err(|_| Error::TimedOut { url: self.url.to_string() })?
            .map_err(|e| Error::of_request(&self.url, purpose, &e.into()))
    }

    /// Makes a request whose answer is JSON; `purpose` completes "cannot …" in the error.
    async fn request<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<serde_json::Value>,
        purpose: &'static str,
    ) -> Result<T, Error> {
        self.http.request_json(method, path, body).await.map_err(|e| Error::of_request(&self.url, purpose, &e))
    }
}

/// An id as one segment of a path: everything but letters, digits, `_`, `-` and `.` is escaped.
fn segment(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_ids() {
        assert_eq!(segment("ses_1-a.b"), "ses_1-a.b");
        assert!(!segment("../x?y#z").contains(['/', '?', '#']));
    }
}

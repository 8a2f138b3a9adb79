//! The other side of the wire: an `OpenCode` server's address, its password, and the few requests that
//! the stream and the hand both make.
//!
//! The requests go through `opencode_rs`' client; the answers are read into structs of our own that name
//! only what is used, so that a server older or newer than that crate is understood too.

mod address;
mod array;
mod elements;
mod error;
mod log;
mod requests;
mod session;

pub use address::{Credentials, is_loopback, parse_url};
pub use error::explain;
pub use log::{Entry, History, Kept, LONGEST_EVENT, Listing, Message, Messages};
pub use requests::Asked;
pub use session::Session;

use crate::exit::{Code, Failure};
use opencode_rs::http::HttpClient;
use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// How long one request may take. Measured: an abort takes 80 ms, a new session 300 ms on a cold server.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);

/// A server that can be asked.
#[derive(Clone)]
pub struct Server {
    http: HttpClient,
    /// What the requests are made with.
    requests: reqwest::Client,
    events: reqwest::Client,
    url: Url,
}

/// What the server says about itself.
#[derive(Debug, Deserialize)]
struct Health {
    version: String,
}

impl Server {
    /// A server at `url`, asked about `directory`; none is the directory that the server runs in.
    ///
    /// # Errors
    /// [`Code::Error`] when no client can be built, [`Code::Usage`] for a password that no header takes.
    pub fn new(url: Url, directory: Option<PathBuf>, credentials: &Credentials) -> Result<Self, Failure> {
        let build = |timeout: Option<Duration>| {
            let mut builder = reqwest::Client::builder()
                .default_headers(credentials.headers()?)
                .connect_timeout(REQUEST_TIMEOUT)
                .redirect(reqwest::redirect::Policy::none());
            if is_loopback(&url) {
                // A proxy of the environment cannot reach our own machine for us.
                builder = builder.no_proxy();
            }
            if let Some(timeout) = timeout {
                builder = builder.timeout(timeout);
            }
            let failed = |e| Failure::new(Code::Error, format_args!("cannot make an HTTP client: {e}"));
            builder.build().map_err(failed)
        };
        let requests = build(Some(REQUEST_TIMEOUT))?;
        let http = HttpClient::from_parts(&url, directory, Some(requests.clone()))
            .map_err(|e| explain(&url, "prepare requests", &e))?;
        Ok(Self {
            http,
            requests,
            events: build(None)?,
            url,
        })
    }

    /// The same server, asked about this directory; none, or one that nobody can be asked about, is the
    /// directory that it is asked about already.
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
    /// [`Code::Unreachable`] or [`Code::NotAllowed`], with what to do.
    pub async fn version(&self) -> Result<String, Failure> {
        let health: Health = self
            .ask(Method::GET, "/global/health", "ask for its version")
            .await?;
        Ok(health.version)
    }

    /// Asks for the event stream: of the directory, or with `all` of every directory.
    ///
    /// # Errors
    /// What the client says; a status or a content type that is no event stream.
    pub async fn events(&self, all: bool) -> Result<reqwest::Response, Failure> {
        let path = if all { "global/event" } else { "event" };
        let mut url = self.route(path);
        if !all {
            self.about_directory(&mut url);
        }
        let answer = self.events.get(url).header("accept", "text/event-stream").send();
        let answer = tokio::time::timeout(REQUEST_TIMEOUT, answer)
            .await
            .map_err(|_| error::silent(&self.url))?
            .map_err(|e| explain(&self.url, "listen to its events", &e.into()))?;
        error::check_stream(&self.url, answer)
    }

    /// Names the directory that the server is asked about.
    fn about_directory(&self, url: &mut Url) {
        if let Some(directory) = self.http.directory() {
            url.query_pairs_mut().append_pair("directory", directory);
        }
    }

    /// Where `path` is on this server.
    fn route(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}/{path}", self.url.path().trim_end_matches('/')));
        url
    }

    /// Makes a request whose answer is JSON; `purpose` completes "cannot …" in the error.
    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        purpose: &str,
    ) -> Result<T, Failure> {
        self.ask_with(method, path, None, purpose).await
    }

    async fn ask_with<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<serde_json::Value>,
        purpose: &str,
    ) -> Result<T, Failure> {
        self.http
            .request_json(method, path, body)
            .await
            .map_err(|e| explain(&self.url, purpose, &e))
    }
}

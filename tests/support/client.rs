//! The requests that tests make to a server.

use super::events::Events;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tokio::runtime::Runtime;

/// The server's default user.
const USER: &str = "opencode";

/// A client of a running server.
pub struct Client {
    url: String,
    dir: PathBuf,
    password: Option<String>,
    runtime: Runtime,
}

impl Client {
    /// A client of the server at `url`, for the project in `dir`.
    ///
    /// # Panics
    /// When no runtime can be created.
    pub fn new(url: &str, dir: &Path, password: Option<&str>) -> Self {
        Self {
            url: url.trim_end_matches('/').to_owned(),
            dir: dir.to_owned(),
            password: password.map(str::to_owned),
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"),
        }
    }

    /// The server's base URL, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Subscribes to the events of the project's directory.
    ///
    /// # Panics
    /// When the server does not stream.
    pub fn events(&self) -> Events {
        let dir = self.dir.display().to_string();
        let request = reqwest::Client::new().get(format!("{}/event", self.url)).query(&[("directory", dir)]);
        Events::subscribe(self.signed(request))
    }

    /// Starts a session with this task, and returns its id.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn begin(&self, task: &str) -> String {
        let id = self.create();
        self.prompt(&id, task);
        id
    }

    /// Creates a session without a task, and returns its id.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn create(&self) -> String {
        let (status, session) = self.post("/session", &json!({}));
        assert_eq!(status, 200, "no session: {session}");
        session["id"].as_str().expect("a session has an id").to_owned()
    }

    /// Sends a user's message to a session.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn prompt(&self, session: &str, text: &str) {
        let body = json!({"parts": [{"type": "text", "text": text}]});
        let (status, answer) = self.post(&format!("/session/{session}/prompt_async"), &body);
        assert_eq!(status, 204, "no prompt: {answer}");
    }

    /// Stops a session's work.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn abort(&self, session: &str) {
        let (status, answer) = self.post(&format!("/session/{session}/abort"), &json!({}));
        assert_eq!((status, answer), (200, Value::Bool(true)));
    }

    /// The status and the JSON of the server's answer; null when the answer is not JSON.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn get(&self, path: &str) -> (u16, Value) {
        self.send(reqwest::Client::new().get(format!("{}{path}", self.url)))
    }

    /// The same for a POST request with a body.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send(reqwest::Client::new().post(format!("{}{path}", self.url)).json(body))
    }

    /// The status of a request without the password.
    ///
    /// # Panics
    /// When the server does not answer.
    pub fn anonymous(&self, path: &str) -> u16 {
        let request = reqwest::Client::new().get(format!("{}{path}", self.url));
        let response = self.runtime.block_on(request.send()).expect("the server answers");
        response.status().as_u16()
    }

    fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        self.runtime.block_on(async {
            let response = self.signed(request).send().await.expect("the server answers");
            let status = response.status().as_u16();
            let body = response.bytes().await.expect("the server ends its answer");
            (status, serde_json::from_slice(&body).unwrap_or_default())
        })
    }

    fn signed(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        match &self.password {
            Some(password) => request.basic_auth(USER, Some(password)),
            None => request,
        }
    }
}

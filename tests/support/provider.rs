//! An OpenAI-compatible provider on loopback that answers from a script.

use super::answer;
use super::script::{Conversation, Script, Turn};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::Runtime;

/// What the title agent's system prompt says about itself.
const TITLE_AGENT: &str = "title generator";
/// The title of every session.
const TITLE: &str = "A scripted session";
/// What every compaction sums up.
const SUMMARY: &str = "The task was begun. Nothing is finished yet. Next: go on with the task.";
/// The header in which the server says which session a request is for.
const SESSION_HEADER: &str = "x-session-affinity";

/// A provider that runs until it is dropped.
pub struct Provider {
    port: u16,
    desk: Arc<Desk>,
    // Dropped last: it ends the listener and every open answer.
    _runtime: Runtime,
}

/// What the provider knows.
struct Desk {
    script: Script,
    /// How far each conversation has come.
    conversations: Mutex<HashMap<String, Conversation>>,
    /// Every request that was made for work, in order.
    requests: Mutex<Vec<Value>>,
}

impl Provider {
    /// Listens on a free port of the loopback interface.
    ///
    /// # Panics
    /// When there is no port to listen on.
    pub fn start(script: Script) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a free port on loopback");
        let port = listener.local_addr().expect("a bound socket").port();
        let desk = Arc::new(Desk { script, conversations: Mutex::default(), requests: Mutex::default() });
        let router = Router::new()
            .route("/v1/chat/completions", post(complete))
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(&desk));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { port, desk, _runtime: runtime }
    }

    /// Its base URL, as a provider's `baseURL`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    /// The requests so far that were made for work: not for titles or summaries.
    ///
    /// # Panics
    /// When a handler panicked.
    pub fn requests(&self) -> Vec<Value> {
        self.desk.requests.lock().expect("no handler panics").clone()
    }
}

async fn complete(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> Response {
    let Ok(request) = serde_json::from_slice::<Value>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let (turn, n) = desk.turn(&headers, request);
    tokio::time::sleep(Duration::from_millis(turn.delay_ms)).await;
    if let Some(status) = turn.status {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        return refuse(status, &turn);
    }
    let pause = Duration::from_millis(turn.pause_ms);
    let said = stream::iter(answer::events(&turn, n, body.len())).then(move |event| async move {
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        Ok::<_, Infallible>(event)
    });
    let body = if turn.hang { Body::from_stream(said.chain(stream::pending())) } else { Body::from_stream(said) };
    ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
}

fn refuse(status: StatusCode, turn: &Turn) -> Response {
    let error = json!({"error": {"message": turn.error, "type": turn.code, "code": turn.code}});
    let mut response = (status, axum::Json(error)).into_response();
    if let Some(wait) = turn.retry_after_ms {
        response.headers_mut().insert("retry-after-ms", wait.into());
    }
    response
}

impl Desk {
    /// The answer to this request, and its number among all of them.
    fn turn(&self, headers: &HeaderMap, request: Value) -> (Turn, usize) {
        if is_aside(&request) {
            return (aside(&request), 0);
        }
        let prompt = first_user_text(&request);
        let agent = self.script.agents.iter().find(|a| prompt.contains(&a.prompt));
        let steps = agent.map_or(&self.script.turns, |a| &a.turns);
        let session = headers.get(SESSION_HEADER).and_then(|v| v.to_str().ok());
        // A compaction rewrites the messages, so they cannot be counted; sessions keep their names.
        let conversation = session.map_or(prompt, str::to_owned);
        let mut conversations = self.conversations.lock().expect("no handler panics");
        let conversation = conversations.entry(conversation).or_default();
        let messages = request["messages"].to_string();
        let turn = conversation.answer(steps, |text| messages.contains(text));
        let n = conversation.answered();
        let turn = turn.unwrap_or_else(|| Turn {
            status: Some(400),
            error: format!("the script has no answer to request {n}"),
            ..Turn::default()
        });
        let mut requests = self.requests.lock().expect("no handler panics");
        requests.push(request);
        (turn, requests.len())
    }
}

/// Whether this is no turn of the script: titles and summaries are asked for without tools. So is a first answer by an
/// agent that has none.
fn is_aside(request: &Value) -> bool {
    let is_first = request["messages"].as_array().is_some_and(|all| all.iter().all(|m| m["role"] != "assistant"));
    let has_tools = request["tools"].as_array().is_some_and(|tools| !tools.is_empty());
    !has_tools && (is_title(request) || !is_first)
}

fn is_title(request: &Value) -> bool {
    request["messages"].to_string().contains(TITLE_AGENT)
}

fn aside(request: &Value) -> Turn {
    let title = is_title(request);
    Turn { text: if title { TITLE } else { SUMMARY }.to_owned(), ..Turn::default() }
}

fn first_user_text(request: &Value) -> String {
    let messages = request["messages"].as_array().map_or(&[][..], Vec::as_slice);
    let Some(first) = messages.iter().find(|m| m["role"] == "user") else {
        return String::new();
    };
    match &first["content"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|p| p["text"].as_str()).collect(),
        _ => String::new(),
    }
}

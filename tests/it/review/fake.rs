//! An endpoint whose responses a test controls byte by byte.

use super::lines::{self, Live};
use assert_cmd::Command;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Output;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};

/// A request that the endpoint received.
#[derive(Debug, Clone)]
pub struct Request {
    /// The request line and the headers.
    pub head: String,
    pub body: Value,
}

impl Request {
    pub fn user(&self) -> &str {
        self.body["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap()
    }

    /// The JSON document between the marks of the question.
    pub fn evidence(&self) -> Value {
        let end = self.user().find("\n=== END OF EVIDENCE").unwrap();
        let start = self.user().find('\n').unwrap();
        serde_json::from_str(&self.user()[start..end]).unwrap()
    }

    pub fn ticket(&self) -> &str {
        let (_, after) = self.user().rsplit_once("\"ticket\": \"").unwrap();
        after.split('"').next().unwrap()
    }

    /// An answer with a decision and the right ticket.
    pub fn decide(&self, action: &str) -> String {
        json!({ "action": action, "reason": "as seen", "message": "Read the log.", "confidence": 0.8, "ticket": self.ticket() })
            .to_string()
    }
}

/// An endpoint that listens until the test ends.
pub struct Fake {
    pub url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Fake {
    /// `respond` gets the number of the request, from 0, and the connection, which is closed when it returns.
    pub fn start(respond: impl Fn(usize, &Request, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (respond, log) = (Arc::new(respond), Arc::clone(&requests));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (respond, log) = (Arc::clone(&respond), Arc::clone(&log));
                std::thread::spawn(move || serve(stream, &*respond, &log));
            }
        });
        Self { url, requests }
    }

    /// Always decides the same.
    pub fn deciding(action: &'static str) -> Self {
        Self::start(move |_, request, stream| answer(stream, &request.decide(action)))
    }

    /// Answers one question for each message on the channel.
    pub fn gated(action: &'static str) -> (Self, Sender<()>) {
        let (go, gate) = channel();
        let gate = Mutex::new(gate);
        let fake = Self::start(move |_, request, stream| {
            let opened = gate.lock().unwrap().recv();
            if opened.is_ok() {
                answer(stream, &request.decide(action));
            }
        });
        (fake, go)
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// A running stage that asks this endpoint, with short pauses between retries.
    pub fn live(&self, args: &[&str]) -> Live {
        let asking = ["--reviewer-url", self.url.as_str(), "--retry-pause", "0.001"];
        Live::start(&[&asking, args].concat())
    }

    /// A stage that asks this endpoint and writes only its own lines.
    pub fn command(&self, args: &[&str]) -> Command {
        let asking = ["--reviewer-url", self.url.as_str()];
        lines::command(&[&asking, args].concat())
    }

    /// Runs such a stage on `input`.
    pub fn review(&self, args: &[&str], input: &str) -> Output {
        self.command(args).write_stdin(input).output().unwrap()
    }
}

fn serve(mut stream: TcpStream, respond: &impl Fn(usize, &Request, &mut TcpStream), log: &Mutex<Vec<Request>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap_or(0) == 0 {
            return;
        }
    }
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let request = Request { head, body: serde_json::from_slice(&body).unwrap() };
    let number = {
        let mut log = log.lock().unwrap();
        log.push(request.clone());
        log.len() - 1
    };
    respond(number, &request, &mut stream);
}

/// Sends a complete response, unless the client has left.
pub fn send(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) {
    let head = format!("HTTP/1.1 {status}\r\n{headers}Connection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(&[head.as_bytes(), body].concat());
}

pub fn send_json(stream: &mut TcpStream, status: &str, headers: &str, body: &Value) {
    let headers = format!("Content-Type: application/json\r\n{headers}");
    send(stream, status, &headers, body.to_string().as_bytes());
}

/// Sends a completion with this content.
pub fn answer(stream: &mut TcpStream, content: &str) {
    send_json(stream, "200 OK", "", &completion(content));
}

pub fn completion(content: &str) -> Value {
    json!({ "choices": [{ "index": 0, "message": { "role": "assistant", "content": content }, "finish_reason": "stop" }] })
}

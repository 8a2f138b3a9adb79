//! An endpoint that does what a test wants it to, byte for byte.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};

/// What was asked.
#[derive(Debug, Clone)]
pub struct Request {
    /// The request line and the headers.
    pub head: String,
    pub body: Value,
}

impl Request {
    pub fn user(&self) -> &str {
        self.body["messages"][1]["content"].as_str().unwrap()
    }

    /// The evidence between its marks.
    pub fn evidence(&self) -> Value {
        let end = self.user().find("\n=== END OF EVIDENCE").unwrap();
        let start = self.user().find('\n').unwrap();
        serde_json::from_str(&self.user()[start..end]).unwrap()
    }

    pub fn ticket(&self) -> &str {
        let (_, after) = self.user().rsplit_once("\"ticket\": \"").unwrap();
        after.split('"').next().unwrap()
    }

    /// A decision with the right ticket, as the content of an answer.
    pub fn decide(&self, action: &str) -> String {
        json!({ "action": action, "reason": "as seen", "message": "Read the log.", "confidence": 0.8, "ticket": self.ticket() })
            .to_string()
    }
}

/// The endpoint. It listens as long as the test runs.
pub struct Fake {
    pub url: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Fake {
    /// `play` gets the number of the request, from 0, and the connection, which is closed behind it.
    pub fn start(play: impl Fn(usize, &Request, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (play, noted) = (Arc::new(play), Arc::clone(&seen));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (play, noted) = (Arc::clone(&play), Arc::clone(&noted));
                std::thread::spawn(move || serve(stream, &*play, &noted));
            }
        });
        Self { url, seen }
    }

    /// Decides the same every time.
    pub fn deciding(action: &'static str) -> Self {
        Self::start(move |_, request, stream| answer(stream, &request.decide(action)))
    }

    /// Decides when it is told to, in the order of its questions.
    pub fn patient(action: &'static str) -> (Self, Sender<()>) {
        let (go, gone) = channel();
        let gone = Mutex::new(gone);
        let fake = Self::start(move |_, request, stream| {
            let told = gone.lock().unwrap().recv();
            if told.is_ok() {
                answer(stream, &request.decide(action));
            }
        });
        (fake, go)
    }

    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(
    mut stream: TcpStream,
    play: &impl Fn(usize, &Request, &mut TcpStream),
    noted: &Mutex<Vec<Request>>,
) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap_or(0) == 0 {
            return;
        }
    }
    let length = head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length:")?
                .trim()
                .parse()
                .ok()
        })
        .unwrap_or(0);
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let request = Request {
        head,
        body: serde_json::from_slice(&body).unwrap(),
    };
    let number = {
        let mut noted = noted.lock().unwrap();
        noted.push(request.clone());
        noted.len() - 1
    };
    play(number, &request, &mut stream);
}

/// A whole response. Who does not read it has left.
pub fn send(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) {
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}Connection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(&[head.as_bytes(), body].concat());
}

pub fn send_json(stream: &mut TcpStream, status: &str, headers: &str, body: &Value) {
    let headers = format!("Content-Type: application/json\r\n{headers}");
    send(stream, status, &headers, body.to_string().as_bytes());
}

/// A completion with this content.
pub fn answer(stream: &mut TcpStream, content: &str) {
    send_json(stream, "200 OK", "", &completion(content));
}

pub fn completion(content: &str) -> Value {
    json!({ "choices": [{ "index": 0, "message": { "role": "assistant", "content": content }, "finish_reason": "stop" }] })
}

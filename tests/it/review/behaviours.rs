//! How endpoints behave, and what must come of it.

use super::fake::{Request, answer, completion, send, send_json};
use serde_json::{Value, json};
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

/// The expected decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// The reviewer's own decision, after so many requests.
    Answer(usize),
    /// A decision of the rules, after so many requests.
    Rules(usize),
}
use Expected::{Answer, Rules};

pub type Behaviour = fn(usize, &Request, &mut TcpStream);

/// Blocks until the client closes the connection.
pub fn wait_until_closed(stream: &mut TcpStream) {
    use std::io::Read;
    let _ = stream.read(&mut [0]);
}

/// Sends a piece again and again until the client closes the connection.
fn drip(stream: &mut TcpStream, piece: &[u8], pause: Duration) {
    while stream.write_all(piece).is_ok() {
        std::thread::sleep(pause);
    }
}

fn error(stream: &mut TcpStream, status: &str, headers: &str) {
    send_json(stream, status, headers, &json!({ "error": { "message": "no" } }));
}

fn body(stream: &mut TcpStream, body: &Value) {
    send_json(stream, "200 OK", "", body);
}

pub const OVERLOAD: &[(&str, Behaviour, Expected)] = &[
    (
        "429 with a pause",
        |n, r, s| {
            if n == 0 { error(s, "429 Slow", "Retry-After: 0\r\n") } else { good(r, s) }
        },
        Answer(2),
    ),
    ("429 without one", |_, _, s| error(s, "429 Slow", ""), Rules(4)),
    ("429 with an hour's pause", |_, _, s| error(s, "429 Slow", "Retry-After: 3600\r\n"), Rules(1)),
    (
        "429 with a date",
        |n, r, s| match n {
            0 => error(
                s,
                "429 Slow",
                "Date: Mon, 23 Nov 2026 23:00:00 GMT\r\nRetry-After: Mon, 23 Nov 2026 23:00:00 GMT\r\n",
            ),
            _ => good(r, s),
        },
        Answer(2),
    ),
    (
        "429 with nonsense",
        |n, r, s| {
            if n == 0 { error(s, "429 Slow", "Retry-After: soon\r\n") } else { good(r, s) }
        },
        Answer(2),
    ),
    ("500 for ever", |_, _, s| error(s, "500 Oops", ""), Rules(4)),
    (
        "500 three times",
        |n, r, s| {
            if n < 3 { error(s, "500 Oops", "") } else { good(r, s) }
        },
        Answer(4),
    ),
    ("502 with a web page", |_, _, s| send(s, "502 Bad", "Content-Type: text/html\r\n", b"<html>bad</html>"), Rules(4)),
    ("503 with nothing", |_, _, s| send(s, "503 No", "", b""), Rules(4)),
    ("529", |_, _, s| error(s, "529 Overloaded", ""), Rules(4)),
];

pub const CONNECTION: &[(&str, Behaviour, Expected)] = &[
    ("closes at once", |_, _, _| {}, Rules(4)),
    ("never answers", |_, _, s| wait_until_closed(s), Rules(4)),
    (
        "sends a head and hangs",
        |_, _, s| {
            let _ = s.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
            wait_until_closed(s);
        },
        Rules(4),
    ),
    (
        "drips",
        |_, _, s| {
            let _ = s.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{");
            drip(s, b" ", Duration::from_millis(20));
        },
        Rules(4),
    ),
    ("drips its head", |_, _, s| drip(s, b"H", Duration::from_millis(20)), Rules(4)),
    (
        "cuts the body",
        |_, _, s| {
            let _ = s.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"choices\":[");
        },
        Rules(4),
    ),
    (
        "cuts a chunk",
        |_, _, s| {
            let _ = s.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"choices\"");
        },
        Rules(4),
    ),
    ("speaks something else", |_, _, s| drop(s.write_all(b"SSH-2.0-OpenSSH_9.6\r\n")), Rules(4)),
    (
        "speaks HTTP/1.0 without a length",
        |_, r, s| {
            let text = completion(&r.decide("continue"));
            let _ = write!(s, "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{text}");
        },
        Answer(1),
    ),
    (
        "says 100 first",
        |_, r, s| {
            let _ = s.write_all(b"HTTP/1.1 100 Continue\r\n\r\n");
            good(r, s);
        },
        Answer(1),
    ),
];

pub const BODY: &[(&str, Behaviour, Expected)] = &[
    (
        "wrong content type",
        |_, r, s| {
            send(s, "200 OK", "Content-Type: text/plain\r\n", completion(&r.decide("continue")).to_string().as_bytes())
        },
        Answer(1),
    ),
    (
        "200 with an error",
        |_, _, s| body(s, &json!({ "error": { "message": "upstream failed", "code": 502 } })),
        Rules(4),
    ),
    ("200 with a refused key", |_, _, s| body(s, &json!({ "error": { "message": "no", "code": 401 } })), Rules(1)),
    ("200 with a string", |_, _, s| body(s, &json!({ "error": "Unexpected endpoint or method." })), Rules(1)),
    ("200 with a web page", |_, _, s| send(s, "200 OK", "", b"<!doctype html><p>hello"), Rules(1)),
    ("204", |_, _, s| send(s, "204 No Content", "", b""), Rules(4)),
    ("no choices", |_, _, s| body(s, &json!({ "choices": [] })), Rules(4)),
    ("choices of null", |_, _, s| body(s, &json!({ "choices": null })), Rules(4)),
    ("a list", |_, _, s| body(s, &json!([])), Rules(4)),
    ("not UTF-8", |_, _, s| send(s, "200 OK", "", b"\xff\xfe\x00{"), Rules(4)),
    ("packed, unasked", |_, _, s| send(s, "200 OK", "Content-Encoding: gzip\r\n", b"\x1f\x8b\x08\x00\x00"), Rules(4)),
    ("2 MiB", |_, _, s| send(s, "200 OK", "", &vec![b' '; 2 << 20]), Rules(1)),
    (
        "no end",
        |_, _, s| {
            let _ = s.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            drip(s, &[b' '; 65_536], Duration::ZERO);
        },
        Rules(1),
    ),
    ("a redirect to itself", |_, _, s| send(s, "302 Found", "Location: /v1/chat/completions\r\n", b""), Rules(1)),
    ("a redirect elsewhere", |_, _, s| send(s, "308 Moved", "Location: http://127.0.0.1:1/\r\n", b""), Rules(1)),
    (
        "streams, unasked",
        |_, r, s| {
            let chunk = json!({ "choices": [{ "delta": { "content": r.decide("continue") } }] });
            let text = format!("data: {chunk}\n\ndata: [DONE]\n\n");
            send(s, "200 OK", "Content-Type: text/event-stream\r\n", text.as_bytes());
        },
        Answer(1),
    ),
    (
        "streams after a comment, and marks no end",
        |_, r, s| {
            let chunk =
                json!({ "choices": [{ "delta": { "content": r.decide("continue") }, "finish_reason": "stop" }] });
            let text = format!(": processing\n\nevent: chunk\ndata: {chunk}\n\n");
            send(s, "200 OK", "Content-Type: text/event-stream\r\n", text.as_bytes());
        },
        Answer(1),
    ),
    (
        "streams an error",
        |_, _, s| {
            let text = "data: {\"choices\":[]}\n\ndata: {\"error\":{\"message\":\"no such key\",\"code\":401}}\n\n";
            send(s, "200 OK", "Content-Type: text/event-stream\r\n", text.as_bytes());
        },
        Rules(1),
    ),
    (
        "cannot read its own answer in a format",
        |_, r, s| {
            if r.body["response_format"].is_object() {
                let error = json!({ "error": { "message": "The output does not match the expected format" } });
                send_json(s, "500 Oops", "", &error);
            } else {
                good(r, s);
            }
        },
        Answer(3),
    ),
];

pub const WORDS: &[(&str, Behaviour, Expected)] = &[
    (
        "declines",
        |_, _, s| body(s, &json!({ "choices": [{ "message": { "refusal": "I can't.", "content": null } }] })),
        Rules(1),
    ),
    (
        "is filtered",
        |_, _, s| body(s, &json!({ "choices": [{ "message": { "content": "" }, "finish_reason": "content_filter" }] })),
        Rules(1),
    ),
    ("says nothing", |_, _, s| answer(s, ""), Rules(2)),
    ("says null", |_, _, s| body(s, &json!({ "choices": [{ "message": { "content": null } }] })), Rules(2)),
    ("thinks without end", |_, _, s| answer(s, "<think>{\"action\":\"continue\"} or perhaps"), Rules(2)),
    (
        "is cut off, once",
        |n, r, s| answer(s, if n == 0 { "{\"action\": \"con" } else { &*r.decide("continue").leak() }),
        Answer(2),
    ),
    (
        "is cut off at its limit",
        |_, _, s| {
            body(s, &json!({ "choices": [{ "message": { "content": "{\"act" }, "finish_reason": "length" }] }));
        },
        Rules(2),
    ),
    ("invents an action", |_, _, s| answer(s, "{\"action\":\"explode\"}"), Rules(2)),
    ("carries a wrong ticket", |_, _, s| answer(s, "{\"action\":\"continue\",\"ticket\":\"00000000\"}"), Rules(2)),
    ("repeats the question", |_, r, s| answer(s, r.user()), Rules(2)),
    (
        "wraps its answer in prose",
        |_, r, s| answer(s, &format!("Well, {{let me see}}:\n```json\n{}\n```\nThat is all.", r.decide("continue"))),
        Answer(1),
    ),
    (
        "says 404 of the model",
        |_, _, s| send_json(s, "404 No", "", &json!({ "error": { "message": "model not found" } })),
        Rules(1),
    ),
    ("wants money", |_, _, s| error(s, "402 Payment Required", ""), Rules(1)),
    ("finds it too large", |_, _, s| send(s, "413 Too Large", "", b"too large"), Rules(1)),
];

fn good(request: &Request, stream: &mut TcpStream) {
    answer(stream, &request.decide("continue"));
}

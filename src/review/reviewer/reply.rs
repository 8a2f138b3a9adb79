//! Reads the response of an OpenAI-compatible endpoint: an answer, or the reason why there is none.
//!
//! Servers report errors in different ways. The bodies in `fixtures/reviewer/` are what this is tested with.

use super::answer::Answer;
use super::error::{Recovery, ReviewError, quote};
use crate::redact::Redactor;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// A complete response.
pub struct Reply<'a> {
    pub status: u16,
    pub body: &'a str,
    /// How long to wait before the next request.
    pub retry_after: Option<Duration>,
    /// The target of a redirect.
    pub location: Option<&'a str>,
    /// The URL of the request.
    pub url: &'a str,
    pub model: &'a str,
    /// Whether the request had a `response_format`.
    pub formatted: bool,
    /// Whether the request had a system message.
    pub with_system: bool,
    /// Whether the request had a key.
    pub with_key: bool,
}

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default, alias = "delta")]
    message: Message,
    #[serde(default)]
    finish_reason: Option<String>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Default, Deserialize)]
struct Message {
    #[serde(default)]
    content: Value,
    #[serde(default)]
    refusal: Option<String>,
}

/// Reads the answer.
///
/// # Errors
/// The reason why the endpoint did not answer.
pub fn read(reply: &Reply<'_>, redactor: &Redactor) -> Result<Answer, ReviewError> {
    if let Some(error) = error_of(reply.body) {
        return Err(error.explained(reply, redactor));
    }
    if !(200..300).contains(&reply.status) {
        return Err(refused(reply, reply.status, &redactor.redact(reply.body)));
    }
    if reply.body.trim_start().starts_with('<') {
        return Err(ReviewError::permanent(format!(
            "{} returned a web page; the reviewer's URL usually ends in /v1",
            reply.url
        )));
    }
    let answer = if is_stream(reply.body) {
        streamed(reply, redactor)?
    } else {
        let completion: Completion = serde_json::from_str(reply.body)
            .map_err(|e| ReviewError::transient(format!("{} sent an incomplete answer: {e}", reply.url)))?;
        let (text, end) = content_of(completion)?;
        Answer { text, is_cut_off: end.as_deref() == Some(AT_LIMIT) }
    };
    Ok(Answer { text: redactor.redact(&answer.text).into_owned(), ..answer })
}

/// The reason that endpoints give for the end of an answer at their limit of tokens.
const AT_LIMIT: &str = "length";

/// The text of a completion, and why it ends, if it does.
fn content_of(completion: Completion) -> Result<(String, Option<String>), ReviewError> {
    let Some(choice) = completion.choices.into_iter().next() else {
        return Err(ReviewError::transient("the reviewer's answer has no choices"));
    };
    if let Some(error) = choice.error.filter(|e| !e.is_null()) {
        let message = error.get("message").and_then(Value::as_str).map_or_else(|| error.to_string(), str::to_owned);
        return Err(ReviewError::transient(format!("the reviewer stopped with an error: {}", quote(&message))));
    }
    if let Some(refusal) = choice.message.refusal.filter(|r| !r.is_empty()) {
        return Err(ReviewError::of_this_request(format!("the reviewer declined: {}", quote(&refusal))));
    }
    if choice.finish_reason.as_deref() == Some("content_filter") {
        return Err(ReviewError::of_this_request("the reviewer declined: a content filter stopped its answer"));
    }
    Ok((text_of(choice.message.content), choice.finish_reason))
}

/// The text of a message's content, which is a string, a list of parts, or null.
fn text_of(content: Value) -> String {
    match content {
        Value::String(text) => text,
        Value::Array(parts) => {
            let texts = parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str));
            texts.collect()
        }
        _ => String::new(),
    }
}

/// Whether a body is a stream of events. It may begin with a comment: some servers send them to keep a connection open.
fn is_stream(body: &str) -> bool {
    let first = body.trim_start().lines().next().unwrap_or_default();
    ["data:", "event:", "id:", "retry:", ":"].iter().any(|field| first.starts_with(field))
}

/// A streamed answer: some endpoints stream although `stream` is false.
fn streamed(reply: &Reply<'_>, redactor: &Redactor) -> Result<Answer, ReviewError> {
    let (mut text, mut end) = (String::new(), None);
    for data in reply.body.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim) {
        if data == "[DONE]" {
            end.get_or_insert_default();
            break;
        }
        if let Some(error) = error_of(data) {
            return Err(error.explained(reply, redactor));
        }
        let Ok(chunk) = serde_json::from_str::<Completion>(data) else {
            continue;
        };
        if !chunk.choices.is_empty() {
            let (piece, reason) = content_of(chunk)?;
            text.push_str(&piece);
            end = end.or(reason);
        }
    }
    let end = end.ok_or_else(|| ReviewError::transient("the reviewer's answer was cut off"))?;
    Ok(Answer { text, is_cut_off: end == AT_LIMIT })
}

/// An error in the body, whatever the status is.
struct ErrorBody {
    message: String,
    status: Option<u16>,
}

impl ErrorBody {
    fn explained(&self, reply: &Reply<'_>, redactor: &Redactor) -> ReviewError {
        let status = self.status.filter(|_| reply.status < 400).unwrap_or(reply.status);
        refused(reply, status, &redactor.redact(&self.message))
    }
}

/// Most servers send `{"error":{"message":…,"code":…}}`. Ollama and LM Studio also send `{"error":"…"}`,
/// vLLM `{"object":"error","message":…,"code":…}`, others `{"detail":…}`. Gemini sends a list with the error.
fn error_of(body: &str) -> Option<ErrorBody> {
    let value: Value = serde_json::from_str(body).ok()?;
    let value = value.get(0).unwrap_or(&value);
    let object = value.as_object()?;
    let inner = match object.get("error").filter(|e| !e.is_null()) {
        Some(error) => error,
        None if object.contains_key("choices") => return None,
        None if object.contains_key("detail") => &object["detail"],
        None if object.get("object").and_then(Value::as_str) == Some("error") => value,
        None => return None,
    };
    let message = inner.as_str().or_else(|| inner.get("message")?.as_str());
    let code = inner.get("code").or_else(|| inner.get("status"));
    Some(ErrorBody {
        // Without a message, the other members may name the reason, such as `param` or `metadata`.
        message: message.map_or_else(|| inner.to_string(), str::to_owned),
        status: code.and_then(|c| c.as_u64().or_else(|| c.as_str()?.parse().ok())).and_then(|c| u16::try_from(c).ok()),
    })
}

/// Explains a refusal and what to do about it.
fn refused(reply: &Reply<'_>, status: u16, message: &str) -> ReviewError {
    let (url, model) = (reply.url, reply.model);
    let message = quote(message);
    let http = http_error(status, &message);
    if reply.formatted && (400..=501).contains(&status) && is_about_format(reply.body) {
        return ReviewError::new(message, Recovery::SimplerFormat);
    }
    let lower = message.to_ascii_lowercase();
    if reply.with_system && matches!(status, 400 | 422 | 500 | 501) && is_about_system_message(&lower) {
        return ReviewError::new(message, Recovery::OneMessage);
    }
    if status == 413 || is_about_length(&lower) {
        return ReviewError::of_this_request(format!(
            "the question is too long for {model:?} ({http}); lower --max-input-tokens"
        ));
    }
    let names_model = lower.contains("model");
    let unknown_model = names_model && UNKNOWN_MODEL.iter().any(|sign| lower.contains(sign));
    match status {
        401 | 403 if reply.with_key => {
            ReviewError::permanent(format!("{url} rejected the key ({http}); check REVIEWER_API_KEY"))
        }
        401 | 403 => ReviewError::permanent(format!("{url} requires a key (HTTP {status}); set REVIEWER_API_KEY")),
        400 | 422 if unknown_model => {
            ReviewError::permanent(format!("{url} has no model {model:?} ({message}); check --reviewer-model"))
        }
        404 if names_model => ReviewError::permanent(format!(
            "{url} has no model {model:?} ({message}); check --reviewer-model, or with Ollama run: ollama pull {model}"
        )),
        404 | 405 => ReviewError::permanent(format!(
            "there is no endpoint at {url} ({http}); the reviewer's URL usually ends in /v1"
        )),
        300..=399 => ReviewError::permanent(format!(
            "{url} redirects to {}; set --reviewer-url to that address",
            quote(reply.location.unwrap_or("nowhere"))
        )),
        429 if reply.body.contains("insufficient_quota") => {
            ReviewError::permanent(format!("{url}: the account has no quota left ({message})"))
        }
        408 | 409 | 425 | 429 | 500.. => {
            ReviewError::new(format!("{url} failed ({http})"), Recovery::Retry(reply.retry_after))
        }
        // An error without a code in a response with a success status.
        0..=299 if names_model => ReviewError::permanent(format!("{url}: {message}; check --reviewer-model")),
        0..=299 if message.contains("endpoint") => {
            ReviewError::permanent(format!("{url}: {message}; the reviewer's URL usually ends in /v1"))
        }
        0..=299 => ReviewError::new(format!("{url} failed ({message})"), Recovery::Retry(reply.retry_after)),
        _ => rejected(reply, status, &message),
    }
}

/// A refusal for an unknown reason, which may be the response format.
fn rejected(reply: &Reply<'_>, status: u16, message: &str) -> ReviewError {
    let recovery =
        if reply.formatted && matches!(status, 400 | 422) { Recovery::MaybeSimplerFormat } else { Recovery::None };
    let (url, http) = (reply.url, http_error(status, message));
    ReviewError::new(format!("{url} rejected the question ({http})"), recovery)
}

/// `HTTP 404: no such model`; without a message, the status alone.
fn http_error(status: u16, message: &str) -> String {
    if message.is_empty() { format!("HTTP {status}") } else { format!("HTTP {status}: {message}") }
}

/// Whether an error message in lower case is about a question that is too long.
fn is_about_length(message: &str) -> bool {
    message.contains("context") && ["length", "size", "window"].iter().any(|word| message.contains(word))
}

/// Whether an error message in lower case is about the system message. Templates of models complain about its role, or
/// that roles do not alternate.
fn is_about_system_message(message: &str) -> bool {
    let has = |word: &str| message.split(|c: char| !c.is_ascii_alphabetic()).any(|w| w == word);
    let names_role = has("role") || has("roles");
    let names_message = ["instruction", "prompt", "message", "messages"].into_iter().any(has);
    let refuses = ["support", "unsupported", "not enabled", "not allowed", "not permitted", "invalid", "unknown"];
    (names_role && (has("system") || has("alternate") || (has("user") && has("assistant"))))
        || ((has("system") || has("developer")) && names_message && refuses.iter().any(|sign| message.contains(sign)))
}

/// What servers say about a model that they do not have.
const UNKNOWN_MODEL: &[&str] = &[
    "not a valid model",
    "not exist",
    "not found",
    "no such model",
    "unknown model",
    "invalid model",
    "unsupported model",
];

/// Whether an error is about the response format.
fn is_about_format(body: &str) -> bool {
    let body = body.to_ascii_lowercase();
    [
        "response_format",
        "json_schema",
        "json_object",
        "json schema",
        "structured output",
        "requested parameters",
        "grammar",
        // llama.cpp, of an answer that its own parser of the format does not take.
        "does not match the expected",
    ]
    .iter()
    .any(|word| body.contains(word))
}

#[cfg(test)]
#[path = "reply_tests.rs"]
mod tests;

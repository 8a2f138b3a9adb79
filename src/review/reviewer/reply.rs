//! Reads what an OpenAI-compatible endpoint sent back: an answer, or what kept it from answering.
//!
//! The servers differ in how they say no. See `fixtures/reviewer/` for the bodies this is tested with.

use super::error::{Cure, Trouble, said};
use crate::review::redact::Masker;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// A response, read to its end.
pub(crate) struct Reply<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: &'a str,
    /// How long the endpoint wants to be left alone.
    pub retry_after: Option<Duration>,
    /// Where it sends us instead, on a redirect.
    pub location: Option<&'a str>,
    /// The URL that was asked.
    pub url: &'a str,
    /// The model that was asked for.
    pub model: &'a str,
    /// Whether a `response_format` was asked for.
    pub formatted: bool,
    /// Whether a key was sent.
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

/// The text of the answer.
///
/// # Errors
/// What kept the endpoint from answering.
pub(crate) fn read(reply: &Reply<'_>, masker: &Masker) -> Result<String, Trouble> {
    if let Some(error) = error_of(reply.body) {
        let status = error
            .status
            .filter(|_| reply.status < 400)
            .unwrap_or(reply.status);
        return Err(refused(reply, status, &masker.mask(&error.message)));
    }
    if !(200..300).contains(&reply.status) {
        return Err(refused(reply, reply.status, &masker.mask(reply.body)));
    }
    if looks_like_html(reply.body) {
        return Err(Trouble::lasting(format!(
            "{} answers with a web page: the reviewer's URL usually ends in /v1",
            reply.url
        )));
    }
    let content = if reply.body.trim_start().starts_with("data:") {
        streamed(reply.body)?
    } else {
        let completion: Completion = serde_json::from_str(reply.body)
            .map_err(|e| Trouble::passing(format!("{} sent no complete answer: {e}", reply.url)))?;
        content_of(completion)?
    };
    Ok(masker.mask(&content).into_owned())
}

fn content_of(completion: Completion) -> Result<String, Trouble> {
    let Some(choice) = completion.choices.into_iter().next() else {
        return Err(Trouble::passing("the reviewer's answer has no choices"));
    };
    if let Some(error) = choice.error.filter(|e| !e.is_null()) {
        let words = error
            .get("message")
            .and_then(Value::as_str)
            .map_or_else(|| error.to_string(), str::to_owned);
        return Err(Trouble::passing(format!(
            "the reviewer broke off: {}",
            said(&words)
        )));
    }
    if let Some(refusal) = choice.message.refusal.filter(|r| !r.is_empty()) {
        return Err(Trouble::of_this_question(format!(
            "the reviewer declines: {}",
            said(&refusal)
        )));
    }
    if choice.finish_reason.as_deref() == Some("content_filter") {
        return Err(Trouble::of_this_question(
            "the reviewer declines: a content filter stopped its answer",
        ));
    }
    Ok(words(choice.message.content))
}

/// Content is a string, a list of parts, or nothing.
fn words(content: Value) -> String {
    match content {
        Value::String(text) => text,
        Value::Array(parts) => {
            let texts = parts
                .iter()
                .filter_map(|part| part.get("text").and_then(Value::as_str));
            texts.collect()
        }
        _ => String::new(),
    }
}

/// An endpoint that streams although it was not asked to.
fn streamed(body: &str) -> Result<String, Trouble> {
    let mut text = String::new();
    for data in body
        .lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .map(str::trim)
    {
        if data == "[DONE]" {
            return Ok(text);
        }
        let Ok(chunk) = serde_json::from_str::<Completion>(data) else {
            continue;
        };
        if !chunk.choices.is_empty() {
            text.push_str(&content_of(chunk)?);
        }
    }
    Err(Trouble::passing("the reviewer's answer was cut off"))
}

/// An error in a body, whatever the status says.
struct ErrorBody {
    message: String,
    status: Option<u16>,
}

/// Most say `{"error":{"message":…,"code":…}}`; Ollama and LM Studio also `{"error":"…"}`;
/// vLLM `{"object":"error","message":…,"code":…}` or others `{"detail":…}`.
fn error_of(body: &str) -> Option<ErrorBody> {
    let value: Value = serde_json::from_str(body).ok()?;
    let object = value.as_object()?;
    let inner = match object.get("error").filter(|e| !e.is_null()) {
        Some(error) => error,
        None if object.contains_key("choices") => return None,
        None if object.contains_key("detail") => &object["detail"],
        None if object.get("object").and_then(Value::as_str) == Some("error") => &value,
        None => return None,
    };
    let message = inner.as_str().or_else(|| inner.get("message")?.as_str());
    let code = inner.get("code").or_else(|| inner.get("status"));
    Some(ErrorBody {
        // What else it says may name the reason: `param`, `metadata`.
        message: message.map_or_else(|| inner.to_string(), str::to_owned),
        status: code
            .and_then(|c| c.as_u64().or_else(|| c.as_str()?.parse().ok()))
            .and_then(|c| u16::try_from(c).ok()),
    })
}

/// What a refusal means, and what to do about it.
fn refused(reply: &Reply<'_>, status: u16, message: &str) -> Trouble {
    let (url, model) = (reply.url, reply.model);
    let words = said(message);
    if reply.formatted && (400..=501).contains(&status) && is_about_format(reply.body) {
        return Trouble::new(words, Cure::Simpler);
    }
    let lower = words.to_ascii_lowercase();
    if status == 413 || is_about_length(&lower) {
        return Trouble::of_this_question(format!(
            "the question is too long for {model:?} (HTTP {status}: {words}): lower --max-input-tokens"
        ));
    }
    let names_model = lower.contains("model");
    let knows_no_such_model = names_model && UNKNOWN.iter().any(|sign| lower.contains(sign));
    match status {
        401 | 403 if reply.with_key => Trouble::lasting(format!(
            "{url} refuses the key (HTTP {status}: {words}): check REVIEWER_API_KEY"
        )),
        401 | 403 => Trouble::lasting(format!("{url} wants a key (HTTP {status}): set REVIEWER_API_KEY")),
        400 | 422 if knows_no_such_model => Trouble::lasting(format!(
            "{url} has no model {model:?} ({words}): check --reviewer-model"
        )),
        404 if names_model => Trouble::lasting(format!(
            "{url} has no model {model:?} ({words}): check --reviewer-model; with Ollama: ollama pull {model}"
        )),
        404 | 405 => Trouble::lasting(format!(
            "nothing answers at {url} (HTTP {status}: {words}): the reviewer's URL usually ends in /v1"
        )),
        300..=399 => Trouble::lasting(format!(
            "{url} redirects to {}: name that address in --reviewer-url",
            said(reply.location.unwrap_or("nowhere"))
        )),
        429 if reply.body.contains("insufficient_quota") => {
            Trouble::lasting(format!("{url}: the account has no quota left ({words})"))
        }
        408 | 409 | 425 | 429 | 500.. => Trouble::new(
            format!("{url} failed (HTTP {status}: {words})"),
            Cure::Again(reply.retry_after),
        ),
        // An error in a body that calls itself a success and gives no code.
        0..=299 if names_model => Trouble::lasting(format!("{url}: {words}: check --reviewer-model")),
        0..=299 if words.contains("endpoint") => {
            Trouble::lasting(format!("{url}: {words}: the reviewer's URL usually ends in /v1"))
        }
        0..=299 => Trouble::new(format!("{url} failed ({words})"), Cure::Again(reply.retry_after)),
        _ => not_accepted(reply, status, &words),
    }
}

/// A refusal that gives no reason we know. It may be the form of the answer, of which it says nothing.
fn not_accepted(reply: &Reply<'_>, status: u16, words: &str) -> Trouble {
    let cure = if reply.formatted && matches!(status, 400 | 422) {
        Cure::PerhapsSimpler
    } else {
        Cure::None
    };
    let url = reply.url;
    Trouble::new(
        format!("{url} does not accept the question (HTTP {status}: {words})"),
        cure,
    )
}

/// Whether an error, in lower case, is about a question that is too long.
fn is_about_length(words: &str) -> bool {
    words.contains("context")
        && ["length", "size", "window"]
            .iter()
            .any(|word| words.contains(word))
}

/// How servers say that they do not know a model.
const UNKNOWN: &[&str] = &[
    "not a valid model",
    "not exist",
    "not found",
    "no such model",
    "unknown model",
    "invalid model",
    "unsupported model",
];

/// Whether an error is about the structured output that was asked for.
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
    ]
    .iter()
    .any(|word| body.contains(word))
}

fn looks_like_html(body: &str) -> bool {
    body.trim_start().starts_with('<')
}

#[cfg(test)]
#[path = "reply_tests.rs"]
mod tests;

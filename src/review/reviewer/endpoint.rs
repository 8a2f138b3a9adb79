//! Asks an OpenAI-compatible endpoint, one attempt at a time.

use super::answer::Answer;
use super::error::{Recovery, ReviewError};
use super::reply;
use super::reply::Reply;
use crate::exit::{Code, Failure};
use crate::net::{is_loopback, plain_instead, root_cause};
use crate::redact::Redactor;
use crate::review::prompt::Question;
use reqwest::{Client, Response, Url, redirect};
use serde_json::{Value, json};
use std::cell::Cell;
use std::time::Duration;

/// The maximum length of an answer, in bytes. A decision takes a few hundred, a long chain of thought a few thousand.
const MAX_ANSWER: usize = 1024 * 1024;
/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The response format that is asked for, from the strictest to none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Schema,
    Object,
    Plain,
}

impl Format {
    fn simpler(self) -> Option<Self> {
        match self {
            Self::Schema => Some(Self::Object),
            Self::Object => Some(Self::Plain),
            Self::Plain => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Schema => "answers with a JSON schema",
            Self::Object => "JSON answers",
            Self::Plain => "plain answers",
        }
    }
}

/// An endpoint's address.
#[derive(Debug, Clone)]
pub struct Address {
    /// The base URL, such as `http://localhost:11434/v1`.
    pub url: String,
    /// The model's name.
    pub model: String,
    /// The API key, if the endpoint needs one.
    pub key: Option<String>,
}

impl Address {
    /// Checks the URL, without connecting.
    ///
    /// # Errors
    /// [`Code::Usage`] if it is invalid.
    pub fn check(&self) -> Result<(), Failure> {
        completions_url(&self.url).map(drop)
    }
}

/// An OpenAI-compatible endpoint.
pub struct Endpoint {
    url: Url,
    model: String,
    key: Option<String>,
    http: Client,
    /// The strictest response format that the endpoint is not known to reject.
    format: Cell<Format>,
    /// Whether the format is settled: it brought an answer, or simpler formats did not help.
    settled: Cell<bool>,
    /// Whether the rules are part of the question: the endpoint does not take a system message.
    one_message: Cell<bool>,
}

impl Endpoint {
    /// An endpoint at this address. Does not connect yet.
    ///
    /// # Errors
    /// [`Code::Usage`] if the URL is invalid.
    pub fn new(address: &Address) -> Result<Self, Failure> {
        let url = completions_url(&address.url)?;
        let loopback = is_loopback(&url);
        if address.key.is_some() && url.scheme() == "http" && !loopback {
            let host = url.host_str().unwrap_or_default();
            tracing::warn!("the reviewer's key goes to {host} unencrypted; use https");
        }
        // Redirects are reported, not followed: the key must not go to another host.
        let mut http = Client::builder().redirect(redirect::Policy::none()).connect_timeout(CONNECT_TIMEOUT);
        if loopback {
            http = http.no_proxy();
        }
        let http =
            http.build().map_err(|e| Failure::new(Code::Error, format_args!("cannot set up the HTTP client: {e}")))?;
        Ok(Self {
            url,
            model: address.model.clone(),
            key: address.key.clone(),
            http,
            format: Cell::new(Format::Schema),
            settled: Cell::new(false),
            one_message: Cell::new(false),
        })
    }

    /// The address that questions are sent to.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Asks once, for the strictest response format that the endpoint supports.
    pub async fn ask(&self, question: Question<'_>) -> Result<Answer, ReviewError> {
        let one_message = self.one_message.get();
        let outcome = self.ask_in_some_form(question).await;
        if outcome.is_err() {
            // That one message helps is known from an answer, not from the words of an error.
            self.one_message.set(one_message);
        }
        outcome
    }

    async fn ask_in_some_form(&self, question: Question<'_>) -> Result<Answer, ReviewError> {
        let mut format = self.format.get();
        let mut first_rejection = None;
        loop {
            let outcome = self.ask_as(format, question).await;
            let Err(error) = &outcome else {
                self.settled.set(true);
                self.format.set(format);
                return outcome;
            };
            match (error.recovery, format.simpler()) {
                (Recovery::SimplerFormat, Some(simpler)) => {
                    tracing::info!(
                        "the reviewer does not support {} ({}); asking for {}",
                        format.name(),
                        error.what,
                        simpler.name()
                    );
                    self.format.set(simpler);
                    format = simpler;
                }
                (Recovery::OneMessage, _) if !self.one_message.replace(true) => {
                    tracing::info!("the reviewer takes no system message ({}); asking in one message", error.what);
                }
                (Recovery::Retry(_), _) => return outcome,
                // The format may be the reason or not: simpler ones are tried once, as long as none has brought an answer.
                (Recovery::MaybeSimplerFormat, Some(simpler)) if !self.settled.get() => {
                    first_rejection.get_or_insert(outcome);
                    format = simpler;
                }
                _ => {
                    self.settled.set(self.settled.get() || first_rejection.is_some());
                    return first_rejection.unwrap_or(outcome);
                }
            }
        }
    }

    async fn ask_as(&self, format: Format, question: Question<'_>) -> Result<Answer, ReviewError> {
        let mut request = self.http.post(self.url.clone()).json(&self.body(format, question));
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        let response = request.send().await.map_err(|e| self.unreachable(&e))?;
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok());
        let retry_after = crate::net::retry_after(header("retry-after-ms"), header("retry-after"), header("date"));
        let location = header("location").map(str::to_owned);
        let body = self.read(response).await?;
        reply::read(
            &Reply {
                status,
                body: &String::from_utf8_lossy(&body),
                retry_after,
                location: location.as_deref(),
                url: self.url.as_str(),
                model: &self.model,
                formatted: format != Format::Plain,
                with_system: !self.one_message.get(),
                with_key: self.key.is_some(),
            },
            question.redactor,
        )
    }

    fn body(&self, format: Format, Question { prompt, complaint, .. }: Question<'_>) -> Value {
        // Nothing else: temperature and token limits have different names, and some models reject them.
        let messages = if self.one_message.get() {
            json!([{ "role": "user", "content": prompt.text(complaint) }])
        } else {
            json!([
                { "role": "system", "content": prompt.system },
                { "role": "user", "content": prompt.user_message(complaint) },
            ])
        };
        let mut body = json!({ "model": self.model, "stream": false, "messages": messages });
        match format {
            Format::Schema => body["response_format"] = schema(),
            Format::Object => body["response_format"] = json!({ "type": "json_object" }),
            Format::Plain => {}
        }
        body
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, ReviewError> {
        let mut body = Vec::new();
        let cut = |e| ReviewError::transient(format!("{}: the answer was cut off: {e}", self.url));
        while let Some(chunk) = response.chunk().await.map_err(cut)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER {
                return Err(ReviewError::of_this_request(format!("{}: the answer is longer than 1 MiB", self.url)));
            }
        }
        Ok(body)
    }

    fn unreachable(&self, error: &reqwest::Error) -> ReviewError {
        let url = &self.url;
        let cause = root_cause(error);
        if plain_instead(url, &cause).is_some() {
            return ReviewError::unreachable(format!(
                "the reviewer at {url} does not speak https; try an address with http"
            ));
        }
        if error.is_connect() {
            return ReviewError::unreachable(format!(
                "cannot reach the reviewer at {url}: {cause}; check that it runs"
            ));
        }
        ReviewError::transient(format!("{url}: {cause}"))
    }
}

fn completions_url(base: &str) -> Result<Url, Failure> {
    let invalid = |why: &dyn std::fmt::Display| {
        Failure::new(
            Code::Usage,
            format_args!(
                "--reviewer-url {}: {why}; expected something like http://localhost:11434/v1",
                Redactor::default().redact(base)
            ),
        )
    };
    let base_url = Url::parse(base.trim()).map_err(|e| invalid(&e))?;
    if !matches!(base_url.scheme(), "http" | "https") || !base_url.has_host() {
        return Err(invalid(&"it is not an http or https address"));
    }
    if !base_url.username().is_empty() || base_url.password().is_some() {
        return Err(Failure::new(
            Code::Usage,
            "--reviewer-url must not contain a user name or password; set REVIEWER_API_KEY instead",
        ));
    }
    let mut url = base_url;
    let path = url.path().trim_end_matches('/').to_owned();
    if !path.ends_with("/chat/completions") {
        url.set_path(&format!("{path}/chat/completions"));
    }
    Ok(url)
}

fn schema() -> Value {
    json!({ "type": "json_schema", "json_schema": { "name": "decision", "strict": true, "schema": {
        "type": "object",
        "additionalProperties": false,
        "required": ["action", "reason", "message", "confidence", "ticket"],
        "properties": {
            "action": { "type": "string", "enum": ["continue", "steer", "abort", "done", "unsure"] },
            "reason": { "type": "string" },
            "message": { "type": ["string", "null"] },
            "confidence": { "type": "number" },
            "ticket": { "type": "string" },
        },
    } } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rev_02_completes_url() {
        for (given, asked) in [
            ("http://localhost:11434/v1", "http://localhost:11434/v1/chat/completions"),
            ("http://localhost:11434/v1/", "http://localhost:11434/v1/chat/completions"),
            ("https://x.test/v1/chat/completions", "https://x.test/v1/chat/completions"),
            ("https://x.test/openai?api-version=1", "https://x.test/openai/chat/completions?api-version=1"),
        ] {
            assert_eq!(completions_url(given).unwrap().as_str(), asked);
        }
        for wrong in ["", "localhost:11434", "ftp://x", "/v1", "http://user:secret@host/v1"] {
            let failure = completions_url(wrong).unwrap_err();
            assert_eq!(failure.code, Code::Usage);
            assert!(!failure.message.contains("secret"), "{}", failure.message);
        }
    }
}

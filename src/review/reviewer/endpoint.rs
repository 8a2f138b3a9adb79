//! Asks an OpenAI-compatible endpoint: one attempt at a time.

use super::error::{Cure, Trouble};
use super::reply;
use super::reply::Reply;
use super::retry_after;
use crate::exit::{Code, Failure};
use crate::review::prompt::Prompt;
use crate::review::redact::Masker;
use reqwest::{Client, Response, Url, header, redirect};
use serde_json::{Value, json};
use std::cell::Cell;
use std::time::Duration;

/// A longer answer is no answer: a decision takes a few hundred bytes, a long train of thought a few thousand.
const LONGEST: usize = 1024 * 1024;
/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);

/// How the form of the answer is asked for, from the strictest to none.
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
}

/// Where a reviewer is asked, and as whom.
#[derive(Debug, Clone)]
pub struct Address {
    /// The base URL, such as `http://localhost:11434/v1`.
    pub url: String,
    /// The model.
    pub model: String,
    /// The key, if one is needed.
    pub key: Option<String>,
}

/// An endpoint.
pub(crate) struct Endpoint {
    url: Url,
    model: String,
    key: Option<String>,
    http: Client,
    /// The strictest form that the endpoint is not known to refuse: found once, and remembered.
    format: Cell<Format>,
    /// Whether that form is settled: it brought an answer, or simpler ones did not help.
    settled: Cell<bool>,
}

impl Endpoint {
    /// # Errors
    /// [`Code::Usage`] when the URL is none.
    pub(crate) fn new(address: &Address) -> Result<Self, Failure> {
        let url = completions_url(&address.url)?;
        let loopback = is_loopback(&url);
        if address.key.is_some() && url.scheme() == "http" && !loopback {
            let host = url.host_str().unwrap_or_default();
            tracing::warn!("the reviewer's key goes to {host} unencrypted; use https");
        }
        // A redirect is reported, not followed: the key must not go where nobody sent it.
        let mut http = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT);
        if loopback {
            http = http.no_proxy();
        }
        let http = http
            .build()
            .map_err(|e| Failure::new(Code::Error, format_args!("cannot set up the network: {e}")))?;
        Ok(Self {
            url,
            model: address.model.clone(),
            key: address.key.clone(),
            http,
            format: Cell::new(Format::Schema),
            settled: Cell::new(false),
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.model
    }

    /// Asks once, in the strictest form that the endpoint takes. `complaint` says what was wrong with the answer
    /// before.
    pub(crate) async fn ask(
        &self,
        prompt: &Prompt,
        complaint: Option<&str>,
        masker: &Masker,
    ) -> Result<String, Trouble> {
        let mut format = self.format.get();
        let mut guessed_at = None;
        loop {
            let outcome = self.ask_as(format, prompt, complaint, masker).await;
            let Err(trouble) = &outcome else {
                self.settled.set(true);
                self.format.set(format);
                return outcome;
            };
            match (trouble.cure, format.simpler()) {
                (Cure::Simpler, Some(simpler)) => {
                    tracing::info!(
                        "the reviewer does not know {format:?} answers ({}); asking for {simpler:?}",
                        trouble.what
                    );
                    self.format.set(simpler);
                    format = simpler;
                }
                (Cure::Again(_), _) => return outcome,
                // It may be that, or anything else: simpler forms are tried once, before one has brought an answer.
                (Cure::PerhapsSimpler, Some(simpler)) if !self.settled.get() => {
                    guessed_at.get_or_insert(outcome);
                    format = simpler;
                }
                _ => {
                    self.settled.set(self.settled.get() || guessed_at.is_some());
                    return guessed_at.unwrap_or(outcome);
                }
            }
        }
    }

    async fn ask_as(
        &self,
        format: Format,
        prompt: &Prompt,
        complaint: Option<&str>,
        masker: &Masker,
    ) -> Result<String, Trouble> {
        let mut request = self
            .http
            .post(self.url.clone())
            .json(&self.body(format, prompt, complaint));
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        let response = request.send().await.map_err(|e| self.unreachable(&e))?;
        let status = response.status().as_u16();
        let after = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok());
        let retry_after = retry_after::read(after("retry-after-ms"), after("retry-after"), after("date"));
        let location = after(header::LOCATION.as_str()).map(str::to_owned);
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
                with_key: self.key.is_some(),
            },
            masker,
        )
    }

    fn body(&self, format: Format, prompt: &Prompt, complaint: Option<&str>) -> Value {
        // Nothing else: temperature and token limits go by different names, and some models refuse them.
        let mut body = json!({
            "model": self.model,
            "stream": false,
            "messages": [
                { "role": "system", "content": prompt.system },
                { "role": "user", "content": with_complaint(&prompt.user, complaint) },
            ],
        });
        match format {
            Format::Schema => body["response_format"] = schema(),
            Format::Object => body["response_format"] = json!({ "type": "json_object" }),
            Format::Plain => {}
        }
        body
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, Trouble> {
        let mut body = Vec::new();
        let cut = |e| Trouble::passing(format!("{}: the answer was cut off: {e}", self.url));
        while let Some(chunk) = response.chunk().await.map_err(cut)? {
            body.extend_from_slice(&chunk);
            if body.len() > LONGEST {
                return Err(Trouble::of_this_question(format!(
                    "{}: the answer is longer than 1 MiB",
                    self.url
                )));
            }
        }
        Ok(body)
    }

    fn unreachable(&self, error: &reqwest::Error) -> Trouble {
        let url = &self.url;
        let cause = root_cause(error);
        if error.is_connect() || error.is_timeout() {
            return Trouble::passing(format!(
                "cannot reach the reviewer at {url}: {cause}; is it running?"
            ));
        }
        Trouble::passing(format!("{url}: {cause}"))
    }
}

/// The question, and what was wrong with the answer to it: words of ours, never the answer itself.
pub(crate) fn with_complaint(question: &str, complaint: Option<&str>) -> String {
    match complaint {
        None => question.to_owned(),
        Some(wrong) => format!(
            "{question}\n\nYour last answer could not be used: {wrong}. Answer with the JSON object alone."
        ),
    }
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

fn completions_url(base: &str) -> Result<Url, Failure> {
    let unfit = |why: &dyn std::fmt::Display| {
        Failure::new(
            Code::Usage,
            format_args!(
                "--reviewer-url {}: {why}; it looks like http://localhost:11434/v1",
                Masker::default().mask(base)
            ),
        )
    };
    let base_url = Url::parse(base.trim()).map_err(|e| unfit(&e))?;
    if !matches!(base_url.scheme(), "http" | "https") || !base_url.has_host() {
        return Err(unfit(&"not an http or https address"));
    }
    if !base_url.username().is_empty() || base_url.password().is_some() {
        return Err(Failure::new(
            Code::Usage,
            "--reviewer-url must not contain a user or a password: set REVIEWER_API_KEY instead",
        ));
    }
    let mut url = base_url;
    let path = url.path().trim_end_matches('/').to_owned();
    if !path.ends_with("/chat/completions") {
        url.set_path(&format!("{path}/chat/completions"));
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
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
    fn rev_02_the_url_takes_every_form_that_people_give_it() {
        for (given, asked) in [
            (
                "http://localhost:11434/v1",
                "http://localhost:11434/v1/chat/completions",
            ),
            (
                "http://localhost:11434/v1/",
                "http://localhost:11434/v1/chat/completions",
            ),
            (
                "https://x.test/v1/chat/completions",
                "https://x.test/v1/chat/completions",
            ),
            (
                "https://x.test/openai?api-version=1",
                "https://x.test/openai/chat/completions?api-version=1",
            ),
        ] {
            assert_eq!(completions_url(given).unwrap().as_str(), asked);
        }
        for wrong in [
            "",
            "localhost:11434",
            "ftp://x",
            "/v1",
            "http://user:secret@host/v1",
        ] {
            let failure = completions_url(wrong).unwrap_err();
            assert_eq!(failure.code, Code::Usage);
            assert!(!failure.message.contains("secret"), "{}", failure.message);
        }
    }
}

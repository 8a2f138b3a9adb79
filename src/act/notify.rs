//! Tells others how the run ended: a webhook, a command. Never able to fail the run.

use super::summary::summary;
use crate::exit::{Code, Failure};
use crate::pipe::shutdown;
use crate::process::command;
use crate::process::command::Leash;
use crate::wire::record::RunResult;
use backon::{ExponentialBuilder, Retryable};
use clap::ValueEnum;
use reqwest::{Client, RequestBuilder};
use serde_json::json;
use standardwebhooks::Webhook;
use std::path::Path;
use std::time::{Duration, Instant};
use url::Url;

/// How long telling may delay the exit, everything together.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// The same once a signal came: whoever sent it does not wait.
const HURRIED: Duration = Duration::from_secs(3);

/// How often a request is repeated.
const RETRIES: usize = 3;

/// The first pause between two attempts. Doubled twice and with jitter, three pauses last at most 7 s: within
/// the deadline.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The shape of what is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shape {
    /// Standard Webhooks, signed if there is a secret.
    Standard,
    /// Slack incoming webhook.
    Slack,
    /// Discord webhook.
    Discord,
    /// Topic of an ntfy server.
    Ntfy,
}

/// Which ends are worth telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// The task is done.
    Success,
    /// Any other outcome.
    Failure,
    /// Every outcome.
    Both,
}

/// Whom to tell, and how.
pub struct Notify {
    /// Where to post.
    pub urls: Vec<Url>,
    /// The shape of what is posted.
    pub shape: Shape,
    /// Signs what is posted in the standard shape.
    pub secret: Option<Webhook>,
    /// A command for the shell, with the result on its standard input.
    pub command: Option<String>,
    /// Which ends are worth telling.
    pub when: When,
}

/// What time it is by the clock of the lines, which stands still between two of them.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// The time of the last line, in milliseconds since the Unix epoch.
    pub ts: i64,
    /// When that line came.
    pub since: Instant,
}

impl Now {
    /// The time of the last line and what went by since then, in milliseconds.
    fn ms(self) -> i64 {
        let since = i64::try_from(self.since.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.ts.saturating_add(since)
    }
}

/// Reads the secret of the Standard Webhooks specification: base64, with or without `whsec_` in front.
///
/// # Errors
/// [`Code::Usage`] when it is none.
pub fn secret(text: &str) -> Result<Webhook, Failure> {
    Webhook::new(text).map_err(|_| {
        Failure::new(
            Code::Usage,
            "OCR_WEBHOOK_SECRET is no webhook secret: it is base64, usually behind whsec_; ask the receiver for it",
        )
    })
}

impl Notify {
    /// Tells everybody at once; what fails is logged. `now` is the time that a receiver is told.
    pub fn tell(&self, result: &RunResult, now: Now) {
        let wanted = match self.when {
            When::Success => result.exit_code == 0,
            When::Failure => result.exit_code != 0,
            When::Both => true,
        };
        if !wanted {
            return;
        }
        let limit = if shutdown::caught().is_some() {
            HURRIED
        } else {
            DEADLINE
        };
        std::thread::scope(|scope| {
            if let Some(line) = &self.command {
                scope.spawn(move || call(line, result, limit));
            }
            self.post_to_all(result, now, limit);
        });
    }

    fn post_to_all(&self, result: &RunResult, now: Now, limit: Duration) {
        if self.urls.is_empty() {
            return;
        }
        match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => {
                runtime.block_on(self.post_all(result, now, limit));
                // A name lookup may hang on a thread of its own.
                runtime.shutdown_background();
            }
            Err(error) => tracing::warn!("nobody could be notified: {error}"),
        }
    }

    async fn post_all(&self, result: &RunResult, now: Now, limit: Duration) {
        let client = Client::new();
        let posts = self.urls.iter().map(|url| async {
            let host = url.host_str().unwrap_or("?");
            match tokio::time::timeout(limit, self.post(&client, url, result, now)).await {
                Ok(Ok(())) => {}
                // The rest of the URL is often a secret.
                Ok(Err(why)) => tracing::warn!("{host} could not be notified: {why}"),
                Err(_) => tracing::warn!("{host} could not be notified within {} s", limit.as_secs()),
            }
        });
        futures_util::future::join_all(posts).await;
    }

    async fn post(&self, client: &Client, url: &Url, result: &RunResult, now: Now) -> Result<(), String> {
        let attempt = || async {
            let answer = self
                .request(client, url, result, now)?
                .send()
                .await
                .map_err(|e| e.without_url().to_string())?;
            match answer.status() {
                status if status.is_success() => Ok(()),
                status => Err(format!("it answers {status}")),
            }
        };
        let pauses = ExponentialBuilder::default()
            .with_min_delay(FIRST_PAUSE)
            .with_jitter()
            .with_max_times(RETRIES);
        attempt.retry(pauses).await
    }

    fn request(
        &self,
        client: &Client,
        url: &Url,
        result: &RunResult,
        now: Now,
    ) -> Result<RequestBuilder, String> {
        let told = summary(result);
        let request = client.post(url.clone());
        Ok(match self.shape {
            Shape::Standard => return self.standard(request, result, now),
            Shape::Slack => request.json(&json!({"text": told})),
            Shape::Discord => request.json(&json!({"content": told, "allowed_mentions": {"parse": []}})),
            Shape::Ntfy => {
                let priority = if result.exit_code == 0 { "default" } else { "high" };
                request
                    .header("title", "ocr")
                    .header("priority", priority)
                    .body(told)
            }
        })
    }

    /// <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
    fn standard(
        &self,
        request: RequestBuilder,
        result: &RunResult,
        now: Now,
    ) -> Result<RequestBuilder, String> {
        // The time of this attempt: a receiver refuses one that is too old.
        let seconds = now.ms() / 1000;
        // These are the same for every attempt, so that the receiver can tell a repetition.
        let id = format!("msg_{}_{}", result.session_id.as_deref().unwrap_or("run"), now.ts);
        let body = json!({"type": "ocr.act.result", "timestamp": now.ts, "data": result}).to_string();
        let mut request = request
            .header("webhook-id", &id)
            .header("webhook-timestamp", seconds);
        if let Some(webhook) = &self.secret {
            let signature = webhook
                .sign(&id, seconds, body.as_bytes())
                .map_err(|e| e.to_string())?;
            request = request.header("webhook-signature", signature);
        }
        Ok(request.header("content-type", "application/json").body(body))
    }
}

/// Runs the command with the result on its standard input.
fn call(line: &str, result: &RunResult, limit: Duration) {
    let body = serde_json::to_vec(result).unwrap_or_default();
    let outcome = command::run(line, Path::new("."), &body, Leash { limit, cut: || false });
    if !outcome.success {
        tracing::warn!("the --notify-cmd failed ({}): {}", outcome.how, outcome.tail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published example of the specification.
    #[test]
    fn it_signs_as_the_specification_does() {
        let webhook = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = webhook.sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn the_time_goes_on_after_the_last_line() {
        let since = Instant::now().checked_sub(Duration::from_mins(1)).unwrap();
        let late = Now { ts: 5000, since }.ms();
        assert!((65_000..125_000).contains(&late), "{late}");
    }
}

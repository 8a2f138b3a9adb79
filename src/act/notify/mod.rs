//! Notifies people through webhooks, a command and the desktop: when they may be needed, and of the outcome of the run.
//! Records whether each message arrived; a failure never fails the run.
//!
//! * `topic`: the topics of notifications.
//! * `needs`: decides which episodes begin and end.
//! * `message`: the messages that are sent.
//! * `outbox`: collects the notifications of one run.
//! * `courier`: the thread that sends while lines pass.

mod courier;
mod message;
mod needs;
mod outbox;
mod topic;

pub(super) use courier::Courier;
pub(super) use message::{Message, TITLE};
pub(super) use outbox::Outbox;
pub use topic::Topic;

use super::command::succeeds;
use crate::exit::{Code, Failure};
use crate::net::{retry_after, root_cause, runtime};
use crate::pipe::Shutdown;
use crate::pipe::shutdown::{NOTIFY, NOTIFY_AFTER_SIGNAL};
use crate::printable::{excerpt, printable};
use crate::redact::Redactor;
use crate::wire::Timestamp;
use crate::wire::record::{Action, ActionKind, Phase};
use backon::{ExponentialBuilder, Retryable};
use clap::ValueEnum;
use reqwest::{Client, RequestBuilder, Response, redirect};
use serde_json::json;
use standardwebhooks::Webhook;
use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};
use url::Url;

/// How often a failed request is retried.
const RETRIES: usize = 3;

/// The pause before the first retry. Doubled twice and with jitter, three pauses take at most 7 s, less than
/// [`NOTIFY`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The longest value of a variable for a command, in characters. Linux takes 128 KiB.
const VARIABLE: usize = 4096;

/// The longest text that Discord accepts, in characters.
const DISCORD: usize = 2000;

/// How often the wait for a webhook checks for a signal.
const SIGNAL_CHECK: Duration = Duration::from_millis(50);

/// Shows `$OCR_SUMMARY` on the desktop: through notify-send, or else as the escape sequence of the terminal, which is 777
/// for those that come from rxvt and 9 for the others.
const DESKTOP: &str = r#"if command -v notify-send >/dev/null 2>&1 && notify-send --app-name=ocr -- "ocr: $OCR_EVENT" "$OCR_SUMMARY"; then
    exit 0
fi
case $TERM in
rxvt* | foot*) printf '\033]777;notify;ocr: %s;%s\033\\' "$OCR_EVENT" "$OCR_SUMMARY" >/dev/tty ;;
*) printf '\033]9;ocr: %s\033\\' "$OCR_SUMMARY" >/dev/tty ;;
esac"#;

/// The format of a webhook's body.
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

/// Where to send what, and how.
pub struct Notify {
    /// The webhooks.
    pub urls: Vec<Url>,
    /// The format of their bodies.
    pub shape: Shape,
    /// Signs the bodies in the standard format.
    pub secret: Option<Webhook>,
    /// A shell command that gets the message as JSON on its standard input.
    pub command: Option<String>,
    /// Whether to show it on the desktop.
    pub desktop: bool,
    /// What is sent.
    pub on: Vec<Topic>,
    /// Masks the secrets in what is sent.
    pub redactor: Redactor,
}

/// What came of one notification.
pub struct Delivery {
    /// The host and the port of the webhook, or the command's flag.
    pub to: String,
    /// Whether it was delivered, or why not.
    pub outcome: Result<(), String>,
}

impl Delivery {
    /// What comes of a message that is sent to nobody, for this reason.
    fn given_up(why: String) -> Self {
        Self { to: "anybody".to_owned(), outcome: Err(why) }
    }

    /// The record about it; `event` is what a notice was about.
    pub(super) fn record(&self, event: Option<Topic>, session: Option<&str>) -> Action {
        let (phase, detail) = match &self.outcome {
            Ok(()) => (Phase::Taken, format!("delivered to {}", self.to)),
            Err(why) => (Phase::Failed, format!("not delivered to {}: {why}", self.to)),
        };
        let detail = event.map_or(detail.clone(), |event| format!("{event}: {detail}"));
        Action {
            session_id: session.unwrap_or_default().to_owned(),
            action: ActionKind::Notify,
            phase,
            detail: printable(&detail),
        }
    }
}

/// A failed attempt.
struct Failed {
    why: String,
    may_pass: bool,
    /// How long the receiver wants us to wait.
    pause: Option<Duration>,
}

impl Failed {
    fn for_now(why: String) -> Self {
        Self { why, may_pass: true, pause: None }
    }

    fn for_good(why: String) -> Self {
        Self { why, may_pass: false, pause: None }
    }

    /// An answer with a status other than success.
    fn answered(answer: &Response, until: tokio::time::Instant) -> Self {
        let status = answer.status();
        if status.is_redirection() {
            let why = "and redirects are not followed; give the receiver's own address";
            return Self::for_good(format!("it answered {status}, {why}"));
        }
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let pause = retry_after(None, header("retry-after"), header("date"));
        match pause.filter(|pause| *pause >= until.saturating_duration_since(tokio::time::Instant::now())) {
            Some(pause) => Self::for_good(format!(
                "it answered {status} and asks for a pause of {} s, for which there is no time",
                pause.as_secs_f64().ceil()
            )),
            None => Self { pause, ..Self::for_now(format!("it answered {status}")) },
        }
    }
}

/// The current time by the clock of the stream, which stands still between lines.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// The time of the last line.
    pub ts: Timestamp,
    /// When that line was read.
    pub since: Instant,
}

impl Now {
    /// The time of the last line plus the time since it was read, in milliseconds since the Unix epoch.
    pub(super) fn ms(self) -> i64 {
        let since = i64::try_from(self.since.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.ts.after(since).ms()
    }
}

/// Parses a secret of the Standard Webhooks specification: base64, optionally prefixed with `whsec_`.
///
/// # Errors
/// [`Code::Usage`] if it is not one.
pub fn secret(text: &str) -> Result<Webhook, Failure> {
    Webhook::new(text).map_err(|_| {
        Failure::new(
            Code::Usage,
            "OCR_WEBHOOK_SECRET is not a valid webhook secret (base64, with or without the prefix whsec_); get it from the receiver",
        )
    })
}

impl Notify {
    /// Whether anybody is to be told of this.
    pub(super) fn wants(&self, topic: Topic) -> bool {
        let somebody = !self.urls.is_empty() || self.command.is_some() || self.desktop;
        somebody && topic.is_in(&self.on)
    }

    /// Sends a message to all receivers at once, logs failures, and returns what came of each. `now` is the timestamp
    /// that they get, `limit` how long they may take, by default [`NOTIFY`].
    pub(super) fn send(
        &self,
        message: &Message,
        now: Now,
        limit: Option<Duration>,
        shutdown: &Shutdown,
    ) -> Vec<Delivery> {
        if !self.wants(message.event()) {
            return Vec::new();
        }
        let limit = limit.unwrap_or(NOTIFY);
        let limit = if shutdown.requested().is_some() { limit.min(NOTIFY_AFTER_SIGNAL) } else { limit };
        let message = &message.masked(&self.redactor);
        let commands = self.command.as_deref().map(|line| ("--notify-cmd", line));
        let commands = commands.into_iter().chain(self.desktop.then_some(("--notify-desktop", DESKTOP)));
        let deliveries = std::thread::scope(|scope| {
            let run = |(to, line)| scope.spawn(move || run_command(to, line, message, now, limit, shutdown));
            let commands: Vec<_> = commands.map(run).collect();
            let mut deliveries = self.post_all(message, now, limit, shutdown);
            // A panic has been printed.
            deliveries.extend(commands.into_iter().filter_map(|thread| thread.join().ok()));
            deliveries
        });
        for Delivery { to, outcome } in &deliveries {
            match outcome {
                Ok(()) => tracing::info!("notified {to}"),
                Err(why) => tracing::warn!("cannot notify {to}: {why}"),
            }
        }
        deliveries
    }

    fn post_all(&self, message: &Message, now: Now, limit: Duration, shutdown: &Shutdown) -> Vec<Delivery> {
        // Only the host is named: the rest of a webhook's URL is often a secret.
        let host = |url: &Url| {
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{}{port}", url.host_str().unwrap_or("?"))
        };
        let all_failed = |why: String| {
            self.urls.iter().map(|url| Delivery { to: host(url), outcome: Err(why.clone()) }).collect::<Vec<_>>()
        };
        if self.urls.is_empty() {
            return Vec::new();
        }
        // A receiver elsewhere than where the user said must not get what we send, and a redirected POST loses its body.
        let client = Client::builder().redirect(redirect::Policy::none()).build();
        let (client, runtime) = match (client, runtime()) {
            (Ok(client), Ok(runtime)) => (client, runtime),
            (Err(error), _) => return all_failed(error.to_string()),
            (_, Err(error)) => return all_failed(error.to_string()),
        };
        let until = tokio::time::Instant::now() + limit;
        let posts = self.urls.iter().map(|url| async {
            let outcome = tokio::select! {
                posted = tokio::time::timeout_at(until, self.post(&client, url, message, now, until)) => {
                    posted.unwrap_or_else(|_| Err(format!("no answer within {} s", limit.as_secs())))
                }
                () = late(shutdown) => Err(format!("gave up {} s after a signal", NOTIFY_AFTER_SIGNAL.as_secs())),
            };
            Delivery { to: host(url), outcome }
        });
        let deliveries = runtime.block_on(futures_util::future::join_all(posts));
        // A hanging name lookup must not delay the exit.
        runtime.shutdown_background();
        deliveries
    }

    /// Posts a message, several times if need be, at most until `until`.
    async fn post(
        &self,
        client: &Client,
        url: &Url,
        message: &Message,
        now: Now,
        until: tokio::time::Instant,
    ) -> Result<(), String> {
        let attempt = || async {
            let answer = self.request(client, url, message, now).map_err(Failed::for_good)?.send().await;
            let answer = answer.map_err(|e| Failed::for_now(root_cause(&e.without_url())))?;
            if answer.status().is_success() { Ok(()) } else { Err(Failed::answered(&answer, until)) }
        };
        let pauses = ExponentialBuilder::default().with_min_delay(FIRST_PAUSE).with_jitter().with_max_times(RETRIES);
        let retried = attempt.retry(pauses).when(|failed| failed.may_pass);
        // The receiver may ask for a longer pause than ours; how often it is asked stays the same.
        let retried = retried
            .adjust(|failed: &Failed, pause| pause.map(|pause| failed.pause.map_or(pause, |longer| longer.max(pause))));
        retried.await.map_err(|failed| failed.why)
    }

    fn request(&self, client: &Client, url: &Url, message: &Message, now: Now) -> Result<RequestBuilder, String> {
        let text = message.text();
        let request = client.post(url.clone());
        Ok(match self.shape {
            Shape::Standard => return self.standard(request, message, now),
            Shape::Slack => request.json(&json!({"text": for_slack(&text)})),
            Shape::Discord => request.json(&json!({"content": for_discord(&text), "allowed_mentions": {"parse": []}})),
            Shape::Ntfy => {
                let priority = if message.is_urgent() { "high" } else { "default" };
                request.header("title", "ocr").header("priority", priority).body(text)
            }
        })
    }

    /// <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
    fn standard(&self, request: RequestBuilder, message: &Message, now: Now) -> Result<RequestBuilder, String> {
        // The time of this attempt: receivers reject old timestamps.
        let seconds = now.ms() / 1000;
        // The id and the body are the same for every attempt, so that the receiver can tell a retry.
        let id = message.webhook_id(now.ts);
        let body = json!({"type": message.kind(), "timestamp": now.ts.ms(), "data": message.data()}).to_string();
        let mut request = request.header("webhook-id", &id).header("webhook-timestamp", seconds);
        if let Some(webhook) = &self.secret {
            let signature = webhook.sign(&id, seconds, body.as_bytes()).map_err(|e| e.to_string())?;
            request = request.header("webhook-signature", signature);
        }
        Ok(request.header("content-type", "application/json").body(body))
    }
}

/// Resolves [`NOTIFY_AFTER_SIGNAL`] after a signal.
async fn late(shutdown: &Shutdown) {
    while shutdown.requested().is_none() {
        tokio::time::sleep(SIGNAL_CHECK).await;
    }
    tokio::time::sleep(NOTIFY_AFTER_SIGNAL).await;
}

/// Runs a command with the message on its standard input and the most important of it in its environment.
fn run_command(to: &str, line: &str, message: &Message, now: Now, limit: Duration, shutdown: &Shutdown) -> Delivery {
    let signalled = Cell::new(None);
    let is_late = || {
        let since = signalled.get().or_else(|| shutdown.requested().map(|_| Instant::now()));
        signalled.set(since);
        since.is_some_and(|since| since.elapsed() >= NOTIFY_AFTER_SIGNAL)
    };
    // A line of its own, so that a file to which each is appended is read line by line.
    let body = format!("{}\n", message.line(now.ts));
    let (event, text) = (message.event().to_string(), variable(&message.text()));
    let session = variable(message.session().unwrap_or_default());
    let variables = [("OCR_EVENT", &*event), ("OCR_SUMMARY", &*text), ("OCR_SESSION", &*session)];
    let outcome = succeeds(line, Path::new("."), &variables, body.as_bytes(), limit, is_late);
    let outcome = outcome.map_err(|failed| format!("it failed ({}): {}", failed.how, failed.tail));
    Delivery { to: to.to_owned(), outcome }
}

/// A text in which Slack sees no mention and no link of the agent's: it reads them between `<` and `>`.
/// <https://docs.slack.dev/messaging/formatting-message-text#escaping>
fn for_slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A text in which Discord sees no link of the agent's behind other words, and no other mark of its Markdown.
/// <https://support.discord.com/hc/en-us/articles/210298617>
fn for_discord(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '*' | '_' | '~' | '`' | '|' | '>' | '<' | '[' | ']') {
            safe.push('\\');
        }
        safe.push(c);
    }
    safe.chars().take(DISCORD).collect()
}

/// `text` as the value of a variable: one that holds a NUL, or is too long for the system, would keep the command from
/// starting.
fn variable(text: &str) -> String {
    printable(&excerpt(text, VARIABLE))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example in the specification.
    #[test]
    fn signs_like_specification() {
        let webhook = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = webhook.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn slack_sees_no_mention_and_no_link() {
        assert_eq!(for_slack("a & <!channel> <http://e|x>"), "a &amp; &lt;!channel&gt; &lt;http://e|x&gt;");
    }

    #[test]
    fn discord_sees_no_link_behind_words() {
        assert_eq!(for_discord("[a](https://e) **b**"), r"\[a\](https://e) \*\*b\*\*");
        assert!(for_discord(&"*".repeat(1500)).chars().count() <= DISCORD);
    }

    #[test]
    fn variables_hold_what_a_system_takes() {
        assert_eq!(variable("ses_\0x\u{1b}[2J"), r"ses_\u{0}x\u{1b}[2J");
        assert!(variable(&"s".repeat(200_000)).len() <= VARIABLE + 3);
    }

    #[test]
    fn time_passes_after_last_line() {
        let since = Instant::now().checked_sub(Duration::from_mins(1)).unwrap();
        let late = Now { ts: Timestamp::from_ms(5000), since }.ms();
        assert!((65_000..125_000).contains(&late), "{late}");
    }
}

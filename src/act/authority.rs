//! Decides what `ocr-act` may act on. A line alone never decides which server we contact: either the user names it on
//! the command line, or the stream proves that it is live and in this pipe.

use super::settings::Settings;
use crate::net::is_loopback;
use crate::process::proof::confirm;
use crate::server::Credentials;
use crate::wire::record::{AnyRecord, Closed, Opened, Record};
use crate::wire::text::decode;
use crate::wire::{Event, Observation, Raw, members};
use url::Url;

/// What every reason ends with.
const REMEDY: &str = "use --server to act on a live server";

/// What is said of a stream of another agent.
const UNOPENED: &str = "no ocr.stream.opened line says";

/// What `ocr-act` may act on. The first `opened` line decides, and no later line changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Authority {
    /// There was no `opened` line yet: the stream may be another agent's, or a recording of one.
    Unopened {
        /// Whether a person says that it is live.
        live: bool,
    },
    /// A person named the server. Checks and notifications are for a stream that does not say it is a replay.
    Named {
        /// Whether the stream says that it is a replay.
        replay: bool,
        /// Whether the stream proves that it is live all the same.
        proven: bool,
    },
    /// The stream is live and in this pipe: the server that it names is its own.
    Proven,
    /// The stream may be a recording, for this reason: nothing is done.
    Recording(String),
}

impl Authority {
    /// Before the first line.
    pub fn before(settings: &Settings) -> Self {
        if settings.server.is_some() {
            Self::Named { replay: false, proven: false }
        } else {
            Self::Unopened { live: settings.live }
        }
    }

    /// After the first `opened` line, which was written at `ts`. `says_replay` tells whether it says of itself that it is
    /// a replay, rather than nothing or nonsense.
    pub fn of(settings: &Settings, opened: &Opened, ts: i64, says_replay: bool) -> Self {
        if settings.server.is_some() {
            let proven = !opened.replay && confirm(opened, ts, &settings.key).is_ok();
            if opened.replay && !settings.dry_run {
                tracing::warn!(
                    "this is a replay: findings are acted on, but nothing is checked, and nobody is notified"
                );
            }
            return Self::Named { replay: opened.replay, proven };
        }
        if says_replay {
            return Self::Recording(format!("this is a replay; {REMEDY}"));
        }
        let doubt = if opened.replay {
            "its first line does not say that it is live".to_owned()
        } else {
            match confirm(opened, ts, &settings.key) {
                Ok(()) => return Self::Proven,
                Err(doubt) => doubt.to_string(),
            }
        };
        Self::unproven(&doubt)
    }

    /// Treats one of our streams as a recording when it does not begin with an `opened` line that can be read. Returns
    /// whether this line is why.
    pub fn doubt(&mut self, line: &Observation, text: &str) -> bool {
        let is_doubted = matches!(self, Self::Unopened { .. }) && misses_opened(line, text);
        if is_doubted {
            *self = Self::unproven("it does not begin with a readable ocr.stream.opened line");
        }
        is_doubted
    }

    fn unproven(doubt: &str) -> Self {
        let why = format!("nothing proves that this stream is live ({doubt}); {REMEDY}");
        tracing::warn!("not acting, checking or notifying: {why}");
        Self::Recording(why)
    }

    /// Whether the session may be a living one, so that its time goes on.
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Proven | Self::Named { replay: false, .. } | Self::Unopened { .. })
    }

    /// Whether its work is checked and people are told of it: the stream proves that it is live, or a person says so. Other
    /// agents' streams have no `opened` line; their work is where we run.
    pub fn vouches(&self) -> bool {
        self.is_live() && *self != Self::Unopened { live: false }
    }

    /// Whether the stream proves that it is live: what its server says now is about the run.
    pub fn is_proven(&self) -> bool {
        matches!(self, Self::Proven | Self::Named { proven: true, .. })
    }

    /// Why there is no server to act on, if there is none.
    pub fn refusal(&self) -> Option<String> {
        match self {
            Self::Unopened { live: true } => Some(format!("{UNOPENED} what the stream is; {REMEDY}")),
            Self::Unopened { live: false } => {
                Some(format!("{UNOPENED} that the stream is live; use --live if it is, or {REMEDY}"))
            }
            Self::Recording(why) => Some(why.clone()),
            Self::Named { .. } | Self::Proven => None,
        }
    }
}

/// Whether a line is one of `ocr-stream`, which should come after an `opened` line, or is itself one that says more than
/// one thing.
fn misses_opened(line: &Observation, text: &str) -> bool {
    match &line.event {
        Event::Record { kind, properties } if kind == Opened::TYPE => {
            !matches!(AnyRecord::parse(kind, *properties), Ok(Some(AnyRecord::Opened(_))))
        }
        // A stage that could not start has nothing else to say.
        Event::Record { kind, .. } if kind == Closed::TYPE => false,
        Event::Record { kind, .. } => kind.starts_with("ocr.stream."),
        _ if line.dialect.is_none() => {
            let members = members(Raw::new(text)).unwrap_or_default();
            members.iter().any(|(name, value)| name == "type" && decode(*value) == Opened::TYPE)
        }
        _ => false,
    }
}

/// Whether orders and the password may go to this server, or why not.
///
/// # Errors
/// The server is neither on this machine nor protected by https and a password, and that is not allowed.
pub fn is_protected(url: &Url, credentials: &Credentials, allow_insecure: bool) -> Result<(), String> {
    let safe = is_loopback(url) || (url.scheme() == "https" && credentials.password.is_some());
    if safe || allow_insecure {
        return Ok(());
    }
    Err(format!(
        "{url} is neither on this machine nor protected by https and a password; use --allow-insecure to act on it"
    ))
}

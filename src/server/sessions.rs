//! Lists the sessions of a server, and what they are doing.

use super::{Array, Error, REQUEST_TIMEOUT, Server, segment};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use std::collections::{HashMap, HashSet};

/// How many sessions a list may have, ten times those of the fullest server that we know; without a limit 1.18.33
/// lists a hundred.
const SESSIONS: usize = 100_000;

/// How long a list of sessions may be, in bytes. A session takes a few hundred.
const LONGEST_SESSIONS: u64 = 64 * 1024 * 1024;

/// What the sessions are listed for; completes "failed to …".
const PURPOSE: &str = "list its sessions";

/// A session, as far as we use it.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Session {
    /// The session's id.
    pub id: String,
    /// The directory that it works in.
    #[serde(default)]
    pub directory: Option<String>,
    /// The session that started it, when it is a subagent's.
    #[serde(default, rename = "parentID")]
    pub parent: Option<String>,
    /// When it did something.
    #[serde(default)]
    pub time: SessionTime,
}

/// When a session did something.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub struct SessionTime {
    /// When it last took a step, in milliseconds since the Unix epoch; 0 where the server does not say.
    pub updated: i64,
}

/// The sessions that a server lists.
#[derive(Debug)]
pub struct Listing {
    /// The sessions.
    pub sessions: Vec<Session>,
    /// Whether they are those of every project; otherwise of one project, as on 1.1.
    pub everywhere: bool,
}

impl Server {
    /// Creates a session.
    ///
    /// # Errors
    /// Any [`Error`] of a request.
    pub async fn create_session(&self) -> Result<Session, Error> {
        self.request(Method::POST, "session", Some(json!({})), "create a session").await
    }

    /// The session with this id.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none; otherwise any [`Error`] of a request.
    pub async fn session(&self, id: &str) -> Result<Session, Error> {
        let path = format!("session/{}", segment(id));
        match self.request(Method::GET, &path, None, "find the session").await {
            // An unknown id gets a 400 or a 404; on 1.18 a 500 where it cannot be a session's id.
            Err(Error::Failed { status, .. })
                if matches!(status, 400 | 404) || (status == 500 && !id.starts_with("ses")) =>
            {
                Err(Error::NotFound { url: self.url.to_string(), session: id.to_owned() })
            }
            outcome => outcome,
        }
    }

    /// The same server with requests about the directory of this session: in any other one it knows neither what the
    /// session does nor what it asks.
    #[must_use]
    pub fn at_home(&self, session: &Session) -> Self {
        self.in_directory(session.directory.clone())
    }

    /// The sessions that this one started, read as they arrive.
    ///
    /// # Errors
    /// Any [`Error`] of a request.
    pub async fn children(&self, id: &str) -> Result<Array<Session>, Error> {
        let path = format!("session/{}/children", segment(id));
        let request = self.http.get(self.route_in_directory(&path));
        Ok(self.list(request, "list a session's children").await?.up_to(LONGEST_SESSIONS))
    }

    /// The sessions of the directory that are not idle. Sessions of other directories are never among them.
    ///
    /// # Errors
    /// Any [`Error`] of a request.
    pub async fn busy(&self) -> Result<HashSet<String>, Error> {
        Ok(self.all_statuses().await?.into_keys().collect())
    }

    /// The same with what each of them is doing, as a `session.status` event says it; `None` where the server cannot
    /// tell.
    ///
    /// # Errors
    /// [`Error`]s that may pass, or that the user has to mend.
    pub async fn statuses(&self) -> Result<Option<HashMap<String, Box<RawValue>>>, Error> {
        known(self.all_statuses().await)
    }

    async fn all_statuses(&self) -> Result<HashMap<String, Box<RawValue>>, Error> {
        #[derive(Deserialize)]
        struct Status {
            #[serde(rename = "type")]
            kind: String,
        }
        let mut all: HashMap<String, Box<RawValue>> =
            self.request(Method::GET, "session/status", None, "report what its sessions are doing").await?;
        all.retain(|_, status| serde_json::from_str::<Status>(status.get()).is_ok_and(|status| status.kind != "idle"));
        Ok(all)
    }

    /// The session's todo list, as a `todo.updated` event says it; `None` where the server has none.
    ///
    /// # Errors
    /// [`Error`]s that may pass, or that the user has to mend.
    pub async fn todos(&self, id: &str) -> Result<Option<Box<RawValue>>, Error> {
        let path = format!("session/{}/todo", segment(id));
        known(self.request(Method::GET, &path, None, "list a session's todos").await)
    }

    /// The sessions that the server knows: those of every project where it can list them.
    ///
    /// # Errors
    /// Any [`Error`] of a request.
    pub async fn sessions(&self) -> Result<Listing, Error> {
        if let Some(sessions) = self.sessions_everywhere().await? {
            return Ok(Listing { sessions, everywhere: true });
        }
        let request = self.http.get(self.route_in_directory("session")).query(&[("limit", SESSIONS)]);
        let sessions = self.list(request, PURPOSE).await?.up_to(LONGEST_SESSIONS).collect(SESSIONS).await?;
        Ok(Listing { sessions, everywhere: false })
    }

    /// The sessions of every project, archived ones too; `None` where the server has no such list. The request names
    /// no directory, because the server would list only that one.
    async fn sessions_everywhere(&self) -> Result<Option<Vec<Session>>, Error> {
        let request = self.http.get(self.route("experimental/session"));
        let request = request.query(&[("limit", SESSIONS)]).query(&[("archived", "true")]);
        // 1.1 forwards unknown routes to the network, and may wait there in vain.
        let listing = async { self.list(request, PURPOSE).await?.up_to(LONGEST_SESSIONS).collect(SESSIONS).await };
        match tokio::time::timeout(REQUEST_TIMEOUT, listing).await {
            Ok(Ok(sessions)) => Ok(Some(sessions)),
            Err(_)
            | Ok(Err(
                Error::TimedOut { .. }
                | Error::Foreign { .. }
                | Error::Failed { .. }
                | Error::NotAllowed { .. }
                | Error::Redirected { .. },
            )) => Ok(None),
            // The shorter list is not a substitute for one that broke off or has no end.
            Ok(Err(error)) => Err(error),
        }
    }

    /// The directory that requests are about, as the server names it.
    ///
    /// # Errors
    /// Any [`Error`] of a request.
    pub async fn directory(&self) -> Result<String, Error> {
        #[derive(Deserialize)]
        struct Paths {
            directory: String,
        }
        let paths: Paths = self.request(Method::GET, "path", None, "name its directory").await?;
        Ok(paths.directory)
    }
}

/// An answer; `None` from a server that does not have the route: it answers with an error, or with a web page.
fn known<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Error::Failed { .. } | Error::Foreign { .. } | Error::Redirected { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

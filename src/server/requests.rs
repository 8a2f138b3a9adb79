//! Lists the permissions and questions that wait for an answer.

use super::{Error, Server};
use serde::Deserialize;
use serde_json::value::RawValue;

/// What the requests are listed for; completes "failed to …".
const PURPOSE: &str = "list open requests";

/// How many open requests are read. Each waits for a person.
const REQUESTS: usize = 10_000;

/// How long their list may be, in bytes.
const LONGEST_REQUESTS: u64 = 32 * 1024 * 1024;

/// A permission or a question that waits for an answer.
#[derive(Debug)]
pub struct OpenRequest {
    /// The request's id.
    pub id: String,
    /// The session that waits.
    pub session: String,
    /// The type of the event that announces it.
    pub kind: &'static str,
    /// What that event has under `properties`.
    pub properties: Box<RawValue>,
}

/// The open requests of a directory's sessions.
#[derive(Debug)]
pub struct OpenRequests {
    /// Those that the server listed.
    pub listed: Vec<OpenRequest>,
    /// Why it could not list them all. `OpenCode` 1.18.33 lists no permissions while one to fetch a page is open: its own
    /// check of the answer fails.
    pub missing: Option<Error>,
}

impl Server {
    /// The open requests of the directory's sessions; none of a kind that the server does not know.
    ///
    /// # Errors
    /// Any [`Error`] of a request, except for routes that the server does not have, and lists that it fails to make.
    pub async fn open_requests(&self) -> Result<OpenRequests, Error> {
        let mut open = OpenRequests { listed: Vec::new(), missing: None };
        for (path, kind) in [("permission", "permission.asked"), ("question", "question.asked")] {
            let request = self.http.get(self.route_in_directory(path));
            let listed = async { self.list(request, PURPOSE).await?.up_to(LONGEST_REQUESTS).collect(REQUESTS).await };
            let listed: Vec<Box<RawValue>> = match listed.await {
                Ok(listed) => listed,
                // Unknown routes answer with a web page, and behind a proxy with an error.
                Err(Error::Foreign { .. } | Error::Redirected { .. }) => continue,
                Err(error) if error.is_unknown() => continue,
                Err(error @ Error::Failed { .. }) => {
                    open.missing = Some(error);
                    continue;
                }
                Err(error) => return Err(error),
            };
            open.listed.extend(listed.into_iter().filter_map(|properties| parse(kind, properties)));
        }
        Ok(open)
    }
}

fn parse(kind: &'static str, properties: Box<RawValue>) -> Option<OpenRequest> {
    #[derive(Deserialize)]
    struct Request {
        id: String,
        #[serde(rename = "sessionID")]
        session: String,
    }
    let Request { id, session } = serde_json::from_str(properties.get()).ok()?;
    Some(OpenRequest { id, session, kind, properties })
}

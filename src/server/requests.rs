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

impl Server {
    /// The open requests of the directory's sessions; none where the server cannot list them.
    ///
    /// # Errors
    /// Any [`Error`] of a request, except for routes that the server does not have.
    pub async fn open_requests(&self) -> Result<Vec<OpenRequest>, Error> {
        let mut open = Vec::new();
        for (path, kind) in [("permission", "permission.asked"), ("question", "question.asked")] {
            let request = self.http.get(self.route_in_directory(path));
            let listed = async { self.list(request, PURPOSE).await?.up_to(LONGEST_REQUESTS).collect(REQUESTS).await };
            let listed: Vec<Box<RawValue>> = match listed.await {
                Ok(listed) => listed,
                // Unknown routes answer with a web page.
                Err(Error::Failed { .. } | Error::Foreign { .. } | Error::Redirected { .. }) => continue,
                Err(error) => return Err(error),
            };
            open.extend(listed.into_iter().filter_map(|properties| parse(kind, properties)));
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

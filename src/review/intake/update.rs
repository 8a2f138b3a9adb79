//! The news in a line about reviews that are waiting or in progress.

use crate::wire::Event;

/// News that may make a review pointless.
#[derive(Debug)]
pub enum Update<'a> {
    /// A finding was closed.
    FindingClosed { session: &'a str, finding: &'a str },
    /// A session came to rest.
    Rested { session: &'a str },
    /// An event of the agent's server.
    Event { session: Option<&'a str>, event: &'a Event<'a> },
}

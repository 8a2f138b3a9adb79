//! A request for a review: everything a question is made of.

use super::intake::context::SessionContext;
use super::intake::trigger::Trigger;
use crate::wire::Timestamp;
use std::time::Instant;

/// A question that is to be asked now.
pub struct ReviewRequest {
    pub trigger: Trigger,
    pub context: SessionContext,
    /// The latest lines, each with its newline.
    pub recent: Vec<u8>,
    /// When it is asked, in stream time.
    pub now: Timestamp,
    /// Since when it could have been asked.
    pub since: Instant,
    /// Whether it tests a reviewer that failed before.
    pub is_probe: bool,
}

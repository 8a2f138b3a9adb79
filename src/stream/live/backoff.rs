//! The pauses between attempts to reach a server.

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::time::Duration;

/// The first pause, and the shortest time that an attempt gets.
pub(super) const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Growing pauses with jitter, so that many clients of a server do not return at the same moment.
pub(super) fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(SHORTEST_PAUSE)
        .with_max_delay(LONGEST_PAUSE)
        .with_jitter()
        .without_max_times()
        .build()
}

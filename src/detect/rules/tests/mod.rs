//! Tests of several rules together.

mod alarms;
mod progress;
mod silent;
pub(super) mod support;
mod waits;

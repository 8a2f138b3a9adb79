//! Tests of several rules together.

mod alarms;
mod failures;
mod growth;
mod laps;
mod progress;
mod searches;
mod silent;
mod stuck;
pub(super) mod support;
mod waits;

//! Tests of several rules together.

mod alarms;
mod silent;
pub(super) mod support;

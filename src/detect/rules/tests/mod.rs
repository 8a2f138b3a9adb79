//! Tests that take several rules together.

pub(crate) mod alarms;
pub(crate) mod silent;
pub(crate) mod support;

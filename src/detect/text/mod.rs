//! What the agent writes: pieces put together, prose, and windows of it.

pub(crate) mod assemble;
pub(crate) mod prose;
pub(crate) mod window;

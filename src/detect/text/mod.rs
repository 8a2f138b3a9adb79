//! The text that an agent writes: assembled from pieces, filtered to prose, and kept in windows.

pub(crate) mod assemble;
pub(crate) mod channel;
pub(crate) mod prose;
pub(crate) mod window;

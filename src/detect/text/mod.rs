//! The text that an agent writes: assembled from pieces, filtered to prose, and kept in windows.

pub(crate) mod assemble;
pub(crate) mod channel;
pub(crate) mod prose;
pub(crate) mod window;

pub(crate) mod announced;
mod answer;
pub(crate) mod claims;
mod counted;
pub(crate) mod ending;
pub(crate) mod ends;
mod failing;
pub(crate) mod over;
mod partial;
pub(crate) mod phrases;
pub(crate) mod promise;
pub(crate) mod reported;
mod turkish;
mod unsolved;
pub(crate) mod waiting;
mod words;
pub(crate) mod written_call;

//! The text that an agent writes: assembled from pieces, filtered to prose, and kept in windows.

pub(crate) mod assemble;
pub(crate) mod channel;
pub(crate) mod prose;
pub(crate) mod window;

#[allow(dead_code)]
mod answer;
#[allow(dead_code)]
pub(crate) mod claims;
#[allow(dead_code)]
pub(crate) mod ending;
#[allow(dead_code)]
pub(crate) mod phrases;
#[allow(dead_code)]
pub(crate) mod promise;
pub(crate) mod waiting;
#[allow(dead_code)]
mod words;

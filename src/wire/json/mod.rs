//! Reading JSON: raw values, typed values, the fast path for compact JSON, and text.

pub(crate) mod decode;
pub(crate) mod fast;
pub(crate) mod raw;
pub(crate) mod simd;
pub mod text;

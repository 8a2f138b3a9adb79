//! The plumbing under every stage: bytes in, the same bytes out, lines added between them.
//!
//! Bytes only, no JSON. Standard input and output are blocking and stay so; a stage that waits for
//! the network does it on a thread of its own and adds its lines through [`Out`].

mod ahead;
mod block;
pub mod exit;
mod filter;
pub mod hangup;
pub mod input;
#[cfg(unix)]
pub mod lifeline;
mod ordered;
mod out;
mod passage;
pub mod signals;

pub use ahead::ahead;
pub use exit::{Code, Failure};
pub use filter::{DEFAULT_LINE_LIMIT, Stage, filter};
pub use ordered::in_order;
pub use out::Out;
pub use passage::Passage;

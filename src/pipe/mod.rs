//! The plumbing under every stage: bytes in, the same bytes out, lines added between them.
//!
//! Bytes only, no JSON. Standard input and output are blocking and stay so; a stage that waits for
//! the network does it on a thread of its own and adds its lines through [`Out`].

mod block;
mod filter;
pub mod hangup;
pub mod input;
mod line_block;
mod out;
mod parallel_inputs;
mod parallel_lines;
pub mod shutdown;

pub use filter::{DEFAULT_LINE_LIMIT, Stage, filter};
pub use line_block::Passage;
pub use out::Out;
pub use parallel_inputs::in_order;
pub use parallel_lines::ahead;

//! The plumbing under every stage: bytes in, the same bytes out, added lines in between.
//!
//! This room handles bytes and knows no JSON. Standard input and output are blocking; a stage that waits for the
//! network does so on a separate thread and adds its lines through [`Out`].

mod block;
mod compressed;
mod filter;
pub mod hangup;
pub mod input;
mod last_lines;
mod line_block;
mod out;
mod parallel_inputs;
mod parallel_lines;
mod recordings;
pub mod shutdown;
pub mod tell;
#[cfg(test)]
pub(crate) mod test_sink;

pub use compressed::decompressed;
pub use filter::{DEFAULT_LINE_LIMIT, Stage, filter};
pub use last_lines::LastLines;
pub use line_block::LineBlock;
pub use out::{Out, has_written};
pub use parallel_inputs::parallel_inputs;
pub use parallel_lines::parallel_lines;
pub use recordings::recordings;
pub use shutdown::Shutdown;
pub use tell::tell;

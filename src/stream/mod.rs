//! The source: a live session, or a recording of one. The only room that reads a clock.
//!
//! * [`replay`]: writes a recording again, as fast as asked.
//! * [`import`]: makes a recording of a document that `opencode export` wrote.
//! * [`live`]: watches a server; starts the session, and the server itself, where it is asked to.

#[cfg(unix)]
mod clock;
#[cfg(unix)]
pub mod import;
#[cfg(unix)]
pub mod live;
pub mod replay;
#[cfg(unix)]
mod snapshot;
#[cfg(unix)]
mod tracking;

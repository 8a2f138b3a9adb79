//! The source of the lines: a live session, or a recording of one. The only room that reads a clock.
//!
//! * [`replay`]: writes a recording again, at a chosen speed.
//! * [`import`]: turns a document of `opencode export` into a recording.
//! * [`failed_start()`]: the line of a stage that could not start.
//! * [`live`]: watches a server; starts the session, and the server itself, when asked to.

#[cfg(unix)]
mod clock;
#[cfg(unix)]
mod failed_start;
#[cfg_attr(not(unix), allow(dead_code, reason = "only a live stream has payloads of a server"))]
mod gate;
#[cfg(unix)]
pub mod import;
#[cfg(unix)]
pub mod live;
#[cfg(unix)]
mod payload;
pub mod replay;
#[cfg(unix)]
mod snapshot;
#[cfg(unix)]
mod tracking;

#[cfg(unix)]
pub use failed_start::failed_start;

//! The source: a live session, or a recording of one. The only room that reads a clock.
//!
//! * [`replay`]: writes a recording again, as fast as asked.
//! * [`import`]: makes a recording of a document that `opencode export` wrote.
//! * [`live`]: watches a server; starts the session, and the server itself, where it is asked to.

#[cfg(unix)]
mod begin;
#[cfg(unix)]
mod close;
#[cfg(unix)]
mod family;
#[cfg(unix)]
mod feed;
#[cfg(unix)]
mod finished;
#[cfg(unix)]
mod heard;
#[cfg(unix)]
mod ids;
#[cfg(unix)]
pub mod import;
#[cfg(unix)]
pub mod keeper;
#[cfg(unix)]
mod kept;
#[cfg(unix)]
mod ledger;
#[cfg(unix)]
mod lines;
#[cfg(unix)]
pub mod live;
#[cfg(unix)]
mod messages;
#[cfg(unix)]
mod plan;
#[cfg(unix)]
mod prepare;
#[cfg(unix)]
mod reconnect;
#[cfg(unix)]
mod recover;
pub mod replay;
#[cfg(unix)]
mod rest;
#[cfg(unix)]
mod seen;
#[cfg(unix)]
mod sink;
#[cfg(unix)]
mod spawn;
#[cfg(unix)]
mod stamp;
#[cfg(unix)]
mod stop;
#[cfg(unix)]
mod unwrap;

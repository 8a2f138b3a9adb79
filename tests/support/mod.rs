//! A real OpenCode driven by a scripted provider: no network, no model, the same answers every time.
//!
//! ```ignore
//! let Some(live) = Live::start(Script::load("one-call-loop")) else { return }; // OCR_SKIP_LIVE=1
//! let events = live.server.events();                    // subscribed when this returns
//! let session = live.server.begin(&live.script.task);
//! events.wait(|e| e["type"] == "session.idle");
//! ```
//! The parts can be used alone: [`Provider`] answers from a [`Script`], [`Project`] is a git repository with its
//! own HOME, and [`Server`] runs in it and, when dropped, ends with everything that it started.
//!
//! The scenarios are `fixtures/scripts/NAME.json` ([`Script`] documents the format);
//! `cargo run --example record -- NAME…` records them to `fixtures/sessions/NAME.ndjson`.
//! [`ocr`] is one of our binaries; with [`Project::env`] and [`OpenCode::path`] it finds this OpenCode on its
//! `PATH` and can start the server itself.

mod answer;
mod cli;
mod client;
mod events;
mod flood;
mod host;
mod live;
mod opencode;
mod project;
mod provider;
mod proxy;
mod recorded;
mod rng;
mod script;
mod server;
mod shell;
mod snapshot;
mod stub;
mod tmux;
mod ways;

pub use cli::{measured, ocr};
pub use client::Client;
pub use events::Events;
pub use flood::{Flood, SESSION as FLOOD_SESSION};
pub use host::Host;
pub use live::Live;
pub use opencode::{OLDEST, OpenCode, VERSION};
pub use project::Project;
pub use provider::Provider;
pub use proxy::{Faults, Proxy};
pub use recorded::Recorded;
pub use rng::Rng;
pub use script::{Asleep, Recording, Script, Teller, Told, Until, names, recording, sessions};
pub use server::Server;
pub use shell::{Finished, Running, live_shell, live_shell_with, nothing_left, processes, shell, wait_until_gone};
pub use snapshot::Snapshots;
pub use stub::{CONNECTED, Watched, answer, events, routes, start_stream, watch, watch_until};
pub use tmux::Tmux;
pub use ways::{Clock, Ways};

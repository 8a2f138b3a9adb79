//! Shows the lines of a stream to a person: as a dashboard on the terminal, or as a story on standard error.
//!
//! * [`Watch`]: the story, line by line, where there is no terminal to draw on.
//! * [`dashboard()`]: the dashboard. Its parts: `state/` holds what the lines say, and draws nothing; `draw/`
//!   draws it, with one file per pane, and remembers nothing; `view` is what the person looks at; `terminal/` is the
//!   terminal itself.
//!
//! Four threads keep them apart. One passes the lines on, and never waits for a terminal. One follows them. One reads
//! the keys and draws, at most four times a second while no key is pressed. One waits for signals.

mod asked;
mod render;
mod running;
mod stage;

#[cfg(all(unix, feature = "tui"))]
mod dashboard;
#[cfg(all(unix, feature = "tui"))]
mod draw;
#[cfg(all(unix, feature = "tui"))]
mod feed;
#[cfg(all(unix, feature = "tui"))]
mod search;
#[cfg(all(unix, feature = "tui"))]
mod state;
#[cfg(all(unix, feature = "tui"))]
mod terminal;
#[cfg(all(unix, feature = "tui"))]
mod thin;
#[cfg(all(unix, feature = "tui"))]
mod view;

#[cfg(all(unix, feature = "tui"))]
pub use dashboard::{Dashboard, dashboard};
#[cfg(all(unix, feature = "tui"))]
pub use draw::{Intake, Scene, Theme, draw};
pub use stage::Watch;
#[cfg(all(unix, feature = "tui"))]
pub use state::{Board, Budget};
#[cfg(all(unix, feature = "tui"))]
pub use terminal::Tty;
#[cfg(all(unix, feature = "tui"))]
pub use view::{Effect, View};

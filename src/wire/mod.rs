//! Parses lines of every dialect, and defines our own records. Data only: no I/O, no clock, no environment.
//!
//! * [`observe()`] parses a line of any dialect into an [`Observation`]; `dialect/` has one file per dialect.
//! * [`head()`] reads only the beginning of a line, so that most lines need no parsing.
//! * [`Recognizer`] finds out whether an input is understood at all, and if not, what it looks like.
//! * [`record`]: our own `ocr.*` lines. Its files are the specification of the format.
//! * [`Usage`]: what parts used, each counted once. [`waste()`]: what problems wasted, each call counted once.
//! * [`Origins`]: where each session of a stream is, and what time it is there.
//! * [`json`]: reading JSON without losing or copying anything. `time`: time stamps and the clock of a stream.

pub(crate) mod dialect;
mod event;
mod frame;
mod head;
pub mod json;
mod origins;
pub mod part;
mod recognizer;
pub mod record;
mod time;
mod usage;
mod waste;

pub use dialect::opencode::{About, about, matters};
pub use dialect::{Malformed, observe, observe_with_head};
pub use event::{Dialect, Event, Observation, Status, Todo};
pub use frame::{Payload, content, data_field, is_cut, is_event_field};
pub use head::{Head, head};
pub use json::decode::{checked_members, members};
pub use json::raw::Raw;
pub use json::text;
pub use origins::Origins;
pub use recognizer::{Recognizer, Unrecognized};
pub use time::{StreamClock, Timestamp};
pub use usage::{Usage, UsageCounter};
pub use waste::{WastefulSpan, waste};

//! The `ocr.*` lines, one documented type per record. These files are the specification of the format.
//!
//! Every record is one line `{"ts":…,"type":"ocr.…","properties":{…}}`. Times are milliseconds since the Unix
//! epoch. Members are only ever added; readers ignore members they do not know.

mod action;
mod any;
mod closed;
mod decision;
mod done;
mod finding;
mod gap;
mod opened;
mod result;
mod reviewer;
mod sentence;
mod state;
mod tick;
mod turn;
mod visible;

pub use action::{Action, ActionKind, Phase};
pub use any::AnyRecord;
pub use closed::{CloseReason, Closed};
pub use decision::{Decision, Verdict};
pub use done::{Claim, Contradiction, Done, DoneFact, Outcome};
pub use finding::{Evidence, Finding, Grade, Kind, Point, State, Wasted};
pub use gap::Gap;
pub use opened::Opened;
pub use result::{RunOutcome, RunResult, Totals, named};
pub use reviewer::Reviewer;
pub use state::{SessionStatus, StateChange, Told};
pub use tick::Tick;
pub use turn::{Turn, Why};

use visible::escaped;

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The version of the line format, printed by `--version`. It increases when a member is added.
pub const FORMAT: &str = "1";

/// The prefix of each of our types. No server event may use it.
pub const PREFIX: &str = "ocr.";

/// A record: the members of its `properties`, and the `type` of its line.
pub trait Record: Serialize + JsonSchema {
    /// The `type` of the line.
    const TYPE: &'static str;
}

/// Gives each enum its protocol name as `Display`: the one that serde writes, never the variant's own.
macro_rules! protocol_names {
    ($($name:ident),* $(,)?) => {
        $(impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.serialize(f)
            }
        })*
    };
}

protocol_names!(
    ActionKind,
    Claim,
    CloseReason,
    Contradiction,
    Grade,
    Kind,
    Outcome,
    Phase,
    RunOutcome,
    SessionStatus,
    State,
    Verdict,
    Why
);

/// The line around a record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Envelope<T> {
    /// When the line was written, in the time of the stream: milliseconds since the Unix epoch.
    pub ts: i64,
    /// The type of the record, such as `ocr.detect.finding`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The record.
    pub properties: T,
}

/// Appends `record` to `out` as one line, with its newline.
pub fn append<T: Record>(out: &mut Vec<u8>, ts: impl Into<i64>, record: &T) {
    append_with(out, ts, record, |line| line);
}

/// The same, with the line as `change` makes it of its JSON.
pub fn append_with<T: Record>(
    out: &mut Vec<u8>,
    ts: impl Into<i64>,
    record: &T,
    change: impl FnOnce(String) -> String,
) {
    let line = Envelope { ts: ts.into(), kind: T::TYPE.to_owned(), properties: record };
    // Cannot fail: records have string keys only.
    let Ok(line) = serde_json::to_string(&line) else {
        return;
    };
    let line = change(line);
    out.extend_from_slice(escaped(&line).unwrap_or(line).as_bytes());
    out.push(b'\n');
}

/// The JSON Schema of lines of type `T`.
pub fn schema<T: Record>() -> Schema {
    let mut schema = schemars::schema_for!(Envelope<T>);
    if let Some(kind) = schema.pointer_mut("/properties/type").and_then(|v| v.as_object_mut()) {
        kind.insert("const".to_owned(), T::TYPE.into());
    }
    schema.insert("title".to_owned(), T::TYPE.into());
    schema
}

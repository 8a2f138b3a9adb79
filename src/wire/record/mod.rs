//! The `ocr.*` lines: one documented type a record. These files are the format's specification.
//!
//! Every record is one line `{"ts":…,"type":"ocr.…","properties":{…}}`. Times are milliseconds
//! since the Unix epoch. Members are only ever added; a reader ignores those it does not know.

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
mod tick;
mod turn;

pub use action::{Action, ActionKind, Phase};
pub use any::AnyRecord;
pub use closed::{CloseReason, Closed};
pub use decision::{Decision, Verdict};
pub use done::{Claim, Contradiction, Done, Outcome};
pub use finding::{Evidence, Finding, Grade, Kind, Point, State, Wasted};
pub use gap::Gap;
pub use opened::Opened;
pub use result::{RunOutcome, RunResult, Totals};
pub use reviewer::Reviewer;
pub use tick::Tick;
pub use turn::{Turn, Why};

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The version of the line format, printed by `--version`. It grows when a member is added.
pub const FORMAT: &str = "1";

/// The prefix of every type that is ours. No server event may carry it.
pub const PREFIX: &str = "ocr.";

/// One record: the members of its `properties`, and the `type` of the line that carries them.
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
    State,
    Verdict,
    Why
);

/// A line of ours around the members of a record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Envelope<T> {
    /// When it was written: milliseconds since the Unix epoch, in the time of the stream.
    pub ts: i64,
    /// The record's type, `ocr.` and the rest.
    #[serde(rename = "type")]
    pub kind: String,
    /// The record itself.
    pub properties: T,
}

/// Appends `record` to `out` as one complete line, its newline included.
pub fn append<T: Record>(out: &mut Vec<u8>, ts: impl Into<i64>, record: &T) {
    let start = out.len();
    let line = Envelope {
        ts: ts.into(),
        kind: T::TYPE.to_owned(),
        properties: record,
    };
    if serde_json::to_writer(&mut *out, &line).is_err() {
        // Cannot happen: the records have string keys only and writing to memory does not fail.
        out.truncate(start);
        return;
    }
    out.push(b'\n');
}

/// The JSON Schema of the lines that carry `T`.
pub fn schema<T: Record>() -> Schema {
    let mut schema = schemars::schema_for!(Envelope<T>);
    if let Some(kind) = schema
        .pointer_mut("/properties/type")
        .and_then(|v| v.as_object_mut())
    {
        kind.insert("const".to_owned(), T::TYPE.into());
    }
    schema.insert("title".to_owned(), T::TYPE.into());
    schema
}

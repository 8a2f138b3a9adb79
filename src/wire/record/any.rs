//! Parses any of our records: the one place that knows which `type` means which record.

use super::{
    Action, Closed, Decision, Done, Finding, Gap, Opened, Record, Reviewer, RunResult, StateChange, Tick, Turn,
};
use crate::wire::Event;
use crate::wire::json::raw::Raw;
use serde::de::Error;

macro_rules! any_record {
    ($($record:ident),* $(,)?) => {
        /// Any of our records.
        #[derive(Debug, Clone)]
        pub enum AnyRecord {
            $(
                #[doc = concat!("A line of type `", stringify!($record), "`.")]
                $record($record),
            )*
        }

        impl AnyRecord {
            /// Parses the `properties` of a line of type `kind`. `None` for a type that is not ours.
            ///
            /// # Errors
            /// The type is ours, but the members do not fit it.
            pub fn parse(kind: &str, properties: Raw<'_>) -> Result<Option<Self>, serde_json::Error> {
                let source = properties.get();
                match kind {
                    // A derived struct would accept an array of its members in order.
                    $($record::TYPE if !source.starts_with('{') => {
                        Err(serde_json::Error::custom("properties must be an object"))
                    })*
                    $($record::TYPE => serde_json::from_str(source).map(|r| Some(Self::$record(r))),)*
                    _ => Ok(None),
                }
            }
        }
    };
}

impl AnyRecord {
    /// The session that the record is about, if it is about one.
    pub fn session(&self) -> Option<&str> {
        match self {
            Self::Opened(record) => record.session_id.as_deref(),
            Self::Gap(record) => record.session_id.as_deref(),
            Self::Closed(record) => record.session_id.as_deref(),
            Self::RunResult(record) => record.session_id.as_deref(),
            Self::Finding(record) => Some(&record.session_id),
            Self::StateChange(record) => Some(&record.session_id),
            Self::Turn(record) => Some(&record.session_id),
            Self::Done(record) => Some(&record.session_id),
            Self::Decision(record) => Some(&record.session_id),
            Self::Action(record) => Some(&record.session_id),
            Self::Tick(_) | Self::Reviewer(_) => None,
        }
    }

    /// Whether the line has the time of its session. Who reviews and acts writes the time of the line that came last,
    /// whichever session that was about.
    pub fn has_time_of_session(&self) -> bool {
        !matches!(self, Self::Reviewer(_) | Self::Decision(_) | Self::Action(_) | Self::RunResult(_))
    }

    /// The record that an event is; `None` for one that is not one of our records, or not of its shape.
    pub fn of(event: &Event<'_>) -> Option<Self> {
        let Event::Record { kind, properties } = event else { return None };
        Self::parse(kind, *properties).ok().flatten()
    }
}

any_record!(Opened, Tick, Gap, Closed, Finding, StateChange, Turn, Done, Reviewer, Decision, Action, RunResult);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_by_type() {
        let properties = Raw::new(r#"{"sessionID":"s","kind":"loop","grade":"stop"}"#);
        let parsed = AnyRecord::parse(Finding::TYPE, properties).unwrap();
        assert!(matches!(parsed, Some(AnyRecord::Finding(f)) if f.session_id == "s"));
        assert!(AnyRecord::parse("session.idle", properties).unwrap().is_none());
        assert!(AnyRecord::parse(Done::TYPE, properties).is_err());
    }

    #[test]
    fn rejects_arrays() {
        assert!(AnyRecord::parse(Tick::TYPE, Raw::new("[]")).is_err());
        assert!(AnyRecord::parse(Reviewer::TYPE, Raw::new(r#"["rules"]"#)).is_err());
    }
}

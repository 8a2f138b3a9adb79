//! Unwraps events from the envelope of `/global/event`; only their payload is emitted.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// An event of one directory: `{"directory":…,"payload":{…}}`.
#[derive(Deserialize)]
struct Wrapped<'a> {
    #[serde(default, borrow)]
    directory: Option<Cow<'a, str>>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

/// What was around a payload.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Envelope {
    /// Nothing, or what names no directory.
    None,
    /// An envelope that names this directory.
    Of(String),
    /// The payload repeats another event, for the synchronization of servers.
    Repeats,
}

#[derive(Deserialize)]
struct Type<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a str>,
}

/// Replaces an event in an envelope by its payload, byte for byte, unless the payload repeats another event.
pub(super) fn open_envelope(text: &mut String) -> Envelope {
    let Ok(Wrapped { directory, payload: Some(payload) }) = serde_json::from_str(text) else {
        return Envelope::None;
    };
    let payload = payload.get();
    let kind = serde_json::from_str::<Type>(payload).ok().and_then(|t| t.kind);
    if kind == Some("sync") {
        return Envelope::Repeats;
    }
    let envelope = directory.map_or(Envelope::None, |directory| Envelope::Of(directory.into_owned()));
    let start = payload.as_ptr().addr() - text.as_ptr().addr();
    let end = start + payload.len();
    text.truncate(end);
    text.drain(..start);
    envelope
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_payload_verbatim() {
        let opened = |text: &str| {
            let mut text = text.to_owned();
            (open_envelope(&mut text), text)
        };
        let payload = r#"{ "id":"evt_1","type":"a", "properties":{}}"#;
        let of = |directory: &str| Envelope::Of(directory.to_owned());
        let event = format!(r#"{{"directory":"/p\"","payload":{payload}}}"#);
        assert_eq!(opened(&event), (of("/p\""), payload.to_owned()));
        assert_eq!(opened(&format!(r#"{{"payload":{payload}}}"#)), (Envelope::None, payload.to_owned()));
        assert_eq!(opened(r#"{"payload":{"type":"sync","syncEvent":{}}}"#).0, Envelope::Repeats);
        assert_eq!(opened(r#"{"type":"a"}"#), (Envelope::None, r#"{"type":"a"}"#.to_owned()));
    }
}

//! Events of every directory arrive in an envelope; only their payload is emitted.

use serde::Deserialize;
use serde_json::value::RawValue;

/// An event of one directory: `{"directory":…,"payload":{…}}`.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Type<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a str>,
}

/// Replaces an event in an envelope by its payload, byte for byte. Returns false for a payload that repeats another
/// event for the synchronization of servers.
pub(super) fn open_envelope(text: &mut String) -> bool {
    let Ok(Envelope { payload: Some(payload) }) = serde_json::from_str(text) else {
        return true;
    };
    let payload = payload.get();
    let kind = serde_json::from_str::<Type>(payload).ok().and_then(|t| t.kind);
    if kind == Some("sync") {
        return false;
    }
    let start = payload.as_ptr().addr() - text.as_ptr().addr();
    let end = start + payload.len();
    text.truncate(end);
    text.drain(..start);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_payload_verbatim() {
        let opened = |text: &str| {
            let mut text = text.to_owned();
            open_envelope(&mut text).then_some(text)
        };
        let event = r#"{"directory":"/p","payload":{ "id":"evt_1","type":"a", "properties":{}}}"#;
        assert_eq!(opened(event).as_deref(), Some(r#"{ "id":"evt_1","type":"a", "properties":{}}"#));
        assert_eq!(opened(r#"{"payload":{"type":"sync","syncEvent":{}}}"#), None);
        assert_eq!(opened(r#"{"type":"a"}"#).as_deref(), Some(r#"{"type":"a"}"#));
    }
}

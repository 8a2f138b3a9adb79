//! Builds events in the server's format: what its event stream would have sent.

use serde::Serialize;

/// An event that comes from elsewhere than the event stream: the log, the messages, the open requests, a document.
#[derive(Serialize)]
struct Payload<'a, T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'a str,
    recovered: bool,
    properties: T,
}

/// The payload of an event that was recovered.
pub(super) fn recovered(id: Option<&str>, kind: &str, properties: impl Serialize) -> String {
    // Cannot fail: the names are strings, and the values are JSON already.
    serde_json::to_string(&Payload { id, kind, recovered: true, properties }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_it_is_given() {
        let payload = recovered(Some(r#"x","type":"ocr.a"#), "a\"b", serde_json::json!({ "c": 1 }));
        assert_eq!(payload, r#"{"id":"x\",\"type\":\"ocr.a","type":"a\"b","recovered":true,"properties":{"c":1}}"#);
    }
}

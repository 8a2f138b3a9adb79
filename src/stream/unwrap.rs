//! The events of every directory come wrapped; what is told is what was wrapped.

use serde::Deserialize;
use serde_json::value::RawValue;

/// An event of one directory: `{"directory":…,"payload":{…}}`.
#[derive(Deserialize)]
struct Wrapped<'a> {
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

/// The type of what was wrapped.
#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a str>,
}

/// The payload of a wrapped event; `None` for what says the same a second time, for servers among themselves.
pub(super) fn unwrap(text: &str) -> Option<&str> {
    let Ok(Wrapped {
        payload: Some(payload),
    }) = serde_json::from_str(text)
    else {
        return Some(text);
    };
    let kind = serde_json::from_str::<Kind>(payload.get())
        .ok()
        .and_then(|k| k.kind);
    (kind != Some("sync")).then(|| payload.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_wrapped_comes_out_byte_for_byte() {
        let wrapped = r#"{"directory":"/p","payload":{ "id":"evt_1","type":"a", "properties":{}}}"#;
        assert_eq!(
            unwrap(wrapped),
            Some(r#"{ "id":"evt_1","type":"a", "properties":{}}"#)
        );
        assert_eq!(unwrap(r#"{"payload":{"type":"sync","syncEvent":{}}}"#), None);
        assert_eq!(unwrap(r#"{"type":"a"}"#), Some(r#"{"type":"a"}"#));
    }
}

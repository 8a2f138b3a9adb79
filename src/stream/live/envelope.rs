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

/// Leaves of a wrapped event what was wrapped, in its place. False for what says the same a second time, for servers
/// among themselves.
pub(crate) fn unwrap(text: &mut String) -> bool {
    let Ok(Wrapped {
        payload: Some(payload),
    }) = serde_json::from_str(text)
    else {
        return true;
    };
    let payload = payload.get();
    let kind = serde_json::from_str::<Kind>(payload).ok().and_then(|k| k.kind);
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
    fn what_was_wrapped_comes_out_byte_for_byte() {
        let unwrapped = |text: &str| {
            let mut text = text.to_owned();
            unwrap(&mut text).then_some(text)
        };
        let wrapped = r#"{"directory":"/p","payload":{ "id":"evt_1","type":"a", "properties":{}}}"#;
        assert_eq!(
            unwrapped(wrapped).as_deref(),
            Some(r#"{ "id":"evt_1","type":"a", "properties":{}}"#)
        );
        assert_eq!(unwrapped(r#"{"payload":{"type":"sync","syncEvent":{}}}"#), None);
        assert_eq!(unwrapped(r#"{"type":"a"}"#).as_deref(), Some(r#"{"type":"a"}"#));
    }
}

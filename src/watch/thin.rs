//! Drops lines when more come than the dashboard can follow.
//!
//! Drops text added to a session's output, events repeated later in the same block, and lists that are not on screen.
//! Never drops findings, questions, costs or our own records; the number of calls may lag.

use crate::wire::{head, matters};
use memchr::memmem::find;
use std::collections::HashMap;

/// The lines of a block, each with its newline.
pub fn lines(mut block: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let end = memchr::memchr(b'\n', block).map_or(block.len(), |newline| newline + 1);
        let (line, rest) = block.split_at(end);
        block = rest;
        (end > 0).then_some(line)
    })
}

/// Leaves out lines of a block, and returns how many of them were output.
pub fn thin_out(block: &mut Vec<u8>) -> u64 {
    let (mut kept, mut skipped): (Vec<&[u8]>, u64) = (Vec::new(), 0);
    // Where in `kept` the latest line of a type stands that tells a session's name, agent and model.
    let mut latest: HashMap<(&str, &[u8]), usize> = HashMap::new();
    for line in lines(block) {
        let Some(head) = head(line.trim_ascii_end()) else {
            kept.push(line);
            continue;
        };
        match head.kind {
            "message.part.delta" => skipped += 1,
            "message.part.updated" if !ends_step(line) => skipped += 1,
            "session.diff" | "todo.updated" => {}
            kind @ ("session.updated" | "message.updated") if kind == "session.updated" || only_describes(line) => {
                if let Some(before) = session(line).and_then(|session| latest.insert((kind, session), kept.len())) {
                    kept[before] = &[];
                }
                kept.push(line);
            }
            kind if matters(kind) => kept.push(line),
            _ => {}
        }
    }
    let kept = kept.concat();
    block.clear();
    block.extend_from_slice(&kept);
    skipped
}

/// Whether a part may be the end of a step, which has its tokens and its cost.
fn ends_step(line: &[u8]) -> bool {
    find(line, b"step-finish").is_some()
}

/// Whether a message is the model's and says no more than who answers. One of a person begins new work, and an error is
/// said once.
fn only_describes(line: &[u8]) -> bool {
    find(line, br#""role":"assistant""#).is_some() && find(line, br#""error":"#).is_none()
}

/// The id of the line's session. In a text, the quotes would be escaped.
fn session(line: &[u8]) -> Option<&[u8]> {
    const NAME: &[u8] = br#""sessionID":""#;
    let rest = &line[find(line, NAME)? + NAME.len()..];
    Some(&rest[..memchr::memchr(b'"', rest)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_only_output_out() {
        let lines = [
            r#"{"ts":1,"type":"message.part.delta","properties":{"delta":"x"}}"#,
            r#"{"ts":1,"type":"permission.asked","properties":{"id":"p"}}"#,
            r#"{"ts":1,"type":"message.part.updated","properties":{"part":{"type":"text"}}}"#,
            r#"{"ts":1,"type":"message.part.updated","properties":{"part":{"type":"step-finish"}}}"#,
            r#"{"ts":1,"type":"plugin.added","properties":{}}"#,
            r#"{"type":"text","part":{}}"#,
        ];
        let mut block = (lines.join("\n") + "\n").into_bytes();
        assert_eq!(thin_out(&mut block), 2);
        assert_eq!(String::from_utf8(block).unwrap(), [lines[1], lines[3], lines[5], ""].join("\n"));
    }

    #[test]
    fn keeps_errors() {
        let message = |rest: &str| {
            format!(
                r#"{{"ts":1,"type":"message.updated","properties":{{"info":{{"role":"assistant","sessionID":"a"{rest}}}}}}}"#
            )
        };
        let lines = [message(r#","error":{"name":"APIError"}"#), message("")];
        let mut block = (lines.join("\n") + "\n").into_bytes();
        assert_eq!(thin_out(&mut block), 0);
        assert_eq!(String::from_utf8(block).unwrap(), lines.join("\n") + "\n");
    }

    #[test]
    fn keeps_latest_description() {
        let message = |session: &str, role: &str, model: &str| {
            format!(
                r#"{{"ts":1,"type":"message.updated","properties":{{"info":{{"role":"{role}","sessionID":"{session}","modelID":"{model}"}}}}}}"#
            )
        };
        let lines = [
            message("a", "assistant", "1"),
            message("b", "assistant", "2"),
            message("a", "user", "3"),
            message("a", "assistant", "4"),
            r#"{"ts":1,"type":"session.updated","properties":{"info":{"id":"a"}}}"#.to_owned(),
            r#"{"ts":1,"type":"session.updated","properties":{"info":{"id":"a"}}}"#.to_owned(),
        ];
        let mut block = (lines.join("\n") + "\n").into_bytes();
        assert_eq!(thin_out(&mut block), 0);
        assert_eq!(String::from_utf8(block).unwrap(), lines[1..].join("\n") + "\n");
    }
}

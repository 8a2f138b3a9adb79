//! Checks every line that `ocr-stream` did not make itself before it is written: what a server sends, its log, its
//! messages, a document, a recording.
//!
//! A line is parsed and its members are set; its text is never searched and replaced. A program that reads JSON in
//! another way than this one, such as `jq`, must not find something else in it: of two members with the same name, most
//! keep the last one.

use crate::surrogates::without_lone_surrogates;
use crate::wire::record::{Opened, PREFIX, Record};
use crate::wire::text::decode;
use crate::wire::{Raw, checked_members, content, members};
use serde::de::IgnoredAny;
use std::borrow::Cow;
use std::collections::HashSet;

/// A member of an object: its name, and the source of its value.
type Member<'a> = (Cow<'a, str>, Raw<'a>);

/// Up to this many names, comparing pairs is faster than hashing.
const FEW: usize = 16;

/// Why a line is not written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Refusal {
    /// It is no JSON object.
    NoObject,
    /// Its type is one of ours, and it is a server's.
    Reserved,
    /// Two of its members have the same name.
    Duplicate,
    /// It is not valid JSON, but some programs read it as an object.
    Lenient,
}

/// A server's payload that may be written.
#[derive(Debug)]
pub(super) struct Checked {
    payload: String,
    /// Whether it has a time of its own, which ours replaces.
    has_ts: bool,
}

impl Checked {
    /// The payload, byte for byte.
    pub fn payload(&self) -> &str {
        &self.payload
    }

    /// The payload as one line: byte for byte, with `ts` in front of its first member. It reuses the payload's memory.
    pub fn stamped(self, ts: i64) -> Vec<u8> {
        let payload = if self.has_ts { without_ts(&self.payload) } else { self.payload };
        let object = payload.trim_ascii_start();
        let members = object.get(1..).unwrap_or_default().trim_ascii_start();
        let comma = if members.starts_with('}') { "" } else { "," };
        let before = payload.len() - object.len() + 1;
        let end = payload.trim_ascii_end().len();
        let head = format!("{{\"ts\":{ts}{comma}");
        let mut line = payload.into_bytes();
        line.truncate(end);
        line.reserve_exact(head.len() + 1);
        line.splice(..before, head.into_bytes());
        // A line break can only be white space between members: in JSON strings it is escaped.
        for byte in &mut line {
            if matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        line.push(b'\n');
        line
    }
}

/// Checks lines, and counts those that it refuses.
#[derive(Debug, Default)]
pub(super) struct Gate {
    reserved: u64,
    duplicate: u64,
    lenient: u64,
}

impl Gate {
    /// A server's payload, unless it is refused.
    pub fn payload(&mut self, payload: String) -> Result<Checked, Refusal> {
        let whole = payload.trim_ascii();
        let checked = match checked_members(whole) {
            Some(members) => check(&members),
            // A name may be a cut emoji. What is left of two such names is the same.
            None => checked_members(&without_lone_surrogates(whole)).map_or(Err(Refusal::NoObject), |m| check(&m)),
        };
        let checked = checked.inspect_err(|refusal| self.refuse(*refusal));
        checked.map(|has_ts| Checked { payload, has_ts })
    }

    /// What replaces a line of a recording; empty if it is dropped, `None` if it passes as it is.
    ///
    /// A recording has our records, but it is not live any more, whatever it says. Lines that are not JSON pass, unless
    /// other programs read them as objects.
    pub fn recorded(&mut self, line: &[u8], all_lines: bool) -> Option<Vec<u8>> {
        let text = String::from_utf8_lossy(line);
        let text = text.get(content(text.as_bytes()))?;
        if let Some(members) = members(Raw::new(text)) {
            return self.recorded_members(members, all_lines);
        }
        let text = without_lone_surrogates(text);
        if let Some(members) = members(Raw::new(&text)) {
            return self.recorded_members(members, all_lines);
        }
        is_lenient(&text).then(|| {
            self.refuse(Refusal::Lenient);
            Vec::new()
        })
    }

    fn recorded_members(&mut self, members: Vec<Member<'_>>, all_lines: bool) -> Option<Vec<u8>> {
        let repeats = has_duplicates(&members);
        let line = unwrapped(if repeats { last_of_each(members) } else { members });
        let kind = find(&line, "type").map(decode).unwrap_or_default();
        if kind == Opened::TYPE {
            return Some(as_replay(&line));
        }
        if repeats {
            self.refuse(Refusal::Duplicate);
            return Some(Vec::new());
        }
        let is_later = kind.starts_with(PREFIX) && !kind.starts_with("ocr.stream.");
        (is_later && !all_lines).then(Vec::new)
    }

    fn refuse(&mut self, refusal: Refusal) {
        *match refusal {
            // Nothing is lost: the stream connects again, and recovers it.
            Refusal::NoObject => return,
            Refusal::Reserved => &mut self.reserved,
            Refusal::Duplicate => &mut self.duplicate,
            Refusal::Lenient => &mut self.lenient,
        } += 1;
    }
}

/// Numbers that JSON does not have, the longest first.
const NUMBERS: [&str; 4] = ["-Infinity", "Infinity", "NaN", "nan"];

/// Whether a line that is not valid JSON is an object for lenient programs such as `jq`: it has several values in a row, or
/// numbers that JSON does not have.
fn is_lenient(text: &str) -> bool {
    let begins = |text: &str| {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
        text.trim_start().starts_with('{') && values.next().is_some_and(|value| value.is_ok())
    };
    let plain = || NUMBERS.iter().fold(text.to_owned(), |text, number| text.replace(number, "0"));
    begins(text) || NUMBERS.iter().any(|number| text.contains(number)) && begins(&plain())
}

/// Says once, at the end, what was refused.
impl Drop for Gate {
    fn drop(&mut self) {
        let why = [
            (self.reserved, "with a type under ocr., which is reserved"),
            (self.duplicate, "with two members of the same name"),
            (self.lenient, "that are not valid JSON, but that other programs read as an object"),
        ];
        let why = why.iter().filter(|(count, _)| *count > 0).map(|(count, why)| format!("{count} {why}"));
        match self.reserved + self.duplicate + self.lenient {
            0 => {}
            1 => tracing::warn!("dropped a line: {}", why.collect::<String>()),
            all => tracing::warn!("dropped {all} lines: {}", why.collect::<Vec<_>>().join(", ")),
        }
    }
}

/// Checks the members of a server's payload. Returns whether one of them is `ts`.
fn check(members: &[Member<'_>]) -> Result<bool, Refusal> {
    if is_ours(members) || find(members, "payload").and_then(self::members).is_some_and(|inner| is_ours(&inner)) {
        return Err(Refusal::Reserved);
    }
    if has_duplicates(members) {
        return Err(Refusal::Duplicate);
    }
    Ok(find(members, "ts").is_some())
}

/// Whether any type is one of ours. Some readers do not distinguish the case of names.
fn is_ours(members: &[Member<'_>]) -> bool {
    let mut types = members.iter().filter(|(name, _)| name.eq_ignore_ascii_case("type"));
    types.any(|(_, value)| decode(*value).starts_with(PREFIX))
}

fn has_duplicates(members: &[Member<'_>]) -> bool {
    if members.len() <= FEW {
        let mut names = members.iter().map(|(name, _)| name).enumerate();
        return names.any(|(at, name)| members[..at].iter().any(|(earlier, _)| earlier == name));
    }
    let mut seen = HashSet::new();
    !members.iter().all(|(name, _)| seen.insert(name))
}

/// The last member of each name.
fn last_of_each(mut members: Vec<Member<'_>>) -> Vec<Member<'_>> {
    let mut seen = HashSet::new();
    let mut last: Vec<_> = members.drain(..).rev().filter(|(name, _)| seen.insert(name.clone())).collect();
    last.reverse();
    last
}

/// The line in an envelope of `/global/event`, if this is one.
fn unwrapped(line: Vec<Member<'_>>) -> Vec<Member<'_>> {
    let names = |name| find(&line, name).is_some();
    if names("type") || names("properties") {
        return line;
    }
    let Some(inner) = find(&line, "payload").and_then(members) else {
        return line;
    };
    let mut opened: Vec<_> = line.into_iter().filter(|(name, _)| name == "ts").collect();
    let has_ts = !opened.is_empty();
    opened.extend(last_of_each(inner).into_iter().filter(|(name, _)| !has_ts || name != "ts"));
    opened
}

/// An `opened` line that says of itself that it is a replay.
fn as_replay(line: &[Member<'_>]) -> Vec<u8> {
    let properties = find(line, "properties").and_then(members).map(last_of_each).unwrap_or_default();
    let properties = object(&with(&properties, "replay", Raw::new("true")));
    let mut written = object(&with(line, "properties", Raw::new(&properties))).into_bytes();
    written.push(b'\n');
    written
}

/// These members, one of which has this value: in its place, or else at the end.
fn with<'a>(members: &[Member<'a>], name: &'a str, value: Raw<'a>) -> Vec<Member<'a>> {
    let mut members = members.to_vec();
    match members.iter_mut().find(|(known, _)| known == name) {
        Some(member) => member.1 = value,
        None => members.push((Cow::Borrowed(name), value)),
    }
    members
}

/// A payload without its own time.
fn without_ts(payload: &str) -> String {
    let without =
        |members: Vec<Member<'_>>| object(&members.into_iter().filter(|(name, _)| name != "ts").collect::<Vec<_>>());
    let payload = payload.trim_ascii();
    match checked_members(payload) {
        Some(members) => without(members),
        None => without(checked_members(&without_lone_surrogates(payload)).unwrap_or_default()),
    }
}

/// The object with these members.
fn object(members: &[Member<'_>]) -> String {
    // Writing a string cannot fail.
    let name = |name| serde_json::to_string(name).unwrap_or_default();
    let members = members.iter().map(|(known, value)| format!("{}:{}", name(known), value.get()));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn find<'a>(members: &[Member<'a>], name: &str) -> Option<Raw<'a>> {
    members.iter().find_map(|(known, value)| (known == name).then_some(*value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(payload: &str) -> Result<String, Refusal> {
        let checked = Gate::default().payload(payload.to_owned())?;
        Ok(String::from_utf8(checked.stamped(7)).unwrap())
    }

    #[test]
    fn stamps_payload() {
        for (payload, line) in [
            (r#"{"id":"evt_1","properties":{"x":"\ud83d"}}"#, r#"{"ts":7,"id":"evt_1","properties":{"x":"\ud83d"}}"#),
            ("{}", r#"{"ts":7}"#),
            ("{\n\"a\":1}\r\n", r#"{"ts":7, "a":1}"#),
            (r#"{"a":1.50, "ts":9,"b":[ 1e400 ]}"#, r#"{"ts":7,"a":1.50,"b":[ 1e400 ]}"#),
            (r#"{"\u0074s":9,"b":"\ud83d"}"#, r#"{"ts":7,"b":"\ud83d"}"#),
            (r#"{"\ud83d":1}"#, r#"{"ts":7,"\ud83d":1}"#),
            (
                r#"{"type":"ocrx.a","properties":{"type":"ocr.a"}}"#,
                r#"{"ts":7,"type":"ocrx.a","properties":{"type":"ocr.a"}}"#,
            ),
        ] {
            assert_eq!(live(payload).unwrap(), format!("{line}\n"), "{payload}");
        }
    }

    #[test]
    fn refuses_payload() {
        for payload in [
            r#"{"type":"ocr.a"}"#,
            r#" {"properties":{}, "type" : "ocr.a"}"#,
            r#"{"type":"\u006fcr.a","properties":{}}"#,
            r#"{"\u0074ype":"ocr\u002ea","properties":{}}"#,
            r#"{"Type":"ocr.a","type":"a"}"#,
            r#"{"type":"ocr.\ud83d"}"#,
            r#"{"payload":{"type":"ocr.a","properties":{}}}"#,
            r#"{"payload":{"type":"a","type":"ocr.a","properties":{}}}"#,
            r#"{"type":"ocr.a","type":"a"}"#,
        ] {
            assert!(matches!(live(payload), Err(Refusal::Reserved)), "{payload}");
        }
        for payload in [
            r#"{"type":"a","type":"b"}"#,
            r#"{"type":"a","t\u0079pe":"a"}"#,
            r#"{"ts":1,"ts":2}"#,
            r#"{"x":1,"type":"a","x":1}"#,
            r#"{"\ud83d":1,"\ud83e":1}"#,
        ] {
            assert!(matches!(live(payload), Err(Refusal::Duplicate)), "{payload}");
        }
        for payload in
            ["", "[]", "1", r#"{"a":1}{"type":"ocr.a"}"#, r#"{"a":[}]}"#, "\u{feff}{}", "data: {}", "{\"a\":\"\n\"}"]
        {
            assert!(matches!(live(payload), Err(Refusal::NoObject)), "{payload}");
        }
    }

    fn recorded(line: &[u8]) -> Option<String> {
        let written = Gate::default().recorded(line, false)?;
        Some(String::from_utf8(written).unwrap())
    }

    #[test]
    fn recorded_lines_pass() {
        for line in [
            &br#"{"ts":1,"id":"e","type":"a","properties":{"type":"ocr.detect.done","id":"x"}}"#[..],
            br#"{ "ts" : 1, "type" : "a", "properties" : { "type" : "b" } }"#,
            br#"{"ts":1,"type":"ocr.stream.tick","properties":{}}"#,
            b"garbage \"ocr.",
            b"",
            b"{\"type\":\"a\",\"properties\":{\"x\":\"\xff\"}}",
        ] {
            assert_eq!(recorded(line), None, "{}", String::from_utf8_lossy(line));
        }
    }

    #[test]
    fn recorded_lines_are_dropped() {
        for line in [
            r#"{"ts":1,"type":"ocr.detect.done","properties":{}}"#,
            r#"{"ts":1,"type":"\u006fcr.review.decision","properties":{}}"#,
            r#"{"payload":{"type":"ocr.act.result","properties":{}}}"#,
            r#"{"ts":1,"type":"a","properties":{"b":{}},"type":"ocr.detect.finding"}"#,
            r#"{"ts":1,"type":"a","properties":{},"x":1,"x":2}"#,
            r#"{"ts":1,"type":"ocr.stream.opened","properties":{},"\u0074ype":"a"}"#,
            "data: {\"type\":\"a\",\"type\":\"b\"}\r",
        ] {
            assert_eq!(recorded(line.as_bytes()).as_deref(), Some(""), "{line}");
        }
        let invalid = b"{\"type\":\"a\",\"type\":\"b\",\"x\":\"\xff\"}";
        assert_eq!(recorded(invalid).as_deref(), Some(""));
    }

    #[test]
    fn objects_that_only_others_find_are_dropped() {
        const FORGED: &str = r#"{"ts":1,"type":"ocr.detect.finding","properties":{}}"#;
        for line in [
            format!(r#"{{"type":"a"}}{FORGED}"#),
            format!("{{\"type\":\"a\"}}\r{FORGED}"),
            format!("{FORGED}\0"),
            format!("{FORGED} garbage"),
            FORGED.replace("{}", r#"{"x":NaN,"y":-Infinity}"#),
        ] {
            assert_eq!(recorded(line.as_bytes()).as_deref(), Some(""), "{line:?}");
        }
        for line in ["> npm test", "{ not json }", "{\"type\":\"a\",\"properties\":{\"te"] {
            assert_eq!(recorded(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn opened_becomes_a_replay() {
        for (line, written) in [
            (
                r#"{"ts":1,"type":"ocr.stream.opened","properties":{"a":1.0,"replay":false}}"#,
                r#"{"ts":1,"type":"ocr.stream.opened","properties":{"a":1.0,"replay":true}}"#,
            ),
            (
                r#"{"ts": 1, "type": "ocr.stream.opened", "properties": {"replay": false, "a": "\ud83d"}}"#,
                r#"{"ts":1,"type":"ocr.stream.opened","properties":{"replay":true,"a":"\ud83d"}}"#,
            ),
            (
                r#"{"type":"ocr.stream.open\u0065d","properties":{"task":"\"replay\":false"}}"#,
                r#"{"type":"ocr.stream.open\u0065d","properties":{"task":"\"replay\":false","replay":true}}"#,
            ),
            (
                r#"{"type":"ocr.stream.opened","properties":{"replay":true,"r\u0065play":false,"x":{"replay":false}}}"#,
                r#"{"type":"ocr.stream.opened","properties":{"replay":true,"x":{"replay":false}}}"#,
            ),
            (
                r#"{"type":"a","properties":{"replay":true},"type":"ocr.stream.opened","properties":{"replay":false}}"#,
                r#"{"type":"ocr.stream.opened","properties":{"replay":true}}"#,
            ),
            (r#"{"type":"ocr.stream.opened"}"#, r#"{"type":"ocr.stream.opened","properties":{"replay":true}}"#),
            (
                r#"{"type":"ocr.stream.opened","properties":["s"]}"#,
                r#"{"type":"ocr.stream.opened","properties":{"replay":true}}"#,
            ),
            (
                r#"{"ts":5,"directory":"/","payload":{"ts":6,"type":"ocr.stream.opened","properties":{}}}"#,
                r#"{"ts":5,"type":"ocr.stream.opened","properties":{"replay":true}}"#,
            ),
            (
                "\u{feff}data: {\"type\":\"ocr.stream.opened\",\"properties\":{\"replay\":null}}\r",
                r#"{"type":"ocr.stream.opened","properties":{"replay":true}}"#,
            ),
        ] {
            assert_eq!(recorded(line.as_bytes()).as_deref(), Some(&*format!("{written}\n")), "{line}");
        }
        let invalid = recorded(b"{\"type\":\"ocr.stream.opened\",\"properties\":{\"task\":\"\xff\",\"replay\":false}}");
        assert!(invalid.unwrap().contains("\"replay\":true"));
    }
}

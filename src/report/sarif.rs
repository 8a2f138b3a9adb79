//! Writes the report as SARIF 2.1.0, which code hosts show as alerts: a problem is a result in the line of the
//! recording at which it was reported.

use super::page::Report;
use super::shown::Shown;
use super::summary::{Episode, Summary};
use super::text::waste;
use super::units::iso;
use crate::wire::record::{Grade, Wasted};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

/// What need not be encoded in the path of a URI.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'~')
    .remove(b'+')
    .remove(b'=')
    .remove(b',');

/// The document, with its newline.
pub(super) fn document(report: &Report) -> String {
    let rules: Vec<&Shown> = report.habits.iter().map(|habit| &habit.rule).collect();
    let results = report
        .recordings
        .iter()
        .flat_map(|recording| recording.episodes.iter().map(|episode| result(recording, episode, &rules)));
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "ocr-detect",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": report.habits.iter().map(|habit| json!({
                    "id": habit.rule.as_str(),
                    "defaultConfiguration": {"level": level(habit.grade)},
                })).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation(report)],
            "results": results.collect::<Vec<_>>(),
        }],
    });
    // A value of strings and numbers can always be written.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// Whether all recordings could be read, and which could not.
fn invocation(report: &Report) -> Value {
    let unread = report.recordings.iter().filter_map(|recording| Some((recording, recording.foreign.as_ref()?)));
    let notes: Vec<Value> = unread
        .map(|(recording, foreign)| {
            let text = format!("{} was not judged: {foreign}.", recording.name());
            json!({"level": "error", "message": {"text": text}})
        })
        .collect();
    json!({"executionSuccessful": notes.is_empty(), "toolExecutionNotifications": notes})
}

fn result(recording: &Summary, episode: &Episode, rules: &[&Shown]) -> Value {
    let mut result = json!({
        "ruleId": episode.rule.as_str(),
        "level": level(episode.grade),
        "message": {"text": message(recording, episode)},
        "locations": [location(recording, episode)],
        // The id of an episode is the same whenever the recording is judged.
        "partialFingerprints": {"finding/v1": format!("{}/{}", episode.session, episode.id)},
        "properties": {
            "sessionID": episode.session.as_str(),
            "kind": episode.kind,
            "grade": episode.grade,
            "laps": episode.laps,
            "began": format!("{}Z", iso(episode.since)),
            "open": episode.closed_at.is_none(),
            "wastedCalls": episode.wasted.calls,
            "wastedTokens": episode.wasted.tokens,
            "evidence": episode.evidence.iter().map(Shown::as_str).collect::<Vec<_>>(),
        },
    });
    // Beyond a limit, rules are not listed.
    if let (Some(index), Some(result)) = (rules.iter().position(|rule| **rule == episode.rule), result.as_object_mut())
    {
        result.insert("ruleIndex".to_owned(), index.into());
    }
    result
}

fn message(recording: &Summary, episode: &Episode) -> String {
    let mut text = format!("{}: {}.", episode.rule, episode.summary);
    if episode.wasted != Wasted::default() {
        let cost = recording.usage.price_of(episode.wasted.tokens);
        text.extend([" Wasted ", &waste(episode.wasted, cost), "."]);
    }
    // In a message, braces are placeholders and brackets are links.
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '{' | '}' => escaped.extend([c, c]),
            '[' | ']' | '\\' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Where a problem was reported: a line of the recording, and the session.
fn location(recording: &Summary, episode: &Episode) -> Value {
    let session = json!([{"name": episode.session.as_str(), "kind": "object"}]);
    let mut location = Map::from_iter([("logicalLocations".to_owned(), session)]);
    if let Some(file) = &recording.file {
        // Code hosts look for the file in the repository by this very path.
        let path = file.as_str();
        let uri = utf8_percent_encode(path.strip_prefix("./").unwrap_or(path), PATH).to_string();
        let place = json!({"artifactLocation": {"uri": uri}, "region": {"startLine": episode.line.max(1)}});
        location.insert("physicalLocation".to_owned(), place);
    }
    location.into()
}

fn level(grade: Grade) -> &'static str {
    match grade {
        Grade::Notice => "note",
        Grade::Warn => "warning",
        Grade::Stop => "error",
    }
}

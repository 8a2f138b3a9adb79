//! Writes the report as `JUnit` XML, which every CI system shows: a recording is a suite; each of its problems is a
//! case, and so is how each session ended. A problem of grade `warn` or `stop` is a failure.
//!
//! There is no single schema. This is what both common ones accept: that of Ant (which requires `hostname`, `package`
//! and an output of the suite, and allows no output of a case) and that of Jenkins.

use super::markup::markup;
use super::page::Report;
use super::shown::Shown;
use super::summary::{Episode, Rest, Summary};
use super::text::waste;
use super::units::iso;
use crate::wire::record::{Grade, Wasted};
use std::fmt::Write;

/// A case of a suite: its class and name, and what is wrong, if anything is.
struct Case {
    class: String,
    name: String,
    /// The type, the message and the details of a failure.
    failure: Option<(String, String, String)>,
    /// Whether nothing could be judged.
    is_error: bool,
}

/// The document.
pub(super) fn document(report: &Report) -> String {
    let mut document = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n".to_owned();
    for (id, recording) in report.recordings.iter().enumerate() {
        // Writing to a string does not fail.
        let _ = write_suite(&mut document, id, recording);
    }
    document.push_str("</testsuites>\n");
    document
}

fn write_suite(document: &mut String, id: usize, recording: &Summary) -> std::fmt::Result {
    let cases = cases(recording);
    let failures = cases.iter().filter(|case| case.failure.is_some() && !case.is_error).count();
    let errors = cases.iter().filter(|case| case.is_error).count();
    writeln!(
        document,
        "  <testsuite id=\"{id}\" package=\"ocr\" name=\"{}\" hostname=\"localhost\" timestamp=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{}\">",
        markup(recording.name()),
        iso(recording.began),
        cases.len(),
        seconds(recording.lasted()),
    )?;
    write_properties(document, recording)?;
    for case in &cases {
        write_case(document, case)?;
    }
    write!(document, "    <system-out>")?;
    for episode in recording.episodes.iter().filter(|episode| episode.grade == Grade::Notice) {
        writeln!(document, "{}", markup(&details(recording, episode)))?;
    }
    writeln!(document, "</system-out>\n    <system-err></system-err>\n  </testsuite>")
}

fn write_properties(document: &mut String, recording: &Summary) -> std::fmt::Result {
    writeln!(document, "    <properties>")?;
    let usage = &recording.usage;
    let text = |text: &Option<Shown>| text.as_ref().map(ToString::to_string);
    let properties = [
        ("task", text(&recording.task)),
        ("model", text(&recording.model)),
        ("outcome", recording.end.as_ref().map(|end| end.outcome.to_string())),
        ("calls", Some(usage.calls.to_string())),
        ("tokens", Some(usage.tokens.to_string())),
        ("dollars", usage.cost().map(|cost| format!("{cost:.6}"))),
        ("wastedCalls", Some(recording.wasted.calls.to_string())),
        ("wastedTokens", Some(recording.wasted.tokens.to_string())),
    ];
    for (name, value) in properties {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            writeln!(document, "      <property name=\"{name}\" value=\"{}\"/>", markup(&value))?;
        }
    }
    writeln!(document, "    </properties>")
}

fn write_case(document: &mut String, case: &Case) -> std::fmt::Result {
    let (class, name) = (markup(&case.class), markup(&case.name));
    write!(document, "    <testcase classname=\"{class}\" name=\"{name}\" time=\"0\"")?;
    let Some((kind, message, details)) = &case.failure else {
        return writeln!(document, "/>");
    };
    let element = if case.is_error { "error" } else { "failure" };
    let (kind, message, details) = (markup(kind), markup(message), markup(details));
    writeln!(document, ">\n      <{element} type=\"{kind}\" message=\"{message}\">{details}</{element}>")?;
    writeln!(document, "    </testcase>")
}

/// The cases of a recording: there is always at least one.
fn cases(recording: &Summary) -> Vec<Case> {
    if let Some(foreign) = &recording.foreign {
        let message = format!("not judged: {foreign}");
        return vec![Case {
            class: recording.name().to_owned(),
            name: "read".to_owned(),
            failure: Some(("unread".to_owned(), message.clone(), message)),
            is_error: true,
        }];
    }
    let mut cases: Vec<Case> = recording.episodes.iter().map(|episode| of_episode(recording, episode)).collect();
    cases.extend(recording.rests.iter().map(of_rest));
    if let Some(end) = &recording.end {
        let text = end.text.to_string();
        let failure = (end.exit_code != 0).then(|| (end.outcome.to_string(), text.clone(), text));
        cases.push(Case { class: "run".to_owned(), name: "outcome".to_owned(), failure, is_error: false });
    }
    if cases.is_empty() {
        cases.push(Case { class: "run".to_owned(), name: "no problem".to_owned(), failure: None, is_error: false });
    }
    cases
}

fn of_episode(recording: &Summary, episode: &Episode) -> Case {
    let failure = (episode.grade > Grade::Notice).then(|| {
        (format!("{} {}", episode.kind, episode.grade), episode.summary.to_string(), details(recording, episode))
    });
    Case {
        class: format!("session {}", episode.session),
        name: format!("{}: {}", episode.rule, episode.summary),
        failure,
        is_error: false,
    }
}

fn of_rest(rest: &Rest) -> Case {
    let evidence: Vec<&str> = rest.evidence.iter().map(Shown::as_str).collect();
    let details = || format!("{}\n{}", rest.text, evidence.join("\n"));
    let failure = rest.contradicted.then(|| (rest.outcome.to_string(), rest.text.to_string(), details()));
    Case { class: format!("session {}", rest.session), name: format!("rest: {}", rest.text), failure, is_error: false }
}

/// A problem with its evidence, on lines of its own.
fn details(recording: &Summary, episode: &Episode) -> String {
    let mut lines = vec![format!("{} ({}): {}", episode.rule, episode.grade, episode.summary)];
    lines.extend(episode.evidence.iter().map(|excerpt| format!("  {excerpt}")));
    if episode.wasted != Wasted::default() {
        let cost = recording.usage.price_of(episode.wasted.tokens);
        lines.push(format!("wasted {}", waste(episode.wasted, cost)));
    }
    lines.join("\n")
}

/// Milliseconds as seconds with a fraction.
fn seconds(ms: i64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

//! Writes the report as metrics in the text format of Prometheus, for the textfile collector of its node exporter.
//! There are no timestamps, because that collector rejects them.

use super::habits::Habit;
use super::page::Report;
use super::summary::{Severity, Summary};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The names and values of labels.
type Labels = Vec<(&'static str, String)>;

/// The metrics.
pub(super) fn metrics(report: &Report) -> String {
    let mut text = String::new();
    for (name, help, value) in OF_A_RECORDING {
        let samples = report.recordings.iter().filter_map(|r| Some((vec![recording(r)], value(r)?)));
        write_metric(&mut text, name, help, samples);
    }
    let help = "Problems that were found, by rule, kind and grade.";
    write_metric(&mut text, "ocr_problems", help, problems(report));
    for (name, help, value) in OF_A_RULE {
        let samples = report.habits.iter().filter_map(|h| Some((vec![("rule", h.rule.to_string())], value(h)?)));
        write_metric(&mut text, name, help, samples);
    }
    text
}

/// A metric of each `T`: its name, its help, and its value where there is one.
type Metric<T> = (&'static str, &'static str, fn(&T) -> Option<String>);

const OF_A_RECORDING: [Metric<Summary>; 11] = [
    ("ocr_recording_understood", "Whether anything in the recording was understood.", |r| {
        Some(u8::from(r.foreign.is_none()).to_string())
    }),
    (
        "ocr_recording_severity",
        "How bad the recording is: 0 clean, 1 notice, 2 unsure, 3 warn, 4 unread, 5 stop.",
        |r| Some(level(r.severity()).to_string()),
    ),
    ("ocr_recording_start_time_seconds", "Unix time of the first line.", |r| known(r).map(|r| seconds(r.began.ms()))),
    ("ocr_recording_end_time_seconds", "Unix time of the last line.", |r| known(r).map(|r| seconds(r.ended.ms()))),
    ("ocr_calls", "Finished calls.", |r| known(r).map(|r| r.usage.calls.to_string())),
    ("ocr_failed_calls", "Finished calls that failed.", |r| known(r).map(|r| r.usage.failed.to_string())),
    ("ocr_tokens", "Tokens of all steps: input, output and reasoning.", |r| {
        known(r).map(|r| r.usage.tokens.to_string())
    }),
    ("ocr_cost_dollars", "Cost, where the agent reported one.", |r| r.usage.cost().map(|cost| cost.to_string())),
    ("ocr_wasted_calls", "Calls that produced nothing new, each counted once.", |r| {
        known(r).map(|r| r.wasted.calls.to_string())
    }),
    ("ocr_wasted_tokens", "Tokens of the steps that made the wasted calls.", |r| {
        known(r).map(|r| r.wasted.tokens.to_string())
    }),
    ("ocr_exit_code", "Exit code of the run, where the recording holds its result.", |r| {
        r.end.as_ref().map(|end| end.exit_code.to_string())
    }),
];

const OF_A_RULE: [Metric<Habit>; 3] = [
    ("ocr_rule_wasted_calls", "Calls wasted in all recordings, by rule. Rules may share calls.", |h| {
        Some(h.calls.to_string())
    }),
    ("ocr_rule_wasted_tokens", "Tokens of the steps that made those calls, by rule.", |h| Some(h.tokens.to_string())),
    ("ocr_rule_wasted_dollars", "Cost of those tokens at the average price of their recordings, by rule.", |h| {
        h.dollars.map(|dollars| dollars.to_string())
    }),
];

/// The recording, if anything in it was understood: what is not known is not 0.
fn known(recording: &Summary) -> Option<&Summary> {
    recording.foreign.is_none().then_some(recording)
}

fn recording(recording: &Summary) -> (&'static str, String) {
    ("recording", recording.name().to_owned())
}

fn level(severity: Severity) -> u8 {
    match severity {
        Severity::Clean => 0,
        Severity::Notice => 1,
        Severity::Ended => 2,
        Severity::Warn => 3,
        Severity::Unread => 4,
        Severity::Stop => 5,
    }
}

/// How many problems each rule found in each recording.
fn problems(report: &Report) -> impl Iterator<Item = (Labels, String)> {
    let mut counts: BTreeMap<Labels, u64> = BTreeMap::new();
    for summary in &report.recordings {
        for episode in &summary.episodes {
            let labels = vec![
                recording(summary),
                ("rule", episode.rule.to_string()),
                ("kind", episode.kind.to_string()),
                ("grade", episode.grade.to_string()),
            ];
            *counts.entry(labels).or_default() += 1;
        }
    }
    counts.into_iter().map(|(labels, count)| (labels, count.to_string()))
}

/// Writes a metric if it has a sample. Two samples may not have the same labels; the last one counts.
fn write_metric(text: &mut String, name: &str, help: &str, samples: impl Iterator<Item = (Labels, String)>) {
    let samples: BTreeMap<Labels, String> = samples.collect();
    if samples.is_empty() {
        return;
    }
    // Writing to a string does not fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
    for (labels, value) in samples {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escape(value))).collect();
        let _ = writeln!(text, "{name}{{{}}} {value}", labels.join(","));
    }
}

/// The value of a label between its quotes.
fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Milliseconds as seconds.
fn seconds(ms: i64) -> String {
    format!("{}.{:03}", ms / 1000, ms.rem_euclid(1000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::shown::Shown;

    #[test]
    fn labels_are_unique_and_escaped() {
        let summary = || Summary { file: Some(Shown::new("a\"b\\c")), ..Summary::default() };
        let text = metrics(&Report::new(vec![summary(), summary()]));
        assert_eq!(text.matches("ocr_calls{recording=\"a\\\"b\\\\c\"} 0\n").count(), 1, "{text}");
        assert!(!text.contains("ocr_cost_dollars"), "what is not known is no 0: {text}");
    }
}

//! Makes lines of artificial sessions, and returns what a detector finds in them.

use crate::detect::config::Config;
use crate::detect::detector::Detector;
use crate::wire::observe;
use crate::wire::record::{Envelope, Finding, Grade, State};
use serde_json::json;

/// The findings in these lines.
pub(in crate::detect::rules) fn findings_with(config: Config, lines: &[String]) -> Vec<Finding> {
    let mut detector = Detector::new(config);
    let mut added = Vec::new();
    for line in lines {
        detector.observe(&observe(line).unwrap(), &mut added);
    }
    detector.finish(&mut added);
    String::from_utf8(added)
        .unwrap()
        .lines()
        .filter(|line| line.contains("\"ocr.detect.finding\""))
        .map(|line| serde_json::from_str::<Envelope<Finding>>(line).unwrap().properties)
        .collect()
}

/// The findings on these lines, with the default configuration.
pub(in crate::detect::rules) fn findings(lines: &[String]) -> Vec<Finding> {
    findings_with(Config::default(), lines)
}

/// Rule and grade of each finding that opened or got graver, in order.
pub(in crate::detect::rules) fn graded(findings: &[Finding]) -> Vec<(String, Grade)> {
    findings
        .iter()
        .filter(|f| matches!(f.state, State::Open | State::Graver))
        .map(|f| (f.rule.clone(), f.grade))
        .collect()
}

/// A call in a message of its own, and the end of its step. `at` is in seconds.
pub(in crate::detect::rules) fn call(at: usize, tool: &str, input: &serde_json::Value, output: &str) -> [String; 2] {
    let ts = at * 1000;
    let part = serde_json::json!({"type": "tool_use", "timestamp": ts, "sessionID": "ses_1", "part": {
        "id": format!("prt_{at}"), "messageID": format!("msg_{at}"), "type": "tool", "tool": tool,
        "state": {"status": "completed", "input": input, "output": output, "metadata": {},
            "time": {"start": ts, "end": ts + 500}}}});
    let step = serde_json::json!({"type": "step_finish", "timestamp": ts + 600, "sessionID": "ses_1", "part": {
        "id": format!("prt_{at}_end"), "messageID": format!("msg_{at}"), "type": "step-finish", "reason": "tool-calls",
        "tokens": {"input": 100, "output": 10, "reasoning": 0}}});
    [part.to_string(), step.to_string()]
}

/// A shell command.
pub(in crate::detect::rules) fn bash(at: usize, command: &str, output: &str) -> [String; 2] {
    call(at, "bash", &serde_json::json!({"command": command}), output)
}

/// A shell command that took so many seconds and failed.
pub(in crate::detect::rules) fn failed_after(seconds: usize, at: usize, command: &str, output: &str) -> [String; 2] {
    let [part, step] = bash(at, command, output);
    let ended = format!("\"end\":{}", (at + seconds) * 1000);
    let part = part
        .replace(&format!("\"end\":{}", at * 1000 + 500), &ended)
        .replace("\"metadata\":{}", "\"metadata\":{\"exit\":1}");
    [part, step]
}

/// An edit of a file.
pub(in crate::detect::rules) fn edit(at: usize, file: &str, old: &str, new: &str) -> [String; 2] {
    let input = serde_json::json!({"filePath": file, "oldString": old, "newString": new});
    call(at, "edit", &input, "Edit applied successfully.")
}

/// A unit, repeated.
pub(in crate::detect::rules) fn text(unit: &str, times: usize) -> String {
    unit.repeat(times)
}

/// What is found in an answer with this text.
pub(in crate::detect::rules) fn text_findings(answer: &str) -> Vec<(String, Grade)> {
    let line = serde_json::json!({"type": "text", "timestamp": 1, "sessionID": "ses_1", "part": {
        "id": "prt_1", "messageID": "msg_1", "type": "text", "text": answer, "time": {"start": 1, "end": 2}}});
    graded(&findings(&[line.to_string()]))
}

/// The gravest grade in these calls.
pub(in crate::detect::rules) fn gravest(steps: impl IntoIterator<Item = [String; 2]>) -> Option<Grade> {
    let lines: Vec<String> = steps.into_iter().flatten().collect();
    findings(&lines).iter().map(|found| found.grade).max()
}

/// Whether nothing graver than a notice is in these calls.
pub(in crate::detect::rules) fn is_quiet(steps: impl IntoIterator<Item = [String; 2]>) -> bool {
    gravest(steps) <= Some(Grade::Notice)
}

/// A user's message.
pub(in crate::detect::rules) fn task(text: &str) -> [String; 2] {
    let message = json!({"type": "message.updated", "properties": {"info": {"id": "msg_0", "sessionID": "ses_1", "role": "user"}}});
    let part = json!({"type": "message.part.updated", "properties": {"part": {
        "id": "prt_0", "sessionID": "ses_1", "messageID": "msg_0", "type": "text", "text": text}}});
    [message.to_string(), part.to_string()]
}

//! Reads results in JSON: how many tests passed and failed, or whether the run was a success.

use super::CheckResult;
use serde_json::Value;

/// How deep members are looked for.
const DEPTH: usize = 4;
/// A longer result is not a report.
const LONGEST: usize = 256 * 1024;
/// Names of members, in small letters without the marks between their words, and words of their values.
#[rustfmt::skip]
const FAILED: [&str; 11] = [
    "failed", "failures", "failedtests", "failedcount", "numfailed", "numfailedtests", "testsfailed", "failurecount", "errorcount", "errors", "failing",
];
const PASSED: [&str; 8] =
    ["passed", "passedtests", "passedcount", "numpassed", "numpassedtests", "testspassed", "passing", "succeeded"];
const SUCCESS: [&str; 6] = ["success", "ok", "passed", "successful", "succeeded", "issuccess"];
const VERDICT: [&str; 6] = ["status", "result", "outcome", "conclusion", "verdict", "state"];
const BAD: [&str; 7] = ["failed", "failure", "fail", "error", "errored", "broken", "red"];
const GOOD: [&str; 6] = ["passed", "success", "succeeded", "successful", "green", "pass"];

/// What the members of a report say.
#[derive(Default)]
struct Report {
    /// Something says that it failed, and how much.
    failed: bool,
    count: Option<u32>,
    /// Tests passed, or the run was a success.
    passed: bool,
}

/// What a result says that is JSON; `None` if it is none.
pub(crate) fn read(output: &str) -> Option<CheckResult> {
    let output = output.trim();
    if !output.starts_with(['{', '[']) || output.len() > LONGEST {
        return None;
    }
    // What is no JSON is read as text.
    let value: Value = serde_json::from_str(output).ok()?;
    let mut report = Report::default();
    report.value(&value, DEPTH);
    Some(match report {
        Report { failed: true, count, .. } => CheckResult::Failed { count, items: Vec::new() },
        Report { passed: true, .. } => CheckResult::Passed,
        Report { .. } => CheckResult::Unknown,
    })
}

/// The failures that a result counts that is JSON, of an unknown tool.
pub(crate) fn failures(output: &str) -> Option<CheckResult> {
    read(output).filter(|outcome| matches!(outcome, CheckResult::Failed { count: Some(_), .. }))
}

impl Report {
    fn value(&mut self, value: &Value, depth: usize) {
        if depth == 0 {
            return;
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.value(item, depth - 1)),
            Value::Object(members) => members.iter().for_each(|(name, value)| self.member(name, value, depth)),
            _ => {}
        }
    }

    fn member(&mut self, name: &str, value: &Value, depth: usize) {
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let is = |names: &[&str]| names.contains(&&*name);
        match value {
            Value::Bool(well) if is(&SUCCESS) => {
                self.failed |= !well;
                self.passed |= well;
            }
            Value::Bool(true) if is(&FAILED) => self.failed = true,
            Value::Number(number) => {
                let number = number.as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
                if is(&FAILED) && number > 0 {
                    self.failed = true;
                    self.count = self.count.max(Some(number));
                }
                self.passed |= is(&PASSED) && number > 0;
                self.failed |= name == "exitcode" && number > 0;
            }
            Value::String(word) if is(&VERDICT) => {
                let word = word.to_ascii_lowercase();
                self.failed |= BAD.contains(&&*word);
                self.passed |= GOOD.contains(&&*word);
            }
            Value::Array(items) if is(&FAILED) && !items.is_empty() => self.failed = true,
            value => self.value(value, depth - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_of_tools() {
        let failed = |count| Some(CheckResult::Failed { count, items: Vec::new() });
        for (output, expected) in [
            (r#"{"status":"finished","passed":31,"failed":0,"ignored":0}"#, Some(CheckResult::Passed)),
            (r#"{"passed":29,"failed":2}"#, failed(Some(2))),
            (r#"{"summary":{"numPassedTests":4,"numFailedTests":1}}"#, failed(Some(1))),
            (r#"{"success":false,"message":"see the log"}"#, failed(None)),
            (r#"{"success":true}"#, Some(CheckResult::Passed)),
            (r#"{"result":"FAILED"}"#, failed(None)),
            (r#"[{"suite":"a","status":"passed"},{"suite":"b","status":"failed"}]"#, failed(None)),
            (r#"{"errors":["a.kt:3: type mismatch"]}"#, failed(None)),
            (r#"{"jobId":"17"}"#, Some(CheckResult::Unknown)),
            (r#"{"failed":0}"#, Some(CheckResult::Unknown)),
            ("31 passed", None),
        ] {
            assert_eq!(read(output), expected, "{output}");
        }
    }
}

//! Reads results in JSON: how many tests passed and failed, whether the run was a success, or what it complains of.

use super::{CheckOutcome, Truncation};
use serde_json::{Map, Value};

/// How deep members are looked for.
const DEPTH: usize = 6;
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
/// What is listed or counted of code that has something wrong with it: none of these is a success.
const COMPLAINTS: [&str; 8] =
    ["errors", "errorcount", "errorscount", "diagnostics", "problems", "issues", "violations", "findings"];
const TROUBLE: [&str; 4] = ["iserror", "haserrors", "timedout", "timeout"];
const EXITS: [&str; 5] = ["exitcode", "exitstatus", "returncode", "exit", "rc"];
/// What holds what was printed.
const PRINTED: [&str; 6] = ["output", "stdout", "stderr", "text", "summary", "log"];
const VERDICT: [&str; 6] = ["status", "result", "outcome", "conclusion", "verdict", "state"];
const BAD: [&str; 7] = ["failed", "failure", "fail", "error", "errored", "broken", "red"];
const GOOD: [&str; 6] = ["passed", "success", "succeeded", "successful", "green", "pass"];
const UNDER_WAY: [&str; 9] =
    ["pending", "queued", "running", "in_progress", "started", "waiting", "scheduled", "building", "created"];
/// What tells how grave a complaint is, the first of them wherever it stands; and what else a complaint has.
const GRAVITY: [&str; 5] = ["severity", "level", "kind", "type", "category"];
const WORDING: [&str; 5] = ["message", "msg", "text", "description", "title"];
const GRAVE: [&str; 6] = ["error", "err", "fatal", "critical", "blocker", "severe"];
const MILD: [&str; 8] = ["warning", "warn", "weak warning", "info", "information", "hint", "note", "suggestion"];

/// What the members of a report say.
#[derive(Default)]
struct Report {
    /// Something says that it failed, and how much.
    failed: bool,
    count: Option<u32>,
    /// Tests passed, or the run was a success.
    passed: bool,
    /// It complains of nothing, or of nothing grave.
    clean: bool,
    /// What was printed has an error, which what ran may have lived through.
    complains: bool,
    /// It has not ended.
    under_way: bool,
}

/// What a result says that is JSON; `None` if it is none.
pub(crate) fn read(output: &str) -> Option<CheckOutcome> {
    let output = output.trim();
    if !output.starts_with(['{', '[']) || output.len() > LONGEST {
        return None;
    }
    // What is no JSON is read as text.
    let value: Value = serde_json::from_str(output).ok()?;
    let mut report = Report::default();
    report.value(&value, DEPTH);
    Some(match report {
        Report { failed: true, count, .. } => CheckOutcome::Failed { count, items: Vec::new() },
        Report { under_way: true, .. } => CheckOutcome::Unknown,
        Report { passed: true, .. } => CheckOutcome::Passed,
        Report { complains: true, .. } => CheckOutcome::Failed { count: None, items: Vec::new() },
        Report { clean: true, .. } => CheckOutcome::Passed,
        Report { .. } => CheckOutcome::Unknown,
    })
}

/// The failures that a result counts that is JSON, of an unknown tool.
pub(crate) fn failures(output: &str) -> Option<CheckOutcome> {
    read(output).filter(|outcome| matches!(outcome, CheckOutcome::Failed { count: Some(_), .. }))
}

/// What a result says that is JSON and counts both what passed and what failed, as that of tests does.
pub(crate) fn counted(output: &str) -> Option<CheckOutcome> {
    let output = output.trim();
    if !output.starts_with('{') || output.len() > LONGEST {
        return None;
    }
    let value: Value = serde_json::from_str(output).ok()?;
    (counts(&value, &PASSED, DEPTH) && counts(&value, &FAILED, DEPTH)).then(|| read(output))?
}

/// What a result is about whose own members say how many of something were tried.
const TRIED: [&str; 8] = ["tests", "cases", "suite", "suites", "specs", "checks", "assertions", "numtotaltests"];

/// The failure that a result tells of which is JSON and says all by its own members: a script's verdict on what it tried.
pub(crate) fn verdict(output: &str) -> Option<CheckOutcome> {
    let output = output.trim();
    if !output.starts_with('{') || output.len() > LONGEST {
        return None;
    }
    let members: Map<String, Value> = serde_json::from_str(output).ok()?;
    let named = |names: &'static [&'static str]| {
        members.iter().filter(move |(name, _)| names.contains(&&*plain(name))).map(|(_, value)| value)
    };
    let is_bad = named(&SUCCESS).any(|value| *value == Value::Bool(false))
        || named(&VERDICT).filter_map(Value::as_str).any(|word| BAD.contains(&&*word.to_ascii_lowercase()));
    let counts: Vec<usize> = named(&FAILED).filter_map(amount).filter(|count| *count > 0).collect();
    let tried = named(&TRIED).next().is_some();
    let count = counts.into_iter().max().and_then(|count| u32::try_from(count).ok());
    (tried && (is_bad || count.is_some())).then(|| CheckOutcome::Failed { count, items: Vec::new() })
}

/// How many a member counts or lists.
fn amount(value: &Value) -> Option<usize> {
    match value {
        Value::Number(number) => number.as_u64().and_then(|number| usize::try_from(number).ok()),
        Value::Array(items) => Some(items.len()),
        _ => None,
    }
}

/// Whether a member of one of these names counts something.
fn counts(value: &Value, names: &[&str], depth: usize) -> bool {
    let Value::Object(members) = value else { return false };
    depth > 0
        && members
            .iter()
            .any(|(name, value)| value.is_number() && names.contains(&&*plain(name)) || counts(value, names, depth - 1))
}

impl Report {
    fn value(&mut self, value: &Value, depth: usize) {
        if depth == 0 {
            return;
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.value(item, depth - 1)),
            Value::Object(members) => {
                self.complaint(members, &GRAVITY[..1]);
                members.iter().for_each(|(name, value)| self.member(name, value, depth));
            }
            _ => {}
        }
    }

    /// Takes in an object that may be a complaint.
    fn complaint(&mut self, members: &Map<String, Value>, names: &[&str]) {
        if let Some(grave) = is_grave(members, names) {
            self.failed |= grave;
            self.clean |= !grave;
        }
    }

    fn member(&mut self, name: &str, value: &Value, depth: usize) {
        let name = plain(name);
        let is = |names: &[&str]| names.contains(&&*name);
        match value {
            Value::Bool(well) if is(&SUCCESS) => {
                self.failed |= !well;
                self.passed |= well;
            }
            Value::Bool(true) if is(&FAILED) || is(&TROUBLE) => self.failed = true,
            Value::Bool(true) if is(&UNDER_WAY) => self.under_way = true,
            Value::Number(code) if is(&EXITS) => {
                let well = code.as_i64() == Some(0);
                self.failed |= !well;
                self.passed |= well;
            }
            Value::Number(number) => {
                let number = number.as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
                if is(&FAILED) && number > 0 {
                    self.failed = true;
                    self.count = self.count.max(Some(number));
                }
                self.passed |= is(&PASSED) && number > 0;
                self.clean |= is(&COMPLAINTS) && number == 0;
            }
            Value::String(word) if is(&VERDICT) => {
                let word = word.to_ascii_lowercase();
                self.failed |= BAD.contains(&&*word);
                self.passed |= GOOD.contains(&&*word);
                self.under_way |= UNDER_WAY.contains(&&*word);
            }
            Value::String(printed) if is(&PRINTED) => match super::read(printed, Truncation::Nothing) {
                CheckOutcome::Failed { count, .. } => {
                    self.failed |= count.is_some();
                    self.complains = true;
                }
                CheckOutcome::Passed => self.passed = true,
                CheckOutcome::Empty | CheckOutcome::Unknown => {}
            },
            Value::Array(items) if is(&FAILED) && !items.is_empty() => self.failed = true,
            Value::Array(items) if is(&COMPLAINTS) => {
                self.clean |= items.is_empty();
                items.iter().filter_map(Value::as_object).for_each(|item| self.complaint(item, &GRAVITY));
                self.value(value, depth - 1);
            }
            value => self.value(value, depth - 1),
        }
    }
}

/// The name of a member in small letters, without the marks between its words.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// Whether an object is a complaint that fails what it is about, by the member of one of these names; `None` if it is no
/// complaint.
fn is_grave(members: &Map<String, Value>, names: &[&str]) -> Option<bool> {
    let member = |names: &[&str]| members.iter().find(|(name, _)| names.contains(&&*plain(name)));
    member(&WORDING)?;
    let told = names.iter().filter_map(|name| member(&[name]).map(|(_, value)| (*name, value)));
    let mut grave = told.filter_map(|(name, value)| match value {
        Value::String(word) => {
            let word = word.to_ascii_lowercase();
            GRAVE.contains(&&*word).then_some(true).or(MILD.contains(&&*word).then_some(false))
        }
        // ESLint counts from below, language servers from above, and editors begin with 0 or end with 8.
        Value::Number(number) if name == "severity" => {
            let by_rule = member(&["ruleid"]).is_some();
            number.as_u64().map(|number| if by_rule { number == 2 } else { matches!(number, 0 | 1 | 8) })
        }
        _ => None,
    });
    grave.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_tests() {
        let failed = Some(CheckOutcome::Failed { count: Some(2), items: Vec::new() });
        assert_eq!(
            counted(r#"{"ok":true,"summary":{"passed":41,"failed":0},"failures":[]}"#),
            Some(CheckOutcome::Passed)
        );
        assert_eq!(counted(r#"{"ok":false,"passed":39,"failed":2}"#), failed);
        assert_eq!(counted(r#"{"ok":true,"contact":"x"}"#), None);
        assert_eq!(counted(r#"{"ok":true,"passed":true,"errors":0}"#), None);
    }

    #[test]
    fn verdicts_of_scripts() {
        for (output, count) in [
            (r#"{"suite":"slug","cases":48,"failed":["digits","mixed"],"status":"fail"}"#, Some(Some(2))),
            (r#"{"ok":false,"checks":12}"#, Some(None)),
            (r#"{"tests":9,"errors":1}"#, Some(Some(1))),
            (r#"{"waiting":2,"completed":90,"failed":3}"#, None),
            (r#"{"total":500,"failed":3}"#, None),
            (r#"{"ok":true,"cases":48,"failed":[]}"#, None),
            (r#"{"status":"error","message":"no such user"}"#, None),
            (r#"{"tests":{"failed":3}}"#, None),
            (r#"[{"ok":false,"checks":1}]"#, None),
            ("3 failed", None),
        ] {
            let expected = count.map(|count| CheckOutcome::Failed { count, items: Vec::new() });
            assert_eq!(verdict(output), expected, "{output}");
        }
    }

    #[test]
    fn reports_of_tools() {
        let failed = |count| Some(CheckOutcome::Failed { count, items: Vec::new() });
        for (output, expected) in [
            (r#"{"status":"finished","passed":31,"failed":0,"ignored":0}"#, Some(CheckOutcome::Passed)),
            (r#"{"passed":29,"failed":2}"#, failed(Some(2))),
            (r#"{"summary":{"numPassedTests":4,"numFailedTests":1}}"#, failed(Some(1))),
            (r#"{"success":false,"message":"see the log"}"#, failed(None)),
            (r#"{"success":true}"#, Some(CheckOutcome::Passed)),
            (r#"{"result":"FAILED"}"#, failed(None)),
            (r#"[{"suite":"a","status":"passed"},{"suite":"b","status":"failed"}]"#, failed(None)),
            (r#"{"errors":["a.kt:3: type mismatch"]}"#, failed(None)),
            (r#"{"jobId":"17"}"#, Some(CheckOutcome::Unknown)),
            (r#"{"failed":0}"#, Some(CheckOutcome::Unknown)),
            (r#"{"exitCode":0,"timedOut":false}"#, Some(CheckOutcome::Passed)),
            (r#"{"exit_code":-1}"#, failed(None)),
            (r#"{"exitCode":0,"output":"error: no cache\nready"}"#, Some(CheckOutcome::Passed)),
            (r#"{"output":"error: no such type\n"}"#, failed(None)),
            (r#"{"exitCode":0,"stdout":"2 failed, 9 passed in 1s"}"#, failed(None)),
            (r#"{"ok":true,"failures":[],"errors":0,"warnings":2}"#, Some(CheckOutcome::Passed)),
            (r#"{"errors":0,"warnings":4}"#, Some(CheckOutcome::Passed)),
            (r#"{"errors":[],"status":"running"}"#, Some(CheckOutcome::Unknown)),
            (r#"[{"uri":"a","diagnostics":[]}]"#, Some(CheckOutcome::Passed)),
            (r#"[{"uri":"a","diagnostics":[{"message":"unused","severity":"Hint"}]}]"#, Some(CheckOutcome::Passed)),
            (r#"[{"uri":"a","diagnostics":[{"message":"no such name","severity":"Error"}]}]"#, failed(None)),
            (r#"{"diagnostics":[{"message":"no such name","severity":1}]}"#, failed(None)),
            (r#"{"diagnostics":[{"message":"unused","severity":2}]}"#, Some(CheckOutcome::Passed)),
            (r#"[{"messages":[{"ruleId":"semi","severity":1,"message":"x"}]}]"#, Some(CheckOutcome::Passed)),
            (r#"[{"messages":[{"ruleId":"semi","severity":2,"message":"x"}]}]"#, failed(None)),
            (r#"{"problems":[{"message":"no such name","kind":"ERROR"}]}"#, failed(None)),
            (r#"[{"name":"a.rs","type":"file"}]"#, Some(CheckOutcome::Unknown)),
            (r#"[{"level":"info","message":"4 tests begin"}]"#, Some(CheckOutcome::Unknown)),
            ("31 passed", None),
        ] {
            assert_eq!(read(output), expected, "{output}");
        }
    }
}

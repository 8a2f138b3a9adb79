//! Masks what only a call of a tool tells: what it wrote is a secret because of its command or its file, and every member
//! of its part may repeat it.

use super::strings::each_in_json;
use super::view::View;
use aho_corasick::AhoCorasick;
use serde_json::Value;
use std::cell::OnceCell;
use std::ops::Range;

/// What the call of a tool in this part runs, or the file that it reads or writes, as a command.
fn asked(part: &Value) -> Option<String> {
    let input = part.get("state")?.get("input")?;
    let words = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(words) => Some(words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")),
        _ => None,
    };
    let command = ["command", "cmd"].iter().find_map(|name| input.get(name).and_then(words));
    let file = || ["filePath", "file_path", "path"].iter().find_map(|name| input.get(name)?.as_str());
    command.or_else(|| file().map(|file| format!("cat {file}")))
}

/// Secrets that only the command that wrote them, or their file, gives away.
#[derive(Default)]
pub struct Printed {
    secrets: Vec<String>,
    /// Finds all of them in one pass; made when it is first needed.
    searcher: OnceCell<Option<AhoCorasick>>,
}

/// Members that hold what a call wrote or read.
const WRITTEN: &[&str] = &["output", "content", "preview", "text", "error"];
/// Members that hold what a call changed in a file.
const CHANGED: &[&str] = &["diff", "patch", "before", "after", "oldString", "newString", "old_string", "new_string"];

impl Printed {
    /// The secrets in the members of the part in this line.
    pub fn of(line: &Value) -> Self {
        let part = line.get("properties").and_then(|all| all.get("part")).or_else(|| line.get("part"));
        let mut printed = Self::default();
        if let Some((part, asked)) = part.and_then(|part| Some((part, asked(part)?))) {
            // What a program is changed to says little.
            let file = asked.strip_prefix("cat ").unwrap_or_default().rsplit('/').next().unwrap_or_default();
            let keeps_secrets = !file.is_empty() && file.rsplit_once('.').is_none_or(|(_, end)| end == "txt");
            each_in_json(part, "", &mut |name, value| {
                if WRITTEN.contains(&name) || keeps_secrets && CHANGED.contains(&name) {
                    printed.add(&asked, value);
                }
            });
        }
        printed
    }

    /// Adds the secrets that a command wrote here.
    pub fn add(&mut self, asked: &str, written: &str) {
        let view = View::new(written);
        let text = inside(&view.text);
        let mut found = Vec::new();
        super::printed::find(asked, text, &mut found);
        self.secrets.extend(found.into_iter().map(|secret| text[secret].to_owned()));
        self.secrets.sort_unstable();
        self.secrets.dedup();
        self.searcher = OnceCell::new();
    }

    /// Where they are in the view of a member.
    pub fn find(&self, name: &str, value: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        if !self.secrets.is_empty() {
            let view = View::new(value);
            // A short one may be a word of its own elsewhere.
            let counts = |length: usize| length >= super::SHORTEST_VALUE || WRITTEN.contains(&name);
            if let Some(searcher) = self.searcher.get_or_init(|| AhoCorasick::new(&self.secrets).ok()) {
                let all = searcher.find_overlapping_iter(&*view.text).map(|found| found.start()..found.end());
                found.extend(all.filter(|found| counts(found.len())));
            }
        }
        super::merged(found)
    }
}

/// What tools write around a file, or around what they found in one, left out.
fn inside(text: &str) -> &str {
    let mut inside = text;
    for (open, close) in [("<content>\n", "\n</content>"), ("<file>\n", "\n</file>")] {
        if let Some((_, rest)) = inside.split_once(open) {
            inside = rest.split(close).next().unwrap_or_default();
        }
    }
    if let Some((_, hunk)) = inside.rsplit_once("@@\n") {
        inside = hunk;
    }
    // The only line that a search found.
    let found = inside.trim_start().strip_prefix("Found 1 match").and_then(|rest| rest.split_once(":\n"));
    inside = found.map_or(inside, |(_, line)| line);
    inside.split("\n\n(End of file").next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::redact::{Redactor, json};

    #[test]
    fn masks_a_secret_in_every_member() {
        let safe = |part: &str| json::redact(&Redactor::default(), part, None).into_owned();
        let state = |input: &str, rest: &str| {
            format!(r#"{{"type":"tool_use","part":{{"state":{{"status":"completed","input":{input},{rest}}}}}}}"#)
        };
        let file = r#"{"filePath":"/run/secrets/db_password","newString":"x1y2z3w4"}"#;
        for (input, rest) in [
            (file, r#""output":"<file>\n00001| x1y2z3w4\n</file>""#),
            (file, r#""metadata":{"preview":"x1y2z3w4","display":{"text":"x1y2z3w4"}}"#),
            (file, r#""metadata":{"diff":"@@ -0,0 +1 @@\n+x1y2z3w4\n"}"#),
            (file, r#""metadata":{"filediff":{"before":"","after":"x1y2z3w4"}}"#),
            (file, r#""error":"x1y2z3w4""#),
            (r#"{"command":["cat","/run/secrets/db_password"]}"#, r#""output":"x1y2z3w4","title":"got x1y2z3w4""#),
            (
                r#"{"pattern":".","path":"/run/secrets/db_password"}"#,
                r#""output":"Found 1 matches\n/x:\n  Line 1: x1y2z3w4""#,
            ),
        ] {
            let safe = safe(&state(input, rest));
            assert!(!safe.contains("x1y2z3w4") && safe.contains("[masked]"), "{safe}");
        }
        let code = state(r#"{"filePath":"src/password.rs","newString":"getUser2"}"#, r#""output":"ok""#);
        assert_eq!(safe(&code), code);
    }
}

//! Finds the strings of a line of JSON of which what stands before them tells: their name, a flag, or the name in a pair.
//!
//! The end of a string ends what it says. A title that ends in `Authorization:` says nothing about the status that
//! follows it, so each string is searched with its own name and with the arguments before it, and with nothing else.

use super::names::telling;
use super::strings::next_string;
use std::ops::Range;

/// Words, one of which is there in any case, and a pattern, as in `commands.rs`: pairs of members of one object, and the
/// value in an object of its own.
pub const PLACES: &[(&[&str], &str)] = &[
    (
        &["value\"", "val\"", "secretstring\""],
        r#"(?i)"(?:name|key|id|parameter|secretid)"\s*:\s*"[^"\n]*NAME"[^{}\n]{0,200}?"(?:(?:new_?|old_?)?val(?:ue)?|secretvalue|secretstring)"\s*:\s*"(?P<a>[^"\n]+)""#,
    ),
    (
        &["selector\"", "field\"", "label\"", "question\"", "locator\"", "element\""],
        r#"(?i)"(?:selector|field|label|question|locator|element|name)"\s*:\s*"[^"\n]*NAME[^"\n]*"\s*,\s*(?:"(?:ref|type|role|index)"\s*:\s*(?:"[^"\n]*"|\d+)\s*,\s*){0,2}"(?:text|value|answer|input|keys|content)"\s*:\s*"(?P<a>[^"\n]+)""#,
    ),
    (
        &["params\"", "values\"", "args\""],
        r#"(?i)NAME\s*=\s*(?:\?|\$1|%s)[^\n]{0,200}?"(?:params|values|args|parameters)"\s*:\s*\[\s*"(?P<a>[^"\n]+)""#,
    ),
    (&["random_password"], r#""random_password"[^\n]{0,400}?"result"\s*:\s*"(?P<a>[^"\n]+)""#),
    (&["kty"], r#"\\*"(?:d|p|q|dp|dq|qi|k)\\*"\s*:\s*\\*"(?P<a>[\w-]{20,})"#),
    (
        &["value"],
        r#"(?i)\bvalue["']?\s*[:=]\s*["']?(?P<a>[^\s"',]+)["']?\s*,?\s*\b(?:name|key)["']?\s*[:=]\s*["']?(?:NAME|[\w.-]*_auth\b)"#,
    ),
    (&["value\""], r#""value"\s*:\s*"(?P<a>[^"\s]+)"\s*,\s*"(?:name|key)"\s*:\s*"NAME""#),
    (&["value", "plaintext"], r#"NAME"?\s*[:=]?\s*\{[^{}]{0,200}?\b(?:value|plaintext)"?\s*[:=]\s*"(?P<a>[^"\s]+)""#),
];

/// The longest value that is searched although its name does not tell, in bytes: a code or a number, and no output.
const SHORT: usize = 256;

/// Members that say what an event is, and not what was said: no flag or pair makes a secret of them.
const STRUCTURE: &[&str] =
    &["type", "status", "role", "tool", "finish", "reason", "directory", "version", "state", "kind", "agent", "mode"];

/// Parts of a line that are searched by themselves.
pub struct Scope {
    pub range: Range<usize>,
    /// Whether it is a list of arguments, and so a command line.
    pub is_list: bool,
}

/// The strings of a line with what may tell of them, ascending.
pub fn scopes(line: &str) -> Vec<Scope> {
    let mut scopes = Vec::new();
    let (mut at, mut name, mut run): (usize, Option<Range<usize>>, Option<Range<usize>>) = (0, None, None);
    while let Some(string) = next_string(line, at) {
        let gap = line[at..string.start].trim();
        if line[string.end..].trim_start().starts_with(':') {
            scopes.extend(run.take().map(|range| Scope { range, is_list: true }));
            name = Some(string.clone());
        } else if gap == ":" {
            let named = name.take().filter(|name| tells(&line[inside(name)], &line[inside(&string)]));
            scopes.extend(named.map(|name| Scope { range: name.start..string.end, is_list: false }));
        } else {
            let goes_on = run.take();
            let list = name.take().filter(|name| gap.starts_with(':') && telling(&line[inside(name)]).is_some());
            run = match goes_on {
                Some(begun) if gap == "," && is_argument(&line[begun.clone()]) => Some(begun.start..string.end),
                before => {
                    scopes.extend(before.map(|range| Scope { range, is_list: true }));
                    Some(list.map_or(string.start, |name| name.start)..string.end)
                }
            };
        }
        at = string.end;
    }
    scopes.extend(run.map(|range| Scope { range, is_list: true }));
    scopes
}

/// A string without its quotes.
fn inside(string: &Range<usize>) -> Range<usize> {
    string.start + 1..string.end - 1
}

/// Whether the value of a member can be a secret because of its name.
fn tells(name: &str, value: &str) -> bool {
    let is_code = || value.len() <= SHORT && value.contains(|c: char| c.is_ascii_digit());
    !STRUCTURE.contains(&name) && (telling(name).is_some() || is_code())
}

/// Whether a list up to here may go on with what its last string asks for: that is a word, and no line of text.
fn is_argument(list: &str) -> bool {
    let word = list.trim_end_matches('"').rsplit('"').next().unwrap_or_default();
    word.ends_with(|c: char| c.is_ascii_alphanumeric()) && !word.contains([' ', '\\', ':', '='])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::{Redactor, json};

    #[test]
    fn the_end_of_a_string_ends_what_it_says() {
        for line in [
            r#"{"content":"Parse Authorization:","status":"completed","priority":"high"}"#,
            r#"{"title":"Authorization:","role":"assistant","finish":"stop"}"#,
            r#"{"title":"Fix Password: ","directory":"/srv/app2work","version":"1.18.33"}"#,
            r#"{"command":"grep -n \"token=\"","output":"line 4: headers.set(x4)"}"#,
            r#"{"todos":["Read Authorization:","Write9 tests2x"],"options":["Password: ","abc12345"]}"#,
            r#"{"id":"reset-token","content":"Write the2nd draft","status":"pending"}"#,
            r#"{"tool":"token","status":"completed","name":"password","agent":"build2x9q8"}"#,
        ] {
            assert_eq!(json::redact(&Redactor::default(), line, None), line);
        }
    }

    #[test]
    fn names_flags_and_pairs_tell() {
        for line in [
            r#"{"args":["mysql","--password","x1y2z3w4"]}"#,
            r#"{"args": [ "curl", "-u", "bob:x1y2z3w4" ]}"#,
            r#"{"passwords":["x1y2z3w4","v5u6t7s8"]}"#,
            r#"{"env":[{"name":"API_TOKEN","value":"x1y2z3w4"}]}"#,
            r#"{"env":[{"value":"x1y2z3w4","name":"API_TOKEN"}]}"#,
            r#"{"key":"db_password","new_value":"x1y2z3w4"}"#,
            r#"{"db_password":{"value":"x1y2z3w4"}}"#,
            r#"{"headers":{"Authorization":"ApiKey x1y2z3w4"}}"#,
            r#"{"Authorization":["Bearer x1y2z3w4"]}"#,
            r#"{"access_code":"x1y2z3w4"}"#,
        ] {
            let safe = json::redact(&Redactor::default(), line, None);
            assert!(!safe.contains("x1y2z3w4") && safe.contains("[masked]"), "{safe}");
        }
    }

    #[test]
    fn reads_lists_and_members_apart() {
        let line = r#"{"a1":"b2","c":["d","e f","g"],"token":["h"],"i":"j"}"#;
        let all: Vec<_> = scopes(line).into_iter().map(|scope| &line[scope.range]).collect();
        assert_eq!(all, [r#""a1":"b2""#, r#""d","e f""#, r#""g""#, r#""token":["h""#]);
    }
}

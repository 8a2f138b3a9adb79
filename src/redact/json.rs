//! Masks secrets in a line of the stream: decodes each string of its JSON, masks and encodes it again.

use super::Redactor;
use super::names::{SecretName, telling};
use super::view::View;
use std::borrow::Cow;
use std::ops::Range;

/// The line with its strings masked. Numbers, the order of members and white space stay as they are.
pub fn redact<'a>(redactor: &Redactor, line: &'a str) -> Cow<'a, str> {
    let Ok(members) = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(line) else {
        return redactor.redact(line);
    };
    let asked = asked(&members);
    let (mut safe, mut at, mut name) = (String::new(), 0, String::new());
    let told = redactor.told(line);
    while let Some(string) = next_string(line, at) {
        let decoded: String = serde_json::from_str(&line[string.clone()]).unwrap_or_default();
        let is_name = line[string.end..].trim_start().starts_with(':');
        let masked = match () {
            // A piece of a text that is still written: a secret may begin in one piece and end in the next.
            () if !is_name && name == "delta" => Cow::Borrowed(""),
            () if is_name || is_identity(&name) && is_word(&decoded) => redactor.redact_identity(&decoded),
            () => match told_in(&told, line, &string) {
                Some(kept) => Cow::Owned(format!("{}{}", redactor.redact(kept), super::MASK)),
                None => match printed(asked.as_deref(), &name, &decoded) {
                    printed if printed.is_empty() => member(redactor, &name, &decoded),
                    printed => redactor.redact_with(&decoded, printed),
                },
            },
        };
        if *masked == *decoded {
            safe.push_str(&line[at..string.end]);
        } else {
            safe.push_str(&line[at..string.start]);
            safe.push_str(&serde_json::Value::from(masked.into_owned()).to_string());
        }
        at = string.end;
        name = if is_name { decoded } else { String::new() };
    }
    safe.push_str(&line[at..]);
    if safe == line { Cow::Borrowed(line) } else { Cow::Owned(safe) }
}

/// What the call of a tool in this line runs, or the file that it reads or writes, as a command.
fn asked(members: &serde_json::Map<String, serde_json::Value>) -> Option<String> {
    let input = members.get("properties")?.get("part")?.get("state")?.get("input")?;
    let text = |name: &str| input.get(name).and_then(serde_json::Value::as_str);
    let file =
        || ["filePath", "file_path", "path"].iter().find_map(|name| text(name)).map(|file| format!("cat {file}"));
    text("command").map(str::to_owned).or_else(file)
}

/// Where the secrets are in the view of a member, because of the command that wrote it or the file that it is in.
fn printed(asked: Option<&str>, name: &str, value: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if let Some(asked) = asked.filter(|_| matches!(name, "output" | "content")) {
        let view = View::new(value);
        // What a tool writes around a file.
        let start = view.text.find("<content>\n").map_or(0, |at| at + "<content>\n".len());
        let end = view.text.find("\n</content>").map_or(view.text.len(), |at| at.max(start));
        let inside = view.text[start..end].split("\n\n(End of file").next().unwrap_or_default();
        super::printed::find(asked, inside, &mut found);
        for secret in &mut found {
            *secret = start + secret.start..start + secret.end;
        }
    }
    found
}

/// Whether a member says which session, message or event it is: what only looks random there must stay the same, or
/// the line would tell of another one.
fn is_identity(name: &str) -> bool {
    name == "id" || name == "type" || name.ends_with("ID") || name.ends_with("Id")
}

/// Whether a value can be an id: no setting, URL or command.
fn is_word(value: &str) -> bool {
    !value.contains(|c: char| c.is_whitespace() || c == '=') && !value.contains("://")
}

/// What is kept of a string of which the rest is a secret, as what stands before the string told, such as a flag in a
/// list of arguments. `told` ascends.
fn told_in<'a>(told: &[Range<usize>], line: &'a str, string: &Range<usize>) -> Option<&'a str> {
    /// The longest flag in front of its value, in bytes.
    const FLAG: usize = 32;
    let inside = string.start + 1..string.end - 1;
    let secret = told.get(told.partition_point(|told| told.end < inside.end))?;
    let kept = &line[inside.start..secret.start.clamp(inside.start, inside.end)];
    let is_flag = kept.len() <= FLAG && !kept.contains(|c: char| c == '\\' || c.is_whitespace());
    (kept.len() < inside.len() && is_flag).then_some(kept)
}

/// The value of a member, masked whole if its name tells.
fn member<'a>(redactor: &Redactor, name: &str, value: &'a str) -> Cow<'a, str> {
    if telling(name) == Some(SecretName::Certain) && !value.is_empty() && !super::placeholder::is_placeholder(value) {
        return Cow::Borrowed(super::MASK);
    }
    redactor.redact(value)
}

/// The next string at or after `at`, with its quotes.
fn next_string(line: &str, at: usize) -> Option<Range<usize>> {
    let start = at + line[at..].find('"')?;
    let mut escaped = false;
    let end = line[start + 1..].bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    Some(start..start + end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_strings_and_keeps_the_rest() {
        let token = format!("gh{}_{}", "p", "Ab12".repeat(9));
        let line = format!(
            r#"{{"ts":1.50e2, "id":"{token}", "text":"a\n{token} \u00e9", "password":"x1y2z3", "n":[ "é", 12345678901234567890 ]}}"#
        );
        let safe = redact(&Redactor::default(), &line);
        assert_eq!(
            safe,
            format!(
                r#"{{"ts":1.50e2, "id":"ghp_[masked]", "text":"a\nghp_[masked] é", "password":"[masked]", "n":[ "é", 12345678901234567890 ]}}"#
            )
        );
        let list =
            r#"{"args":["mysql","-px1y2z3","--password","x1y2z3"],"env":[{"name":"API_TOKEN","value":"x1y2z3"}]}"#;
        let safe = redact(&Redactor::default(), list);
        assert!(!safe.contains("x1y2z3") && safe.contains(r#""-p[masked]""#), "{safe}");
        let named = format!(r#"{{"{token}":1,"password":"some words of mine"}}"#);
        assert_eq!(redact(&Redactor::default(), &named), r#"{"ghp_[masked]":1,"password":"[masked]"}"#);
        let ids = r#"{"id":"evt_2154f52cb001Z1Pt5nrhgCdHEn","sessionID":"ses_deab0ac78ffeQmP5Dhdzh8qsN8"}"#;
        assert!(matches!(redact(&Redactor::default(), ids), Cow::Borrowed(_)));
        let command = r#"{"databaseID":"postgres://bob:x1y2z3w4@h/x","type":"password=x1y2z3w4"}"#;
        assert!(!redact(&Redactor::default(), command).contains("x1y2z3w4"));
        let piece =
            r#"{"type":"message.part.delta","properties":{"partID":"prt_1","field":"text","delta":"pass x1y"}}"#;
        assert_eq!(redact(&Redactor::default(), piece), piece.replace("pass x1y", ""));
        let printed = r#"{"properties":{"part":{"state":{"input":{"command":"vault kv get -field=p secret/db"},"output":"x1y2z3w4\n"}}}}"#;
        assert!(redact(&Redactor::default(), printed).contains(r#""output":"[masked]\n""#));
        let file = r#"{"properties":{"part":{"state":{"input":{"filePath":"/run/secrets/db_password"},"output":"<content>\n1: x1y2z3w4\n</content>"}}}}"#;
        assert!(redact(&Redactor::default(), file).contains(r"<content>\n1: [masked]\n</content>"));
        let other =
            r#"{"properties":{"part":{"state":{"input":{"command":"git rev-parse HEAD"},"output":"x1y2z3w4\n"}}}}"#;
        assert!(matches!(redact(&Redactor::default(), other), Cow::Borrowed(_)));
        let plain = r#"{"a":"\u00e9 b","c":{"d":"e\/f"}}"#;
        assert!(matches!(redact(&Redactor::default(), plain), Cow::Borrowed(_)));
    }
}

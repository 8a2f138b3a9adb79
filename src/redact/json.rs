//! Masks secrets in a line of the stream: decodes each string of its JSON, masks and encodes it again.

use super::Redactor;
use super::assignments::is_kind;
use super::names::{SecretName, telling};
use super::part::Printed;
use super::pieces::Pieces;
use super::placeholder::is_placeholder;
use super::printed::ARROW;
use super::strings::next_string;
use super::value::is_made_up;
use crate::surrogates::without_lone_surrogates;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::borrow::Cow;
use std::ops::Range;

/// The piece of a text that is still written, and what it is replaced with.
pub type Piece<'a> = (&'a str, &'a str);

/// The line with its strings masked. Other numbers than passwords, the order of members and white space stay as they are.
/// `piece` is masked already, as a part of its text.
pub fn redact<'a>(redactor: &Redactor, line: &'a str, piece: Option<Piece<'_>>) -> Cow<'a, str> {
    match serde_json::from_str::<Value>(line) {
        Ok(members @ Value::Object(_)) => strings(redactor, line, &members, piece),
        Ok(_) => redactor.redact(line),
        Err(_) => unparsed(redactor, line),
    }
}

/// A JSON object with its strings masked: by their names, by the other members and by what stands before them in a list.
pub fn redact_object<'a>(redactor: &Redactor, object: &'a str) -> Cow<'a, str> {
    redact(redactor, object, None)
}

/// A line that the parser refuses: for half a character in a string, for its depth, or because it is no JSON.
fn unparsed<'a>(redactor: &Redactor, line: &'a str) -> Cow<'a, str> {
    let whole = without_lone_surrogates(line);
    if whole != line {
        return Cow::Owned(redact(redactor, &whole, None).into_owned());
    }
    // Its strings can be read one by one, without what stands around them.
    let is_deep = line.trim_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(line).is_ok();
    if is_deep { strings(redactor, line, &Value::Null, None) } else { redactor.redact(line) }
}

/// The line with its strings masked, of which `members` are those known.
fn strings<'a>(redactor: &Redactor, line: &'a str, members: &Value, piece: Option<Piece<'_>>) -> Cow<'a, str> {
    let (mut secrets, read) = (Vec::new(), Known { pieces: Pieces::of(members), piece, printed: Printed::of(members) });
    let safe = each_string(redactor, line, &read, &mut secrets);
    // What one member tells of, another may repeat.
    secrets.retain(|secret| safe.contains(secret.as_str()));
    if secrets.is_empty() {
        return safe;
    }
    each_string(&redactor.with_values(secrets), line, &read, &mut Vec::new())
}

/// What the members of a line tell.
struct Known<'a> {
    pieces: Pieces<'a>,
    piece: Option<Piece<'a>>,
    printed: Printed,
}

impl Known<'_> {
    /// What a piece of a text that is still written is replaced with: a secret may begin in one piece and end in the next,
    /// so that nothing is known of a piece alone.
    fn instead_of(&self, name: &str, value: &str) -> Option<&str> {
        let known = || self.piece.filter(|(piece, _)| *piece == value).map_or("", |(_, safe)| safe);
        self.pieces.has(name, value).then(known)
    }
}

/// The line with each of its strings masked. Adds to `secrets` those that can be known again.
fn each_string<'a>(redactor: &Redactor, line: &'a str, known: &Known<'_>, secrets: &mut Vec<String>) -> Cow<'a, str> {
    let (mut safe, mut at, mut name) = (String::new(), 0, String::new());
    let told = redactor.told(line);
    while let Some(string) = next_string(line, at) {
        let decoded: String = serde_json::from_str(&line[string.clone()]).unwrap_or_default();
        let is_name = line[string.end..].trim_start().starts_with(':');
        let instead = if is_name { None } else { known.instead_of(&name, &decoded) };
        let masked = if let Some(instead) = instead {
            Cow::Borrowed(instead)
        } else if is_name || is_identity(&name) && is_word(&decoded) {
            redactor.redact_identity(&decoded)
        } else if let Some(kept) = told_in(&told, line, &string) {
            Cow::Owned(format!("{}{}", redactor.redact(kept), super::MASK))
        } else {
            match known.printed.find(&name, &decoded) {
                again if again.is_empty() => member(redactor, &name, &decoded),
                again => redactor.redact_with(&decoded, again),
            }
        };
        if *masked == *decoded {
            safe.push_str(&line[at..string.end]);
        } else {
            match &*masked {
                "" => {}
                super::MASK if is_made_up(&decoded) && is_certain(&name) => secrets.push(decoded.clone()),
                _ => secrets.extend(redactor.repeatable(&decoded)),
            }
            safe.push_str(&line[at..string.start]);
            safe.push_str(&Value::from(masked.into_owned()).to_string());
        }
        at = string.end;
        if let Some(number) = secret_number(line, at).filter(|_| is_name && is_secret_of_one(&decoded)) {
            safe.push_str(&line[at..number.start]);
            safe.push_str(&Value::from(super::MASK).to_string());
            at = number.end;
        }
        name = if is_name { decoded } else { String::new() };
    }
    safe.push_str(&line[at..]);
    if safe == line { Cow::Borrowed(line) } else { Cow::Owned(safe) }
}

/// A record with those of its texts that have line breaks masked and on one line. Masked first: without the breaks, no
/// rule knows the table or the block that a secret is in.
pub fn on_one_line(redactor: &Redactor, line: String) -> String {
    if !line.contains("\\n") {
        return line;
    }
    let (mut flat, mut at) = (String::with_capacity(line.len()), 0);
    while let Some(string) = next_string(&line, at) {
        let text: String = serde_json::from_str(&line[string.clone()]).unwrap_or_default();
        if text.contains('\n') {
            let safe = call_and_result(redactor, &text);
            let words: Vec<&str> = safe.split_whitespace().collect();
            flat.push_str(&line[at..string.start]);
            flat.push_str(&Value::from(words.join(" ")).to_string());
        } else {
            flat.push_str(&line[at..string.end]);
        }
        at = string.end;
    }
    flat.push_str(&line[at..]);
    flat
}

/// The number after a name that ends at `at`, if it can be a secret.
fn secret_number(line: &str, at: usize) -> Option<Range<usize>> {
    /// The shortest number that is no count, in digits.
    const DIGITS: usize = 6;
    let value = line[at..].trim_start().strip_prefix(':')?.trim_start();
    let start = line.len() - value.len();
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    let ends = value[digits..].trim_start().starts_with([',', '}']);
    (digits >= DIGITS && ends).then_some(start..start + digits)
}

/// Whether a name is that of one secret, and not of what is counted: `password`, but not `token`.
fn is_secret_of_one(name: &str) -> bool {
    let counted = ["token", "cookie", "credential", "secret", "key"];
    let times = ["at", "on", "date", "time", "set", "since", "age", "length", "count", "expires", "expiry", "changed"];
    let name_of_one = name.to_ascii_lowercase();
    let ends = |words: &[&str]| words.iter().any(|word| name_of_one.trim_end_matches('s').ends_with(word));
    let is_pin = name_of_one == "pin" || name_of_one.ends_with("_pin") || name.ends_with("Pin");
    is_pin
        || telling(name) == Some(SecretName::Certain)
            && !ends(&counted)
            && !ends(&times)
            && !name_of_one.ends_with("expires")
}

/// A text without its secrets. Of a call and its result, the result begins a line, as it did where it was written.
pub fn call_and_result(redactor: &Redactor, text: &str) -> String {
    let Some((call, result)) = text.split_once(ARROW) else {
        return redactor.redact(text).into_owned();
    };
    let mut printed = Printed::default();
    printed.add(call, result);
    let lines = text.replacen(ARROW, " →\n", 1);
    let safe = redactor.redact_with(&lines, printed.find("output", &lines));
    redactor.redact(&safe.replacen(" →\n", ARROW, 1)).into_owned()
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

/// The start of a string that stays, such as a flag in a list of arguments: what stands before the string told that
/// its rest is a secret. `told` ascends.
fn told_in<'a>(told: &[Range<usize>], line: &'a str, string: &Range<usize>) -> Option<&'a str> {
    /// The longest flag in front of its value, in bytes.
    const FLAG: usize = 32;
    let inside = string.start + 1..string.end - 1;
    let secret = told.get(told.partition_point(|told| told.end < inside.end))?;
    let kept = &line[inside.start..secret.start.clamp(inside.start, inside.end)];
    let is_flag = kept.len() <= FLAG && !kept.contains(|c: char| c == '\\' || c.is_whitespace());
    (kept.len() < inside.len() && is_flag).then_some(kept)
}

/// Whether a string that is masked whole is so for its name, or for the flag before it in a list.
fn is_certain(name: &str) -> bool {
    name.is_empty() || telling(name) == Some(SecretName::Certain)
}

/// The value of a member, masked whole if its name tells.
fn member<'a>(redactor: &Redactor, name: &str, value: &'a str) -> Cow<'a, str> {
    let stands_for_none = || value.is_empty() || is_placeholder(value) || is_kind(name, value);
    if telling(name) == Some(SecretName::Certain) && !stands_for_none() {
        return Cow::Borrowed(super::MASK);
    }
    redactor.redact(value)
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
        let safe = redact(&Redactor::default(), &line, None);
        assert_eq!(
            safe,
            format!(
                r#"{{"ts":1.50e2, "id":"ghp_[masked]", "text":"a\nghp_[masked] é", "password":"[masked]", "n":[ "é", 12345678901234567890 ]}}"#
            )
        );
        let list =
            r#"{"args":["mysql","-px1y2z3","--password","x1y2z3"],"env":[{"name":"API_TOKEN","value":"x1y2z3"}]}"#;
        let safe = redact(&Redactor::default(), list, None);
        assert!(!safe.contains("x1y2z3") && safe.contains(r#""-p[masked]""#), "{safe}");
        let named = format!(r#"{{"{token}":1,"password":"some words of mine"}}"#);
        assert_eq!(redact(&Redactor::default(), &named, None), r#"{"ghp_[masked]":1,"password":"[masked]"}"#);
        let ids = r#"{"id":"evt_2154f52cb001Z1Pt5nrhgCdHEn","sessionID":"ses_deab0ac78ffeQmP5Dhdzh8qsN8"}"#;
        assert!(matches!(redact(&Redactor::default(), ids, None), Cow::Borrowed(_)));
        let command = r#"{"databaseID":"postgres://bob:x1y2z3w4@h/x","type":"password=x1y2z3w4"}"#;
        assert!(!redact(&Redactor::default(), command, None).contains("x1y2z3w4"));
        let piece =
            r#"{"type":"message.part.delta","properties":{"partID":"prt_1","field":"text","delta":"pass x1y"}}"#;
        assert_eq!(redact(&Redactor::default(), piece, None), piece.replace("pass x1y", ""));
        let printed = r#"{"properties":{"part":{"state":{"input":{"command":"vault kv get -field=p secret/db"},"output":"x1y2z3w4\n"}}}}"#;
        assert!(redact(&Redactor::default(), printed, None).contains(r#""output":"[masked]\n""#));
        let file = r#"{"properties":{"part":{"state":{"input":{"filePath":"/run/secrets/db_password"},"output":"<content>\n1: x1y2z3w4\n</content>"}}}}"#;
        assert!(redact(&Redactor::default(), file, None).contains(r"<content>\n1: [masked]\n</content>"));
        let other =
            r#"{"properties":{"part":{"state":{"input":{"command":"git rev-parse HEAD"},"output":"x1y2z3w4\n"}}}}"#;
        assert!(matches!(redact(&Redactor::default(), other, None), Cow::Borrowed(_)));
        let number = r#"{"password":123456789012,"token":123456789012,"pin":1,"user_pin":805939}"#;
        let safe = redact(&Redactor::default(), number, None);
        assert_eq!(safe, r#"{"password":"[masked]","token":123456789012,"pin":1,"user_pin":"[masked]"}"#);
        let plain = r#"{"a":"\u00e9 b","c":{"d":"e\/f"}}"#;
        assert!(matches!(redact(&Redactor::default(), plain, None), Cow::Borrowed(_)));
    }

    #[test]
    fn lines_that_no_parser_takes_are_masked_by_their_names() {
        let members = r#""password":"swordfish one two","delta":"pass x1y""#;
        let deep = format!(r#"{{"a":{}{},{members}}}"#, "[".repeat(140), "]".repeat(140));
        for line in [format!(r#"{{"a":"\ud83d",{members}}}"#), deep] {
            let safe = redact(&Redactor::default(), &line, None);
            assert!(safe.ends_with(r#""password":"[masked]","delta":""}"#), "{safe}");
        }
    }
}

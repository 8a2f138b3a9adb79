//! Secrets that a name tells of which does not stand right before them: in an object of its own, in a dump, in the
//! arguments of a call.

use super::value::{is_arbitrary, is_placeholder};
use aho_corasick::AhoCorasick;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What in a name tells of a secret here.
const TELLING: &str = r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|credential)";

/// A form: a literal that it contains, its form with the secret as a group, and whether only what no word looks like is
/// one there. `NAME` stands for a telling name.
const FORMS: &[(&str, &str, bool)] = &[
    // An object with the value in it: `"db_password": {"value": "…"}`, `variable "token" { default = "…" }`.
    ("value", r#"NAME"?\s*[:=]?\s*\{[^{}]{0,200}?\b(?:value|plaintext)"?\s*[:=]\s*"(?P<secret>[^"\s]+)""#, false),
    ("default", r#"variable\s+"NAME"\s*\{[^{}]{0,200}?\bdefault\s*=\s*"(?P<secret>[^"\s]+)""#, false),
    // The value before its name.
    ("value", r#""value"\s*:\s*"(?P<secret>[^"\s]+)"\s*,\s*"(?:name|key)"\s*:\s*"NAME""#, false),
    // A plan of Terraform.
    ("->", r#"(?m)^[\s~+-]*"?NAME"?\s*[=:].{0,200}?->\s*"(?P<secret>[^"\s]+)""#, false),
    // `user:…@tcp(host)`, and the same before a host and its port.
    ("@", r#"\b[\w.-]+:(?P<secret>[^\s:@/"']+)@(?:tcp|udp|unix)\("#, false),
    ("@", r#"\b[\w.-]+:(?P<secret>[^\s:@/"'=]{6,})@[\w.-]+:\d{2,5}\b"#, true),
    // What PHP prints of its values, and how it serialises them.
    ("string(", r#"\["NAME"(?::\w+)?\]\s*=>\s*string\(\d+\) "(?P<secret>[^"]+)""#, false),
    ("\";s:", r#"s:\d+:"NAME";s:\d+:"(?P<secret>[^"]+)""#, false),
    // Strings of SQL Server, of shells, of ODBC, of HTML and of property lists.
    ("N'", r"NAME\s*=?\s*N'(?P<secret>[^'\s]+)'", false),
    ("$'", r"NAME=\$'(?P<secret>[^'\s]+)'", false),
    ("={", r"(?i)\bpwd=\{(?P<secret>[^}\s]+)\}", false),
    ("&quot;", r"NAME&quot;\s*:\s*&quot;(?P<secret>[^&\s]+)&quot;", false),
    ("</key>", r"<key>NAME</key>\s*<string>(?P<secret>[^<\s]+)</string>", false),
    // The last arguments of calls that sign in, sign or connect.
    (
        "(",
        r#"\b(?:mysqli_connect|getConnection)\(\s*["'][^"']*["']\s*,\s*["'][^"']*["']\s*,\s*["'](?P<secret>[^"'\s]+)["']"#,
        false,
    ),
    (
        "(",
        r#"\b(?:NetworkCredential|HTTPBasicAuth|login|createHmac|basic_auth)\(\s*["'][^"']*["']\s*,\s*b?["'](?P<secret>[^"'\s]+)["']"#,
        true,
    ),
];

static COMPILED: LazyLock<Vec<(&str, Regex, bool)>> = LazyLock::new(|| {
    let name = format!(r"(?i:[\w.-]*{TELLING}[\w.-]*)");
    let compile = |form: &str| Regex::new(&form.replace("NAME", &name)).ok();
    FORMS.iter().filter_map(|(literal, form, odd)| Some((*literal, compile(form)?, *odd))).collect()
});

/// The words of telling names. Few texts have any.
static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = ["pass", "pwd", "secret", "token", "apikey", "api_key", "credential"];
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()
});

/// Adds the secrets at such places to `found`.
pub fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let tells = WORDS.as_ref().is_some_and(|words| words.is_match(text));
    let is_nameless = |literal: &str| matches!(literal, "@" | "(" | "={");
    let tried = COMPILED.iter().filter(|(literal, ..)| (tells || is_nameless(literal)) && text.contains(literal));
    for (_, form, odd) in tried {
        let secrets = form.captures_iter(text).filter_map(|captures| captures.name("secret"));
        let secrets =
            secrets.filter(|secret| !is_placeholder(secret.as_str()) && (!odd || is_arbitrary(secret.as_str())));
        found.extend(secrets.map(|secret| secret.range()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        find(text, &mut found);
        found.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn every_place_is_a_pattern() {
        assert_eq!(COMPILED.len(), FORMS.len());
    }

    #[test]
    fn finds_secrets_apart_from_their_names() {
        for text in [
            r#"{"outputs":{"db_password":{"value":"q7Wm2xKp","type":"string"}}}"#,
            "variable \"db_password\" {\n  type    = string\n  default = \"q7Wm2xKp\"\n}",
            r#"{"value":"q7Wm2xKp","name":"SECRET_TOKEN"}"#,
            "  ~ master_password = \"old\" -> \"q7Wm2xKp\"",
            "panic: invalid DSN root:q7Wm2xKp@tcp(127.0.0.1:3306)/app",
            "elastic:q7Wm2xKp@es:9200",
            "  [\"password\"]=>\n  string(8) \"q7Wm2xKp\"",
            "[\"token\":protected]=> string(8) \"q7Wm2xKp\"",
            "a:1:{s:8:\"password\";s:8:\"q7Wm2xKp\";}",
            "CREATE LOGIN b WITH PASSWORD = N'q7Wm2xKp'",
            "export GPG_PASSPHRASE=$'q7Wm2xKp'",
            "Driver={ODBC};UID=u;PWD={q7Wm2xKp};",
            "&quot;password&quot;:&quot;q7Wm2xKp&quot;",
            "<key>APIToken</key>\n<string>q7Wm2xKp</string>",
            "mysqli_connect('localhost','root','q7Wm2xKp','db')",
            "new NetworkCredential(\"bob\", \"q7Wm2xKp\")",
        ] {
            assert_eq!(masked(text), ["q7Wm2xKp"], "{text}");
        }
    }

    #[test]
    fn leaves_ordinary_text() {
        for text in [
            "image: registry.example/web:1.24.3@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "ssh git@github.com:22",
            "login('bob', 'settings')",
            "fn token(value: &str) -> \"x\"",
            r#"{"value":"blue","name":"colour"}"#,
            "getConnection(url, user, password)",
            r#""password": {"type": "string", "minLength": 8}"#,
        ] {
            assert_eq!(masked(text), [""; 0], "{text}");
        }
    }
}

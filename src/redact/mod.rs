//! Redacts secrets in everything that leaves the machine or is logged.
//!
//! Text is redacted before it is cut, because half a key no longer looks like a key.

use crate::printable;
use regex::{Captures, Regex};
use std::borrow::Cow;
use std::sync::LazyLock;

/// The replacement for a secret.
const MASK: &str = "[masked]";
/// The maximum length of a reviewer's name, in characters.
const NAME: usize = 80;
/// How much of a long text is searched for secrets, in characters.
const SEARCHED: usize = 64 * 1024;
/// How much of a long text is kept, in characters.
const KEPT: usize = 8 * 1024;

/// Patterns of secrets. The text of a group named `keep` stays in front of the mask.
///
/// The prefixes are those that the providers document for secret scanning. The minimum lengths are short, because an
/// excerpt may end inside a key and a mask too many does no harm.
const SHAPES: &[&str] = &[
    // Private keys, complete or without their beginning or end.
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----(?s:.*?)(-----END [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----|\z)",
    r"\A[A-Za-z0-9+/=\s]*-----END [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----",
    // OpenAI, Anthropic, OpenRouter, DeepSeek and others; Stripe; Groq; Perplexity; Hugging Face; Replicate; xAI.
    r"\b(sk|rk|pk)[-_][A-Za-z0-9][A-Za-z0-9_-]{7,}",
    r"\b(gsk|hf|r8|fw|csk)[-_][A-Za-z0-9]{8,}",
    r"\b(xai|pplx|dapi|tgp)-[A-Za-z0-9]{8,}",
    // Tavily, NVIDIA, Together, Databricks.
    r"\b(tvly|nvapi)[-_][A-Za-z0-9_-]{8,}",
    r"\btgp_v1_[A-Za-z0-9_-]{8,}",
    r"\bdapi[0-9a-f]{16,}",
    // Google, AWS, GitHub, GitLab, Slack, npm, PyPI, SendGrid, DigitalOcean, Docker, Sentry, Linear, Notion, Vault, age.
    r"\bAIza[0-9A-Za-z_-]{10,}",
    r"\bya29\.[0-9A-Za-z_-]{8,}",
    r"\bGOCSPX-[0-9A-Za-z_-]{8,}",
    r"\b(AKIA|ASIA|AROA|ABIA|ACCA)[0-9A-Z]{8,}",
    r"\bgh[pousr]_[A-Za-z0-9]{8,}",
    r"\bgithub_pat_[A-Za-z0-9_]{8,}",
    r"\bgl(pat|ptt|dt|rt|cbt|soat|agent)-[A-Za-z0-9_-]{8,}",
    r"\bx(ox[abeoprs]|app)-[A-Za-z0-9-]{8,}",
    r"https://hooks\.slack\.com/services/[A-Za-z0-9/_-]+",
    r"\bnpm_[A-Za-z0-9]{8,}",
    r"\bpypi-[A-Za-z0-9_-]{8,}",
    r"\bSG\.[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]+)?",
    r"\bdo[opr]_v1_[a-f0-9]{8,}",
    r"\b(dckr_pat|sntrys|sntryu|lin_api|ntn|secret)_[A-Za-z0-9_-]{8,}",
    r"\bhv[sbr]\.[A-Za-z0-9_-]{8,}",
    r"\bAGE-SECRET-KEY-1[0-9A-Z]{8,}",
    // JSON web tokens, complete or cut.
    r"\beyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*){0,2}",
    // A header in any notation, up to the end of the line or the closing quote; and the schemes without a header.
    r#"(?i)(?P<keep>(proxy-)?authorization\\*["']?\s*[:=]\s*\\*["']?)([^\n"'\\=]|=(\\*"[^",}\s\\][^"\n]*")?)+"#,
    r"(?P<keep>[Bb](earer|asic)\s+)[A-Za-z0-9._~+/=-]{8,}",
    r#"(?i)(?P<keep>cookie\\*["']?\s*[:=]\s*\\*["']?)[^\n"'\\]+"#,
    // The password in a URL, and secrets in its query.
    r"(?P<keep>[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+@",
    r#"(?i)(?P<keep>[?&](code|sig|signature)=)[^&\s"']+"#,
    // Credentials in arguments of curl.
    r#"(?P<keep>(^|\s)(-u|--user|--proxy-user)[\s=]*\\*["']?[^\s:"'\\=-][^\s:"'\\]*:)[^\s"'\\]+"#,
];

/// Assignments to names that sound secret, in `.env`, shell, JSON or YAML, and escaped inside their strings: the
/// name, the separator and the value.
const ASSIGNMENTS: &[(&str, &str, &str)] = &[
    (
        r"[a-z0-9_.-]*((api[_-]?key|secret|passw(or)?d|passphrase|pwd|credential|(private|access|client|auth|account|shared)[_-]?key|_key)[a-z0-9_.-]*|token([_.-][a-z0-9_.-]*)?)",
        SIGN,
        VALUE,
    ),
    // A word inside a longer name: `DB_PASS`, `BASIC_AUTH_1`, `subscription-key`.
    (r"[a-z0-9_.-]*[_-](pass|auth|key)([_-][a-z0-9_.-]*)?", SIGN, VALUE),
    (r"(?-i:\b(PASS|AUTH|KEY)_[A-Z0-9_]*)", "=", VALUE),
    // The word alone needs a clearer assignment.
    (r"\b(pass|auth|key)", "=", VALUE),
    (r"\b(pass|auth)", SIGN, QUOTED),
    // A command-line flag and its argument.
    (r"--?[a-z-]*(api-?key|secret|token|passw(or)?d)[a-z-]*", r"\s+", ARGUMENT),
    (r"\bsshpass", r"\s+-p\s*", ARGUMENT),
];

const SIGN: &str = r#"\\*["']?\s*[:=]\s*"#;
const VALUE: &str = r#"(\\+["'][^"'\n]*["']?|"([^"\\\n]|\\[^\n])*"?|'([^'\\\n]|\\[^\n])*'?|([^\s"',;&})]|,[^\s"'])+)"#;
const QUOTED: &str = r#"\\*["'][^"'\n]*["']?"#;
const ARGUMENT: &str = r#"("[^"\n]*"?|'[^'\n]*'?|[^\s"'-][^\s"']*)"#;

/// The beginning of a word, also after an escape such as `\\n` inside a JSON string.
const BEGIN: &str = r"(?:\b|(?P<keep>\\(?:[nrtbf]|u[0-9a-fA-F]{4})))";

static KNOWN: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let shapes = SHAPES.iter().map(|shape| match shape.strip_prefix(r"\b") {
        Some(rest) => format!("{BEGIN}{rest}"),
        None => (*shape).to_owned(),
    });
    let assigned = ASSIGNMENTS.iter().map(|(name, sign, value)| format!("(?i)(?P<keep>{name}{sign}){value}"));
    shapes.chain(assigned).filter_map(|shape| Regex::new(&shape).ok()).collect()
});

/// Replaces secrets: the known patterns, the patterns of the user, and the reviewer's own key.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    user_patterns: Vec<Regex>,
    key: Option<String>,
}

impl Redactor {
    /// Masks these patterns and this key, besides what is known.
    pub fn new(user_patterns: Vec<Regex>, key: Option<String>) -> Self {
        Self { user_patterns, key: key.filter(|k| !k.is_empty()) }
    }

    /// The display name of a reviewer: a command may be long and contain a key.
    pub fn reviewer_name(&self, name: &str) -> String {
        printable::excerpt(&self.redact(name), NAME)
    }

    /// At most `limit` characters of `text` on one line, redacted.
    pub fn excerpt(&self, text: &str, limit: usize) -> String {
        printable::excerpt(&self.beginning(text), limit)
    }

    /// The first [`KEPT`] characters of a text, redacted.
    pub fn beginning(&self, text: &str) -> String {
        let searched = match text.char_indices().nth(SEARCHED) {
            Some((at, _)) => &text[..at],
            None => text,
        };
        self.redact(searched).chars().take(KEPT).collect()
    }

    /// The last [`KEPT`] characters of a text, redacted.
    pub fn end(&self, text: &str) -> String {
        let searched = match text.char_indices().rev().nth(SEARCHED - 1) {
            Some((at, _)) => &text[at..],
            None => text,
        };
        let safe = self.redact(searched);
        let skipped = safe.chars().count().saturating_sub(KEPT);
        safe.chars().skip(skipped).collect()
    }

    /// `text` with every secret replaced by [`MASK`].
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut masked = Cow::Borrowed(text);
        if let Some(key) = self.key.as_deref().filter(|k| masked.contains(*k)) {
            masked = Cow::Owned(masked.replace(key, MASK));
        }
        for shape in self.user_patterns.iter().chain(KNOWN.iter()) {
            if let Cow::Owned(changed) = shape.replace_all(&masked, replacement) {
                masked = Cow::Owned(changed);
            }
        }
        masked
    }
}

/// The mask, behind the text that the pattern keeps.
fn replacement(found: &Captures<'_>) -> String {
    let kept = found.name("keep").map_or("", |m| m.as_str());
    // A URL keeps the `@` between the password and the host.
    let end = if kept.contains("://") && found[0].ends_with('@') { "@" } else { "" };
    format!("{kept}{MASK}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn compiles_every_pattern() {
        assert_eq!(KNOWN.len(), SHAPES.len() + ASSIGNMENTS.len());
    }

    #[test]
    fn redacts_known_secrets() {
        // Assembled here so that no secret scanner reports this file.
        let secrets = [
            format!("{}-proj-{}", "sk", "a1B2".repeat(10)),
            format!("{}-ant-api03-{}", "sk", "x_Y-".repeat(10)),
            format!("{}_live_{}", "sk", "51Hx".repeat(6)),
            format!("gh{}_{}", "p", "Ab12".repeat(9)),
            format!("github{}_{}", "_pat", "11ABCDE0".repeat(4)),
            format!("gl{}-{}", "pat", "Zy98".repeat(5)),
            format!("AK{}{}", "IA", "IOSFODNN7EXAMPLE"),
            format!("AI{}{}", "za", "SyA1234567890abcdefghijklmnopqrstuv"),
            format!("xo{}-{}", "xb", "123456789012-abcdefABCDEF"),
            format!("h{}_{}", "f", "QwErTyUiOpAsDfGhJkLzXcVbNm"),
            format!("np{}_{}", "m", "abcdefghijklmnopqrstuvwxyz0123456789"),
            format!("ey{}.{}.{}", "JhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0In0", "dozjgNryP4J3jVmNHl0w5N"),
        ];
        let redactor = Redactor::default();
        for secret in &secrets {
            for around in [format!("a {secret} b"), format!("\"{secret}\""), format!("k={secret};")] {
                let safe = redactor.redact(&around);
                assert!(!safe.contains(secret.as_str()) && safe.contains(MASK), "{safe}");
            }
        }
    }

    const NAMED: &[(&str, &str)] = &[
        ("DB_PASSWORD=hunter2 make", "DB_PASSWORD=[masked] make"),
        ("export MY_TOKEN='a b c'", "export MY_TOKEN=[masked]"),
        (r#"{"apiKey": "abc", "n": 1}"#, r#"{"apiKey": [masked], "n": 1}"#),
        (r#"{\"apiKey\": \"abc\", \"n\": 1}"#, r#"{\"apiKey\": [masked], \"n\": 1}"#),
        (r#"{"password": "a\"b", "n": 1}"#, r#"{"password": [masked], "n": 1}"#),
        ("DB_PASS=hunter2 make", "DB_PASS=[masked] make"),
        ("BASIC_AUTH=bob:hunter2", "BASIC_AUTH=[masked]"),
        ("export KEY=abc", "export KEY=[masked]"),
        ("auth: { user: 'bob', pass: 'abc' }", "auth: { user: 'bob', pass: [masked] }"),
        ("PASSWORD=ab,cd, then", "PASSWORD=[masked], then"),
        ("Endpoint=x;AccountKey=abc==;Y=1", "Endpoint=x;AccountKey=[masked];Y=1"),
        ("curl -u bob:hunter2 https://x", "curl -u bob:[masked] https://x"),
        ("sshpass -p hunter2 ssh x", "sshpass -p [masked] ssh x"),
        ("GET /v1?api-version=1&key=abc&n=1", "GET /v1?api-version=1&key=[masked]&n=1"),
        ("Authorization: AWS4-HMAC-SHA256 Credential=a/b, Signature=abc\nHost: x", "Authorization: [masked]\nHost: x"),
        (r#"{"Authorization": "ApiKey abc==", "n": 1}"#, r#"{"Authorization": "[masked]", "n": 1}"#),
        ("authorization: Digest username=\"bob\", response=\"abc\"", "authorization: [masked]"),
        ("password: hunter2", "password: [masked]"),
        ("curl -H 'Authorization: Bearer abc.def'", "curl -H 'Authorization: [masked]'"),
        ("authorization: Basic dXNlcjpwYXNz", "authorization: [masked]"),
        ("postgres://bob:hunter2@db/x", "postgres://bob:[masked]@db/x"),
        ("mysql --password hunter2 db", "mysql --password [masked] db"),
        ("STRIPE_KEY=abc", "STRIPE_KEY=[masked]"),
    ];

    #[test]
    fn keeps_name_of_secret() {
        let redactor = Redactor::default();
        for (text, masked) in NAMED {
            assert_eq!(redactor.redact(text), *masked);
        }
    }

    #[test]
    fn redacts_cut_private_keys() {
        let redactor = Redactor::default();
        let (begin, end) = ("-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----");
        let whole = redactor.redact(&format!("a\n{begin}\nMIIE\nxyz\n{end}\nb")).into_owned();
        assert_eq!(whole, "a\n[masked]\nb");
        assert_eq!(redactor.redact(&format!("a\n{begin}\nMIIE")), "a\n[masked]");
        assert_eq!(redactor.redact(&format!("MIIE\nxyz\n{end}\nb")), "[masked]\nb");
    }

    #[test]
    fn keeps_ordinary_text() {
        let redactor = Redactor::default();
        for text in [
            "3 failed, 12 passed; see src/auth/session.rs:42",
            "the task is risk-free: skip it",
            "max_tokens: 500",
            "fn key(&self) -> Key { self.key }",
            "git commit -m 'basic tests'",
            "12 passed, pass: 12, key: the first word",
            "the author pushed -u origin main",
            "docker run --user root -p 80:80 x",
            "monkey=1 bypass=2 passed=3",
        ] {
            assert_eq!(redactor.redact(text), text);
        }
    }

    #[test]
    fn redacts_user_patterns_and_key() {
        let own = vec![Regex::new("ACME-[0-9]+").unwrap()];
        let redactor = Redactor::new(own, Some("correct horse".to_owned()));
        assert_eq!(redactor.redact("ACME-42 correct horse"), "[masked] [masked]");
    }

    proptest! {
        #[test]
        fn redacts_in_any_context(before in "[ -~\n]{0,40}", after in "[ \n\"',;}][ -~\n]{0,40}") {
            let canary = format!("{}-{}", "sk", "CANARYcanary0123456789");
            let text = format!("{before} {canary}{after}");
            prop_assert!(!Redactor::default().redact(&text).contains(&canary));
        }
    }
}

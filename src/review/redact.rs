//! Masks secrets in everything that leaves the machine or is logged.
//!
//! Masking comes before cutting: half a key looks like no key at all.

use crate::wire::text;
use regex::{Captures, Regex};
use std::borrow::Cow;
use std::sync::LazyLock;

/// What stands in a secret's place.
pub const MASK: &str = "[masked]";

/// How long a reviewer's name is, in characters.
const NAME: usize = 80;

/// What secrets look like. A group named `keep` is left standing before the mask.
///
/// The prefixes are those that the providers document for secret scanning. Lengths are generous on
/// the short side: an excerpt may have been cut inside a key, and a mask too many harms nobody.
const SHAPES: &[&str] = &[
    // Private keys, also without their end or their beginning.
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
    // JSON web tokens, whole or cut.
    r"\beyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*){0,2}",
    // A header in any notation, to the end of its line or of its quotes; and the schemes on their own.
    r#"(?i)(?P<keep>(proxy-)?authorization\\*["']?\s*[:=]\s*\\*["']?)([^\n"'\\=]|=(\\*"[^",}\s\\][^"\n]*")?)+"#,
    r"(?P<keep>[Bb](earer|asic)\s+)[A-Za-z0-9._~+/=-]{8,}",
    r#"(?i)(?P<keep>cookie\\*["']?\s*[:=]\s*\\*["']?)[^\n"'\\]+"#,
    // A user and a password in a URL; a secret in its query.
    r"(?P<keep>[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+@",
    r#"(?i)(?P<keep>[?&](code|sig|signature)=)[^&\s"']+"#,
    // The same as arguments of curl.
    r#"(?P<keep>(^|\s)(-u|--user|--proxy-user)[\s=]*\\*["']?[^\s:"'\\=-][^\s:"'\\]*:)[^\s"'\\]+"#,
];

/// Assignments to names that sound secret, in `.env`, shell, JSON or YAML, and escaped in a string of those: the
/// name, what stands between it and its value, and the value.
const ASSIGNMENTS: &[(&str, &str, &str)] = &[
    (
        r"[a-z0-9_.-]*((api[_-]?key|secret|passw(or)?d|passphrase|pwd|credential|(private|access|client|auth|account|shared)[_-]?key|_key)[a-z0-9_.-]*|token([_.-][a-z0-9_.-]*)?)",
        SIGN,
        VALUE,
    ),
    // A word in a longer name: `DB_PASS`, `BASIC_AUTH_1`, `subscription-key`.
    (r"[a-z0-9_.-]*[_-](pass|auth|key)([_-][a-z0-9_.-]*)?", SIGN, VALUE),
    (r"(?-i:\b(PASS|AUTH|KEY)_[A-Z0-9_]*)", "=", VALUE),
    // The same word alone says less.
    (r"\b(pass|auth|key)", "=", VALUE),
    (r"\b(pass|auth)", SIGN, QUOTED),
    // A flag and its argument.
    (
        r"--?[a-z-]*(api-?key|secret|token|passw(or)?d)[a-z-]*",
        r"\s+",
        ARGUMENT,
    ),
    (r"\bsshpass", r"\s+-p\s*", ARGUMENT),
];

const SIGN: &str = r#"\\*["']?\s*[:=]\s*"#;
const VALUE: &str =
    r#"(\\+["'][^"'\n]*["']?|"([^"\\\n]|\\[^\n])*"?|'([^'\\\n]|\\[^\n])*'?|([^\s"',;&})]|,[^\s"'])+)"#;
const QUOTED: &str = r#"\\*["'][^"'\n]*["']?"#;
const ARGUMENT: &str = r#"("[^"\n]*"?|'[^'\n]*'?|[^\s"'-][^\s"']*)"#;

/// What begins a word: also after a line break that a string spells out, as in the JSON that a tool was given.
const BEGIN: &str = r"(?:\b|(?P<keep>\\(?:[nrtbf]|u[0-9a-fA-F]{4})))";

static KNOWN: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let shapes = SHAPES.iter().map(|shape| match shape.strip_prefix(r"\b") {
        Some(rest) => format!("{BEGIN}{rest}"),
        None => (*shape).to_owned(),
    });
    let assigned = ASSIGNMENTS
        .iter()
        .map(|(name, sign, value)| format!("(?i)(?P<keep>{name}{sign}){value}"));
    shapes
        .chain(assigned)
        .filter_map(|shape| Regex::new(&shape).ok())
        .collect()
});

/// Masks secrets: those of known shapes, those that the user described, and one known by heart.
#[derive(Debug, Clone, Default)]
pub struct Masker {
    own: Vec<Regex>,
    key: Option<String>,
}

impl Masker {
    /// Masks what `own` matches besides the known shapes, and `key` wherever it stands.
    pub fn new(own: Vec<Regex>, key: Option<String>) -> Self {
        Self {
            own,
            key: key.filter(|k| !k.is_empty()),
        }
    }

    /// The name of a reviewer as it is shown: a command can be long, and contain a key.
    pub fn name(&self, name: &str) -> String {
        text::excerpt(&self.mask(name), NAME)
    }

    /// `text` with every secret replaced by [`MASK`].
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut masked = Cow::Borrowed(text);
        if let Some(key) = self.key.as_deref().filter(|k| masked.contains(*k)) {
            masked = Cow::Owned(masked.replace(key, MASK));
        }
        for shape in self.own.iter().chain(KNOWN.iter()) {
            if let Cow::Owned(changed) = shape.replace_all(&masked, replacement) {
                masked = Cow::Owned(changed);
            }
        }
        masked
    }
}

/// The mask, after what the shape keeps.
fn replacement(found: &Captures<'_>) -> String {
    let kept = found.name("keep").map_or("", |m| m.as_str());
    // A URL keeps the sign between the password and the host.
    let end = if kept.contains("://") && found[0].ends_with('@') {
        "@"
    } else {
        ""
    };
    format!("{kept}{MASK}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_shape_is_a_valid_expression() {
        assert_eq!(KNOWN.len(), SHAPES.len() + ASSIGNMENTS.len());
    }

    #[test]
    fn known_secrets_are_masked_wherever_they_stand() {
        // Put together here so that no scanner takes this file for a leak.
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
            format!(
                "ey{}.{}.{}",
                "JhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0In0", "dozjgNryP4J3jVmNHl0w5N"
            ),
        ];
        let masker = Masker::default();
        for secret in &secrets {
            for around in [
                format!("a {secret} b"),
                format!("\"{secret}\""),
                format!("k={secret};"),
            ] {
                let safe = masker.mask(&around);
                assert!(!safe.contains(secret.as_str()) && safe.contains(MASK), "{safe}");
            }
        }
    }

    const NAMED: &[(&str, &str)] = &[
        ("DB_PASSWORD=hunter2 make", "DB_PASSWORD=[masked] make"),
        ("export MY_TOKEN='a b c'", "export MY_TOKEN=[masked]"),
        (r#"{"apiKey": "abc", "n": 1}"#, r#"{"apiKey": [masked], "n": 1}"#),
        (
            r#"{\"apiKey\": \"abc\", \"n\": 1}"#,
            r#"{\"apiKey\": [masked], \"n\": 1}"#,
        ),
        (
            r#"{"password": "a\"b", "n": 1}"#,
            r#"{"password": [masked], "n": 1}"#,
        ),
        ("DB_PASS=hunter2 make", "DB_PASS=[masked] make"),
        ("BASIC_AUTH=bob:hunter2", "BASIC_AUTH=[masked]"),
        ("export KEY=abc", "export KEY=[masked]"),
        (
            "auth: { user: 'bob', pass: 'abc' }",
            "auth: { user: 'bob', pass: [masked] }",
        ),
        ("PASSWORD=ab,cd, then", "PASSWORD=[masked], then"),
        (
            "Endpoint=x;AccountKey=abc==;Y=1",
            "Endpoint=x;AccountKey=[masked];Y=1",
        ),
        ("curl -u bob:hunter2 https://x", "curl -u bob:[masked] https://x"),
        ("sshpass -p hunter2 ssh x", "sshpass -p [masked] ssh x"),
        (
            "GET /v1?api-version=1&key=abc&n=1",
            "GET /v1?api-version=1&key=[masked]&n=1",
        ),
        (
            "Authorization: AWS4-HMAC-SHA256 Credential=a/b, Signature=abc\nHost: x",
            "Authorization: [masked]\nHost: x",
        ),
        (
            r#"{"Authorization": "ApiKey abc==", "n": 1}"#,
            r#"{"Authorization": "[masked]", "n": 1}"#,
        ),
        (
            "authorization: Digest username=\"bob\", response=\"abc\"",
            "authorization: [masked]",
        ),
        ("password: hunter2", "password: [masked]"),
        (
            "curl -H 'Authorization: Bearer abc.def'",
            "curl -H 'Authorization: [masked]'",
        ),
        ("authorization: Basic dXNlcjpwYXNz", "authorization: [masked]"),
        ("postgres://bob:hunter2@db/x", "postgres://bob:[masked]@db/x"),
        ("mysql --password hunter2 db", "mysql --password [masked] db"),
        ("STRIPE_KEY=abc", "STRIPE_KEY=[masked]"),
    ];

    #[test]
    fn what_is_named_like_a_secret_is_masked_and_its_name_is_kept() {
        let masker = Masker::default();
        for (text, masked) in NAMED {
            assert_eq!(masker.mask(text), *masked);
        }
    }

    #[test]
    fn a_private_key_is_masked_whole_cut_at_its_end_or_at_its_beginning() {
        let masker = Masker::default();
        let (begin, end) = ("-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----");
        let whole = masker
            .mask(&format!("a\n{begin}\nMIIE\nxyz\n{end}\nb"))
            .into_owned();
        assert_eq!(whole, "a\n[masked]\nb");
        assert_eq!(masker.mask(&format!("a\n{begin}\nMIIE")), "a\n[masked]");
        assert_eq!(masker.mask(&format!("MIIE\nxyz\n{end}\nb")), "[masked]\nb");
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        let masker = Masker::default();
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
            assert_eq!(masker.mask(text), text);
        }
    }

    #[test]
    fn the_users_own_expression_and_the_key_in_use_are_masked() {
        let own = vec![Regex::new("ACME-[0-9]+").unwrap()];
        let masker = Masker::new(own, Some("correct horse".to_owned()));
        assert_eq!(masker.mask("ACME-42 correct horse"), "[masked] [masked]");
    }

    proptest! {
        #[test]
        fn a_canary_never_survives_its_surroundings(before in "[ -~\n]{0,40}", after in "[ \n\"',;}][ -~\n]{0,40}") {
            let canary = format!("{}-{}", "sk", "CANARYcanary0123456789");
            let text = format!("{before} {canary}{after}");
            prop_assert!(!Masker::default().mask(&text).contains(&canary));
        }
    }
}

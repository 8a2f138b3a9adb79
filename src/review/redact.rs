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
    // OpenAI, Anthropic, OpenRouter, DeepSeek and others; Stripe; Groq; xAI; Perplexity; Hugging Face; Replicate.
    r"\b(sk|rk|pk)[-_][A-Za-z0-9][A-Za-z0-9_-]{7,}",
    r"\b(gsk|hf|r8|tvly|nvapi|fw|csk)[-_][A-Za-z0-9]{8,}",
    r"\b(xai|pplx|dapi|tgp)-[A-Za-z0-9]{8,}",
    // Google, AWS, GitHub, GitLab, Slack, npm, PyPI, SendGrid, DigitalOcean, Docker, Sentry, Linear, Notion, Vault.
    r"\bAIza[0-9A-Za-z_-]{10,}",
    r"\bya29\.[0-9A-Za-z_-]{8,}",
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
    // JSON web tokens, whole or cut.
    r"\beyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*){0,2}",
    // A header, in any notation, and the schemes on their own.
    r#"(?i)(?P<keep>\b(proxy-)?authorization["']?\s*[:=]\s*["']?)((bearer|basic|token|digest|negotiate)\s+)?[^\s"',;]+"#,
    r"(?P<keep>\b[Bb](earer|asic)\s+)[A-Za-z0-9._~+/=-]{8,}",
    r#"(?i)(?P<keep>\b(set-)?cookie["']?\s*[:=]\s*["']?)[^\n"']+"#,
    // A user and a password in a URL.
    r"(?P<keep>[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+@",
    // An assignment to a name that sounds secret: `.env`, shell, JSON, YAML.
    r#"(?i)(?P<keep>[A-Za-z0-9_.-]*((api[_-]?key|secret|passw(or)?d|passphrase|pwd|credential|private[_-]?key|access[_-]?key|client[_-]?key|auth[_-]?key|_key)[A-Za-z0-9_.-]*|token([_.-][A-Za-z0-9_.-]*)?)["']?\s*[:=]\s*)("[^"\n]*"?|'[^'\n]*'?|[^\s"',;&})]+)"#,
    // The same as a flag and its argument.
    r#"(?i)(?P<keep>--?[a-z-]*(api-?key|secret|token|passw(or)?d)[a-z-]*\s+)("[^"\n]*"?|'[^'\n]*'?|[^\s"'-][^\s"']*)"#,
];

static KNOWN: LazyLock<Vec<Regex>> =
    LazyLock::new(|| SHAPES.iter().filter_map(|shape| Regex::new(shape).ok()).collect());

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
        assert_eq!(KNOWN.len(), SHAPES.len());
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

    #[test]
    fn what_is_named_like_a_secret_is_masked_and_its_name_is_kept() {
        let masker = Masker::default();
        for (text, masked) in [
            ("DB_PASSWORD=hunter2 make", "DB_PASSWORD=[masked] make"),
            ("export MY_TOKEN='a b c'", "export MY_TOKEN=[masked]"),
            (r#"{"apiKey": "abc", "n": 1}"#, r#"{"apiKey": [masked], "n": 1}"#),
            ("password: hunter2", "password: [masked]"),
            (
                "curl -H 'Authorization: Bearer abc.def'",
                "curl -H 'Authorization: [masked]'",
            ),
            ("authorization: Basic dXNlcjpwYXNz", "authorization: [masked]"),
            ("postgres://bob:hunter2@db/x", "postgres://bob:[masked]@db/x"),
            ("mysql --password hunter2 db", "mysql --password [masked] db"),
            ("STRIPE_KEY=abc", "STRIPE_KEY=[masked]"),
        ] {
            assert_eq!(masker.mask(text), masked);
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

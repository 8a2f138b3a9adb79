//! Finds secrets by their format: what vendors document for secret scanning, in `formats.tsv`.

use super::{around, public, random};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::Regex;
use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

/// The formats, one a line.
const TABLE: &str = include_str!("formats.tsv");

/// The longest secret, in bytes: it bounds the work at one beginning. Private keys have their own search.
const LONGEST: usize = 8 * 1024;

/// How much of a token shows whether it is arbitrary, in bytes: it bounds the work at a beginning that is a word.
const TELLING: usize = 256;

/// The shortest part of a token that is masked if the rest was cut off, in bytes.
const CUT: usize = 4;

/// The shortest part of a token that goes on in the next line, in bytes.
const WRAPPED: usize = 8;

/// The shortest beginning that tells a token of which the rest was cut off, in bytes.
const BEGINNING: usize = 3;

/// How many characters without a digit or a second case make a word that nobody writes.
const LONG_WORD: usize = 20;

/// The same for capital letters alone.
const SHOUTED: usize = 12;

/// One form of a secret.
struct Format {
    rest: &'static str,
    /// Compiled when the beginning is seen first: most processes see few of them.
    compiled: OnceLock<Option<Regex>>,
}

impl Format {
    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(&format!("^(?:{})", self.rest)).ok()).as_ref()
    }

    /// The length of the secret whose beginning lies from `start` to `at`.
    fn length(&self, text: &str, start: usize, at: usize) -> Option<usize> {
        let regex = self.regex()?;
        let near = around::text_from(text, at, TELLING);
        match regex.find(near) {
            Some(matched) if !is_arbitrary(&text[start..at + matched.end()]) => None,
            Some(matched) if matched.end() < near.len() => Some(matched.end()),
            Some(_) => regex.find(around::text_from(text, at, LONGEST)).map(|matched| matched.end()),
            None if at - start < BEGINNING => None,
            None => cut_off(near).filter(|length| is_arbitrary(&text[start..at + length])),
        }
    }
}

/// The formats, and a search for their beginnings.
struct Formats {
    all: Vec<Format>,
    /// For each beginning, its format.
    owners: Vec<usize>,
    beginnings: Option<AhoCorasick>,
}

static FORMATS: LazyLock<Formats> = LazyLock::new(|| {
    let (mut all, mut owners, mut beginnings) = (Vec::new(), Vec::new(), Vec::new());
    for [_, starts, rest, ..] in rows() {
        for start in starts.split(' ') {
            owners.push(all.len());
            beginnings.push(start);
        }
        all.push(Format { rest, compiled: OnceLock::new() });
    }
    Formats { all, owners, beginnings: AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(beginnings).ok() }
});

/// The columns of the table: name, beginnings, rest, sample, source.
fn rows() -> impl Iterator<Item = [&'static str; 5]> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split('\t').collect::<Vec<_>>().try_into().ok())
}

/// Forms without a constant beginning: a literal that every one of them contains, and the whole form. The text of a
/// group named `keep` is not a secret.
const SHAPES: &[(&str, &str)] = &[
    // https://core.telegram.org/bots/api#authorizing-your-bot
    (":", r"(?P<keep>[0-9]{8,10}:)[A-Za-z0-9_-]{35}"),
    // https://docs.discord.com/developers/reference#authentication
    (".", r"[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6,7}\.[A-Za-z0-9_-]{27,40}"),
    // https://learn.microsoft.com/en-us/purview/sit-defn-azure-ad-client-secret
    ("Q~", r"[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}"),
    // https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens
    (".atlasv1.", r"[A-Za-z0-9]{10,16}\.atlasv1\.[A-Za-z0-9_=-]{20,}"),
    // https://mailchimp.com/developer/marketing/guides/quick-start/
    ("-us", r"[0-9a-f]{32}-us[0-9]{1,2}"),
    // https://documentation.mailgun.com/docs/mailgun/user-manual/api-key-mgmt/rbac-mgmt
    ("-", r"\b[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}\b"),
    // https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/
    ("NRAL", r"[0-9a-fA-F]{28,40}NRAL"),
    // https://learn.microsoft.com/en-us/purview/sit-defn-azure-storage-account-key-generic
    ("==", r"[A-Za-z0-9+/]{86}=="),
    // https://learn.microsoft.com/en-us/purview/sit-defn-azure-container-registry-access-key
    ("+ACR", r"[A-Za-z0-9+/]{42}\+ACR[A-Za-z0-9]{6}"),
    // https://learn.microsoft.com/en-us/azure/devops/release-notes/2024/general/sprint-241-update
    ("JQQJ99", r"[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}"),
    ("AZDO", r"[A-Za-z0-9]{70,80}AZDO[A-Za-z0-9]{4}"),
    // https://www.postgresql.org/docs/current/catalog-pg-authid.html
    ("md5", r"(?P<keep>\bmd5)[0-9a-f]{32}\b"),
    // https://httpd.apache.org/docs/current/misc/password_encryptions.html
    ("{S", r"(?P<keep>\{S?SHA(?:256|384|512)?\})[A-Za-z0-9+/=]{20,}"),
    // https://dev.mysql.com/doc/refman/8.0/en/password-hashing.html
    ("*", r"(?P<keep>\*)[0-9A-F]{40}\b"),
    // https://docs.bigmodel.cn/cn/api/introduction
    (".", r"\b[0-9a-f]{32}\.[A-Za-z0-9]{16}\b"),
    // https://docs.ghost.org/admin-api#token-authentication
    (":", r"(?P<keep>\b[0-9a-f]{24}:)[0-9a-f]{64}\b"),
    // https://docs.k3s.io/cli/token
    ("::server:", r"(?P<keep>K10)[0-9a-f]{20,}::server:[0-9a-zA-Z]+"),
    // https://docs.github.com/en/code-security/reference/secret-security/supported-secret-scanning-patterns
    ("+ASt", r"[A-Za-z0-9+/]{30,}\+ASt[A-Za-z0-9+/=]{4,}"),
];

static COMPILED_SHAPES: LazyLock<Vec<(&'static str, Regex)>> = LazyLock::new(|| {
    let compiled = SHAPES.iter().map(|(literal, shape)| Some((*literal, Regex::new(shape).ok()?)));
    compiled.flatten().collect()
});

/// Adds the secrets of known form to `found`, without their beginnings, which say whose they are.
pub fn find(text: &str, breaks: &[usize], found: &mut Vec<Range<usize>>) {
    let formats = &*FORMATS;
    let mut end = 0;
    for hit in formats.beginnings.iter().flat_map(|all| all.find_overlapping_iter(text)) {
        let inside = hit.start() < end && hit.end() < end;
        // What begins with a sign, such as the path of a webhook, may follow a word.
        let begins_word = text.as_bytes()[hit.start()].is_ascii_alphanumeric();
        if inside || begins_word && !around::is_left_edge(text, hit.start(), breaks) {
            continue;
        }
        let format = &formats.all[formats.owners[hit.pattern().as_usize()]];
        if let Some(length) = format.length(text, hit.start(), hit.end()).filter(|_| !is_in_public(text, hit.start())) {
            end = hit.end() + length;
            found.push(hit.end()..end);
            while let Some(rest) = wrapped(text, end) {
                end = rest.end;
                found.push(rest);
            }
        }
    }
    for (_, shape) in COMPILED_SHAPES.iter().filter(|(literal, _)| text.contains(literal)) {
        for captures in shape.captures_iter(text) {
            let (Some(whole), keep) = (captures.get(0), captures.name("keep")) else {
                continue;
            };
            if around::is_left_edge(text, whole.start(), breaks) && !public::is_digest(text, whole.start()) {
                found.push(keep.map_or(whole.start(), |keep| keep.end())..whole.end());
            }
        }
    }
}

/// Whether the word around a beginning is public: in a public key, any beginning may come about.
fn is_in_public(text: &str, at: usize) -> bool {
    /// How long a public key can be, in bytes of base64.
    const KEY: usize = 2048;
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let before = text.as_bytes()[..at].iter().rev().take(KEY).take_while(|b| part(b)).count();
    // The JSON of a data URL begins as a JSON web token does.
    let in_url = before == 0 && text[..at].ends_with(";base64,") && text[at..].starts_with("eyJ");
    in_url || before > 0 && public::is_digest(text, at - before)
}

/// The rest of a token that is broken at the end of a line: the next line begins with what looks random.
fn wrapped(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = around::text_from(text, at, TELLING);
    let line = rest.strip_prefix('\\').unwrap_or(rest);
    let line = line.strip_prefix("\r\n").or_else(|| line.strip_prefix('\n'))?;
    let start = at + rest.len() - line.len();
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let length = line.find(|c| !part(c)).unwrap_or(line.len());
    (length >= WRAPPED && random::is_random(&line[..length])).then_some(start..start + length)
}

/// The length of a token that somebody cut, which an ellipsis tells: no form fits it any more.
fn cut_off(rest: &str) -> Option<usize> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '+' | '=');
    let length = rest.find(|c| !part(c))?;
    (rest[length..].starts_with('…') && length >= CUT).then_some(length)
}

/// Whether a token is not a word or name: it has a digit, or both cases, or is very long.
fn is_arbitrary(token: &str) -> bool {
    if is_identifier(token) {
        return false;
    }
    let has = |class: fn(&char) -> bool| token.chars().any(|c| class(&c));
    has(char::is_ascii_digit)
        || has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase)
        || token.split(['-', '_', '.', '/']).any(|word| word.len() >= LONG_WORD)
        || !has(char::is_ascii_lowercase) && token.len() >= SHOUTED
}

/// Whether a token is the name of a function in a program: words, abbreviations in capitals and a verb, such as
/// `sk_X509_NAME_shift`.
fn is_identifier(token: &str) -> bool {
    /// The longest abbreviation, in bytes.
    const CAPITALS: usize = 14;
    let is_lower = |word: &str| word.bytes().all(|b| b.is_ascii_lowercase());
    let is_abbreviation = |word: &str| {
        word.len() <= CAPITALS
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    let mut words = token.split('_').skip(1);
    words.clone().count() >= 2
        && words.clone().any(|word| word.len() >= 3 && is_lower(word))
        && words.all(|word| word.len() <= 2 || is_lower(word) && word.len() < LONG_WORD || is_abbreviation(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        find(text, &[], &mut found);
        found.into_iter().map(|range| text[range].to_owned()).collect()
    }

    #[test]
    fn table_is_complete() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(rows().count(), lines);
        assert!(lines > 120 && COMPILED_SHAPES.len() == SHAPES.len());
        for [name, starts, rest, sample, source] in rows() {
            assert!(!name.is_empty() && source.starts_with("https://"), "{name}");
            assert!(Regex::new(rest).is_ok(), "{rest}");
            for start in starts.split(' ') {
                for around in ["", "key ", "x=", "\"", "密钥是", "_", "7", "\\n", "\\u001b[32m", "%3D"] {
                    let text = format!("{around}{start}{sample} b");
                    let masked = found(&text).join("|");
                    assert!(
                        !masked.is_empty() && sample.contains(masked.trim_end_matches('='))
                            || masked.len() >= sample.len() / 2,
                        "{name}: {text}: {masked}"
                    );
                }
            }
        }
    }

    #[test]
    fn finds_forms_without_beginning() {
        for text in [
            format!("{}:{}", "1234567890", "AAH".repeat(11) + "_x"),
            format!("M{}.Gabcde.{}", "Tz9".repeat(8), "aB3".repeat(9)),
            format!("abc8Q~{}", "xY7_".repeat(8)),
            format!("{}.atlasv1.{}", "aB3dE5fG7hJ9kL", "zY8".repeat(20)),
            format!("{}-us21", "0123456789abcdef".repeat(2)),
            format!("{}-01234567-89abcdef", "0123456789abcdef".repeat(2)),
            format!("{}.EN0s1rcVUU5BVykf", "0123456789abcdef".repeat(2)),
            format!("{}:{}", "0123456789abcdef01234567", "0123456789abcdef".repeat(4)),
        ] {
            assert_eq!(found(&text).len(), 1, "{text}");
        }
    }

    #[test]
    fn finds_what_begins_with_a_sign_behind_a_word() {
        assert_eq!(found(&format!("https://chat.example.org/hooks/{}", "a1b2c3d4".repeat(4))).len(), 1);
    }

    #[test]
    fn finds_cut_tokens() {
        assert_eq!(found("EZAKsOgoSdBJQm…"), ["sOgoSdBJQm"]);
        assert_eq!(found("gh\u{70}_Ab1…"), Vec::<String>::new());
        assert_eq!(found("ghp_Ab12…"), ["Ab12"]);
        assert_eq!(found("live_data…"), Vec::<String>::new());
    }

    #[test]
    fn leaves_public_keys() {
        assert!(
            found("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQDf0G2kq9X1y7ZbQm3nV8sLwT4rE6uJhC5pKxWdA2oMi9vN").is_empty()
        );
    }

    #[test]
    fn keeps_words() {
        for text in [
            "a risk-free-approach",
            "task-list-item",
            "sk-navigation-list",
            "sk_buff_head",
            "monkey_patch",
            "pk_user_name",
            "sk_X509_NAME_shift",
            "sk_SRP_gN_new_null",
            "sk_ESS_CERT_ID_V2_deep_copy",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}

//! Tells whether a token looks random.

use super::{encoded, public};
use std::ops::Range;

/// The shortest token without a name that counts as a secret if it is random, in bytes.
const BARE: usize = 32;
/// The longest: longer ones are data, such as images.
const DATA: usize = 512;

/// Adds tokens of mixed letters and digits to `found` that no person writes. Digests are not secrets.
pub fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'_' | b'-' | b'=');
    let bytes = text.as_bytes();
    let public = public::blocks(text);
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        while at < bytes.len() && part(bytes[at]) {
            at += 1;
        }
        let token = text.get(start..at).unwrap_or_default();
        let body = token.trim_start_matches(['-', '=', '/']);
        // Base64 has this sign at its end alone; elsewhere it follows a name.
        let name = body.find('=').filter(|at| !body[*at..].trim_matches('=').is_empty());
        let body = name.map_or(body, |at| body[at..].trim_start_matches('='));
        let begin = at - body.len();
        if is_path(body) {
            let mut name_at = begin;
            for name in body.split('/') {
                if is_bare(without_marks(name)) {
                    found.push(name_at..name_at + name.len());
                }
                name_at += name.len() + 1;
            }
        } else if is_bare(body)
            && !public::is_digest(text, begin)
            && !public::holds(&public, begin)
            && !public::is_data(token)
            && !is_text(body)
        {
            found.push(begin..at);
        }
        at += 1;
    }
}

/// Whether a token is base64 of words: what is secret in them is found where they are decoded.
fn is_text(token: &str) -> bool {
    /// The fewest spaces of a text.
    const SPACES: usize = 3;
    encoded::base64(token).is_some_and(|text| text.matches(char::is_whitespace).count() >= SPACES)
}

/// The shortest plain word that shows that a token is a path, in bytes: of random tokens of 40 bytes in base64, one in 700
/// has such a word beside a slash (computed).
const WORD: usize = 4;

/// Whether a token is the path of a file, of which only a single name can be a secret: together, a folder that `mktemp`
/// made, a time and the id of a session look as random as a key.
fn is_path(token: &str) -> bool {
    let is_word = |name: &str| name.len() >= WORD && name.bytes().all(|b| b.is_ascii_lowercase());
    token.contains('/') && token.split('/').any(is_word)
}

/// A name without the time, the number and the kind of an id that stand around what is random in it.
fn without_marks(name: &str) -> &str {
    let name = name.trim_matches(|c: char| c.is_ascii_digit() || matches!(c, 'T' | 'Z' | '-'));
    name.split_once('_').filter(|(kind, _)| kind.bytes().all(|b| b.is_ascii_lowercase())).map_or(name, |(_, id)| id)
}

/// Whether a token without a name is a secret.
fn is_bare(token: &str) -> bool {
    (BARE..=DATA).contains(&token.len()) && is_mixed(token)
}

/// Whether a long token has both cases and digits all over, as base64 of random bytes has.
fn is_mixed(token: &str) -> bool {
    let count = |class: fn(&u8) -> bool| token.bytes().filter(class).count();
    let length = token.len();
    let (upper, lower, digits) =
        (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase), count(u8::is_ascii_digit));
    let segments = token.split(['/', '-', '_', '+']).map(str::len).max().unwrap_or(0);
    upper * 8 >= length
        && lower * 8 >= length
        && digits * 16 >= length
        && digits > 1
        && segments * 5 >= length.min(60)
        && turns(token) * 3 >= length
        && entropy(token) >= 4.0
}

/// Whether a shorter token, in a place that tells, looks random.
pub fn is_random(token: &str) -> bool {
    let classes = [
        token.bytes().any(|b| b.is_ascii_lowercase()),
        token.bytes().any(|b| b.is_ascii_uppercase()),
        token.bytes().any(|b| b.is_ascii_digit()),
    ];
    classes.iter().filter(|has| **has).count() >= 2
        && turns(token) * 4 >= token.len()
        && entropy(token) >= 3.2
        && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.~+/=%".contains(&b))
}

/// How often the class of a character differs from that of the one before it.
fn turns(token: &str) -> usize {
    let class = |b: u8| (b.is_ascii_lowercase(), b.is_ascii_uppercase(), b.is_ascii_digit());
    token.as_bytes().windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count()
}

/// Shannon's entropy of the characters, in bits.
#[expect(clippy::cast_precision_loss, reason = "tokens are short")]
fn entropy(token: &str) -> f64 {
    let mut counts = [0_usize; 256];
    token.bytes().for_each(|b| counts[usize::from(b)] += 1);
    let length = token.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| *count as f64 / length)
        .map(|share| -share * share.log2())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_random_from_written() {
        let masked = |text: &str| {
            let mut found = Vec::new();
            find(text, &mut found);
            !found.is_empty()
        };
        assert!(masked("wJalrXUtnFEMI/K7MDENG/bPxRfiCYzQ8v2Lm4Tk"));
        assert!(masked("k = Zx8Kq2Lw9Rt4Yv6Bn1Mc3Pd5Sf7Gh0JkQwErTy"));
        assert!(masked("/srv/app/keys/Zx8Kq2Lw9Rt4Yv6Bn1Mc3Pd5Sf7Gh0JkQwErTy"));
        assert!(masked("/run/keys/Zx8Kq2Lw9R-t4Yv6Bn1Mc3Pd5-Sf7Gh0JkQwErTy"));
        for text in [
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "the_quick_brown_fox_jumps_over_the_lazy_dog_2",
            "AbstractSingletonProxyFactoryBeanWithLongName2",
            "sha512-wJalrXUtnFEMIxK7MDENGxbPxRfiCYzQ8v2Lm4TkwJalrXUtnFEMIxK7MDENGxbPxRfiCYzQ8v2Lm4Tk==",
            "/home/User1/Projects/MyApp2/src/components/Button3",
            "123e4567-e89b-12d3-a456-426614174000",
            "/T/tmp.AbCdEf12/runs/20261126T061121Z-ses_de9851dbdffeUSS5e2W9sxQZ4f-23565.ndjson",
            "/tmp/.tmp24NWvN/home/state/ocr/runs/20261126T061121Z-ses_de9851dbdffeUSS5e2W9sxQZ4f-23565.ndjson",
        ] {
            assert!(!masked(text), "{text}");
        }
    }
}

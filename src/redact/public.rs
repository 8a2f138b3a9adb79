//! Recognizes public data that looks like a secret: digests, public keys, certificates.

use super::around::line_before;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What is written before digests and data, which are public.
const DIGESTS: &[&str] = &[
    "sha1-",
    "sha256-",
    "sha384-",
    "sha512-",
    "sha256:",
    "SHA256:",
    "sha512:",
    "h1:",
    "base64,",
    "md5-",
    "integrity=",
    "ssh-ed25519 ",
    "ssh-rsa ",
    "ssh-dss ",
    "nistp256 ",
    "nistp384 ",
    "nistp521 ",
    "x-amz-id-2: ",
    "pin-sha256=\"",
    "pin-sha256=",
    "spki ",
    // A tag of a version, a boundary of parts, the id of an answer.
    "W/\"",
    "boundary=----",
    "WebKitFormBoundary",
    "chatcmpl-",
];

/// The last word of the name of a public key, in lower case.
const PUBLIC_NAMES: &[&str] = &["publickey", "public_key", "public-key", "public key", "pubkey"];

/// Whether a token is a digest or data by its beginning or by what stands before.
pub fn is_digest(text: &str, at: usize) -> bool {
    let before = line_before(text, at);
    let name = before.trim_end_matches([' ', '\t', '=', ':', '"', '\'']);
    let is_public = |word: &&str| {
        name.len() < before.len()
            && name.get(name.len().saturating_sub(word.len())..).is_some_and(|end| end.eq_ignore_ascii_case(word))
    };
    DIGESTS.iter().any(|word| before.ends_with(word) || text[at..].starts_with(word))
        || is_address_of_content(&text[at..])
        || PUBLIC_NAMES.iter().any(is_public)
}

/// Whether a text begins with the address of a file by its content, as IPFS writes it.
fn is_address_of_content(text: &str) -> bool {
    /// The length of a digest in base58, in bytes.
    const LENGTH: usize = 46;
    text.starts_with("Qm") && text.bytes().take(LENGTH + 1).take_while(u8::is_ascii_alphanumeric).count() == LENGTH
}

/// How the block of a public key or a certificate begins and ends, and what is between.
static PUBLIC: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"-----BEGIN (?:[A-Z0-9]+ )?(?:PUBLIC KEY|CERTIFICATE|CERTIFICATE REQUEST|X509 CRL|PGP SIGNATURE|SIGNATURE)(?: BLOCK)?-----[A-Za-z0-9+/=\\ \t\r\n]*-----END ",
    )
    .ok()
});

/// Base64 of public data in lines of equal width, as `base64` writes it.
static WRAPPED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let begins = DATA_BEGINS.join("|");
    Regex::new(&format!(
        r"(?:^|[^A-Za-z0-9+/])(?:{begins})[A-Za-z0-9+/]{{40,}}(?:(?:\\n|\r?\n)[A-Za-z0-9+/]{{60,76}})+"
    ))
    .ok()
});

/// Where public keys, certificates and wrapped data are, which are not secrets, in ascending order.
pub fn blocks(text: &str) -> Vec<Range<usize>> {
    let blocks = PUBLIC.iter().filter(|_| text.contains("-----BEGIN ")).flat_map(|block| block.find_iter(text));
    let wrapped = WRAPPED.iter().filter(|_| text.contains('\n') || text.contains("\\n"));
    let wrapped = wrapped.flat_map(|data| data.find_iter(text));
    let mut all: Vec<_> = blocks.chain(wrapped).map(|block| block.range()).collect();
    all.sort_unstable_by_key(|block| block.start);
    all
}

/// Whether one of these blocks, which ascend, has the place `at`.
pub fn holds(blocks: &[Range<usize>], at: usize) -> bool {
    let next = blocks.partition_point(|block| block.end <= at);
    blocks.get(next).is_some_and(|block| block.contains(&at))
}

/// How base64 of public data begins: images, sounds, fonts, programs, markup, certificates and public keys. An archive
/// may hold secrets.
const DATA_BEGINS: &[&str] = &[
    "iVBORw0KGgo",
    "/9j/",
    "R0lGOD",
    "UklGR",
    "AGFzbQ",
    "d09GMg",
    "d09GRg",
    "T2dnUw",
    "PHN2Zy",
    "PD94bWw",
    "LS0tLS1CRUdJTiBDRVJU",
    "LS0tLS1CRUdJTiBQVUJMSUM",
];

/// Whether a token is base64 of such data.
pub fn is_data(token: &str) -> bool {
    DATA_BEGINS.iter().any(|begin| token.trim_start_matches('=').starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_is_public() {
        let text = "-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----\nabc";
        let blocks = blocks(text);
        assert!(holds(&blocks, 30) && !holds(&blocks, text.len() - 1));
        for before in ["sha256-", "ssh-ed25519 ", "PublicKey = ", "public key: ", "\"publicKey\": \""] {
            assert!(is_digest(&format!("{before}AAAA"), before.len()), "{before}");
        }
        for before in ["PrivateKey = ", "key: ", "publickey"] {
            assert!(!is_digest(&format!("{before}AAAA"), before.len()), "{before}");
        }
    }
}

//! Recognizes what stands in the place of a secret: a word, a variable, or a reference to where the secret is kept.

use super::around::text_from;
use super::names::is_name_alone;

/// The longest word that stands for a value, in bytes, with some room.
const LONGEST_WORD: usize = 64;

/// Words that stand for a value.
const WORDS: &[&str] = &[
    "null",
    "none",
    "nil",
    "true",
    "false",
    "undefined",
    "required",
    "optional",
    "string",
    "str",
    "text",
    "bytes",
    "bool",
    "boolean",
    "int",
    "integer",
    "number",
    "any",
    "unknown",
    "object",
    "array",
    "void",
    "self",
    "default",
    "empty",
    "yes",
    "no",
    "value",
    "redacted",
    "hidden",
    "masked",
    "varchar",
    "char",
    "vec",
    "option",
    "never",
    "todo",
    "auto",
    "password",
    "token",
    "secret",
    "key",
    "missing",
    "invalid",
    "incorrect",
    "wrong",
    "set",
    "unset",
    "env",
    "file",
    "include",
    "omit",
    "same-origin",
    "changeme",
    "change-me",
    "change_me",
    "replaceme",
    "replace-me",
    "replace_me",
    "placeholder",
    "example",
    "dummy",
    "test",
    "bearer",
    "basic",
    "digest",
    "read",
    "write",
    "login",
    "plain",
    "return",
    "nullable",
    "sometimes",
    "enabled",
    "disabled",
    "stdin",
    "eof",
    // How it is kept.
    "bcrypt",
    "scrypt",
    "argon2",
    "argon2i",
    "argon2id",
    "pbkdf2",
    "sha256",
    "sha512",
    "md5",
    // What is said of it.
    "expired",
    "valid",
    "revoked",
    "rejected",
    "accepted",
    "denied",
    "refreshed",
    "found",
    "present",
    "absent",
    "ok",
];

/// How a reference begins: an expression, a template, a path, or an address in a store of secrets.
const REFERENCES: &[&str] = &[
    "$(",
    "${",
    "$env",
    "<",
    "{{",
    "{%",
    "%(",
    "%{",
    "#{",
    "[masked",
    "secrets.",
    "env.",
    "env(",
    "process.env",
    "os.environ",
    "…",
    "...",
    "your-",
    "your_",
    "./",
    "../",
    "~/",
    "file:",
    "env:",
    "fd:",
    "arn:",
    "ref+",
    "op://",
    "vault://",
    "awssm://",
    "gcpsm://",
    "sm://",
    "ssm:",
    "projects/",
    "secretref:",
    "@microsoft.keyvault",
    "!secret",
    "!vault",
    "!ref",
    "!sub",
    "!getatt",
];

/// What stands before the secret in the header of a request.
const SCHEMES: &[&str] = &["bearer", "basic", "token", "digest", "apikey"];

/// Whether a value stands for another, or for none: a variable, a template, asterisks, or a word.
pub fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    let lower = text_from(value, 0, LONGEST_WORD).to_lowercase();
    let credentials = lower.split_once(' ').filter(|(scheme, _)| SCHEMES.contains(scheme));
    !value.contains(char::is_alphanumeric)
        || REFERENCES.iter().any(|start| lower.starts_with(start)) && !lower.starts_with("${\"") && !is_unclosed(value)
        || credentials.is_some_and(|(scheme, _)| is_placeholder(&value[scheme.len() + 1..]))
        || is_variable(value)
        || is_anchor(value)
        || is_bracketed(value)
        || is_repeated(value)
        || is_name_alone(value)
        // Also the first of several rules: `required|min:8`.
        || WORDS.contains(&lower.split('|').next().unwrap_or_default().trim_end_matches(|c: char| !c.is_alphanumeric()))
}

/// Whether a value begins like words in angle brackets, and is none: no bracket closes it, and it has a digit.
fn is_unclosed(value: &str) -> bool {
    value.starts_with('<')
        && !value.starts_with("<(")
        && !value.contains('>')
        && value.contains(|c: char| c.is_ascii_digit())
}

/// Whether a value names a variable: `$TOKEN`, `$1`, `%TOKEN%`, or a member of one: `$_POST[`, `$request->`.
fn is_variable(value: &str) -> bool {
    let is_word = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
    if let Some(name) = value.strip_prefix('%').and_then(|name| name.strip_suffix('%')) {
        return name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    }
    let Some(name) = value.strip_prefix('$') else {
        return false;
    };
    let length = name.find(|c: char| !c.is_ascii_alphabetic() && c != '_').unwrap_or(name.len());
    let (name, rest) = name.split_at(length);
    rest.is_empty() && is_word(name)
        || is_word(name) && rest.starts_with(['[', '-', '.', '(', ':']) && !rest.contains(|c: char| c.is_ascii_digit())
        || name.is_empty() && rest.len() <= 2 && rest.bytes().all(|b| b.is_ascii_digit())
}

/// A file of curl, a decorator, an anchor of YAML: a name, and no password that begins with a sign.
fn is_anchor(value: &str) -> bool {
    value.strip_prefix(['@', '&']).is_some_and(|name| !name.contains(|c: char| c.is_ascii_digit()))
}

/// Whether a value is words in brackets: `[REDACTED]`, `<your key>`.
fn is_bracketed(value: &str) -> bool {
    let inside = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inside.is_some_and(|words| words.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '_' | '-')))
}

fn is_repeated(value: &str) -> bool {
    let mut letters = value.chars();
    let first = letters.next();
    letters.all(|c| Some(c) == first)
        && matches!(first, Some('*' | 'x' | 'X' | '.' | '-' | '•' | '_' | '?' | '#' | '='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_placeholders_from_values() {
        for text in [
            "$TOKEN",
            "$1",
            "${token}",
            "%DB_PASSWORD%",
            "[REDACTED]",
            "changeme",
            "Bearer $TOKEN",
            "Basic ${CREDS}",
            "$_POST[",
            "$request-",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a",
            "ref+vault://secret/db#/password",
            "projects/12/secrets/db/versions/latest",
            "file:pass.txt",
            "./service-account.json",
            "~",
            "********",
            "<your-key-2>",
            "bcrypt",
            "Contraseña",
            "パスワード",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["$Passw0rd-2", "$2b$12$abc", "%x1y2", "Bearer x1y2", "[x1y2]", "tests1", "my.x1y2", "<x1y2"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}

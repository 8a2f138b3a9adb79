//! Patterns for secrets in sentences. `commands.rs` runs them.

/// Words, one of which is there in any case, and a pattern.
pub const PLACES: &[(&[&str], &str)] = &[
    // From one to another.
    (
        &["password from", "passphrase from", "passwd from", "token from", "secret from", "key from"],
        r"(?i)\b(?:password|passphrase|passwd|token|secret|key)\s+from\s+[\x22'`]?(?P<a>[^\s\x22'`]*[0-9][^\s\x22'`]*)[\x22'`]?\s+to\s+[\x22'`]?(?P<b>[^\s\x22'`]*[0-9][^\s\x22'`.,]*)",
    ),
    // Behind the name of who logs in.
    (
        &["log in", "login", "sign in", "anmelden"],
        r"(?i)\b(?:log\s?in|sign\s?in|anmelden)\b[^\n/]{0,24}\s[^\s/]+\s+/\s+(?P<a>\S*[0-9!#$%^*]\S*)",
    ),
    (&["log in", "login"], r"(?i)\blog\s?in\s+(?:with|as|using)\s+[\w.@-]+:(?P<a>\S*[0-9!#$%^*]\S*)"),
    (
        &["credentials"],
        r"(?i)\b(?:use|with)\s+[`'\x22]?[^\s`'\x22]+[`'\x22]?\s+(?:and|/)\s+[`'\x22](?P<a>[^`'\x22\s]+)[`'\x22]\s+as\s+(?:the\s+)?credentials",
    ),
    // Before its name, or between commas.
    (
        &[
            "the password",
            "your password",
            "my password",
            "the passphrase",
            "the token",
            "your token",
            "access token",
            "the api key",
            "your api key",
            "the secret",
            "passwort",
        ],
        r"(?i)(?:^|[\s`'\x22])(?P<a>[^\s`'\x22/(]{5,}[0-9][^\s`'\x22/(]*|[^\s`'\x22/(]*[0-9][^\s`'\x22/(]{5,})[`'\x22]?\s+(?:is|was|ist)\s+(?:the|your|my|our|das|dein|mein|ihr)\s+(?:\w+\s+){0,2}(?:password|passphrase|passcode|passwort|secret|api\s+key|access\s+token|token)\b",
    ),
    (
        &["password,", "passphrase,", "token,", "secret,"],
        r"(?i)\b(?:password|passphrase|token|secret),\s+[`'\x22]?(?P<a>[^\s,`'\x22]{5,}[0-9][^\s,`'\x22()]*|[^\s,`'\x22()]*[0-9][^\s,`'\x22()]{5,})[`'\x22]?,\s+[a-z]",
    ),
    (
        &["password -", "passphrase -", "passwort -", "token -", "api key -"],
        r"(?im)^[ \t]*(?:password|passphrase|passwort|token|api key)\s+-\s+(?P<a>\S*[0-9]\S*)[ \t\r]*$",
    ),
    (&["temporary password"], r"(?i)\btemporary password\b[^\n:]{0,60}:\s*(?P<a>\S+)"),
    (
        &["passphrase of", "passphrase for", "password of", "password for"],
        r"(?i)\b(?:passphrase|password)\s+(?:of|for)\s+[^\n:=]{1,30}?\s+is\s+[\x22'`](?-i:(?P<a>[a-z]{3,}(?: [a-z]{3,}){3,5}))[\x22'`]",
    ),
    // Codes, and words of recovery phrases.
    (&["code:"], r"(?i:\bcode\b[^\n:]{0,8}:\s*)(?P<a>[A-Z0-9]{4}-[A-Z0-9]{4})\b"),
    (&["code is"], r"(?i)\bthe\s+code\s+is\s+(?P<a>[0-9]{6,8})\b"),
    (
        &["mnemonic", "phrase"],
        r"(?i:(?:mnemonic|(?:seed|recovery|secret)[ _-]?phrase))\w*[^\n:=]{0,24}[\s:=\x22'\\]+(?P<a>(?:[a-z]{3,8}[ ,]+){11,23}[a-z]{3,8})",
    ),
];

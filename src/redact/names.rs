//! Recognizes names that sound secret: of a setting, a header, a flag, a column or a variable.

/// How sure a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretName {
    /// A secret if its value looks like one: `key`, `auth`, `pass`.
    Likely,
    /// A secret, whatever its value looks like.
    Certain,
}

/// What begins a search for a name, in the languages that most programs and people use. Each is lower case.
pub const WORDS: &[&str] = &[
    "passw",
    "passphrase",
    "passcode",
    "pass",
    "pwd",
    "secret",
    "credential",
    "token",
    "key",
    "auth",
    "jwt",
    "cookie",
    "psk",
    "mnemonic",
    "otp",
    "pw",
    "creds",
    "apikey",
    "api-key",
    "signature",
    "bearer",
    "sas",
    "api key",
    "secret key",
    "access key",
    "client secret",
    "passwort",
    "kennwort",
    "contraseña",
    "contrasena",
    "mot de passe",
    "motdepasse",
    "senha",
    "hasło",
    "haslo",
    "şifre",
    "sifre",
    "parola",
    "رمز عبور",
    "گذرواژه",
    "parolă",
    "wachtwoord",
    "lösenord",
    "losenord",
    "adgangskode",
    "passord",
    "salasana",
    "heslo",
    "jelszó",
    "lozinka",
    "пароль",
    "пароля",
    "паролем",
    "пароли",
    "парола",
    "токен",
    "секрет",
    "ключ",
    "密码",
    "密碼",
    "口令",
    "密钥",
    "密鑰",
    "金鑰",
    "秘钥",
    "令牌",
    "パスワード",
    "暗証番号",
    "トークン",
    "비밀번호",
    "암호",
    "토큰",
    "κωδικός",
    "κωδικος",
    "סיסמה",
    "סיסמא",
    "كلمة المرور",
    "كلمة السر",
    "पासवर्ड",
    "mật khẩu",
    "kata sandi",
    "รหัสผ่าน",
    "clave",
    "clave de acceso",
    "chave de acesso",
    "code d'accès",
    "κωδικός πρόσβασης",
    "schlüssel",
    "_pat",
    "pepper",
    "salt",
    "community",
    "access_code",
    "access-code",
    "accesscode",
    "access code",
    "clé api",
    "clé d'api",
    "clé d'accès",
    "clé secrète",
    "jeton",
    "mdp",
    "zugangscode",
    "clave de api",
    "clave api",
    "clave secreta",
    "chave de api",
    "chave api",
    "chiave api",
    "chiave di accesso",
    "chiave segreta",
    "parola d'ordine",
    "token d'accès",
    "token de acceso",
    "token de acesso",
    "token di accesso",
    "apiキー",
    "キー",
    "秘密鍵",
    "合言葉",
    "키",
    "chave secreta",
    "codice segreto",
    "klucz api",
    "geheimnis",
];

/// Those of [`WORDS`] that are secrets, and whose last word alone would not say so.
const PHRASES: &[&str] = &[
    "clave de api",
    "clave api",
    "clave de acceso",
    "clave secreta",
    "chave de api",
    "chave api",
    "chave de acesso",
    "chiave api",
    "chiave di accesso",
    "chiave segreta",
    "clé api",
    "clé d'api",
    "parola d'ordine",
    "token de acceso",
    "token de acesso",
    "token di accesso",
    "chave secreta",
    "codice segreto",
    "klucz api",
    "geheimnis",
];

/// Words of a name that make it secret.
const STRONG: &[&str] = &[
    "password",
    "passwords",
    "passwd",
    "passwrd",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "credential",
    "credentials",
    "apikey",
    "token",
    "authtoken",
    "accesstoken",
    "secretkey",
    "accesskey",
    "privatekey",
    "jwt",
    "psk",
    "mnemonic",
    "userpass",
    "rootpass",
    "dbpass",
    "passwort",
    "kennwort",
    "contrasena",
    "senha",
    "haslo",
    "sifre",
    "wachtwoord",
    "losenord",
    "adgangskode",
    "passord",
    "salasana",
    "heslo",
    "lozinka",
    "motdepasse",
    "parola",
    "mypassword",
    "dbpassword",
    "requirepass",
    "masterauth",
    "creds",
    "cookie",
    "cookies",
    "accountkey",
    "sharedaccesskey",
    "otp",
    "pgpassword",
    "keypass",
    "passe",
    "sandi",
    "storepass",
    "sshpass",
    "bearer",
    "jeton",
    "mdp",
    "zugangscode",
    "adgangskoden",
    "adminpass",
    "bindpw",
    "rootpw",
    "pgpass",
    "ftppass",
    "smtppass",
    "totp",
    "accesscode",
];

/// Words of a name that may make it secret.
const WEAK: &[&str] = &[
    "pass",
    "auth",
    "key",
    "pw",
    "keys",
    "signature",
    "sas",
    "clave",
    "chave",
    "authorization",
    "pat",
    "pepper",
    "salt",
    "community",
];

/// Words before `key` that make it secret.
const OF_SECRET_KEYS: &[&str] = &[
    "api",
    "private",
    "access",
    "client",
    "auth",
    "account",
    "shared",
    "signing",
    "encryption",
    "encrypt",
    "decryption",
    "master",
    "license",
    "service",
    "subscription",
    "secret",
    "admin",
    "deploy",
    "ssh",
    "hmac",
    "webhook",
    "write",
    "ingest",
    "integration",
    "app",
    "crypto",
    "aes",
    "function",
    "host",
    "storage",
    "session",
];

/// Words before `pass` that make it a secret: whose it is, or what for.
const OF_PASSES: &[&str] = &[
    "auth", "db", "database", "admin", "root", "user", "smtp", "mail", "imap", "ftp", "ssh", "redis", "mysql", "pg",
    "postgres", "mongo", "rabbitmq", "sftp", "vault", "sudo", "proxy", "ldap", "bind", "service", "account", "login",
    "become", "wifi",
];

/// Words before `code` that make it a secret.
const OF_CODES: &[&str] = &["access", "recovery", "backup", "security", "verification"];

/// Words before `key` that make it harmless.
const OF_OTHER_KEYS: &[&str] = &[
    "public",
    "such",
    "foreign",
    "primary",
    "sort",
    "cache",
    "partition",
    "row",
    "group",
    "object",
    "map",
    "hash",
    "index",
    "unique",
    "query",
    "config",
    "json",
    "yaml",
    "dict",
    "i18n",
    "translation",
    "lookup",
    "route",
    "arrow",
    "enter",
    "on",
    "by",
    "get",
    "set",
    "has",
    "is",
    "not",
    "react",
    "item",
    "child",
    "idempotency",
    "registry",
    "hot",
    "any",
    "ed25519",
    "first",
    "last",
    "next",
    "prev",
    "candidate",
    "same",
    "new",
    "old",
    "block",
    "node",
    "page",
    "file",
    "test",
    "socket",
];

/// Last words of a name that tells about a secret, and holds none.
const HARMLESS: &[&str] = &[
    "count",
    "counts",
    "limit",
    "max",
    "min",
    "total",
    "usage",
    "budget",
    "type",
    "types",
    "id",
    "ids",
    "url",
    "uri",
    "endpoint",
    "length",
    "len",
    "size",
    "index",
    "name",
    "names",
    "expiry",
    "expires",
    "expiration",
    "ttl",
    "lifetime",
    "kind",
    "stream",
    "span",
    "text",
    "class",
    "tree",
    "policy",
    "field",
    "fields",
    "input",
    "reset",
    "strength",
    "form",
    "label",
    "hint",
    "placeholder",
    "prompt",
    "error",
    "errors",
    "file",
    "files",
    "path",
    "manager",
    "regex",
    "pattern",
    "validator",
    "required",
    "arn",
    "ref",
    "version",
    "store",
    "ring",
    "pair",
    "code",
    "word",
    "words",
    "board",
    "up",
    "down",
    "press",
    "event",
    "method",
    "mode",
    "provider",
    "service",
    "user",
    "username",
    "middleware",
    "handler",
    "router",
    "guard",
    "module",
    "state",
    "status",
    "flow",
    "scheme",
    "schema",
    "algorithm",
    "alg",
    "prefix",
    "suffix",
    "format",
    "source",
    "scope",
    "scopes",
    "rate",
    "per",
    "used",
    "left",
    "enabled",
    "disabled",
    "helper",
    "test",
    "tests",
    "domain",
    "jar",
    "consent",
    "banner",
    "parser",
    "header",
    "headers",
    "env",
    "var",
    "stdin",
    "chars",
    "plugin",
    "alias",
    "aliases",
    "rounds",
    "encryption",
    "timeout",
    "seconds",
    "minutes",
    "hours",
    "days",
    "interval",
    "duration",
    "age",
    "minimum",
    "maximum",
    "retries",
    "attempts",
    "iterations",
    "cost",
    "hasher",
    "hashers",
];

/// The words of a name: `dbPassword_2` has `db`, `password` and `2`; `JWTSecret` has `jwt` and `secret`.
fn words(name: &str) -> Vec<String> {
    let (mut words, mut word, mut before) = (Vec::new(), String::new(), ' ');
    for (at, c) in name.char_indices() {
        // Of capitals in a row, the last one begins a word of its own, unless a plural `s` is all that follows.
        let ends_row = || {
            let mut rest = name[at + c.len_utf8()..].chars();
            before.is_ascii_uppercase() && rest.by_ref().take(2).filter(char::is_ascii_lowercase).count() == 2
        };
        let starts = c.is_ascii_uppercase() && (before.is_ascii_lowercase() || ends_row()) || !c.is_alphanumeric();
        if starts && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

/// How telling a name is.
pub fn telling(name: &str) -> Option<SecretName> {
    if PHRASES.contains(&name.to_lowercase().as_str()) {
        return Some(SecretName::Certain);
    }
    let words = words(name);
    let mut meaning = words.iter().rev().skip_while(|word| word.chars().all(|c| c.is_ascii_digit()));
    let last = meaning.next()?;
    if last == "code" && meaning.clone().next().is_some_and(|before| OF_CODES.contains(&before.as_str())) {
        return Some(SecretName::Likely);
    }
    // `existingSecret` is the name of one, and `TOKEN_EXPIRES_IN` is a time.
    let is_other = |word: &str| matches!(word, "existing" | "expires" | "expire" | "expiry" | "expiration");
    if words.iter().any(|word| is_other(word)) {
        return None;
    }
    if HARMLESS.contains(&last.as_str()) && words.len() > 1 {
        return None;
    }
    if is_foreign(name) || words.iter().any(|word| is_strong(word)) {
        return Some(SecretName::Certain);
    }
    let before = meaning.next().map_or("", String::as_str);
    if last == "pass" && OF_PASSES.contains(&before) {
        return Some(SecretName::Certain);
    }
    if last == "key" || last == "keys" {
        return match before {
            _ if OF_SECRET_KEYS.contains(&before) && last == "key" => Some(SecretName::Certain),
            _ if OF_OTHER_KEYS.contains(&before) => None,
            _ => Some(SecretName::Likely),
        };
    }
    let compound = words.windows(2).any(|pair| pair[1] == "key" && OF_SECRET_KEYS.contains(&pair[0].as_str()));
    (compound || words.iter().any(|word| WEAK.contains(&word.as_str()))).then_some(SecretName::Likely)
}

/// Whether a name ends in one of [`WORDS`] of another script, or with an accent: those are names of secrets and of nothing
/// else.
fn is_foreign(name: &str) -> bool {
    if name.is_ascii() {
        return false;
    }
    let lower = name.to_lowercase();
    let name = lower.trim_end_matches(|c: char| !c.is_alphabetic());
    WORDS.iter().any(|known| !known.is_ascii() && name.ends_with(known))
}

/// Whether a name says that it is of a secret, and in its last word that it may be another thing: `DB_PASSWORD_TEST`,
/// `existing_password`, `TEST_KEY`. Only its value can tell.
pub fn is_doubtful(name: &str) -> bool {
    /// What tests and rotations of keys are named by, and not kinds of keys.
    const KEYS: [&str; 4] = ["test", "new", "old", "node"];
    let words = words(name);
    let [.., before, last] = words.as_slice() else {
        return false;
    };
    let (before, last) = (before.as_str(), last.as_str());
    match last {
        "key" => KEYS.contains(&before),
        // An application signs in with it, and with no other id.
        "id" => before == "secret",
        _ if DESCRIBING.contains(&last) => false,
        _ => telling(name).is_none() && words.iter().any(|word| is_strong(word)),
    }
}

/// Those of [`HARMLESS`] that no secret ends in, whatever it looks like.
const DESCRIBING: &[&str] = &[
    "id",
    "ids",
    "url",
    "uri",
    "endpoint",
    "path",
    "file",
    "files",
    "arn",
    "ref",
    "version",
    "name",
    "names",
    "in",
    "at",
    "expires",
    "expiry",
    "expiration",
    "alg",
    "algorithm",
    "ttl",
    "code",
    "status",
    "state",
    "type",
    "types",
    "error",
];

/// Whether a value is nothing but the name of a secret in some language, as in a translation: `Passwort`.
pub fn is_name_alone(value: &str) -> bool {
    let value = value.trim().to_lowercase();
    WORDS.contains(&value.as_str()) && telling(&value) == Some(SecretName::Certain)
}

/// Whether a key with this word before it, in lower case, is harmless.
pub fn is_of_other_key(word: &str) -> bool {
    OF_OTHER_KEYS.contains(&word)
}

fn is_strong(word: &str) -> bool {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let ends = [
        "password",
        "passwd",
        "passwort",
        "passphrase",
        "storepass",
        "keypass",
        "apikey",
        "secretkey",
        "secret",
        "token",
    ];
    // `PWD` and `OLDPWD` are folders.
    let is_pwd = word.len() > 3 && word.ends_with("pwd") && !matches!(word, "oldpwd" | "cpwd" | "wpwd");
    STRONG.contains(&word) || is_pwd || ends.iter().any(|end| word.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubts_names_that_end_in_other_words() {
        for name in [
            "DB_PASSWORD_TEST",
            "API_TOKEN_SERVICE",
            "VAULT_SECRET_ID",
            "existing_password",
            "passwordInput",
            "TEST_KEY",
        ] {
            assert!(telling(name).is_none() && is_doubtful(name), "{name}");
        }
        for name in [
            "DB_PASSWORD",
            "max_tokens",
            "token_type",
            "JWT_EXPIRES_IN",
            "TOKEN_URL",
            "PASSWORD_FILE",
            "key_id",
            "cache_key",
            "keyboard",
        ] {
            assert!(!is_doubtful(name), "{name}");
        }
        assert!(is_name_alone("Passwort") && is_name_alone("パスワード") && !is_name_alone("pepper"));
    }

    #[test]
    fn tells_names_apart() {
        for name in [
            "DB_PASSWORD",
            "apiKey",
            "x-api-key",
            "AWS_SECRET_ACCESS_KEY",
            "authToken",
            "password2",
            "пароль",
            "client_secret",
            "JWTSecret",
            "APIToken",
            "AWSSecret",
            "clientsecret",
            "apitoken",
            "clave de API",
            "adgangskoden",
            "DB_PASS",
            "keystorePassphrase",
            "srcstorepass",
        ] {
            assert_eq!(telling(name), Some(SecretName::Certain), "{name}");
        }
        for name in ["STRIPE_KEY", "RENDER_PASS", "accessCode", "NONCE_SALT", "BASIC_AUTH", "AUTH_PROD", "KEY"] {
            assert_eq!(telling(name), Some(SecretName::Likely), "{name}");
        }
        for name in [
            "max_tokens",
            "tokenCount",
            "keyboard",
            "passed",
            "author",
            "public_key",
            "token_type",
            "monkey",
            "bypass",
            "passwordLength",
            "existingSecret",
            "JWT_EXPIRES_IN",
            "RELEASE_KEY_ALIAS",
        ] {
            assert_eq!(telling(name), None, "{name}");
        }
    }
}

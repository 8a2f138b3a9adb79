//! Patterns for PINs, codes and hexadecimal keys, which only the neighbouring words identify. `commands.rs` runs them.

/// Words, one of which is there in any case, and a pattern. `IS` is what joins a name and its value in a sentence.
pub const PLACES: &[(&[&str], &str)] = &[
    // A code that is good once, or that opens something.
    (
        &["code", "codice", "kod"],
        r#"(?i)\b(?:(?:verification|security|recovery|backup|access|login|log-in|sign-in|confirmation|authentication|authenticator|one[ -]?time|sms|2fa|mfa|otp|totp|pin|door|gate|alarm|unlock|entry|pairing|activation|reset|parental|tan)[ _-]?code|code\s+(?:de\s+(?:v[ée]rification|s[ée]curit[ée]|validation|confirmation)|secret|pin|sms)|codice\s+(?:di\s+(?:verifica|sicurezza|conferma)|pin|segreto)|kod\s+(?:weryfikacyjny|pin|sms))["'*]*IS["'`*]*(?P<a>[0-9]{4,10}|[0-9]{3}[ -][0-9]{3})\b"#,
    ),
    (
        &[
            // Only letters of ASCII are found in both cases, so words begin after what is none.
            "digo",
            "tigungscode",
            "sicherheitscode",
            "einmalcode",
            "zierungscode",
            "zugangscode",
            "verificatiecode",
            "rulama kodu",
            "onay kodu",
            "xác",
            "XÁC",
        ],
        r#"(?i)(?:c[óo]digo\s+(?:de\s+(?:verifica\S+|segura\S+|seguridad|confirma\S+|acces\S+)|pin|sms)|(?:bestätigungs|sicherheits|einmal|verifizierungs|zugangs)code|verificatiecode|(?:doğrulama|onay)\s+kodu|mã\s+xác\s+\S+)["'*]*IS["'`*]*(?P<a>[0-9]{4,10}|[0-9]{3}[ -][0-9]{3})\b"#,
    ),
    (
        &[
            "验证码",
            "驗證碼",
            "認証コード",
            "確認コード",
            "인증번호",
            "인증 코드",
            "暗証番号",
            "подтверждения",
            "Подтверждения",
            "ПОДТВЕРЖДЕНИЯ",
            "доступа",
            "ДОСТУПА",
            "-код",
            "-КОД",
            "из смс",
            "из СМС",
            "ИЗ СМС",
            "رمز التحقق",
        ],
        r#"(?i)(?:验证码|驗證碼|認証コード|確認コード|인증번호|인증 코드|暗証番号|код(?:а|ом)? (?:подтверждения|доступа|из смс)|пин-код|رمز التحقق)["'*]*IS["'`*]*(?P<a>[0-9]{4,10}|[0-9]{3}[ -][0-9]{3})(?:[^0-9]|$)"#,
    ),
    (
        &["otp", "totp"],
        r#"(?i)(?:\b|_)t?otp["'*]*(?:\s+(?:code|token|for\s+\S{1,24}))?IS["'`*]*(?P<a>[0-9]{6,8}|[0-9]{3}[ -][0-9]{3})\b"#,
    ),
    (
        &["pin ", "pin-", "pin\"", "pin:", "pin="],
        r#"(?i)\bpin(?:-?(?:code|nummer|number))?["'*]*\s+(?:lautet|ist|est|es|é|è|jest|är|er|was|now)\s+["'`*]*(?P<a>[0-9]{4,8})\b"#,
    ),
    (
        &["pin"],
        r#"(?i)\b(?:pin(?:[ -]?(?:code|number))?\s+(?:was|is|has\s+been)\s+(?:now\s+)?(?:changed|set|reset)\s+to|(?:my|your|our|voicemail|sim|card|bank|atm|phone|door|login|security)\s+pin)\s+["'`*]*(?P<a>[0-9]{4,8})\b"#,
    ),
    (&["2fa", "mfa"], r"(?i)\b(?:2fa|mfa)\s*[:=]\s*(?P<a>[0-9]{6,8})\b"),
    (
        &["code "],
        r"(?i)\bcode\s+(?P<a>[0-9]{6,8}|[0-9]{3}[ -][0-9]{3})\s+to\s+(?:sign|log|verify|confirm|complete|continue|finish|reset|unlock|proceed)\b",
    ),
    // The number before what it is.
    (
        &["your", "ist ihr", "est votre", "es tu", "es su"],
        r"(?i)\b(?:[a-z]{1,4}-)?(?P<a>[0-9]{4,8}|[0-9]{3}[ -][0-9]{3})\s+(?:is\s+your|as\s+your|ist\s+ihr|est\s+votre|es\s+[ts]u)\s+(?:\S+\s+)?(?:(?:verification|security|login|confirmation|authentication|access|one[ -]time|sign-in|2fa|sms)\s*-?code|\S{4,}scode|c[óo]d(?:e|igo)\s+de\s+\S+|otp|pin|passcode)\b",
    ),
    (&["is your"], r"\b(?P<a>[0-9]{6}|[0-9]{3}[ -][0-9]{3}) is your (?:[A-Z]\w+ ){1,2}(?:\w+ )?code\b"),
    (
        &["licen", "product", "serial", "activation"],
        r#"(?i:\b(?:licen[cs]e|product|serial|activation)(?:[ _-](?:key|number|code))?\b["'`*]*IS["'`*]*)(?P<a>[A-Z0-9]{4,6}(?:-[A-Z0-9]{4,6}){3,7})\b"#,
    ),
    (&["cvc", "cvv"], r"(?i)\bcv[cv]2?\s+(?:is\s+)?(?P<a>[0-9]{3,4})\b"),
    // The key that recovers a disk of Windows: eight groups of six digits.
    (&["recovery", "unlock", "bitlocker", "numerical"], r"\b(?P<a>(?:[0-9]{6}-){7}[0-9]{6})\b"),
    // A key of hexadecimal digits after its name.
    (
        &["key"],
        r#"(?i)\b(?:private|secret|session|encryption|decryption|signing|master|api|access|symmetric|aes(?:[ -]?(?:128|192|256))?|hmac|shared|derived|device|disk|root|hex|license|storage|wallet|pre-?shared|recovery|admin)[ _-]keys?\b["'`*]*(?:\s+(?:in\s+)?\(?hex\)?|\s+\([^)\n]{1,16}\)|\s+(?:for|of)\s+(?:the\s+)?\S{1,24})?IS["'`*]*(?P<a>(?:0x)?[0-9a-f]{32,256})\b"#,
    ),
    (
        &["seed", "oathtool"],
        r#"(?i:(?:\b|_)t?otp[ _-](?:seed|key|secret)["'*]*IS["'`*]*|\boathtool\s(?:[^\n|;&]*\s)?)(?P<a>[A-Z0-9]{16,64})\b"#,
    ),
    // What a server says of a key that it refuses.
    (
        &["key '", "key \"", "key `", "token '", "token \"", "token `", "key: '", "key: \"", "token: '", "token: \""],
        r#"(?i)\b(?:invalid|incorrect|wrong|bad|expired|revoked|unauthorized|rejected)\s+(?:api\s+|access\s+|auth\s+)?(?:key|token):?\s+["'`](?P<a>[\w-]{12,}[0-9][\w-]*|[\w-]*[0-9][\w-]{12,})["'`]"#,
    ),
    // The log of a browser's keys.
    (
        &["client_random ", "_secret ", "_secret_0 "],
        r"\b(?:CLIENT_RANDOM|[A-Z]+(?:_[A-Z]+)*_SECRET(?:_[0-9]+)?) [0-9a-fA-F]{64} (?P<a>[0-9a-fA-F]{32,128})\b",
    ),
    // What the camera of a phone reads to join a network.
    (&["wifi:"], r"\bWIFI:(?:[A-OQ-Z]:[^;\n]*;)*P:(?P<a>(?:[^;\\\n]|\\.)+);"),
    // The words of a wallet.
    (&["seed"], r"(?i:\bseed(?:\s+words)?)[\x22']?\s*[:=]\s*[\x22']?(?P<a>(?:[a-z]{3,8}[ ,]+){11,23}[a-z]{3,8})\b"),
];

/// What joins a name and its value in a sentence, or a setting.
pub const IS: &str = r#"(?:\s*[:=：＝—–]+\s*|\s+-\s+|\s*(?:is|was|ist|lautet|est|es|è|é|jest|är|er|是|为|為|は|가|는|은)(?::|\s+|["'`*]|(?-u:\b))\s*|\s+)"#;

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
    (
        &["from"],
        r"(?i)\b(?:password|passphrase|passcode|token|secret|key)\b[^\n.]{0,20}\b(?:changed|updated|rotated|reset|switched|moved)\s+from\s+[\x22'`]?(?P<a>[^\s\x22'`]*[0-9!#$%^*][^\s\x22'`]{3,})[\x22'`]?\s+to\s+[\x22'`]?(?P<b>[^\s\x22'`]*[0-9!#$%^*][^\s\x22'`]{3,})",
    ),
    // The key of a network, and one that opens an address.
    (
        &["wifi", "wi-fi", "wlan", "ssid"],
        r"(?i)\b(?:wi-?fi|wlan|ssid)\b[^\n]{0,40}[\s,;](?:key|code|pass)\s+[\x22'`]?(?P<a>\pL[^\s\x22'`]{3,}[0-9]{2}[^\s\x22'`]*)",
    ),
    (
        &["using key", "with key", "using pass", "with pass", "using code", "with code"],
        r"(?i)\b(?:using|with)\s+(?:key|pass|code)\s+[\x22'`]?(?P<a>[^\s\x22'`]{3,}[0-9][^\s\x22'`]*)[\x22'`]?\s+(?:at|on|for|to|against|via)\s+[a-z][a-z0-9+.-]*://",
    ),
    (&["key s:"], r"\bkey\s+s:(?P<a>\S{5,})"),
    // A phrase of words with hyphens.
    (
        &["passphrase", "password"],
        r"(?i)\bpass(?:phrase|word)\b[^\n.:=]{0,40}\sis\s+[\x22'`“](?-i:(?P<a>[a-z]{3,}(?:-[a-z]{3,}){2,7}))[\x22'`”]",
    ),
    // The verb comes after whose or what for it is, or an adverb before the secret.
    (
        &[
            "passwort",
            "kennwort",
            "passord",
            "heslo",
            "hasło",
            "wachtwoord",
            "senord",
            "senha",
            "contraseña",
            "mot de passe",
        ],
        r"(?i)(?:passwort|kennwort|passord\w*|heslo|hasło|wachtwoord|lösenord\w*|senha|contraseña|mot de passe)\b[^\n.:=]{0,30}\s(?:ist|er|je|är|is|es|é|est|jest)\s+(?:\pL+\s+)?[\x22'`„“«]?(?P<a>\pL[^\s\x22'`“”»-]{5,}[0-9]{2,}[^\s\x22'`“”».,-]*|\pL[^\s\x22'`“”»-]*[0-9]{2,}[^\s\x22'`“”».,-]{5,})(?:[\s\x22'`“”».,]|$)",
    ),
    // What or whose it is stands between the name and the colon.
    (
        &["password", "passphrase", "passcode", "pin ", "token", "secret"],
        r"(?i)\b(?:password|passphrase|passcode|pin|token|secret)\s+(?:\([^)\n]{1,30}\)|(?:for|of)\s+[\w .-]{1,40}?):[ \t]+[\x22'`]?(?P<a>[^\s\x22'`]{3,}[0-9][^\s\x22'`]{3,}|[^\s\x22'`]{6,}[0-9])",
    ),
    // "Use X as the password", in other languages.
    (
        &[
            "als passwort",
            "als kennwort",
            "comme mot de passe",
            "como contraseña",
            "como clave",
            "como senha",
            "come password",
            "als wachtwoord",
            "som lösenord",
            "som passord",
            "som adgangskode",
            "jako hasł",
            "jako hesl",
            "как пароль",
            "в качестве пароля",
            "як пароль",
        ],
        r"(?i)(?P<a>[^\s\x22'`«»„“”/(]{5,}[0-9][^\s\x22'`«»„“”/(]*|[^\s\x22'`«»„“”/(]*[0-9][^\s\x22'`«»„“”/(]{5,})(?:\s*»|[\x22'`“”])?\s+(?:als\s+(?:passwort|kennwort|wachtwoord)|comme\s+mot\s+de\s+passe|como\s+(?:contraseña|clave|senha)|come\s+password|som\s+(?:lösenord|passord|adgangskode)|jako\s+(?:hasł|hesl)|как\s+пароль|в\s+качестве\s+пароля|як\s+пароль)",
    ),
    // What it was changed to.
    (
        &["contraseña", "contrasena", "senha", "clave", "mot de passe", "wachtwoord", "senord", "passwort", "kennwort"],
        r"(?i)(?:mot de passe\s+(?:en|à)|(?:contraseña|contrasena|senha|clave|wachtwoord|lösenord\w*|passwort|kennwort)\s+(?:a|à|auf|naar|till?))\s+[\x22'`„“«]?(?P<a>[^\s\x22'`“”»/]{5,}[0-9][^\s\x22'`“”»/]*|[^\s\x22'`“”»/]*[0-9][^\s\x22'`“”»/]{5,})",
    ),
    // Behind whose or what for it is, or how it came about.
    (
        &["password you", "passphrase you", "token you", "key you", "secret you", "password i", "token i"],
        r"(?i)\b(?:password|passphrase|token|secret|key)\s+(?:you|i)\s+[^\n:]{2,24}:\s+[\x22'`„“«]?(?P<a>\pL[^\s\x22'`“”»/-]{5,}[0-9]{2,}[^\s\x22'`“”».,/-]*|\pL[^\s\x22'`“”»/-]*[0-9]{2,}[^\s\x22'`“”».,/-]{5,})(?:[\s\x22'`“”».,]|$)",
    ),
    (
        &[", pass "],
        r"(?i)\b(?:user|username|login)\s+\S+,\s+pass\s+[\x22'`„“«]?(?P<a>\pL[^\s\x22'`“”»/-]{5,}[0-9]{2,}[^\s\x22'`“”».,/-]*|\pL[^\s\x22'`“”»/-]*[0-9]{2,}[^\s\x22'`“”».,/-]{5,})(?:[\s\x22'`“”».,]|$)",
    ),
    (
        &["out to be", "up being"],
        r"(?i)\b(?:password|passphrase|passcode|token|secret|key)\s+(?:turn(?:ed|s)\s+out\s+to\s+be|end(?:ed|s)\s+up\s+being)\s+[\x22'`„“«]?(?P<a>\pL[^\s\x22'`“”»/-]{5,}[0-9]{2,}[^\s\x22'`“”».,/-]*|\pL[^\s\x22'`“”»/-]*[0-9]{2,}[^\s\x22'`“”».,/-]{5,})(?:[\s\x22'`“”».,]|$)",
    ),
    (
        &["clave ", "contraseña "],
        r"(?i)\b(?:la|su|tu|mi)\s+(?:clave|contraseña)\s+[\x22'`„“«]?(?P<a>\pL[^\s\x22'`“”»/-]{5,}[0-9]{2,}[^\s\x22'`“”».,/-]*|\pL[^\s\x22'`“”»/-]*[0-9]{2,}[^\s\x22'`“”».,/-]{5,})(?:[\s\x22'`“”».,]|$)",
    ),
    (
        &["senha", "contraseña", "clave"],
        r"(?i)\b(?:senha|contraseña|clave)\b[^\n.:=]{0,30}\s(?:foi|fue|ha\s+sido)\s+\pL+\s+(?:para|a|por)\s+[\x22'`„“«]?(?P<a>\pL[^\s\x22'`“”»/-]{5,}[0-9]{2,}[^\s\x22'`“”».,/-]*|\pL[^\s\x22'`“”»/-]*[0-9]{2,}[^\s\x22'`“”».,/-]{5,})(?:[\s\x22'`“”».,]|$)",
    ),
    (
        &["parola", "şifre", "Şifre", "sifre"],
        r"(?i)(?:parola|[şs]ifre)(?:n|m|si|n[ıi]z|m[ıi]z)?\s+[\x22'`„“«]?(?P<a>\pL[^\s\x22'`“”»/-]{5,}[0-9]{2,}[^\s\x22'`“”».,/-]*|\pL[^\s\x22'`“”»/-]*[0-9]{2,}[^\s\x22'`“”».,/-]{5,})(?:[\s\x22'`“”».,]|$)",
    ),
    (
        &["kata sandi"],
        r"(?i)\bkata\s+sandi(?:nya|mu|ku)?\s+(?:adalah\s+)?[\x22'`„“«]?(?P<a>\pL[^\s\x22'`“”»/-]{5,}[0-9]{2,}[^\s\x22'`“”».,/-]*|\pL[^\s\x22'`“”»/-]*[0-9]{2,}[^\s\x22'`“”».,/-]{5,})(?:[\s\x22'`“”».,]|$)",
    ),
    (
        &["пароль ", "Пароль ", "пароля ", "Пароля "],
        r"(?i)парол[ья]\s+(?:(?:до|від|для|к|от)\s+\pL+\s+(?:\pL+\s+)?)?[\x22'`„“«]?(?P<a>\pL[^\s\x22'`“”»/-]{5,}[0-9]{2,}[^\s\x22'`“”».,/-]*|\pL[^\s\x22'`“”»/-]*[0-9]{2,}[^\s\x22'`“”».,/-]{5,})(?:[\s\x22'`“”».,]|$)",
    ),
    (
        &["паролата", "Паролата"],
        r"(?i)паролата\s+(?:\pL+\s+){0,3}е\s+[\x22'`„“«]?(?P<a>\pL[^\s\x22'`“”»/-]{5,}[0-9]{2,}[^\s\x22'`“”».,/-]*|\pL[^\s\x22'`“”»/-]*[0-9]{2,}[^\s\x22'`“”».,/-]{5,})(?:[\s\x22'`“”».,]|$)",
    ),
    // Its value, and then what it is.
    (&["value:"], r"(?i)\bvalue:\s+(?P<a>\pL[^\s()]*[0-9]{2}[^\s()]*)\)?\s+(?:password|secret|token|passphrase)\b"),
    // Who logs in, and with what.
    (
        &["logged in", "logged on", "log in", "login", "sign in", "signed in", "logging in"],
        r"(?i)\b(?:log(?:ged|ging)?\s?[io]n|sign(?:ed)?\s+in)\s+(?:(?:with|as|using)\s+)?[a-z][\w.-]{0,40}[:/](?P<a>\pL[^\s/:@]{3,}[0-9]{2}[^\s/:@]*|[^\s/:@]*[0-9]{2}[^\s/:@]{4,})(?:@|\s|$)",
    ),
    // An account and its password, as database clients are given them.
    (
        &[
            "connect",
            "conn ",
            "logon",
            "denied",
            "login",
            "target",
            "catalog",
            "auxiliary",
            "sqlplus",
            "expdp",
            "impdp",
            "exp ",
            "imp ",
            "rman",
            "sqlldr",
        ],
        r"(?i)(?:^|[\s\x22'])(?:connect\w*|conn|logon|denied|login|target|catalog|auxiliary|sqlplus|expdp|impdp|exp|imp|rman|sqlldr)(?:\s+(?:as|to|for|with|user|denied|-\w+|/nolog))*\s+[\x22']?[a-z][\w$#]{0,29}/(?P<a>[^\s/@\x22'.]*[0-9!#$%^*][^\s/@\x22'.]*[0-9!#$%^*][^\s/@\x22']*)(?:@|\s|[\x22']|$)",
    ),
    (
        &["user/", "system/", "sys/", "scott/"],
        r"(?:^|[\s\x22'])(?:user|system|sys|scott)/(?P<a>\pL[^\s/@\x22'-]*[0-9]{2}[^\s/@\x22'-]*)@[A-Z]",
    ),
    (&["connect to"], r"(?i)\bconnect\s+to\s+\S+\s+user\s+\S+\s+using\s+(?P<a>[^\s;]+)"),
];

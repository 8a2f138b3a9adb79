//! Patterns for secrets in source code and data files. `commands.rs` runs them.

/// Words, one of which is there in any case, and a pattern.
pub const PLACES: &[(&[&str], &str)] = &[
    // The default of an argument, of a variable, of an environment.
    (
        &["default=\"", "default='", "default: \"", "default: '", "default = "],
        r#"["']-{1,2}NAME["'][^\n)]{0,120}?\bdefault\s*[=:]\s*["'](?P<a>[^"'\n]+)["']"#,
    ),
    (
        &["|| \"", "|| '", "?? \"", "?? '", " or \"", " or '"],
        r#"NAME["']?\s*[:=][^\n]{0,60}?(?:\|\||\?\?|\bor\b)\s*["'](?P<a>[^"'\s]+)["']"#,
    ),
    (&[" as string"], r#"(?i)NAME\s+As\s+\w+\s*=\s*"(?P<a>[^"\n]+)""#),
    (&[" string = "], r#"NAME\s+\*?string\s*=\s*["`](?P<a>[^"`\n]+)["`]"#),
    (&["let("], r#"\blet!?\(:NAME\)\s*\{\s*["'](?P<a>[^"'\n]+)["']"#),
    (
        &["env("],
        r#"(?i)(?:NAME|\bpass)["']?\s*(?:=>|[:=])\s*(?:\w+\.)?(?:get)?env\(\s*["'][^"'\n]*["']\s*,\s*["'](?P<a>[^"'\n]+)["']"#,
    ),
    (
        &["[]byte(", "secretstr(", "secret(", "some(", "::from(", "::new(", "buffer.from(", "new string("],
        r#"NAME["']?\s*(?::=|[:=])\s*(?:\[\]byte|Some|SecretStr|Secret|Buffer\.from|new\s+String|(?:Secret)?String::(?:new|from))\(\s*b?["'](?P<a>[^"'\n]+)["']"#,
    ),
    (
        &["[]byte("],
        r#"(?i)\b\w*(?:jwt|api|secret|sign\w*|private|hmac|auth|encrypt\w*|aes)_?key["']?\s*(?::=|[:=])\s*\[\]byte\(\s*["`](?P<a>[^"`\s]*[0-9][^"`\s]*)["`]"#,
    ),
    // A property of C#, and an array of characters of C.
    (&["{ get;"], r#"NAME\s*\{\s*get;[^}\n]*\}\s*=\s*"(?P<a>[^"\n]+)""#),
    (&["] = \""], r#"NAME\s*\[[0-9A-Z_]*\]\s*=\s*"(?P<a>[^"\s]+)""#),
    // Attributes of elements.
    (&["value="], r#"<NAME\s+value\s*=\s*["'](?P<a>[^"'\s<{$]*[0-9][^"'\s<{]*)["']"#),
    (
        &["type=\"password\"", "type='password'"],
        r#"(?i)<input\b[^>\n]*\btype=["']password["'][^>\n]*\bvalue=["'](?P<a>[^"'\s<{$]*[0-9][^"'\s<{]*)["']"#,
    ),
    // Sessions of web servers and frameworks: a cookie without its header, and one in a list of cookies.
    (
        &["phpsessid=", "jsessionid=", "sessionid=", "_sessionid=", "connect.sid=", "_session="],
        r"\b(?:PHPSESSID|JSESSIONID|ASP\.NET_SessionId|connect\.sid|_gitlab_session|laravel_session|sessionid)=(?P<a>[A-Za-z0-9%.-]{20,})",
    ),
    (
        &["\"name\""],
        r#""name"\s*:\s*"(?:PHPSESSID|JSESSIONID|ASP\.NET_SessionId|connect\.sid|_gitlab_session|laravel_session|sessionid)"\s*,\s*"value"\s*:\s*"(?P<a>[A-Za-z0-9%.-]{16,})""#,
    ),
    // Arguments by their position.
    (
        &["mysql_real_connect("],
        r#"\bmysql_real_connect\(\s*[^,"\n]+,\s*(?:"[^"\n]*"|\w+)\s*,\s*(?:"[^"\n]*"|\w+)\s*,\s*"(?P<a>[^"\n]+)""#,
    ),
    (
        &["jwt.", "hmac.new("],
        r#"\b(?:jwt\.(?:sign|verify|encode|decode)\(\s*[^,"'\n]+,|hmac\.new\()\s*b?["'](?P<a>[^"'\n]+)["']"#,
    ),
    (&["credentials("], r#"(?:\b|Password)Credentials\((?:\s*"[^"\n]*"\s*,){1,3}\s*"(?P<a>[^"\n]+)"\s*\)"#),
    (
        &["url.create", "pdo(", "dbi->connect"],
        r#"(?:\bURL\.create|\bPDO|\bDBI->connect)\(\s*(?:["'][^"'\n]*["']|[^,"'\n]+)\s*,\s*["'][^"'\n]*["']\s*,\s*["'](?P<a>[^"'\n]+)["']"#,
    ),
    (
        &["wifi.begin", "authenticationtoken(", "setbasicauth(", "basic_auth"],
        r#"(?:(?:\bWiFi\.begin|AuthenticationToken|SetBasicAuth|\bbasic_auth)\(\s*|\bbasic_auth[ \t]+)["'][^"'\n]*["']\s*,\s*["'](?P<a>[^"'\n]+)["']"#,
    ),
    (&["getconnection("], r#"\bgetConnection\(\s*[^,"'\n]+,\s*["'][^"'\n]*["']\s*,\s*["'](?P<a>[^"'\n]+)["']"#),
    (&["userpwd"], r#"USERPWD\s*,\s*["'][^"':\n]+:(?P<a>[^"'\n]+)["']"#),
    (
        &["pgp_sym_", "aes_encrypt", "aes_decrypt"],
        r"(?i)\b(?:pgp_sym_(?:en|de)crypt|aes_(?:en|de)crypt)\(\s*[^,\n]+,\s*'(?P<a>[^'\n]+)'",
    ),
    (&["parametrize"], r#"parametrize\(\s*["'][^"'\n]*NAME["']\s*,\s*\[\([^)\n]*["'](?P<a>[^"'\n]+)["']\)"#),
    // What is typed into a field.
    (
        &[".type(", ".fill(", ".send_keys(", ".sendkeys(", ".setvalue(", "with:"],
        r#"(?i)(?:passw|passcode|pwd|secret|token|otp)[^\n;]{0,40}?(?:\.(?:type|fill|send_keys|sendKeys|setValue)\(|,\s*with:)\s*["'](?P<a>[^"'\n]+)["']"#,
    ),
    (
        &["\" with \""],
        r#"(?i)\b(?:fill|enter|type)\w*[^\n"]{0,20}"[^"\n]*(?:passw|passphrase|passcode|secret|token|api key)[^"\n]*"\s+with\s+"(?P<a>[^"\n]*[0-9!#$%^*][^"\n]*)""#,
    ),
    // The words that `git diff --word-diff` says have changed.
    (&["[-"], r#"NAME["']?\s*[:=]\s*["']?\[-["']?(?P<a>[^\n]+?)["']?-\](?:\{\+["']?(?P<b>[^}\n]+?)["']?\+\})?"#),
    // The bytes of a key.
    (
        &["{0x", "{ 0x"],
        r"(?i)\w*(?:key|secret|token|salt|iv)\w*\s*\[[^\]\n]*\]\s*=\s*\{\s*(?P<a>0x[0-9a-f]{2}(?:\s*,\s*0x[0-9a-f]{2}){7,})",
    ),
    (&["secret_id"], r#"\bsecret_id["']?(?:\s*[:=]\s*|\s+)["']?(?P<a>[0-9a-f]{8}-[0-9a-f-]{27})"#),
    // Files of programs: OpenVPN, Postfix.
    (&["<auth-user-pass>"], r"<auth-user-pass>\s*\n[^\n]+\n\s*(?P<a>\S+)"),
    (&["]:"], r"(?m)(?:^|[ \t])\[[\w.-]+\]:\d+\s+[^\s:]+:(?P<a>\S+)[ \t\r]*$"),
    // Addresses that let in whoever knows them.
    (&["/t/"], r"/t/(?P<a>(?:[a-z]{2}-)?[0-9a-f]{8}[0-9a-f-]{16,})/"),
    (&[".office.com/webhook"], r#"\.office\.com/webhook\w*/(?P<a>[^\s"'<>]+)"#),
    (&["events.pagerduty.com"], r"events\.pagerduty\.com/integration/(?P<a>[0-9a-f]{20,})"),
    (&["hooks.airtable.com"], r#"hooks\.airtable\.com/workflows/v\d+/genericWebhook/(?P<a>[^\s"'<>]+)"#),
    (&["hc-ping.com/"], r"hc-ping\.com/(?P<a>[0-9a-f-]{36})"),
    (
        &["/reset", "/verify", "/confirm", "/activate", "/invite", "/magic"],
        r"/(?:reset[\w-]*|verify[\w-]*|confirm[\w-]*|activate|invites?|magic[\w-]*)/(?P<a>[A-Za-z0-9]{20,}|[\w-]{32,})",
    ),
    (&["/private-"], r"/private-(?P<a>[0-9a-f]{20,})/"),
    (
        &["postgres//", "postgresql//", "mysql//", "redis//", "mongodb//", "amqp//", "https//", "http//"],
        r#"//[\w.-]+:(?P<a>[^\s:@/"'<>]{4,64})@[\w.-]+/"#,
    ),
    // What belongs to a person, beside its name.
    (
        &[" card", "\"card", "_card", "card number", "kreditkarte", "carte bancaire"],
        r"(?i)(?:\b|_)(?:(?:credit|debit|kredit|bank)?[ _-]?card|kreditkarte\w*|carte bancaire)\b[^\n0-9]{0,24}(?P<a>[0-9](?:[ -]?[0-9]){12,18})\b",
    ),
    (&["cvc", "cvv"], r#"(?i)\bcv[cv]2?["']?\s*[:=]\s*["']?(?P<a>[0-9]{3,4})\b"#),
    (&["iban"], r"(?i:\biban\b)[^\nA-Za-z0-9]{0,8}[A-Z]{2}(?P<a>[0-9]{2}(?: ?[A-Z0-9]{2,4}){3,8})\b"),
    (
        &["ssn", "social security"],
        r"(?i)\b(?:ssn|social security(?: number)?)\b[^\n0-9]{0,12}(?P<a>[0-9]{3}-?[0-9]{2}-?[0-9]{4})\b",
    ),
    (
        &["pin:", "pin=", "pin\":", "pin is", "pin for", "--pin", "pin code"],
        r#"(?i)(?:\b|_)pin(?:\s+code)?["']?(?:\s+for\s+[^\n:.=]{1,24}?)?(?:\s*[:=]\s*|\s+is\s+|\s+)["']?(?P<a>[0-9]{4,8})\b"#,
    ),
    // Other signs of assignment: of R, of Nix, of YAML's tags.
    (&["<-"], r#"NAME\s*<<?-\s*["'](?P<a>[^"'\s]+)["']"#),
    (&["= ~", ": !", "= !"], r#"(?:NAME|\bpass)\s*[:=]\s*(?:~|!\w[\w-]*\s+)["'](?P<a>[^"'\n]+)["']"#),
    // What a variable is where it is not set.
    (
        &["fetch", "getenv", "::var", "environ", "getproperty", "lookup", "env["],
        r#"(?:fetch|getenv|env:{2}var|environ\.get|getProperty|lookup|env)\w*[(\[]\s*["']NAME["']\s*[)\]]{1,2}\s*(?:\{\s*|\?:\s*|\?\?\s*|\|\|\s*|or\s+|\.(?:unwrap_or|unwrap_or_else|orElse|orElseGet|or|getOrElse)\(\s*(?:\|_?\w*\|\s*|\(\)\s*->\s*)?)["'](?P<a>[^"'\n]+)["']"#,
    ),
    (&["lazy"], r#"NAME\s+by\s+lazy\s*\{\s*"(?P<a>[^"\n]+)""#),
    // The last string of a call whose name tells.
    (
        &["auth(", "credentials(", "password(", "superuser("],
        r#"(?i)\b\w*(?:auth|credentials|password|superuser)\(\s*["'][^"'\n]*["']\s*,\s*(?:["'][^"'\n]*["']\s*,\s*)?["'](?P<a>[^"'\s/]*[0-9]{2}[^"'\s/]*)["']\s*\)"#,
    ),
    // Statements of SQL.
    (
        &["sp_password"],
        r"(?i)\bsp_password\s+(?:@\w+\s*=\s*)?(?:NULL|N?'(?P<a>[^'\n]+)')\s*,\s*(?:@\w+\s*=\s*)?N?'(?P<b>[^'\n]+)'",
    ),
    (
        &["sp_add"],
        r"(?i)\bsp_add(?:login|approle|user)\s+(?:@\w+\s*=\s*)?N?'[^'\n]*'\s*,\s*(?:@\w+\s*=\s*)?N?'(?P<a>[^'\n]+)'",
    ),
    (&["crypt("], r"(?i)\bcrypt\(\s*'(?P<a>[^'\n]+)'\s*,"),
    (&["replace"], r#"(?i)\bidentified\s+by\s+\S+\s+replace\s+["']?(?P<a>[^\s"';]+)"#),
    (&["attach", "pragma"], r#"(?i)\b(?:attach\b[^;\n]*?\bkey|pragma\s+(?:hex|re)*key\s*=)\s*["'](?P<a>[^"'\n]+)["']"#),
    // Keys as XML, and in base64 of base64.
    (&["rsakeyvalue"], r"<(?:D|P|Q|DP|DQ|InverseQ)>(?P<a>[^<\s]{8,})"),
    (&["LS0tLS1CRUdJT"], r"(?P<a>LS0tLS1CRUdJT[\w+/]*(?:UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW)[\w+/=]*)"),
    (&["TUlJ"], r"\b(?P<a>TUlJ[EJR][\w+/]{80,}={0,2})"),
    // Elements of pages: a term, and a value on a line of its own.
    (
        &["<dt"],
        r"(?i)<dt[^>]*>[^<\n]{0,24}(?:passw|secret|token|api key|passphrase)[^<\n]{0,24}</dt>\s*<dd[^>]*>(?P<a>[^<\s]+)<",
    ),
    (&[">\n"], r"<NAME>[ \t]*\n\s*(?P<a>[^\s<]+)\s*\n\s*</"),
];

use super::*;
use proptest::prelude::*;

/// What a search finds in a text, with a space between.
pub(super) fn found_by(find: fn(&str, &mut Vec<Range<usize>>), text: &str) -> String {
    let mut found = Vec::new();
    find(text, &mut found);
    found.into_iter().map(|range| &text[range]).collect::<Vec<_>>().join(" ")
}

#[test]
fn redacts_known_secrets() {
    // Assembled here so that no secret scanner reports this file.
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
        format!("ey{}.{}.{}", "JhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0In0", "dozjgNryP4J3jVmNHl0w5N"),
    ];
    let redactor = Redactor::default();
    for secret in &secrets {
        for around in [format!("a {secret} b"), format!("\"{secret}\""), format!("k={secret};")] {
            let safe = redactor.redact(&around);
            assert!(!safe.contains(secret.as_str()) && safe.contains(MASK), "{safe}");
        }
    }
}

/// That the secret that `@` stands for is masked in each of these texts.
fn assert_masked(texts: &[&str]) {
    let secret = "Plover44Ash";
    for text in texts {
        let text = text.replace("@@", "\u{0}").replace('@', secret).replace('\u{0}', &format!("{secret}@"));
        let safe = Redactor::default().redact(&text);
        assert!(!safe.contains(secret), "{safe}");
    }
}

#[test]
fn redacts_by_neighbours() {
    assert_masked(&[
        "- value: @\n  name: DB_PASSWORD",
        "<property value=\"@\" name=\"jdbc.password\"/>",
        "the guest wifi is Cafe7, key @",
        "authenticated using key @ against https://api.shop.test/v1",
        "Heslo do databáze je teď @",
        "The API token was rotated from '@' to '@'",
        "connecting as scott/@@PROD ...",
        "impdp system/@ directory=x",
        "logged in as deploy:@@10.1.2.3",
        "db_password <- \"@\"",
        "pass = ~\"@\"",
        "env:\u{3a}var(\"API_TOKEN\").unwrap_or_else(|_| \"@\".into())",
        "ENV.fetch(\"SMTP_PASSWORD\") { \"@\" }",
        "System.getenv(\"DB_PASSWORD\") ?: \"@\"",
        "EXEC sp_password NULL, '@', 'bob'",
        "select crypt('@', gen_salt('bf'))",
        "alter user b identified by x replace @;",
        "kinit bob <<EOF\n@\nEOF\n",
        "ftp -n h <<E\nuser joe @\nE\n",
        "ｐａｓｓｗｏｒｄ＝@",
        "pass\u{301}word: @",
    ]);
}

#[test]
fn redacts_in_commands_code_and_prose() {
    assert_masked(&[
        "useradd -m -p @ bob",
        "gh secret set API_KEY -b\"@\"",
        "tailscale up --authkey @",
        "security unlock-keychain -p @ login.keychain",
        "new PDO($dsn, 'root', '@');",
        "DBI->connect($dsn, 'root', '@')",
        "mysql_real_connect(c, \"h\", \"root\", \"@\", \"d\", 0, NULL, 0)",
        "public string ApiKey { get; } = \"@\";",
        "jwtKey = []byte(\"@\")",
        "static const char wifi_password[] = \"@\";",
        "<apiKey value=\"@\"/>",
        "<input type=\"password\" name=\"p\" value=\"@\">",
        "{\"name\": \"sessionid\", \"value\": \"@q1w2e3r4t5y6\"}",
        "open it with PHPSESSID=@q1w2e3r4t5y6",
        "Here's the token you asked for: @",
        "user bob, pass @",
        "root's password turned out to be @",
        "the access key ended up being @.",
        "usa la clave @ para entrar",
        "a senha do banco foi alterada para @",
        "Parolan @",
        "kata sandinya @",
        "пароль до бази @",
        "Паролата е @.",
        // What is cut behind a secret.
        "postgres://app:@",
        "mysqldump -u root -p\"@",
        "| user | password |\n|---|---|\n| bob | @",
        "insert into users (name, password) values ('bob', '@",
        "name,password,role\nbob,@",
    ]);
}

#[test]
fn neighbours_of_other_things_stay() {
    let redactor = Redactor::default();
    for text in [
        "- value: 3\n  name: replicas",
        "The guest wifi is Cafe7, keep it on",
        "using key user_id2 as the partition key",
        "The key was renamed from user_id2 to account_id2",
        "connect to server1/instance2 on port 1433",
        "x <- \"data2024.csv\"",
        "ENV.fetch(\"NODE_ENV\") { \"development2\" }",
        "select crypt(password, salt) from users",
        "See http://localhost:3000",
        "open https://host:port",
        "He said \"this is version2",
        "name,role,team\nbob,admin,core7",
        "Das Passwort ist mindestens 12 Zeichen lang.",
        "Ｈｅｌｌｏ　ｗｏｒｌｄ１２３",
        "useradd -m deploy2024",
        "public string Name { get; } = \"core2024\";",
        "static const char secret_data[] = \"Big secret\";",
        "cacheKey = []byte(\"users2024\")",
        "<input type=\"text\" name=\"p\" value=\"core2024\">",
        "{\"name\": \"theme\", \"value\": \"solarized2024dark\"}",
        "sessionID=ses_2f6b0c1aaffeQ8xJk2m",
        "Here is the token you asked for: a keyword.",
        "user bob, role admin2024",
        "the token turned out to be a number2024th",
        "la clave primaria es users2024",
        "<a accesskey=\"p\" href=\"x.html\">",
        "const BAD_KEY: u128 = 0x5252_5252_5252_5252;",
        "pub const X_AUTH: u32 = 1050u32;",
        "fn f(r: SetAuthRequest) -> Result<Answer2> {",
        "the layer which provides basic PerlIO operations",
    ] {
        assert_eq!(redactor.redact(text), text);
    }
}

#[test]
fn redacts_encoded_commands() {
    let redactor = Redactor::default();
    let wide: Vec<u8> =
        format!("$p = 'gh{}_{}'", "p", "Ab12".repeat(9)).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let encoded = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, wide);
    assert_eq!(redactor.redact(&format!("pwsh -enc {encoded}")), "pwsh -enc [masked]");
}

#[test]
fn redacts_codes_and_keys_of_digits() {
    let hex = "0af19c3e".repeat(4);
    let redactor = Redactor::default();
    for (text, secret) in [
        ("Your verification code is 482913.", "482913"),
        ("one-time code: 318 761", "318 761"),
        ("\"verification_code\": \"482913\"", "482913"),
        ("OTP 148218 valid for 5 minutes", "148218"),
        ("Use 218322 as your verification code", "218322"),
        ("Enter code 878639 to sign in", "878639"),
        ("482913 is your Acme code", "482913"),
        ("2FA: 202199", "202199"),
        ("your PIN was changed to 8459", "8459"),
        ("unlock code - 638397", "638397"),
        ("license key 6WF3Z-BBNX5-4QICW-BPUXM-IYAQ4", "BBNX5"),
        (&format!("AES-256 key {hex}"), &hex),
        ("otp for bob: 148218", "148218"),
        ("G-047644 is your Acme verification code.", "047644"),
        ("door code 05221", "05221"),
        ("Ihre PIN lautet 5560", "5560"),
        ("验证码：639368", "639368"),
        ("認証コードは 639368", "639368"),
        ("code de vérification : 643478", "643478"),
        ("su código de verificación es 643478", "643478"),
        ("код подтверждения: 643478", "643478"),
        ("Bestätigungscode: 643478", "643478"),
        ("card 4111111111111111 cvv 809", "809"),
        (&format!("session key {hex} negotiated"), &hex),
        (&format!("private key (hex): {hex}"), &hex),
        (&format!("hex key for the API: {hex}"), &hex),
        ("oathtool --totp -b JBSWY3DPEHPK3PXP", "JBSWY3DPEHPK3PXP"),
        ("TOTP seed JBSWY3DPEHPK3PXP", "JBSWY3DPEHPK3PXP"),
        ("error: invalid key 'x1Y2z3W4q5R6t7U8v9' for account 3", "x1Y2z3W4q5R6t7U8v9"),
        ("error: invalid key 'xYxgxfZNIGXVNJSfBVnI2' for account 3", "xYxgxfZNIGXVNJSfBVnI2"),
        ("WIFI:T:WPA;S:home;P:Birne5343;;", "Birne5343"),
        ("Recovery key: 683060-322529-148131-853743-890523-530097-703372-462814", "322529"),
        ("seed: abandon ripple castle velvet engine puzzle orbit lemon garden twist hollow muffin", "puzzle"),
        ("var dbPassword string = \"x1y2z3\"", "x1y2z3"),
        ("ENV[\"PASS\"] ||= \"x1y2z3\"", "x1y2z3"),
        ("Password ......... x1y2z3w4", "x1y2z3w4"),
    ] {
        let safe = redactor.redact(text);
        assert!(!safe.contains(secret) && safe.contains(MASK), "{safe}");
    }
}

#[test]
fn redacts_in_capitals_and_beside_caches() {
    let redactor = Redactor::default();
    for (text, secret) in [
        ("Код подтверждения: 643478", "643478"),
        ("ПИН-код: 6434", "6434"),
        ("BESTÄTIGUNGSCODE: 643478", "643478"),
        ("CÓDIGO DE VERIFICACIÓN: 643478", "643478"),
        ("Verifizierungscode: 643478", "643478"),
        ("my password is hunter2.prod", "hunter2.prod"),
        ("REDIS_CACHE_URL=x keystorePassword=hunter2x9", "hunter2x9"),
        ("{\"cacheDir\":\"/x\",\"key\":\"sk9QQx1Y2z3W4q5R6t7U8v9\"}", "sk9QQx1Y2z3W4q5R6t7U8v9"),
    ] {
        let safe = redactor.redact(text);
        assert!(!safe.contains(secret) && safe.contains(MASK), "{safe}");
    }
}

#[test]
fn codes_and_keys_that_are_no_secrets_stay() {
    let hex = "0af19c3e".repeat(4);
    let line = "AHElEQVQI12P4h7Gm5X2cUq9bZk3TfLw0sVnYd8JeRo6MiKaDpCxNuBgHtEjFyQvSlOz1AAAABJR";
    let wrapped = format!("iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4\n{line}\n{line}\n");
    let redactor = Redactor::default();
    for text in [
        "error code 123456",
        "5000 is your port code",
        "123456 is your order number code",
        "bash git log -1 --format=%H -- src/token.rs → 0af19c3e0af19c3e0af19c3e0af19c3e0af19c3e",
        "bash ls secrets → db_password.txt api_token_v2.txt",
        "bash python3 -c \"print(len(token))\" → 482913",
        "exit code: 1370",
        "Enter the 6-digit code",
        "The verification code expired after 30 seconds",
        "Erlang/OTP 26.2.1",
        "otp_release: 26",
        "GPIO pin 13",
        "zip code 10115",
        "invalid key 'maxRetriesPerRequest'",
        "seed: 123456",
        &format!("Cache restored from key: build-{hex}"),
        &wrapped,
        "sort key: order#28586304",
        "token: expired",
        "authorization: Optional[str] = Header(None)",
        "no such key: dist/index.html",
        &format!("commit {hex}"),
        "thumb: iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4",
        "content: T25lIHR3byBUaHJlZSA0IGZpdmUgU2l4IDcgZWlnaHQgTmluZSAxMA==",
    ] {
        assert_eq!(redactor.redact(text), text);
    }
}

const NAMED: &[(&str, &str)] = &[
    ("DB_PASSWORD=hunter2 make", "DB_PASSWORD=[masked] make"),
    ("export MY_TOKEN='a b c'", "export MY_TOKEN='[masked]'"),
    (r#"{"apiKey": "abc", "n": 1}"#, r#"{"apiKey": "[masked]", "n": 1}"#),
    (r#"{\"apiKey\": \"abc\", \"n\": 1}"#, r#"{\"apiKey\": \"[masked]\", \"n\": 1}"#),
    (r#"{"password": "a\"b", "n": 1}"#, r#"{"password": "[masked]", "n": 1}"#),
    ("DB_PASS=hunter2 make", "DB_PASS=[masked] make"),
    ("BASIC_AUTH=bob:hunter2", "BASIC_AUTH=[masked]"),
    ("export KEY=abc", "export KEY=[masked]"),
    ("auth: { user: 'bob', pass: 'abc' }", "auth: { user: 'bob', pass: '[masked]' }"),
    ("PASSWORD=ab,cd, then", "PASSWORD=[masked], then"),
    ("Endpoint=x;AccountKey=abc==;Y=1", "Endpoint=x;AccountKey=[masked];Y=1"),
    ("curl -u bob:hunter2 https://x", "curl -u bob:[masked] https://x"),
    ("sshpass -p hunter2 ssh x", "sshpass -p [masked] ssh x"),
    ("GET /v1?api-version=1&key=abc&n=1", "GET /v1?api-version=1&key=[masked]&n=1"),
    ("Authorization: AWS4-HMAC-SHA256 Credential=a/b, Signature=abc\nHost: x", "Authorization: [masked]\nHost: x"),
    (r#"{"Authorization": "ApiKey abc==", "n": 1}"#, r#"{"Authorization": "[masked]", "n": 1}"#),
    ("authorization: Digest username=\"bob\", response=\"abc\"", "authorization: [masked]"),
    ("password: hunter2", "password: [masked]"),
    ("curl -H 'Authorization: Bearer abc.def'", "curl -H 'Authorization: [masked]'"),
    ("authorization: Basic dXNlcjpwYXNz", "authorization: [masked]"),
    ("postgres://bob:hunter2@db/x", "postgres://bob:[masked]@db/x"),
    ("mysql --password hunter2 db", "mysql --password [masked] db"),
    ("STRIPE_KEY=abc", "STRIPE_KEY=[masked]"),
];

#[test]
fn keeps_name_of_secret() {
    let redactor = Redactor::default();
    for (text, masked) in NAMED {
        assert_eq!(redactor.redact(text), *masked);
    }
}

#[test]
fn redacts_cut_private_keys() {
    let redactor = Redactor::default();
    let (begin, end) = ("-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----");
    let whole = redactor.redact(&format!("a\n{begin}\nMIIE\nxyz\n{end}\nb")).into_owned();
    assert_eq!(whole, "a\n[masked]\nb");
    assert_eq!(redactor.redact(&format!("a\n{begin}\nMIIE")), "a\n[masked]");
    assert_eq!(redactor.redact(&format!("MIIE\nxyz\n{end}\nb")), "[masked]\nb");
}

#[test]
fn keeps_ordinary_text() {
    let redactor = Redactor::default();
    for text in [
        "3 failed, 12 passed; see src/auth/session.rs:42",
        "the task is risk-free: skip it",
        "max_tokens: 500",
        "fn key(&self) -> Key { self.key }",
        "git commit -m 'basic tests'",
        "12 passed, pass: 12, key: the first word",
        "the author pushed -u origin main",
        "docker run --user root -p 80:80 x",
        "monkey=1 bypass=2 passed=3",
        "--- PASS: TestParseGitHubRelease/invalid_json (0.00s)",
        "some basic commands, and the bearer certificates",
        "List<TokenFilter> tokenFilter = null;",
        "the key of the map is set to the token of the parser",
        "| token | description of it |",
        "Token\n-----\nA word of the input",
        "INSERT INTO t (token_count, name) VALUES (12, 'abc')",
        "$password = $_POST['password'];",
        "password = input(\"Password: \")",
        "authType: 'password', keyType: 'ed25519'",
        "headers: { Authorization: `Bearer ${token}` }",
        "req.Header.Set(\"Authorization\", \"Bearer \"+token)",
        "Authorization: only owners may edit",
        "PASSWORD=%DB_PASSWORD%",
        "export TOKEN=`cat token.txt`",
        "secret: arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf",
        "password: projects/1234/secrets/db/versions/latest",
        "pub password: SecretString }",
        "Client(api_key=api_key, secret=config.secret)",
        "key: 'ArrowDown', code: 'Enter'",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIRcRPCXrKHQXkuNWTVpca9HIbz94kEklkkyRrqcltZ6u joe",
        "openssl rsa -in key.pem -passin file:pass.txt",
        "mysql -h h -u root -p shop",
        "mysql -u root -p\nnext",
        "parse error near unexpected token `newline'",
        "I renamed `token` to `sessionToken`.",
        "github.com/golang-jwt/jwt v3.2.2+incompatible h1:abc",
        "\"tokens\":{\"input\":1234,\"output\":56,\"cache\":{\"read\":10}}",
        "{\"path\": \"f\", \"content\": \"self.parse_ident(token),\"}",
        "{\"path\": \"f\", \"content\": \"API_KEY=<your-key>\"}",
    ] {
        assert_eq!(redactor.redact(text), text);
    }
}

#[test]
fn keeps_tables_and_prose_of_other_languages() {
    let redactor = Redactor::default();
    for text in [
        "Datei,Größe\na.rs,12\n",
        "| Nom | Prénom |\n|---|---|\n| Dupont | Jean |\n",
        "Prénom;Né\nJean;1970\n",
        "| # | Ошибка | Файл |\n|---|---|---|\n| 1 | E0308 mismatched | src/main.rs |\n",
        "| テスト | 結果 |\n|---|---|\n| login_test | timeout 30s |\n",
        "Я проверил журнал, и вот что вышло.\nСначала тест падал, потом стал зелёным\n",
        "我检查了日志，发现了问题\n测试失败了，现在已经修复\n",
        "J'ai lu le journal, voilà ce que j'ai trouvé\nLe test échouait, il est maintenant réparé\n",
        "{\"größe\": \"12px4abc\", \"année\": \"q4w5e6r7\"}",
        "OLDPWD=/home/bob/work2/abc123",
        "daemon:*:20228:0:99999:7:::",
        "The token of the parser: identifier",
        "10:30:00 2026-11-27 12:5432:a b",
    ] {
        assert_eq!(redactor.redact(text), text);
    }
    assert_masked(&["Имя,Пароль\nbob,@\n", "| 用户 | 数据库密码 |\n|---|---|\n| bob | @ |\n", "contraseña: @"]);
}

#[test]
fn masks_arguments_without_a_name() {
    assert_masked(&[
        "vault operator unseal @",
        "fly secrets set DATABASE=@",
        "nuget push a.nupkg @@x1y2z3w4v5u6 -Source o",
        "ldappasswd -x -s @ uid=bob",
        "hydra -l bob -p @ ssh://h",
        "echo -n @ | vercel env add NAME production",
        "stats auth admin:@",
        r#"expect "assword:" { send "@\r" }"#,
        "TOKEN=$(echo @)",
        "password => Sensitive(\"@\"),",
        "pw = args.pw or \"@\"",
        "secret = <<EOF\n@\nEOF",
        "<Key>Password</Key><Value ProtectInMemory=\"True\">@</Value>",
        "password[concealed]: @",
        "<param name=\"secure:pw\" value=\"@\" />",
        "bob : XAUTH \"@\"",
        "cache_peer h parent 1 login=u:@",
        "- \"traefik.http.middlewares.a.basicauth.users=bob:@\"",
        "https://conda.example/t/@/main",
        "db.internal:5432:prod:app:@",
        "user = \"bob:@\"",
        "user, password = \"bob\", \"@\"",
        "password (staging): @",
        "PIN for the admin account: @",
        "DBPWD=@",
        "Nimm @ als Passwort.",
        "Utilisez « @ » comme mot de passe",
        "Usa @ como contraseña",
        "-----BEGIN OpenVPN Static key V1-----\n@\n-----END OpenVPN Static key V1-----",
    ]);
}

#[test]
fn keeps_names_of_keys_and_kinds() {
    let redactor = Redactor::default();
    for text in [
        "req_id=01J8Z3K7Q9X2M4N6P8R0T2V4W6",
        "var n={key:1,pass:function(e){return e}};",
        "//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbImEudHMiXX0=",
        "token: EOF",
        "token: IDENT",
        "auth: OAuth2PasswordBearer",
        "key: ctrl+shift+p",
        "keys: up/down/left/right",
        "cookie: necessary",
        "JWT_EXPIRES_IN=15m",
        "password_hash: bcrypt",
        "assertEquals(token, \"abc\")",
        "if (token === 'if') next();",
        "     1\tindex 9d540c3..d586ef6\n     2\t--- a/src/token.ts\n     3\t+++ b/src/token.ts",
    ] {
        assert_eq!(redactor.redact(text), text);
    }
}

#[test]
fn redacts_user_patterns_and_key() {
    let own = vec![Regex::new("ACME-[0-9]+").unwrap()];
    let redactor = Redactor::new(own).with_key(Some("correct horse".to_owned()));
    assert_eq!(redactor.redact("ACME-42 correct horse"), "[masked] [masked]");
}

#[test]
fn redacts_values_of_variables() {
    let variables =
        [("MY_TOKEN", "plainwords"), ("HOME", "/home/someone"), ("PORT_KEY", "80"), ("DB_PASS", "plainwords2")];
    let own = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let redactor = Redactor::default().with_variables(own);
    assert_eq!(
        redactor.redact("a plainwords2 b plainwords c /home/someone 80"),
        "a [masked] b [masked] c /home/someone 80"
    );
}

#[test]
fn sees_through_colours_and_hidden_characters() {
    let token = format!("gh\u{200b}{}\u{1b}[1m_{}\u{1b}[0m", "p", "Ab12".repeat(9));
    let safe = Redactor::default().redact(&token).into_owned();
    assert!(!safe.contains("Ab12"), "{safe}");
}

#[test]
fn masks_in_these_places() {
    let secret = "q7Zk2mB9xT4w";
    for place in [
        "[sudo] password for bob: {}",
        "the token for staging: {}",
        "use {} as the password",
        "κωδικός πρόσβασης: {}",
        "clave de acceso: {}",
        "var pwd = @\"{}\";",
        "password = [[{}]]",
        "password = b'{}'",
        "gh secret set DEPLOY_KEY --body {}",
        "htpasswd -b file bob {}\nnext",
        "printf %s {} | gh auth login --with-token",
        "sshpass -p'{}' scp a b",
        "twine upload -u me -p {} dist/*",
        "cargo login {}",
        "wpa_passphrase home {}",
        "mc alias set s3 https://x key {}",
        "jdbc:oracle:thin:scott/{}@db:1521/x",
        "Authorization: Digest username=\"u\", response=\"{}\"\nnext",
        "expect \"assword:\"\nsend \"{}\\r\"",
        "secret → {}",
        "Der API-Schlüssel lautet {}",
        "Das Passwort für die Datenbank ist {}",
        "le mot de passe de la base est « {} »",
        "la clave de API es {}",
        "la contraseña de la base de datos es {}",
        "токен доступа: {}",
        "пароль от базы: {}",
        "APIキーは{}です",
        "la chiave API è {}",
        "password: @{}",
        "**Password:** `{}`",
        "const k = process.env.API_KEY || '{}'",
        "my $password = q({});",
        "passwords: ['{}', 'other']",
        "<key>API_TOKEN</key>\n<string>{}</string>",
        "<meta name=\"csrf-token\" content=\"{}\">",
        "USER bob\r\nPASS {}\r\n",
        "Content-Disposition: form-data; name=\"password\"\r\n\r\n{}\r\n",
        "requests.get(u, auth=('user', '{}'))",
        "INSERT INTO users (name, password) VALUES ('bob', '{}');",
        "kind: Secret\nstringData:\n  anything: {}\n",
        "creds: bob / {}",
        "API_TOKEN        {}",
        "net use Z: \\\\h\\s {} /user:bob",
        "curl -b 'sid={}' https://x",
        "<wsse:Password Type=\"x\">{}</wsse:Password>",
        "<AdministratorPassword><Value>{}</Value></AdministratorPassword>",
        "Le mot de passe admin : {}",
        "пароль администратора: {}",
        "the db creds are postgres / {}",
        "password: &anchor {}",
        "password: !!str {}",
        "API Key\n-------\n{}",
        "| DB_PASSWORD | {} |",
        "<td>Password</td><td>{}</td>",
        "Authenticated with token {}",
        "http -a bob:{} GET x",
        "cqlsh h -u bob -p {}",
        "echo ::add-mask::{}",
        "db.auth(\"bob\", \"{}\")",
        "const API_KEY: &str = \"{}\";",
        "tool --password \\\n  {}",
        "\"password\":\n    \"{}\"",
        "secret = (\n    \"{}\"\n)",
        "Password:\n{}\nWelcome",
        "password: 'a1''{}'",
        "<password>a1&amp;{}</password>",
        "PWD=a1}}{};UID=x",
        "op item create 'password=a1&{}'",
        "1: password: >-\n2:   {}\n3: b: c",
        "@@ -0,0 +1,2 @@\n+kind: Secret\n+stringData:\n+  a: {}",
        "{\"content\": \"kind: Secret\\nstringData:\\n  a: {}\\n\"}",
        "{\"content\": \"htpasswd -bc file joe {}\"}",
        "$ gh auth token\r\n{}\r\n",
        "ssh-keygen -p -P old1abc -N {} -f id",
        "echo '{}' | docker secret create db -",
        "podman secret create db - <<< {}",
        "echo '{}' > db_password.txt",
        "vercel env add API_SECRET production <<< \"{}\"",
        "az keyvault secret set --name db --value '{}'",
        "PGPASS={}",
        "PEPPER={}",
        "snmp-server community {} RO",
        "parser.add_argument(\"--password\", default=\"{}\")",
        "new PDO('mysql:host=h', 'app', '{}');",
        "new UsernamePasswordAuthenticationToken(\"joe\", \"{}\")",
        "Dim password As String = \"{}\"",
        "let(:password) { \"{}\" }",
        "password: <%= ENV['X'] || '{}' %>",
        "fill_in 'Password', with: '{}'",
        "I changed root's password from old1abc to {}.",
        "user is joe and pass is {}",
        "log in with joe / {} on staging",
        "{} is the password.",
        "Passwort geändert auf {}",
        "{\"Name\":\"/prod/db/password\",\"Type\":\"String\",\"Value\":\"{}\"}",
        "{\"selector\":\"#password\",\"text\":\"{}\"}",
        "  Line 2: kind: Secret\n  Line 3: stringData:\n  Line 9:   a: {}\n",
        "web-1  | {\nweb-1  |   \"password\":\nweb-1  |     \"{}\"",
        "build\tRun\t2024-05-01T10:00:00.1Z name,password\nbuild\tRun\t2024-05-01T10:00:00.2Z joe,{}\n",
        "# kind: Secret\n# stringData:\n#   a: {}\n",
        "name,password$\njoe,{}$\n",
        r#"{"text": "\u041f\u0430\u0440\u043e\u043b\u044c: {}"}"#,
        r#"{"text": "\u5bc6\u7801\uff1a{}"}"#,
        "He cambiado la contraseña a {}",
        "J'ai changé le mot de passe en {}",
        "if (password === '{}') return;",
        "When I fill in \"Password\" with \"{}\"",
        "password=[-{}-]{+{}+}",
        "http.basic_auth 'joe', '{}'",
        "DriverManager.getConnection(url, \"app\", \"{}\")",
        "smbclient //nas/share -U 'joe%a1%{}'",
    ] {
        let text = place.replace("{}", secret);
        let safe = Redactor::default().redact(&text).into_owned();
        assert!(!safe.contains(secret), "{safe}");
    }
}

#[test]
fn masks_encoded_and_joined() {
    let token = format!("gh{}_{}", "p", "Ab12".repeat(9));
    let hex = token.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    for text in [format!("{hex}\nI stopped"), format!("\"{}\" + \"{}\"", &token[..10], &token[10..])] {
        let safe = Redactor::default().redact(&text).into_owned();
        assert!(!safe.contains("12Ab12") && !safe.contains("62313241"), "{safe}");
    }
}

#[test]
fn masks_dumps_of_bytes_and_broken_lines() {
    let token = format!("gh{}_{}", "p", "Ab1xY2Cd3zW4Ef5vU6Gh7tS8Jk9rQ0LmNn0p");
    let each = |write: fn(u8) -> String| token.bytes().map(write).collect::<String>();
    for dump in [
        each(|byte| format!("{byte:02x} ")),
        each(|byte| format!("{byte:02x}:")),
        each(|byte| format!("{byte:02x}\n")),
        each(|byte| format!("\\{byte:03o}")),
        "M5UHAX2BMIYXQWJSINSDG6SXGRCWMNLWKU3EO2BXORJTQSTLHFZFCMCMNVHG4MDQ".to_owned(),
        format!("{}\\\n{}", &token[..20], &token[20..]),
        format!("{}\n{}", &token[..20], &token[20..]),
    ] {
        let safe = Redactor::default().redact(&format!("out: {dump} end")).into_owned();
        assert!(!safe.contains(&dump[dump.len() - 12..]), "{safe}");
    }
    let bytes = "00 01 02 03 04 05 06 07 08 09 0a 0b";
    assert_eq!(Redactor::default().redact(bytes), bytes);
}

/// The worst text for each search, as far as they are known: beginnings, names and quotes that lead to nothing.
const WORST: &[&str] = &[
    "sk-",
    "eyJ",
    "key=«<",
    "token: \"",
    "password ",
    "pass='",
    "://a:",
    "?a=",
    "&",
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    "Private-Lines: 1\n",
    "mysql -p",
    "curl -u ",
    "authorization: \"",
    "\"+",
    "\\\\\"",
    "\u{1b}[",
    "name: DB_PASSWORD\n",
    "a|token|",
    "MIIE",
    "QUJDREVGR0hJSktMTU5P ",
    "&#65;",
    "%41",
    "[[",
    "(token) values (",
    "token: [\"a1",
    "73 6b ",
    "password for a ",
    "kind: Secret\ndata:\n a: b\n",
    "ghp_Ab12Cd34Ef\n",
    "use 1 as the ",
    "secret phrase ",
    "x.atlasv1.",
    "0123456789abcdef0123456789abcdef-",
    "-us",
    "/hooks/",
    "token:\n",
    "\u{200b}",
    "password for ",
    "$6$",
    "0/1",
    "AAAAAAAAAAAAAAAAAAAAA",
    "1: a\n2: b\n",
    "password=\\\n",
    "\"a \\\" b\" ",
    "Recovery codes:\n",
    "$ gh auth token\n",
    "NAME    TOKEN\n",
    "-----BEGIN PUBLIC KEY-----\nAAAA",
    "select a, password from t\n",
    "00000000: 6161\n",
    "echo a1b2 | mysql -p x ",
    "ssh-rsa EAAA",
    "a/b:1:",
    "<password>",
    "password: a1 ",
    "PASSWORD=a1.b2;",
    "# a\n",
    "a-1 | b\n",
    "a$\n",
    "\"\\u043a\" ",
    "htpasswd -b ",
    "getConnection(a, ",
    "密码是",
    "password:",
    "DB_PASSWORD_TEST=",
];

/// No text takes much more of the processor than an ordinary one of its length.
#[test]
#[cfg(target_os = "linux")]
fn worst_texts_take_linear_time() {
    /// What tells a constant factor from a search that begins again at each byte: that takes thousands of times.
    const MUCH: i64 = 60;
    let redactor = Redactor::default();
    // Time on the processor, so that other processes make no difference.
    let used = || {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        time.tv_sec * 1_000_000_000 + time.tv_nsec
    };
    let cost = |piece: &str| {
        let text = piece.repeat(SEARCHED / piece.len());
        let runs = (0..2).map(|_| {
            let begun = used();
            std::hint::black_box(redactor.redact(&text));
            used() - begun
        });
        runs.min().unwrap()
    };
    // Patterns are compiled when they are needed first.
    redactor.redact(&WORST.concat());
    let ordinary = cost("the password of the build is read from the file that `make` has written, 12 times. ");
    for piece in WORST {
        let worst = cost(piece);
        assert!(worst < ordinary * MUCH, "{piece:?}: {worst} ns, and {ordinary} ns for ordinary text");
    }
}

#[test]
fn masks_twice_as_once() {
    let redactor = Redactor::default();
    for (text, masked) in NAMED {
        assert_eq!(redactor.redact(masked), *masked, "{text}");
    }
}

proptest! {
    #[test]
    fn survives_any_text(text in ".{0,300}", words in "(password|key|tokens|Recovery codes|\\$ gh auth token\n|@@ |1: |0000000: |select |NAME  TOKEN\n|<<<|[:='\"\\\\ \n\u{1b}\\[%é密&?@/-]|sk-|eyJ|://|-----BEGIN PRIVATE KEY-----){0,40}") {
        let redactor = Redactor::default();
        let _ = redactor.redact(&text).len() + json::redact(&redactor, &words, None).len() + redactor.redact(&words).len();
    }

    #[test]
    fn redacts_in_any_context(before in "[ -~\n]{0,40}", after in "[ \n\"',;}][ -~\n]{0,40}") {
        let canary = format!("{}-{}", "sk", "CANARYcanary0123456789");
        let text = format!("{before} {canary}{after}");
        prop_assert!(!Redactor::default().redact(&text).contains(&canary));
    }
}

#[test]
fn masks_what_a_list_of_arguments_gives_away() {
    let redactor = Redactor::default();
    for text in [
        r#"exec ["docker","login","-u","bob","-p","Zk49fQxhunter"] → ok"#,
        r#"args: ["curl", "-u", "bob:Zk49fQxhunter", "https://x.example"]"#,
        r#"run {"argv":["mysql","--password","Zk49fQxhunter","shop"]}"#,
    ] {
        assert!(!redactor.redact(text).contains("Zk49fQxhunter"), "{text}");
    }
    let plain = r#"exec ["git","log","-p","src/main.rs"]"#;
    assert_eq!(redactor.redact(plain), plain);
    for fields in [
        r#"{"field":"password","value":"Zk49fQxhunter"}"#,
        r#"{"element":"Password input","ref":"e3","text":"Zk49fQxhunter"}"#,
        r#"{"label":"Password","content":"Zk49fQxhunter"}"#,
    ] {
        assert!(!redact_object(&redactor, fields).contains("Zk49fQxhunter"), "{fields}");
    }
}

#[test]
fn masks_a_token_that_a_terminal_broke() {
    let token = format!("gl{}-{}", "pat", "Ab3dE6gH9jK2mN5pQ8sT");
    for (before, between) in [("", "\n"), ("", "\r\n"), ("│ ", " │\n│ "), ("> ", "\n> ")] {
        for cut in [7, 12, 20] {
            let filler = "x".repeat(79 - cut - before.len());
            let text = format!("{before}{filler} {}{between}{} and more", &token[..cut], &token[cut..]);
            let safe = Redactor::default().redact(&text).into_owned();
            assert!(!safe.contains(&token[cut..]), "{safe}");
        }
    }
    let prose = format!("{}\nnext line of words", "a line of words ".repeat(5).trim_end());
    assert_eq!(Redactor::default().redact(&prose), prose);
}

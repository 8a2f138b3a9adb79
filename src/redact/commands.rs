//! Finds secrets by their position in headers, command lines and statements.

use super::around;
use super::assignments::is_choice_of_cookie;
use super::placeholder::is_placeholder;
use super::settings::is_passphrase;
use super::{members, numbers, prose, source_code};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::Regex;
use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

/// An argument of a shell: quoted or not.
const ARGUMENT: &str =
    r#"(?:"(?P<a>[^"\n]+)"?|'(?P<b>[^'\n]+)'?|\\"(?P<d>[^"\n\\]+)|(?P<c>[^\s"'|;&<>\\()-][^\s"'|;&<>]*))"#;
/// What ends a command after its last argument: the end of the line, a sign of the shell, or its result in an excerpt.
const STOP: &str = r"(?:[ \t\r]*(?:$|\n|[;&|)`\x22']|\\[n\x22])|[ \t]+(?:[0-9]?>|→))";
/// How much of a command is read, in bytes.
const COMMAND: usize = 8 * 1024;

/// A name that tells of a secret, and the words of which it has one.
const NAME: &str = r"(?i:[\w.-]*(?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|credential)[\w.-]*)";
const NAMES: &[&str] = &["pass", "pwd", "secret", "token", "apikey", "api_key", "credential"];

/// Where secrets are: words, one of which is there in any case, and a pattern, in which `ARG` is an argument that is a
/// secret, `..` the other arguments of the command, `STOP` its end, and `NAME` a name that tells.
const PLACES: &[(&[&str], &str)] = &[
    // Headers, up to the end of the line or the closing quote.
    (
        &["authorization"],
        r#"(?i)(?:proxy-)?authorization\\*["']?[ \t]*[:=][ \t]*\\*["'`]?(?P<h>[^\s"'`\\](?:\b(?:username|realm|c?nonce|uri|response|opaque|signature|key_?id|headers|token)=\\*"[^"\n]*"|[^\n"'`\\]|"[^"\n,}]*"[^\n"'])*)"#,
    ),
    (&["cookie"], r#"(?i)(?:set-)?cookie2?\\*["']?\s*[:=]\s*\\*["']?(?P<h>[^\n"'\\=;]{1,80}=[^\n"'\\]+)"#),
    (&["bearer"], r"\b[Bb](?:earer|EARER)[ \t]+(?P<a>[\w.~+/=-]{3,}(?:[0-9]|[a-z][A-Z])[\w.~+/=-]*|[\w.~+/=-]{20,})"),
    // In prose and in code, words follow `basic` that have two cases.
    (
        &["basic"],
        r"\b[Bb](?:asic|ASIC)[ \t]+(?P<a>[\w.~+/=-]{3,}[0-9][\w.~+/=-]*|[\w.~+/-]{3,}=+|[\w.~+/-]{8,}[a-z][A-Z][\w.~+/-]*|[\w.~+/=-]{20,})",
    ),
    (
        &["digest", "apikey", "token", "ssws", "hmac"],
        r"(?i)\b(?:digest|apikey|token|ssws|hmac)\s+(?P<a>[A-Za-z0-9._~+/=-]{20,})",
    ),
    // Arguments: -u user:password; -p password.
    (
        &["-u", "--proxy-user", "--cred"],
        r#"(?:^|\s)(?:-u|-U|--user|--proxy-user|--userpass|--creds|--credentials)[\s=]*\\*["']?[^\s:"'\\=-][^\s:%"'\\]*[:%](?P<a>[^\s"'\\]+)"#,
    ),
    (
        &["mysql", "mariadb", "mycli", "mongo", "sshpass", "7z", "rar", "ncrack", "influx", "clickhouse-client"],
        r"\b(?:mysql\w*|mariadb[\w-]*|mycli|mongo\w*|sshpass|7z[azr]?|rar|unrar|ncrack|influx|clickhouse-client)\b..-p(?P<a>[^\s'\x22=-][^\s'\x22]*)",
    ),
    (
        &[
            "sshpass",
            "mongo",
            "7z",
            "kinit",
            "ldap",
            "cypher-shell",
            "elasticsearch-users",
            "az ",
            "nuget",
            "steghide",
            "crackmapexec",
            "netexec",
            "nxc",
            "evil-winrm",
            "psexec",
            "smbclient",
            "arangosh",
            "couchbase-cli",
            "kcadm",
        ],
        r"\b(?:sshpass|mongo\w*|7z[azr]?|kinit|ldap\w+|cypher-shell|elasticsearch-users|az|nuget|steghide|crackmapexec|netexec|nxc|evil-winrm|psexec(?:\.py)?|smbclient|arangosh|couchbase-cli|kcadm(?:\.sh)?)\b..-p\s+ARG",
    ),
    (
        &["login"],
        r"\b(?:docker|podman|buildah|skopeo|nerdctl|helm|oras|crane|az|oc|argocd|cf|ibmcloud|npm|doctl|gcloud|snyk|minio|mc|nomad|regctl)\b[^\n|;&]*?\blogin\b..(?:-p|-P|-t)[ =]*ARG",
    ),
    (&["redis-cli"], r"\bredis-cli\b..(?:-a|--pass|--user \S+ --pass)\s+ARG"),
    (&["ldap"], r"\bldap\w+\b..-w\s*ARG"),
    (
        &["mosquitto_", "sqlcmd", "bcp", "isql", "zip", "osql", "tsql", "rabbitmqadmin"],
        r"\b(?:mosquitto_\w+|sqlcmd|bcp|isql|zip|unzip|zipcloak|osql|tsql|rabbitmqadmin)\b..-P\s*ARG",
    ),
    (&["xfreerdp"], r"\bxfreerdp\w*\b../p:ARG"),
    (&["lftp"], r"\blftp\b..-u\s+[^\s,]+,ARG"),
    (&["sqlplus"], r"\bsqlplus\b..[A-Za-z0-9_]+/(?P<a>[^\s@/]+)(?:@|\s|$)"),
    (&["openssl"], r"\bopenssl\b..-(?:k|K|passin|passout|pass)\s+(?:pass:)?ARG"),
    (&["vault"], r"\bvault\s+login\s+(?:-\S+\s+)*(?:token=)?ARG"),
    (&["auth"], r"\b(?:gh|glab|hub)\s+auth\s+login\b..(?:-t|--token)[ =]ARG"),
    (&["ipmitool", "impacket-"], r"\b(?:ipmitool|impacket-\S+)\b..-P\s+ARG"),
    // With `-n` there is no file in front of the user.
    (
        &["htpasswd"],
        r"\bhtpasswd[ \t]+(?:-[a-mo-zA-Z0-9]+[ \t]+(?:[0-9]+[ \t]+)?)*-[a-mo-zA-Z0-9]*b[a-mo-zA-Z0-9]*[ \t]+(?:-?[0-9]+[ \t]+|-[a-mo-zA-Z]+[ \t]+)*[^\s-]\S*[ \t]+\S+[ \t]+ARGSTOP",
    ),
    (
        &["htpasswd"],
        r"\bhtpasswd[ \t]+(?:-\w+[ \t]+(?:[0-9]+[ \t]+)?)*-\w*n\w*[ \t]+(?:-?[0-9]+[ \t]+|-[a-zA-Z]+[ \t]+)*[^\s-]\S*[ \t]+ARGSTOP",
    ),
    (&["openssl"], r"\bopenssl[ \t]+passwd[ \t]+(?:-\w+[ \t]+)*ARGSTOP"),
    (
        &["mysql", "mariadb", "mongo", "sshpass", "7z"],
        r#"\b(?:mysql\w*|mariadb[\w-]*|mongo\w*|sshpass|7z[azr]?)\b..-p(?:"(?P<a>[^"\n]+)"|'(?P<b>[^'\n]+)')"#,
    ),
    (
        &["twine", "uv", "poetry", "flit", "hatch"],
        r"\b(?:twine|uv|poetry|flit|hatch)\b..(?:-p|--password|--token)[ =]ARG",
    ),
    (
        &["login"],
        r"\b(?:cargo|wandb|npm|hf|huggingface-cli|snyk|railway|pulumi|doppler)\s+login\s+(?:--?\S+\s+)*(?P<a>[\w.~+/=#!%^-]*[0-9][\w.~+/=#!%^-]*)",
    ),
    (&["secret"], r"\b(?:gh|glab)\s+secret\s+set\b..(?:-b|--body|-v|--value)[ =]ARG"),
    (&["secret set"], r"\b(?:gh|glab)\s+secret\s+set\b..-[bv][\x22'](?P<a>[^\x22'\n]+)[\x22']"),
    (&["wpa_passphrase"], r"\bwpa_passphrase\s+\S+\s+ARG"),
    (&["alias", "config"], r"\bmc\s+(?:alias\s+set|config\s+host\s+add)\s+\S+\s+\S+\s+\S+\s+ARG"),
    (&["jdbc:oracle:"], r"\bjdbc:oracle:[a-z0-9]+:[\w$#]+/(?P<a>[^\s@/]+)@"),
    (&["net"], r"\bnet\s+user\s+\S+\s+ARG"),
    (&["rabbitmqctl"], r"\brabbitmqctl\s+(?:add_user|change_password|authenticate_user)\s+\S+\s+ARG"),
    (
        &["config", "secret", "settings"],
        r"(?i)\b(?:config|configure|configuration|secrets?|settings)(?::set)?\s+(?:set\s+|put\s+|add\s+|create\s+)?(?:--\S+\s+)*[\w:./@-]*(?:secret|token|password|passwd|key|auth)\w*(?:\s+|=)ARG",
    ),
    (&["--from-literal"], r"--from-literal[= ]\\*[\x22']?[^\s=]+=\\*[\x22']?(?P<a>[^\s\x22']+)"),
    (
        &["requirepass", "masterauth", "auth"],
        r"\b(?:requirepass|masterauth|AUTH)[ \t]+(?:\w+[ \t]+)?ARG[ \t]*(?:\r?\n|$)",
    ),
    // What is piped to a command that reads a password.
    (
        &["echo", "print", "write-output", "yes"],
        r"\b(?:echo|printf|print|Write-Output|yes)\s+(?:-\w+\s+)*(?:'%s(?:\\n)?'\s+|\x22%s(?:\\n)?\x22\s+|%s\s+)?(?:\x22[\w.-]+:(?P<e>[^\x22\n]+)\x22|'[\w.-]+:(?P<f>[^'\n]+)'|ARG)(?:\s+'(?P<g>[^'\n]+)')?\s*\|[^\n]*(?:--password-stdin|-stdin\b|--with-token|sudo\s[^\n]*-S|chpasswd|passwd|passphrase|cryptsetup|kinit|login|secrets?\s+(?:create|put|set|add|versions)|vault\s+(?:kv\s+put|write)|wrangler\s+secret|pass\s+insert|--auth-user-pass)",
    ),
    (
        &["<<<"],
        r"(?:--\w*-?stdin|--with-token|--data-file|sudo -S|login|signin|\bsu\s|runas|kinit|passwd|chpasswd|cryptsetup|secret|vault\s+(?:kv\s+put|write)|\bread\s+-\w*s|\bread\s[^\n]*-s\b|\spass\s|\s-p\b)[^\n|;]*<<<\s*ARG",
    ),
    (&["curl"], r#"\bcurl\b..(?:-[A-Za-z]*[uE]\s*|--cert[ =])["']?[^\s:"'/]+:(?P<a>[^\s"'/][^\s"']*)"#),
    (&["rclone"], r"\brclone\s+(?:obscure|config\s+create\b[^\n|;&]*\spass)\s+ARG"),
    (&["ssh-keygen"], r"\bssh-keygen\b..-[NP]\s+ARG"),
    (&["heroku"], r"\bheroku\s+config:set\b..[A-Z][A-Z0-9_]*=(?P<a>[^\s\x22']*[0-9][^\s\x22']{7,})"),
    (&["nuget"], r"\bnuget\s+push\b..(?:-k|--api-key)\s+ARG"),
    (&["http-basic"], r"\b(?:poetry|composer)\s+config\s+(?:--\S+\s+)*http-basic\.\S+\s+\S+\s+ARG"),
    (&["bundle"], r"\bbundle\s+config\s+(?:set\s+)?(?:--\S+\s+)*\S+\s+[^\s:]+:ARG"),
    (&["rdesktop", "ncftp", "keepassxc-cli"], r"\b(?:rdesktop|ncftp\w*|keepassxc-cli)\b..-p\s+ARG"),
    (&["schtasks"], r"(?i)\bschtasks\b[^\n|;&]*?\s/rp\s+ARG"),
    (&["bw"], r"\bbw\s+login\s+\S+@\S+\s+ARG"),
    (&["vercel"], r"\bvercel\b..(?:-t|--token)[ =]ARG"),
    (&["snyk"], r"\bsnyk\s+auth\s+ARG"),
    (&["pulumi"], r"\bpulumi\s+config\s+set\b..--secret\s+\S+\s+ARG"),
    (&["vault"], r"\bvault\s+(?:kv\s+put|write)\s+\S+\s+\w+=ARG"),
    (&["redis-cli"], r"\bredis-cli\b..(?:AUTH|auth)\s+(?:\S+\s+)?ARG\s*(?:\r?\n|$)"),
    (&["net"], r"\bnet\s+use\s+\S+\s+ARG\s+/user:"),
    (&["convertto-securestring"], r"(?i)\bconvertto-securestring\s+(?:-string\s+)?(?P<a>[^\s'\x22$(-][^\s)]*)"),
    (&["mysql", "mariadb"], r#"\b(?:mysql|mariadb)\w*\b..["']-p(?P<a>[^"'\n]+)["']"#),
    // More arguments of programs.
    (&["setuser"], r"\bSETUSER\b..>(?P<a>\S+)"),
    (&[" on >"], r"(?m)\buser\s+\S+\s+on\s+>(?P<a>\S+)"),
    (
        &["secret", "put-parameter"],
        r"\b(?:secrets?\s+(?:set|put|create|add|write)|put-parameter|put-secret-value|create-secret|update-secret)\b..(?:--value|--secret-string|--body|-v)[ =]ARG",
    ),
    (&["<<<"], r"NAME[^\n|;]*<<<\s*ARG"),
    (
        &["<(echo", "<(printf"],
        r"(?i)\b(?:secrets?|login|token)\b[^\n|;]*<\([ \t]*(?:echo|printf)[ \t]+(?:-\w+[ \t]+)*(?:'%s(?:\\n)?'[ \t]+|\x22%s(?:\\n)?\x22[ \t]+|%s[ \t]+)?ARG",
    ),
    (&["--arg"], r"--arg[ \t]+(?:(?i:pw|pass)|NAME)[ \t]+ARG"),
    // The arguments of a program as a list.
    (
        &["\"-p\"", "\"-a\""],
        r#""(?:mysql\w*|mariadb[\w-]*|mongo\w*|sshpass|redis-cli|7z\w?)"[^\]\n]{0,200}?"-[pa]"\s*,\s*"(?P<a>[^":\n]+)""#,
    ),
    (
        &["- -"],
        r#"(?m)^[ \t]*-[ \t]+["']?--?[\w-]*(?:password|passwd|secret|token|api-?key)["']?[ \t]*\r?\n[ \t]*-[ \t]+["']?(?P<a>[^\s"'$-][^\s"']*)"#,
    ),
    (&["<(echo", "<(printf"], r"(?i)pass[\w-]*[ =]<\(\s*(?:echo|printf)\s+ARG"),
    (&["echo"], r"\(\s*echo\s+(?P<a>[^\s;)]+)\s*;\s*echo\s+(?P<b>[^\s;)]+)\s*\)\s*\|[^\n]*passwd"),
    (&["impacket-"], r"\bimpacket-\S+\s[^\n]*?[\w.-]+/[\w.$-]+:(?P<a>[^\s@]+)@"),
    (&["pdftk"], r"\bpdftk\b..(?:user_pw|owner_pw|input_pw)\s+ARG"),
    (&["qpdf"], r"\bqpdf\b[^\n]*?--encrypt\s+(?P<a>\S+)\s+(?P<b>\S+)\s"),
    (&["userid="], r"\buserid=[\w$#]+/(?P<a>[^\s@]+)"),
    (&["/pass:"], r"(?i)\s/(?:pass|password):ARG"),
    (&["nmcli"], r"\bnmcli\b..(?:password|\S*\.psk)\s+ARG"),
    (&["initial-password"], r"\binitial-password\s+ARG"),
    (
        &["env:set", "env set", "variables set", "secret set", "config:set", "config set"],
        r"\b(?:env|variables?|secrets?|config)(?::|\s+)set\s+(?:-\S+\s+)*NAME[ =]ARG",
    ),
    (&["codecov"], r"\bcodecov\b..(?:-t|--token)[ =]ARG"),
    // The secret is an argument that no name stands before.
    (&["unseal"], r"\bvault\s+operator\s+unseal\s+(?:-\S+\s+)*ARG"),
    (&["fly"], r"\bfly(?:ctl)?\s+secrets\s+(?:set|import)\b..[A-Z][A-Z0-9_]*=ARG"),
    (&["nuget"], r"\bnuget\s+push\s+\S+\s+(?P<a>[^\s-][^\s]{15,})"),
    (&["ldappasswd"], r"\bldappasswd\b..-[sa]\s*ARG"),
    (&["hydra", "medusa"], r"\b(?:hydra|medusa)\b..-p\s+ARG"),
    (&["beeline"], r"\bbeeline\b..-p\s+ARG"),
    (&["service install"], r"\bcloudflared\s+service\s+install\s+ARG"),
    (&["hmac-"], r"-y\s+(?:hmac-\w+:)[\w.-]+:(?P<a>[\w+/=]{8,})"),
    (&["vercel env"], r"\b(?:echo|printf)\s+(?:-n\s+)?ARG\s*\|\s*vercel\s+env\s+add"),
    (&["stats auth"], r"\bstats\s+auth\s+[^\s:]+:(?P<a>\S+)"),
    (&["rocommunity", "rwcommunity"], r"\br[ow]community6?\s+ARG"),
    (&["assword"], r#"assword[^\n]{0,40}?\bsend\s+(?:--\s+)?\\*"(?P<a>[^"\n\\]+)\\+r"#),
    (&["$(echo", "$(printf"], r"NAME=\$\((?:echo|printf)\s+(?:-n\s+)?ARG"),
    // A name, and the value inside of something else.
    (&["sensitive("], r#"(?i)\bsensitive\(\s*["'](?P<a>[^"'\n]+)"#),
    (
        &["or \"", "or '", "|| \"", "|| '", "?? \"", "?? '"],
        r#"(?:\bpw|NAME)\s*[:=]\s*[\w.\[\]()"']{1,60}\s*(?:\bor\b|\|\||\?\?)\s*["'](?P<a>[^"'\n]*[0-9][^"'\n]{4,})["']"#,
    ),
    (&["= <<"], r#"NAME\s*=\s*<<[-~]?\s*["']?[A-Z]\w*["']?\n[ \t]*(?P<a>\S+)"#),
    (&["<key>password"], r"(?i)<key>password</key>\s*<value[^>]*>(?P<a>[^<\n]+)"),
    (&["concealed]"], r"(?i)\w\[concealed\]\s*[:=]\s*(?P<a>\S+)"),
    (&["secure:"], r#"name="secure:[^"\n]*"\s+value="(?P<a>[^"\n]+)"#),
    // A user and a password without a name.
    (&["xauth"], r#"\bXAUTH\s+["'](?P<a>[^"'\n]+)"#),
    (&["login="], r"\blogin=[^\s:=]+:(?P<a>[^\s\x22']+)"),
    (&["basicauth"], r"(?i)\bbasicauth\.users=[^\s:]+:(?P<a>[^\s\x22']+)"),
    (&["/t/"], r"https?://[^\s/]+/t/(?P<a>[\w%-]{8,})/"),
    (&[":5432:", ":*:"], r"(?m)^\W{0,3}[\w.*-]+:(?:[0-9]{2,5}|\*):[\w*.-]+:[\w*.-]+:(?P<a>[^\s:]{5,})[ \t\r]*$"),
    (&["user =", "user=\""], r#"(?im)^\W{0,3}user\s*=\s*["'][^\s:"']+:(?P<a>[^\s"'/]{5,})["']"#),
    (
        &["user, pass", "username, pass"],
        r#"(?i)\buser(?:name)?\s*,\s*pass(?:word)?\s*=\s*["'][^"'\n]*["']\s*,\s*["'](?P<a>[^"'\n]+)"#,
    ),
    (&["-dsonar."], r"-Dsonar\.(?:login|token|password)=ARG"),
    (&["net"], r"\bnet\s+use\b[^\n]*?/user:\S+\s+ARG"),
    (&["insert"], r"\bpass\s+insert\b[^\n]*<<-?\s*['\x22]?\w+['\x22]?\n[ \t]*(?P<a>\S+)"),
    (&["read -"], r"\bread\s[^\n]*<<-?[ \t]*['\x22]?[A-Z]\w*['\x22]?\n[ \t]*(?P<a>\S+)"),
    (
        &["cat <<", "cat >"],
        r"\bcat\b[^\n]*(?:<<[^\n]*>[ \t]*\S*NAME|>[ \t]*\S*NAME[^\n]*<<)[^\n]*\n[ \t]*(?P<a>\S+)[ \t]*\n",
    ),
    (&["token set"], r"\btoken\s+set\s+ARG"),
    (&["base64"], r"\becho\s+-n\s+[\x22']?[\w.-]+:(?P<a>[^\s\x22'|$]+)[\x22']?\s*\|\s*base64"),
    (&["UGFzc3dvcmQ6"], r"UGFzc3dvcmQ6\r?\n(?P<a>\S+)"),
    (&["ansible-vault"], r"\bansible-vault\s+encrypt_string\b..ARG"),
    (&["kv put", "etcdctl", "chamber"], r"\b(?:consul\s+kv\s+put|etcdctl\s+put|chamber\s+write\s+\S+)\s+\S*NAME\s+ARG"),
    (&["oathtool"], r"\boathtool\b..(?P<a>[A-Z2-7]{16,})"),
    (&["setcookie"], r"(?:^|\s)-setcookie\s+ARG"),
    (&["rootpw"], r"\brootpw\s+(?:--\w+\s+)*ARG"),
    (&["community"], r"(?m)\bcommunity\s+(?P<a>\S+)\s+(?:RO|RW|ro|rw)\b"),
    (
        &["password 0", "password 5", "password 7", "secret 0", "secret 4", "secret 5", "secret 8", "secret 9"],
        r"\b(?:password|secret)\s+[0-9]\s+(?P<a>[^\s:,]{4,})[ \t\r]*(?:\n|$)",
    ),
    (
        &["login "],
        r"(?i)\blogin[ \t]+(?:-\S+[ \t]+)*[a-z][\w.@-]*[ \t]+(?P<a>\S{7,64}[0-9!#]\S{0,64}|\S{0,64}[0-9]\S{7,64})[ \t\r]*(?:\n|$)",
    ),
    (
        &["sed -"],
        r"(?i)\bsed\b[^\n]*?s[|/#,][^|/#,\n]*(?:changeme|placeholder|password|secret|token)[^|/#,\n]*[|/#,](?P<a>[^|/#,\n]*[0-9][^|/#,\n]*)[|/#,]",
    ),
    (
        &["echo", "printf"],
        r"\b(?:echo|printf)\s+(?:-\w+\s+)*(?:'%s(?:\\n)?'\s+)?(?:'(?P<a>[^'\n$]+)'|\x22(?P<b>[^\x22\n$]+)\x22|(?P<c>[^\s'\x22$|&;>]+))\s*>>?\s*\S*NAME",
    ),
    // What a program that asks for a password reads from a here-document.
    (
        &["<<"],
        r"\b(?:passwd|smbpasswd|vncpasswd|htpasswd|ldappasswd|mkpasswd|kinit|cryptsetup|veracrypt|sudo\s+-S|gpg2?|ssh-add|(?:docker|podman|helm\s+registry|crane|oras)\s+login|borg|restic)\b[^\n|]*<<-?[ \t]*['\x22]?\w+['\x22]?\n[ \t]*(?P<a>[^\s-]\S*[0-9]\S*)[ \t]*\n",
    ),
    (&["ftp"], r"\bl?s?ftp\b[^\n]*<<[^\n]*\n(?:[^\n]*\n)?[ \t]*(?:quote\s+)?(?i:user)\s+\S+\s+(?P<a>\S+)"),
    (
        &["curl"],
        r#"\bcurl\b[^\n]*<<[^\n]*\n(?:[^\n]*\n){0,4}?[ \t]*-{0,2}(?:proxy-)?user\s*[=:]?\s*"[^":\s]+:(?P<a>[^"\n]+)""#,
    ),
    (
        &["AUTH ", "LOGIN "],
        r"['\x22\n ](?:AUTH|LOGIN \S+) (?P<a>[^\s\\'\x22]*[a-z][^\s\\'\x22]*[0-9][^\s\\'\x22]*)(?:\\r|\r|\n|['\x22])",
    ),
    // Statements.
    (
        &["identified"],
        r"(?i)\bidentified\s+(?:with\s+\S+\s+)?(?:by|as)\s+(?:password\s+)?\\*['\x22`](?P<a>[^'\x22`\n]+)",
    ),
    (&["identified"], r"(?i)\bidentified\s+by\s+(?P<a>[^\s'\x22;]*[0-9][^\s'\x22;]*)"),
    (&["password"], r"(?i)\bpassword(?:\s*(?:\(|=|\bfor\b[^\n=]{0,60}=)\s*|\s+)\\*'(?P<a>[^'\n]+)'"),
    (
        &[
            "convertto-securestring",
            "password_hash",
            "set_password",
            "check_password",
            "create_user",
            "bcrypt",
            "make_password",
            "hashpw",
            "hash::make",
        ],
        r"(?i)\b(?:convertto-securestring|password_hash|set_password|check_password|create_user|bcrypt|make_password|hashpw|hash::make|generate_password_hash)[\s(]+(?:-string\s+)?['\x22](?P<a>[^'\x22\n]+)",
    ),
    // What a script answers to a prompt.
    (
        &["assw", "phrase"],
        r#"(?i)(?:assw|phrase)[^\n]{0,40}[\n;]\s*send(?:line)?\s*\(?\s*(?:--\s+)?["'](?P<a>[^"'\\\n]+)"#,
    ),
    // "Use … as the password."
    (
        &["password", "passphrase", "passcode", "secret", "key", "token"],
        r"(?i)\b(?:use|enter|type|take|with|set)\s+[\x22'`]?(?P<a>[^\s\x22'`]*[0-9][^\s\x22'`]*)[\x22'`]?\s+(?:as|for)\s+(?:the\s+|your\s+|my\s+|its\s+|an?\s+|our\s+)?(?:\w+\s+){0,2}(?:password|passphrase|passcode|secret|api\s+key|access\s+token)\b",
    ),
    // Names and passwords, protocols, forms and tables.
    (
        &["cqlsh", "vsql", "snowsql", "influx", "rabbitmqadmin", "clickhouse-client"],
        r"\b(?:cqlsh|vsql|snowsql|influx|rabbitmqadmin|clickhouse-client)\b..-(?:p|w|password)\s+ARG",
    ),
    (&["http", "xh", "ab", "hey"], r#"\b(?:https?|xhs?|ab|hey)\b..(?:-a|--auth|-A)[ =]["']?[^\s:"']+:(?P<a>[^\s"']+)"#),
    (&["bw"], r"\bbw\s+unlock\s+(?P<a>[^\s-]\S*)"),
    (&["security"], r"\bsecurity\b..-w\s+ARG"),
    (&["-keychain"], r"\bsecurity\s+[a-z]+-keychain\w*\b..-p\s+ARG"),
    (&["useradd", "usermod"], r"\b(?:useradd|usermod)\b..(?:-p|--password)[ =]*ARG"),
    (&["tailscale"], r"\btailscale\s+(?:up|login)\b..--auth-?key[ =]ARG"),
    (&["altool", "notarytool"], r"\b(?:altool|notarytool)\b..-p\s+ARG"),
    (&["drush"], r"\bdrush\s+(?:user:password|upwd)\s+\S+\s+ARG"),
    (&["signtool"], r"\bsigntool\b../p\s+ARG"),
    (&["snmp"], r"\bsnmp\w+\b..-(?:c|A|X)\s+ARG"),
    (&["user-secrets"], r"\buser-secrets\s+set\s+\S+\s+ARG"),
    (&["::add-mask::"], r#"::add-mask::(?P<a>[^\s"']+)"#),
    (&[".auth("], r#"\.auth\(\s*["'][^"'\n]*["']\s*,\s*["'](?P<a>[^"'\n]+)"#),
    (
        &["</t"],
        r"(?i)<t[dh][^>]*>[^<\n]{0,24}(?:passw|secret|token|api key|passphrase)[^<\n]{0,24}</t[dh]>\s*<t[dh][^>]*>(?P<a>[^<\s]+)<",
    ),
    (
        &["password", "passwd", "secret", "token", "api_key"],
        r"(?m)^\s*\|\s*[`*]*[A-Z][A-Z0-9_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_KEY)[A-Z0-9_]*[`*]*\s*\|\s*[`*]*(?P<a>[^\s|`*]*[0-9][^\s|`*]*)[`*]*\s*\|",
    ),
    (&["net"], r"\bnet\s+use\s+\S+\s+\S+\s+ARG\s+/user:"),
    (&["doctl"], r"\bdoctl\s+auth\s+init\b..-t\s+ARG"),
    (&["curl"], r#"\bcurl\b..(?:-b|--cookie)[ =]["']?[^\s"'=]{1,80}=(?P<a>[^\s"']+)"#),
    (
        &["changed", "updated", "rotated", "reset"],
        r"(?i)\b(?:password|passphrase|token|key)\b[^\n.]{0,20}\b(?:changed|updated|rotated|reset)\s+(?:from\s+\S+\s+)?to\s+[\x22'`]?(?P<a>[^\s\x22'`]*[0-9!#$%^*][^\s\x22'`]*)",
    ),
    (
        &[
            "creds",
            "credential",
            "zugang",
            "identifiants",
            "credenciales",
            "credenciais",
            "credenziali",
            "accès",
            "acceso",
            "доступ",
            "Доступ",
        ],
        r"(?i)\b(?:creds|credentials|zugangsdaten|identifiants|credenciales|credenciais|credenziali|zugang|accès|acceso|доступ)\s*(?:[:=]|\s(?:are|is|sind|ist|son|sont)\s|\s)\s*[^\s/|:]+\s*[/|:]\s*(?P<a>\S*[0-9!#$%^*]\S*)",
    ),
    (
        &["auth"],
        r#"(?i)\b(?:auth\s*=\s*\(|\w*basic_?auth\w*\()\s*["'][^"'\n]*["']\s*,\s*(?:some\()?["'](?P<a>[^"'\n]+)"#,
    ),
    (
        &["btoa", "b64encode", "base64"],
        r#"(?i)\b(?:btoa|b64encode|base64_encode|base64)\(\s*b?["'][^"':\n]+:(?P<a>[^"'\n]+)"#,
    ),
    (&["user"], r"(?m)\bUSER\s+\S+[^\n]*\n(?:[^\n]*\n)?\W*PASS\s+(?P<a>\S+)"),
    (
        &["form-data"],
        r#"(?i)form-data;[^\n]*name=\\*"?[\w.-]*(?:passw|passphrase|secret|token|pwd|api_?key)[\w.-]*\\*"?[^\n]*\n[ \t\r]*\n[ \t]*(?P<a>[^\r\n]+)"#,
    ),
    (
        &["code"],
        r"(?i)\b(?:one[- ]time|verification|security|login|2fa|mfa|backup|recovery)\s+(?:pass)?codes?\b[^\n:]{0,20}(?::|\bis\b)\s*(?P<a>[0-9][0-9A-Za-z-]{3,})",
    ),
    // Files: a pgpass line, and a cookie of a cookie jar.
    (&[":"], r"(?m)^[ \t]*[\w.*-]+:(?:[0-9]{2,5}|\*):[^:\s]+:[^:\s]+:(?P<a>(?:[^\s:\\]|\\.)+)[ \t\r]*$"),
    (&[":"], r"[ \t][\w.*-]+:(?:[0-9]{2,5}|\*):[^:\s]+:[^:\s]+:(?P<a>\pL[^\s:;]*[0-9]{2}[^\s:;]*)(?:[\s;]|$)"),
    (
        &["\ttrue\t", "\tfalse\t"],
        r"(?m)^(?:#HttpOnly_)?\S+\t(?:TRUE|FALSE)\t\S+\t(?:TRUE|FALSE)\t[0-9]+\t[^\t\n]+\t(?P<a>\S+)",
    ),
    // A name apart from its secret: in a block of its own, in a plan of Terraform.
    (&["variable"], r#"variable\s+"NAME"\s*\{[^{}]{0,200}?\bdefault\s*=\s*"(?P<a>[^"\s]+)""#),
    (NAMES, r#"(?m)^[\s~+-]*"?NAME"?\s*[=:].{0,200}?->\s*"(?P<a>[^"\s]+)""#),
    // `user:…@tcp(host)`, and the same before a host and its port.
    (&["@tcp(", "@udp(", "@unix("], r#"\b[\w.-]+:(?P<a>[^\s:@/"']+)@(?:tcp|udp|unix)\("#),
    (
        &["@"],
        r#"\b[\w.-]+:(?P<a>[^\s:@/"'=]{0,64}[0-9][^\s:@/"'=]{5,64}|[^\s:@/"'=]{5,64}[0-9][^\s:@/"'=]{0,64})@[\w.-]+:\d{2,5}\b"#,
    ),
    // What PHP prints of its values, and how it serialises them.
    (&["string("], r#"\["NAME"(?::\w+)?\]\s*=>\s*string\(\d+\) "(?P<a>[^"]+)""#),
    (&["\";s:"], r#"s:\d+:"NAME";s:\d+:"(?P<a>[^"]+)""#),
    // Strings of SQL Server, of shells, of ODBC, of HTML and of property lists.
    (&["n'"], r"NAME\s*=?\s*N'(?P<a>[^'\s]+)'"),
    (&["$'"], r"NAME=\$'(?P<a>[^'\s]+)'"),
    (&["pwd={"], r"(?i)\bpwd=\{(?P<a>[^}\s]+)\}"),
    (&["&quot;"], r"NAME&quot;\s*:\s*&quot;(?P<a>[^&\s]+)&quot;"),
    (&["</key>"], r"<key>NAME</key>\s*<string>(?P<a>[^<\s]+)</string>"),
    // The last arguments of calls that sign in, sign or connect.
    (
        &["mysqli_connect", "getconnection", "pymysql.connect", "mysqldb.connect"],
        r#"\b(?:mysqli_connect|getConnection|(?:pymysql|MySQLdb)\.connect)\(\s*["'][^"']*["']\s*,\s*["'][^"']*["']\s*,\s*["'](?P<a>[^"'\s]+)["']"#,
    ),
    (
        &["networkcredential", "login(", "createhmac", "authenticate(", "sign_in(", "signin("],
        r#"\b(?:NetworkCredential|login|createHmac|authenticate|sign_in|signIn)\(\s*["'][^"']*["']\s*,\s*b?["'](?P<a>[^"'\s]*[0-9][^"'\s]*)["']"#,
    ),
    // A word of recovery phrases.
    (
        &["seed", "recovery", "mnemonic", "secret"],
        r"(?i)\b(?:seed|recovery|mnemonic|secret)\s+(?:phrase|words?)\b[^\n:=]{0,20}[:=]?\s+[\x22']?(?P<a>(?:[a-z]{3,8}[ ,]+){11,23}[a-z]{3,8})",
    ),
    (
        &["passphrase", "password", "passwort", "kennwort"],
        r"(?i)\b(?:passphrase|password|passwort|kennwort)\\*[\x22']?\s*(?:is|:|=|ist)\s*\\*[\x22'`]?(?-i:(?P<p>[a-z]{3,}(?: [a-z]{3,}){3,11}))[ \t]*(?:\.|$|\n|\\*[\x22'`])",
    ),
];

/// A place.
struct Place {
    source: &'static str,
    /// Compiled when one of its words is seen first: most processes see few of them.
    pattern: OnceLock<Option<Pattern>>,
}

impl Place {
    fn pattern(&self) -> Option<&Pattern> {
        self.pattern.get_or_init(|| compiled(self.source)).as_ref()
    }
}

/// A place, compiled.
enum Pattern {
    /// The whole pattern.
    Whole(Regex),
    /// A program, and the arguments of its commands that are secrets.
    Command(Regex, Regex),
}

/// The words of all places, which place each is of, and the patterns. Few texts have any of the words, and only the
/// patterns of those are tried: all of them in one set are too much for a fast automaton.
struct Compiled {
    words: Option<AhoCorasick>,
    place_of_word: Vec<usize>,
    places: Vec<Place>,
}

static COMPILED: LazyLock<Compiled> = LazyLock::new(|| {
    let all =
        || PLACES.iter().chain(source_code::PLACES).chain(prose::PLACES).chain(numbers::PLACES).chain(members::PLACES);
    let words = all().enumerate().flat_map(|(place, (words, _))| words.iter().map(move |word| (place, word)));
    let (place_of_word, words): (Vec<usize>, Vec<&str>) = words.unzip();
    Compiled {
        // Most of the time of a search is spent here; this kind takes more memory, and half the time.
        words: AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(words).ok(),
        place_of_word,
        places: all().map(|(_, source)| Place { source, pattern: OnceLock::new() }).collect(),
    }
});

/// A place, written out.
fn compiled(place: &str) -> Option<Pattern> {
    let regex = |pattern: &str| {
        // An argument stands in the line of its flag.
        let pattern = pattern.replace(r"\s+ARG", r"[ \t]+ARG").replace(r"\s*ARG", r"[ \t]*ARG");
        let pattern = pattern
            .replace("IS", numbers::IS)
            .replace("ARG", ARGUMENT)
            .replace("STOP", STOP)
            .replace("NAME", NAME)
            .replace(r"\b", r"(?-u:\b)");
        // The letters of all languages take long to compile, and are meant where any of them is named.
        let pattern = if pattern.contains(r"\pL") { pattern } else { with_ascii_words(&pattern) };
        Regex::new(&pattern).ok()
    };
    let (program, argument) = match place.split_once("..") {
        Some(parts) if place.starts_with(r"\b") || place.starts_with(r"(?m)\b") => parts,
        _ => return regex(place).map(Pattern::Whole),
    };
    Some(Pattern::Command(regex(program)?, regex(&format!(r"\s{argument}"))?))
}

/// A pattern whose `\w` is a letter, a digit or an underscore of ASCII.
fn with_ascii_words(pattern: &str) -> String {
    const WORD: &str = "0-9A-Za-z_";
    let (mut plain, mut in_class) = (String::with_capacity(pattern.len()), false);
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('w') if in_class => plain.push_str(WORD),
                Some('w') => plain.extend(["[", WORD, "]"]),
                Some(escaped) => plain.extend(['\\', escaped]),
                None => {}
            },
            '[' | ']' => {
                in_class = letter == '[';
                plain.push(letter);
            }
            _ => plain.push(letter),
        }
    }
    plain
}

/// Adds the secrets at these places to `found`.
pub fn find(text: &str, found: &mut Vec<Range<usize>>) {
    find_from(0, text, found);
}

/// Adds the secrets in lists of quoted words to `found`: a list of arguments is a command line.
pub fn find_in_lists(text: &str, found: &mut Vec<Range<usize>>) {
    /// The longest list that is read, in bytes.
    const LIST: usize = 4096;
    for (start, open) in text.match_indices("[\"") {
        let inside = start + open.len();
        let end = text.floor_char_boundary(text.len().min(inside + LIST));
        if let Some(length) = text[inside..end].find(['\n', ']']).filter(|at| text[inside + at..].starts_with(']')) {
            find_in_list(&text[inside..inside + length], inside, found);
        }
    }
}

/// Adds the secrets in a list of quoted words, which begins at `start`, to `found`.
pub fn find_in_list(list: &str, start: usize, found: &mut Vec<Range<usize>>) {
    let mut inside = Vec::new();
    find(&list.replace("\",\"", "   ").replace("\", \"", "    "), &mut inside);
    found.extend(inside.into_iter().map(|range| start + range.start..start + range.end));
}

/// Adds the secrets in pairs of members to `found`.
pub fn find_pairs(text: &str, found: &mut Vec<Range<usize>>) {
    find_from(COMPILED.places.len() - members::PLACES.len(), text, found);
}

/// Adds the secrets at the places from `first` on to `found`.
fn find_from(first: usize, text: &str, found: &mut Vec<Range<usize>>) {
    let Compiled { words: Some(words), place_of_word, places } = &*COMPILED else {
        return;
    };
    let mut is_tried = vec![false; places.len()];
    for word in words.find_overlapping_iter(text) {
        let place = place_of_word[word.pattern().as_usize()];
        if place < first || std::mem::replace(&mut is_tried[place], true) {
            continue;
        }
        match places.get(place).and_then(Place::pattern) {
            Some(Pattern::Whole(pattern)) => add(pattern, text, 0, found),
            Some(Pattern::Command(program, argument)) => {
                let mut end = 0;
                for start in program.find_iter(text).map(|program| program.end()) {
                    // The arguments of one command are read once.
                    if start >= end {
                        end = start + command(&text[start..]);
                        add(argument, &text[start..end], start, found);
                    }
                }
            }
            None => {}
        }
    }
}

/// Adds what the groups of a pattern are in `text`, which begins at `start`.
fn add(pattern: &Regex, text: &str, start: usize, found: &mut Vec<Range<usize>>) {
    for captures in pattern.captures_iter(text) {
        let groups = ["a", "b", "d", "e", "f", "g"].iter().filter_map(|name| captures.name(name));
        // The bracket of a subshell ends a word without quotes.
        let word = captures.name("c").map(|word| match word.as_str() {
            text if text.contains('(') => word.range(),
            text => word.start()..word.start() + text.trim_end_matches(')').len(),
        });
        let word = word.filter(|word| !is_placeholder(&text[word.clone()]));
        // A header that is a sentence is about the header.
        let header = captures.name("h").filter(|header| {
            let header = header.as_str();
            !(is_prose(header) || is_type(header) || is_choice_of_cookie(header))
        });
        let phrase = captures.name("p").filter(|phrase| is_passphrase(phrase.as_str()));
        let secrets = groups.chain(header).chain(phrase).filter(|group| !is_placeholder(group.as_str()));
        found.extend(secrets.map(|group| group.range()).chain(word).map(|at| start + at.start..start + at.end));
    }
}

/// Whether a text is several words without a sign of a secret.
fn is_prose(text: &str) -> bool {
    text.split_whitespace().count() > 2 && !text.contains(|c: char| c.is_ascii_digit() || c == '=')
}

/// Whether a text begins with the type of a parameter: `Optional[str] = …`.
fn is_type(text: &str) -> bool {
    let name = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    name > 0 && text[name..].starts_with('[') && text.contains(" = ")
}

/// The length of the arguments of a command: up to the end of the line, or a sign that is not in quotes.
fn command(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.bytes().take(COMMAND).enumerate() {
        match (quote, c) {
            (_, b'\n') | (None, b'|' | b';' | b'&') => return at,
            (Some(open), _) if open == c => quote = None,
            (None, b'"' | b'\'') => quote = Some(c),
            _ => {}
        }
    }
    around::text_from(text, 0, COMMAND).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        find(text, &mut found);
        found.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn words_are_of_ascii() {
        for (pattern, plain) in [
            (r"\w+", "[0-9A-Za-z_]+"),
            (r"[\w.-]*\\w", r"[0-9A-Za-z_.-]*\\w"),
            (r"[^\]\w]", r"[^\]0-9A-Za-z_]"),
            (r"\[\w\]", r"\[[0-9A-Za-z_]\]"),
        ] {
            assert_eq!(with_ascii_words(pattern), plain);
        }
        // No pattern was lost.
        assert!(COMPILED.places.iter().all(|place| place.pattern().is_some()));
    }

    #[test]
    fn finds_secrets_apart_from_their_names() {
        for text in [
            r#"{"outputs":{"db_password":{"value":"q7Wm2xKp","type":"string"}}}"#,
            "variable \"db_password\" {\n  type    = string\n  default = \"q7Wm2xKp\"\n}",
            r#"{"value":"q7Wm2xKp","name":"SECRET_TOKEN"}"#,
            "  ~ master_password = \"old\" -> \"q7Wm2xKp\"",
            "panic: invalid DSN root:q7Wm2xKp@tcp(127.0.0.1:3306)/app",
            "elastic:q7Wm2xKp@es:9200",
            "  [\"password\"]=>\n  string(8) \"q7Wm2xKp\"",
            "[\"token\":protected]=> string(8) \"q7Wm2xKp\"",
            "a:1:{s:8:\"password\";s:8:\"q7Wm2xKp\";}",
            "CREATE LOGIN b WITH PASSWORD = N'q7Wm2xKp'",
            "export GPG_PASSPHRASE=$'q7Wm2xKp'",
            "Driver={ODBC};UID=u;PWD={q7Wm2xKp};",
            "&quot;password&quot;:&quot;q7Wm2xKp&quot;",
            "<key>APIToken</key>\n<string>q7Wm2xKp</string>",
            "mysqli_connect('localhost','root','q7Wm2xKp','db')",
            "new NetworkCredential(\"bob\", \"q7Wm2xKp\")",
        ] {
            assert!(masked(text).contains(&"q7Wm2xKp"), "{text}: {:?}", masked(text));
        }
    }

    #[test]
    fn leaves_ordinary_text() {
        for text in [
            "image: registry.example/web:1.24.3@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "ssh git@github.com:22",
            "login('bob', 'settings')",
            "fn token(value: &str) -> \"x\"",
            r#"{"value":"blue","name":"colour"}"#,
            "getConnection(url, user, password)",
            r#""password": {"type": "string", "minLength": 8}"#,
        ] {
            assert_eq!(masked(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn finds_secrets_of_many_programs() {
        for text in [
            "curl -sSLu bob:q7Wm2xKp https://x.example",
            "curl --cert c.pem:q7Wm2xKp https://x.example",
            "rclone obscure q7Wm2xKp",
            "rclone config create r sftp user bob pass q7Wm2xKp",
            "ssh-keygen -t ed25519 -N q7Wm2xKp",
            "heroku config:set STRIPE=q7Wm2xKp9 -a shop",
            "dotnet nuget push a.nupkg -k q7Wm2xKp",
            "poetry config http-basic.acme bob q7Wm2xKp",
            "bundle config gems.acme.example bob:q7Wm2xKp",
            "rdesktop -u bob -p q7Wm2xKp host",
            "schtasks /create /tn a /ru bob /rp q7Wm2xKp",
            "bw login bob@acme.example q7Wm2xKp",
            "vercel deploy -t q7Wm2xKp",
            "snyk auth q7Wm2xKp",
            "pulumi config set --secret dbx q7Wm2xKp",
            "vault kv put secret/x value=q7Wm2xKp",
            "redis-cli -h x AUTH bob q7Wm2xKp",
            "net use X: q7Wm2xKp /user:bob",
            "(ConvertTo-SecureString q7Wm2xKp -AsPlainText -Force)",
            "mysql -u root \"-pq7Wm2xKp\"",
            "ALTER USER bob IDENTIFIED BY q7Wm2xKp;",
            "hey -a bob:q7Wm2xKp https://x.example",
            "cryptsetup luksOpen x y <<< q7Wm2xKp",
        ] {
            assert!(finds_canary(text), "{text}");
        }
    }

    /// Whether the secret in this text is found.
    fn finds_canary(text: &str) -> bool {
        let mut found = Vec::new();
        find(text, &mut found);
        found.iter().any(|range| text[range.clone()].starts_with("q7Wm2xKp"))
    }

    #[test]
    fn finds_secrets_wherever_their_command_ends() {
        for text in [
            "htpasswd -bc .htpasswd joe q7Wm2xKp && ls",
            "htpasswd -cb .htpasswd joe q7Wm2xKp; ls",
            "htpasswd -b f joe 'q7Wm2xKp' > /dev/null",
            "htpasswd -B -C 10 -b f joe q7Wm2xKp",
            "ssh web \"htpasswd -b f joe q7Wm2xKp\"",
            "htpasswd -b f joe q7Wm2xKp → Adding password for user joe",
            "htpasswd -nbB joe q7Wm2xKp 2>/dev/null",
            "htpasswd -bnBC 10 \"\" q7Wm2xKp | tr -d ':'",
            "useradd -p \"$(openssl passwd -6 'q7Wm2xKp')\" joe",
            "podman secret create db <(printf '%s' 'q7Wm2xKp')",
            "jq -n --arg pw 'q7Wm2xKp' '{password:$pw}'",
            "[\"mysql\",\"-u\",\"root\",\"-p\",\"q7Wm2xKp\"]",
            "args:\n  - --api-key\n  - q7Wm2xKp\n",
        ] {
            assert!(finds_canary(text), "{text}");
        }
    }

    #[test]
    fn finds_none_where_programs_get_none() {
        for text in [
            "curl -fsSL https://x.example:8443/a",
            "bundle config set path vendor",
            "net use",
            "identified by code",
            "use htpasswd -b to set the password of joe",
            "htpasswd -B -c f joe && ls",
            "htpasswd -nb joe \"$PW\" > f",
            "args:\n  - --token\n  - $(TOKEN)\n",
            "args:\n  - --api-key-file\n  - keys2\n",
            "[\"docker\",\"run\",\"-p\",\"8080:80\"]",
        ] {
            let mut found = Vec::new();
            find(text, &mut found);
            assert!(found.is_empty(), "{text}: {found:?}");
        }
    }

    #[test]
    fn compiles_every_place() {
        assert_eq!(
            COMPILED.places.len(),
            PLACES.len()
                + [source_code::PLACES, prose::PLACES, numbers::PLACES, members::PLACES]
                    .map(<[_]>::len)
                    .iter()
                    .sum::<usize>()
        );
        for place in &COMPILED.places {
            assert!(place.pattern().is_some(), "{}", place.source);
        }
        assert!(COMPILED.words.is_some());
    }
}

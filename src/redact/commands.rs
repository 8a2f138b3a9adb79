//! Secrets in headers, command lines and statements, whose place tells what they are.

use super::value::is_placeholder;
use regex::{Regex, RegexSet};
use std::ops::Range;
use std::sync::LazyLock;

/// An argument of a shell: quoted or not.
const ARGUMENT: &str =
    r#"(?:"(?P<a>[^"\n]+)"?|'(?P<b>[^'\n]+)'?|\\"(?P<d>[^"\n\\]+)|(?P<c>[^\s"'|;&<>\\()-][^\s"'|;&<>]*))"#;
/// The arguments before it, in the same command.
const BETWEEN: &str = r"[^\n|;&]*?\s";

/// Where secrets are: `ARG` is an argument that is one, and `..` the arguments before it.
const PLACES: &[&str] = &[
    // Headers, up to the end of the line or the closing quote.
    r#"(?i)(?:proxy-)?authorization\\*["']?\s*[:=]\s*\\*["']?(?P<a>(?:\b(?:username|realm|c?nonce|uri|response|opaque|signature|key_?id|headers|token)=\\*"[^"\n]*"|[^\n"'\\]|"[^"\n,}]*"[^\n"'])+)"#,
    r#"(?i)(?:set-)?cookie2?\\*["']?\s*[:=]\s*\\*["']?(?P<a>[^\n"'\\=;]{1,80}=[^\n"'\\]+)"#,
    r"\b[Bb](?:earer|asic|EARER|ASIC)\s+(?P<a>[\w.~+/=-]{3,}(?:[0-9=]|[a-z][A-Z])[\w.~+/=-]*|[\w.~+/=-]{20,})",
    r"(?i)\b(?:digest|apikey|token|ssws|hmac)\s+(?P<a>[A-Za-z0-9._~+/=-]{20,})",
    // Arguments: -u user:password; -p password.
    r#"(?:^|\s)(?:-u|-U|--user|--proxy-user|--userpass|--creds|--credentials)[\s=]*\\*["']?[^\s:"'\\=-][^\s:"'\\]*[:%](?P<a>[^\s"'\\]+)"#,
    r"\b(?:mysql\w*|mariadb[\w-]*|mycli|mongo\w*|sshpass|7z[azr]?|rar|unrar|ncrack|influx|clickhouse-client)\b..-p(?P<a>[^\s'\x22=-][^\s'\x22]*)",
    r"\b(?:sshpass|mongo\w*|7z[azr]?|kinit|ldap\w+|mysql\w*)\b..-p\s+ARG",
    r"\b(?:docker|podman|buildah|skopeo|nerdctl|helm|oras|crane|az|oc|argocd|cf|ibmcloud|npm|doctl|gcloud|snyk|minio|mc|nomad|regctl)\b[^\n|;&]*?\blogin\b..(?:-p|-P|-t)[ =]*ARG",
    r"\bredis-cli\b..(?:-a|--pass|--user \S+ --pass)\s+ARG",
    r"\bldap\w+\b..-w\s*ARG",
    r"\b(?:mosquitto_\w+|sqlcmd|bcp|isql|zip|unzip|zipcloak|osql|tsql|rabbitmqadmin)\b..-P\s*ARG",
    r"\bxfreerdp\w*\b../p:ARG",
    r"\blftp\b..-u\s+[^\s,]+,ARG",
    r"\bsqlplus\b..[A-Za-z0-9_]+/(?P<a>[^\s@/]+)(?:@|\s|$)",
    r"\bopenssl\b..-(?:k|K|passin|passout|pass)\s+(?:pass:)?ARG",
    r"\bvault\s+login\s+(?:-\S+\s+)*(?:token=)?ARG",
    r"\b(?:gh|glab|hub)\s+auth\s+login\b..(?:-t|--token)[ =]ARG",
    r"\b(?:ipmitool|impacket-\S+)\b..-P\s+ARG",
    r"(?m)\bhtpasswd\s+-\w*b\w*\s+(?:\S+\s+){1,2}ARG[ \t\r]*$",
    r#"\b(?:mysql\w*|mariadb[\w-]*|mongo\w*|sshpass|7z[azr]?)\b..-p(?:"(?P<a>[^"\n]+)"|'(?P<b>[^'\n]+)')"#,
    r"\b(?:twine|uv|poetry|flit|hatch)\b..(?:-p|--password|--token)[ =]ARG",
    r"\b(?:cargo|wandb|npm|hf|huggingface-cli|snyk|railway|pulumi|doppler)\s+login\s+(?:--?\S+\s+)*(?P<a>[\w.~+/=-]*[0-9][\w.~+/=-]*)",
    r"\b(?:gh|glab)\s+secret\s+set\b..(?:-b|--body|-v|--value)[ =]ARG",
    r"\bwpa_passphrase\s+\S+\s+ARG",
    r"\bmc\s+(?:alias\s+set|config\s+host\s+add)\s+\S+\s+\S+\s+\S+\s+ARG",
    r"\bjdbc:oracle:[a-z0-9]+:[\w$#]+/(?P<a>[^\s@/]+)@",
    r"\b(?:cqlsh|vsql|snowsql|influx|rabbitmqadmin|clickhouse-client)\b..-(?:p|w|password)\s+ARG",
    r#"\b(?:https?|xhs?|ab)\b..(?:-a|--auth|-A)[ =]["']?[^\s:"']+:(?P<a>[^\s"']+)"#,
    r"\bbw\s+unlock\s+(?P<a>[^\s-]\S*)",
    r"\bsecurity\b..-w\s+ARG",
    r"\bsigntool\b../p\s+ARG",
    r"\bsnmp\w+\b..-(?:c|A|X)\s+ARG",
    r"\buser-secrets\s+set\s+\S+\s+ARG",
    r#"::add-mask::(?P<a>[^\s"']+)"#,
    r#"\.auth\(\s*["'][^"'\n]*["']\s*,\s*["'](?P<a>[^"'\n]+)"#,
    r"(?i)<t[dh][^>]*>[^<\n]{0,24}(?:passw|secret|token|api key|passphrase)[^<\n]{0,24}</t[dh]>\s*<t[dh][^>]*>(?P<a>[^<\s]+)<",
    r"(?m)^\s*\|\s*[`*]*[A-Z][A-Z0-9_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_KEY)[A-Z0-9_]*[`*]*\s*\|\s*[`*]*(?P<a>[^\s|`*]*[0-9][^\s|`*]*)[`*]*\s*\|",
    r"\bnet\s+user\s+\S+\s+ARG",
    r"\bnet\s+use\s+\S+\s+\S+\s+ARG\s+/user:",
    r"\bdoctl\s+auth\s+init\b..-t\s+ARG",
    r#"\bcurl\b..(?:-b|--cookie)[ =]["']?[^\s"'=]{1,80}=(?P<a>[^\s"']+)"#,
    r"\brabbitmqctl\s+(?:add_user|change_password|authenticate_user)\s+\S+\s+ARG",
    r"(?i)\b(?:config|configure|configuration|secrets?|settings)(?::set)?\s+(?:set\s+|put\s+|add\s+|create\s+)?(?:--\S+\s+)*[\w:./@-]*(?:secret|token|password|passwd|key|auth)\w*(?:\s+|=)ARG",
    r"--from-literal[= ]\\*[\x22']?[^\s=]+=\\*[\x22']?(?P<a>[^\s\x22']+)",
    r"\b(?:requirepass|masterauth|AUTH)\s+ARG\s*(?:\r?\n|$)",
    // What is piped to a command that reads a password.
    r"\b(?:echo|printf|print|Write-Output)\s+(?:-\w+\s+)*(?:'%s(?:\\n)?'\s+|\x22%s(?:\\n)?\x22\s+|%s\s+)?ARG\s*\|[^\n]*(?:--password-stdin|-stdin\b|--with-token|sudo\s[^\n]*-S|chpasswd|passwd|passphrase|cryptsetup|kinit|login)",
    r"(?:--\w*-?stdin|--with-token|sudo -S|login|kinit|passwd|chpasswd)[^\n|;]*<<<\s*ARG",
    // Statements.
    r"(?i)\bidentified\s+(?:with\s+\S+\s+)?(?:by|as)\s+(?:password\s+)?\\*['\x22`](?P<a>[^'\x22`\n]+)",
    r"(?i)\bpassword\s*(?:\(|=|\bfor\b[^\n=]{0,60}=)?\s*\\*'(?P<a>[^'\n]+)'",
    r"(?i)\b(?:convertto-securestring|password_hash|set_password|check_password|create_user)[\s(]+(?:-string\s+)?['\x22](?P<a>[^'\x22\n]+)",
    // What a script answers to a prompt.
    r#"(?i)(?:assw|phrase)[^\n]*\n\s*send(?:line)?\s*\(?\s*(?:--\s+)?["'](?P<a>[^"'\\\n]+)"#,
    // "Use … as the password."
    r"(?i)\b(?:use|enter|type|take|with|set)\s+[\x22'`]?(?P<a>[^\s\x22'`]*[0-9][^\s\x22'`]*)[\x22'`]?\s+(?:as|for)\s+(?:the\s+|your\s+|my\s+|its\s+|an?\s+|our\s+)?(?:\w+\s+){0,2}(?:password|passphrase|passcode|secret|api\s+key|access\s+token)\b",
    r"(?i)\b(?:password|passphrase|token|key)\b[^\n.]{0,20}\b(?:changed|updated|rotated|reset)\s+(?:from\s+\S+\s+)?to\s+ARG",
    // Names and passwords, side by side.
    r"(?i)\b(?:creds|credentials|zugangsdaten|identifiants|credenciales|credenciais|credenziali|zugang|accès|acceso|доступ)\s*(?:[:=]|\s(?:are|is|sind|ist|son|sont)\s)\s*[^\s/|:]+\s*[/|:]\s*(?P<a>\S*[0-9!#$%^*]\S*)",
    r#"(?i)\b(?:auth\s*=\s*\(|\w*basic_?auth\w*\()\s*["'][^"'\n]*["']\s*,\s*(?:some\()?["'](?P<a>[^"'\n]+)"#,
    r#"(?i)\b(?:btoa|b64encode|base64_encode|base64)\(\s*b?["'][^"':\n]+:(?P<a>[^"'\n]+)"#,
    // Protocols and forms.
    r"(?m)\bUSER\s+\S+[^\n]*\n(?:[^\n]*\n)?\W*PASS\s+(?P<a>\S+)",
    r#"(?i)form-data;[^\n]*name=\\*"?[\w.-]*(?:passw|passphrase|secret|token|pwd|api_?key)[\w.-]*\\*"?[^\n]*\n\r?\n(?P<a>[^\r\n]+)"#,
    r"(?i)\b(?:one[- ]time|verification|security|login|2fa|mfa|backup|recovery)\s+(?:pass)?codes?\b[^\n:]{0,20}(?::|\bis\b)\s*(?P<a>[0-9][0-9A-Za-z-]{3,})",
    // Files: a pgpass line, and a cookie of a cookie jar.
    r"(?m)^[\w.*-]+:(?:[0-9]{2,5}|\*):[^:\s]+:[^:\s]+:(?P<a>\S+)\s*$",
    r"(?m)^(?:#HttpOnly_)?\S+\t(?:TRUE|FALSE)\t\S+\t(?:TRUE|FALSE)\t[0-9]+\t[^\t\n]+\t(?P<a>\S+)",
    // A word of recovery phrases.
    r"(?i)\b(?:seed|recovery|mnemonic|secret)\s+(?:phrase|words?)\b[^\n:=]{0,20}[:=]?\s+[\x22']?(?P<a>(?:[a-z]{3,8}[ ,]+){11,23}[a-z]{3,8})",
    r"(?i)\b(?:passphrase|password|passwort|kennwort)\\*[\x22']?\s*(?:is|:|=|ist)\s*\\*[\x22']?(?-i:(?P<a>[a-z]{3,}(?: [a-z]{3,}){3,5}))[ \t]*(?:\.|$|\n|\\*[\x22'])",
];

static COMPILED: LazyLock<(Option<RegexSet>, Vec<Regex>)> = LazyLock::new(|| {
    let patterns: Vec<String> = PLACES
        .iter()
        .map(|place| {
            let is_regex =
                place.starts_with(r"\b") || place.starts_with("(?m)\\b") || place.starts_with("(?i)\\b(?:config");
            let place = if is_regex { place.replacen("..", BETWEEN, 1) } else { (*place).to_owned() };
            place.replace("ARG", ARGUMENT).replace(r"\b", r"(?-u:\b)")
        })
        .collect();
    (RegexSet::new(&patterns).ok(), patterns.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect())
});

/// Adds the secrets at these places to `found`.
pub fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let (set, places) = &*COMPILED;
    let Some(set) = set else {
        return;
    };
    for place in set.matches(text) {
        for captures in places.get(place).iter().flat_map(|place| place.captures_iter(text)) {
            let groups = ["a", "b", "c", "d"].iter().filter_map(|name| captures.name(name));
            found.extend(groups.filter(|group| !is_placeholder(group.as_str())).map(|group| group.range()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compiles_every_place() {
        assert_eq!(COMPILED.1.len(), PLACES.len());
        assert!(COMPILED.0.is_some());
    }
}

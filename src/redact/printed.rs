//! Finds output that is secret because of the command that printed it: `cat /run/secrets/db`, `gh auth token`.

use super::around::text_from;
use super::names::{SecretName, telling};
use super::placeholder::is_placeholder;
use super::random::is_random;
use super::value::{is_arbitrary, is_version};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// The longest secret that a command writes on one line, in bytes.
const LONGEST: usize = 4096;
/// How much of a command is read, in bytes.
const COMMAND: usize = 2048;

/// Commands that write a secret and nothing else.
static WRITES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let commands = [
        r"\w+\s+auth\s+(?:token|status\s+(?:-t|--show-token))",
        r"\w+\s+tokens?\s+(?:create|new|issue|generate)",
        r"kubectl\s+(?:-\S+\s+)*get\s+secrets?\b.*\s(?:-o|--output|--template)\S*",
        r"\w+\s+credentials:show",
        r"\w+\s+(?:admin\s+)?initial-password",
        r"(?:rails|rake|mix)\s+(?:secret|phx\.gen\.secret)",
        r"artisan\s+key:generate\b.*--show",
        r"kubectl\s+(?:-\S+\s+)*create\s+token",
        r"(?:chamber|credstash|berglas|infisical|envchain|summon)\s+(?:read|get|access|secrets\s+get)",
        r"gcloud\s+auth\s+(?:application-default\s+)?print-(?:access|identity)-token",
        r"gcloud\s+secrets\s+versions\s+access",
        r"aws\s+(?:ecr\s+get-login-password|secretsmanager\s+get-secret-value|ssm\s+get-parameters?\b.*--with-decryption)",
        r"az\s+(?:account\s+get-access-token|keyvault\s+secret\s+show)",
        r"heroku\s+(?:auth:token|config:get)",
        r"oc\s+whoami\s+(?:-t|--show-token)",
        r"vault\s+(?:print\s+token|(?:kv\s+get|read|write|token\s+create)\b.*-field[= ])",
        r"op\s+(?:read|item\s+get)",
        r"(?:pass|gopass)\s+(?:show\s+)?(?:-\S+\s+)*\w+/\S+",
        r"(?:pass|gopass|lpass|keepassxc-cli)\s+show",
        r"bw\s+get\s+(?:password|totp|notes)",
        r"security\s+find-(?:generic|internet)-password\b.*\s-\w*w",
        r"secret-tool\s+lookup",
        r"keyring\s+get",
        r"terraform\s+output\s+-raw",
        r"doppler\s+secrets\s+get",
        r"pwgen|apg|mkpasswd|makepasswd|oathtool|wg\s+(?:genkey|genpsk)",
        r"openssl\s+(?:rand|passwd)",
        r"(?:sops|ansible-vault|age|gpg)\s+(?:-\S+\s+)*(?:-d|--decrypt|view|decrypt)",
        r"kubeadm\s+token|k3s\s+token|docker\s+swarm\s+join-token\b.*-q",
    ];
    Regex::new(&format!(r"(?:^|[\s;&|(/])(?:{})(?:\s|$)", commands.join("|"))).ok()
});

/// Words of commands that show something: what they show is a secret if a name in the command tells.
const SHOWS: &[&str] = &[
    "cat",
    "head",
    "tail",
    "less",
    "more",
    "bat",
    "type",
    "strings",
    "echo",
    "printf",
    "printenv",
    "get",
    "show",
    "read",
    "print",
    "view",
    "reveal",
    "access",
    "output",
    "lookup",
    "decrypt",
    "Get-Content",
    "gc",
];

/// Words of commands that look something up in what may hold anything: what they write counts if it looks random.
const SEARCHES: &[&str] =
    &["jq", "yq", "grep", "rg", "sed", "awk", "cut", "node", "python", "python3", "ruby", "php", "perl"];

/// Those of them that write the member that a path names, and nothing else.
const READERS: &[&str] = &["jq", "yq", "xq", "tomlq", "dasel", "fx"];

/// The shortest word that counts because it looks random, in bytes.
const RANDOM: usize = 12;

/// Adds the secrets that `command` wrote to `found`: the only line of its output, the first one, which has a heading of
/// its own, or what looks random in it.
pub fn find(command: &str, output: &str, found: &mut Vec<Range<usize>>) {
    let word = output.trim();
    let line = word.lines().next().unwrap_or_default().trim_end();
    let first = line.trim_matches('"');
    let command = text_from(command, 0, COMMAND);
    let writes = writes(command);
    let is_word = !first.contains(char::is_whitespace) && first.len() <= LONGEST && !is_placeholder(first);
    let shown = word.len() == line.len() && shows_secret(command, first);
    let start = output.len() - output.trim_start().trim_start_matches('"').len();
    if is_word && (writes && first.len() >= 4 && !first.ends_with(':') || shown) {
        found.push(start..start + first.len());
    } else if writes {
        random_words(output, 0, found);
    }
}

/// Adds the words that look random in the output of a command that writes secrets.
fn random_words(output: &str, at: usize, found: &mut Vec<Range<usize>>) {
    for word in output.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '|' | '<' | '>' | '=')) {
        if looks_random(word) {
            let start = at + (word.as_ptr() as usize - output.as_ptr() as usize);
            found.push(start..start + word.len());
        }
    }
}

/// Adds what a command wrote, by one of our excerpts, which has both in one line: `bash gh auth token → …`.
fn in_excerpt(line: &str, start: usize, found: &mut Vec<Range<usize>>) {
    let Some((command, output)) = line.split_once(ARROW) else {
        return;
    };
    let command = &command[command.floor_char_boundary(command.len().saturating_sub(COMMAND))..];
    let at = start + line.len() - output.len();
    let begin = output.len() - output.trim_start().trim_start_matches('"').len();
    let first = output[begin..].split_whitespace().next().unwrap_or_default().trim_end_matches(['"', '\'', ',', '…']);
    let writes = writes(command);
    let alone = output.split_whitespace().nth(1).is_none();
    let shown = alone && shows_secret(command, first);
    if writes && is_made_up(first) || shown {
        found.push(at + begin..at + begin + first.len());
    } else if writes {
        random_words(output, at, found);
    }
}

/// Whether a command shows something that its names tell of, and this word is it.
fn shows_secret(command: &str, word: &str) -> bool {
    tells(command)
        && ((shows(command) || reads_member(command)) && is_made_up(word) || searches(command) && looks_random(word))
}

/// What stands between a call and its result in an excerpt.
pub const ARROW: &str = " → ";

/// Whether a word looks random, and is neither a path nor a time.
fn looks_random(word: &str) -> bool {
    word.len() >= RANDOM
        && word.len() <= LONGEST
        && is_random(word)
        && !word.contains([':', '.', '/'])
        && !is_placeholder(word)
        && (!word.contains('-') || word.len() >= 2 * RANDOM)
}

/// Whether a word is made up, also of capital letters alone.
fn is_made_up(word: &str) -> bool {
    /// The shortest word of capitals that nobody writes, in bytes.
    const SHOUTED: usize = 16;
    let shouted = word.len() >= SHOUTED && word.bytes().all(|b| b.is_ascii_uppercase());
    word.len() >= 6 && (shouted || is_arbitrary(word)) && !is_version(word) && !word.starts_with('/')
}

/// Whether a command writes a secret, whatever it looks like.
fn writes(command: &str) -> bool {
    let counts = ["| wc", "| sha", "| md5", "--help", "> "].iter().any(|end| command.contains(end));
    !counts && WRITES.as_ref().is_some_and(|writes| writes.is_match(command))
}

/// Whether a command shows something, and does not count it.
fn shows(command: &str) -> bool {
    decodes(command) || !counts(command) && words(command).any(|word| SHOWS.contains(&word))
}

/// Whether a command counts what it reads.
fn counts(command: &str) -> bool {
    words(command).any(|word| matches!(word.rsplit('.').next(), Some("len" | "length" | "count" | "wc")))
}

/// Whether a command writes the member of a document at a path whose last name tells: `jq -r '.db.password'`.
fn reads_member(command: &str) -> bool {
    let mut parts = command.split([' ', '|', ';', '&', '\n']);
    let marks = ['"', '\'', '`', '(', ')', ']', '\\'];
    let is_reader = |part: &str| READERS.contains(&part.rsplit('/').next().unwrap_or_default());
    let is_path = |part: &str| {
        let path = part.trim_matches(marks);
        let last = path.rsplit(['.', '[', '"']).next().unwrap_or_default();
        path.starts_with('.') && telling(last) == Some(SecretName::Certain)
    };
    parts.any(is_reader) && parts.any(is_path) && !counts(command) && !words(command).any(|word| word == "type")
}

/// Whether a command looks something up.
fn searches(command: &str) -> bool {
    words(command).any(|word| SEARCHES.contains(&word))
}

/// Whether the last step of a command decodes base64.
fn decodes(command: &str) -> bool {
    let last = command.rsplit('|').next().unwrap_or_default().trim();
    last.starts_with("base64") && ["-d", "-D", "--decode"].iter().any(|flag| last.contains(flag))
}

fn words(command: &str) -> impl Iterator<Item = &str> {
    command.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.'))
}

/// Whether a name in a command, or its last step, tells that what it shows is a secret.
fn tells(command: &str) -> bool {
    let tells = |word: &str| {
        telling(word) == Some(SecretName::Certain)
            || telling(word).is_some() && word.contains(|c: char| c.is_uppercase())
    };
    decodes(command) || words(command).any(|word| word.len() > 3 && tells(word))
}

/// Adds what commands wrote in a text in which they stand after a prompt.
pub fn in_text(text: &str, found: &mut Vec<Range<usize>>) {
    let (mut command, mut start) = (None::<&str>, 0);
    for line in text.split_inclusive('\n') {
        let asked = behind_prompt(line);
        if let (None, Some(command)) = (asked, command) {
            let mut inside = Vec::new();
            find(command, line, &mut inside);
            found.extend(inside.into_iter().map(|range| start + range.start..start + range.end));
        }
        in_excerpt(line, start, found);
        command = asked;
        start += line.len();
    }
}

/// The command after the prompt of a shell: `$ …`, `joe@host:~$ …`, `# …` and a path.
fn behind_prompt(line: &str) -> Option<&str> {
    /// The longest prompt, in bytes.
    const PROMPT: usize = 64;
    let line = line.trim();
    if let Some(at) = line.bytes().take(PROMPT).position(|byte| byte == b'$').filter(|at| line[*at..].starts_with("$ "))
    {
        let prompt = &line[..at];
        return (prompt.is_empty() || prompt.contains('@') || prompt.ends_with(['~', '/', ' ']))
            .then(|| &line[at + 2..]);
    }
    line.strip_prefix("PS ").and_then(|line| line.split_once("> ")).map(|(_, command)| command)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(command: &str, output: &str) -> String {
        let mut found = Vec::new();
        find(command, output, &mut found);
        found.into_iter().map(|range| &output[range]).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn masks_what_commands_show() {
        for command in [
            "cat /run/secrets/db_password",
            "cat ~/.erlang.cookie",
            "vault kv get -field=password secret/db",
            "gh auth token",
            "echo $DB_PASSWORD",
            "printenv API_KEY",
            "kubectl get secret db -o jsonpath='{.data.password}' | base64 -d",
            "pass show web/acme",
            "security find-generic-password -w -s acme",
            "consul kv get app/db_password",
            "pwgen 16 1",
            "jq -r .password creds.json",
            "cat c.json | jq '.db[\"password\"]'",
            "yq .db.password c.yaml",
            "argocd admin initial-password -n argocd",
            "bin/rails secret",
        ] {
            assert_eq!(masked(command, "x1y2z3w4\n"), "x1y2z3w4", "{command}");
        }
        assert_eq!(masked("jq .db.password c.json", "\"x1y2.z3w4\"\n"), "x1y2.z3w4");
        assert_eq!(masked("pass show web/acme", "correct-horse\nuser: joe\n"), "correct-horse");
        let mut found = Vec::new();
        in_text("joe@host:~$ gh auth token\nx1y2z3w4\n$ ls\nx1y2z3w4", &mut found);
        assert!(found.len() == 1 && found[0] == (26..34), "{found:?}");
    }

    #[test]
    fn masks_what_looks_random_in_longer_output() {
        let secret = "x1Y2z3W4q5R6t7U8";
        for (command, output) in [
            ("kubectl get secret db -o yaml", format!("data:\n  conn: {secret}\nkind: List\n")),
            ("rails credentials:show", format!("foo: {secret}\n")),
            ("sops -d a.enc.yaml", format!("value: {secret}\n")),
            ("npm token create", format!("Created token\n| {secret} |\n")),
            ("jq -r .token auth.json", format!("{secret}\n")),
            ("sed -n s/^PASSWORD=//p .env", format!("{secret}\n")),
            ("flyctl auth token", format!("{secret}\n")),
        ] {
            assert_eq!(masked(command, &output), secret, "{command}");
            let excerpt = format!("bash {command} → {}", output.replace('\n', " "));
            let mut found = Vec::new();
            in_text(&excerpt, &mut found);
            assert_eq!(found.iter().map(|range| &excerpt[range.clone()]).collect::<Vec<_>>(), [secret], "{excerpt}");
        }
        for line in [
            "call bash command: gh auth token; description: Shows it → completed, exit 0",
            "bash gh auth token → no oauth token found for github.com",
            "bash grep -l token src → src/token_v2_Store.rs",
            "bash git log -1 --format=%h -- token.rs → 3f1c2a5",
        ] {
            let mut found = Vec::new();
            in_text(line, &mut found);
            assert!(found.is_empty(), "{line}: {found:?}");
        }
    }

    #[test]
    fn leaves_what_others_write() {
        for (command, output) in [
            ("cat VERSION", "1.2.3"),
            ("cat src/token.rs", "use std::fmt;\nstruct A1b2;"),
            ("git log -1 --format=%h", "3f1c2a5"),
            ("jq -r .password_policy c.json", "min12chars"),
            ("jq '.password | length' c.json", "123456"),
            ("jq -r .version .password.json", "build-2024a"),
            ("ls secrets", "db_password2.txt"),
            ("echo $TOKEN_COUNT", "123456"),
            ("gh auth token --help", "Print"),
            ("cat token.txt", "$TOKEN"),
            ("cat token.txt", "cat: token.txt: No such file"),
        ] {
            assert_eq!(masked(command, output), "", "{command}");
        }
    }
}

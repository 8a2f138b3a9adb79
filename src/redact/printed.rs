//! Output that is a secret because of the command that wrote it: `cat /run/secrets/db`, `gh auth token`.

use super::names::{Telling, telling};
use super::placeholder::is_placeholder;
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
        r"(?:gh|glab)\s+auth\s+token",
        r"gcloud\s+auth\s+(?:application-default\s+)?print-(?:access|identity)-token",
        r"gcloud\s+secrets\s+versions\s+access",
        r"aws\s+(?:ecr\s+get-login-password|secretsmanager\s+get-secret-value|ssm\s+get-parameters?\b.*--with-decryption)",
        r"az\s+(?:account\s+get-access-token|keyvault\s+secret\s+show)",
        r"heroku\s+(?:auth:token|config:get)",
        r"oc\s+whoami\s+(?:-t|--show-token)",
        r"vault\s+(?:print\s+token|(?:kv\s+get|read|write|token\s+create)\b.*-field[= ])",
        r"op\s+(?:read|item\s+get)",
        r"(?:pass|gopass)\s+(?:show\s+)?(?:-\S+\s+)*\w+/\S+",
        r"(?:pass|gopass)\s+show",
        r"bw\s+get\s+(?:password|totp|notes)",
        r"security\s+find-(?:generic|internet)-password\b.*\s-\w*w",
        r"secret-tool\s+lookup",
        r"keyring\s+get",
        r"terraform\s+output\s+-raw",
        r"doppler\s+secrets\s+get",
        r"pwgen|apg|mkpasswd|makepasswd|oathtool|wg\s+(?:genkey|genpsk)",
        r"openssl\s+(?:rand|passwd)",
        r"(?:sops|ansible-vault|age|gpg)\s+(?:-d|--decrypt|view|decrypt)",
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

/// Where the secret is that `command` wrote into `output`, which is a line of it, or has a heading of its own.
pub fn find(command: &str, output: &str) -> Option<Range<usize>> {
    let word = output.trim();
    let first = word.lines().next().unwrap_or_default().trim_end();
    let command = command.get(..COMMAND).unwrap_or(command);
    let (writes, shows) = (writes(command), shows(command));
    let is_word = !first.contains(char::is_whitespace) && first.len() <= LONGEST && !is_placeholder(first);
    let alone = word.len() == first.len();
    let secret =
        is_word && (writes && first.len() >= 4 && !first.ends_with(':') || shows && alone && is_made_up(first));
    let start = output.len() - output.trim_start().len();
    secret.then_some(start..start + first.len())
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

/// Whether a command shows something that a name in it, or its last step, tells to be a secret.
fn shows(command: &str) -> bool {
    let last = command.rsplit('|').next().unwrap_or_default().trim();
    let decodes = last.starts_with("base64") && ["-d", "-D", "--decode"].iter().any(|flag| last.contains(flag));
    let words = || command.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.'));
    let tells = |word: &str| {
        telling(word) == Some(Telling::Strong) || telling(word).is_some() && word.contains(|c: char| c.is_uppercase())
    };
    decodes || words().any(|word| SHOWS.contains(&word)) && words().any(|word| word.len() > 3 && tells(word))
}

/// Adds what commands wrote in a text in which they stand behind a prompt.
pub fn in_text(text: &str, found: &mut Vec<Range<usize>>) {
    let (mut command, mut start) = (None::<&str>, 0);
    for line in text.split_inclusive('\n') {
        let asked = behind_prompt(line);
        if let (None, Some(command)) = (asked, command) {
            found.extend(find(command, line).map(|range| start + range.start..start + range.end));
        }
        command = asked;
        start += line.len();
    }
}

/// The command behind the prompt of a shell: `$ …`, `joe@host:~$ …`, `# …` and a path.
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
        find(command, output).map_or_else(String::new, |range| output[range].to_owned())
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
        ] {
            assert_eq!(masked(command, "x1y2z3w4\n"), "x1y2z3w4", "{command}");
        }
        assert_eq!(masked("pass show web/acme", "correct-horse\nuser: joe\n"), "correct-horse");
        let mut found = Vec::new();
        in_text("joe@host:~$ gh auth token\nx1y2z3w4\n$ ls\nx1y2z3w4", &mut found);
        assert!(found.len() == 1 && found[0] == (26..34), "{found:?}");
    }

    #[test]
    fn leaves_what_others_write() {
        for (command, output) in [
            ("cat VERSION", "1.2.3"),
            ("cat src/token.rs", "use std::fmt;\nstruct A1b2;"),
            ("git log -1 --format=%h", "3f1c2a5"),
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

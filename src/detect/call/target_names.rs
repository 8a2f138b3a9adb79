//! Tells whether calls name the same targets in other words: files, folders, hosts, settings of the environment.

use super::Call;
use crate::bounded::push_bounded;
use crate::detect::call::shell::has;
use std::borrow::Cow;
use std::collections::VecDeque;

/// How much of a command is read, in bytes.
const COMMAND: usize = 2048;
/// How many names to remember.
const NAMES: usize = 64;

/// Programs that run the command behind them.
const WRAPPERS: &str = "sudo env time nohup nice command exec xargs timeout";
/// Programs whose first operand is a pattern or a script, and no target.
const PATTERN_FIRST: &str = "grep egrep fgrep zgrep rg ag ack fd fdfind sed awk gawk mawk jq yq tr";
/// The options of these programs that take a value, and those of them that take the pattern.
const PATTERN_OPTIONS: &str = "-e -f -g -t -m -A -B -C";
const PATTERN_GIVEN: &str = "-e -f";
/// Values that say how, and not on what.
const SETTINGS: &str = "true false yes no on off never always auto none json yaml text plain table wide get";
/// Parameters of an address that choose a page of the same list.
const PAGES: &str =
    "page p offset start skip from cursor after before limit per_page page_size pagesize startat pagenumber";
/// Letters of a script or a sentence, which no name has.
const SCRIPT: [char; 12] = [' ', '\n', '\t', ';', '(', ')', '{', '}', '<', '>', '*', '$'];

/// The targets that some calls have named so far.
#[derive(Debug, Default)]
pub(crate) struct TargetNames(VecDeque<String>);

impl TargetNames {
    /// Adds what a call names, if it names anything. Returns how many of its names none before it has named.
    pub(crate) fn take(&mut self, call: &Call) -> Option<usize> {
        names(call).map(|names| names.into_iter().filter(|name| self.add(name)).count())
    }

    /// Adds a name. Says whether it is that of another target.
    fn add(&mut self, name: &str) -> bool {
        let parts: Vec<&str> = name.split('/').collect();
        for known in &mut self.0 {
            let known_parts: Vec<&str> = known.split('/').collect();
            if known_parts.windows(parts.len()).any(|window| window == parts) {
                return false;
            }
            // The same in full: only one place may be it.
            if parts.ends_with(&known_parts) {
                name.clone_into(known);
                return false;
            }
        }
        push_bounded(&mut self.0, NAMES, name.to_owned());
        true
    }
}

/// What a call names; `None` where its arguments do not say what is a target.
fn names(call: &Call) -> Option<Vec<String>> {
    if let Some(command) = call.input.command.as_deref().filter(|_| call.line.is_some()) {
        return Some(of_command(command));
    }
    let address = || call.input.text.split_whitespace().find(|word| word.contains("://"));
    let target = call.input.target.as_deref().or_else(address)?;
    Some(name(target).into_iter().collect())
}

/// A word of a command line.
struct ShellWord {
    text: String,
    /// It may be a program.
    first: bool,
}

/// The words of a command line, without its operators.
fn words(command: &str) -> Vec<ShellWord> {
    let mut words = Vec::new();
    let (mut text, mut quote, mut first, mut open) = (String::new(), None, true, false);
    let mut letters = command[..command.floor_char_boundary(COMMAND)].chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(mark), _) if letter == mark => quote = None,
            (None, '\'' | '"') => (quote, open) = (Some(letter), true),
            (None | Some('"'), '\\') => text.extend(letters.next()),
            (None, _) if letter.is_whitespace() || ";|&()<>`".contains(letter) => {
                // The number of a stream is no word: `2>&1`.
                let stream = letter == '>' && text.bytes().all(|byte| byte.is_ascii_digit());
                if (open || !text.is_empty()) && !stream {
                    words.push(ShellWord { text: std::mem::take(&mut text), first });
                    first = false;
                }
                text.clear();
                open = false;
                first |= ";|&(\n`".contains(letter);
            }
            _ => text.push(letter),
        }
    }
    if open || !text.is_empty() {
        words.push(ShellWord { text, first });
    }
    words
}

/// What a command line names: operands, the values of options and of variables.
fn of_command(command: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut program, mut operands, mut option) = (None, 0, false);
    for ShellWord { text, first } in words(command) {
        if first {
            (program, operands, option) = (None, 0, false);
        }
        let Some(of) = &program else {
            if let Some(value) = variable(&text) {
                names.extend(setting(value));
            } else if !has(WRAPPERS, &text) && text.starts_with(|c: char| c.is_alphabetic() || "./~".contains(c)) {
                program = Some(text.rsplit('/').next().unwrap_or_default().to_owned());
            }
            continue;
        };
        let searches = has(PATTERN_FIRST, of);
        if text.len() > 1 && text.starts_with('-') {
            names.extend(text.split_once('=').and_then(|(_, value)| setting(value)));
            option = !text.contains('=') && (!searches || has(PATTERN_OPTIONS, &text));
            operands += usize::from(searches && has(PATTERN_GIVEN, &text));
        } else if std::mem::take(&mut option) {
            // Of a search, it is a pattern or a number of lines; only a number leaves the pattern to come.
            if !searches && of != "find" {
                names.extend(setting(&text));
            }
        } else if text.contains(SCRIPT) {
            names.extend(in_script(&text));
            operands += 1;
        } else {
            if of == "git" && operands == 0 && text == "grep" {
                program = Some(text);
                continue;
            }
            if operands > 0 || !searches {
                names.extend(number(&text).or_else(|| name(&text)));
            }
            operands += 1;
        }
    }
    names
}

/// The value of an assignment: `STAGE=blue`.
fn variable(word: &str) -> Option<&str> {
    let (name, value) = word.split_once('=')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some(value)
}

/// A value that names something, and does not only say how.
fn setting(value: &str) -> Option<String> {
    let digits = value.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let is_amount = digits.bytes().all(|byte| byte.is_ascii_digit()) && value.len() < digits.len() + 3;
    if value.contains(SCRIPT) || !digits.is_empty() && is_amount || has(SETTINGS, &value.to_ascii_lowercase()) {
        return None;
    }
    name(value)
}

/// A number that stands alone names an item: `issue view 17`.
fn number(word: &str) -> Option<String> {
    (!word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())).then(|| word.to_owned())
}

/// The paths in a script or a sentence: what has a slash, or is a file in quotes.
fn in_script(text: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || "._/~:-".contains(c);
    let mut found = Vec::new();
    for (at, token) in text.match_indices(|c: char| !is_part(c)).map(|(at, mark)| (at + mark.len(), mark)) {
        let rest = &text[at..];
        let part = &rest[..rest.find(|c: char| !is_part(c)).unwrap_or(rest.len())];
        let is_file = token.contains(['"', '\'']) && part.contains('.') && !part.starts_with('.');
        if part.contains('/') || is_file {
            found.extend(name(part));
        }
    }
    found
}

/// A name in its plain form: without its scheme, with one name for this host, without what it may have at its ends.
fn name(word: &str) -> Option<String> {
    let mut name = word.split_once("://").map_or(word, |(_, rest)| rest);
    while let Some(rest) = name.strip_prefix("./") {
        name = rest;
    }
    let mut name = without_page(name).trim_end_matches(['/', '?', '#', '&']).to_owned();
    for own in ["127.0.0.1", "0.0.0.0", "[::1]"] {
        if let Some(rest) = name.strip_prefix(own) {
            name = format!("localhost{rest}");
        }
    }
    if let Some(rest) = name.strip_prefix(':') {
        let is_port = rest.starts_with(|c: char| c.is_ascii_digit());
        name = if is_port { format!("localhost:{rest}") } else { rest.to_owned() };
    }
    let has_word =
        name.as_bytes().windows(2).any(|pair| pair.iter().all(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii()));
    (has_word && !name.starts_with("/dev/")).then_some(name)
}

/// An address without the parameters that choose a page.
fn without_page(name: &str) -> Cow<'_, str> {
    let Some((path, query)) = name.split_once('?').filter(|(_, query)| query.contains('=')) else {
        return Cow::Borrowed(name);
    };
    let chooses = |pair: &&str| pair.split_once('=').is_some_and(|(name, _)| has(PAGES, &name.to_ascii_lowercase()));
    let rest: Vec<&str> = query.split('&').filter(|pair| !chooses(pair)).collect();
    Cow::Owned(format!("{path}?{}", rest.join("&")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of these commands name a target that none before them did.
    fn distinct(commands: &[&str]) -> usize {
        let mut named = TargetNames::default();
        commands.iter().filter(|command| of_command(command).iter().filter(|name| named.add(name)).count() > 0).count()
    }

    #[test]
    fn the_same_target_in_other_words() {
        for commands in [
            &[
                "cat src/a.py",
                "head -50 ./src/a.py",
                "sed -n '1,50p' src/a.py",
                "cd src && nl a.py | cat",
                "sudo cat /srv/src/a.py 2>&1",
            ][..],
            &[
                "python3 -c \"print(open('src/a.py').read())\"",
                "awk 'NR<=9' src/a.py",
                "perl -ne 'print if $.<9' src/a.py",
            ],
            &[
                "curl -s localhost:80/a/7",
                "curl -sS 'http://127.0.0.1:80/a/7'",
                "timeout 5 curl --max-time 5 http://localhost:80/a/7?",
            ],
            &[
                "tool plan",
                "tool plan -lock=false",
                "tool plan -parallelism=9 -lock-timeout=30s",
                "tool plan -no-color",
            ],
            &[
                "curl 'a.example/list?page=1&per_page=9'",
                "curl 'a.example/list?page=2&per_page=9'",
                "curl a.example/list?offset=9",
            ],
            &["rg -n foo src", "grep -rn 'bar baz' src/", "git grep foo src"],
            &["find src -name a.rs", "find src -iname b.rs"],
        ] {
            assert!(distinct(commands) <= 2, "{commands:?}");
        }
    }

    #[test]
    fn other_targets() {
        for commands in [
            &["tool -chdir=a/net plan", "tool -chdir=a/dns plan", "tool -chdir=a/web plan"][..],
            &["STAGE=dev tool plan", "STAGE=load tool plan", "env STAGE=demo tool plan"],
            &["git -C ~/a status", "git -C ~/src/bb status", "git -C ~/src/cc status"],
            &["cat one/LICENSE", "cat two/LICENSE", "cat three/LICENSE"],
            &["ssh alpha uptime", "ssh beta uptime", "ssh gamma 'df -h'"],
            &["ls src", "ls src/aa", "ls src/bb"],
            &["cd one && cat LICENSE", "cd two && cat LICENSE", "cd three && cat LICENSE"],
            &["curl 'a.example/x?id=1&page=1'", "curl 'a.example/x?id=2'", "curl 'a.example/x?id=3&page=9'"],
            &["issue view 17", "issue view 18", "issue view 19"],
            &["curl a.example/up", "curl b.example/up", "curl c.example/up"],
        ] {
            assert_eq!(distinct(commands), 3, "{commands:?}");
        }
    }
}

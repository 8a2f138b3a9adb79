//! Reads values where no code can be: in an element of XML, and in a line of a file of settings. There a password may
//! look like a path, a member or an operator, and have a space in it.

use super::around::{line_before, text_from};
use super::names::{SecretName, telling};
use super::placeholder::is_placeholder;
use super::value::{LONGEST, is_arbitrary, is_code, is_name, is_version};
use std::ops::Range;

/// The shortest value that is read like this, in bytes.
const SHORTEST: usize = 6;
/// The most words of a value.
const WORDS: usize = 4;

/// The value of a setting after a name that tells for certain: the rest of the line after a name that begins it, as in
/// YAML and in properties; in an environment, in front of a command and after a flag, the word.
pub fn value(text: &str, name: &Range<usize>, start: usize) -> Option<Range<usize>> {
    let before = line_before(text, name.start);
    let line = text_from(text, start, LONGEST).lines().next()?;
    let place = place(before, &text[name.clone()], &text[name.end..start])?;
    if let Some(quote) = line.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) {
        let (inside, _) = line[1..].split_once(quote)?;
        return is_passphrase(inside).then(|| start + 1..start + 1 + inside.len());
    }
    let whole = line.split(" #").next().unwrap_or(line).trim_end();
    let is_phrase = || place == Place::Line || text[name.clone()].to_ascii_lowercase().ends_with("phrase");
    let (value, is_one) = match place {
        _ if is_phrase() && is_passphrase(whole) => (whole, true),
        Place::Line if whole.contains(' ') => (whole, text[name.end..start].contains(' ') && are_words(whole)),
        Place::Line => (whole, is_word(whole) || is_of_setting(text, name, start) && are_members(whole)),
        Place::Shell => (shell_word(line, before), is_shell_value(shell_word(line, before), false)),
        Place::Flag => (shell_word(line, before), is_shell_value(shell_word(line, before), true)),
    };
    (is_one && value.len() >= SHORTEST).then(|| start..start + value.len())
}

/// Where a setting stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It is the whole line.
    Line,
    /// A variable of an environment: only a shell, and what it reads, write a name in capitals and no space.
    Shell,
    /// A flag of a command, with its value.
    Flag,
}

/// Where a setting stands with this before it in its line, if it stands where no code is.
fn place(before: &str, name: &str, sign: &str) -> Option<Place> {
    let is_capital = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    let body = before.trim_end_matches('-');
    let opened = body.trim_end_matches(['"', '\'']);
    if sign == "=" && body.len() < before.len() && (opened.is_empty() || opened.ends_with([' ', '\t', '=', '['])) {
        return Some(Place::Flag);
    }
    let command = before.trim_end_matches(['"', '\'']).rsplit([';', '&', '|']).next().unwrap_or_default();
    let last = command.split_whitespace().next_back().unwrap_or_default().trim_start_matches(['"', '\'']);
    let introduces = matches!(last, "export" | "set" | "env" | "ENV" | "ARG" | "-e" | "--env" | "-x");
    let begins = command.trim_matches([' ', '\t', '-', '+', '#']).is_empty();
    if sign == "=" && (introduces || name.bytes().all(is_capital) && (begins || last.contains('='))) {
        return Some(Place::Shell);
    }
    let is_alone = before.trim_matches([' ', '\t', '-', '+', '#']);
    matches!(is_alone, "" | "export" | "set" | "env").then_some(Place::Line)
}

/// The first word of a command line, with the signs that are a part of it.
fn shell_word<'a>(line: &'a str, before: &str) -> &'a str {
    let open = ['"', '\'', '`'].into_iter().find(|quote| before.matches(*quote).count() % 2 == 1);
    let names_next = |rest: &str| {
        let name = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '.'));
        name.is_some_and(|at| at > 0 && rest[at..].starts_with('='))
    };
    let ends = |at: usize, c: char| {
        let rest = &line[at + c.len_utf8()..];
        let is_last = rest.is_empty() || rest.starts_with([' ', '\t']);
        match c {
            ' ' | '\t' => true,
            ';' => is_last || names_next(rest),
            '&' | '|' => is_last || rest.starts_with(c) || names_next(rest),
            ',' => names_next(rest) || rest.starts_with(' '),
            '\\' => rest.starts_with(['n', 'r', 't', '"', '\'']),
            _ => Some(c) == open,
        }
    };
    let end = line.char_indices().find(|(at, c)| ends(*at, *c)).map_or(line.len(), |(at, _)| at);
    let word = &line[..end];
    // The bracket of a subshell.
    if before.contains('(') && !word.contains('(') { word.trim_end_matches(')') } else { word }
}

/// Whether a word is a value where there can be no code, although it has signs that code has. A word without such signs
/// is judged like any other.
fn is_shell_value(word: &str, is_flag: bool) -> bool {
    let has_signs = word.contains(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-'));
    let last = word.rsplit('.').next().unwrap_or_default();
    let is_odd = word.contains(|c: char| c.is_ascii_digit()) || word.contains(ODD);
    has_signs
        && word.contains(char::is_alphabetic)
        && !is_reference(word)
        && !is_call(word)
        && telling(last).is_none()
        && (!is_flag || is_odd || are_members(word))
}

/// Whether only a file of settings, or a dialogue, writes a name and its sign like this: `db.password=`, `Password: `.
fn is_of_setting(text: &str, name: &Range<usize>, start: usize) -> bool {
    let (word, sign) = (&text[name.clone()], &text[name.end..start]);
    let is_member =
        ["this.", "self.", "cls.", "window.", "module.", "exports."].iter().any(|owner| word.starts_with(owner));
    let mut letters = word.chars();
    let is_title = letters.next().is_some_and(|c| c.is_ascii_uppercase()) && letters.all(|c| c.is_ascii_lowercase());
    sign == "=" && word.contains('.') && !is_member
        || sign == ": " && is_title && line_before(text, name.start).is_empty()
}

/// Whether plain words with dots between are a value, and no member of an object that keeps one.
fn are_members(word: &str) -> bool {
    let is_plain =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase()) && telling(part).is_none();
    word.contains('.') && word.split('.').all(is_plain)
}

/// Signs that names, paths and expressions in settings do not have.
const ODD: [char; 10] = ['#', '@', '^', '~', '$', '%', '!', '?', '*', '|'];

/// Whether a word stands for another: a variable, a path, an address, a version, a time.
fn is_reference(word: &str) -> bool {
    let is_path = word.strip_prefix(['/', '.', '~']).is_some_and(|path| {
        let first = path.trim_start_matches(['/', '.']).split('/').next().unwrap_or_default();
        let is_plain = |c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '_' | '-' | '.');
        path.contains('/') && first.chars().all(|c| c.is_ascii_alphabetic()) || path.chars().all(is_plain)
    });
    let time = |at: usize| word.as_bytes().get(at) == Some(&b'-');
    let is_time = word.starts_with(|c: char| c.is_ascii_digit()) && time(4) && time(7);
    let is_cut = word.ends_with("...") || word.ends_with('…');
    is_placeholder(word)
        || is_cut
        || is_path
        || is_version(word)
        || is_time
        || word.contains("://")
        || word.starts_with("./")
}

/// Whether a word is a call or an element: `get_password()`, `tokens[0]`.
fn is_call(word: &str) -> bool {
    let word = word.trim_end_matches([',', ';']);
    let name = word.find(['(', '[']).map_or("", |at| &word[..at]);
    let is_path = name.split(['.', ':']).all(|part| part.is_empty() || is_name(part));
    !name.is_empty() && is_path && word.ends_with([')', ']'])
}

/// The most words of a phrase.
const PHRASE: usize = 12;
/// Words of a sentence about a password, which no phrase of words by chance has.
const PROSE: &[&str] = &[
    "the",
    "and",
    "are",
    "for",
    "you",
    "your",
    "not",
    "must",
    "has",
    "have",
    "was",
    "with",
    "this",
    "that",
    "from",
    "will",
    "can",
    "cannot",
    "should",
    "contain",
    "contains",
    "enter",
    "please",
    "least",
    "characters",
    "required",
    "here",
    "set",
    "use",
    "used",
    "when",
    "than",
    "does",
    "been",
    "only",
    "all",
    "any",
    "its",
    "see",
    "but",
    "new",
    "old",
    "too",
    "short",
    "long",
    "reset",
    "change",
    "changed",
    "forgot",
    "invalid",
    "valid",
    "wrong",
    "match",
    "key",
    "keys",
    "pass",
    "via",
    "into",
    "where",
    "which",
    "user",
    "value",
    "field",
    "string",
    "null",
    "none",
    "optional",
    "default",
];

/// Whether several words are a phrase that only its owner knows: words by chance, none of which says anything.
pub fn is_passphrase(value: &str) -> bool {
    /// The longest word of a phrase, in bytes.
    const WORD: usize = 10;
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    let is_plain = |word: &str| (3..=WORD).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase());
    let says = |word: &str| PROSE.contains(&word) || telling(word) == Some(SecretName::Certain);
    let count = value.split(' ').take(PHRASE + 1).count();
    let numbers = value.split(' ').take(PHRASE).filter(|word| is_number(word)).count();
    (3..=PHRASE).contains(&count)
        && (count > 3 || numbers > 0)
        && numbers < 2
        && value.split(' ').all(|word| is_number(word) || is_plain(word) && !says(word))
}

/// Whether several words are one value: each looks made up, and one has a digit.
fn are_words(line: &str) -> bool {
    let is_part = |word: &str| {
        is_arbitrary(word)
            && stands_for_itself(word)
            && !is_name(word)
            && !is_code(word)
            && !word.ends_with(['.', ',', ':'])
    };
    line.split(' ').count() <= WORDS && line.split(' ').all(is_part) && line.split(' ').any(is_made_up)
}

/// Whether a word that fills a line is a value although it has signs that code has.
fn is_word(word: &str) -> bool {
    let body = word.trim_start_matches(['!', '/', '=', '%', '&', '*']);
    // An anchor or an alias of YAML.
    let is_alias = word.starts_with(['&', '*']) && !body.contains(|c: char| c.is_ascii_uppercase());
    let goes_on = word.split_once(';').is_some_and(|(_, rest)| rest.contains('='));
    let is_pattern = word.len() > 1 && word.starts_with('/') && word[1..].contains('/');
    word.contains(|c: char| c.is_ascii_digit())
        && is_arbitrary(word)
        && word.contains(char::is_alphabetic)
        && body.len() + 1 >= word.len()
        && !(is_alias || goes_on || is_pattern || is_reference(word) || is_expression(body))
}

/// Whether a word has signs that code has, and cannot be code.
pub fn is_odd(word: &str) -> bool {
    word.contains(ODD) && word.contains(|c: char| c.is_ascii_digit()) && !is_reference(word) && !is_expression(word)
}

/// Whether a word is an expression of a program: names that signs join, and brackets that close.
fn is_expression(word: &str) -> bool {
    let word = &*word.replace("?.", ".").replace("!.", ".");
    let quotes = |mark: char| word.matches(mark).count();
    let pairs = |open: char, close: char| quotes(open) == quotes(close);
    let is_closed = pairs('(', ')') && pairs('[', ']') && pairs('{', '}') && pairs('<', '>');
    let mut names = word.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|part| !part.is_empty());
    let is_named = names.clone().all(|part| is_name(part) || part.bytes().all(|b| b.is_ascii_digit()));
    let is_string = ['"', '\'', '`'].into_iter().any(|mark| quotes(mark) > 0 && quotes(mark) % 2 == 0);
    let goes_on = word.ends_with([',', ';']) || word.ends_with([')', '}', ']']) && !is_closed;
    let has_odd = word.contains(ODD) || word.contains('\\');
    is_string
        || is_call(word)
        || !has_odd && (goes_on || is_code(word) && is_named && is_closed && names.any(|name| name.len() > 2))
        || ["&&", "||", "=>", "){"].iter().any(|sign| word.contains(sign))
}

/// Whether a word has a digit, looks made up, and stands for itself.
fn is_made_up(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_digit()) && is_arbitrary(word) && stands_for_itself(word)
}

/// Whether a word is no variable, no address and no part of a program.
fn stands_for_itself(word: &str) -> bool {
    let signs = ["://", "::", "&&", "||", "./"];
    word.contains(char::is_alphabetic)
        && !is_placeholder(word)
        && !is_version(word)
        && !word.starts_with(['*', '&', '$', '~', '|', '@', '.'])
        && !signs.iter().any(|sign| word.contains(sign))
}

/// The whole text of an element whose name begins at `name`, between its tags.
pub fn content(text: &str, name: usize, start: usize) -> Option<Range<usize>> {
    let part = |c: char| c.is_alphanumeric() || matches!(c, ':' | '.' | '_' | '-');
    let begin = text[..name].trim_end_matches(part).len();
    let tag = &text[begin..start];
    let tag = &tag[..tag.find(|c| !part(c))?];
    let rest = text_from(text, start, LONGEST);
    let inside = &rest[..rest.find('<')?];
    let closes =
        text[..begin].ends_with('<') && rest[inside.len()..].strip_prefix("</")?.strip_prefix(tag)?.starts_with('>');
    let value = inside.trim();
    let at = start + inside.len() - inside.trim_start().len();
    let is_path = value.strip_prefix(['/', '.', '~']).is_some_and(|path| path.contains('/'));
    let is_one = value.split(' ').count() <= WORDS && !value.contains(['\n', '"', '\'']);
    let is_secret = is_one && !is_path && is_made_up(value) || is_passphrase(value);
    (closes && value.len() >= SHORTEST && is_secret).then(|| at..at + value.len())
}

#[cfg(test)]
mod tests {
    use crate::redact::Redactor;

    #[test]
    fn masks_values_that_look_like_code_whole() {
        for (text, safe) in [
            ("password: Pw;9semi", "password: [masked]"),
            ("  - password: p@ss w0rd\nport: 80", "  - password: [masked]\nport: 80"),
            ("DB_PASSWORD=config.Plover99", "DB_PASSWORD=[masked]"),
            ("export RESTIC_PASSWORD=Q.RMHC-u2.hRZ5", "export RESTIC_PASSWORD=[masked]"),
            ("cd /tmp; DB_PASSWORD=a.Plover9x ./run now", "cd /tmp; DB_PASSWORD=[masked] ./run now"),
            ("db.password=!Plover9x", "db.password=[masked]"),
            ("password: /Plover9x # of the database", "password: [masked] # of the database"),
            ("<password>p4@ss w0rd</password>", "<password>[masked]</password>"),
            ("<db.password type=\"x\">/Plover9x</db.password>", "<db.password type=\"x\">[masked]</db.password>"),
            ("DB_PASSWORD=tundra.quartz", "DB_PASSWORD=[masked]"),
            ("DB_PASSWORD=P@ss(w0rd)9 ./run", "DB_PASSWORD=[masked] ./run"),
            ("docker run -e DB_PASSWORD=a[b]c9!x db", "docker run -e DB_PASSWORD=[masked] db"),
            ("sh -c 'export DB_PASSWORD=x9::q8Zk; run'", "sh -c 'export DB_PASSWORD=[masked]; run'"),
            ("DB_PASSWORD=Kx9>mQ2<zz81", "DB_PASSWORD=[masked]"),
            ("mysql --password=Kx9a|mQ2[z app", "mysql --password=[masked] app"),
            ("mysql --password=tundra.quartz app", "mysql --password=[masked] app"),
            ("db.password=tundra.quartz", "db.password=[masked]"),
            ("The password is `tX=Wc*IA{!3(RP`.", "The password is `[masked]`."),
            ("password = Kx9a'mQ2zz81", "password = [masked]"),
            ("  password: aK[b9#x?p", "  password: [masked]"),
            ("passphrase: purple monkey dishwasher 42", "passphrase: [masked]"),
            ("DB_PASSWORD=\"maple lantern pepper amber\"", "DB_PASSWORD=\"[masked]\""),
            ("LUKS_PASSPHRASE=ritual hybrid velvet siren knee", "LUKS_PASSPHRASE=[masked]"),
            ("<password>maple lantern orchid amber</password>", "<password>[masked]</password>"),
            (r#"{"password":"!Plover9x"}"#, r#"{"password":"[masked]"}"#),
        ] {
            assert_eq!(Redactor::default().redact(text), safe);
        }
    }

    #[test]
    fn leaves_code_and_references() {
        for text in [
            "  password: config.password2,",
            "  secret: !isOpen2now,",
            "password = settings.password",
            "password: *alias1x",
            "password = get_password()",
            "DB_PASSWORD=get_password()",
            "token: string",
            "password: $PASSWORD",
            "password: ${{ secrets.DB2 }}",
            "const token = await getToken();",
            "  token: parser2.next(),",
            "password = user2.name[0]",
            "PWD=/srv__app-data",
            "API_KEY=sk-...",
            "this.password=form.value",
            "The token is `tokens[0]` of `parser.items2`",
            "password: must contain eight letters",
            "password: passwords do not match",
            "PASSWORD=$1 npm run build test",
            "token: /^[a-z0-9]+$/",
            "private_key: /home/joe/.ssh/id_ed25519",
            "DB_PASSWORD=settings.DB_PASSWORD",
            "DB_PASSWORD=$(cat /run/secrets/db2)",
            "password: ${DB_PASSWORD_2}",
            "password: process.env.DB_PASSWORD2",
            "password: {{ secret2 }}",
            "password: <your-password-2>",
            "<password>${db.password2}</password>",
            "<privateKey>/home/joe/.ssh/id_ed25519</privateKey>",
            "<password>Enter your password 2 times</password>",
        ] {
            assert_eq!(Redactor::default().redact(text), text);
        }
    }
}

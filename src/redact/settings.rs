//! Reads values where no code can be: in an element of XML, and in a line of a file of settings. There a password may
//! look like a path, a member or an operator, and have a space in it.

use super::around::{line_before, text_from};
use super::names::telling;
use super::placeholder::is_placeholder;
use super::value::{LONGEST, is_arbitrary, is_code, is_name, is_version};
use std::ops::Range;

/// The shortest value that is read like this, in bytes.
const SHORTEST: usize = 6;
/// The most words of a value.
const WORDS: usize = 4;

/// The value that fills the rest of a line after a name that begins it, as in YAML, in properties and in an environment;
/// in front of a command, the word.
pub fn value(text: &str, name: &Range<usize>, start: usize) -> Option<Range<usize>> {
    let before = line_before(text, name.start);
    let sign = &text[name.end..start];
    // Only a shell and what it reads write a name in capitals and no space.
    let is_capital = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    let in_shell = sign == "=" && text[name.clone()].bytes().all(is_capital);
    let before = if in_shell { before.rsplit([';', '&', '|']).next()? } else { before };
    if !matches!(before.trim_matches([' ', '\t', '-']), "" | "export" | "set" | "env") {
        return None;
    }
    let line = text_from(text, start, LONGEST).lines().next()?;
    let line = line.split(" #").next().unwrap_or(line).trim_end();
    let value = if in_shell { line.split(' ').next()? } else { line };
    let is_program =
        value.ends_with([',', ';', ')', '}', ']']) || value.contains(['(', '{', '[', '"', '\'', '`', '<', '>']);
    let is_one = if value.contains(' ') { sign.contains(' ') && are_words(value) } else { is_word(value, in_shell) };
    (is_one && !is_program && value.len() >= SHORTEST).then(|| start..start + value.len())
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

/// Whether a word is a value although it looks like code. In a shell, a path of members can only be a value.
fn is_word(word: &str, in_shell: bool) -> bool {
    let body = word.trim_start_matches(['!', '/', '=', '%']);
    let last = body.rsplit('.').next().unwrap_or_default();
    // The next command or parameter.
    let goes_on = word.split_once(';').is_some_and(|(_, rest)| rest.contains('='));
    is_made_up(word)
        && body.len() + 1 >= word.len()
        && !(body.len() < word.len() && body.contains('/'))
        && !goes_on
        && if in_shell { telling(last).is_none() } else { !is_code(body) }
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
    (closes && is_one && !is_path && value.len() >= SHORTEST && is_made_up(value)).then(|| at..at + value.len())
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

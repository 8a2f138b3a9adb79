//! Finds values that follow a name that sounds secret: in settings, code, headers, tables of names, flags and prose.

use super::around::{line_before, text_from};
use super::names::{SecretName, WORDS, is_doubtful, is_of_other_key, telling};
use super::placeholder::is_placeholder;
use super::settings;
use super::value::{self, Value, is_arbitrary, is_code, is_file, is_made_up, is_name, is_plausible, is_version};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::ops::Range;
use std::sync::LazyLock;

/// The longest name, in bytes.
const NAME: usize = 96;
/// The length of a word that is a secret after a name without any sign between them, in bytes.
const LONG: usize = 12;
/// The fewest dots that lead to a value: three end a sentence.
const LEADER: usize = 4;
/// How far after a name a member `value` can be, in bytes.
const NEAR: usize = 200;

static SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = WORDS.iter().flat_map(|word| [(*word).to_owned(), capitalized(word)]);
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::DFA))
        .build(words)
        .ok()
});

/// The search ignores the case of ASCII alone.
fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Adds the values after telling names to `found`.
pub fn find(text: &str, found: &mut Vec<Range<usize>>) {
    find_after(text, SecretName::Likely, found);
}

/// The values after names that are certain.
pub fn certain(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    find_after(text, SecretName::Certain, &mut found);
    found
}

/// Adds the values after names that are at least so telling to `found`.
fn find_after(text: &str, least: SecretName, found: &mut Vec<Range<usize>>) {
    let (mut end, mut refused) = (0, Refused::default());
    for hit in SEARCH.iter().flat_map(|search| search.find_iter(text)) {
        if hit.start() < end || refused.has(hit.start()) {
            continue;
        }
        let name = name_around(text, hit.start(), hit.end());
        end = name.end;
        let word = &text[name.clone()];
        let known = telling(word);
        let is_doubtful = known.is_none() && is_doubtful(word);
        let Some(telling) = known.or_else(|| is_doubtful.then_some(SecretName::Likely)) else {
            continue;
        };
        let member = text[name.clone()].rsplit('.').next().unwrap_or_default().trim_matches('_');
        let itself = |value: &str| value.trim_matches('_').eq_ignore_ascii_case(member) || is_kind(member, value);
        let is_secret = |value: &Range<usize>| {
            let assigns = || text.get(name.end..value.start).is_some_and(|sign| sign.contains(['=', ':']));
            let secret = &text[value.clone()];
            let is_letter = secret.len() == 1 && secret.starts_with(|c: char| c.is_ascii_alphabetic());
            !itself(secret) && !is_letter && (!is_doubtful || is_made_up(secret) && assigns())
        };
        if let Some(value) = value_of(text, &name, telling).filter(is_secret) {
            end = value.end;
            if telling >= least {
                found.push(value);
            }
        } else {
            refused.add(text, name.end);
        }
    }
}

/// A long word with names in it, none of which has a value: each would read the rest of the word again.
#[derive(Default)]
struct Refused {
    end: usize,
    names: usize,
}

impl Refused {
    /// How many names of a word are tried.
    const NAMES: usize = 8;
    /// What is left of a word when its names are tried again, in bytes.
    const SHORT: usize = 256;

    /// Counts a name without a value.
    fn add(&mut self, text: &str, at: usize) {
        self.names += 1;
        if at >= self.end {
            let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ';' | '<' | '>' | '|');
            let rest = text_from(text, at, value::LONGEST);
            *self = Self { end: at + rest.find(ends).unwrap_or(rest.len()), names: 1 };
        }
    }

    /// Whether a name in this place has no value either.
    fn has(&self, at: usize) -> bool {
        self.names >= Self::NAMES && at + Self::SHORT < self.end
    }
}

/// Whether a value is the kind or the text of a token that a parser reads, or a kind or a choice that a cookie keeps:
/// `token: IDENT`, `"token": "the"`, `cookie: necessary`, `Cookie: theme=dark`.
pub fn is_kind(member: &str, value: &str) -> bool {
    /// The longest name of a kind, in bytes.
    const KIND: usize = 12;
    let is_plain = |class: fn(&u8) -> bool| value.len() <= KIND && value.bytes().all(|b| class(&b) || b == b'_');
    match member {
        "token" | "tokens" => is_plain(u8::is_ascii_uppercase) || is_plain(u8::is_ascii_lowercase),
        "Token" => is_plain(u8::is_ascii_uppercase),
        "cookie" | "Cookie" | "cookies" | "Cookies" | "Set-Cookie" | "set-cookie" => {
            is_plain(u8::is_ascii_lowercase) || is_choice_of_cookie(value)
        }
        _ => false,
    }
}

/// Whether all that a cookie keeps is plain words: `lang=en; theme=dark; Path=/`.
pub fn is_choice_of_cookie(value: &str) -> bool {
    /// The longest such word, in bytes.
    const WORD: usize = 8;
    let is_word = |word: &str| word.len() <= WORD && word.bytes().all(|b| b.is_ascii_lowercase());
    let is_attribute = |name: &str| matches!(name, "Path" | "Max-Age" | "SameSite" | "Domain" | "Expires");
    let parts = || value.split(';').map(str::trim).filter(|part| !part.is_empty());
    parts().next().is_some_and(|first| first.contains('='))
        && parts().all(|part| match part.split_once('=') {
            Some((name, value)) => is_attribute(name) || is_word(value),
            None => matches!(part, "Secure" | "HttpOnly"),
        })
}

/// The whole name that a word is part of.
fn name_around(text: &str, start: usize, end: usize) -> Range<usize> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let floor = (start.saturating_sub(NAME)..=start).find(|at| text.is_char_boundary(*at)).unwrap_or(start);
    let ascii = text[start..end].is_ascii();
    let before = text[floor..start].chars().rev().take_while(|c| ascii && part(*c)).count();
    let after = text_from(text, end, NAME);
    let more = |c: char| {
        if ascii {
            part(c)
        } else {
            c.is_alphabetic() && !matches!(c, '是' | '为' | '為' | 'は' | 'が' | '는' | '은' | '이' | '가' | ':')
        }
    };
    let tail: usize = after.chars().take_while(|c| more(*c)).map(char::len_utf8).sum();
    let mut name = start - before..end + tail;
    // An escape, flags and the dots of prose are no part of it.
    if text[..name.start].ends_with('\\') && text[name.clone()].starts_with(['n', 'r', 't']) && name.start < start {
        name.start += 1;
    }
    while text[name.clone()].starts_with(['-', '.']) {
        name.start += 1;
    }
    while text[name.clone()].ends_with(['.', '-']) {
        name.end -= 1;
    }
    name
}

/// The value that belongs to a name.
fn value_of(text: &str, name: &Range<usize>, telling: SecretName) -> Option<Range<usize>> {
    let word = &text[name.clone()];
    let shouted = word.chars().any(|c| c.is_ascii_uppercase()) && !word.chars().any(|c| c.is_ascii_lowercase());
    if let Some(value) = named_value(text, name) {
        let is_word = !text[value.range.clone()].contains([')', '<', '(']);
        return checked(text, value, telling, is_word);
    }
    let closed = skip(text, name.end, |c| matches!(c, '"' | '\'' | '\\' | ']' | ')' | '`' | '*' | '»' | '”'), 4);
    let quoted_name = closed > name.end && !text[name.end..closed].contains(')');
    let spaced = skip(text, closed, |c| c == ' ' || c == '\t', 40);
    let rest = &text[spaced..];
    let flag = is_flag(text, name.start) && !quoted_name;
    // `PASS: TestName` is how a test's success is reported.
    if word == "PASS" && rest.starts_with(": ") || is_of_other(text, name) {
        return None;
    }
    // The sign of a result stands between the arguments of a function and its type.
    if rest.starts_with("->") && text[name.end..closed].contains(')') {
        return None;
    }
    // An arrow stands between a name and its value, and between a call and its result.
    if rest.starts_with('→') && (text[name.end..closed].contains(')') || text[..name.start].ends_with('/')) {
        return None;
    }
    let Some((sign, length)) = sign(rest) else {
        return behind_space(text, name, telling, flag, spaced);
    };
    // Of a bold name, the marks close after the colon.
    let closed_late = if text[spaced + length..].starts_with("** ") { 2 } else { 0 };
    let start = skip(text, spaced + length + closed_late, |c| c == ' ' || c == '\t', 40);
    if closed == name.end && closes_string(text, name.start, start) {
        return None;
    }
    let strong = telling == SecretName::Certain;
    match sign {
        // What is compared is a word of the program, unless it looks made up.
        Sign::Is if length == 3 && rest[..length].ends_with("==") => {
            let value = value::at(text, start).filter(|value| value.quoted && value.closed && strong)?;
            let word = &text[value.range.clone()];
            let made_up = is_arbitrary(word) && word.contains(|c: char| c.is_ascii_digit());
            made_up.then(|| checked(text, value, telling, shouted)).flatten()
        }
        Sign::Is if text[start..].starts_with(['|', '>']) && strong => block(text, name.start, start),
        Sign::Is if text[start..].starts_with('[') && !text[start..].starts_with("[[") && strong => list(text, start),
        Sign::Is if text[start..].starts_with(['\n', '(']) => strong.then(|| below(text, start)).flatten(),
        Sign::Is => {
            let tight = length == 1 && rest.starts_with('=') && spaced == name.end && start == spaced + 1;
            let sure = shouted || flag || tight && strong;
            let whole =
                strong.then(|| settings::value(text, name, start).or_else(|| odd_at_end(text, start))).flatten();
            whole.or_else(|| assigned(text, name, telling, start, sure))
        }
        Sign::Argument if strong && spaced > name.end && rest.starts_with('(') => in_brackets(text, start),
        Sign::Argument => argument(text, name, telling, (quoted_name, shouted), start),
        Sign::Element => element(text, name.start, telling, start),
    }
}

/// The argument after a name: of a call of this name, or of a call that has the name as the argument before.
fn argument(
    text: &str,
    name: &Range<usize>,
    telling: SecretName,
    (quoted_name, shouted): (bool, bool),
    start: usize,
) -> Option<Range<usize>> {
    let value = value::at(text, start)
        .filter(|value| value.quoted && value.closed && !is_member_name(text, value.range.end))?;
    let word = &text[value.range.clone()];
    let made_up = is_arbitrary(word) && word.contains(|c: char| c.is_ascii_digit());
    let called = text[name.end..start].starts_with('(');
    // What is asked for is named by its path.
    if called && value::is_choice(word) {
        return None;
    }
    // Of `password.on('change')`, the method tells; of `login('name', '…')`, the first argument is another thing.
    let method = text[name.clone()].rsplit('.').next().unwrap_or_default();
    let closing = text[value.range.end..].trim_start_matches(['"', '\'', '`']).trim_start();
    if called && (self::telling(method).is_none() || closing.starts_with(',') && !made_up)
        || !called && !made_up && (is_listed(text, name.start) || !quoted_name && !shouted)
    {
        return None;
    }
    (quoted_name || telling == SecretName::Certain).then(|| checked(text, value, telling, shouted)).flatten()
}

/// Whether a name is a word in a list of words: `["password", "token"]`.
fn is_listed(text: &str, name: usize) -> bool {
    let line = line_before(text, name);
    line.rfind(['[', '(', '{']).is_some_and(|at| line[at..].starts_with('['))
}

/// Whether the quote at `quote` closes a string in which a name at `name` stands, as in `input("Password: ")`.
fn closes_string(text: &str, name: usize, quote: usize) -> bool {
    let Some(mark) = text[quote..].chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) else {
        return false;
    };
    let line = line_before(text, name);
    // Not the apostrophes of words.
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let joins = |at: usize| is_letter(line[..at].chars().next_back()) && is_letter(line[at + 1..].chars().next());
    let marks = line.match_indices(mark).filter(|(at, _)| !joins(*at)).filter(|(at, _)| !line[..*at].ends_with('\\'));
    marks.count() % 2 == 1
}

/// What a cache says before the name of an entry, in small letters.
const CACHE: [&str; 7] = [
    "cache restored from",
    "restored cache from",
    "cache saved with",
    "cache hit for",
    "cache hit on",
    "cache not found for input",
    "cache miss for",
];

/// Whether a name is a part of something that is not a secret: `public key: …`, `sort key: …`, `case TOKEN: …`,
/// `arn:…:secret:…`.
fn is_of_other(text: &str, name: &Range<usize>) -> bool {
    let line = line_before(text, name.start);
    let before = || line.trim_end().rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let word = text[name.clone()].to_ascii_lowercase();
    let of_cache = || CACHE.iter().any(|said| line.trim_end().to_ascii_lowercase().ends_with(said));
    let public = word.starts_with("key") && is_of_other_key(&before().to_ascii_lowercase())
        || matches!(&*word, "key" | "keys") && of_cache();
    let word = line.rsplit([' ', '"', '\'', '=', '\t']).next().unwrap_or_default();
    public || line.ends_with("case ") || word.starts_with("arn:")
}

/// The value in brackets after a name: `the old secret (…)`.
fn in_brackets(text: &str, start: usize) -> Option<Range<usize>> {
    let value = value::at(text, start)?;
    let word = &text[value.range.clone()];
    let digits = word.contains(|c: char| c.is_ascii_digit());
    let ends = text[value.range.end..].trim_start_matches(['"', '\'', '`']).starts_with(')');
    (ends && digits && word.len() >= LONG && is_arbitrary(word) && !is_placeholder(word) && !word.contains('('))
        .then_some(value.range)
}

/// The value in the next line: a quoted one, also in brackets, or the only word of the line.
fn below(text: &str, at: usize) -> Option<Range<usize>> {
    let line = text[at..].strip_prefix('(').unwrap_or(&text[at..]).strip_prefix('\n')?;
    let start = text.len() - line.len();
    let begin = skip(text, start, |c| c == ' ' || c == '\t', 80);
    match value::at(text, begin) {
        Some(value) if value.quoted => {
            let rest = text[value.range.end..].lines().next().unwrap_or_default();
            let ends = rest
                .strip_prefix(['"', '\'', '`'])
                .is_some_and(|rest| rest.trim_matches([',', ';', ')', '}', ' ']).is_empty());
            (value.closed && ends).then(|| checked(text, value, SecretName::Certain, false)).flatten()
        }
        Some(_) if text[at..].starts_with('\n') => next_line(text, at),
        _ => None,
    }
}

/// Whether the string that ends here is the name of the next member: in `"code":"bad_key","message":"…"`, the name that
/// tells is itself a value.
fn is_member_name(text: &str, end: usize) -> bool {
    text[end..].trim_start_matches(['\\', '"', '\'']).trim_start().starts_with(':')
}

/// The value that an assignment gives to a name. `sure` is whether a word counts that does not look like a secret.
fn assigned(text: &str, name: &Range<usize>, telling: SecretName, start: usize, sure: bool) -> Option<Range<usize>> {
    let word = &text[name.clone()];
    let begins_line = line_before(text, name.start)
        .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '#' | '*' | '>' | '"' | '\'' | '$' | '+'))
        .trim_end();
    let begins_line = begins_line.is_empty() || matches!(begins_line, "export" | "set" | "ENV" | "Environment=" | "\\");
    let start = after_mark(text, start);
    let after_type = after_type(text, start);
    if after_type.is_some_and(|after| is_number(&text[start..after])) {
        return None;
    }
    let value = value::at(text, after_type.unwrap_or(start))?;
    let bare_word = sure
        || !word.is_ascii()
        || begins_line
            && telling == SecretName::Certain
            && ends_line(text, value.range.end)
            && !is_version(&text[value.range.clone()])
        || text[..name.start].ends_with(['?', '&', ';'])
        || value.quoted && matches!(word.to_ascii_lowercase().as_str(), "pass" | "pw");
    checked(text, value, telling, bare_word)
}

/// The text of an element whose name begins at `name`.
fn element(text: &str, name: usize, telling: SecretName, start: usize) -> Option<Range<usize>> {
    let inside =
        text[..name].trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == ':').ends_with(['<', '"', '=', '/']);
    // In a property list, `<key>` has the name of the next element.
    if text[name..].starts_with("key>") {
        return None;
    }
    let whole = (telling == SecretName::Certain).then(|| settings::content(text, name, start)).flatten();
    if whole.is_some() {
        return whole;
    }
    // Some wrap the value in an element of its own.
    let wrapper = ["<Value>", "<value>"].iter().find(|tag| text[start..].starts_with(**tag));
    let start = start + wrapper.map_or(0, |tag| tag.len());
    let value = inside.then(|| value::at(text, start)).flatten()?;
    // The next tag. `List<Token> tokens` is code.
    let ends = value.closed || !value.quoted && text[value.range.end..].trim_start().starts_with('<');
    ends.then(|| checked(text, value, telling, true)).flatten()
}

/// Whether the name that begins at `start` is that of a flag: its dashes begin a word.
fn is_flag(text: &str, start: usize) -> bool {
    let before = text[..start].trim_end_matches('-');
    before.len() < start && !before.ends_with(char::is_alphanumeric)
}

/// How a value is joined to its name.
enum Sign {
    /// `=`, `:`, `=>` and the like.
    Is,
    /// A comma or a parenthesis: an argument.
    Argument,
    /// The end of an opening tag.
    Element,
}

fn sign(rest: &str) -> Option<(Sign, usize)> {
    for is in [
        "||=", "&&=", "??=", "===", "!==", ":=", "=>", "->", "==", "!=", "?=", "+=", "=", ":", "：", "＝", "%3D",
        "%3A", "\\u003d", "→",
    ] {
        if rest.starts_with(is) && !rest.starts_with("::") && !rest.starts_with("://") {
            return Some((Sign::Is, is.len()));
        }
    }
    // The dots that lead from a name to its value in a column.
    let dots = rest.len() - rest.trim_start_matches('.').len();
    if dots >= LEADER && rest[dots..].starts_with([' ', ':']) {
        return Some((Sign::Is, dots + usize::from(rest[dots..].starts_with(':'))));
    }
    for otherwise in ["||", "??", "or "] {
        if rest.starts_with(otherwise) {
            return Some((Sign::Argument, otherwise.len()));
        }
    }
    match rest.chars().next()? {
        ',' | '(' => Some((Sign::Argument, 1)),
        '>' => Some((Sign::Element, 1)),
        _ => attributes(rest).map(|length| (Sign::Element, length)),
    }
}

/// The length of the attributes of an element up to its `>`: `Type="…">`.
fn attributes(rest: &str) -> Option<usize> {
    let tag = text_from(rest, 0, NEAR);
    let length = tag.find(['>', '<', '\n']).filter(|at| tag[*at..].starts_with('>'))?;
    let named = tag[..length].split_once('=').is_some_and(|(name, value)| {
        name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_'))
            && value.starts_with(['"', '\''])
    });
    named.then_some(length + 1)
}

/// Where the value is if YAML marks it first, with an anchor or a tag: `&name …`, `!!str …`.
fn after_mark(text: &str, start: usize) -> usize {
    let rest = text_from(text, start, NAME);
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '&' | '!' | '_' | '-')).unwrap_or(0);
    let marks = rest.starts_with('&') || rest.starts_with("!!");
    if marks && rest[length..].starts_with(' ') && !rest[length..].starts_with(" =") {
        start + length + 1
    } else {
        start
    }
}

/// Where the value is if the name has a type first: `token: str = "…"`.
fn after_type(text: &str, start: usize) -> Option<usize> {
    let line = text_from(text, start, 64).lines().next()?;
    let at = line.find(" = ")?;
    let kind = &line[..at];
    let is_type = kind
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '&' | '<' | '>' | '\'' | '_' | '[' | ']' | ' ' | '|'));
    is_type.then_some(start + at + 3)
}

/// Whether a type, with the sign behind it, is one of numbers: `u128 = `, `usize = `.
fn is_number(kind: &str) -> bool {
    let kind = kind.trim_end_matches([' ', '=']);
    let bits = kind.trim_start_matches(['u', 'i', 'f']);
    kind.len() == bits.len() + 1 && matches!(bits, "8" | "16" | "32" | "64" | "128" | "size")
}

/// The quoted values of a list on one line: `["…", "…"]`.
fn list(text: &str, start: usize) -> Option<Range<usize>> {
    let first = value::at(text, skip(text, start + 1, |c| c == ' ', 2)).filter(|value| value.quoted)?;
    let word = &text[first.range.clone()];
    let rest = text_from(text, first.range.end, value::LONGEST);
    let length = rest.find([']', '\n']).filter(|at| rest[*at..].starts_with(']'))?;
    let last = rest[..length].trim_end_matches([' ', '"', '\'', '\\', '`']).len();
    (is_arbitrary(word) && !is_placeholder(word)).then_some(first.range.start..first.range.end + last)
}

/// The value of a name in a pair: `name: DB_PASSWORD` and then `value: …`.
fn named_value(text: &str, name: &Range<usize>) -> Option<Value> {
    let before = text[..name.start].trim_end_matches(['"', '\'', ' ', '\\', ':', '=', '>', '\t']);
    if before.len() == name.start || text[before.len()..name.start].trim_matches(['"', '\'', ' ', '\\']).is_empty() {
        return None;
    }
    let pair = ["name", "Name", "key", "Key", "NAME", "KEY", "variable", "id"];
    if !pair.iter().any(|word| before.ends_with(word)) {
        return None;
    }
    let near = text_from(text, name.end, NEAR);
    // The word is a name of its own, not a part of a sentence.
    let behind = |word: &&str| {
        let ends = near.match_indices(*word).map(|(at, word)| at + word.len());
        ends.clone().find(|end| near[*end..].trim_start_matches(['\\', ' ']).starts_with(['"', '\'', ':', '=', '>']))
    };
    let at = VALUES.iter().filter_map(behind).min()?;
    let start = skip(text, name.end + at, |c| matches!(c, '"' | '\'' | ' ' | ':' | '=' | '>' | '\\'), 8);
    let open = text[..start].ends_with(['"', '\'']);
    value::at(text, if open { start - 1 } else { start })
}

/// What introduces the value of a pair, in JSON, YAML, HTML and property lists.
const VALUES: &[&str] = &["value", "Value", "VALUE", "content", "<string"];

/// A value that only a space separates from its name: an argument of a flag, a setting, or a sentence.
fn behind_space(
    text: &str,
    name: &Range<usize>,
    telling: SecretName,
    flag: bool,
    start: usize,
) -> Option<Range<usize>> {
    let quoted_below = || text[start..].trim_start().starts_with(['"', '\'']);
    if text[start..].starts_with('\n') && (start == name.end || quoted_below()) {
        return if telling == SecretName::Certain { next_line(text, start) } else { None };
    }
    if start == name.end && text[name.clone()].is_ascii() {
        return None;
    }
    if flag {
        let value = value::at(text, start).filter(|value| !text[value.range.clone()].starts_with('-'))?;
        return checked(
            text,
            value,
            telling.max(SecretName::Likely),
            telling == SecretName::Certain || text[..name.start].ends_with("--"),
        );
    }
    if is_declared(text, name.start) && !said(text, start).1 {
        return checked(text, value::at(text, start)?, telling, true);
    }
    if closes_string(text, name.start, start) || text[..name.start].ends_with('/') {
        return None;
    }
    let owned =
        (telling == SecretName::Certain).then(|| of_somebody(text, start).or_else(|| odd(text, name, start))).flatten();
    if owned.is_some() {
        return owned;
    }
    let (said, connected) = said(text, start);
    let value = value::at(text, said)?;
    let word = &text[value.range.clone()];
    let secret = match (telling, value.quoted) {
        _ if is_placeholder(word) || is_version(word) || is_attribute(text, &value) => false,
        (_, false) if is_file(word) && !(connected && word.contains(|c: char| c.is_ascii_digit())) => false,
        // The name of a secret, perhaps with a number.
        _ if is_name(word) && self::telling(word) == Some(SecretName::Certain) => false,
        (SecretName::Likely, _) => {
            connected && word.len() >= HANDED && is_arbitrary(word) && word.contains(|c: char| c.is_ascii_digit())
        }
        (SecretName::Certain, true) => value.closed && !word.contains(' ') && is_quotable(word),
        (SecretName::Certain, false) => {
            is_arbitrary(word)
                && is_spelt(word, &text[name.clone()])
                && (connected || stands_out(text, name, start, &value))
        }
    };
    secret.then(|| if value.quoted { value.range } else { trimmed(text, value.range) })
}

/// A password in a sentence that has signs which end a word elsewhere.
fn odd(text: &str, name: &Range<usize>, start: usize) -> Option<Range<usize>> {
    let (said, connected) = said(text, start);
    let is_given = connected || said > name.end && is_handed(text, name);
    is_given.then(|| value::odd_word(text, said)).flatten()
}

/// The same at the end of a line, after a colon.
fn odd_at_end(text: &str, start: usize) -> Option<Range<usize>> {
    value::odd_word(text, start).filter(|word| ends_line(text, word.end))
}

/// Whether a sentence hands a secret over whose name this is: `log in with password …`.
fn is_handed(text: &str, name: &Range<usize>) -> bool {
    let before = line_before(text, name.start).to_ascii_lowercase();
    let before = before.strip_suffix("the ").unwrap_or(&before);
    HANDING.iter().any(|verb| before.ends_with(verb))
}

/// Whether a value is the name of an attribute or a parameter, whose own value follows.
fn is_attribute(text: &str, value: &Value) -> bool {
    text[value.range.clone()].ends_with('=') && text[value.range.end..].starts_with(['"', '\'', '$'])
}

/// Whether a word in quotes can be a secret: no code, and no address.
fn is_quotable(word: &str) -> bool {
    word.len() >= 3 && (!is_code(word) || settings::is_odd(word)) && !word.contains("://")
}

/// Whether a word can be a secret after a name of another script, where no space ends it: the rest of a sentence is
/// not.
fn is_spelt(word: &str, name: &str) -> bool {
    /// The fewest letters and digits of ASCII in a secret.
    const LETTERS: usize = 4;
    name.is_ascii() || word.bytes().filter(u8::is_ascii_alphanumeric).count() >= LETTERS
}

/// Whether a command that sets a variable stands before the name at `name`: `set -x NAME …`.
fn is_declared(text: &str, name: usize) -> bool {
    let line = line_before(text, name);
    let command = line.rsplit([';', '&', '|']).next().unwrap_or_default();
    let mut words = command.split_whitespace();
    let declares = words.next().is_some_and(|word| match word {
        "ENV" | "ARG" | "setx" | "setenv" => true,
        // Without a flag it may be a sentence: "set TOKEN instead".
        "set" => words.clone().next().is_some(),
        _ => false,
    });
    declares && words.all(|word| word.starts_with(['-', '/']))
}

/// Whether a word that only a space separates from its name is a secret by where it stands.
fn stands_out(text: &str, name: &Range<usize>, start: usize, value: &Value) -> bool {
    let word = &text[value.range.clone()];
    let settled = line_begins(text, name) && ends_line(text, value.range.end) || text[..name.start].ends_with("login ");
    // A listing of settings, in columns.
    let aligned = settled && (start > name.end + 1 || text[..start].ends_with('\t'));
    let handed = is_handed(text, name) && !is_name(word);
    let digits = word.contains(|c: char| c.is_ascii_digit());
    aligned
        || handed && word.len() >= HANDED && (digits || word.contains(SIGNS))
        || digits && (settled || in_login(text, name) || word.len() >= LONG)
        || OTHERS.iter().any(|other| ends_with_name(&text[..name.end], other)) && digits
        || !text[name.clone()].is_ascii()
}

/// What stands before a name whose value follows: `using token …`.
const HANDING: &[&str] = &["with ", "using ", "use ", "mit ", "avec ", "con ", "com "];

/// Signs that words of prose and names of programs do not have.
const SIGNS: [char; 6] = ['!', '#', '$', '%', '^', '*'];

/// The shortest word that is a secret after these, in bytes.
const HANDED: usize = 8;

/// Whether a machine or a login is named before, as in `.netrc`.
fn in_login(text: &str, name: &Range<usize>) -> bool {
    let line = line_before(text, name.start);
    ["login ", "machine ", "user "].iter().any(|word| line.contains(word))
}

fn line_begins(text: &str, name: &Range<usize>) -> bool {
    line_before(text, name.start).trim().is_empty()
}

/// What begins the words that say whose or what for a secret is.
const OWNERS: &[&str] = &[
    "for ",
    "of ",
    "on ",
    "to ",
    "für ",
    "von ",
    "der ",
    "des ",
    "zu ",
    "zum ",
    "zur ",
    "pour ",
    "de ",
    "du ",
    "d'",
    "para ",
    "del ",
    "da ",
    "do ",
    "di ",
    "della ",
    "per ",
    "voor ",
    "van ",
    "till ",
    "för ",
    "til ",
    "dla ",
    "от ",
    "для ",
    "к ",
    "на ",
    "доступа",
    "api",
    "API",
];

/// Names of other languages than English, whose words mean little else.
const OTHERS: &[&str] = &[
    "mot de passe",
    "passwort",
    "kennwort",
    "contraseña",
    "senha",
    "wachtwoord",
    "lösenord",
    "hasło",
    "heslo",
    "пароль",
    "токен",
    "ключ",
];

/// Whether a text ends in a name, in any case, and perhaps white space.
fn ends_with_name(text: &str, name: &str) -> bool {
    let mut letters = text.trim_end().chars().rev().flat_map(char::to_lowercase);
    name.chars().rev().all(|c| letters.next() == Some(c))
}

/// The value after whose it is: `password for bob: …`, `mot de passe de la base est …`.
fn of_somebody(text: &str, start: usize) -> Option<Range<usize>> {
    /// How long an owner's name may be, in bytes.
    const OWNER: usize = 48;
    let rest = text_from(text, start, OWNER);
    let line = rest.lines().next()?;
    // In other languages, whose it is may simply follow.
    let follows = OTHERS.iter().any(|word| ends_with_name(&text[..start], word))
        && line.split([':', '：']).next().is_some_and(|owner| owner.split_whitespace().count() <= 2);
    if !follows && !OWNERS.iter().any(|word| rest.starts_with(word)) {
        return None;
    }
    let signs = line.char_indices().filter_map(|(at, c)| {
        let after = match c {
            ':' | '：' => at + c.len_utf8(),
            '=' if line[..at].ends_with(' ') => at + 1,
            ' ' => CONNECTORS.iter().find_map(|word| {
                let rest = line[at + 1..].strip_prefix(word)?;
                rest.starts_with([' ', '"']).then_some(at + 1 + word.len())
            })?,
            _ => return None,
        };
        Some(after)
    });
    signs.take(OWNER).find_map(|after| {
        let from = skip(text, start + after, |c| c == ' ', 4);
        if let Some(odd) = value::odd_word(text, from) {
            return Some(odd);
        }
        let value = value::at(text, from)?;
        let word = text[value.range.clone()].trim();
        let begin =
            value.range.start + (text[value.range.clone()].len() - text[value.range.clone()].trim_start().len());
        let secret = !is_placeholder(word) && is_arbitrary(word) && word.contains(|c: char| c.is_ascii_digit());
        secret.then(|| trimmed(text, begin..begin + word.len()))
    })
}

/// Words between a name and its value in a sentence.
const CONNECTORS: &[&str] = &[
    "is now set to",
    "has been set to",
    "provided",
    "geändert auf",
    "auf",
    "is set to",
    "is now",
    "was set to",
    "set to",
    "will be",
    "is",
    "was",
    "are",
    "be",
    "to",
    "as",
    "used",
    "ist jetzt",
    "ist",
    "lautet",
    "heißt",
    "este",
    "es",
    "era",
    "est",
    "é",
    "è",
    "jest",
    "to",
    "är",
    "er",
    "on",
    "это",
    "равен",
    "—",
    "–",
    "是",
    "为",
    "為",
    "は",
    "が",
    "는",
    "은",
    "이",
    "가",
    "olarak",
    "هي",
    "היא",
    "है",
    "là",
    "adalah",
    "คือ",
    "είναι",
    "je",
];

/// Where the value begins after the words of a sentence, and whether there were such words.
fn said(text: &str, start: usize) -> (usize, bool) {
    for connector in CONNECTORS {
        let begins = text.get(start..start + connector.len()).is_some_and(|word| word.eq_ignore_ascii_case(connector));
        let Some(rest) = begins.then(|| &text[start + connector.len()..]) else {
            continue;
        };
        let spaced = rest.trim_start_matches([' ', ':', '：', '\t']);
        if connector.is_ascii() && spaced.len() == rest.len() {
            continue;
        }
        return (text.len() - spaced.len(), true);
    }
    (start, false)
}

/// The only word of the next line, if it looks like a secret.
fn next_line(text: &str, at: usize) -> Option<Range<usize>> {
    let start = at + 1;
    let is_rule = |line: &str| !line.is_empty() && line.chars().all(|c| matches!(c, '-' | '=' | '~' | '─'));
    let near = text_from(text, start, NEAR);
    let first = near.split_inclusive('\n').next()?;
    let (start, line) = if is_rule(first.trim()) {
        (start + first.len(), near.get(first.len()..)?.lines().next()?)
    } else {
        (start, first.trim_end())
    };
    let word = line.trim();
    let begin = start + line.find(word)?;
    if let Some(value) = value::at(text, begin).filter(|value| value.quoted) {
        let inside = &text[value.range.clone()];
        let whole = value.closed && value.range.end + 1 == begin + word.len();
        return (whole && is_arbitrary(inside) && !is_placeholder(inside)).then_some(value.range);
    }
    let is_one =
        word.len() >= 6 && !word.contains([' ', '\t', '(', '{', '/', ':', '"']) && !word.starts_with(['-', '<', '#']);
    (is_one && is_arbitrary(word) && !is_placeholder(word) && !is_version(word)).then(|| begin..begin + word.len())
}

/// The lines of a YAML block, which are indented deeper than their name.
fn block(text: &str, name: usize, at: usize) -> Option<Range<usize>> {
    let indent = line_before(text, name).chars().take_while(|c| *c == ' ').count();
    let start = at + text_from(text, at, NAME).find('\n')? + 1;
    let mut end = start;
    for line in text_from(text, start, 16 * 1024).split_inclusive('\n') {
        let depth = line.chars().take_while(|c| *c == ' ').count();
        if !line.trim().is_empty() && depth <= indent {
            break;
        }
        end += line.len();
    }
    let body = &text[start..end];
    let from = start + (body.len() - body.trim_start().len());
    let to = start + body.trim_end().len();
    (from < to).then_some(from..to)
}

fn checked(text: &str, value: Value, telling: SecretName, bare_word: bool) -> Option<Range<usize>> {
    let word = &text[value.range.clone()];
    // A shell replaces what is in backquotes by what the command writes.
    let is_command = text[..value.range.start].ends_with('`') && word.contains(' ');
    (!is_command && is_plausible(word, value.quoted, telling, bare_word))
        .then(|| if value.quoted { value.range } else { trimmed(text, value.range) })
}

/// Without the punctuation of a sentence.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let word = text[range.clone()].trim_end_matches(['.', ',', ';', '!']);
    let word = if word.contains('(') { word } else { word.trim_end_matches(')') };
    range.start..range.start + word.len()
}

fn ends_line(text: &str, at: usize) -> bool {
    matches!(text[at..].trim_start_matches([' ', '\t', '\r']).chars().next(), None | Some('\n' | '#' | '\\'))
}

fn skip(text: &str, at: usize, class: impl Fn(char) -> bool, most: usize) -> usize {
    at + text[at..].chars().take(most).take_while(|c| class(*c)).map(char::len_utf8).sum::<usize>()
}

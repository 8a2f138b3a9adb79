//! Reads the input of a call so that equal calls compare equal, whatever the order and spacing of their arguments.

use super::entries;
use super::nonces::{holds_headers, may_number_requests, numbers_requests, without_nonces};
use super::shell::Substitution;
use crate::detect::hash;
use crate::detect::text::repetition::{self, Repetition};
use crate::detect::text::wait_signs::words;
use crate::surrogates::without_lone_surrogates;
use crate::wire::{Raw, members, text};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// How much of an input to keep as text, in bytes: enough to compare two edits.
const TEXT_LIMIT: usize = 4096;
/// Arguments that name what a call works on, in `OpenCode`'s and other agents' tools.
const TARGETS: [&str; 6] = ["filePath", "file_path", "path", "file", "filename", "url"];
/// How the words of other names end that hold a path: `target_file`, `absolutePath`, `pathInProject`.
const PATH_NAMES: [&str; 6] = ["path", "file", "filename", "filepath", "uri", "notebook"];
/// Words that end so and name something else.
const NO_PATH_NAMES: [&str; 5] = ["profile", "xpath", "jsonpath", "classpath", "keypath"];
/// Words in names of arguments that say where the call works, and not on what.
#[rustfmt::skip]
const PLACES: [&str; 12] = [
    "cwd", "dir", "directory", "workdir", "folder", "root", "project", "workspace", "base", "working", "repo", "repository",
];
/// How a path begins that needs no name to be known as one.
const PATH_STARTS: [&str; 5] = ["/", "./", "../", "~/", "file://"];
/// What no path has: it selects many, or is text or code.
const NO_PATH: [char; 10] = ['*', '?', '<', '>', '|', '"', '\n', '{', '[', '('];
/// The longest path, in bytes of JSON source.
const LONGEST_PATH: usize = 1024;
/// The longest ending of the name of a file.
const LONGEST_ENDING: usize = 8;
/// Arguments that hold the command of a shell tool.
pub(super) const COMMANDS: [&str; 3] = ["command", "cmd", "script"];

/// Arguments that hold a command line if they have several words.
const LINES: [&str; 2] = ["line", "input"];
/// Arguments that say what a call asks for.
const ASKS: [&str; 5] = ["query", "sql", "pattern", "regex", "url"];
/// Arguments that hold what a call searches for.
#[rustfmt::skip]
const QUERIES: [&str; 25] = [
    "query", "q", "search_query", "searchQuery", "search", "pattern", "regex", "keyword", "keywords", "term", "terms", "phrase", "question", "jql", "cql", "kql",
    "consulta", "busca", "recherche", "suche", "suchbegriff", "ricerca", "zoekterm", "запрос", "查询",
];
/// Arguments that tell a person why a call is made.
const REASONS: [&str; 8] =
    ["explanation", "purpose", "reason", "reasoning", "rationale", "justification", "goal", "why"];
/// Arguments that hold a piece of text to replace, and what replaces it.
const OLD: [&str; 3] = ["oldString", "old_string", "old_str"];
const NEW: [&str; 3] = ["newString", "new_string", "new_str"];
/// Arguments that hold the whole content of a file.
const WHOLE: [&str; 2] = ["content", "file_text"];
/// Arguments that hold a patch.
const PATCHES: [&str; 3] = ["patchText", "patch", "diff"];
/// Smaller arguments and pieces are not searched for repetitions, in bytes.
const LARGE: usize = 2048;
/// The most replaced pieces of one call to tell apart.
const PIECES: usize = 64;

/// The relevant content of an input.
#[derive(Debug, Default)]
pub(crate) struct Input {
    /// Equal for equal inputs.
    pub(crate) key: u64,
    /// The values, one per line, in the order of their names; at most 4 KiB.
    pub(crate) text: String,
    /// The file or URL that it works on.
    pub(crate) target: Option<String>,
    /// The command of a shell tool.
    pub(crate) command: Option<String>,
    /// What it searches for, if an argument is named so.
    pub(crate) query: Option<String>,
    /// What it calls an element of a page that the last answer showed: each answer gives a new one.
    pub(crate) handle: Option<String>,
    /// Why the call is made, if other arguments say what it does.
    pub(crate) reason: Option<String>,
    /// What arguments add to the key that may only number the request; 0 if there are none.
    pub(crate) counters: u64,
    /// Equal for inputs that are equal but for their handles.
    pub(crate) key_without_handle: u64,
    /// Equal for inputs that are equal but for how long their commands sleep.
    pub(crate) key_without_sleep: u64,
    /// What it writes to which file, if it is an editing tool: one for each replaced piece.
    pub(crate) changes: Vec<(String, Edit)>,
    /// The lines that an edit takes out, and those that it puts in, as hashes.
    pub(crate) removed: Vec<u64>,
    pub(crate) added: Vec<u64>,
    /// The longest repetition of words in what it gives.
    pub(crate) repetition: Option<Repetition>,
}

/// Arguments of tools for browsers that hold such a handle: Playwright's, Chrome's and others'.
const HANDLES: [&str; 6] = ["ref", "uid", "handle", "nodeId", "backendNodeId", "element_id"];

/// Arguments that say what a call is about where no file or command does.
const TOPICS: [&str; 4] = ["description", "pattern", "query", "prompt"];

/// What an editing tool writes, as hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edit {
    /// The target's new content.
    Whole(u64),
    /// A replacement of one piece by another.
    Replacement {
        /// The piece before.
        old: u64,
        /// The piece after.
        new: u64,
    },
}

impl Input {
    /// Reads an input without its `ignored` arguments.
    pub(crate) fn read(raw: Option<Raw<'_>>, ignored: &BTreeSet<String>) -> Self {
        let Some(raw) = raw else {
            return Self::default();
        };
        if let Some(mut members) = members(raw) {
            members.retain(|(name, _)| !ignored.contains(&**name));
            // A reason may be what is sent: "reject it, because …". Beside a command or a question it never is.
            if members.iter().any(asks) {
                members.retain(|(name, _)| !REASONS.contains(&&**name));
            }
            members.sort_by(|one, other| one.0.cmp(&other.0));
            return Self::from_members(&members);
        }
        let key = key_of_raw(raw);
        let text = clip(&rendered(raw)).to_owned();
        Self { key, key_without_handle: key, key_without_sleep: key, text, ..Self::default() }
    }

    /// Adds what a command replaces in files to what is written.
    pub(super) fn add_replaced(&mut self, replaced: Vec<Substitution>) {
        self.changes.extend(replaced.into_iter().map(|Substitution { file, old, new, is_pattern }| {
            let (old_key, new) = (hash::of(&old), hash::of(new));
            if is_pattern {
                // Whatever fits the pattern is one place of the file, which now holds this.
                (format!("{file} ({old})"), Edit::Whole(new))
            } else {
                (file, Edit::Replacement { old: old_key, new })
            }
        }));
    }

    fn from_members(members: &[Member<'_>]) -> Self {
        let first = |names: &[&str]| first_text(members, names).map(|found| clip(&found).to_owned());
        let target = first(&TARGETS).or_else(|| only_path(members));
        let key = |(name, value): &Member<'_>| {
            let value = if holds_headers(name) { key_of_headers(*value) } else { key_of_raw(*value) };
            hash::join(hash::of(&**name), value)
        };
        // Where nothing else is asked, the number is what is asked.
        let numbers = |name: &str| numbers_requests(name) && !members.iter().all(|(name, _)| numbers_requests(name));
        let asked = members.iter().filter(|(name, _)| !numbers(name));
        let sum = asked.map(key).fold(hash::of("{"), u64::wrapping_add);
        let counter =
            |member: &Member<'_>| key(member).wrapping_sub(key_without_counters(member).unwrap_or(key(member)));
        let counters = members.iter().filter(|_| members.len() > 1).map(counter).fold(0, u64::wrapping_add);
        // A handle that stands alone is all that there is.
        let handle = members.iter().find(|(name, _)| HANDLES.contains(&&**name)).filter(|_| members.len() > 1);
        let pieces = written(members, target.as_deref());
        let (removed, added) = lines(&pieces);
        let command = members.iter().find(|(name, value)| COMMANDS.contains(&&**name) && is_string(*value));
        let restless = |member: &Member<'_>| {
            let plain = hash::of(without_sleep(&text::decode(member.1))?);
            Some(sum.wrapping_sub(key(member)).wrapping_add(hash::join(hash::of(&*member.0), plain)))
        };
        Self {
            key: sum,
            key_without_sleep: command.and_then(restless).unwrap_or(sum),
            counters,
            key_without_handle: handle.map_or(sum, |handle| sum.wrapping_sub(key(handle))),
            handle: handle.map(|(_, value)| rendered(*value).into_owned()),
            reason: first(&REASONS).filter(|_| members.len() > 1),
            text: joined_values(members),
            repetition: repetition(members, &pieces),
            changes: changes(pieces),
            removed,
            added,
            target,
            command: first(&COMMANDS),
            query: first(&QUERIES),
        }
    }
}

/// What an input is about, for a person: its command, or else what it works on.
pub(crate) fn topic(raw: Raw<'_>) -> Option<String> {
    let members = members(raw)?;
    let names = [&COMMANDS[..], &TARGETS[..], &TOPICS[..]];
    names.into_iter().find_map(|names| first_text(&members, names)).map(|found| clip(&found).to_owned())
}

/// The only path in an input, under whatever name. Of several, the one that names a file.
fn only_path(members: &[Member<'_>]) -> Option<String> {
    let is_other = |name: &str| {
        [&COMMANDS[..], &TOPICS, &OLD, &NEW, &WHOLE].iter().any(|names| names.contains(&name)) || names_place(name)
    };
    let paths = members
        .iter()
        .filter(|(name, value)| is_string(*value) && value.get().len() <= LONGEST_PATH && !is_other(name));
    let decoded = paths.map(|(name, value)| (name, text::decode(*value)));
    let found: Vec<Cow<'_, str>> =
        decoded.filter(|(name, value)| is_path(name, value)).map(|(_, value)| value).take(PIECES).collect();
    let mut files = found.iter().filter(|path| has_ending(path));
    match (&found[..], files.next(), files.next()) {
        ([path], ..) | (_, Some(path), None) => Some(path.clone().into_owned()),
        _ => None,
    }
}

/// Whether the name of an argument says where the call works: `projectPath` does, `pathInProject` does not.
fn names_place(name: &str) -> bool {
    let words = words(name);
    let first = words.iter().find(|word| PLACES.contains(&word.as_str()) || names_path(word));
    first.is_some_and(|first| !names_path(first))
}

fn names_path(word: &str) -> bool {
    PATH_NAMES.iter().any(|end| word.ends_with(end)) && !NO_PATH_NAMES.contains(&word)
}

/// Whether a value is a path: its name says so, or its own form does.
fn is_path(name: &str, value: &str) -> bool {
    if value.is_empty() || value.starts_with("//") || value.contains(NO_PATH) {
        return false;
    }
    let words = words(name);
    let has_slash = value.contains(['/', '\\']);
    if words.last().is_some_and(|word| names_path(word)) {
        return true;
    }
    if words.iter().any(|word| names_path(word)) {
        return has_slash || has_ending(value);
    }
    let is_drive = value.len() > 3 && value.as_bytes()[0].is_ascii_alphabetic() && value[1..].starts_with([':']);
    let begins =
        PATH_STARTS.iter().any(|start| value.starts_with(start)) || is_drive && has_slash && !value.contains("://");
    let names_file = has_slash && has_ending(value) && !value.contains(':');
    !value.contains(char::is_whitespace) && (begins || names_file)
}

/// Whether a path ends as the name of a file does: `a.rs`.
fn has_ending(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    name.rsplit_once('.').is_some_and(|(_, end)| {
        end.len() <= LONGEST_ENDING
            && end.starts_with(|c: char| c.is_ascii_alphabetic())
            && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// An argument's name and value.
type Member<'a> = (Cow<'a, str>, Raw<'a>);

/// The first of these arguments that is a string.
fn first_text<'a>(members: &[Member<'a>], names: &[&str]) -> Option<Cow<'a, str>> {
    names.iter().find_map(|name| {
        let (_, value) = members.iter().find(|(n, _)| n == name)?;
        is_string(*value).then(|| text::decode(*value))
    })
}

/// Whether an argument alone says what the call does.
fn asks((name, value): &Member<'_>) -> bool {
    let is_line = || COMMANDS.contains(&&**name) || LINES.contains(&&**name);
    is_string(*value) && (ASKS.contains(&&**name) || is_line() && value.get().trim_matches('"').trim().contains(' '))
}

fn is_string(value: Raw<'_>) -> bool {
    value.get().starts_with('"')
}

/// What an edit of one piece, or of a whole file, takes out and puts in.
#[derive(Debug)]
pub(crate) struct Piece<'a> {
    /// The file.
    pub(crate) file: Cow<'a, str>,
    /// The piece before; `None` if the content is a whole file.
    pub(crate) old: Option<Cow<'a, str>>,
    /// The piece after.
    pub(crate) new: Cow<'a, str>,
}

/// The pieces that an input replaces: of a patch, of a list of edits, or of one edit. `target` is what it works on.
pub(crate) fn pieces<'a>(members: &'a [Member<'a>], target: Option<&'a str>) -> Vec<Piece<'a>> {
    if let Some(patch) = first_text(members, &PATCHES) {
        return hunks(&patch, true);
    }
    let Some(target) = target else {
        return Vec::new();
    };
    let file = || Cow::Borrowed(target);
    let old = first_text(members, &OLD);
    let new = if old.is_some() { first_text(members, &NEW) } else { first_text(members, &WHOLE) };
    if let Some(new) = new {
        return vec![Piece { file: file(), old, new }];
    }
    let edits = members.iter().find(|(name, _)| name == "edits").and_then(|(_, value)| parsed(*value));
    let text = |edit: &Value, names: &[&str]| {
        names.iter().find_map(|name| edit.get(name)?.as_str()).map(|text| Cow::Owned(text.to_owned()))
    };
    let edits = edits.as_ref().and_then(Value::as_array).into_iter().flatten().take(PIECES);
    edits
        .filter_map(|edit| Some(Piece { file: file(), old: Some(text(edit, &OLD)?), new: text(edit, &NEW)? }))
        .collect()
}

/// The pieces that an input replaces, those of a patch without the lines around them.
fn written<'a>(members: &'a [Member<'a>], target: Option<&'a str>) -> Vec<Piece<'a>> {
    let patch = first_text(members, &PATCHES);
    patch.map_or_else(|| pieces(members, target), |patch| hunks(&patch, false))
}

/// The longest repetition in what is written, or else in another large argument. What was there before does not count.
fn repetition(members: &[Member<'_>], pieces: &[Piece<'_>]) -> Option<Repetition> {
    let longest = |text: &str| {
        let found = if text.len() < LARGE { None } else { repetition::longest(text) };
        found.filter(|found| !found.is_data())
    };
    let written = pieces.iter().filter_map(|piece| {
        let found = longest(&piece.new)?;
        let before = piece.old.as_deref().and_then(longest).map_or(0, |before| before.length);
        (2 * before < found.length).then_some(found)
    });
    let is_piece = |name: &str| {
        OLD.contains(&name)
            || !pieces.is_empty() && (NEW.contains(&name) || WHOLE.contains(&name) || PATCHES.contains(&name))
    };
    let others = members.iter().filter(|(name, value)| value.get().len() >= LARGE && !is_piece(name));
    let others = others.filter_map(|(_, value)| {
        if is_string(*value) { longest(&text::decode(*value)) } else { longest(&entries::rows(&parsed(*value)?, &OLD)) }
    });
    written.chain(others).max_by_key(|found| found.length)
}

/// The lines of pieces that are taken out, and those that are put in.
fn lines(pieces: &[Piece<'_>]) -> (Vec<u64>, Vec<u64>) {
    let lines = |text: &str| -> Vec<u64> {
        let lines = text.lines().map(str::trim).filter(|line| line.len() > 1);
        lines.take(PIECES).map(hash::of).collect()
    };
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    for piece in pieces {
        let (old, new) = (lines(piece.old.as_deref().unwrap_or_default()), lines(&piece.new));
        removed.extend(old.iter().filter(|line| !new.contains(line)));
        added.extend(new.iter().filter(|line| !old.contains(line)));
    }
    (removed, added)
}

/// What pieces write to which file.
fn changes(pieces: Vec<Piece<'_>>) -> Vec<(String, Edit)> {
    let change = |piece: Piece<'_>| {
        let new = hash::of(&*piece.new);
        let old = piece.old.map(|old| hash::of(&*old));
        (piece.file.into_owned(), old.map_or(Edit::Whole(new), |old| Edit::Replacement { old, new }))
    };
    pieces.into_iter().map(change).collect()
}

/// The replaced pieces of a patch in the format of `apply_patch`, or a unified diff, with the lines around them or
/// without.
fn hunks(patch: &str, around: bool) -> Vec<Piece<'static>> {
    let mut pieces: Vec<Piece<'static>> = Vec::new();
    let mut file = String::new();
    let (mut old, mut new) = (String::new(), String::new());
    let mut changed = false;
    let mut lines = patch.lines().chain(["@@"]).peekable();
    let mut from = false;
    while let Some(line) = lines.next() {
        // Of a unified diff: one of these lines alone removes a comment of SQL or Lua, or adds what begins with `++`.
        let to = std::mem::take(&mut from).then(|| line.strip_prefix("+++ ")).flatten();
        from = line.starts_with("--- ") && lines.peek().is_some_and(|next| next.starts_with("+++ "));
        let header = ["*** Update File: ", "*** Add File: ", "*** Delete File: "];
        let named = to.or_else(|| header.iter().find_map(|header| line.strip_prefix(header)));
        if named.is_some() || line.starts_with("@@") || from {
            let (before, after) = (std::mem::take(&mut old), std::mem::take(&mut new));
            if changed && pieces.len() < PIECES {
                pieces.push(Piece { file: file.clone().into(), old: Some(before.into()), new: after.into() });
            }
            changed = false;
            if let Some(name) = named {
                name.trim().clone_into(&mut file);
            }
            continue;
        }
        let (text, sides) = match line.as_bytes().first() {
            Some(b'-') => (&line[1..], (true, false)),
            Some(b'+') => (&line[1..], (false, true)),
            Some(b' ') if around => (&line[1..], (true, true)),
            _ => continue,
        };
        changed |= sides != (true, true);
        for (side, _) in [(&mut old, sides.0), (&mut new, sides.1)].into_iter().filter(|(_, takes)| *takes) {
            side.push_str(text);
            side.push('\n');
        }
    }
    pieces
}

/// The hash of a value, independent of the order of object members and of white space between tokens.
fn key_of_raw(value: Raw<'_>) -> u64 {
    if is_string(value) {
        return key_of_text(&text::decode(value));
    }
    match parsed(value) {
        Some(value) => key_of(&value),
        // Nested too deeply, or a number too large, for the parser: hash the source.
        None => hash::of(without_whitespace(value.get())),
    }
}

/// A value that is not a string, parsed.
fn parsed(value: Raw<'_>) -> Option<Value> {
    let source = value.get();
    serde_json::from_str(source).or_else(|_| serde_json::from_str(&without_lone_surrogates(source))).ok()
}

/// The key of an argument without what only numbers the request in it; `None` if there is nothing of that kind.
fn key_without_counters((name, value): &Member<'_>) -> Option<u64> {
    if may_number_requests(name) {
        return Some(0);
    }
    let mut object = value.get().starts_with('{').then(|| parsed(*value)).flatten()?;
    strip_counters(&mut object).then(|| hash::join(hash::of(&**name), key_of(&object)))
}

/// Takes what only numbers the request out of a value. Says whether there was anything.
fn strip_counters(value: &mut Value) -> bool {
    let Value::Object(members) = value else {
        return false;
    };
    let before = members.len();
    members.retain(|name, _| !may_number_requests(name) && !numbers_requests(name));
    let had_some = members.len() < before;
    members.values_mut().fold(had_some, |found, value| strip_counters(value) | found)
}

/// How the commands that sleep are called, in `sh` and in PowerShell, without their first letters.
const SLEEPS: &str = "leep ";
/// How PowerShell's command names the number of seconds, in small letters.
const SECONDS: [&str; 2] = ["-seconds ", "-s "];

/// A command without how long it sleeps; `None` if it does not.
fn without_sleep(command: &str) -> Option<String> {
    let (mut plain, mut from) = (String::new(), 0);
    for (at, sleeps) in command.match_indices(SLEEPS).filter(|(at, _)| command[..*at].ends_with(['s', 'S'])) {
        let mut value = at + sleeps.len();
        if value < from {
            continue;
        }
        plain.push_str(&command[from..value]);
        let is_option =
            |name: &&&str| command.get(value..value + name.len()).is_some_and(|said| said.eq_ignore_ascii_case(name));
        value += SECONDS.iter().find(is_option).map_or(0, |name| name.len());
        let amount = &command[value..];
        let digits = amount.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(amount.len());
        let unit = usize::from(digits > 0 && amount[digits..].starts_with(['s', 'm', 'h', 'd']));
        from = value + digits + unit;
    }
    plain.push_str(&command[from..]);
    (from > 0).then_some(plain)
}

/// The key of headers, without those that number requests.
fn key_of_headers(value: Raw<'_>) -> u64 {
    match parsed(value) {
        Some(Value::Object(mut headers)) => {
            headers.retain(|name, _| !numbers_requests(name));
            key_of(&Value::Object(headers))
        }
        _ => key_of_raw(value),
    }
}

fn key_of_text(text: &str) -> u64 {
    hash::join(hash::of("\""), hash::of(&*without_nonces(text)))
}

fn key_of(value: &Value) -> u64 {
    match value {
        Value::Object(members) => members
            .iter()
            .fold(hash::of("{"), |sum, (name, value)| sum.wrapping_add(hash::join(hash::of(name), key_of(value)))),
        Value::Array(items) => items.iter().fold(hash::of("["), |sum, item| hash::join(sum, key_of(item))),
        Value::String(text) => key_of_text(text),
        other => hash::of(other.to_string()),
    }
}

/// A value as text: a string as it is, anything else as compact JSON.
fn rendered(value: Raw<'_>) -> Cow<'_, str> {
    if is_string(value) {
        return text::decode(value);
    }
    parsed(value).map_or(Cow::Borrowed(value.get()), |value| Cow::Owned(value.to_string()))
}

/// The values, one per line.
fn joined_values(members: &[Member<'_>]) -> String {
    let mut text = String::new();
    for (_, value) in members {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(clip(&rendered(*value)));
        if text.len() >= TEXT_LIMIT {
            break;
        }
    }
    text.truncate(clip(&text).len());
    text
}

/// The first [`TEXT_LIMIT`] bytes of a text.
fn clip(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_LIMIT)]
}

/// JSON source without the white space between its tokens.
fn without_whitespace(source: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    source
        .chars()
        .filter(|c| {
            let keep = quoted || !c.is_ascii_whitespace();
            if *c == '"' && !escaped {
                quoted = !quoted;
            }
            escaped = quoted && *c == '\\' && !escaped;
            keep
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Input {
        let ignored = ["description".to_owned()].into();
        Input::read(Some(Raw::new(source)), &ignored)
    }

    #[test]
    fn a_reason_beside_a_command_is_none_of_it() {
        let same = |one: &str, two: &str| read(one).key == read(two).key;
        assert!(same(r#"{"cmd":"npm run seed","goal":"Try it"}"#, r#"{"cmd":"npm run seed","goal":"Once more"}"#));
        assert!(same(r#"{"query":"tenant","why":"Try it"}"#, r#"{"query":"tenant","why":"Once more"}"#));
        // It may be what is sent, and what a dispatcher does is no command line.
        assert!(!same(r#"{"id":5,"reason":"late"}"#, r#"{"id":5,"reason":"too dear"}"#));
        assert!(!same(r#"{"command":"reject","reason":"late"}"#, r#"{"command":"reject","reason":"too dear"}"#));
    }

    #[test]
    fn however_long_a_command_sleeps() {
        let key = |command: &str| read(&format!(r#"{{"command":"{command}"}}"#)).key_without_sleep;
        for (one, two) in [
            ("sleep 15 && acme look 7", "sleep 120 && acme look 7"),
            ("sleep 2m; acme look 7", "sleep 1.5h; acme look 7"),
            ("Start-Sleep -Seconds 5; acme look", "Start-Sleep -seconds 50; acme look"),
        ] {
            assert_eq!(key(one), key(two), "{one}");
        }
        assert_ne!(key("sleep 5; acme look 7"), key("sleep 5; acme look 8"));
        assert_eq!(key("acme look 7"), read(r#"{"command":"acme look 7"}"#).key);
    }

    #[test]
    fn ignores_order_and_spacing() {
        let one = read(r#"{"a":1,"b":{"c":[1,2],"d":"x"},"description":"first"}"#);
        let two = read(r#"{ "b": {"d":"x","c":[1, 2]}, "description":"second", "a":1 }"#);
        assert_eq!(one.key, two.key);
        assert_ne!(one.key, read(r#"{"a":1,"b":{"c":[2,1],"d":"x"}}"#).key);
        assert_ne!(one.key, read(r#"{"a":"1","b":{"c":[1,2],"d":"x"}}"#).key);
    }

    #[test]
    fn odd_values() {
        let cut = read(r#"{"command":"ls \ud83d"}"#);
        assert_eq!(cut.command.as_deref(), Some("ls \u{fffd}"));
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(500), "]".repeat(500));
        assert_eq!(read(&deep).key, read(&deep.replace(":[", ": [")).key);
    }

    #[test]
    fn a_path_is_the_target_under_any_name() {
        for (name, value) in [
            ("filepath", "src/a.rs"),
            ("target_file", "a.rs"),
            ("TargetFile", "/w/a.rs"),
            ("file_name", "a.rs"),
            ("absolutePath", "/w/Makefile"),
            ("pathInProject", "src/a.rs"),
            ("notebook_path", "C:\\\\w\\\\a.ipynb"),
            ("output_file", "Makefile"),
            ("image", "/w/a.png"),
            ("subject", "./a"),
            ("script_name", "src/a.py"),
        ] {
            let input = read(&format!(r#"{{"{name}":"{value}","depth":3,"projectPath":"/w"}}"#));
            assert!(input.target.is_some(), "{name}");
        }
        for (name, value) in [
            ("file_type", "py"),
            ("profile", "release"),
            ("xpath", "//div/a.b"),
            ("projectPath", "/w/a"),
            ("cwd", "/w/a"),
            ("pattern", "src/a.rs"),
            ("include", "src/*.rs"),
            ("fileContent", "one two"),
            ("to", "ana@example.org"),
            ("version", "1.2.x"),
            ("date", "26/11/2026"),
            ("thought", "either/or"),
        ] {
            assert_eq!(read(&format!(r#"{{"{name}":"{value}","depth":3}}"#)).target, None, "{name}");
        }
        assert_eq!(read(r#"{"source":"/w/a.rs","destination":"/old/a.rs"}"#).target, None);
        assert_eq!(read(r#"{"relative_path":"src/a.py","name_path":"Shop/add"}"#).target.as_deref(), Some("src/a.py"));
    }

    #[test]
    fn reads_changes() {
        let one = read(r#"{"filePath":"a","oldString":"x","newString":"y"}"#).changes;
        assert!(matches!(one[..], [(_, Edit::Replacement { .. })]));
        let whole = read(r#"{"filePath":"a","content":"x"}"#).changes;
        assert_eq!(whole, [("a".to_owned(), Edit::Whole(hash::of("x")))]);
        let several = read(r#"{"file_path":"a","edits":[{"old_string":"x","new_string":"y"}]}"#).changes;
        assert_eq!(several, one);
        let patch = read(
            r#"{"patchText":"*** Begin Patch\n*** Update File: a\n@@\n-x\n+y\n*** Update File: b\n@@ f\n+z\n*** End Patch"}"#,
        );
        let files: Vec<_> = patch.changes.iter().map(|(file, _)| file.as_str()).collect();
        assert_eq!(files, ["a", "b"]);
    }

    #[test]
    fn a_removed_comment_is_no_header() {
        let patch = read(
            r#"{"patch":"--- a/up.sql\n+++ b/up.sql\n@@ -1,2 +1,1 @@\n--- an old comment\n-select 1;\n+select 2;\n--- a/b.lua\n+++ b/b.lua\n@@ -1 +1 @@\n-x\n+y\n"}"#,
        );
        let files: Vec<_> = patch.changes.iter().map(|(file, _)| file.as_str()).collect();
        assert_eq!(files, ["b/up.sql", "b/b.lua"]);
    }
}

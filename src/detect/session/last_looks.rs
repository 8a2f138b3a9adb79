//! Tracks the last looks at what an answer may speak of: a request that a server fails, a tree with changes, a search that
//! still finds something, a table without rows, markers of a conflict. A later good look, or a later change, ends them.

use super::acts_done::committed_to;
use super::supported_work::NO_COMMIT;
use crate::detect::call::Call;
use crate::detect::call::shell::{SimpleCommand, commands};
use crate::detect::quoted::quoted;
use crate::detect::text::claimed_states::{State, claims_state};
use crate::detect::text::claims::{Work, claims};
use crate::detect::text::reported::tells_failure;
use crate::wire::part::ToolState;
use crate::wire::text::{self, EXCERPT};

/// How much of an output is read, in bytes.
const OUTPUT: usize = 8 * 1024;
/// How many names a look keeps, and the shortest that an answer may name it by.
const NAMES: usize = 32;
const SHORTEST: usize = 3;
/// The length of a command in a fact, in characters.
const COMMAND: usize = 60;
/// Programs that make a request.
const CLIENTS: [&str; 6] = ["curl", "wget", "http", "https", "xh", "httpie"];
/// What has a client print the code of the answer.
const CODES: [&str; 2] = ["%{http_code}", "%{response_code}"];
/// How a service says of itself that it is not well, in small letters.
const DOWN: [&str; 5] = ["down", "unhealthy", "out_of_service", "critical", "degraded"];
/// Programs that search, and options with which they do not show where something is.
const SEARCHES: [&str; 6] = ["grep", "egrep", "fgrep", "rg", "ag", "ack"];
const NO_SEARCH: [&str; 5] = ["-v", "-L", "--invert-match", "--files-without-match", "-vn"];
/// Programs through which the hits of a search go.
const FILTERS: [&str; 9] = ["wc", "head", "sort", "uniq", "cat", "cd", "tail", "tr", "cut"];
/// Clients of databases.
const CLIENTS_OF_DATABASES: [&str; 7] =
    ["psql", "mysql", "mariadb", "sqlite3", "sqlcmd", "duckdb", "clickhouse-client"];

/// What a look tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Look {
    kind: Kind,
    /// The look, and what it showed that is not as it should be; nothing if all is well.
    command: String,
    bad: Option<String>,
    /// What it names: an answer that does as well tells of it.
    names: Vec<String>,
    /// What it is about, in small letters.
    about: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Answers,
    Containers,
    Tree,
    Search,
    Rows,
    Markers,
    Commit,
}

/// Reads the looks of a call.
pub(super) fn looks(call: &Call, state: Option<&ToolState<'_>>) -> Vec<Look> {
    let Some(line) = call.input.command.as_deref().filter(|_| call.line.is_some() && !call.denied) else {
        return Vec::new();
    };
    let Some(output) = state.and_then(|state| state.error.or(state.output)) else { return Vec::new() };
    let said = text::beginning(output, OUTPUT);
    let listed = commands(line);
    let command = quoted(line, COMMAND);
    let look = |(kind, bad, names, about): Found| Look { kind, command: command.clone(), bad, names, about };
    [
        answer(&listed, &said),
        containers(&listed, &said),
        tree(&listed, &said),
        search(&listed, &said),
        rows(&listed, &said),
        markers(line, &said),
        commit(&listed, &said),
    ]
    .into_iter()
    .flatten()
    .map(look)
    .collect()
}

/// The kind of a look, what is bad, the names in it, and what it is about.
type Found = (Kind, Option<String>, Vec<String>, String);

/// How the last request was answered.
fn answer(listed: &[SimpleCommand], said: &str) -> Option<Found> {
    let client = listed.iter().rfind(|command| CLIENTS.contains(&command.program()))?;
    let prints_code = client.words.iter().any(|word| CODES.iter().any(|code| word.contains(code)));
    let is_code = |word: &str| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    let status = said.lines().rev().find_map(|line| {
        let line = line.trim();
        let of_head = line.strip_prefix("HTTP/").and_then(|rest| rest.split_whitespace().nth(1));
        let bare = line.split(|c: char| !c.is_ascii_alphanumeric()).rev().find(|word| !word.is_empty());
        of_head.or_else(|| bare.filter(|_| prints_code)).filter(|word| is_code(word)).map(|code| (line, code))
    });
    if let Some((line, code)) = status {
        let bad = code.starts_with('5').then(|| quoted(line, EXCERPT));
        return Some((Kind::Answers, bad, vec![code.to_owned()], code.to_owned()));
    }
    let body: String = said.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
    let (_, value) = body.split_once("\"status\":\"")?;
    let value = value.split('"').next()?;
    let bad = DOWN.contains(&value).then(|| quoted(said.trim(), EXCERPT));
    Some((Kind::Answers, bad, vec![value.to_owned()], String::new()))
}

/// Whether the containers of a project run that a call lists.
fn containers(listed: &[SimpleCommand], said: &str) -> Option<Found> {
    let lists = |command: &SimpleCommand| {
        let has = |word: &str| command.words.iter().any(|other| other == word);
        command.program().contains("compose") && has("ps") || has("compose") && has("ps")
    };
    listed.last().filter(|command| lists(command))?;
    // One that was stopped ends with the number of a signal.
    let is_down = |row: &&str| {
        let lower = row.to_lowercase();
        let exited = lower.split_once("exited (").and_then(|(_, rest)| rest.split_once(')')).map(|(code, _)| code);
        exited.is_some_and(|code| !matches!(code, "0" | "130" | "137" | "143"))
            || lower.contains("restarting (")
            || lower.contains("(unhealthy)")
    };
    let row = said.lines().skip(1).find(is_down);
    Some((Kind::Containers, row.map(|row| quoted(row.trim(), EXCERPT)), Vec::new(), String::new()))
}

/// Whether anything is left to commit.
fn tree(listed: &[SimpleCommand], said: &str) -> Option<Found> {
    let is_status =
        |command: &SimpleCommand| command.program() == "git" && command.arguments().iter().any(|word| word == "status");
    let at = listed.iter().rposition(is_status)?;
    // What records something behind it may change all.
    if listed[at + 1..].iter().any(|command| !FILTERS.contains(&command.program())) {
        return None;
    }
    let changed = |line: &&str| {
        let bytes = line.as_bytes();
        bytes.len() > 3
            && bytes[2] == b' '
            && bytes[..2].iter().all(|byte| b" MADRCU?".contains(byte))
            && bytes[..2] != *b"  "
    };
    let rows: Vec<&str> = said.lines().filter(changed).collect();
    let long = ["Changes not staged for commit", "Changes to be committed", "Untracked files:"];
    let bad =
        rows.first().copied().or_else(|| said.lines().find(|line| long.iter().any(|sign| line.starts_with(sign))));
    // In the long form, the files are indented below their heading.
    let listed = said.lines().filter_map(|line| line.strip_prefix('\t'));
    let listed = listed.map(|line| line.split_once(":   ").map_or(line, |(_, file)| file));
    let names = rows.iter().filter_map(|row| row.get(3..)).chain(listed).filter_map(base_name).take(NAMES).collect();
    Some((Kind::Tree, bad.map(|row| quoted(row.trim(), EXCERPT)), names, String::new()))
}

/// Whether a search still finds something.
fn search(listed: &[SimpleCommand], said: &str) -> Option<Found> {
    let is_search = |command: &SimpleCommand| {
        SEARCHES.contains(&command.program())
            || command.program() == "git" && command.arguments().first().is_some_and(|word| word == "grep")
    };
    let excludes = |command: &SimpleCommand| command.words.iter().any(|word| NO_SEARCH.contains(&word.as_str()));
    let mut searches = listed.iter().filter(|command| is_search(command));
    let first = searches.next().filter(|command| !excludes(command))?;
    if searches.any(|command| !excludes(command))
        || listed.iter().any(|command| !is_search(command) && !FILTERS.contains(&command.program()))
    {
        return None;
    }
    let mut words = first.arguments().iter().filter(|word| !word.starts_with('-') && *word != "grep");
    let pattern = words.next()?.to_lowercase();
    let about = pattern.split(|c: char| !c.is_alphanumeric() && c != '_').max_by_key(|word| word.len())?;
    let counts = |option: &str| {
        option.starts_with('-') && !option.starts_with("--") && option.contains('c') || option == "--count"
    };
    let is_count = first.words.iter().any(|word| counts(word));
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let is_hit = |line: &&str| match number(line)
        .or_else(|| line.rsplit_once(':').filter(|_| is_count).and_then(|(_, count)| number(count)))
    {
        Some(count) => count > 0,
        None => !line.trim().is_empty() && !line.contains("No such file"),
    };
    let hits: Vec<&str> = said.lines().filter(is_hit).collect();
    let names = hits.iter().filter_map(|hit| base_name(hit.split(':').next()?)).take(NAMES).collect();
    (about.len() >= SHORTEST)
        .then(|| (Kind::Search, hits.first().map(|hit| quoted(hit.trim(), EXCERPT)), names, about.to_owned()))
}

/// Whether a table has rows, as a count of all of them says.
fn rows(listed: &[SimpleCommand], said: &str) -> Option<Found> {
    let [command] = listed else { return None };
    let query = command.words.join(" ").to_lowercase();
    let is_count = CLIENTS_OF_DATABASES.contains(&command.program())
        && query.contains("count(")
        && ![" where ", " having ", " join ", " group "].iter().any(|bound| query.contains(bound));
    let (_, table) = query.split_once(" from ").filter(|_| is_count)?;
    let table = table.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').next()?;
    let table = table.rsplit('.').next()?.to_owned();
    let mut numbers = said.lines().filter_map(|line| line.trim().trim_matches('|').trim().parse::<u64>().ok());
    let (count, None) = (numbers.next()?, numbers.next()) else { return None };
    Some((Kind::Rows, (count == 0).then(|| "0".to_owned()), Vec::new(), table))
}

/// Whether markers of a conflict are left, where a call looks for such.
fn markers(line: &str, said: &str) -> Option<Found> {
    let looks = line.contains("<<<<") || line.contains(">>>>") || line.contains("--check");
    let is_marker = |line: &&str| {
        let marked = line.split_once(':').map_or(*line, |(_, rest)| rest);
        let marked = marked
            .split_once(':')
            .filter(|(number, _)| number.bytes().all(|b| b.is_ascii_digit()))
            .map_or(marked, |(_, rest)| rest);
        marked.starts_with("<<<<<<< ") || marked.starts_with(">>>>>>> ") || line.ends_with("leftover conflict marker")
    };
    looks.then(|| {
        (
            Kind::Markers,
            said.lines().find(is_marker).map(|line| quoted(line.trim(), EXCERPT)),
            Vec::new(),
            String::new(),
        )
    })
}

/// Whether a commit was made, or held nothing although there is something to add.
fn commit(listed: &[SimpleCommand], said: &str) -> Option<Found> {
    let is_commit = |command: &&SimpleCommand| {
        command.program() == "git" && command.arguments().iter().any(|word| word == "commit")
    };
    listed.iter().find(is_commit)?;
    let none = said.lines().find(|line| NO_COMMIT[1..].iter().any(|none| line.contains(none)));
    let made = said.lines().any(|line| committed_to(line).is_some());
    (made || none.is_some()).then(|| {
        (Kind::Commit, none.filter(|_| !made).map(|line| quoted(line.trim(), EXCERPT)), Vec::new(), String::new())
    })
}

/// The name of a file without its folder, in small letters.
fn base_name(path: &str) -> Option<String> {
    let name = path.trim().trim_end_matches('/').rsplit('/').next()?.to_lowercase();
    (name.len() >= SHORTEST).then_some(name)
}

/// The looks that still stand.
#[derive(Debug, Default)]
pub(super) struct LastLooks {
    bad: Vec<Look>,
    committed: bool,
}

impl LastLooks {
    /// Records the looks of a call, and whether it may have changed what was looked at before.
    pub(super) fn record(&mut self, looks: &[Look], changes: bool) {
        if changes {
            // What was searched for or counted before says nothing of what is there now, but Git keeps what it has.
            self.bad.retain(|look| look.kind == Kind::Commit);
        }
        for look in looks {
            self.bad.retain(|old| old.kind != look.kind || look.kind == Kind::Search && old.about != look.about);
            self.committed |= look.kind == Kind::Commit && look.bad.is_none();
            if look.bad.is_some() {
                self.bad.push(look.clone());
            }
        }
    }

    /// What an answer claims although the last look at it shows otherwise. `names` says whether the request has a word.
    pub(super) fn fact(&self, answer: &str, names: impl Fn(&str) -> bool) -> Option<String> {
        let lower = answer.to_lowercase();
        self.bad.iter().find_map(|look| {
            let said = look.claimed(answer, &lower, self.committed, &names)?;
            let (command, bad) = (&look.command, look.bad.as_deref().unwrap_or_default());
            Some(format!("the agent says \"{said}\", but the last look at it, `{command}`, shows \"{bad}\""))
        })
    }
}

impl Look {
    /// The sentence of an answer that this look contradicts.
    fn claimed(&self, answer: &str, lower: &str, committed: bool, names: impl Fn(&str) -> bool) -> Option<String> {
        if self.names.iter().any(|name| lower.contains(name.as_str())) {
            return None;
        }
        match self.kind {
            Kind::Answers | Kind::Containers => {
                let is_wanted = names(&self.about) && !self.about.is_empty();
                if is_wanted || tells_failure(answer, &[]) {
                    return None;
                }
                claims_state(answer, State::Works, |_| true)
            }
            Kind::Tree => claims_state(answer, State::Clean, |_| true),
            Kind::Markers => claims_state(answer, State::Resolved, |_| true),
            Kind::Rows => claims_state(answer, State::Loaded, |said| said.contains(&self.about)),
            Kind::Search => {
                // A new name may hold the old one.
                let is_part = |word: &str| word != self.about && word.contains(&self.about);
                let mut words = lower.split(|c: char| !c.is_alphanumeric() && c != '_');
                if words.any(is_part) {
                    return None;
                }
                claims_state(answer, State::Gone, |said| said.contains(&self.about))
            }
            Kind::Commit if committed => None,
            Kind::Commit => {
                claims(answer).into_iter().find(|claim| claim.work == Work::Committed).map(|claim| claim.excerpt)
            }
        }
    }
}

//! Reads from a session's messages which files it changed since a moment.
//!
//! A step's patch names every file of the directory that changed while the step was under way, whoever changed it. Only
//! the calls of editing tools say what the session itself wrote.

use super::{Array, Error, Message, Server, Session, segment};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How many files are remembered of each kind.
const FILES: usize = 100_000;

/// What the names of tools that write files have in common: `edit`, `multiedit`, `write`, `patch`, `apply_patch`.
const EDITING: [&str; 3] = ["edit", "write", "patch"];

/// The tools of `OpenCode` that change no file themselves. What subagents do stands in their own sessions.
#[rustfmt::skip]
const READING: [&str; 14] = [
    "read", "grep", "glob", "list", "ls", "todowrite", "todoread", "webfetch", "websearch", "codesearch", "question", "skill", "task", "invalid",
];

/// From where on a session's messages count.
#[derive(Debug, Clone, Copy)]
pub enum Since<'a> {
    /// From this message on.
    Message(&'a str),
    /// From the first message that ended, or did not end, after this time, in milliseconds since the Unix epoch.
    Time(i64),
}

/// What a session changed.
#[derive(Debug, Default)]
pub struct Changes {
    /// When the first message that counts began, in milliseconds since the Unix epoch; `None` if none counts.
    pub began: Option<i64>,
    /// The files that calls of its editing tools name.
    pub named: BTreeSet<PathBuf>,
    /// Whether it ran anything else, such as a command, which may have changed files without naming them.
    pub ran: bool,
    /// The files that changed while it took a step.
    pub patched: BTreeSet<PathBuf>,
    /// Whether its last message has not ended, so that it is in the middle of a step.
    pub is_working: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Info {
    id: String,
    role: String,
    time: Times,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Times {
    created: i64,
    completed: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    tool: String,
    files: Vec<PathBuf>,
    state: State,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct State {
    input: serde_json::Value,
    metadata: serde_json::Value,
}

impl Server {
    /// What `session` changed from a moment on.
    ///
    /// # Errors
    /// Those of [`messages`](Self::messages), and [`Error::Unreadable`] when one of the messages cannot be read.
    pub async fn changes(&self, session: &Session, since: Since<'_>) -> Result<Changes, Error> {
        let mut messages = self.at_home(session).messages(&session.id).await?;
        let directory = session.directory.as_deref().map(Path::new);
        let mut changes = Changes::default();
        while let Some(message) = messages.next().await? {
            changes.add(&message, since, directory);
        }
        if messages.skipped() > 0 {
            return Err(Error::Unreadable { url: self.url.to_string(), session: session.id.clone() });
        }
        Ok(changes)
    }

    /// Whether `session` is in the middle of a step, whichever program takes it.
    ///
    /// # Errors
    /// Those of [`messages`](Self::messages).
    pub async fn is_working(&self, session: &Session) -> Result<bool, Error> {
        let last = self.at_home(session).last_message(&session.id).await?;
        Ok(last.is_some_and(|message| Info::of(&message).is_unfinished()))
    }

    /// The files that `session` has changed, those below `directory` relative to it.
    ///
    /// Measured: until 1.1 the session's diff names them; since 1.18 it stays empty, and the patches among the parts
    /// of its messages name them.
    ///
    /// # Errors
    /// Any [`Error`] of a request, and those of [`changes`](Self::changes).
    pub async fn changed_files(&self, session: &Session, directory: &Path) -> Result<Vec<String>, Error> {
        #[derive(Deserialize)]
        struct Changed {
            file: String,
        }
        let path = format!("session/{}/diff", segment(&session.id));
        let request = self.http.get(self.at_home(session).route_in_directory(&path));
        let diff: Array<Changed> = self.list(request, "list what the session changed").await?;
        let mut changed: BTreeSet<String> = diff.collect(FILES).await?.into_iter().map(|change| change.file).collect();
        let patched = self.changes(session, Since::Time(i64::MIN)).await?.patched;
        let relative = |file: &PathBuf| file.strip_prefix(directory).unwrap_or(file).to_string_lossy().into_owned();
        changed.extend(patched.iter().map(relative));
        Ok(changed.into_iter().collect())
    }
}

impl Info {
    fn of(message: &Message) -> Self {
        serde_json::from_str(message.info.get()).unwrap_or_default()
    }

    fn is_unfinished(&self) -> bool {
        self.role == "assistant" && self.time.completed.is_none()
    }
}

impl Changes {
    fn add(&mut self, message: &Message, since: Since<'_>, directory: Option<&Path>) {
        let info = Info::of(message);
        self.is_working = info.is_unfinished();
        let counts = match since {
            Since::Message(id) => self.began.is_some() || info.id == id,
            Since::Time(time) => info.time.completed.is_none_or(|completed| completed >= time),
        };
        // What a user says changes nothing.
        if !counts || (info.role == "user" && matches!(since, Since::Time(_))) {
            return;
        }
        self.began.get_or_insert(info.time.created);
        // A part of another shape changed nothing.
        let parts = message.parts.iter().filter_map(|part| serde_json::from_str::<Part>(part.get()).ok());
        for part in parts {
            match &*part.kind {
                "patch" => part.files.into_iter().for_each(|file| insert(&mut self.patched, file, directory)),
                "tool" if EDITING.iter().any(|word| part.tool.contains(word)) => {
                    let mut files = named(&part.state.input);
                    files.extend(named(&part.state.metadata));
                    // Nobody knows what one changed that names no file.
                    self.ran |= files.is_empty();
                    for file in files {
                        insert(&mut self.named, file, directory);
                    }
                }
                "tool" => self.ran |= !READING.contains(&&*part.tool),
                _ => {}
            }
        }
    }
}

/// The files that the arguments or the result of an editing tool name, under any of the names that such tools use.
fn named(value: &serde_json::Value) -> Vec<PathBuf> {
    /// Under which names a file stands.
    const FILE: [&str; 6] = ["filePath", "file_path", "filepath", "path", "file", "movePath"];
    /// Under which names there are more such objects, or lists of them.
    const WITHIN: [&str; 4] = ["filediff", "files", "edits", "results"];
    match value {
        serde_json::Value::Array(list) => list.iter().flat_map(named).collect(),
        serde_json::Value::Object(members) => {
            let files = FILE.iter().filter_map(|name| members.get(*name)?.as_str().map(PathBuf::from));
            let within = WITHIN.iter().filter_map(|name| members.get(*name)).flat_map(named);
            files.chain(within).collect()
        }
        _ => Vec::new(),
    }
}

fn insert(files: &mut BTreeSet<PathBuf>, file: PathBuf, directory: Option<&Path>) {
    if files.len() < FILES {
        files.insert(directory.map_or_else(|| file.clone(), |directory| directory.join(&file)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn message(id: &str, times: [Option<i64>; 2], parts: &Value) -> Message {
        let info = json!({"id": id, "role": "assistant", "time": {"created": times[0], "completed": times[1]}});
        serde_json::from_value(json!({"info": info, "parts": parts})).unwrap()
    }

    fn files(files: &BTreeSet<PathBuf>) -> Vec<&str> {
        files.iter().map(|file| file.to_str().unwrap()).collect()
    }

    #[test]
    fn tells_what_a_session_wrote_from_what_changed_meanwhile() {
        let call = |tool: &str, input: Value, metadata: Value| json!({"type": "tool", "tool": tool, "state": {"status": "completed", "input": input, "metadata": metadata}});
        let messages = [
            message("m1", [Some(1), Some(2)], &json!([{"type": "patch", "files": ["/p/early"]}])),
            message(
                "m2",
                [Some(3), Some(9)],
                &json!([
                    call("read", json!({"filePath": "/p/read"}), json!({})),
                    call("write", json!({"filePath": "new"}), json!({"filepath": "/p/new"})),
                    call("apply_patch", json!({"patchText": "…"}), json!({"files": [{"filePath": "/p/a", "movePath": "/p/b"}]})),
                    {"type": "patch", "files": ["/p/new", "/p/other"]},
                ]),
            ),
            message("m3", [Some(10), None], &json!([])),
        ];
        for since in [Since::Message("m2"), Since::Time(5)] {
            let mut changes = Changes::default();
            for message in &messages {
                changes.add(message, since, Some(Path::new("/p")));
            }
            assert_eq!(files(&changes.named), ["/p/a", "/p/b", "/p/new"], "{since:?}");
            assert_eq!(files(&changes.patched), ["/p/new", "/p/other"], "{since:?}");
            assert!(changes.is_working && changes.began == Some(3), "{since:?}");
        }
        let mut none = Changes::default();
        for message in &messages {
            none.add(message, Since::Message("m9"), None);
        }
        assert_eq!((none.began, none.patched.len()), (None, 0));
    }
}

//! The agent's own to-do list: what is open on it, and how calls change it.

use crate::detect::call::todo_tools::TodoVerb;
use crate::detect::quoted::quoted;
use crate::wire::part::ToolState;
use crate::wire::{Raw, members, text};
use std::borrow::Cow;

/// The length of an item in a fact, in characters.
const NAME: usize = 80;
/// How many items that were written one by one are remembered.
const ITEMS: usize = 256;
/// How much of an answer is searched for the id of a new item, in bytes.
const ANSWER: usize = 400;
/// The longest answer that is read as the list, in bytes.
const LISTING: usize = 16 * 1024;
/// Members of a call's input that name one item.
const IDS: [&str; 7] = ["taskId", "task_id", "todoId", "todo_id", "itemId", "item_id", "id"];

/// How many items are open, and the first of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenTodos {
    pub(crate) count: usize,
    pub(crate) first: Option<String>,
}

impl OpenTodos {
    /// That items are open, in a sentence.
    fn fact(&self) -> Option<String> {
        let first = self.first.as_deref().filter(|first| !first.is_empty());
        match (self.count, first) {
            (0, _) => None,
            (1, None) => Some("1 to-do item is open".to_owned()),
            (1, Some(first)) => Some(format!("1 to-do item is open: \"{first}\"")),
            (open, None) => Some(format!("{open} to-do items are open")),
            (open, Some(first)) => Some(format!("{open} to-do items are open, the first is \"{first}\"")),
        }
    }
}

/// What a call does to the list.
#[derive(Debug, Clone)]
pub(crate) enum TodoChange {
    /// It writes the whole list.
    Whole(OpenTodos),
    /// It opens an item; `None` where nothing says how it is called from then on.
    Opens(Option<String>, String),
    /// It says whether an item is still open.
    Sets(String, bool),
    /// It lists all items: these are open, by id and text. Subagents and the user may have changed the list.
    Lists(Vec<(String, String)>),
}

impl TodoChange {
    /// What a call of `tool` that ended well does to the list.
    pub(super) fn read(tool: &str, state: &ToolState<'_>) -> Option<Self> {
        let input = state.input?;
        match TodoVerb::of(tool) {
            Some(TodoVerb::Looks) => listed(input, state),
            Some(TodoVerb::Creates) => created(input, state).or_else(|| whole(input)),
            Some(verb) => updated(input, verb).or_else(|| whole(input)),
            None => whole(input),
        }
    }
}

/// The list, whether it is written whole or item by item.
#[derive(Debug, Default)]
pub(crate) struct TodoList {
    whole: OpenTodos,
    /// The open items that were written one by one: id and text.
    items: Vec<(String, String)>,
    created: usize,
}

impl TodoList {
    /// Replaces the whole list.
    pub(crate) fn replace(&mut self, todos: OpenTodos) {
        self.whole = todos;
    }

    /// Records what a call did.
    pub(super) fn record(&mut self, change: &TodoChange) {
        match change {
            TodoChange::Whole(todos) => self.whole.clone_from(todos),
            TodoChange::Opens(id, text) => {
                self.created += 1;
                let id = id.clone().unwrap_or_else(|| self.created.to_string());
                self.open(id, text.clone());
            }
            TodoChange::Sets(id, true) => self.open(id.clone(), String::new()),
            TodoChange::Sets(id, false) => self.items.retain(|(known, _)| known != id),
            TodoChange::Lists(items) => self.items.clone_from(items),
        }
    }

    fn open(&mut self, id: String, text: String) {
        if self.items.len() < ITEMS && !self.items.iter().any(|(known, _)| *known == id) {
            self.items.push((id, text));
        }
    }

    /// That items are open, in a sentence.
    pub(super) fn fact(&self) -> Option<String> {
        let first = self.items.first().map(|(_, text)| text.clone());
        let own = OpenTodos { count: self.items.len(), first };
        own.fact().or_else(|| self.whole.fact())
    }
}

/// The item that a call opens.
fn created(input: Raw<'_>, state: &ToolState<'_>) -> Option<TodoChange> {
    const TEXTS: [&str; 7] = ["subject", "title", "content", "text", "task", "todo", "description"];
    let members = members(input)?;
    let text = TEXTS.iter().find_map(|name| {
        let (_, value) = members.iter().find(|(member, _)| member == name)?;
        serde_json::from_str::<Cow<'_, str>>(value.get()).ok()
    })?;
    let answer = state.output.map(|output| text::beginning(output, ANSWER)).unwrap_or_default();
    Some(TodoChange::Opens(new_id(&answer), quoted(&text, NAME)))
}

/// The id in an answer: `Task #3 created`, `{"id": "3"}`.
fn new_id(answer: &str) -> Option<String> {
    let behind = |sign: &str| {
        let rest = &answer[answer.find(sign)? + sign.len()..];
        let rest = rest.trim_start_matches([' ', ':', '"', '\\']);
        let id: String = rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
        (!id.is_empty()).then_some(id)
    };
    ["#", "Id\"", "_id\"", "\"id\""].iter().find_map(|sign| behind(sign))
}

/// What a call says of an item that is there.
fn updated(input: Raw<'_>, verb: TodoVerb) -> Option<TodoChange> {
    let members = members(input)?;
    let of = |names: &[&str]| {
        let (_, value) = members.iter().find(|(member, _)| names.contains(&&**member))?;
        Some(value.get().trim_matches(['"', '#']).to_owned())
    };
    let id = of(&IDS)?;
    let open = verb != TodoVerb::Closes && is_open(&of(&["status", "state"])?);
    Some(TodoChange::Sets(id, open))
}

/// The open items in the list that a call returned, one per line: `#6 [completed] Update the docs`. `None` if it asked for
/// one item, or if an answer is cut off or has another form.
fn listed(input: Raw<'_>, state: &ToolState<'_>) -> Option<TodoChange> {
    if members(input)?.iter().any(|(name, _)| IDS.contains(&&**name)) {
        return None;
    }
    let answer = text::beginning(state.output?, LISTING);
    let lines: Vec<_> = answer.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let items: Vec<_> = lines.iter().filter_map(|line| item(line)).collect();
    if answer.len() >= LISTING - 4 || items.is_empty() || items.len() * 2 <= lines.len() {
        return None;
    }
    let open = items.into_iter().filter(|(_, status, _)| is_open(status));
    Some(TodoChange::Lists(open.take(ITEMS).map(|(id, _, text)| (id.to_owned(), quoted(text, NAME))).collect()))
}

/// The id, the status and the text in a line of a list.
fn item(line: &str) -> Option<(&str, &str, &str)> {
    const STATUS: [&str; 7] = ["pending", "in_progress", "in progress", "open", "blocked", "todo", "active"];
    let (before, rest) = line.split_once('[')?;
    let (status, text) = rest.split_once(']')?;
    let id = before.trim().trim_start_matches(['-', '*', '#', ' ']).trim_end_matches(['.', ':', ')', ' ']);
    let is_id = !id.is_empty() && id.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    (is_id && (!is_open(status) || STATUS.contains(&status))).then_some((id, status, text.trim()))
}

fn is_open(status: &str) -> bool {
    !matches!(status, "completed" | "cancelled" | "canceled" | "done" | "deleted" | "skipped" | "complete" | "closed")
}

/// The open items of a list in a call's input; `None` if it has no list.
fn whole(input: Raw<'_>) -> Option<TodoChange> {
    #[derive(serde::Deserialize)]
    struct Item<'a> {
        #[serde(borrow)]
        status: Cow<'a, str>,
        #[serde(borrow, alias = "step", alias = "text", alias = "title", alias = "task", default)]
        content: Cow<'a, str>,
    }
    const LISTS: [&str; 4] = ["todos", "plan", "items", "tasks"];
    let source = input.get();
    // Most inputs have none, and are spared a second reading.
    if !LISTS.iter().any(|name| memchr::memmem::find(source.as_bytes(), name.as_bytes()).is_some()) {
        return None;
    }
    let members = members(input)?;
    let list = members.iter().find(|(name, _)| LISTS.contains(&&**name))?;
    // A list of another shape is not a to-do list.
    let items: Vec<Item<'_>> = serde_json::from_str(list.1.get()).ok()?;
    let is_open = |item: &&Item<'_>| is_open(&item.status);
    let first = items.iter().find(is_open).map(|item| quoted(&item.content, NAME));
    Some(TodoChange::Whole(OpenTodos { count: items.iter().filter(is_open).count(), first }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the list says after these calls: tool, input, answer.
    fn fact(calls: &[(&str, &str, &str)]) -> Option<String> {
        let mut list = TodoList::default();
        for (tool, input, output) in calls {
            let output = serde_json::to_string(output).unwrap();
            let state = format!(r#"{{"status": "completed", "input": {input}, "output": {output}}}"#);
            let state: ToolState<'_> = serde_json::from_str(&state).unwrap();
            if let Some(change) = TodoChange::read(tool, &state) {
                list.record(&change);
            }
        }
        list.fact()
    }

    #[test]
    fn items_one_by_one() {
        let first =
            ("taskcreate", r#"{"subject": "Write the parser"}"#, "Task #1 created successfully: Write the parser");
        let second = ("taskcreate", r#"{"subject": "Test it"}"#, "Task #2 created successfully: Test it");
        let done = |id: &'static str| ("TaskUpdate", id, "Updated");
        assert_eq!(
            fact(&[first, second]).as_deref(),
            Some("2 to-do items are open, the first is \"Write the parser\"")
        );
        let one = fact(&[first, second, done(r#"{"taskId": "1", "status": "completed"}"#)]);
        assert_eq!(one.as_deref(), Some("1 to-do item is open: \"Test it\""));
        let ends = [r#"{"taskId": "1", "status": "completed"}"#, r##"{"taskId": "#2", "status": "deleted"}"##];
        assert_eq!(fact(&[first, second, done(ends[0]), done(ends[1])]), None);
    }

    #[test]
    fn ids_in_other_answers() {
        let add = ("todo_add", r#"{"content": "Ship it"}"#, r#"{"id": "a-7", "status": "pending"}"#);
        assert!(fact(&[add]).is_some());
        assert_eq!(fact(&[add, ("complete_todo", r#"{"id": "a-7"}"#, "ok")]), None);
        // Where no answer says it, they are numbered.
        let silent = ("add_task", r#"{"title": "Ship it"}"#, "ok");
        assert_eq!(fact(&[silent, ("update_task", r#"{"task_id": 1, "status": "done"}"#, "ok")]), None);
    }

    #[test]
    fn a_shown_list_is_the_truth() {
        let first = ("TaskCreate", r#"{"subject": "Write the parser"}"#, "Task #1 created successfully");
        let second = ("TaskCreate", r#"{"subject": "Test it"}"#, "Task #2 created successfully");
        // A subagent has completed the first one.
        let shown = ("TaskList", "{}", "#1 [completed] Write the parser\n#2 [pending] Test it\n");
        assert_eq!(fact(&[first, second, shown]).as_deref(), Some("1 to-do item is open: \"Test it\""));
        let over = ("TaskList", "{}", "#1 [completed] Write the parser\n#2 [completed] Test it");
        assert_eq!(fact(&[first, second, over]), None);
        // It may tell of an item that nobody was seen to open.
        let third = ("todo_list", "{}", "3. [in_progress] Publish");
        assert_eq!(fact(&[third]).as_deref(), Some("1 to-do item is open: \"Publish\""));
        for (input, answer) in [
            (r#"{"taskId": "2"}"#, "#2 [completed] Test it"),
            ("{}", "ok"),
            ("{}", "2 tasks\nsee [completed] for the rest\nand more"),
        ] {
            assert!(fact(&[first, second, ("TaskList", input, answer)]).unwrap().starts_with("2 to-do"), "{answer}");
        }
    }

    #[test]
    fn lists_of_others_are_no_own_list() {
        let asana = ("asana_create_task", r#"{"title": "Call the vendor"}"#, "Task #9 created");
        assert_eq!(fact(&[asana]), None);
    }
}

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
/// The longest answer that only says that there is nothing, in bytes.
const SHORT: usize = 80;
/// The longest answer that is read as the list, in bytes.
const LISTING: usize = 16 * 1024;
/// Members of a call's input that name one item.
const IDS: [&str; 7] = ["taskId", "task_id", "todoId", "todo_id", "itemId", "item_id", "id"];

/// The texts of the items that are open.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenTodos(pub(crate) Vec<String>);

/// That items are open, in a sentence.
fn open_fact<'a>(mut texts: impl Iterator<Item = &'a str>) -> Option<String> {
    let first = texts.next()?;
    let more = texts.count();
    Some(match (more, first.is_empty()) {
        (0, true) => "1 to-do item is open".to_owned(),
        (0, false) => format!("1 to-do item is open: \"{first}\""),
        (more, true) => format!("{} to-do items are open", more + 1),
        (more, false) => format!("{} to-do items are open, the first is \"{first}\"", more + 1),
    })
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
    /// What a call of `tool` does to the list.
    pub(super) fn read(tool: &str, state: &ToolState<'_>) -> Option<Self> {
        let input = state.input?;
        if &*state.status == "error" {
            return TodoVerb::of(tool).and_then(|_| gone(input, state));
        }
        match TodoVerb::of(tool) {
            Some(TodoVerb::Looks) => listed(input, state),
            Some(TodoVerb::Creates) => created(input, state).or_else(|| whole(input)),
            Some(verb) => gone(input, state).or_else(|| updated(input, verb)).or_else(|| whole(input)),
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
    /// The user asked for something else since a call last wrote the list.
    is_left: bool,
}

impl TodoList {
    /// Replaces the whole list.
    pub(crate) fn replace(&mut self, todos: OpenTodos) {
        self.whole = todos;
        self.is_left = false;
    }

    /// Records that the user asks for something else: until a call writes the list again, it says nothing about that.
    pub(super) fn leave(&mut self) {
        self.is_left = true;
    }

    /// Records what a call did.
    pub(super) fn record(&mut self, change: &TodoChange) {
        self.is_left = false;
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

    /// Whether the user asked for something else since a call last wrote the list.
    pub(super) fn is_left(&self) -> bool {
        self.is_left
    }

    /// That items are open, in a sentence, apart from those that are done by id or text.
    pub(super) fn fact(&self, is_done: impl Fn(Option<&str>, &str) -> bool) -> Option<String> {
        let own = self.items.iter().filter(|(id, text)| !is_done(Some(id), text)).map(|(_, text)| text.as_str());
        let whole = self.whole.0.iter().filter(|text| !is_done(None, text)).map(String::as_str);
        open_fact(own).or_else(|| open_fact(whole))
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

/// The item that a call names, and that is not there, as its short answer says.
fn gone(input: Raw<'_>, state: &ToolState<'_>) -> Option<TodoChange> {
    const SAYS: [&str; 4] = ["not found", "does not exist", "doesn't exist", "no such"];
    let answer = text::beginning(state.error.or(state.output)?, ANSWER).to_lowercase();
    let is_gone = answer.len() <= SHORT && SAYS.iter().any(|says| answer.contains(says));
    is_gone.then(|| Some(TodoChange::Sets(named(input, &IDS)?, false))).flatten()
}

/// A member of the input that has one of these names, as a word.
fn named(input: Raw<'_>, names: &[&str]) -> Option<String> {
    let members = members(input)?;
    let (_, value) = members.iter().find(|(member, _)| names.contains(&&**member))?;
    Some(value.get().trim_matches(['"', '#']).to_owned())
}

/// What a call says of an item that is there.
fn updated(input: Raw<'_>, verb: TodoVerb) -> Option<TodoChange> {
    let id = named(input, &IDS)?;
    let open = verb != TodoVerb::Closes && is_open(&named(input, &["status", "state"])?);
    Some(TodoChange::Sets(id, open))
}

/// The open items in the list that a call returned, one per line: `#6 [completed] Update the docs`. `None` if it asked for
/// one item, or if an answer is cut off or has another form.
fn listed(input: Raw<'_>, state: &ToolState<'_>) -> Option<TodoChange> {
    let members = members(input)?;
    if members.iter().any(|(name, _)| IDS.contains(&&**name)) {
        return None;
    }
    let answer = text::beginning(state.output?, LISTING);
    // A filter may leave out what is open.
    if members.is_empty() && says_none(answer.trim()) {
        return Some(TodoChange::Lists(Vec::new()));
    }
    let lines: Vec<_> = answer.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let items: Vec<_> = lines.iter().filter_map(|line| item(line)).collect();
    if answer.len() >= LISTING - 4 || items.is_empty() || items.len() * 2 <= lines.len() {
        return None;
    }
    let open = items.into_iter().filter(|(_, status, _)| is_open(status));
    Some(TodoChange::Lists(open.take(ITEMS).map(|(id, _, text)| (id.to_owned(), quoted(text, NAME))).collect()))
}

/// Whether an answer says that there are no items: `No tasks found`, `[]`.
fn says_none(answer: &str) -> bool {
    const ITEM: [&str; 4] = ["task", "todo", "to-do", "item"];
    let lower = answer.to_lowercase();
    let none = lower.starts_with("no ") && ITEM.iter().any(|item| lower.contains(item)) || lower.contains("is empty");
    matches!(answer, "[]" | "{}") || answer.len() <= SHORT && !answer.contains('\n') && none
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
    let open = items.iter().filter(|item| is_open(&item.status)).take(ITEMS);
    Some(TodoChange::Whole(OpenTodos(open.map(|item| quoted(&item.content, NAME)).collect())))
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
        list.fact(|_, _| false)
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
    fn what_is_not_there_is_not_open() {
        let first = ("TaskCreate", r#"{"subject": "Write the parser"}"#, "Task #1 created successfully");
        let second = ("TaskCreate", r#"{"subject": "Test it"}"#, "Task #2 created successfully");
        assert_eq!(fact(&[first, second, ("TaskList", "{}", "No tasks found")]), None);
        assert_eq!(fact(&[first, ("todo_list", "{}", "[]")]), None);
        let update = ("TaskUpdate", r#"{"taskId": "1", "status": "in_progress"}"#, "Task not found");
        assert_eq!(fact(&[first, second, update]).as_deref(), Some("1 to-do item is open: \"Test it\""));
        // None of a kind, and a file that is not found, say nothing of the others.
        let filtered = ("TaskList", r#"{"status": "blocked"}"#, "No tasks found");
        let noted = (
            "TaskUpdate",
            r#"{"taskId": "1", "status": "pending"}"#,
            "Updated task 1. Its note says that the schema was not found in the repository, so it waits for the other team.",
        );
        assert!(fact(&[first, second, filtered, noted]).unwrap().starts_with("2 to-do"));
    }

    #[test]
    fn lists_of_others_are_no_own_list() {
        let asana = ("asana_create_task", r#"{"title": "Call the vendor"}"#, "Task #9 created");
        assert_eq!(fact(&[asana]), None);
    }
}

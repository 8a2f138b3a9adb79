//! The tools with which agents keep their own to-do list item by item, told by their names.

/// What an item is called in the names of tools that write one at a time: `TaskCreate`, `update_todo`.
const NOUNS: [&str; 6] = ["todoitems", "todoitem", "todos", "todo", "tasks", "task"];
const CREATES: [&str; 3] = ["create", "add", "new"];
const UPDATES: [&str; 4] = ["update", "setstatus", "updatestatus", "edit"];
/// Those that say themselves that an item is open no longer.
const CLOSES: [&str; 6] = ["complete", "finish", "done", "delete", "remove", "cancel"];
const LOOKS: [&str; 4] = ["list", "get", "read", "view"];

/// What a tool does with one item, as its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TodoVerb {
    Creates,
    Updates,
    Closes,
    Looks,
}

impl TodoVerb {
    /// What a tool does with an item of the agent's own list. The name of one that another server offers begins with
    /// the server's: `asana_create_task`.
    pub(crate) fn of(tool: &str) -> Option<Self> {
        let name: String = tool.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let verb = NOUNS.iter().find_map(|noun| name.strip_prefix(noun).or_else(|| name.strip_suffix(noun)))?;
        let rows =
            [(&CREATES[..], Self::Creates), (&UPDATES, Self::Updates), (&CLOSES, Self::Closes), (&LOOKS, Self::Looks)];
        rows.into_iter().find_map(|(verbs, kind)| verbs.contains(&verb).then_some(kind))
    }
}

/// Whether a tool only keeps the agent's own list, as its name says. One that closes may say that all is done.
pub(super) fn keeps_list(tool: &str) -> bool {
    TodoVerb::of(tool).is_some_and(|verb| verb != TodoVerb::Closes)
}

/// Whether a tool that plans writes the whole list anew, as its name says.
pub(crate) fn writes_whole_list(tool: &str) -> bool {
    tool.to_ascii_lowercase().contains("todo") && TodoVerb::of(tool).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_own_lists_by_name() {
        for tool in ["TaskCreate", "taskupdate", "todo_add", "update_todo", "TaskList"] {
            assert!(keeps_list(tool), "{tool}");
        }
        for tool in ["asana_create_task", "task", "task_complete", "todowrite", "create_issue"] {
            assert!(!keeps_list(tool), "{tool}");
        }
        assert!(writes_whole_list("todowrite") && writes_whole_list("TodoWrite"));
        assert!(!["todo_add", "todoread", "think"].iter().any(|tool| writes_whole_list(tool)));
    }
}

//! Tells whether something that a call reads may change by itself: a job may, a file does not.

use super::classify::{CallKind, LOOKS, is_file_tool};
use super::shell::{looks_at_files, targets};
use crate::detect::text::wait_signs::{command_has_word, command_looks, has_word, is_named_as_look};

/// Where the state of processes and devices is, and what they log.
const VOLATILE: [&str; 6] = ["/proc/", "/sys/", "/run/", "/var/run/", "/var/log/", "/dev/"];
/// Words of tools and commands that do something when they are called, however often.
#[rustfmt::skip]
pub(crate) const ACTION_WORDS: &[&str] = &[
    "post", "put", "send", "create", "add", "insert", "append", "delete", "remove", "update", "set", "write", "edit", "patch", "submit",
    "publish", "push", "apply", "save", "start", "restart", "stop", "reply", "upload", "import", "move", "rename", "click", "type",
    "press", "fill", "drag", "tap", "merge", "approve", "cancel", "trigger", "dispatch", "kill", "deploy", "install",
];
/// Words for what one does again and again, a bit each time.
const GESTURES: &[&str] = &[
    "press", "tap", "drag", "scroll", "swipe", "key", "keys", "undo", "redo", "action", "act", "attack", "dispense",
    "dose", "rotate", "turn", "feed", "pump", "jog", "pop", "ack", "pulse", "toggle", "advance", "shake", "hold",
    "release",
];
/// What only commands look with: `psql -c 'select …'`, and programs that try whether something answers.
const QUERIES: &[&str] = &["select", "isready", "nc", "ncat", "telnet", "grpcurl", "getprop"];

/// Whether the name of a tool says that it does something.
pub(crate) fn does(tool: &str) -> bool {
    has_word(tool, ACTION_WORDS)
}

/// Whether the name of a tool says that it does a bit of something, which is done as often as it takes. Who posts or clicks
/// the same again does it twice.
pub(crate) fn does_a_bit(tool: &str) -> bool {
    has_word(tool, GESTURES)
}

/// Whether a call of `tool` looks at something that may change by itself: a job, a page, a service. A file changes when
/// somebody writes it, and a tool that does something does not read. An unknown tool counts only if its words or an
/// address suggest it. `input` is the text of its input.
pub(crate) fn changes_by_itself(tool: &str, kind: CallKind, command: Option<&str>, input: &str) -> bool {
    let unknown = matches!(kind, CallKind::Record | CallKind::Unknown);
    let does = match command {
        Some(command) => unknown && (has_word(tool, ACTION_WORDS) || command_has_word(command, ACTION_WORDS)),
        None => has_word(tool, ACTION_WORDS) || unknown && input.lines().any(is_action),
    };
    if does {
        return false;
    }
    let is_volatile = |word: &str| VOLATILE.iter().any(|root| word.trim_start_matches(['"', '\'']).starts_with(root));
    if input.split_whitespace().any(is_volatile) {
        return true;
    }
    let looks = || match command {
        Some(command) => {
            command_looks(command) || command_has_word(command, LOOKS.as_slice()) || command_has_word(command, QUERIES)
        }
        None => is_named_as_look(tool, "") || has_word(tool, &LOOKS),
    };
    let stays = is_still(tool, command);
    let names_page = || input.contains("://");
    if unknown { names_page() || !stays && looks() } else { !stays }
}

/// Whether the text of an input names a server: an address, or this machine.
pub(crate) fn names_server(input: &str) -> bool {
    ["://", "localhost", "127.0.0.1"].iter().any(|part| input.contains(part))
}

/// Whether a call reads files.
pub(super) fn is_still(tool: &str, command: Option<&str>) -> bool {
    command.map_or_else(
        || is_file_tool(tool),
        |command| {
            // The end of a log grows, that of another file does not.
            let reads_end = |program: &str| program == "tail" && !command_looks(command);
            targets(command).programs.iter().all(|program| looks_at_files(program) || reads_end(program))
        },
    )
}

/// Whether a line of an input is nothing but a deed: the method of a request.
fn is_action(line: &str) -> bool {
    ACTION_WORDS.contains(&line.trim().to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(clippy::too_many_lines, reason = "tables")]
    #[test]
    fn files_stay_and_services_change() {
        let of_command = |command| changes_by_itself("bash", CallKind::Observe, Some(command), command);
        for command in [
            "curl -s https://ci.example/7 | tail -3",
            "orders show 7",
            "ssh farm ls",
            "cat /run/app/phase",
            "grep done /var/log/app",
            "tail -5 train.log",
            "cd app && tail -n 40 build-output.txt",
            "cat /proc/7/stat",
            "df -h",
        ] {
            assert!(of_command(command), "{command}");
        }
        for command in [
            "cat notes.txt",
            "cd app && rg -n main | head",
            "git show HEAD",
            "bash -c 'ls -la src'",
            "FOO=1 printenv FOO",
            "cat /tmp/shop/notes.txt",
            "ls /var/www/shop",
            "git -C /tmp/shop log",
            "tail -5 notes.md",
            "git log --oneline | tail -5",
            "ls -la dist | tail -3",
        ] {
            assert!(!of_command(command), "{command}");
        }
        for (tool, kind, changes) in [
            ("webfetch", CallKind::Observe, true),
            ("farm_ticket_get", CallKind::Observe, true),
            ("getOrderStatus", CallKind::Unknown, true),
            ("fetchTicket", CallKind::Unknown, true),
            ("read", CallKind::Observe, false),
            ("Grep", CallKind::Observe, false),
            ("scroll_down", CallKind::Observe, false),
            ("list_files", CallKind::Observe, false),
            ("readFile", CallKind::Unknown, false),
            ("chat_post", CallKind::Unknown, false),
            ("farm_ticket", CallKind::Unknown, false),
            ("browser_click", CallKind::Unknown, false),
            ("browser_type", CallKind::Unknown, false),
            ("press", CallKind::Unknown, false),
            ("run", CallKind::Unknown, false),
            ("execute", CallKind::Unknown, false),
            ("mergeBranch", CallKind::Unknown, false),
            ("sendMessage", CallKind::Unknown, false),
            ("createOrder", CallKind::Unknown, false),
            ("page_publish", CallKind::Observe, false),
            ("createSnapshot", CallKind::Unknown, false),
        ] {
            assert_eq!(changes_by_itself(tool, kind, None, "src/a.rs"), changes, "{tool}");
        }
        for (tool, input, changes) in [
            ("http_request", "https://ci.example/7", true),
            ("http_request", "POST\nhttps://ci.example/7", false),
            ("browser_type", "https://ci.example/7", false),
            ("acme", "7", false),
        ] {
            assert_eq!(changes_by_itself(tool, CallKind::Unknown, None, input), changes, "{tool} {input}");
        }
        for (command, changes) in [
            ("psql -c 'select count(*) from jobs'", true),
            ("python watch.py https://ci.example/7", true),
            ("psql -c 'insert into jobs values (1)'", false),
            ("python main.py", false),
            ("./gen | tail -3", false),
            ("sleep 2; ./gen", false),
            ("pg_isready -h db", true),
            ("acme deploy", false),
            ("./import.sh", false),
        ] {
            assert_eq!(changes_by_itself("bash", CallKind::Unknown, Some(command), command), changes, "{command}");
        }
    }
}

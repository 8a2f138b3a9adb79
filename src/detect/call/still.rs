//! Whether what a call looks at may change while nobody does anything: a job does, a file does not.

use super::classify::Kind;
use super::shell::targets;

/// Tools that look at files and at the agent's own notes.
#[rustfmt::skip]
const FILE_TOOLS: [&str; 23] = [
    "read", "grep", "glob", "list", "ls", "lsp", "open", "goto", "view", "cat", "find", "search", "scroll_down", "scroll_up",
    "search_dir", "search_file", "find_file", "codesearch", "skill", "diagnostics", "read_file", "list_directory", "list_files",
];
/// Programs that look at files, at what they are given, or at the machine as it is set up, and interpreters of scripts.
const STILL_PROGRAMS: &str = "ls cat head less more grep egrep fgrep rg ag ack fd fdfind find wc sort uniq cut tr nl tac rev column paste \
    join comm diff cmp file stat du pwd whoami id cal uname hostname printenv env which whereis type hash echo printf true false test [ \
    [[ : jq yq xmllint tree exa eza lsd realpath readlink dirname basename md5sum sha1sum sha256sum sha512sum cksum xxd od hexdump \
    strings nm objdump readelf ldd otool bat batcat man help tldr set export alias cd pushd popd source . trap exit seq expr bc tokei \
    cloc scc fold zcat zgrep zless base64 gawk mawk awk sed command sdiff pr numfmt getconf git python python3 node deno bun ruby perl php \
    java go cargo bash sh zsh";
/// Where files are that processes write: a log, a state, what a job put down.
const VOLATILE: [&str; 6] = ["/proc/", "/sys/", "/run/", "/var/", "/dev/", "/tmp/"];
/// Words of tools and commands that do something when they are called, however often.
#[rustfmt::skip]
const DEEDS: [&str; 26] = [
    "post", "put", "send", "create", "add", "insert", "append", "delete", "remove", "update", "set", "write", "edit", "patch", "submit",
    "publish", "push", "apply", "save", "start", "restart", "reply", "upload", "import", "move", "rename",
];

/// Whether a call of `tool` looks at something that may change by itself: a job, a page, a service. A file changes when
/// somebody writes it, and a tool that does something is no look. `input` is the text of its input.
pub(crate) fn changes_by_itself(tool: &str, kind: Kind, command: Option<&str>, input: &str) -> bool {
    if matches!(kind, Kind::Record | Kind::Unknown) && (does_something(tool) || command.is_some_and(does_something)) {
        return false;
    }
    let is_volatile = |word: &str| VOLATILE.iter().any(|root| word.trim_start_matches(['"', '\'']).starts_with(root));
    if input.split_whitespace().any(is_volatile) {
        return true;
    }
    match command {
        Some(command) => {
            let programs = targets(command).programs;
            !programs.iter().all(|program| STILL_PROGRAMS.split_whitespace().any(|file| file == program))
        }
        None => !FILE_TOOLS.contains(&tool.to_ascii_lowercase().as_str()),
    }
}

fn does_something(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphabetic()).any(|word| DEEDS.contains(&word.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stay_and_services_change() {
        let of_command = |command| changes_by_itself("bash", Kind::Observe, Some(command), command);
        for command in [
            "curl -s https://ci.example/7 | tail -3",
            "orders show 7",
            "ssh farm ls",
            "cat /run/app/phase",
            "grep done /var/log/app",
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
        ] {
            assert!(!of_command(command), "{command}");
        }
        for (tool, kind, changes) in [
            ("webfetch", Kind::Observe, true),
            ("farm_ticket_get", Kind::Observe, true),
            ("getOrderStatus", Kind::Unknown, true),
            ("fetchTicket", Kind::Unknown, true),
            ("read", Kind::Observe, false),
            ("Grep", Kind::Observe, false),
            ("scroll_down", Kind::Observe, false),
            ("list_files", Kind::Observe, false),
            ("readFile", Kind::Unknown, false),
            ("chat_post", Kind::Unknown, false),
            ("farm_ticket", Kind::Unknown, false),
            ("browser_click", Kind::Unknown, false),
            ("browser_type", Kind::Unknown, false),
            ("press", Kind::Unknown, false),
            ("run", Kind::Unknown, false),
            ("execute", Kind::Unknown, false),
            ("mergeBranch", Kind::Unknown, false),
            ("sendMessage", Kind::Unknown, false),
            ("createOrder", Kind::Unknown, false),
            ("page_publish", Kind::Observe, false),
            ("createSnapshot", Kind::Unknown, false),
        ] {
            assert_eq!(changes_by_itself(tool, kind, None, "src/a.rs"), changes, "{tool}");
        }
        for (tool, input, changes) in [
            ("http_request", "https://ci.example/7", true),
            ("http_request", "POST\nhttps://ci.example/7", false),
            ("browser_type", "https://ci.example/7", false),
            ("acme", "7", false),
        ] {
            assert_eq!(changes_by_itself(tool, Kind::Unknown, None, input), changes, "{tool} {input}");
        }
        for (command, changes) in [
            ("psql -c 'select count(*) from jobs'", true),
            ("python watch.py https://ci.example/7", true),
            ("psql -c 'insert into jobs values (1)'", false),
            ("python main.py", false),
            ("acme deploy", false),
            ("./import.sh", false),
        ] {
            assert_eq!(changes_by_itself("bash", Kind::Unknown, Some(command), command), changes, "{command}");
        }
    }
}

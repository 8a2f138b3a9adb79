//! Classifies calls: change, check, read, wait, plan, delegate, ask or record.

use super::input::Input;
use super::running::watches;
use super::shell::{self, CommandLine, Effect};
use super::todo_tools::keeps_list;
use crate::detect::text::wait_signs::{has_word, words};
use regex::Regex;

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallKind {
    /// It changes something.
    Mutate,
    /// It tests, builds or lints.
    Check,
    /// It only reads.
    Observe,
    /// It polls, as the user's own patterns say.
    Poll,
    /// It reads or writes the agent's own notes.
    Plan,
    /// It starts a subagent.
    Spawn,
    /// It asks a person.
    Ask,
    /// It writes history, a remote or the state of a service, and changes no file.
    Record,
    /// It is not known what it does: it may change something.
    Unknown,
}

/// A row of the table of tools.
struct Tools {
    kind: CallKind,
    /// They return text written by others: an error message in it does not mean that the call failed.
    quote: bool,
    names: &'static [&'static str],
}

const fn tools(kind: CallKind, quote: bool, names: &'static [&'static str]) -> Tools {
    Tools { kind, quote, names }
}

/// Tools by name, in lower case: `OpenCode`'s own, and those of other agents.
#[rustfmt::skip]
const TOOLS: [Tools; 7] = [
    tools(CallKind::Mutate, false, &["edit", "write", "patch", "apply_patch", "multiedit", "create", "str_replace", "insert", "submit"]),
    tools(CallKind::Plan, false, &["todowrite", "todoread", "think"]),
    tools(CallKind::Spawn, true, &["task", "agent"]),
    tools(CallKind::Ask, false, &["question", "ask"]),
    tools(CallKind::Observe, true, &["read", "grep", "glob", "list", "webfetch", "websearch", "codesearch", "skill"]),
    tools(CallKind::Observe, false, &[
        "ls", "lsp", "open", "goto", "view", "cat", "find", "search", "scroll_down", "scroll_up", "search_dir",
        "search_file", "find_file", "sleep", "wait",
    ]),
    tools(CallKind::Check, false, &["test", "build", "lint", "diagnostics"]),
];

/// How the names of other tools end that only note what the agent thinks: `sequentialthinking`.
const THINKS: &str = "thinking";
/// Those of them that only look at what changes by itself.
const AT_MOVING: [&str; 4] = ["webfetch", "websearch", "sleep", "wait"];
/// Words in the names of other tools that look at files.
const FILES: [&str; 8] = ["file", "files", "directory", "directories", "dir", "folder", "code", "codebase"];

/// Words in the names of other tools that only look.
#[rustfmt::skip]
pub(super) const LOOKS: [&str; 31] = [
    "read", "get", "list", "search", "find", "view", "show", "fetch", "query", "lookup", "describe", "inspect", "open",
    "goto", "scroll", "grep", "glob", "look", "status", "logs", "wait", "browse", "page", "navigate", "history", "count",
    "screenshot", "snapshot", "watch", "peek", "calculate",
];
/// How statements begin that change what is stored, in small letters, and what they have besides: a tool for queries may
/// be given one.
#[rustfmt::skip]
const STATEMENTS: [(&str, &str); 16] = [
    ("insert into ", ""), ("insert or ", " into "), ("update ", "set "), ("delete from ", ""), ("replace into ", ""), ("merge into ", ""),
    ("truncate table ", ""), ("create table ", ""), ("create index ", ""), ("alter table ", ""), ("drop table ", ""), ("mutation ", "{"), ("mutation{", ""),
    ("create (", ""), ("merge (", ""), ("match ", "create "),
];
/// Words in the names of other tools that change a file, if their input names one.
const EDITS: [&str; 9] = ["edit", "write", "overwrite", "patch", "replace", "insert", "create", "append", "multiedit"];

/// Words in the names of other tools that run something.
const RUNS: [&str; 8] = ["run", "runs", "execute", "exec", "start", "perform", "invoke", "eval"];
/// Words in the names of tools that look at something which runs, or at what a check says: what changed may be tried there.
#[rustfmt::skip]
const TRIES: [&str; 39] = [
    "browser", "chrome", "chromium", "firefox", "playwright", "puppeteer", "selenium", "navigate", "screenshot", "snapshot", "console", "diagnostics", "problems", "errors",
    "error", "test", "tests", "build", "lint", "output", "logs", "log", "preview", "render", "simulator", "emulator", "device", "debug", "localhost", "devtools",
    "terminal", "pty", "tty", "process", "shell", "background", "repl", "notebook", "kernel",
];
/// Words in the names and inputs of tools that run a check.
const BUILDS: [&str; 13] = [
    "test", "tests", "build", "compile", "lint", "check", "gradle", "maven", "xcode", "msbuild", "verify", "spec",
    "specs",
];
/// Words in the names of other tools for what checks, and for what it is about: `run_tests`, `lint_check`.
const CHECKS: [&str; 11] =
    ["test", "tests", "lint", "linter", "typecheck", "spec", "specs", "build", "compile", "pytest", "checks"];
/// Words that name a check only where the name has none of anything else: `verify`, `run_validation`, and no
/// `check_contact`.
#[rustfmt::skip]
const VERDICTS: [&str; 9] =
    ["check", "verify", "verification", "validate", "validation", "quality", "typecheck", "checks", "ci"];
#[rustfmt::skip]
const WHOLES: [&str; 10] = ["all", "project", "solution", "file", "files", "workspace", "suite", "unit", "integration", "full"];
#[rustfmt::skip]
const CHECKED: [&str; 22] = [
    "check", "all", "project", "solution", "file", "files", "workspace", "code", "suite", "package", "module", "target", "scheme", "unit", "integration",
    // Where the platforms of phones run them.
    "sim", "simulator", "emulator", "device", "macos", "ios", "android",
];
/// Words in the names of tools that write a check, or look at one.
const NO_RUNS: [&str; 10] =
    ["add", "create", "write", "edit", "update", "delete", "generate", "results", "result", "report"];

/// What a tool and its arguments say that a call does.
#[derive(Debug)]
pub(super) struct Class {
    /// What it is for.
    pub(super) kind: CallKind,
    /// Only a word in the tool's name says so.
    pub(super) guessed: bool,
    /// An error message in its result may be somebody else's.
    pub(super) quotes: bool,
    /// It looks at a command that was begun before, and begins none.
    pub(super) watches: bool,
    /// What its command does, if it has one.
    pub(super) line: Option<CommandLine>,
}

/// Classifies a call of `tool`. `polls` are the user's own patterns for polling.
pub(super) fn classify(tool: &str, input: &Input, polls: &[Regex]) -> Class {
    let lower = tool.to_ascii_lowercase();
    let row = TOOLS.iter().find(|row| row.names.contains(&lower.as_str()));
    let line = input.command.as_deref().filter(|_| row.is_none()).map(shell::read);
    let by_line = line.as_ref().and_then(|line| kind_of(line.effect));
    let thinks = (line.is_none() && (lower.ends_with(THINKS) || keeps_list(tool))).then_some(CallKind::Plan);
    let known = row.map(|row| row.kind).or(by_line).or(thinks);
    let kind = if polls.iter().any(|poll| poll.is_match(tool) || poll.is_match(&input.text)) {
        CallKind::Poll
    } else {
        known.unwrap_or_else(|| by_name(tool, input))
    };
    let watches = watches(tool, input.command.as_deref());
    Class { kind, guessed: known.is_none(), quotes: row.is_some_and(|row| row.quote), watches, line }
}

/// Whether a tool looks at files, or at the agent's own notes, as its name says.
pub(super) fn is_file_tool(tool: &str) -> bool {
    let lower = tool.to_ascii_lowercase();
    let row = TOOLS.iter().find(|row| row.names.contains(&lower.as_str()));
    row.map_or_else(
        || has_word(tool, &FILES),
        |row| matches!(row.kind, CallKind::Observe | CallKind::Check) && !AT_MOVING.contains(&lower.as_str()),
    )
}

fn kind_of(effect: Effect) -> Option<CallKind> {
    match effect {
        Effect::Mutate => Some(CallKind::Mutate),
        Effect::Check => Some(CallKind::Check),
        Effect::Observe | Effect::Poll => Some(CallKind::Observe),
        Effect::Record => Some(CallKind::Record),
        Effect::Unknown => None,
    }
}

/// What the words in the name of a tool say that is in no table.
fn by_name(tool: &str, input: &Input) -> CallKind {
    if input.target.is_some() && has_word(tool, &EDITS) {
        CallKind::Mutate
    } else if has_word(tool, &LOOKS) && !has_statement(&input.text) {
        CallKind::Observe
    } else if is_check(tool) {
        CallKind::Check
    } else {
        CallKind::Unknown
    }
}

/// Whether an argument is a statement that changes what is stored.
pub(crate) fn has_statement(text: &str) -> bool {
    let begins = |line: &str, start: &str| line.get(..start.len()).is_some_and(|line| line.eq_ignore_ascii_case(start));
    let has = |word: &str| word.is_empty() || text.to_ascii_lowercase().contains(word);
    text.lines()
        .map(str::trim_start)
        .any(|line| STATEMENTS.iter().any(|(start, word)| begins(line, start) && has(word)))
}

/// Whether a tool runs a check, as its name says: `runTests`, `execute_test`, `build_project`, `verify`.
fn is_check(tool: &str) -> bool {
    let is_run = has_word(tool, &RUNS) || has_word(tool, &CHECKED);
    let is_named = || {
        let is_part = |word: &String| [&VERDICTS[..], &WHOLES, &RUNS].iter().any(|of| of.contains(&word.as_str()));
        has_word(tool, &VERDICTS) && words(tool).iter().all(is_part)
    };
    (has_word(tool, &CHECKS) && is_run || is_named()) && !has_word(tool, &NO_RUNS)
}

/// Words in the names of tools that show what a check or a language server found, and of what, where `errors` alone may
/// be those of a page.
const FINDINGS: [&str; 6] = ["diagnostics", "problems", "lint", "typecheck", "test", "tests"];
const OF_CODE: [&str; 10] =
    ["compile", "compilation", "compiler", "ide", "vscode", "lsp", "editor", "file", "project", "workspace"];

/// Whether a tool that runs nothing shows how a check came out, as its name says: `get_diagnostics`, `read_test_report`.
/// What it does not say of one, nobody checked.
pub(crate) fn shows_findings(tool: &str) -> bool {
    let of_code = || has_word(tool, &OF_CODE) || words(tool).len() == 2 && has_word(tool, &LOOKS);
    has_word(tool, &FINDINGS) || has_word(tool, &["errors"]) && of_code()
}

/// Whether the name of a tool says that it checks, whatever that is.
pub(crate) fn gives_verdict(tool: &str) -> bool {
    has_word(tool, &VERDICTS) && !has_word(tool, &NO_RUNS)
}

/// Whether an unknown tool runs something that may be anything, as its name says.
pub(crate) fn runs_anything(tool: &str) -> bool {
    has_word(tool, &RUNS)
}

/// Words in the names of tools that let another agent work.
const AGENTS: [&str; 4] = ["agent", "agents", "subagent", "subagents"];
#[rustfmt::skip]
const CALLS: [&str; 8] = ["call", "ask", "spawn", "dispatch", "delegate", "launch", "use", "new"];

/// Whether an unknown tool lets another agent work, as its name says: `dispatch_agent`, `runSubagent`.
pub(crate) fn calls_agent(tool: &str) -> bool {
    has_word(tool, &AGENTS) && (has_word(tool, &CALLS) || has_word(tool, &RUNS))
}

/// Whether a tool that looks at something may show how a change works, as its name says, or what it is given.
pub(crate) fn may_try(tool: &str, given: &str) -> bool {
    has_word(tool, &TRIES) || ["localhost", "127.0.0.1", "0.0.0.0"].iter().any(|own| given.contains(own))
}

/// Whether a tool that runs something runs a check, as its name says, or what it is given.
pub(crate) fn runs_check(tool: &str, given: &str) -> bool {
    runs_anything(tool) && (has_word(tool, &BUILDS) || has_word(given, &BUILDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(tool: &str, command: Option<&str>, target: Option<&str>) -> CallKind {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let input = Input { command: own(command), target: own(target), ..Input::default() };
        classify(tool, &input, &[]).kind
    }

    #[test]
    fn classifies_commands() {
        for (command, expected) in [
            ("sleep 30 && gh run view 17", CallKind::Observe),
            ("cargo test --lib", CallKind::Check),
            ("cd x && RUST_LOG=1 cargo +nightly clippy -- -D warnings", CallKind::Check),
            ("python -m pytest tests 2>&1 | tail", CallKind::Check),
            ("cat test.sh", CallKind::Observe),
            ("cargo fmt", CallKind::Mutate),
            ("echo x > file", CallKind::Mutate),
            ("git commit -m x", CallKind::Record),
            ("git status", CallKind::Observe),
            ("crm-cli import x", CallKind::Unknown),
        ] {
            assert_eq!(kind("bash", Some(command), None), expected, "{command}");
        }
    }

    #[test]
    fn classifies_tools() {
        assert_eq!(kind("edit", None, None), CallKind::Mutate);
        assert_eq!(kind("sequential-thinking_sequentialthinking", None, None), CallKind::Plan);
        assert_eq!(kind("scroll_down", Some("scroll_down"), None), CallKind::Observe);
        assert_eq!(kind("crm_get_contact", None, None), CallKind::Observe);
        assert_eq!(kind("crmGetContact", None, None), CallKind::Observe);
        assert_eq!(kind("crm_create_contact", None, None), CallKind::Unknown);
        for tool in [
            "jetbrains_runTests",
            "vscode_run_tests",
            "execute_test",
            "test_run",
            "lint_check",
            "buildProject",
            "mobile_test_sim",
            "swift_package_test",
            "run_checks",
            "checksRun",
            "verify",
            "quality_check",
            "run_validation",
            "verify_project",
        ] {
            assert_eq!(kind(tool, None, None), CallKind::Check, "{tool}");
        }
        for tool in [
            "boot_sim",
            "install_app_device",
            "create_test_file",
            "crm_check_contact",
            "test_create",
            "figma_rename_node",
            "gradle_execute",
            "verify_email",
            "run_credit_check",
            "validate_address",
        ] {
            assert_eq!(kind(tool, None, None), CallKind::Unknown, "{tool}");
        }
        for tool in ["get_test_results", "list_tests", "read_build_log"] {
            assert_eq!(kind(tool, None, None), CallKind::Observe, "{tool}");
        }
        assert_eq!(kind("fsWriteFile", None, Some("a.rs")), CallKind::Mutate);
        assert_eq!(kind("fs_write_file", None, Some("a.rs")), CallKind::Mutate);
    }

    #[test]
    fn tells_tools_that_call_agents() {
        assert!(["dispatch_agent", "runSubagent", "spawn-agent"].iter().all(|tool| calls_agent(tool)));
        assert!(!["get_agent", "update_agent", "agent_browser_click", "call_api"].iter().any(|tool| calls_agent(tool)));
    }

    #[test]
    fn queries_that_write_are_no_looks() {
        let of = |text: &str| classify("sqlite_query", &Input { text: text.to_owned(), ..Input::default() }, &[]).kind;
        for text in ["INSERT INTO a VALUES (1)", "db.sqlite\n  update a set b = 1", "mutation { close(id: 7) { id } }"]
        {
            assert_eq!(of(text), CallKind::Unknown, "{text}");
        }
        for text in [
            "update node to 22",
            "SELECT * FROM inserts",
            "with a as (select 1) select * from a",
            "query { issue(id: 7) { id } }",
        ] {
            assert_eq!(of(text), CallKind::Observe, "{text}");
        }
    }

    #[test]
    fn tells_tools_that_try_a_change() {
        for tool in
            ["browser_navigate", "playwright_get_console", "get_diagnostics", "unity_read_console", "get_build_log"]
        {
            assert!(may_try(tool, ""), "{tool}");
        }
        for tool in ["jira_get_issue", "notion_create_page", "list_channels", "search_docs"] {
            assert!(!may_try(tool, ""), "{tool}");
        }
        assert!(may_try("fetch", r#"{"url":"http://localhost:3000"}"#));
        assert!(runs_check("gradle-mcp_run_task", r#"{"task":"assemble"}"#));
        assert!(runs_check("idea_execute_run_configuration", r#"{"configurationName":"All Tests"}"#));
        assert!(!runs_check("n8n_run_workflow", r#"{"id":"17"}"#) && !runs_check("create_test_plan", ""));
    }

    #[test]
    fn user_patterns_come_first() {
        let polls = [Regex::new("deploy status").unwrap()];
        let input = Input { text: "deploy status".to_owned(), ..Input::default() };
        assert_eq!(classify("bash", &input, &polls).kind, CallKind::Poll);
    }
}

//! Tells which kinds of work a call supports that an answer may claim: commits, pushes, and work outside the project.

use super::ci_runs::made_commit;
use crate::detect::call::Call;
use crate::detect::call::classify::{CallKind, runs_anything};
use crate::detect::call::shell::{Effect, SimpleCommand, commands};
use crate::detect::text::claims::Work;
use crate::detect::text::head_and_tail::tail;
use crate::wire::text;
use crate::wire::{Raw, part::ToolState};

/// How much of an output is searched for a refusal, in bytes.
const OUTPUT: usize = 8 * 1024;
/// What a remote, a host or a registry says when it refuses, in small letters.
#[rustfmt::skip]
const REFUSALS: [&str; 18] = [
    "[rejected]", "[remote rejected]", "failed to push", "could not read from remote", "authentication failed", "create failed",
    "npm err! code", "npm error code", "403 forbidden", "401 unauthorized", "failed to publish", "access denied", "permission denied",
    "upload failed", "deploy failed", "deployment failed", "could not resolve host", "failed to connect",
];
/// What it says when it takes something, in small letters.
const TAKEN: [&str; 5] = [" -> ", "up-to-date", "/pull/", "/merge_requests/", "successfully"];
/// What Git says when a commit holds nothing.
pub(super) const NO_COMMIT: [&str; 3] = ["nothing to commit", "no changes added to commit", "nothing added to commit"];
/// What a commit closes, in small letters: GitHub, GitLab and Gitea read the same words.
const CLOSING: [&str; 3] = ["close", "fix", "resolve"];
/// Programs that bring files to another place.
const CARRIERS: [&str; 9] = ["cp", "rsync", "mv", "install", "scp", "sftp", "lftp", "ln", "tar"];
/// Words in the names of tools that act outside of the project.
#[rustfmt::skip]
const OUTSIDE_TOOLS: [&str; 16] = [
    "send", "mail", "post", "publish", "deploy", "create", "close", "message", "notify", "comment", "update", "merge", "release", "upload", "open", "submit",
];
/// What measures, in small letters: programs, options of theirs, words of a database.
#[rustfmt::skip]
const MEASURING: [&str; 35] = [
    "bench", "time ", "timeit", "hyperfine", "wrk", "vegeta", "autocannon", "locust", "jmeter", "siege", "ghz", "k6", "bombardier", "oha ", "hey ", "ab -", "perf ", "pgbench", "sysbench",
    "fio ", "iperf", "profil", "pprof", "flamegraph", "py-spy", "strace", "valgrind", "lighthouse", "explain", "duration", "elapsed", "%{time", "curl", "date +", "stress",
];
/// What opens pages in a browser, or fetches them, in small letters.
#[rustfmt::skip]
const BROWSING: [&str; 23] = [
    "browser", "chrome", "chromium", "firefox", "webkit", "playwright", "puppeteer", "selenium", "webdriver", "cypress", "wdio", "e2e", "lighthouse", "screenshot", "navigate", "devtools",
    "storybook", "curl", "wget", "xdg-open", "open http", "karma", "webview",
];
/// Words of commands and tools that ask another agent, in small letters.
#[rustfmt::skip]
const REVIEWING: [&str; 22] = [
    "review", "agent", "claude", "codex", "gemini", "opencode", "aider", "copilot", "llm", "gpt", "openai", "anthropic", "ollama", "coderabbit", "qodo", "critic", "opinion",
    "judge", "audit", "goose", "cursor", "qwen",
];
/// Programs that write pages, documents or binaries, and open none.
#[rustfmt::skip]
const WRITERS: [&str; 20] = [
    "hugo", "zola", "jekyll", "mkdocs", "sphinx-build", "pelican", "hexo", "eleventy", "antora", "asciidoctor", "mdbook", "pandoc", "gprbuild", "latexmk", "xelatex", "pdflatex",
    "typst", "snakemake", "bitbake", "sass",
];
/// Words in commands and tools that commit, push, tag or open a pull request by themselves, or may, and the beginnings of
/// some.
#[rustfmt::skip]
const KEEPING: [&str; 27] = [
    "git", "github", "gitlab", "gh", "glab", "pr", "mr", "pull", "merge", "tag", "jj", "hg", "svn", "gt", "sl", "arc", "ci", "ship", "land", "sync", "save", "submit", "version",
    "finish", "send", "upload", "done",
];
#[rustfmt::skip]
const KEEPING_BEGINNINGS: [&str; 9] = ["commit", "push", "release", "publish", "deploy", "bump", "changeset", "checkin", "graphite"];
/// What an act has as well that is done later: what is pushed was committed.
const IMPLIED: [(Work, &[Work]); 2] =
    [(Work::OpenedPr, &[Work::Pushed, Work::Committed]), (Work::Pushed, &[Work::Committed])];
/// Work outside of the project that any program may do which talks to something.
const OUTSIDE: [Work; 4] = [Work::Deployed, Work::Sent, Work::Posted, Work::ClosedIssue];

/// A set of works that calls support.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SupportedWork(u32);

impl SupportedWork {
    /// Everything there is.
    const ALL: Self = Self(u32::MAX);
    /// It may have been anything.
    const ANYTHING: u32 = 1 << 31;

    /// These works.
    pub(super) fn of(works: &[Work]) -> Self {
        Self(works.iter().fold(0, |all, work| all | 1 << *work as u32))
    }

    /// Adds the works of another set.
    pub(crate) fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether a call did this work, or may have.
    pub(crate) fn has(self, work: Work) -> bool {
        self.0 & 1 << work as u32 != 0
    }

    /// Whether a call did anything that leaves something behind.
    pub(crate) fn any(self) -> bool {
        let tried = Self::of(&[Work::Measured, Work::Browsed, Work::Pictured, Work::Reviewed]);
        self.0 & !tried.0 != 0
    }

    /// Whether a call pushed, and did not only do what may be anything.
    pub(crate) fn pushes(self) -> bool {
        self.0 & Self::ANYTHING == 0 && self.has(Work::Pushed)
    }

    /// Whether a call committed, and did not only do what may be anything.
    pub(crate) fn commits(self) -> bool {
        self.0 & Self::ANYTHING == 0 && self.has(Work::Committed)
    }

    /// What may be taken for done of the acts that a repository keeps, where this is what a call did: what only may be
    /// anything counts if its name or its output says so. An act for which there was no need is done.
    pub(crate) fn kept(self, call: &Call, state: Option<&ToolState<'_>>) -> Self {
        if call.denied {
            let command = call.input.command.as_deref().unwrap_or(&call.tool);
            return if names_keeping(command) { Self::ALL } else { Self::default() };
        }
        let said = || said(state.and_then(|state| state.error.or(state.output)));
        let mut kept = self;
        if self.0 & Self::ANYTHING != 0 && call.line.is_some() {
            let command = call.input.command.as_deref().unwrap_or_default();
            if !names_keeping(command) && made_commit(&said()).is_none() {
                return Self::default();
            }
        }
        let commits = || call.input.command.as_ref().is_some_and(|command| command.contains("commit"));
        if !kept.has(Work::Committed) && commits() && NO_COMMIT.iter().any(|none| said().contains(none)) {
            kept.add(Self::of(&[Work::Committed]));
        }
        for (work, implied) in IMPLIED {
            if kept.has(work) {
                kept.add(Self::of(implied));
            }
        }
        kept
    }

    /// What a call did. One that failed did nothing, as far as nobody can tell which of its commands did.
    pub(crate) fn of_call(call: &Call, state: Option<&ToolState<'_>>) -> Self {
        let Some(line) = call.line.as_ref() else {
            return Self::of_tool(call);
        };
        let command = call.input.command.as_deref().unwrap_or_default();
        let tried = Self::tried(&command.to_lowercase());
        let unknown = line.unknown.as_ref();
        let unknown_failed =
            call.unknown_failed || call.failed() && unknown.is_some_and(|program| program.exit.other_failed);
        if unknown.is_some() && !unknown_failed {
            return Self::of_unknown(command);
        }
        if line.effect == Effect::Observe && line.checks.is_empty() {
            return tried;
        }
        let listed = commands(command);
        let said = said(state.and_then(|state| state.error.or(state.output)));
        let mut acts = tried;
        for (at, command) in listed.iter().enumerate() {
            let may_be_it = call.failed() && at + 1 == listed.len();
            if !may_be_it {
                acts.add(Self::of_command(command, &said));
            }
        }
        acts
    }

    /// What an unknown command line may have done: anything, except what no such program does.
    fn of_unknown(command: &str) -> Self {
        let tried = Self::tried(&command.to_lowercase());
        let mut never = Self::of(&[Work::Reviewed]);
        let writes = |command: &SimpleCommand| WRITERS.contains(&command.program());
        let listed = commands(command);
        let mut unknown = listed.iter().filter(|command| command.effect() == Effect::Unknown).peekable();
        if unknown.peek().is_some() && unknown.all(writes) {
            never.add(Self::of(&[Work::Browsed, Work::Pictured]));
        }
        Self(Self::ALL.0 & !never.0 | tried.0)
    }

    /// What a command, or the name of a tool, may have measured, opened or asked.
    fn tried(command: &str) -> Self {
        let has = |words: &[&str]| words.iter().any(|word| command.contains(word));
        let mut acts = Self::default();
        if has(&MEASURING) {
            acts.add(Self::of(&[Work::Measured]));
        }
        if has(&BROWSING) {
            acts.add(Self::of(&[Work::Browsed, Work::Pictured]));
        }
        if has(&REVIEWING) {
            acts.add(Self::of(&[Work::Reviewed]));
        }
        acts
    }

    fn of_tool(call: &Call) -> Self {
        let tool = call.tool.to_ascii_lowercase();
        if call.failed() || call.denied || matches!(call.kind, CallKind::Plan | CallKind::Ask | CallKind::Mutate) {
            return Self::default();
        }
        if call.kind == CallKind::Spawn || runs_anything(&call.tool) {
            return Self::ALL;
        }
        let has = |word: &str| tool.contains(word);
        let mut acts = Self::tried(&tool);
        if call.kind == CallKind::Unknown || call.guessed || tool == "webfetch" {
            acts.add(Self::of(&[Work::Measured, Work::Browsed, Work::Pictured, Work::Reviewed]));
        }
        // What goes to a host of repositories by a tool of its own is a commit there.
        if has("push") || has("_file") && (has("github") || has("gitlab") || has("gitea")) {
            acts.add(Self::of(&[Work::Committed, Work::Pushed]));
        }
        if has("commit") || has("merge") {
            acts.add(Self::of(&[Work::Committed]));
        }
        if matches!(call.kind, CallKind::Unknown | CallKind::Record) || OUTSIDE_TOOLS.iter().any(|word| has(word)) {
            acts.add(Self::of(&OUTSIDE));
            acts.add(Self::of(&[Work::OpenedPr]));
        }
        acts
    }

    fn of_command(command: &SimpleCommand, said: &str) -> Self {
        let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
        let Some((_, rest)) = words.split_first() else {
            return Self::default();
        };
        let program = command.program();
        let has = |word: &str| rest.contains(&word);
        if program == "git" {
            return Self::of_git(rest, said);
        }
        if refused(said) {
            return Self::default();
        }
        let mut acts = Self::default();
        let asks = |noun: &str| has(noun) && (has("create") || has("new") || has("open"));
        if asks("pr")
            || asks("mr")
            || rest.iter().any(|word| word.contains("/pulls") || word.contains("merge_requests"))
        {
            acts.add(Self::of(&[Work::OpenedPr, Work::Pushed]));
        }
        if has("pull-request") || has("api") && command.effect() == Effect::Record {
            acts.add(Self::of(&[Work::OpenedPr]));
        }
        if (has("pr") || has("mr")) && has("merge") {
            acts.add(Self::of(&[Work::Committed, Work::Pushed]));
        }
        let looks = matches!(command.effect(), Effect::Observe | Effect::Poll);
        // Releases and versions of packages: `gh release create`, `npm version minor`, `jj commit`.
        if !looks && (has("release") || has("version")) {
            acts.add(Self::of(&[Work::Committed, Work::Tagged]));
        }
        if !looks && (has("commit") || has("submit")) {
            acts.add(Self::of(&[Work::Committed]));
        }
        if !looks && has("submit") {
            acts.add(Self::of(&[Work::OpenedPr]));
        }
        // Images, charts and packages go to registries: `docker push`, `helm push`.
        if has("push") {
            acts.add(Self::of(&[Work::Pushed]));
        }
        let carries = CARRIERS.contains(&program)
            && rest.iter().any(|word| word.starts_with(['/', '~', '$']) || word.contains(':'));
        match command.effect() {
            Effect::Record => acts.add(Self::of(&OUTSIDE)),
            Effect::Unknown => return Self::of_unknown(&command.words.join(" ")),
            _ if carries => acts.add(Self::of(&[Work::Deployed])),
            Effect::Mutate | Effect::Check | Effect::Observe | Effect::Poll => {}
        }
        acts
    }

    fn of_git(words: &[&str], said: &str) -> Self {
        let has = |word: &str| words.contains(&word);
        let mut acts = Self::default();
        let commits =
            ["commit", "cherry-pick", "merge", "rebase", "am", "revert", "pull", "commit-tree", "fast-import"];
        let nothing = NO_COMMIT.iter().any(|none| said.contains(none)) && !said.contains(" changed");
        if commits.iter().any(|sub| has(sub)) && !nothing {
            acts.add(Self::of(&[Work::Committed]));
            let closes = |word: &&str| {
                let word = word.to_ascii_lowercase();
                word.contains('#') && CLOSING.iter().any(|verb| word.contains(verb))
            };
            if words.iter().any(closes) {
                acts.add(Self::of(&[Work::ClosedIssue]));
            }
        }
        if (has("push") || has("svn") || has("subtree")) && !refused(said) {
            // What is pushed may be rolled out, and close what its commits name.
            acts.add(Self::of(&[Work::Pushed, Work::Deployed, Work::ClosedIssue]));
            if words.iter().any(|word| word.starts_with("merge_request") || word.contains("refs/for/")) {
                acts.add(Self::of(&[Work::OpenedPr]));
            }
        }
        let lists = ["-l", "--list", "-d", "--delete", "-v", "--verify"].iter().any(|option| has(option));
        if has("tag") && !lists && words.last() != Some(&"tag") {
            acts.add(Self::of(&[Work::Tagged]));
        }
        if has("send-email") || has("request-pull") {
            acts.add(Self::of(&[Work::Sent]));
        }
        acts
    }
}

/// Whether a command or a tool names what a repository keeps.
fn names_keeping(command: &str) -> bool {
    command
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| KEEPING.contains(&word) || KEEPING_BEGINNINGS.iter().any(|beginning| word.starts_with(beginning)))
}

/// What a call printed, in small letters.
fn said(raw: Option<Raw<'_>>) -> String {
    let Some(raw) = raw else { return String::new() };
    tail(&text::decode(raw), OUTPUT).to_lowercase()
}

/// Whether an output says that something was refused, and nothing after it that it was taken after all.
fn refused(said: &str) -> bool {
    let mut refused = false;
    for line in said.lines() {
        if REFUSALS.iter().any(|sign| line.contains(sign)) {
            refused = true;
        } else if TAKEN.iter().any(|sign| line.contains(sign)) {
            refused = false;
        }
    }
    refused
}

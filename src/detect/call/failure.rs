//! Describes how a call failed: its error message, and the class of its error.

use super::checks::unknown_program;
use super::normalize::{normalize_output, without_numbers};
use super::prefilter::Prefilter;
use super::trace::{REMARKS, is_indented};
use crate::detect::hash;
use crate::detect::text::head_and_tail::tail;
use crate::wire::text;
use regex::bytes::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// How much of an output to search for an error message, in bytes from the front.
const SEARCHED: usize = 64 * 1024;
/// The longest error message, in bytes; a longer line is data.
const LONGEST_LINE: usize = 600;
/// The longest source of such a line: an escape of six bytes stands for at least one.
const LONGEST_SOURCE: usize = 6 * LONGEST_LINE;
/// How the body of a JSON string separates lines.
const NEWLINE: &[u8] = b"\\n";

/// A line that reports an error the way programs do, rather than somewhere in a sentence.
static ERROR_LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix-u)
          ^\W* (?:\S{1,80}:\s*(?:\d+:\s*){0,2}){0,3} (?:(?:\w+\ )?error|fatal|failed|failure|panic|exception|traceback|usage|invalid|denied)\b (?:\[\w+\])? (?:[:(!]|\s+(?:in|at|to|while|parsing|reading|opening)\b|\s*$)
        | ^\W* (?:\w+\.)*\w+(?:Error|Exception)\b (?::|\s*$)
        | ^\W* (?:could\ not|cannot|can't|unable\ to|failed\ to|unknown|unrecognized|no\ such)\b
        | :\s*(?:command\ not\ found|no\ such\ file\ or\ directory|permission\ denied|not\ found|is\ a\ directory|not\ a\ directory)\W*$
        | \b(?:no\ such\ file\ or\ directory|command\ not\ found|syntax\ error|is\ not\ mergeable)\b
        | ^CONFLICT\ \(|^Automatic\ merge\ failed
        | ^\s*\+\s*(?:CategoryInfo|FullyQualifiedErrorId)\s*:
        | ^Msg\ \d+,\ Level\ (?:1[1-9]|2\d)\b
        | ^\W*MCP\ error\ -\d
        | ^\W*(?:\w+\ )?validation\ (?:error|failed)\s*:
        | ^Symbol.{1,4}s\ (?:function|value)\b.{1,20}\bis\ void:
        | ^\W*(?:your|the)\b.{0,40}\b(?:edit|change|patch|command)\b.{0,40}\b(?:error|failed|not\ applied|rejected)",
    )
    .ok()
});

/// Every line that matches [`ERROR_LINE`] contains one of these, in lower case.
static ERROR_PREFILTER: Prefilter = Prefilter::new(&[
    "fatal",
    "error",
    "fail",
    "panic",
    "exception",
    "traceback",
    "usage",
    "invalid",
    "could not",
    "cannot",
    "can't",
    "unable",
    "unknown",
    "unrecognized",
    "no such",
    "not ",
    "denied",
    "directory",
    "rejected",
    "conflict (",
    "categoryinfo",
    "fullyqualified",
    "msg ",
    "is void:",
]);

/// An error message that only says that something failed; what failed stands after it.
static TEMPLATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix-u)
          ^\W*(?:your|the)\b.{0,40}\b(?:edit|change|patch|command)\b
        | ^\W*(?:fatal|error|failed|failure|errors|traceback|exception|command\ failed|build\ failed)?\W*$
        | ^\W*(?:(?:fatal|errors?|failed|failures?|build|compilation|command|task|execution|run|job|step|with|an?|the|exceptions?|occurred|was|has|have|found|aborting|aborted|stopped)\b\W*){1,12}$
        | ^Msg\ \d+,\ Level
        | ^\W*traceback\ \(",
    )
    .ok()
});

/// A message about a place in a file, as compilers write it: `main.go:31:12: undefined: x`.
static DIAGNOSTIC: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\s*[^\s:()]*\.[A-Za-z]\w{0,7}:\d+(?::\d+)?:\s+(?P<what>\S.*)$").ok());

/// How much of the end of an output says that the command was cut off, and where it stood, in bytes.
const CUT: usize = 1200;
/// How agents say that they cut off a command: `OpenCode`, Claude Code, Codex, Gemini CLI.
#[rustfmt::skip]
const CUT_OFF: [&str; 5] = [
    "after exceeding timeout", "command timed out", "timed out after", "exceeded the time limit", "killed by timeout",
];

/// How such a line begins.
const CUT_BY: [&str; 7] =
    ["command ", "error: command ", "bash tool ", "shell tool ", "process ", "execution ", "tool "];

/// How a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CallFailure {
    /// Equal for messages that differ only in volatile text, numbers and paths.
    pub(crate) class: u64,
    /// The message, for a person.
    pub(crate) line: String,
    /// The call was cut off at its time limit.
    pub(crate) cut_off: bool,
    /// No words say so, but an exit code alone, which may be the answer: files were mended, a plan has changes.
    pub(crate) is_bare: bool,
}

/// How many lines make the class of an error.
const CLASS_LINES: usize = 6;
/// How many lines after a message that says nothing stand for it.
const DETAILS: usize = 4;

/// What a tool says when a person or a rule denies a call.
#[rustfmt::skip]
const DENIALS: [&str; 16] = [
    "rejected permission", "denied permission", "permission was denied", "permission denied by", "permission to use",
    "user rejected", "user denied", "user declined", "user dismissed", "user has denied", "user doesn't want",
    "denied by the user", "rule which prevents you", "want to proceed with this tool", "was rejected by",
    "not permitted by",
];

/// How long an error is that only says that the call was cancelled, in bytes.
const SHORT: usize = 200;
/// What is said of a call that was cancelled.
#[rustfmt::skip]
const CANCELLED: [&str; 7] = [
    "was aborted", "execution aborted", "was cancelled", "was canceled", "sibling tool call", "parallel tool call",
    "interrupted by user",
];
/// How the sentence begins in which an agent says so of its call: the words of `OpenCode`, Claude Code and of the
/// runtimes below them, without the article.
#[rustfmt::skip]
const OF_THE_CALL: [&str; 12] = [
    "tool ", "sibling tool call", "call ", "request ", "operation ", "execution ", "command ", "cancelled: ", "canceled: ",
    "aborted: ", "user ", "interrupted by user",
];

/// What cannot be told from its words alone: the tool is not there, the user or a limit ended the call.
const OUTER: [(&str, &[&str]); 3] = [
    ("timeout", &["timed out", "timeout exceeded", "deadline exceeded"]),
    ("refused", &DENIALS),
    ("cancelled", &CANCELLED),
];

/// Words that complain of something wherever they stand in the last line of a program that failed, in small letters.
#[rustfmt::skip]
const COMPLAINTS: [&str; 36] = [
    "refused", "denied", "rejected", "forbidden", "unauthorized", "not allowed", "timed out", "timeout", "unreachable", "unavailable",
    "expired", "exhausted", "exceed", "too many", "too large", "too long", "cannot", "can't", "could not", "couldn't", "unable", "not found",
    "does not", "doesn't", "did not", "is not", "was not", "missing", "unexpected", "undefined", "invalid", "reset by", "aborted", "killed",
    "corrupt", "conflict",
];

/// Whether a line complains of something, wherever its words stand.
pub(crate) fn complains(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    COMPLAINTS.iter().any(|word| lower.contains(word))
}

/// Whether a line reports an error the way programs do.
pub(crate) fn reports_error(line: &str) -> bool {
    line.len() <= LONGEST_LINE && ERROR_LINE.as_ref().is_some_and(|pattern| pattern.is_match(line.as_bytes()))
}

impl CallFailure {
    /// The failure of an output whose body has these messages; `fallback` is its message if it has none.
    pub(crate) fn read(body: &str, fallback: Option<&str>) -> Option<Self> {
        if let Some(line) = notebook_error(body) {
            return Some(Self::of_line(&line));
        }
        let pattern = ERROR_LINE.as_ref()?;
        let lines: Vec<_> = messages(body, &ERROR_PREFILTER)
            .filter(|line| pattern.is_match(line.as_bytes()))
            .take(CLASS_LINES)
            .collect();
        let Some(first) = lines.first() else {
            return fallback.map(|line| Self { is_bare: !complains(line), ..Self::of_line(line) });
        };
        let inner = lines.iter().filter(|line| !is_template(line));
        let mut masked: Vec<String> = inner.map(|line| counted(line)).collect();
        // A tool that runs a compiler says the same of whatever that reports.
        masked.extend(diagnostics(body));
        if masked.is_empty() {
            masked = details(body, first);
        }
        masked.sort_unstable();
        masked.dedup();
        let class = outer_class(first)
            .unwrap_or_else(|| masked.iter().fold(hash::of("error"), |sum, line| hash::join(sum, hash::of(line))));
        Some(Self { class, line: first.clone().into_owned(), cut_off: false, is_bare: false })
    }

    /// A failure with this message.
    pub(crate) fn of_line(line: &str) -> Self {
        let class = outer_class(line).unwrap_or_else(|| hash::join(hash::of("error"), hash::of(counted(line))));
        Self { class, line: line.to_owned(), cut_off: false, is_bare: false }
    }

    /// A call of a tool that does not exist, or with arguments that it does not take.
    pub(crate) fn invalid(line: &str) -> Self {
        Self { class: hash::of("invalid"), line: line.to_owned(), cut_off: false, is_bare: false }
    }

    /// The failure of a command that was cut off at its time limit, if the last lines of its output say so. Where it
    /// stood by then tells one such failure from another: a build gets farther each time, a question stays the same.
    pub(super) fn cut_off(body: &str) -> Option<Self> {
        let text = text::unescaped(tail(body, CUT));
        let said = text.lines().rev().filter(|line| !is_tag(line)).find(|line| !line.trim().is_empty())?;
        let lower = said.to_ascii_lowercase();
        // What a command prints of its own time limit is not an end of the command.
        let is_agents = CUT_BY.iter().any(|start| lower.trim_start().starts_with(start));
        CUT_OFF.iter().find(|sign| is_agents && lower.contains(**sign))?;
        let before = text.lines().rev().skip_while(|line| *line != said).skip(1).filter(|line| !is_tag(line));
        let stood = before.map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let class = hash::join(hash::of("cut off"), hash::of(counted(stood)));
        Some(Self { class, line: said.trim().to_owned(), cut_off: true, is_bare: false })
    }

    /// Whether the tool was not there, or its arguments were not right.
    pub(crate) fn is_invalid(&self) -> bool {
        self.class == hash::of("invalid")
    }
}

/// The error that a notebook's cell ended with, in the format of its file: `"ename": "NameError", "evalue": "…"`.
fn notebook_error(body: &str) -> Option<String> {
    // Its quotes are escaped, as the body is that of a string.
    memchr::memmem::find(body.as_bytes(), br#"\"ename\""#)?;
    let text = text::unescaped(&body[..body.floor_char_boundary(SEARCHED)]);
    let member = |name: &str| {
        let (_, behind) = text.split_once(&format!("\"{name}\""))?;
        let value = behind.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        value.split('"').next()
    };
    let (name, value) = (member("ename")?, member("evalue").unwrap_or_default());
    (!name.is_empty()).then(|| format!("{name}: {value}"))
}

fn outer_class(line: &str) -> Option<u64> {
    let lower = line.to_ascii_lowercase();
    let found = OUTER.iter().find(|(_, signs)| signs.iter().any(|sign| lower.contains(sign)));
    found.map(|(name, _)| hash::of(name))
}

/// Whether an error says that a person or a rule denied the call.
pub(super) fn is_denial(error: &str) -> bool {
    let lower = error.to_ascii_lowercase();
    DENIALS.iter().any(|sign| lower.contains(sign))
}

/// Whether an error has the words that Claude Code puts around the output of what a person stopped: at its end, or below
/// the exit code, with which it begins. `beginning` is decoded, and `body` is as it stands in its line.
pub(super) fn is_interrupted(beginning: &str, body: &str) -> bool {
    const SAID: &str = "[Request interrupted by user";
    let begins = beginning.lines().take(2).any(|line| line.starts_with(SAID) && line.trim_end().ends_with(']'));
    let end = &body[body.ceil_char_boundary(body.len().saturating_sub(2 * SAID.len()))..];
    begins || end.rfind(SAID).is_some_and(|at| end[at..].trim_end().ends_with(']'))
}

/// Whether an error says that the call was cancelled, because another one failed or a person stopped it. What a program
/// prints about a request of its own says no such thing.
pub(super) fn is_cancelled(error: &str) -> bool {
    // A longer one is the output of something that ran.
    if error.len() > SHORT {
        return false;
    }
    let lower = error.to_ascii_lowercase();
    let said = lower.trim_start();
    // `<tool_use_error>`, `[Request …]`, `AbortError: `.
    let said = said.strip_prefix('<').and_then(|tag| tag.split_once('>')).map_or(said, |(_, said)| said);
    let said = said.trim_start_matches(['[', '(']);
    let said = said.split_once("error: ").filter(|(name, _)| !name.contains(' ')).map_or(said, |(_, said)| said);
    let said = ["the ", "this "].iter().find_map(|article| said.strip_prefix(article)).unwrap_or(said);
    OF_THE_CALL.iter().any(|start| said.starts_with(start)) && CANCELLED.iter().any(|sign| said.contains(sign))
}

fn is_template(line: &str) -> bool {
    TEMPLATE.as_ref().is_some_and(|pattern| pattern.is_match(line.as_bytes()))
}

/// The messages about places in files, masked.
fn diagnostics(body: &str) -> Vec<String> {
    let text = text::unescaped(&body[..body.floor_char_boundary(SEARCHED)]);
    let is_error = |line: &&str| {
        let found = DIAGNOSTIC.as_ref().and_then(|pattern| pattern.captures(line.as_bytes()));
        let what = found.and_then(|found| found.name("what")).map(|what| what.as_bytes().to_ascii_lowercase());
        what.is_some_and(|what| !REMARKS.iter().any(|remark| what.starts_with(remark.as_bytes())))
    };
    let lines = text.lines().filter(|line| line.len() <= LONGEST_LINE);
    lines.filter(is_error).take(CLASS_LINES).map(|line| counted(line.trim())).collect()
}

/// The lines behind a message, masked, and the message. Where it announces a trace, the error stands below that.
fn details(body: &str, message: &str) -> Vec<String> {
    let text = text::unescaped(&body[..body.floor_char_boundary(SEARCHED)]);
    let is_trace = message.to_ascii_lowercase().contains("traceback");
    let behind = text.lines().skip_while(|line| line.trim() != message.trim());
    let told = behind.filter(|line| !is_trace || !is_indented(line)).map(str::trim);
    told.filter(|line| line.len() > 2 && line.len() <= LONGEST_LINE).take(DETAILS).map(counted).collect()
}

/// A message without what is volatile: numbers, paths, names of files.
fn masked(line: &str) -> String {
    let plain = normalize_output(line, &[]);
    let words = plain.split(' ').map(|word| if is_path(word) { "/" } else { word });
    without_numbers(&words.collect::<Vec<_>>().join(" "))
}

/// A message with what it counts: fewer failures are another error.
fn counted(line: &str) -> String {
    let count = unknown_program::count(line).map(|count| format!(" {count}")).unwrap_or_default();
    masked(line) + &count
}

/// Ends of names of files.
const FILES: [&str; 30] = [
    "rs", "py", "js", "ts", "tsx", "jsx", "go", "java", "kt", "c", "cc", "cpp", "h", "hpp", "rb", "php", "cs", "swift",
    "md", "sql", "css", "html", "json", "yaml", "yml", "toml", "txt", "sh", "tf", "xml",
];

/// Whether a line is one tag, as stand around what an agent says itself.
fn is_tag(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('<') && line.ends_with('>') && !line.contains(' ')
}

/// Whether a word is a path or the name of a file, perhaps with a line after it.
fn is_path(word: &str) -> bool {
    if word.contains('/') && word.len() > 2 {
        return true;
    }
    let name = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let name = name.split(':').next().unwrap_or_default();
    name.rsplit_once('.').is_some_and(|(stem, end)| !stem.is_empty() && FILES.contains(&end))
}

/// The lines that pass the prefilter and are short enough, without trailing white space.
fn messages<'a>(body: &'a str, prefilter: &'static Prefilter) -> impl Iterator<Item = Cow<'a, str>> {
    let body = &body[..body.floor_char_boundary(SEARCHED)];
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = from + prefilter.find(&body.as_bytes()[from..])?;
            // The match begins inside an escape, as at the n of a newline.
            if at.checked_sub(1).is_some_and(|before| is_escape(body, before)) {
                from = at + 1;
                continue;
            }
            let start = newline_before(body, at).map_or(0, |newline| newline + NEWLINE.len());
            from = newline_after(body, at).unwrap_or(body.len());
            let line = &body[start..from];
            let line = (line.len() <= LONGEST_SOURCE).then(|| trimmed(text::unescaped(line)));
            if let Some(line) = line.filter(|line| is_message(line)) {
                return Some(line);
            }
        }
    })
}

fn trimmed(line: Cow<'_, str>) -> Cow<'_, str> {
    match line {
        Cow::Borrowed(line) => Cow::Borrowed(line.trim_end()),
        Cow::Owned(mut line) => {
            line.truncate(line.trim_end().len());
            Cow::Owned(line)
        }
    }
}

fn is_message(line: &str) -> bool {
    !line.is_empty() && line.len() <= LONGEST_LINE
}

/// Where the newline before `at` is, in the body of a JSON string.
fn newline_before(body: &str, at: usize) -> Option<usize> {
    memchr::memmem::rfind_iter(&body.as_bytes()[..at], NEWLINE).find(|newline| is_escape(body, *newline))
}

/// Where the newline after `at` is.
fn newline_after(body: &str, at: usize) -> Option<usize> {
    memchr::memmem::find_iter(&body.as_bytes()[at..], NEWLINE)
        .map(|newline| at + newline)
        .find(|newline| is_escape(body, *newline))
}

/// Whether an escape begins at `at`: a backslash that is not itself escaped.
fn is_escape(body: &str, at: usize) -> bool {
    let backslashes = body.as_bytes()[..=at].iter().rev();
    backslashes.take_while(|b| **b == b'\\').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Raw;
    use proptest::prelude::*;

    fn error_in(text: &str) -> Option<String> {
        CallFailure::read(&json_body(text), None).map(|failure| failure.line)
    }

    fn class_in(text: &str) -> Option<u64> {
        CallFailure::read(&json_body(text), None).map(|failure| failure.class)
    }

    /// The body of a JSON string for this text.
    fn json_body(text: &str) -> String {
        let source = serde_json::to_string(text).unwrap();
        text::body(Raw::new(&source)).into_owned()
    }

    #[test]
    fn finds_errors() {
        for line in [
            "error[E0308]: mismatched types",
            "bash: line 3: foo: command not found",
            "python: can't open file 'x.py': [Errno 2] No such file or directory",
            "java.lang.NullPointerException: x",
            "Your proposed edit has introduced new syntax error(s). Please read",
            "ValueError: bad",
            "Error: no match for oldString",
            "fatal: not a git repository",
            "src/Main.java:12: error: ';' expected",
            "MCP error -32602: tags: expected array, received string",
            "Input validation failed: tags must be an array",
        ] {
            assert_eq!(error_in(line).as_deref(), Some(line));
        }
        for line in [
            "0 errors, 12 warnings",
            "fn error_class(output: &str)",
            "The error handling was reworked",
            "test error_is_shown ... ok",
            "all tests passed without failure at all",
        ] {
            assert_eq!(error_in(line), None);
        }
    }

    #[test]
    fn class_ignores_places() {
        for (one, other) in [
            ("x.rs:12: error: bad", "y.rs:7: error: bad"),
            ("cat: /a/b.txt: No such file or directory", "cat: c/d.txt: No such file or directory"),
            (
                "Traceback (most recent call last):\n  File \"/a.py\", line 4\nKeyError: 'x'",
                "Traceback (most recent call last):\n  File \"/a.py\", line 9\nKeyError: 'x'",
            ),
        ] {
            assert_eq!(class_in(one), class_in(other), "{one}");
        }
    }

    #[test]
    fn class_is_of_inner_error() {
        let rejected = |inner: &str| {
            class_in(&format!("Your proposed edit has introduced new syntax error(s).\n\nERRORS:\n- {inner}"))
        };
        assert_eq!(rejected("E999 unexpected indent"), rejected("E999 unexpected indent"));
        assert_ne!(rejected("E999 unexpected indent"), rejected("F821 undefined name 'x'"));
        let wrapped = |inner: &str| {
            class_in(&format!("Stack (dev):\n  ./main.go:31:12: {inner}\n  error: error in compiling Go"))
        };
        assert_eq!(wrapped("undefined: s3.Args"), wrapped("undefined: s3.Args"));
        assert_ne!(wrapped("undefined: s3.Args"), wrapped("unknown field Acl in struct literal"));
        assert_eq!(wrapped("warning: unused x"), wrapped("warning: unused y"));
        assert_eq!(class_in("Error: request timed out"), class_in("Error: x timed out after 3 s"));
    }

    #[test]
    fn a_command_that_was_cut_off_stands_somewhere() {
        let cut = |stood: &str| {
            let text = format!(
                "step 1\n{stood}\n\n<shell_metadata>\nshell tool terminated command after exceeding timeout 120000 ms. Retry.\n</shell_metadata>"
            );
            CallFailure::cut_off(&json_body(&text)).unwrap().class
        };
        assert_eq!(cut("deploy@web1's password:"), cut("deploy@web1's password:"));
        assert_ne!(cut("Compiling syn"), cut("Compiling serde"));
        assert!(CallFailure::cut_off(&json_body("request timed out after 3 s\nretrying\ndone")).is_none());
        assert!(CallFailure::cut_off(&json_body("connecting\nrequest timed out after 3 s")).is_none());
    }

    const WORDS: [&str; 27] = [
        "fatal error",
        "Error",
        "failed",
        "FAILURE",
        "panic",
        "exception",
        "Traceback",
        "usage",
        "invalid",
        "could not",
        "cannot",
        "can't",
        "unable to",
        "unknown",
        "unrecognized",
        "no such file or directory",
        "command not found",
        "permission denied",
        "is a directory",
        "your patch was rejected",
        "the edit",
        "x",
        ": ",
        "\n",
        "\\n",
        "\\",
        "\u{1b}[31m",
    ];

    proptest! {
        #[test]
        fn prefilter_finds_same_line(words in proptest::collection::vec(proptest::sample::select(WORDS.to_vec()), 0..12)) {
            let output = words.join(" ").replace(" \n ", "\n");
            let pattern = ERROR_LINE.as_ref().unwrap();
            let first = output.lines().map(str::trim_end).find(|line| pattern.is_match(line.as_bytes()));
            let found = error_in(&output);
            prop_assert_eq!(found.as_deref(), first);
        }
    }
}

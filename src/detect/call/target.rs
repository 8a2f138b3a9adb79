//! Separates the targets of a call from the way in which it works on them, to tell a batch of targets from repeated
//! attempts at one.

use super::input::Input;
use super::shell::{runs_elsewhere, targets};
use crate::detect::hash;

/// What a call is aimed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Aim {
    /// Equal for calls of the same tool and programs with as many targets.
    pub(crate) shape: u64,
    /// Equal for the same targets.
    pub(crate) target: u64,
    /// The first argument of a tool that is given nothing but several numbers: what the others say how to treat.
    pub(crate) item: Option<u64>,
    /// The targets, the names of programs and their subcommands among them.
    names: Vec<String>,
    /// It runs on another machine.
    is_elsewhere: bool,
}

impl Aim {
    /// Reads what a call of a tool is aimed at. `is_shell` says that its input is a command line.
    pub(crate) fn read(tool: &str, input: &Input, is_shell: bool) -> Self {
        let (programs, names) = match (&input.command, &input.target) {
            (Some(command), _) if is_shell => {
                let targets = targets(command);
                (targets.programs, targets.operands)
            }
            (_, Some(target)) => (Vec::new(), vec![target.clone()]),
            _ => (Vec::new(), values(&input.text, input.handle.as_deref(), input.reason.as_deref())),
        };
        let joined = |seed: u64, words: &[String]| words.iter().fold(seed, |sum, word| hash::join(sum, hash::of(word)));
        let shape = joined(hash::of(tool), &programs);
        let is_of_numbers = names.len() > 1 && names.iter().all(|name| name.parse::<f64>().is_ok());
        Self {
            item: names.first().filter(|_| is_of_numbers && !is_shell).map(hash::of),
            shape: hash::join(shape, hash::of(names.len().to_string())),
            target: joined(hash::of("target"), &names),
            names,
            is_elsewhere: programs.iter().any(|program| runs_elsewhere(program)),
        }
    }

    /// The server that it is aimed at, with its port, if an address tells. What runs on another machine has servers of
    /// that machine in mind.
    pub(crate) fn server(&self) -> Option<&str> {
        if self.is_elsewhere { None } else { self.names.iter().find_map(|name| server(name)) }
    }

    /// The targets, the names of programs and their subcommands among them.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether one of the targets is a path, a file or a host, and so no word that says what a program does.
    pub(crate) fn names_place(&self) -> bool {
        self.names.iter().any(|name| name.contains('/') || is_host_or_file(name))
    }

    /// Whether a message names one of the targets.
    pub(crate) fn is_named_in(&self, message: &str) -> bool {
        self.names.iter().any(|name| message.contains(name.as_str()))
    }
}

/// Whether a word is four numbers, or has letters behind its last dot.
fn is_host_or_file(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let ends_in_letters = |last: &&str| last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_named = parts.len() > 1 && !parts[0].is_empty() && parts.last().is_some_and(ends_in_letters);
    !word.contains(' ') && (parts.len() == 4 && parts.iter().all(is_number) || is_named)
}

/// The server in an address, with its port: `https://a.example/x`, `localhost:8080/x`.
fn server(name: &str) -> Option<&str> {
    let address = name.split_once("://").map(|(_, address)| address);
    let server = address.unwrap_or(name).split(['/', '?', '#']).next().unwrap_or_default();
    let server = server.rsplit('@').next().unwrap_or_default();
    let has_port = || {
        let port = server.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port);
        port.is_some_and(|port| port.len() > 1 && port.bytes().all(|byte| byte.is_ascii_digit()))
    };
    (!server.is_empty() && (address.is_some() || has_port())).then_some(server)
}

/// How many words a name has at most: more are prose or code.
const NAME_WORDS: usize = 6;

/// Characters of code.
const CODE: [char; 6] = ['(', ')', '{', '}', ';', '='];

/// The arguments of an unknown tool. Numbers and switches say how, unless there is nothing else; prose and code are what
/// it does, a handle is given anew by each answer, and a `reason` names nothing where another argument does.
fn values(text: &str, handle: Option<&str>, reason: Option<&str>) -> Vec<String> {
    let is_number = |value: &&str| matches!(*value, "true" | "false") || value.parse::<f64>().is_ok();
    if text.lines().all(|value| is_number(&value)) {
        return text.lines().map(str::to_owned).collect();
    }
    let is_code = |value: &str| value.contains(CODE) && !value.contains("://") && !value.contains('[');
    let is_name = |value: &&str| {
        !is_number(value) && !is_code(value) && Some(*value) != handle && value.split_whitespace().count() <= NAME_WORDS
    };
    let (reasons, names): (Vec<&str>, Vec<&str>) =
        text.lines().filter(is_name).partition(|value| Some(*value) == reason);
    let names = if names.is_empty() { reasons } else { names };
    names.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_name_nothing() {
        let names = |text: &str, reason| values(text, None, reason);
        assert_eq!(names("Is it up?\nalpha.example", Some("Is it up?")), ["alpha.example"]);
        assert_eq!(names("5\nout of scope", Some("out of scope")), ["out of scope"]);
        assert_eq!(names("Is it up?\nalpha.example", None), ["Is it up?", "alpha.example"]);
    }

    #[test]
    fn hosts_and_files_have_dots() {
        assert!(["10.2.0.11", "db.example", "notes.txt"].iter().all(|word| is_host_or_file(word)));
        assert!(!["0.25", "v1.2", "1.2.3", "see a.b c", "status", ".env"].iter().any(|word| is_host_or_file(word)));
    }

    #[test]
    fn addresses_name_servers() {
        for (name, found) in [
            ("http://localhost:8080/a?b=1", Some("localhost:8080")),
            ("https://me:x@a.example/b", Some("a.example")),
            ("localhost:8080/a", Some("localhost:8080")),
            ("src/a.rs:12", None),
            ("a.rs:7", None),
            ("file:///w/a.rs", None),
            ("a.example", None),
        ] {
            assert_eq!(server(name), found, "{name}");
        }
    }
}

//! Finds the hosts, files and ids that a command line works on, as opposed to the way in which it does.

use super::reader::DEPTH;
use super::syntax::{Item, Node, parse};
use super::verbs::has;
use super::wrappers::{Command, base, unwrap};

/// Programs whose words say nothing about what a line works on: pauses, messages, filters of an output.
const ASIDE: &str =
    "sleep wait echo printf true false : head tail cat tee grep wc sort uniq cut tr jq sed awk exit set cd";

/// Wrappers whose own words say where a command runs.
const ELSEWHERE: &str = "ssh docker podman nerdctl kubectl oc docker-compose";

/// Among how many words of a command such a wrapper is looked for: `timeout -k 5 60 ssh …`.
const WRAPPED: usize = 5;

/// Options that say where a program works: of Make, Git, Cargo, npm, Terraform, Maven, kubectl and others.
const PLACE_OPTIONS: &str =
    "chdir C cwd directory working-dir prefix project-dir project package workspace filter manifest-path module stack";

/// Options that name what a program runs: of Cargo, `go`, `dotnet` and others.
const NAME_OPTIONS: &str = "bin example bench test project";

/// Letters of a script, which no name of a target has.
const SCRIPT: [char; 8] = [';', '(', ')', '{', '}', '<', '>', '\n'];

/// What a line runs and what it works on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Targets {
    /// The programs.
    pub(crate) programs: Vec<String>,
    /// Their operands, in order. Options and what belongs to them are left out.
    pub(crate) operands: Vec<String>,
}

/// Whether a program runs another one somewhere else.
pub(crate) fn runs_elsewhere(program: &str) -> bool {
    has(ELSEWHERE, program)
}

/// What a command line works on.
pub(crate) fn targets(script: &str) -> Targets {
    let mut targets = Targets::default();
    targets.list(parse(script), 0, ASIDE);
    if targets.programs.is_empty() {
        targets.list(parse(script), 0, "");
    }
    targets
}

impl Targets {
    fn list(&mut self, items: Vec<Item>, depth: usize, aside: &str) {
        for item in items {
            match item.node {
                Node::Group(_, list) => self.list(list, depth, aside),
                Node::Simple(simple) => {
                    let elsewhere = simple.words.iter().take(WRAPPED).position(|word| has(ELSEWHERE, base(word)));
                    if let Some(at) = elsewhere {
                        self.command(&simple.words[at..], aside);
                        continue;
                    }
                    match unwrap(simple.words, &simple.bodies).command {
                        Command::Script { text, .. } if depth < DEPTH => self.list(parse(&text), depth + 1, aside),
                        Command::Program(words) => self.command(&words, aside),
                        Command::Script { .. } | Command::Nothing => {}
                    }
                }
            }
        }
    }

    fn command(&mut self, words: &[String], aside: &str) {
        let Some((program, arguments)) = words.split_first() else {
            return;
        };
        let program = base(program);
        if !has(aside, program) {
            self.programs.push(program.to_owned());
            self.operands.extend(operands(arguments));
        }
    }
}

/// The words that are neither an option nor belong to one.
///
/// It is unknown which options of a program take a value. A number after an option is one, and so is what follows a
/// long option, or any option once there was an operand. An address is none, and neither is the only word there is.
fn operands(arguments: &[String]) -> Vec<String> {
    let mut operands: Vec<String> = Vec::new();
    let mut values = Vec::new();
    let mut option = None;
    for word in arguments {
        // What stands before it is no option's value, and what stands behind it is for the program that is run.
        if word == "--" {
            option = None;
            continue;
        }
        if word.len() > 1 && word.starts_with('-') {
            if let Some((name, value)) = word.split_once('=') {
                let list = if has(PLACE_OPTIONS, name.trim_start_matches('-')) { &mut operands } else { &mut values };
                list.push(value.to_owned());
            }
            option = Some(word.as_str()).filter(|word| !word.contains('='));
            continue;
        }
        let is_value = option.take().is_some_and(|option| {
            let names = option.starts_with("--") && has(NAME_OPTIONS, option.trim_start_matches('-'));
            !names && !word.contains("://") && (option.starts_with("--") || !operands.is_empty() || is_setting(word))
        });
        if is_value {
            values.push(word.clone());
        } else if !word.contains(SCRIPT) {
            operands.push(word.clone());
        }
    }
    if operands.is_empty() {
        values.retain(|value| !is_setting(value));
        return values;
    }
    operands
}

/// Whether a value of an option only says how: a number, a script, a sentence.
fn is_setting(word: &str) -> bool {
    let number = word.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_number || word.contains(SCRIPT) || word.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_target_with_other_options() {
        for (one, other) in [
            ("probe alpha.lan --retries 2", "probe alpha.lan --retries 3"),
            ("probe alpha --mode fast", "probe alpha --mode slow"),
            ("curl -s --max-time 5 https://a.example/x", "timeout 30 curl -sS -k https://a.example/x"),
            ("curl -H 'Accept: x' https://a.example", "curl -H 'Accept: y' https://a.example | head -3"),
            ("curl https://a.example || echo none", "sleep 4; curl https://a.example; echo $?"),
            ("sh fetch.sh -n 3 list", "bash -c 'sh fetch.sh -n 9 list'"),
            ("python -c 'import a; a.run(1)'", "python -c 'import a; a.run(2)'"),
            ("ssh -p 22 alpha uptime", "ssh -p 2222 alpha uptime"),
        ] {
            assert_eq!(targets(one).operands, targets(other).operands, "{one} / {other}");
        }
    }

    #[test]
    fn other_targets() {
        for (one, other) in [
            ("probe alpha", "probe beta"),
            ("probe --retries 2 alpha", "probe --retries 2 beta"),
            ("curl -s https://a.example", "curl -s https://b.example"),
            ("curl --fail https://a.example -o a", "curl --fail https://b.example -o b"),
            ("ssh -q alpha uptime", "ssh -q beta uptime"),
            ("crash --input=one.bin", "crash --input=two.bin"),
            ("cargo run --release --bin one -- --count=9", "cargo run --release --bin two -- --count=9"),
            ("run --fast -- one", "run --fast -- two"),
            ("./target < one.bin; ./target one", "./target < one.bin; ./target two"),
            ("gh issue view 17", "gh issue view 18"),
            ("cat one.txt", "cat two.txt"),
            ("timeout 5 ssh alpha uptime", "timeout 5 ssh beta uptime"),
            ("timeout 5 sh -c 'ping -c 1 alpha'", "timeout 5 sh -c 'ping -c 1 beta'"),
        ] {
            assert_eq!(targets(one).programs, targets(other).programs, "{one} / {other}");
            assert_ne!(targets(one).operands, targets(other).operands, "{one} / {other}");
        }
    }
}

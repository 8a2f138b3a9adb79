//! Lists the commands that a line runs, one by one, out of their lists, groups, scripts and wrappers.

use super::effect::Effect;
use super::reader::{DEPTH, judge};
use super::syntax::{Item, Node, parse};
use super::wrappers::{Command, unwrap};

/// How many commands of a line are told.
const MOST: usize = 64;

/// One command of a line.
#[derive(Debug, Clone)]
pub(crate) struct SimpleCommand {
    /// The program and its words, without wrappers.
    pub(crate) words: Vec<String>,
    /// The files that its output is redirected to.
    pub(crate) writes: Vec<String>,
    /// The variables that are set for it: `NAME=value`.
    pub(crate) environment: Vec<String>,
}

impl SimpleCommand {
    /// What it does, as far as it is known.
    pub(crate) fn effect(&self) -> Effect {
        judge(&self.words).effect
    }
}

/// The commands that a line runs, in order.
pub(crate) fn commands(script: &str) -> Vec<SimpleCommand> {
    let mut told = Vec::new();
    list(parse(script), 0, &mut told);
    told
}

fn list(items: Vec<Item>, depth: usize, told: &mut Vec<SimpleCommand>) {
    for item in items {
        match item.node {
            Node::Group(_, items) => list(items, depth, told),
            Node::Simple(simple) => {
                let unwrapped = unwrap(simple.words, &simple.bodies);
                match unwrapped.command {
                    Command::Script { text, .. } if depth < DEPTH => list(parse(&text), depth + 1, told),
                    Command::Program(words) if told.len() < MOST => {
                        told.push(SimpleCommand { words, writes: simple.writes, environment: unwrapped.environment });
                    }
                    Command::Nothing if !simple.writes.is_empty() && told.len() < MOST => {
                        told.push(SimpleCommand { words: Vec::new(), writes: simple.writes, environment: Vec::new() });
                    }
                    Command::Script { .. } | Command::Program(_) | Command::Nothing => {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_commands_one_by_one() {
        let told = commands("cd a && (UP=1 timeout 5 make test > out.txt; bash -c 'git push | tail -1')");
        let words: Vec<String> = told.iter().map(|told| told.words.join(" ")).collect();
        assert_eq!(words, ["cd a", "make test", "git push", "tail -1"]);
        assert_eq!((&*told[1].writes, &*told[1].environment), (&["out.txt".to_owned()][..], &["UP=1".to_owned()][..]));
        assert_eq!(told[2].effect(), Effect::Record);
    }
}

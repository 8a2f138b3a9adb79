//! Lists the commands that a line runs, one by one, out of their lists, groups, scripts and wrappers.

use super::effect::Effect;
use super::reader::{DEPTH, judge};
use super::syntax::{Item, Node, parse};
use super::wrappers::{Command, base, unwrap};

/// How many commands of a line are told.
const MOST: usize = 64;

/// Programs that run the file that they are given.
#[rustfmt::skip]
const INTERPRETERS: [&str; 16] = [
    "bash", "sh", "zsh", "dash", "ksh", "fish", "python", "python3", "ruby", "perl", "php", "node", "deno", "bun", "lua", "Rscript",
];

/// Options that have a command only show what it would do.
const DRY: [&str; 5] = ["--dry-run", "--dryrun", "--dry", "--just-print", "--what-if"];
/// Programs for which other words do: letters of an option, or the first word that is none.
#[rustfmt::skip]
const DRY_WORDS: [(&str, &[&str]); 9] = [
    ("make", &["-n"]), ("gmake", &["-n"]), ("snakemake", &["-n"]), ("rsync", &["-n"]), ("terraform", &["plan"]), ("tofu", &["plan"]),
    ("terragrunt", &["plan"]), ("pulumi", &["preview"]), ("jscodeshift", &["-d"]),
];

/// One command of a line.
#[derive(Debug, Clone)]
pub(crate) struct SimpleCommand {
    /// The program and its words, without wrappers.
    pub(crate) words: Vec<String>,
    /// The files that its output is redirected to.
    pub(crate) writes: Vec<String>,
    /// The variables that are set for it: `NAME=value`.
    pub(crate) environment: Vec<String>,
    /// The heredocs and here-strings that it reads.
    pub(crate) bodies: Vec<String>,
}

impl SimpleCommand {
    /// The name of the program, without its folder; empty if there is none.
    pub(crate) fn program(&self) -> &str {
        self.words.first().map_or("", |program| base(program))
    }

    /// What stands behind the program.
    pub(crate) fn arguments(&self) -> &[String] {
        self.words.get(1..).unwrap_or_default()
    }

    /// The file that it runs: the program if that is a path, or what an interpreter is given first.
    pub(crate) fn script(&self) -> Option<&str> {
        if is_interpreter(self.program()) {
            return self.arguments().iter().find(|word| !word.starts_with('-')).map(String::as_str);
        }
        self.words.first().map(String::as_str).filter(|program| program.contains('/'))
    }

    /// Whether it only shows what it would do.
    pub(crate) fn is_dry(&self) -> bool {
        let own = DRY_WORDS.iter().find(|(name, _)| *name == self.program()).map_or(&[][..], |(_, words)| *words);
        let verb = self.arguments().iter().find(|word| !word.starts_with('-'));
        let is_own = |word: &String| {
            own.iter().any(|own| match own.strip_prefix('-') {
                Some(letter) => word.starts_with('-') && !word.starts_with("--") && word.contains(letter),
                None => verb == Some(word) && word == own,
            })
        };
        let is_dry = |word: &String| DRY.contains(&word.as_str()) || word.starts_with("--dry-run=") || is_own(word);
        self.arguments().iter().any(is_dry)
    }

    /// What it does, as far as it is known.
    pub(crate) fn effect(&self) -> Effect {
        judge(&self.words).effect
    }
}

/// Whether a program runs the file that it is given.
pub(crate) fn is_interpreter(program: &str) -> bool {
    INTERPRETERS.contains(&program)
}

/// The commands that a line runs, in order.
pub(crate) fn commands(script: &str) -> Vec<SimpleCommand> {
    let mut listed = Vec::new();
    list(parse(script), 0, &mut listed);
    listed
}

fn list(items: Vec<Item>, depth: usize, listed: &mut Vec<SimpleCommand>) {
    for item in items {
        match item.node {
            Node::Group(_, items) => list(items, depth, listed),
            Node::Simple(simple) => {
                let unwrapped = unwrap(simple.words, &simple.bodies);
                match unwrapped.command {
                    Command::Script { text, .. } if depth < DEPTH => list(parse(&text), depth + 1, listed),
                    Command::Program(words) if listed.len() < MOST => {
                        listed.push(SimpleCommand {
                            words,
                            writes: simple.writes,
                            environment: unwrapped.environment,
                            bodies: simple.bodies,
                        });
                    }
                    Command::Nothing if !simple.writes.is_empty() && listed.len() < MOST => {
                        listed.push(SimpleCommand {
                            words: Vec::new(),
                            writes: simple.writes,
                            environment: Vec::new(),
                            bodies: simple.bodies,
                        });
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
    fn tells_dry_runs() {
        for (command, expected) in [
            ("kubectl apply --dry-run=client -f a.yaml", true),
            ("npm publish --dry-run", true),
            ("/usr/bin/make -kn all", true),
            ("terraform plan", true),
            ("terraform apply plan", false),
            ("make -j4 all", false),
            ("git commit -n", false),
        ] {
            assert_eq!(commands(command)[0].is_dry(), expected, "{command}");
        }
    }

    #[test]
    fn tells_scripts() {
        for (command, expected) in [
            ("ci/gate.sh --all", Some("ci/gate.sh")),
            ("python -u tools/check.py x", Some("tools/check.py")),
            ("X=1 bash \"ci/gate.sh\"", Some("ci/gate.sh")),
            ("ruff check tools/check.py", None),
            ("node --version", None),
        ] {
            assert_eq!(commands(command)[0].script(), expected, "{command}");
        }
    }

    #[test]
    fn tells_commands_one_by_one() {
        let listed = commands("cd a && (UP=1 timeout 5 make test > out.txt; bash -c 'git push | tail -1')");
        let words: Vec<String> = listed.iter().map(|command| command.words.join(" ")).collect();
        assert_eq!(words, ["cd a", "make test", "git push", "tail -1"]);
        assert_eq!(
            (&*listed[1].writes, &*listed[1].environment),
            (&["out.txt".to_owned()][..], &["UP=1".to_owned()][..])
        );
        assert_eq!(listed[2].effect(), Effect::Record);
    }
}

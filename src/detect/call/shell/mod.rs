//! What a shell command line does: it changes, checks, looks, waits, or writes history.
//!
//! A line is read as the commands that really run: through quotes, lists, groups, loops, heredocs and
//! wrappers. A command that is not known may change something, and is `Unknown`.

mod cut;
mod effect;
mod programs;
mod syntax;
mod target;
mod words;
mod wrappers;

pub(crate) use cut::Cut;
pub(crate) use effect::{Change, Effect};
pub(crate) use target::targets;
pub(crate) use words::looks_at_files;

use crate::detect::hash;
use programs::{Judgement, Nested, is_device, is_scratch, judge_at};
use syntax::{Item, Joint, Node, Role, Simple, parse};
use wrappers::{Command, unwrap};

/// How a sentence about a command ends that keeps hooks from running.
pub(crate) const SKIPS_CHECKS: &str = "which skips its checks";

/// How deep scripts within scripts are read.
const DEPTH: usize = 5;
/// How many commands of a line are judged.
const COMMANDS: usize = 512;
/// How many checks of a line are told one by one.
const CHECKS: usize = 32;

/// What the exit code of a line says of one check in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exit {
    /// Zero means that the check ran and passed.
    pub(crate) zero_passed: bool,
    /// Another value means that the check failed, or could not be run.
    pub(crate) other_failed: bool,
}

impl Exit {
    const OWN: Self = Self { zero_passed: true, other_failed: true };
    const NONE: Self = Self { zero_passed: false, other_failed: false };

    fn and(self, other: Self) -> Self {
        Self {
            zero_passed: self.zero_passed && other.zero_passed,
            other_failed: self.other_failed && other.other_failed,
        }
    }
}

/// A check that a line runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckRun {
    /// The program, for a person: `cargo test`.
    pub(crate) name: String,
    /// What it runs, sorted: paths, packages, names of tests. Empty means all.
    pub(crate) targets: Vec<String>,
    /// The same for the same program and targets.
    pub(crate) key: u64,
    /// What the exit code of the line says of it.
    pub(crate) exit: Exit,
}

impl CheckRun {
    /// A check that is a tool of its own; `key` is that of its calls.
    pub(crate) fn of_tool(tool: &str, key: u64) -> Self {
        Self { name: tool.to_owned(), targets: Vec::new(), key, exit: Exit { zero_passed: false, ..Exit::OWN } }
    }

    /// A program that nobody knows, which may be a check.
    fn of_program(name: &str, exit: Exit) -> Self {
        Self { name: name.to_owned(), targets: Vec::new(), key: hash::of(name), exit }
    }

    /// Whether this check runs everything that another does.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.name == other.name
            && (self.targets.is_empty()
                || !other.targets.is_empty() && other.targets.iter().all(|target| self.targets.contains(target)))
    }
}

/// What a command line does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// What it is for, as a whole: a check before all, then the gravest.
    pub(crate) effect: Effect,
    /// How much it changes, what its checks themselves write left out.
    pub(crate) change: Change,
    /// How much of that comes after its last check.
    pub(crate) change_after_check: Change,
    /// The checks that it runs.
    pub(crate) checks: Vec<CheckRun>,
    /// The last program in it that nobody knows: it may be a check.
    pub(crate) unknown: Option<CheckRun>,
    /// It sleeps, waits or watches.
    pub(crate) waits: bool,
    /// What it prints before the exit code of its checks, if it prints that: see `checks::printed_exit`.
    pub(crate) exit_label: Option<String>,
    /// The line that it prints if all its checks passed, and only then: `bash -n a.sh && echo fine`.
    pub(crate) praise: Option<String>,
    /// Its only check is a compiler, and what that built writes to the same output: `go build -o a && ./a`.
    pub(crate) runs_built: bool,
    /// Several checks write to one pipe, of which one may fail while the last one passes:
    /// `(go test ./a; go test ./b) | tail -1`.
    pub(crate) mixes_checks: bool,
    /// How it makes a check green, or leaves one out, in a sentence each.
    pub(crate) tampers: Vec<String>,
    /// What it leaves out of the output of its checks.
    pub(crate) cut: Cut,
}

impl Line {
    /// Whether its checks run all that they say in one piece, so that one line about it is about all: `go test ./a`.
    pub(crate) fn is_one_piece(&self) -> bool {
        let [check] = self.checks.as_slice() else {
            return false;
        };
        let mut places = check.targets.iter().filter(|target| target.contains(['/', '.']));
        let first = places.next();
        check.name == "go test" && places.next().is_none() && first.is_none_or(|place| !place.contains("..."))
    }

    /// The identity of all its checks together; `None` if it has none.
    pub(crate) fn key(&self) -> Option<u64> {
        self.checks.iter().map(|check| check.key).reduce(hash::join)
    }

    /// Whether its checks are formatters that print what they would change and end well in any case: `gofmt -d`.
    pub(crate) fn only_prints(&self) -> bool {
        !self.checks.is_empty() && self.checks.iter().all(|check| prints_only(&check.name))
    }

    /// Whether the exit code of the line is that of its checks, for better and worse.
    pub(crate) fn checked_exit(&self) -> bool {
        !self.checks.is_empty() && self.checks.iter().all(|check| check.exit == Exit::OWN)
    }
}

/// Reads a command line.
pub(crate) fn read(script: &str) -> Line {
    let mut reader = Reader::default();
    reader.script(script, Exit::OWN, Options::default(), 0);
    reader.finish()
}

/// Judges a program and its arguments, its wrappers already taken off.
fn judge(command: &[String]) -> Judgement {
    judge_at(command, Nested { depth: 0, judge: judge_words })
}

/// Judges one command, through its wrappers.
fn judge_words(command: Vec<String>, depth: usize) -> Judgement {
    let Some(unwrapped) = Some(unwrap(command, &[])).filter(|_| depth < DEPTH) else {
        return judge(&["?".to_owned()]);
    };
    match unwrapped.command {
        Command::Program(words) => judge_at(&words, Nested { depth, judge: judge_words }),
        Command::Nothing => judge(&[]),
        Command::Script { text, .. } => {
            let line = {
                let mut reader = Reader::default();
                reader.script(&text, Exit::NONE, Options::default(), depth + 1);
                reader.finish()
            };
            Judgement {
                effect: line.effect,
                change: line.change,
                waits: line.waits,
                check: line.checks.into_iter().next().map(|check| (check.name, check.targets)),
            }
        }
    }
}

/// The options of a shell that decide what its exit code means.
#[derive(Debug, Clone, Copy, Default)]
struct Options {
    errexit: bool,
    pipefail: bool,
}

#[derive(Default)]
struct Reader {
    commands: usize,
    checks: Vec<CheckRun>,
    change: Option<Change>,
    after: Option<Change>,
    unknown: bool,
    program: Option<CheckRun>,
    record: bool,
    waits: bool,
    exit_label: Option<String>,
    /// The output of a check goes to a file.
    logged: bool,
    /// See [`Line::praise`], and how many checks there were by then.
    praise: Option<(String, usize)>,
    /// What is read runs several times, or nobody sees what it prints: an `echo` in it says nothing of the whole.
    no_praise: bool,
    /// A part of a line is read once more, see [`Reader::alone`].
    is_probe: bool,
    /// A check runs several times, whether it fails or not.
    repeats: bool,
    /// What is read runs only if a compiler before it passed.
    compiled: bool,
    runs_built: bool,
    mixes_checks: bool,
    tampers: Vec<String>,
    cut: Cut,
}

impl Reader {
    fn finish(self) -> Line {
        let change = self.change.unwrap_or(Change::None);
        let effect = if !self.checks.is_empty() {
            Effect::Check
        } else if change == Change::Certain {
            Effect::Mutate
        } else if self.unknown {
            Effect::Unknown
        } else if change > Change::None {
            Effect::Mutate
        } else if self.record {
            Effect::Record
        } else if self.waits {
            Effect::Poll
        } else {
            Effect::Observe
        };
        let all = self.checks.len();
        Line {
            effect,
            change,
            runs_built: self.runs_built && all == 1,
            mixes_checks: self.mixes_checks,
            praise: self.praise.filter(|(_, checks)| *checks == all).map(|(line, _)| line),
            change_after_check: self.after.unwrap_or(Change::None),
            checks: self.checks,
            unknown: self.program,
            waits: self.waits,
            exit_label: self.exit_label,
            tampers: self.tampers,
            cut: self.cut,
        }
    }

    fn script(&mut self, script: &str, exit: Exit, options: Options, depth: usize) {
        if depth > DEPTH {
            self.note_change(Change::Perhaps);
            self.unknown = true;
            return;
        }
        self.list(parse(script), exit, options, depth);
    }

    /// A list of commands; `exit` is what the exit code of the line says of the list.
    fn list(&mut self, mut items: Vec<Item>, exit: Exit, options: Options, depth: usize) {
        if items.len() > COMMANDS {
            items.truncate(COMMANDS);
            self.unknown = true;
            self.note_change(Change::Perhaps);
        }
        let options = states(&items, options);
        let exits = exits(&items, &options);
        let masks = masks(&items);
        let praises = self.praises(&items, options.first().copied().unwrap_or_default(), depth);
        let mixed = self.mixed(&items, &options, depth);
        if let Some(label) = self.printed_label(&items, options.first().copied().unwrap_or_default(), depth) {
            self.exit_label = Some(label);
        }
        let compiled = self.compiled;
        let mut pipeline = self.checks.len();
        for (index, item) in items.into_iter().enumerate() {
            let own = if item.negated { Exit::NONE } else { exits[index].and(exit) };
            let joint = item.joint;
            match item.node {
                Node::Simple(simple) => {
                    let logs = self.checks.len() > pipeline;
                    self.simple(simple, own, depth, logs);
                }
                Node::Group(role, list) => self.group(role, list, own, options[index], depth),
            }
            if let (Some(mask), Some(check)) = (&masks[index], self.checks.get(pipeline)) {
                let sentence = format!("`{}` is run with `{mask}` behind it, which hides its failure", check.name);
                self.tamper(sentence);
            }
            match joint {
                Joint::Pipe => {}
                Joint::And => {
                    let check = self.checks.get(pipeline);
                    self.compiled |= check.is_some_and(|check| words::is_compiler(&check.name));
                }
                Joint::Or | Joint::Sequence | Joint::Background => self.compiled = compiled,
            }
            if joint != Joint::Pipe {
                pipeline = self.checks.len();
            }
            if praises[index].is_some() {
                self.praise.clone_from(&praises[index]);
            }
        }
        self.compiled = compiled;
        self.mixes_checks |= mixed;
    }

    /// What each command prints that is an `echo` and runs only if all the checks before it passed, with their number.
    fn praises(&self, items: &[Item], options: Options, depth: usize) -> Vec<Option<(String, usize)>> {
        let mut most = CHECKS;
        let mut praise = |at: usize| {
            let line = echoed(items, at).filter(|_| most > 0 && !self.no_praise && self.checks.is_empty())?;
            most -= 1;
            let before = Self::alone(&items[..at], options, depth);
            let all_passed = !before.checks.is_empty() && before.checks.iter().all(|check| check.exit.zero_passed);
            all_passed.then_some((line, before.checks.len()))
        };
        (0..items.len()).map(&mut praise).collect()
    }

    /// What is printed before the last exit code that is printed, if that is one of all the checks before it.
    fn printed_label(&self, items: &[Item], options: Options, depth: usize) -> Option<String> {
        let printed = |item: &Item| words_of(item)?.iter().skip(1).find(|word| is_status(word)).cloned();
        let at = items.iter().rposition(|item| printed(item).is_some()).filter(|_| !self.is_probe)?;
        let word = printed(&items[at])?;
        let label = word[..word.find('$').unwrap_or(0)].to_owned();
        // `$PIPESTATUS` names the command that it is about.
        if is_of_pipe(&word) {
            return Some(label);
        }
        let before = Self::alone(&items[..at], options, depth);
        let is_theirs = before.checks.iter().all(|check| check.exit.zero_passed);
        (is_theirs && !before.checks.is_empty()).then_some(label)
    }

    /// Whether one of the commands feeds a pipe with the output of several checks that do not depend on each other.
    fn mixed(&self, items: &[Item], options: &[Options], depth: usize) -> bool {
        let is_mixed = |(item, options): (&Item, &Options)| {
            let fed = Self::alone(std::slice::from_ref(item), *options, depth);
            // Where a failure ends the run, what comes last passed only if the others did.
            let ends_at_failure = fed.checks.iter().all(|check| check.exit.zero_passed);
            fed.repeats || fed.checks.len() > 1 && !ends_at_failure
        };
        let piped = items.iter().zip(options).filter(|(item, _)| item.joint == Joint::Pipe).take(CHECKS);
        !self.is_probe && piped.into_iter().any(is_mixed)
    }

    /// Reads commands as if they were the whole line.
    fn alone(items: &[Item], options: Options, depth: usize) -> Self {
        let mut reader = Self { is_probe: true, no_praise: true, ..Self::default() };
        let mut items = items.to_vec();
        if let Some(last) = items.last_mut() {
            last.joint = Joint::Sequence;
        }
        reader.list(items, Exit::OWN, options, depth);
        reader
    }

    fn group(&mut self, role: Role, list: Vec<Item>, own: Exit, options: Options, depth: usize) {
        let (exit, options) = match role {
            Role::Plain => (own, options),
            Role::Condition => (Exit::NONE, Options { errexit: false, ..options }),
            Role::Branch => (Exit { zero_passed: false, ..own }, options),
            Role::Loop => (Exit { zero_passed: own.zero_passed && options.errexit, ..own }, options),
        };
        let checks = self.checks.len();
        self.without_praise(role == Role::Loop, |reader| reader.list(list, exit, options, depth));
        self.repeats |= role == Role::Loop && !options.errexit && self.checks.len() > checks;
    }

    /// Reads something whose praise does not count, if so.
    fn without_praise(&mut self, so: bool, read: impl FnOnce(&mut Self)) {
        let no_praise = self.no_praise;
        self.no_praise |= so;
        read(self);
        self.no_praise = no_praise;
    }

    fn simple(&mut self, simple: Simple, exit: Exit, depth: usize, logs: bool) {
        self.without_praise(true, |reader| {
            for script in &simple.substitutions {
                reader.script(script, Exit::NONE, Options::default(), depth + 1);
            }
        });
        self.commands += 1;
        if self.commands > COMMANDS {
            self.unknown = true;
            return self.note_change(Change::Perhaps);
        }
        let repeats = runs_for_each(&simple.words);
        let unwrapped = unwrap(simple.words, &simple.bodies);
        self.waits |= unwrapped.watched;
        // One ends when a person ends it, the other ends well whatever it runs.
        let exit = if unwrapped.watched || repeats == Some(Each::EndsWell) { Exit::NONE } else { exit };
        let checks = self.checks.len();
        self.without_praise(repeats.is_some(), |reader| match unwrapped.command {
            Command::Nothing => {}
            Command::Script { text, errexit, pipefail } => {
                let inner = Options { errexit, pipefail };
                reader.script(&text, exit, inner, depth + 1);
            }
            Command::Program(words) => {
                reader.skipped_hooks(&words, &unwrapped.environment);
                reader.program(&words, exit, logs);
            }
        });
        self.repeats |= repeats.is_some() && self.checks.len() > checks;
        if self.checks.len() > checks && simple.writes.iter().any(|file| !is_device(file)) {
            // Two logs, of which the end of one may be shown.
            self.mixes_checks |= self.logged;
            self.logged = true;
        }
        if self.checks.len() == checks && !logs {
            self.written(&simple.writes);
        }
    }

    fn program(&mut self, words: &[String], exit: Exit, logs: bool) {
        if !self.checks.is_empty() {
            self.cut = self.cut.max(cut::read(words));
        }
        let judgement = judge(words);
        self.waits |= judgement.waits;
        if logs && words.first().is_some_and(|program| wrappers::base(program) == "tee") {
            return;
        }
        match judgement.effect {
            Effect::Unknown => {
                self.unknown = true;
                self.program = words.first().map(|program| CheckRun::of_program(wrappers::base(program), exit));
                self.runs_built |= self.compiled;
            }
            Effect::Record => self.record = true,
            _ => {}
        }
        self.note_change(judgement.change);
        if let Some((name, targets)) = judgement.check {
            let key = targets.iter().fold(hash::of(&name), |key, target| hash::join(key, hash::of(target)));
            // It prints the names of the files and ends well in any case, or somebody ends it.
            let exit = if prints_only(&name) || judgement.waits || watches(words) { Exit::NONE } else { exit };
            self.repeats |= runs_in_each_workspace(words);
            if self.checks.len() < CHECKS {
                self.checks.push(CheckRun { name, targets, key, exit });
            }
            self.after = None;
        }
    }

    /// The files that output is redirected to.
    fn written(&mut self, files: &[String]) {
        for file in files.iter().filter(|file| !is_device(file)) {
            self.note_change(if is_scratch(file) { Change::Scratch } else { Change::Certain });
        }
    }

    fn note_change(&mut self, change: Change) {
        self.change = self.change.max(Some(change));
        self.after = self.after.max(Some(change));
    }

    /// `git commit --no-verify` and its like.
    fn skipped_hooks(&mut self, words: &[String], environment: &[String]) {
        let name = words.first().map_or("", |program| wrappers::base(program));
        let sub = words.iter().skip(1).find(|word| !word.starts_with('-') && !word.contains('='));
        let sub = sub.map(String::as_str).unwrap_or_default();
        let has = |flag: &str| words.iter().any(|word| word == flag);
        let commits = name == "git" && matches!(sub, "commit" | "push" | "merge" | "rebase" | "am" | "cherry-pick");
        let flags =
            |word: &String| word.starts_with('-') && !word.starts_with("--") && word.contains('n') && is_cluster(word);
        let how = if has("--no-verify") && (commits || name == "cargo") {
            Some("--no-verify".to_owned())
        } else if commits && sub == "commit" && words.iter().any(flags) {
            Some("-n".to_owned())
        } else if commits && words.iter().any(|word| word.starts_with("core.hooksPath=")) {
            Some("core.hooksPath".to_owned())
        } else {
            let skips = |word: &&String| {
                word.starts_with("SKIP=")
                    || word.as_str() == "HUSKY=0"
                    || word.starts_with("LEFTHOOK=0")
                    || word.starts_with("HUSKY_SKIP")
            };
            environment.iter().find(skips).filter(|_| commits).cloned()
        };
        if let Some(how) = how {
            self.tamper(format!("`{name} {sub}` is run with `{how}`, {SKIPS_CHECKS}"));
        }
    }

    fn tamper(&mut self, sentence: String) {
        if self.tampers.len() < CHECKS && !self.tampers.contains(&sentence) {
            self.tampers.push(sentence);
        }
    }
}

/// Whether a formatter tells what it would change by what it prints alone.
fn prints_only(name: &str) -> bool {
    words::has("gofmt goimports gofumpt", name.split(' ').next().unwrap_or_default())
}

/// Whether a check runs again at each change, until somebody ends it.
fn watches(words: &[String]) -> bool {
    words.iter().skip(1).any(|word| matches!(word.as_str(), "watch" | "--watch" | "--watchAll"))
}

/// Whether a package manager runs a script in all the workspaces, one after the other, whether it fails or not.
fn runs_in_each_workspace(words: &[String]) -> bool {
    words.first().is_some_and(|program| wrappers::base(program) == "npm")
        && words.iter().any(|word| matches!(word.as_str(), "--workspaces" | "-ws" | "--workspaces=true"))
}

/// Whether a flag is a cluster of letters such as `-anm`, whose last may take a value.
fn is_cluster(word: &str) -> bool {
    let letters = &word[1..];
    letters.len() <= 4 && letters.bytes().all(|byte| b"anmsvqeS".contains(&byte))
}

/// Whether a word is the exit code of the command before.
fn is_status(word: &str) -> bool {
    ["$?", "PIPESTATUS", "${?}", "pipestatus", "LASTEXITCODE"].iter().any(|status| word.contains(status))
}

/// The options in force at each command.
fn states(items: &[Item], mut options: Options) -> Vec<Options> {
    items
        .iter()
        .map(|item| {
            if let Some(words) = words_of(item).filter(|words| words.first().is_some_and(|word| word == "set")) {
                for word in &words[1..] {
                    let sets = word.starts_with('-');
                    if word == "pipefail" {
                        options.pipefail = true;
                    } else if word.len() < 8 && word.contains('e') && (sets || word.starts_with('+')) {
                        options.errexit = sets;
                    }
                }
            }
            options
        })
        .collect()
}

fn words_of(item: &Item) -> Option<&[String]> {
    match &item.node {
        Node::Simple(simple) => Some(&simple.words),
        Node::Group(..) => None,
    }
}

/// What the exit code of a list says of each of its commands, from the last to the first.
fn exits(items: &[Item], options: &[Options]) -> Vec<Exit> {
    let mut exits = vec![Exit::OWN; items.len()];
    if let [only] = items {
        exits[0] = if only.joint == Joint::Background { Exit::NONE } else { Exit::OWN };
        return exits;
    }
    let are_harmless: Vec<bool> = items.iter().map(is_harmless).collect();
    let handed_on = items.last().is_some_and(|last| passes_status_on(last, true));
    let mut harmless = true;
    // Whether `exit ${PIPESTATUS[0]}` comes behind the pipeline.
    let mut piped = false;
    for index in (0..items.len()).rev() {
        let next = items.get(index + 1);
        // Behind `&&` is a pipeline, whose exit code is that of its last command.
        let pipeline = items[index + 1..].iter().position(|item| item.joint != Joint::Pipe);
        let ahead = if items[index].joint == Joint::And { pipeline.unwrap_or(0) } else { 0 };
        let after = exits.get(index + 1 + ahead).copied().unwrap_or(Exit::OWN);
        let failing = Exit { zero_passed: true, other_failed: after.other_failed && harmless };
        if items[index].joint != Joint::Pipe {
            piped = next.is_some_and(passes_pipe_status);
        }
        exits[index] = match (items[index].joint, next) {
            (Joint::Pipe, _) if piped => Exit::OWN,
            (Joint::Background, _) => Exit::NONE,
            (_, None) => Exit::OWN,
            (Joint::Pipe, _) if options[index].pipefail => after.and(failing),
            (Joint::And, _) => after.and(failing),
            (Joint::Or, Some(next)) if exits_with_failure(next) => failing,
            (Joint::Sequence, _) if options[index].errexit => failing,
            (Joint::Sequence, Some(next)) if passes_status_on(next, false) => Exit::OWN,
            (Joint::Sequence, Some(next)) if handed_on && keeps_status(next) => Exit::OWN,
            _ => Exit::NONE,
        };
        if index > 0 && items[index - 1].joint == Joint::Or {
            exits[index].zero_passed = false;
        }
        harmless &= are_harmless[index];
    }
    // The same for what comes before: a check that never ran has not failed.
    harmless = true;
    for (index, item) in items.iter().enumerate() {
        exits[index].other_failed &= harmless;
        harmless &= are_harmless[index] || item.joint == Joint::Pipe;
        if item.joint == Joint::Sequence && !options[index].errexit {
            harmless = true;
        }
    }
    exits
}

/// What hides the failure of each command, if something does: `|| true`, `; exit 0`.
fn masks(items: &[Item]) -> Vec<Option<String>> {
    items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let next = items.get(index + 1)?;
            let words = words_of(next)?;
            let succeeds = match words {
                [only] => matches!(only.as_str(), "true" | ":" | "/bin/true"),
                [exit, code] => (exit == "exit" || exit == "return") && code == "0",
                _ => false,
            };
            let sign = match item.joint {
                Joint::Or => "||",
                Joint::Sequence if index + 2 == items.len() => ";",
                _ => return None,
            };
            succeeds.then(|| format!("{sign} {}", words.join(" ")))
        })
        .collect()
}

/// What the command at a place prints, if it is an `echo` that runs only when what is before it succeeded.
fn echoed(items: &[Item], at: usize) -> Option<String> {
    let follows = at.checked_sub(1).is_some_and(|before| items[before].joint == Joint::And);
    let (echo, words) = words_of(items.get(at)?).filter(|_| follows)?.split_first()?;
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !matches!(*word, "-e" | "-n")).collect();
    let line = words.join(" ");
    (echo == "echo" && line.len() > 1 && !line.contains(['$', '`', '\\'])).then(|| line.trim().to_owned())
}

/// How a program runs a command for each of many things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Each {
    /// It fails if one of them does.
    Fails,
    /// It ends well in any case.
    EndsWell,
}

/// How these words run a command for each of many things, if they do: `find … -exec … \;`, `xargs -n 1 …`.
fn runs_for_each(words: &[String]) -> Option<Each> {
    let (program, arguments) = words.split_first()?;
    let has = |wanted: &[&str]| arguments.iter().any(|word| wanted.contains(&word.as_str()));
    let splits = |word: &String| {
        ["-n", "-L", "-I", "-i", "--max-args", "--max-lines", "--replace"].iter().any(|flag| word.starts_with(flag))
    };
    match wrappers::base(program) {
        "find" if has(&["-exec", "-execdir"]) => Some(if has(&[";"]) { Each::EndsWell } else { Each::Fails }),
        "xargs"
            if arguments.iter().take_while(|word| word.starts_with(['-', '{', '%']) || is_number(word)).any(splits) =>
        {
            Some(Each::Fails)
        }
        "parallel" => Some(Each::Fails),
        _ => None,
    }
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a command ends the script with a failure: `exit 1`, `false`, `{ echo bad; exit 1; }`.
fn exits_with_failure(item: &Item) -> bool {
    match &item.node {
        Node::Simple(simple) => match simple.words.as_slice() {
            [only] => only == "false",
            [exit, code] => matches!(exit.as_str(), "exit" | "return") && code != "0",
            _ => false,
        },
        Node::Group(Role::Plain, list) => list.last().is_some_and(exits_with_failure),
        Node::Group(..) => false,
    }
}

/// Whether a command is `exit $?`, or, where the status was kept in a variable, `exit $status`.
fn passes_status_on(item: &Item, kept: bool) -> bool {
    matches!(words_of(item), Some([exit, code]) if matches!(exit.as_str(), "exit" | "return")
        && (is_status(code) || kept && code.starts_with('$') && code.len() > 1))
}

/// Whether a command is `exit ${PIPESTATUS[0]}`, or `exit $LASTEXITCODE`, which no pipe changes.
fn passes_pipe_status(item: &Item) -> bool {
    passes_status_on(item, false) && words_of(item).is_some_and(|words| words.iter().any(|word| is_of_pipe(word)))
}

/// Whether a word is the exit code of one command of a pipeline.
fn is_of_pipe(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    word.contains("PIPESTATUS") || word.contains("LASTEXITCODE")
}

/// Whether a command keeps the exit code of the one before it: `status=$?`.
fn keeps_status(item: &Item) -> bool {
    matches!(words_of(item), Some([only]) if wrappers::is_assignment(only) && is_status(only))
}

/// Whether a command hardly ever fails by itself, or fails as a check does.
fn is_harmless(item: &Item) -> bool {
    match &item.node {
        Node::Group(_, list) => list.iter().all(is_harmless),
        Node::Simple(simple) => simple.words.first().is_none_or(|program| {
            words::has(
                "echo printf true : cd pushd popd export set tail head cat tee wc exit return sort uniq",
                program,
            ) || !matches!(judge(&simple.words).effect, Effect::Mutate | Effect::Record | Effect::Unknown)
                && !words::has("grep egrep rg test [ [[ diff cmp curl", program)
        }),
    }
}

#[cfg(test)]
mod tests;

//! Reads a command line, command by command, into what the whole does.

use super::check_run::CheckRun;
use super::command_line::CommandLine;
use super::cut::{self, Cut};
use super::echoes::{echoed, echoed_if, masks, only_talks, printed_status};
use super::effect::{Change, Effect};
use super::exits::{Exit, Options, exits, is_of_pipe, states};
use super::hooks;
use super::place;
use super::programs::{Judgement, Nested, inline_change, is_device, is_log, is_scratch, judge_at};
use super::repeats::{Each, runs_for_each, runs_in_each_workspace, watches};
use super::syntax::{Item, Joint, Node, Role, Simple, parse};
use super::verbs::{self, has, prints_only};
use super::wrappers::{Command, base, unwrap};
use crate::detect::hash;

/// How deep scripts within scripts are read.
pub(super) const DEPTH: usize = 5;
/// How many commands of a line are judged.
const COMMANDS: usize = 512;
/// How many checks of a line are told one by one.
const CHECKS: usize = 32;

/// Reads a command line.
pub(crate) fn read(script: &str) -> CommandLine {
    let mut reader = CommandReader::default();
    let items = parse(script);
    let only_talks = only_talks(&items);
    reader.list(items, Exit::OWN, Options::default(), 0);
    CommandLine { only_talks, ..reader.finish() }
}

/// Judges a program and its arguments, its wrappers already taken off.
pub(super) fn judge(command: &[String]) -> Judgement {
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
                let mut reader = CommandReader::default();
                reader.script(&text, Exit::NONE, Options::default(), depth + 1);
                reader.finish()
            };
            Judgement {
                effect: line.effect,
                change: line.change,
                waits: line.waits,
                check: line.checks.into_iter().next().map(|check| (check.name, check.targets)),
                mends: None,
            }
        }
    }
}

#[derive(Default)]
struct CommandReader {
    commands: usize,
    /// The folder that the commands run in, as far as the line says so.
    place: String,
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
    /// The files that the output of checks goes to.
    logs: Vec<String>,
    /// See [`CommandLine::success_marker`], and how many checks there were by then.
    success_marker: Option<(String, usize)>,
    /// What is read runs several times, or nobody sees what it prints: an `echo` in it says nothing of the whole.
    no_marker: bool,
    /// A part of a line is read once more, see [`CommandReader::alone`].
    is_probe: bool,
    /// A check runs several times, whether it fails or not.
    repeats: bool,
    /// What is read runs only if a compiler before it passed.
    compiled: bool,
    runs_built: bool,
    compares: bool,
    /// What is read has its output taken in by a `test -z`, or by anything else.
    is_tested: bool,
    is_captured: bool,
    fixes: Vec<CheckRun>,
    mixes_checks: bool,
    masked: Option<String>,
    skipped_hooks: Vec<String>,
    cut: Cut,
}

impl CommandReader {
    fn finish(self) -> CommandLine {
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
        CommandLine {
            effect,
            change,
            runs_built: self.runs_built && all == 1,
            compares: self.compares,
            is_captured: self.is_captured,
            fixes: self.fixes,
            mixes_checks: self.mixes_checks,
            success_marker: self.success_marker.filter(|(_, checks)| *checks == all).map(|(line, _)| line),
            change_after_check: self.after.unwrap_or(Change::None),
            checks: self.checks,
            unknown: self.program,
            waits: self.waits,
            exit_label: self.exit_label,
            logs: self.logs,
            masked: self.masked,
            skipped_hooks: self.skipped_hooks,
            cut: self.cut,
            only_talks: false,
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
        let are_harmless: Vec<bool> = items.iter().map(is_harmless).collect();
        let exits = exits(&items, &options, &are_harmless);
        let masks = masks(&items);
        let markers = self.success_markers(&items, options.first().copied().unwrap_or_default(), depth);
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
                self.masked.get_or_insert(sentence);
            }
            match joint {
                Joint::Pipe => {}
                Joint::And => {
                    let check = self.checks.get(pipeline);
                    self.compiled |= check.is_some_and(|check| verbs::is_compiler(&check.name));
                }
                Joint::Or | Joint::Sequence | Joint::Background => self.compiled = compiled,
            }
            if joint != Joint::Pipe {
                pipeline = self.checks.len();
            }
            if markers[index].is_some() {
                self.success_marker.clone_from(&markers[index]);
            }
        }
        self.compiled = compiled;
        self.mixes_checks |= mixed;
    }

    /// What each command prints that is an `echo` and runs only if all the checks before it passed, with their number.
    fn success_markers(&self, items: &[Item], options: Options, depth: usize) -> Vec<Option<(String, usize)>> {
        let mut most = CHECKS;
        let mut success_marker = |at: usize| {
            let said = echoed(items, at).map(|line| (line, &items[..at])).or_else(|| echoed_if(items, at));
            let (line, before) = said.filter(|_| most > 0 && !self.no_marker && self.checks.is_empty())?;
            most -= 1;
            let before = Self::alone(before, options, depth);
            let all_passed = !before.checks.is_empty() && before.checks.iter().all(|check| check.exit.zero_passed);
            all_passed.then_some((line, before.checks.len()))
        };
        (0..items.len()).map(&mut success_marker).collect()
    }

    /// What is printed before the last exit code that is printed, if that is the one of all the checks before it.
    fn printed_label(&self, items: &[Item], options: Options, depth: usize) -> Option<String> {
        let (at, word) = printed_status(items).filter(|_| !self.is_probe)?;
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
        let mut reader = Self { is_probe: true, no_marker: true, ..Self::default() };
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
        let place = self.place.clone();
        let writes = redirections(&list).to_vec();
        self.without_marker(role == Role::Loop, |reader| reader.list(list, exit, options, depth));
        self.place = place;
        self.repeats |= role == Role::Loop && !options.errexit && self.checks.len() > checks;
        if self.checks.len() > checks {
            self.log(&writes);
        }
    }

    /// Reads something. If nobody hears what it prints, its praise does not count.
    fn without_marker(&mut self, unheard: bool, read: impl FnOnce(&mut Self)) {
        let no_marker = self.no_marker;
        self.no_marker |= unheard;
        read(self);
        self.no_marker = no_marker;
    }

    fn simple(&mut self, simple: Simple, exit: Exit, depth: usize, logs: bool) {
        self.captured(&simple, exit, depth);
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
        self.without_marker(repeats.is_some(), |reader| match unwrapped.command {
            Command::Nothing => {}
            Command::Script { text, errexit, pipefail } => {
                let inner = Options { errexit, pipefail };
                reader.script(&text, exit, inner, depth + 1);
            }
            Command::Program(words) => {
                if let Some(sentence) = hooks::skipped_hooks(&words, &unwrapped.environment) {
                    reader.skip_hooks(sentence);
                }
                reader.program(&words, exit, logs);
                let written = inline_change(&words, &simple.bodies);
                if written > Change::None {
                    reader.note_change(written);
                }
            }
        });
        self.repeats |= repeats.is_some() && self.checks.len() > checks;
        if self.checks.len() > checks && self.log(&simple.writes) {
            // Two logs, of which the end of one may be shown.
            self.mixes_checks |= self.logged;
            self.logged = true;
        }
        if self.checks.len() == checks && !logs {
            self.written(&simple.writes);
        }
    }

    /// Reads the commands whose output becomes a word of another one.
    fn captured(&mut self, simple: &Simple, exit: Exit, depth: usize) {
        let checks = self.checks.len();
        // Formatters that list what they would change, and nothing if all is well.
        let is_tested = has("test [ [[", simple.words.first().map_or("", String::as_str))
            && simple.words.get(1).is_some_and(|word| word == "-z")
            && simple.words.get(2).is_some_and(|word| word.starts_with("$("));
        let outer = std::mem::replace(&mut self.is_tested, is_tested);
        let exit = if is_tested { exit } else { Exit::NONE };
        self.without_marker(true, |reader| {
            for script in &simple.substitutions {
                reader.script(script, exit, Options::default(), depth + 1);
            }
        });
        self.is_tested = outer;
        self.is_captured |= self.checks.len() > checks;
    }

    fn program(&mut self, words: &[String], exit: Exit, logs: bool) {
        if !self.checks.is_empty() {
            self.cut = self.cut.max(cut::read(words));
        }
        if let [cd, place] = words
            && matches!(cd.as_str(), "cd" | "pushd")
        {
            self.place = place::join(&self.place, place);
        }
        let judgement = judge(words);
        self.waits |= judgement.waits;
        if logs && words.first().is_some_and(|program| base(program) == "tee") {
            let files: Vec<String> = words[1..].iter().filter(|word| !word.starts_with('-')).cloned().collect();
            self.log(&files);
            return;
        }
        match judgement.effect {
            Effect::Unknown => {
                self.unknown = true;
                self.program = words.first().map(|program| CheckRun::of_program(base(program), exit));
            }
            Effect::Record => self.record = true,
            _ => {}
        }
        self.note_change(judgement.change);
        let runs_file = words.first().is_some_and(|program| program.contains('/'));
        self.runs_built |=
            self.compiled && judgement.check.is_none() && (runs_file || judgement.effect == Effect::Unknown);
        self.compares = self.compiled && words.first().is_some_and(|program| has("diff cmp", base(program)));
        if let Some((name, targets)) = judgement.mends
            && self.fixes.len() < CHECKS
        {
            self.fixes.push(self.check(name, targets, exit));
        }
        if let Some((name, targets)) = judgement.check {
            // It prints the names of the files and ends well in any case, or somebody ends it.
            let prints_only = prints_only(&name) && !self.is_tested;
            let exit = if prints_only || judgement.waits || watches(words) { Exit::NONE } else { exit };
            self.repeats |= runs_in_each_workspace(words);
            if self.checks.len() < CHECKS {
                let check = CheckRun { is_trial: is_trial(words), ..self.check(name, targets, exit) };
                self.checks.push(check);
            }
            self.after = None;
        }
    }

    fn check(&self, name: String, targets: Vec<String>, exit: Exit) -> CheckRun {
        let key = targets.iter().fold(hash::of(&name), |key, target| hash::join(key, hash::of(target)));
        CheckRun { targets, place: self.place.clone(), key, ..CheckRun::of_program(&name, exit) }
    }

    /// Records the files that the output of a check goes to, if there are any.
    fn log(&mut self, files: &[String]) -> bool {
        let logs = self.logs.len();
        let files = files.iter().filter(|file| !is_device(file));
        self.logs.extend(files.take(CHECKS.saturating_sub(logs)).cloned());
        self.logs.len() > logs
    }

    /// The files that output is redirected to.
    fn written(&mut self, files: &[String]) {
        for file in files.iter().filter(|file| !is_device(file)) {
            self.note_change(match file {
                file if is_scratch(file) => Change::Scratch,
                file if is_log(file) => Change::Perhaps,
                _ => Change::Certain,
            });
        }
    }

    fn note_change(&mut self, change: Change) {
        self.change = self.change.max(Some(change));
        self.after = self.after.max(Some(change));
    }

    fn skip_hooks(&mut self, sentence: String) {
        if self.skipped_hooks.len() < CHECKS && !self.skipped_hooks.contains(&sentence) {
            self.skipped_hooks.push(sentence);
        }
    }
}

/// Whether a check is told to follow a configuration that was written for this once: `golangci-lint run -c /tmp/a.yml`.
fn is_trial(words: &[String]) -> bool {
    const CONFIGURED: &str =
        "-c --config --config-file --config-path --configuration --rcfile --project -p --settings --ruleset";
    let is_given = |pair: &[String]| has(CONFIGURED, &pair[0]) && is_scratch(&pair[1]) && !pair[1].ends_with('/');
    let is_joined =
        |word: &String| word.split_once('=').is_some_and(|(flag, file)| has(CONFIGURED, flag) && is_scratch(file));
    words.windows(2).any(is_given) || words.iter().any(is_joined)
}

/// The files that the output of a whole group goes to.
fn redirections(list: &[Item]) -> &[String] {
    match list.first().map(|item| &item.node) {
        Some(Node::Simple(simple)) if simple.words.is_empty() => &simple.writes,
        _ => &[],
    }
}

/// Whether a command hardly ever fails by itself, or fails as a check does.
fn is_harmless(item: &Item) -> bool {
    match &item.node {
        Node::Group(_, list) => list.iter().all(is_harmless),
        Node::Simple(simple) => simple.words.first().is_none_or(|program| {
            has("echo printf true : cd pushd popd export set tail head cat tee wc exit return sort uniq", program)
                || !matches!(judge(&simple.words).effect, Effect::Mutate | Effect::Record | Effect::Unknown)
                    && !has("grep egrep rg test [ [[ diff cmp curl", program)
        }),
    }
}

//! Finds edits that relax settings: lower thresholds, failures that no longer count, rules that are switched off.

use super::settings::{is_makefile, is_of_check, is_of_rules};
use crate::detect::call::shell;
use crate::detect::session::changed_lines::lines_only_in;
use std::collections::{HashMap, HashSet};

/// Keys that say in any file that they bound a check from below, in small letters without `-` and `_`.
const LOW: [&str; 8] =
    ["coverage", "failunder", "minlines", "minbranches", "minimumlines", "msi", "mutationscore", "minscore"];
/// Keys that do so in the settings of a check.
const LOW_OF_CHECK: [&str; 20] = [
    "threshold",
    "minimum",
    "branches",
    "lines",
    "statements",
    "functions",
    "regions",
    "target",
    "minvalue",
    "minbound",
    "line",
    "branch",
    "level",
    "low",
    "high",
    "break",
    "classes",
    "methods",
    "min",
    "total",
];
/// Words of keys that bound what a check lets pass.
const HIGH: [&str; 7] =
    ["maxwarnings", "maxissues", "maxerrors", "maxviolations", "maxcomplexity", "errorlevel", "maxfindings"];
/// Switches that let a check pass when they are on.
const OFF_WHEN_ON: [&str; 14] = [
    "continueonerror",
    "allowfailure",
    "softfail",
    "ignoreerrors",
    "ignorefailures",
    "isignorefailures",
    "ignoreexitcode",
    "testfailureignore",
    "maven.test.failure.ignore",
    "passwithnotests",
    "skiptests",
    "ignorebuilderrors",
    "ignoreduringbuilds",
    "allowfailures",
];
/// Beginnings of switches that let a check pass when they are off.
const ON_WHEN_OFF: [&str; 12] = [
    "strict",
    "noimplicit",
    "nounused",
    "noemitonerror",
    "failon",
    "failci",
    "warningsaserrors",
    "treatwarningsaserrors",
    "abortonerror",
    "alwaysstrict",
    "haltonfailure",
    "failbuild",
];
/// Options that leave something out of a check, or let it pass.
const EXEMPT: [&str; 14] = [
    "--deselect",
    "-k 'not ",
    "-k \"not ",
    "-k \\\"not ",
    "-k not ",
    "--ignore=",
    "--ignore ",
    "--ignore-glob",
    "--passWithNoTests",
    "--pass-with-no-tests",
    "--exit-zero",
    "--testPathIgnorePatterns",
    "--no-verify",
    "--exclude",
];
/// Settings that leave tests out by their names.
const EXEMPTING: [&str; 3] = ["testPathIgnorePatterns", "collect_ignore", "ignoreErrors"];
/// What stands for anything in a list of errors to ignore.
const CATCH_ALL: [&str; 3] = ["'#.*#'", "\"#.*#\"", "'.*'"];
/// What begins a step, or a job, of a workflow.
const STEPS: [&str; 3] = ["run:", "script:", "uses:"];
/// Values of a rule, from the laxest.
const GRADES: [(&str, u8); 12] = [
    ("off", 0),
    ("0", 0),
    ("none", 0),
    ("ignore", 0),
    ("allow", 0),
    ("warn", 1),
    ("1", 1),
    ("warning", 1),
    ("error", 2),
    ("2", 2),
    ("deny", 2),
    ("forbid", 2),
];

/// One setting that an edit relaxes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Relaxed {
    /// What names it, the same for an edit that takes it back.
    pub(super) marker: String,
    /// The edit in a sentence, without the file.
    pub(super) fact: String,
    /// Its new value, if it is a number.
    pub(super) value: Option<String>,
}

impl Relaxed {
    fn new(marker: &str, fact: String) -> Self {
        Self { marker: marker.to_owned(), fact, value: None }
    }
}

/// What an edit of `file` from `old` to `new` relaxes.
pub(super) fn relaxed(file: &str, old: &str, new: &str) -> Vec<Relaxed> {
    let lines = |text, other| -> Vec<&str> { lines_only_in(text, other).filter(|line| !is_comment(line)).collect() };
    let (removed, added) = (lines(old, new), lines(new, old));
    let mut found = values(file, &removed, &added);
    found.extend(taken_out(file, &removed, old, new));
    found.extend(switches(&removed, &added, old, new));
    found.extend(commands(file, &removed, &added));
    found.extend(caught(old, new));
    found
}

/// The values that were lowered, or raised where more is laxer, and the rules that were switched off.
fn values(file: &str, removed: &[&str], added: &[&str]) -> Vec<Relaxed> {
    let before: Vec<Pair> = removed.iter().flat_map(|line| pairs(line)).collect();
    let after: Vec<Pair> = added.iter().flat_map(|line| pairs(line)).collect();
    let of_check = is_of_check(file);
    let of_rules = is_of_rules(file);
    let mut found = Vec::new();
    for (old, pair) in same_pairs(&before, &after) {
        let fact = format!("`{}` was changed from {} to {}", pair.name, old.value, pair.value);
        let lower = (old.number(), pair.number());
        let (is_low, is_high) = (pair.is_low(of_check), pair.is_high());
        let relaxes = match lower {
            (Some(old), Some(new)) if is_high => new > old,
            (Some(old), Some(new)) if is_low => new < old,
            _ if of_rules && old.grade().is_some() => pair.grade() < old.grade() && pair.grade().is_some(),
            _ => {
                let is_on = |pair: &Pair| pair.value.eq_ignore_ascii_case("true");
                let is_off = |pair: &Pair| pair.value.eq_ignore_ascii_case("false");
                pair.must_be_on(of_rules) && is_on(old) && is_off(pair)
            }
        };
        if relaxes {
            found.push(Relaxed { marker: pair.key.clone(), fact, value: pair.bound() });
        }
    }
    found
}

/// The settings of one name before and after an edit. Of several with one name, each has its place; where one came or
/// went, it is unknown which is which.
fn same_pairs<'a>(before: &'a [Pair], after: &'a [Pair]) -> Vec<(&'a Pair, &'a Pair)> {
    let by_key = |pairs: &'a [Pair]| {
        let mut named: HashMap<&str, Vec<&Pair>> = HashMap::new();
        for pair in pairs {
            named.entry(&pair.key).or_default().push(pair);
        }
        named
    };
    let (before, counted) = (by_key(before), by_key(after));
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut same = Vec::new();
    for pair in after {
        let place = seen.entry(&pair.key).or_default();
        let olds = before.get(&*pair.key).filter(|olds| olds.len() == counted[&*pair.key].len());
        same.extend(olds.map(|olds| (olds[*place], pair)));
        *place += 1;
    }
    same
}

/// The first setting in `new` that bounds a check, or lets it pass, where nobody knows what it was before.
pub(super) fn set(file: &str, new: &str) -> Option<Relaxed> {
    let (of_check, of_rules) = (is_of_check(file), is_of_rules(file));
    let bounds = |pair: &Pair| {
        let is = |value: &str| pair.value.eq_ignore_ascii_case(value);
        match pair.number() {
            Some(_) if pair.is_low(of_check) || pair.is_high() => true,
            _ if of_rules && pair.grade() == Some(0) => true,
            _ => pair.must_be_on(of_rules) && is("false") || OFF_WHEN_ON.contains(&&*pair.key) && is("true"),
        }
    };
    let pair = new.lines().flat_map(pairs).find(bounds)?;
    let fact = format!("`{}` was set to {}", pair.name, pair.value);
    Some(Relaxed { marker: pair.key.clone(), fact, value: pair.bound() })
}

/// The bounds that were taken out, of settings that stay.
fn taken_out(file: &str, removed: &[&str], old: &str, new: &str) -> Vec<Relaxed> {
    let known: HashSet<&str> = old.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let stays = |line: &str| known.contains(line.trim());
    let gone: HashSet<&str> = removed.iter().map(|line| line.trim()).collect();
    let is_comment_of =
        |line: &str| is_comment(line) && gone.contains(line.trim().trim_start_matches(['#', '/', '*', ';', '-', ' ']));
    if !new.lines().any(|line| stays(line) || is_comment_of(line)) {
        return Vec::new();
    }
    let kept: Vec<Pair> = new.lines().filter(|line| !is_comment(line)).flat_map(pairs).collect();
    let kept: HashSet<&str> = kept.iter().map(|pair| &*pair.key).collect();
    // `coverageThreshold: { global: { lines: 90 } }`
    let block = |text: &str| text.to_lowercase().contains("threshold");
    let is_bound = |pair: &Pair| {
        LOW.iter().any(|key| pair.key.contains(key))
            || is_of_check(file)
                && (pair.key.ends_with("threshold") || LOW_OF_CHECK.contains(&&*pair.key) && block(old) && !block(new))
    };
    let mut gone: Vec<Relaxed> = removed
        .iter()
        .flat_map(|line| pairs(line))
        .filter(|pair| pair.number().is_some_and(|number| number > 0.0) && is_bound(pair))
        .filter(|pair| !kept.contains(&*pair.key))
        .map(|pair| Relaxed::new(&pair.key, format!("`{}` of {} was taken out", pair.name, pair.value)))
        .collect();
    gone.truncate(1);
    gone
}

/// The switches that were put in, at what was there before.
fn switches(removed: &[&str], added: &[&str], old: &str, new: &str) -> Vec<Relaxed> {
    let is_on = |line: &&str, switch: &str| {
        pairs(line).iter().any(|pair| pair.key == switch && pair.value.eq_ignore_ascii_case("true"))
    };
    let mut found = Vec::new();
    for switch in OFF_WHEN_ON {
        let count = |lines: &[&str]| lines.iter().filter(|line| is_on(line, switch)).count();
        let line = added.iter().find(|line| is_on(line, switch)).filter(|_| count(added) > count(removed));
        if let Some(line) = line.filter(|line| !is_new_step(line, old, new)) {
            found.push(Relaxed::new(switch, format!("`{}` was put in", line.trim().trim_start_matches("- "))));
        }
    }
    for setting in EXEMPTING {
        let has = |text: &str| {
            text.contains(setting) && (setting != "ignoreErrors" || CATCH_ALL.iter().any(|all| text.contains(all)))
        };
        if has(new) && !has(old) {
            found.push(Relaxed::new(setting, format!("`{setting}` was put in")));
        }
    }
    found
}

/// Whether a line belongs to a step or a job that the edit adds.
fn is_new_step(line: &str, old: &str, new: &str) -> bool {
    let is_step = |line: &str| STEPS.iter().any(|word| line.trim().trim_start_matches("- ").starts_with(word));
    let steps = |text: &str| text.lines().filter(|line| is_step(line)).count();
    let known = |step: &str| old.lines().any(|line| line.trim() == step.trim());
    let lines: Vec<&str> = new.lines().collect();
    let at = lines.iter().position(|other| *other == line).unwrap_or(0);
    // The switch stands before or after what the step runs.
    let own = lines[..at].iter().rev().take_while(|line| !line.trim().is_empty()).find(|line| is_step(line));
    let own = own.or_else(|| lines[at..].iter().find(|line| is_step(line)));
    own.is_some_and(|step| !known(step) && steps(new) > steps(old))
}

/// The commands of recipes and scripts whose failure no longer counts, or that check less.
fn commands(file: &str, removed: &[&str], added: &[&str]) -> Vec<Relaxed> {
    let mut found = Vec::new();
    let checked: Vec<(&str, String)> =
        removed.iter().flat_map(|line| checks(recipe(line)).into_iter().map(move |name| (*line, name))).collect();
    for line in added {
        let command = recipe(line);
        let read = shell::read(command);
        if let Some(fact) = read.masked.or_else(|| read.skipped_hooks.into_iter().next()) {
            found.push(Relaxed::new("||", fact));
            continue;
        }
        let names = checks(command);
        let options = EXEMPT.iter().filter(|option| line.contains(**option));
        let settles = line.contains("addopts");
        let was = |option: &str| removed.iter().any(|old| old.contains(option));
        let same = settles || checked.iter().any(|(_, old)| names.contains(old));
        if let Some(option) = options.into_iter().find(|option| same && !was(option)) {
            found.push(Relaxed::new(option, format!("`{}` was added to a check", option.trim_end())));
        }
        if let Some(hidden) = hides(command) {
            found.push(Relaxed::new("||", format!("`{hidden}` hides the failure of a check")));
        }
        let ignores = |line: &str| line.trim_start().trim_start_matches(['@', '+']).starts_with('-');
        if is_makefile(file) && ignores(line) && !names.is_empty() {
            found.push(Relaxed::new("-", format!("`-` hides the failure of `{command}`")));
        }
        let replaced = checked.iter().find(|(old, _)| key(old) == key(line));
        if let Some((old, _)) = replaced.filter(|_| does_nothing(command)) {
            found.push(Relaxed::new("echo", format!("`{}` was replaced by `{command}`", recipe(old))));
        }
    }
    found
}

/// What keeps a pipeline going when the command in it fails.
const CATCHERS: [&str; 2] = ["catchError", "warnError"];

/// The check of a pipeline that stays, and that an edit puts into what catches its failure.
fn caught(old: &str, new: &str) -> Option<Relaxed> {
    let catcher = CATCHERS.iter().find(|catcher| new.matches(*catcher).count() > old.matches(*catcher).count())?;
    let behind = new.rsplit_once(catcher).map_or("", |(_, behind)| behind);
    let is_known = |line: &str| old.lines().any(|known| known.trim() == line);
    let mut inside = behind.lines().skip(1).map(str::trim).take_while(|line| !line.starts_with('}'));
    let check = inside.find(|line| is_known(line) && !checks(recipe(line)).is_empty())?;
    Some(Relaxed::new(catcher, format!("`{catcher}` hides the failure of `{}`", recipe(check))))
}

/// The checks that a command runs, by name.
fn checks(command: &str) -> Vec<String> {
    shell::read(command).checks.into_iter().map(|check| check.name).collect()
}

/// What stands after a check and succeeds whenever the check fails: `|| echo failed`.
fn hides(command: &str) -> Option<&str> {
    let (check, rest) = command.split_once("||")?;
    let succeeds = ["echo ", "true", ":", "exit 0", "printf "].iter().any(|word| rest.trim_start().starts_with(word));
    let fails_on = rest.contains("exit ") && !rest.contains("exit 0") || rest.contains("false");
    (succeeds && !fails_on && !checks(check).is_empty()).then(|| command[check.len()..].trim())
}

/// Whether a command always succeeds and does nothing.
fn does_nothing(command: &str) -> bool {
    let first = command.split([' ', ';']).next().unwrap_or_default();
    (matches!(first, "echo" | "true" | ":") || command.starts_with("exit 0")) && !command.contains("&&")
}

/// The command in a line of a makefile or of settings: `\t@prove t || true`, `"test": "vitest run || true",`.
fn recipe(line: &str) -> &str {
    let command = keyed(line).1;
    let step =
        STEP_CALLS.iter().find_map(|call| command.strip_prefix(call)).filter(|rest| rest.starts_with(['"', '\'']));
    step.unwrap_or(command).trim_matches(['"', '\'', ',', ' '])
}

/// What calls a shell in the pipelines of Jenkins.
const STEP_CALLS: [&str; 3] = ["sh ", "bat ", "powershell "];

/// What names the command in a line of settings; nothing in a recipe.
fn key(line: &str) -> &str {
    keyed(line).0
}

fn keyed(line: &str) -> (&str, &str) {
    let line = line.trim().trim_start_matches(['@', '-', '+', ' ']);
    let split = line.split_once(": ").or_else(|| line.split_once(" = "));
    split.filter(|(key, _)| !key.contains(' ')).unwrap_or(("", line))
}

fn is_comment(line: &str) -> bool {
    ["//", "#", ";", "<!--"].iter().any(|mark| line.trim_start().starts_with(mark))
}

/// A name and the value after it.
#[derive(Debug)]
struct Pair {
    /// The name in small letters, without `-` and `_`.
    key: String,
    name: String,
    value: String,
}

impl Pair {
    fn number(&self) -> Option<f64> {
        self.value.trim_end_matches('%').parse().ok()
    }

    /// The number, as a request may name it.
    fn bound(&self) -> Option<String> {
        self.number().map(|_| self.value.trim_end_matches('%').to_owned())
    }

    /// Whether it bounds a check from below.
    fn is_low(&self, of_check: bool) -> bool {
        LOW.iter().any(|key| self.key.contains(key))
            || of_check && LOW_OF_CHECK.iter().any(|key| self.key == *key || self.key.ends_with("threshold"))
    }

    /// Whether it bounds what a check lets pass.
    fn is_high(&self) -> bool {
        HIGH.iter().any(|key| self.key.contains(key))
    }

    /// Whether it is a switch that lets a check pass when it is off.
    fn must_be_on(&self, of_rules: bool) -> bool {
        ON_WHEN_OFF.iter().any(|key| self.key.starts_with(key)) || of_rules && self.key == "enabled"
    }

    /// The grade that the value gives a rule.
    fn grade(&self) -> Option<u8> {
        GRADES.iter().find(|(word, _)| self.value.eq_ignore_ascii_case(word)).map(|(_, grade)| *grade)
    }
}

/// The names in a line that a value follows: `--cov-fail-under=90`, `"branches": 90`, `<minimum>0.8</minimum>`.
fn pairs(line: &str) -> Vec<Pair> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '%' | '/' | '@' | '$');
    let words: Vec<&str> = line.split(|c| !is_part(c)).filter(|word| !word.is_empty() && *word != "-").collect();
    words
        .windows(2)
        .filter(|pair| pair[0].contains(char::is_alphabetic))
        .map(|pair| {
            let name = pair[0].trim_matches('-');
            let name = name.strip_prefix('D').filter(|name| name.contains('.')).unwrap_or(name);
            let key = name.replace(['-', '_'], "").to_lowercase();
            Pair { key, name: name.to_owned(), value: pair[1].trim_end_matches('.').to_owned() }
        })
        .collect()
}

#[cfg(test)]
mod tests;

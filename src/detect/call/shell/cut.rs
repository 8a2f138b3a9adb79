//! Tells which part of an output `tail`, `head`, `grep` and the like remove.

use super::wrappers::base;

/// How much of an output may be missing, the least first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cut {
    /// Nothing.
    #[default]
    Nothing,
    /// What comes before the last lines, this many.
    Before(usize),
    /// What comes after the first lines, this many.
    After(usize),
    /// Lines anywhere.
    Anywhere,
    /// A script read it and reports in its own words, so nobody knows what is missing.
    Retold,
    /// Parts of lines: what is left may be half of a summary.
    Pieces,
}

impl Cut {
    /// The cut of an output of which this is left: one that is shorter than the cut allows is whole.
    pub(crate) fn of(self, output: &str) -> Self {
        match self {
            Self::Before(most) | Self::After(most) if output.lines().count() < most => Self::Nothing,
            cut => cut,
        }
    }
}

/// How many lines `head` and `tail` show where nothing else is said.
const LINES: usize = 10;

/// What a program leaves out of its input.
pub(super) fn read(words: &[String]) -> Cut {
    let Some((program, arguments)) = words.split_first() else {
        return Cut::Nothing;
    };
    let has = |flags: &[&str]| arguments.iter().any(|word| flags.iter().any(|flag| word.eq_ignore_ascii_case(flag)));
    match base(program) {
        "tail" => count(arguments).map_or(Cut::Anywhere, Cut::Before),
        "head" => count(arguments).map_or(Cut::Anywhere, Cut::After),
        "Select-Object" if has(&["-last"]) => value(arguments, "-last").map_or(Cut::Anywhere, Cut::Before),
        "Select-Object" if has(&["-first"]) => value(arguments, "-first").map_or(Cut::Anywhere, Cut::After),
        "grep" | "egrep" | "fgrep" | "rg" | "ag" | "ack" if has_short(arguments, 'o') || has(&["--only-matching"]) => {
            Cut::Pieces
        }
        "grep" | "egrep" | "fgrep" | "rg" | "ag" | "ack" | "findstr" | "Select-String"
            if !keeps_failures(arguments) =>
        {
            Cut::Anywhere
        }
        "sed" if has(&["-n"]) => Cut::Anywhere,
        "awk" | "gawk" | "mawk" if !arguments.iter().any(|word| word.contains('{')) => Cut::Anywhere,
        "awk" | "gawk" | "mawk" | "cut" | "jq" | "wc" => Cut::Pieces,
        "python" | "python3" | "node" | "ruby" if has(&["-c", "-e"]) => Cut::Retold,
        "perl" | "ruby" if has(&["-e", "-ne", "-pe", "-nle"]) => Cut::Pieces,
        "less" | "more" => Cut::Anywhere,
        _ => Cut::Nothing,
    }
}

/// Whether a flag of one letter is given, alone or among others: `-o`, `-iEo`.
fn has_short(arguments: &[String], flag: char) -> bool {
    arguments.iter().any(|word| {
        let letters = word.strip_prefix('-').filter(|rest| rest.bytes().all(|byte| byte.is_ascii_alphabetic()));
        letters.is_some_and(|letters| letters.contains(flag))
    })
}

/// Whether a search shows the lines that say what failed, or leaves out some that it names.
fn keeps_failures(arguments: &[String]) -> bool {
    let short = |word: &&String| word.starts_with('-') && !word.starts_with("--");
    let inverted = has_short(arguments, 'v') || arguments.iter().any(|word| word == "--invert-match");
    let names = arguments.iter().any(|word| word.to_ascii_lowercase().contains("fail"));
    let counts = arguments.iter().filter(short).any(|word| word.contains(['c', 'q', 'l', 'm']));
    inverted != names && !counts
}

/// The number of lines of `head` and `tail`; `None` if they count something else.
fn count(arguments: &[String]) -> Option<usize> {
    for (at, word) in arguments.iter().enumerate() {
        let value = match word.as_str() {
            "-n" | "--lines" => arguments.get(at + 1).map(String::as_str).unwrap_or_default(),
            "-c" | "--bytes" => return None,
            word if word.starts_with("-c") || word.starts_with('+') => return None,
            word => match word.strip_prefix("--lines=").or_else(|| word.strip_prefix("-n")) {
                Some(value) => value,
                None => match word.strip_prefix('-').filter(|digits| is_number(digits)) {
                    Some(value) => value,
                    None => continue,
                },
            },
        };
        return value.parse().ok().filter(|_| !value.starts_with('+'));
    }
    Some(LINES)
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn value(arguments: &[String], flag: &str) -> Option<usize> {
    let at = arguments.iter().position(|word| word.eq_ignore_ascii_case(flag))?;
    arguments.get(at + 1)?.parse().ok()
}

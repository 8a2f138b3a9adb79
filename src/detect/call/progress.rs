//! Reads progress from a result: a counter, how much still fails, or the line at which a debugger stands.

use super::numbers::{Label, NumberToken, label, words};
use super::trace::is_source;
use crate::detect::hash;
use crate::detect::text::head_and_tail::both;
use crate::detect::text::wait_signs::has_word;
use crate::wire::{Raw, text};

/// How much of each end of a result is read, in bytes.
const END: usize = 1024;
/// The largest number that is a count.
const MOST: u32 = 9_999_999;
/// How words begin that say what is wrong.
#[rustfmt::skip]
const WRONG: [&str; 15] = [
    "fail", "error", "broken", "invalid", "violation", "mismatch", "problem", "issue", "mistake", "offense", "unresolved",
    "remaining", "missing", "wrong", "regression",
];
/// Words for one mistake, after which stands its code.
const SINGLE: [&str; 6] = ["error", "failure", "problem", "issue", "mistake", "violation"];
/// What makes a number after it no count, and what stands after such a number.
const LABELS: [Label; 4] = [Label::Id, Label::Place, Label::Took, Label::Preposition];
const SPANS: [&str; 10] = ["times", "time", "attempts", "tries", "ms", "s", "sec", "seconds", "minutes", "code"];
/// Words of tools and commands that move a program on by a step, as debuggers do.
const STEPS: [&str; 10] =
    ["next", "nexti", "step", "stepi", "stepin", "stepover", "continue", "finish", "advance", "resume"];

/// Words of tools, commands and statements that do a part of it each time.
const PARTS: [&str; 7] = ["limit", "batch", "batches", "chunk", "chunks", "top", "slice"];
/// How words begin that say what was done to so many.
#[rustfmt::skip]
const DONE: [&str; 17] = [
    "affect", "delet", "updat", "insert", "remov", "moved", "migrat", "process", "archiv", "purg", "import", "export", "copied", "sent", "index",
    "convert", "row",
];
/// The longest input that is a command or a statement, in bytes.
const SHORT: usize = 400;
/// The shortest id of a version or a commit.
const ID: usize = 7;

/// What a result shows of the way that is left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// It is the third of seventeen: where it stands, and of how many.
    pub(crate) counter: Option<(u32, u32)>,
    /// How much fails or is left.
    pub(crate) failing: Option<u32>,
    /// The place and the values that a debugger shows, or the version or commit that a step leads to.
    pub(crate) place: Option<u64>,
    /// It says that it did something to some.
    pub(crate) did_some: bool,
    /// It did the next part: so many were done, of a part that was asked for.
    pub(crate) part: bool,
}

impl Progress {
    /// Reads a result. `counts` says that its numbers of failures are its own, `given` are the tool and its input.
    pub(super) fn read(raw: Option<Raw<'_>>, counts: bool, given: [&str; 2]) -> Self {
        let Some(body) = raw.map(text::body).filter(|body| body.bytes().any(|byte| byte.is_ascii_digit())) else {
            return Self::default();
        };
        let ends = both(&body, END).map(text::unescaped);
        let lines = || ends.iter().flat_map(|end| end.lines()).filter(|line| line.bytes().any(|b| b.is_ascii_digit()));
        let says = |words: &[&str]| given.iter().any(|text| has_word(&text[..text.floor_char_boundary(END)], words));
        let steps = says(&STEPS);
        // Code that is given has such words, too.
        let is_short = given[1].len() <= SHORT;
        let moves_on = is_short && !given[1].contains('\n') && (steps || given[1].contains(" +1"));
        let did_some = counts && is_short && lines().any(says_done);
        Self {
            counter: lines().filter_map(counter).next_back(),
            failing: counts.then(|| lines().filter_map(wrong).reduce(u32::saturating_add)).flatten(),
            place: steps.then(|| place(lines())).flatten().or_else(|| moves_on.then(|| ids(lines())).flatten()),
            did_some,
            part: did_some && says(&PARTS),
        }
    }

    /// Equal for equal places; `None` if none shows. How much fails is not a place: such a number may be anything.
    fn key(self) -> Option<u64> {
        let counter = self.counter.map(|(at, of)| hash::join(u64::from(at), u64::from(of)));
        [counter, self.place].into_iter().flatten().reduce(hash::join)
    }

    /// A key joined with that of the place, if one shows.
    pub(super) fn joined(self, key: u64) -> u64 {
        self.key().map_or(key, |place| hash::join(key, place))
    }

    /// Equal for as many failures; `None` if no number of them shows.
    pub(super) fn failing_key(self) -> Option<u64> {
        self.failing.map(|count| hash::join(hash::of("failing"), u64::from(count)))
    }
}

/// The last counter of a line: `(3/17)`, `batch 4 of 40`.
fn counter(line: &str) -> Option<(u32, u32)> {
    let of = |pair: &[u8]| pair.eq_ignore_ascii_case(b"of");
    if !line.contains('/') && !line.as_bytes().windows(2).any(of) {
        return None;
    }
    let mut found = None;
    let mut words = words(line).peekable();
    let mut before = [""; 2];
    while let Some(word) = words.next() {
        let pair = match word {
            NumberToken::Share(at, of) => Some((at, of)),
            NumberToken::Number(at) => {
                words.peek().is_some_and(|next| next.is("of")).then(|| words.next()).and_then(|_| {
                    let of = words.peek().and_then(NumberToken::number)?;
                    Some((at, of))
                })
            }
            NumberToken::Text(text) => {
                before = [before[1], text];
                None
            }
            NumberToken::Other => None,
        };
        // How often something was tried is no way forward.
        let tried = before.iter().any(|word| label(word) == Some(Label::Try));
        found = pair.filter(|(at, of)| (1..=*of).contains(at) && (2..=MOST).contains(of) && !tried).or(found);
    }
    found
}

/// How much a line says is wrong: `Failing 12`, `31 mistakes left`, `broken links: 9`.
fn wrong(line: &str) -> Option<u32> {
    let words: Vec<NumberToken<'_>> = words(line).take(32).collect();
    let begins = |text: &str, stem: &str| text.get(..stem.len()).is_some_and(|start| start.eq_ignore_ascii_case(stem));
    let is_wrong =
        |word: &NumberToken<'_>| word.text().len() < 16 && WRONG.iter().any(|stem| begins(word.text(), stem));
    let named = |word: Option<&NumberToken<'_>>, names: &[&str]| {
        word.is_some_and(|word| names.iter().any(|name| word.is(name)))
    };
    (0..words.len()).find_map(|at| {
        let count = words[at].number().filter(|count| *count <= MOST)?;
        let before = &words[at.saturating_sub(2)..at];
        let behind = &words[at + 1..words.len().min(at + 3)];
        let is_labelled = before.last().and_then(NumberToken::label).is_some_and(|label| LABELS.contains(&label));
        if is_labelled || named(behind.first(), &SPANS) {
            return None;
        }
        // `error 503` and `error: 5` are one.
        let labelled = before.iter().any(is_wrong) && !named(before.last(), &SINGLE);
        // `4711 ERROR` is a process.
        let follows =
            behind.iter().any(|word| is_wrong(word) && (count == 1 || !SINGLE.iter().any(|name| word.is(name))));
        (labelled || follows).then_some(count)
    })
}

/// Where a program stands that these lines show, and the values in them: `pay.c:210`, `210<tab>sum += x`, `i=1000`.
fn place<'a>(lines: impl Iterator<Item = &'a str>) -> Option<u64> {
    let (mut stands, mut sum) = (false, 0);
    for line in lines {
        let leading = digits(line);
        if leading > 0 && line[leading..].starts_with([' ', '\t']) {
            stands = true;
            sum = hash::join(sum, hash::of(&line[..leading]));
        }
        for (at, mark) in line.match_indices([':', '=', ' ']) {
            let (before, behind) = (&line[..at], &line[at + mark.len()..]);
            let is_place = match mark {
                ":" => is_source(before),
                " " => before.ends_with("line"),
                _ => false,
            };
            let length = digits(behind);
            if length > 0 && (is_place || mark == "=") {
                stands |= is_place;
                sum = hash::join(sum, hash::of(&behind[..length]));
            }
        }
    }
    stands.then_some(sum)
}

/// The ids of versions and commits in these lines: hexadecimal, as in `a1b2c3d -> 0f9e8d7`.
fn ids<'a>(lines: impl Iterator<Item = &'a str>) -> Option<u64> {
    let is_id = |word: &&str| {
        word.len() >= ID
            && word.bytes().all(|byte| byte.is_ascii_hexdigit())
            && word.bytes().any(|byte| byte.is_ascii_digit())
            && word.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    let words = lines.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric()));
    words.filter(is_id).map(hash::of).reduce(hash::join)
}

/// Whether a line says that something was done to some: `DELETE 500`, `500 rows affected`.
fn says_done(line: &str) -> bool {
    let words: Vec<NumberToken<'_>> = words(line).take(32).collect();
    let says = |word: &NumberToken<'_>| {
        let text = word.text();
        DONE.iter().any(|stem| text.get(..stem.len()).is_some_and(|start| start.eq_ignore_ascii_case(stem)))
    };
    (0..words.len()).any(|at| {
        let near = &words[at.saturating_sub(2)..words.len().min(at + 3)];
        words[at].number().is_some_and(|count| count > 0) && near.iter().any(says)
    })
}

/// How many digits a text begins with.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_counters() {
        for (line, expected) in [
            ("Rebasing (3/17)", Some((3, 17))),
            ("batch 4 of 40 written", Some((4, 40))),
            ("[12/1200] copied", Some((12, 1200))),
            ("step 7 of 9: done 2/3", Some((2, 3))),
            ("Attempt 3/10 failed", None),
            ("retry 3 of 10", None),
            ("26/11/2026 10:00", None),
            ("src/3/17", None),
            ("v3/17a", None),
            ("17/3", None),
            ("3 of the files", None),
        ] {
            assert_eq!(counter(line), expected, "{line}");
        }
    }

    #[test]
    fn reads_the_next_part() {
        let progress = |command: &str, said: &str| {
            let source = serde_json::Value::from(said).to_string();
            Progress::read(Some(serde_json::from_str(&source).unwrap()), true, ["bash", command])
        };
        for (command, said, part) in [
            ("delete from a where id in (select id from a limit 500)", "DELETE 500", true),
            ("delete from a where id in (select id from a limit 500)", "DELETE 0", false),
            ("./purge --batch", "purged 20 of the old rows", true),
            ("delete from a where id = 7", "DELETE 1", false),
            ("./purge --batch", "started 3 workers", false),
        ] {
            assert_eq!(progress(command, said).part, part, "{command}: {said}");
        }
        let step = |said: &str| progress("migrate upgrade +1", said).place;
        assert_ne!(step("Running 4a0f9344 -> bb8fdf7a"), step("Running bb8fdf7a -> cf16cb46"));
        assert_eq!(step("Running 4a0f9344 -> bb8fdf7a"), step("Running 4a0f9344 -> bb8fdf7a"));
        assert_eq!(progress("migrate upgrade", "Running 4a0f9344 -> bb8fdf7a").place, None);
    }

    #[test]
    fn reads_what_is_wrong() {
        for (line, expected) in [
            ("Failing 12", Some(12)),
            ("Broken links: 310", Some(310)),
            ("1,002 errors", Some(1002)),
            ("Found 12,345,678 problems", None),
            ("Failed: 1,002, skipped: 3", Some(1002)),
            ("conformance: failing=310 passing=590", Some(310)),
            ("31 mistakes left", Some(31)),
            ("9 tests failed", Some(9)),
            ("Failures: 3", Some(3)),
            ("error 503", None),
            ("error: 5", None),
            ("failed with exit code 3", None),
            ("failed after 12 ms", None),
            ("failed 3 times", None),
            ("src/a.c:12: error: bad", None),
            ("12 passed", None),
            ("==16418==ERROR: AddressSanitizer: heap-buffer-overflow", None),
            ("[16418] errors were found", None),
            ("app 4711 ERROR connection lost", None),
        ] {
            assert_eq!(wrong(line), expected, "{line}");
        }
    }

    #[test]
    fn reads_places() {
        for (one, other, same) in [
            ("Stopped at src/pay.c:210", "Stopped at src/pay.c:211", false),
            ("210\t  total += x;", "211\t  total += x;", false),
            ("File \"a.py\", line 7", "File \"a.py\", line 8", false),
            ("add (i=1000) at calc.c:17", "add (i=1001) at calc.c:17", false),
            ("10:12:13 stopped at pay.c:210", "10:12:19 stopped at pay.c:210", true),
            ("stopped", "stopped", true),
            ("ready on localhost:3000, pid=4711", "ready on localhost:3000, pid=4712", true),
        ] {
            assert_eq!(place(one.lines()) == place(other.lines()), same, "{one}");
        }
    }
}

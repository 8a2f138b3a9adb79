//! Reads summaries by their structure: numbers next to words that mean failed, passed or run.
//!
//! `1 failed, 2 passed in 3s`, `Tests run: 5, Failures: 1`, `ok | 2 passed | 0 failed`, `Found 3
//! errors in 2 files`, `# fail 1`, `3 examples, no failures`: the words differ, the shape does not.

use aho_corasick::AhoCorasick;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Parts of the words that [`word`] takes for what is counted: a line without any counts nothing.
#[rustfmt::skip]
const STEMS: [&str; 45] = [
    "chou", "fallid", "ussi", "fail", "err", "offens", "violation", "broken", "crash", "diagnostic", "ko", "mistake", "fehl", "chec", "vulnerab", "defect", "timeout", "misspell", "unreach",
    "problem", "issue", "pass", "succe", "ok", "erfolgreich", "bestanden", "ussite", "superado", "valid", "test", "example", "spec", "scenario", "case",
    "suite", "step", "run", "skip", "pend", "todo", "ignored", "deselect", "disabled", "excluded", "bersprungen",
];

static HINTS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(STEMS).ok());

/// What a line counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub failed: Option<u32>,
    pub passed: Option<u32>,
    /// How many there were, passed or not.
    pub total: Option<u32>,
    /// How many were left out.
    pub skipped: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CountWord {
    /// Failed, errors.
    Failed,
    /// Problems: errors and warnings together.
    Problems,
    Passed,
    /// Tests, examples: what is counted.
    Unit,
    /// Left out: skipped, pending, deselected.
    Skipped,
    /// Can be mended, and is counted already.
    Fixable,
    /// A word that summaries have besides.
    Filler,
    Other,
}

#[derive(Debug, Clone, Copy)]
enum Token {
    Number(u32),
    Word {
        word: CountWord,
        /// Whether `:` or `=` comes after it.
        labels: bool,
        /// Whether it is `=`, so that it can be the name of nothing but what follows.
        equals: bool,
        /// One error, not several: `error: 5` is a message, not a count.
        single: bool,
    },
    /// `,`, `;`, `|`, a bracket, "and".
    Cut,
}

/// Most words of a line that are not known in a summary.
const OTHERS: usize = 3;

/// Reads a line as a summary; `None` if it is not one.
pub fn read(line: &str) -> Option<Counts> {
    let numbers = line.bytes().any(|byte| byte.is_ascii_digit()) || mentions_none(line);
    if !numbers || !HINTS.as_ref().is_some_and(|hints| hints.is_match(line)) {
        return None;
    }
    let line = &*without_expected(without_process(line));
    if is_code(line) || is_expected(line) || passes_by_name(line) || is_item(line) {
        return None;
    }
    if let Some(counts) = serious(line).or_else(|| left(line)).or_else(|| ratio(line)) {
        return Some(counts);
    }
    let tokens = tokens(line);
    let known = |token: &&Token| matches!(token, Token::Word { word, .. } if *word != CountWord::Other);
    let other = |token: &&Token| matches!(token, Token::Word { word: CountWord::Other, .. });
    let (known, others) = (tokens.iter().filter(known).count(), tokens.iter().filter(other).count());
    if others > OTHERS || others * 2 > known {
        return None;
    }
    if let Some(counts) = fraction(line) {
        return Some(counts);
    }
    counted(line, &tokens)
}

/// Sums up what the numbers of a summary count.
fn counted(line: &str, tokens: &[Token]) -> Option<Counts> {
    let mut counts = Counts::default();
    let mut problems = None;
    let hash = line.trim_start().starts_with(['#', 'ℹ']);
    let several = tokens.iter().filter(|token| matches!(token, Token::Number(_))).count() > 1;
    for (at, token) in tokens.iter().enumerate() {
        let Token::Number(number) = *token else { continue };
        match meaning(tokens, at, hash || several) {
            Some(CountWord::Failed) => counts.failed = Some(counts.failed.unwrap_or(0).saturating_add(number)),
            Some(CountWord::Passed) => counts.passed = Some(counts.passed.unwrap_or(0).saturating_add(number)),
            Some(CountWord::Problems) => problems = problems.or(Some(number)),
            Some(CountWord::Unit) => counts.total = counts.total.or(Some(number)),
            Some(CountWord::Skipped) => counts.skipped = Some(counts.skipped.unwrap_or(0).saturating_add(number)),
            _ => {}
        }
    }
    // `3 tests failed with 1 issue`: the run of the three failed.
    if counts.failed.is_none() || line.contains(" issue") && line.contains("with ") {
        counts.failed = problems.or(counts.failed);
    }
    (counts != Counts::default() && !is_short(line, &counts)).then_some(counts)
}

/// Whether a line names one test by its number and its name: `7 - test_escape (Failed)`.
fn is_item(line: &str) -> bool {
    let item = line.trim().split_once(" - ").filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
    item.is_some_and(|(_, name)| name.ends_with(')') && name.contains(" ("))
}

/// A line without the number of the process that writes it, as Valgrind and the sanitizers print it: `==4411== …`.
fn without_process(line: &str) -> &str {
    let number = line.trim_start().strip_prefix("==").and_then(|rest| rest.split_once("=="));
    let is_process = |number: &str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    number.filter(|(number, _)| is_process(number)).map_or(line, |(_, rest)| rest.trim_start_matches(['=', ' ']))
}

/// A line without what it counts of tests that are expected to fail: `58 tests, with 1 test expected to fail, …`.
fn without_expected(line: &str) -> Cow<'_, str> {
    if !line.contains("expected to fail") {
        return Cow::Borrowed(line);
    }
    let kept: Vec<&str> = line.split(',').filter(|part| !part.contains("expected to fail")).collect();
    Cow::Owned(kept.join(","))
}

/// Whether a line counts the failures that the tests' author expects, and nothing else: `Expected Fail: 1`.
fn is_expected(line: &str) -> bool {
    let label = line.trim_start().trim_start_matches(['#', ' ']).split(':').next().unwrap_or_default();
    ["expected fail", "expected failures", "xfail"].iter().any(|name| label.trim().eq_ignore_ascii_case(name))
}

/// `SwiftLint` tells apart what fails a run: `Found 5 violations, 1 serious in 22 files.`
fn serious(line: &str) -> Option<Counts> {
    let (violations, serious) = line.split_once(" violations, ").or_else(|| line.split_once(" violation, "))?;
    violations.contains("Found ").then_some(())?;
    let failed = serious.split_once(" serious")?.0.parse().ok()?;
    Some(Counts { failed: Some(failed), ..Counts::default() })
}

/// Whether less is told of than there was: `1 successful, 2 total`.
fn is_short(line: &str, counts: &Counts) -> bool {
    let words: Vec<&str> = line.split([' ', ',', '\t']).filter(|word| !word.is_empty()).collect();
    let total = words.windows(2).find(|pair| pair[1] == "total").and_then(|pair| pair[0].parse::<u64>().ok());
    let told: u64 = words
        .windows(2)
        .filter(|pair| pair[1] != "total")
        .filter_map(|pair| pair[0].parse::<u64>().ok())
        .fold(0, u64::saturating_add);
    counts.failed.is_none() && counts.passed.is_some() && total.is_some_and(|total| told < total)
}

/// What a fixer leaves of what it found: `Found 14 errors (9 fixed, 5 remaining).`, `7 offenses detected, 5 offenses
/// corrected`.
pub(super) fn left(line: &str) -> Option<Counts> {
    let number = |words: &str| -> Option<u32> { line.split_once(words)?.0.rsplit([' ', '(']).next()?.parse().ok() };
    let remaining = || number(" remaining").filter(|_| line.contains(" fixed"));
    let corrected = || {
        let detected = number(" offenses detected").or_else(|| number(" offense detected"))?;
        Some(detected.saturating_sub(number(" offenses corrected").or_else(|| number(" offense corrected"))?))
    };
    let failed = remaining().or_else(corrected)?;
    Some(Counts { failed: Some(failed), ..Counts::default() })
}

/// How many of how many came out as the name before it says, with nothing behind: `PASS: 12/12`.
fn ratio(line: &str) -> Option<Counts> {
    let (name, (part, of)) =
        line.trim().split_once(": ").and_then(|(name, rest)| Some((name, rest.split_once('/')?)))?;
    let (part, of): (u32, u32) = (part.parse().ok()?, of.parse().ok()?);
    let others = of.checked_sub(part)?;
    match word(&name.to_ascii_lowercase()) {
        CountWord::Passed => Some(Counts { passed: Some(part), failed: Some(others), ..Counts::default() }),
        CountWord::Failed => Some(Counts { passed: Some(others), failed: Some(part), ..Counts::default() }),
        _ => None,
    }
}

/// How many of how many passed or failed: `13/14 tests passed`, `1 of 1 test suites (3 of 3 test cases) passed`,
/// `2 out of 24 tests failed`.
fn fraction(line: &str) -> Option<Counts> {
    let starts = |word: &&str| word.starts_with(|first: char| first.is_ascii_digit());
    let mut words = line.split_ascii_whitespace().skip_while(|word| !starts(word));
    let first = words.next()?;
    let (part, of) = if let Some(fraction) = first.split_once('/') {
        fraction
    } else {
        let of = words.next().map(|word| if word == "out" { words.next().unwrap_or_default() } else { word });
        (first, of.filter(|of| *of == "of").and_then(|_| words.next())?)
    };
    let (part, of): (u32, u32) = (part.parse().ok()?, of.parse().ok()?);
    let others = of.saturating_sub(part);
    // What the second fraction counts is in brackets.
    let mut bracket = false;
    let words = words.filter(|said| {
        let inside = bracket || said.starts_with('(');
        bracket = inside && !said.ends_with(')');
        !inside
    });
    let mut words = words.map(|said| word(&said.trim_end_matches(['.', '!', ',', ';']).to_ascii_lowercase()));
    let verdict = words.find(|said| *said != CountWord::Unit)?;
    let counts = match verdict {
        CountWord::Passed => (part, others),
        CountWord::Failed => (others, part),
        _ => return None,
    };
    Some(Counts { passed: Some(counts.0), failed: Some(counts.1), ..Counts::default() })
}

/// Whether a line is source code or a match of a search: `src/a.py:12: print("FAILED")`.
fn is_code(line: &str) -> bool {
    let first = line.split_ascii_whitespace().next().unwrap_or_default();
    let place = first.split_once(':').is_some_and(|(file, rest)| {
        file.contains(['.', '/']) && rest.starts_with(|digit: char| digit.is_ascii_digit())
    });
    place || line.contains(['{', '}', '"'])
}

fn mentions_none(line: &str) -> bool {
    line.split(' ').any(|word| word.eq_ignore_ascii_case("no"))
}

/// Whether a line reports one test, whatever its name says.
fn passes_by_name(line: &str) -> bool {
    let line = line.trim_start();
    !line.contains("Test run with") && line.starts_with(['✓', '✔', '√', '○', '◌', '↓', '"', '\'', '+', '>', '$'])
        || line.starts_with("ok ") && line.as_bytes().get(3).is_some_and(u8::is_ascii_digit)
        || line.starts_with("test ") && line.contains(" ... ")
        || line.starts_with("--- ")
        || line.starts_with("=== ") && !line.ends_with('=')
}

/// What a number counts.
fn meaning(tokens: &[Token], at: usize, loose: bool) -> Option<CountWord> {
    if let Some(name) = own_name(tokens, at) {
        return Some(name);
    }
    let before = at.checked_sub(1).map(|before| tokens[before]);
    if let Some(Token::Word {
        word:
            word @ (CountWord::Failed | CountWord::Passed | CountWord::Unit | CountWord::Problems | CountWord::Skipped),
        labels: true,
        single: false,
        ..
    }) = before
        && (word != CountWord::Unit || !verdict_follows(tokens, at) && !verdict_of_unit_follows(tokens, at))
        && (word != CountWord::Passed || !problems_follow(tokens, at))
    {
        return Some(word);
    }
    if counts_run(tokens, at) && !verdict_follows(tokens, at) {
        return Some(CountWord::Unit);
    }
    // The first verdict after it, or else what is counted.
    let (mut unit, mut skipped) = (None, None);
    let begins = at < 2 || matches!(tokens[at - 2], Token::Cut);
    for (index, token) in tokens.iter().enumerate().skip(at + 1) {
        match token {
            Token::Word { .. } if fixable_follows(tokens, index) => return None,
            Token::Word { word: word @ (CountWord::Failed | CountWord::Passed | CountWord::Problems), .. } => {
                return Some(*word);
            }
            Token::Word { word: CountWord::Unit, .. } => unit = Some(CountWord::Unit),
            Token::Word { word: CountWord::Skipped, .. } => skipped = Some(CountWord::Skipped),
            Token::Word { .. } => {}
            Token::Number(_) | Token::Cut => break,
        }
    }
    if skipped.is_some() {
        return skipped;
    }
    by_word_before(before, unit, begins, loose)
}

/// What a number counts behind which no verdict stands: the word before it says so, or the `unit`.
fn by_word_before(before: Option<Token>, unit: Option<CountWord>, begins: bool, loose: bool) -> Option<CountWord> {
    match before {
        // `Failed 2 tests. Passed 29 tests.`
        Some(Token::Word { word: word @ (CountWord::Failed | CountWord::Passed), single: false, .. })
            if unit.is_some() && begins =>
        {
            Some(word)
        }
        _ if unit.is_some() => unit,
        Some(Token::Word {
            word: word @ (CountWord::Failed | CountWord::Passed | CountWord::Unit),
            single: false,
            ..
        }) if loose => Some(word),
        _ => None,
    }
}

/// What a number counts that stands behind a name of its own, whatever comes next: `WARN=5 ERROR=0`, `PASS 90 WARN 5`.
fn own_name(tokens: &[Token], at: usize) -> Option<CountWord> {
    let Token::Word { word, equals, single, .. } = tokens[at.checked_sub(1)?] else { return None };
    if equals {
        return Some(word);
    }
    let words = pairs_around(tokens, at)?;
    let others =
        |other: &CountWord| *other != word && matches!(other, CountWord::Failed | CountWord::Passed | CountWord::Unit);
    // One that stands alone may be a message: `after 2 error 503`.
    Some(if single && !words.iter().any(others) { CountWord::Filler } else { word })
}

/// The names in the row of names and numbers, in turn, that holds this number and ends its sentence.
fn pairs_around(tokens: &[Token], at: usize) -> Option<Vec<CountWord>> {
    let is_cut = |token: &Token| matches!(token, Token::Cut);
    let end = tokens[at..].iter().position(is_cut).map_or(tokens.len(), |behind| at + behind);
    let begin = tokens[..at].iter().rposition(is_cut).map_or(0, |before| before + 1);
    let mut words = Vec::new();
    let mut rest = &tokens[begin..end];
    while let [before @ .., Token::Word { word, .. }, Token::Number(_)] = rest {
        if *word == CountWord::Other {
            return None;
        }
        words.push(*word);
        rest = before;
    }
    let is_row = words.len() > 1 && begin + rest.len() < at && !matches!(rest.last(), Some(Token::Number(_)));
    is_row.then_some(words)
}

fn fixable_follows(tokens: &[Token], at: usize) -> bool {
    matches!(tokens.get(at + 1), Some(Token::Word { word: CountWord::Fixable, .. }))
}

/// Whether a number says how many were run: `Tests run: 5`.
fn counts_run(tokens: &[Token], at: usize) -> bool {
    at > 1
        && matches!(tokens[at - 1], Token::Word { word: CountWord::Filler, labels: true, .. })
        && matches!(tokens[at - 2], Token::Word { word: CountWord::Unit, labels: false, .. })
}

/// Whether what follows is absent: `Success: no issues found`.
fn problems_follow(tokens: &[Token], at: usize) -> bool {
    matches!(tokens.get(at + 1), Some(Token::Word { word: CountWord::Problems, labels: false, .. }))
}

fn verdict_follows(tokens: &[Token], at: usize) -> bool {
    matches!(
        tokens.get(at + 1),
        Some(Token::Word {
            word: CountWord::Failed | CountWord::Passed | CountWord::Problems | CountWord::Skipped,
            ..
        })
    )
}

/// Whether the verdict comes behind what is counted: `14 tests pass`.
fn verdict_of_unit_follows(tokens: &[Token], at: usize) -> bool {
    matches!(tokens.get(at + 1), Some(Token::Word { word: CountWord::Unit, labels: false, .. }))
        && verdict_follows(tokens, at + 1)
}

fn tokens(line: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_alphanumeric() || matches!(first, 'À'..='ÿ') && first.is_alphabetic() {
            let end = rest
                .find(|letter: char| {
                    letter.is_whitespace() || matches!(letter, ',' | ';' | '|' | '(' | ')' | '[' | ']' | '=')
                })
                .unwrap_or(rest.len());
            let (word, behind) = rest.split_at(end);
            let plural = behind.starts_with("(s)");
            let equals = behind.starts_with('=');
            let (name, mark) = strip_marks(word);
            // `:` within a token makes it a place, `run:5` does not happen.
            tokens.extend(token(name, mark == Some(':') || equals, plural, equals));
            // A sentence ends.
            if mark == Some('.') && !behind.is_empty() {
                tokens.push(Token::Cut);
            }
            rest = if plural { &behind[3..] } else { behind };
            continue;
        }
        if matches!(first, ',' | ';' | '|' | '(' | ')' | '[' | ']') {
            tokens.push(Token::Cut);
        }
        rest = &rest[first.len_utf8()..];
    }
    tokens
}

fn strip_marks(word: &str) -> (&str, Option<char>) {
    let name = word.trim_end_matches([':', '.', '!', '…', '*', '"', '`', '\'']);
    (name, word[name.len()..].chars().next())
}

fn token(name: &str, labels: bool, plural: bool, equals: bool) -> Option<Token> {
    if name.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        // `0.07s`, `4ms`, `100%`, `1:16` count nothing.
        return name.parse().ok().map(Token::Number);
    }
    if name.contains(['.', '/', ':', '\\', '_', '@']) {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    if lower == "no" || lower == "zero" {
        return Some(Token::Number(0));
    }
    if lower == "and" {
        return Some(Token::Cut);
    }
    let word = word(&lower);
    Some(Token::Word {
        word,
        labels,
        equals,
        single: !plural && !equals && matches!(lower.as_str(), "error" | "failure" | "problem" | "issue"),
    })
}

fn word(lower: &str) -> CountWord {
    match lower {
        "failed" | "failures" | "failure" | "failing" | "fail" | "fails" | "errors" | "error" | "errored"
        | "offenses" | "offense" | "violations" | "violation" | "broken" | "crashed" | "diagnostics" | "err" | "ko"
        | "mistakes" | "fehler" | "fehlgeschlagen" | "échec" | "Échec" | "échoués" | "échouées" | "fallidos"
        | "fallidas" | "erreurs" | "errores" | "vulnerabilities" | "defects" | "timeouts" | "misspellings"
        | "invalid" | "unreachable" => CountWord::Failed,
        "problems" | "problem" | "issues" | "issue" => CountWord::Problems,
        "fixable" | "autocorrectable" | "correctable" => CountWord::Fixable,
        "passed" | "passing" | "passes" | "pass" | "succeeded" | "success" | "successes" | "successful" | "ok"
        | "erfolgreich" | "bestanden" | "réussite" | "réussis" | "réussies" | "superado" | "superados"
        | "superadas" | "succeed" | "valid" => CountWord::Passed,
        "tests" | "test" | "examples" | "example" | "specs" | "spec" | "scenarios" | "scenario" | "checks"
        | "cases" | "testcases" | "suites" | "steps" | "runs" => CountWord::Unit,
        "skipped" | "skip" | "skips" | "pending" | "pendings" | "todo" | "ignored" | "deselected" | "disabled"
        | "excluded" | "übersprungen" => CountWord::Skipped,
        "filtered" | "measured" | "out" | "total" | "run" | "assertions" | "assertion" | "files" | "file"
        | "warnings" | "warning" | "xfailed" | "xpassed" | "flaky" | "cancelled" | "canceled" | "inconclusive"
        | "informations" | "hints" | "notes" | "in" | "of" | "with" | "checked" | "source" | "sources" | "found"
        | "results" | "result" | "summary" | "executed" | "retried" | "retries" | "rerun" | "snapshots" | "time"
        | "duration" | "seconds" | "second" | "elapsed" | "took" | "ms" | "s" | "m" | "unexpected" | "expected"
        | "after" | "locally" | "completed" | "build" | "info" | "incomplete" | "risky" | "deprecations"
        | "deprecated" | "subtests" | "inspected" | "detected" | "generated" | "modules" | "packages"
        | "assertion(s)" | "did" | "not" | "have" | "has" | "been" | "were" | "was" | "the" | "to" | "at"
        | "stopped" | "ran" | "there" | "are" | "is" | "a" | "am" | "pm" | "watching" | "changes" | "change" | "by"
        | "for" | "on" | "type" | "types" | "fatal" | "critical" | "lint" | "unique" | "left" | "finished"
        | "aborted" | "targets" | "target" | "previous" | "emitted" | "doctests" | "properties" | "property"
        | "undefined" | "xfail" | "xpass" | "soft" | "resources" | "documents" | "unit" | "integration" | "lines"
        | "avg" | "minutes" | "offences" | "gesamt" | "dauer" | "each" | "all" | "some" | "from" | "project"
        | "warn" | "warned" | "done" | "no-op" | "noop" | "totals" | "blacklisted" | "unfixable" | "linting" => {
            CountWord::Filler
        }
        _ => CountWord::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_to_their_names() {
        for (line, failed, passed, total) in [
            ("Done. PASS=49 WARN=1 ERROR=0 SKIP=0 NO-OP=0 TOTAL=50", Some(0), Some(49), None),
            ("Done. PASS=48 WARN=1 ERROR=2 SKIP=0 TOTAL=51", Some(2), Some(48), None),
            ("summary: tests=40 failures=0 errors=0 skipped=2 warnings=5", Some(0), None, Some(40)),
            ("summary: tests=40 failures=0 errors=1 skipped=2 warnings=5", Some(1), None, Some(40)),
            ("PASS 90 WARN 5 ERROR 0", Some(0), Some(90), None),
            ("PASS 90 WARN 5 ERROR 3", Some(3), Some(90), None),
            ("Passed: 90, Warnings: 5, Failed: 0", Some(0), Some(90), None),
            ("hosts ok=5 unreachable=1 failed=0", Some(1), Some(5), None),
            ("Tests 9 passed 2 failed", Some(2), Some(9), None),
            ("\t  7 - test_escape (Failed)", None, None, None),
            ("Bilan : 31 réussies, 4 échouées", Some(4), Some(31), None),
            ("Bilan : 31 réussies, 0 échouées", Some(0), Some(31), None),
            ("7 superadas, 1 fallidas", Some(1), Some(7), None),
        ] {
            let counts = read(line).unwrap_or_default();
            assert_eq!((counts.failed, counts.passed, counts.total), (failed, passed, total), "{line}");
        }
        assert_eq!(read("stopped after 2 error 503").and_then(|counts| counts.failed), None);
    }
}

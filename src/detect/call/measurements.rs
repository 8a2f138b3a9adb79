//! Recognizes measurements: results with numbers that say how well something performs, which differ from run to run.
//! Some of them say so by a unit or a label.

use super::classify::CallKind;
use super::input::Input;
use super::numbers::{Label, NumberToken, names_no_amount, words};
use super::volatility::is_still;
use crate::detect::hash;
use crate::detect::text::wait_signs::has_word;
use crate::wire::{Raw, text};

/// The longest result that is read, in bytes: a measurement is short.
const LONGEST: usize = 4096;
/// Words of commands that check how fast something is, and not whether it works.
const BENCHES: [&str; 8] = ["bench", "benches", "benchmark", "benchmarks", "perf", "profile", "timeit", "hyperfine"];
/// What makes a number after it no measurement.
const LABELS: [Label; 4] = [Label::Id, Label::Place, Label::Took, Label::Preposition];

/// The longest result, in bytes, and the most lines of one that is nothing but a measurement: a longer one shows a state,
/// such as that of a service, in which such numbers stand as well.
const SHORT: usize = 400;
const FEW_LINES: usize = 6;
/// Units of what is measured for its own sake; a rate has a unit of its own, such as `MB/s`.
#[rustfmt::skip]
const UNITS: [&str; 17] = [
    "fps", "rps", "qps", "tps", "iops", "bps", "kbps", "mbps", "gbps", "ma", "mw", "mv", "db", "dbm", "khz", "mhz", "ghz",
];
/// Units of short spans, which a run takes as well.
const SPANS: [&str; 5] = ["ms", "us", "µs", "μs", "ns"];
/// What stands before a span that says how long a run took, or how long it waits.
#[rustfmt::skip]
const OF_RUN: [&str; 39] = [
    "took", "elapsed", "uptime", "finished", "time", "times", "timestamp", "duration", "done", "ready", "total", "complete", "completed", "built",
    "compiled", "started", "passed", "failed", "pass", "fail", "ok", "success", "runtime", "waited", "wait", "waiting", "sleep",
    "sleeping", "backoff", "delay", "timeout", "retry", "within", "for", "real", "user", "sys", "ago", "up",
];
/// Labels of figures that are taken over several runs.
#[rustfmt::skip]
const STATISTICS: [&str; 14] = [
    "avg", "average", "mean", "median", "min", "max", "stddev", "mdev", "p50", "p90", "p95", "p99", "latency", "throughput",
];

/// What a result measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Measurement {
    /// Equal for equal measurements.
    pub(crate) key: u64,
    /// A benchmark took it, or a unit or a label says what it is: it is no number that happens to differ.
    pub(crate) sure: bool,
    /// The answer says hardly anything else.
    pub(crate) terse: bool,
}

impl Measurement {
    fn join(self, other: Self) -> Self {
        Self { key: hash::join(self.key, other.key), sure: self.sure || other.sure, terse: false }
    }
}

/// The measurement in a result; `None` if it has none. A check says whether something works and a file what stands in it:
/// neither measures.
pub(super) fn read(raw: Raw<'_>, kind: CallKind, tool: &str, input: &Input) -> Option<Measurement> {
    let given = input.command.as_deref().unwrap_or(&input.text);
    let is_bench = has_word(given, &BENCHES);
    let may_measure = match kind {
        CallKind::Check => is_bench,
        CallKind::Observe => !is_still(tool, input.command.as_deref()),
        CallKind::Unknown | CallKind::Record => true,
        _ => false,
    };
    let body = text::body(raw);
    if !may_measure || body.len() > LONGEST {
        return None;
    }
    let text = text::unescaped(&body);
    let is_short = text.len() <= SHORT && text.lines().nth(FEW_LINES).is_none();
    let found = text.lines().filter_map(measured).reduce(Measurement::join);
    if is_terse(&text) {
        // All its digits count: the figure may stand behind a word that makes others none.
        let sure = found.is_some_and(|found| is_bench || found.sure);
        return Some(Measurement { key: hash::of(&*text), sure, terse: true });
    }
    let found = found?;
    Some(Measurement { sure: is_bench || found.sure && is_short, ..found })
}

/// The most lines of an answer that is a figure and its name.
const TERSE: usize = 3;
/// The most digits of a figure: more are an id or a time.
const FIGURE: usize = 9;
/// Units of time and size that are written out or stand alone.
#[rustfmt::skip]
const QUANTITIES: [&str; 34] = [
    "s", "sec", "secs", "second", "seconds", "min", "mins", "minute", "minutes", "ms", "us", "µs", "μs", "ns", "milliseconds", "microseconds",
    "nanoseconds", "b", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "byte", "bytes", "kbytes", "mbytes", "%", "ops", "cycles", "instructions", "allocs",
];

/// Whether an answer is a line or two that say how much something is, as `time`, `du` and the last lines of a benchmark
/// do. Data in JSON or XML tells of a state.
fn is_terse(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_data = text.trim_start().starts_with(['{', '<']) || text.trim_start().starts_with("[{");
    !is_data && text.len() <= SHORT && lines.clone().nth(TERSE).is_none() && lines.any(has_quantity)
}

/// Whether a line has a number with a unit, or with a name and a colon before it.
fn has_quantity(line: &str) -> bool {
    let mut pieces = line.split(|c: char| c.is_whitespace() || c == '=').filter(|piece| !piece.is_empty()).peekable();
    let mut before = "";
    while let Some(piece) = pieces.next() {
        let plain = piece.trim_start_matches(['(', '[']).trim_end_matches([',', ';', ')', ']']);
        if let Some((digits, unit)) = number(plain).or_else(|| integer(plain)) {
            let unit = if unit.is_empty() { pieces.peek().copied().unwrap_or_default() } else { unit };
            let unit = unit.trim_matches(|c: char| !c.is_alphanumeric() && c != '%').to_lowercase();
            let has_name = before.ends_with(':') && !names_no_amount(before);
            if QUANTITIES.contains(&&*unit) || is_clock(digits) || has_name && digits.len() <= FIGURE {
                return true;
            }
        }
        before = piece;
    }
    false
}

/// A number of digits alone.
fn integer(piece: &str) -> Option<(&str, &str)> {
    is_digits(piece).then_some((piece, ""))
}

/// Whether a number is a time as `bash` writes it: `0m4.236s`.
fn is_clock(piece: &str) -> bool {
    let parts = piece.strip_suffix('s').and_then(|piece| piece.split_once('m'));
    parts.is_some_and(|(minutes, seconds)| {
        is_digits(minutes) && seconds.split_once('.').is_some_and(|(whole, part)| is_digits(whole) && is_digits(part))
    })
}

/// The numbers of a line that measure something.
fn measured(line: &str) -> Option<Measurement> {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '=' | '|' | ',' | ';');
    let mut pieces = line.split(is_end).filter(|piece| !piece.is_empty()).peekable();
    let (mut before, mut label) = (NumberToken::Other, "");
    let mut found: Option<Measurement> = None;
    while let Some(piece) = pieces.next() {
        let numbers = number(piece).filter(|_| !before.label().is_some_and(|label| LABELS.contains(&label)));
        if let Some((digits, unit)) = numbers {
            let unit = if unit.is_empty() { pieces.peek().copied().unwrap_or_default() } else { unit };
            let one = Measurement { key: hash::of(digits), sure: names_measure(label, unit), terse: false };
            found = Some(found.map_or(one, |all| all.join(one)));
        }
        if let Some(word) = words(piece).last() {
            before = word;
        }
        label = piece;
    }
    found
}

/// Whether the label before a number or the unit behind it says what is measured.
fn names_measure(label: &str, unit: &str) -> bool {
    let plain = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/').to_lowercase();
    let (label, unit_is_closed, unit) = (plain(label), unit.contains([')', ']']), plain(unit));
    let is_rate = |word: &str| word.ends_with("/s") || word.ends_with("/sec") || word.ends_with("/second");
    let is_statistic = || label.split('/').any(|part| STATISTICS.contains(&part));
    let is_span = || SPANS.contains(&&*unit) && !label.is_empty() && !OF_RUN.contains(&&*label);
    // What stands in brackets is said in passing, as the time that a test took.
    !unit_is_closed && (is_rate(&unit) || is_rate(&label) || UNITS.contains(&&*unit) || is_statistic() || is_span())
}

/// The number at the start of a word, if it has a fraction, three digits or a unit, and that unit: no date, clock, version
/// or name. Several with slashes between are one, as `ping` writes them.
fn number(piece: &str) -> Option<(&str, &str)> {
    // A range, as benchmarks write it; a whole number in brackets counts the lines of a page.
    let piece = piece.strip_prefix('[').filter(|inner| inner.contains('.')).unwrap_or(piece);
    let piece = piece.trim_end_matches(['.', ':']);
    if is_clock(piece) {
        return Some((piece, ""));
    }
    let is_fraction = |part: &str| {
        part.split_once('.').is_some_and(|(whole, part)| [whole, part].iter().all(|digits| is_digits(digits)))
    };
    if piece.contains('/') && piece.split('/').all(is_fraction) {
        return Some((piece, ""));
    }
    let length = piece.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (digits, unit) = piece.split_at(length);
    let points = digits.bytes().filter(|byte| *byte == b'.').count();
    let is_unit = unit.chars().all(|c| c.is_alphabetic() || matches!(c, '%' | '/')) && unit.len() <= 8;
    let exact = points == 1 || digits.len() >= 3 || !unit.is_empty();
    let measures = digits.starts_with(|c: char| c.is_ascii_digit()) && points <= 1 && is_unit && exact;
    measures.then_some((digits, unit))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_measurements() {
        for (line, measures) in [
            ("throughput 812.4 req/s", true),
            ("p99: 148ms", true),
            ("loss=0.3312", true),
            ("score 741", true),
            ("82% of the cache hits", true),
            ("[12:00:01] layout overflow", false),
            ("2026-11-26 10:00 started", false),
            ("server started, pid 48213", false),
            ("12 passed in 0.51s", false),
            ("ready in 312 ms", false),
            ("v1.2.3", false),
            ("Edit applied", false),
            ("[File: /w/a.java (120 lines total)]", false),
            ("parse  time:   [42.1 ms]", true),
            ("3 files", false),
        ] {
            assert_eq!(measured(line).is_some(), measures, "{line}");
        }
        assert_ne!(measured("throughput 812.4"), measured("throughput 812.5"));
    }

    #[test]
    fn a_figure_and_its_name() {
        for (answer, terse) in [
            ("real\t0m4.236s", true),
            ("Finished in 6.2 seconds (files took 0.8 seconds to load)", true),
            ("  Maximum resident set size (kbytes): 421337", true),
            ("parse/large  time:   [42.1 ms]", true),
            ("12 MB\ttarget", true),
            ("Tests  1 failed | 8 passed (9)", false),
            ("pid: 4107", false),
            ("{\"up\": 4107, \"took\": \"3 s\"}", false),
            ("at: 1796000000123", false),
            ("a 1 s\nb 2 s\nc 3 s\nd 4 s", false),
        ] {
            assert_eq!(is_terse(answer), terse, "{answer}");
        }
    }

    #[test]
    fn a_unit_or_a_label_names_a_measurement() {
        for (line, sure) in [
            ("pack_4k 8.47 ms", true),
            (" 3#dump.sql : 1204331 -> 301223, 129.1 MB/s, 956.9 MB/s", true),
            ("Requests/sec: 42458.17", true),
            ("rtt min/avg/max/mdev = 8.339/9.343/13.317/0.271 ms", true),
            ("median 5.3 s", true),
            ("59.2 fps", true),
            ("idle 12.1mA", true),
            ("job ran in 0.31 s", false),
            ("took 312 ms", false),
            ("done 312ms", false),
            ("ok (312 ms)", false),
            ("test_pay failed 312.5ms", false),
            ("duration: 31.2 ms", false),
            ("3 packages built, 31.2 s", false),
            ("retry with backoff 400 ms", false),
            ("api-7f 1/1 Running 0 34s", false),
            ("Memory: 12.3M", false),
            ("Total 741", false),
        ] {
            assert_eq!(measured(line).is_some_and(|found| found.sure), sure, "{line}");
        }
    }
}

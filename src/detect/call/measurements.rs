//! Recognizes measurements: results with numbers that say how well something performs, which differ from run to run.

use super::classify::CallKind;
use super::input::Input;
use super::numbers::{Label, NumberToken, words};
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

/// Equal for equal measurements; `None` if a result is none. A check says whether something works and a file what stands
/// in it: neither measures.
pub(super) fn read(raw: Raw<'_>, kind: CallKind, tool: &str, input: &Input) -> Option<u64> {
    let given = input.command.as_deref().unwrap_or(&input.text);
    let may_measure = match kind {
        CallKind::Check => has_word(given, &BENCHES),
        CallKind::Observe => !is_still(tool, input.command.as_deref()),
        CallKind::Unknown | CallKind::Record => true,
        _ => false,
    };
    let body = text::body(raw);
    if !may_measure || body.len() > LONGEST {
        return None;
    }
    text::unescaped(&body).lines().filter_map(measured).reduce(hash::join)
}

/// The numbers of a line that measure something.
fn measured(line: &str) -> Option<u64> {
    let mut before = NumberToken::Other;
    let mut sum = None;
    for piece in line.split(|c: char| c.is_whitespace() || matches!(c, '=' | '|' | ',' | ';')) {
        let number = number(piece).filter(|_| !before.label().is_some_and(|label| LABELS.contains(&label)));
        if let Some(number) = number {
            sum = Some(hash::join(sum.unwrap_or_default(), hash::of(number)));
        }
        if let Some(word) = words(piece).last() {
            before = word;
        }
    }
    sum
}

/// The number at the start of a word, if it has a fraction, three digits or a unit: no date, clock, version or name.
fn number(piece: &str) -> Option<&str> {
    let piece = piece.trim_end_matches(['.', ':']);
    let length = piece.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (digits, unit) = piece.split_at(length);
    let points = digits.bytes().filter(|byte| *byte == b'.').count();
    let is_unit = unit.chars().all(|c| c.is_alphabetic() || matches!(c, '%' | '/')) && unit.len() <= 8;
    let exact = points == 1 || digits.len() >= 3 || !unit.is_empty();
    (digits.starts_with(|c: char| c.is_ascii_digit()) && points <= 1 && is_unit && exact).then_some(digits)
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
            ("3 files", false),
        ] {
            assert_eq!(measured(line).is_some(), measures, "{line}");
        }
        assert_ne!(measured("throughput 812.4"), measured("throughput 812.5"));
    }
}

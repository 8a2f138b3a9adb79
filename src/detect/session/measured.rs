//! Tracks what calls measure of the quantities that a request may set a target for, and tells whether the last measurement
//! misses it.

use super::request::UserRequest;
use crate::detect::call::Call;
use crate::detect::call::shell::{SimpleCommand, commands};
use crate::detect::quoted::quoted;
use crate::detect::text::ending::Ending;
use crate::detect::text::head_and_tail::tail;
use crate::detect::text::reported::tells_failure;
use crate::detect::text::targets::{Quantity, SCORES, Target, bytes, milliseconds, number, targets, unit};
use crate::wire::part::ToolState;
use crate::wire::text::{self, EXCERPT};

/// How much of an output is read, in bytes.
const OUTPUT: usize = 8 * 1024;

/// The percentiles that are read.
const PERCENTILES: [u32; 5] = [50, 75, 90, 95, 99];

/// What a call measured.
#[derive(Debug, Clone)]
pub(super) struct Measured {
    quantity: Quantity,
    value: f64,
    /// The number as it was printed, and the line.
    digits: String,
    line: String,
}

/// Reads what a call measures.
pub(super) fn measured(call: &Call, state: Option<&ToolState<'_>>) -> Vec<Measured> {
    let Some(line) = call.input.command.as_deref().filter(|_| call.line.is_some()) else { return Vec::new() };
    let Some(output) = state.and_then(|state| state.error.or(state.output)) else { return Vec::new() };
    let output = text::decode(output);
    let said = tail(&output, OUTPUT);
    let listed = commands(line);
    let has_number = |line: &&str| line.bytes().any(|byte| byte.is_ascii_digit());
    let mut found: Vec<Measured> = said.lines().filter(has_number).flat_map(of_line).collect();
    found.extend(of_command(&listed, said));
    // The coverage of several packages, or the latency of several pages, is no single number.
    let is_single = |one: &Measured| match one.quantity {
        Quantity::Coverage | Quantity::Percentile(_) | Quantity::Query => {
            found.iter().filter(|other| other.quantity == one.quantity).count() == 1
        }
        _ => true,
    };
    found.iter().filter(|one| is_single(one)).cloned().collect()
}

fn of(quantity: Quantity, text: &str, factor: impl Fn(&str) -> Option<f64>, line: &str) -> Option<Measured> {
    let text = text.trim_start_matches([' ', ':', '=', '|', '\t']);
    let (value, length) = number(text)?;
    let factor = factor(unit(&text[length..]))?;
    Some(Measured {
        quantity,
        value: value * factor,
        digits: text[..length].to_owned(),
        line: quoted(line.trim(), EXCERPT),
    })
}

/// What a line says whose label is known, whoever prints it.
fn of_line(line: &str) -> Vec<Measured> {
    let lower = line.to_lowercase();
    let labelled = labelled(&lower, line).or_else(|| score(&lower, line));
    labelled.map_or_else(|| percentiles(&lower, line), |measured| vec![measured])
}

/// What stands behind or before a label; `lower` is the line in small letters.
fn labelled(lower: &str, line: &str) -> Option<Measured> {
    let any = |_: &str| Some(1.0);
    let start = lower.trim_start();
    if let Some(row) = start.strip_prefix("total ").filter(|row| row.trim_end().ends_with('%')) {
        return of(Quantity::Coverage, row.split_whitespace().next_back()?, any, line);
    }
    if let Some(row) = start.strip_prefix("all files") {
        return of(Quantity::Coverage, row, any, line);
    }
    if let Some((_, rest)) = start.split_once("execution time:") {
        return of(Quantity::Query, rest, milliseconds, line);
    }
    if let Some((before, _)) =
        lower.split_once(" warnings").or_else(|| lower.split_once(" warning ").filter(|_| lower.contains("generated")))
    {
        let count = before.rsplit(|c: char| !c.is_ascii_digit()).next()?;
        return of(Quantity::Warnings, count, any, line);
    }
    if lower.contains("% of statements") && !lower.starts_with("ok") {
        return of(Quantity::Coverage, start.strip_prefix("coverage:")?, any, line);
    }
    None
}

/// Percentiles: `p(90)=280ms p(95)=312.4ms`, `p99: 1.2s`, `95% in 0.18 secs`.
fn percentiles(lower: &str, line: &str) -> Vec<Measured> {
    let row = lower.trim_start().split_once("% in ");
    let labels = lower.match_indices('p').filter(|(at, _)| !lower[..*at].ends_with(char::is_alphanumeric));
    let labels = labels.filter_map(|(at, _)| {
        let rest = &lower[at + 1..];
        let inner = rest.strip_prefix('(').unwrap_or(rest);
        let (percent, behind) = inner.split_at_checked(2)?;
        Some((percent, behind.strip_prefix(')').unwrap_or(behind)))
    });
    let measured = |(percent, rest): (&str, &str)| {
        let percent: u32 = percent.parse().ok().filter(|percent| PERCENTILES.contains(percent))?;
        of(Quantity::Percentile(percent), rest, milliseconds, line)
    };
    row.into_iter().chain(labels).filter_map(measured).collect()
}

/// A score with its name in front: `val_accuracy: 0.89`.
fn score(lower: &str, line: &str) -> Option<Measured> {
    SCORES.iter().find_map(|(name, _)| {
        lower.match_indices(name).find_map(|(at, _)| {
            let rest = &lower[at + name.len()..];
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let is_own = !lower[..at].ends_with(is_word) && rest.starts_with([':', '=', ' ']);
            let value = rest.trim_start().strip_prefix([':', '='])?;
            of(Quantity::Score(name), value, |_| Some(1.0), line).filter(|measured| is_own && measured.value <= 1.0)
        })
    })
}

/// What only the command says what it is: the size that `du` prints, the words that `wc` counts.
fn of_command(listed: &[SimpleCommand], said: &str) -> Option<Measured> {
    let command = listed.last()?;
    let has = |word: &str| command.words.iter().any(|other| other == word);
    let bare = |quantity| {
        let mut rows = said.lines().rev().filter(|line| !line.trim().is_empty());
        of(quantity, rows.next()?, |_| Some(1.0), said.trim_end().rsplit('\n').next()?)
    };
    let size = |text: &str| {
        let lower = text.to_lowercase();
        of(
            Quantity::Size,
            &lower,
            |unit| bytes(unit).or_else(|| (unit == "m").then_some(1e6)).or_else(|| (unit == "g").then_some(1e9)),
            text,
        )
    };
    match command.program() {
        "du" => size(said.trim_end().rsplit('\n').next()?),
        "docker" | "podman" if has("images") || has("image") => {
            let mut sizes = said.lines().filter_map(|line| size(line.split_whitespace().next_back()?));
            let only = sizes.next()?;
            sizes.next().is_none().then_some(only)
        }
        "wc" if has("-w") => bare(Quantity::Words),
        _ if listed.iter().any(|command| command.words.iter().any(|word| word == "lighthouse")) => said
            .trim()
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
            .then(|| bare(Quantity::Audit))
            .flatten(),
        _ => None,
    }
}

/// The last measurements.
#[derive(Debug, Default)]
pub(super) struct Measurements(Vec<Measured>);

impl Measurements {
    /// Records what a call measured, and whether it changed what was measured before.
    pub(super) fn record(&mut self, measured: &[Measured], changes: bool) {
        if changes {
            self.0.clear();
        }
        for new in measured {
            self.0.retain(|old| old.quantity != new.quantity);
            self.0.push(new.clone());
        }
    }

    /// That the last measurement misses what the request asks for, and the answer does not say so.
    pub(super) fn fact(&self, answer: &str, request: &UserRequest) -> Option<String> {
        let wanted: Vec<Target> = request.sentences().flat_map(targets).collect();
        let missed = wanted.iter().find_map(|target| {
            let last = self.0.iter().find(|measured| measured.quantity == target.quantity)?;
            target.is_missed_by(last.value).then_some((target, last))
        });
        let (target, last) = missed?;
        let whole = last.digits.split(['.', ',']).next().unwrap_or_default();
        let gives = |digits: &str| {
            answer.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').any(|word| {
                let word = word.trim_matches(['.', ',']);
                word == digits || word.replace(',', ".") == digits
            })
        };
        let is_told = gives(&last.digits) || whole.len() > 1 && gives(whole);
        let is_over = !answer.trim().is_empty() && Ending::read(answer) == Ending::Plain;
        (is_over && !is_told && !tells_failure(answer, &[])).then(|| {
            format!(
                "the user asked for \"{}\", and the last measurement says \"{}\"",
                quoted(&target.said, EXCERPT),
                last.line
            )
        })
    }
}

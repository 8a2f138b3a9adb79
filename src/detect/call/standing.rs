//! Tells whether what is looked at stands still although numbers in the answers change: clocks, heartbeats and tries go
//! on by themselves.

use super::moving_numbers::{SIZES, is_clock};
use super::normalize::without_numbers;
use super::tokens::{timestamp_length, uuid_length};
use crate::detect::hash;
use crate::detect::text::stuck::{Plight, plight};
use crate::detect::text::wait_signs;
use crate::wire::{Raw, text};

/// The longest result that is read, in bytes.
pub(super) const LONGEST: usize = 4096;
/// An answer with more figures is a table or a log.
const MOST: usize = 48;
/// How many words behind a number may say what it counts.
const BEHIND: usize = 2;
/// How much behind a number is read for them, in bytes.
const NEAR: usize = 32;
/// How many digits of a fraction are compared.
const FRACTION: usize = 3;

/// Units of time, and how they begin: what they measure is a clock.
#[rustfmt::skip]
const SPANS: [&str; 28] = [
    "s", "sec", "secs", "second", "seconds", "ms", "us", "ns", "m", "min", "mins", "minute", "minutes", "h", "hr", "hrs", "hour", "hours", "d",
    "day", "days", "week", "weeks", "minuten", "sekunden", "stunden", "minutos", "segundos",
];
/// Words of names whose numbers go on by themselves, or name something.
#[rustfmt::skip]
const CLOCKS: [&str; 66] = [
    "uptime", "elapsed", "age", "duration", "time", "times", "took", "heartbeat", "heartbeats", "hb", "beat", "beats", "keepalive", "keepalives",
    "attempt", "attempts", "retry", "retries", "retrying", "retried", "try", "tries", "tried", "restart", "restarts", "restarted", "tick", "ticks",
    "poll", "polls", "ping", "pings", "probe", "probes", "ago", "since", "waited", "waiting", "runtime", "walltime", "clock", "timestamp", "ts",
    "date", "backoff", "reconnects", "pid", "ppid", "port", "id", "thread", "session", "request", "seq", "sequence", "version", "resourceversion",
    "laufzeit", "dauer", "versuch", "versuche", "durée", "tentative", "tentatives", "intento", "попытка",
];
/// Words of names whose numbers get on by falling, as what is left does.
const LEFT: [&str; 8] = ["left", "remaining", "eta", "verbleibend", "restantes", "restant", "осталось", "残り"];
#[rustfmt::skip]
const FALLING: [&str; 22] = [
    "lag", "behind", "pending", "queued", "backlog", "error", "errors", "failed", "failing", "failure", "failures", "fail", "denied", "dropped",
    "lost", "crashes", "exceptions", "timeouts", "warnings", "unassigned", "missing", "fehler",
];
/// Words of names whose numbers say how far the work is.
#[rustfmt::skip]
const DONE: [&str; 58] = [
    "done", "copied", "applied", "apply", "exec", "executed", "replayed", "replay", "processed", "completed", "complete", "completion", "progress",
    "percent", "percentage", "committed", "commit", "written", "imported", "exported", "migrated", "indexed", "uploaded", "downloaded", "transferred",
    "synced", "loaded", "finished", "succeeded", "passed", "handled", "consumed", "restored", "converted", "rendered", "moved", "saved", "inserted",
    "acked", "current", "flushed", "verified", "scanned", "compiled", "installed", "sent", "ready", "updated", "fertig", "erledigt", "kopiert",
    "verarbeitet", "traités", "copiés", "procesados", "copiados", "обработано", "готово",
];

/// What a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// How far the work is.
    Goal,
    /// What must fall.
    Falling,
    /// How many there are of something.
    Count,
    /// Nobody says what it is: it may be a clock.
    Bare,
}

/// A number that may be progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Figure {
    sort: Sort,
    /// In thousandths.
    value: u64,
}

/// What one answer shows.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    plight: Plight,
    /// Equal for answers that differ in numbers only.
    shape: u64,
    figures: Vec<Figure>,
}

impl Look {
    /// Reads a result, as it was written and normalized; `None` if it is full of figures.
    pub(super) fn read(raw: Raw<'_>, normalized: &str) -> Option<Self> {
        let body = text::body(raw);
        let text = text::unescaped(&body);
        let mut figures = Vec::new();
        text.lines().for_each(|line| of_line(line, &mut figures));
        let shape = hash::of(without_numbers(normalized));
        (figures.len() <= MOST).then(|| Self { plight: plight(&text), shape, figures })
    }

    /// The figures that say how far the work is, each once.
    fn goals(&self) -> Vec<u64> {
        let goals = self.figures.iter().filter(|figure| figure.sort == Sort::Goal);
        let mut goals: Vec<u64> = goals.map(|figure| figure.value).collect();
        goals.sort_unstable();
        goals.dedup();
        goals
    }
}

fn of_line(line: &str, figures: &mut Vec<Figure>) {
    let bytes = line.as_bytes();
    let mut at = 0;
    while at < bytes.len() && figures.len() <= MOST {
        let part_of_word = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'_' | b'.'));
        if !bytes[at].is_ascii_digit() || part_of_word {
            at += 1;
            continue;
        }
        let (figure, length) = figure(line, at);
        figures.extend(figure);
        at += length.max(1);
    }
}

/// The figure that begins at `at`, if it is one, and the length of what it stands in.
fn figure(line: &str, at: usize) -> (Option<Figure>, usize) {
    let rest = &line[at..];
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(rest);
    if let Some(length) = uuid_length(rest).or_else(|| timestamp_length(rest, whole)) {
        return (None, length);
    }
    let fraction = if rest[whole..].starts_with('.') { digits(&rest[whole + 1..]) } else { 0 };
    let number = if fraction > 0 { whole + 1 + fraction } else { whole };
    let letters = rest[number..].bytes().take_while(u8::is_ascii_alphanumeric).count();
    let length = number + letters;
    let of = goal_behind(&rest[length..]);
    let sort = sort(&line[..at], &rest[number..length], &rest[length..], of > 0);
    let thousandths = &rest[number - fraction..number - fraction.saturating_sub(FRACTION)];
    let value = format!("{}{thousandths:0<FRACTION$}", &rest[..whole]).parse().ok();
    let value = value.and_then(|value: u64| value.checked_mul(size(&rest[number..])));
    (sort.zip(value).map(|(sort, value)| Figure { sort, value }), length + of)
}

/// How many bytes the unit of size behind a number stands for; 1 if it is none.
fn size(behind: &str) -> u64 {
    let unit = behind.strip_prefix(' ').unwrap_or(behind);
    let name = &unit[..unit.bytes().take_while(u8::is_ascii_alphabetic).count()];
    let found = SIZES.iter().find(|(known, _)| *known == name && (name.len() > 1 || unit.len() == behind.len()));
    found.map_or(1, |(_, thousands)| 1000_u64.pow(*thousands))
}

/// The length of what makes a number one of so many, or a share: `/20`, ` of 20`, ` %`.
fn goal_behind(behind: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = ["/", " / ", " of ", " von ", " sur ", " de "].iter().find_map(|mark| {
        let count = behind.strip_prefix(mark).map_or(0, digits);
        (count > 0).then_some(mark.len() + count)
    });
    let share = ["%", " %"].iter().find(|mark| behind.starts_with(**mark)).map(|mark| mark.len());
    whole.or(share).unwrap_or_default()
}

/// What a number is, by what stands around it; `None` if it goes on by itself, or is a name.
fn sort(before: &str, unit: &str, behind: &str, is_share: bool) -> Option<Sort> {
    let near = &behind[..behind.floor_char_boundary(NEAR)];
    let near = near.split(['|', ',', ';', '(', ')', '"']).next().unwrap_or_default();
    let next: Vec<String> = near
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .take(BEHIND)
        .map(str::to_lowercase)
        .collect();
    let label = label(before);
    let said = |table: &[&str]| {
        let words = if label.is_empty() { &next } else { &label };
        words.iter().any(|word| table.contains(&&**word))
    };
    let follows = |table: &[&str]| unit.is_empty() && next.first().is_some_and(|word| table.contains(&&**word));
    let is_size = is_size(unit) || unit.is_empty() && next.first().is_some_and(|_| size(behind) > 1);
    let is_span = SPANS.contains(&unit) || is_compound(unit) || follows(&SPANS) && !is_size;
    let is_rate = behind.trim_start().trim_start_matches(|c: char| c.is_ascii_alphabetic()).starts_with("/s");
    if !unit.is_empty() && !is_size && !is_span || is_rate || before.ends_with(['/', '-', '#', '@', '.']) {
        return None;
    }
    if said(&LEFT) || said(&FALLING) && !is_span && !is_past(behind) {
        return Some(Sort::Falling);
    }
    if is_span || said(&CLOCKS) || is_past(behind) {
        return None;
    }
    if is_share || is_size || said(&DONE) {
        return Some(Sort::Goal);
    }
    let is_named = !next.is_empty() || label.iter().any(|word| word.chars().count() > 1);
    Some(if is_named { Sort::Count } else { Sort::Bare })
}

fn is_size(unit: &str) -> bool {
    SIZES.iter().any(|(name, _)| *name == unit)
}

/// Whether the number before this is how often something happened, and the last time is told: `3 (11s ago)`.
fn is_past(behind: &str) -> bool {
    let inner = behind.trim_start().strip_prefix('(').and_then(|inner| inner.split(')').next());
    inner.is_some_and(|inner| inner.ends_with("ago"))
}

/// Whether what stands behind the first digits of a word goes on as a duration does: the `h12m` of `1h12m`.
fn is_compound(unit: &str) -> bool {
    unit.bytes().any(|byte| byte.is_ascii_digit()) && unit.bytes().all(|byte| b"0123456789smhdw".contains(&byte))
}

/// The words of the name right before a number: `"rows_done": 7`, `elapsed 7`, `hb=7`.
fn label(before: &str) -> Vec<String> {
    let mark = |c: char| matches!(c, '"' | '\'' | ' ' | '\t' | ':' | '=' | '[' | '#' | '<' | '~');
    let near = before.trim_end_matches(mark);
    let start = near.char_indices().rev().take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let start = start.last().map_or(near.len(), |(at, _)| at);
    wait_signs::words(&near[start..])
}

/// How a look compares with the one before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Stand {
    /// Nothing but clocks differs.
    pub(crate) equal: bool,
    /// Something has come of it.
    pub(crate) moves: bool,
    /// How stuck it is, if nothing has come of it.
    pub(crate) plight: Plight,
}

/// How far a figure went.
#[derive(Debug, Clone, Copy)]
struct Range {
    low: u64,
    high: u64,
    last: u64,
}

/// What figures did since the look before.
#[derive(Debug, Default)]
struct Steps {
    /// Some of them changed.
    differ: bool,
    /// Some that say how far the work is are where they never were.
    on: bool,
    /// So are others, and they are no clocks.
    others: bool,
}

/// What the looks at one thing have shown so far.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    last: Option<Look>,
    ranges: Vec<Range>,
    ended: i64,
}

impl Standing {
    /// Compares the next look, which ended at `ended`, in milliseconds.
    pub(crate) fn advance(&mut self, look: &Look, ended: i64) -> Stand {
        let passed = ended.saturating_sub(std::mem::replace(&mut self.ended, ended)).unsigned_abs();
        let last = self.last.replace(look.clone());
        let Some(last) = last.as_ref().filter(|last| last.is_like(look)) else {
            let range = |figure: &Figure| Range { low: figure.value, high: figure.value, last: figure.value };
            self.ranges = look.figures.iter().map(range).collect();
            return last.map_or_else(Stand::default, |last| look.after_another(&last));
        };
        let steps = self.take(look, passed);
        let plight = look.plight.min(last.plight);
        let has_goal = look.figures.iter().any(|figure| figure.sort == Sort::Goal);
        // What was to be done is not: other numbers, as of what was read for it, are no help.
        let stands = !steps.on && (!steps.others || has_goal && plight > Plight::None || plight == Plight::Hopeless);
        Stand { equal: !steps.differ, moves: !stands, plight: if stands { plight } else { Plight::None } }
    }

    /// Records the figures of a look that is like the last one.
    fn take(&mut self, look: &Look, passed: u64) -> Steps {
        let mut steps = Steps::default();
        for (range, Figure { sort, value }) in self.ranges.iter_mut().zip(&look.figures) {
            let is_clock = *sort == Sort::Bare && is_clock(value.abs_diff(range.last) / 1000, passed);
            steps.differ |= *value != range.last && !is_clock;
            match sort {
                Sort::Goal => steps.on |= *value < range.low || *value > range.high,
                Sort::Falling => steps.on |= *value < range.low,
                Sort::Count | Sort::Bare => steps.others |= (*value < range.low || *value > range.high) && !is_clock,
            }
            *range = Range { low: range.low.min(*value), high: range.high.max(*value), last: *value };
        }
        steps
    }
}

impl Look {
    /// Whether two answers differ in numbers only.
    fn is_like(&self, other: &Self) -> bool {
        let sorts = |look: &Self| look.figures.iter().map(|figure| figure.sort).collect::<Vec<_>>();
        self.shape == other.shape && sorts(self) == sorts(other)
    }

    /// Compares with the look before it, whose words are others, as of a log that is cut elsewhere.
    fn after_another(&self, last: &Self) -> Stand {
        let goals = self.goals();
        let stands = !goals.is_empty() && goals == last.goals();
        let plight = if stands { self.plight.min(last.plight) } else { Plight::None };
        Stand { equal: false, moves: plight == Plight::None, plight }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What came of the last of these looks, with half a minute between them.
    fn last_of<T: AsRef<str>>(answers: &[T]) -> Stand {
        let mut standing = Standing::default();
        let mut ended = 0;
        let mut next = |text: &str| {
            ended += 30_000;
            let source = serde_json::to_string(text).unwrap();
            let raw = Raw::new(&source);
            let normalized = super::super::normalize::normalize_raw_output(raw, &[]);
            standing.advance(&Look::read(raw, &normalized).unwrap(), ended)
        };
        answers.iter().map(|text| next(text.as_ref())).last().unwrap()
    }

    fn series(of: impl Fn(u64) -> String) -> Vec<String> {
        (3..9).map(of).collect()
    }

    #[test]
    fn clocks_are_no_progress() {
        for looks in [
            series(|n| format!("index   Up {n} minutes (healthy)   7700/tcp")),
            series(|n| format!(r#"{{"stage":"LOAD","docs_done":0,"beats":{},"uptime_s":{}}}"#, 7 * n, 30 * n)),
            series(|n| format!("try {n}, elapsed {} s | 12/40", 30 * n)),
            series(|n| format!("waiting, t={}", 30 * n)),
            series(|n| format!("mail-0  0/1  Error  {n} ({n}s ago)  {n}m")),
        ] {
            assert!(last_of(&looks).equal && !last_of(&looks).moves, "{looks:?}");
        }
        for looks in [
            series(|n| format!("docs {}", 11 * n)),
            series(|n| format!("docs done {}", 30 * n)),
            series(|n| format!("{} of 90", 3 * n)),
            series(|n| format!("{} %", 3 * n)),
            series(|n| format!("4{n}.5 GB of it")),
            series(|n| format!("eta {}m", 90 - n)),
            series(|n| format!("lag {}", 9000 - 512 * n)),
        ] {
            assert!(!last_of(&looks).equal && last_of(&looks).moves, "{looks:?}");
        }
    }

    #[test]
    fn what_is_stuck_stands_whatever_was_read_for_it() {
        for looks in [
            series(|n| {
                format!(
                    "SQL_Running: No
Read_Pos: {}
Exec_Pos: 417
Last_Error: no such table",
                    4096 * n
                )
            }),
            series(|n| format!("sink FAILED at 12 of 80, received {}", 371 * n)),
        ] {
            assert_eq!(last_of(&looks).plight, Plight::Stuck, "{looks:?}");
        }
        let full = series(|n| {
            format!(
                "{}
write b{n}.tif: No space left on device",
                11 * n
            )
        });
        assert_eq!(last_of(&full).plight, Plight::Hopeless);
        let log = series(|n| {
            if n % 2 == 0 {
                "rank 2: error
step 9 of 40"
            } else {
                "step 9 of 40
rank 2: error"
            }
            .to_owned()
        });
        assert_eq!(last_of(&log).plight, Plight::Error);
        for looks in [
            series(|n| {
                format!(
                    "SQL_Running: No
Read_Pos: 4096
Exec_Pos: {}
Last_Error: no such table",
                    417 * n
                )
            }),
            series(|n| format!("sink FAILED at {n} of 80, received 371")),
            series(|n| format!("status: red, unassigned {}", 40 - n)),
            series(|n| format!("status: degraded, {} files", 11 * n)),
            series(|n| format!("{} of 90 written, others: No space left on device", 11 * n)),
        ] {
            assert_eq!(last_of(&looks).plight, Plight::None, "{looks:?}");
        }
    }
}

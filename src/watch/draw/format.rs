//! Formats numbers, times and texts for few columns.

use crate::printable::dollars;
use ratatui::text::Span;

/// A duration in milliseconds in at most six characters: `42s`, `3m12s`, `2h05m`, `4d03h`.
pub fn duration(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m{:02}s", seconds % 60),
        (0, _, _) => format!("{hours}h{:02}m", minutes % 60),
        _ => format!("{days}d{:02}h", hours % 24),
    }
}

/// A count in at most five characters: `950`, `12.3k`, `1.2M`.
#[allow(clippy::cast_precision_loss, reason = "the digits that are lost are not shown")]
pub fn count(n: u64) -> String {
    match n {
        0..1000 => n.to_string(),
        1000..99_950 => format!("{:.1}k", n as f64 / 1e3),
        99_950..999_500 => format!("{:.0}k", n as f64 / 1e3),
        999_500..999_500_000 => format!("{:.1}M", n as f64 / 1e6),
        _ => format!("{:.1}G", n as f64 / 1e9),
    }
}

/// What tokens cost in dollars; nothing is known of a price where the agent reports none.
pub fn cost(amount: f64) -> String {
    if amount > 0.0 { dollars(amount) } else { "no price known".to_owned() }
}

/// How many columns a text takes.
pub fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// The text in at most `columns` columns, with an ellipsis if it was cut.
pub fn fit(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    if columns == 0 {
        return String::new();
    }
    let (head, _) = split(text, columns - 1);
    format!("{}…", head.trim_end())
}

/// The text cut where `columns` columns are full.
fn split(text: &str, columns: usize) -> (&str, &str) {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += width(c.encode_utf8(&mut [0; 4]));
        if used > columns {
            return text.split_at(at);
        }
    }
    (text, "")
}

/// The text in rows of at most `columns` columns, broken between words where that is possible.
pub fn wrap(text: &str, columns: usize) -> Vec<&str> {
    let mut rows = Vec::new();
    let mut rest = text;
    while width(rest) > columns && columns > 0 {
        let (head, tail) = split(rest, columns);
        if head.is_empty() {
            // A character that is wider than the row.
            break;
        }
        let space = head.rfind(' ').filter(|at| *at > 0 && !tail.starts_with(' '));
        let at = space.map_or(head.len(), |at| at + 1);
        rows.push(rest[..at].trim_end());
        rest = rest[at..].trim_start_matches(' ');
    }
    rows.push(rest);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formats_durations() {
        let cases = [(-5, "0s"), (59_999, "59s"), (192_000, "3m12s"), (7_500_000, "2h05m"), (356_400_000, "4d03h")];
        for (ms, text) in cases {
            assert_eq!(duration(ms), text);
        }
    }

    #[test]
    fn formats_numbers() {
        for (n, text) in
            [(950, "950"), (12_345, "12.3k"), (99_960, "100k"), (1_234_567, "1.2M"), (5_000_000_000, "5.0G")]
        {
            assert_eq!(count(n), text);
        }
        assert_eq!(
            (dollars(0.0), dollars(0.0045), dollars(12.345)),
            ("$0.00".into(), "$0.0045".into(), "$12.35".into())
        );
    }

    #[test]
    fn breaks_between_words() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("日本語日本", 4), ["日本", "語日", "本"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(fit("日本語", 5), "日本…");
    }

    proptest! {
        #[test]
        fn never_wider_than_asked(text in ".{0,60}", columns in 2usize..40) {
            prop_assert!(width(&fit(&text, columns)) <= columns);
            for row in wrap(&text, columns) {
                prop_assert!(width(row) <= columns);
            }
        }
    }
}

use super::*;
use proptest::prelude::*;

/// 2026-11-25T12:00:00Z.
const NOON: i64 = 1_795_608_000_000;

#[test]
fn reads_the_words_of_providers() {
    let mut wrong = Vec::new();
    let lines = include_str!("samples.tsv").lines().filter(|line| !line.starts_with('#'));
    for line in lines {
        let fields: Vec<_> = line.splitn(3, '\t').collect();
        let read = Provider::read(fields[2], NOON);
        let wait = read.until.map_or("-".to_owned(), |until| ((until - NOON) / 1000).to_string());
        if format!("{:?}", read.refusal) != fields[0] || wait != fields[1] {
            wrong.push(format!("{:?} {wait}, not {line}", read.refusal));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn reads_times() {
    for (text, wait) in [
        ("retry-after-ms: 1500", 1500),
        ("Please try again in 340ms", 340),
        ("try again in 1h 2m 3.5s", 3_723_500),
        ("retryDelay: \"36s\"", 36_000),
        ("reset_at: 1795608060", 60_000),
        ("resets at 2026-11-25T13:00:00+02:00 or resets 2026-11-25T15:00:00+02:00", 3_600_000),
        ("resets at 2026-11-25T14:30:00+02:00", 1_800_000),
        ("until 2026-11-25T12:00:30.123Z", 30_000),
        ("resets 5:30pm (est)", 10 * 3_600_000 + 1_800_000),
        ("resets at 09:00 UTC", 21 * 3_600_000),
        ("resets at 09:00", 0),
        ("resets 3pm", 0),
        ("resets Nov 30", 0),
        ("will reset at 2026-11-25 21:33:08", 0),
        ("will reset at 2026-11-25 13:00:00 utc", 3_600_000),
        ("wait about 2 minutes", 120_000),
        ("try again in 9999999999 days", 0),
        ("it said resets", 0),
        ("version 2026-13-45 12:00", 0),
        ("try again in a few minutes", 0),
    ] {
        let until = Provider::read(text, NOON).until.map_or(0, |until| until - NOON);
        assert_eq!(until, wait, "{text}");
    }
}

#[test]
fn long_texts_are_quick() {
    let start_words = ["try again in 1h", "20", "wait ", "?", "a b ", "rate limit "];
    for word in start_words {
        let text = word.repeat(1 << 20 >> 3);
        let _ = Provider::read(&text, NOON);
    }
}

proptest! {
    #[test]
    fn reads_any_text(text in "\\PC{0,200}", now in any::<i64>()) {
        let read = Provider::read(&text, now);
        prop_assert!(read.until.is_none_or(|until| until > now));
    }

    #[test]
    fn reads_any_time(text in "(try again in|resets at|retry-after:|resets|until) ?[0-9a-z:., +-]{0,40}", now in 0..1i64 << 52) {
        let read = Provider::read(&text, now);
        prop_assert!(read.until.is_none_or(|until| until > now));
    }
}

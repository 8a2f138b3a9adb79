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
        let read = ProviderError::read(fields[2], NOON);
        let wait = read.until.map_or("-".to_owned(), |until| ((until - NOON) / 1000).to_string());
        if format!("{:?}", read.fault) != fields[0] || wait != fields[1] {
            wrong.push(format!("{:?} {wait}, not {line}", read.fault));
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
        ("resets Nov 26", 0),
        ("will reset at 2026-11-25 21:33:08", 0),
        ("will reset at 2026-11-25 13:00:00 utc", 3_600_000),
        ("wait about 2 minutes", 120_000),
        ("try again in 9999999999 days", 0),
        ("it said resets", 0),
        ("version 2026-13-45 12:00", 0),
        ("try again in a few minutes", 0),
    ] {
        let until = ProviderError::read(text, NOON).until.map_or(0, |until| until - NOON);
        assert_eq!(until, wait, "{text}");
    }
}

/// Dates, clocks and spans in the forms in which people and programs write them, as minutes after noon.
#[allow(clippy::too_many_lines, reason = "a table")]
#[test]
fn reads_dates() {
    for (text, minutes) in [
        ("try again at Nov 28th, 2026 9:12 AM", 2 * 1440 + 21 * 60 + 12),
        ("try again on Nov 28, 2026 at 9:12 AM (UTC)", 2 * 1440 + 21 * 60 + 12),
        ("available again on 28 November 2026, 21:12 utc", 3 * 1440 + 9 * 60 + 12),
        ("resets Sat, Nov 28 at 12:30 GMT", 3 * 1440 + 30),
        ("Retry-After: Wed, 25 Nov 2026 12:45:00 GMT", 45),
        ("resets on 2026-11-29", 3 * 1440 + 12 * 60),
        ("limit resets 2027-01-01T00:00:00-05:00", 36 * 1440 + 17 * 60),
        ("resets 3pm (America/New_York)", 8 * 60),
        ("resets 8am (America/Los_Angeles)", 4 * 60),
        ("resets 11:30pm (Asia/Kolkata)", 6 * 60),
        ("resets 3pm (Europe/Berlin)", 2 * 60),
        ("resets Jul 1, 9am (Europe/Berlin)", 217 * 1440 + 19 * 60),
        ("resets at midnight Pacific time", 20 * 60),
        ("resets at noon UTC", 1440),
        ("resets at 22:00 UTC+8", 2 * 60),
        ("resets at 22:00 +0530", 4 * 60 + 30),
        ("resets Monday at 9am utc", 4 * 1440 + 21 * 60),
        ("resets Wednesday, 1 pm UTC", 60),
        ("resets tomorrow at 13:00 UTC", 1440 + 60),
        ("resets Jan 2 13:00 UTC", 38 * 1440 + 60),
        ("try again in 2 days 3 hours", 51 * 60),
        ("limit resets in 5h 12m", 312),
        ("limit reached. Time until reset: 2 h 14 min", 134),
        ("next reset 2 hours, 14 minutes", 134),
        ("wait until reset", 0),
        ("try again in 1 day, 4 hours and 30 minutes", 1710),
        ("quota will reset in 01:30:00", 90),
        ("resetsAt\":1795611600", 60),
        ("anthropic-ratelimit-unified-reset: 1795611600", 60),
        ("\"reset_at\": 1795611600000", 60),
        ("x-ratelimit-reset-requests: 6m0s", 6),
        ("额度将于 2026-11-25T21:00:00+08:00 重置", 60),
        ("使用上限。将在 3 小时后重置", 180),
        ("请在 20 分钟后重试", 20),
        ("あと 2 時間で再試行できます", 120),
        ("Try again after 13:05:00 UTC", 65),
        ("retry after 13:05:00 gmt", 65),
        ("try again in 00:20:00", 20),
        ("额度将在 3 日后重置", 3 * 1440),
        ("将于13时5分 (utc) 重置", 65),
        ("额度将于28日重置", 0),
        ("resets at 3pm. Contact the central team", 0),
        ("resets at 3pm. Central office hours apply", 0),
        ("resets at 3pm unless the west region is down", 0),
        ("resets at 3pm on Wednesday (UTC)", 180),
        ("resets at 3pm local time (utc)", 180),
        // In an unknown zone, or no time at all.
        ("resets at 9:12 PM", 0),
        ("try again at Nov 26th, 2026 9:12 AM", 0),
        ("resets monthly", 0),
        ("until may", 0),
        ("try again in a moment", 0),
        ("resets Nov 20, 2026 9:12 AM (UTC)", 0),
    ] {
        let until = ProviderError::read(text, NOON).until.map_or(0, |until| (until - NOON) / 60_000);
        assert_eq!(until, minutes, "{text}");
    }
}

#[test]
fn numbers_beyond_a_calendar_are_no_time() {
    for text in [
        "retry in 9999999999999:00:01",
        "retry in 00:9999999999999999999:01",
        "retry in 00:00:99999999999999999999",
        "resets at 99999999999999999999:00",
        "resets at 10:99999999999999999999",
        "resets at 99999999999999999999pm",
        "resets 2026年99999999999999999999月1日",
        "resets 2026年1月99999999999999999999日",
        "resets nov 99999999999999999999",
        "resets 99999999999999999999 november",
        "resets 99999999999999999999-11-25",
    ] {
        let read = ProviderError::read(text, NOON);
        assert_eq!(read.until, None, "{text}");
    }
}

#[test]
fn vague_times() {
    for (text, vague) in [
        ("limit reached, resets 3pm", true),
        ("resets 3pm (utc)", false),
        ("请于明天 00:00 后重试", true),
        ("limit reached", false),
    ] {
        assert_eq!(ProviderError::read(text, NOON).vague, vague, "{text}");
    }
}

#[test]
fn long_texts_are_quick() {
    let start_words = ["try again in 1h", "20", "wait ", "?", "a b ", "rate limit "];
    for word in start_words {
        let text = word.repeat(1 << 20 >> 3);
        let _ = ProviderError::read(&text, NOON);
    }
}

proptest! {
    #[test]
    fn reads_any_number(
        marker in prop::sample::select(vec!["try again in", "retry after", "resets at", "resets", "reset_at", "wait", "将于", "将在", "until"]),
        number in "[0-9]{1,24}",
        others in proptest::collection::vec("[0-9]{1,22}", 5),
        form in prop::sample::select(vec!["N", "N:00:01", "00:N:M", "00:00:N", "N:00", "0:N", "Npm", "N pm utc", "NdMhOm", "N年M月O日", "2026年N月1日", "2026年1月N日", "N月M日",
            "nov N", "nov 3 N", "N november M", "2026-N-M", "N-M-O", "2026/N/M 10:O", "nov 3, 2026 N:M:O", "N:M utc+O", "N:M +O", "N-11-25T10:M:00Z", "mon N:M:O P utc"]),
        now in 0..1i64 << 52,
    ) {
        let mut said = form.to_owned();
        for (letter, digits) in ["O", "P", "M", "N"].iter().zip(others.iter().chain([&number])) {
            said = said.replace(letter, digits);
        }
        let read = ProviderError::read(&format!("{marker} {said}"), now);
        prop_assert!(read.until.is_none_or(|until| until > now));
    }

    #[test]
    fn reads_any_text(text in "\\PC{0,200}", now in any::<i64>()) {
        let read = ProviderError::read(&text, now);
        prop_assert!(read.until.is_none_or(|until| until > now));
    }

    #[test]
    fn reads_any_time(text in "(try again in|resets at|retry-after:|resets|until) ?(nov |mon |2026-)?[0-9a-z:., +/()年月日-]{0,40}", now in 0..1i64 << 52) {
        let read = ProviderError::read(&text, now);
        prop_assert!(read.until.is_none_or(|until| until > now));
    }
}

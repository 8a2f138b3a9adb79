//! Tests answers that differ in what normalizing hides, in which nothing must be found, and their neighbours in which
//! something must.

use super::support::{bash, failed_after, findings, gravest};
use crate::wire::record::{Finding, Grade, State};

#[test]
fn what_grows_in_fractions_is_watched() {
    let watched = |every: usize, command: &str, says: &dyn Fn(usize) -> String| {
        gravest((0..24usize).map(|n| bash(every * n, command, &says(n)))) <= Some(Grade::Notice)
    };
    assert!(watched(20, "du -sh cache", &|n| format!("{}.{}G\tcache", 2 + n / 4, n % 4 * 2)));
    assert!(watched(20, "ls -lh dump.sql", &|n| format!(
        "-rw-r--r-- 1 u u {}M Nov 27 09:{:02} dump.sql",
        310 + 9 * n,
        n
    )));
    assert!(watched(20, "printer state", &|n| format!("{}.5 % of the part, bed {}.1", 7 + n, 59 + n % 3)));
    assert!(!watched(20, "du -sh cache", &|_| "2.4G\tcache".to_owned()));
    assert!(!watched(20, "du -sh cache", &|n| format!("2.{}G\tcache", 4 + n % 2)));
    assert!(!watched(3, "tail -1 import.log", &|n| format!("09:00:{n:02}.410 waits for a lock on ledger")));
}

#[test]
fn two_settings_are_measured_in_turns() {
    let turns = |says: &dyn Fn(usize) -> String| {
        gravest((0..16usize).flat_map(|n| {
            let set = format!("sed -i 's/^pool = .*/pool = {}/' run.toml", if n % 2 == 0 { "arena" } else { "heap" });
            [bash(60 * n, &set, ""), bash(60 * n + 9, "cargo bench --bench pool", &says(n))]
        }))
    };
    let time = |n: usize| format!("pool/mixed  time: [{0}.2 ms {0}.7 ms {0}.9 ms]", 31 + n * n % 17 + n % 2 * 20);
    assert!(turns(&time) < Some(Grade::Stop));
    assert_eq!(turns(&|_| "error: could not find `pool`".to_owned()), Some(Grade::Stop));
}

#[test]
fn one_program_after_the_other_is_measured() {
    let runs = |command: &dyn Fn(usize) -> String| {
        gravest((0..9).map(|n| bash(60 * n, &command(n), &format!("{}.{n} ns/op", 35 + 7 * n))))
    };
    let names = ["auth", "bills", "carts", "docs", "geo", "index", "jobs", "ledger", "mail"];
    for start in ["cargo fuzz run", "cargo run --release --bin", "go run ./cmd/seed", "npm run bench"] {
        assert!(runs(&|n| format!("{start} {} -- --iterations=100000", names[n])) <= Some(Grade::Notice), "{start}");
    }
}

/// The last finding in these calls.
fn last(steps: impl IntoIterator<Item = [String; 2]>) -> Finding {
    let lines: Vec<String> = steps.into_iter().flatten().collect();
    findings(&lines).pop().unwrap()
}

#[test]
fn counts_are_right_at_the_end() {
    let looks = |count: usize| (0..count).map(|n| bash(5 * n, "cat a.log", "missing"));
    let end = last(looks(7));
    assert_eq!((end.state, end.grade, end.counts_only), (State::Grown, Grade::Stop, true));
    assert_eq!((end.laps, end.wasted.calls), (7, 6));
    assert_eq!(end.summary, "the same call 7 times with the same result");
    // What was said already is not said again.
    for count in [5, 10] {
        let end = last(looks(count));
        assert_eq!((end.laps, end.counts_only), (count as u64, false));
    }
}

#[test]
fn counts_are_right_when_it_is_over() {
    let over = last((0..7usize).map(|n| bash(5 * n, "cat a.log", "missing")).chain((7..11).map(|n| {
        let place = char::from(b'a' + u8::try_from(n).unwrap());
        bash(5 * n, &format!("cat {place}.rs"), &format!("fn {place}() {{}}"))
    })));
    assert_eq!((over.state, over.laps, over.counts_only), (State::Closed, 7, false));
}

#[test]
fn only_failing_calls_waste_their_tokens() {
    let calls = (0..5usize).flat_map(|n| {
        let look =
            |second: usize, name: String| bash(60 * n + second, &format!("cat {name}.rs"), &format!("fn {name}()"));
        let name = char::from(b'a' + u8::try_from(n).unwrap());
        let fails = failed_after(1, 60 * n + 30, "make all", "error: no rule to make target `all`");
        [look(0, format!("{name}x")), look(9, format!("{name}y")), fails]
    });
    let found: Vec<String> = calls.flatten().collect();
    let streak = findings(&found).into_iter().rfind(|found| found.rule == "error-streak").unwrap();
    // The step of the fifth call has not ended when it is counted.
    assert_eq!((streak.wasted.calls, streak.wasted.tokens), (4, 3 * 110));
}

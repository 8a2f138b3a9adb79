//! Tests looks at what is stuck, which a person wants to hear of soon, and at their neighbours that need time.

use super::support::{call, failed_after, findings, gravest, is_quiet};
use crate::wire::record::Grade;
use serde_json::json;

/// A look each 40 seconds, for 20 minutes.
fn looks(says: impl Fn(usize) -> String) -> impl Iterator<Item = [String; 2]> {
    (0..30usize).map(move |n| {
        let look = failed_after(38, 40 * n, "sleep 38; jobs-status", &says(n));
        look.map(|line| line.replace("\"exit\":1", "\"exit\":0"))
    })
}

/// Whether the rule about polls warns of these looks.
fn is_told(says: impl Fn(usize) -> String) -> bool {
    let lines: Vec<String> = looks(says).flatten().collect();
    findings(&lines).iter().any(|found| found.rule == "polling" && found.grade == Grade::Warn)
}

#[test]
fn a_failure_that_stays_is_told_within_minutes() {
    for says in [
        "mail-1   0/1   CreateContainerConfigError   0   4m",
        r#"{"name":"sink","tasks":[{"id":0,"state":"FAILED","worker":"w3"}]}"#,
        "serial 11ab\tunauthorized",
        "State: Paused\nError: spool is empty",
        "iso  41%  0.0 MB/s",
        "pending: no agents are registered for the pool",
    ] {
        assert!(is_told(|_| says.to_owned()), "{says}");
    }
    for says in [
        "mail-1   0/1   ContainerCreating   0   4m",
        "state: queued, 12 before it",
        "curl: (7) Failed to connect to localhost port 80: Connection refused",
        "db: error, retrying",
        "Still creating...",
        "mail-0   0/1   Running   0   4m\nold-0   0/1   Error   0   9d",
    ] {
        assert!(is_quiet(looks(|_| says.to_owned())), "{says}");
    }
}

#[test]
fn clocks_and_tries_move_nothing() {
    let stuck: [fn(usize) -> String; 5] = [
        |n| format!("index   Up {} minutes (unhealthy)   7700/tcp", n * 40 / 60),
        |n| format!("mail-1   0/1   CrashLoopBackOff   {} ({n}s ago)   {}m", n / 4, n * 40 / 60),
        |n| format!("SQL_Running: No\nRead_Pos: {}\nExec_Pos: 417\nLast_Error: no such table", 40_000 * (n + 3)),
        |n| format!("{}\ncp: error writing b{n}.tif: No space left on device", 31 * n),
        |n| format!(r#"{{"state":"FAILED","docs_done":12,"beats":{n},"uptime_s":{}}}"#, 40 * n),
    ];
    for says in stuck {
        assert!(is_told(says), "{}", says(7));
    }
    let honest: [fn(usize) -> String; 6] = [
        |n| format!("index   Up {} minutes (healthy)   7700/tcp", n * 40 / 60),
        |n| format!("state: degraded, shards to go: {}", 900 - 7 * (n / 3)),
        |n| format!("SQL_Running: Yes\nRead_Pos: 40000\nExec_Pos: {}\nLast_Error: old", 400 * (n + 3)),
        |n| format!("{} files, 3 failed to open", 40 * n),
        |n| format!("status: failed parts 2, done {} %", n / 4),
        |n| format!("module.db: Still creating... [{n}m40s elapsed]"),
    ];
    for says in honest {
        assert!(is_quiet(looks(says)), "{}", says(7));
    }
}

#[test]
fn what_stands_still_but_for_clocks_is_told_within_the_hour() {
    let status = |n: usize, done: usize| {
        let says = format!(r#"{{"run":4,"docs_done":{done},"docs_total":700,"heartbeats":{n},"uptime_s":{}}}"#, 60 * n);
        call(60 * n, "index_status", &json!({"run": 4, "wait": 58}), &says)
    };
    assert_eq!(gravest((0..50usize).map(|n| status(n, 0))), Some(Grade::Warn));
    assert!(is_quiet((0..50usize).map(|n| status(n, 2 * n))));
    // What stays is told once.
    let lines: Vec<String> = (0..50usize).flat_map(|n| status(n, 0)).collect();
    assert!(findings(&lines).iter().filter(|found| found.rule == "polling").count() <= 4);
}

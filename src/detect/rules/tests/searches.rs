//! Tests searches: for the right setting, for one thing after the other, and for one thing in ever other words.

use super::support::{bash, call, edit, failed_after, gravest, is_quiet, task};
use crate::wire::record::Grade;
use serde_json::json;

/// Something is set, and a probe that fails follows, so many times.
fn tries(laps: usize, set: impl Fn(usize) -> [String; 2]) -> Option<Grade> {
    let probe = |n: usize| failed_after(8, 40 * n + 20, "meterctl probe --once", "no answer from meter 4");
    gravest((0..laps).flat_map(|n| [set(n), probe(n)]))
}

const NAMES: [&str; 6] = ["speed", "parity", "stopbits", "unit", "gap", "echo"];

#[test]
fn one_setting_after_the_other_is_tried() {
    let settings: [fn(usize) -> [String; 2]; 5] = [
        |n| bash(40 * n, &format!("busctl2 put {} {} && busctl2 reload", NAMES[n % 6], 300 * (n + 1)), "ok"),
        |n| edit(40 * n, "etc/meter.ini", &format!("speed = {}", 300 * n), &format!("speed = {}", 300 * (n + 1))),
        |n| {
            edit(
                40 * n,
                "src/meter.c",
                &format!("#define SPEED {}", 300 * n),
                &format!("#define SPEED {}", 300 * n + 300),
            )
        },
        |n| call(40 * n, "bus_parameters", &json!({"name": NAMES[n % 6], "value": n}), "ok"),
        |n| bash(40 * n, &format!("echo METER_{}={n} >> /etc/meter.env; systemctl restart meter", NAMES[n % 6]), ""),
    ];
    for (at, set) in settings.iter().enumerate() {
        assert!(tries(12, set) <= Some(Grade::Notice), "{at}");
        assert_eq!(tries(24, set), Some(Grade::Warn), "{at}: for long");
    }
}

#[test]
fn variables_of_a_command_are_settings_too() {
    let run = |laps: usize, error: &dyn Fn(usize) -> String| {
        gravest(
            (0..laps).map(|n| failed_after(8, 20 * n, &format!("SPEED={} ./probe --once", 300 * n + 300), &error(n))),
        )
    };
    assert!(run(12, &|_| "no answer from meter 4".to_owned()) <= Some(Grade::Notice));
    assert!(run(12, &|n| format!("Error: speed {} is not supported", 300 * n + 300)) >= Some(Grade::Warn));
}

#[test]
fn what_sets_nothing_new_is_no_search() {
    let others: [fn(usize) -> [String; 2]; 7] = [
        |n| bash(40 * n, &format!("git commit -qm 'attempt {n}' && git push"), ""),
        |n| bash(40 * n, &format!("busctl2 put speed {}", [300, 600, 1200][n % 3]), "ok"),
        |n| bash(40 * n, "busctl2 reload", "ok"),
        |n| bash(40 * n, &format!("kill {}", 40_117 + 31 * n), ""),
        |n| bash(40 * n, &format!("mkdir /tmp/meter{n}"), ""),
        |n| edit(40 * n, "src/meter.rs", &format!("open{}()", NAMES[n % 6]), &format!("retry{n}{}()", NAMES[n % 6])),
        |n| bash(40 * n, &format!("head -{n} /var/log/meter.log"), &format!("line {n}")),
    ];
    for (at, other) in others.iter().enumerate() {
        assert!(tries(12, other) >= Some(Grade::Warn), "{at}");
    }
}

const CALLS: [&str; 14] = [
    "gets\\(",
    "strcpy\\(",
    "alloca",
    "tmpnam",
    "vfork",
    "mktemp",
    "asctime",
    "scanf\\(",
    "longjmp",
    "bzero",
    "ftime",
    "wcscat",
    "umask",
    "popen\\(",
];

#[test]
fn what_an_audit_does_not_find_is_its_result() {
    let audit =
        |asked: &str, look: &dyn Fn(usize) -> [String; 2]| gravest([task(asked)].into_iter().chain((0..14).map(look)));
    let by_tool = |n: usize| call(5 * n + 9, "grep", &json!({"pattern": CALLS[n], "path": "/work"}), "No files found");
    let by_command = |n: usize| bash(5 * n + 9, &format!("grep -rnE '{}' lib --include=*.c", CALLS[n]), "");
    let imports = |n: usize| {
        let pattern = format!("(import|require).*['\"]{}['\"]", CALLS[n].trim_end_matches("\\("));
        call(5 * n + 9, "grep", &json!({"pattern": pattern, "include": "*.ts"}), "No files found")
    };
    for asked in ["Audit the C code for calls that our guideline bans.", "Welche der Abhängigkeiten sind ungenutzt?"] {
        for look in [&by_tool as &dyn Fn(usize) -> [String; 2], &by_command, &imports] {
            assert!(audit(asked, look) <= Some(Grade::Notice), "{asked}");
        }
    }
    let spellings = ["maxDepth", "max_depth", "MAX_DEPTH", "depthMax", "depth_max", "MaxDepth", "maxdepth"];
    let one = |n: usize| {
        let pattern = if n < 7 { spellings[n].to_owned() } else { format!("{}s", spellings[n - 7]) };
        call(5 * n + 9, "grep", &json!({"pattern": pattern, "path": "/work"}), "No files found")
    };
    assert!(audit("Audit the limits. Where is the depth set?", &one) >= Some(Grade::Warn));
}

#[test]
fn one_question_in_ever_other_words() {
    let ask = |tool: &'static str, words: &[&'static str], answer: &'static str| {
        let words = words.to_vec();
        gravest((0..15usize).map(|n| call(5 * n, tool, &json!({"query": words[n], "limit": 5}), answer)))
    };
    #[rustfmt::skip]
    let period = [
        "notice period", "period of notice", "Notice Period", "notice-period", "notice periods", "notice period clause", "clause notice period",
        "period notice", "the notice period", "noticeperiod", "notice period of tenants", "period for notice", "NOTICE PERIOD", "notice of period", "a notice period",
    ];
    #[rustfmt::skip]
    let leave = [
        "年假天数", "年假", "年假天数规定", "员工年假天数", "年假规定", "年假的天数", "员工年假", "员工年假规定", "年假天数标准", "年假标准", "员工年假标准", "年假规定天数", "年假有几天天数",
        "年假天数是多少", "年假的规定",
    ];
    #[rustfmt::skip]
    let apart = [
        "deposit", "heating", "pets", "sublet", "garage", "balcony", "noise", "keys", "insurance", "bicycle", "cellar", "laundry", "elevator", "garden", "parking",
    ];
    assert!(ask("archive_fulltext", &period, r#"{"total":0,"hits":[]}"#) >= Some(Grade::Warn));
    assert!(ask("kb_search", &leave, "没有找到相关内容。") >= Some(Grade::Warn));
    assert!(ask("wissen_suche", &period, "Keine Treffer.") >= Some(Grade::Warn));
    assert!(ask("archive_fulltext", &apart, r#"{"total":0,"hits":[]}"#) <= Some(Grade::Notice));
    assert!(ask("wissen_suche", &apart, "Keine Treffer.") <= Some(Grade::Notice));
    // What is done to similar things brings nothing back.
    let close = |n: usize| call(5 * n, "tracker_close", &json!({"title": period[n]}), r#"{"errors":[]}"#);
    assert!(is_quiet((0..15).map(close)));
    let insert =
        |n: usize| call(5 * n, "sql", &json!({"query": format!("INSERT INTO terms VALUES ('{}')", period[n])}), "[]");
    assert!(is_quiet((0..15).map(insert)));
}

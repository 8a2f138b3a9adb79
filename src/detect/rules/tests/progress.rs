//! Tests sessions that progress slowly, and their nearest neighbours that make no progress.

use super::support::{bash, call, edit, failed_after, findings};
use crate::wire::record::Grade;
use serde_json::json;

const WORDS: [&str; 12] =
    ["amber", "basil", "cedar", "delta", "ember", "fjord", "grove", "harbor", "indigo", "jasper", "kelp", "lumen"];

/// Whether a person is warned.
fn warned(steps: impl IntoIterator<Item = [String; 2]>) -> bool {
    let lines: Vec<String> = steps.into_iter().flatten().collect();
    findings(&lines).iter().any(|finding| finding.grade >= Grade::Warn)
}

fn write(at: usize, file: &str, content: &str) -> [String; 2] {
    call(at, "write", &json!({"filePath": file, "content": content}), "Wrote file successfully.")
}

#[test]
fn values_are_tried() {
    let tries = |answer: fn(usize) -> String| {
        warned((0..6usize).flat_map(|n| {
            let size = if n % 2 == 0 { 64 } else { 128 };
            [
                write(15 * n, "pool.toml", &format!("pool = {size}")),
                bash(15 * n + 6, "hey -n 2000 http://localhost/", &answer(n)),
            ]
        }))
    };
    assert!(!tries(|n| format!("Requests/sec: {}.{n}\np99: 1{n}7 ms", 700 + 13 * n)));
    assert!(tries(|_| "Requests/sec: 704.1".to_owned()), "always the same");
    assert!(tries(|n| format!("[12:00:0{n}] listening, pid {}", 4711 + n)), "no measurement");
    let forever = (0..24usize).flat_map(|n| {
        let size = if n % 2 == 0 { 64 } else { 128 };
        [
            write(15 * n, "pool.toml", &format!("pool = {size}")),
            bash(15 * n + 6, "hey http://localhost/", &format!("Requests/sec: {}.5", 700 + n)),
        ]
    });
    assert!(warned(forever), "forever");
}

#[test]
fn counters_rise() {
    let rebase = |at: fn(usize) -> usize| {
        warned((0..12usize).flat_map(|n| {
            let output = format!("Rebasing ({}/17)\nCONFLICT (content): in a.c\nerror: could not apply 1a2b3c4", at(n));
            [
                failed_after(1, 12 * n, "git rebase --continue", &output),
                bash(12 * n + 5, "git checkout --theirs a.c && git add a.c", "Updated 1 path from the index"),
            ]
        }))
    };
    assert!(!rebase(|n| n + 3));
    assert!(rebase(|_| 3), "stands still");
    assert!(rebase(|n| 3 + n % 2), "up and down");
    let batches = |line: fn(usize) -> String| {
        warned(
            (0..12usize)
                .map(|n| failed_after(1, 8 * n, "./migrate --next", &format!("error: table locked\n{}", line(n)))),
        )
    };
    assert!(!batches(|n| format!("batch {} of 400 written", 101 + n)));
    assert!(batches(|n| format!("attempt {} of 400", 101 + n)), "tries are no progress");
    let pages = |at: fn(usize) -> usize| {
        warned((0..12usize).map(|n| {
            let output = format!("Step {} of 14. Accepted. Press next to go on with the setup of this machine.", at(n));
            call(4 * n, "wizard_next", &json!({}), &output)
        }))
    };
    assert!(!pages(|n| n + 1));
    assert!(pages(|_| 4));
}

#[test]
fn debugger_steps() {
    let steps = |line: fn(usize) -> usize| {
        warned((0..12usize).map(|n| {
            let output = format!("Stopped at src/pay.c:{0}\n{0}\t  total += row[{1}].amount;", line(n), n % 3);
            call(4 * n, "debug_step", &json!({"action": "next"}), &output)
        }))
    };
    assert!(!steps(|n| 210 + n));
    assert!(steps(|_| 210));
    let keys = |line: fn(usize) -> usize| {
        warned((0..12usize).map(|n| {
            let output = format!("(gdb) next\n{}\t  sum = add(sum, x);", line(n));
            bash(4 * n, "tmux send-keys -t dbg next Enter; tmux capture-pane -pt dbg | tail -2", &output)
        }))
    };
    assert!(!keys(|n| 210 + n));
    assert!(keys(|_| 210));
}

#[test]
fn fresh_stamps_are_no_news() {
    let board = |answer: fn(usize) -> String| {
        warned((0..9usize).map(|n| call(9 * n, "open_page", &json!({"url": "intra/board"}), &answer(n))))
    };
    assert!(board(|n| format!(
        "Board of team red. Updated Nov {}, 2026, {}:05 PM. Nothing assigned.",
        n + 10,
        n % 9 + 1
    )));
    assert!(board(|n| format!("Board of team red. Updated {} minutes ago. Nothing assigned.", n + 2)));
    assert!(!board(|n| format!("Board of team red. Updated Nov {}, 2026. Assigned to {}.", n + 10, WORDS[n])));
}

#[test]
fn empty_pages() {
    let pages = |answer: fn(usize) -> serde_json::Value| {
        warned((0..14usize).map(|n| call(5 * n, "list_orders", &json!({"page": n}), &answer(n).to_string())))
    };
    assert!(pages(|n| json!({"page": n, "total": 40, "items": []})));
    assert!(!pages(|n| json!({"page": n, "total": 40, "items": [{"name": WORDS[n % 12]}, n]})));
}

#[test]
fn buttons_without_effect() {
    let page =
        |n: &str| format!("- Page URL: https://shop.example/list\n- button Save\n- textbox {n}{}", " x".repeat(100));
    let clicks = |element: &str, answer: &dyn Fn(usize) -> String| {
        warned(
            (0..8usize).map(|n| call(30 * n, "browser_click", &json!({"element": element, "ref": "e17"}), &answer(n))),
        )
    };
    assert!(clicks("Save", &|_| page("Ana")));
    assert!(!clicks("Save", &|n| page(WORDS[n])));
    assert!(!clicks("Refresh the status", &|_| page("Ana")), "waits");
}

#[test]
fn dead_jobs_are_looked_at() {
    let looks = |count: usize, answer: &str| {
        warned((0..count).map(|n| bash(45 * n, "gh run view 4471 --json status,conclusion", answer)))
    };
    assert!(looks(6, r#"{"conclusion":"failure","status":"completed"}"#));
    assert!(looks(6, "Job 4471\nState: CANCELLED"));
    assert!(!looks(3, "Job 4471\nState: CANCELLED"));
    assert!(!looks(9, r#"{"status":"in_progress","errors":0,"failed":0}"#));
    assert!(!looks(9, "previous run: FAILED\ncurrent run: RUNNING"));
    assert!(!looks(9, r#"{"status":"error","message":"database not reachable"}"#), "a service may get well");
}

#[test]
fn failures_fall() {
    let runs = |count: fn(usize) -> usize, line: fn(usize) -> String| {
        warned((0..10usize).flat_map(|n| {
            [
                failed_after(1, 15 * n, "./verify.sh", &line(count(n))),
                edit(15 * n + 8, "a.c", &format!("old {n}"), &format!("new {n}")),
            ]
        }))
    };
    let forms: [fn(usize) -> String; 3] = [
        |count| format!("Failing {count}\nsee the log for the details of this run"),
        |count| format!("Broken links: {count}\nERROR: check failed"),
        |count| format!("conformance: failing={count} passing=12\nFAILED"),
    ];
    for form in forms {
        assert!(!runs(|n| 31 - 3 * n, form), "{}", form(1));
        assert!(!runs(|n| 910 - 40 * n, form), "{}", form(1));
        assert!(runs(|_| 31, form), "{}", form(1));
        assert!(runs(|n| 9 + n % 2, form), "{}", form(1));
    }
}

#[test]
fn subagents_for_the_same() {
    let subagents = |prompt: fn(usize) -> String, answer: fn(usize) -> String| {
        warned((0..8usize).map(|n| {
            let input = json!({"description": format!("try {n}"), "prompt": prompt(n), "subagent_type": "explore"});
            let output = format!("task_id: ses_0{n}f3a9c1b7d2\n\n<task_result>\n{}\n</task_result>", answer(n));
            call(90 * n, "task", &input, &output)
        }))
    };
    let same: fn(usize) -> String =
        |_| "Find where the settings are loaded, and report the file and the line.".to_owned();
    let nearly: fn(usize) -> String =
        |n| format!("Find where the settings are loaded, and report the file and the line. Be {} now.", WORDS[n]);
    let nothing: fn(usize) -> String = |_| "I could not find where the settings are loaded.".to_owned();
    assert!(subagents(same, nothing));
    assert!(subagents(nearly, nothing));
    assert!(!subagents(|n| format!("Review src/{}.rs for leaks, and report.", WORDS[n]), |_| "No leaks.".to_owned()));
    assert!(!subagents(same, |n| format!("Translated the chapter {}, and {} is next.", WORDS[n], WORDS[n + 1])));
}

//! Tests realistic sessions in which nothing must be found, and their neighbours in which something must.

use super::support::{bash, call, edit, failed_after, findings, graded};
use crate::wire::record::Grade;
use serde_json::json;

type Lines = Vec<String>;

fn gravest(lines: &[String]) -> Option<Grade> {
    findings(lines).iter().map(|f| f.grade).max()
}

fn assert_silent(lines: &[String]) {
    let found = findings(lines);
    assert!(found.is_empty(), "{:?}", graded(&found));
}

fn session(steps: impl IntoIterator<Item = [String; 2]>) -> Lines {
    steps.into_iter().flatten().collect()
}

#[test]
fn edit_and_test() {
    assert_silent(&session((0..12usize).flat_map(|n| {
        let output =
            format!("test a{} ... FAILED\nerror: test failed, to rerun pass `--lib`\n{} failed", n * 3, 12 - n);
        [edit(10 * n, "src/a.rs", &format!("old {n}"), &format!("new {n}")), bash(10 * n + 5, "cargo test", &output)]
    })));
}

#[test]
fn format_lint_test() {
    assert_silent(&session((0..8usize).flat_map(|n| {
        [
            edit(20 * n, "src/a.rs", &format!("old {n}"), &format!("new {n}")),
            bash(20 * n + 4, "cargo fmt", ""),
            bash(20 * n + 8, "cargo clippy", "Finished"),
            bash(20 * n + 12, "cargo test", "test result: ok. 12 passed"),
        ]
    })));
}

#[test]
fn polling() {
    assert_silent(&session(
        (0..9usize).flat_map(|n| [bash(60 * n, "gh run view 17", "in progress"), bash(60 * n + 20, "sleep 30", "")]),
    ));
    assert_silent(&session((0..14usize).map(|n| bash(30 * n, "sleep 25; kubectl get pods", &format!("{n} ready")))));
    let long = session((0..40usize).map(|n| bash(30 * n, "sleep 25; kubectl get pods", "0 ready")));
    assert_eq!(graded(&findings(&long)), [("polling".to_owned(), Grade::Notice)]);
}

#[test]
fn pagination() {
    assert_silent(&session((0..20usize).map(|n| {
        let input = json!({"filePath": "src/big.rs", "offset": n * 100, "limit": 100});
        call(5 * n, "read", &input, &format!("content of page {}", char::from(b'a' + u8::try_from(n).unwrap())))
    })));
    assert_silent(&session((0..12usize).map(|n| {
        let output = format!("lines {}", "abcdefghijkl".chars().nth(n).unwrap());
        bash(5 * n, &format!("sed -n {},{}p x.rs", n * 100, n * 100 + 99), &output)
    })));
}

#[test]
fn rename_in_many_files() {
    assert_silent(&session((0..15usize).flat_map(|n| {
        let file = format!("src/module/file_{}.rs", char::from(b'a' + u8::try_from(n).unwrap()));
        [
            call(10 * n, "read", &json!({"filePath": file}), &format!("struct Old; // {file}")),
            edit(10 * n + 5, &file, "Old", "New"),
        ]
    })));
}

#[test]
fn small_edits() {
    assert_silent(&session(
        (0..12usize).map(|n| edit(5 * n, "src/a.rs", &format!("line {n} old"), &format!("line {n} new"))),
    ));
    assert_silent(&session((0..19usize).flat_map(|n| {
        [
            edit(10 * n, "src/a.rs", &format!("{n} old"), &format!("{n} new")),
            bash(10 * n + 5, "git status", "modified: src/a.rs"),
        ]
    })));
}

#[test]
fn reread_between_edits() {
    assert_silent(&session((0..5usize).flat_map(|n| {
        let reads = ["a", "b", "c", "d"].into_iter().enumerate().map(move |(i, file)| {
            call(50 * n + 5 * i, "read", &json!({"filePath": file}), &format!("content of {file}"))
        });
        reads.chain([edit(50 * n + 40, "src/e.rs", &format!("old {n}"), &format!("new {n}"))])
    })));
}

#[test]
fn repeat_grades() {
    let lines = session((0..6usize).map(|n| bash(5 * n, "cat config.toml", "missing")));
    let found = findings(&lines);
    assert_eq!(
        graded(&found),
        [("repeat".to_owned(), Grade::Notice), ("repeat".to_owned(), Grade::Warn), ("repeat".to_owned(), Grade::Stop)]
    );
    let stop = &found[2];
    assert_eq!((stop.period, stop.laps, stop.wasted.calls, stop.wasted.tokens), (1, 5, 4, 440));
    assert_eq!(stop.rollback_to.as_deref(), Some("msg_0"));
}

#[test]
fn error_streak() {
    let edits = |count: usize| {
        session((0..count).map(|n| {
            let input =
                json!({"filePath": "a.rs", "oldString": "x".repeat(n + 1), "newString": n.to_string().repeat(9)});
            call(5 * n, "edit", &input, "Error: oldString not found in content")
        }))
    };
    let graded = |count| graded(&findings(&edits(count)));
    assert!(graded(6).contains(&("error-streak".to_owned(), Grade::Warn)));
    assert!(graded(9).iter().all(|(_, grade)| *grade < Grade::Stop));
    assert!(graded(10).contains(&("error-streak".to_owned(), Grade::Stop)));
}

/// Six runs of an unknown program, each after an edit, with what it says of this many failures.
fn runs(says: &str, counts: [u32; 6]) -> Lines {
    session(counts.into_iter().enumerate().flat_map(|(n, count)| {
        [
            edit(10 * n, "src/a.rs", &format!("{n} old"), &format!("{n} new")),
            bash(10 * n + 5, "./conform --all", &says.replace('#', &count.to_string())),
        ]
    }))
}

#[test]
fn fewer_failures_are_no_same_error() {
    for says in ["error: # cases failed", "Error: found # problems", "Failed: # conformance errors"] {
        assert_silent(&runs(says, [31, 22, 19, 12, 6, 2]));
    }
    assert!(gravest(&runs("Error: found # problems", [31; 6])) >= Some(Grade::Warn));
}

#[test]
fn missing_compiler() {
    assert_silent(&session((0..4usize).flat_map(|n| {
        [
            edit(10 * n, "src/a.rs", &format!("{n} old"), &format!("{n} new")),
            bash(10 * n + 5, "javac A.java", "bash: line 1: javac: command not found"),
        ]
    })));
}

#[test]
fn novelty() {
    let files = ["a.rs", "b.rs", "c.rs", "d.rs"];
    // The same files in a different order each time.
    let orders = [[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 1, 0, 2], [0, 2, 1, 3]];
    let walk = |count: usize| {
        let reads = orders.iter().flatten().take(count).enumerate();
        session(reads.map(|(at, file)| {
            let content = ["alpha", "beta", "gamma", "delta"][*file];
            call(5 * at, "read", &json!({"filePath": files[*file]}), content)
        }))
    };
    // The first lap is new, and a second one is still acceptable.
    assert_silent(&walk(10));
    assert_eq!(graded(&findings(&walk(11))), [("novelty".to_owned(), Grade::Warn)]);
    assert!(graded(&findings(&walk(14))).contains(&("novelty".to_owned(), Grade::Stop)));
}

#[test]
fn stagnation() {
    let words =
        ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu"];
    let search = |n: usize| call(5 * n, "grep", &json!({"pattern": words[n].repeat(2)}), "No files found");
    assert_eq!(gravest(&session((0..5).map(search))), None);
    assert_eq!(gravest(&session((0..7).map(search))), Some(Grade::Notice));
    assert_eq!(gravest(&session((0..12).map(search))), Some(Grade::Warn));
}

#[test]
fn frozen_checks() {
    let lines = session((0..7usize).flat_map(|n| {
        [
            edit(10 * n, "src/a.rs", &format!("{n} old"), &format!("{n} new")),
            bash(10 * n + 5, "cargo test", "test a::b ... FAILED\ntest result: FAILED"),
        ]
    }));
    assert_eq!(graded(&findings(&lines)), [("checks".to_owned(), Grade::Notice), ("checks".to_owned(), Grade::Warn)]);
}

#[test]
fn alternating_failures() {
    let lines = session((0..5usize).flat_map(|n| {
        let output = if n % 2 == 0 { "test a::b ... FAILED" } else { "test c::d ... FAILED" };
        [edit(10 * n, "src/a.rs", &format!("{n} old"), &format!("{n} new")), bash(10 * n + 5, "cargo test", output)]
    }));
    assert_eq!(graded(&findings(&lines)), [("checks".to_owned(), Grade::Warn)]);
}

#[test]
fn revert() {
    let lines = session((0..4usize).map(|n| {
        let (old, new) = if n % 2 == 0 { ("a", "b") } else { ("b", "a") };
        edit(10 * n, "src/a.rs", old, new)
    }));
    assert!(graded(&findings(&lines)).contains(&("revert".to_owned(), Grade::Warn)));
    assert_silent(&lines[..4]);
}

#[test]
fn near_duplicate() {
    let lines = session((0..6usize).map(|n| {
        let body = format!("{}{}", "fn same() { body(); }\n".repeat(10), "abcdef".chars().nth(n).unwrap());
        let input = json!({"name": "a.rs", "body": body});
        call(5 * n, "render", &input, &format!("Error: syntax error near {}", "uvwxyz".chars().nth(n).unwrap()))
    }));
    assert!(
        graded(&findings(&lines)).contains(&("near-duplicate".to_owned(), Grade::Warn)),
        "{:?}",
        graded(&findings(&lines))
    );
}

#[test]
fn a_look_behind_a_deed_shows_what_it_brought() {
    // Both of one message.
    let pair = |n: usize, look: &str, screen: String| {
        let at = 10 * n;
        let [deed, _] = call(at, "swipe_screen", &json!({"direction": "up"}), "Swiped up");
        let [look, step] = call(at + 1, look, &json!({}), &screen);
        let message = format!("\"messageID\":\"msg_{at}\"");
        let same = |line: String| line.replace(&format!("\"messageID\":\"msg_{}\"", at + 1), &message);
        [deed, same(look), same(step)]
    };
    let words = ["ash", "bay", "cat", "dog", "eel", "fox", "gnu", "hen", "ibis", "jay", "kite", "lynx", "mole", "newt"];
    let swipes = |screen: &dyn Fn(usize) -> String| -> Lines {
        (0..28).flat_map(|n| pair(n, "screen_elements", screen(n))).collect()
    };
    assert_silent(&swipes(&|n| format!("text {} {}\nbutton Next", words[n % 14], words[(n * 3 + n / 14) % 14])));
    assert_eq!(gravest(&swipes(&|_| "text ash\nbutton Next".to_owned())), Some(Grade::Stop));
}

#[test]
fn waiting() {
    let looks = |count: usize, every: usize, command: &'static str, answer: &'static str| {
        session((0..count).map(move |n| bash(every * n, command, answer)))
    };
    // A pause and a word for it, an answer that says so, or a long pause alone.
    assert_silent(&looks(8, 15, "nomad job status web", "web  placing"));
    assert_silent(&looks(8, 15, "orders show 7", "state: still running"));
    assert_silent(&looks(8, 40, "orders show 7", "state: new"));
    // A short pause alone, where what is looked at may change by itself: in turns, too.
    assert_silent(&looks(12, 14, "curl -s https://shop.example/orders/7", "state: new"));
    let turns =
        |tool: &'static str| session((0..16usize).map(move |n| call(16 * n, tool, &json!({"id": n % 2}), "new")));
    assert_silent(&turns("shopGetOrder"));
    // An unknown tool, whose name says nothing, may look or not.
    assert_eq!(gravest(&turns("shop_order")), Some(Grade::Warn));
    // A file does not, and neither does what a call does.
    assert_eq!(gravest(&looks(8, 14, "cat orders/7.json", "state: new")), Some(Grade::Warn));
    let posts = session((0..8usize).map(|n| call(14 * n, "shop_post", &json!({"id": 7}), "posted")));
    assert_eq!(gravest(&posts), Some(Grade::Warn));
    // None of them without a pause.
    assert_eq!(gravest(&looks(6, 3, "nomad job status web", "web  placing")), Some(Grade::Stop));
    // A slow model that goes round in circles does not wait.
    let files = ["a", "b", "c", "d", "e"];
    let rounds = session((0..20usize).map(|n| call(12 * n, "read", &json!({"filePath": files[n % 5]}), files[n % 5])));
    assert_eq!(gravest(&rounds), Some(Grade::Stop));
    // What is waited for may fail until it is there, or the time to wait for it is up.
    let fails = |seconds: usize, command: &str, error: &str| {
        session((0..9).map(|n| failed_after(seconds, (seconds + 4) * n, command, error)))
    };
    assert_silent(&fails(20, "sleep 20; nc -z db 5432", "nc: connect to db port 5432 failed: Connection refused"));
    assert_silent(&fails(60, "consul-wait web", "error: timed out waiting for web"));
    assert_eq!(
        gravest(&fails(12, "sleep 12; cat out.json", "cat: out.json: No such file or directory")),
        Some(Grade::Warn)
    );
    // A few seconds are a pause where nothing answers yet, and none where the program does more than look.
    assert_silent(&fails(1, "nc -z db 5432", "nc: connect to db port 5432 failed: Connection refused"));
    assert_eq!(
        gravest(&fails(1, "make migrate", &format!("{}error: Connection refused", "loading the models\n".repeat(20)))),
        Some(Grade::Stop)
    );
    // Who runs again what passed is done.
    let passes =
        session((0..14usize).map(|n| bash(3 * n, "cargo test", "test result: ok. 3 passed; 0 failed; 0 ignored")));
    assert_eq!(gravest(&passes), Some(Grade::Warn));
    // Within the hour, a person should look.
    let hour = looks(100, 40, "orders show 7", "state: new");
    let grades = [("polling".to_owned(), Grade::Notice), ("polling".to_owned(), Grade::Warn)];
    assert_eq!(graded(&findings(&hour)), grades);
}

#[test]
fn batches() {
    let names =
        ["ash", "birch", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak", "pine", "rowan", "willow", "yew"];
    let each = |tool: &'static str, answer: &'static str| {
        session(names.iter().enumerate().map(move |(n, name)| call(5 * n, tool, &json!({"tree": name}), answer)))
    };
    assert!(gravest(&each("forest_plant", "planted")) < Some(Grade::Warn));
    assert!(gravest(&each("forest_plant", "Error: the soil is too dry")) < Some(Grade::Stop));
    assert!(gravest(&each("forest_find", "Error: no such tree")) < Some(Grade::Warn));
    // One decision, however many calls it made.
    let mut at_once = each("forest_plant", "Error: the soil is too dry");
    for line in &mut at_once {
        *line = (0..100).rev().fold(line.clone(), |line, n| line.replace(&format!("\"msg_{n}\""), "\"msg_one\""));
    }
    assert_silent(&at_once);
}

#[test]
fn failing_rows() {
    const HOSTS: [&str; 12] =
        ["ash", "birch", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak", "pine", "rowan", "willow"];
    const ERRORS: [&str; 3] = ["connection refused", "no route", "certificate has expired"];
    let row = |command: &str, answer: &str| {
        let filled = |text: &str, n: usize, host: &str| {
            text.replace("HOST", host).replace("NUMBER", &n.to_string()).replace("ERROR", ERRORS[n % ERRORS.len()])
        };
        let hosts = HOSTS.iter().enumerate();
        gravest(&session(hosts.map(|(n, host)| bash(5 * n, &filled(command, n, host), &filled(answer, n, host)))))
    };
    // Each target once.
    for command in [
        "probe HOST",
        "probe --retries 3 https://HOST.example/x",
        "ssh -q HOST uptime",
        "timeout NUMBER ./target --input=HOST.bin",
        "timeout 9 ssh HOST uptime",
    ] {
        assert!(row(command, "Error: HOST refused the connection") < Some(Grade::Warn), "{command}");
        assert!(row(command, "Error: HOST: ERROR") < Some(Grade::Warn), "{command}");
    }
    // One target, each time in another way, or no target at all.
    for command in [
        "probe ash --retries NUMBER",
        "probe --wait NUMBER https://ash.example/x",
        "timeout NUMBER ssh -q ash uptime",
        "docker HOST",
    ] {
        assert!(row(command, "Error: ash: ERROR") >= Some(Grade::Warn), "{command}");
    }
}

#[test]
fn reread_after_compaction() {
    let reads = |from: usize| {
        (0..10usize).map(move |n| {
            let file = format!("src/{}.rs", "abcdefghij".chars().nth(n).unwrap());
            call(from + 5 * n, "read", &json!({ "filePath": file }), &format!("content of {file}"))
        })
    };
    let compacted =
        json!({"ts": 60_000, "id": "evt_c", "type": "session.compacted", "properties": {"sessionID": "ses_1"}});
    let mut lines = session(reads(0));
    lines.push(compacted.to_string());
    lines.extend(session(reads(100)));
    assert_silent(&lines);
    lines.extend(session(reads(200)));
    assert!(gravest(&lines) >= Some(Grade::Warn));
}

#[test]
fn change_run_fail() {
    let tries = |count: usize| {
        session((0..count).flat_map(|n| {
            let output = format!(
                "Traceback (most recent call last):\n  File \"main.py\", line {}\nKeyError: 'port'",
                10 + 7 * n
            );
            let last = ["cat settings.ini", "ls", "git diff"][n % 3];
            [
                edit(20 * n, "main.py", &format!("{n} old"), &format!("{n} new")),
                bash(20 * n + 5, "python main.py", &output),
                bash(20 * n + 9, last, &format!("{n} lines")),
            ]
        }))
    };
    assert_silent(&tries(3));
    assert_eq!(gravest(&tries(6)), Some(Grade::Warn));
}

#[test]
fn retried_push() {
    let refused = "fatal: unable to access the remote: 503";
    let waits = [4, 8, 16, 32];
    assert_silent(&session((0..4usize).flat_map(|n| {
        [
            bash(100 * n, "git push", if n == 3 { "done" } else { refused }),
            bash(100 * n + 10, &format!("sleep {}", waits[n]), ""),
        ]
    })));
}

#[test]
fn undone_changes() {
    let step = |n: usize, old: &str, new: &str| edit(10 * n, "src/a.rs", old, new);
    // Several changes, undone one by one, and a probe that is taken out again.
    assert_silent(&session([
        step(0, "a", "b"),
        step(1, "c", "d"),
        step(2, "e", "f"),
        step(3, "f", "e"),
        step(4, "d", "c"),
        step(5, "b", "a"),
        step(6, "x", "probe"),
        step(7, "probe", "x"),
    ]));
    // Three versions in turn.
    let circle = ["a", "b", "c"];
    let lines = session((0..6usize).map(|n| step(n, circle[n % 3], circle[(n + 1) % 3])));
    assert!(graded(&findings(&lines)).contains(&("revert".to_owned(), Grade::Warn)));
    let patch = |n: usize| {
        let (old, new) = if n.is_multiple_of(2) { ("x", "y") } else { ("y", "x") };
        let text = format!("*** Begin Patch\n*** Update File: a.rs\n@@\n-{old}\n+{new}\n*** End Patch");
        call(10 * n, "apply_patch", &json!({ "patchText": text }), "Success.")
    };
    assert!(graded(&findings(&session((0..4).map(patch)))).contains(&("revert".to_owned(), Grade::Warn)));
}

#[test]
fn piped_checks() {
    let tries = |count: usize, files: usize| {
        session((0..count).flat_map(|n| {
            let file = format!("src/{}.ts", n % files);
            [
                edit(20 * n, &file, &format!("{n} old"), &format!("{n} new")),
                bash(20 * n + 9, "npx jest --ci 2>&1 | tail -4", "Tests:       3 failed, 9 passed, 12 total"),
            ]
        }))
    };
    assert_eq!(
        graded(&findings(&tries(8, 1))),
        [("checks".to_owned(), Grade::Notice), ("checks".to_owned(), Grade::Warn)]
    );
    // A migration goes through many files before its errors go.
    assert_silent(&tries(8, 8));
}

#[test]
fn calls_without_ids() {
    let lines: Lines = session((0..5usize).map(|n| bash(5 * n, "cat config.toml", "missing")))
        .into_iter()
        .map(|line| {
            let mut line: serde_json::Value = serde_json::from_str(&line).unwrap();
            line["part"].as_object_mut().unwrap().remove("id");
            line.to_string()
        })
        .collect();
    assert_eq!(gravest(&lines), Some(Grade::Stop));
}

#[test]
fn proof_that_a_check_passes_each_time() {
    let runs = |count: usize| session((0..count).map(|n| bash(5 * n, "cargo test race", "test result: ok. 1 passed")));
    assert_eq!(gravest(&runs(7)), Some(Grade::Notice));
    assert_eq!(gravest(&runs(8)), Some(Grade::Warn), "for ever is no proof");
}

#[test]
fn pictures_are_results() {
    let shots = |count: usize, same: bool| {
        session((0..count).map(|n| {
            let mut lines = call(5 * n, "screenshot", &json!({}), "Screenshot captured");
            let url = format!("data:image/png;base64,iVBOR{}", if same { 0 } else { n });
            for line in &mut lines {
                let mut value: serde_json::Value = serde_json::from_str(line).unwrap();
                let state = &mut value["part"]["state"];
                if !state.is_null() {
                    state["attachments"] = json!([{"id": format!("prt_{n}"), "mime": "image/png", "url": url}]);
                }
                *line = value.to_string();
            }
            lines
        }))
    };
    assert_silent(&shots(10, false));
    assert_eq!(gravest(&shots(10, true)), Some(Grade::Stop));
}

#[test]
fn pages_that_change_while_the_same_buttons_are_pressed() {
    let rows = |left: usize| {
        (0..left).map(|row| format!("- row {}", "abcdefghij".chars().nth(row).unwrap())).collect::<Vec<_>>().join("\n")
    };
    let lap = |n: usize, left: usize| {
        [
            call(15 * n, "page_click", &json!({"element": "Delete"}), "ok"),
            call(15 * n + 5, "page_accept", &json!({"accept": true}), "accepted"),
            call(15 * n + 10, "page_show", &json!({}), &format!("Users\n{}", rows(left))),
        ]
    };
    assert_silent(&session((0..9usize).flat_map(|n| lap(n, 9 - n))));
    assert_eq!(gravest(&session((0..9usize).flat_map(|n| lap(n, 9)))), Some(Grade::Stop));
}

#[test]
fn numbers_that_move_are_progress() {
    let left = |n: usize| format!(r#"[{{"n": {}}}]"#, 168_211 - 10_000 * n);
    let laps = |count: usize, moves: bool| {
        session((0..count).flat_map(|n| {
            [
                call(10 * n, "db_execute", &json!({"sql": "DELETE FROM log LIMIT 10000"}), "ok"),
                call(
                    10 * n + 5,
                    "db_query",
                    &json!({"sql": "SELECT count(*) n FROM log"}),
                    &left(if moves { n } else { 0 }),
                ),
            ]
        }))
    };
    assert_silent(&laps(14, true));
    assert_eq!(gravest(&laps(8, false)), Some(Grade::Stop));
}

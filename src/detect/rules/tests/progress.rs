//! Tests sessions that progress slowly, and their nearest neighbours that make no progress.

use super::support::{bash, call, edit, failed_after, findings};
use crate::wire::record::{Grade, State};
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
fn each_answer_tells_of_another_thing() {
    let hex =
        |n: usize, digits: usize| format!("{:0digits$x}", (n as u64 + 3).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 4);
    let id = |n: usize| format!("{}-0a1b-4c2d-8e3f-{}", &hex(n, 15)[..8], &hex(n + 40, 15)[..12]);
    let by_tool = |answer: &dyn Fn(usize) -> String| {
        warned((0..16).map(|n| call(3 * n, "scan_page", &json!({"dpi": 300, "duplex": true}), &answer(n))))
    };
    let by_shell = |answer: &dyn Fn(usize) -> String| {
        warned((0..16).map(|n| bash(3 * n, "kiosk-cli take --queue scans", &answer(n))))
    };
    for told in [
        &(|n| format!("{{\"file\": \"/scans/{}.tiff\"}}", id(n))) as &dyn Fn(usize) -> String,
        &|n| format!("[{}, \"{}\"]", 1000, &hex(n, 15)[..14]),
        &|n| format!("wrote out/part-{n:05}.parquet"),
        &|n| (0..6).map(|row| (2000 + 100 * n + row).to_string()).collect::<Vec<_>>().join("\n"),
        &|n| format!("next: ORD{}, to be packed", 10_000 + 7 * n),
    ] {
        assert!(!by_tool(told) && !by_shell(told), "{}", told(1));
    }
    for noise in [
        &(|n| format!("{{\"status\": \"ok\", \"request_id\": \"{}\"}}", id(n))) as &dyn Fn(usize) -> String,
        &|n| format!("nothing to take (trace id {})", &hex(n, 15)[..14]),
        &|n| format!("there is no sheet left in the tray, worker-{} is idle", 4000 + n),
        &|n| format!("shown in screen_{}.png", 1_795_607_185 + n),
        &|n| format!("{{\"error\": \"no tray\", \"ref\": \"{}\"}}", id(n)),
        &|_| format!("{{\"file\": \"/scans/{}.tiff\"}}", id(1)),
    ] {
        assert!(by_tool(noise), "{}", noise(1));
        assert!(by_shell(noise), "{}", noise(1));
    }
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
fn elements_are_numbered_anew() {
    let clicks = |alert: fn(usize) -> String| {
        warned((0..8usize).map(|n| {
            let input = json!({"element": "Book", "ref": format!("s{n}e17")});
            let page = format!("- alert [ref=s{0}e5]: {1}\n- button \"Book\" [ref=s{0}e17]", n + 1, alert(n));
            call(30 * n, "browser_click", &input, &page)
        }))
    };
    assert!(clicks(|_| "This slot is taken".to_owned()));
    assert!(!clicks(|n| format!("Booked for {}", WORDS[n])));
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

#[test]
fn subagents_that_find_nothing() {
    let asked = |tool: &str, prompts: &[&str], answers: &[&str]| {
        warned(prompts.iter().enumerate().map(|(n, prompt)| {
            let input =
                json!({"description": prompt, "prompt": format!("{prompt} Be brief."), "subagent_type": "explore"});
            call(90 * n, tool, &input, answers[n % answers.len()])
        }))
    };
    let reworded = [
        "Find the retry queue.",
        "Locate the queue of retries.",
        "Where are jobs retried?",
        "Search for retrying jobs.",
        "Look for the job queue once more.",
        "Deep search: retry of jobs.",
        "Job queue, thorough.",
    ];
    for tool in ["task", "dispatch_agent"] {
        assert!(asked(tool, &reworded, &["<task_result>\n\n</task_result>"]), "{tool}");
        assert!(asked(tool, &reworded, &["The agent returned no output."]), "{tool}");
        let nothing =
            ["I was unable to find it.", "No such code.", "The search gave no match.", "Nothing of the sort."];
        assert!(asked(tool, &reworded, &nothing), "{tool}");
    }
    let modules = ["billing", "mail", "search", "export", "admin", "login", "audit"];
    let each = |form: &str| modules.map(|module| form.replace("MODULE", module));
    for form in ["Does the MODULE module use Redis?", "Look where src/MODULE.rs sends mail."] {
        let prompts = each(form);
        let prompts = prompts.each_ref().map(String::as_str);
        let answers = each("No, I found nothing of the sort in MODULE.");
        assert!(!asked("task", &prompts, &answers.each_ref().map(String::as_str)), "{form}");
    }
    assert!(!asked("task", &reworded, &["No issues found."]), "a review");
    assert!(!asked("task", &reworded, &["It is in src/jobs.rs.", "No such code.", "I could not find it."]));
}

#[test]
fn a_value_is_put_there_and_back_by_a_command() {
    let turns = |size: fn(usize) -> (usize, usize), look: fn(usize) -> String| {
        warned((0..8usize).flat_map(|n| {
            let (old, new) = size(n);
            let file = format!("src/{}.py", WORDS[n]);
            [
                bash(20 * n, &format!("cd svc && sed -i 's/workers = {old}/workers = {new}/' pool.toml"), ""),
                call(20 * n + 9, "read", &json!({"filePath": file}), &look(n)),
            ]
        }))
    };
    let to_and_fro = |n: usize| if n.is_multiple_of(2) { (4, 8) } else { (8, 4) };
    assert!(turns(to_and_fro, |n| format!("def {}(): return {n}", WORDS[n])));
    assert!(!turns(|n| (n, n + 1), |n| format!("def {}(): return {n}", WORDS[n])), "on and on");
}

/// An edit whose answer shows what a language server complains of.
fn complained(at: usize, old: &str, new: &str, errors: &[&str]) -> [String; 2] {
    let shown: Vec<String> = errors.iter().map(|error| format!("ERROR [{}:7] {error}", 30 + at % 9)).collect();
    let answer = format!("Edit applied.\n<diagnostics file=\"/w/net.go\">\n{}\n</diagnostics>", shown.join("\n"));
    let answer = if errors.is_empty() { "Edit applied.".to_owned() } else { answer };
    call(at, "edit", &json!({"filePath": "/w/net.go", "oldString": old, "newString": new}), &answer)
}

#[test]
fn complaints_stay_whatever_is_written() {
    const ERRORS: [&str; 3] = ["undefined: dial", "missing return", "x declared and not used"];
    let import = |n: usize| format!("import d \"net/{}\"", WORDS[n]);
    let again = |errors: fn(usize) -> &'static [&'static str]| {
        warned((0..9usize).flat_map(|n| {
            let look = call(20 * n + 7, "read", &json!({"filePath": "/w/net.go"}), &format!("1: {}", import(n + 1)));
            [complained(20 * n, &import(n), &import(n + 1), errors(n)), look]
        }))
    };
    assert!(again(|_| &ERRORS));
    assert!(!again(|n| &ERRORS[..3 - n / 3]), "fewer");
    // What was wrong before, and is not what the edits are about.
    let lines = |n: usize| (format!("func {}() {{}}", WORDS[n]), format!("func {}() {{ log() }}", WORDS[n]));
    assert!(!warned((0..12usize).map(|n| complained(20 * n, &lines(n).0, &lines(n).1, &ERRORS))), "old errors");
    let asked = warned((0..9usize).flat_map(|n| {
        let answer = "error[2304] (go) at 44:10: undefined: dial";
        [
            complained(20 * n, &import(n), &import(n + 1), &[]),
            call(20 * n + 7, "lsp_diagnostics", &json!({"filePath": "/w/net.go"}), answer),
        ]
    }));
    assert!(asked);
}

#[test]
fn the_same_failure_comes_back_from_a_build_server() {
    let rounds = |pushes: bool, failing: fn(usize) -> &'static str| {
        warned((0..8usize).flat_map(|n| {
            let push = if pushes { "git commit -qam next && git push" } else { "git diff --stat" };
            let change = format!("pad = {}", n * 3);
            let said = format!(
                "X pay CI · {}\n{}\tRun\t2026-03-04T05:06:07.8Z --- FAIL: {}\n",
                71_000_121 + n,
                "unit",
                failing(n)
            );
            [
                edit(300 * n, "pay/grid.go", &format!("pad = {}", n * 3 + 40), &change),
                bash(300 * n + 9, push, "1a2b3c4..5d6e7f8  pay -> pay"),
                bash(300 * n + 200, "gh run view --log-failed | tail -20", &said),
            ]
        }))
    };
    assert!(rounds(true, |_| "TestGrid (0.02s)"));
    assert!(!rounds(true, |n| WORDS[n]), "they move");
    assert!(!rounds(false, |_| "TestGrid (0.02s)"), "the same run, looked at again");
}

#[test]
fn another_file_ends_no_streak() {
    let edits = |file: fn(usize) -> &'static str| {
        warned((0..8usize).flat_map(|n| {
            let input = json!({"filePath": file(n), "oldString": format!("a{n}"), "newString": "b"});
            let [failed, step] = call(30 * n, "edit", &input, "");
            let failed = failed
                .replace("\"completed\"", "\"error\"")
                .replace("\"output\":\"\"", "\"error\":\"oldString not found in content\"");
            [[failed, step], edit(30 * n + 9, WORDS[n], &format!("x{n}"), "y")]
        }))
    };
    assert!(edits(|_| "conf/keys.py"));
    assert!(!edits(|n| WORDS[WORDS.len() - 1 - n]), "each file once");
}

#[test]
fn what_was_changed_is_tried_on_everything_again() {
    let run =
        |at: usize, n: usize| bash(at, &format!("./examples/{}.sh", WORDS[n]), &format!("{}: as expected", WORDS[n]));
    let laps = |changes: bool| {
        let lap = move |lap: usize| {
            let change = changes
                .then(|| edit(200 * lap, "src/core.py", &format!("step = {lap}"), &format!("step = {}", lap + 1)));
            change.into_iter().chain((0..12).map(move |n| run(200 * lap + 10 * (n + 1), n)))
        };
        warned((0..5).flat_map(lap))
    };
    assert!(!laps(true));
    assert!(laps(false), "nothing was changed");
    // Other files than the one that was changed are as they were.
    let look = |lap: usize| {
        let change = edit(200 * lap, "src/core.py", &format!("step = {lap}"), &format!("step = {}", lap + 1));
        let read = move |n: usize| call(200 * lap + 10 * (n + 1), "read", &json!({"filePath": WORDS[n]}), WORDS[n]);
        std::iter::once(change).chain((0..9).map(read))
    };
    assert!(warned((0..5).flat_map(look)));
}

#[test]
fn an_amount_in_the_same_error_gets_better() {
    let builds = |bytes: fn(usize) -> usize| {
        warned((0..10usize).flat_map(|n| {
            let error =
                format!("ld: region `ROM' overflowed by {} bytes\nmake: *** [Makefile:7: all] Error 1", bytes(n));
            [
                edit(20 * n, "a.c", &format!("v{n}"), &format!("v{}", n + 1)),
                failed_after(3, 20 * n + 5, "make -j8", &error),
            ]
        }))
    };
    assert!(!builds(|n| 9_000 - 700 * n));
    assert!(builds(|_| 9_000), "it stays");
    assert!(builds(|n| 9_000 - 700 * (n % 2)), "it swings");
    assert!(builds(|n| 9_000 + 10 * n), "it grows");
}

#[test]
fn a_run_behind_a_pipe_fails_by_its_last_lines() {
    let runs = |output: &str| {
        warned((0..10usize).flat_map(|n| {
            let change = edit(20 * n, "fit.py", &format!("v{n}"), &format!("v{}", n + 1));
            [change, exited(20 * n + 5, "python fit.py 2>&1 | tail -4", output)]
        }))
    };
    assert!(runs("  File \"fit.py\", line 30, in <module>\nValueError: Input X contains NaN.\nUse another model."));
    assert!(!runs("epoch 3\nsaved to out/model.bin"));
}

/// A shell command that ended well, whatever it printed.
fn exited(at: usize, command: &str, output: &str) -> [String; 2] {
    bash(at, command, output).map(|line| line.replace("\"metadata\":{}", "\"metadata\":{\"exit\":0}"))
}

#[test]
fn a_long_run_that_succeeds_ends_the_streak() {
    let error = "psql:a.sql:4: ERROR:  syntax error at or near \"ADD\"";
    let tries = (0..6usize).flat_map(|n| {
        let change = edit(40 * n + 20, &format!("conf/{}.yaml", WORDS[n]), "a", &format!("b{n}"));
        [failed_after(12, 40 * n, "psql -f a.sql", error), change]
    });
    let succeeds =
        failed_after(12, 240, "psql -f a.sql", "ALTER TABLE").map(|line| line.replace("\"exit\":1", "\"exit\":0"));
    let lines: Vec<String> = tries.chain([succeeds]).flatten().collect();
    let found = findings(&lines);
    assert!(found.iter().any(|finding| finding.rule == "error-streak"));
    assert_eq!(found.last().unwrap().state, State::Closed);
}

#[test]
fn work_between_compactions_is_no_storm() {
    let compacted = |at: usize| {
        let event = json!({"ts": 1000 * at, "type": "session.compacted", "properties": {"sessionID": "ses_1"}});
        [event.to_string(), String::new()]
    };
    let storm = |file: fn(usize) -> &'static str| {
        let lap = move |lap: usize| {
            let write = move |n: usize| write(100 * lap + 10 * n, file(3 * lap + n), file(3 * lap + n));
            (0..3).map(write).chain([compacted(100 * lap + 50)])
        };
        let lines: Vec<String> = (0..4).flat_map(lap).flatten().filter(|line| !line.is_empty()).collect();
        findings(&lines).iter().any(|finding| finding.rule == "compaction-storm")
    };
    assert!(!storm(|n| WORDS[n]));
    assert!(storm(|_| "same"));
}

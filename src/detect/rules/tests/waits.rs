//! Tests waits, lists and advancing results in which nothing must be found, and their neighbours in which something
//! must.

use super::support::{bash, call, edit, failed_after, findings, gravest, is_quiet, task};
use crate::wire::record::{Grade, State};
use serde_json::json;

#[test]
fn a_register_that_moves_is_read_on() {
    let step = |n: usize, at: usize| bash(5 * n, "step-once", &format!("halted at pc: {at:#010x} msp: 0x20020000"));
    assert!(is_quiet((0..14).map(|n| step(n, 0x0800_1000 + 2 * n))));
    assert_eq!(gravest((0..14).map(|n| step(n, 0x0800_1000))), Some(Grade::Stop));
    // Pointers that the system chose.
    assert_eq!(gravest((0..14).map(|n| step(n, 0x0800_1000 + 7_919_777 * (n * n % 11)))), Some(Grade::Stop));
    // A program that spins is not aborted for that it is looked at.
    assert_eq!(gravest((0..14).map(|n| step(n, 0x0800_1000 + 4 * (n % 2)))), Some(Grade::Warn));
}

#[test]
fn a_file_that_grows_is_progress() {
    let get = |n: usize, size: usize| {
        bash(
            600 * n,
            "curl -sS -C - -o /data/a.pbf https://a.example/a.pbf; stat -c %s /data/a.pbf",
            &format!("transfer closed with data remaining\n{size}"),
        )
    };
    assert!(is_quiet((1..9).map(|n| get(n, n * 17_000_000_000))));
    assert!(!is_quiet((1..9).map(|n| get(n, 17_000_000_000))));
}

#[test]
fn the_same_look_after_a_pause_is_no_near_duplicate() {
    let looks = |pause: usize, size: fn(usize) -> usize| {
        is_quiet((0..21usize).flat_map(|n| {
            let nap = failed_after(pause, (pause + 5) * n, &format!("sleep {pause}"), "");
            let nap = nap.map(|line| line.replace("{\"exit\":1}", "{\"exit\":0}"));
            [nap, bash((pause + 5) * n + pause + 2, "wc -l out.jsonl", &format!("{} out.jsonl", size(n)))]
        }))
    };
    assert!(looks(30, |n| 12_000 + 512 * (n / 3)));
    assert!(!looks(0, |_| 12_000));
}

#[test]
fn a_user_may_say_how_long_to_wait() {
    let waits = |message: &str, hours: usize| {
        let look = |n: usize| bash(600 * n, "squeue -j 7 -h -o %T", "PENDING");
        gravest(std::iter::once(task(message)).chain((1..=6 * hours).map(look)))
    };
    assert_eq!(waits("Wait for job 7", 2), Some(Grade::Warn));
    assert!(waits("Wait for job 7, the queue takes about three hours", 3) <= Some(Grade::Notice));
    assert_eq!(waits("Wait for job 7, the queue takes about three hours", 5), Some(Grade::Warn));
    assert!(waits("Check job 7 every 10 minutes until it is done", 3) <= Some(Grade::Notice));
    assert_eq!(waits("Check job 7 every 10 minutes until it is done", 9), Some(Grade::Warn));
    assert!(waits("Warte auf Job 7, das dauert Stunden", 3) <= Some(Grade::Notice));
}

#[test]
fn a_user_may_say_how_often_to_try() {
    let tries = |message: &str, minutes: usize| {
        let fail = |n: usize| failed_after(61, 70 * n, "sleep 60; dialer up", "dialer: the gateway does not answer");
        gravest(std::iter::once(task(message)).chain((0..minutes).map(fail)))
    };
    assert!(tries("Try `dialer up` every minute until it works", 20) <= Some(Grade::Notice));
    assert_eq!(tries("Try `dialer up` every minute until it works", 50), Some(Grade::Warn));
    assert_eq!(tries("Bring the line up", 20), Some(Grade::Warn));
}

#[test]
fn a_finding_closes_when_the_wait_is_over() {
    let states = |command: &'static str, every: usize, count: usize, last: &str| {
        let waits = (0..count).map(|n| bash(every * n, command, "state: PENDING"));
        let lines: Vec<String> = waits.chain([bash(every * count, command, last)]).flatten().collect();
        findings(&lines).iter().map(|found| found.state).next_back()
    };
    let closed = Some(State::Closed);
    assert_eq!(states("squeue -j 7", 100, 12, "state: COMPLETED"), closed);
    assert_ne!(states("squeue -j 7", 100, 12, "state: PENDING"), closed);
    assert_eq!(states("./next-step", 2, 5, "the tank is full"), closed);
    assert_ne!(states("./next-step", 2, 5, "state: PENDING"), closed);
}

#[test]
fn who_sleeps_all_night_makes_no_iterations() {
    let at = |ts: i64, line: &str| line.replacen('{', &format!("{{\"ts\":{ts},"), 1);
    let nap = |n: i64| {
        let part = |status: &str| {
            let part = json!({"type": "message.part.updated", "properties": {"part": {"id": format!("prt_{n}"), "sessionID": "ses_1",
                "messageID": format!("msg_{n}"), "type": "tool", "tool": "bash", "callID": "c",
                "state": {"status": status, "input": {"command": format!("./hourly.sh {n}")}, "output": ""}}}});
            part.to_string()
        };
        let begun = n * 3_600_000;
        let tick = |minute: i64| at(begun + minute * 60_000, r#"{"type":"ocr.stream.tick","properties":{}}"#);
        let running = std::iter::once(at(begun, &part("running"))).chain((1..40).map(tick));
        running.chain([at(begun + 2_400_000, &part("completed"))]).collect::<Vec<_>>()
    };
    let busy = json!({"type": "session.status", "properties": {"sessionID": "ses_1", "status": {"type": "busy"}}});
    let lines: Vec<String> = std::iter::once(at(0, &busy.to_string())).chain((0..14).flat_map(nap)).collect();
    let found = findings(&lines);
    assert!(found.iter().filter(|found| found.rule == "stall" && found.grade == Grade::Warn).count() > 10);
    assert!(found.iter().all(|found| found.rule != "iterations"));
}

#[test]
fn looks_after_a_pause_of_ones_own_wait() {
    let laps = |pause: usize, size: fn(usize) -> usize| {
        gravest((0..12usize).flat_map(|n| {
            let nap = failed_after(pause, (pause + 9) * n, &format!("sleep {pause}"), "");
            let nap = nap.map(|line| line.replace("{\"exit\":1}", "{\"exit\":0}"));
            let at = (pause + 9) * n + pause;
            let looks = [
                bash(at + 2, "ls out", "a.tif\nb.tif"),
                bash(at + 4, "tail -n 1 render.log", &format!("frame {}", size(n))),
                bash(at + 6, "du -s out", "812\tout"),
            ];
            std::iter::once(nap).chain(looks)
        }))
    };
    assert!(laps(30, |n| n / 4) <= Some(Grade::Notice));
    assert!(laps(30, |_| 4) <= Some(Grade::Notice));
    assert!(laps(1, |_| 4) >= Some(Grade::Warn));
}

#[test]
fn whoever_looks_each_minute_waits() {
    let every_minute = |command: &str, says: &str| is_quiet((0..9usize).map(|n| bash(60 * n, command, says)));
    assert!(every_minute("fastlane run latest_build_state", "Result: PROCESSING"));
    assert!(every_minute("make -s farm-status", "queued 3"));
    assert!(every_minute("npm run build-progress", "41 %"));
    assert!(every_minute("just check-farm", "2 jobs pending"));
    assert!(!every_minute("just check-farm", "error: no such file: farm.toml"));
}

#[test]
fn a_command_that_sleeps_waits_for_what_fails() {
    let wait = |seconds: usize, command: &str, says: &str| {
        gravest((0..14usize).map(|n| failed_after(seconds, n * (seconds + 3), command, says)))
    };
    for (command, says) in [
        ("sleep 30; apt-get install -y graphviz", "E: Could not get lock. It is held by process 8412"),
        ("sleep 30; ls -l out/a.parquet", "ls: cannot access 'out/a.parquet': No such file or directory"),
        ("sleep 30; host -t TXT a.example", "Host a.example not found: 3(NXDOMAIN)"),
        ("sleep 30; npm view dux@2.0.1", "npm error code E404"),
    ] {
        assert!(wait(30, command, says) <= Some(Grade::Notice), "{command}");
        let at_once = command.strip_prefix("sleep 30; ").unwrap();
        assert!(wait(1, at_once, says) >= Some(Grade::Warn), "{at_once}");
    }
    for (command, says) in [
        ("sleep 40; qstat 7712", "qstat: Unknown Job Id Error 7712.head"),
        (
            "sleep 40; aws batch describe-jobs",
            "An error occurred (ExpiredTokenException): the security token has expired",
        ),
        ("sleep 40; make deploy", "make: *** No rule to make target 'deploy'.  Stop."),
    ] {
        assert!(wait(40, command, says) >= Some(Grade::Warn), "no time mends it: {command}");
    }
    // A test waits for nothing.
    assert!(wait(30, "sleep 30; pytest -q", "FAILED a.py::b\n1 failed") >= Some(Grade::Warn));
}

#[test]
fn what_fails_for_ten_minutes_will_not_come() {
    let looks = |command: &str, says: &str, fails: bool| {
        gravest((0..14usize).map(|n| {
            let [part, step] = failed_after(60, n * 63, command, says);
            if fails { [part, step] } else { [part.replace("\"exit\":1", "\"exit\":0"), step] }
        }))
    };
    for (command, says, fails) in [
        ("sleep 60; tail -n 2 fit.log", "[rank0]: Process exited with code 1", false),
        ("sleep 60; tail -n 2 fit.log", "MemoryError: CUDA out of memory. Tried to allocate 2 GiB", false),
        ("sleep 60; kubectl get job etl", "Error from server (NotFound): jobs.batch \"etl\" not found", true),
    ] {
        assert_eq!(looks(command, says, fails), Some(Grade::Warn), "{says}");
    }
    for (command, says, fails) in [
        ("sleep 60; tail -n 2 fit.log", "epoch 3: saving the checkpoint", false),
        ("sleep 60; tail -n 2 fit.log", "worker exited with code 1, restarting", false),
        ("sleep 60; curl -s localhost:80", "curl: (7) Failed to connect to localhost port 80", true),
        ("sleep 60; grep -q ready boot.log", "", true),
    ] {
        assert!(looks(command, says, fails) <= Some(Grade::Notice), "{says}");
    }
}

#[test]
fn who_hurries_is_not_aborted() {
    let look = |n: usize, says: &str| bash(2 * n, "kubectl get job migrate", says);
    assert_eq!(gravest((0..9).map(|n| look(n, "migrate   Running   0/1"))), Some(Grade::Warn));
    assert_eq!(gravest((0..9).map(|n| look(n, "migrate   Complete   1/1"))), Some(Grade::Stop));
}

#[test]
fn errors_are_told_by_their_inner_message() {
    let preview = |n: usize, inner: &str| {
        failed_after(
            9,
            20 * n,
            "pulumi preview",
            &format!("Stack (dev):\n    ./main.go:3{n}:12: {inner}\n    error: error in compiling Go: exit status 1"),
        )
    };
    let inner = [
        "undefined: s3.A",
        "unknown field Acl in struct",
        "cannot use x as string",
        "not enough arguments",
        "missing return",
        "x redeclared",
    ];
    let with_edits = |same: bool| {
        is_quiet(inner.iter().enumerate().flat_map(|(n, text)| {
            [
                preview(n, if same { inner[0] } else { text }),
                edit(20 * n + 10, "main.go", &format!("a{n}"), &format!("b{n}")),
            ]
        }))
    };
    assert!(with_edits(false));
    assert!(!with_edits(true));
}

#[test]
fn errors_of_ghc_are_told_apart() {
    let words = ["type", "instance", "scope", "name", "import", "signature", "kind", "pattern"];
    let build = |n: usize, what: &str| {
        failed_after(
            8,
            20 * n,
            "cabal build",
            &format!(
                "[1 of 2] Compiling A ( src/A.hs )\n\nsrc/A.hs:1{n}:7: error: [GHC-83865]\n    • No such {what}\n    • In the expression: x\n"
            ),
        )
    };
    let with_edits = |same: bool| {
        is_quiet((0..words.len()).flat_map(|n| {
            [
                build(n, if same { words[0] } else { words[n] }),
                edit(20 * n + 10, "src/A.hs", &format!("a{n}"), &format!("b{n}")),
            ]
        }))
    };
    assert!(with_edits(false));
    assert!(!with_edits(true));
}

#[test]
fn a_flaky_test_is_run_again() {
    let run = |n: usize, passes: bool| {
        if passes {
            bash(5 * n, "pytest -q a.py::b", "1 passed in 0.2s")
        } else {
            failed_after(1, 5 * n, "pytest -q a.py::b", "FAILED a.py::b - assert 0 == 1\n1 failed in 0.3s")
        }
    };
    assert!(is_quiet((0..10).map(|n| run(n, [true, true, false, true, false][n % 5]))));
    assert!(!is_quiet((0..10).map(|n| run(n, false))));
}

#[test]
fn rounds_that_were_asked_for_are_made() {
    let rounds = |count: usize| {
        (0..count).flat_map(|n| {
            let dump = |at: usize, sum: &str| bash(at, "pg_dump -s scratch | md5sum", &sum.repeat(32));
            [
                bash(40 * n + 10, "alembic downgrade -3", "Running downgrade 9f31c2 -> 77b0aa"),
                dump(40 * n + 20, "a"),
                bash(40 * n + 30, "alembic upgrade head", "Running upgrade 77b0aa -> 9f31c2"),
                dump(40 * n + 40, "b"),
            ]
        })
    };
    let asked = || [task("Check that the revisions go down and up again, three times. Report only.")];
    assert!(is_quiet(asked().into_iter().chain(rounds(3))));
    assert!(!is_quiet([task("Check that the revisions go down and up again.")].into_iter().chain(rounds(3))));
    assert!(!is_quiet(asked().into_iter().chain(rounds(8))));
}

#[test]
fn a_list_is_gone_through() {
    let names = [
        "atlas", "boreas", "ceres", "dione", "eos", "fama", "gaia", "hera", "iris", "juno", "kore", "luna", "maia",
        "pan",
    ];
    let search = |n: usize, name: &str| {
        call(5 * n + 9, "grep", &json!({"pattern": name.to_owned() + "\\.old", "path": "/work"}), "No files found")
    };
    let list = names.map(|name| name.to_owned() + ".old").join(", ");
    let searches = || names.iter().enumerate().map(|(n, name)| search(n, name));
    assert!(is_quiet([task(&format!("Does any of these still occur? {list}"))].into_iter().chain(searches())));
    assert!(is_quiet([call(1, "read", &json!({"filePath": "old.txt"}), &list)].into_iter().chain(searches())));
    assert!(!is_quiet([task("Is the old host still named?")].into_iter().chain(searches())));
}

#[test]
fn a_count_belongs_to_what_it_counts() {
    let fails = |n: usize| {
        let [part, step] = edit(5 * n + 9, "bench.cfg", "BATCH=32", "BATCH=64");
        [
            part.replace("\"completed\"", "\"error\"")
                .replace("\"output\":\"Edit applied successfully.\"", "\"error\":\"Could not find oldString\""),
            step,
        ]
    };
    let asked = task("Set BATCH to 64 in bench.cfg, then repeat the benchmark 50 times.");
    assert_eq!(gravest([asked].into_iter().chain((0..12).map(fails))), Some(Grade::Stop));
    let presses = (0..12usize).map(|n| call(5 * n + 9, "press", &json!({"key": "DOWN"}), "ok"));
    assert!(is_quiet([task("Open the menu, then press DOWN 12 times.")].into_iter().chain(presses)));
}

#[test]
fn plans_that_only_change_their_order_lead_nowhere() {
    let items = ["port the theme", "convert the posts", "move the images", "check all links"];
    let list = |n: usize, done: usize| {
        let todo = |at: usize| json!({"content": items[(at + n) % 4], "status": if at < done { "completed" } else { "pending" }});
        call(5 * n, "todowrite", &json!({"todos": (0..4).map(todo).collect::<Vec<_>>()}), &format!("{n} todos"))
    };
    assert!(!is_quiet((0..20).map(|n| list(n, 0))));
    let read = |n: usize| call(5 * n + 2, "read", &json!({"filePath": format!("{n}.md")}), &format!("post {n}"));
    assert!(is_quiet((0..20).flat_map(|n| [list(n, 0), read(n)])));
    let grow = |n: usize, done: usize| {
        let todo = |at: usize| json!({"content": format!("{} {at}", items[(at + n) % 4]), "status": if at < done { "completed" } else { "pending" }});
        call(5 * n, "todowrite", &json!({"todos": (0..n + 2).map(todo).collect::<Vec<_>>()}), &format!("{n} todos"))
    };
    assert!(!is_quiet((0..12).map(|n| grow(n, 0))), "it grows");
    assert!(is_quiet((0..12).map(|n| grow(n, n))), "what is done in words");
    assert!(is_quiet((0..8).map(|n| grow(n, 0))), "a few");
    let add = |n: usize| call(5 * n, "TaskCreate", &json!({"subject": format!("{} of part {n}", items[n % 4])}), "ok");
    assert!(is_quiet((0..12).map(add)), "item by item");
    let think = |n: usize, thought: String| {
        call(
            5 * n,
            "sequentialthinking",
            &json!({"thought": thought, "thoughtNumber": n}),
            &format!("{{\"thoughtNumber\": {n}}}"),
        )
    };
    assert!(!is_quiet((0..20).map(|n| think(n, format!("The page is slow, {}", ["why?", "so I look."][n % 2])))));
    let letter = |n: usize| char::from(b'a' + u8::try_from(n).unwrap());
    assert!(is_quiet((0..20).map(|n| think(n, format!("Case {} follows from {}", letter(n), letter(n + 1))))));
}

#[test]
fn refusals_said_as_successes_are_failures() {
    let open = |n: usize, answer: &str| {
        call(5 * n, "desk_ticket_new", &json!({"title": format!("Login outage {n}"), "body": "x".repeat(n)}), answer)
    };
    for refusal in [
        r#"{"ok":false,"reason":"workspace is read-only"}"#,
        r#"{"success": false, "message": "workspace is read-only"}"#,
        r#"{"error":{"code":403,"message":"workspace is read-only"}}"#,
    ] {
        assert!(!is_quiet((0..12).map(|n| open(n, refusal))), "{refusal}");
    }
    for answer in [r#"{"ok":true,"reason":null}"#, r#"{"error":null,"id":7}"#, r#"{"error":"","id":7}"#] {
        assert!(is_quiet((0..12).map(|n| open(n, answer))), "{answer}");
    }
}

#[test]
fn commands_that_are_cut_off_do_not_wait() {
    let cut = |n: usize, command: &str, stood: &str| {
        let said = format!(
            "{stood}\n\n<shell_metadata>\nshell tool terminated command after exceeding timeout 120000 ms. If it is not waiting for input, retry.\n</shell_metadata>"
        );
        failed_after(120, 125 * n, command, &said).map(|line| line.replace("\"exit\":1", "\"exit\":null"))
    };
    let asks = "? Would you like to use TypeScript";
    assert!(!is_quiet((0..8).map(|n| cut(n, "make deploy", "deploy@web1's password:"))));
    assert!(!is_quiet((0..8).map(|n| cut(
        n,
        ["npx sv create ui", "npm create svelte ui", "yarn create svelte"][n % 3],
        asks
    ))));
    let crates = ["syn", "serde", "hyper", "regex", "clap", "rand", "url", "rand_core"];
    assert!(is_quiet((0..8).map(|n| cut(n, "cargo build", &format!("   Compiling {} v1", crates[n])))));
    assert!(is_quiet((0..8).map(|n| cut(n, "tail -f build.log", "linking"))));
}

/// A look that took so many milliseconds, with this exit code.
fn look(at_ms: usize, took: usize, command: &str, exit: i32, answer: &str) -> [String; 2] {
    let [part, step] = bash(0, command, answer);
    let own = |line: String| {
        line.replace("\"prt_0", &format!("\"prt_{at_ms}"))
            .replace("msg_0", &format!("msg_{at_ms}"))
            .replace("\"end\":500", &format!("\"end\":{}", at_ms + took))
            .replace("\"start\":0", &format!("\"start\":{at_ms}"))
            .replace("\"timestamp\":0", &format!("\"timestamp\":{}", at_ms + took))
            .replace("\"timestamp\":600", &format!("\"timestamp\":{}", at_ms + took + 1))
            .replace("\"metadata\":{}", &format!("\"metadata\":{{\"exit\":{exit}}}"))
    };
    [own(part), own(step)]
}

#[test]
fn a_server_may_take_a_minute_to_start() {
    let looks = |count: usize, took: usize, thought: usize, command: &str, exit: i32, answer: &str| {
        gravest((0..count).map(|n| look(n * (took + thought), took, command, exit, answer)))
    };
    let refused = "curl: (7) Failed to connect to localhost port 80: Connection refused";
    for (took, thought, command, exit, answer) in [
        (3_100, 3_000, "sleep 3; curl -sf http://localhost/up || echo down", 0, "down"),
        (5_100, 3_000, "sleep 5 && curl -s http://localhost/up", 7, refused),
        (6_100, 3_000, "sleep 6; pg_isready -h db", 2, "db:5432 - no response"),
        (1_200, 2_000, "sleep 1; ls out/app.sock", 2, "ls: cannot access 'out/app.sock': No such file or directory"),
    ] {
        assert!(looks(12, took, thought, command, exit, answer) <= Some(Grade::Notice), "{command}");
        // It does not wait for ever, and is not aborted at once either.
        assert!(looks(60, took, thought, command, exit, answer) >= Some(Grade::Warn), "{command}");
    }
    // Without a pause of its own, it may wait for what was started before.
    for (thought, exit, answer) in [(8_000, 7, refused), (4_000, 0, "503 Service Unavailable: starting")] {
        let tries = |count: usize| {
            (0..count).map(move |n| look(9_000 + n * thought, 60, "curl -s http://localhost/up", exit, answer))
        };
        let start = || [look(0, 900, "docker compose up -d", 0, "Container web Started")].into_iter();
        assert!(gravest(start().chain(tries(12))) <= Some(Grade::Notice), "{answer}");
        assert!(gravest(start().chain(tries(60))) >= Some(Grade::Warn), "{answer}");
        assert!(gravest(tries(9)) <= Some(Grade::Notice), "{answer}");
        assert_eq!(gravest(tries(12)), Some(Grade::Warn), "{answer}");
    }
    // It does something each time, too.
    let missing = "cat: missing.log: No such file or directory";
    assert_eq!(looks(12, 1_100, 50, "echo x > mess.txt; sleep 1; cat missing.log", 1, missing), Some(Grade::Stop));
    assert!(
        looks(12, 3_100, 3_000, "date > tried; sleep 3; curl -s http://localhost/up", 7, refused)
            <= Some(Grade::Notice)
    );
    // No pause, and no word of waiting.
    assert_eq!(looks(35, 60, 170, "curl -sS http://localhost/up", 7, refused), Some(Grade::Stop));
    assert_eq!(looks(12, 60, 8_000, "cat notes.txt", 0, "one line"), Some(Grade::Stop));
}

#[test]
fn the_end_of_a_pipe_says_nothing() {
    let looks = |every: usize, command: &str| gravest((0..12).map(|n| look(n * every, 1_100, command, 0, "one line")));
    for command in ["git log --oneline | tail -5", "ls -la dist | tail -3", "tail -5 notes.md", "./gen 2>&1 | tail -4"]
    {
        assert_eq!(looks(5_000, command), Some(Grade::Stop), "{command}");
    }
    for (every, command) in [(30_000, "tail -n 3 app.log"), (12_000, "tail -n 3 train.log"), (5_000, "tail -f app.txt")]
    {
        assert!(looks(every, command) <= Some(Grade::Notice), "{command}");
    }
}

#[test]
fn a_deed_behind_a_pause_is_no_wait() {
    let tries = |took: usize, command: &str, exit: i32, answer: &str| {
        gravest((0..12).map(|n| look(n * (took + 4_000), took, command, exit, answer)))
    };
    for (took, command, answer) in [
        (4_000, "sleep 3 && git push origin main", " ! [rejected] main -> main\nerror: failed to push some refs"),
        (6_000, "sleep 5 && kubectl apply -f a.yaml", "error: error validating data: unknown field \"a\""),
        (3_000, "sleep 2; python job.py", "Traceback (most recent call last):\nKeyError: 'a'"),
        (6_000, "sleep 5; npm start", "Starting the server ...\nError: listen EADDRINUSE :::3000"),
    ] {
        assert!(tries(took, command, 1, answer) >= Some(Grade::Warn), "{command}");
    }
    for (took, command, answer) in [
        (4_000, "sleep 3; curl -sf http://localhost/health", ""),
        (4_000, "sleep 3; ssh edge uptime", "ssh: connect to host edge port 22: No route to host"),
        (4_000, "sleep 3 && git push origin main", "ssh: connect to host a.example port 22: Connection refused"),
    ] {
        assert!(tries(took, command, 7, answer) <= Some(Grade::Notice), "{command}");
    }
}

#[test]
fn a_word_in_a_failure_is_no_state() {
    let tries = |every: usize, command: &str, answer: &str| {
        let start = [look(0, 900, "ssh root@edge reboot", 0, "")];
        gravest(start.into_iter().chain((1..13).map(|n| look(n * every, 1_000, command, 1, answer))))
    };
    for (command, answer) in [
        (
            "ansible-playbook site.yml -l a",
            "fatal: [a]: FAILED! => no package\na : ok=3 changed=0 unreachable=0 failed=1",
        ),
        ("cargo run --bin gen", "internal error: entered unreachable code: no arm"),
        ("./bin/start-worker", "Starting the pool ...\nFATAL: invalid value for WORKERS"),
        ("helm upgrade shop ./chart", "Error: UPGRADE FAILED: another operation (install/upgrade) is in progress"),
    ] {
        assert!(tries(5_000, command, answer) >= Some(Grade::Warn), "{command}");
    }
    for (every, command, answer) in [
        (9_000, "ssh edge uptime", "ssh: connect to host edge port 22: No route to host"),
        (5_000, "ping -c 1 edge", "From 10.0.0.1 icmp_seq=1 Destination Host Unreachable"),
        (30_000, "helm upgrade shop ./chart", "Error: UPGRADE FAILED: another operation is in progress"),
    ] {
        assert!(tries(every, command, answer) <= Some(Grade::Notice), "{command}");
    }
}

#[test]
fn a_command_that_still_runs_is_watched() {
    let shell = |n: usize, command: &str, exit: serde_json::Value, answer: &str| {
        let [part, step] = call(33 * n, "execute_bash", &json!({"command": command, "is_input": "true"}), answer);
        let ended = format!("\"end\":{}", 33_000 * n + 30_000);
        let part = part.replace(&format!("\"end\":{}", 33_000 * n + 500), &ended);
        [part.replace("\"metadata\":{}", &format!("\"metadata\":{{\"exit\":{exit}}}")), step]
    };
    for (answer, exit) in [
        ("[The command has no new output after 30 seconds. You may wait longer to see more.]", json!(-1)),
        ("[The command has no new output after 30 seconds. You may wait longer to see more.]", json!(0)),
        ("Process 7 is still running", json!(null)),
    ] {
        let watch = |n: usize| shell(n, if n == 0 { "make itest" } else { "" }, exit.clone(), answer);
        assert!(is_quiet((0..12).map(watch)), "{answer}");
    }
    let nothing = |n: usize| shell(n, "", json!(1), "ERROR: No previous running command to interact with.");
    assert!(!is_quiet((0..12).map(nothing)));
}

const NAMES: [&str; 12] =
    ["ana", "ben", "cem", "dora", "edda", "femi", "gita", "hugo", "ines", "jule", "kemal", "lena"];

/// The gravest grade in one call for each name, of a tool that is given this member and answers like that.
fn each(tool: &str, member: &str, given: impl Fn(usize, &str) -> String, answer: &str) -> Option<Grade> {
    let calls = NAMES.iter().enumerate();
    gravest(calls.map(|(n, name)| call(5 * n, tool, &json!({member: given(n, name)}), &answer.replace('N', name))))
}

#[test]
fn one_thing_after_the_other_is_done() {
    let mail = |n: usize, name: &str| {
        let body = "We meet on Friday at the port, as always, and bring the plans of last week.";
        call(5 * n, "send_email", &json!({"to": format!("{name}@example.org"), "body": body}), "queued")
    };
    assert!(is_quiet(NAMES.iter().enumerate().map(|(n, name)| mail(n, name))));
    let update = |_: usize, name: &str| format!("UPDATE contract SET tariff='flat' WHERE owner='{name}'");
    let by_id = |n: usize, name: &str| {
        format!("psql -c \"UPDATE contract SET tariff='{}' WHERE id={}\"", &name[..2], 5000 + 3 * n)
    };
    let insert =
        |n: usize, name: &str| format!("INSERT INTO readings(meter, value) VALUES ('{name}', {})", 100 + 7 * n);
    let quiet = Some(Grade::Notice);
    assert!(each("pg_execute", "sql", update, "UPDATE 1") <= quiet);
    assert!(each("bash", "command", by_id, "UPDATE 1") <= quiet);
    assert!(each("db_query", "query", insert, "[]") <= quiet);
}

#[test]
fn the_same_in_other_words_is_no_list() {
    let words =
        ["shortly", "soon", "today", "now", "again", "once", "tonight", "later", "first", "next", "quickly", "please"];
    let post = |n: usize, _: &str| {
        format!("The build of the branch is red again because of the flaky test, please look at it {}", words[n])
    };
    assert!(each("chat_post", "text", post, "ok") >= Some(Grade::Warn));
    let look = |n: usize, _: &str| format!("grep -n 'user_name{}' app.txt", &"_abcdefghijkl"[n..=n]);
    assert!(each("bash", "command", look, "1:user_name = ask()") >= Some(Grade::Warn));
    let code = |n: usize, _: &str| format!("{}'{}'", "f(); ".repeat(40), &"abcdefghijkl"[n..=n]);
    assert!(each("render", "body", code, "Error: bad N") >= Some(Grade::Warn));
}

#[test]
fn errors_are_told_from_their_traces() {
    let errors = [
        "undefined method 'each' for nil (NoMethodError)",
        "uninitialized constant Sync::Backoff (NameError)",
        "wrong number of arguments (ArgumentError)",
        "key not found: :cursor (KeyError)",
        "invalid date (Date::Error)",
        "stack level too deep (SystemStackError)",
        "can't convert nil into Integer (TypeError)",
    ];
    let run = |n: usize, error: &str| {
        failed_after(
            1,
            20 * n,
            "ruby bin/sync.rb",
            &format!("bin/sync.rb:{n}:in 'f': {error}\n\tfrom bin/sync.rb:160:in '<main>'\n"),
        )
    };
    let with_edits = |same: bool| {
        is_quiet((0..errors.len()).flat_map(|n| {
            [
                run(n, if same { errors[0] } else { errors[n] }),
                edit(20 * n + 10, "bin/sync.rb", &format!("a{n}"), &format!("b{n}")),
            ]
        }))
    };
    assert!(with_edits(false));
    assert!(!with_edits(true));
}

#[test]
fn the_same_request_with_another_nonce_is_the_same() {
    let page = "<h1>502 Bad Gateway</h1>";
    let asks = |n: usize| format!("curl -sS 'https://a.example/up?t={}'", 1_795_607_185 + n * 331);
    assert!(gravest((0..12).map(|n| look(n * 1_500, 600, &asks(n), 0, page))) >= Some(Grade::Warn));
    let pages = |n: usize| format!("curl -sS 'https://a.example/up?id={}'", 1_795_607_185 + n * 331);
    assert!(gravest((0..4).map(|n| look(n * 1_500, 600, &pages(n), 0, page))) <= Some(Grade::Notice));
}

#[test]
fn a_run_elsewhere_that_has_failed_is_not_waited_for() {
    let rounds = |said: &'static str| {
        gravest((0..8).flat_map(move |n| {
            let at = n * 160_000;
            let again = format!("git commit --allow-empty -m 'again {n}' && git push");
            [look(at, 900, &again, 0, ""), look(at + 3_000, 150_000, "gh pr checks 412 --watch", 1, said)]
        }))
    };
    assert!(rounds("lint\tpass\t41s\nunit\tfail\t2m3s") >= Some(Grade::Warn));
    assert!(rounds("lint\tfail\t41s\nunit\tpending\t0") <= Some(Grade::Notice));
}

#[test]
fn a_slow_model_reads_and_does_not_wait() {
    let reads = |start: &str, count: usize| {
        let before = [start, "grep -rn main src", "ls src"].map(str::to_owned);
        let given = before.into_iter().chain((0..count).map(|_| "cat out/report.txt".to_owned()));
        gravest(given.enumerate().map(|(n, command)| look(n * 40_000, 200, &command, 0, &format!("of {command}"))))
    };
    assert_eq!(reads("ls", 12), Some(Grade::Stop));
    assert!(reads("nohup ./export-report --all &", 12) <= Some(Grade::Notice), "it was started");
}

#[test]
fn a_batch_in_a_frame_gets_on() {
    let rounds = |value: fn(usize) -> usize| {
        gravest((0..12usize).flat_map(|n| {
            let at = 16 * n;
            [
                call(at, "desktop_hotkey", &json!({"keys": "ctrl+n"}), "ok"),
                call(at + 4, "desktop_type", &json!({"text": format!("RE-{}", value(n))}), "ok"),
                call(at + 8, "desktop_hotkey", &json!({"keys": "ctrl+s"}), "ok"),
                call(at + 12, "desktop_screenshot", &json!({}), "Screenshot taken"),
            ]
        }))
    };
    assert!(rounds(|n| 1000 + n) <= Some(Grade::Notice));
    assert_eq!(rounds(|_| 1000), Some(Grade::Stop));
}

#[test]
fn what_is_made_anew_each_time_is_looked_at_again() {
    const PODS: [&str; 8] = ["x2kpq", "dlfxs", "b55mz", "gkgzg", "bzm57", "f26qp", "wv8tn", "qz4cd"];
    let cycles = |log: fn(usize) -> String| {
        let one = move |n: usize| {
            let at = n * 20_000;
            let pod = format!("shop-5f6d7c8b9-{}", PODS[n]);
            [
                look(at, 300, "kubectl rollout restart deploy/shop", 0, "deployment.apps/shop restarted"),
                look(at + 6_000, 300, &format!("kubectl logs {pod} --previous"), 0, &log(n)),
            ]
        };
        gravest((0..8).flat_map(one))
    };
    let missing = |_| "F1120 main.go:71] default backend service \"shop/default-http\" was not found".to_owned();
    assert!(cycles(missing) >= Some(Grade::Warn));
    assert!(
        cycles(|n| format!("F1120 {} is not set, so the shop cannot be started at all, stopping", PODS[n]))
            <= Some(Grade::Notice)
    );
}

#[test]
fn pages_that_are_all_the_same() {
    let pages = |answer: fn(usize) -> String| {
        let page =
            |n: usize| call(5 * n, "webfetch", &json!({"url": format!("https://a.example/list?page={n}")}), &answer(n));
        gravest((0..16).map(page))
    };
    assert!(pages(|_| "members 4711 and 4712, then 4713".to_owned()) >= Some(Grade::Warn));
    assert!(pages(|n| format!("members {0}1 and {0}2, then {0}3", 400 + n)) <= Some(Grade::Notice));
}

#[test]
fn one_quick_look_among_many_that_waited_is_no_circle() {
    let looks = |quick: usize| {
        let row = (0..10).map(|n| look(n * 34_000, 30_000, "./export --next", 0, "one more"));
        let quick = (0..quick).map(|n| look(340_000 + n * 3_000, 500, "./export --next", 0, "one more"));
        gravest(row.chain(quick))
    };
    assert!(looks(1) <= Some(Grade::Notice));
    assert_eq!(looks(3), Some(Grade::Warn));
    assert_eq!(looks(12), Some(Grade::Stop));
}

#[test]
fn a_service_that_was_started_may_say_nothing_but_a_code() {
    let looks = |start: &str, count: usize, exit: i32, answer: &str| {
        let command = "curl -s -o /dev/null -w '%{http_code}' http://localhost:80/up";
        let first = [look(0, 900, start, 0, "started")].into_iter();
        gravest(first.chain((1..=count).map(|n| look(n * 5_500, 60, command, exit, answer))))
    };
    assert!(looks("docker compose up -d", 12, 7, "000") <= Some(Grade::Notice));
    assert!(looks("docker compose up -d", 12, 0, "503") <= Some(Grade::Notice));
    assert!(looks("docker compose up -d", 40, 7, "000") >= Some(Grade::Warn));
    assert_eq!(looks("ls", 12, 7, "000"), Some(Grade::Stop));
}

#[test]
fn a_service_that_crashes_for_ever_comes_no_nearer() {
    let looks = |command: &str, says: &dyn Fn(usize) -> String| {
        gravest((0..55).map(|n| bash(66 * n, &format!("sleep 60; {command}"), &says(n))))
    };
    for (command, says) in [
        (
            "kubectl get pods",
            (|n| format!("web-1 0/1 CrashLoopBackOff {} ({n}s ago) {n}m", 3 + n / 3)) as fn(usize) -> String,
        ),
        ("docker compose ps", |n| {
            format!("web Restarting (1) {} seconds ago\ndb Up {} minutes", n * 37 % 50 + 5, n + 1)
        }),
        ("systemctl status web", |n| {
            format!("Active: activating (auto-restart)\nrestart counter is at {}.", 3 + 2 * n)
        }),
    ] {
        assert_eq!(looks(command, &says), Some(Grade::Warn), "{command}");
    }
    let comes = |n: usize| format!("web {}/60 CrashLoopBackOff {} {n}m", n + 1, 3 + n / 3);
    assert!(looks("kubectl get sts", &comes) <= Some(Grade::Notice));
}

#[test]
fn what_is_on_its_way_is_waited_for_whatever_the_exit_code() {
    let looks = |count: usize, pause: usize, command: &str, exit: i32, answer: &str| {
        gravest((0..count).map(|n| look(n * pause, 60, command, exit, answer)))
    };
    for (command, exit, answer) in [
        ("systemctl is-active indexer", 3, "activating"),
        ("supervisorctl status worker", 3, "worker    STARTING"),
        ("rc-service indexer status", 8, " * status: starting"),
        ("ssh vm7 systemctl is-system-running", 1, "starting"),
    ] {
        assert!(looks(12, 16_000, command, exit, answer) <= Some(Grade::Notice), "{command}");
    }
    // What only refuses or fails may come up, but hardly after so many looks.
    for (command, exit, answer) in [
        ("mysqladmin ping", 1, "mysqladmin: connect to server at 'localhost' failed"),
        ("curl -sSf http://localhost/up", 22, "curl: (22) The requested URL returned error: 503"),
        ("systemctl is-active indexer", 3, "failed"),
    ] {
        assert_eq!(looks(12, 16_000, command, exit, answer), Some(Grade::Warn), "{command}");
        assert_eq!(looks(24, 30_000, command, exit, answer), Some(Grade::Warn), "{command}");
        assert_eq!(looks(12, 1_500, command, exit, answer), Some(Grade::Stop), "{command}");
    }
}

#[test]
fn whoever_waits_longer_each_time_waits() {
    let polls = |sleep: &dyn Fn(usize) -> String, answer: &str| {
        let mut at = 0;
        gravest((1..10usize).map(|n| {
            at += 15 * n;
            failed_after(15 * n, at - 15 * n + 3 * n, &format!("{} bk build view 512", sleep(15 * n)), answer)
        }))
    };
    for sleep in [(|n| format!("sleep {n} &&")) as fn(usize) -> String, |n| format!("sleep {n}s;")] {
        assert!(polls(&sleep, "Build #512  running  (4/9 jobs)") <= Some(Grade::Notice), "{}", sleep(1));
        assert!(polls(&sleep, "Build #512  failed  (9/9 jobs)") >= Some(Grade::Warn), "{}", sleep(1));
    }
}

#[test]
fn a_refused_request_is_the_same_whatever_numbers_it() {
    let asks = |input: &dyn Fn(usize) -> serde_json::Value, answer: &str| {
        gravest((0..12).map(|n| call(5 * n, "desk_book", &input(n), answer)))
    };
    let refusals = [
        r#"{"status": 422, "error": "owner: must be an id"}"#,
        r#"{"data":null,"errors":[{"message":"Field 'vat' is required"}]}"#,
        r#"{"errcode":40013,"errmsg":"no such app"}"#,
        r#"{"status":"error","detail":"owner unknown"}"#,
        "HTTP/1.1 403 Forbidden\ncontent-type: text/plain\n\nno quota",
        "Fehler: Der Besitzer ist unbekannt.",
    ];
    for refusal in refusals {
        for input in [
            (|n| json!({"room": "B2", "attempt": n})) as fn(usize) -> serde_json::Value,
            |n| json!({"room": "B2", "clientTime": 1_796_000_000_000_u64 + 7 * n as u64}),
            |n| json!({"room": "B2", "sentAt": format!("2026-11-27T10:02:{n:02}Z")}),
            |n| json!({"booking": {"room": "B2"}, "meta": {"ts": 1_796_000_000 + n, "client": "x"}}),
        ] {
            assert_eq!(asks(&input, refusal), Some(Grade::Stop), "{refusal} {}", input(1));
        }
        let rooms = |n| json!({"room": format!("B{n}"), "slot": 7, "attempt": n});
        assert!(asks(&rooms, refusal) < Some(Grade::Stop), "{refusal}");
    }
    for answer in [r#"{"ok":true}"#, r#"{"blank":true}"#, r#"{"status":200,"error":null}"#] {
        assert!(asks(&|n| json!({"sheet": "log", "seq": n}), answer) <= Some(Grade::Notice), "{answer}");
    }
}

#[test]
fn a_long_sleep_waits_whatever_follows_it() {
    let looks = |seconds: usize, command: &str, answer: &str| {
        gravest((0..8).map(|n| {
            let waited = failed_after(seconds, n * (seconds + 5), &format!("sleep {seconds}; {command}"), answer);
            waited.map(|line| line.replace("{\"exit\":1}", "{\"exit\":0}"))
        }))
    };
    for (command, answer) in [
        ("apt-get -qq update; apt-cache policy knot | sed -n 3p", "  Candidate: 3.3.8"),
        ("pip index versions meshkit", "meshkit (1.4.0)"),
        ("rsync -an --stats depot:/in/ in/", "Number of created files: 0"),
        ("python3 check_mirror.py", "mirror: 3.3.8"),
    ] {
        assert!(looks(60, command, answer) <= Some(Grade::Notice), "{command}");
    }
    // A short one before a change is no wait, and what fails by itself is a failure.
    assert!(looks(1, "pip install meshkit", "Requirement already satisfied: meshkit") > Some(Grade::Notice));
    assert!(looks(60, "pytest -q", "1 failed, 3 passed in 0.2s") > Some(Grade::Notice));
}

#[test]
fn a_number_of_tries_without_a_name_is_asked_for() {
    let tries = |message: &str, count: usize, answer: &str| {
        let input = json!({"channel": 2});
        gravest(std::iter::once(task(message)).chain((1..=count).map(|n| call(n * 3, "adc_value", &input, answer))))
    };
    for message in [
        "Take 30 samples of the thermistor and give me the spread",
        "Please measure it 30 times",
        "Nimm 30 Einzelmessungen auf und bilde den Mittelwert",
        "Fais 30 mesures et donne-moi l'écart",
        "Haz 30 lecturas del sensor",
        "Сделай 30 измерений",
        "请测量三十次，给出平均值",
    ] {
        assert!(tries(message, 30, "2047") <= Some(Grade::Notice), "{message}");
        assert!(tries(message, 45, "2047") > Some(Grade::Notice), "{message}");
    }
    for message in [
        "The sensor is read 30 times per second, find out why",
        "Make the reader 30 times faster",
        "There were 30 failed readings last night, look into it",
        "Read the sensor",
    ] {
        assert!(tries(message, 12, "2047") > Some(Grade::Notice), "{message}");
    }
}

#[test]
fn pages_are_turned_by_a_tool_that_is_given_nothing() {
    let pages = |tool: &str, page: fn(usize) -> usize| {
        let turn = |n: usize| {
            let said = format!("({}) Item {}: {} in favour, {} against, adopted.", page(n), page(n), 11 + n % 7, n % 5);
            call(n * 3, tool, &json!({}), &said)
        };
        gravest((1..=20).map(turn))
    };
    for tool in ["seite_weiter", "siguiente", "reader", "vend_tsura"] {
        assert!(pages(tool, |n| n) <= Some(Grade::Notice), "{tool}");
        assert!(pages(tool, |n| 3 + n % 2) > Some(Grade::Notice), "{tool}");
    }
}

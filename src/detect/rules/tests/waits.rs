//! Tests waits, lists and advancing results in which nothing must be found, and their neighbours in which something
//! must.

use super::support::{bash, call, edit, failed_after, findings};
use crate::wire::record::Grade;
use serde_json::json;

/// The gravest grade in these calls.
fn gravest(steps: impl IntoIterator<Item = [String; 2]>) -> Option<Grade> {
    let lines: Vec<String> = steps.into_iter().flatten().collect();
    findings(&lines).iter().map(|found| found.grade).max()
}

fn is_quiet(steps: impl IntoIterator<Item = [String; 2]>) -> bool {
    gravest(steps) <= Some(Grade::Notice)
}

/// A user's message.
fn task(text: &str) -> [String; 2] {
    let message = json!({"type": "message.updated", "properties": {"info": {"id": "msg_0", "sessionID": "ses_1", "role": "user"}}});
    let part = json!({"type": "message.part.updated", "properties": {"part": {
        "id": "prt_0", "sessionID": "ses_1", "messageID": "msg_0", "type": "text", "text": text}}});
    [message.to_string(), part.to_string()]
}

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
    // A test waits for nothing.
    assert!(wait(30, "sleep 30; pytest -q", "FAILED a.py::b\n1 failed") >= Some(Grade::Warn));
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

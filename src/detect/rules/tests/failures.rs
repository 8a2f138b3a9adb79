//! Tests rows of failures: what is a batch, what moves, what only seems to end them.

use super::support::{bash, call, edit, failed_after, findings, gravest, is_quiet};
use crate::wire::record::{Grade, State};
use serde_json::json;

const PARTS: [&str; 14] = [
    "auth", "billing", "cart", "docs", "export", "forms", "geo", "history", "index", "jobs", "kiosk", "ledger", "mail",
    "notes",
];

#[test]
fn an_exit_code_may_be_the_answer() {
    let plan = |n: usize, part: &str| {
        let answer = format!("  # vm.{part} will be updated in-place\nPlan: 0 to add, {} to change.", n % 4 + 1);
        failed_after(4, 20 * n, &format!("terraform -chdir=env/{part} plan -detailed-exitcode"), &answer)
    };
    assert!(is_quiet(PARTS.iter().enumerate().map(|(n, part)| plan(n, part))));
    let mend = |n: usize, part: &str| {
        let file = format!("lib/{part}/main.php");
        let found = format!("FILE: {file}\nFOUND 2 ERRORS\n {n} | ERROR | [x] Expected 1 space");
        [
            failed_after(1, 20 * n, &format!("vendor/bin/phpcs {file}"), &found),
            failed_after(1, 20 * n + 9, &format!("vendor/bin/phpcbf {file}"), "A TOTAL OF 2 ERRORS WERE FIXED"),
        ]
    };
    assert!(is_quiet(PARTS.iter().enumerate().flat_map(|(n, part)| mend(n, part))));
    // The same plan, asked for in other ways.
    let again = |n: usize| failed_after(4, 20 * n, &format!("terraform plan -lock-timeout={n}m"), "Plan: 1 to change.");
    assert!(!is_quiet((0..14).map(again)));
}

#[test]
fn the_cause_stands_below_the_heading() {
    let build = |n: usize, cause: &str| {
        let answer = format!(
            "FAILURE: Build failed with an exception.\n\n* What went wrong:\n{cause}\n\n* Try:\n> Run with --info."
        );
        [
            edit(30 * n, "app/build.gradle", &format!("// {n}a"), &format!("// {n}b")),
            failed_after(9, 30 * n + 9, "./gradlew :app:bundle", &answer),
        ]
    };
    let causes = [
        "No namespace is set.",
        "Class Stub is there twice",
        "The SDK is not installed",
        "Cannot merge two manifests",
        "A lint baseline is old",
        "Missing class Binder",
        "Tag nav is unknown",
    ];
    assert!(is_quiet(causes.iter().enumerate().flat_map(|(n, cause)| build(n, cause))));
    assert!(!is_quiet((0..7).flat_map(|n| build(n, "No namespace is set."))));
}

#[test]
fn one_wrong_hash_after_the_other_is_mended() {
    let hash =
        |n: usize| format!("sha256-{:016x}{:016x}", 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(n as u64 + 1), n + 77);
    let round = |n: usize, is: usize, got: usize, name: usize| {
        let answer = format!(
            "error: hash mismatch in '/nix/store/{}-src.drv':\n  specified: {}\n  got: {}",
            hash(name),
            hash(is),
            hash(got)
        );
        [failed_after(9, 40 * n, "nix-build all.nix", &answer), edit(40 * n + 20, "all.nix", &hash(is), &hash(got))]
    };
    assert!(is_quiet((0..9).flat_map(|n| round(n, 10 * n, 10 * n + 1, 10 * n + 2))));
    // Of one source, each download is another.
    assert!(!is_quiet((0..9).flat_map(|n| round(n, 10 * n, 10 * n + 10, 5))));
}

#[test]
fn another_statement_ends_no_streak() {
    let load = |n: usize, key: usize| {
        let answer = format!(
            "psql:load.sql:41: ERROR:  insert violates foreign key \"buyer_fk\"\nDETAIL:  Key (buyer)=({key}) is not there."
        );
        failed_after(1, 20 * n, "psql -d shop -f load.sql", &answer)
    };
    let vain =
        |n: usize| bash(20 * n + 9, &format!("psql -d shop -c 'ALTER TABLE sale DISABLE TRIGGER t{n}'"), "ALTER TABLE");
    assert!(!is_quiet((0..10).flat_map(|n| [load(n, 40_117), vain(n)])));
    // Each time the buyer is added that was missing.
    let add = |n: usize, key: usize| {
        bash(20 * n + 9, &format!("psql -d shop -c 'INSERT INTO buyer VALUES ({key})'"), "INSERT 0 1")
    };
    assert!(is_quiet((0..10).flat_map(|n| [load(n, 40_117 + 31 * n), add(n, 40_117 + 31 * n)])));
}

#[test]
fn a_shell_that_runs_nothing_speaks_many_languages() {
    let each = |answer: &str| {
        (0..12).map(|n| bash(9 * n, &format!("terrafrom -chdir=env/{} apply", PARTS[n]), answer)).collect::<Vec<_>>()
    };
    assert!(!is_quiet(each("bash: terrafrom: comando não encontrado")));
    assert!(!is_quiet(each(
        "Terrafrom : no\n    + CategoryInfo          : ObjectNotFound: (Terrafrom:String) [], CommandNotFoundException\n    + FullyQualifiedErrorId : CommandNotFoundException"
    )));
    assert!(is_quiet(each("Apply complete! Resources: 1 added")));
    let query = |n: usize, answer: &str| {
        call(9 * n, "sql_query", &json!({"query": format!("ALTER VIEW v AS SELECT {} FROM sale", PARTS[n])}), answer)
    };
    let wrong = "Msg 156, Level 15, State 1, Line 1\nIncorrect syntax near the keyword 'VIEW'.";
    assert!(!is_quiet((0..12).map(|n| query(n, wrong))));
}

#[test]
fn a_row_of_failures_stays_open() {
    let fail = |n: usize| {
        let answer = if n.is_multiple_of(3) {
            format!("sh: line {}: PLAN: command not found", 4010 - 7 * n)
        } else {
            "sh: line 4: syntax error: unexpected end of file".to_owned()
        };
        bash(9 * n, &format!("PLAN\nlook at {}", PARTS[n % 14]), &answer)
    };
    let lines: Vec<String> = (0..30).flat_map(fail).collect();
    let found = findings(&lines);
    assert!(found.iter().any(|found| found.grade == Grade::Stop));
    assert!(found.iter().all(|found| found.state != State::Closed));
}

#[test]
fn the_number_of_a_request_makes_it_no_other() {
    let ask = |given: &dyn Fn(usize) -> serde_json::Value, answer: &str| {
        gravest((0..12).map(|n| call(3 * n, "depot", &given(n), answer)))
    };
    let id = |n: usize| {
        format!("{:08x}-30aa-4f1b-8c0d-{:012x}", 0x9e37_79b9_usize.wrapping_mul(n + 1) & 0xffff_ffff, n * 7919)
    };
    let code = r#"{"code":"E-NOROW"}"#;
    assert!(ask(&|n| json!({"requestId": id(n), "op": "get", "row": "B-4"}), code) >= Some(Grade::Warn));
    assert!(ask(&|n| json!({"seq": n, "op": "get", "row": "B-4"}), code) >= Some(Grade::Warn));
    assert!(ask(&|n| json!({"seq": n, "op": "put", "row": "B-4"}), r#"{"code":"OK"}"#) <= Some(Grade::Notice));
    assert!(
        ask(&|n| json!({"requestId": id(n), "op": "drop", "row": id(n + 40)}), r#"{"dropped":true}"#)
            <= Some(Grade::Notice)
    );
    let made = |n: usize, name: &str| json!({"method": "POST", "url": "https://a.example/buyers", "headers": {"Idempotency-Key": id(n)}, "body": {"name": name}});
    assert!(ask(&|n| made(n, "Ann"), r#"{"status":201,"body":{"name":"Ann"}}"#) >= Some(Grade::Warn));
    assert!(ask(&|n| made(n, PARTS[n]), r#"{"status":201,"body":{"made":true}}"#) <= Some(Grade::Notice));
}

#[test]
fn words_are_searched_for_one_after_the_other() {
    let search = |word: &dyn Fn(usize) -> String| {
        gravest((0..10).map(|n| bash(4 * n, &format!("grep -rn '{}(' src --include=*.erl", word(n)), "")))
    };
    assert!(search(&|n| format!("{}Helper", PARTS[n])) <= Some(Grade::Notice));
    assert!(
        search(&|n| ["load_file", "loadFile", "LoadFile", "load_File", "load__file"][n % 5].to_owned())
            >= Some(Grade::Warn)
    );
}

#[test]
fn what_was_not_understood_is_said_again() {
    let cut = |at: usize, echo: &str| {
        let said = format!(
            "Invalid input for tool write: JSON parsing failed: Text: {{\"content\": \"{echo}.\nError message: JSON Parse error"
        );
        call(at, "invalid", &json!({"tool": "write", "error": said}), &format!("The arguments are invalid: {said}"))
    };
    let words = ["alder", "birch", "cedar", "elder", "fir", "gum", "hazel", "ivy", "juniper", "larch"];
    let echo = |n: usize| format!("[{{{} {}", words[n], [310, 438, 513, 388, 239, 129, 608, 705, 96, 44][n]);
    assert!(gravest((0..10).map(|n| cut(9 * n, &echo(n)))) >= Some(Grade::Warn));
    let write = |at: usize, tool: &str, file: &str| {
        call(at, tool, &json!({"filePath": format!("{file}.json"), "content": file}), "Wrote file successfully.")
    };
    let mended =
        |tool: &'static str| (0..10).flat_map(move |n| [cut(9 * n, &echo(n)), write(9 * n + 4, tool, words[n])]);
    assert!(is_quiet(mended("write")));
    assert!(!is_quiet(mended("edit")), "another tool");
}

#[test]
fn one_cause_is_no_batch() {
    let ask = |server: &dyn Fn(usize) -> String, sleep: &str| {
        gravest((0..12).map(|n| {
            let server = server(n);
            let (host, port) = server.split_once(':').unwrap();
            let answer =
                format!("curl: (7) Failed to connect to {host} port {port} after 0 ms: Could not connect to server");
            failed_after(1, 9 * n, &format!("{sleep}curl -sS http://{server}/{}", PARTS[n]), &answer)
        }))
    };
    assert_eq!(ask(&|_| "localhost:8787".to_owned(), ""), Some(Grade::Warn));
    assert_eq!(ask(&|n| format!("box-{n}.lan:9100"), ""), Some(Grade::Notice));
    assert_eq!(ask(&|n| format!("localhost:{}", 3000 + n), ""), Some(Grade::Notice));
    assert_eq!(ask(&|_| "localhost:8787".to_owned(), "sleep 5; "), Some(Grade::Notice));
    let remote = |n: usize| {
        let answer = "curl: (7) Failed to connect to localhost port 9100: Connection refused";
        failed_after(1, 9 * n, &format!("ssh {0} curl -sS http://localhost:9100/{0}", PARTS[n]), answer)
    };
    assert!(is_quiet((0..12).map(remote)), "one server on each machine");

    let run = |module: &dyn Fn(usize) -> String| {
        gravest((0..12).map(|n| {
            let answer =
                format!("Traceback (most recent call last):\n  File \"{0}.py\", line 1\n{1}", PARTS[n], module(n));
            failed_after(1, 9 * n, &format!("python3 {}.py", PARTS[n]), &answer)
        }))
    };
    assert_eq!(run(&|_| "ModuleNotFoundError: No module named 'pandas'".to_owned()), Some(Grade::Warn));
    assert_eq!(run(&|_| "ValueError: unknown encoding".to_owned()), Some(Grade::Notice));
}

#[test]
fn refused_arguments_are_no_batch() {
    let label = |answer: &str| {
        gravest((0..9).map(|n| call(9 * n, "tracker_update", &json!({"id": 400 + 7 * n, "tags": PARTS[n]}), answer)))
    };
    assert!(
        label(
            "MCP error -32602: Input validation error: Invalid arguments for tool update: [\n  {\n    \"path\": [\"tags\"]\n  }\n]"
        ) >= Some(Grade::Warn)
    );
    assert!(label("Error: expected array, received string at tags") >= Some(Grade::Warn));
    assert!(label("Error: the item was not found") <= Some(Grade::Notice));
    let validate = |n: usize| {
        let input = json!({"file": format!("cfg/{}.json", PARTS[n])});
        call(9 * n, "validate", &input, "Error: expected array, received string at tags")
    };
    assert!(is_quiet((0..9).map(validate)), "the fault is in each of the files");
}

#[test]
fn a_lock_that_is_taken_away_comes_back() {
    let laps = |refused: &dyn Fn(usize) -> String, treat: &dyn Fn(usize) -> String| {
        gravest((0..9usize).flat_map(|n| {
            [
                failed_after(1, 20 * n, "etl submit nightly", &refused(n)),
                bash(20 * n + 9, &treat(n), "done")
                    .map(|line| line.replace("\"metadata\":{}", "\"metadata\":{\"exit\":0}")),
            ]
        }))
    };
    let id = |n: usize| format!("{:08x}-1f2e", 0x9f8e_7d6c_usize.wrapping_mul(2 * n + 1) & 0xffff_ffff);
    let cancel = |n: usize| format!("etl cancel {}", id(n));
    for held in ["error: nightly is locked by job", "Error: the queue is held by", "Fehler: nightly ist gesperrt durch"]
    {
        assert!(laps(&|n| format!("{held} {}", id(n)), &cancel) >= Some(Grade::Warn), "{held}");
    }
    // One port after the other is freed, and what works at last is another command.
    let frees = |n: usize| {
        [
            failed_after(
                1,
                30 * n,
                &format!("PORT={} node w.js", 3001 + n),
                &format!("Error: listen EADDRINUSE: address already in use :::{}", 3001 + n),
            ),
            bash(30 * n + 9, &format!("kill {}", 29_720 - 1_711 * n), ""),
            bash(30 * n + 15, &format!("pm2 start w.js -- --port {}", 3001 + n), &format!("w{n} online")),
        ]
    };
    assert!(is_quiet((0..9).flat_map(frees)));
    assert!(!is_quiet((0..9).flat_map(|n| frees(n).into_iter().take(2))));
    // One row after the other is put right.
    let insert = |n: usize| format!("psql -c \"insert into buyers values ({})\"", 40_117 + 31 * n);
    let missing = |n: usize| format!("ERROR: Key (buyer)=({}) is not present in table buyers", 40_117 + 31 * n);
    assert!(laps(&missing, &insert) <= Some(Grade::Notice));
}

#[test]
fn scripts_that_are_thrown_away_are_no_batch() {
    let tries = |write: bool, error: &dyn Fn(usize) -> String| {
        gravest((0..9usize).flat_map(|n| {
            let (file, text) = (format!("/tmp/try_{n}.py"), format!("import cad\ncad.open({n})"));
            let written =
                call(20 * n, "write", &json!({"filePath": file, "content": text}), "Wrote file successfully.");
            let run = failed_after(1, 20 * n + 9, &format!("python3 {file}"), &error(n));
            if write { vec![written, run] } else { vec![run] }
        }))
    };
    let no_licence = |_| "LicenseError: no valid licence for module EXPORT".to_owned();
    assert_eq!(tries(true, &no_licence), Some(Grade::Warn));
    assert!(tries(false, &no_licence) <= Some(Grade::Notice), "they were given");
    let kinds = ["Key", "Value", "Type", "Index", "Name", "Attribute", "Import", "OS", "Runtime"];
    assert!(tries(true, &|n| format!("{}Error: another one", kinds[n])) <= Some(Grade::Notice));
    let in_one = (0..9usize).map(|n| {
        let command = format!("cat > /tmp/t{n}.py <<'EOF'\nimport cad\ncad.open({n})\nEOF\npython3 /tmp/t{n}.py");
        failed_after(1, 20 * n, &command, &no_licence(n))
    });
    assert_eq!(gravest(in_one), Some(Grade::Warn));
}

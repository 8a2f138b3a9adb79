//! Whatever hangs and ignores its end, `timeout … ocr-run` gets the last line and the exit code: a reviewer, a webhook, a
//! command that is told, a check. It is the same where nobody reads the lines, or nobody can read the words.

use super::bench;
use crate::support::{live_shell_with, nothing_left};
use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
#[cfg(target_os = "linux")]
use std::process::Command;
use std::time::{Duration, Instant};

const FINISHES: &str = r#"{"task": "Go.", "turns": [{"text": "The task is done."}]}"#;

/// A command that says that it has begun, and then ignores every signal that can be ignored.
const IGNORES: &str = "trap \"\" TERM INT HUP; echo > hung; while :; do sleep 600; done";

/// A server that takes a request, says so with a file, and never answers.
fn silent_server(begun: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let begun = begun.to_owned();
    std::thread::spawn(move || {
        let mut taken = Vec::new();
        for mut stream in listener.incoming().flatten() {
            // A connection without a request only tries the address.
            if stream.read(&mut [0; 1024]).is_ok_and(|read| read > 0) {
                std::fs::write(&begun, "").unwrap();
            }
            taken.push(stream);
        }
    });
    url
}

fn wait_until(what: &str, mut there: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_mins(5);
    while !there() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What hangs, and what the run ends with when a signal comes while it does.
fn rows(silent: &str) -> [(String, i32); 5] {
    [
        // Without the reviewer's answer, the rules decide.
        (format!("--reviewer-cmd '{IGNORES}'"), 0),
        (format!("--reviewer-url {silent} --deadline 10m"), 0),
        (format!("--verify '{IGNORES}'"), 143),
        // The outcome is certain by now.
        (format!("--notify-cmd '{IGNORES}'"), 0),
        (format!("--notify {silent}"), 0),
    ]
}

#[test]
fn last_line_and_exit_code_come_whatever_hangs() {
    for at in 0..5 {
        let Some(bench) = bench(FINISHES) else { return };
        let begun = bench.project.dir().join("hung");
        let (what, code) = rows(&silent_server(&begun))[at].clone();
        let line = format!("exec timeout 60 ocr-run --headless --task 'Go.' {what}");
        let mut run = live_shell_with(&line, &bench.opencode, &bench.project, &[]);
        run.wait_for("ocr.stream.opened");
        wait_until(&what, || begun.exists());
        // What `timeout` does when the time is over.
        run.signal_stage("-TERM", "timeout");
        let done = run.finish();
        let last = done.lines.last().unwrap();
        assert!(last.contains("\"ocr.act.result\""), "{what}: the last line is {last}\n{}", done.stderr);
        let result = &done.of("ocr.act.result")[0]["properties"];
        assert_eq!(
            (result["exitCode"].as_i64(), done.code()),
            (Some(i64::from(code)), Some(code)),
            "{what}: {}",
            done.stderr
        );
        nothing_left(&bench.project.env()[0].1);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn exit_code_comes_where_nobody_reads() {
    // The reader is gone after a line; the disk is full; nobody can be told anything.
    for (output, code) in [("| head -n 1 > /dev/null", 141), ("> /dev/full", 1), ("2> /dev/full > /dev/null", 143)] {
        let Some(bench) = bench(FINISHES) else { return };
        let begun = bench.project.dir().join("hung");
        let run = format!("ocr-run --headless --task 'Go.' --verify '{IGNORES}'");
        let line = format!("{{ {run} & echo $! > pid; wait $!; echo $? > code; }} {output}");
        let running = live_shell_with(&line, &bench.opencode, &bench.project, &[]);
        let written = bench.project.dir().join("code");
        // A reader that left ends the run before a check is begun. On a full disk, the session is guarded on.
        wait_until(output, || begun.exists() || written.exists());
        if !written.exists() && code != 141 {
            let pid = std::fs::read_to_string(bench.project.dir().join("pid")).unwrap();
            assert!(Command::new("kill").args(["-TERM", pid.trim()]).status().unwrap().success());
        }
        let done = running.finish();
        let seen = std::fs::read_to_string(&written).unwrap();
        assert_eq!(seen.trim(), code.to_string(), "{output}: {}", done.stderr);
        assert!(!done.stderr.contains("panicked"), "{output}: {}", done.stderr);
        nothing_left(&bench.project.env()[0].1);
    }
}

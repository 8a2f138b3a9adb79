//! The README's live blocks, as they are printed, in a project that has what they name.

use super::bench;
use crate::readme::blocks;
use crate::support::{Finished, live_shell};

/// One session that mends the code, and is sure of it. The programs that check it stand in for a user's own.
const MENDS: &str = r##"{"task": "", "files": {
    "src/lib.rs": "pub fn one() -> u32 { 2 }\n", "task.md": "Fix the failing test.\n",
    ".tools/cargo": "#!/bin/sh\ngrep -q '{ 1 }' src/lib.rs || { echo 'test one ... FAILED'; exit 101; }\necho 'test result: ok. 1 passed; 0 failed; 0 ignored'\n",
    ".tools/make": "#!/bin/sh\nexec \"$(dirname \"$0\")/cargo\" test\n"
  },
  "turns": [
    {"calls": [{"tool": "bash", "input": {"command": "sed -i.old 's/{ 2 }/{ 1 }/' src/lib.rs && rm src/lib.rs.old", "description": "Fixes it"}}]},
    {"text": "I fixed the function: it returns 1 now."}
  ]}"##;

/// Runs the block that contains this.
fn run(contains: &str) -> Option<(Finished, super::Bench)> {
    let bench = bench(MENDS)?;
    let block = blocks("sh").into_iter().find(|block| block.contains(contains)).unwrap();
    let line =
        format!("cp -r .tools ../tools && chmod +x ../tools/* && PATH=\"$PWD/../tools:$PATH\" && set -e\n{block}");
    Some((live_shell(&line, &bench.opencode, &bench.project).finish(), bench))
}

#[test]
fn doctor_and_first_run() {
    let Some((done, _bench)) = run("ocr-run doctor") else { return };
    assert_eq!(done.code(), Some(0), "{:#?}\n{}", done.lines, done.stderr);
    assert!(done.stderr.contains("RESULT   done") && done.stderr.contains("recording: "), "{}", done.stderr);
}

#[test]
fn run_in_ci() {
    let Some((done, bench)) = run("junit") else { return };
    assert_eq!(done.code(), Some(0), "{}", done.stderr);
    assert!(!done.stderr.contains("snapshot"), "no recording lies where the agent works: {}", done.stderr);
    let report = std::fs::read_to_string(bench.project.dir().join("../junit.xml")).unwrap();
    assert!(report.contains("<testsuite") && !report.contains("<failure"), "{report}");
}

#[test]
fn run_overnight() {
    let Some((done, bench)) = run("--notify-on blocked,failure") else { return };
    // Nothing has checked the change.
    assert_eq!(done.code(), Some(3), "{}", done.stderr);
    assert!(done.stderr.contains("--verify"), "{}", done.stderr);
    assert!(bench.project.dir().join("../calls.log").exists());
}

#[test]
fn pipe_by_hand() {
    let bench = bench(MENDS);
    let Some(bench) = bench else { return };
    let block = blocks("sh").into_iter().find(|block| block.contains("echo $?")).unwrap();
    // The other lines need a server of the user's.
    let line = block.lines().next().unwrap();
    let done = live_shell(line, &bench.opencode, &bench.project).finish();
    assert_eq!(done.lines.last().map(String::as_str), Some("3"), "{}", done.stderr);
}

#[test]
fn sessions_of_other_programs() {
    let Some(bench) = bench(MENDS) else { return };
    let block = blocks("sh").into_iter().find(|block| block.contains("opencode run")).unwrap();
    let line = block.lines().find(|line| line.contains("opencode run")).unwrap();
    let done = live_shell(line, &bench.opencode, &bench.project).finish();
    assert_eq!(done.code(), Some(0), "{}", done.stderr);
    assert_eq!(done.of("ocr.detect.done").len(), 1, "{:?}", done.lines);
}

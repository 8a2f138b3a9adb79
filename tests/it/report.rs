//! `ocr-report`, and `ocr-detect --explain`: what is read, which findings count, and the exit codes.

use crate::support::{ocr, recording, sessions};
use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::io::Write;
use std::path::Path;

/// The report on these arguments.
fn report(args: &[&str]) -> String {
    let done = ocr("ocr-report").args(args).current_dir(sessions()).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// Lines, judged with these arguments.
fn judged(name: &str, args: &[&str]) -> Vec<u8> {
    ocr("ocr-detect").args(args).write_stdin(recording(name)).output().unwrap().stdout
}

fn from_stdin(binary: &str, args: &[&str], lines: Vec<u8>) -> String {
    String::from_utf8(ocr(binary).args(args).write_stdin(lines).output().unwrap().stdout).unwrap()
}

#[test]
fn raw_and_judged_recordings_give_the_same_report() {
    for name in ["ab-loop", "clean-completion", "subagent", "quota", "permission-block"] {
        let raw = from_stdin("ocr-report", &[], recording(name).into_bytes());
        assert_eq!(from_stdin("ocr-report", &[], judged(name, &[])), raw, "{name}");
        assert_eq!(from_stdin("ocr-detect", &["--explain"], recording(name).into_bytes()), raw, "{name}");
    }
}

#[test]
fn findings_in_the_lines_count() {
    let without = judged("ab-loop", &["--disable", "repeat,error-streak"]);
    let told = from_stdin("ocr-report", &[], without.clone());
    assert!(!told.contains("repeat") && told.contains("Came to rest"), "{told}");
    let afresh = from_stdin("ocr-detect", &["--explain"], without);
    assert!(afresh.contains("repeat (stop)"), "{afresh}");
    // Without the events, there is nothing to count.
    let only = from_stdin("ocr-report", &[], judged("ab-loop", &["--only"]));
    assert!(only.contains("repeat (stop)") && !only.contains("Used"), "{only}");
}

#[test]
fn doubted_rest_is_not_clean() {
    let folder = tempfile::tempdir().unwrap();
    let rest = |contradictions: &str| {
        format!(
            "{{\"ts\":1000,\"type\":\"ocr.detect.done\",\"properties\":{{\"sessionID\":\"s\",\"outcome\":\"candidate\",\"claim\":\"none\",\"contradictions\":[{contradictions}]}}}}\n"
        )
    };
    let doubts = ["announcedMore", "emptyDiff", "uncheckedChange", "checkUnknown", "openTodos"];
    for doubt in doubts {
        std::fs::write(folder.path().join(format!("{doubt}.ndjson")), rest(&format!("\"{doubt}\""))).unwrap();
    }
    std::fs::write(folder.path().join("good.ndjson"), rest("")).unwrap();
    let told = report(&[folder.path().to_str().unwrap()]);
    for doubt in doubts {
        let line = told.lines().find(|line| line.contains(&format!("{doubt}.ndjson"))).unwrap();
        assert!(line.starts_with("unsure "), "{line}");
    }
    assert!(told.lines().any(|line| line.starts_with("clean ") && line.contains("good.ndjson")), "{told}");
}

#[test]
fn whole_run_is_told() {
    let lines = concat!(
        r#"{"ts":1000,"type":"ocr.detect.done","properties":{"sessionID":"s","outcome":"candidate","claim":"prose"}}"#,
        "\n",
        r#"{"ts":2000,"type":"ocr.review.decision","properties":{"sessionID":"s","action":"steer","reason":"no test was run","reviewer":"gpt-5"}}"#,
        "\n",
        r#"{"ts":3000,"type":"ocr.act.action","properties":{"sessionID":"s","action":"steer","phase":"taken","detail":"sent"}}"#,
        "\n",
        r#"{"ts":4000,"type":"ocr.act.result","properties":{"sessionID":"s","outcome":"unverified","exitCode":14,"reason":"the check failed"}}"#,
        "\n",
    );
    for form in ["text", "markdown", "html", "junit"] {
        let told = from_stdin("ocr-report", &["--as", form], lines.into());
        for word in ["may be done", "the check failed"] {
            assert!(told.contains(word), "{form}: {told}");
        }
        assert!(form == "junit" || (told.contains("no test was run") && told.contains("sent")), "{form}: {told}");
    }
    assert!(
        from_stdin("ocr-report", &["--as", "prometheus"], lines.into())
            .contains("ocr_exit_code{recording=\"standard input\"} 14")
    );
    let several = report(&["ab-loop.ndjson", "priced.ndjson"]);
    assert!(several.lines().next().unwrap().starts_with("stop    ab-loop.ndjson"), "{several}");
}

#[test]
fn worst_comes_first() {
    let told = report(&["clean-completion.ndjson", "quota.ndjson", "polling-in-vain.ndjson", "ab-loop.ndjson"]);
    let first: Vec<&str> = told.lines().take(4).map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(first, ["stop", "warn", "notice", "clean"]);
    assert!(told.contains("4 recordings, 2 with a problem. Problems: 1 stop, 2 warn, 1 notice."), "{told}");
    assert!(told.contains("What each habit cost:"), "{told}");
}

fn pack(folder: &Path) {
    let gzip = |text: String| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let zstd = |text: String| compress_to_vec(text.as_bytes(), CompressionLevel::Fastest);
    std::fs::create_dir_all(folder.join("below")).unwrap();
    std::fs::write(folder.join("a.ndjson"), recording("ab-loop")).unwrap();
    std::fs::write(folder.join("below/b.ndjson.gz"), gzip(recording("one-call-loop"))).unwrap();
    std::fs::write(folder.join("below/c.jsonl.zst"), zstd(recording("pagination"))).unwrap();
    std::fs::write(folder.join("notes.txt"), "no recording").unwrap();
}

#[test]
fn folders_and_compressed_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    pack(folder.path());
    for (binary, args) in [("ocr-report", &["."][..]), ("ocr-detect", &["--explain", "."])] {
        let done = ocr(binary).args(args).current_dir(folder.path()).output().unwrap();
        let told = String::from_utf8(done.stdout).unwrap();
        assert_eq!((done.status.code(), done.stderr.len()), (Some(0), 0), "{binary}");
        for line in ["stop    ./a.ndjson", "stop    ./below/b.ndjson.gz", "clean   ./below/c.jsonl.zst"] {
            assert!(told.contains(line), "{binary}: {told}");
        }
        assert!(told.contains("3 recordings, 2 with a problem"), "{binary}: {told}");
    }
    let code = |on: &str| {
        let mut detect = ocr("ocr-detect");
        detect.args(["--explain", "--fail-on", on, "."]).current_dir(folder.path()).output().unwrap().status.code()
    };
    assert_eq!((code("loop"), code("budget")), (Some(10), Some(0)));
}

#[test]
fn file_without_events_fails_by_name() {
    let folder = tempfile::tempdir().unwrap();
    pack(folder.path());
    std::fs::write(folder.path().join("foreign.ndjson"), "no JSON\n").unwrap();
    std::fs::write(folder.path().join("empty.ndjson"), "").unwrap();
    let run = |binary: &str, args: &[&str]| {
        let done = ocr(binary).args(args).current_dir(folder.path()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (done.status.code(), text(done.stdout), text(done.stderr))
    };
    for (binary, args) in
        [("ocr-detect", &["--explain", "--fail-on", "budget", "."][..]), ("ocr-report", &["--strict", "."])]
    {
        let (code, told, complaints) = run(binary, args);
        assert_eq!(code, Some(65), "{binary}: {complaints}");
        for name in ["foreign.ndjson", "empty.ndjson"] {
            assert!(complaints.contains(name), "{binary}: {complaints}");
        }
        assert!(told.contains("stop    ./a.ndjson"), "{binary}: {told}");
    }
    let (code, told, _) = run("ocr-report", &["."]);
    assert_eq!(code, Some(0));
    assert!(told.contains("unread  ./foreign.ndjson"), "what was not understood is not clean: {told}");
    let single = run("ocr-detect", &["--fail-on", "any", "foreign.ndjson"]);
    assert!(single.0 == Some(65) && single.2.contains("foreign.ndjson"), "{}", single.2);
}

#[test]
fn report_fails_for_no_bad_run() {
    for form in ["text", "markdown", "html", "junit", "sarif", "prometheus"] {
        report(&["--as", form, "ab-loop.ndjson"]);
    }
    let done = ocr("ocr-report").args(["--as", "text"]).write_stdin(judged("ab-loop", &[])).output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    ocr("ocr-report").arg("--strict").write_stdin(recording("ab-loop") + "no JSON\n").assert().code(65);
}

#[test]
fn order_of_files_does_not_matter() {
    let names = ["ab-loop.ndjson", "quota.ndjson", "subagent.ndjson"];
    let told = report(&[&names[..], &["-j", "1"]].concat());
    assert_eq!(report(&[names[2], names[0], names[1], "-j", "3"]), told);
}

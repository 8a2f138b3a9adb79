//! Environment variables: switches take what people type, and what belongs to a single run has none.

use crate::support::{ocr, recording};

/// What the pipe of `ocr-run` looks like with this variable.
fn printed_pipe(name: &str, value: &str) -> String {
    let mut command = ocr("ocr-run");
    command.args(["--print", "--task", "x"]).env(name, value);
    let done = command.output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{name}={value}");
    String::from_utf8(done.stdout).unwrap()
}

const ON: [&str; 6] = ["1", "true", "yes", "on", "TRUE", "y"];
const OFF: [&str; 6] = ["0", "false", "no", "off", "", "Off"];

#[test]
fn switches_are_handed_on() {
    for (name, flag) in
        [("OCR_DRY_RUN", "--dry-run"), ("OCR_ALLOW_INSECURE", "--allow-insecure"), ("OCR_ROLLBACK", "--rollback")]
    {
        for value in ON {
            assert!(printed_pipe(name, value).contains(flag), "{name}={value}");
        }
        for value in OFF {
            assert!(!printed_pipe(name, value).contains(flag), "{name}={value}");
        }
    }
}

#[test]
fn switches_of_stages() {
    let code = |value: &str| {
        let mut command = ocr("ocr-detect");
        let done = command.env("OCR_STRICT", value).write_stdin("no JSON\n").output();
        done.unwrap().status.code()
    };
    let summary = |value: &str| {
        let mut command = ocr("ocr-act");
        let done = command.env("OCR_QUIET", value).write_stdin("{}\n").output();
        done.unwrap().stderr
    };
    for value in ON {
        assert_eq!(code(value), Some(65), "OCR_STRICT={value}");
        assert!(summary(value).is_empty(), "OCR_QUIET={value}");
        printed_pipe("OCR_HEADLESS", value);
    }
    for value in OFF {
        assert_eq!(code(value), Some(0), "OCR_STRICT={value}");
        assert!(!summary(value).is_empty(), "OCR_QUIET={value}");
        printed_pipe("OCR_HEADLESS", value);
    }
}

/// Exported once, such a variable would change or break every pipe.
#[test]
fn single_run_variables_are_ignored() {
    let recording = recording("one-call-loop");
    let run = |binary: &str, args: &[&str], variables: &[&str]| {
        let mut command = ocr(binary);
        command.args(args).envs(variables.iter().map(|name| (*name, "1")));
        let done = command.write_stdin(recording.as_str()).output().unwrap();
        (done.status.code(), done.stdout == run_plain(binary, args, &recording))
    };
    let cases: [(&str, &[&str], &[&str]); 3] = [
        ("ocr-detect", &[], &["OCR_ONLY", "OCR_EXPLAIN", "OCR_FAIL_ON"]),
        ("ocr-stream", &["--replay", "-"], &["OCR_FOLLOW"]),
        ("ocr-review", &[], &["OCR_TASK"]),
    ];
    for (binary, args, variables) in cases {
        assert_eq!(run(binary, args, variables), (Some(0), true), "{binary} {variables:?}");
    }
}

fn run_plain(binary: &str, args: &[&str], recording: &str) -> Vec<u8> {
    ocr(binary).args(args).write_stdin(recording).output().unwrap().stdout
}

/// A variable that is empty counts as unset, whatever it takes.
#[test]
fn empty_variables_are_unset() {
    let plain = printed_pipe("OCR_UNKNOWN", "");
    for name in [
        "OCR_MAX_TIME",
        "OCR_MAX_ITERATIONS",
        "OCR_WORKER_MODEL",
        "OCR_DRY_RUN",
        "OCR_NOTIFY_ON",
        "OCR_KEEP",
        "OCR_MASK",
    ] {
        assert_eq!(printed_pipe(name, ""), plain, "{name}");
        assert_eq!(printed_pipe(name, " "), plain, "{name}");
    }
}

#[test]
fn times_and_counts_have_units() {
    for (flag, value, fits) in [
        ("--max-time", "2h", true),
        ("--max-time", "90", true),
        ("--max-time", "5 parsecs", false),
        ("--max-tokens", "2M", true),
        ("--max-tokens", "many", false),
        ("--inactivity-timeout", "5m", true),
        ("--verify-timeout", "1.5m", true),
        ("--reviewer-timeout", "500ms", true),
        ("--silence-timeout", "0", false),
    ] {
        let done = ocr("ocr-run").args(["--print", "--task", "x", flag, value]).output().unwrap();
        let told = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(if fits { 0 } else { 2 }), "{flag} {value}: {told}");
        assert!(fits || (told.contains(flag) && !told.contains("variable")), "{told}");
    }
}

/// What was wrong is named where it was written.
#[test]
fn errors_name_the_variable() {
    for (name, value) in [("OCR_MAX_TIME", "5 parsecs"), ("OCR_DRY_RUN", "perhaps"), ("OCR_MAX_COST", "cheap")] {
        let done = ocr("ocr-run").args(["--print", "--task", "x"]).env(name, value).output().unwrap();
        let told = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{told}");
        assert!(told.contains(&format!("variable {name}")), "{told}");
    }
}

#[test]
fn names_that_are_mistyped_get_a_suggestion() {
    for (binary, args, meant) in [
        ("ocr-detect", ["--disable", "repaet"], "repeat"),
        ("ocr-detect", ["--limit", "repeat.stpo=3"], "repeat.stop"),
        ("ocr-detect", ["--grade", "noveltly=stop"], "novelty"),
        ("ocr-detect", ["--fail-on", "lopo"], "loop"),
        ("ocr-act", ["--on", "stagnatoin=steer"], "stagnation"),
    ] {
        let done = ocr(binary).args(args).write_stdin("").output().unwrap();
        let told = String::from_utf8(done.stderr).unwrap();
        assert!(told.contains(meant), "{args:?}: {told}");
    }
}

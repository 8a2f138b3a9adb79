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

//! `ocr-run doctor`: what it checks, what it says to do, and its exit code.

use crate::support::ocr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// A folder with a program that stands for `OpenCode`, and a repository without changes.
fn folder(version: &str, config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("opencode");
    let script =
        format!("#!/bin/sh\ncase $1 in --version) echo '{version}';; debug) echo '{config}';; *) exit 1;; esac\n");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let project = folder.path().join("project");
    fs::create_dir(&project).unwrap();
    assert!(Command::new("git").args(["init", "-q"]).current_dir(&project).status().unwrap().success());
    folder
}

/// What the doctor says in this folder, and its exit code.
fn examined(folder: &Path, args: &[&str]) -> (String, Option<i32>) {
    let mut doctor = ocr("ocr-run");
    doctor.args(["doctor", "--no-model"]).env("OCR_OPENCODE", folder.join("opencode")).args(args);
    doctor.current_dir(folder.join("project")).env("XDG_STATE_HOME", folder.join("state"));
    let done = doctor.output().unwrap();
    (String::from_utf8(done.stdout).unwrap(), done.status.code())
}

const FREE: &str = r#"{"model": "a/b", "permission": "allow"}"#;

#[test]
fn all_is_well() {
    let folder = folder("1.18.33", FREE);
    let (told, code) = examined(folder.path(), &[]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.lines().all(|line| line.starts_with("ok    ")), "{told}");
    assert!(told.contains("1.18.33") && told.contains("model a/b") && told.contains("ocr/runs"), "{told}");
    assert!(told.lines().count() < 20, "{told}");
}

#[test]
fn warnings_have_a_cure() {
    let folder = folder("1.18.33", r#"{"permission": {"bash": {"*": "allow", "git push*": "ask"}}}"#);
    fs::write(folder.path().join("project/new.txt"), "x").unwrap();
    let (told, code) = examined(folder.path(), &[]);
    assert_eq!(code, Some(3), "{told}");
    for says in ["--worker-model", "bash (git push*)", "--on-permission", "1 uncommitted change", "git stash"] {
        assert!(told.contains(says), "{says} is missing in\n{told}");
    }
    fs::remove_dir_all(folder.path().join("project/.git")).unwrap();
    let (told, _) = examined(folder.path(), &[]);
    assert!(told.contains("no repository") && told.contains("git init"), "{told}");
}

#[test]
fn first_failure_sets_the_code() {
    let well = folder("1.18.33", FREE);
    let old = folder("1.0.9", FREE);
    let broken = folder("1.18.33", "no JSON");
    for (folder, args, code, says) in [
        (&well, &["--opencode", "no-such-program"][..], 1, "npm install"),
        (&old, &[], 1, "older than 1.1"),
        (&broken, &[], 1, "the configuration cannot be read"),
        (&well, &["--reviewer-cmd", "exit 1", "--model-timeout", "2s"], 69, "fail  reviewer"),
    ] {
        let (told, seen) = examined(folder.path(), args);
        assert_eq!(seen, Some(code), "{told}");
        assert!(told.contains(says), "{says} is missing in\n{told}");
    }
}

#[test]
fn foreign_text_is_one_masked_line() {
    let key = format!("sk-{}-{}", "proj", "Ab12Cd34".repeat(5));
    let folder = folder(&format!("1.18.33\u{1b}[31m\n::error::x\n{key}\n1.18.33"), FREE);
    let (told, code) = examined(folder.path(), &[]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.lines().all(|line| line.starts_with("ok    ")), "{told}");
    assert!(!told.contains('\u{1b}') && !told.contains("Ab12Cd34"), "{told}");
}

#[test]
fn reviewer_that_answers_is_named() {
    let folder = folder("1.18.33", FREE);
    // The answer has to bear the ticket of the question.
    let answer = r#"t=$(sed -n 's/.*"ticket": "\([0-9a-f]*\)".*/\1/p' | tail -n 1); echo "{\"action\":\"done\",\"reason\":\"fine\",\"confidence\":0.9,\"ticket\":\"$t\"}""#;
    let (told, code) = examined(folder.path(), &["--reviewer-cmd", answer]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("ok    reviewer"), "{told}");
}

#[test]
fn folder_that_cannot_be_used_fails() {
    let folder = folder("1.18.33", FREE);
    fs::write(folder.path().join("state"), "a file").unwrap();
    let (told, code) = examined(folder.path(), &[]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("fail  recordings") && told.contains("--record FILE"), "{told}");
}

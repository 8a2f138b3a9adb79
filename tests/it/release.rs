//! What a release and CI are made of: the script of action.yml, the workflows, the manual and the completions.

use crate::support::shell;
use predicates::prelude::*;
use predicates::str::contains;
use regex::Regex;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The names of the binaries, from the folder that defines them.
fn binaries() -> Vec<String> {
    let folder = fs::read_dir(Path::new(ROOT).join("bin")).unwrap();
    folder.map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

/// The first group of every place in this text where the pattern matches.
fn all(pattern: &str, text: &str) -> Vec<String> {
    Regex::new(pattern).unwrap().captures_iter(text).map(|found| found[1].to_owned()).collect()
}

/// What the script of action.yml left behind.
struct Job {
    folder: tempfile::TempDir,
    code: Option<i32>,
    told: String,
}

impl Job {
    /// Runs the script as a runner of GitHub would, with this environment.
    fn run(inputs: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let line = format!(
            "export RUNNER_TEMP=$PWD GITHUB_OUTPUT=$PWD/output GITHUB_STEP_SUMMARY=$PWD/summary F='{ROOT}/fixtures/sessions'; \
             {inputs} '{ROOT}/packaging/action.sh' run"
        );
        let done = shell(&line, folder.path()).finish();
        Self { folder, code: done.code(), told: done.lines.join("\n") }
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }
}

#[test]
fn action_reports_a_loop() {
    let job = Job::run(
        "INPUT_PIPE='ocr-stream --replay \"$F/one-call-loop.ndjson\" | ocr-detect | ocr-review | ocr-act --quiet'",
    );
    assert_eq!(job.code, Some(10), "{}", job.told);
    assert!(contains("::error title=ocr::repeat: the same call 14 times").eval(&job.told), "{}", job.told);
    assert!(contains("::error title=ocr::loop, exit code 10").eval(&job.told), "{}", job.told);
    assert!(job.file("output").contains("exit-code=10\n"));
    assert!(job.file("ocr-recording.ndjson").contains("ocr.act.result"));
    assert!(job.file("summary").contains("loop"), "{}", job.file("summary"));
}

#[test]
fn action_passes_a_clean_run() {
    let job = Job::run("INPUT_PIPE='ocr-detect < \"$F/clean-completion.ndjson\"'");
    assert_eq!(job.code, Some(0), "{}", job.told);
    assert!(!job.told.contains("::error") && !job.told.contains("::warning"), "{}", job.told);
}

#[test]
fn action_escapes_what_the_agent_wrote() {
    let finding = r#"{"ts":1,"type":"ocr.detect.finding","properties":{"sessionID":"s","kind":"loop","rule":"r","grade":"stop","state":"open","summary":"50%\n::set-output name=x::y"}}"#;
    let job = Job::run(&format!("INPUT_PIPE='printf \"%s\\n\" \"$L\"' L='{finding}'"));
    assert!(job.told.contains("::error title=ocr::r: 50%25"), "{}", job.told);
    assert!(!job.told.lines().any(|line| line.starts_with("::set-output")), "{}", job.told);
}

#[test]
fn action_annotates_without_secrets() {
    let key = format!("sk-{}-{}", "proj", "Ab12Cd34".repeat(5));
    let summary = format!("Incorrect API key provided: {key} \\u001b[31m \\u202e");
    let line =
        |kind: &str, rest: &str| format!(r#"{{"ts":1,"type":"{kind}","properties":{{"sessionID":"s",{rest}}}}}"#);
    let finding = line(
        "ocr.detect.finding",
        &format!(r#""kind":"loop","rule":"retry","grade":"warn","state":"open","summary":"{summary}""#),
    );
    let result = line("ocr.act.result", &format!(r#""outcome":"failed","exitCode":13,"reason":"{summary}""#));
    let job = Job::run(&format!("INPUT_PIPE='printf \"%s\\n\" \"$L\"' L='{finding}\n{result}'"));
    assert!(contains("::warning title=ocr::retry: Incorrect API key").eval(&job.told), "{}", job.told);
    assert!(contains("::error title=ocr::failed, exit code 13: Incorrect").eval(&job.told), "{}", job.told);
    for bad in ["Ab12Cd34", "\u{1b}", "\u{202e}"] {
        assert!(!job.told.contains(bad) && !job.file("summary").contains(bad), "{}", job.told);
    }
}

#[test]
fn action_needs_something_to_do() {
    let job = Job::run("");
    assert_eq!(job.code, Some(2));
    assert!(job.told.contains("give the action a task or a pipe"), "{}", job.told);
}

/// The workflows, the action and the example, with their text.
fn workflows() -> Vec<(PathBuf, String)> {
    let folder = fs::read_dir(Path::new(ROOT).join(".github/workflows")).unwrap();
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    files.extend(["action.yml", "examples/github-workflow.yml"].map(|name| Path::new(ROOT).join(name)));
    files.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn actions_are_pinned() {
    let uses = Regex::new(r"(?m)^\s*-?\s*uses:\s*(\S+)").unwrap();
    let pinned = Regex::new(r"@[0-9a-f]{40}$").unwrap();
    let mut seen = 0;
    for (path, text) in workflows() {
        for action in uses.captures_iter(&text) {
            let own = action[1].starts_with("opencode-runner/ocr@");
            assert!(own || pinned.is_match(&action[1]), "{} uses {}", path.display(), &action[1]);
            seen += 1;
        }
    }
    assert!(seen >= 6, "only {seen} actions were seen");
}

/// A flag that each binary has.
const OWN: [(&str, &str); 7] = [
    ("ocr-stream", "import"),
    ("ocr-detect", "fail-on"),
    ("ocr-review", "reviewer-url"),
    ("ocr-act", "rollback"),
    ("ocr-run", "headless"),
    ("ocr-watch", "story"),
    ("ocr-report", "strict"),
];

#[test]
fn manual_and_completions_cover_every_binary() {
    let folder = tempfile::tempdir().unwrap();
    // The runner of the tests has built the example.
    let manual = Path::new(env!("CARGO_BIN_EXE_ocr-run")).parent().unwrap().join("examples/manual");
    let made = std::process::Command::new(manual).arg(folder.path()).status().unwrap();
    assert!(made.success());
    for name in binaries() {
        let page = fs::read_to_string(folder.path().join(format!("man/man1/{name}.1"))).unwrap();
        assert!(page.contains(".TH") && page.contains("SYNOPSIS"), "{name}");
        for file in [
            format!("{name}.bash"),
            format!("_{name}"),
            format!("{name}.fish"),
            format!("{name}.elv"),
            format!("_{name}.ps1"),
        ] {
            let text = fs::read_to_string(folder.path().join("completions").join(&file)).unwrap();
            let own = OWN.iter().find(|(binary, _)| *binary == name).map(|(_, flag)| *flag).unwrap();
            assert!(text.contains(own), "{file} does not complete --{own}");
        }
    }
}

#[test]
fn one_executable_runs_every_stage() {
    let folder = tempfile::tempdir().unwrap();
    for stage in ["stream", "detect", "review", "act", "watch", "report"] {
        let link = folder.path().join(format!("ocr-{stage}"));
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_ocr-run"), &link).unwrap();
        let done = assert_cmd::Command::new(&link).arg("--version").unwrap();
        let told = String::from_utf8(done.stdout).unwrap();
        assert!(told.starts_with(&format!("ocr-{stage} ")), "{told}");
    }
}

#[test]
fn rel_01_newest_version_is_this_one_and_has_notes() {
    let newest = all(r"(?m)^## \[(\d[^\]]*)\]", &read("CHANGELOG.md")).swap_remove(0);
    assert_eq!(newest, env!("CARGO_PKG_VERSION"), "CHANGELOG.md is not about the version of Cargo.toml");
    let done = shell(&format!("'{ROOT}/packaging/notes.sh'"), Path::new(ROOT)).finish();
    assert!(done.lines.iter().any(|line| line.starts_with("### ")), "no notes");
}

#[test]
fn packages_have_every_stage() {
    for script in ["packaging/build.sh", "packaging/check.sh"] {
        let mut stages = all(r"(?m)^stages=\((.*)\)$", &read(script)).swap_remove(0);
        // This one is the executable, the others are links to it.
        if script.ends_with("build.sh") {
            stages.push_str(" run");
        }
        let (mut named, mut there) =
            (stages.split(' ').map(|stage| format!("ocr-{stage}")).collect::<Vec<_>>(), binaries());
        named.sort();
        there.sort();
        assert_eq!(named, there, "{script}");
    }
}

/// What installs a release asks for a target that the workflow builds.
#[test]
fn targets_to_install_are_built() {
    let built = all(r"target: ([\w-]+)", &read(".github/workflows/release.yml"));
    assert!(built.len() >= 5, "{built:?}");
    for (path, pattern) in
        [("packaging/action.sh", r"\) echo ([\w-]+) ;;"), ("Cargo.toml", r"/ocr-(\w+-\w+-linux-\w+)\{")]
    {
        let asked = all(pattern, &read(path));
        assert!(asked.len() >= 2, "{path}: {asked:?}");
        assert!(asked.iter().all(|target| built.contains(target)), "{path} asks for {asked:?}, built are {built:?}");
    }
}

/// Installs a release that a folder holds, as the action does. The checksum is of `summed`, the archive holds `packed`.
#[cfg(target_os = "linux")]
fn install(packed: &str, summed: &str) -> Job {
    let folder = tempfile::tempdir().unwrap();
    let line = format!(
        r#"mkdir -p fake release made/ocr-x/bin && export PATH="$PWD/fake:$PATH" RELEASE="$PWD/release"
        printf '#!/bin/sh\nfor url; do :; done\ncp "$RELEASE/${{url##*/}}" .\n' > fake/curl && chmod +x fake/curl
        name=ocr-$(uname -m)-unknown-linux-musl.tar.gz
        for text in '{summed}' '{packed}'; do
          printf '#!/bin/sh\necho %s\n' "$text" > made/ocr-x/bin/ocr-run && chmod +x made/ocr-x/bin/ocr-run
          tar -C made --mtime=@0 -czf "release/$name" ocr-x
          [ -e "release/$name.sha256" ] || (cd release && sha256sum "$name" > "$name.sha256")
        done
        export RUNNER_TEMP=$PWD GITHUB_PATH=$PWD/path INPUT_VERSION=v1.2.3 INPUT_REPOSITORY=owner/name
        '{ROOT}/packaging/action.sh' install && "$(cat path)/ocr-run""#
    );
    let done = shell(&line, folder.path()).finish();
    Job { folder, code: done.code(), told: done.lines.join("\n") }
}

#[cfg(target_os = "linux")]
#[test]
fn action_installs_a_release() {
    let job = install("here", "here");
    assert_eq!(job.code, Some(0), "{}", job.told);
    assert!(job.told.ends_with("\nhere"), "{}", job.told);
    assert!(job.file("path").trim_end().ends_with("/ocr/bin"));
}

#[cfg(target_os = "linux")]
#[test]
fn action_installs_nothing_without_its_checksum() {
    let job = install("changed", "here");
    assert_eq!(job.code, Some(2), "{}", job.told);
    assert!(contains("does not match its checksum").eval(&job.told), "{}", job.told);
    assert!(!job.folder.path().join("path").exists());
}

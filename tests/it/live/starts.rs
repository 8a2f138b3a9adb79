//! A start that fails, in a pipe that is typed by hand: no run, so no result, and the exit code of the stage that failed.
//! Only where `/proc` is can that stage tell who reads its output.
#![cfg(target_os = "linux")]

use crate::support::{Live, OpenCode, Project, Provider, Script, Server, live_shell, live_shell_with};

const WAITS: &str = r#"{"task": "Go.", "turns": [{"text": "Hm", "hang": true}]}"#;

#[test]
fn unknown_session_is_the_exit_code_of_the_pipe() {
    let Some(live) = Live::play(WAITS) else { return };
    let source = format!("ocr-stream --server {} --session ses_that_is_not_there", live.server.url());
    let alone = live_shell(&source, &live.opencode, &live.project).finish();
    let done =
        live_shell(&format!("{source} | ocr-detect | ocr-review | ocr-act"), &live.opencode, &live.project).finish();
    assert!(alone.code().is_some_and(|code| code != 0 && code != 3), "{}", alone.stderr);
    assert_eq!(done.code(), alone.code(), "{}", done.stderr);
    assert!(done.of("ocr.act.result").is_empty() && !done.stderr.contains("ocr-act: "), "{}", done.stderr);
}

#[test]
fn wrong_password_is_the_exit_code_of_the_pipe() {
    let Some(opencode) = OpenCode::get() else { return };
    let script = Script::parse(WAITS).unwrap();
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let server = Server::with_password(&opencode, &project, "open sesame");
    let line = format!("ocr-stream --server {} --task 'Go.' | ocr-detect | ocr-act", server.url());
    let done = live_shell_with(&line, &opencode, &project, &[("OPENCODE_SERVER_PASSWORD", "swordfish")]).finish();
    assert_eq!(done.code(), Some(77), "{}", done.stderr);
    assert!(done.of("ocr.act.result").is_empty(), "{:?}", done.lines);
}

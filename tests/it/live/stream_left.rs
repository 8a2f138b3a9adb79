//! A stream that ends while a tool runs leaves no process behind, whatever ended it.

use crate::support::{
    OLDEST, OpenCode, Project, Provider, Running, Script, VERSION, live_shell, nothing_left, processes,
};
use std::process::Command;
use std::time::{Duration, Instant};

/// The tool runs longer than any test.
const SLEEPS: &str = r#"{"task": "Wait.", "turns": [
    {"calls": [{"tool": "bash", "input": {"command": "sleep 7654", "description": "Sleeps"}}]}]}"#;
const TOOL: &str = "sleep 7654";
const SPAWNS: &str = "exec ocr-stream --spawn --task Wait.";

/// How long a tool may take to begin: far longer than on a busy machine.
const PATIENCE: Duration = Duration::from_mins(5);

/// A run and the home of its project, which every process that it starts has in its environment.
struct Sleeping {
    run: Running,
    home: String,
    _project: Project,
    _provider: Provider,
}

/// A stream with a server of its own, once the tool is running; `None` where live tests are skipped.
fn asleep(version: &str) -> Option<Sleeping> {
    let opencode = OpenCode::version(version)?;
    let script = Script::parse(SLEEPS).unwrap();
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let home = project.env()[0].1.clone();
    let mut run = live_shell(SPAWNS, &opencode, &project);
    run.wait_for("\"status\":\"running\"");
    let end = Instant::now() + PATIENCE;
    while !processes(&home).iter().any(|p| p.ends_with(TOOL)) {
        assert!(Instant::now() < end, "no tool runs: {:#?}", processes(&home));
        std::thread::sleep(Duration::from_millis(20));
    }
    Some(Sleeping { run, home, _project: project, _provider: provider })
}

/// Kills these processes.
fn kill_9(processes: &[String]) {
    let pids: Vec<&str> = processes.iter().filter_map(|p| p.split(' ').next()).collect();
    assert!(!pids.is_empty(), "no process to kill");
    let killed = Command::new("kill").arg("-KILL").args(pids).status();
    assert!(killed.unwrap().success());
}

/// Kills the processes of a run that `chosen` names, all at once, and checks that nothing is left.
fn kill(version: &str, chosen: &[&str]) {
    let Some(sleeping) = asleep(version) else {
        return;
    };
    let mut found = processes(&sleeping.home);
    found.retain(|p| chosen.iter().any(|name| p.contains(name)));
    assert_eq!(found.len(), chosen.len(), "{found:?}");
    kill_9(&found);
    sleeping.run.finish();
    nothing_left(&sleeping.home);
}

/// Runs the same with both versions in parallel: most of the time is spent on starting them.
fn with_both(check: fn(&str)) {
    std::thread::scope(|scope| {
        scope.spawn(|| check(VERSION));
        check(OLDEST);
    });
}

#[test]
fn kill_9_stream() {
    with_both(|version| kill(version, &["ocr-stream --spawn"]));
}

#[test]
fn kill_9_supervisor() {
    with_both(|version| kill(version, &["__keep-server"]));
}

#[test]
fn kill_9_stream_and_supervisor() {
    with_both(|version| kill(version, &["ocr-stream --spawn", "__keep-server"]));
}

#[test]
fn kill_9_supervisor_and_watchdog() {
    with_both(|version| kill(version, &["__keep-server", "__guard-server"]));
}

/// With nobody left who keeps the server, the stream ends it.
#[test]
fn kill_9_supervisor_of_a_stopped_watchdog() {
    with_both(|version| {
        let Some(sleeping) = asleep(version) else { return };
        let named = |name: &str| -> Vec<String> {
            processes(&sleeping.home).into_iter().filter(|p| p.contains(name)).collect()
        };
        let watchdog = named("__guard-server");
        let pid = watchdog[0].split(' ').next().unwrap();
        assert!(Command::new("kill").args(["-STOP", pid]).status().unwrap().success());
        kill_9(&named("__keep-server"));
        kill_9(&watchdog);
        sleeping.run.finish();
        nothing_left(&sleeping.home);
    });
}

/// A watchdog that was killed is replaced, so the supervisor has one when its turn comes.
#[test]
fn kill_9_watchdog_and_then_supervisor() {
    let Some(sleeping) = asleep(VERSION) else { return };
    let watchdogs = || processes(&sleeping.home).into_iter().filter(|p| p.contains("__guard-server"));
    let first: Vec<String> = watchdogs().collect();
    kill_9(&first);
    let end = Instant::now() + PATIENCE;
    while watchdogs().all(|p| first.contains(&p)) {
        assert!(Instant::now() < end, "no watchdog is left: {:#?}", processes(&sleeping.home));
        std::thread::sleep(Duration::from_millis(20));
    }
    let supervisor: Vec<String> =
        processes(&sleeping.home).into_iter().filter(|p| p.contains("__keep-server")).collect();
    kill_9(&supervisor);
    sleeping.run.finish();
    nothing_left(&sleeping.home);
}

/// As `pkill -9 ocr-stream` and `pkill -9 -f ocr-stream` do: every process with our name.
fn kill_by_name(version: &str) {
    let Some(sleeping) = asleep(version) else {
        return;
    };
    let has_our_name = |process: &String| {
        let pid = process.split(' ').next().unwrap();
        let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        process.contains("ocr-stream") || name.trim_end() == "ocr-stream"
    };
    let mut found = processes(&sleeping.home);
    found.retain(has_our_name);
    assert_eq!(found.len(), 2, "the stream and the supervisor: {found:?}");
    kill_9(&found);
    sleeping.run.finish();
    nothing_left(&sleeping.home);
}

#[test]
fn kill_9_by_name() {
    with_both(kill_by_name);
}

#[test]
fn reader_leaves() {
    with_both(|version| {
        let Some(sleeping) = asleep(version) else { return };
        assert_eq!(sleeping.run.leave(), Some(141));
        nothing_left(&sleeping.home);
    });
}

#[test]
fn ctrl_c() {
    with_both(|version| {
        let Some(sleeping) = asleep(version) else {
            return;
        };
        sleeping.run.signal("-INT");
        let done = sleeping.run.finish();
        assert_eq!(done.code(), Some(130), "{}", done.stderr);
        nothing_left(&sleeping.home);
    });
}

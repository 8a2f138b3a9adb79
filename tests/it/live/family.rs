//! A run is over when the whole family rests: subagents in the background, and what a plugin tells the session to do next.

use super::bench;
use crate::support::live_shell;
use serde_json::{Value, json};
use std::path::Path;

/// How the pipe is run.
const WAYS: [&str; 2] = [
    "ocr-run --headless --task 'Prepare the release.'",
    "ocr-stream --spawn --task 'Prepare the release.' | ocr-detect | ocr-review | ocr-act",
];

/// Gives the project a plugin. It is named in the configuration, because for a folder of plugins the server installs
/// packages first.
pub(super) fn plugin(project: &Path, code: &str) {
    let file = project.join("plugin.js");
    std::fs::write(&file, code).unwrap();
    let config = project.join("opencode.json");
    let mut settings: Value = serde_json::from_slice(&std::fs::read(&config).unwrap()).unwrap();
    settings["plugin"] = json!([format!("file://{}", file.display())]);
    std::fs::write(&config, settings.to_string()).unwrap();
}

const DELEGATES: &str = r#"{"task": "Prepare the release.", "turns": [
    {"text": "A helper writes the notes.", "calls": [{"tool": "bash", "input": {"command": "echo start", "description": "Starts"}}]},
    {"text": "The helper works in the background."}],
    "agents": [{"prompt": "Write the notes", "turns": [
        {"text": "I write.", "calls": [{"tool": "bash", "input": {"command": "sleep 9; echo notes > notes.txt", "description": "Writes"}}]},
        {"text": "The notes are written."}]}]}"#;

/// Starts a session below the first one that makes a call, in another directory, and does not wait for it.
pub(super) const STARTS_A_HELPER: &str = r#"export const Helper = async ({ client, directory }) => { let started = false; return { event: async ({ event }) => {
  const part = event.properties?.part
  if (started || event.type !== "message.part.updated" || part.type !== "tool" || part.state.status !== "completed") return
  started = true
  const query = { directory: directory + "/docs" }
  const child = await client.session.create({ query, body: { parentID: part.sessionID, title: "helper" } })
  await client.session.promptAsync({ query, path: { id: child.data.id }, body: { parts: [{ type: "text", text: "Write the notes" }] } })
} } }"#;

#[test]
fn helper_in_another_directory_is_waited_for() {
    for way in WAYS {
        let Some(bench) = bench(DELEGATES) else { return };
        let docs = bench.project.dir().join("docs");
        std::fs::create_dir_all(&docs).unwrap();
        plugin(bench.project.dir(), STARTS_A_HELPER);
        let done = live_shell(way, &bench.opencode, &bench.project).finish();
        assert!(docs.join("notes.txt").exists(), "{way}: the helper was cut off\n{}", done.stderr);
        let calls = done.json();
        let calls = calls.iter().filter(|line| line["properties"]["part"]["state"]["status"] == "completed");
        assert_eq!(calls.count(), 2, "{way}: the helper's call is not seen");
        assert_eq!(
            done.of("ocr.stream.closed").iter().filter(|l| l["properties"]["reason"] != "rest").count(),
            0,
            "{way}"
        );
    }
}

const PARTS: &str = r#"{"task": "Prepare the release.", "turns": [
    {"text": "First part.", "calls": [{"tool": "bash", "input": {"command": "echo 1 > part1.txt", "description": "First"}}]},
    {"text": "The first part is done."},
    {"text": "Second part.", "calls": [{"tool": "bash", "input": {"command": "echo 2 > part2.txt", "description": "Second"}}]},
    {"text": "All parts are done."}]}"#;

/// Tells the session to go on, a while after it went idle.
const GOES_ON: &str = r#"export const GoOn = async ({ client }) => { let told = false; return { event: async ({ event }) => {
  if (told || event.type !== "session.idle") return
  told = true
  const prompt = { path: { id: event.properties.sessionID }, body: { parts: [{ type: "text", text: "Go on with the second part." }] } }
  setTimeout(() => client.session.promptAsync(prompt), 2500)
} } }"#;

#[test]
fn plugin_may_go_on_after_idle() {
    for way in WAYS {
        let Some(bench) = bench(PARTS) else { return };
        plugin(bench.project.dir(), GOES_ON);
        let done = live_shell(way, &bench.opencode, &bench.project).finish();
        assert!(bench.project.dir().join("part2.txt").exists(), "{way}: the second part was cut off\n{}", done.stderr);
        let results = done.of("ocr.act.result");
        assert_eq!(results.len(), 1, "{way}");
        assert_eq!(done.of("ocr.detect.done").len(), 2, "{way}: each rest is told");
    }
}

//! A real session's `opencode export` as a stream.

use crate::support::{Live, live_shell};

/// Loops for a while and then gives up.
const LOOPS: &str = r#"{"task": "Look.", "turns": [
    {"laps": 6, "turns": [{"text": "Let me look.", "calls": [{"tool": "bash", "input": {"command": "cat missing.log", "description": "Reads the log"}}]}]},
    {"text": "There is no such log."}]}"#;

#[test]
fn export_is_judged_alike() {
    let Some(live) = Live::play(LOOPS) else { return };
    let watched = format!("ocr-stream --server {} --task Look. | ocr-detect --only", live.server.url());
    let watched = live_shell(&watched, &live.opencode, &live.project).finish();
    assert_eq!(watched.code(), Some(0), "{}", watched.stderr);
    let found = |done: &crate::support::Finished| -> Vec<String> {
        let findings = done.of("ocr.detect.finding");
        let loops = findings.iter().filter(|f| f["properties"]["rule"] == "repeat");
        loops.map(|f| format!("{} {}", f["properties"]["grade"], f["properties"]["summary"])).collect()
    };
    assert!(found(&watched).iter().any(|f| f.contains("stop")), "{:?}", found(&watched));
    let session = watched.of("ocr.detect.finding")[0]["properties"]["sessionID"].as_str().unwrap().to_owned();
    let imported = format!("opencode export {session} | ocr-stream --import - | ocr-detect --only");
    let imported = live_shell(&imported, &live.opencode, &live.project).finish();
    assert_eq!(imported.code(), Some(0), "{}", imported.stderr);
    assert_eq!(found(&imported), found(&watched));
}

//! Properties of every stream, in hundreds of cases each; `PROPTEST_CASES=10000 cargo test --test it properties` tries
//! more.
#![allow(clippy::unwrap_used, reason = "what cannot be set up must stop the test")]

use crate::support::{names, recording};
use ocr::detect::{Config, Detector};
use ocr::wire::observe;
use ocr::wire::record::{Envelope, Finding, Grade, Kind, State};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The output of a detector for these lines. Malformed lines are skipped.
fn run<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let mut detector = Detector::new(Config::default());
    let mut added = Vec::new();
    feed(&mut detector, lines, &mut added);
    detector.finish(&mut added);
    String::from_utf8(added).unwrap()
}

fn feed<'a>(detector: &mut Detector, lines: impl IntoIterator<Item = &'a str>, added: &mut Vec<u8>) {
    for line in lines {
        if let Ok(observation) = observe(line) {
            detector.observe(&observation, added);
        }
    }
}

fn findings(output: &str) -> Vec<Finding> {
    output
        .lines()
        .filter(|line| line.contains("\"ocr.detect.finding\""))
        .map(|line| serde_json::from_str::<Envelope<Finding>>(line).unwrap().properties)
        .collect()
}

/// What each finding says, without times and events.
fn verdicts(output: &str) -> Vec<(String, Grade, State, u64, String)> {
    findings(output).into_iter().map(|f| (f.finding, f.grade, f.state, f.laps, f.summary)).collect()
}

fn find<'a>(all: &'a [Finding], rule: &str) -> impl Iterator<Item = &'a Finding> {
    let rule = rule.to_owned();
    all.iter().filter(move |f| f.rule == rule)
}

/// A word for a number, without digits, so that normalization does not change it.
fn word(n: usize) -> String {
    let letters = ['k', 'l', 'm', 'n', 'o', 'p', 'r', 's', 't', 'u'];
    n.to_string().bytes().map(|digit| letters[usize::from(digit - b'0')]).collect()
}

/// One call: its tool, input and result.
#[derive(Debug, Clone, Copy)]
struct Call {
    tool: usize,
    input: usize,
    result: usize,
}

const TOOLS: [&str; 5] = ["read", "bash", "edit", "grep", "write"];

fn a_call() -> impl Strategy<Value = Call> {
    (0..TOOLS.len(), 0usize..4, 0usize..3).prop_map(|(tool, input, result)| Call { tool, input, result })
}

/// The lines of a call in a message of its own: running, completed, and the end of its step.
fn lines_of(session: &str, at: usize, call: Call) -> Vec<String> {
    let input = json!({"filePath": word(call.input), "command": word(call.input), "limit": 10});
    let state = |status: &str| {
        json!({"status": status, "input": input, "output": word(100 + call.result),
            "time": {"start": at * 1000, "end": at * 1000 + 300}})
    };
    let part = |status: &str| {
        json!({"ts": at * 1000, "id": format!("evt_{session}_{at}_{status}"), "type": "message.part.updated", "properties": {
            "sessionID": session, "part": {"id": format!("prt_{session}_{at}"), "messageID": format!("msg_{session}_{at}"),
                "type": "tool", "tool": TOOLS[call.tool], "state": state(status)}}})
    };
    let step = json!({"ts": at * 1000 + 500, "id": format!("evt_{session}_{at}_step"), "type": "message.part.updated", "properties": {
        "sessionID": session, "part": {"id": format!("prt_{session}_{at}_step"), "messageID": format!("msg_{session}_{at}"),
            "type": "step-finish", "reason": "tool-calls", "tokens": {"input": 100, "output": 10, "reasoning": 0}}}});
    vec![part("running").to_string(), part("completed").to_string(), step.to_string()]
}

fn session(name: &str, calls: &[Call]) -> Vec<String> {
    calls.iter().enumerate().flat_map(|(at, call)| lines_of(name, at, *call)).collect()
}

fn all(lines: &[String]) -> impl Iterator<Item = &str> {
    lines.iter().map(String::as_str)
}

/// How many cases of the law of interleaving there are, and of each other property, unless `PROPTEST_CASES` says
/// otherwise.
const INTERLEAVED: u32 = 2_000;
const CASES: u32 = 256;

fn cases(usual: u32) -> ProptestConfig {
    let asked = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_some() { asked } else { ProptestConfig::with_cases(usual) }
}

/// A piece of a recording: which one, from where on, and how many lines.
type Piece = (usize, usize, usize);

fn a_piece() -> impl Strategy<Value = Piece> {
    (0..NAMED.len(), 0usize..4000, 1usize..13)
}

/// The lines of a piece, after the line that says that ticks name their sessions.
fn lines_of_piece((name, from, length): Piece, place: usize) -> Vec<&'static str> {
    let (first, rest) = NAMED[name][place].split_first().unwrap();
    let from = from % rest.len();
    let piece = rest[from..].iter().take(length);
    std::iter::once(first).chain(piece).map(String::as_str).collect()
}

/// The lines of all recordings.
static POOL: LazyLock<Vec<String>> = LazyLock::new(|| {
    let texts = names().into_iter().map(|name| recording(&name));
    texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
});

/// A recording as a session of its own, whose ticks and heartbeats name it as `ocr-stream` does. Its clock may differ.
fn as_named(name: &str, index: usize) -> Vec<String> {
    let text = recording(name);
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut sessions: Vec<String> = Vec::new();
    let mut named = Vec::new();
    for mut line in lines {
        let properties = &line["properties"];
        let info = &properties["info"];
        for id in [&properties["sessionID"], &info["sessionID"], &info["id"]].into_iter().filter_map(Value::as_str) {
            if id.starts_with("ses_") && !sessions.iter().any(|known| known == id) {
                sessions.push(id.to_owned());
            }
        }
        line["ts"] = json!(line["ts"].as_i64().unwrap() + i64::try_from(index).unwrap() * 7_654_321);
        if line["type"] == "ocr.stream.tick" {
            line["properties"]["sessions"] = json!(sessions);
        } else if line["type"] == "ocr.stream.opened" {
            // A stream whose ticks name sessions says so before the first heartbeat.
            named
                .push(json!({"ts": line["ts"], "type": "ocr.stream.tick", "properties": {"sessions": []}}).to_string());
        }
        let text = line.to_string();
        let own = sessions.iter().fold(text, |text, id| text.replace(id.as_str(), &format!("{id}_{index}")));
        named.push(own);
    }
    named
}

/// What is said about each session, in order.
fn by_session(output: &str) -> std::collections::BTreeMap<String, Vec<String>> {
    let mut all = std::collections::BTreeMap::<String, Vec<String>>::new();
    for line in output.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        let session = value["properties"]["sessionID"].as_str().unwrap().to_owned();
        all.entry(session).or_default().push(line.to_owned());
    }
    all
}

/// The recordings, each ready to be interleaved in two places.
static NAMED: LazyLock<Vec<[Vec<String>; 3]>> =
    LazyLock::new(|| names().iter().map(|name| [0, 1, 2].map(|index| as_named(name, index))).collect());

/// The same value with the members of objects reversed, at every depth, and with spaces.
fn reversed(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let inner: Vec<String> =
                members.iter().rev().map(|(k, v)| format!("{} : {}", json!(k), reversed(v))).collect();
            format!("{{ {} }}", inner.join(" , "))
        }
        Value::Array(items) => format!("[ {} ]", items.iter().map(reversed).collect::<Vec<_>>().join(" , ")),
        other => other.to_string(),
    }
}

/// A text as the server sends it: as deltas, cut at these places, and then whole.
fn text_lines(text: &str, cuts: &[usize]) -> Vec<String> {
    let mut places: Vec<usize> = cuts.iter().map(|at| text.floor_char_boundary(at % (text.len() + 1))).collect();
    places.push(text.len());
    places.sort_unstable();
    let part = |text: &str, end: Option<u64>| {
        json!({"ts": 5, "type": "message.part.updated", "properties": {"sessionID": "ses_1", "part": {
            "id": "prt_1", "messageID": "msg_1", "type": "text", "text": text, "time": {"start": 1, "end": end}}}})
    };
    let mut lines = vec![part("", None).to_string()];
    let mut from = 0;
    for at in places {
        let delta = json!({"ts": 5, "type": "message.part.delta", "properties": {"sessionID": "ses_1", "messageID": "msg_1",
            "partID": "prt_1", "field": "text", "delta": &text[from..at]}});
        lines.push(delta.to_string());
        from = at;
    }
    lines.push(part(text, Some(6)).to_string());
    lines
}

/// A text of repeated units, which is likely to be degenerate.
fn a_text() -> impl Strategy<Value = String> {
    let piece = ("[a-z0-9 .|`é😀\n]{1,30}", 1usize..60).prop_map(|(unit, times)| unit.repeat(times));
    vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

/// Takes lines of three streams in turn, so many at a time.
fn interleaved<'a>(parts: &[Vec<&'a str>], cuts: Vec<(usize, usize)>) -> Vec<&'a str> {
    let mut at = vec![0usize; parts.len()];
    let mut mixed: Vec<&str> = Vec::new();
    let rest = (0..parts.len()).map(|part| (part, usize::MAX));
    for (part, length) in cuts.into_iter().chain(rest) {
        let end = at[part].saturating_add(length).min(parts[part].len());
        mixed.extend(&parts[part][at[part]..end]);
        at[part] = end;
    }
    mixed
}

/// Each recording whole, three at a time, taken in turn.
#[test]
fn each_recording_has_its_own_time() {
    for start in 0..NAMED.len() {
        let parts: Vec<Vec<&str>> =
            (0..3).map(|place| all(&NAMED[(start + place * 7) % NAMED.len()][place]).collect()).collect();
        let alone: std::collections::BTreeMap<_, _> =
            parts.iter().flat_map(|part| by_session(&run(part.iter().copied()))).collect();
        let cuts = (0..600).map(|n| ((n * 7 + start) % 3, n * 13 % 19 + 1)).collect();
        assert_eq!(by_session(&run(interleaved(&parts, cuts))), alone);
    }
}

proptest! {
    #![proptest_config(cases(INTERLEAVED))]

    #[test]
    fn each_session_has_its_own_time(
        chosen in [a_piece(), a_piece(), a_piece()],
        cuts in vec((0usize..3, 1usize..6), 1..12),
    ) {
        let parts: Vec<Vec<&str>> =
            chosen.into_iter().enumerate().map(|(place, piece)| lines_of_piece(piece, place)).collect();
        let mut alone = std::collections::BTreeMap::new();
        for part in &parts {
            alone.extend(by_session(&run(part.iter().copied())));
        }
        prop_assert_eq!(by_session(&run(interleaved(&parts, cuts))), alone);
    }

}

proptest! {
    #![proptest_config(cases(CASES))]

    #[test]
    fn ignores_json_layout_of_recordings(piece in a_piece()) {
        let lines = lines_of_piece(piece, 0);
        let other: Vec<String> = lines.iter().map(|line| reversed(&serde_json::from_str(line).unwrap())).collect();
        prop_assert_eq!(run(lines), run(all(&other)));
    }

    #[test]
    fn ignores_replays_of_calls(calls in vec(a_call(), 1..40), cut in any::<prop::sample::Index>(), again in 1usize..12) {
        let lines = session("ses_1", &calls);
        // After a reconnect the server sends the latest events again.
        let at = cut.index(lines.len()) + 1;
        let replayed = &lines[at.saturating_sub(again)..at];
        let doubled: Vec<String> = lines[..at].iter().chain(replayed).chain(&lines[at..]).cloned().collect();
        prop_assert_eq!(verdicts(&run(all(&lines))), verdicts(&run(all(&doubled))));
    }

    #[test]
    fn never_panics(picks in vec((any::<prop::sample::Index>(), any::<i64>(), 0u8..8), 0..60)) {
        let lines: Vec<String> = picks
            .iter()
            .map(|(index, ts, how)| {
                let line = index.get(&POOL);
                match how {
                    0 => line[..line.floor_char_boundary(line.len() / 2)].to_owned(),
                    1 => line.replacen("\"ts\":", &format!("\"ts\":{ts},\"was\":"), 1),
                    2 => line.replace("\"sessionID\":\"ses", "\"sessionID\":\"other"),
                    _ => line.clone(),
                }
            })
            .collect();
        run(all(&lines));
    }

    #[test]
    fn distinct_calls_never_loop(tools in vec(0..TOOLS.len(), 1..40)) {
        let calls: Vec<Call> = tools.into_iter().enumerate().map(|(n, tool)| Call { tool, input: n, result: n }).collect();
        let found = findings(&run(all(&session("ses_1", &calls))));
        prop_assert!(found.iter().all(|f| f.kind != Kind::Loop), "{found:?}");
    }

    #[test]
    fn ignores_text_cuts(text in a_text(), one in vec(any::<usize>(), 0..20), other in vec(any::<usize>(), 0..20)) {
        let (one, other) = (text_lines(&text, &one), text_lines(&text, &other));
        prop_assert_eq!(verdicts(&run(all(&one))), verdicts(&run(all(&other))));
    }

    #[test]
    fn ignores_json_layout(calls in vec(a_call(), 1..40)) {
        let lines = session("ses_1", &calls);
        let other: Vec<String> = lines.iter().map(|line| reversed(&serde_json::from_str(line).unwrap())).collect();
        prop_assert_eq!(run(all(&lines)), run(all(&other)));
    }

    #[test]
    fn ignores_repeated_events(calls in vec(a_call(), 1..40), twice in vec(any::<prop::sample::Index>(), 0..40)) {
        let lines = session("ses_1", &calls);
        let mut doubled = lines.clone();
        for index in twice {
            // Shortly after the original.
            let line = index.get(&lines).clone();
            let at = doubled.iter().position(|l| *l == line).unwrap() + 1 + index.index(3);
            doubled.insert(at.min(doubled.len()), line);
        }
        prop_assert_eq!(verdicts(&run(all(&lines))), verdicts(&run(all(&doubled))));
    }

    #[test]
    fn isolates_sessions(
        mine in vec(a_call(), 1..40), theirs in vec(a_call(), 1..40), turns in vec(any::<bool>(), 240),
    ) {
        let (mine, theirs) = (session("ses_1", &mine), session("ses_2", &theirs));
        let (mut one, mut other) = (mine.iter(), theirs.iter());
        let mut mixed: Vec<&str> = Vec::new();
        for turn in turns {
            mixed.extend(if turn { one.next() } else { other.next() }.map(String::as_str));
        }
        mixed.extend(one.chain(other).map(String::as_str));
        let of_mine = |output: String| {
            let all = findings(&output).into_iter().filter(|f| f.session_id == "ses_1");
            all.map(|f| (f.finding, f.grade, f.state, f.laps)).collect::<Vec<_>>()
        };
        prop_assert_eq!(of_mine(run(all(&mine))), of_mine(run(mixed)));
    }

    #[test]
    fn identifies_rotations(period in 1usize..9, by in 0usize..9, laps in 5usize..8) {
        let calls = |from: usize| -> Vec<Call> {
            (0..period * laps).map(|n| Call { tool: 0, input: (n + from) % period, result: (n + from) % period }).collect()
        };
        let id = |from: usize| {
            let found = findings(&run(all(&session("ses_1", &calls(from)))));
            let stopped: Vec<String> = find(&found, "repeat").filter(|f| f.grade == Grade::Stop).map(|f| f.finding.clone()).collect();
            stopped
        };
        prop_assert!(!id(0).is_empty());
        prop_assert_eq!(id(0), id(by));
    }

    #[test]
    fn grade_is_monotonic(lap in vec(a_call(), 1..8), laps in 1usize..8) {
        let gravest = |laps: usize| {
            let calls: Vec<Call> = lap.iter().copied().cycle().take(lap.len() * laps).collect();
            findings(&run(all(&session("ses_1", &calls)))).iter().map(|f| f.grade).max()
        };
        prop_assert!(gravest(laps) <= gravest(laps + 1));
    }

    #[test]
    fn prefix_is_stable(calls in vec(a_call(), 1..40), cut in any::<prop::sample::Index>()) {
        let lines = session("ses_1", &calls);
        let mut prefix = Vec::new();
        feed(&mut Detector::new(Config::default()), all(&lines[..cut.index(lines.len())]), &mut prefix);
        prop_assert!(run(all(&lines)).as_bytes().starts_with(&prefix));
    }
}

/// The resident memory of a process, in KiB.
#[cfg(target_os = "linux")]
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn bounded_memory() {
    use std::io::Write;
    let mut stage = std::process::Command::new(assert_cmd::cargo::cargo_bin("ocr-detect"))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut input = stage.stdin.take().unwrap();
    let mut sizes = Vec::new();
    for round in 0..4 {
        for n in 0..2_000 {
            let at = round * 2_000 + n;
            let call = Call { tool: at % 5, input: at, result: at };
            for line in lines_of("ses_1", at, call) {
                writeln!(input, "{line}").unwrap();
            }
        }
        input.flush().unwrap();
        sizes.push(resident(stage.id()));
    }
    drop(input);
    assert!(stage.wait().unwrap().success());
    // The first round fills all bounded memories; the rest is lines in the pipe.
    assert!(sizes[3] < sizes[1] + 4096, "{sizes:?} KiB");
}

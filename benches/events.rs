//! Writes a long stream of events, made of the recordings in `fixtures/sessions`, the same bytes every time:
//! `cargo run --release --example events -- BYTES [SESSIONS]`.
//!
//! The recordings follow one another for ever, each lap with ids of its own; `SESSIONS` of them go on side by
//! side. A server starts once, so what it says of itself at the start comes in none. Recorded calls have short
//! results; here each gets as much text as real ones have, which brings a line to the 900 bytes that it has in real
//! sessions.
#![allow(clippy::expect_used, reason = "a tool for developers")]

use regex::bytes::Regex;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// When the first event happens.
const BEGIN: u64 = 1_795_000_000_000;
/// Milliseconds from one event to the next.
const STEP: u64 = 2;
/// How many characters of an id tell one lap from another: those at its end, which are random.
const LAP: usize = 8;
/// How much text the results of calls get, in bytes: the lines of finished calls in 42 real streams have 12,500 on
/// the average.
const RESULT: usize = 10_000;
/// What a server says when it starts.
const STARTUP: [&str; 5] =
    ["plugin.added", "catalog.updated", "integration.updated", "reference.updated", "server.connected"];
/// How much is written at once.
const BLOCK: usize = 256 * 1024;

/// A recorded line, and what is new in each lap.
struct Line {
    bytes: Vec<u8>,
    /// Where the digits of its time are.
    time: usize,
    /// Where the last characters of its ids are.
    ids: Vec<usize>,
}

/// One of the sessions that go on side by side.
struct Cursor {
    recording: usize,
    line: usize,
    lap: u64,
}

fn main() {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<usize>());
    let usage = "usage: events BYTES [SESSIONS]";
    let bytes = args.next().and_then(Result::ok).expect(usage);
    let sessions = args.next().map_or(1, |arg| arg.expect(usage)).max(1);
    let recordings = load();
    let mut laps = 0..;
    let mut cursors: Vec<Cursor> = (0..sessions)
        .map(|n| Cursor { recording: n % recordings.len(), line: 0, lap: laps.next().unwrap_or_default() })
        .collect();
    let mut stdout = std::io::stdout().lock();
    let (mut block, mut written, mut now) = (Vec::with_capacity(2 * BLOCK), 0, BEGIN);
    for turn in (0..sessions).cycle() {
        let cursor = &mut cursors[turn];
        append(&mut block, &recordings[cursor.recording][cursor.line], cursor.lap, now);
        now += STEP;
        cursor.line += 1;
        if cursor.line == recordings[cursor.recording].len() {
            cursor.recording = (cursor.recording + 1) % recordings.len();
            cursor.line = 0;
            cursor.lap = laps.next().unwrap_or_default();
        }
        if block.len() >= BLOCK || written + block.len() >= bytes {
            written += block.len();
            // The reader may have had enough.
            if stdout.write_all(&block).is_err() || written >= bytes {
                return;
            }
            block.clear();
        }
    }
}

/// The recordings in the order of their names, without the lines of ours.
fn load() -> Vec<Vec<Line>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sessions");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("recordings")
        .map(|entry| entry.expect("a folder that can be read").path())
        .collect();
    files.sort();
    let ids = Regex::new(r"\b(?:ses|msg|prt|evt)_[A-Za-z0-9]{18,}\b").expect("an expression");
    let result = Regex::new(r#""status":"completed".*?"output":""#).expect("an expression");
    let mut text = String::new();
    for n in 1.. {
        if text.len() >= RESULT {
            break;
        }
        // Writing to a string does not fail.
        let _ = write!(text, "{n}: let value = table.get(\\\"name\\\");\\n");
    }
    let line = |line: &[u8]| -> Option<Line> {
        let is = |kind: &str| memchr::memmem::find(line, format!("\"type\":\"{kind}").as_bytes()).is_some();
        if is("ocr.") || STARTUP.into_iter().any(is) || !line.starts_with(b"{\"ts\":") {
            return None;
        }
        let mut bytes = line.to_vec();
        if let Some(found) = result.find(line) {
            bytes.splice(found.end()..found.end(), text.bytes());
        }
        bytes.push(b'\n');
        let ids = ids.find_iter(&bytes).map(|id| id.end() - LAP).collect();
        Some(Line { bytes, time: b"{\"ts\":".len(), ids })
    };
    files
        .iter()
        .map(|file| {
            let recorded = std::fs::read(file).expect("a recording");
            recorded.split(|b| *b == b'\n').filter_map(line).collect()
        })
        .collect()
}

fn append(block: &mut Vec<u8>, line: &Line, lap: u64, now: u64) {
    let start = block.len();
    block.extend_from_slice(&line.bytes);
    let bytes = &mut block[start..];
    digits(&mut bytes[line.time..line.time + 13], now);
    for at in &line.ids {
        digits(&mut bytes[*at..*at + LAP], lap);
    }
}

fn digits(place: &mut [u8], mut number: u64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
}

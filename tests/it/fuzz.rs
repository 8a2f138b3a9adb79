//! Feeds real lines, broken in many ways, to the parsers, the rules and the page:
//! `OCR_FUZZ_SECONDS=600 cargo test --release --test it fuzz -- --nocapture` continues for that long.
#![allow(clippy::unwrap_used, reason = "what cannot be set up must stop the test")]

use crate::support::{names, recording};
use clap::ValueEnum;
use ocr::detect::{Config, Detect, Detector};
use ocr::pipe::Stage;
use ocr::report::{Form, Reader, Report};
use std::time::{Duration, Instant};

/// How many streams to try by default.
const FEW: u64 = 300;
/// How many lines each has.
const LINES: usize = 200;

/// A fast, reproducible random number generator (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(bits).unwrap() % limit.max(1)
    }
}

/// Values to put in the place of others.
const ODD: [&[u8]; 16] = [
    b"null",
    b"[]",
    b"{}",
    b"-1",
    b"1e999",
    b"99999999999999999999",
    b"\"\\ud83d\"",
    b"\"\\u0000\"",
    b"\"\xff\xfe\"",
    b"true",
    b"\"\"",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"\"completed\"",
    b"[[[[[[[[",
    b"\"error\"",
];

/// What may precede a line.
const FRAMES: [&[u8]; 5] = [b"data: ", b"\xef\xbb\xbf", b"\xff\xfe", b": ", b" \t"];

fn broken(line: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut line = line.to_vec();
    match random.below(12) {
        0 => line.truncate(random.below(line.len())),
        1 => {
            let at = random.below(line.len());
            line[at] ^= 1 << random.below(8);
        }
        2 => {
            // A value becomes another.
            let colons: Vec<usize> = memchr::memchr_iter(b':', &line).collect();
            let start = colons.get(random.below(colons.len())).map_or(0, |at| at + 1);
            let length = memchr::memchr2(b',', b'}', &line[start..]).unwrap_or(0);
            line.splice(start..start + length, ODD[random.below(ODD.len())].iter().copied());
        }
        3 => {
            let (a, b) = (random.below(line.len()), random.below(other.len()));
            line.truncate(a);
            line.extend_from_slice(&other[b..]);
        }
        4 => {
            let (from, length) = (random.below(line.len()), random.below(64));
            let piece = line[from..(from + length).min(line.len())].to_vec();
            let at = random.below(line.len());
            let times = random.below(40);
            line.splice(at..at, piece.repeat(times));
        }
        5 => {
            let (from, length) = (random.below(line.len()), random.below(64));
            line.drain(from..(from + length).min(line.len()));
        }
        6 => line.splice(0..0, FRAMES[random.below(FRAMES.len())].iter().copied()).for_each(drop),
        7 => {
            line.splice(0..0, b"{\"directory\":\"/p\",\"payload\":".iter().copied());
            line.extend_from_slice(b"}\r");
        }
        // Left whole, between broken lines or out of order.
        _ => {}
    }
    line
}

fn stream(pool: &[Vec<u8>], seed: u64) {
    let mut random = Random(seed);
    let mut stage = Detect::new(Detector::new(Config::default()), false);
    let mut reader = Reader::new(None, false);
    let mut added = Vec::new();
    let mut at = random.below(pool.len());
    for _ in 0..LINES {
        // Mostly the next line of the recording, sometimes one from elsewhere.
        at = if random.below(10) == 0 { random.below(pool.len()) } else { (at + 1) % pool.len() };
        let other = &pool[random.below(pool.len())];
        let line = broken(&pool[at], other, &mut random);
        stage.line(&line, &mut added).unwrap();
        reader.read(&line);
        reader.read_detected(&line);
    }
    stage.finish(&mut added).unwrap();
    for line in added.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        serde_json::from_slice::<serde_json::Value>(line).unwrap();
    }
    reader.read_detected(&added);
    let report = Report::new(vec![reader.finish(None)]);
    for form in Form::value_variants() {
        form.write(&report);
    }
}

#[test]
fn survives_broken_lines() {
    let texts = names().into_iter().map(|name| recording(&name));
    let pool: Vec<Vec<u8>> = texts
        .flat_map(|text| text.lines().map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>())
        .filter(|line| line.len() < 20_000)
        .collect();
    let seconds = std::env::var("OCR_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok());
    let (begin, mut seed) = (Instant::now(), 0u64);
    while seconds.map_or(seed < FEW, |s| begin.elapsed() < Duration::from_secs(s)) {
        seed += 1;
        let outcome = std::panic::catch_unwind(|| stream(&pool, seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        assert!(outcome.is_ok(), "stream {seed} panics");
    }
    println!("{seed} streams of {LINES} lines in {} s", begin.elapsed().as_secs());
}

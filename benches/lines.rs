//! Measures what a line costs inside a stage: `cargo bench`. `benches/pipes.py` measures whole processes and pipes.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "what cannot be set up must stop the bench, and it prints"
)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ocr::detect::{Config, Detect, Detector, rules};
use ocr::pipe::{DEFAULT_LINE_LIMIT, Out, filter};
use ocr::wire::{head, observe};
use std::hint::black_box;
use std::path::Path;

/// The lines of a recording.
fn recording(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/sessions/{name}.ndjson"));
    std::fs::read_to_string(file).unwrap()
}

/// The first line of a recording that contains `with`.
fn line(name: &str, with: &str) -> String {
    recording(name).lines().find(|line| line.contains(with)).unwrap().to_owned()
}

fn reading(c: &mut Criterion) {
    let mut group = c.benchmark_group("read");
    for (what, line) in [
        ("passed", line("one-call-loop", "\"plugin.added\"")),
        ("delta", line("one-call-loop", "\"message.part.delta\"")),
        ("message", line("one-call-loop", "\"message.updated\"")),
        ("finished-call", line("one-call-loop", "\"status\":\"completed\"")),
    ] {
        group.throughput(Throughput::Bytes(line.len() as u64));
        group.bench_function(format!("head/{what}"), |b| {
            b.iter(|| head(black_box(line.as_bytes())).is_some());
        });
        group.bench_function(format!("whole/{what}"), |b| {
            b.iter(|| observe(black_box(&line)).is_ok());
        });
    }
    group.finish();
}

fn judging(c: &mut Criterion) {
    let mut group = c.benchmark_group("judge");
    for name in ["one-call-loop", "edit-test", "long-text"] {
        let text = recording(name);
        group.throughput(Throughput::Bytes(text.len() as u64));
        let judge = |config: &Config| {
            let (mut detector, mut added) = (Detector::new(config.clone()), Vec::new());
            for line in text.lines() {
                detector.observe(&observe(line).unwrap(), &mut added);
            }
            added.len()
        };
        let every = Config::default();
        let none = Config { disabled: rules().map(|rule| rule.name.to_owned()).collect(), ..Config::default() };
        group.bench_function(format!("{name}/every-rule"), |b| {
            b.iter(|| judge(black_box(&every)));
        });
        group.bench_function(format!("{name}/no-rule"), |b| b.iter(|| judge(black_box(&none))));
    }
    group.finish();
}

/// The number of allocations while a stage passes lines on.
fn allocations(lines: &[u8]) -> u64 {
    let mut stage = Detect::new(Detector::new(Config::default()), false);
    let out = Out::new(std::io::sink(), false);
    allocation_counter::measure(|| filter(&mut stage, lines, &out, DEFAULT_LINE_LIMIT).unwrap()).count_total
}

/// Copies of a line, each with a different word in it so that the text does not repeat itself.
fn copies(line: &str, count: usize) -> Vec<u8> {
    let mut random = 1u64;
    let mut copies = String::new();
    for _ in 0..count {
        random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        copies.push_str(&line.replace("Let me look at the log.", &format!("{random:x} ")));
        copies.push('\n');
    }
    copies.into_bytes()
}

/// Checks that a line that passes costs no allocation.
fn passing(_: &mut Criterion) {
    for (what, with) in [
        ("an irrelevant line", "\"plugin.added\""),
        ("a delta", "\"message.part.delta\""),
        ("a running call", "\"status\":\"running\""),
        ("a message", "\"message.updated\""),
    ] {
        let line = line("one-call-loop", with);
        let count = |lines| allocations(&copies(&line, lines));
        // Both include what a session and a block cost once.
        let (some, more) = (count(1_000), count(11_000));
        println!("allocations for 10,000 times {what}: {}", more - some);
        assert!(more - some < 10, "{what} allocates");
    }
}

criterion_group!(benches, passing, reading, judging);
criterion_main!(benches);

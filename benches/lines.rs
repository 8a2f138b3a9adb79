//! What a line costs inside a stage: `cargo bench`. Whole processes and pipes are measured by `benches/pipes.py`.
#![allow(clippy::unwrap_used, reason = "what cannot be set up must stop the bench")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ocr::detect::{Config, Detect, Detector, rules};
use ocr::pipe::{DEFAULT_LINE_LIMIT, Out, Stage, filter};
use ocr::wire::{head, observe};
use std::hint::black_box;
use std::path::Path;

/// The lines of a recording.
fn recording(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/sessions/{name}.ndjson"));
    std::fs::read_to_string(file).unwrap()
}

/// The first line of a recording that contains this.
fn line(name: &str, with: &str) -> String {
    recording(name)
        .lines()
        .find(|line| line.contains(with))
        .unwrap()
        .to_owned()
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
        let none = Config {
            disabled: rules().map(|rule| rule.name.to_owned()).collect(),
            ..Config::default()
        };
        group.bench_function(format!("{name}/every-rule"), |b| {
            b.iter(|| judge(black_box(&every)));
        });
        group.bench_function(format!("{name}/no-rule"), |b| b.iter(|| judge(black_box(&none))));
    }
    group.finish();
}

/// Allocations while `stage` passes on so many copies of a line.
fn allocations(stage: &mut impl Stage, line: &str, copies: usize) -> u64 {
    let input = format!("{line}\n").repeat(copies);
    let out = Out::new(std::io::sink(), false);
    allocation_counter::measure(|| filter(stage, input.as_bytes(), &out, DEFAULT_LINE_LIMIT).unwrap())
        .count_total
}

/// Not a time, but a promise: a line that passes costs no allocation.
fn passing(_: &mut Criterion) {
    for (what, line) in [
        (
            "a line that means nothing here",
            line("one-call-loop", "\"plugin.added\""),
        ),
        ("a delta", line("one-call-loop", "\"message.part.delta\"")),
        (
            "a call under way",
            line("one-call-loop", "\"status\":\"running\""),
        ),
        ("a message", line("one-call-loop", "\"message.updated\"")),
    ] {
        let count = |copies| {
            let mut stage = Detect::new(Detector::new(Config::default()), false, false);
            allocations(&mut stage, &line, copies)
        };
        // What a session costs once is in both.
        let (some, more) = (count(1_000), count(11_000));
        println!("allocations for 10,000 times {what}: {}", more - some);
    }
}

criterion_group!(benches, passing, reading, judging);
criterion_main!(benches);

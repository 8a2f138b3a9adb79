//! What a user sees, tested through the real binaries.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "tests say what they measured")]
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what cannot be set up must stop the test")]
#![allow(
    clippy::similar_names,
    clippy::naive_bytecount,
    clippy::format_collect,
    clippy::format_push_string,
    reason = "a test is read, not timed"
)]

mod act;
mod architecture;
mod audit;
mod bounds;
mod children;
mod command_line;
mod detect;
mod detect_properties;
mod doctor;
mod endless;
mod examples;
mod expected;
mod faults;
mod fixtures;
mod fuzz;
mod help;
mod inputs;
mod live;
#[cfg(target_os = "linux")]
mod messages;
mod pairs;
mod peers;
mod pipe_laws;
mod readme;
mod redact;
mod release;
mod report;
mod report_forms;
mod review;
mod run;
mod run_dashboard;
mod signals;
mod slow_start;
mod states;
mod stderr;
mod stream;
mod stream_ends;
mod stream_gaps;
mod stream_present;
mod stream_without_log;
#[allow(dead_code, unused_imports, reason = "shared with the recorder, which uses another part of it")]
#[path = "../support/mod.rs"]
mod support;
mod threads;
mod variables;
#[cfg(feature = "tui")]
mod watch_screens;
#[cfg(feature = "tui")]
mod watch_terminal;

//! Small Unix filters that watch AI coding agents at work.
//!
//! ```text
//! ocr-stream | ocr-detect | ocr-review | ocr-act
//!  source       judge        second       hand
//!                            opinion
//! ```
//!
//! Four rooms, one corridor. The corridor is the line protocol, newline-delimited JSON: a stage knows
//! the protocol and nothing of the other stages.
//!
//! 1. Pass-through is sacred: a stage writes every line it reads, byte for byte, before any it adds.
//! 2. Time is data: only the stream reads a clock; everybody else takes the time from the lines.
//! 3. The loop closes through the server: there is no back channel.
//! 4. Bounded: constant work a line, fixed memory a session.
//! 5. Evidence, not opinion: every verdict names its rule and the events it rests on.
//! 6. Standard output is for lines, standard error for people, the exit code for scripts.
//!
//! # Layout
//! * [`wire`]: the vocabulary: what a line can say, and the records of our own.
//! * [`pipe`]: the plumbing: blocks in, the same bytes out, hang-ups, signals, exit codes.
//! * [`server`]: the other side of the wire: an address, a password, the requests we make.
//! * [`stream`]: the source: a live session, or a recording.
//! * [`detect`]: the judge: observations to rules to findings; rest and completion.
//! * [`review`]: the second opinion: sample, prompt, ask, parse; rules where nobody can be asked.
//! * [`act`]: the hand: abort, check, tell; the run's outcome.
//! * [`watch`]: the view: the same lines, told to a person.
//! * [`report`]: the same lines as a page.
//! * [`run`]: the pipe as child processes of one command.
//! * [`cli`]: the arguments of every binary, what they mean, and the call.
//!
//! Arrows: `bin → cli → {stream, detect, review, act, watch, run} → {pipe, wire}`, and `{stream, act} → server →
//! {pipe, wire}`; no other. Stages never import one another.

#[cfg(unix)]
pub mod act;
pub mod bounded;
pub mod cli;
pub mod detect;
pub mod exit;
pub mod pipe;
pub mod process;
pub mod report;
pub mod review;
#[cfg(unix)]
pub mod run;
#[cfg(unix)]
pub mod server;
pub mod stream;
pub mod watch;
pub mod wire;

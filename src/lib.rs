//! Small Unix filters that watch AI coding agents at work.
//!
//! ```text
//! ocr-stream | ocr-detect | ocr-review | ocr-act
//!   events      findings    decisions    actions
//! ```
//!
//! `ocr-watch` shows the lines to a person, `ocr-report` makes a page of them, `ocr-run` starts the whole pipe.
//!
//! The stages share one thing, the line protocol: newline-delimited JSON on standard input and output. A stage knows
//! the protocol and nothing of the other stages, so `jq`, `grep`, `tee` or a script can replace any of them.
//!
//! # Laws
//! 1. **Pass-through is sacred.** A stage writes every line it reads, byte for byte, before any line it adds.
//! 2. **Time is data.** Only the stream reads a clock. Later stages take the time from the lines, so a recording
//!    gives the same findings at any speed.
//! 3. **The loop closes through the source.** There is no back channel. A stage that leaves closes its pipe, and the
//!    stages before it notice.
//! 4. **Bounded.** Constant work per line, fixed memory per session, a limit on sessions.
//! 5. **Evidence, not opinion.** Every finding names its rule, the events it rests on, and what it cost.
//! 6. **Standard output is for lines, standard error for people, the exit code for scripts.**
//! 7. **First, do no harm.** A session that works is not ended. An uncertain problem becomes a notice, or a question for
//!    the reviewer.
//!
//! # Rooms
//! The modules of the crate. Below, an arrow means "may use".
//!
//! * [`exit`]: the exit codes, and the error that carries one.
//! * [`printable`]: makes text safe to print: one line, shortened, without invisible characters.
//! * `surrogates`: replaces halves of characters in JSON, which strict parsers refuse.
//! * [`redact`]: masks secrets. Pure.
//! * [`bounded`]: a map that never grows beyond its limit.
//! * `net`: helpers for requests: loopback addresses, error texts and the runtime.
//! * [`wire`]: parses lines of every dialect, and defines our own records. Data only.
//! * [`pipe`]: bytes in, the same bytes out; hang-ups, signals, the timetable of a shutdown, messages on standard error. No
//!   JSON.
//! * [`process`]: child processes: run a command, find and end what a server started, never outlive a parent; the keys
//!   and passwords that stages share, and the proof that a stream is live.
//! * [`server`]: requests to an OpenCode server, and its errors.
//! * [`stream`]: the source: a live session, a recording, or an exported document.
//! * [`detect`]: observations become findings; how a session came to rest. A pure function of the lines.
//! * [`review`]: a second opinion: from intake to queue to reviewer; built-in rules where there is no reviewer.
//! * [`act`]: carries out decisions, checks that they took effect, and reports the outcome of the run.
//! * [`watch`]: shows the lines to a person as they come: a dashboard on the terminal, or a story.
//! * [`report`]: makes a page of the lines at their end, in one of several forms.
//! * [`run`]: the whole pipe as child processes of one command; its recording, its outcome if
//!   `ocr-act` was killed, and the checks before it.
//! * [`cli`]: one file per binary: defines its arguments, and calls the room that does the work.
//!
//! Arrows: `bin → cli → {stream, detect, review, act, watch, report, run} → {server, process} → {pipe, wire} → exit`.
//! [`redact`] is below `pipe`, and `detect` uses it. Stages never import one another, no files of a room import each other in a circle, and
//! `detect`, `watch` and `report` reach neither `process` nor `server`. A test holds all of this:
//! `tests/it/architecture.rs`.
//!
//! # Glossary
//! Words that mean one thing each, in the code and on the command line:
//!
//! | word | meaning |
//! |---|---|
//! | line | one JSON object on standard input or output: an event of the agent, or one of our records |
//! | event | something that happened in a session, as the agent reported it |
//! | record | a line that one of our stages adds, with a type under `ocr.` |
//! | observation | what one line says, whatever its dialect |
//! | dialect | the form in which an agent writes its events |
//! | session | one conversation of an agent; a subagent has a separate session, with a parent |
//! | part | a piece of a message: text, reasoning, a tool call |
//! | call | one tool call, from its arguments to its result |
//! | round | the calls of one message that overlap in time |
//! | turn | what an agent does up to the next natural point for a review |
//! | iteration | a turn that ended because the session came to rest or has a finding; `--max-iterations` limits them |
//! | run | one session with its subagents, from the first line to its result |
//! | tick | a record that says that time has passed |
//! | gap | the time between losing the server and having it back |
//! | replay | a recording, written again as a stream |
//! | rule | a part of the detector that reads the facts of a session and reports signals |
//! | built-in rules | what `ocr-review` decides by if no reviewer is asked |
//! | signal | what a rule sees at one moment |
//! | finding | a problem as an episode: it opens, grows, gets graver and closes |
//! | grade | how serious a finding is: notice, warn or stop |
//! | rest | the session is idle, and nothing is pending |
//! | trigger | a reason to ask the reviewer |
//! | decision | what the reviewer wants to happen: continue, steer, abort, done or unsure |
//! | steer | to send the session a message |
//! | outcome | how a session, or a whole run, ended |
//! | proof | evidence in the first line that the stream is live and belongs to this pipe; in a recording it is no longer valid |
//! | ticket | a word that a question to the reviewer carries; only an answer that repeats it decides |
//! | redact, mask | to replace a secret by `[masked]`, before text is shown, kept or sent |
//! | tell | to print a message on standard error: redacted, printable and never blocking |
//! | report | a page made of the lines at their end, in one of several forms |
//!
//! # Stability
//! The promise is the program: command lines, exit codes and the line format follow semantic versioning, and members
//! of the format are only ever added. This library exists for the binaries and their tests; it may change in any
//! release.

#[cfg(unix)]
pub mod act;
pub mod bounded;
pub mod cli;
pub mod detect;
pub mod exit;
mod net;
pub mod pipe;
pub mod printable;
pub mod process;
pub mod redact;
pub mod report;
pub mod review;
#[cfg(unix)]
pub mod run;
#[cfg(unix)]
pub mod server;
pub mod stream;
mod surrogates;
pub mod watch;
pub mod wire;

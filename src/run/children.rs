//! Starts the stages with pipes between them, hands signals on to the source, and waits for the end.

use super::{Pipe, STAGE_ARGUMENT, Step};
use crate::exit::{Code, Failure};
use crate::process::lifeline::{Lifeline, on_parent_gone};
use rustix::process::{Pid, Signal, getpid, kill_process};
use signal_hook::consts::{SIGINT, SIGTERM};
use std::ffi::{OsStr, OsString};
use std::io::{PipeReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

/// How long a stage may take to leave once the last one has.
const GRACE: Duration = Duration::from_secs(10);

/// How often a leaving stage is looked at.
const POLL: Duration = Duration::from_millis(20);

/// The code of the last signal that came; 0 while none did.
static CAUGHT: AtomicU8 = AtomicU8::new(0);

/// What becomes of the lines at the end of the pipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// They go to standard output.
    Lines,
    /// A person reads along on standard error; the lines go to standard output.
    Both,
    /// A person reads along; the lines go nowhere.
    Person,
}

/// Runs the pipe to its end. `recording` goes into the source's standard input, which is ours otherwise.
/// The code is the last stage's, unless an earlier one could not do its work.
///
/// # Errors
/// [`Code::Error`] when a stage cannot be started.
pub fn run(pipe: &Pipe, view: View, recording: Option<&'static [u8]>) -> Result<Code, Failure> {
    let program = std::env::current_exe()
        .map_err(|e| Failure::new(Code::Error, format_args!("cannot find our own executable: {e}")))?;
    let lifeline = Lifeline::new()?;
    let mut children = start(pipe, view, &program, &lifeline, recording.is_some())?;
    if let (Some(bytes), Some(stdin)) = (recording, children[0].stdin.take()) {
        feed(bytes, stdin);
    }
    let hand = pipe.steps.len() - 1;
    hand_signals_on(&children, hand);
    let outcome = wait(&mut children[hand])?;
    let deadline = Instant::now() + GRACE;
    // A hand that was ended, and could not say what the run came to, was ended by a signal to us.
    let mut code = code_of(outcome).or_else(caught);
    for (at, child) in children.iter_mut().enumerate() {
        let status = leave(child, deadline)?;
        if at < hand && code == Some(Code::Unsure.number()) && could_not_work(status) {
            code = code_of(status);
        }
    }
    Ok(code.and_then(Code::from_number).unwrap_or(Code::Error))
}

/// Runs as one stage of the pipe: `LIFELINE STAGE ARGS…`. Gone with the `ocr-run` that started it.
///
/// # Errors
/// [`Code::Usage`] for arguments that `ocr-run` did not write.
pub fn stage(args: &[OsString]) -> Result<(&OsStr, &[OsString]), Failure> {
    let (Some(line), Some(name)) = (args.first().and_then(|a| a.to_str()), args.get(1)) else {
        return Err(Failure::new(
            Code::Usage,
            "this is how ocr-run starts its stages; see --help",
        ));
    };
    on_parent_gone(line, || {
        // As if somebody had asked: the session and the server end, the last lines are delivered.
        let _ = kill_process(getpid(), Signal::TERM);
    })?;
    Ok((name, &args[1..]))
}

fn start(
    pipe: &Pipe,
    view: View,
    program: &Path,
    lifeline: &Lifeline,
    fed: bool,
) -> Result<Vec<Child>, Failure> {
    let failed =
        |what: &str, e: std::io::Error| Failure::new(Code::Error, format_args!("cannot start {what}: {e}"));
    let mut steps = pipe.steps.clone();
    if view != View::Lines {
        steps.push(Step::new("ocr-watch").flag("--only", view == View::Person));
    }
    let mut children = Vec::new();
    let mut input: Option<PipeReader> = None;
    for (at, step) in steps.iter().enumerate() {
        let mut command = Command::new(program);
        // In a group of its own: Ctrl-C reaches us alone, and we tell the source.
        command
            .arg(STAGE_ARGUMENT)
            .arg(lifeline.number())
            .arg(step.name)
            .args(&step.args)
            .process_group(0);
        command.stdin(match input.take() {
            Some(previous) => Stdio::from(previous),
            None if fed => Stdio::piped(),
            None => Stdio::inherit(),
        });
        if at + 1 < steps.len() {
            let (read, write) = std::io::pipe().map_err(|e| failed(step.name, e))?;
            command.stdout(write);
            input = Some(read);
        } else if view == View::Person {
            command.stdout(Stdio::null());
        }
        children.push(command.spawn().map_err(|e| failed(step.name, e))?);
    }
    Ok(children)
}

/// Writes the recording into the source, which may leave before it is all read.
fn feed(bytes: &'static [u8], mut stdin: std::process::ChildStdin) {
    std::thread::spawn(move || {
        let _ = stdin.write_all(bytes);
    });
}

/// A signal to us is a signal to the source and to the hand: the source ends the session and the stream, and
/// the end of the stream ends everybody else; the hand ends a check that would take longer. A second signal
/// ends every stage at once.
fn hand_signals_on(children: &[Child], hand: usize) {
    let pid = |child: &Child| i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let all: Vec<Pid> = children.iter().filter_map(pid).collect();
    let both: Vec<Pid> = [&children[0], &children[hand]]
        .into_iter()
        .filter_map(pid)
        .collect();
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else {
        return;
    };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            let (code, signal) = if signal == SIGTERM {
                (Code::Terminated, Signal::TERM)
            } else {
                (Code::Interrupted, Signal::INT)
            };
            let first = CAUGHT.swap(code.number(), Ordering::SeqCst) == 0;
            for stage in if first { &both } else { &all } {
                // It may have left already. What the source owns goes with it, as its keeper sees to.
                let _ = kill_process(*stage, if first { signal } else { Signal::KILL });
            }
        }
    });
}

/// The code of the signal that came, if one did.
fn caught() -> Option<u8> {
    Some(CAUGHT.load(Ordering::SeqCst)).filter(|code| *code != 0)
}

fn wait(child: &mut Child) -> Result<ExitStatus, Failure> {
    child
        .wait()
        .map_err(|e| Failure::new(Code::Error, format_args!("lost a stage: {e}")))
}

/// Waits for a stage that has no reason to stay, and ends it when it stays too long.
fn leave(child: &mut Child, deadline: Instant) -> Result<ExitStatus, Failure> {
    while Instant::now() < deadline {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) => std::thread::sleep(POLL),
            Err(_) => break,
        }
    }
    // It may have left by itself in between.
    let _ = child.kill();
    wait(child)
}

/// Whether a stage before the last one ended because it could not do its work, and said why.
fn could_not_work(status: ExitStatus) -> bool {
    [
        Code::Error,
        Code::Usage,
        Code::BadData,
        Code::Unreachable,
        Code::NotAllowed,
    ]
    .iter()
    .any(|code| status.code() == Some(i32::from(code.number())))
}

fn code_of(status: ExitStatus) -> Option<u8> {
    status.code().and_then(|code| u8::try_from(code).ok())
}

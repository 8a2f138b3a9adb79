//! Starts the stages with pipes between them, forwards signals to them, and waits for their end.

use super::command_line::{Command as Stage, CommandLine};
use crate::exit::{Code, Failure};
use crate::pipe::Shutdown;
use crate::pipe::shutdown::{PIPE_EXIT, VIEW_EXIT};
use crate::process::lifeline::{Lifeline, on_parent_gone};
use crate::process::pipe_key::{PIPE_KEY, PipeKey};
use crate::process::spawn::{self, Program};
use rustix::process::{Pid, Signal, getpid, kill_process};
use std::ffi::{OsStr, OsString};
use std::io::{PipeReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The hidden first argument that makes `ocr-run` run as one of the stages.
pub const STAGE_ARGUMENT: &str = "__stage";

/// The stages that may wait for something else than the end of their input.
const TOLD: [&str; 3] = ["ocr-stream", "ocr-review", "ocr-act"];

/// The name of the stage that takes the lines off the hands of `ocr-act`.
pub const SPOOL: &str = "ocr-spool";

/// How often a stage is polled for its exit.
const POLL: Duration = Duration::from_millis(20);

/// Where the output of the pipe goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The lines go to standard output.
    Lines,
    /// The lines go to standard output, and a report for a person to standard error.
    Both,
    /// Only the report for a person; the lines are discarded.
    Person,
}

/// Runs the pipe and returns its exit code: that of `ocr-act`, or of an earlier stage that failed. `recording` is the
/// standard input of the first stage, which otherwise inherits ours.
///
/// # Errors
/// [`Code::Error`] if a stage cannot be started.
pub fn run(pipe: &CommandLine, view: View, recording: Option<&'static [u8]>) -> Result<Code, Failure> {
    let program = std::env::current_exe()
        .map_err(|e| Failure::new(Code::Error, format_args!("cannot find our own executable: {e}")))?;
    let lifeline = Lifeline::new()?;
    let mut children = start(pipe, view, &program, &lifeline, recording.is_some())?;
    if let (Some(bytes), Some(stdin)) = (recording, children[0].stdin.take()) {
        feed(bytes, stdin);
    }
    let act = pipe.commands.len() - 1;
    let shutdown = forward_signals(pipe, &children);
    let status = wait(&mut children[act])?;
    let deadline = Instant::now() + PIPE_EXIT;
    // `ocr-act` has no exit code if our second signal killed it.
    let mut code = code_of_status(status).or_else(|| shutdown.requested().map(Code::number));
    for child in &mut children[..act] {
        let status = wait_until(child, deadline)?;
        if code == Some(Code::Unsure.number()) && has_failed(status) {
            code = code_of_status(status);
        }
    }
    deliver(&mut children[act + 1..], &shutdown)?;
    Ok(code.and_then(Code::from_number).unwrap_or(Code::Error))
}

/// Waits until the last lines are read, and the view has ended: as long as that takes, but not after a signal. Returns
/// how the output failed, which is told already.
fn deliver(last: &mut [Child], shutdown: &Shutdown) -> Result<(), Failure> {
    let begun = Instant::now();
    for child in last {
        while matches!(child.try_wait(), Ok(None)) {
            if shutdown.requested().is_some() && begun.elapsed() >= VIEW_EXIT {
                // It may have exited in the meantime.
                let _ = child.kill();
                break;
            }
            std::thread::sleep(POLL);
        }
        let status = wait(child)?;
        if status.code() == Some(i32::from(Code::Error.number())) {
            return Err(Failure::new(Code::Error, ""));
        }
    }
    Ok(())
}

/// Parses the arguments of a stage, `LIFELINE STAGE ARGS…`, and returns its name and its own arguments. The stage is
/// terminated when the `ocr-run` that started it is gone.
///
/// # Errors
/// [`Code::Usage`] for arguments that `ocr-run` did not write.
pub fn stage(args: &[OsString]) -> Result<(&OsStr, &[OsString]), Failure> {
    let (Some(line), Some(name)) = (args.first().and_then(|a| a.to_str()), args.get(1)) else {
        return Err(Failure::new(Code::Usage, "this argument is internal to ocr-run; see --help"));
    };
    on_parent_gone(line, || {
        // Like a user's signal: the session and the server end, and the last lines are delivered.
        let _ = kill_process(getpid(), Signal::TERM);
    })?;
    Ok((name, &args[1..]))
}

fn start(
    pipe: &CommandLine,
    view: View,
    program: &Path,
    lifeline: &Lifeline,
    fed: bool,
) -> Result<Vec<Child>, Failure> {
    let failed = |what: &str, e: std::io::Error| Failure::new(Code::Error, format_args!("cannot start {what}: {e}"));
    let mut commands = pipe.commands.clone();
    // A stage of its own, so that the last lines arrive even if this process is killed.
    commands.push(Stage::new(SPOOL));
    if view != View::Lines {
        commands.push(Stage::new("ocr-watch").flag("--only", view == View::Person));
    }
    let key = PipeKey::random().map_err(|e| failed("the pipe", e))?;
    let mut children = Vec::new();
    let mut input: Option<PipeReader> = None;
    for (at, stage) in commands.iter().enumerate() {
        let mut command = spawn::command(program, Program::Ours);
        // In a group of its own, so that Ctrl-C reaches only us. We forward it.
        command.arg(STAGE_ARGUMENT).arg(lifeline.number()).arg(stage.name).args(&stage.args).process_group(0);
        command.envs(stage.private.iter().map(|private| (&private.variable, &private.value)));
        command.env(PIPE_KEY, &key);
        command.stdin(match input.take() {
            Some(previous) => Stdio::from(previous),
            None if fed => Stdio::piped(),
            None => Stdio::inherit(),
        });
        if at + 1 < commands.len() {
            let (read, write) = std::io::pipe().map_err(|e| failed(stage.name, e))?;
            command.stdout(write);
            input = Some(read);
        } else if view == View::Person {
            command.stdout(Stdio::null());
        }
        children.push(command.spawn().map_err(|e| failed(stage.name, e))?);
    }
    Ok(children)
}

/// Writes the recording to the first stage, which may exit before it has read it all.
fn feed(bytes: &'static [u8], mut stdin: std::process::ChildStdin) {
    std::thread::spawn(move || {
        let _ = stdin.write_all(bytes);
    });
}

/// Forwards the first signal to the stages that do not end with their input alone: the source ends the session and the
/// stream, `ocr-review` stops asking, `ocr-act` ends a check that would take longer. The end of the
/// stream ends the other stages. A second signal kills every stage.
fn forward_signals(pipe: &CommandLine, children: &[Child]) -> Shutdown {
    let pid = |child: &Child| i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let all: Vec<Pid> = children.iter().filter_map(pid).collect();
    let is_told = |(stage, child): (&Stage, &Child)| pid(child).filter(|_| TOLD.contains(&stage.name));
    let told: Vec<Pid> = pipe.commands.iter().zip(children).filter_map(is_told).collect();
    Shutdown::on_signal(move |received| {
        let forwarded = Signal::from_named_raw(received.number).filter(|_| received.first);
        for stage in if received.first { &told } else { &all } {
            // It may have exited. If the source is killed, its supervisor ends the server.
            let _ = kill_process(*stage, forwarded.unwrap_or(Signal::KILL));
        }
    })
}

fn wait(child: &mut Child) -> Result<ExitStatus, Failure> {
    child.wait().map_err(|e| Failure::new(Code::Error, format_args!("cannot wait for a stage: {e}")))
}

/// Waits for a stage until the deadline, and then kills it.
fn wait_until(child: &mut Child, deadline: Instant) -> Result<ExitStatus, Failure> {
    while Instant::now() < deadline {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) => std::thread::sleep(POLL),
            Err(_) => break,
        }
    }
    // It may have exited in the meantime.
    let _ = child.kill();
    wait(child)
}

/// Whether a stage exited with an error of its own, which it has printed.
fn has_failed(status: ExitStatus) -> bool {
    [Code::Error, Code::Usage, Code::BadData, Code::Unreachable, Code::NotAllowed]
        .iter()
        .any(|code| status.code() == Some(i32::from(code.number())))
}

fn code_of_status(status: ExitStatus) -> Option<u8> {
    status.code().and_then(|code| u8::try_from(code).ok())
}

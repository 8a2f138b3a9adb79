//! Starts the stages with pipes between them, forwards signals to them, and waits for their end.

use super::command_line::{Command as Stage, CommandLine, STAGE_ARGUMENT};
use super::living::{Living, pids};
use super::missing_result::{Ending, Teller, complete};
use super::recording::Keep;
use super::stage_messages::StageMessages;
use crate::exit::{Code, Failure};
use crate::pipe::shutdown::{PIPE_EXIT, VIEW_EXIT};
use crate::pipe::{Shutdown, hangup, tell};
use crate::process::lifeline::{Lifeline, on_parent_gone};
use crate::process::pipe_key::{PIPE_KEY, PipeKey};
use crate::process::spawn::{self, Program};
use rustix::process::{Pid, Signal, getpid, kill_process};
use std::ffi::{OsStr, OsString};
use std::io::{PipeReader, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The stages that get a signal: they may wait for something else than the end of their input.
const SIGNALLED: [&str; 3] = ["ocr-stream", "ocr-review", "ocr-act"];

/// The name of the stage that takes the lines off the hands of `ocr-act`.
pub const SPOOL: &str = "ocr-spool";

/// The name of the stage that shows the lines to a person.
const VIEW: &str = "ocr-watch";

/// The argument that gives the view what the other stages say, as the number of an inherited file descriptor.
const WORDS: &str = "--words";

/// The argument that makes the view tell the lines as a story.
const STORY: &str = "--story";

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

/// A pipe to run.
#[derive(Debug)]
pub struct Run<'a> {
    /// The stages.
    pub pipe: &'a CommandLine,
    /// Where their lines go.
    pub view: View,
    /// Whether the view is a dashboard, which has the terminal for itself.
    pub dashboard: bool,
    /// The arguments of the view.
    pub view_args: Vec<OsString>,
    /// The standard input of the first stage, which otherwise inherits ours.
    pub input: Option<&'static [u8]>,
    /// Where the run is recorded, if at all.
    pub keep: Option<&'a Keep>,
}

impl Run<'_> {
    fn has_dashboard(&self) -> bool {
        self.dashboard && self.view != View::Lines
    }
}

/// What became of a pipe.
#[derive(Debug)]
pub struct Ended {
    /// The exit code of `ocr-act`, or of an earlier stage that failed.
    pub code: Code,
    /// The recording, if there is one.
    pub recording: Option<PathBuf>,
}

/// Runs the pipe until it ends.
///
/// # Errors
/// [`Code::Error`] if a stage cannot be started, or the output cannot be written.
pub fn run(run: &Run<'_>) -> Result<Ended, Failure> {
    let program = std::env::current_exe()
        .map_err(|e| Failure::new(Code::Error, format_args!("cannot find our own executable: {e}")))?;
    let lifeline = Lifeline::new()?;
    let earlier = run.keep.map(Keep::earlier).unwrap_or_default();
    let stages = stages(run);
    let mut words = run.has_dashboard().then(StageMessages::new).transpose()?;
    let mut teller = Teller::new()?;
    let mut children = start(run, &stages, &program, &lifeline, words.as_mut(), &mut teller)?;
    if let (Some(bytes), Some(stdin)) = (run.input, children[0].stdin.take()) {
        feed(bytes, stdin);
    }
    let act = run.pipe.commands.len() - 1;
    let living = Living::new(&children);
    let shutdown = forward_signals(run.pipe, &children, living.clone());
    let signalled = signalled(run.pipe, &children);
    let (status, reader_left) = wait_for_act(&mut children[act..], run.view, &living, &signalled)?;
    let names: Vec<&str> = stages.iter().map(|stage| stage.name).collect();
    // Those whom our signal killed are not worth a word.
    let expected = || reader_left || shutdown.requested().is_some();
    tell_killed(names[act], status, expected());
    let code = match wait_for_others(&mut children[..act], &names, code_of_status(status), expected) {
        Ok(code) => code,
        Err(failure) => {
            teller.tell(&Ending { code: failure.code, why: failure.to_string() });
            return Err(failure);
        }
    };
    living.remove(&children[..=act]);
    let code = if reader_left { Code::ReaderLeft } else { code.unwrap_or_else(|| unknown(&shutdown)) };
    let mut ending = Ending { code, why: why(names[act], status) };
    teller.tell(&ending);
    if code_of_status(status).is_none() && run.view == View::Lines {
        tell(format_args!("ocr-run: {ending}"));
    }
    let recorder = children[act + 1].id();
    let delivered = deliver(&mut children[act + 1..], &names[act + 1..], &shutdown, &living);
    let recording = run.keep.and_then(|keep| {
        keep.remove_oldest();
        keep.made_by(recorder, &earlier)
    });
    if let Some(words) = words {
        words.tell_rest();
    }
    let spooled = wait(&mut children[act + 1])?;
    let lost_reader = reader_left || code_of_status(status).is_none_or(|code| code == Code::ReaderLeft);
    if spooled.signal().is_some() && lost_reader {
        // It is the spool that `ocr-act` lost then, and no reader.
        ending = Ending { code: unknown(&shutdown), why: why(SPOOL, spooled) };
        end_without_spool(&ending, recording.as_deref());
    }
    delivered?;
    Ok(Ended { code: ending.code, recording })
}

/// Waits for the stages before `ocr-act`. Returns the exit code of the run: that of `ocr-act`, or of an earlier stage
/// that failed, so that there was nothing to say.
fn wait_for_others(
    children: &mut [Child],
    names: &[&str],
    mut code: Option<Code>,
    expected: impl Fn() -> bool,
) -> Result<Option<Code>, Failure> {
    let deadline = Instant::now() + PIPE_EXIT;
    for (child, name) in children.iter_mut().zip(names) {
        let status = wait_until(child, name, deadline, &expected)?;
        if code == Some(Code::Unsure) && has_failed(status) {
            code = code_of_status(status);
        }
    }
    Ok(code)
}

/// The exit code of a run of which nobody said how it ended: a stage was killed, perhaps by our second signal.
fn unknown(shutdown: &Shutdown) -> Code {
    shutdown.requested().unwrap_or(Code::Unsure)
}

/// Says how a run ended whose last lines nobody took, and completes its recording.
fn end_without_spool(ending: &Ending, recording: Option<&Path>) {
    tell(format_args!("ocr-run: {ending}"));
    if let Some(Err(error)) = recording.map(|recording| complete(recording, ending)) {
        tell(format_args!("ocr-run: cannot add the result to the recording: {error}"));
    }
}

/// Waits for `ocr-act`, the first of these. When whoever takes the lines after it leaves, the run ends as after a
/// signal, so that its last lines are recorded; returns whether that happened. One whose output cannot be written goes on.
fn wait_for_act(
    children: &mut [Child],
    view: View,
    living: &Living,
    signalled: &[Pid],
) -> Result<(ExitStatus, bool), Failure> {
    let mut has_left = false;
    loop {
        // One that ends well has read everything: `ocr-act` may close its output before it exits.
        let failed = |child: &mut Child| matches!(child.try_wait(), Ok(Some(status)) if !status.success());
        let view_left = children[1..].iter_mut().any(failed);
        if let Some(status) = children[0].try_wait().map_err(not_waited)? {
            return Ok((status, has_left));
        }
        if !has_left && (view_left || (view != View::Person && hangup::reader_has_left())) {
            has_left = true;
            living.signal(signalled, Signal::TERM);
        }
        std::thread::sleep(POLL);
    }
}

/// Waits until the last lines are read, and the view has ended: as long as that takes, but not after a signal. Returns
/// how the output failed, which was said already.
fn deliver(last: &mut [Child], names: &[&str], shutdown: &Shutdown, living: &Living) -> Result<(), Failure> {
    let mut signalled = None;
    let mut delivered = Ok(());
    for (child, name) in last.iter_mut().zip(names) {
        while matches!(child.try_wait(), Ok(None)) {
            let is_signal = shutdown.requested().is_some();
            if is_signal && signalled.get_or_insert_with(Instant::now).elapsed() >= VIEW_EXIT {
                // It may have exited in the meantime.
                let _ = child.kill();
                break;
            }
            std::thread::sleep(POLL);
        }
        let status = wait(child)?;
        living.remove(std::slice::from_ref(child));
        tell_killed(name, status, shutdown.requested().is_some());
        if status.code() == Some(i32::from(Code::Error.number())) {
            delivered = Err(Failure::new(Code::Error, ""));
        }
    }
    delivered
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

/// The stages of the pipe, and what takes the lines after them.
fn stages(run: &Run<'_>) -> Vec<Stage> {
    let mut commands = run.pipe.commands.clone();
    // A stage of its own, so that the last lines arrive even if this process is killed.
    commands.push(Stage::new(SPOOL));
    if run.view != View::Lines {
        let mut view = Stage::new(VIEW);
        view.args.clone_from(&run.view_args);
        if !run.dashboard {
            view.args.push(STORY.into());
        }
        commands.push(view);
    }
    commands
}

fn start(
    run: &Run<'_>,
    stages: &[Stage],
    program: &Path,
    lifeline: &Lifeline,
    mut words: Option<&mut StageMessages>,
    teller: &mut Teller,
) -> Result<Vec<Child>, Failure> {
    let failed = |what: &str, e: std::io::Error| Failure::new(Code::Error, format_args!("cannot start {what}: {e}"));
    let key = PipeKey::random().map_err(|e| failed("the pipe", e))?;
    let mut children = Vec::new();
    let mut input: Option<PipeReader> = None;
    for (at, stage) in stages.iter().enumerate() {
        let mut command = spawn::command(program, Program::Ours);
        command.arg(STAGE_ARGUMENT).arg(lifeline.number()).arg(stage.name).args(&stage.args);
        // In a group of its own, so that Ctrl-C reaches only us. We forward it. The view stays in ours: what is not in
        // the foreground of the terminal may not draw on it.
        if stage.name != VIEW {
            command.process_group(0);
        }
        command.envs(stage.private.iter().map(|private| (&private.variable, &private.value)));
        command.env(PIPE_KEY, &key);
        command.stdin(match input.take() {
            Some(previous) => Stdio::from(previous),
            None if run.input.is_some() => Stdio::piped(),
            None => Stdio::inherit(),
        });
        if at + 1 < stages.len() {
            let (read, write) = std::io::pipe().map_err(|e| failed(stage.name, e))?;
            command.stdout(write);
            input = Some(read);
        } else if run.view == View::Person {
            command.stdout(Stdio::null());
        }
        let child = match &mut words {
            words if stage.name == SPOOL => {
                if let Some(words) = words {
                    command.stderr(words.stderr()?);
                }
                let recording = run.keep.map(Keep::args).into_iter().flatten();
                teller.heard_by(|number| command.arg(number.to_string()).args(recording).spawn())?
            }
            Some(words) if stage.name == VIEW => {
                words.read_by(|number| command.arg(format!("{WORDS}={number}")).spawn())?
            }
            Some(words) => command.stderr(words.stderr()?).spawn(),
            None => command.spawn(),
        };
        children.push(child.map_err(|e| failed(stage.name, e))?);
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
/// stream ends the other stages. A second signal kills every stage but the view, which gives the terminal back.
fn forward_signals(pipe: &CommandLine, children: &[Child], living: Living) -> Shutdown {
    let signalled = signalled(pipe, children);
    // Behind the stages of the pipe come the spool and the view.
    let (killed, asked) = children.split_at(pipe.commands.len() + 1);
    let (killed, asked) = (pids(killed), pids(asked));
    Shutdown::on_signal(move |received| {
        if received.first {
            living.signal(&signalled, Signal::from_named_raw(received.number).unwrap_or(Signal::TERM));
        } else {
            // If the source is killed, its supervisor ends the server.
            living.signal(&killed, Signal::KILL);
            living.signal(&asked, Signal::TERM);
        }
    })
}

/// The stages that get a signal.
fn signalled(pipe: &CommandLine, children: &[Child]) -> Vec<Pid> {
    let stages = pipe.commands.iter().zip(children);
    stages.filter(|(stage, _)| SIGNALLED.contains(&stage.name)).map(|(_, child)| Pid::from_child(child)).collect()
}

fn not_waited(error: std::io::Error) -> Failure {
    Failure::new(Code::Error, format_args!("cannot wait for a stage: {error}"))
}

fn wait(child: &mut Child) -> Result<ExitStatus, Failure> {
    child.wait().map_err(not_waited)
}

/// Waits for a stage until the deadline, and then kills it. Says that it was killed, by whomever.
fn wait_until(
    child: &mut Child,
    name: &str,
    deadline: Instant,
    expected: &impl Fn() -> bool,
) -> Result<ExitStatus, Failure> {
    while Instant::now() < deadline {
        match child.try_wait() {
            Ok(Some(status)) => {
                tell_killed(name, status, expected());
                return Ok(status);
            }
            Ok(None) => std::thread::sleep(POLL),
            Err(_) => break,
        }
    }
    // It may have exited in the meantime.
    let _ = child.kill();
    let status = wait(child)?;
    if status.signal().is_some() {
        tell(format_args!("ocr-run: {name} did not end in time and was killed"));
    }
    Ok(status)
}

/// Says that a stage was killed, which it cannot say itself; `expected` says that it may be us who killed it.
fn tell_killed(name: &str, status: ExitStatus, expected: bool) {
    if let Some(signal) = status.signal().filter(|_| !expected) {
        tell(format_args!("ocr-run: {name} was killed by signal {signal}; its part of the run is incomplete"));
    }
}

/// The exit code of a process of Rust that panicked.
const PANICKED: i32 = 101;

/// Whether a stage exited with an error of its own, which it has printed, or panicked.
fn has_failed(status: ExitStatus) -> bool {
    let errors = [Code::Error, Code::Usage, Code::BadData, Code::Unreachable, Code::NotAllowed];
    code_of_status(status).is_some_and(|code| errors.contains(&code))
}

/// The exit code of a stage, an internal error for one that panicked; `None` for one that was killed.
fn code_of_status(status: ExitStatus) -> Option<Code> {
    match status.code()? {
        PANICKED => Some(Code::Error),
        code => u8::try_from(code).ok().and_then(Code::from_number),
    }
}

/// Why a stage did not say how the run ended.
fn why(name: &str, status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("{name} was killed by signal {signal}"),
        (None, code) => format!("{name} ended without a result, with exit code {}", code.unwrap_or_default()),
    }
}

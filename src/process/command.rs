//! Runs a shell command that the user configured: with input, captured output, a time limit and cancellation. Its whole
//! process group ends with it, and with this process, even if that is killed. On Linux, so do processes that it started
//! in other sessions, which are found by a mark in their environment.

#[cfg(unix)]
use super::lifeline::Lifeline;
#[cfg(unix)]
use super::private_files;
use super::spawn::{self, Program};
#[cfg(unix)]
use super::tree;
use crate::pipe::shutdown::COMMAND_OUTPUT;
use std::io::{self, PipeReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
#[cfg(unix)]
use std::sync::OnceLock;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

/// How often a running command is polled, at first and later.
const FIRST_POLL: Duration = Duration::from_millis(1);
const POLL: Duration = Duration::from_millis(20);

/// How many bytes of output are read at a time.
const BLOCK: usize = 16 * 1024;

/// A command for the shell.
pub(crate) struct ShellCommand<'a> {
    /// The command line: for `sh -c`, or `cmd /C` on Windows.
    pub(crate) line: &'a str,
    /// The working directory.
    pub(crate) directory: &'a Path,
    /// What it gets in its environment beside ours.
    pub(crate) variables: &'a [(&'a str, &'a str)],
    /// What the command reads on standard input.
    pub(crate) input: &'a [u8],
    /// The time limit; then the command is killed.
    pub(crate) limit: Duration,
    /// What to keep of its output.
    pub(crate) capture: Capture,
}

/// What to keep of a command's output, in bytes.
#[derive(Clone, Copy)]
#[cfg_attr(not(unix), allow(dead_code, reason = "ocr-act, which needs the tail, is for Unix"))]
pub(crate) enum Capture {
    /// The end of standard output and standard error together.
    Tail(usize),
    /// The beginning of each.
    Head(usize),
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Its exit status, or why it was killed.
    pub(crate) status: Result<ExitStatus, String>,
    /// The captured standard output; with [`Capture::Tail`], standard error too.
    pub(crate) stdout: Vec<u8>,
    /// The captured standard error; empty with [`Capture::Tail`].
    pub(crate) stderr: Vec<u8>,
}

/// Kills running commands from another thread, for a process that is about to exit. Clones share the commands.
#[derive(Clone, Default)]
pub struct KillSwitch(Arc<Mutex<Commands>>);

#[derive(Default)]
struct Commands {
    /// Each command's group, by its leader, and its mark.
    running: Vec<(u32, String)>,
    /// Whether the switch was used: no more commands are started.
    off: bool,
}

impl KillSwitch {
    /// Kills every running command with its process group. No more are started.
    pub fn kill_all(&self) {
        let mut commands = self.lock();
        commands.off = true;
        for (leader, mark) in commands.running.drain(..) {
            end(leader, &mark);
        }
    }

    /// Starts a command under the lock, so that [`KillSwitch::kill_all`] either prevents or kills it.
    fn start(&self, command: &mut Command, mark: String) -> io::Result<Child> {
        let mut commands = self.lock();
        if commands.off {
            return Err(io::Error::other("this process is about to exit"));
        }
        let child = command.spawn()?;
        commands.running.push((child.id(), mark));
        Ok(child)
    }

    /// Kills what is left of a command.
    fn kill(&self, child: &Child) {
        let mut commands = self.lock();
        if let Some(at) = commands.running.iter().position(|(leader, _)| *leader == child.id()) {
            let (leader, mark) = commands.running.swap_remove(at);
            end(leader, &mark);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Commands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ShellCommand<'_> {
    /// Runs the command and waits for its end. Kills it as soon as `cancelled` returns true.
    ///
    /// # Errors
    /// The command could not be started.
    pub(crate) fn run(&self, switch: &KillSwitch, cancelled: impl Fn() -> bool) -> io::Result<Finished> {
        let (mut child, stdout, stderr) = self.start(switch)?;
        let stdout = Output::read(stdout, self.capture);
        let stderr = Output::read(stderr, self.capture);
        if let Some(mut stdin) = child.stdin.take() {
            let input = self.input.to_vec();
            // A command may succeed without reading its input.
            std::thread::spawn(move || stdin.write_all(&input));
        }
        let status = self.wait(&mut child, switch, cancelled);
        // Background processes end too, and close the output.
        switch.kill(&child);
        Ok(Finished { status, stdout: stdout.finish(), stderr: stderr.finish() })
    }

    /// Starts the command. Our copies of the writing ends are closed on return, so that the output can end.
    fn start(&self, switch: &KillSwitch) -> io::Result<(Child, PipeReader, PipeReader)> {
        let (stdout, stdout_writer) = io::pipe()?;
        let (stderr, stderr_writer) = io::pipe()?;
        let (mut command, mark) = shell(self.line)?;
        command.current_dir(self.directory).envs(self.variables.iter().copied()).stdin(Stdio::piped());
        command.stderr(match self.capture {
            Capture::Tail(_) => stdout_writer.try_clone()?,
            Capture::Head(_) => stderr_writer,
        });
        command.stdout(stdout_writer);
        Ok((switch.start(&mut command, mark)?, stdout, stderr))
    }

    fn wait(&self, child: &mut Child, switch: &KillSwitch, cancelled: impl Fn() -> bool) -> Result<ExitStatus, String> {
        let started = Instant::now();
        let mut pause = FIRST_POLL;
        let why = loop {
            match child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Err(error) => break format!("lost: {error}"),
                Ok(None) if cancelled() => break "stopped by a signal".to_owned(),
                Ok(None) if started.elapsed() >= self.limit => {
                    break format!("killed after {} s", self.limit.as_secs_f64());
                }
                Ok(None) => {
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(POLL);
                }
            }
        };
        switch.kill(child);
        // Reaps it; how it ended is known.
        let _ = child.wait();
        Err(why)
    }
}

/// The output of a command, read on a thread of its own.
struct Output {
    bytes: Arc<Mutex<Vec<u8>>>,
    /// Disconnected once every writer has closed the output.
    closed: mpsc::Receiver<()>,
}

impl Output {
    /// Reads everything, so that the command never waits for a reader, and keeps a part of it.
    fn read(mut from: PipeReader, capture: Capture) -> Self {
        let bytes = Arc::<Mutex<Vec<u8>>>::default();
        let (open, closed) = mpsc::channel::<()>();
        let shared = Arc::clone(&bytes);
        std::thread::spawn(move || {
            let mut block = vec![0; BLOCK];
            // What was read before an error counts.
            while let Ok(count @ 1..) = from.read(&mut block) {
                let mut bytes = shared.lock().unwrap_or_else(PoisonError::into_inner);
                bytes.extend_from_slice(&block[..count]);
                match capture {
                    Capture::Head(limit) => bytes.truncate(limit),
                    Capture::Tail(limit) => {
                        let excess = bytes.len().saturating_sub(limit);
                        bytes.drain(..excess);
                    }
                }
            }
            drop(open);
        });
        Self { bytes, closed }
    }

    /// Waits until the output is closed, or for [`COMMAND_OUTPUT`], and returns the captured bytes.
    fn finish(self) -> Vec<u8> {
        // Nothing is ever sent: the result says only that the wait is over.
        let _ = self.closed.recv_timeout(COMMAND_OUTPUT);
        std::mem::take(&mut *self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Runs the command line `$2` in the place of this shell, marked by `$3`. The process that it leaves behind reads the
/// lifeline `$1`, which ends when our process does, however it ends, and then kills what carries the mark, as far as
/// the system shows environments, and the whole group. It is not a child of the command, which may wait for all of its
/// children, and not marked itself.
#[cfg(unix)]
const WATCHED: &str = r#"
( (
    read -r _ < "/dev/fd/$1"
    for round in 1 2 3; do
        for process in $(grep -lzx "OCR_COMMAND=$3" /proc/[0-9]*/environ); do
            process=${process#/proc/}
            kill -KILL "${process%/environ}"
        done
    done
    kill -KILL 0
) < /dev/null > /dev/null 2>&1 & )
OCR_COMMAND=$3 exec sh -c "$2""#;

/// The shell in a process group of its own, which ends with this process, and the mark of what it starts.
#[cfg(unix)]
fn shell(line: &str) -> io::Result<(Command, String)> {
    use std::os::unix::process::CommandExt;
    let mark = private_files::hex(&private_files::random()?[..8]);
    let mut command = spawn::command("sh", Program::Foreign);
    command.args(["-c", WATCHED, "sh", &lifeline()?.number(), line, &mark]).process_group(0);
    Ok((command, mark))
}

/// Kills what is left of a command: its group, and what it started in sessions of its own.
#[cfg(unix)]
fn end(leader: u32, mark: &str) {
    kill_group(leader);
    tree::kill_command(mark);
}

/// The lifeline of all commands: this process holds it until its end.
#[cfg(unix)]
fn lifeline() -> io::Result<&'static Lifeline> {
    static LIFELINE: OnceLock<Option<Lifeline>> = OnceLock::new();
    LIFELINE
        .get_or_init(|| Lifeline::new().ok())
        .as_ref()
        .ok_or_else(|| io::Error::other("the system has no more pipes"))
}

#[cfg(not(unix))]
fn shell(line: &str) -> io::Result<(Command, String)> {
    let mut command = spawn::command("cmd", Program::Foreign);
    command.args(["/C", line]);
    Ok((command, String::new()))
}

#[cfg(not(unix))]
fn end(leader: u32, _mark: &str) {
    kill_group(leader);
}

#[cfg(unix)]
fn kill_group(leader: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        // Fails if nothing is left of the group.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// `taskkill /T` kills a process with its children. It fails if nothing is left.
#[cfg(not(unix))]
fn kill_group(leader: u32) {
    let _ = spawn::command("taskkill", Program::Foreign).args(["/T", "/F", "/PID", &leader.to_string()]).output();
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(1);
    const TAIL: usize = 4000;

    fn tail(line: &str, limit: Duration) -> Finished {
        command(line, limit, Capture::Tail(TAIL)).run(&KillSwitch::default(), || false).unwrap()
    }

    fn command(line: &str, limit: Duration, capture: Capture) -> ShellCommand<'_> {
        ShellCommand { line, directory: Path::new("/"), variables: &[], input: b"given", limit, capture }
    }

    fn text(bytes: &[u8]) -> &str {
        std::str::from_utf8(bytes).unwrap().trim()
    }

    fn exit_code(finished: &Finished) -> Option<i32> {
        finished.status.as_ref().ok()?.code()
    }

    /// Waits until the process is gone or a zombie.
    fn wait_until_gone(pid: &str) {
        let until = Instant::now() + Duration::from_mins(1);
        loop {
            let state = tail(&format!("ps -o stat= -p {pid}"), LONG).stdout;
            let state = text(&state);
            if state.is_empty() || state.starts_with('Z') {
                return;
            }
            assert!(Instant::now() < until, "process {pid} still runs: {state}");
        }
    }

    #[test]
    fn keeps_tail() {
        let finished = tail("cat; echo; seq 1 100000; echo oops >&2; exit 3", LONG);
        assert_eq!(exit_code(&finished), Some(3));
        assert!(text(&finished.stdout).ends_with("100000\noops"));
        assert!(finished.stdout.len() <= TAIL);
        assert_eq!(text(&tail("cat", LONG).stdout), "given");
    }

    #[test]
    fn keeps_heads_apart() {
        let finished = command("cat; seq 1 100000; echo complaint >&2", LONG, Capture::Head(4))
            .run(&KillSwitch::default(), || false)
            .unwrap();
        assert_eq!((text(&finished.stdout), text(&finished.stderr)), ("give", "comp"));
    }

    #[test]
    fn kills_process_group() {
        let finished = tail("sleep 1000 & echo $!; sleep 1000", Duration::from_millis(300));
        assert_eq!(finished.status.unwrap_err(), "killed after 0.3 s");
        wait_until_gone(text(&finished.stdout));
    }

    #[test]
    fn kills_background_process() {
        let finished = tail("sleep 1000 & echo $!", LONG);
        assert_eq!(exit_code(&finished), Some(0));
        wait_until_gone(text(&finished.stdout));
    }

    /// A shell command that starts a daemon: twice forked, in a session of its own, without our output. It prints the
    /// daemon's process id.
    const DAEMON: &str = "perl -e 'use POSIX; pipe R, W; if (fork) { close W; print <R>; exit } setsid; exit if fork; \
        close R; syswrite W, $$; close W; close STDOUT; close STDERR; exec qw(sleep 1000)'";

    #[test]
    #[cfg(target_os = "linux")]
    fn kills_daemon() {
        let finished = tail(DAEMON, LONG);
        assert_eq!(exit_code(&finished), Some(0));
        wait_until_gone(text(&finished.stdout));
        let finished = tail(&format!("{DAEMON}; sleep 1000"), Duration::from_secs(2));
        wait_until_gone(text(&finished.stdout));
    }

    #[test]
    fn does_not_wait_for_who_keeps_the_output() {
        let begun = Instant::now();
        let finished = tail(
            "env -u OCR_COMMAND perl -e 'use POSIX; pipe R, W; if (fork) { close W; <R>; exit } setsid; close W; exec qw(sleep 20)'; echo done",
            LONG,
        );
        assert_eq!((exit_code(&finished), text(&finished.stdout)), (Some(0), "done"));
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    }

    #[test]
    fn cancels() {
        let command = command("sleep 1000", LONG, Capture::Tail(TAIL));
        let finished = command.run(&KillSwitch::default(), || true).unwrap();
        assert_eq!(finished.status.unwrap_err(), "stopped by a signal");
    }

    #[test]
    fn kill_switch_kills_and_prevents() {
        let switch = KillSwitch::default();
        let killer = switch.clone();
        let thread =
            std::thread::spawn(move || command("sleep 1000", LONG, Capture::Tail(TAIL)).run(&killer, || false));
        while switch.lock().running.is_empty() {
            std::thread::yield_now();
        }
        switch.kill_all();
        let finished = thread.join().unwrap().unwrap();
        assert_eq!(finished.status.unwrap().code(), None);
        let command = command("true", LONG, Capture::Tail(TAIL));
        assert!(command.run(&switch, || false).is_err());
    }

    #[test]
    fn fails_without_directory() {
        let mut command = command("true", LONG, Capture::Tail(TAIL));
        command.directory = Path::new("/no/such/place");
        assert!(command.run(&KillSwitch::default(), || false).is_err());
    }
}

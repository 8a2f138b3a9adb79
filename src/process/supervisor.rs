//! The supervisor: a process between `ocr-stream` and the server it spawned, so that the server never outlives
//! `ocr-stream`.
//!
//! `ocr-stream` holds the writing end of a pipe whose reading end the supervisor inherits. However `ocr-stream` ends,
//! even by `kill -9`, the pipe closes, and the supervisor ends the server and everything it started. If the supervisor
//! is killed, alone or together with `ocr-stream`, a watchdog does the same, which the supervisor replaces if it is
//! killed alone. If both are killed, `ocr-stream` does it. This works on every Unix; on Linux the kernel also kills the
//! server's first process together with the supervisor.
//!
//! If all three are killed at once, the server's tools leak: they run in sessions of their own, and nothing that is
//! left knows them. The watchdog therefore renames itself so that `pkill ocr-stream` misses it.

use super::lifeline::{Lifeline, on_parent_gone};
use super::spawn::{MARK, Program, command};
use super::tree::{Processes, kill_all};
use super::{password, private_files};
use crate::exit::{Code, Failure};
use crate::pipe::Shutdown;
use rustix::process::{Pid, WaitOptions, WaitStatus, wait, waitpid};
use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// The hidden first argument that starts a supervisor.
pub(super) const SUPERVISE: &str = "__keep-server";

/// The hidden first argument that starts a supervisor's watchdog.
const WATCH: &str = "__guard-server";

/// The watchdog's name in process listings.
const WATCHDOG_NAME: &str = "ocr-guard";

/// How often the watchdog looks at what it would have to end: a listing takes some milliseconds.
const LOOK: Duration = Duration::from_secs(1);

/// How many times a killed watchdog is replaced: whoever kills more of them does so on purpose.
const RENEWALS: usize = 10;

/// The hidden first argument that asks the kernel to kill this process together with the supervisor, and then
/// executes the server.
#[cfg(target_os = "linux")]
const BECOME: &str = "__become-server";

/// A command that runs the server `program` under a supervisor, and the mark of the server's processes; the server's
/// arguments follow. `password` is the password file that goes with the server, if it has one.
///
/// # Errors
/// [`Code::Error`] if our own executable cannot be found.
pub(crate) fn supervised(program: &OsStr, lifeline: &Lifeline, password: &Path) -> Result<(Command, String), Failure> {
    let own = std::env::current_exe()
        .map_err(|e| Failure::new(Code::Error, format_args!("cannot find this program's own executable: {e}")))?;
    let mut command = command(own, Program::Foreign);
    let mark = private_files::random().map(|random| private_files::hex(&random[..8]));
    let mark = mark.map_err(|e| Failure::new(Code::Error, format_args!("cannot mark the server's processes: {e}")))?;
    command.arg(SUPERVISE).arg(lifeline.number()).arg(&mark).arg(password).arg(program);
    Ok((command, mark))
}

/// Ends what a supervisor that was killed has left, if its watchdog is gone as well.
pub(crate) fn end_left(mark: &str, supervisor: u32) {
    kill_all(mark, supervisor, None);
}

/// Runs as the process that a hidden first argument asks for; `None` if the first argument is not one of them.
pub fn hidden(args: &[OsString]) -> Option<Result<Code, Failure>> {
    match args.first()?.to_str()? {
        SUPERVISE => Some(supervise(&args[1..])),
        WATCH => Some(watch(&args[1..])),
        #[cfg(target_os = "linux")]
        BECOME => Some(Err(become_server(&args[1..]))),
        _ => None,
    }
}

/// Starts the server and waits until it or `ocr-stream` ends; then ends everything the server started.
///
/// The arguments are `LIFELINE MARK PASSWORD PROGRAM ARGS…`, where `LIFELINE` is the number of the inherited pipe, and
/// `PASSWORD` the file that is removed at the end. Our own environment is that of the server: `ocr-stream`
/// has taken out what the server must not have.
///
/// # Errors
/// [`Code::Usage`] for arguments that `ocr-stream` did not write; [`Code::Error`] if the server does not start.
fn supervise(args: &[OsString]) -> Result<Code, Failure> {
    let [lifeline, mark, password, program, args @ ..] = args else { return Err(internal_argument()) };
    let mark = mark.to_str().ok_or_else(internal_argument)?;
    let lifeline = lifeline.to_str().filter(|a| a.parse::<u32>().is_ok()).ok_or_else(internal_argument)?;
    let (ended, end) = channel();
    let parent_gone = ended.clone();
    on_parent_gone(lifeline, move || {
        // Fails if the server ended first.
        let _ = parent_gone.send(Code::Ok);
    })?;
    let signalled = ended.clone();
    Shutdown::on_signal(move |_| {
        let _ = signalled.send(Code::Ok);
    });
    let watchdog = Arc::new(Watchdog::start(mark, password)?);
    let server = server(program)
        .args(args)
        .env(MARK, mark)
        .stdin(Stdio::null())
        .spawn()
        .map_err(|e| cannot_start(program, &e))?;
    reap_children(&server, Arc::clone(&watchdog), ended);
    let code = end.recv().unwrap_or(Code::Error);
    kill_all(mark, std::process::id(), Some(watchdog.pid.load(Ordering::Relaxed)));
    password::remove(Path::new(password));
    Ok(code)
}

/// Waits until the supervisor is gone, and ends what it left: `LIFELINE MARK PASSWORD SUPERVISOR`.
fn watch(args: &[OsString]) -> Result<Code, Failure> {
    let [lifeline, mark, password, supervisor] = args else { return Err(internal_argument()) };
    let (Some(lifeline), Some(mark)) = (lifeline.to_str(), mark.to_str()) else { return Err(internal_argument()) };
    let supervisor = supervisor.to_str().and_then(|pid| pid.parse().ok()).ok_or_else(internal_argument)?;
    // Where the system has no such file, the name we were started with is shown.
    let _ = std::fs::write("/proc/self/comm", WATCHDOG_NAME);
    let (sender, gone) = channel();
    on_parent_gone(lifeline, move || {
        let _ = sender.send(());
    })?;
    let mut server = Processes::of(mark, supervisor);
    // Any other error means the same as a message: the sender is gone.
    while gone.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
        server.look();
    }
    server.kill();
    password::remove(Path::new(password));
    Ok(Code::Ok)
}

fn internal_argument() -> Failure {
    Failure::new(Code::Usage, "this argument is internal to ocr-stream; use ocr-stream --spawn")
}

/// The watchdog of a supervisor. It finds the server's processes by the supervisor's group, by their parents and, on
/// Linux, by their mark, and remembers those that it has seen.
struct Watchdog {
    lifeline: Lifeline,
    mark: String,
    password: OsString,
    pid: AtomicU32,
    /// How often it was replaced.
    renewals: AtomicUsize,
}

impl Watchdog {
    fn start(mark: &str, password: &OsStr) -> Result<Self, Failure> {
        // Orphans become our children instead of init's. Best effort: they are marked, too.
        #[cfg(target_os = "linux")]
        let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
        let lifeline = Lifeline::new()?;
        let watchdog = Self {
            lifeline,
            mark: mark.to_owned(),
            password: password.to_owned(),
            pid: AtomicU32::new(0),
            renewals: AtomicUsize::new(0),
        };
        watchdog
            .renew()
            .map_err(|e| Failure::new(Code::Error, format_args!("cannot start the server's watchdog: {e}")))?;
        Ok(watchdog)
    }

    fn renew(&self) -> std::io::Result<()> {
        let watchdog = command(std::env::current_exe()?, Program::Ours)
            .arg0(WATCHDOG_NAME)
            .args([WATCH, &self.lifeline.number(), &self.mark])
            .arg(&self.password)
            .arg(std::process::id().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A signal to the supervisor's group must not reach the watchdog.
            .process_group(0)
            .spawn()?;
        self.pid.store(watchdog.id(), Ordering::Relaxed);
        Ok(())
    }

    fn pid(&self) -> Option<Pid> {
        pid(self.pid.load(Ordering::Relaxed))
    }

    /// Starts another one in the place of one that was killed.
    fn replace(&self) {
        if self.renewals.fetch_add(1, Ordering::Relaxed) < RENEWALS
            && let Err(error) = self.renew()
        {
            tracing::warn!("cannot replace the server's watchdog, which was killed: {error}");
        }
    }
}

fn pid(number: u32) -> Option<Pid> {
    i32::try_from(number).ok().and_then(Pid::from_raw)
}

/// Reaps the server, the watchdog and, where orphans become our children, these as well. Replaces the watchdog, and
/// sends the exit code when the server has ended.
fn reap_children(server: &Child, watchdog: Arc<Watchdog>, ended: Sender<Code>) {
    let Some(server) = pid(server.id()) else { return };
    let server_ended = move |status: WaitStatus| {
        let _ = ended.send(if status.exit_status() == Some(0) { Code::Ok } else { Code::Error });
    };
    if cfg!(target_os = "linux") {
        std::thread::spawn(move || {
            while let Ok(reaped) = wait(WaitOptions::empty()) {
                match reaped {
                    Some((pid, status)) if pid == server => server_ended(status),
                    Some((pid, _)) if Some(pid) == watchdog.pid() => watchdog.replace(),
                    _ => {}
                }
            }
        });
        return;
    }
    // Every other child is a `ps`, and whoever started it waits for it.
    std::thread::spawn(move || {
        if let Ok(Some((_, status))) = waitpid(Some(server), WaitOptions::empty()) {
            server_ended(status);
        }
    });
    std::thread::spawn(move || {
        // Fails once the watchdog is not replaced any more.
        while watchdog.pid().is_some_and(|pid| waitpid(Some(pid), WaitOptions::empty()).is_ok()) {
            watchdog.replace();
        }
    });
}

fn cannot_start(program: &OsStr, error: &std::io::Error) -> Failure {
    let program = program.to_string_lossy();
    Failure::new(Code::Error, format_args!("cannot start {program}: {error}"))
}

/// A command that executes the server and is killed together with the supervisor.
#[cfg(target_os = "linux")]
fn server(program: &OsStr) -> Command {
    let Ok(own) = std::env::current_exe() else {
        return command(program, Program::Ours);
    };
    let mut command = command(own, Program::Ours);
    command.arg(BECOME).arg(std::process::id().to_string()).arg(program);
    command
}

#[cfg(not(target_os = "linux"))]
fn server(program: &OsStr) -> Command {
    command(program, Program::Ours)
}

/// Executes the server so that it is killed together with the supervisor: `SUPERVISOR PROGRAM ARGS…`. Returns only on
/// failure.
#[cfg(target_os = "linux")]
fn become_server(args: &[OsString]) -> Failure {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    let supervisor = args.first().and_then(|a| a.to_str()?.parse::<i32>().ok()).and_then(Pid::from_raw);
    let (Some(supervisor), Some(program)) = (supervisor, args.get(1)) else {
        return internal_argument();
    };
    // Best effort: the supervisor ends the server in any case.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    if getppid() != Some(supervisor) {
        return Failure::new(Code::Error, "");
    }
    cannot_start(program, &command(program, Program::Ours).args(&args[2..]).exec())
}

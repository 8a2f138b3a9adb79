//! The keeper: a process between us and the server we spawned, so that the server never outlives us.
//!
//! `ocr-stream` holds the writing end of a pipe whose reading end the keeper inherits. Whatever ends
//! `ocr-stream`, even `kill -9`, closes the pipe, and the keeper ends the server and all it started. The same
//! holds when the keeper is killed, alone or with us: a guard waits for its end in the same way. That is so on
//! every Unix; on Linux the kernel ends the server's first process with the keeper as well.
//!
//! Who kills all three at once is beyond help: nothing that is left knows the server's tools, which are in
//! sessions of their own. So the guard goes by another name: who kills by ours does not meet it.

use super::lifeline::{Lifeline, on_parent_gone};
use super::tree::{MARK, end_all};
use crate::exit::{Code, Failure};
use rustix::process::{Pid, WaitOptions, wait};
use signal_hook::consts::{SIGINT, SIGTERM};
use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};

/// The hidden first argument that makes one of our executables a keeper.
const KEEP: &str = "__keep-server";

/// The hidden first argument that makes it a keeper's guard.
const GUARD: &str = "__guard-server";

/// The guard's name in lists of processes.
const GUARD_NAME: &str = "ocr-guard";

/// How many arguments the spawning library puts behind ours: `serve --hostname H --port P`.
const SERVE_ARGUMENTS: usize = 5;

/// The hidden first argument of the moment between the keeper and the server: it asks the kernel to end the
/// server with the keeper, and becomes the server.
#[cfg(target_os = "linux")]
const BECOME: &str = "__become-server";

/// What comes before the server's own program on the command line of a keeper that reads `lifeline`.
pub(crate) fn arguments(lifeline: &Lifeline) -> [String; 2] {
    [KEEP.to_owned(), lifeline.number()]
}

/// Whether this first argument is for one of those who keep the server.
pub fn is_hidden(first: &OsStr) -> bool {
    let begins = first.to_str().filter(|first| first.starts_with("__"));
    begins.is_some_and(|first| first.ends_with("-server"))
}

/// Does what one of the hidden arguments asks for; `None` when the first argument is none of them.
pub fn hidden(args: &[OsString]) -> Option<Result<Code, Failure>> {
    match args.first()?.to_str()? {
        KEEP => Some(keep(&args[1..])),
        GUARD => Some(stand_guard(&args[1..])),
        #[cfg(target_os = "linux")]
        BECOME => Some(Err(become_server(&args[1..]))),
        _ => None,
    }
}

/// Starts the server and waits for its end, or ours: `LIFELINE OPENCODE [ARGS…] serve --hostname H
/// --port P`, where `LIFELINE` is the number of the inherited pipe. Whatever it was, nothing is left then.
///
/// # Errors
/// [`Code::Usage`] for arguments that `ocr-stream` did not write; [`Code::Error`] when the server does
/// not start.
fn keep(args: &[OsString]) -> Result<Code, Failure> {
    let lifeline = args
        .first()
        .and_then(|a| a.to_str())
        .filter(|a| a.parse::<u32>().is_ok())
        .ok_or_else(not_for_people)?;
    let split = args
        .len()
        .checked_sub(SERVE_ARGUMENTS)
        .filter(|at| *at >= 2)
        .ok_or_else(not_for_people)?;
    let (before, serve) = args.split_at(split);
    let (tell, told) = channel();
    let leave = tell.clone();
    on_parent_gone(lifeline, move || {
        // Nobody listens any more where the server ended first.
        let _ = leave.send(Code::Ok);
    })?;
    on_signal(tell.clone());
    let mark = mark();
    let own_lifeline = Lifeline::new()?;
    let guard = guard(&own_lifeline, &mark)?;
    let server = server(&before[1])
        .args(serve)
        .args(&before[2..])
        .env(MARK, &mark)
        .stdin(Stdio::null())
        .spawn()
        .map_err(|e| cannot_start(&before[1], &e))?;
    on_end(&server, tell);
    let code = told.recv().unwrap_or(Code::Error);
    end_all(&mark, std::process::id(), Some(guard));
    Ok(code)
}

/// `LIFELINE MARK KEEPER`: ends what the keeper kept when the keeper is gone.
fn stand_guard(args: &[OsString]) -> Result<Code, Failure> {
    let mut words = args.iter().map(|a| a.to_str());
    let (Some(Some(lifeline)), Some(Some(mark)), Some(Some(keeper))) =
        (words.next(), words.next(), words.next())
    else {
        return Err(not_for_people());
    };
    let keeper = keeper.parse().map_err(|_| not_for_people())?;
    // Where the system has no such file it knows us by the name that we were started with.
    let _ = std::fs::write("/proc/self/comm", GUARD_NAME);
    let (tell, told) = channel();
    on_parent_gone(lifeline, move || {
        let _ = tell.send(());
    })?;
    // An error says that the one who would tell is gone, too.
    let _ = told.recv();
    end_all(mark, keeper, None);
    Ok(Code::Ok)
}

fn not_for_people() -> Failure {
    Failure::new(
        Code::Usage,
        "this is how ocr-stream keeps its server; use ocr-stream --spawn",
    )
}

/// A word that no other server's processes bear.
fn mark() -> String {
    use std::hash::{BuildHasher, RandomState};
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}

/// Starts the guard. It finds the processes by the keeper's group and by who started whom, and where the system
/// lets it by their mark.
fn guard(lifeline: &Lifeline, mark: &str) -> Result<u32, Failure> {
    // Who is left alone by its parent comes to us, and not to the system. Best effort: it is marked, too.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    let failed = |e| Failure::new(Code::Error, format_args!("cannot guard the server: {e}"));
    let guard = Command::new(std::env::current_exe().map_err(failed)?)
        .arg0(GUARD_NAME)
        .args([GUARD, &lifeline.number(), mark])
        .arg(std::process::id().to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // What ends the keeper's group must not end the guard.
        .process_group(0)
        .spawn()
        .map_err(failed)?;
    Ok(guard.id())
}

/// Tells when somebody asks the keeper to leave.
fn on_signal(tell: Sender<Code>) {
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else {
        return;
    };
    std::thread::spawn(move || {
        for _ in signals.forever() {
            let _ = tell.send(Code::Ok);
        }
    });
}

/// Tells when the server has ended, and takes leave of everybody else who was left to us.
fn on_end(server: &Child, tell: Sender<Code>) {
    let server = i32::try_from(server.id()).ok().and_then(Pid::from_raw);
    std::thread::spawn(move || {
        while let Ok(ended) = wait(WaitOptions::empty()) {
            if let Some((pid, status)) = ended
                && Some(pid) == server
            {
                let well = status.exit_status() == Some(0);
                let _ = tell.send(if well { Code::Ok } else { Code::Error });
            }
        }
    });
}

fn cannot_start(program: &OsStr, error: &std::io::Error) -> Failure {
    let program = program.to_string_lossy();
    Failure::new(Code::Error, format_args!("cannot start {program}: {error}"))
}

/// The command that becomes the server.
#[cfg(target_os = "linux")]
fn server(program: &OsStr) -> Command {
    let Ok(own) = std::env::current_exe() else {
        return Command::new(program);
    };
    let mut command = Command::new(own);
    command
        .arg(BECOME)
        .arg(std::process::id().to_string())
        .arg(program);
    command
}

#[cfg(not(target_os = "linux"))]
fn server(program: &OsStr) -> Command {
    Command::new(program)
}

/// `KEEPER PROGRAM ARGS…`: becomes the program, which ends with the keeper. Returns only when it cannot.
#[cfg(target_os = "linux")]
fn become_server(args: &[OsString]) -> Failure {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    let keeper = args
        .first()
        .and_then(|a| a.to_str()?.parse::<i32>().ok())
        .and_then(Pid::from_raw);
    let (Some(keeper), Some(program)) = (keeper, args.get(1)) else {
        return not_for_people();
    };
    // Best effort: the keeper's own watch is what counts.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    if getppid() != Some(keeper) {
        return Failure::new(Code::Error, "");
    }
    cannot_start(program, &Command::new(program).args(&args[2..]).exec())
}

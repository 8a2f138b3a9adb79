//! The keeper: a process between us and the server we spawned, so that the server never outlives us.
//!
//! `ocr-stream` holds the writing end of a pipe whose reading end the keeper inherits. Whatever ends
//! `ocr-stream`, even `kill -9`, closes the pipe, and the keeper ends the server and all it started, on every
//! Unix. On Linux the kernel ends the server as well when the keeper itself is killed.

use crate::pipe::lifeline::on_parent_gone;
use crate::pipe::{Code, Failure};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::ffi::{OsStr, OsString};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// The hidden first argument that makes one of our executables a keeper.
pub const ARGUMENT: &str = "__keep-server";

/// How many arguments the spawning library puts behind ours: `serve --hostname H --port P`.
const SERVE_ARGUMENTS: usize = 5;

/// How long the server may take to leave by itself. Measured: 1.18.33 takes under 100 ms.
const GRACE: Duration = Duration::from_secs(1);

/// The hidden first argument of the moment between the keeper and the server: it asks the kernel to end the
/// server with the keeper, and becomes the server.
#[cfg(target_os = "linux")]
const BECOME: &str = "__become-server";

/// Does what one of the hidden arguments asks for; `None` when the first argument is none of them.
pub fn hidden(args: &[OsString]) -> Option<Result<Code, Failure>> {
    match args.first()?.to_str()? {
        ARGUMENT => Some(keep(&args[1..])),
        #[cfg(target_os = "linux")]
        BECOME => Some(Err(become_server(&args[1..]))),
        _ => None,
    }
}

/// Starts the server and waits for its end, or ours: `LIFELINE OPENCODE [ARGS…] serve --hostname H
/// --port P`, where `LIFELINE` is the number of the inherited pipe.
///
/// # Errors
/// [`Code::Usage`] for arguments that `ocr-stream` did not write; [`Code::Error`] when the server does
/// not start.
fn keep(args: &[OsString]) -> Result<Code, Failure> {
    let ours = || {
        Failure::new(
            Code::Usage,
            "this is how ocr-stream keeps its server; use ocr-stream --spawn",
        )
    };
    let lifeline = args
        .first()
        .and_then(|a| a.to_str())
        .filter(|a| a.parse::<u32>().is_ok())
        .ok_or_else(ours)?;
    let split = args
        .len()
        .checked_sub(SERVE_ARGUMENTS)
        .filter(|at| *at >= 2)
        .ok_or_else(ours)?;
    let (before, serve) = args.split_at(split);
    let mut server = server(&before[1])
        .args(serve)
        .args(&before[2..])
        .stdin(Stdio::null())
        .spawn()
        .map_err(|e| cannot_start(&before[1], &e))?;
    // The owner ends the whole group: the keeper stays until the server has gone.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGTERM, Arc::default());
    end_with_parent(lifeline, &server)?;
    let status = server
        .wait()
        .map_err(|e| Failure::new(Code::Error, format_args!("lost the server: {e}")))?;
    Ok(if status.success() { Code::Ok } else { Code::Error })
}

/// Ends the server, with everything in its process group, when the parent is gone.
fn end_with_parent(lifeline: &str, server: &Child) -> Result<(), Failure> {
    let server = i32::try_from(server.id()).ok().and_then(Pid::from_raw);
    on_parent_gone(lifeline, move || {
        if let Some(server) = server {
            // It may have ended already.
            let _ = kill_process(server, Signal::TERM);
        }
        std::thread::sleep(GRACE);
        // The keeper leads the group that the server and its tools are in, and goes with them.
        let _ = kill_process_group(rustix::process::getpid(), Signal::KILL);
    })
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
    use rustix::process::{getppid, set_parent_process_death_signal};
    use std::os::unix::process::CommandExt;
    let keeper = args
        .first()
        .and_then(|a| a.to_str()?.parse::<i32>().ok())
        .and_then(Pid::from_raw);
    let (Some(keeper), Some(program)) = (keeper, args.get(1)) else {
        return Failure::new(
            Code::Usage,
            "this is how ocr-stream starts its server; use ocr-stream --spawn",
        );
    };
    // Best effort: the keeper's own watch is what counts.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    if getppid() != Some(keeper) {
        return Failure::new(Code::Error, "");
    }
    cannot_start(program, &Command::new(program).args(&args[2..]).exec())
}

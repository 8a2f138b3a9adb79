//! A command of the user's: run by the shell, with a limit, its last words kept, gone with its children.

use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{PipeReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

/// How many of a command's last bytes are kept.
const TAIL: usize = 4000;

/// How often a running command is looked at.
const POLL: Duration = Duration::from_millis(20);

/// How long the last words of a command that has ended are waited for. What it left behind in a session of
/// its own may hold its pipe for as long as it likes.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Whether it succeeded.
    pub success: bool,
    /// How, for a person: `exit 1`, `killed after 600 s`.
    pub how: String,
    /// The end of what it wrote.
    pub tail: String,
}

/// How long a command may run.
#[derive(Clone, Copy)]
pub(crate) struct Leash {
    /// The longest time.
    pub limit: Duration,
    /// Whether it is not wanted any more.
    pub cut: fn() -> bool,
}

/// Runs `line` in `directory` with `input` on its standard input.
pub(crate) fn run(line: &str, directory: &Path, input: &[u8], leash: Leash) -> Outcome {
    let failed = |how: String| Outcome {
        success: false,
        how,
        tail: String::new(),
    };
    let Ok((reader, writer)) = std::io::pipe() else {
        return failed("no pipe can be had".to_owned());
    };
    let child = writer.try_clone().and_then(|second| {
        Command::new("sh")
            .args(["-c", line])
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(writer)
            .stderr(second)
            // A group of its own, so that its children end with it.
            .process_group(0)
            .spawn()
    });
    let mut child = match child {
        Ok(child) => child,
        Err(error) => return failed(format!("cannot be started in {}: {error}", directory.display())),
    };
    if let Some(mut stdin) = child.stdin.take() {
        let input = input.to_vec();
        // It need not read what it is given.
        std::thread::spawn(move || stdin.write_all(&input));
    }
    let words = Words::listen(reader);
    let ended = wait(&mut child, leash);
    // What it left in the background must not hold the pipe, nor outlive it.
    end_group(&child);
    let tail = words.last();
    match ended {
        Ok(status) => Outcome {
            success: status.success(),
            how: how(status),
            tail,
        },
        Err(how) => Outcome {
            success: false,
            how,
            tail,
        },
    }
}

/// Waits for the end, and brings it about where it is time.
fn wait(child: &mut Child, leash: Leash) -> Result<ExitStatus, String> {
    let until = Instant::now() + leash.limit;
    let why = loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Err(error) => break format!("lost: {error}"),
            Ok(None) if (leash.cut)() => break "stopped, as a signal came".to_owned(),
            Ok(None) if Instant::now() >= until => {
                break format!("killed after {} s", leash.limit.as_secs());
            }
            Ok(None) => std::thread::sleep(POLL),
        }
    };
    end_group(child);
    // Reaped; how it ended is known.
    let _ = child.wait();
    Err(why)
}

fn end_group(child: &Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // An error says that nobody is left.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// What a command writes, as far as it is kept: read on a thread of its own.
struct Words {
    kept: Arc<Mutex<Vec<u8>>>,
    /// Closed when everybody has closed the pipe.
    ended: mpsc::Receiver<()>,
}

impl Words {
    fn listen(mut output: PipeReader) -> Self {
        let kept = Arc::<Mutex<Vec<u8>>>::default();
        let (open, ended) = mpsc::channel::<()>();
        let own = Arc::clone(&kept);
        std::thread::spawn(move || {
            let mut piece = [0; 8192];
            while let Ok(read @ 1..) = output.read(&mut piece) {
                let mut kept = own.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&piece[..read]);
                if kept.len() > 4 * TAIL {
                    let over = kept.len() - TAIL;
                    kept.drain(..over);
                }
            }
            drop(open);
        });
        Self { kept, ended }
    }

    fn last(self) -> String {
        // Nothing is ever sent: it returns when the pipe is closed, or when it was waited for long enough.
        let _ = self.ended.recv_timeout(LAST_WORDS);
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&kept);
        let skip = text.char_indices().rev().nth(TAIL).map_or(0, |(at, _)| at);
        text[skip..].trim().to_owned()
    }
}

fn how(status: ExitStatus) -> String {
    status
        .code()
        .map_or_else(|| "ended by a signal".to_owned(), |code| format!("exit {code}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(line: &str, limit: Duration) -> Outcome {
        let cut = || false;
        run(line, Path::new("/"), b"given", Leash { limit, cut })
    }

    /// Waits until no such process runs: one that nobody has reaped yet does not.
    fn wait_until_gone(pid: &str) {
        let until = Instant::now() + Duration::from_mins(1);
        loop {
            let state = here(&format!("ps -o stat= -p {pid}"), Duration::from_mins(1)).tail;
            if state.is_empty() || state.starts_with('Z') {
                return;
            }
            assert!(Instant::now() < until, "process {pid} still runs: {state}");
        }
    }

    #[test]
    fn the_end_of_what_it_wrote_is_kept() {
        let outcome = here(
            "cat; echo; seq 1 100000; echo oops >&2; exit 3",
            Duration::from_mins(1),
        );
        assert!(!outcome.success);
        assert_eq!(outcome.how, "exit 3");
        assert!(outcome.tail.ends_with("100000\noops"));
        assert!(outcome.tail.len() <= TAIL + 4);
        assert_eq!(here("cat", Duration::from_mins(1)).tail, "given");
    }

    #[test]
    fn its_children_go_with_it() {
        let outcome = here("sleep 1000 & echo $!; sleep 1000", Duration::from_millis(300));
        assert_eq!(outcome.how, "killed after 0 s");
        wait_until_gone(&outcome.tail);
    }

    #[test]
    fn what_it_leaves_in_the_background_does_not_hold_us() {
        let outcome = here("sleep 1000 & echo done $!", Duration::from_mins(1));
        assert!(outcome.success);
        wait_until_gone(outcome.tail.strip_prefix("done ").unwrap());
    }

    #[test]
    fn a_daemon_that_keeps_the_pipe_does_not_hold_us_either() {
        let begun = Instant::now();
        let outcome = here(
            "perl -e 'use POSIX; pipe R, W; if (fork) { close W; <R>; exit } setsid; close W; exec qw(sleep 20)'; echo done",
            Duration::from_mins(1),
        );
        assert!(outcome.success);
        assert_eq!(outcome.tail, "done");
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    }

    #[test]
    fn it_ends_when_it_is_not_wanted_any_more() {
        let limit = Duration::from_mins(10);
        let outcome = run("sleep 1000", Path::new("/"), b"", Leash { limit, cut: || true });
        assert!(!outcome.success);
        assert_eq!(outcome.how, "stopped, as a signal came");
    }

    #[test]
    fn a_directory_that_is_not_there_is_said() {
        let limit = Duration::from_secs(1);
        let outcome = run(
            "true",
            Path::new("/no/such/place"),
            b"",
            Leash { limit, cut: || false },
        );
        assert!(outcome.how.contains("/no/such/place"));
    }
}

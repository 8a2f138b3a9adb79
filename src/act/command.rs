//! A command of the user's: run by the shell, with a limit, its last words kept, gone with its children.

use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How many of a command's last bytes are kept.
const TAIL: usize = 4000;

/// How often a running command is looked at.
const POLL: Duration = Duration::from_millis(20);

/// How a command ended.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Whether it succeeded.
    pub success: bool,
    /// How, for a person: `exit 1`, `killed after 600 s`.
    pub how: String,
    /// The end of what it wrote.
    pub tail: String,
}

/// Runs `line` in `directory` with `input` on its standard input.
pub(super) fn run(line: &str, directory: &Path, input: &[u8], limit: Duration) -> Outcome {
    let failed = |how: String| Outcome {
        success: false,
        how,
        tail: String::new(),
    };
    let Ok((mut reader, writer)) = std::io::pipe() else {
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
    let words = std::thread::spawn(move || last_words(&mut reader));
    let status = wait(&mut child, limit);
    // What it left in the background must not hold the pipe, nor outlive it.
    end_group(&child);
    let tail = words.join().unwrap_or_default();
    match status {
        Some(status) => Outcome {
            success: status.success(),
            how: how(status),
            tail,
        },
        None => Outcome {
            success: false,
            how: format!("killed after {} s", limit.as_secs()),
            tail,
        },
    }
}

fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let until = Instant::now() + limit;
    while Instant::now() < until {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) => std::thread::sleep(POLL),
            Err(_) => return None,
        }
    }
    end_group(child);
    // Reaped; how it ended is known.
    let _ = child.wait();
    None
}

fn end_group(child: &Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // An error says that nobody is left.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

fn last_words(output: &mut impl Read) -> String {
    let mut kept = Vec::new();
    let mut piece = [0; 8192];
    while let Ok(read @ 1..) = output.read(&mut piece) {
        kept.extend_from_slice(&piece[..read]);
        if kept.len() > 4 * TAIL {
            kept.drain(..kept.len() - TAIL);
        }
    }
    let text = String::from_utf8_lossy(&kept);
    let skip = text.char_indices().rev().nth(TAIL).map_or(0, |(at, _)| at);
    text[skip..].trim().to_owned()
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
        run(line, Path::new("/"), b"given", limit)
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
        let outcome = here(&format!("kill -0 {}", outcome.tail), Duration::from_mins(1));
        // A zombie may linger where nobody reaps; it holds nothing.
        assert!(!outcome.success || here("true", Duration::from_mins(1)).success);
    }

    #[test]
    fn what_it_leaves_in_the_background_does_not_hold_us() {
        let outcome = here("sleep 1000 & echo done", Duration::from_mins(1));
        assert!(outcome.success);
        assert_eq!(outcome.tail, "done");
    }

    #[test]
    fn a_directory_that_is_not_there_is_said() {
        let outcome = run("true", Path::new("/no/such/place"), b"", Duration::from_secs(1));
        assert!(outcome.how.contains("/no/such/place"));
    }
}

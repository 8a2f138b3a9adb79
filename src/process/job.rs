//! Stops and continues everything below this process with Ctrl-Z and `fg`.
//!
//! A terminal stops the processes of one group only, and our children are in other groups.

use super::tree::{descendants, processes, signal};
use rustix::process::{Pid, Signal, getpgid, getpgrp, getpid, kill_process};
use signal_hook::consts::{SIGCONT, SIGTSTP};
use std::collections::HashSet;
use std::time::Duration;

/// How often the processes are listed to stop them: one that was not stopped yet may have started another.
const LISTINGS: usize = 3;

/// How long a child in our own group may take to stop by itself: the terminal has told it too, and it may have to give
/// the terminal back before.
const GIVES_BACK: Duration = Duration::from_millis(200);

/// From now on, a stop signal of the terminal stops every descendant of this process too, and they go on when it does.
pub fn stop_together() {
    // Without handlers, only this process stops.
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGTSTP, SIGCONT]) else { return };
    std::thread::spawn(move || {
        let mut stopped = HashSet::new();
        for number in signals.forever() {
            if number == SIGTSTP {
                stop(&mut stopped);
                // It cannot be caught: the process stands still here until it is continued.
                let _ = kill_process(getpid(), Signal::STOP);
                // This thread may run on for a moment before it stands still, so only SIGCONT wakes the others.
            } else {
                for pid in stopped.drain() {
                    signal(pid, Signal::CONT);
                }
            }
        }
    });
}

fn is_in_our_group(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| getpgid(Some(pid)).is_ok_and(|group| group == getpgrp()))
}

/// Stops every descendant.
fn stop(stopped: &mut HashSet<u32>) {
    for _ in 0..LISTINGS {
        let listed = match processes() {
            Ok(listed) => listed,
            Err(error) => {
                tracing::warn!("cannot list the processes to stop ({error}); some run on");
                return;
            }
        };
        let below = descendants(&listed, [std::process::id()]);
        let before = stopped.len();
        let (told, others): (Vec<u32>, Vec<u32>) =
            below.into_iter().filter(|pid| stopped.insert(*pid)).partition(|pid| is_in_our_group(*pid));
        for pid in others {
            signal(pid, Signal::STOP);
        }
        if !told.is_empty() {
            std::thread::sleep(GIVES_BACK);
            for pid in told {
                signal(pid, Signal::STOP);
            }
        }
        if stopped.len() == before {
            return;
        }
    }
}

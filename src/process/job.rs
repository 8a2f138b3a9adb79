//! Ctrl-Z: everything below this process stops and goes on with it.
//!
//! A terminal stops the processes of one group only, and our children are in groups of their own.

use super::tree::{descendants, processes, signal};
use rustix::process::{Signal, getpid, kill_process};
use signal_hook::consts::{SIGCONT, SIGTSTP};
use std::collections::HashSet;

/// How often the processes are listed to stop them: one that was not stopped yet may have started another.
const LISTINGS: usize = 3;

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
            }
            for pid in stopped.drain() {
                signal(pid, Signal::CONT);
            }
        }
    });
}

/// Stops every descendant.
fn stop(stopped: &mut HashSet<u32>) {
    for _ in 0..LISTINGS {
        let below = descendants(&processes(), [std::process::id()]);
        let before = stopped.len();
        for pid in below {
            if stopped.insert(pid) {
                signal(pid, Signal::STOP);
            }
        }
        if stopped.len() == before {
            return;
        }
    }
}

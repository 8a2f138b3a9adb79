//! Restores the terminal before a signal ends or stops the program.

use super::tty::Tty;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGQUIT, SIGTSTP};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use std::io;

/// Gives the terminal back before the process stops (Ctrl-Z) or dies, on a thread of its own.
///
/// # Errors
/// The signals cannot be handled.
pub fn follow_signals(tty: &Tty) -> io::Result<()> {
    let mut signals = Signals::new([SIGTSTP, SIGCONT, SIGHUP, SIGQUIT])?;
    let tty = tty.clone();
    std::thread::spawn(move || {
        for signal in signals.forever() {
            match signal {
                SIGTSTP => tty.suspend(),
                SIGCONT => tty.resume(),
                _ => tty.close(),
            }
            if signal != SIGCONT {
                // Stops the process, or ends it. If it cannot, it goes on.
                let _ = emulate_default_handler(signal);
            }
            if signal == SIGTSTP {
                tty.resume();
            }
        }
    });
    Ok(())
}

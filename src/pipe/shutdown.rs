//! What a filter does when it is told to stop: let the source end the stream, and pass its last
//! lines on. The end of the input then ends the filter.

#[cfg(unix)]
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use crate::exit::Code;

/// How long the stages before this one may take to end the stream once a signal came.
const GRACE: Duration = Duration::from_secs(8);

/// The code of the first signal that came; 0 while none did.
static CAUGHT: AtomicU8 = AtomicU8::new(0);

/// Keeps Ctrl-C and SIGTERM from cutting the stream off: the first is remembered, a second one or the
/// end of the grace ends the process.
pub fn outlive() {
    outlive_with(|| {});
}

/// The same; where a signal ends the process, `clean_up` runs first.
#[cfg(unix)]
pub fn outlive_with(clean_up: impl Fn() + Send + Sync + 'static) {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else {
        return;
    };
    let leave = Arc::new(move |code: Code| {
        clean_up();
        std::process::exit(code.number().into());
    });
    std::thread::spawn(move || {
        let mut code = Code::Interrupted;
        for signal in signals.forever() {
            code = if signal == SIGTERM {
                Code::Terminated
            } else {
                Code::Interrupted
            };
            if CAUGHT.swap(code.number(), Ordering::SeqCst) != 0 {
                break;
            }
            let leave = Arc::clone(&leave);
            std::thread::spawn(move || {
                std::thread::sleep(GRACE);
                leave(code);
            });
        }
        leave(code);
    });
}

/// Signals end the process at once on this system.
#[cfg(not(unix))]
pub fn outlive_with(clean_up: impl Fn() + Send + Sync + 'static) {
    drop(clean_up);
}

/// The signal that came while [`outlive`] held it back.
pub fn caught() -> Option<Code> {
    [Code::Interrupted, Code::Terminated]
        .into_iter()
        .find(|c| c.number() == CAUGHT.load(Ordering::SeqCst))
}

//! Stops a stage on a signal, and defines the grace periods of the whole pipe.
//!
//! On Ctrl-C, SIGTERM or SIGHUP the source ends the stream; the end of its input then ends each later stage. A filter
//! therefore outlives the first signal, passes the last lines on, and exits on a second signal or when
//! [`FILTER_EXIT`] is over. An input that says nothing more ends earlier: see [`super::LastLines`].

#[cfg(unix)]
use std::io::PipeReader;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
#[cfg(unix)]
use std::time::Instant;

use crate::exit::Code;
#[cfg(unix)]
use crate::exit::leave;

/// How long a session must be idle before a run ends. A plugin may tell it to go on: those that we know count down from
/// two seconds, and this is twice that, with time for the request.
pub const REST_GRACE: Duration = Duration::from_secs(5);

/// How soon after a signal the same one is its echo: `timeout` of GNU sends SIGTERM to its command and, at once, to the
/// command's process group as well. Nobody presses Ctrl-C twice in this time.
#[cfg(unix)]
const ECHO: Duration = Duration::from_millis(100);

/// How long `ocr-stream` may take to read the session's last events after a signal.
pub const STREAM_DRAIN: Duration = Duration::from_secs(3);

/// How long a filter waits for a live stream to report that a signal closed it.
pub const STREAM_CLOSED: Duration = Duration::from_secs(4);

/// How long any other input may be silent after a signal before it counts as ended: a program that was signaled as well
/// has time to write its last line.
pub const QUIET: Duration = Duration::from_millis(300);

/// How long a filter outlives the first signal.
pub const FILTER_EXIT: Duration = Duration::from_secs(8);

/// How long `ocr-run` waits for the other stages after the last one has exited; then it kills them.
pub const PIPE_EXIT: Duration = Duration::from_secs(10);

/// How long `ocr-run` waits after a signal for a reader that does not read.
pub const VIEW_EXIT: Duration = Duration::from_secs(2);

/// How long the supervisor waits for the server's processes after SIGTERM. Measured: `OpenCode` 1.18.33 takes
/// under 100 ms.
pub const SERVER_TERM: Duration = Duration::from_secs(1);

/// How long the supervisor goes on killing the server's processes: longer than anything but a dead disk takes.
pub const SERVER_KILL: Duration = Duration::from_secs(5);

/// How long `ocr-stream` waits for the supervisor to end the server.
pub const SUPERVISOR_EXIT: Duration = Duration::from_secs(6);

/// How long `ocr-act` waits for the server's tools after SIGTERM; then it kills them.
pub const TOOLS_TERM: Duration = Duration::from_millis(500);

/// How long to go on killing what a command left in sessions of its own.
pub const COMMAND_KILL: Duration = Duration::from_secs(1);

/// How long to wait for the rest of the output of a command that has exited. A daemon that it started in a session
/// of its own may keep the pipe open.
pub const COMMAND_OUTPUT: Duration = Duration::from_millis(500);

/// How long notifications may delay the exit of `ocr-act`, all together.
pub const NOTIFY: Duration = Duration::from_secs(10);

/// How much of [`NOTIFY`] is for notices that were not sent before the end.
pub const BACKLOG: Duration = Duration::from_secs(2);

/// How long notifications, notices included, may delay the exit after a signal.
pub const NOTIFY_AFTER_SIGNAL: Duration = Duration::from_secs(3);

/// How long the end of a run of `ocr-act` waits for the server to say which sessions shared its directory; not at all
/// after a signal.
pub const NEIGHBOURS: Duration = Duration::from_secs(2);

const fn shorter(a: Duration, b: Duration) -> bool {
    a.as_millis() < b.as_millis()
}

const _: () = assert!(shorter(STREAM_DRAIN, STREAM_CLOSED), "filters wait until the stream has closed");
const _: () = assert!(shorter(QUIET, STREAM_CLOSED), "only a live stream is waited for");
const _: () = assert!(
    STREAM_CLOSED.as_millis() + NOTIFY_AFTER_SIGNAL.as_millis() < FILTER_EXIT.as_millis(),
    "ocr-act sends its notifications before its time is up"
);
const _: () = assert!(
    NEIGHBOURS.as_millis() + NOTIFY_AFTER_SIGNAL.as_millis() < FILTER_EXIT.as_millis(),
    "a signal while ocr-act waits for the server does not cost the notifications"
);
const _: () = assert!(shorter(BACKLOG, NOTIFY_AFTER_SIGNAL), "the outcome is sent too, after a signal as well");
const _: () = assert!(shorter(FILTER_EXIT, PIPE_EXIT), "ocr-run kills no filter that would exit by itself");
const _: () = assert!(
    shorter(SERVER_TERM, SERVER_KILL) && shorter(SERVER_KILL, SUPERVISOR_EXIT),
    "the supervisor asks first, and is not killed while it kills"
);

/// Whether a signal asked this process to stop. Clones share the state.
///
/// The default value never receives a signal.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    code: Arc<AtomicU8>,
    /// Ends when the first signal comes.
    #[cfg(unix)]
    alarm: Option<Arc<PipeReader>>,
}

impl Shutdown {
    /// The exit code of the latest signal, or `None` if none was received.
    pub fn requested(&self) -> Option<Code> {
        Code::from_number(self.code.load(Ordering::SeqCst)).filter(|code| *code != Code::Ok)
    }

    /// What can be read when a signal has come, if signals are heeded.
    #[cfg(unix)]
    pub(super) fn alarm(&self) -> Option<&PipeReader> {
        self.alarm.as_deref()
    }

    /// For a filter: outlives the first signal, and leaves on the second or after [`FILTER_EXIT`].
    #[cfg(unix)]
    pub fn outlive_first_signal() -> Self {
        Self::on_signal(move |signal| {
            if !signal.first {
                leave(signal.code());
            }
            std::thread::spawn(move || {
                std::thread::sleep(FILTER_EXIT);
                leave(signal.code());
            });
        })
    }

    /// Signals end the process at once on this system.
    #[cfg(not(unix))]
    pub fn outlive_first_signal() -> Self {
        Self::default()
    }

    /// Calls `handle` for each SIGINT, SIGTERM and SIGHUP, on a thread of its own. They no longer end the process.
    #[cfg(unix)]
    pub(crate) fn on_signal(handle: impl Fn(Signal) + Send + 'static) -> Self {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let mut shutdown = Self::default();
        // Without handlers, a signal ends the process at once, which is the best that is left.
        let wanted = [SIGINT, SIGTERM].into_iter().chain(Some(SIGHUP).filter(|_| heeds_hangup()));
        if let Ok(mut signals) = signal_hook::iterator::Signals::new(wanted) {
            let state = Arc::clone(&shutdown.code);
            let (alarm, mut silent) = std::io::pipe().ok().unzip();
            shutdown.alarm = alarm.map(Arc::new);
            std::thread::spawn(move || {
                let mut latest: Option<(i32, Instant)> = None;
                for number in signals.forever() {
                    if latest.is_some_and(|(same, at)| same == number && at.elapsed() < ECHO) {
                        continue;
                    }
                    latest = Some((number, Instant::now()));
                    let code = code_of_signal(number);
                    let first = state.swap(code.number(), Ordering::SeqCst) == 0;
                    drop(silent.take());
                    handle(Signal { number, first });
                }
            });
        }
        shutdown
    }
}

/// Whether a hang-up of the terminal ends this process: `nohup` starts programs that ignore it, and they must go on.
/// Only Linux tells; elsewhere a hang-up ends the process at once, and its children notice.
#[cfg(unix)]
fn heeds_hangup() -> bool {
    /// The bit of SIGHUP in a set of signals.
    const HANGUP: u64 = 1;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|set| u64::from_str_radix(set.trim(), 16).ok()).is_some_and(|set| set & HANGUP == 0)
}

/// A signal that asks this process to stop.
#[cfg(unix)]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signal {
    /// SIGINT, SIGTERM or SIGHUP.
    pub(crate) number: i32,
    /// Whether it is the first one.
    pub(crate) first: bool,
}

#[cfg(unix)]
impl Signal {
    /// The exit code of a process that stops because of it.
    pub(crate) fn code(self) -> Code {
        code_of_signal(self.number)
    }
}

/// The exit code of a process that stops because of this signal.
#[cfg(unix)]
pub(crate) fn code_of_signal(number: i32) -> Code {
    if number == signal_hook::consts::SIGINT { Code::Interrupted } else { Code::Terminated }
}

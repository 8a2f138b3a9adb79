//! What stops a stream from outside: a signal, or the reader leaving.

use crate::exit::Code;
use crate::pipe::hangup;
use signal_hook::consts::{SIGINT, SIGTERM};
use std::time::Duration;
use tokio::sync::watch;

/// After a signal: how long the session may take to end, and then the reader to take the last lines.
pub(super) const DRAIN_TIMEOUT: Duration = Duration::from_secs(3);

/// Why to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Ctrl-C or a termination signal, by number.
    Signal(i32),
    /// The reader of our lines left.
    ReaderLeft,
}

impl Stop {
    pub fn code(self) -> Code {
        match self {
            Stop::Signal(SIGTERM) => Code::Terminated,
            Stop::Signal(_) => Code::Interrupted,
            Stop::ReaderLeft => Code::ReaderLeft,
        }
    }
}

/// Reports when to stop, and why.
pub(super) struct Stops(watch::Receiver<Option<Stop>>);

impl Stops {
    /// Begins to listen. A second signal ends the process at once; its supervisor then ends what it owns.
    pub fn listen() -> Self {
        let (sender, receiver) = watch::channel(None);
        let on_hangup = sender.clone();
        hangup::watch(move || {
            on_hangup.send_replace(Some(Stop::ReaderLeft));
        });
        if let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) {
            std::thread::spawn(move || {
                let mut first = true;
                for signal in signals.forever() {
                    let stop = Stop::Signal(signal);
                    if !first {
                        std::process::exit(stop.code().number().into());
                    }
                    first = false;
                    sender.send_replace(Some(stop));
                }
            });
        }
        Self(receiver)
    }

    /// Waits for a signal.
    pub async fn signal(&mut self) -> Stop {
        match self.wait().await {
            signal @ Stop::Signal(_) => signal,
            // The writer notices that by itself.
            Stop::ReaderLeft => std::future::pending().await,
        }
    }

    /// Waits until there is a reason to stop.
    pub async fn wait(&mut self) -> Stop {
        loop {
            if let Some(stop) = *self.0.borrow_and_update() {
                return stop;
            }
            if self.0.changed().await.is_err() {
                // Without senders, no reason will ever come.
                std::future::pending::<()>().await;
            }
        }
    }
}

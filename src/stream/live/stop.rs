//! What ends a stream from outside: a signal, or the reader leaving.

use crate::exit::Code;
use crate::pipe::hangup;
use signal_hook::consts::{SIGINT, SIGTERM};
use tokio::sync::watch;

/// Why to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Ctrl-C or a termination signal, by number.
    Signal(i32),
    /// Nobody reads our lines any more.
    ReaderLeft,
}

impl Stop {
    pub(crate) fn code(self) -> Code {
        match self {
            Stop::Signal(SIGTERM) => Code::Terminated,
            Stop::Signal(_) => Code::Interrupted,
            Stop::ReaderLeft => Code::ReaderLeft,
        }
    }
}

/// Tells when to stop, and why.
#[derive(Clone)]
pub(crate) struct Stops(watch::Receiver<Option<Stop>>);

impl Stops {
    /// Begins to listen. A second signal ends the process at once: what it owns is told by its keeper.
    pub(crate) fn listen() -> Self {
        let (tell, told) = watch::channel(None);
        let on_hangup = tell.clone();
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
                    tell.send_replace(Some(stop));
                }
            });
        }
        Self(told)
    }

    /// Waits for a signal.
    pub(crate) async fn signal(&mut self) -> Stop {
        match self.wait().await {
            signal @ Stop::Signal(_) => signal,
            // Who writes finds out by itself.
            Stop::ReaderLeft => std::future::pending().await,
        }
    }

    /// Waits until there is a reason to stop.
    pub(crate) async fn wait(&mut self) -> Stop {
        loop {
            if let Some(stop) = *self.0.borrow_and_update() {
                return stop;
            }
            if self.0.changed().await.is_err() {
                // Nobody can tell any more: no reason will ever come.
                std::future::pending::<()>().await;
            }
        }
    }
}

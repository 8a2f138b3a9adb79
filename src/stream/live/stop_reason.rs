//! Reports that a stream must stop because of a signal, or because its reader left.

use crate::exit::{Code, leave};
use crate::pipe::shutdown::code_of_signal;
use crate::pipe::{Shutdown, hangup};
use tokio::sync::watch;

/// Why to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Ctrl-C or a termination signal, by number.
    Signal(i32),
    /// The reader of standard output closed it.
    ReaderLeft,
}

impl Stop {
    pub fn code(self) -> Code {
        match self {
            Stop::Signal(number) => code_of_signal(number),
            Stop::ReaderLeft => Code::ReaderLeft,
        }
    }
}

/// Reports when to stop, and why.
pub(super) struct Stops(watch::Receiver<Option<Stop>>);

impl Stops {
    /// Begins to listen. A second signal ends the process at once; the supervisor then ends the server.
    pub fn listen() -> Self {
        let (sender, receiver) = watch::channel(None);
        let hung_up = sender.clone();
        hangup::watch(move || {
            hung_up.send_replace(Some(Stop::ReaderLeft));
        });
        Shutdown::on_signal(move |signal| {
            if !signal.first {
                leave(signal.code());
            }
            sender.send_replace(Some(Stop::Signal(signal.number)));
        });
        Self(receiver)
    }

    /// Waits for a signal.
    pub async fn signal(&mut self) -> Stop {
        match self.wait().await {
            signal @ Stop::Signal(_) => signal,
            // The writer notices by itself.
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
                // The senders are gone: no reason will ever come.
                std::future::pending::<()>().await;
            }
        }
    }
}

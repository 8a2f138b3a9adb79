//! Carries out orders on a separate thread, so that lines never wait, and writes a record before and after each.

use super::abort::{Abort, Rested, abort};
use super::order::{Order, OrderKind, Report};
use super::rollback::rollback;
use super::settings::{AbortLimits, Answer, Checks};
use super::verify::verify;
use crate::exit::Failure;
use crate::net::runtime;
use crate::pipe::{Out, Shutdown};
use crate::printable::printable;
use crate::process::server_processes::ServerProcesses;
use crate::server::{self, Server};
use crate::wire::Timestamp;
use crate::wire::record::{Phase, named};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// The message to an agent whose request is rejected because nobody answers it.
const NOBODY: &str = "Nobody is here to answer. Go on without an answer, or stop and say what you need.";

/// The message to an agent whose provider accepts requests again.
const GO_ON: &str = "The provider's limit is over. Continue where you left off.";

/// The number of unfinished orders. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Pending(Arc<(Mutex<usize>, Condvar)>);

impl Pending {
    /// Counts an order, until the result is dropped.
    fn count(&self) -> Unfinished {
        self.change(1);
        Unfinished(self.clone())
    }

    fn change(&self, by: isize) {
        let mut count = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        *count = count.saturating_add_signed(by);
        self.0.1.notify_all();
    }

    fn is_empty(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) == 0
    }

    /// Waits until no order is unfinished.
    pub fn wait(&self) {
        let count = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.0.1.wait_while(count, |count| *count > 0));
    }
}

/// An unfinished order. It counts as finished however this is dropped, even by a panic.
struct Unfinished(Pending);

impl Drop for Unfinished {
    fn drop(&mut self) {
        self.0.change(-1);
    }
}

/// What the executor needs to carry orders out.
pub(super) struct ExecutorContext {
    /// The server to act on. Without it, only checks that need no server run.
    pub server: Option<Server>,
    /// The processes of the server, if this pipe started it.
    pub owned: Option<ServerProcesses>,
    pub limits: AbortLimits,
    pub checks: Checks,
    /// The session's directory, for checks; `None` where only the server knows it.
    pub directory: Option<PathBuf>,
    pub out: Out,
    /// The time of the stream, in milliseconds since the Unix epoch.
    pub now: Arc<AtomicI64>,
    pub shutdown: Shutdown,
}

/// The thread that carries orders out.
pub(super) struct Executor {
    /// The unfinished orders of this executor, and of all.
    pending: [Pending; 2],
    orders: Option<mpsc::Sender<(Order, [Unfinished; 2])>>,
    reports: mpsc::Receiver<Report>,
    thread: Option<JoinHandle<()>>,
    /// The session that the stream last showed at rest: the quickest confirmation of an abort.
    rested: watch::Sender<Option<String>>,
}

impl Executor {
    /// Starts the thread; `all` counts the unfinished orders of several executors.
    pub fn start(context: ExecutorContext, all: Pending) -> Self {
        let pending = [Pending::default(), all];
        let (orders, incoming) = mpsc::channel::<(Order, [Unfinished; 2])>();
        let (sender, reports) = mpsc::channel();
        let (rested, last_rested) = watch::channel(None);
        let thread = std::thread::spawn(move || {
            let runtime = runtime();
            for (order, unfinished) in incoming {
                let mut next = Some(order);
                while let Some(order) = next.take() {
                    let (phase, detail) = match &runtime {
                        Ok(runtime) => context.try_out(&order, runtime, &last_rested),
                        Err(error) => (Phase::Failed, error.to_string()),
                    };
                    let report = context.report(order, phase, &detail);
                    next = follow_up(&report);
                    // Fails if the stage was dropped.
                    let _ = sender.send(report);
                }
                // After the reports are sent: once nothing is pending, all reports are there.
                drop(unfinished);
            }
            if let Ok(runtime) = runtime {
                // A hanging name lookup must not delay the exit.
                runtime.shutdown_background();
            }
        });
        Self { pending, orders: Some(orders), reports, thread: Some(thread), rested }
    }

    /// Queues an order.
    pub fn order(&self, order: Order) {
        if let Some(orders) = &self.orders {
            // Fails if the thread panicked. The order is dropped then, and counts as finished.
            let _ = orders.send((order, self.pending.each_ref().map(Pending::count)));
        }
    }

    /// Whether no order is unfinished.
    pub fn is_idle(&self) -> bool {
        self.pending[0].is_empty()
    }

    /// The stream shows the session at rest.
    pub fn saw_rest(&self, session: &str) {
        self.rested.send_replace(Some(session.to_owned()));
    }

    /// The reports since the last call.
    pub fn reports(&self) -> Vec<Report> {
        self.reports.try_iter().collect()
    }

    /// Waits until all orders are carried out, and returns the remaining reports.
    pub fn finish(&mut self) -> Vec<Report> {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // A panic has been printed; the rest of the run still counts.
            let _ = thread.join();
        }
        self.reports()
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.finish();
    }
}

/// The order that follows a confirmed one.
fn follow_up(report: &Report) -> Option<Order> {
    match &report.order.kind {
        OrderKind::Abort { rollback, .. } if report.phase == Phase::Taken => rollback.as_deref().cloned(),
        _ => None,
    }
}

impl ExecutorContext {
    /// Carries an order out. A panic costs this order only, not the thread.
    fn try_out(&self, order: &Order, runtime: &Runtime, rested: &Rested) -> (Phase, String) {
        let carry_out = || self.carry_out(order, runtime, rested);
        std::panic::catch_unwind(AssertUnwindSafe(carry_out))
            .unwrap_or_else(|_| (Phase::Failed, "a bug in ocr-act; see standard error for details".to_owned()))
    }

    fn carry_out(&self, order: &Order, runtime: &Runtime, rested: &Rested) -> (Phase, String) {
        self.write(order, Phase::Begun, &order.why);
        match (&order.kind, &self.server) {
            (OrderKind::Verify { changed, .. }, server) => {
                match self.directory_of(&order.session, server.as_ref(), runtime) {
                    Ok(directory) => {
                        let changed = || Self::changed(&order.session, &directory, server.as_ref(), changed, runtime);
                        verify(&self.checks, &directory, &self.shutdown, changed)
                    }
                    Err(why) => (Phase::Failed, format!("cannot tell where the session works: {why}")),
                }
            }
            (_, None) => (Phase::Failed, "there is no server to act on".to_owned()),
            (OrderKind::Abort { child, changed, rollback }, Some(server)) => {
                let result = runtime.block_on(self.abort(server, order, child.as_deref(), rested));
                with_changes(result, changed, rollback.is_some())
            }
            (OrderKind::Rollback { message }, Some(server)) => {
                runtime.block_on(rollback(server, &order.session, message))
            }
            (OrderKind::Steer { message, abort_first }, Some(server)) => {
                runtime.block_on(self.steer(server, order, message, *abort_first, rested))
            }
            (OrderKind::Resume { message }, Some(server)) => runtime.block_on(resume(server, &order.session, message)),
            (OrderKind::Answer { request, question, answer }, Some(server)) => {
                runtime.block_on(reply(server, &order.session, request, *question, *answer))
            }
        }
    }

    async fn abort(&self, server: &Server, order: &Order, child: Option<&str>, rested: &Rested) -> (Phase, String) {
        let request = Abort {
            server,
            limits: self.limits,
            session: &order.session,
            child,
            owned: self.owned,
            shutdown: &self.shutdown,
        };
        let report = |phase, detail: &str| self.write(order, phase, detail);
        abort(&request, rested.clone(), &report).await
    }

    async fn steer(
        &self,
        server: &Server,
        order: &Order,
        message: &str,
        abort_first: bool,
        rested: &Rested,
    ) -> (Phase, String) {
        if abort_first {
            let (phase, detail) = self.abort(server, order, None, rested).await;
            if phase != Phase::Taken {
                return (phase, format!("cannot interrupt the session: {detail}"));
            }
        }
        let sent = async { home(server, &order.session).await?.steer(&order.session, message).await };
        result_of(sent.await, || format!("sent: {message}"))
    }

    /// Where the session works.
    fn directory_of(&self, session: &str, server: Option<&Server>, runtime: &Runtime) -> Result<PathBuf, String> {
        if let Some(directory) = &self.directory {
            return Ok(directory.clone());
        }
        let server = server.ok_or("there is no server to ask")?;
        let session = runtime.block_on(server.session(session)).map_err(|error| error.to_string())?;
        session.directory.map(PathBuf::from).ok_or_else(|| "the server does not say".to_owned())
    }

    /// The files that the session changed, from both the stream and the server: the server may be gone, and the stream
    /// may have begun late.
    fn changed(
        session: &str,
        directory: &Path,
        server: Option<&Server>,
        streamed: &[String],
        runtime: &Runtime,
    ) -> Result<Vec<String>, Failure> {
        let mut changed = streamed.to_vec();
        let asked = async |server: &Server| server.changed_files(&server.session(session).await?, directory).await;
        match server.map(|server| runtime.block_on(asked(server))) {
            Some(Err(failure)) if changed.is_empty() => return Err(failure.into()),
            Some(Ok(more)) => changed.extend(more),
            _ => {}
        }
        Ok(changed)
    }

    /// Writes the final record of an order and returns its report.
    fn report(&self, order: Order, phase: Phase, detail: &str) -> Report {
        self.write(&order, phase, detail);
        if phase == Phase::Failed && matches!(order.kind, OrderKind::Abort { .. }) {
            // The result says how the session was judged, not that it may still run.
            tracing::warn!("session {} may still run: cannot abort it: {detail}", printable(&order.session));
        }
        Report { order, phase, detail: detail.to_owned(), interrupted: self.shutdown.requested().is_some() }
    }

    fn write(&self, order: &Order, phase: Phase, detail: &str) {
        let mut line = Vec::new();
        let now = Timestamp::from_ms(self.now.load(Ordering::SeqCst));
        order.append(&mut line, now, phase, detail);
        // A reader that left must not prevent the action.
        let _ = self.out.add(&line);
    }
}

/// Adds the changes that an aborted session leaves behind. With `rollback`, they may be taken back next.
fn with_changes((phase, detail): (Phase, String), changed: &[String], rollback: bool) -> (Phase, String) {
    let note = if changed.is_empty() {
        "no file changes are known".to_owned()
    } else if rollback {
        format!("it changed {}", named(changed))
    } else {
        format!("its changes are kept: {}", named(changed))
    };
    (phase, format!("{detail}; {note}"))
}

fn result_of(outcome: Result<(), server::Error>, taken: impl FnOnce() -> String) -> (Phase, String) {
    match outcome {
        Ok(()) => (Phase::Taken, taken()),
        Err(failure) => (Phase::Failed, failure.to_string()),
    }
}

/// The server in the session's own directory.
async fn home(server: &Server, session: &str) -> Result<Server, server::Error> {
    Ok(server.at_home(&server.session(session).await?))
}

/// Tells a session to continue, unless it already works or has this message: an earlier ocr-act may have been killed
/// right after sending it.
async fn resume(server: &Server, session: &str, message: &str) -> (Phase, String) {
    let told = async {
        let server = home(server, session).await?;
        if server.busy().await?.contains(session) {
            return Ok(Err("the session goes on by itself"));
        }
        if server.has_message(session, message).await? {
            return Ok(Err("the session was told already"));
        }
        server.send_on(session, message, GO_ON).await.map(Ok)
    };
    match told.await {
        Ok(Ok(())) => (Phase::Taken, format!("sent: {GO_ON}")),
        Ok(Err(why)) => (Phase::Skipped, why.to_owned()),
        Err(error) => (Phase::Failed, server::Error::to_string(&error)),
    }
}

/// Answers a request of this session.
async fn reply(server: &Server, session: &str, request: &str, question: bool, answer: Answer) -> (Phase, String) {
    let given = async {
        let server = home(server, session).await?;
        match (question, answer) {
            (true, _) => server.reject_question(request).await.map(|()| "rejected"),
            (false, Answer::Once) => server.answer_permission(request, "once", None).await.map(|()| "allowed once"),
            (false, _) => server.answer_permission(request, "reject", Some(NOBODY)).await.map(|()| "rejected"),
        }
    };
    match given.await {
        Ok(given) => (Phase::Taken, given.to_owned()),
        Err(failure) => (Phase::Failed, server::Error::to_string(&failure)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{self, Write};
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    /// An output that panics so many times.
    struct Panicking(Arc<AtomicUsize>);

    impl Write for Panicking {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let left = self.0.load(Ordering::SeqCst);
            self.0.store(left.saturating_sub(1), Ordering::SeqCst);
            assert!(left == 0, "a bug");
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// An executor whose output panics so many times, and its unfinished orders.
    fn panicking(times: usize) -> (Executor, Pending) {
        let context = ExecutorContext {
            server: None,
            owned: None,
            limits: AbortLimits { confirm: Duration::ZERO, attempts: 1 },
            checks: Checks { commands: Vec::new(), timeout: Duration::ZERO, files: Vec::new(), changes: Vec::new() },
            directory: None,
            out: Out::new(Panicking(Arc::new(AtomicUsize::new(times))), false),
            now: Arc::default(),
            shutdown: Shutdown::default(),
        };
        let all = Pending::default();
        (Executor::start(context, all.clone()), all)
    }

    fn steer() -> Order {
        Order::new("ses_1", OrderKind::Steer { message: String::new(), abort_first: false }, "")
    }

    #[test]
    fn panic_costs_one_order() {
        let (executor, all) = panicking(1);
        executor.order(steer());
        executor.order(steer());
        all.wait();
        assert!(executor.is_idle());
        let reports: Vec<String> = executor.reports().into_iter().map(|report| report.detail).collect();
        assert_eq!(reports, ["a bug in ocr-act; see standard error for details", "there is no server to act on"]);
    }

    #[test]
    fn nothing_is_unfinished_once_the_thread_is_gone() {
        let (executor, all) = panicking(usize::MAX);
        for _ in 0..3 {
            executor.order(steer());
            all.wait();
        }
        assert!(executor.is_idle());
    }
}

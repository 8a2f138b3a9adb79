//! Does what was ordered, on a thread of its own, so that the lines go on; and says so before and after.

use super::abort::{Abort, abort};
use super::order::{Order, Report, Task};
use super::settings::{Answer, Checks, Limits};
use super::summary::named;
use super::verify::verify;
use crate::exit::Failure;
use crate::pipe::{Out, shutdown};
use crate::process::owned_server::Owned;
use crate::server::{self, Server};
use crate::wire::record::Phase;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// What an agent reads whose request is turned down because nobody is there.
const NOBODY: &str = "Nobody is here to answer. Go on without it, or end and say what you need.";

/// How many orders are not finished yet; for those who must wait for them.
#[derive(Clone, Default)]
pub(super) struct Pending(Arc<(Mutex<usize>, Condvar)>);

impl Pending {
    fn change(&self, by: isize) {
        let mut count = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        *count = count.saturating_add_signed(by);
        self.0.1.notify_all();
    }

    /// Whether nothing is under way.
    pub(super) fn is_empty(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) == 0
    }

    /// Waits until nothing is under way.
    pub(super) fn wait(&self) {
        let count = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.0.1.wait_while(count, |count| *count > 0));
    }
}

/// What the thread works with.
pub(super) struct Tools {
    /// Whom to act on; without it, what needs no server can be checked.
    pub server: Option<Server>,
    /// The server's processes, where they are ours to end.
    pub owned: Option<Owned>,
    pub limits: Limits,
    pub checks: Checks,
    /// Where the session works, for what is checked there.
    pub directory: PathBuf,
    pub out: Out,
    /// The time of the stream.
    pub now: Arc<AtomicI64>,
}

/// The thread that acts, and the way to it.
pub(super) struct Hand {
    pending: Pending,
    orders: Option<mpsc::Sender<Order>>,
    reports: mpsc::Receiver<Report>,
    thread: Option<JoinHandle<()>>,
    /// The session that the stream last saw at rest: the quickest proof.
    rested: watch::Sender<Option<String>>,
}

impl Hand {
    pub(super) fn new(tools: Tools, pending: Pending) -> Self {
        let (orders, incoming) = mpsc::channel::<Order>();
        let (report, reports) = mpsc::channel();
        let (rested, seen) = watch::channel(None);
        let finished = pending.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            for order in incoming {
                let mut next = Some(order);
                while let Some(order) = next.take() {
                    let done = match &runtime {
                        Ok(runtime) => tools.carry_out(order, runtime, &seen),
                        Err(error) => tools.close(order, Phase::Failed, &error.to_string()),
                    };
                    next = follow_up(&done);
                    // Whoever ordered may have left.
                    let _ = report.send(done);
                }
                // After its reports: who sees nothing under way has them all.
                finished.change(-1);
            }
            if let Ok(runtime) = runtime {
                // A name lookup may hang on a thread of its own.
                runtime.shutdown_background();
            }
        });
        Self {
            pending,
            orders: Some(orders),
            reports,
            thread: Some(thread),
            rested,
        }
    }

    pub(super) fn order(&self, order: Order) {
        if let Some(orders) = &self.orders {
            self.pending.change(1);
            // The thread lives until its orders end.
            let _ = orders.send(order);
        }
    }

    /// The stream shows the session at rest.
    pub(super) fn saw_rest(&self, session: &str) {
        self.rested.send_replace(Some(session.to_owned()));
    }

    /// What has come of orders since the last look.
    pub(super) fn reports(&self) -> Vec<Report> {
        self.reports.try_iter().collect()
    }

    /// Waits until everything begun is finished; what came of it.
    pub(super) fn finish(&mut self) -> Vec<Report> {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported on standard error; the rest of the run still counts.
            let _ = thread.join();
        }
        self.reports()
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.finish();
    }
}

/// What is to be done once an order took.
fn follow_up(report: &Report) -> Option<Order> {
    match &report.order.task {
        Task::Abort { then, .. } if report.phase == Phase::Taken => then.as_deref().cloned(),
        _ => None,
    }
}

impl Tools {
    fn carry_out(&self, order: Order, runtime: &Runtime, seen: &watch::Receiver<Option<String>>) -> Report {
        self.tell(&order, Phase::Begun, &order.why);
        let (phase, detail) = match (&order.task, &self.server) {
            (Task::Verify { changed }, server) => {
                let changed = || self.changed(&order.session, server.as_ref(), changed, runtime);
                verify(&self.checks, &self.directory, changed)
            }
            (_, None) => (Phase::Failed, "there is no server to act on".to_owned()),
            (Task::Abort { child, changed, .. }, Some(server)) => {
                let ended = runtime.block_on(self.abort(server, &order, child.as_deref(), seen));
                kept(ended, changed)
            }
            (Task::Rollback { message }, Some(server)) => {
                let reverted = runtime.block_on(server.revert(&order.session, message));
                said(reverted, || format!("taken back to before {message}"))
            }
            (Task::Steer { message, abort_first }, Some(server)) => {
                runtime.block_on(self.steer(server, &order, message, *abort_first, seen))
            }
            (
                Task::Answer {
                    request,
                    question,
                    answer,
                },
                Some(server),
            ) => runtime.block_on(reply(server, request, *question, *answer)),
        };
        self.close(order, phase, &detail)
    }

    async fn abort(
        &self,
        server: &Server,
        order: &Order,
        child: Option<&str>,
        seen: &watch::Receiver<Option<String>>,
    ) -> (Phase, String) {
        let asked = Abort {
            server,
            limits: self.limits,
            session: &order.session,
            child,
            owned: self.owned,
        };
        let tell = |phase, detail: &str| self.tell(order, phase, detail);
        abort(&asked, seen.clone(), &tell).await
    }

    async fn steer(
        &self,
        server: &Server,
        order: &Order,
        message: &str,
        abort_first: bool,
        seen: &watch::Receiver<Option<String>>,
    ) -> (Phase, String) {
        if abort_first {
            let (phase, detail) = self.abort(server, order, None, seen).await;
            if phase != Phase::Taken {
                return (phase, format!("it could not be interrupted: {detail}"));
            }
        }
        said(server.steer(&order.session, message).await, || {
            format!("told: {message}")
        })
    }

    /// What the session changed, as the stream and the server know it together: the server may be gone, and
    /// the stream may have begun late.
    fn changed(
        &self,
        session: &str,
        server: Option<&Server>,
        streamed: &[String],
        runtime: &Runtime,
    ) -> Result<Vec<String>, Failure> {
        let mut changed = streamed.to_vec();
        match server.map(|server| runtime.block_on(server.changed_files(session, &self.directory))) {
            Some(Err(failure)) if changed.is_empty() => return Err(failure.into()),
            Some(Ok(more)) => changed.extend(more),
            _ => {}
        }
        Ok(changed)
    }

    fn close(&self, order: Order, phase: Phase, detail: &str) -> Report {
        self.tell(&order, phase, detail);
        Report {
            order,
            phase,
            detail: detail.to_owned(),
            cut: shutdown::caught().is_some(),
        }
    }

    fn tell(&self, order: &Order, phase: Phase, detail: &str) {
        let mut line = Vec::new();
        order.append(&mut line, self.now.load(Ordering::SeqCst), phase, detail);
        // A reader that left does not keep us from finishing what has begun.
        let _ = self.out.add(&line);
    }
}

/// What an abort left behind, for the person who has to look at it.
fn kept((phase, detail): (Phase, String), changed: &[String]) -> (Phase, String) {
    let remains = if changed.is_empty() {
        "it is not known to have changed anything".to_owned()
    } else {
        format!("its changes are kept: {}", named(changed))
    };
    (phase, format!("{detail}; {remains}"))
}

fn said(outcome: Result<(), server::Error>, taken: impl FnOnce() -> String) -> (Phase, String) {
    match outcome {
        Ok(()) => (Phase::Taken, taken()),
        Err(failure) => (Phase::Failed, failure.to_string()),
    }
}

async fn reply(server: &Server, request: &str, question: bool, answer: Answer) -> (Phase, String) {
    let (outcome, given) = match (question, answer) {
        (true, _) => (server.reject_question(request).await, "rejected"),
        (false, Answer::Once) => (
            server.answer_permission(request, "once", None).await,
            "allowed once",
        ),
        (false, _) => (
            server.answer_permission(request, "reject", Some(NOBODY)).await,
            "rejected",
        ),
    };
    said(outcome, || given.to_owned())
}

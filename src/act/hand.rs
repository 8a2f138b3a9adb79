//! Does what was ordered, on a thread of its own, so that the lines go on; and says so before and after.

use super::abort::{Abort, abort};
use super::order::{Order, Report, Task};
use super::settings::{Answer, Checks, Limits};
use super::verify::verify;
use crate::pipe::Out;
use crate::server::Server;
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
    pub server: Server,
    pub limits: Limits,
    pub checks: Checks,
    /// Where the session works, for what is checked there.
    pub directory: PathBuf,
    /// The process that streams, where it owns the server.
    pub owner: Option<u32>,
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
                let done = match &runtime {
                    Ok(runtime) => tools.carry_out(order, runtime, &seen),
                    Err(error) => tools.close(order, Phase::Failed, &error.to_string()),
                };
                // Whoever ordered may have left.
                let _ = report.send(done);
                finished.change(-1);
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

impl Tools {
    fn carry_out(&self, order: Order, runtime: &Runtime, seen: &watch::Receiver<Option<String>>) -> Report {
        self.tell(&order, Phase::Begun, &order.why);
        let (phase, detail) = match &order.task {
            Task::Abort { child, rollback } => {
                runtime.block_on(self.abort(&order, child.as_deref(), rollback.as_deref(), seen))
            }
            Task::Steer { message, abort_first } => {
                runtime.block_on(self.steer(&order, message, *abort_first, seen))
            }
            Task::Answer {
                request,
                question,
                answer,
            } => runtime.block_on(self.answer(request, *question, *answer)),
            Task::Verify => {
                let changed = runtime.block_on(self.server.changed_files(&order.session, &self.directory));
                verify(&self.checks, &self.directory, changed)
            }
        };
        self.close(order, phase, &detail)
    }

    async fn abort(
        &self,
        order: &Order,
        child: Option<&str>,
        rollback: Option<&str>,
        seen: &watch::Receiver<Option<String>>,
    ) -> (Phase, String) {
        let asked = Abort {
            server: &self.server,
            limits: self.limits,
            session: &order.session,
            child,
            owner: self.owner,
        };
        let tell = |phase, detail: &str| self.tell(order, phase, detail);
        let (phase, mut detail) = abort(&asked, seen.clone(), &tell).await;
        if let (Phase::Taken, Some(message)) = (phase, rollback) {
            detail += match self.server.revert(&order.session, message).await {
                Ok(()) => "; its changes since the episode began are taken back",
                Err(_) => "; its changes could not be taken back",
            };
        }
        (phase, detail)
    }

    async fn steer(
        &self,
        order: &Order,
        message: &str,
        abort_first: bool,
        seen: &watch::Receiver<Option<String>>,
    ) -> (Phase, String) {
        if abort_first {
            let (phase, detail) = self.abort(order, None, None, seen).await;
            if phase != Phase::Taken {
                return (phase, format!("it could not be interrupted: {detail}"));
            }
        }
        match self.server.steer(&order.session, message).await {
            Ok(()) => (Phase::Taken, format!("told: {message}")),
            Err(failure) => (Phase::Failed, failure.message),
        }
    }

    async fn answer(&self, request: &str, question: bool, answer: Answer) -> (Phase, String) {
        let outcome = match (question, answer) {
            (true, _) => self.server.reject_question(request).await,
            (false, Answer::Once) => self.server.answer_permission(request, "once", None).await,
            (false, _) => {
                self.server
                    .answer_permission(request, "reject", Some(NOBODY))
                    .await
            }
        };
        let given = if answer == Answer::Once {
            "allowed once"
        } else {
            "rejected"
        };
        match outcome {
            Ok(()) => (Phase::Taken, given.to_owned()),
            Err(failure) => (Phase::Failed, failure.message),
        }
    }

    fn close(&self, order: Order, phase: Phase, detail: &str) -> Report {
        self.tell(&order, phase, detail);
        Report {
            order,
            phase,
            detail: detail.to_owned(),
        }
    }

    fn tell(&self, order: &Order, phase: Phase, detail: &str) {
        let mut line = Vec::new();
        order.append(&mut line, self.now.load(Ordering::SeqCst), phase, detail);
        // A reader that left does not keep us from finishing what has begun.
        let _ = self.out.add(&line);
    }
}

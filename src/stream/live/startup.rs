//! The first steps of a stream: what was before, what the session does, and its task. Each can fail with the connection,
//! and is repeated when that is restored.

use super::end::{Interruption, StepError};
use super::idle::IdleTimer;
use super::options::Plan;
use super::recover::recover;
use super::writer::Writer;
use crate::server::Server;
use crate::stream::tracking::Tracker;

/// Takes the first steps.
pub(super) async fn start_up(
    plan: &Plan,
    server: &Server,
    tracker: &mut Tracker,
    idle: &mut IdleTimer,
    writer: &mut Writer,
) -> Result<(), Interruption> {
    // A new session has no past. Otherwise this emits the history, with --from-start, or what happened between reading
    // the log and listening.
    if plan.session.is_some() || plan.task.is_none() {
        let complete = recover(server, tracker, writer).await.map_err(Interruption::retry_if_transient)?;
        if plan.from_start && !complete {
            tracing::warn!(
                "the session's history is incomplete: the server cannot provide all of it; continuing with the rest"
            );
        }
    }
    if let Some(id) = tracker.session.as_deref() {
        if let Some(task) = &plan.task {
            let prompt = server.prompt(id, task, plan.model.as_deref()).await;
            // A failed request may have been accepted, and giving the task twice would be worse than ending.
            prompt.map_err(StepError::from).map_err(Interruption::without_retry)?;
        } else {
            idle.check(server, id, writer).await.map_err(Interruption::retry_if_transient)?;
        }
    }
    tracker.started = true;
    Ok(())
}

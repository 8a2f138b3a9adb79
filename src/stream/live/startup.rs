//! The first steps of a stream: its first line, what was before, what the session does, and its task. Each can
//! fail with the connection, and is taken again when that is back.

use super::Live;
use super::reconnect::Trouble;
use super::sse::Feed;
use crate::exit::Failure;

impl Live<'_> {
    /// Takes the steps that have not been taken yet.
    pub(crate) async fn begin(&mut self, feed: &mut Feed) -> Result<(), Trouble> {
        if let Some(opened) = self.opened.take() {
            self.tell(&opened).await?;
        }
        if let Some(greeting) = feed.greeting() {
            self.event(greeting).await?;
        }
        // With --from-start everything; otherwise what came between the moment when the past was noted and the one
        // when we began to listen.
        if self.plan.session.is_some() || self.plan.task.is_none() {
            let complete = self.recover().await.map_err(Trouble::at_first)?;
            if self.plan.from_start && !complete {
                tracing::warn!("the server cannot tell all that was before; what it can is told");
            }
        }
        self.look().await.map_err(Trouble::at_first)?;
        if let (Some(id), Some(task)) = (&self.ledger.session, &self.plan.task) {
            let given = self.server.prompt(id, task, self.plan.model.as_deref()).await;
            // Whether it was taken nobody knows: to give it twice would be worse than to end.
            given.map_err(Trouble::for_good)?;
        }
        self.begun = true;
        Ok(())
    }

    /// Asks what the session does.
    pub(crate) async fn look(&mut self) -> Result<(), Failure> {
        // Before its task is given, that it rests means nothing.
        let waits = self.plan.task.is_some() && !self.begun;
        let Some(id) = self.ledger.session.clone().filter(|_| !waits) else {
            return Ok(());
        };
        let server = self.server.clone();
        if self.ticking(server.is_busy(&id)).await? {
            self.rest.works();
        } else {
            self.rest.rested();
        }
        Ok(())
    }
}

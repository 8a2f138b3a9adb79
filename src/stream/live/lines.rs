//! The lines of a live stream: each with its time, in order, and a tick where nothing else comes.

use super::Live;
use crate::exit::Failure;
use crate::stream::clock::stamp;
use crate::wire::record;
use crate::wire::record::{Record, Tick};
use std::pin::pin;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// How often a tick is written while nothing else comes.
const TICK: Duration = Duration::from_secs(1);

impl Live<'_> {
    /// Writes a payload with its time in front.
    pub(crate) async fn stamped(&mut self, payload: String) -> Result<(), Failure> {
        match stamp(payload, self.clock.now()) {
            Some(line) => self.send(line).await,
            None => Ok(()),
        }
    }

    /// When a tick is due, if nothing else comes.
    pub(crate) fn tick_at(&self) -> Instant {
        self.last_line + TICK
    }

    /// Writes a tick, if it is due.
    pub(crate) async fn tick(&mut self) -> Result<(), Failure> {
        if Instant::now() < self.tick_at() {
            return Ok(());
        }
        self.tell(&Tick {}).await
    }

    /// Waits for an answer of the server, with a tick each second.
    pub(crate) async fn ticking<T>(
        &mut self,
        answer: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let mut answer = pin!(answer);
        loop {
            tokio::select! {
                biased;
                answer = &mut answer => return answer,
                () = sleep_until(self.tick_at()) => self.tick().await?,
            }
        }
    }

    /// Writes a line of ours.
    pub(crate) async fn tell(&mut self, record: &impl Record) -> Result<(), Failure> {
        let mut line = Vec::new();
        record::append(&mut line, self.clock.now(), record);
        self.send(line).await
    }

    /// Hands the line over; waits while the reader is slow.
    async fn send(&mut self, line: Vec<u8>) -> Result<(), Failure> {
        self.unsent.push_back(line);
        while let Some(next) = self.unsent.front() {
            let room = self.sink.room(next.len()).await;
            let room = room.ok_or_else(Failure::reader_left)?;
            if let Some(next) = self.unsent.pop_front() {
                room.put(next);
            }
        }
        self.last_line = Instant::now();
        Ok(())
    }
}

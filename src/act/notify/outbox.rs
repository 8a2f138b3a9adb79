//! Collects the notifications of one run: notices while it goes on, and its outcome.

use super::message::Message;
use super::needs::Needs;
use super::{NOTIFY, Now};
use crate::act::shared::Shared;
use crate::act::state::{News, RunState};
use crate::pipe::shutdown::{BACKLOG, NOTIFY_AFTER_SIGNAL};
use crate::server::parse_url;
use crate::wire::record;
use crate::wire::record::RunResult;
use std::time::Instant;
use url::Url;

/// What people are told of one run.
pub struct Outbox {
    shared: Shared,
    needs: Needs,
}

impl Outbox {
    /// Nothing was told yet.
    pub(in crate::act) fn new(shared: Shared) -> Self {
        Self { shared, needs: Needs::default() }
    }

    /// Learns the title of a session.
    pub(in crate::act) fn titled(&mut self, session: &str, title: &str) {
        self.needs.titled(session, title);
    }

    /// Tells people what they may be needed for. Nobody is told of a recording, or of what is not done.
    pub(in crate::act) fn tell(&mut self, news: &News, state: &RunState, is_live: bool) {
        let notices = match news {
            News::State(change) => self.needs.state(change, self.answered_at(state).as_ref()),
            News::Finding(finding) | News::Over(finding) => self.needs.finding(finding).into_iter().collect(),
            _ => return,
        };
        if !is_live || self.shared.settings.dry_run {
            return;
        }
        let now = Now { ts: state.clock.now(), since: Instant::now() };
        for notice in notices {
            self.shared.courier.send(Message::Notice(notice), now);
        }
    }

    /// Where a person can answer: the server that the command line or a live stream names.
    fn answered_at(&self, state: &RunState) -> Option<Url> {
        let named = || parse_url(state.opened.as_ref()?.server.as_deref()?).ok();
        self.shared.settings.server.clone().or_else(named)
    }

    /// Queues the outcome of one run of several.
    pub(in crate::act) fn queue_outcome(&self, result: &RunResult, now: Now) {
        self.shared.courier.send(Message::Result(Box::new(result.clone())), now);
    }

    /// Sends what waits to be told, and then the outcome, if it is to be told: that of a recording, or of what was not
    /// done, is sent to nobody. Adds a record about each delivery.
    pub(in crate::act) fn tell_outcome(&self, result: &RunResult, is_told: bool, now: Now, added: &mut Vec<u8>) {
        let Shared { courier, shutdown, .. } = &self.shared;
        let waited = courier.finish(BACKLOG);
        if !is_told {
            return;
        }
        let all = if shutdown.requested().is_some() { NOTIFY_AFTER_SIGNAL } else { NOTIFY };
        let limit = waited.then(|| all.saturating_sub(BACKLOG));
        for delivery in courier.send_now(&Message::Result(Box::new(result.clone())), now, limit) {
            record::append(added, now.ts, &delivery.record(None, result.session_id.as_deref()));
        }
    }
}

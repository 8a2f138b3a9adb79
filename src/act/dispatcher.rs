//! Passes the orders of one run to the executor of their server, and takes their results back.

use super::authority::{Authority, is_protected};
use super::executor::{Executor, ExecutorContext};
use super::order::{Order, OrderKind, Report};
use super::plan;
use super::shared::Shared;
use super::state::RunState;
use crate::exit::Failure;
use crate::net::is_loopback;
use crate::process::password;
use crate::process::server_processes::ServerProcesses;
use crate::server::{Credentials, Server, parse_url};
use crate::wire::record::{Opened, Phase};
use std::path::PathBuf;
use std::sync::Arc;
use url::Url;

/// The orders of one run.
pub(super) struct Dispatcher {
    shared: Shared,
    /// The server to act on.
    server: Option<Server>,
    /// What the executor needs, until the first order starts it.
    context: Option<ExecutorContext>,
    executor: Option<Executor>,
    /// Why the session is not acted on, if so. Checks that need no server run all the same.
    inactive: Option<String>,
    /// Nothing more is carried out, not even a check.
    refuses: bool,
    /// Whether this is the run of one session of several.
    is_one_of_many: bool,
}

impl Dispatcher {
    /// A dispatcher without a server yet.
    pub fn new(shared: Shared, is_one_of_many: bool) -> Self {
        Self { shared, server: None, context: None, executor: None, inactive: None, refuses: false, is_one_of_many }
    }

    /// The server to act on.
    pub fn server(&self) -> Option<&Server> {
        self.server.as_ref()
    }

    /// Whether orders can be carried out, so that the run may need a thread for them.
    pub fn can_be_carried_out(&self) -> bool {
        !self.refuses && (self.context.is_some() || self.executor.is_some())
    }

    /// Prepares to act on the server that is known by now.
    ///
    /// # Errors
    /// The server's URL or credentials cannot be used.
    pub fn prepare(&mut self, opened: &Opened, authority: &Authority) -> Result<(), Failure> {
        (self.server, self.context, self.executor) = (None, None, None);
        let target = self.target(opened, authority);
        self.inactive = target.as_ref().err().cloned();
        let url = target.ok();
        // The directory of a recording may belong to someone else by now.
        let checks = !self.shared.settings.dry_run && authority.vouches();
        if url.is_none() && !checks {
            return Ok(());
        }
        let directory = opened.directory.clone().map(PathBuf::from);
        let is_ours = *authority == Authority::Proven;
        let ours = url.as_ref().filter(|_| is_ours).and_then(|url| owned(opened, url));
        let credentials = self.credentials(opened, ours.is_some());
        let server = url.map(|url| Server::new(url, directory.clone(), &credentials)).transpose()?;
        self.server.clone_from(&server);
        let here = (!self.is_one_of_many).then(|| PathBuf::from("."));
        self.context = Some(ExecutorContext {
            server,
            // Ending the server would end the other sessions as well.
            owned: ours.filter(|_| !self.is_one_of_many),
            limits: self.shared.settings.limits,
            checks: self.shared.settings.checks.clone(),
            directory: directory.or(here),
            out: self.shared.out.clone(),
            now: Arc::clone(&self.shared.now),
            shutdown: self.shared.shutdown.clone(),
        });
        Ok(())
    }

    /// Carries out no further orders and no further checks, for this reason. What is under way goes on.
    pub fn refuse(&mut self, why: Option<String>) {
        (self.server, self.context) = (None, None);
        self.refuses = true;
        self.inactive = why;
    }

    /// Gives the session no further orders, for this reason. Those under way are carried out.
    pub fn retire(&mut self, why: &str) {
        self.inactive = Some(why.to_owned());
    }

    /// Learns where the session works, which the stream says late.
    pub fn set_directory(&mut self, directory: &str) {
        if let Some(context) = &mut self.context {
            context.directory = Some(PathBuf::from(directory));
        }
    }

    /// The stream shows a session at rest, for which an order may be waiting.
    pub fn saw_rest(&self, session: &str) {
        if let Some(executor) = &self.executor {
            executor.saw_rest(session);
        }
    }

    /// Has the orders carried out; adds a record about each that is not.
    pub fn dispatch(&mut self, orders: impl IntoIterator<Item = Order>, state: &mut RunState, added: &mut Vec<u8>) {
        for order in orders {
            if let Some(why) = &order.withheld {
                skip(&order, why, state, added);
                continue;
            }
            let needs_server = !matches!(order.kind, OrderKind::Verify { .. });
            let inactive = self.inactive.clone();
            let may = !self.refuses && (inactive.is_none() || !needs_server);
            if let Some(executor) = self.executor().filter(|_| may) {
                executor.order(order);
                continue;
            }
            let why = inactive.unwrap_or_default();
            skip(&order, &why, state, added);
            if let OrderKind::Abort { rollback: Some(rollback), .. } = &order.kind {
                skip(rollback, &why, state, added);
            }
            plan::on_skipped(state, &order, &why);
        }
    }

    /// Handles what came of the orders so far. Returns whether all of them are carried out.
    pub fn follow(&mut self, state: &mut RunState, added: &mut Vec<u8>) -> bool {
        // Asked before the reports are read: once nothing is pending, all reports are there.
        let finished = self.executor.as_ref().is_none_or(Executor::is_idle);
        let reports = self.executor.as_ref().map(Executor::reports).unwrap_or_default();
        self.handle(reports, state, added);
        finished && self.executor.as_ref().is_none_or(Executor::is_idle)
    }

    /// Waits for the orders under way. Whatever would follow them is skipped.
    pub fn finish(&mut self, state: &mut RunState, added: &mut Vec<u8>) {
        self.context = None;
        if let Some(mut executor) = self.executor.take() {
            let reports = executor.finish();
            self.inactive = Some("the stream has ended".to_owned());
            self.handle(reports, state, added);
        }
    }

    fn handle(&mut self, reports: Vec<Report>, state: &mut RunState, added: &mut Vec<u8>) {
        for report in reports {
            if report.phase == Phase::Taken {
                state.totals.counts.actions += 1;
            }
            let order = plan::on_report(state, &self.shared.settings, &report);
            self.dispatch(order, state, added);
        }
    }

    /// The executor, which the first order starts.
    fn executor(&mut self) -> Option<&Executor> {
        if let Some(context) = self.context.take() {
            self.executor = Some(Executor::start(context, self.shared.pending.clone()));
        }
        self.executor.as_ref()
    }

    /// The server to act on, or why there is none: the one of the command line, or else the one that a live stream names.
    fn target(&self, opened: &Opened, authority: &Authority) -> Result<Url, String> {
        let settings = &self.shared.settings;
        if settings.dry_run {
            return Err("a dry run".to_owned());
        }
        if let Some(why) = authority.refusal() {
            return Err(why);
        }
        let url = match (&settings.server, &opened.server) {
            (Some(url), _) => url.clone(),
            (None, Some(url)) => parse_url(url).map_err(|_| {
                let why = "the stream names its server by an address that cannot be used; name it with --server";
                tracing::warn!("{why}");
                why.to_owned()
            })?,
            (None, None) => return Err("the stream names no server; name it with --server".to_owned()),
        };
        is_protected(&url, &settings.credentials, settings.allow_insecure)
            .inspect_err(|why| tracing::warn!("{why}"))
            .map(|()| url)
    }

    /// The user's own credentials, or else the password of the server that this pipe's stream started.
    fn credentials(&self, opened: &Opened, owned: bool) -> Credentials {
        let mut credentials = self.shared.settings.credentials.clone();
        if credentials.password.is_none() && owned {
            credentials.password = opened.pid.and_then(|pid| password::of_stream(&self.shared.settings.private, pid));
        }
        credentials
    }
}

/// Adds the record of an order that is not carried out.
fn skip(order: &Order, why: &str, state: &RunState, added: &mut Vec<u8>) {
    let detail = format!("{} (not done: {why})", order.why);
    order.append(added, state.clock.now(), Phase::Skipped, &detail);
}

/// The processes of the server, if the stream, which is proven to be live, started it.
fn owned(opened: &Opened, url: &Url) -> Option<ServerProcesses> {
    let named = opened.server.as_deref().and_then(|named| parse_url(named).ok());
    if !opened.spawned || !is_loopback(url) || named.as_ref() != Some(url) {
        return None;
    }
    ServerProcesses::new(opened.pid?, url)
}

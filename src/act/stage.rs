//! Lines in, the same lines out; on a decision, action.

use super::hand::{Hand, Pending, Tools};
use super::ledger::{Ledger, News};
use super::order::{Order, Report, Task};
use super::outcome::conclude;
use super::plan;
use super::settings::Settings;
use crate::pipe::{Code, Failure, Out, Stage, hangup, signals};
use crate::server::{Server, is_loopback, parse_url};
use crate::wire::record::{self, Phase, RunResult};
use crate::wire::{Event, Observation, Status, observe};
use memchr::memmem::Finder;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use url::Url;

/// The stage.
pub struct Act {
    settings: Settings,
    ledger: Ledger,
    hand: Option<Hand>,
    /// Why nothing is done, where there is no hand.
    idle: String,
    out: Out,
    now: Arc<AtomicI64>,
    pending: Pending,
    result: Option<(RunResult, Code)>,
    saw_lines: bool,
    /// What lines that may matter here contain; the rest is not even read.
    telling: [Finder<'static>; 4],
}

impl Act {
    /// A hand that writes its lines to `out`.
    ///
    /// # Errors
    /// When the server given cannot be acted on.
    pub fn new(settings: Settings, out: Out) -> Result<Self, Failure> {
        let mut act = Self {
            ledger: Ledger::default(),
            hand: None,
            idle: "the stream names no server; name it with --server".to_owned(),
            out,
            now: Arc::default(),
            pending: Pending::default(),
            result: None,
            saw_lines: false,
            telling: [
                "\"ocr.",
                "\"session.",
                "\"message.updated\"",
                "ed\",\"properties\"",
            ]
            .map(Finder::new),
            settings,
        };
        if let Some(url) = act.settings.server.clone() {
            act.take_server(url)?;
        }
        Ok(act)
    }

    /// When the reader of our lines leaves: finishes what has begun, and leaves too.
    pub fn leave_with_reader(&self) {
        let pending = self.pending.clone();
        hangup::watch(move || {
            pending.wait();
            std::process::exit(Code::ReaderLeft.number().into());
        });
    }

    /// What became of the run, once it is over, and the time of its last line.
    pub fn result(&self) -> Option<(&RunResult, Code, i64)> {
        self.result
            .as_ref()
            .map(|(result, code)| (result, *code, self.ledger.last_ts))
    }

    /// Whether there was anything to judge: without a line, an earlier stage has said why.
    pub fn saw_lines(&self) -> bool {
        self.saw_lines
    }

    /// Whether the run is a recording, about which nobody is told.
    pub fn is_replay(&self) -> bool {
        self.ledger.opened.as_ref().is_some_and(|opened| opened.replay)
    }

    /// Takes the server that the stream names, unless one was given.
    fn opened(&mut self) -> Result<(), Failure> {
        let Some(opened) = &self.ledger.opened else {
            return Ok(());
        };
        if self.settings.server.is_some() {
            return Ok(());
        }
        if opened.replay {
            "a replay is not acted on; --server names a server to act on".clone_into(&mut self.idle);
            return Ok(());
        }
        match &opened.server {
            Some(url) => self.take_server(parse_url(url)?),
            None => Ok(()),
        }
    }

    fn take_server(&mut self, url: Url) -> Result<(), Failure> {
        self.hand = None;
        if self.settings.dry_run {
            "a dry run".clone_into(&mut self.idle);
            return Ok(());
        }
        let local = is_loopback(&url);
        let safe = local || (url.scheme() == "https" && self.settings.credentials.protect());
        if !safe && !self.settings.allow_insecure {
            self.idle = format!(
                "{url} is neither on this machine nor behind https and a password; --allow-insecure acts on it all the same"
            );
            tracing::warn!("{}", self.idle);
            return Ok(());
        }
        let opened = self.ledger.opened.as_ref();
        let directory = opened.and_then(|o| o.directory.clone()).map(PathBuf::from);
        let tools = Tools {
            server: Server::new(url, directory.clone(), &self.settings.credentials)?,
            limits: self.settings.limits,
            checks: self.settings.checks.clone(),
            directory: directory.unwrap_or_else(|| PathBuf::from(".")),
            owner: opened.and_then(|o| o.pid).filter(|_| local),
            out: self.out.clone(),
            now: Arc::clone(&self.now),
        };
        self.hand = Some(Hand::new(tools, self.pending.clone()));
        Ok(())
    }

    fn carry_out(&mut self, orders: impl IntoIterator<Item = Order>, added: &mut Vec<u8>) {
        for order in orders {
            if let Some(hand) = &self.hand {
                hand.order(order);
                continue;
            }
            let detail = format!("{}: {}", self.idle, order.why);
            order.append(added, self.ledger.last_ts, Phase::Skipped, &detail);
            if matches!(order.task, Task::Steer { .. }) {
                self.ledger.steering.failed();
            }
        }
    }

    /// Takes in what came of earlier orders.
    fn heed(&mut self, reports: Vec<Report>, added: &mut Vec<u8>) {
        for report in reports {
            if report.phase == Phase::Taken {
                self.ledger.totals.actions += 1;
            }
            let order = plan::on_report(&mut self.ledger, &self.settings, &report);
            self.ledger.gave_up |=
                matches!(report.order.task, Task::Abort { .. }) && report.phase == Phase::Failed;
            self.carry_out(order, added);
        }
    }

    /// Tells the hand what the stream shows, while it may be waiting for it.
    fn saw(&self, seen: &Observation) {
        let at_rest = matches!(seen.event, Event::Status(Status::Idle));
        if let (true, Some(session), Some(hand)) = (at_rest, &seen.session, &self.hand) {
            hand.saw_rest(session);
        }
    }

    fn answer(&mut self, news: News, added: &mut Vec<u8>) -> Result<(), Failure> {
        let (ledger, settings) = (&mut self.ledger, &self.settings);
        let orders = match news {
            News::Opened => {
                self.opened()?;
                Vec::new()
            }
            News::Decision(decision) => plan::on_decision(ledger, settings, &decision)
                .into_iter()
                .collect(),
            News::Finding(finding) => plan::on_finding(ledger, settings, &finding),
            News::Rest => plan::on_rest(ledger, settings).into_iter().collect(),
        };
        self.carry_out(orders, added);
        Ok(())
    }

    /// Ends the run where the stream would go on for ever: once everything is settled.
    fn leave_if_over(&mut self, added: &mut Vec<u8>) -> Result<(), Failure> {
        let follows = self.ledger.opened.as_ref().is_some_and(|o| o.follow && !o.replay);
        if !follows || !self.pending.is_empty() || !self.ledger.is_over() {
            return Ok(());
        }
        let code = self.conclude(added);
        Err(Failure::new(code, ""))
    }

    fn conclude(&mut self, added: &mut Vec<u8>) -> Code {
        let (result, code) = conclude(&self.ledger, signals::caught());
        record::append(added, self.ledger.last_ts, &result);
        self.result = Some((result, code));
        code
    }
}

impl Stage for Act {
    fn line(&mut self, line: &[u8], added: &mut Vec<u8>) -> Result<(), Failure> {
        self.saw_lines = true;
        if !self.telling.iter().any(|word| word.find(line).is_some()) {
            return Ok(());
        }
        let Some(seen) = std::str::from_utf8(line).ok().and_then(|text| observe(text).ok()) else {
            return Ok(());
        };
        let news = self.ledger.observe(&seen);
        self.now.store(self.ledger.last_ts, Ordering::SeqCst);
        self.saw(&seen);
        if let Some(news) = news {
            self.answer(news, added)?;
        }
        let reports = self.hand.as_ref().map(Hand::reports).unwrap_or_default();
        self.heed(reports, added);
        self.leave_if_over(added)
    }

    fn finish(&mut self, added: &mut Vec<u8>) -> Result<(), Failure> {
        if let Some(mut hand) = self.hand.take() {
            let reports = hand.finish();
            "the stream has ended".clone_into(&mut self.idle);
            self.heed(reports, added);
        }
        self.conclude(added);
        Ok(())
    }
}

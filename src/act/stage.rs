//! Lines in, the same lines out; on a decision, action.

use super::executor::{Hand, Pending, Tools};
use super::notify::Now;
use super::order::{Order, Report, Task};
use super::outcome::conclude;
use super::plan;
use super::settings::Settings;
use super::state::{Ledger, News};
use crate::exit::{Code, Failure};
use crate::pipe::{Out, Stage, hangup, shutdown};
use crate::process::owned_server::Owned;
use crate::server::{Server, is_loopback, parse_url};
use crate::wire::record;
use crate::wire::record::{Opened, Phase, RunResult};
use crate::wire::{Event, Observation, Status, head, matters, observe};
use aho_corasick::AhoCorasick;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Instant;
use url::Url;

/// What the parts have in them that are summed up here, or that are ours: a step's end, a finished call, changed
/// files, a message of ours. The other parts, which are most of all lines, are not read.
const TELLING: [&str; 5] = [
    "\"step-finish\"",
    "\"completed\"",
    "\"error\"",
    "\"patch\"",
    "\"steer\"",
];

static TELLS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(TELLING).ok());

/// Whether a line can say more here than what time it is. It may let too many through, never too few.
fn tells(kind: &str, line: &[u8]) -> bool {
    match kind {
        "message.part.delta" => false,
        "message.part.updated" => TELLS.as_ref().is_none_or(|telling| telling.is_match(line)),
        _ => matters(kind),
    }
}

/// The stage.
pub struct Act {
    settings: Settings,
    ledger: Ledger,
    hand: Option<Hand>,
    /// Why nothing is done to the session, where that is so. What needs no server is checked all the same.
    idle: Option<String>,
    out: Out,
    now: Arc<AtomicI64>,
    pending: Pending,
    result: Option<(RunResult, Code)>,
    saw_lines: bool,
    /// When the last line came: the time of the stream stands still since then.
    last_line: Instant,
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
            idle: None,
            out,
            now: Arc::default(),
            pending: Pending::default(),
            result: None,
            saw_lines: false,
            last_line: Instant::now(),
            settings,
        };
        act.equip()?;
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

    /// What became of the run, once it is over, and what time it is by the clock of its lines.
    pub fn result(&self) -> Option<(&RunResult, Code, Now)> {
        let now = Now {
            ts: self.ledger.last_ts,
            since: self.last_line,
        };
        self.result.as_ref().map(|(result, code)| (result, *code, now))
    }

    /// Whether there was anything to judge: without a line, an earlier stage has said why.
    pub fn saw_lines(&self) -> bool {
        self.saw_lines
    }

    /// Whether the run is a recording, about which nobody is told.
    pub fn is_replay(&self) -> bool {
        self.ledger.opened.as_ref().is_some_and(|opened| opened.replay)
    }

    /// Gets a hand for what is known of the stream by now.
    fn equip(&mut self) -> Result<(), Failure> {
        self.hand = None;
        let opened = self.ledger.opened.clone().unwrap_or_default();
        let url = match self.whom(&opened)? {
            Ok(url) => {
                self.idle = None;
                Some(url)
            }
            Err(why) => {
                self.idle = Some(why);
                None
            }
        };
        // A recording's directory may be anybody's, or long another.
        let checks = !self.settings.dry_run && !opened.replay;
        if url.is_none() && !checks {
            return Ok(());
        }
        let directory = opened.directory.clone().map(PathBuf::from);
        let owned = url.as_ref().and_then(|url| owned(&opened, url));
        let server = url
            .map(|url| Server::new(url, directory.clone(), &self.settings.credentials))
            .transpose()?;
        let tools = Tools {
            server,
            owned,
            limits: self.settings.limits,
            checks: self.settings.checks.clone(),
            directory: directory.unwrap_or_else(|| PathBuf::from(".")),
            out: self.out.clone(),
            now: Arc::clone(&self.now),
        };
        self.hand = Some(Hand::new(tools, self.pending.clone()));
        Ok(())
    }

    /// The server to act on: the one given, or else the one that the stream names; or why on none.
    fn whom(&self, opened: &Opened) -> Result<Result<Url, String>, Failure> {
        let settings = &self.settings;
        if settings.dry_run {
            return Ok(Err("a dry run".to_owned()));
        }
        let url = match (&settings.server, &opened.server) {
            (Some(url), _) => url.clone(),
            (None, _) if opened.replay => {
                let why = "a replay is not acted on; --server names a server to act on";
                return Ok(Err(why.to_owned()));
            }
            (None, Some(url)) => parse_url(url)?,
            (None, None) => {
                let why = "the stream names no server; name it with --server";
                return Ok(Err(why.to_owned()));
            }
        };
        let safe = is_loopback(&url) || (url.scheme() == "https" && settings.credentials.protect());
        if safe || settings.allow_insecure {
            return Ok(Ok(url));
        }
        let why = format!(
            "{url} is neither on this machine nor behind https and a password; --allow-insecure acts on it all the same"
        );
        tracing::warn!("{why}");
        Ok(Err(why))
    }

    fn carry_out(&mut self, orders: impl IntoIterator<Item = Order>, added: &mut Vec<u8>) {
        for order in orders {
            if let Some(why) = &order.withheld {
                self.skip(&order, why, added);
                continue;
            }
            let needs_server = !matches!(order.task, Task::Verify { .. });
            match (&self.hand, self.idle.clone()) {
                (Some(hand), None) => hand.order(order),
                (Some(hand), Some(_)) if !needs_server => hand.order(order),
                (_, why) => {
                    let why = why.unwrap_or_default();
                    self.skip(&order, &why, added);
                    if let Task::Abort { then: Some(then), .. } = &order.task {
                        self.skip(then, &why, added);
                    }
                    plan::on_skipped(&mut self.ledger, &order, &why);
                }
            }
        }
    }

    fn skip(&self, order: &Order, why: &str, added: &mut Vec<u8>) {
        let detail = format!("{why}: {}", order.why);
        order.append(added, self.ledger.last_ts, Phase::Skipped, &detail);
    }

    /// Takes in what came of earlier orders.
    fn heed(&mut self, reports: Vec<Report>, added: &mut Vec<u8>) {
        for report in reports {
            if report.phase == Phase::Taken {
                self.ledger.tally.totals.actions += 1;
            }
            let order = plan::on_report(&mut self.ledger, &self.settings, &report);
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

    fn look(&mut self, line: &[u8], added: &mut Vec<u8>) -> Result<(), Failure> {
        let Some(seen) = std::str::from_utf8(line).ok().and_then(|text| observe(text).ok()) else {
            return Ok(());
        };
        let news = self.ledger.observe(&seen);
        self.now.store(self.ledger.last_ts, Ordering::SeqCst);
        self.saw(&seen);
        match news {
            Some(news) => self.answer(news, added),
            None => Ok(()),
        }
    }

    fn answer(&mut self, news: News, added: &mut Vec<u8>) -> Result<(), Failure> {
        let (ledger, settings) = (&mut self.ledger, &self.settings);
        let orders = match news {
            News::Opened => {
                self.equip()?;
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

    /// Ends the run where the stream would go on for ever: once everything is settled, or given up.
    fn leave_if_over(&mut self, added: &mut Vec<u8>) -> Result<(), Failure> {
        let opened = self.ledger.opened.as_ref();
        let stays = opened.is_some_and(|o| !o.replay && (o.follow || self.ledger.gave_up));
        if !stays || !self.pending.is_empty() || !self.ledger.is_over() {
            return Ok(());
        }
        let code = self.conclude(added);
        Err(Failure::new(code, ""))
    }

    fn conclude(&mut self, added: &mut Vec<u8>) -> Code {
        let (result, code) = conclude(&self.ledger, shutdown::caught());
        record::append(added, self.ledger.last_ts, &result);
        self.result = Some((result, code));
        code
    }
}

/// The server's processes, where the stream that is read here is the one that started them.
fn owned(opened: &Opened, url: &Url) -> Option<Owned> {
    let named = opened.server.as_deref().and_then(|named| parse_url(named).ok());
    if opened.replay || !is_loopback(url) || named.as_ref() != Some(url) {
        return None;
    }
    Owned::new(opened.pid?, url)
}

impl Stage for Act {
    fn line(&mut self, line: &[u8], added: &mut Vec<u8>) -> Result<(), Failure> {
        self.saw_lines = true;
        match head(line).filter(|head| !tells(head.kind, line)) {
            Some(head) => {
                self.ledger.pass(head.ts);
                self.now.store(self.ledger.last_ts, Ordering::SeqCst);
            }
            None => self.look(line, added)?,
        }
        // Looked at first: what is finished only now has its report still before us.
        let finished = self.pending.is_empty();
        let reports = self.hand.as_ref().map(Hand::reports).unwrap_or_default();
        self.heed(reports, added);
        if finished {
            self.leave_if_over(added)?;
        }
        Ok(())
    }

    fn passed(&mut self) {
        self.last_line = Instant::now();
    }

    fn finish(&mut self, added: &mut Vec<u8>) -> Result<(), Failure> {
        if let Some(mut hand) = self.hand.take() {
            let reports = hand.finish();
            self.idle = Some("the stream has ended".to_owned());
            self.heed(reports, added);
        }
        self.conclude(added);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_parts_that_nothing_is_made_of_are_left_unread() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sessions");
        let (mut left, mut read) = (0, 0);
        for file in std::fs::read_dir(folder).unwrap() {
            for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
                let Some(head) = head(line.as_bytes()) else {
                    continue;
                };
                if tells(head.kind, line.as_bytes()) {
                    read += 1;
                    continue;
                }
                left += 1;
                if let Event::Part(part) = observe(line).unwrap().event {
                    let over = part
                        .state
                        .as_ref()
                        .is_some_and(|s| matches!(&*s.status, "completed" | "error"));
                    assert!(
                        !over && !part.is_steer() && !["step-finish", "patch"].contains(&&*part.kind),
                        "{line}"
                    );
                }
            }
        }
        assert!(left > read / 2, "{left} of {}", left + read);
    }
}

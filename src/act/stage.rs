//! The stage: passes lines on, and acts on decisions and findings.

use super::authority::{Authority, is_protected};
use super::executor::{Executor, ExecutorContext, Pending};
use super::notify::{Courier, Message, Needs, Notice, Notify, Now};
use super::order::{Order, Report, Task};
use super::outcome::conclude;
use super::plan;
use super::resume::Resumes;
use super::settings::Settings;
use super::state::{News, RunState};
use crate::exit::{Code, Failure, leave};
use crate::net::is_loopback;
use crate::pipe::shutdown::{BACKLOG, NOTIFY, NOTIFY_AFTER_SIGNAL};
use crate::pipe::{Out, Shutdown, Stage, hangup};
use crate::process::server_processes::ServerProcesses;
use crate::process::{feedback, password};
use crate::server::{Credentials, Server, parse_url};
use crate::wire::record;
use crate::wire::record::{AnyRecord, Opened, Phase, Record, RunResult, Verdict};
use crate::wire::text::decode;
use crate::wire::{Event, Observation, Raw, Status, about, head, matters, members, observe};
use aho_corasick::AhoCorasick;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Instant;
use url::Url;

/// Strings that every relevant part contains: the end of a step, a finished call, changed files, a message of ours.
/// Other parts, which are most of all lines, are not parsed.
const RELEVANT: [&str; 5] = ["\"step-finish\"", "\"completed\"", "\"error\"", "\"patch\"", "\"steer\""];

static RELEVANT_PARTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(RELEVANT).ok());

/// Whether more of a line than its time may matter here. False positives are possible, false negatives are not.
fn is_relevant(kind: &str, line: &[u8]) -> bool {
    match kind {
        "message.part.delta" => false,
        "message.part.updated" => RELEVANT_PARTS.as_ref().is_none_or(|relevant| relevant.is_match(line)),
        _ => matters(kind),
    }
}

/// The stage of `ocr-act`.
pub struct Act {
    settings: Settings,
    state: RunState,
    authority: Authority,
    executor: Option<Executor>,
    /// Why the session is not acted on, if so. Checks that need no server run all the same.
    inactive: Option<String>,
    out: Out,
    /// The time of the stream, for the executor.
    now: Arc<AtomicI64>,
    pending: Pending,
    shutdown: Shutdown,
    /// Who is told of what.
    notify: Arc<Notify>,
    needs: Needs,
    /// Sends notices, from the first one on.
    courier: Option<Courier>,
    resumes: Resumes,
    /// News of a session at rest, until it is certain that the session does not go on by itself.
    held: Option<News>,
    result: Option<(RunResult, Code)>,
    saw_lines: bool,
    /// When the last line was read: the time of the stream stands still since then.
    last_line: Instant,
}

impl Act {
    /// A stage that adds its lines to `out`.
    ///
    /// # Errors
    /// [`Code::Usage`] if the server's URL or credentials cannot be used.
    pub fn new(settings: Settings, notify: Notify, out: Out, shutdown: Shutdown) -> Result<Self, Failure> {
        let mut act = Self {
            state: RunState::default(),
            authority: Authority::before(&settings),
            executor: None,
            inactive: None,
            out,
            now: Arc::default(),
            pending: Pending::default(),
            shutdown,
            notify: Arc::new(notify),
            needs: Needs::default(),
            courier: None,
            resumes: Resumes::default(),
            held: None,
            result: None,
            saw_lines: false,
            last_line: Instant::now(),
            settings,
        };
        act.start_executor()?;
        Ok(act)
    }

    /// Exits when the reader of standard output closes it, after finishing the actions under way.
    pub fn leave_with_reader(&self) {
        let pending = self.pending.clone();
        hangup::watch(move || {
            pending.wait();
            leave(Code::ReaderLeft);
        });
    }

    /// The result of the run once it is over, and its exit code.
    pub fn result(&self) -> Option<(&RunResult, Code)> {
        self.result.as_ref().map(|(result, code)| (result, *code))
    }

    /// Whether any line was read. If not, an earlier stage has reported why.
    pub fn saw_lines(&self) -> bool {
        self.saw_lines
    }

    /// Whether the stream is live. The outcome of a recording is not sent to anyone.
    pub fn is_live(&self) -> bool {
        self.authority.is_live()
    }

    /// Takes a stream of ours for a recording when it does not begin with an `opened` line that can be read.
    fn doubt(&mut self, line: &Observation, text: &str) {
        if self.authority == Authority::Unopened && misses_opened(line, text) {
            self.authority = Authority::without_opened();
            self.executor = None;
            self.inactive = self.authority.refusal();
        }
    }

    /// Learns from the first `opened` line what may be acted on.
    fn open(&mut self, says_replay: bool) -> Result<(), Failure> {
        if matches!(self.authority, Authority::Recording(_)) {
            return Ok(());
        }
        let opened = self.state.opened.clone().unwrap_or_default();
        self.authority = Authority::of(&self.settings, &opened, self.state.clock.now().ms(), says_replay);
        self.state.pinned = self.authority.is_live();
        if let (true, Some(directory), Some(file)) = (self.is_live(), &opened.directory, feedback::stdout_file()) {
            feedback::warn(&file, Path::new(directory));
        }
        self.start_executor()
    }

    /// Starts an executor for the server that is known by now.
    fn start_executor(&mut self) -> Result<(), Failure> {
        self.executor = None;
        let opened = self.state.opened.clone().unwrap_or_default();
        let target = self.target(&opened);
        self.inactive = target.as_ref().err().cloned();
        let url = target.ok();
        // The directory of a recording may belong to someone else by now.
        let checks = !self.settings.dry_run && self.authority.is_live();
        if url.is_none() && !checks {
            return Ok(());
        }
        let directory = opened.directory.clone().map(PathBuf::from);
        let owned = url.as_ref().filter(|_| self.authority == Authority::Proven).and_then(|url| owned(&opened, url));
        let credentials = self.credentials(&opened, owned.is_some());
        let server = url.map(|url| Server::new(url, directory.clone(), &credentials)).transpose()?;
        let context = ExecutorContext {
            server,
            owned,
            limits: self.settings.limits,
            checks: self.settings.checks.clone(),
            directory: directory.unwrap_or_else(|| PathBuf::from(".")),
            out: self.out.clone(),
            now: Arc::clone(&self.now),
            shutdown: self.shutdown.clone(),
        };
        self.executor = Some(Executor::start(context, self.pending.clone()));
        Ok(())
    }

    /// The server to act on, or why there is none: the one of the command line, or else the one that a live stream names.
    fn target(&self, opened: &Opened) -> Result<Url, String> {
        let settings = &self.settings;
        if settings.dry_run {
            return Err("a dry run".to_owned());
        }
        if let Some(why) = self.authority.refusal() {
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
        let mut credentials = self.settings.credentials.clone();
        if credentials.password.is_none() && owned {
            credentials.password = opened.pid.and_then(|pid| password::of_stream(&self.settings.private, pid));
        }
        credentials
    }

    fn carry_out(&mut self, orders: impl IntoIterator<Item = Order>, added: &mut Vec<u8>) {
        for order in orders {
            if let Some(why) = &order.withheld {
                self.skip(&order, why, added);
                continue;
            }
            let needs_server = !matches!(order.task, Task::Verify { .. });
            match (&self.executor, self.inactive.clone()) {
                (Some(executor), None) => executor.order(order),
                (Some(executor), Some(_)) if !needs_server => executor.order(order),
                (_, why) => {
                    let why = why.unwrap_or_default();
                    self.skip(&order, &why, added);
                    if let Task::Abort { then: Some(then), .. } = &order.task {
                        self.skip(then, &why, added);
                    }
                    plan::on_skipped(&mut self.state, &order, &why);
                }
            }
        }
    }

    fn skip(&self, order: &Order, why: &str, added: &mut Vec<u8>) {
        let detail = format!("{} (not done: {why})", order.why);
        order.append(added, self.state.clock.now(), Phase::Skipped, &detail);
    }

    /// Handles the reports of earlier orders.
    fn handle_reports(&mut self, reports: Vec<Report>, added: &mut Vec<u8>) {
        for report in reports {
            if report.phase == Phase::Taken {
                self.state.totals.counts.actions += 1;
            }
            let order = plan::on_report(&mut self.state, &self.settings, &report);
            self.carry_out(order, added);
        }
    }

    /// Tells the executor that a session rests, for which it may be waiting.
    fn forward_rest(&self, line: &Observation) {
        let at_rest = matches!(line.event, Event::Status(Status::Idle));
        if let (true, Some(session), Some(executor)) = (at_rest, &line.session, &self.executor) {
            executor.saw_rest(session);
        }
    }

    fn parse(&mut self, line: &[u8], added: &mut Vec<u8>) -> Result<(), Failure> {
        let Ok(text) = std::str::from_utf8(line) else {
            return Ok(());
        };
        let Ok(line) = observe(text) else {
            return Ok(());
        };
        self.doubt(&line, text);
        let news = self.state.observe(&line);
        self.now.store(self.state.clock.now().ms(), Ordering::SeqCst);
        self.forward_rest(&line);
        if let (Event::Session { .. }, Some(session)) = (&line.event, &line.session)
            && let Some(title) = about(text).title
        {
            self.needs.titled(session, &title);
        }
        match news {
            Some(news) if self.is_early(&news) => self.held = Some(news),
            Some(news) => self.respond(news, added)?,
            None => {}
        }
        Ok(())
    }

    /// Whether the session may go on before anything is to be done about this.
    fn is_early(&self, news: &News) -> bool {
        let settles = match news {
            News::Rest => true,
            News::Decision(decision) => {
                decision.finding.is_none() && matches!(decision.action, Verdict::Done | Verdict::Unsure)
            }
            _ => false,
        };
        let rests = self.state.rests_for_good(self.settings.rest_grace);
        settles && self.is_live() && self.state.done.is_some() && !rests
    }

    /// Responds to what was held back, once the session rests for good.
    fn respond_to_held(&mut self, is_end: bool, added: &mut Vec<u8>) -> Result<(), Failure> {
        if self.state.done.is_none() {
            self.held = None;
        }
        if !is_end && !self.state.rests_for_good(self.settings.rest_grace) {
            return Ok(());
        }
        match self.held.take() {
            Some(news) => self.respond(news, added),
            None => Ok(()),
        }
    }

    /// Tells people what they may be needed for. Nobody is told of a recording, or of what is not done.
    fn tell(&mut self, notices: Vec<Notice>) {
        if !self.is_live() || self.settings.dry_run {
            return;
        }
        let now = Now { ts: self.state.clock.now(), since: Instant::now() };
        for notice in notices.into_iter().filter(|notice| self.notify.wants(notice.event)) {
            let start = || Courier::start(Arc::clone(&self.notify), self.out.clone(), self.shutdown.clone());
            self.courier.get_or_insert_with(start).send(notice, now);
        }
    }

    /// Where a person can answer: the server that the command line or a live stream names.
    fn answered_at(&self) -> Option<Url> {
        let named = || parse_url(self.state.opened.as_ref()?.server.as_deref()?).ok();
        self.settings.server.clone().or_else(named)
    }

    fn respond(&mut self, news: News, added: &mut Vec<u8>) -> Result<(), Failure> {
        match &news {
            News::State(change) => {
                let server = self.answered_at();
                let notices = self.needs.state(change, server.as_ref());
                self.tell(notices);
            }
            News::Finding(finding) | News::Over(finding) => {
                let notice = self.needs.finding(finding);
                self.tell(notice.into_iter().collect());
            }
            _ => {}
        }
        let (state, settings) = (&mut self.state, &self.settings);
        let orders = match news {
            News::Opened { says_replay } => {
                self.open(says_replay)?;
                Vec::new()
            }
            News::Decision(decision) => plan::on_decision(state, settings, &decision).into_iter().collect(),
            News::Finding(finding) => plan::on_finding(state, settings, &finding),
            News::Rest if settings.resume_at_reset && state.is_lost() => {
                self.resumes.failed(state.clock.now().ms());
                Vec::new()
            }
            News::Rest => plan::on_rest(state, settings).into_iter().collect(),
            News::State(change) => {
                if settings.resume_at_reset && !state.is_of_directory() && state.knows(&change.session_id) {
                    self.resumes.state(&change);
                }
                Vec::new()
            }
            News::Over(_) => Vec::new(),
        };
        self.carry_out(orders, added);
        Ok(())
    }

    /// Resumes the sessions whose provider accepts requests again.
    fn resume(&mut self, added: &mut Vec<u8>) {
        if self.state.ended.is_none() {
            let orders = self.resumes.due(self.state.clock.now().ms());
            self.carry_out(orders, added);
        }
    }

    /// Ends the run if it is decided and the stream would not end by itself.
    fn leave_if_over(&mut self, added: &mut Vec<u8>) -> Result<(), Failure> {
        let opened = self.state.opened.as_ref();
        let stays = self.is_live() && opened.is_some_and(|o| o.follow || self.state.gave_up);
        if !stays
            || self.resumes.is_waiting(self.state.clock.now().ms())
            || !self.pending.is_empty()
            || !self.state.is_over(self.settings.rest_grace)
        {
            return Ok(());
        }
        let code = self.conclude(added);
        Err(Failure::new(code, ""))
    }

    fn conclude(&mut self, added: &mut Vec<u8>) -> Code {
        let (result, code) = conclude(&self.state, self.shutdown.requested(), !self.settings.checks.is_empty());
        let ts = self.state.clock.now();
        // What is waiting to be told comes before the outcome.
        let waited = self.courier.take().is_some_and(|courier| courier.finish(BACKLOG));
        // The outcome of a recording, or of what was not done, is sent to nobody.
        if self.saw_lines && self.is_live() && !self.settings.dry_run {
            let now = Now { ts, since: self.last_line };
            let all = if self.shutdown.requested().is_some() { NOTIFY_AFTER_SIGNAL } else { NOTIFY };
            let limit = waited.then(|| all.saturating_sub(BACKLOG));
            let message = Message::Result(Box::new(result.clone()));
            for delivery in self.notify.send(&message, now, limit, &self.shutdown) {
                record::append(added, ts, &delivery.record(None, self.state.root()));
            }
        }
        // Where nothing came, there was no run: an earlier stage has said why.
        if self.saw_lines {
            record::append(added, ts, &result);
        }
        self.result = Some((result, code));
        code
    }
}

/// Whether a line is one of `ocr-stream`, which should come after an `opened` line, or is itself one that says more than
/// one thing.
fn misses_opened(line: &Observation, text: &str) -> bool {
    match &line.event {
        Event::Record { kind, properties } if kind == Opened::TYPE => {
            !matches!(AnyRecord::parse(kind, *properties), Ok(Some(AnyRecord::Opened(_))))
        }
        Event::Record { kind, .. } => kind.starts_with("ocr.stream."),
        _ if line.dialect.is_none() => {
            let members = members(Raw::new(text)).unwrap_or_default();
            members.iter().any(|(name, value)| name == "type" && decode(*value) == Opened::TYPE)
        }
        _ => false,
    }
}

/// The processes of the server, if the stream, which is proven to be live, started it.
fn owned(opened: &Opened, url: &Url) -> Option<ServerProcesses> {
    let named = opened.server.as_deref().and_then(|named| parse_url(named).ok());
    if !opened.spawned || !is_loopback(url) || named.as_ref() != Some(url) {
        return None;
    }
    ServerProcesses::new(opened.pid?, url)
}

impl Stage for Act {
    fn line(&mut self, line: &[u8], added: &mut Vec<u8>) -> Result<(), Failure> {
        self.saw_lines = true;
        match head(line).filter(|head| !is_relevant(head.kind, line)) {
            Some(head) => {
                let now = self.state.clock.see(Some(head.ts));
                self.now.store(now.ms(), Ordering::SeqCst);
            }
            None => self.parse(line, added)?,
        }
        self.resume(added);
        self.respond_to_held(false, added)?;
        // Asked before the reports are read: once nothing is pending, all reports are there.
        let finished = self.pending.is_empty();
        let reports = self.executor.as_ref().map(Executor::reports).unwrap_or_default();
        self.handle_reports(reports, added);
        if finished {
            self.leave_if_over(added)?;
        }
        Ok(())
    }

    fn passed(&mut self) {
        self.last_line = Instant::now();
    }

    fn finish(&mut self, added: &mut Vec<u8>) -> Result<(), Failure> {
        self.respond_to_held(true, added)?;
        if let Some(mut executor) = self.executor.take() {
            let reports = executor.finish();
            self.inactive = Some("the stream has ended".to_owned());
            self.handle_reports(reports, added);
        }
        self.conclude(added);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::part::ToolState;

    #[test]
    fn skips_irrelevant_parts_only() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sessions");
        let (mut skipped, mut parsed) = (0, 0);
        for file in std::fs::read_dir(folder).unwrap() {
            for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
                let Some(head) = head(line.as_bytes()) else {
                    continue;
                };
                if is_relevant(head.kind, line.as_bytes()) {
                    parsed += 1;
                    continue;
                }
                skipped += 1;
                if let Event::Part(part) = observe(line).unwrap().event {
                    let over = part.state.as_ref().is_some_and(ToolState::is_over);
                    assert!(!over && !part.is_steer() && !["step-finish", "patch"].contains(&&*part.kind), "{line}");
                }
            }
        }
        assert!(skipped > parsed / 2, "{skipped} of {}", skipped + parsed);
    }
}

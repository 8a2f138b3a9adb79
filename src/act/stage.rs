//! The stage: passes lines on, and acts on decisions and findings.

use super::authority::{Authority, is_protected};
use super::executor::{Executor, ExecutorContext, Pending};
use super::known::Said;
use super::neighbours::{Lookout, Neighbours, Place};
use super::notify::{Courier, Message, Needs, Notice, Notify, Now};
use super::order::{Order, Report, Task};
use super::outcome::{conclude, not_started};
use super::plan;
use super::resume::Resumes;
use super::settings::Settings;
use super::state::{News, RunState};
use crate::exit::{Code, Failure, leave};
use crate::net::is_loopback;
use crate::pipe::shutdown::{BACKLOG, NEIGHBOURS, NOTIFY, NOTIFY_AFTER_SIGNAL};
use crate::pipe::{Out, Shutdown, Stage, hangup};
use crate::process::server_processes::ServerProcesses;
use crate::process::{feedback, password};
use crate::server::{Credentials, Server, parse_url};
use crate::wire::record;
use crate::wire::record::{AnyRecord, Closed, Opened, Phase, Record, RunResult, Verdict};
use crate::wire::text::decode;
use crate::wire::{About, Event, Observation, Raw, Status, about, head, matters, members, observe};
use aho_corasick::AhoCorasick;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use url::Url;

/// Strings that every relevant part contains: the end of a step, a finished call, changed files, a message of ours.
/// Other parts, which are most of all lines, are not parsed.
const RELEVANT: [&str; 5] = ["\"step-finish\"", "\"completed\"", "\"error\"", "\"patch\"", "\"steer\""];

static RELEVANT_PARTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(RELEVANT).ok());

/// Whether more of a line than its time may matter here. False positives are possible, false negatives are not.
pub(super) fn is_relevant(kind: &str, line: &[u8]) -> bool {
    match kind {
        "message.part.delta" => false,
        "message.part.updated" => RELEVANT_PARTS.as_ref().is_none_or(|relevant| relevant.is_match(line)),
        _ => matters(kind),
    }
}

/// A line and what it says; `None` for what is no line of a stream.
pub(super) fn read(line: &[u8]) -> Option<(&str, Observation<'_>)> {
    let text = std::str::from_utf8(line).ok()?;
    Some((text, observe(text).ok()?))
}

/// What the runs of one stage share. Clones share it too.
#[derive(Clone)]
pub(super) struct Shared {
    pub settings: Arc<Settings>,
    /// Who is told of what.
    pub notify: Arc<Notify>,
    pub out: Out,
    pub shutdown: Shutdown,
    /// The unfinished orders.
    pub pending: Pending,
    /// Sends notices, and the outcome of one run of several.
    pub courier: Courier,
    pub lookout: Lookout,
    /// The time of the stream, for what is written from other threads.
    now: Arc<AtomicI64>,
}

/// The stage of `ocr-act`: one run.
pub struct Act {
    pub(super) shared: Shared,
    pub(super) state: RunState,
    pub(super) authority: Authority,
    /// The server to act on.
    server: Option<Server>,
    /// What the executor needs, until the first order starts it.
    context: Option<ExecutorContext>,
    executor: Option<Executor>,
    /// Why the session is not acted on, if so. Checks that need no server run all the same.
    inactive: Option<String>,
    needs: Needs,
    neighbours: Neighbours,
    resumes: Resumes,
    /// News of a session at rest, until it is certain that the session does not go on by itself.
    held: Option<News>,
    result: Option<(RunResult, Code)>,
    /// Whether this is the run of one session of several.
    is_one_of_many: bool,
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
        let notify = Arc::new(notify);
        let now = Arc::<AtomicI64>::default();
        let courier = Courier::new(Arc::clone(&notify), out.clone(), Arc::clone(&now), shutdown.clone());
        let settings = Arc::new(settings);
        let authority = Authority::before(&settings);
        let shared = Shared {
            settings,
            notify,
            out,
            shutdown,
            pending: Pending::default(),
            courier,
            lookout: Lookout::default(),
            now,
        };
        let mut act = Self::in_state(shared, RunState::default(), authority, false);
        act.prepare()?;
        Ok(act)
    }

    /// The run of one session of the stream that `whole` is about, of which this was said.
    pub(super) fn one_of(whole: &Self, session: &str, said: Option<&Said>) -> Result<Self, Failure> {
        let opened = whole.state.opened.clone().unwrap_or_default();
        let directory = opened.directory.filter(|_| opened.session_id.is_some());
        let opened = Opened {
            // A stream of all sessions stays open when one of them rests.
            follow: opened.follow || opened.session_id.is_none(),
            directory: said.and_then(|said| said.directory.clone()).or(directory),
            session_id: Some(session.to_owned()),
            task: None,
            ..opened
        };
        let mut state = RunState::default();
        (state.opened, state.pinned, state.reviewed) = (Some(opened), true, whole.state.reviewed);
        state.clock.see(Some(whole.state.clock.now().ms()));
        let mut act = Self::in_state(whole.shared.clone(), state, whole.authority.clone(), true);
        act.saw_lines = true;
        if let Some(title) = said.and_then(|said| said.title.as_deref()) {
            act.needs.titled(session, title);
        }
        act.prepare()?;
        act.look_around();
        Ok(act)
    }

    fn in_state(shared: Shared, state: RunState, authority: Authority, is_one_of_many: bool) -> Self {
        Self {
            shared,
            state,
            authority,
            server: None,
            context: None,
            executor: None,
            inactive: None,
            needs: Needs::default(),
            neighbours: Neighbours::default(),
            resumes: Resumes::default(),
            held: None,
            result: None,
            is_one_of_many,
            saw_lines: false,
            last_line: Instant::now(),
        }
    }

    /// Exits when the reader of standard output closes it, after finishing the actions under way, and the notifications.
    pub fn leave_with_reader(&self) {
        let (pending, courier) = (self.shared.pending.clone(), self.shared.courier.clone());
        hangup::watch(move || {
            pending.wait();
            courier.finish(BACKLOG);
            leave(Code::ReaderLeft);
        });
    }

    /// The exit code of an earlier stage that could not start, if that is why there was no run.
    pub fn not_started(&self) -> Option<Code> {
        not_started(&self.state)
    }

    /// The result of the run once it is over, and its exit code.
    pub fn result(&self) -> Option<(&RunResult, Code)> {
        self.result.as_ref().map(|(result, code)| (result, *code))
    }

    /// Whether any line was read. If not, an earlier stage has reported why.
    pub fn saw_lines(&self) -> bool {
        self.saw_lines
    }

    /// Whether orders can be carried out, so that a run of one session may need a thread for them.
    pub(super) fn takes_orders(&self) -> bool {
        self.context.is_some()
    }

    /// Whether the stream is live. The outcome of a recording is not sent to anyone.
    pub fn is_live(&self) -> bool {
        self.authority.is_live()
    }

    /// Takes a stream of ours for a recording when it does not begin with an `opened` line that can be read.
    pub(super) fn doubt(&mut self, line: &Observation, text: &str) {
        if self.authority == Authority::Unopened && misses_opened(line, text) {
            self.authority = Authority::without_opened();
            (self.server, self.context, self.executor) = (None, None, None);
            self.inactive = self.authority.refusal();
        }
    }

    /// Learns from the first `opened` line what may be acted on.
    fn open(&mut self, says_replay: bool) -> Result<(), Failure> {
        if matches!(self.authority, Authority::Recording(_)) {
            return Ok(());
        }
        let opened = self.state.opened.clone().unwrap_or_default();
        self.authority = Authority::of(&self.shared.settings, &opened, self.state.clock.now().ms(), says_replay);
        self.state.pinned = self.authority.is_live();
        if let (true, Some(directory), Some(file)) = (self.is_live(), &opened.directory, feedback::stdout_file()) {
            feedback::warn(&file, Path::new(directory));
        }
        self.prepare()?;
        self.look_around();
        Ok(())
    }

    /// Looks for other sessions that work in the directory of this one. Those beside a recorded one are not its own.
    fn look_around(&self) {
        if !self.authority.is_proven() {
            return;
        }
        let opened = self.state.opened.as_ref();
        let place = |opened: &Opened| Some((opened.session_id.clone()?, opened.directory.clone()?));
        if let (Some(server), Some((session, directory))) = (&self.server, opened.and_then(place)) {
            let now = self.state.clock.now();
            let began = now.ms().saturating_sub(self.state.clock.elapsed());
            let rolls_back = self.shared.settings.rollback;
            self.neighbours.look(
                &self.shared.lookout,
                server,
                Place { session, directory, now: now.ms(), began, rolls_back },
            );
        }
    }

    /// Prepares to act on the server that is known by now.
    fn prepare(&mut self) -> Result<(), Failure> {
        (self.server, self.context, self.executor) = (None, None, None);
        let opened = self.state.opened.clone().unwrap_or_default();
        let target = self.target(&opened);
        self.inactive = target.as_ref().err().cloned();
        let url = target.ok();
        // The directory of a recording may belong to someone else by now.
        let checks = !self.shared.settings.dry_run && self.authority.is_live();
        if url.is_none() && !checks {
            return Ok(());
        }
        let directory = opened.directory.clone().map(PathBuf::from);
        let is_ours = self.authority == Authority::Proven;
        let ours = url.as_ref().filter(|_| is_ours).and_then(|url| owned(&opened, url));
        let credentials = self.credentials(&opened, ours.is_some());
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

    /// The executor, which the first order starts.
    fn executor(&mut self) -> Option<&Executor> {
        if let Some(context) = self.context.take() {
            self.executor = Some(Executor::start(context, self.shared.pending.clone()));
        }
        self.executor.as_ref()
    }

    /// The server to act on, or why there is none: the one of the command line, or else the one that a live stream names.
    fn target(&self, opened: &Opened) -> Result<Url, String> {
        let settings = &self.shared.settings;
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
        let mut credentials = self.shared.settings.credentials.clone();
        if credentials.password.is_none() && owned {
            credentials.password = opened.pid.and_then(|pid| password::of_stream(&self.shared.settings.private, pid));
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
            let inactive = self.inactive.clone();
            if let Some(executor) = self.executor().filter(|_| inactive.is_none() || !needs_server) {
                executor.order(order);
                continue;
            }
            let why = inactive.unwrap_or_default();
            self.skip(&order, &why, added);
            if let Task::Abort { then: Some(then), .. } = &order.task {
                self.skip(then, &why, added);
            }
            plan::on_skipped(&mut self.state, &order, &why);
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
            let order = plan::on_report(&mut self.state, &self.shared.settings, &report);
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

    /// Takes in what a line says. Returns whether the run is over.
    pub(super) fn take(&mut self, line: &Observation, text: &str, added: &mut Vec<u8>) -> Result<bool, Failure> {
        self.doubt(line, text);
        let news = self.state.observe(line);
        self.pass_time(line.ts);
        if matches!(news, Some(News::Rest)) {
            // Early enough to be answered before the run ends.
            self.look_around();
        }
        self.forward_rest(line);
        if let (Event::Session { .. }, Some(session)) = (&line.event, &line.session) {
            self.learn_about(session, &about(text));
        }
        match news {
            Some(news) if self.is_early(&news) => self.held = Some(news),
            Some(news) => self.respond(news, added)?,
            None => {}
        }
        self.advance(added)
    }

    /// Learns what is said of a session.
    fn learn_about(&mut self, session: &str, said: &About<'_>) {
        if let Some(title) = &said.title {
            self.needs.titled(session, title);
        }
        let is_ours = self.is_one_of_many && self.state.root() == Some(session);
        let opened = self.state.opened.as_mut().filter(|opened| is_ours && opened.directory.is_none());
        if let (Some(opened), Some(directory)) = (opened, &said.directory) {
            opened.directory = Some(directory.to_string());
            if let Some(context) = &mut self.context {
                context.directory = Some(PathBuf::from(&**directory));
            }
            self.look_around();
        }
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
        let rests = self.state.rests_for_good(self.shared.settings.rest_grace);
        settles && self.is_live() && self.state.done.is_some() && !rests
    }

    /// Responds to what was held back, once the session rests for good.
    fn respond_to_held(&mut self, is_end: bool, added: &mut Vec<u8>) -> Result<(), Failure> {
        if self.state.done.is_none() {
            self.held = None;
        }
        if !is_end && !self.state.rests_for_good(self.shared.settings.rest_grace) {
            return Ok(());
        }
        match self.held.take() {
            Some(news) => self.respond(news, added),
            None => Ok(()),
        }
    }

    /// Tells people what they may be needed for. Nobody is told of a recording, or of what is not done.
    fn tell(&mut self, notices: Vec<Notice>) {
        if !self.is_live() || self.shared.settings.dry_run {
            return;
        }
        let now = Now { ts: self.state.clock.now(), since: Instant::now() };
        for notice in notices {
            self.shared.courier.send(Message::Notice(notice), now);
        }
    }

    /// Where a person can answer: the server that the command line or a live stream names.
    fn answered_at(&self) -> Option<Url> {
        let named = || parse_url(self.state.opened.as_ref()?.server.as_deref()?).ok();
        self.shared.settings.server.clone().or_else(named)
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
        let (state, settings) = (&mut self.state, &*self.shared.settings);
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

    /// Whether the run is decided, and the stream would not end by itself.
    fn is_over(&self) -> bool {
        let opened = self.state.opened.as_ref();
        // One of several rests in a recording as it did when that was made.
        let rests = self.is_live() || self.is_one_of_many;
        let stays = rests && opened.is_some_and(|o| o.follow || self.state.gave_up);
        stays
            && !self.resumes.is_waiting(self.state.clock.now().ms())
            && self.state.is_over(self.shared.settings.rest_grace)
    }

    /// Handles one line. Returns whether the run is over.
    fn step(&mut self, line: &[u8], added: &mut Vec<u8>) -> Result<bool, Failure> {
        match head(line).filter(|head| !is_relevant(head.kind, line)) {
            Some(head) => self.pass_time(Some(head.ts)),
            None => {
                if let Some((text, line)) = read(line) {
                    return self.take(&line, text, added);
                }
            }
        }
        self.advance(added)
    }

    /// Sets the clock by a line.
    pub(super) fn pass_time(&mut self, ts: Option<i64>) {
        self.saw_lines = true;
        let now = self.state.clock.see(ts);
        self.shared.now.store(now.ms(), Ordering::SeqCst);
    }

    /// Does what is due by now. Returns whether the run is over.
    pub(super) fn advance(&mut self, added: &mut Vec<u8>) -> Result<bool, Failure> {
        self.resume(added);
        self.respond_to_held(false, added)?;
        let finished = self.follow_orders(added);
        Ok(finished && self.is_over())
    }

    /// Handles what came of the orders so far. Returns whether all of them are carried out.
    pub(super) fn follow_orders(&mut self, added: &mut Vec<u8>) -> bool {
        // Asked before the reports are read: once nothing is pending, all reports are there.
        let finished = self.executor.as_ref().is_none_or(Executor::is_idle);
        let reports = self.executor.as_ref().map(Executor::reports).unwrap_or_default();
        self.handle_reports(reports, added);
        finished && self.executor.as_ref().is_none_or(Executor::is_idle)
    }

    /// Gives the session no further orders, for this reason. Those under way are carried out.
    pub(super) fn retire(&mut self, why: &str) {
        self.inactive = Some(why.to_owned());
    }

    /// Finishes what was begun, and ends the run. What the server is still asked is waited for until `until`.
    pub(super) fn end(&mut self, until: Instant, added: &mut Vec<u8>) -> Result<Code, Failure> {
        self.respond_to_held(true, added)?;
        self.finish_orders(added);
        Ok(self.conclude(until, added))
    }

    /// Waits for the orders under way. Whatever would follow them is skipped.
    pub(super) fn finish_orders(&mut self, added: &mut Vec<u8>) {
        self.context = None;
        if let Some(mut executor) = self.executor.take() {
            let reports = executor.finish();
            self.inactive = Some("the stream has ended".to_owned());
            self.handle_reports(reports, added);
        }
    }

    /// Until when the end of the run, or of all, may wait for what the server is still asked.
    pub(super) fn patience(&self) -> Instant {
        let is_late = self.shared.shutdown.requested().is_some();
        Instant::now() + if is_late { Duration::ZERO } else { NEIGHBOURS }
    }

    /// Concludes the run, writes its result, and returns its exit code.
    pub(super) fn conclude(&mut self, until: Instant, added: &mut Vec<u8>) -> Code {
        if let Some(code) = self.not_started() {
            return code;
        }
        let (settings, signal) = (&self.shared.settings, self.shared.shutdown.requested());
        let (mut result, code) = conclude(&self.state, signal, !settings.checks.is_empty());
        result.other_sessions = self.neighbours.all(until);
        let ts = self.state.clock.now();
        let told = self.saw_lines && self.is_live() && !settings.dry_run;
        if self.is_one_of_many {
            if told {
                let now = Now { ts, since: self.last_line };
                self.shared.courier.send(Message::Result(Box::new(result.clone())), now);
            }
        } else {
            self.tell_outcome(&result, told, added);
        }
        // Where nothing came, there was no run: an earlier stage has said why.
        if self.saw_lines {
            record::append(added, ts, &result);
        }
        self.result = Some((result, code));
        code
    }

    /// Sends what waits to be told, and then the outcome, if it is to be told: that of a recording, or of what was not
    /// done, is sent to nobody.
    fn tell_outcome(&self, result: &RunResult, told: bool, added: &mut Vec<u8>) {
        let shared = &self.shared;
        let waited = shared.courier.finish(BACKLOG);
        if !told {
            return;
        }
        let ts = self.state.clock.now();
        let now = Now { ts, since: self.last_line };
        let all = if shared.shutdown.requested().is_some() { NOTIFY_AFTER_SIGNAL } else { NOTIFY };
        let limit = waited.then(|| all.saturating_sub(BACKLOG));
        let message = Message::Result(Box::new(result.clone()));
        for delivery in shared.notify.send(&message, now, limit, &shared.shutdown) {
            record::append(added, ts, &delivery.record(None, self.state.root()));
        }
    }
}

/// Whether a line is one of `ocr-stream`, which should come after an `opened` line, or is itself one that says more than
/// one thing.
fn misses_opened(line: &Observation, text: &str) -> bool {
    match &line.event {
        Event::Record { kind, properties } if kind == Opened::TYPE => {
            !matches!(AnyRecord::parse(kind, *properties), Ok(Some(AnyRecord::Opened(_))))
        }
        // A stage that could not start has nothing else to say.
        Event::Record { kind, .. } if kind == Closed::TYPE => false,
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
        if self.step(line, added)? {
            let code = self.conclude(self.patience(), added);
            return Err(Failure::new(code, ""));
        }
        Ok(())
    }

    fn passed(&mut self) {
        self.last_line = Instant::now();
    }

    fn finish(&mut self, added: &mut Vec<u8>) -> Result<(), Failure> {
        self.end(self.patience(), added)?;
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

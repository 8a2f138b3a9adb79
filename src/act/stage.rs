//! The stage: passes lines on, and acts on decisions and findings.

use super::authority::Authority;
use super::dispatcher::Dispatcher;
use super::notify::{Notify, Now, Outbox};
use super::outcome::{conclude, not_started};
use super::plan;
use super::relevant::{is_relevant, read};
use super::resume::Resumes;
use super::session_index::SessionInfo;
use super::settings::Settings;
use super::shared::Shared;
use super::shared_directory::{Neighbours, Place};
use super::state::{News, RunState};
use crate::exit::{Code, Failure, leave};
use crate::pipe::shutdown::{BACKLOG, NEIGHBOURS};
use crate::pipe::{Out, Shutdown, Stage, hangup};
use crate::process::recording_loop;
use crate::wire::record;
use crate::wire::record::{Opened, RunResult, Verdict};
use crate::wire::{About, Event, Observation, Status, about, head};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// The stage of `ocr-act`: one run.
pub struct Act {
    pub(super) shared: Shared,
    pub(super) state: RunState,
    pub(super) authority: Authority,
    pub(super) dispatcher: Dispatcher,
    outbox: Outbox,
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
        let authority = Authority::before(&settings);
        let shared = Shared::new(settings, notify, out, shutdown);
        let mut act = Self::in_state(shared, RunState::default(), authority, false);
        act.prepare()?;
        Ok(act)
    }

    /// The run of one session of the stream that `whole` is about, of which this was said.
    pub(super) fn one_of(whole: &Self, session: &str, said: Option<&SessionInfo>) -> Result<Self, Failure> {
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
            act.outbox.titled(session, title);
        }
        act.prepare()?;
        act.look_around();
        Ok(act)
    }

    fn in_state(shared: Shared, state: RunState, authority: Authority, is_one_of_many: bool) -> Self {
        Self {
            dispatcher: Dispatcher::new(shared.clone(), is_one_of_many),
            outbox: Outbox::new(shared.clone()),
            shared,
            state,
            authority,
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

    /// Whether the stream is live. The outcome of a recording is not sent to anyone.
    pub fn is_live(&self) -> bool {
        self.authority.is_live()
    }

    /// Treats one of our streams as a recording when it does not begin with an `opened` line that can be read.
    pub(super) fn doubt(&mut self, line: &Observation, text: &str) {
        if self.authority.doubt(line, text) {
            self.dispatcher.refuse(self.authority.refusal());
        }
    }

    /// Treats the stream as a recording, as the run of `whole` does.
    pub(super) fn doubt_as(&mut self, whole: &Self) {
        self.authority = whole.authority.clone();
        self.dispatcher.refuse(self.authority.refusal());
    }

    /// Learns from the first `opened` line what may be acted on.
    fn open(&mut self, says_replay: bool) -> Result<(), Failure> {
        if matches!(self.authority, Authority::Recording(_)) {
            return Ok(());
        }
        let opened = self.state.opened.clone().unwrap_or_default();
        self.authority = Authority::of(&self.shared.settings, &opened, self.state.clock.now().ms(), says_replay);
        self.state.pinned = self.authority.is_live();
        if let (true, Some(directory), Some(file)) = (self.is_live(), &opened.directory, recording_loop::stdout_file())
        {
            recording_loop::warn(&file, Path::new(directory));
        }
        self.prepare()?;
        self.look_around();
        Ok(())
    }

    fn prepare(&mut self) -> Result<(), Failure> {
        self.dispatcher.prepare(&self.state.opened.clone().unwrap_or_default(), &self.authority)
    }

    /// Looks for other sessions that work in the directory of this one. Those beside a recorded one are not its own.
    fn look_around(&self) {
        if !self.authority.is_proven() {
            return;
        }
        let opened = self.state.opened.as_ref();
        let place = |opened: &Opened| Some((opened.session_id.clone()?, opened.directory.clone()?));
        if let (Some(server), Some((session, directory))) = (self.dispatcher.server(), opened.and_then(place)) {
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

    /// Takes in what a line says. Returns whether the run is over.
    pub(super) fn take(&mut self, line: &Observation, text: &str, added: &mut Vec<u8>) -> Result<bool, Failure> {
        self.doubt(line, text);
        let news = self.state.observe(line);
        self.pass_time(line.ts);
        if matches!(news, Some(News::Rest)) {
            // Early enough to be answered before the run ends.
            self.look_around();
        }
        if let (Event::Status(Status::Idle), Some(session)) = (&line.event, &line.session) {
            self.dispatcher.saw_rest(session);
        }
        if let (Event::Session { .. }, Some(session)) = (&line.event, &line.session) {
            self.learn_about(session, &about(text));
        }
        match news {
            Some(news) if self.is_early(&news) => self.held = Some(news),
            Some(news) => self.respond(news, added)?,
            None => {}
        }
        self.say_what_is_left_undone();
        self.advance(added)
    }

    /// Says once that a stream which does not prove that it is live is neither checked nor told of, if either was asked for.
    fn say_what_is_left_undone(&self) {
        let (settings, courier) = (&self.shared.settings, &self.shared.courier);
        let is_asked = !settings.dry_run && (!settings.checks.is_empty() || courier.has_receivers());
        let is_unproven = matches!(self.authority, Authority::Unopened { live: false }) && self.state.closed.is_none();
        if is_asked && is_unproven && !self.shared.warned.swap(true, Ordering::SeqCst) {
            tracing::warn!("not acting, checking or notifying: {}", self.authority.refusal().unwrap_or_default());
        }
    }

    /// Learns what is said of a session.
    fn learn_about(&mut self, session: &str, said: &About<'_>) {
        if let Some(title) = &said.title {
            self.outbox.titled(session, title);
        }
        let is_ours = self.is_one_of_many && self.state.root() == Some(session);
        let opened = self.state.opened.as_mut().filter(|opened| is_ours && opened.directory.is_none());
        if let (Some(opened), Some(directory)) = (opened, &said.directory) {
            opened.directory = Some(directory.to_string());
            self.dispatcher.set_directory(directory);
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

    fn respond(&mut self, news: News, added: &mut Vec<u8>) -> Result<(), Failure> {
        self.outbox.tell(&news, &self.state, self.authority.vouches());
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
        self.dispatcher.dispatch(orders, &mut self.state, added);
        Ok(())
    }

    /// Resumes the sessions whose provider accepts requests again.
    fn resume(&mut self, added: &mut Vec<u8>) {
        if self.state.ended.is_none() {
            let orders = self.resumes.due(self.state.clock.now().ms());
            self.dispatcher.dispatch(orders, &mut self.state, added);
        }
    }

    /// Whether the run is decided, and the stream would not end by itself.
    fn is_over(&self) -> bool {
        let opened = self.state.opened.as_ref();
        // One of several rests in a recording as it did when that was made.
        let rests = self.is_live() || self.is_one_of_many;
        let stays = rests && opened.is_some_and(|o| o.follow || self.state.gave_up);
        // A session that was ended is not resumed.
        let waits = self.state.ended.is_none() && self.resumes.is_waiting(self.state.clock.now().ms());
        stays && !waits && self.state.is_decided(self.shared.settings.rest_grace)
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
        plan::on_time(&mut self.state);
        Ok(finished && self.is_over())
    }

    /// Handles what came of the orders so far. Returns whether all of them are carried out.
    pub(super) fn follow_orders(&mut self, added: &mut Vec<u8>) -> bool {
        self.dispatcher.follow(&mut self.state, added)
    }

    /// Waits for the orders under way. Whatever would follow them is skipped.
    pub(super) fn finish_orders(&mut self, added: &mut Vec<u8>) {
        self.dispatcher.finish(&mut self.state, added);
    }

    /// Finishes what was begun, and ends the run. What the server is still asked is waited for until `until`.
    pub(super) fn end(&mut self, until: Instant, added: &mut Vec<u8>) -> Result<Code, Failure> {
        if self.see_end() {
            // Whether the session would have gone on is not known.
            self.held = None;
        }
        self.respond_to_held(true, added)?;
        self.finish_orders(added);
        Ok(self.conclude(until, added))
    }

    /// Takes in that no more lines come. Returns whether a live stream was cut off: it says itself when it ends.
    pub(super) fn see_end(&mut self) -> bool {
        let of_server = self.state.opened.as_ref().is_some_and(|opened| opened.server.is_some());
        let says_its_end = self.authority.is_proven() || (self.is_live() && of_server);
        self.state.cut_off = says_its_end && self.state.closed.is_none();
        self.state.cut_off
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
        let now = Now { ts: self.state.clock.now(), since: self.last_line };
        let is_told = self.saw_lines && self.authority.vouches() && !settings.dry_run;
        if !self.is_one_of_many {
            self.outbox.tell_outcome(&result, is_told, now, added);
        } else if is_told {
            self.outbox.queue_outcome(&result, now);
        }
        // Where nothing came, there was no run: an earlier stage has said why.
        if self.saw_lines {
            record::append(added, now.ts, &result);
        }
        self.result = Some((result, code));
        code
    }
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

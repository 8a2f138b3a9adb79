//! Collects a summary from the lines of a recording.

use super::episode::{Episodes, wasted};
use super::repeated::without_repeated;
use super::timeline::{Bar, Timeline};
use super::usage::Counter;
use super::{Rest, RunEnd, Step, Summary};
use crate::printable::duration;
use crate::report::shown::Shown;
use crate::wire::part::Part;
use crate::wire::record::{AnyRecord, Done, Opened, Wasted};
use crate::wire::{Event, Observation, Timestamp, Unrecognized, Usage, head, is_cut, matters, observe};
use std::cmp::Reverse;

/// The most rests, and the most steps, that are told.
const TOLD: usize = 100;

/// The types of records that say what was found.
const FOUND: &str = "ocr.detect.";

/// What a detector found.
#[derive(Debug, Default)]
struct Found {
    any: bool,
    episodes: Episodes,
    rests: Vec<Rest>,
    untold: u64,
}

impl Found {
    fn add_rest(&mut self, at: Timestamp, done: &Done) {
        if self.rests.len() >= TOLD {
            self.untold += 1;
            // The last one says how the session ended.
            self.rests.pop();
        }
        let contradicted = done.hard_evidence().is_some();
        self.rests.push(Rest {
            at,
            session: Shown::new(&done.session_id),
            outcome: done.outcome,
            contradicted,
            doubted: contradicted || !done.contradictions.is_empty(),
            text: Shown::new(&done.to_string()),
            evidence: done.evidence.iter().map(|evidence| Shown::new(&evidence.excerpt)).collect(),
        });
    }
}

/// Reads the lines of one recording, in bounded memory.
#[derive(Debug, Default)]
pub struct Reader {
    summary: Summary,
    /// The time of the line before.
    now: Timestamp,
    timed: bool,
    lines: u64,
    /// Whether the last line is the beginning of one: its writer was killed, or had no more room.
    is_cut: bool,
    counter: Counter,
    timeline: Timeline,
    /// What the recording itself says was found.
    recorded: Found,
    /// What our own detector found in it.
    detected: Found,
    /// Whether only the detector's findings count.
    afresh: bool,
}

impl Reader {
    /// A reader of the recording in `file`; `None` for standard input. With `afresh`, findings in the recording are
    /// ignored; without, those of [`Reader::read_detected`] count only where the recording has none.
    pub fn new(file: Option<&str>, afresh: bool) -> Self {
        let summary = Summary { file: file.map(Shown::new), ..Summary::default() };
        Self { summary, afresh, ..Self::default() }
    }

    /// Takes in a line of the recording.
    pub fn read(&mut self, line: &[u8]) {
        self.lines += 1;
        self.is_cut = false;
        if let Some(head) = head(line).filter(|head| !matters(head.kind)) {
            self.summary.origins.pass(Some(head.ts));
            self.set_time(Some(head.ts));
            return;
        }
        let text = String::from_utf8_lossy(line);
        let Ok(observation) = observe(&text) else {
            self.is_cut = is_cut(line);
            return;
        };
        self.set_time(observation.ts);
        let record = AnyRecord::of(&observation.event);
        let now = self.summary.origins.follow(&observation, record.as_ref());
        if self.summary.origins.is_merged() {
            self.now = now;
        }
        match &observation.event {
            Event::Record { kind, .. } => self.add_record(kind, record),
            Event::Part(part) => self.add_part(&observation, part),
            Event::Session { parent, .. } => {
                if let Some(session) = &observation.session {
                    self.counter.add_session(session, parent.as_deref());
                }
            }
            _ => {}
        }
    }

    /// Takes in the lines that a detector adds after the line that was read last.
    pub fn read_detected(&mut self, lines: &[u8]) {
        for line in lines.split(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(line);
            let Ok(observation) = observe(&line) else {
                continue;
            };
            let at = observation.ts.map_or(self.now, Timestamp::from_ms);
            add_found(&mut self.detected, AnyRecord::of(&observation.event), at, self.lines);
        }
    }

    /// The summary. `foreign` says why nothing in the recording was understood.
    pub fn finish(mut self, foreign: Option<&Unrecognized>) -> Summary {
        if self.is_cut {
            self.add_step("cut", None, "the recording ends in the middle of a line; what followed is missing");
        }
        let trusts_recording = self.recorded.any && !self.afresh;
        let mut found = if trusts_recording { self.recorded } else { self.detected };
        // The worst first, and of equals the earliest.
        found.episodes.kept.sort_by_key(|episode| Reverse(episode.grade));
        let used = Wasted { calls: self.counter.total.calls, tokens: self.counter.total.tokens };
        Summary {
            foreign: foreign.map(|foreign| Shown::new(&foreign.to_string())),
            sessions: self.counter.sessions,
            usage: self.counter.total,
            wasted: wasted(&found.episodes.kept, used),
            episodes: found.episodes.kept,
            omitted: found.episodes.omitted,
            rests: found.rests,
            untold: self.summary.untold + found.untold,
            timeline: self.timeline,
            ..self.summary
        }
    }

    fn set_time(&mut self, ts: Option<i64>) {
        let Some(now) = ts.map(Timestamp::from_ms) else {
            return;
        };
        self.now = now;
        let summary = &mut self.summary;
        // Recordings may be merged, so a later line may have an earlier time.
        if std::mem::replace(&mut self.timed, true) {
            summary.began = summary.began.min(now);
            summary.ended = summary.ended.max(now);
        } else {
            (summary.began, summary.ended) = (now, now);
        }
    }

    fn add_part(&mut self, observation: &Observation<'_>, part: &Part<'_>) {
        let session = observation.session.as_deref().unwrap_or_default();
        let Some(added) = self.counter.add(session, part) else {
            return;
        };
        if added.steps > 0 {
            let place = self.counter.place(session);
            self.timeline.add_step(self.now, place, &self.counter.total);
        }
        if added.calls > 0
            && let Some(session) = self.counter.place(session)
        {
            self.timeline.add_call(bar(session, self.now, part, &added));
        }
    }

    fn add_record(&mut self, kind: &str, record: Option<AnyRecord>) {
        // A record of another shape than ours says nothing here.
        let Some(record) = record else {
            return;
        };
        self.recorded.any |= kind.starts_with(FOUND);
        match record {
            AnyRecord::Opened(opened) => self.add_opened(&opened),
            AnyRecord::Gap(gap) => {
                let rest = if gap.complete { "nothing was missed" } else { "something may be missing" };
                let session = gap.session_id.as_deref();
                self.add_step("gap", session, &format!("{} without the server; {rest}", duration(gap.lasted)));
            }
            AnyRecord::Decision(decision) => self.add_step("review", Some(&decision.session_id), &decision.to_string()),
            AnyRecord::Action(action) => self.add_step("action", Some(&action.session_id), &action.to_string()),
            AnyRecord::RunResult(result) => {
                let text = Shown::new(&result.to_string());
                self.summary.end = Some(RunEnd { outcome: result.outcome, exit_code: result.exit_code, text });
            }
            found => add_found(&mut self.recorded, Some(found), self.now, self.lines),
        }
    }

    /// Takes in what is watched. If streams were merged, the first one names the task.
    fn add_opened(&mut self, opened: &Opened) {
        let fill = |known: &mut Option<Shown>, text: &Option<String>| {
            if known.is_none() {
                *known = text.as_deref().map(Shown::new);
            }
        };
        fill(&mut self.summary.task, &opened.task);
        fill(&mut self.summary.model, &opened.model);
        fill(&mut self.summary.directory, &opened.directory);
    }

    fn add_step(&mut self, what: &'static str, session: Option<&str>, text: &str) {
        let steps = &mut self.summary.steps;
        if steps.len() >= TOLD {
            self.summary.untold += 1;
            return;
        }
        let text = Shown::new(text);
        let text = without_repeated(text.as_str(), steps.iter().rev().map(|step| step.text.as_str()));
        steps.push(Step { at: self.now, session: session.map(Shown::new), what, text: Shown::new(&text) });
    }
}

/// Takes in a record if it says what was found.
fn add_found(found: &mut Found, record: Option<AnyRecord>, at: Timestamp, line: u64) {
    match record {
        Some(AnyRecord::Finding(finding)) => found.episodes.add(&finding, at, line),
        Some(AnyRecord::Done(done)) => found.add_rest(at, &done),
        _ => {}
    }
}

/// A call that ended now. How long it took is a matter of the agent's clock, when it ended of the stream's.
fn bar(session: usize, now: Timestamp, part: &Part<'_>, added: &Usage) -> Bar {
    let span = part.state.as_ref().and_then(|state| state.time.as_ref());
    let took = span.and_then(|span| Some(span.end()?.saturating_sub(span.start()?))).unwrap_or(0).max(0);
    Bar { session, start: now.after(-took), end: now, calls: added.calls, failed: added.failed }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINDING: &str = r#"{"ts":2000,"type":"ocr.detect.finding","properties":{"sessionID":"s","finding":"f","kind":"loop","rule":"repeat","grade":"stop","summary":"x"}}"#;
    const CALL: &str = r#"{"ts":5000,"type":"message.part.updated","properties":{"sessionID":"s","part":{"id":"p","messageID":"m","type":"tool","tool":"bash","state":{"status":"completed","time":{"start":100,"end":1100}}}}}"#;

    #[test]
    fn recorded_findings_come_first() {
        for (afresh, recorded, expected) in
            [(false, true, ["a"].as_slice()), (true, true, &["b", "b2"]), (false, false, &["b", "b2"])]
        {
            let mut reader = Reader::new(None, afresh);
            if recorded {
                reader.read(FINDING.replace("repeat", "a").as_bytes());
            }
            let second = FINDING.replace(r#""f""#, r#""g""#).replace("repeat", "b2");
            reader.read_detected(format!("{}\n{second}\n", FINDING.replace("repeat", "b")).as_bytes());
            let rules: Vec<String> = reader.finish(None).episodes.iter().map(|e| e.rule.to_string()).collect();
            assert_eq!(rules, expected);
        }
    }

    #[test]
    fn times_calls_by_the_stream() {
        let mut reader = Reader::new(None, false);
        reader.read(CALL.as_bytes());
        reader.read(br#"{"ts":4000,"type":"ocr.stream.tick","properties":{}}"#);
        let summary = reader.finish(None);
        let bar = summary.timeline.bars[0];
        assert_eq!((bar.start.ms(), bar.end.ms(), summary.began.ms(), summary.lasted()), (4000, 5000, 4000, 1000));
    }

    #[test]
    fn hosts_whose_clocks_differ_have_their_own_times() {
        const DAY: i64 = 86_400_000;
        let mut reader = Reader::new(None, false);
        let hosts = [("a", 10 * DAY), ("b", 13 * DAY)];
        for (host, ts) in hosts {
            let opened =
                format!(r#"{{"ts":{ts},"type":"ocr.stream.opened","properties":{{"server":"http://{host}/"}}}}"#);
            reader.read(opened.as_bytes());
        }
        for (host, ts) in hosts {
            let busy = r#""type":"session.status","properties":{"sessionID":"HOST","status":{"type":"busy"}}"#;
            reader.read(format!("{{\"ts\":{ts},{}}}", busy.replace("HOST", host)).as_bytes());
            let found = FINDING.replace(r#""s""#, &format!("\"{host}\"")).replace("2000", &(ts + 2000).to_string());
            reader.read(found.as_bytes());
            let call = CALL.replace(r#""s""#, &format!("\"{host}\"")).replace("5000", &(ts + 5000).to_string());
            reader.read(call.as_bytes());
        }
        let review =
            r#"{"ts":TS,"type":"ocr.review.decision","properties":{"sessionID":"a","action":"continue","reason":"r"}}"#;
        reader.read(review.replace("TS", &(13 * DAY + 5000).to_string()).as_bytes());
        let summary = reader.finish(None);
        assert_eq!(summary.lasted(), 5000);
        let began = summary.episodes.iter().map(|e| summary.since_first(Some(&e.session), e.since));
        assert_eq!(began.collect::<Vec<_>>(), [Some(2000), Some(2000)]);
        let events: Vec<_> = summary.events().into_iter().map(|(at, ..)| at).collect();
        assert!(events.iter().all(|at| *at == Some(5000)), "{events:?}");
    }

    #[test]
    fn tells_of_a_cut_recording() {
        for (last, expected) in [(&CALL[..60], 1), (CALL, 0), ("no json", 0), ("{not json}", 0), ("", 0)] {
            let mut reader = Reader::new(None, false);
            reader.read(&CALL.as_bytes()[..50]);
            reader.read(CALL.as_bytes());
            reader.read(last.as_bytes());
            let steps = reader.finish(None).steps;
            assert_eq!(steps.len(), expected, "{last}");
        }
    }

    #[test]
    fn other_lines_mean_nothing() {
        let mut reader = Reader::new(None, false);
        for line in ["", "no json", "[]", r#"{"type":"ocr.detect.finding","properties":[]}"#, "\u{0}"] {
            reader.read(line.as_bytes());
        }
        let summary = reader.finish(None);
        assert!(summary.episodes.is_empty() && summary.lasted() == 0);
    }
}

//! The page as plain text: each problem once, with its cost and where it began; then how sessions ended.

use crate::wire::record::{AnyRecord, Done, Evidence, Finding, Grade, Kind, State};
use crate::wire::text::printable;
use crate::wire::{Event, Timestamp, head, matters, observe};
use std::fmt::Write;

/// The most episodes to show.
const EPISODES: usize = 100;

/// An episode, as its last finding describes it.
struct Episode {
    finding: Finding,
    closed_at: Option<Timestamp>,
}

/// Collects what was found, and writes the page.
#[derive(Default)]
pub struct Page {
    began: Option<Timestamp>,
    now: Timestamp,
    episodes: Vec<Episode>,
    omitted: usize,
    ends: Vec<(Timestamp, Done)>,
}

impl Page {
    /// Takes the time from a line, and nothing else.
    pub fn read_time(&mut self, line: &[u8]) {
        let ts = match head(line) {
            Some(head) if !matters(head.kind) => Some(head.ts),
            _ => observe(&String::from_utf8_lossy(line)).ok().and_then(|line| line.ts),
        };
        if let Some(ts) = ts {
            self.now = Timestamp::from_ms(ts);
            self.began.get_or_insert(self.now);
        }
    }

    /// Takes lines whose records belong on the page. Other lines mean nothing here.
    pub fn read_records(&mut self, lines: &[u8]) {
        for line in lines.split(|b| *b == b'\n') {
            let line = String::from_utf8_lossy(line);
            let Ok(observation) = observe(&line) else {
                continue;
            };
            let Event::Record { kind, properties } = &observation.event else {
                continue;
            };
            let at = Timestamp::from_ms(observation.ts.unwrap_or_default());
            match AnyRecord::parse(kind, *properties) {
                Ok(Some(AnyRecord::Finding(finding))) => self.add_finding(at, finding),
                Ok(Some(AnyRecord::Done(done))) => self.ends.push((at, done)),
                _ => {}
            }
        }
    }

    fn add_finding(&mut self, at: Timestamp, finding: Finding) {
        let closed_at = (finding.state == State::Closed).then_some(at);
        let mut episodes = self.episodes.iter_mut().rev();
        let known = episodes.find(|episode| episode.finding.finding == finding.finding && finding.state != State::Open);
        let episode = Episode { finding, closed_at };
        if let Some(known) = known {
            *known = episode;
        } else if self.episodes.len() < EPISODES {
            self.episodes.push(episode);
        } else {
            self.omitted += 1;
        }
    }

    /// The page.
    pub fn text(&self) -> String {
        let mut page = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut page);
        page
    }

    fn write(&self, page: &mut String) -> std::fmt::Result {
        let seconds = self.seconds(self.now);
        if self.episodes.is_empty() {
            writeln!(page, "Nothing found in {seconds} of the stream.")?;
        } else {
            let count = |grade| self.episodes.iter().filter(|e| e.finding.grade == grade).count();
            let (stop, warn, notice) = (count(Grade::Stop), count(Grade::Warn), count(Grade::Notice));
            writeln!(page, "Found in {seconds} of the stream: {stop} stop, {warn} warn, {notice} notice.")?;
        }
        for episode in &self.episodes {
            writeln!(page)?;
            self.write_episode(page, episode)?;
        }
        if self.omitted > 0 {
            writeln!(page, "\n… and {} more.", self.omitted)?;
        }
        for (at, done) in &self.ends {
            writeln!(page, "\nCame to rest at {}: {done}", self.seconds(*at))?;
            write_evidence(page, &done.evidence)?;
        }
        Ok(())
    }

    fn write_episode(&self, page: &mut String, episode: &Episode) -> std::fmt::Result {
        let finding = &episode.finding;
        let session = printable(&finding.session_id);
        writeln!(page, "{}  [session {session}]", printable(&finding.to_string()))?;
        if finding.kind == Kind::Loop && finding.period > 0 {
            write_lap(page, finding)?;
        } else {
            write_evidence(page, &finding.evidence)?;
        }
        let began = self.seconds(Timestamp::from_ms(finding.since.ts));
        write!(page, "      began at {began}, event {}", printable(&finding.since.id))?;
        match episode.closed_at {
            Some(at) => writeln!(page, "; over at {}", self.seconds(at))?,
            None => writeln!(page, "; still open at the end")?,
        }
        if finding.wasted.calls > 0 || finding.wasted.tokens > 0 {
            let (calls, tokens) = (finding.wasted.calls, finding.wasted.tokens);
            writeln!(page, "      wasted {calls} calls and {tokens} tokens")?;
        }
        if let Some(message) = &finding.rollback_to {
            writeln!(page, "      to undo it, return to message {}", printable(message))?;
        }
        if finding.infra {
            writeln!(page, "      not the agent's fault: look at the provider")?;
        }
        Ok(())
    }

    /// A time as seconds since the first line.
    fn seconds(&self, at: Timestamp) -> String {
        let ms = at.since(self.began.unwrap_or(at));
        format!("{}.{} s", ms / 1000, ms % 1000 / 100)
    }
}

fn write_evidence(page: &mut String, evidence: &[Evidence]) -> std::fmt::Result {
    for Evidence { excerpt, .. } in evidence {
        writeln!(page, "      · {}", printable(excerpt))?;
    }
    Ok(())
}

/// Writes one lap, with an arrow back to its beginning.
fn write_lap(page: &mut String, finding: &Finding) -> std::fmt::Result {
    for (index, Evidence { excerpt, .. }) in finding.evidence.iter().enumerate() {
        let arrow = if index == 0 { "┌─▶" } else { "│  " };
        writeln!(page, "      {arrow} {}", printable(excerpt))?;
    }
    let more = (finding.period as usize).saturating_sub(finding.evidence.len());
    if more > 0 {
        writeln!(page, "      │   … and {more} more")?;
    }
    writeln!(page, "      └── {} laps", finding.laps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(ts: u32, state: &str, laps: u32) -> String {
        format!(
            r#"{{"ts":{ts},"type":"ocr.detect.finding","properties":{{"sessionID":"s","finding":"f","kind":"loop","rule":"repeat","grade":"stop","state":"{state}","summary":"x","period":2,"laps":{laps},"since":{{"ts":1500,"id":"evt_1"}},"wasted":{{"calls":8,"tokens":880}},"evidence":[{{"id":"a","excerpt":"cat a\u001b[2J → same"}},{{"id":"b","excerpt":"cat b"}}]}}}}"#
        )
    }

    #[test]
    fn draws_loop_once() {
        let mut page = Page::default();
        page.read_time(br#"{"ts":1000,"type":"ocr.stream.tick","properties":{}}"#);
        let lines = [line(2000, "open", 3), line(3000, "grown", 5)].join("\n");
        page.read_time(lines.lines().last().unwrap().as_bytes());
        page.read_records(lines.as_bytes());
        let expected = "Found in 2.0 s of the stream: 1 stop, 0 warn, 0 notice.

repeat (stop): x  [session s]
      ┌─▶ cat a\\u{1b}[2J → same
      │   cat b
      └── 5 laps
      began at 0.5 s, event evt_1; still open at the end
      wasted 8 calls and 880 tokens
";
        assert_eq!(page.text(), expected);
    }

    #[test]
    fn tells_how_sessions_end() {
        let mut page = Page::default();
        page.read_records(br#"{"ts":0,"type":"ocr.detect.done","properties":{"sessionID":"s","outcome":"candidate","claim":"prose","contradictions":["openTodos","emptyDiff"],"evidence":[]}}"#);
        let text = page.text();
        assert!(text.ends_with("\nCame to rest at 0.0 s: candidate, but openTodos, emptyDiff\n"), "{text}");
    }
}

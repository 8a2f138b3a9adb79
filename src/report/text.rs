//! Findings as a page for a person: each loop drawn once, what it cost, where it began.

use crate::wire::record::{Done, Envelope, Evidence, Finding, Grade, Kind, Record, State, Turn};
use std::fmt::Write;

/// Episodes that a page shows.
const SHOWN: usize = 100;

/// One episode, as its last line tells it.
struct Told {
    finding: Finding,
    closed_at: Option<i64>,
}

/// Collects what was found, and writes the page.
#[derive(Default)]
pub(super) struct Page {
    began: Option<i64>,
    last: i64,
    episodes: Vec<Told>,
    left_out: usize,
    rests: Vec<(i64, Done)>,
    turns: u64,
}

impl Page {
    /// Time goes by.
    pub(super) fn at(&mut self, ts: i64) {
        self.began.get_or_insert(ts);
        self.last = ts;
    }

    /// Takes in the lines that a detector added.
    pub(super) fn take(&mut self, added: &[u8]) {
        for line in added.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
            if let Ok(finding) = serde_json::from_slice::<Envelope<Finding>>(line)
                && finding.kind == Finding::TYPE
            {
                self.tell(finding);
            } else if let Ok(done) = serde_json::from_slice::<Envelope<Done>>(line)
                && done.kind == Done::TYPE
            {
                self.rests.push((done.ts, done.properties));
            } else if line
                .windows(Turn::TYPE.len())
                .any(|part| part == Turn::TYPE.as_bytes())
            {
                self.turns += 1;
            }
        }
    }

    fn tell(&mut self, line: Envelope<Finding>) {
        let finding = line.properties;
        let closed_at = (finding.state == State::Closed).then_some(line.ts);
        let known = self
            .episodes
            .iter_mut()
            .rev()
            .find(|told| told.finding.finding == finding.finding && finding.state != State::Open);
        if let Some(told) = known {
            *told = Told { finding, closed_at };
        } else if self.episodes.len() < SHOWN {
            self.episodes.push(Told { finding, closed_at });
        } else {
            self.left_out += 1;
        }
    }

    /// The page.
    pub(super) fn write(&self) -> String {
        let mut page = String::new();
        // Writing to a string does not fail.
        let _ = self.draw(&mut page);
        page
    }

    fn draw(&self, page: &mut String) -> std::fmt::Result {
        let seconds = self.seconds(self.last);
        if self.episodes.is_empty() {
            writeln!(page, "Nothing found in {seconds}.")?;
        } else {
            let count = |grade| self.episodes.iter().filter(|t| t.finding.grade == grade).count();
            let (stop, warn, notice) = (count(Grade::Stop), count(Grade::Warn), count(Grade::Notice));
            writeln!(
                page,
                "Found in {seconds}: {stop} to stop, {warn} to warn of, {notice} to note."
            )?;
        }
        for told in &self.episodes {
            self.episode(page, told)?;
        }
        if self.left_out > 0 {
            writeln!(page, "\n… and {} more.", self.left_out)?;
        }
        for (at, done) in &self.rests {
            writeln!(page)?;
            self.rest(page, *at, done)?;
        }
        Ok(())
    }

    fn episode(&self, page: &mut String, told: &Told) -> std::fmt::Result {
        let finding = &told.finding;
        let grade = match finding.grade {
            Grade::Notice => "NOTE",
            Grade::Warn => "WARN",
            Grade::Stop => "STOP",
        };
        writeln!(
            page,
            "\n{grade}  {}  [{}, session {}]",
            plain(&finding.summary),
            finding.rule,
            plain(&finding.session_id)
        )?;
        if finding.kind == Kind::Loop && finding.period > 0 {
            lap(page, finding)?;
        } else {
            for Evidence { excerpt, .. } in &finding.evidence {
                writeln!(page, "      · {}", plain(excerpt))?;
            }
        }
        let began = self.seconds(finding.since.ts);
        write!(page, "      began at {began}, event {}", plain(&finding.since.id))?;
        match told.closed_at {
            Some(at) => writeln!(page, "; over at {}", self.seconds(at))?,
            None => writeln!(page, "; not over at the end")?,
        }
        if finding.wasted.calls > 0 || finding.wasted.tokens > 0 {
            let (calls, tokens) = (finding.wasted.calls, finding.wasted.tokens);
            writeln!(
                page,
                "      cost {calls} calls and {tokens} tokens that brought nothing"
            )?;
        }
        if let Some(message) = &finding.rollback_to {
            writeln!(page, "      to undo it, return to message {}", plain(message))?;
        }
        if finding.infra {
            writeln!(page, "      not the agent's fault: look at the provider")?;
        }
        Ok(())
    }

    fn rest(&self, page: &mut String, at: i64, done: &Done) -> std::fmt::Result {
        let word = |value: String| value.to_lowercase();
        write!(
            page,
            "At rest at {}: {}",
            self.seconds(at),
            word(format!("{:?}", done.outcome))
        )?;
        if !done.contradictions.is_empty() {
            let against: Vec<String> = done.contradictions.iter().map(|c| format!("{c:?}")).collect();
            write!(page, "; against it: {}", against.join(", "))?;
        }
        writeln!(page)?;
        for Evidence { excerpt, .. } in &done.evidence {
            writeln!(page, "      · {}", plain(excerpt))?;
        }
        Ok(())
    }

    fn seconds(&self, ts: i64) -> String {
        let ms = ts.saturating_sub(self.began.unwrap_or(ts));
        format!("{}.{} s", ms / 1000, (ms % 1000).abs() / 100)
    }
}

/// One lap, with the arrow that leads back to its beginning.
fn lap(page: &mut String, finding: &Finding) -> std::fmt::Result {
    for (index, Evidence { excerpt, .. }) in finding.evidence.iter().enumerate() {
        let arrow = if index == 0 { "┌─▶" } else { "│  " };
        writeln!(page, "      {arrow} {}", plain(excerpt))?;
    }
    let more = (finding.period as usize).saturating_sub(finding.evidence.len());
    if more > 0 {
        writeln!(page, "      │   … and {more} more")?;
    }
    writeln!(page, "      └── {} laps", finding.laps)
}

/// What the agent wrote, without characters that would do something to a terminal.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::rules::tests::support::bash;
    use crate::detect::{Config, Detector};
    use crate::wire::observe;

    #[test]
    fn a_loop_is_drawn_once_with_its_cost() {
        let mut detector = Detector::new(Config::default());
        let mut page = Page::default();
        for line in
            (0..10).flat_map(|n| bash(5 * n, if n % 2 == 0 { "cat a" } else { "cat b\u{1b}[2J" }, "same"))
        {
            let seen = observe(&line).unwrap();
            let mut added = Vec::new();
            page.at(seen.ts.unwrap());
            detector.observe(&seen, &mut added);
            page.take(&added);
        }
        let text = page.write();
        assert_eq!(text.matches("┌─▶").count(), 1, "{text}");
        assert!(
            text.contains("cat a → same") && text.contains("└── 5 laps"),
            "{text}"
        );
        assert!(text.contains("cost 8 calls and 880 tokens"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}

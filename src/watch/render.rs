//! What a line says, in words. Pure: lines in, text out.

use crate::wire::Raw;
use crate::wire::part::{Part, ToolState};
use crate::wire::record::{
    Action, Closed, Decision, Done, Finding, Gap, Grade, Opened, Phase, Record, RunResult, State,
};
use crate::wire::text::{decode, excerpt, printable};
use crate::wire::{Event, Observation, observe};
use serde::de::DeserializeOwned;
use std::collections::VecDeque;

/// How wide an excerpt may be, in characters: the line then fits most terminals.
const WIDTH: usize = 100;

/// How many parts are remembered as told. A part's updates follow one another closely.
const REMEMBERED: usize = 256;

/// How a line is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Quiet,
    Notice,
    Warn,
    Bad,
    Good,
}

/// Remembers what was told.
#[derive(Debug, Default)]
pub(super) struct Story {
    start: Option<i64>,
    now: i64,
    told: VecDeque<String>,
    task: Option<String>,
}

impl Story {
    /// The text of one line; nothing for most.
    pub(super) fn line(&mut self, line: &str) -> Vec<(Tone, String)> {
        let Ok(seen) = observe(line) else {
            return Vec::new();
        };
        if let Some(ts) = seen.ts {
            self.start.get_or_insert(ts);
            self.now = ts;
        }
        let told = match &seen.event {
            Event::Part(part) => self.part(part).into_iter().collect(),
            Event::Record { kind, properties } => self.record(kind, *properties),
            _ => event(&seen).into_iter().collect(),
        };
        told.into_iter()
            .map(|(tone, text)| (tone, self.stamped(&text)))
            .collect()
    }

    /// The time since the beginning in front, in minutes and seconds.
    fn stamped(&self, text: &str) -> String {
        let since = self.now.saturating_sub(self.start.unwrap_or(self.now)).max(0) / 100;
        let (minutes, seconds, tenth) = (since / 600, since / 10 % 60, since % 10);
        format!("{minutes:02}:{seconds:02}.{tenth}  {}", printable(text))
    }

    /// A finished call, or a finished text; each once.
    fn part(&mut self, part: &Part) -> Option<(Tone, String)> {
        let told = match (&*part.kind, &part.state) {
            ("tool", Some(state)) if matches!(&*state.status, "completed" | "error") => call(part, state),
            ("text", _) if part.time.as_ref().is_some_and(|t| t.end().is_some()) => {
                let text = decode(part.text?);
                format!("says     {}", excerpt(text.trim(), WIDTH))
            }
            _ => return None,
        };
        if self.told.iter().any(|id| *id == part.id) {
            return None;
        }
        if self.told.len() == REMEMBERED {
            self.told.pop_front();
        }
        self.told.push_back(part.id.to_string());
        Some((Tone::Plain, told))
    }

    fn record(&mut self, kind: &str, properties: Raw<'_>) -> Vec<(Tone, String)> {
        match kind {
            Opened::TYPE => read::<Opened>(properties).map(|o| self.opened(&o)),
            Finding::TYPE => read(properties).map(|f| finding(&f)),
            Done::TYPE => read(properties).map(|d| vec![done(&d)]),
            Decision::TYPE => read(properties).map(|d| vec![decision(&d)]),
            Action::TYPE => read(properties).map(|a| vec![action(&a)]),
            RunResult::TYPE => read(properties).map(|r| vec![result(&r)]),
            Gap::TYPE => read::<Gap>(properties).map(|g| {
                let complete = if g.complete {
                    "nothing was missed"
                } else {
                    "something may be missing"
                };
                vec![(
                    Tone::Warn,
                    format!(
                        "gap      {} s without the server ({}); {complete}",
                        g.lasted / 1000,
                        g.reason
                    ),
                )]
            }),
            Closed::TYPE => read::<Closed>(properties)
                .map(|c| vec![(Tone::Quiet, format!("stream   ends: {}", c.detail))]),
            _ => None,
        }
        .unwrap_or_default()
    }

    fn opened(&mut self, opened: &Opened) -> Vec<(Tone, String)> {
        let of = |text: &Option<String>| text.clone().unwrap_or_else(|| "?".to_owned());
        let kind = if opened.replay { "recording of" } else { "watching" };
        let mut told = vec![(
            Tone::Quiet,
            format!(
                "stream   {kind} {} in {}, OpenCode {}",
                opened.session_id.as_deref().unwrap_or("every session"),
                of(&opened.directory),
                of(&opened.version)
            ),
        )];
        self.task.clone_from(&opened.task);
        if let Some(task) = &self.task {
            told.push((Tone::Plain, format!("task     {}", excerpt(task, WIDTH))));
        }
        told
    }
}

fn read<T: DeserializeOwned>(properties: Raw<'_>) -> Option<T> {
    serde_json::from_str(properties.get()).ok()
}

/// What matters of an event that is neither a part nor a record.
fn event(seen: &Observation) -> Option<(Tone, String)> {
    match &seen.event {
        Event::Error { name, message } => {
            let message = message.map(decode).unwrap_or_default();
            Some((Tone::Bad, format!("error    {name} {}", excerpt(&message, WIDTH))))
        }
        Event::Compacted => Some((Tone::Notice, "compact  the context was compacted".to_owned())),
        Event::Asked { question, what, .. } => {
            let kind = if *question { "question" } else { "permission" };
            let what = what.map(decode).unwrap_or_default();
            Some((Tone::Warn, format!("asks     {kind}: {}", excerpt(&what, WIDTH))))
        }
        _ => None,
    }
}

/// `bash     cat missing.log → cat: missing.log: No such file or directory`
fn call(part: &Part, state: &ToolState) -> String {
    let tool = part.tool.as_deref().unwrap_or("tool");
    let input = state.input.map(brief).unwrap_or_default();
    let answer = state.error.or(state.output).map(decode).unwrap_or_default();
    let first = answer
        .lines()
        .find(|l| !l.trim().is_empty())
        .unwrap_or("(nothing)");
    format!(
        "{tool:<8} {} → {}",
        excerpt(&input, WIDTH / 2),
        excerpt(first, WIDTH / 2)
    )
}

/// The member of a call's input that says most.
fn brief(input: Raw<'_>) -> String {
    const TELLING: [&str; 7] = ["command", "filePath", "pattern", "path", "url", "query", "prompt"];
    let members: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(input.get()).unwrap_or_default();
    TELLING
        .iter()
        .find_map(|name| members.get(*name)?.as_str())
        .map_or_else(|| input.get().to_owned(), str::to_owned)
}

fn finding(finding: &Finding) -> Vec<(Tone, String)> {
    if finding.state == State::Closed {
        return vec![(Tone::Quiet, format!("over     {}", finding.summary))];
    }
    let (tone, grade) = match finding.grade {
        Grade::Notice => (Tone::Notice, "notice"),
        Grade::Warn => (Tone::Warn, "warn"),
        Grade::Stop => (Tone::Bad, "stop"),
    };
    let mut told = vec![(
        tone,
        format!("FOUND    {} ({grade}): {}", finding.rule, finding.summary),
    )];
    if finding.state != State::Grown {
        let evidence = finding.evidence.iter().take(1);
        told.extend(evidence.map(|e| {
            (
                Tone::Quiet,
                format!("         because {}: {}", e.id, excerpt(&e.excerpt, WIDTH)),
            )
        }));
    }
    told
}

fn done(done: &Done) -> (Tone, String) {
    let mut text = format!("rests    {}", lower(&done.outcome));
    if !done.contradictions.is_empty() {
        let against: Vec<String> = done.contradictions.iter().map(lower).collect();
        text += ", but ";
        text += &against.join(", ");
    }
    (Tone::Notice, text)
}

fn decision(decision: &Decision) -> (Tone, String) {
    let degraded = if decision.degraded {
        ", in the reviewer's place"
    } else {
        ""
    };
    let text = format!(
        "REVIEW   {} ({}{degraded}): {}",
        lower(&decision.action),
        decision.reviewer,
        excerpt(&decision.reason, 2 * WIDTH)
    );
    (Tone::Notice, text)
}

fn action(action: &Action) -> (Tone, String) {
    let tone = match action.phase {
        Phase::Taken => Tone::Good,
        Phase::Failed | Phase::Escalated => Tone::Bad,
        Phase::Begun | Phase::Skipped => Tone::Warn,
    };
    let would = if action.phase == Phase::Skipped {
        "would "
    } else {
        ""
    };
    (
        tone,
        format!(
            "ACT      {would}{} ({}): {}",
            lower(&action.action),
            lower(&action.phase),
            excerpt(&action.detail, 2 * WIDTH)
        ),
    )
}

fn result(result: &RunResult) -> (Tone, String) {
    let tone = if result.exit_code == 0 {
        Tone::Good
    } else {
        Tone::Bad
    };
    (
        tone,
        format!(
            "RESULT   {}, exit code {}: {}",
            lower(&result.outcome),
            result.exit_code,
            excerpt(&result.reason, 2 * WIDTH)
        ),
    )
}

/// A word as the line protocol writes it.
fn lower(word: &impl serde::Serialize) -> String {
    let json = serde_json::to_string(word).unwrap_or_default();
    json.trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[&str]) -> Vec<String> {
        let mut story = Story::default();
        lines
            .iter()
            .flat_map(|l| story.line(l))
            .map(|(_, text)| text)
            .collect()
    }

    #[test]
    fn a_call_is_told_once_when_it_has_ended() {
        let update = |status: &str, ts: u32| {
            format!(
                r#"{{"ts":{ts},"type":"message.part.updated","properties":{{"part":{{"id":"p","messageID":"m","type":"tool","tool":"bash","state":{{"status":"{status}","input":{{"command":"cat x"}},"output":"\nno\u001b[2J such file"}}}}}}}}"#
            )
        };
        assert_eq!(
            told(&[
                &update("running", 0),
                &update("completed", 61_500),
                &update("completed", 61_600)
            ]),
            ["01:01.5  bash     cat x → no\\u{1b}[2J such file"]
        );
    }

    #[test]
    fn a_finding_is_told_with_its_evidence() {
        let line = r#"{"ts":1,"type":"ocr.detect.finding","properties":{"sessionID":"s","finding":"f","kind":"loop","rule":"repeat","grade":"stop","state":"graver","summary":"five times","evidence":[{"id":"evt_1","excerpt":"cat x"}]}}"#;
        assert_eq!(
            told(&[line]),
            [
                "00:00.0  FOUND    repeat (stop): five times",
                "00:00.0           because evt_1: cat x"
            ]
        );
    }

    #[test]
    fn what_says_nothing_is_not_told() {
        assert!(told(&["", "no json", "{}", r#"{"type":"session.idle","properties":{}}"#]).is_empty());
    }
}

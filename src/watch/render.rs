//! What a line says, in words. Pure: lines in, text out.

use crate::bounded::BoundedMap;
use crate::pipe::tell::{masked, masked_excerpt as excerpt};
use crate::wire::part::{Part, ToolState};
use crate::wire::record::{Action, AnyRecord, Finding, Gap, Grade, Opened, Phase, RunResult, State};
use crate::wire::text::{decode, printable};
use crate::wire::{Event, Observation, Raw, StreamClock, observe};

/// The length of an excerpt, in characters, so that a line fits most terminals.
const WIDTH: usize = 100;
/// The length of a longer sentence, in characters.
const SENTENCE: usize = 2 * WIDTH;

/// How many parts to remember as shown. The updates of one part follow closely on one another.
const REMEMBERED: usize = 256;

/// What a line means to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Quiet,
    Notice,
    Warn,
    Bad,
    Good,
}

/// Renders lines as text.
#[derive(Debug)]
pub(super) struct Renderer {
    clock: StreamClock,
    /// The parts that were shown.
    shown: BoundedMap<String, ()>,
}

impl Default for Renderer {
    fn default() -> Self {
        Self { clock: StreamClock::default(), shown: BoundedMap::new(REMEMBERED) }
    }
}

impl Renderer {
    /// Goes on where another view of the same stream has stopped.
    #[cfg(all(unix, feature = "tui"))]
    pub(super) fn resume(&mut self, clock: StreamClock) {
        self.clock = clock;
    }

    /// The text for one line; none for most.
    pub(super) fn render(&mut self, line: &str) -> Vec<(Tone, String)> {
        let Ok(observation) = observe(line) else {
            return Vec::new();
        };
        self.clock.see(observation.ts);
        let rendered = match &observation.event {
            Event::Part(part) => self.part(part).into_iter().collect(),
            Event::Record { kind, properties } => record(kind, *properties),
            _ => event(&observation).into_iter().collect(),
        };
        rendered.into_iter().map(|(tone, text)| (tone, self.stamped(&text))).collect()
    }

    /// The text after the time since the first line, in minutes and seconds.
    fn stamped(&self, text: &str) -> String {
        let since = self.clock.elapsed() / 100;
        let (minutes, seconds, tenth) = (since / 600, since / 10 % 60, since % 10);
        format!("{minutes:02}:{seconds:02}.{tenth}  {}", printable(&masked(text)))
    }

    /// A finished call or a finished text, each once.
    fn part(&mut self, part: &Part) -> Option<(Tone, String)> {
        let text = match (&*part.kind, &part.state) {
            ("tool", Some(state)) if state.is_over() => call(part, state),
            ("text", _) if part.time.as_ref().is_some_and(|t| t.end().is_some()) => {
                let text = decode(part.text?);
                format!("says     {}", excerpt(text.trim(), WIDTH))
            }
            _ => return None,
        };
        let is_new = self.shown.insert(part.id.to_string(), ()).is_none();
        is_new.then_some((Tone::Plain, text))
    }
}

fn record(kind: &str, properties: Raw<'_>) -> Vec<(Tone, String)> {
    // A record of another shape than ours is not shown.
    let Ok(Some(record)) = AnyRecord::parse(kind, properties) else {
        return Vec::new();
    };
    match record {
        AnyRecord::Opened(record) => opened(&record),
        AnyRecord::Finding(record) => finding(&record),
        AnyRecord::Done(record) => vec![(Tone::Notice, format!("rests    {record}"))],
        AnyRecord::Decision(record) => {
            vec![(Tone::Notice, format!("REVIEW   {}", excerpt(&record.to_string(), SENTENCE)))]
        }
        AnyRecord::Action(record) => vec![action(&record)],
        AnyRecord::RunResult(record) => vec![result(&record)],
        AnyRecord::Gap(record) => vec![gap(&record)],
        AnyRecord::Closed(record) => vec![(Tone::Quiet, format!("stream   ends: {}", record.detail))],
        AnyRecord::Tick(_) | AnyRecord::Turn(_) | AnyRecord::StateChange(_) | AnyRecord::Reviewer(_) => Vec::new(),
    }
}

/// An event that is neither a part nor a record.
fn event(observation: &Observation) -> Option<(Tone, String)> {
    match &observation.event {
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
    let first = answer.lines().find(|l| !l.trim().is_empty()).unwrap_or("(nothing)");
    format!("{tool:<8} {} → {}", excerpt(&input, WIDTH / 2), excerpt(first, WIDTH / 2))
}

/// The most telling argument of a call.
fn brief(input: Raw<'_>) -> String {
    const TELLING: [&str; 7] = ["command", "filePath", "pattern", "path", "url", "query", "prompt"];
    let members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(input.get()).unwrap_or_default();
    TELLING.iter().find_map(|name| members.get(*name)?.as_str()).map_or_else(|| input.get().to_owned(), str::to_owned)
}

fn opened(opened: &Opened) -> Vec<(Tone, String)> {
    let known = |text: &Option<String>| text.clone().unwrap_or_else(|| "?".to_owned());
    let watching = if opened.replay { "recording of" } else { "watching" };
    let mut rendered = vec![(
        Tone::Quiet,
        format!(
            "stream   {watching} {} in {}, OpenCode {}",
            opened.session_id.as_deref().unwrap_or("every session"),
            known(&opened.directory),
            known(&opened.version)
        ),
    )];
    if let Some(task) = &opened.task {
        rendered.push((Tone::Plain, format!("task     {}", excerpt(task, WIDTH))));
    }
    rendered
}

fn finding(finding: &Finding) -> Vec<(Tone, String)> {
    if finding.state == State::Closed {
        return vec![(Tone::Quiet, format!("over     {}", finding.summary))];
    }
    let tone = match finding.grade {
        Grade::Notice => Tone::Notice,
        Grade::Warn => Tone::Warn,
        Grade::Stop => Tone::Bad,
    };
    let mut rendered = vec![(tone, format!("FOUND    {finding}"))];
    if let Some(evidence) = finding.evidence.first()
        && finding.state != State::Grown
    {
        let text = excerpt(&evidence.excerpt, WIDTH);
        rendered.push((Tone::Quiet, format!("         because {}: {text}", evidence.id)));
    }
    rendered
}

fn gap(gap: &Gap) -> (Tone, String) {
    let complete = if gap.complete { "nothing was missed" } else { "something may be missing" };
    let seconds = gap.lasted / 1000;
    let text = format!("gap      {seconds} s without the server ({}); {complete}", gap.reason);
    (Tone::Warn, text)
}

fn action(action: &Action) -> (Tone, String) {
    let tone = match action.phase {
        Phase::Taken => Tone::Good,
        Phase::Failed | Phase::Escalated => Tone::Bad,
        Phase::Begun | Phase::Skipped => Tone::Warn,
    };
    (tone, format!("ACT      {}", excerpt(&action.to_string(), SENTENCE)))
}

fn result(result: &RunResult) -> (Tone, String) {
    let tone = if result.exit_code == 0 { Tone::Good } else { Tone::Bad };
    (tone, format!("RESULT   {}", excerpt(&result.to_string(), SENTENCE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(lines: &[&str]) -> Vec<String> {
        let mut renderer = Renderer::default();
        lines.iter().flat_map(|l| renderer.render(l)).map(|(_, text)| text).collect()
    }

    #[test]
    fn shows_call_once() {
        let update = |status: &str, ts: u32| {
            format!(
                r#"{{"ts":{ts},"type":"message.part.updated","properties":{{"part":{{"id":"p","messageID":"m","type":"tool","tool":"bash","state":{{"status":"{status}","input":{{"command":"cat x"}},"output":"\nno\u001b[2J such file"}}}}}}}}"#
            )
        };
        assert_eq!(
            render(&[&update("running", 0), &update("completed", 61_500), &update("completed", 61_600)]),
            ["01:01.5  bash     cat x → no\\u{1b}[2J such file"]
        );
    }

    #[test]
    fn shows_evidence() {
        let line = r#"{"ts":1,"type":"ocr.detect.finding","properties":{"sessionID":"s","finding":"f","kind":"loop","rule":"repeat","grade":"stop","state":"graver","summary":"five times","evidence":[{"id":"evt_1","excerpt":"cat x"}]}}"#;
        assert_eq!(
            render(&[line]),
            ["00:00.0  FOUND    repeat (stop): five times", "00:00.0           because evt_1: cat x"]
        );
    }

    #[test]
    fn skips_other_lines() {
        assert!(render(&["", "no json", "{}", r#"{"type":"session.idle","properties":{}}"#]).is_empty());
    }
}

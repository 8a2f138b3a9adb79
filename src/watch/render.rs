//! Puts a line into words. Pure: lines in, text out.

use super::asked;
use super::running::Running;
use crate::bounded::BoundedMap;
use crate::pipe::tell::{masked, masked_excerpt as excerpt, masked_first_line};
use crate::printable::{duration, shell_word, without_frames, wrapped};
use crate::wire::part::{Part, ToolState};
use crate::wire::record::{
    Action, ActionKind, AnyRecord, Finding, Gap, Grade, Opened, Phase, RunResult, State, Totals,
};
use crate::wire::text::{decode, printable};
use crate::wire::{Event, Observation, Origins, Raw, Status, Timestamp, observe};

/// The width of a line where no terminal says otherwise, in characters.
const WIDTH: usize = 120;
/// The width of the time and of the word before each text, in characters.
const LABEL: usize = 19;
/// The width of the time, in characters.
const STAMP: usize = 9;
/// The least width of a text, in characters: on a narrower terminal it is wrapped.
const NARROW: usize = 40;
/// The length of a longer sentence, in characters.
const SENTENCE: usize = 400;
/// How much of the agent's last answer is shown, in bytes: more than a person reads at the end of a run.
const ANSWER: usize = 16 * 1024;

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
    /// Where each session is, and what time it is there.
    origins: Origins,
    /// The parts that were shown.
    shown: BoundedMap<String, ()>,
    /// The calls that run.
    running: Running,
    /// The first session, whose lines are not named.
    first: Option<String>,
    /// The last finished text of the first session, until it is shown whole.
    answer: Option<String>,
    /// Whether changes were taken back, so that not all files that were changed still are.
    reverted: bool,
    /// The width of a text, in characters.
    width: usize,
    /// The width of the terminal, if there is one.
    columns: Option<usize>,
}

impl Default for Renderer {
    fn default() -> Self {
        Self::new(None)
    }
}

impl Renderer {
    /// Renders for a terminal with so many columns, if there is one.
    pub(super) fn new(columns: Option<usize>) -> Self {
        Self {
            origins: Origins::default(),
            shown: BoundedMap::new(REMEMBERED),
            running: Running::default(),
            first: None,
            answer: None,
            reverted: false,
            columns,
            width: columns.unwrap_or(WIDTH).saturating_sub(LABEL).max(NARROW),
        }
    }

    /// Goes on where another view of the same stream has stopped.
    #[cfg(all(unix, feature = "tui"))]
    pub(super) fn resume(&mut self, origins: Origins) {
        self.origins = origins;
    }

    /// The text for one line; none for most.
    pub(super) fn render(&mut self, line: &str) -> Vec<(Tone, String)> {
        let Ok(observation) = observe(line) else {
            return Vec::new();
        };
        let record = AnyRecord::of(&observation.event);
        let now = self.origins.follow(&observation, record.as_ref());
        let name = self.name(&observation);
        let session = observation.session.as_deref().or_else(|| record.as_ref()?.session()).map(str::to_owned);
        let news = match (record, &observation.event) {
            (Some(record), _) => self.record(record),
            (_, Event::Part(part)) => self.part(part, session.as_deref(), name.is_empty(), now).into_iter().collect(),
            _ => self.event(&observation, line, now).into_iter().collect(),
        };
        let news =
            news.into_iter().map(|(tone, text)| (tone, self.stamped(session.as_deref(), &format!("{name}{text}"))));
        let mut told: Vec<_> = news.collect();
        for (session, text) in self.running.overdue(&self.origins) {
            told.push((Tone::Quiet, self.stamped(session.as_deref(), &text)));
        }
        told
    }

    /// Which session a line is about, where that is not the first one.
    fn name(&mut self, line: &Observation) -> String {
        let Some(session) = line.session.as_deref() else { return String::new() };
        let first = self.first.get_or_insert_with(|| session.to_owned());
        if first == session { String::new() } else { format!("[{}] ", short(session)) }
    }

    /// The text after the time since the first line of its session's stream. What is about several hosts has the time of
    /// none.
    fn stamped(&self, session: Option<&str>, text: &str) -> String {
        let text = printable(&masked(text));
        let now = session.map_or(self.origins.latest(), |session| self.origins.now(session));
        let Some(since) = self.origins.since_first(session, now) else {
            return format!("{:STAMP$}{text}", "");
        };
        let since = since / 100;
        let (hours, minutes, seconds, tenth) = (since / 36_000, since / 600 % 60, since / 10 % 60, since % 10);
        let line = match hours {
            0 => format!("{minutes:02}:{seconds:02}.{tenth}  {text}"),
            // As wide as the others.
            _ => format!("{hours}:{minutes:02}:{seconds:02}  {text}"),
        };
        match self.columns {
            Some(columns) if columns > LABEL + NARROW => wrapped(&line, columns, LABEL - 1),
            _ => line,
        }
    }

    /// A finished call or a finished text, each once.
    fn part(&mut self, part: &Part, session: Option<&str>, is_first: bool, now: Timestamp) -> Option<(Tone, String)> {
        let text = match (&*part.kind, &part.state) {
            ("tool", Some(state)) if state.is_over() => {
                self.running.end(&part.id);
                self.call(part, state)
            }
            ("tool", Some(state)) => {
                let input = state.input.map(brief).unwrap_or_default();
                let what = format!("{} {}", part.tool.as_deref().unwrap_or("tool"), excerpt(&input, self.width / 2));
                self.running.begin(&part.id, session, what, now);
                return None;
            }
            ("text", _) if part.time.as_ref().is_some_and(|t| t.end().is_some()) => {
                let text = decode(part.text?);
                let text = text.trim();
                if is_first {
                    self.answer = Some(text[..text.floor_char_boundary(ANSWER)].to_owned());
                }
                format!("says     {}", excerpt(text, self.width))
            }
            _ => return None,
        };
        let is_new = self.shown.insert(part.id.to_string(), ()).is_none();
        is_new.then_some((Tone::Plain, text))
    }

    /// `bash     cat missing.log → cat: missing.log: No such file or directory`
    fn call(&self, part: &Part, state: &ToolState) -> String {
        let tool = part.tool.as_deref().unwrap_or("tool");
        let input = state.input.map(brief).unwrap_or_default();
        let answer = state.error.or(state.output).map(decode).unwrap_or_default();
        format!("{tool:<8} {} → {}", excerpt(&input, self.width / 2), masked_first_line(&answer, self.width / 2))
    }

    /// An event that is neither a part nor a record.
    fn event(&self, observation: &Observation, line: &str, now: Timestamp) -> Option<(Tone, String)> {
        match &observation.event {
            Event::Error { name, message } => {
                let message = message.map(decode).unwrap_or_default();
                Some((Tone::Bad, format!("error    {name} {}", excerpt(&without_frames(&message), SENTENCE))))
            }
            Event::Compacted => Some((Tone::Notice, "compact  the context was compacted".to_owned())),
            Event::Status(Status::Retry { attempt, message, next }) => {
                let message = message.map(decode).unwrap_or_default();
                let wait = next.map(|next| next.saturating_sub(now.ms()).max(0));
                let again = wait.map(|ms| format!(" in {}", duration(ms))).unwrap_or_default();
                let text = format!("retry    attempt {attempt}{again}: {}", excerpt(&message, self.width));
                Some((Tone::Warn, text))
            }
            Event::Asked { request, question, what } => {
                let what = excerpt(&asked::request(line, *question, *what), SENTENCE);
                let server = self.server(observation.session.as_deref());
                Some((Tone::Warn, format!("asks     {}", asked(request, *question, &what, server))))
            }
            _ => None,
        }
    }

    /// Where the requests of a session are answered, if anyone can.
    fn server(&self, session: Option<&str>) -> Option<&str> {
        let opened = session.map_or_else(|| self.origins.only_opened(), |session| self.origins.opened(session));
        opened.filter(|opened| !opened.replay)?.server.as_deref()
    }

    /// The whole of the agent's last answer, if less of it was shown.
    fn answer(&mut self) -> Vec<(Tone, String)> {
        let Some(answer) = self.answer.take().filter(|answer| excerpt(answer, self.width) != *answer) else {
            return Vec::new();
        };
        let head = (Tone::Quiet, "answer   ".to_owned());
        let lines = answer.lines().map(|line| (Tone::Plain, format!("         {line}")));
        std::iter::once(head).chain(lines).collect()
    }

    fn record(&mut self, record: AnyRecord) -> Vec<(Tone, String)> {
        match record {
            AnyRecord::RunResult(record) => {
                let mut rendered = self.answer();
                rendered.extend(result(&record, self.reverted));
                rendered
            }
            AnyRecord::Action(record) => {
                self.reverted |= record.action == ActionKind::Rollback && record.phase == Phase::Taken;
                vec![action(&record)]
            }
            record => of_record(record),
        }
    }
}

/// A request, and how to answer it.
fn asked(request: &str, question: bool, what: &str, server: Option<&str>) -> String {
    let (kind, answer) = if question { ("question", "TEXT") } else { ("permission", "once") };
    let how = match server {
        Some(server) => {
            let answer = shell_word(&format!("{request}={answer}"));
            format!("with: ocr-act --answer {answer} --server {}", shell_word(server))
        }
        None => format!("begin the run with --on-{kind}"),
    };
    format!("{what} (answer it in OpenCode, or {how})")
}

/// The end of a session's id, which differs between sessions.
fn short(session: &str) -> &str {
    const KEPT: usize = 6;
    let from = session.char_indices().rev().nth(KEPT - 1).map_or(0, |(at, _)| at);
    &session[from..]
}

/// What a record says on its own.
fn of_record(record: AnyRecord) -> Vec<(Tone, String)> {
    match record {
        AnyRecord::Opened(record) => opened(&record),
        AnyRecord::Finding(record) => finding(&record),
        AnyRecord::Done(record) => vec![(Tone::Notice, format!("rests    {record}"))],
        AnyRecord::Decision(record) => {
            vec![(Tone::Notice, format!("REVIEW   {}", excerpt(&record.to_string(), SENTENCE)))]
        }
        AnyRecord::Gap(record) => vec![gap(&record)],
        AnyRecord::Closed(record) => vec![(Tone::Quiet, format!("stream   ends: {}", record.detail))],
        AnyRecord::Tick(_)
        | AnyRecord::Turn(_)
        | AnyRecord::StateChange(_)
        | AnyRecord::Reviewer(_)
        | AnyRecord::Action(_)
        | AnyRecord::RunResult(_) => Vec::new(),
    }
}

/// The most telling argument of a call.
fn brief(input: Raw<'_>) -> String {
    const TELLING: [&str; 7] = ["command", "filePath", "pattern", "path", "url", "query", "prompt"];
    let members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(input.get()).unwrap_or_default();
    let telling = TELLING.iter().find_map(|name| members.get(*name)?.as_str()).map(str::to_owned);
    let question = || members.get("questions").and_then(|list| asked::question(&list.to_string()));
    telling.or_else(question).unwrap_or_else(|| input.get().to_owned())
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
        rendered.push((Tone::Plain, format!("task     {}", excerpt(task, SENTENCE))));
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
        let text = excerpt(&evidence.excerpt, SENTENCE);
        // What was counted belongs to no event.
        let id = if evidence.id.is_empty() { String::new() } else { format!(" {}:", evidence.id) };
        rendered.push((Tone::Quiet, format!("         because{id} {text}")));
    }
    rendered
}

fn gap(gap: &Gap) -> (Tone, String) {
    let complete = if gap.complete { "nothing was missed" } else { "something may be missing" };
    let text = format!("gap      {} without the server ({}); {complete}", duration(gap.lasted), gap.reason);
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

/// The end of the run. If changes were `reverted`, the files are not listed: the record does not say which of them are
/// as they were before.
fn result(result: &RunResult, reverted: bool) -> Vec<(Tone, String)> {
    let tone = if result.exit_code == 0 { Tone::Good } else { Tone::Bad };
    let mut facts = if reverted {
        let totals = result.totals.map(|totals| Totals { changed_files: 0, ..totals });
        RunResult { changed: Vec::new(), totals, ..result.clone() }.facts()
    } else {
        result.facts()
    };
    if reverted {
        facts.push("the changes since the problem began were taken back".to_owned());
    }
    vec![
        (Tone::Quiet, format!("totals   {}", facts.join("; "))),
        (tone, format!("RESULT   {}", excerpt(&result.to_string(), SENTENCE))),
    ]
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

    fn text(ts: u32, session: &str, id: &str, text: &str) -> String {
        format!(
            r#"{{"ts":{ts},"type":"message.part.updated","properties":{{"sessionID":"{session}","part":{{"id":"{id}","sessionID":"{session}","messageID":"m","type":"text","text":"{text}","time":{{"start":1,"end":2}}}}}}}}"#
        )
    }

    #[test]
    fn shows_the_whole_answer_at_the_end() {
        let long = format!("First line.\\n{}", "word ".repeat(60));
        let result = r#"{"ts":3,"type":"ocr.act.result","properties":{"outcome":"done","exitCode":0,"reason":"fine","calls":2,"cost":0.5}}"#;
        let shown = render(&[&text(1, "ses_one", "p", "early"), &text(2, "ses_one", "q", &long), result]);
        let whole = shown.join("\n");
        assert!(whole.contains("word ".repeat(60).trim()), "{whole}");
        assert!(whole.contains("totals   2 calls; $0.50; 0 s"), "{whole}");
        assert!(shown.last().unwrap().ends_with("RESULT   done, exit code 0: fine"), "{whole}");
    }

    #[test]
    fn tells_what_is_asked() {
        let permission = r#"{"ts":1,"type":"permission.asked","properties":{"id":"per_1","sessionID":"s","permission":"bash","patterns":["git push"],"metadata":{"command":"git push -f"}}}"#;
        let question = r#"{"ts":1,"type":"question.asked","properties":{"id":"que_1","sessionID":"s","questions":[{"question":"Which one?","options":[{"label":"Left"},{"label":"Right"}]}]}}"#;
        let told = render(&[permission, question]);
        assert!(told[0].contains("asks     permission: bash git push -f (answer it in OpenCode"), "{told:?}");
        assert!(told[1].contains("asks     question: Which one? (Left / Right) (answer it"), "{told:?}");
    }

    #[test]
    fn files_that_were_taken_back_are_not_listed() {
        let act = r#"{"ts":2,"type":"ocr.act.action","properties":{"sessionID":"s","action":"rollback","phase":"PHASE","detail":"x"}}"#;
        let result = r#"{"ts":3,"type":"ocr.act.result","properties":{"outcome":"loop","exitCode":10,"reason":"r","changed":["a.txt"],"changedFiles":1}}"#;
        let listed = |phase: &str| render(&[&act.replace("PHASE", phase), result]).join("\n");
        assert!(listed("failed").contains("1 file changed (a.txt)"));
        let told = listed("taken");
        assert!(!told.contains("a.txt") && told.contains("taken back"), "{told}");
    }

    #[test]
    fn names_other_sessions_and_hours() {
        let shown = render(&[&text(0, "ses_one", "p", "a"), &text(3_723_000, "ses_other123456", "q", "b")]);
        assert_eq!(shown, ["00:00.0  says     a", "1:02:03  [123456] says     b"]);
    }

    #[test]
    fn sessions_of_several_hosts_have_their_own_times_and_servers() {
        const DAY: i64 = 86_400_000;
        let hosts = [("a", 10 * DAY), ("b", 13 * DAY)];
        let opened = hosts.map(|(host, ts)| {
            format!(
                r#"{{"ts":{ts},"type":"ocr.stream.opened","properties":{{"sessionID":"ses_{host}","server":"http://{host}:4096","directory":"/srv","replay":false}}}}"#
            )
        });
        let asks = hosts.map(|(host, ts)| {
            format!(
                r#"{{"ts":{},"type":"permission.asked","properties":{{"id":"per_{host}","sessionID":"ses_{host}","permission":"bash","patterns":["rm"]}}}}"#,
                ts + 5000
            )
        });
        let ends = format!(r#"{{"ts":{},"type":"ocr.stream.gap","properties":{{"lasted":9000}}}}"#, 10 * DAY + 7000);
        let shown = render(&[&opened[0], &opened[1], &asks[0], &asks[1], &ends]);
        let told = &shown[2..];
        for (line, host) in told.iter().zip(["a", "b"]) {
            assert!(line.starts_with("00:05.0  "), "{line}");
            assert!(line.contains(&format!("ocr-act --answer per_{host}=once --server http://{host}:4096")), "{line}");
        }
        assert!(told[2].starts_with("         gap      9 s"), "{}", told[2]);
    }

    #[test]
    fn counts_down_to_a_retry() {
        let line = r#"{"ts":1000,"type":"session.status","properties":{"sessionID":"s","status":{"type":"retry","attempt":2,"message":"Overloaded","next":31000}}}"#;
        assert_eq!(render(&[line]), ["00:00.0  retry    attempt 2 in 30 s: Overloaded"]);
    }

    #[test]
    fn skips_other_lines() {
        assert!(render(&["", "no json", "{}", r#"{"type":"session.idle","properties":{}}"#]).is_empty());
    }
}

//! The scenario: what the user asks, what lies in the project, and what the model answers, as JSON.

use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A scenario, one file under `fixtures/scripts/`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What happens here and what must be found in it, for a person.
    #[serde(default)]
    pub about: String,
    /// What the user asks for.
    pub task: String,
    /// The project's files: path and content.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Members laid over the project's `opencode.json`, objects into objects.
    #[serde(default)]
    pub config: Map<String, Value>,
    /// What the model answers, one step a request, in order. A request beyond the last is refused.
    pub turns: Vec<Step>,
    /// What it answers in the sessions of subagents.
    #[serde(default)]
    pub agents: Vec<Agent>,
    /// How long to record, and whether to interfere.
    #[serde(default)]
    pub record: Recording,
}

/// One answer, or several that come round again.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Step {
    /// The same answers again and again. In their strings `{lap}` is the number of the lap, from 1.
    Laps {
        /// How many times; 0 is for ever.
        laps: usize,
        /// One lap.
        turns: Vec<Turn>,
    },
    /// The same answers again and again until a request contains a text, such as what a session is told.
    Until {
        /// The text.
        until: String,
        /// One round.
        turns: Vec<Turn>,
    },
    /// One answer.
    // Boxed: an answer is ten times the size of a lap.
    Turn(Box<Turn>),
}

/// One answer of the model, or of the provider in its place.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Turn {
    /// What it thinks, before anything else.
    pub reasoning: String,
    /// What it says.
    pub text: String,
    /// What it calls; several are called in parallel.
    pub calls: Vec<Call>,
    /// Why it stopped. By default `tool_calls` where it calls, `stop` where it does not.
    pub finish: Option<String>,
    /// An HTTP status in place of an answer; `error` is its message.
    pub status: Option<u16>,
    /// What the provider says with that status.
    pub error: String,
    /// The provider's code for that error.
    pub code: String,
    /// When the provider wants to be asked again after that error, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// Wait so long before answering, in milliseconds.
    pub delay_ms: u64,
    /// Fall silent after what was said, and never end.
    pub hang: bool,
    /// Wait so long between two pieces, in milliseconds.
    pub pause_ms: u64,
    /// How many characters come in one piece.
    pub chunk: Option<usize>,
    /// What the answer is said to have cost. By default it follows the lengths of things.
    pub usage: Option<Usage>,
}

/// One call of a tool.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The tool's name.
    pub tool: String,
    /// Its arguments. A string is sent as it is, also where it is no JSON.
    pub input: Value,
}

/// Tokens.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Read.
    pub input: u64,
    /// Written.
    pub output: u64,
}

/// What the model answers in the session of a subagent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// Its session is the one whose first user text contains this.
    pub prompt: String,
    /// The answers.
    pub turns: Vec<Step>,
}

/// How a scenario is recorded.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recording {
    /// When to stop.
    pub until: Until,
    /// How many minutes it may take at most; one that takes longer has a mistake in its script. Five, if nothing is said.
    pub minutes: Option<u64>,
    /// Give every permission that is asked for, after so many seconds.
    pub allow_after: Option<i64>,
    /// Tell the session something.
    pub tell: Option<Told>,
    /// Let a subagent work that nobody waits for, as plugins do: its task, after so many finished calls.
    pub background: Option<Told>,
    /// Stop the stream for a while, as a computer does that sleeps.
    pub asleep: Option<Asleep>,
    /// After so many finished calls, cut the stream off from the server until the session is at rest.
    pub cut_after: Option<usize>,
    /// Abort the session as soon as one of its tools is running and has printed something.
    pub abort: bool,
}

/// What a session is told while it works.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// After so many finished calls.
    pub calls: usize,
    /// The message.
    pub text: String,
    /// Who tells it.
    #[serde(default)]
    pub by: Teller,
    /// How many times, each after as many calls.
    #[serde(default)]
    pub times: Option<usize>,
}

/// Who tells a session something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Teller {
    /// `ocr-act`, with its mark.
    #[default]
    Act,
    /// A plugin.
    Plugin,
    /// A driver that sends a user's message as soon as the session rests.
    Driver,
}

/// How the stream is stopped for a while.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asleep {
    /// After so many finished calls.
    pub calls: usize,
    /// How long, in seconds.
    pub seconds: u64,
}

/// When a recording ends. Every one ends at rest as well.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Until {
    /// When the session has come to rest.
    #[default]
    Rest,
    /// After so many finished calls.
    Calls(usize),
    /// After so many compactions.
    Compactions(usize),
    /// After so many retries.
    Retries(usize),
    /// After so many seconds without an event.
    Silence(u64),
}

impl Script {
    /// The scenario `fixtures/scripts/NAME.json`.
    ///
    /// # Panics
    /// When there is none, or when it says what nobody understands.
    pub fn load(name: &str) -> Self {
        let path = scripts().join(format!("{name}.json"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        Self::parse(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// A scenario as text.
    ///
    /// # Errors
    /// When it is no scenario.
    pub fn parse(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }
}

/// One conversation with the model, and how far it has come.
#[derive(Debug, Default)]
pub struct Conversation {
    answered: usize,
    /// How many answers were given while a text had not come.
    waited: usize,
}

impl Conversation {
    /// The answer to the next request. `contains` says whether that request contains a text.
    pub fn answer(&mut self, steps: &[Step], contains: impl Fn(&str) -> bool) -> Option<Turn> {
        let mut n = self.answered - self.waited;
        self.answered += 1;
        for step in steps {
            match step {
                Step::Turn(turn) if n == 0 => return Some(Turn::clone(turn)),
                Step::Turn(_) => n -= 1,
                Step::Laps { laps, turns } if *laps == 0 || n < laps * turns.len() => {
                    return Some(turns[n % turns.len()].in_lap(n / turns.len() + 1));
                }
                Step::Laps { laps, turns } => n -= laps * turns.len(),
                Step::Until { until, turns } if n == 0 && !contains(until) => {
                    let at = self.waited;
                    self.waited += 1;
                    return Some(turns[at % turns.len()].in_lap(at / turns.len() + 1));
                }
                Step::Until { .. } => {}
            }
        }
        None
    }

    /// How many requests were answered.
    pub fn answered(&self) -> usize {
        self.answered
    }
}

impl Turn {
    fn in_lap(&self, lap: usize) -> Self {
        let number = lap.to_string();
        let mut turn = self.clone();
        turn.text = turn.text.replace("{lap}", &number);
        turn.reasoning = turn.reasoning.replace("{lap}", &number);
        for call in &mut turn.calls {
            let text = call.input.to_string().replace("{lap}", &number);
            call.input = serde_json::from_str(&text).expect("a number within a string stays JSON");
        }
        turn
    }
}

/// Every scenario's name, sorted.
pub fn names() -> Vec<String> {
    let dir = scripts();
    let mut names: Vec<String> = std::fs::read_dir(&dir)
        .unwrap_or_else(|e| panic!("{}: {e}", dir.display()))
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    names
}

/// The recording of a scenario.
///
/// # Panics
/// When there is none.
pub fn recording(name: &str) -> String {
    let path = sessions().join(format!("{name}.ndjson"));
    std::fs::read_to_string(&path).unwrap_or_else(|e| {
        let path = path.display();
        panic!("{path}: {e}; `cargo run --example record -- {name}` makes it")
    })
}

/// Where the recordings lie.
pub fn sessions() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sessions")
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scripts")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(script: &str, requests: usize) -> Vec<Option<String>> {
        let script = Script::parse(script).unwrap();
        let mut conversation = Conversation::default();
        (0..requests).map(|_| Some(conversation.answer(&script.turns, |_| false)?.text)).collect()
    }

    #[test]
    fn laps_come_round_as_often_as_they_say_and_know_their_number() {
        let script = r#"{"task": "", "turns": [
            {"text": "first"}, {"laps": 2, "turns": [{"text": "a{lap}"}, {"text": "b{lap}"}]}, {"text": "last"}]}"#;
        let said: Vec<_> = texts(script, 7).into_iter().flatten().collect();
        assert_eq!(said, ["first", "a1", "b1", "a2", "b2", "last"]);
    }

    #[test]
    fn no_laps_are_for_ever() {
        let script = r#"{"task": "", "turns": [{"laps": 0, "turns": [{"text": "again"}]}]}"#;
        assert_eq!(texts(script, 1000)[999].as_deref(), Some("again"));
    }

    #[test]
    fn rounds_end_when_the_text_comes_and_not_before() {
        let script = r#"{"task": "", "turns": [{"text": "first"}, {"until": "stop it", "turns": [{"text": "round"}]}, {"text": "last"}]}"#;
        let script = Script::parse(script).unwrap();
        let mut conversation = Conversation::default();
        let mut ask = |request: &str| {
            let answer = conversation.answer(&script.turns, |text| request.contains(text));
            answer.map(|turn| turn.text)
        };
        let said: Vec<_> = ["", "", "", "now stop it", "now stop it"].into_iter().map(&mut ask).collect();
        let texts: Vec<_> = said.iter().map(Option::as_deref).collect();
        assert_eq!(texts, [Some("first"), Some("round"), Some("round"), Some("last"), None]);
    }

    #[test]
    fn what_nobody_understands_is_no_scenario() {
        assert!(Script::parse(r#"{"task": "", "turns": [], "trun": 1}"#).is_err());
        assert!(Script::parse(r#"{"task": "", "turns": [{"tetx": "typo"}]}"#).is_err());
    }
}

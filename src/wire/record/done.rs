use super::{Evidence, Record};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a session came to rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// The last line matches `--done-pattern`, and nothing contradicts it.
    Done,
    /// The session may be done; worth a review.
    Candidate,
    /// The agent asked something and waits for an answer.
    Waiting,
    /// The agent says that it could not do the task, that it guessed, or that it lacks something.
    GaveUp,
    /// The last call was denied, by a person or by a rule, or the agent declined the task.
    Refused,
    /// The last answer has no text.
    Empty,
    /// The session was aborted.
    Aborted,
    /// The session ended with an error.
    Error,
    /// The answer was cut off by the length limit.
    Length,
}

impl Outcome {
    /// What the agent did, in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Done => "it says that it is done",
            Self::Candidate => "it may be done",
            Self::Waiting => "it waits for an answer",
            Self::GaveUp => "it gave up",
            Self::Refused => "its last call was denied, or it declined the task",
            Self::Empty => "it said nothing",
            Self::Aborted => "it was aborted",
            Self::Error => "it failed",
            Self::Length => "its turn was cut off",
        }
    }
}

/// What the agent says about being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Claim {
    /// The last line matches `--done-pattern`.
    Promise,
    /// The last text sounds as if the work is done.
    Prose,
    /// The agent claims nothing.
    None,
}

/// A fact that contradicts that the session is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Contradiction {
    /// Todo items are open.
    OpenTodos,
    /// The last run of a check failed.
    LastCheckFailed,
    /// Whether the last check passed cannot be read from its output.
    CheckUnknown,
    /// A file changed after the last check.
    UncheckedChange,
    /// No file changed, though a change was asked for.
    EmptyDiff,
    /// The last answer hit the length limit, or the turn ended with a tool call and no answer.
    CutOff,
    /// A finding is still open.
    OpenFinding,
    /// The last text announces more work, which did not follow.
    AnnouncedMore,
    /// A check was made to pass by changing or bypassing it.
    Tamper,
    /// The agent claims work that no call did.
    UnsupportedClaim,
    /// The user asked for a commit, a push, a pull request or a tag, and no call made it, or forbade what a call did.
    UnmetRequest,
}

/// A contradiction in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DoneFact {
    /// The contradiction.
    pub contradiction: Contradiction,
    /// The fact in one sentence, which names the test, the to-do item or the file.
    pub fact: String,
}

/// The session came to rest.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Done {
    /// The session that came to rest.
    #[serde(rename = "sessionID")]
    pub session_id: String,
    /// How the session came to rest.
    pub outcome: Outcome,
    /// What the agent says about being done.
    pub claim: Claim,
    /// The facts that speak against its being done.
    #[serde(default)]
    pub contradictions: Vec<Contradiction>,
    /// The same contradictions in words, in the same order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<DoneFact>,
    /// The events that support the outcome and the contradictions.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
}

impl Done {
    /// What contradicts this rest so strongly that no reviewer can call it done, in words; `None` if nothing does.
    pub fn hard_evidence(&self) -> Option<String> {
        let ended_otherwise = match self.outcome {
            Outcome::Waiting => Some("the agent asked something and waits for an answer"),
            Outcome::GaveUp => Some("the agent says that it could not do it, or did only a part"),
            Outcome::Refused => Some("the last call was denied, or the agent declined the task"),
            Outcome::Empty => Some("the last answer has no text"),
            Outcome::Length => Some("the last answer was cut off by the length limit"),
            Outcome::Aborted => Some("the session was aborted"),
            Outcome::Error => Some("the session ended in an error"),
            Outcome::Done | Outcome::Candidate => None,
        };
        let hard = self.contradictions.iter().filter(|contradiction| contradiction.is_hard());
        let facts = hard.map(|contradiction| self.fact(*contradiction));
        let all = once(ended_otherwise.map(str::to_owned).into_iter().chain(facts).collect());
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// A contradiction in words: the fact, or what the contradiction means in general.
    pub fn fact(&self, contradiction: Contradiction) -> String {
        let known = self.facts.iter().find(|fact| fact.contradiction == contradiction);
        known.map_or_else(|| contradiction.meaning().to_owned(), |known| known.fact.clone())
    }

    /// All contradictions in words; empty if there are none. Of a session that was aborted, nobody expects that its work
    /// is done.
    pub fn objections(&self) -> String {
        if self.outcome == Outcome::Aborted {
            return String::new();
        }
        let facts = self.contradictions.iter().map(|contradiction| self.fact(*contradiction));
        once(facts.collect()).join("; ")
    }
}

/// These facts, without those that only say another one again: the open finding may be about what is a fact itself.
fn once(facts: Vec<String>) -> Vec<String> {
    let is_said = |fact: &String| facts.iter().any(|other| other.len() < fact.len() && fact.ends_with(other.as_str()));
    facts.iter().filter(|fact| !is_said(fact)).cloned().collect()
}

impl Contradiction {
    /// Whether it outweighs what a reviewer says.
    fn is_hard(self) -> bool {
        match self {
            Self::OpenTodos
            | Self::LastCheckFailed
            | Self::CutOff
            | Self::OpenFinding
            | Self::Tamper
            | Self::UnsupportedClaim => true,
            Self::CheckUnknown | Self::UncheckedChange | Self::EmptyDiff | Self::AnnouncedMore | Self::UnmetRequest => {
                false
            }
        }
    }

    /// What it means, where no fact is given.
    fn meaning(self) -> &'static str {
        match self {
            Self::OpenTodos => "its to-do list has open items",
            Self::LastCheckFailed => "the last check failed",
            Self::CheckUnknown => "whether the last check passed is not known",
            Self::UncheckedChange => "files changed after the last check",
            Self::EmptyDiff => "no file changed",
            Self::CutOff => "its answer was cut off",
            Self::OpenFinding => "a finding is still open",
            Self::AnnouncedMore => "it announced more work, which did not follow",
            Self::Tamper => "a check was changed or bypassed so that it passes",
            Self::UnsupportedClaim => "it claims work that no call did",
            Self::UnmetRequest => "it did not commit, push or tag as it was asked to, or did what it was asked not to",
        }
    }
}

impl Record for Done {
    const TYPE: &'static str = "ocr.detect.done";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(outcome: &str) -> Done {
        let done = serde_json::json!({"sessionID": "s", "outcome": outcome, "claim": "none",
            "contradictions": ["tamper", "emptyDiff", "openFinding"],
            "facts": [{"contradiction": "tamper", "fact": "`skip` skips a test"},
                {"contradiction": "openFinding", "fact": "a finding is still open: `skip` skips a test"}]});
        serde_json::from_value(done).unwrap()
    }

    #[test]
    fn says_each_fact_once() {
        let done = done("candidate");
        assert_eq!(done.objections(), "`skip` skips a test; no file changed");
        assert_eq!(done.hard_evidence().as_deref(), Some("`skip` skips a test"));
    }

    #[test]
    fn nobody_objects_to_an_abort() {
        assert_eq!(done("aborted").to_string(), "it was aborted");
        assert!(done("aborted").hard_evidence().is_some());
    }
}

//! Detects subagents that hand their task on: each starts another one, and none does the work.

use super::rule::{Rule, RuleInfo};
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::quoted::quoted;
use crate::detect::signal::{Signal, Signals};
use crate::detect::text::similar::similarity;
use crate::wire::record::{Evidence, Grade, Kind};
use crate::wire::text::EXCERPT;

const NAME: &str = "nesting";

// Someone who splits a task hands parts of it on. Twice the same one may be a division by roles.
const SAME: Limit =
    Limit::new("nesting.same", 4, "subagents one below the other with nearly the same task before a warning");
// A person's agent, a lead, its workers and their helpers are four.
const DEPTH: Limit = Limit::new("nesting.depth", 8, "subagents one below the other before a warning");

/// How similar two tasks are that are nearly the same, in percent.
const SIMILAR: u64 = 85;

/// The rule needs no memory: a subagent's task comes with those above it.
#[derive(Default)]
pub(super) struct Nesting;

impl Rule for Nesting {
    const INFO: RuleInfo =
        RuleInfo { name: NAME, about: "subagents that hand their task on to others", limits: &[SAME, DEPTH] };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        let Fact::Delegated { tasks } = fact else { return };
        let depth = tasks.len().saturating_sub(1);
        let is_same = |pair: &&[String]| !pair[0].is_empty() && similarity(&pair[0], &pair[1]) >= SIMILAR;
        let same = (1 + tasks.windows(2).take_while(is_same).count()).min(depth);
        let reaches = |count: usize, limit| count as u64 >= context.config.limit(limit);
        let (laps, summary) = if reaches(same, &SAME) {
            (same, format!("{same} subagents, each started by the one before it, have nearly the same task"))
        } else if reaches(depth, &DEPTH) {
            (depth, format!("{depth} subagents, each started by the one before it"))
        } else {
            return;
        };
        let mut signal = Signal::new(NAME, Kind::Loop, Grade::Warn, 0, summary);
        signal.laps = laps as u64;
        let task = tasks.first().map(String::as_str).unwrap_or_default();
        signal.evidence = vec![Evidence { id: context.point.id.clone(), excerpt: quoted(task, EXCERPT) }];
        signals.report(signal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::rules::tests::support::{findings, graded};
    use serde_json::json;

    /// Sessions one below the other, with what each was asked.
    fn chain(tasks: &[String]) -> Vec<(String, Grade)> {
        let event = |at: usize, kind: &str, properties: &serde_json::Value| {
            json!({"ts": at, "id": format!("evt_{at}_{kind}"), "type": kind, "properties": properties}).to_string()
        };
        let lines: Vec<String> = (0..tasks.len())
            .flat_map(|at| {
                let (id, message) = (format!("ses_{at}"), format!("msg_{at}"));
                let parent = at.checked_sub(1).map(|above| format!("ses_{above}"));
                let info = json!({"info": {"id": id, "parentID": parent}});
                let user = json!({"info": {"id": message, "sessionID": id, "role": "user"}});
                let text = json!({"part": {"type": "text", "text": tasks[at], "messageID": message, "sessionID": id}});
                [
                    event(at, "session.created", &info),
                    event(at, "message.updated", &user),
                    event(at, "message.part.updated", &text),
                ]
            })
            .collect();
        graded(&findings(&lines))
    }

    #[test]
    fn warns_of_a_task_that_is_handed_on() {
        let task = |n: usize| {
            format!("Finde im Ordner src/{n} heraus, wo die Wartezeit berechnet wird, und nenne Datei und Zeile.")
        };
        let tasks = |depth: usize| -> Vec<String> { (0..=depth).map(task).collect() };
        assert_eq!(chain(&tasks(3)), []);
        assert_eq!(chain(&tasks(4)), [(NAME.to_owned(), Grade::Warn)]);
    }

    #[test]
    fn a_team_is_none() {
        let jobs = [
            "Ship the release.",
            "Write the notes.",
            "List all merged changes.",
            "Read each diff of src/pay.",
            "Say what 1.4 broke.",
        ];
        let team: Vec<String> = jobs.map(str::to_owned).into();
        assert_eq!(chain(&team), []);
        let endless = |n: usize| format!("{} Part {n}: {}", jobs[n % 5], "x".repeat(n * 7));
        assert_eq!(chain(&(0..=8).map(endless).collect::<Vec<_>>()), [(NAME.to_owned(), Grade::Warn)]);
    }
}

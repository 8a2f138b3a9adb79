//! Adds up what each habit cost: the problems of all recordings, by the rule that found them.

use super::shown::Shown;
use super::summary::Summary;
use crate::wire::record::{Grade, Kind};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The most rules that are told apart. Detectors of other people may name any rule.
const RULES: usize = 200;

/// What one rule found, in all recordings.
#[derive(Debug, Clone)]
pub struct Habit {
    /// The rule.
    pub rule: Shown,
    /// The gravest grade that it gave.
    pub grade: Grade,
    /// How many problems it found.
    pub episodes: u64,
    /// In how many recordings it found any.
    pub recordings: u64,
    /// Calls that produced nothing new.
    pub calls: u64,
    /// Tokens of the steps that made those calls.
    pub tokens: u64,
    /// What those tokens cost, at the average price of their recordings; `None` if no price is known.
    pub dollars: Option<f64>,
}

impl Habit {
    fn new(rule: &Shown, grade: Grade) -> Self {
        Self { rule: rule.clone(), grade, episodes: 0, recordings: 0, calls: 0, tokens: 0, dollars: None }
    }
}

/// What each rule found, the costliest first. A `steering` problem repeats what another one wasted, so its own waste
/// does not count.
pub(super) fn habits(recordings: &[Summary]) -> Vec<Habit> {
    let mut habits: BTreeMap<Shown, Habit> = BTreeMap::new();
    for recording in recordings {
        let mut seen: Vec<&Shown> = Vec::new();
        for episode in &recording.episodes {
            if !habits.contains_key(&episode.rule) && habits.len() >= RULES {
                continue;
            }
            let new = || Habit::new(&episode.rule, episode.grade);
            let habit = habits.entry(episode.rule.clone()).or_insert_with(new);
            habit.episodes += 1;
            habit.grade = habit.grade.max(episode.grade);
            if !seen.contains(&&episode.rule) {
                habit.recordings += 1;
                seen.push(&episode.rule);
            }
            if episode.kind != Kind::Steering {
                habit.calls = habit.calls.saturating_add(episode.wasted.calls);
                habit.tokens = habit.tokens.saturating_add(episode.wasted.tokens);
                let cost = recording.usage.price_of(episode.wasted.tokens);
                habit.dollars = cost.map(|cost| habit.dollars.unwrap_or(0.0) + cost).or(habit.dollars);
            }
        }
    }
    let mut habits: Vec<Habit> = habits.into_values().collect();
    habits.sort_by_key(|habit| Reverse((habit.tokens, habit.calls, habit.episodes)));
    habits
}

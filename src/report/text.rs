//! Writes the report as plain text: for one recording, each problem once, with its cost and where it began, and how
//! sessions ended; for several, one line each.

use super::page::Report;
use super::shown::Shown;
use super::summary::{Episode, Summary};
use super::units::{count, duration, number};
use crate::printable::dollars;
use crate::wire::record::{Grade, Wasted};
use crate::wire::{Timestamp, Usage};
use std::fmt::{Result, Write};

/// The widest column of file names, in characters. A longer name moves its line.
const WIDEST: usize = 60;

/// The page.
pub(super) fn page(report: &Report) -> String {
    let mut page = String::new();
    // Writing to a string does not fail.
    let _ = match report.single() {
        Some(recording) => write_recording(&mut page, recording),
        None => write_table(&mut page, report),
    };
    page
}

fn write_table(page: &mut String, report: &Report) -> Result {
    let width = report.recordings.iter().map(|r| r.name().chars().count()).max().unwrap_or(0).min(WIDEST);
    for recording in &report.recordings {
        write!(page, "{:7} {:width$}  {}", recording.severity(), recording.name(), recording.headline())?;
        if recording.wasted != Wasted::default() {
            write!(page, "  [{}]", waste(recording.wasted, recording.wasted_dollars()))?;
        }
        writeln!(page)?;
    }
    writeln!(page, "\n{}. Problems: {}.", report.headline(), grades(|grade| report.count(grade)))?;
    writeln!(page, "{} in all: {}.", duration(report.lasted), used(&report.usage))?;
    if report.habits.is_empty() {
        return Ok(());
    }
    writeln!(page, "\nWhat each habit cost:")?;
    let width = report.habits.iter().map(|h| h.rule.as_str().chars().count()).max().unwrap_or(0).min(WIDEST);
    for habit in &report.habits {
        let cost = waste(Wasted { calls: habit.calls, tokens: habit.tokens }, habit.dollars);
        let (times, files) = (number(habit.episodes), count(habit.recordings, "recording"));
        writeln!(page, "  {:width$}  {times} × in {files}: {cost}", habit.rule)?;
    }
    writeln!(page, "Problems that share calls count them both; a recording counts each call once.")
}

fn write_recording(page: &mut String, recording: &Summary) -> Result {
    if let Some(foreign) = &recording.foreign {
        return writeln!(page, "Not judged: {foreign}.");
    }
    if let Some(end) = &recording.end {
        writeln!(page, "The run ended: {}", end.text)?;
    }
    if let Some(task) = &recording.task {
        writeln!(page, "Task: {task}")?;
    }
    let lasted = duration(recording.lasted());
    if recording.episodes.is_empty() {
        writeln!(page, "Nothing found in {lasted} of the stream.")?;
    } else {
        writeln!(page, "Found in {lasted} of the stream: {}.", grades(|grade| recording.count(grade)))?;
    }
    if recording.usage != Usage::default() {
        writeln!(page, "Used {}.", used(&recording.usage))?;
    }
    if recording.wasted != Wasted::default() {
        writeln!(page, "Wasted {}.", waste(recording.wasted, recording.wasted_dollars()))?;
    }
    for episode in &recording.episodes {
        writeln!(page)?;
        write_episode(page, recording, episode)?;
    }
    if recording.omitted > 0 {
        writeln!(page, "\n… and {} more.", number(recording.omitted))?;
    }
    for rest in &recording.rests {
        writeln!(page, "\nCame to rest at {}: {}", time(recording, Some(&rest.session), rest.at), rest.text)?;
        write_evidence(page, &rest.evidence)?;
    }
    if !recording.steps.is_empty() {
        writeln!(page)?;
    }
    for step in &recording.steps {
        writeln!(page, "{:8} {:7} {}", time(recording, step.session.as_ref(), step.at), step.what, step.text)?;
    }
    if recording.untold > 0 {
        writeln!(page, "\n… and {} lines that are left out.", number(recording.untold))?;
    }
    Ok(())
}

fn write_episode(page: &mut String, recording: &Summary, episode: &Episode) -> Result {
    writeln!(page, "{} ({}): {}  [session {}]", episode.rule, episode.grade, episode.summary, episode.session)?;
    if episode.is_loop() {
        write_lap(page, episode)?;
    } else {
        write_evidence(page, &episode.evidence)?;
    }
    write!(page, "      began at {}", time(recording, Some(&episode.session), episode.since))?;
    if !episode.since_id.is_empty() {
        write!(page, ", event {}", episode.since_id)?;
    }
    match episode.closed_at {
        Some(at) => writeln!(page, "; over at {}", time(recording, Some(&episode.session), at))?,
        None => writeln!(page, "; still open at the end")?,
    }
    if episode.wasted != Wasted::default() {
        let cost = recording.usage.price_of(episode.wasted.tokens);
        writeln!(page, "      wasted {}", waste(episode.wasted, cost))?;
    }
    if let Some(message) = &episode.rollback_to {
        writeln!(page, "      to undo it, return to message {message}")?;
    }
    if episode.infra {
        writeln!(page, "      not the agent's fault: look at the provider")?;
    }
    Ok(())
}

fn write_evidence(page: &mut String, evidence: &[Shown]) -> Result {
    evidence.iter().try_for_each(|excerpt| writeln!(page, "      · {excerpt}"))
}

/// Writes one lap, with an arrow back to its beginning.
fn write_lap(page: &mut String, episode: &Episode) -> Result {
    for (index, excerpt) in episode.evidence.iter().enumerate() {
        let arrow = if index == 0 { "┌─▶" } else { "│  " };
        writeln!(page, "      {arrow} {excerpt}")?;
    }
    let more = (episode.period as usize).saturating_sub(episode.evidence.len());
    if more > 0 {
        writeln!(page, "      │   … and {more} more")?;
    }
    writeln!(page, "      └── {} laps", episode.laps)
}

/// A time of a session as the time since the first line.
pub(super) fn time(recording: &Summary, session: Option<&Shown>, at: Timestamp) -> String {
    since(recording.since_first(session, at))
}

/// The time since the first line, as far as it is known.
pub(super) fn since(elapsed: Option<i64>) -> String {
    elapsed.map_or_else(|| "?".to_owned(), duration)
}

/// `1 stop, 0 warn, 2 notice`
pub(super) fn grades(count: impl Fn(Grade) -> u64) -> String {
    let counts = [Grade::Stop, Grade::Warn, Grade::Notice].map(|grade| format!("{} {grade}", number(count(grade))));
    counts.join(", ")
}

/// `12 calls (2 failed), 3,400 tokens, $0.0213`
pub(super) fn used(usage: &Usage) -> String {
    let failed = if usage.failed > 0 { format!(" ({} failed)", number(usage.failed)) } else { String::new() };
    let cost = usage.cost().map_or_else(|| "no price known".to_owned(), dollars);
    format!("{}{failed}, {}, {cost}", count(usage.calls, "call"), count(usage.tokens, "token"))
}

/// `8 calls, 880 tokens, about $0.0051`; what is 0 is left out.
pub(super) fn waste(wasted: Wasted, cost: Option<f64>) -> String {
    let counts = [(wasted.calls, "call"), (wasted.tokens, "token")];
    let counts = counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, noun)| count(n, noun));
    let cost = cost.filter(|cost| *cost > 0.0).map(|cost| format!("about {}", dollars(cost)));
    let all: Vec<String> = counts.chain(cost).collect();
    if all.is_empty() { "nothing that was counted".to_owned() } else { all.join(", ") }
}

//! Writes the report as one HTML file: nothing is fetched, and no script runs.

mod draw;
mod style;

use super::markup::markup;
use super::page::Report;
use super::shown::Shown;
use super::summary::{Episode, Severity, Summary};
use super::text::{grades, since, time, used, waste};
use super::units::{duration, iso, number};
use crate::printable::dollars;
use crate::wire::Usage;
use crate::wire::record::Wasted;
use std::fmt::{Result, Write};

/// The most recordings that have a section of their own, where there are several.
const DETAILED: usize = 20;

/// The page.
pub(super) fn page(report: &Report) -> String {
    let mut page = String::new();
    // Writing to a string does not fail.
    let _ = write_page(&mut page, report);
    page
}

fn write_page(page: &mut String, report: &Report) -> Result {
    let title = title(report);
    write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n",
        markup(&title),
        style::CSS
    )?;
    match report.single() {
        Some(recording) => {
            write_heading(page, "h1", recording)?;
            write_recording(page, recording)?;
        }
        None => write_overview(page, report, &title)?,
    }
    writeln!(page, "</main>\n<footer>ocr-report {}</footer>\n</body>\n</html>", env!("CARGO_PKG_VERSION"))
}

fn title(report: &Report) -> String {
    if let Some(recording) = report.single() {
        return format!("{}: {}", recording.severity(), recording.headline());
    }
    report.headline()
}

fn write_overview(page: &mut String, report: &Report, title: &str) -> Result {
    writeln!(page, "<h1>{}</h1>", markup(title))?;
    let all = format!("Problems: {}. {} in all.", grades(|grade| report.count(grade)), duration(report.lasted));
    writeln!(page, "<p>{}</p>", markup(&all))?;
    write_cards(page, &cards(&report.usage, report.wasted, report.wasted_dollars()))?;
    writeln!(page, "<table class=\"list\">")?;
    writeln!(
        page,
        "<thead><tr><th></th><th>Recording</th><th>What</th><th class=\"n\">Calls</th><th class=\"n\">Tokens</th><th>Wasted</th></tr></thead>"
    )?;
    for (index, recording) in report.recordings.iter().enumerate() {
        // A path may be broken after each of its folders.
        let name = markup(recording.name()).replace('/', "/<wbr>");
        let name = if has_section(index, recording) { format!("<a href=\"#r{index}\">{name}</a>") } else { name };
        let wasted = waste_or_nothing(recording.wasted, recording.wasted_dollars());
        writeln!(
            page,
            "<tr><td>{}</td><td>{name}</td><td>{}</td><td class=\"n\" data-label=\"calls\">{}</td>\
             <td class=\"n\" data-label=\"tokens\">{}</td><td>{wasted}</td></tr>",
            badge(recording.severity()),
            markup(&recording.headline()),
            number(recording.usage.calls),
            number(recording.usage.tokens),
        )?;
    }
    writeln!(page, "</table>")?;
    write_habits(page, report)?;
    for (index, recording) in report.recordings.iter().enumerate().filter(|(index, r)| has_section(*index, r)) {
        writeln!(page, "<section id=\"r{index}\">")?;
        write_heading(page, "h2", recording)?;
        write_recording(page, recording)?;
        writeln!(page, "</section>")?;
    }
    Ok(())
}

fn has_section(index: usize, recording: &Summary) -> bool {
    index < DETAILED && recording.severity() > Severity::Clean
}

fn write_habits(page: &mut String, report: &Report) -> Result {
    if report.habits.is_empty() {
        return Ok(());
    }
    writeln!(page, "<h2>What each habit cost</h2>\n<div class=\"scroll\"><table>")?;
    writeln!(
        page,
        "<thead><tr><th>Rule</th><th class=\"n\">Times</th><th class=\"n\">Recordings</th><th class=\"n\">Calls</th><th class=\"n\">Tokens</th><th class=\"n\">Cost</th></tr></thead>"
    )?;
    for habit in &report.habits {
        write!(page, "<tr><td>{}</td>", markup(habit.rule.as_str()))?;
        for n in [habit.episodes, habit.recordings, habit.calls, habit.tokens] {
            write!(page, "<td class=\"n\">{}</td>", number(n))?;
        }
        let cost = habit
            .dollars
            .filter(|cost| *cost > 0.0)
            .map_or_else(String::new, |cost| format!("about {}", dollars(cost)));
        writeln!(page, "<td class=\"n\">{cost}</td></tr>")?;
    }
    writeln!(page, "</table></div>")?;
    writeln!(
        page,
        "<p class=\"quiet\">Problems that share calls count them both; a recording counts each call once.</p>"
    )
}

fn write_heading(page: &mut String, element: &str, recording: &Summary) -> Result {
    let (badge, headline) = (badge(recording.severity()), markup(&recording.headline()));
    writeln!(page, "<{element}>{badge} {headline}</{element}>")
}

fn write_recording(page: &mut String, recording: &Summary) -> Result {
    write_facts(page, recording)?;
    if recording.foreign.is_some() {
        return Ok(());
    }
    write_cards(page, &cards(&recording.usage, recording.wasted, recording.wasted_dollars()))?;
    draw::write_timeline(page, recording)?;
    if !recording.episodes.is_empty() {
        writeln!(page, "<h3>Problems</h3>")?;
    }
    for episode in &recording.episodes {
        write_episode(page, recording, episode)?;
    }
    if recording.omitted > 0 {
        writeln!(page, "<p>… and {} more.</p>", number(recording.omitted))?;
    }
    write_sessions(page, recording)?;
    write_events(page, recording)
}

fn write_facts(page: &mut String, recording: &Summary) -> Result {
    let text = |text: &Option<Shown>| text.as_ref().map(ToString::to_string);
    let outcome = recording.end.as_ref().map(|end| &end.text).or(recording.rests.last().map(|rest| &rest.text));
    let facts = [
        ("Recording", text(&recording.file)),
        ("Task", text(&recording.task)),
        ("Model", text(&recording.model)),
        ("Directory", text(&recording.directory)),
        ("Outcome", outcome.map(ToString::to_string)),
        ("Began", (recording.began.ms() > 0).then(|| format!("{} UTC", iso(recording.began).replace('T', " ")))),
        ("Lasted", Some(duration(recording.lasted()))),
    ];
    writeln!(page, "<dl>")?;
    for (name, value) in facts {
        if let Some(value) = value {
            writeln!(page, "<dt>{name}</dt><dd>{}</dd>", markup(&value))?;
        }
    }
    writeln!(page, "</dl>")
}

/// The figures that matter most: their names and values.
fn cards(usage: &Usage, wasted: Wasted, wasted_dollars: Option<f64>) -> [(&'static str, String); 4] {
    let mut calls = number(usage.calls);
    if usage.failed > 0 {
        let _ = write!(calls, " ({} failed)", number(usage.failed));
    }
    [
        ("Calls", calls),
        ("Tokens", number(usage.tokens)),
        ("Cost", usage.cost().map_or_else(|| "unknown".to_owned(), dollars)),
        ("Wasted", if wasted == Wasted::default() { "nothing".to_owned() } else { waste(wasted, wasted_dollars) }),
    ]
}

fn write_cards(page: &mut String, cards: &[(&str, String)]) -> Result {
    writeln!(page, "<div class=\"cards\">")?;
    for (name, value) in cards {
        writeln!(page, "<div><span>{name}</span><b>{}</b></div>", markup(value))?;
    }
    writeln!(page, "</div>")
}

fn write_episode(page: &mut String, recording: &Summary, episode: &Episode) -> Result {
    let grade = episode.grade;
    writeln!(page, "<article class=\"{grade}\">")?;
    let (rule, summary) = (markup(episode.rule.as_str()), markup(episode.summary.as_str()));
    writeln!(page, "<h4><span class=\"badge {grade}\">{grade}</span> {rule}: {summary}</h4>")?;
    let list = if episode.is_loop() { "ol" } else { "ul" };
    if episode.is_loop() {
        writeln!(page, "<p>One of {} laps:</p>", number(episode.laps))?;
    }
    writeln!(page, "<{list}>")?;
    for excerpt in &episode.evidence {
        writeln!(page, "<li><code>{}</code></li>", markup(excerpt.as_str()))?;
    }
    writeln!(page, "</{list}>")?;
    let at = time(recording, Some(&episode.session), episode.since);
    let over = episode.closed_at.map(|at| format!("over at {}", time(recording, Some(&episode.session), at)));
    write!(page, "<p class=\"quiet\">Began at {at}; {}.", over.as_deref().unwrap_or("still open at the end"))?;
    if episode.wasted != Wasted::default() {
        let cost = recording.usage.price_of(episode.wasted.tokens);
        write!(page, " Wasted {}.", waste(episode.wasted, cost))?;
    }
    if let Some(message) = &episode.rollback_to {
        write!(page, " To undo it, return to message <code>{}</code>.", markup(message.as_str()))?;
    }
    if episode.infra {
        write!(page, " Not the agent's fault: look at the provider.")?;
    }
    writeln!(page, " Session <code>{}</code>.</p>\n</article>", markup(episode.session.as_str()))
}

/// What each session used, where there are several.
fn write_sessions(page: &mut String, recording: &Summary) -> Result {
    if recording.sessions.len() < 2 {
        return Ok(());
    }
    writeln!(page, "<h3>Sessions</h3>\n<ul class=\"plain\">")?;
    for session in &recording.sessions {
        let parent =
            session.parent.as_ref().map(|parent| format!(", started by <code>{}</code>", markup(parent.as_str())));
        let (id, parent) = (markup(session.id.as_str()), parent.unwrap_or_default());
        writeln!(page, "<li><code>{id}</code>{parent}: {}</li>", used(&session.usage))?;
    }
    writeln!(page, "</ul>")
}

/// Rests, gaps, decisions and actions, in the order of their times.
fn write_events(page: &mut String, recording: &Summary) -> Result {
    let events = recording.events();
    if events.is_empty() {
        return Ok(());
    }
    writeln!(page, "<h3>What happened</h3>\n<table class=\"events\">")?;
    for (at, what, text) in events {
        let at = since(at);
        writeln!(page, "<tr><td class=\"n\">{at}</td><td>{what}</td><td>{}</td></tr>", markup(text))?;
    }
    writeln!(page, "</table>")?;
    if recording.untold > 0 {
        writeln!(page, "<p>… and {} lines that are left out.</p>", number(recording.untold))?;
    }
    Ok(())
}

fn badge(severity: Severity) -> String {
    format!("<span class=\"badge {severity}\">{severity}</span>")
}

fn waste_or_nothing(wasted: Wasted, cost: Option<f64>) -> String {
    if wasted == Wasted::default() { String::new() } else { markup(&waste(wasted, cost)) }
}

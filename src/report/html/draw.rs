//! Draws the timeline as SVG: a lane of calls for each session, a lane for each rule, and the tokens and dollars so
//! far.
//!
//! Each lane is a separate drawing that stretches to the width of the page; its words stand next to it, so that they
//! keep their size.

use super::super::markup::markup;
use super::super::shown::Shown;
use super::super::summary::{Bar, Episode, Mark, Summary};
use super::super::units::{count, duration, number};
use crate::printable::dollars;
use crate::wire::Timestamp;
use std::fmt::{Result, Write};

/// The most lanes of sessions, and of rules.
const LANES: usize = 12;
/// The width of a drawing, in its own units.
const WIDTH: f64 = 1000.0;
/// The least width of a bar: one that lasts no time is seen too.
const THINNEST: f64 = 2.0;
/// How many times the axis names, evenly spaced.
const TIMES: i64 = 4;

/// Where a time is on the axis.
struct Axis<'a> {
    recording: &'a Summary,
    lasted: i64,
}

impl Axis<'_> {
    /// The milliseconds from the first line to a time of this session.
    fn since_first(&self, session: Option<&Shown>, at: Timestamp) -> i64 {
        self.recording.since_first(session, at).unwrap_or(0)
    }

    /// The session at this place among those of the summary.
    fn session(&self, place: usize) -> Option<&Shown> {
        self.recording.sessions.get(place).map(|session| &session.id)
    }

    /// The milliseconds from the first line to a mark.
    fn of_mark(&self, mark: &Mark) -> i64 {
        self.since_first(mark.session.and_then(|place| self.session(place)), mark.at)
    }

    // A recording lasts fewer than 2^53 milliseconds.
    #[allow(clippy::cast_precision_loss)]
    fn x(&self, elapsed: i64) -> f64 {
        (elapsed as f64 / self.lasted as f64).min(1.0) * WIDTH
    }
}

/// Writes the timeline of a recording that lasts any time.
pub(super) fn write_timeline(page: &mut String, recording: &Summary) -> Result {
    let axis = Axis { recording, lasted: recording.lasted() };
    let timeline = &recording.timeline;
    if axis.lasted == 0 || (timeline.bars.is_empty() && timeline.marks.is_empty() && recording.episodes.is_empty()) {
        return Ok(());
    }
    writeln!(page, "<div class=\"time\">")?;
    for (place, session) in recording.sessions.iter().enumerate().take(LANES) {
        let bars: Vec<&Bar> = timeline.bars.iter().filter(|bar| bar.session == place).collect();
        if !bars.is_empty() {
            let name = if recording.sessions.len() == 1 { "Calls".to_owned() } else { lane_name(&session.id) };
            write_lane(page, &name, 20, |page| bars.iter().try_for_each(|bar| write_call(page, &axis, bar)))?;
        }
    }
    if recording.sessions.len() > LANES {
        let others: Vec<&Bar> = timeline.bars.iter().filter(|bar| bar.session >= LANES).collect();
        let name = format!("{} more sessions", recording.sessions.len() - LANES);
        write_lane(page, &name, 20, |page| others.iter().try_for_each(|bar| write_call(page, &axis, bar)))?;
    }
    for rule in rules(recording) {
        let mut episodes = recording.episodes.iter().filter(|episode| episode.rule == *rule);
        write_lane(page, rule.as_str(), 12, |page| episodes.try_for_each(|e| write_episode(page, &axis, e)))?;
    }
    write_totals(page, recording, &axis)?;
    write_times(page, &axis)?;
    writeln!(page, "</div>")
}

/// The last characters of an id tell sessions apart.
fn lane_name(id: &Shown) -> String {
    let id = id.as_str();
    let start = id.char_indices().rev().nth(9).map_or(0, |(at, _)| at);
    if start == 0 { id.to_owned() } else { format!("…{}", &id[start..]) }
}

/// The rules that found something, each once.
fn rules(recording: &Summary) -> Vec<&Shown> {
    let mut rules: Vec<&Shown> = Vec::new();
    for episode in &recording.episodes {
        if !rules.contains(&&episode.rule) && rules.len() < LANES {
            rules.push(&episode.rule);
        }
    }
    rules
}

fn write_lane(page: &mut String, name: &str, height: u32, mut drawing: impl FnMut(&mut String) -> Result) -> Result {
    let name = markup(name);
    write!(
        page,
        "<div class=\"lane\"><span title=\"{name}\">{name}</span>\
         <svg role=\"img\" aria-label=\"{name}\" viewBox=\"0 0 {WIDTH} {height}\" height=\"{height}\" preserveAspectRatio=\"none\">"
    )?;
    drawing(page)?;
    writeln!(page, "</svg></div>")
}

fn write_bar(page: &mut String, class: &str, (from, to): (f64, f64), (y, height): (u32, u32), title: &str) -> Result {
    let width = (to - from).max(THINNEST);
    let x = from.min(WIDTH - width);
    write!(
        page,
        "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y}\" width=\"{width:.1}\" height=\"{height}\"><title>{}</title></rect>",
        markup(title)
    )
}

fn write_call(page: &mut String, axis: &Axis, bar: &Bar) -> Result {
    let [start, end] = [bar.start, bar.end].map(|at| axis.since_first(axis.session(bar.session), at));
    let (from, to) = (axis.x(start), axis.x(end));
    let at = duration(end);
    let took = duration(bar.end.since(bar.start));
    let what = match (bar.calls, bar.failed) {
        (1, 0) => "call".to_owned(),
        (1, _) => "failed call".to_owned(),
        (calls, failed) => format!("{}, {} failed", count(calls, "call"), number(failed)),
    };
    // A failed call is told by its shape as well: it is lower.
    let (class, place) = if bar.failed > 0 { ("failed", (8, 10)) } else { ("call", (2, 16)) };
    write_bar(page, class, (from, to), place, &format!("{what}, ended at {at}, took {took}"))
}

fn write_episode(page: &mut String, axis: &Axis, episode: &Episode) -> Result {
    let since_first = |at| axis.since_first(Some(&episode.session), at);
    let end = episode.closed_at.map_or(axis.lasted, since_first);
    let (from, to) = (axis.x(since_first(episode.since)), axis.x(end));
    let title = format!("{} ({}): {}", episode.rule, episode.grade, episode.summary);
    write_bar(page, &episode.grade.to_string(), (from, to), (3, 6), &title)
}

fn write_totals(page: &mut String, recording: &Summary, axis: &Axis) -> Result {
    let usage = &recording.usage;
    // Counts of tokens are far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    let total = usage.tokens as f64;
    #[allow(clippy::cast_precision_loss)]
    let tokens = recording.timeline.marks.iter().map(|mark| (axis.of_mark(mark), mark.tokens as f64));
    if total > 0.0 {
        let name = match usage.tokens {
            // As long as there is room for in the margin.
            ..10_000_000 => count(usage.tokens, "token"),
            many => format!("{}M tokens", number(many / 1_000_000)),
        };
        write_curve(page, axis, ("tokens", &name), tokens, total)?;
    }
    if let Some(cost) = usage.cost() {
        let spent = recording.timeline.marks.iter().map(|mark| (axis.of_mark(mark), mark.dollars));
        write_curve(page, axis, ("cost", &dollars(cost)), spent, cost)?;
    }
    Ok(())
}

/// Writes a curve that rises in steps to its total.
fn write_curve(
    page: &mut String,
    axis: &Axis,
    (class, name): (&str, &str),
    points: impl Iterator<Item = (i64, f64)>,
    total: f64,
) -> Result {
    const HEIGHT: f64 = 40.0;
    // The line is drawn within the lane, not half outside of it.
    const MARGIN: f64 = 2.0;
    let bottom = HEIGHT - MARGIN;
    let mut path = format!("M0 {bottom}");
    let mut latest = 0;
    for (at, value) in points {
        // Of several hosts, one may lag behind another; what was used never becomes less.
        latest = latest.max(at);
        let y = bottom - (value / total) * (bottom - MARGIN);
        write!(path, "H{:.1}V{y:.1}", axis.x(latest))?;
    }
    write!(path, "H{WIDTH}")?;
    write_lane(page, name, 40, |page| write!(page, "<path class=\"{class}\" d=\"{path}\"/>"))
}

fn write_times(page: &mut String, axis: &Axis) -> Result {
    write!(page, "<div class=\"lane\"><span></span><div class=\"axis\">")?;
    for n in 0..=TIMES {
        write!(page, "<span>{}</span>", duration(axis.lasted / TIMES * n))?;
    }
    writeln!(page, "</div></div>")
}

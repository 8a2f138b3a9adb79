//! Writes the report as GitHub's Markdown, for a step summary or a comment on a pull request.

use super::markup::markup;
use super::page::Report;
use super::summary::{Episode, Severity, Summary};
use super::text::{grades, since, time, used, waste};
use super::units::{duration, number};
use crate::printable::dollars;
use crate::wire::record::Wasted;
use std::fmt::Write;

/// The most bytes of a page. GitHub drops a step summary of more than 1 MiB; this leaves room for what other steps of
/// the same job write before.
const LARGEST: usize = 1_000_000;

/// The most recordings whose problems are listed, where there are several.
const DETAILED: usize = 10;

/// The page.
pub(super) fn page(report: &Report) -> String {
    let mut page = Page::default();
    match report.single() {
        Some(recording) => recording_page(&mut page, recording),
        None => overview(&mut page, report),
    }
    page.finish()
}

/// A page of limited size.
#[derive(Default)]
struct Page {
    text: String,
    omitted: usize,
}

impl Page {
    /// Adds a block, or leaves it out if the page has no room for it.
    fn add(&mut self, block: &str) {
        if self.text.len() + block.len() > LARGEST {
            self.omitted += 1;
        } else {
            self.text.push_str(block);
        }
    }

    fn finish(mut self) -> String {
        if self.omitted > 0 {
            let omitted = number(self.omitted as u64);
            let _ = writeln!(self.text, "\n… and {omitted} more lines and sections, for which there is no room.");
        }
        self.text
    }
}

fn overview(page: &mut Page, report: &Report) {
    page.add(&format!("## {}\n\n", report.headline()));
    let found = grades(|grade| report.count(grade));
    page.add(&format!("Problems: {found}. {} in all: {}.\n\n", duration(report.lasted), used(&report.usage)));
    page.add("| | Recording | What | Calls | Tokens | Cost | Wasted |\n|---|---|---|--:|--:|--:|---|\n");
    for recording in &report.recordings {
        page.add(&row(recording));
    }
    habits(page, report);
    for recording in report.recordings.iter().take(DETAILED).filter(|r| r.severity() > Severity::Notice) {
        // Within a line of HTML, Markdown means nothing.
        let summary = format!("{}: {}", sign(recording.severity()), markup(recording.name()));
        let mut section = Page::default();
        body(&mut section, recording);
        page.add(&format!("\n<details>\n<summary>{summary}</summary>\n\n{}\n</details>\n", section.finish()));
    }
}

fn row(recording: &Summary) -> String {
    let usage = &recording.usage;
    let wasted = if recording.wasted == Wasted::default() {
        String::new()
    } else {
        waste(recording.wasted, recording.wasted_dollars())
    };
    format!(
        "| {} | {} | {} | {} | {} | {} | {wasted} |\n",
        sign(recording.severity()),
        escape(recording.name()),
        escape(&recording.headline()),
        number(usage.calls),
        number(usage.tokens),
        usage.cost().map_or_else(String::new, dollars),
    )
}

fn habits(page: &mut Page, report: &Report) {
    if report.habits.is_empty() {
        return;
    }
    page.add("\n### What each habit cost\n\n");
    page.add("| Rule | Times | Recordings | Calls | Tokens | Cost |\n|---|--:|--:|--:|--:|--:|\n");
    for habit in &report.habits {
        page.add(&format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            escape(habit.rule.as_str()),
            number(habit.episodes),
            number(habit.recordings),
            number(habit.calls),
            number(habit.tokens),
            habit
                .dollars
                .filter(|cost| *cost > 0.0)
                .map_or_else(String::new, |cost| format!("about {}", dollars(cost))),
        ));
    }
    page.add("\nProblems that share calls count them both; a recording counts each call once.\n");
}

fn recording_page(page: &mut Page, recording: &Summary) {
    let severity = recording.severity();
    page.add(&format!("## {}: {}\n\n", sign(severity), escape(&recording.headline())));
    body(page, recording);
}

/// What is known about a recording, below its heading.
fn body(page: &mut Page, recording: &Summary) {
    if let Some(foreign) = &recording.foreign {
        page.add(&format!("Not judged: {}.\n", escape(foreign.as_str())));
        return;
    }
    facts(page, recording);
    for (number, episode) in (1..).zip(&recording.episodes) {
        problem(page, recording, number, episode);
    }
    if recording.omitted > 0 {
        page.add(&format!("\n… and {} more.\n", number(recording.omitted)));
    }
    let events = recording.events();
    if !events.is_empty() {
        page.add("\n### What happened\n\n| At | | |\n|--:|---|---|\n");
    }
    for (at, what, text) in events {
        let at = since(at);
        page.add(&format!("| {at} | {what} | {} |\n", escape(text)));
    }
    if recording.untold > 0 {
        page.add(&format!("\n… and {} lines that are left out.\n", number(recording.untold)));
    }
}

fn facts(page: &mut Page, recording: &Summary) {
    page.add("| | |\n|---|---|\n");
    let mut fact = |name: &str, value: String| page.add(&format!("| {name} | {value} |\n"));
    for (name, text) in [("Task", &recording.task), ("Model", &recording.model)] {
        if let Some(text) = text {
            fact(name, escape(text.as_str()));
        }
    }
    if let Some(end) = &recording.end {
        fact("Outcome", escape(end.text.as_str()));
    } else if let Some(rest) = recording.rests.last() {
        fact("Outcome", escape(rest.text.as_str()));
    }
    fact("Found", grades(|grade| recording.count(grade)));
    fact("Time", duration(recording.lasted()));
    fact("Used", used(&recording.usage));
    if recording.wasted != Wasted::default() {
        fact("Wasted", waste(recording.wasted, recording.wasted_dollars()));
    }
}

fn problem(page: &mut Page, recording: &Summary, place: u64, episode: &Episode) {
    let (rule, summary) = (escape(episode.rule.as_str()), escape(episode.summary.as_str()));
    // Writing to a string does not fail.
    let mut block = format!("\n### {place}. {rule} ({}): {summary}\n\n", episode.grade);
    if episode.is_loop() {
        let _ = write!(block, "One of {} laps:\n\n", number(episode.laps));
    }
    for (place, excerpt) in (1..).zip(&episode.evidence) {
        let mark = if episode.is_loop() { format!("{place}.") } else { "-".to_owned() };
        let _ = writeln!(block, "{mark} {}", code(excerpt.as_str()));
    }
    let at = time(recording, Some(&episode.session), episode.since);
    let over = episode.closed_at.map(|at| time(recording, Some(&episode.session), at));
    let over = over.map_or_else(|| "still open at the end".to_owned(), |over| format!("over at {over}"));
    let _ = write!(block, "\nBegan at {at}; {over}.");
    if episode.wasted != Wasted::default() {
        let cost = recording.usage.price_of(episode.wasted.tokens);
        let _ = write!(block, " Wasted {}.", waste(episode.wasted, cost));
    }
    if let Some(message) = &episode.rollback_to {
        let _ = write!(block, " To undo it, return to message {}.", code(message.as_str()));
    }
    if episode.infra {
        block.push_str(" Not the agent's fault: look at the provider.");
    }
    block.push('\n');
    page.add(&block);
}

/// A word with a sign that is told without colours.
fn sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Clean => "✅ clean",
        Severity::Notice => "ℹ️ notice",
        Severity::Ended => "❔ unsure",
        Severity::Warn => "⚠️ warn",
        Severity::Unread => "🚫 unread",
        Severity::Stop => "🛑 stop",
    }
}

/// Text that Markdown shows as it is. An empty comment keeps GitHub from reading a name after `@` as somebody to tell,
/// a number after `#` as an issue, and an address as a link, with `www.` in front too, as `GH-12` is.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '@' => escaped.push_str("@<!-- -->"),
            '#' => escaped.push_str("\\#<!-- -->"),
            ':' => escaped.push_str(":<!-- -->"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '|' | '~' | '!' | '$' => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
    }
    // What is neither an address nor the name of an emoji needs no comment.
    let escaped = escaped.replace(":<!-- --> ", ": ");
    ["www.", "GH-"].iter().fold(escaped, |text, link| {
        let (name, sign) = link.split_at(link.len() - 1);
        text.replace(link, &format!("{name}<!-- -->{sign}"))
    })
}

/// Text as code. Not a code span: in a table, its bars would end the cell.
fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::shown::Shown;

    #[test]
    fn escapes() {
        assert_eq!(escape("a|b <i> *c* @me #1: x"), r"a\|b &lt;i&gt; \*c\* @<!-- -->me \#<!-- -->1: x");
        assert_eq!(escape("www.x.example GH-12"), "www<!-- -->.x.example GH<!-- -->-12");
        assert_eq!(escape("https://x :bug:"), "https:<!-- -->//x :<!-- -->bug:<!-- -->");
    }

    #[test]
    fn page_is_limited() {
        let many = (0..20_000)
            .map(|n| Summary { file: Some(Shown::new(&format!("{n} {}", "<".repeat(400)))), ..Summary::default() });
        let page = page(&Report::new(many.collect()));
        assert!(page.len() <= 1024 * 1024, "{}", page.len());
        assert!(page.contains("no room"));
    }
}

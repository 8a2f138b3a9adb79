//! Writes the report as workflow commands, which GitHub shows as annotations: one for each problem of grade `warn` or
//! `stop`, and one for a run that did not end well.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use super::page::Report;
use super::summary::Summary;
use crate::wire::record::Grade;

/// The commands, one a line; none if all is well.
pub(super) fn commands(report: &Report) -> String {
    let mut commands = String::new();
    for recording in &report.recordings {
        // Where there are several, each annotation says which it is about.
        let name = report.single().is_none().then(|| recording.name());
        for (level, message) in messages(recording) {
            let title = name.map_or_else(|| "ocr".to_owned(), |name| format!("ocr {name}"));
            commands.extend(["::", level, " title=", &property(&title), "::", &data(&message), "\n"]);
        }
    }
    commands
}

/// The annotations of one recording, each with its level.
fn messages(recording: &Summary) -> Vec<(&'static str, String)> {
    if let Some(foreign) = &recording.foreign {
        return vec![("error", format!("not judged: {foreign}"))];
    }
    let problems = recording.episodes.iter().filter_map(|episode| {
        let level = match episode.grade {
            Grade::Notice => return None,
            Grade::Warn => "warning",
            Grade::Stop => "error",
        };
        Some((level, format!("{}: {}", episode.rule, episode.summary)))
    });
    let end = recording.end.as_ref().filter(|end| end.exit_code != 0);
    let end = end.map(|end| ("error", end.text.to_string()));
    problems.chain(end).collect()
}

/// A message, in which line breaks would end the command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which a colon or a comma would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_means_something() {
        assert_eq!(data("50%\r\n::error::a,b"), "50%25%0D%0A::error::a,b");
        assert_eq!(property("a:b,c%3A"), "a%3Ab%2Cc%253A");
    }
}

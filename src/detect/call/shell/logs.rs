//! Which files a line of looks shows, and what it leaves out of them: they may be logs of a check.

use super::commands::{SimpleCommand, commands};
use super::cut::{self, Cut};
use super::programs::{is_log, is_scratch};

/// How many files of a line are told.
const MOST: usize = 16;
/// Endings of files, besides those of logs, to which output is written.
const OUTPUTS: [&str; 5] = ["txt", "out", "xml", "json", "tap"];
/// What is in every line that names one.
const SIGNS: [&str; 10] = [".log", ".err", ".pid", ".txt", ".out", ".xml", ".json", ".tap", "/tmp", "$"];

/// Whether a file may hold what a check printed, by its path.
pub(crate) fn may_be_log(file: &str) -> bool {
    let ends = |end: &str| OUTPUTS.contains(&end);
    is_log(file) || is_scratch(file) || file.starts_with('$') || file.rsplit_once('.').is_some_and(|(_, end)| ends(end))
}

/// Those files that a line names, and what it leaves out of them.
pub(crate) fn shown_logs(script: &str) -> (Vec<String>, Cut) {
    // Most lines name none, and are spared a second reading.
    if !SIGNS.iter().any(|sign| script.contains(sign)) {
        return (Vec::new(), Cut::Nothing);
    }
    let listed = commands(script);
    let named =
        listed.iter().flat_map(SimpleCommand::arguments).filter(|word| !word.starts_with('-') && may_be_log(word));
    let files: Vec<String> = named.take(MOST).cloned().collect();
    (files, listed.iter().map(|command| cut::read(&command.words)).max().unwrap_or_default())
}

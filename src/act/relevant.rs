//! Decides which lines are parsed: from most lines, this stage only needs the time.

use crate::wire::{Observation, matters, observe};
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// Strings that every relevant part contains: the end of a step, a finished call, changed files, one of our messages.
/// Other parts, which are most of all lines, are not parsed.
const RELEVANT: [&str; 5] = ["\"step-finish\"", "\"completed\"", "\"error\"", "\"patch\"", "\"steer\""];

static RELEVANT_PARTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(RELEVANT).ok());

/// Whether more of a line than its time may matter here. False positives are possible, false negatives are not.
pub(super) fn is_relevant(kind: &str, line: &[u8]) -> bool {
    match kind {
        "message.part.delta" => false,
        "message.part.updated" => RELEVANT_PARTS.as_ref().is_none_or(|relevant| relevant.is_match(line)),
        _ => matters(kind),
    }
}

/// A line and what it says; `None` for what is not a line of a stream.
pub(super) fn read(line: &[u8]) -> Option<(&str, Observation<'_>)> {
    let text = std::str::from_utf8(line).ok()?;
    Some((text, observe(text).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::part::ToolState;
    use crate::wire::{Event, head};
    use std::path::Path;

    #[test]
    fn skips_irrelevant_parts_only() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sessions");
        let (mut skipped, mut parsed) = (0, 0);
        for file in std::fs::read_dir(folder).unwrap() {
            for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
                let Some(head) = head(line.as_bytes()) else {
                    continue;
                };
                if is_relevant(head.kind, line.as_bytes()) {
                    parsed += 1;
                    continue;
                }
                skipped += 1;
                if let Event::Part(part) = observe(line).unwrap().event {
                    let over = part.state.as_ref().is_some_and(ToolState::is_over);
                    assert!(!over && !part.is_steer() && !["step-finish", "patch"].contains(&&*part.kind), "{line}");
                }
            }
        }
        assert!(skipped > parsed / 2, "{skipped} of {}", skipped + parsed);
    }
}

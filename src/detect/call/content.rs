//! What an answer says, however it is laid out: without the numbers of its lines, indentation, the agent's own tags around
//! it, and the order of its lines.

use crate::detect::hash;
use crate::wire::{Raw, text};

/// Longer answers have no key, in bytes of JSON source: to read them costs more than it tells.
const LONGEST: usize = 32 * 1024;
/// The least content that is no mere acknowledgement, in bytes.
const SUBSTANCE: usize = 24;
/// Tags that agents put around a file or an answer.
#[rustfmt::skip]
const TAGS: [&str; 12] = [
    "file", "files", "path", "type", "content", "contents", "output", "result", "stdout", "document", "entries", "file_content",
];
/// How agents say that a file ends.
const END_OF_FILE: &str = "End of file";

/// Equal for answers that say the same, if an answer says more than a word.
pub(super) fn key(raw: Raw<'_>) -> Option<u64> {
    if raw.get().len() > LONGEST {
        return None;
    }
    let answer = text::decode(raw);
    let (mut plain, mut unnumbered) = (Sum::default(), Sum::default());
    let mut last: Option<u32> = None;
    let mut is_numbered = true;
    for line in answer.lines().map(str::trim).filter(|line| !is_wrapper(line)) {
        let line = bare(line);
        if line.is_empty() {
            continue;
        }
        plain.add(line);
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let number = line[..digits].parse().ok();
        is_numbered &= number.is_some_and(|number: u32| last.is_none_or(|last| last.checked_add(1) == Some(number)));
        last = number;
        unnumbered.add(bare(&line[digits..]));
    }
    let sum = if is_numbered && unnumbered.lines > 1 { unnumbered } else { plain };
    (sum.bytes >= SUBSTANCE).then_some(sum.key)
}

/// The lines of an answer, in any order.
#[derive(Default)]
struct Sum {
    key: u64,
    bytes: usize,
    lines: usize,
}

impl Sum {
    fn add(&mut self, line: &str) {
        if !line.is_empty() {
            self.key = self.key.wrapping_add(hash::spread(hash::of(line)));
            self.bytes += line.len();
            self.lines += 1;
        }
    }
}

/// A line without the marks around it: indentation, a bullet, branches of a tree, `./`, a comma.
fn bare(line: &str) -> &str {
    line.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Whether a line is only there because a tool shows a file: `<content>`, `<path>/w/a.rs</path>`.
fn is_wrapper(line: &str) -> bool {
    let tag = line.strip_prefix('<').map(|rest| rest.trim_start_matches('/'));
    let name = tag.and_then(|rest| rest.split_once('>')).map(|(name, _)| name);
    name.is_some_and(|name| TAGS.contains(&name)) || bare(line).starts_with(END_OF_FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(answer: &str) -> Option<u64> {
        let source = serde_json::to_string(answer).unwrap();
        key(Raw::new(&source))
    }

    #[test]
    fn the_same_in_another_layout() {
        let plain = "[dock]\nberths = 12\n\nname = \"North pier\"";
        for other in [
            "     1\t[dock]\n     2\tberths = 12\n     3\t\n     4\tname = \"North pier\"\n",
            "7:[dock]\n8:berths = 12\n9:\n10:name = \"North pier\"",
            "<path>/w/dock.toml</path>\n<content>\n00001| [dock]\n00002| berths = 12\n00003| \n00004| name = \"North pier\"\n\n(End of file - total 4 lines)\n</content>",
            "  name = \"North pier\"\n  [dock]\n  berths = 12",
        ] {
            assert_eq!(of(other), of(plain), "{other}");
        }
        let listed = "dock.toml\npier.lua\nships.json\n";
        assert_eq!(of("./ships.json\n./dock.toml\n./pier.lua"), of(listed));
        assert_eq!(of(".\n├── dock.toml\n├── pier.lua\n└── ships.json"), of(listed));
    }

    #[test]
    fn other_content() {
        assert_ne!(of("7|North pier|free|no ships"), of("8|North pier|free|no ships"));
        assert_ne!(of("9 ships at the pier\n4 ships at sea today"), of("9 ships at the pier\n5 ships at sea today"));
        for short in ["ok", "true", "Done.", "<content>\n</content>", "200 OK"] {
            assert_eq!(of(short), None, "{short}");
        }
    }
}

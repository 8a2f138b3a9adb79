//! Finds secrets again where nothing tells of them: a command has the password after its flag, and its error repeats it.

use super::value::is_made_up;
use super::{assignments, commands};
use aho_corasick::AhoCorasick;
use std::ops::Range;

/// How many secrets of one text are looked for.
const MOST: usize = 64;

/// Those of the secrets in a text that can be nothing else where they stand alone. `found` are the places of all: none is
/// looked for again where a name leaves a doubt.
pub fn of<'a>(text: &'a str, found: &[Range<usize>]) -> Vec<&'a str> {
    if found.is_empty() {
        return Vec::new();
    }
    let mut found = assignments::certain(text);
    commands::find(text, &mut found);
    let mut all: Vec<_> =
        found.iter().filter_map(|range| text.get(range.clone())).filter(|one| is_made_up(one)).collect();
    all.sort_unstable();
    all.dedup();
    all.truncate(MOST);
    all
}

/// Adds the other places of the secrets that are found.
pub fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let all = of(text, found);
    if all.is_empty() {
        return;
    }
    if let Ok(search) = AhoCorasick::new(&all) {
        found.extend(search.find_overlapping_iter(text).map(|again| again.start()..again.end()));
    }
}

#[cfg(test)]
mod tests {
    use crate::redact::{Redactor, json};

    #[test]
    fn masks_a_secret_wherever_it_stands() {
        for text in [
            "export DB_PASSWORD=qz71tundra88\nERROR: user app rejected: qz71tundra88",
            "The password is qz71tundra88.\n$ ./login bob qz71tundra88",
            "mysql -pqz71tundra88 ; echo qz71tundra88 > f",
        ] {
            let safe = Redactor::default().redact(text);
            assert!(!safe.contains("qz71tundra88"), "{safe}");
        }
        let line = r#"{"command":"DB_PASS=qz71tundra88 ./login","output":"denied: qz71tundra88","n":[{"password":"kx82ember90"},"kx82ember90"]}"#;
        let safe = json::redact(&Redactor::default(), line, None);
        assert!(!safe.contains("qz71tundra88") && !safe.contains("kx82ember90"), "{safe}");
    }

    #[test]
    fn leaves_words_and_names() {
        for text in [
            "A_KEY = 0x00a4b5c6d7;\nB_SIZE = 0x00a4b5c6d7;",
            "DB_PASSWORD=postgres\npostgres is up",
            "token=release2024 of release2024",
        ] {
            let safe = Redactor::default().redact(text).into_owned();
            assert_eq!(safe.matches("[masked]").count(), 1, "{safe}");
        }
    }
}

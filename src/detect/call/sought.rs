//! Tells what a command searches for.

/// Programs that search files for a pattern.
const SEARCHES: [&str; 7] = ["grep", "rg", "ag", "ack", "egrep", "fgrep", "zgrep"];

/// The pattern that a command searches for: what stands in quotes, or the first operand.
pub(crate) fn pattern(command: &str) -> Option<&str> {
    let program = command.split_whitespace().find(|word| SEARCHES.contains(word))?;
    let (_, behind) = command.split_once(program)?;
    let quoted = behind.find(['"', '\'']).and_then(|at| {
        let mark = behind[at..].chars().next()?;
        behind[at + 1..].split(mark).next()
    });
    quoted.or_else(|| behind.split_whitespace().find(|word| !word.starts_with('-')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (command, found) in [
            ("rg -n berth src", Some("berth")),
            ("cd w && grep -rE \"north [a-z]+\" . | head", Some("north [a-z]+")),
            ("git grep 'moor(' -- '*.ts'", Some("moor(")),
            ("ls berth", None),
        ] {
            assert_eq!(pattern(command), found, "{command}");
        }
    }
}

//! Reads the flags that make a check stricter: a run without them that passes says less.

/// Flags that have a check look for more, without their dashes, and those with a value behind them.
#[rustfmt::skip]
const STRICT: [&str; 24] = [
    "race", "strict", "pedantic", "wall", "wextra", "werror", "all-features", "all-targets", "features", "f", "count", "repeat", "repeat-each", "runs", "stress",
    "max-warnings", "fail-on-warnings", "warnings-as-errors", "warn-error", "fsanitize", "sanitize", "enable-assertions", "d", "severity",
];
const VALUED: [&str; 8] = ["features", "f", "count", "repeat", "runs", "d", "severity", "max-warnings"];

/// The flags of a folded command line that make its check stricter, each with its value.
pub(super) fn strict_flags(command: &str) -> Vec<String> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let read = |(at, word): (usize, &&str)| {
        let flag = word.strip_prefix('-')?.trim_start_matches('-');
        let (name, value) = flag.split_once('=').unwrap_or((flag, ""));
        // `-d` and `-f` mean other things to most programs.
        let is_own = match name {
            "d" => words.get(at + 1).is_some_and(|next| next.starts_with("warnings") || next.starts_with("clippy")),
            "f" => command.contains("cargo"),
            name => STRICT.contains(&name),
        };
        let next = words.get(at + 1).filter(|_| value.is_empty() && VALUED.contains(&name));
        is_own.then(|| next.map_or_else(|| (*word).to_owned(), |next| format!("{word} {next}")))
    };
    words.iter().enumerate().filter_map(read).collect()
}

/// Whether a folded command line has all of these flags.
pub(super) fn keeps(command: &str, flags: &[String]) -> bool {
    flags.iter().all(|flag| format!("{command} ").contains(&format!(" {flag} ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_that_look_for_more() {
        for (command, flags) in [
            ("go test -race ./pool", vec!["-race"]),
            ("go test -run testqueue -count=20 ./queue", vec!["-count=20"]),
            ("cargo test --features sanitize -q", vec!["--features sanitize"]),
            ("cargo clippy -- -d warnings", vec!["-d warnings"]),
            ("docker run -d -f x img pytest -q", vec![]),
        ] {
            assert_eq!(strict_flags(command), flags, "{command}");
        }
        assert!(keeps("go test -race ./...", &["-race".to_owned()]) && keeps("go test", &[]));
        assert!(!keeps("go test -count=1 ./queue", &["-count=20".to_owned()]));
    }
}

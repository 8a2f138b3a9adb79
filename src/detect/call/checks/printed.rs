//! The exit code of a check that a command line prints.

use super::lines::each_line;

/// The last exit code that an output tells, as of `; echo "exit: $?"`. `label` is what is printed before it.
pub(crate) fn printed_exit(output: &str, label: &str) -> Option<i64> {
    let labelled = |line: &str| line.trim().strip_prefix(label.trim()).and_then(|code| code.trim().parse().ok());
    let mut code = None;
    each_line(output, |line| code = labelled(line).or_else(|| exit_line(line)).or(code));
    // A line of one digit is data, unless it is the last one.
    let last = output.trim_end().rsplit('\n').next().filter(|line| line.trim().len() == 1);
    last.and_then(exit_line).or(code)
}

fn exit_line(line: &str) -> Option<i64> {
    const WORDS: [&str; 8] = ["exit", "rc", "status", "code", "returncode", "exitcode", "return", "ret"];
    let line = line.trim();
    let digits = line.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (label, code) = line.split_at(line.len() - digits);
    let mut words =
        label.split(|letter: char| !letter.is_ascii_alphabetic()).filter(|word| !word.is_empty()).peekable();
    let labelled = label.len() <= 40 && (words.peek().is_some() || label.is_empty());
    (labelled && words.all(|word| WORDS.iter().any(|known| word.eq_ignore_ascii_case(known)) || word.len() > 3))
        .then(|| code.parse().ok())
        .flatten()
        .filter(|_| label.is_empty() || WORDS.iter().any(|known| label.to_ascii_lowercase().contains(known)))
}

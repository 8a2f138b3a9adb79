//! Reads what an answer says of a command that its tool does not wait for: that it still runs, or how it ended.

use crate::detect::text::head_and_tail::both;
use crate::detect::text::phrases::fold;
use crate::detect::text::wait_signs::{has_word, says_under_way};
use crate::wire::text;

/// How much of each end of an answer is read, in bytes, and how many lines at its beginning. A tool says this above the
/// output of the command or below it.
const END: usize = 600;
const HEADER: usize = 4;
/// The exit code that stands for none, since the command has not ended.
pub(super) const NOT_ENDED: i64 = -1;
/// What is said of a command that still runs, in small letters.
#[rustfmt::skip]
const STILL: [&str; 12] = [
    "still running", "no new output", "wait longer", "running with session", "running in the background", "running in background", "has not finished",
    "has not completed", "has not exited", "not finished yet", "continues to run", "still executing",
];
/// What it is called: others than the tool's own command may run as well.
const CALLED: [&str; 8] = ["command", "process", "session", "task", "shell", "job", "program", "execution"];
/// What stands before an exit code, in small letters.
const EXITS: [&str; 7] =
    ["exit code", "exit_code", "exitcode", "exited with", "exit status", "return code", "returncode"];
/// How much stands at most between those words and the code: `": `, `>`, ` was `, ` code `.
const BETWEEN: usize = 8;
/// Words in the names of tools that look at a command which was begun before.
const WATCHES: [&str; 11] =
    ["wait", "output", "process", "poll", "stdin", "terminal", "session", "command", "status", "shell", "background"];

/// Whether a tool's answer says that its command still runs. `exit` is the exit code that came with the answer, and
/// `watching` says that the call began no command.
pub(super) fn still_runs(body: &str, exit: Option<i64>, watching: bool) -> bool {
    let may_run = matches!(exit, None | Some(0 | NOT_ENDED)) && told_exit(body).is_none_or(|code| code == NOT_ENDED);
    let is_own = watching || exit == Some(NOT_ENDED);
    let tells = |line: &String| {
        STILL.iter().any(|said| line.contains(said)) && (is_own || has_word(line, &CALLED))
            || is_own && says_under_way(&fold(line))
    };
    may_run && told(body).iter().any(tells)
}

/// The exit code that an answer tells of.
pub(crate) fn told_exit(body: &str) -> Option<i64> {
    let lines = told(body);
    lines.iter().rev().find_map(|line| {
        let mut behind =
            EXITS.iter().flat_map(|word| line.match_indices(word).map(|(at, word)| &line[at + word.len()..]));
        behind.find_map(|behind| {
            let at = behind.find(|c: char| c.is_ascii_digit() || c == '-').filter(|at| *at <= BETWEEN)?;
            let number = &behind[at..];
            let end = number[1..].find(|c: char| !c.is_ascii_digit()).map_or(number.len(), |end| end + 1);
            number[..end].parse().ok()
        })
    })
}

/// Whether a call looks at a command that was begun before, and begins none: as the shell's own tool with an empty
/// command does, or a tool whose name says so.
pub(crate) fn watches(tool: &str, command: Option<&str>) -> bool {
    command.map_or_else(|| has_word(tool, &WATCHES), |command| command.trim().is_empty())
}

/// The lines of an answer in which its tool speaks, in small letters: the first ones, and the last.
fn told(body: &str) -> Vec<String> {
    let [head, tail] = both(body, END).map(text::unescaped);
    let full = |line: &&str| !line.trim().is_empty();
    let mut lines: Vec<String> = head.lines().filter(full).take(HEADER).map(str::to_lowercase).collect();
    let end = if tail.trim().is_empty() { &head } else { &tail };
    lines.extend(end.lines().rev().find(full).map(str::to_lowercase));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_still_run() {
        for (answer, exit) in [
            ("up\\n[The command has no new output after 30 seconds. You may wait longer to see more.]", Some(-1)),
            ("[The command timed out after 30 seconds. You may wait longer to see more.]", Some(-1)),
            ("Wall time: 30.0 seconds\\nProcess running with session ID 7\\nOutput:\\n", None),
            ("Command running in background with ID: b1", Some(0)),
            ("Process 7 is still running.", None),
            ("migration: in progress", Some(-1)),
        ] {
            assert!(still_runs(answer, exit, false), "{answer}");
        }
        for (answer, exit) in [
            ("ERROR: No previous running command to interact with.", Some(1)),
            ("[The command completed with exit code 0.]", Some(0)),
            ("Tests: 3 passed, 1 still running", Some(0)),
            ("killed", Some(-1)),
            ("", None),
        ] {
            assert!(!still_runs(answer, exit, false), "{answer}");
        }
    }

    #[test]
    fn commands_that_are_watched() {
        assert!(still_runs("<status>running</status>\\n<timestamp>2026</timestamp>", None, true));
        assert!(!still_runs("<status>completed</status>\\n<exit_code>0</exit_code>\\nrunning 3 tests", None, true));
        assert!(!still_runs("running 3 tests", None, false));
    }

    #[test]
    fn exit_codes() {
        for (answer, exit) in [
            ("ok\\n[The command completed with exit code 0.]", Some(0)),
            ("Process exited with code 2\\nOutput:\\n1 failed", Some(2)),
            ("<status>completed</status>\\n<exit_code>1</exit_code>\\n<stdout>x</stdout>", Some(1)),
            ("{\\\"done\\\":true,\\\"exitCode\\\": 0}", Some(0)),
            ("process finished, exit status: -9", Some(-9)),
            ("an exit code would be printed here, 3", None),
            ("17 passed", None),
        ] {
            assert_eq!(told_exit(answer), exit, "{answer}");
        }
    }
}

//! Tells whether a call showed, by `diff` or `cmp`, that what a program prints is what it should print.

use crate::detect::call::Call;
use crate::detect::call::shell::{SimpleCommand, commands};
use crate::detect::text::head_and_tail::tail;
use crate::wire::part::ToolState;
use crate::wire::text;

/// How much of the end of an output is read, in bytes.
const OUTPUT: usize = 16 * 1024;
/// Programs that compare two files.
const PROGRAMS: [&str; 4] = ["diff", "cmp", "colordiff", "gdiff"];
/// Words in the paths of what a program should print.
#[rustfmt::skip]
const REFERENCES: [&str; 24] = [
    "expected", "expect", "exp", "golden", "goldens", "gold", "ref", "refs", "reference", "references", "baseline", "baselines", "approved", "snapshot", "snapshots", "want", "wanted", "oracle",
    "soll", "referenz", "erwartet", "esperado", "attendu", "atteso",
];
/// Programs that sum up or sift what comes out of a pipe.
const SIFTING: [&str; 9] = ["wc", "grep", "egrep", "rg", "awk", "sed", "sort", "uniq", "cut"];
/// How a line begins that shows a difference, or says that the files could not be compared.
const DIFFERENCES: [&str; 12] =
    ["< ", "> ", "<\t", ">\t", "--- ", "+++ ", "@@ ", "Only in ", "Binary files ", "diff: ", "cmp: ", "*** "];
/// Options by which a comparison prints nothing.
const MUTE: [&str; 3] = ["-s", "--silent", "--quiet"];

/// Whether a call compared what a program printed, and found no difference.
pub(super) fn compared(call: &Call, state: Option<&ToolState<'_>>) -> bool {
    let command = call.input.command.as_deref().unwrap_or_default();
    if call.failed() || call.line.is_none() || call.exit.is_some_and(|code| code != 0) {
        return false;
    }
    if !PROGRAMS.iter().any(|program| command.contains(program)) {
        return false;
    }
    let output = state.and_then(|state| state.output).map(text::decode).unwrap_or_default();
    is_equal(command, tail(&output, OUTPUT))
}

fn is_equal(command: &str, output: &str) -> bool {
    let listed = commands(command);
    let Some(at) = (0..listed.len()).rev().find(|at| compares_output(&listed, *at, command)) else { return false };
    let alarms = alarms(command);
    let alarmed =
        |line: &str| alarms.iter().any(|alarm| line.trim_start().starts_with(alarm)) || shows_difference(line);
    if output.lines().any(alarmed) {
        return false;
    }
    if listed[at + 1..].iter().any(|command| SIFTING.contains(&command.program())) {
        return matches!(output.trim(), "" | "0");
    }
    // What prints nothing is heard by its exit code, which is that of the line, or by what is said if it fails.
    let is_mute = listed[at].arguments().iter().any(|word| MUTE.contains(&word.as_str()))
        || listed[at].writes.iter().any(|file| file == "/dev/null");
    !is_mute || !alarms.is_empty() || at + 1 == listed.len()
}

/// Whether a command compares what a program printed: what comes out of a pipe, what the line itself wrote, or any file
/// with one that is named for what should be in it.
fn compares_output(listed: &[SimpleCommand], at: usize, command: &str) -> bool {
    if !PROGRAMS.contains(&listed[at].program()) {
        return false;
    }
    let files: Vec<&String> =
        listed[at].arguments().iter().filter(|word| *word == "-" || !word.starts_with('-')).collect();
    let is_written = |file: &String| listed[..at].iter().any(|before| before.writes.contains(file));
    let is_output = |file: &&String| *file == "-" || is_written(file) || is_reference(file);
    command.contains("<(") || files.len() > 1 && files.iter().any(is_output)
}

fn is_reference(path: &str) -> bool {
    path.split(|c: char| !c.is_alphanumeric()).any(|word| REFERENCES.contains(&word.to_lowercase().as_str()))
}

/// Whether a line shows a difference: `7c7`, `3,4d2`, `> b`, `Files a and b differ`.
fn shows_difference(line: &str) -> bool {
    let is_place = || {
        let mut sides = line.split(['a', 'c', 'd']);
        let is_range = |side: &str| !side.is_empty() && side.bytes().all(|b| b.is_ascii_digit() || b == b',');
        sides.next().is_some_and(is_range) && sides.next().is_some_and(is_range) && sides.next().is_none()
    };
    let says_so = || line.ends_with(" differ") || line.contains(" differ: ");
    matches!(line, "<" | ">") || DIFFERENCES.iter().any(|sign| line.starts_with(sign)) || is_place() || says_so()
}

/// What a line prints if a command in it fails: `DIFF` of `|| echo "DIFF $f"`.
fn alarms(command: &str) -> Vec<&str> {
    let said = |rest: &'_ str| -> Option<(usize, usize)> {
        let start = rest.trim_start_matches([' ', '{', '(', '\n']);
        let said = ["echo ", "printf "].iter().find_map(|program| start.strip_prefix(program))?;
        let said = said.trim_start_matches(['"', '\'', ' ']);
        let end = said.find(['$', '"', '\'', ';', '\n', '}', ')', '|', '&', '%', '\\']).unwrap_or(said.len());
        let from = rest.len() - said.len();
        (said[..end].trim().len() > 1).then_some((from, from + said[..end].trim_end().len()))
    };
    command.split("||").skip(1).filter_map(|rest| said(rest).map(|(from, to)| &rest[from..to])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_compared() {
        for (command, output, expected) in [
            ("./bin/report < in.csv > /tmp/r.txt && cmp /tmp/r.txt golden/r.txt", "", true),
            ("python gen.py | diff -u tests/expected.json -", "", true),
            ("diff -r build/html docs/reference_html", "", true),
            ("diff <(./calc 1 2) sums.txt && echo same", "same\n", true),
            (
                "for i in t/*.in; do ./run $i | cmp -s - ${i%in}exp || echo \"BAD $i\"; done; echo 12 done",
                "12 done",
                true,
            ),
            ("for i in t/*.in; do ./run $i | cmp -s - ${i%in}exp || echo \"BAD $i\"; done", "BAD t/3.in\n", false),
            ("for i in t/*.in; do ./run $i | cmp -s - ${i%in}exp; done; echo end", "end\n", false),
            ("./run a | diff - a.golden; echo end", "3c3\n< 7\n---\n> 8\nend\n", false),
            ("./run a | diff - a.golden | wc -l", "14\n", false),
            ("./run a | diff - a.golden | wc -l", "0\n", true),
            ("diff -q out.txt ref.txt; true", "Files out.txt and ref.txt differ\n", false),
            ("diff a.py b.py", "", false),
            ("git diff --stat", "", false),
        ] {
            assert_eq!(is_equal(command, output), expected, "{command}: {output}");
        }
    }
}

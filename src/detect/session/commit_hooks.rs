//! Tells whether a commit went through hooks that looked at the code: what they print says so.

use crate::detect::call::Call;
use crate::detect::call::checks::{self, CheckOutcome, Truncation};
use crate::detect::call::shell::commands;
use crate::wire::part::ToolState;
use crate::wire::text;

/// Words in the names of hooks that look at the form of files or of the message, and not at the code, in small letters.
/// Source: the hooks of the repository `pre-commit-hooks`, and those for messages and secrets.
#[rustfmt::skip]
const OF_FORM: [&str; 24] = [
    "whitespace", "end of file", "end-of-file", "large file", "large-file", "merge conflict", "merge-conflict", "line ending", "line-ending", "byte-order", "byte order", "case conflict",
    "private key", "private-key", "secret", "leaks", "yaml", "json", "toml", "xml", "symlink", "shebang", "submodule", "message",
];
/// How a line begins that tells of tasks that were run: those of `lint-staged`, `lefthook`, `GrumPHP`.
const RAN: [&str; 5] = [
    "✔ Running tasks for",
    "[COMPLETED] Running tasks for",
    "✔ Running tasks...",
    "[COMPLETED] Running tasks...",
    "Running task ",
];
/// How one begins that says that none were.
const NONE: [&str; 3] = ["→ No staged files match", "No staged files match", "No staged files found"];
/// What `lefthook` puts before each task that was well, and its last line.
const WELL: [&str; 2] = ["✔️ ", "✔️"];
const SUMMARY: &str = "summary: (done in";
/// What is in a line that tells of one hook of `pre-commit`.
const ROW: &str = "....";
/// What `overcommit` says at the end.
const ALL_PASSED: &str = "hooks passed";

/// Whether a commit that was made shows that its hooks passed.
pub(super) fn hooks_passed(call: &Call, state: Option<&ToolState<'_>>) -> bool {
    let command = call.input.command.as_deref().unwrap_or_default();
    let Some(line) = call.line.as_ref().filter(|_| command.contains("commit")) else { return false };
    if call.failed() || call.exit.is_some_and(|code| code != 0) || !line.skipped_hooks.is_empty() {
        return false;
    }
    let commits = |words: &[String]| words.iter().any(|word| word == "commit");
    let is_commit = commands(command).iter().any(|found| found.program() == "git" && commits(found.arguments()));
    let output = state.and_then(|state| state.output).map(text::decode).unwrap_or_default();
    is_commit && passed(&output)
}

fn passed(output: &str) -> bool {
    let (mut ran, mut none, mut well, mut summed) = (false, false, false, false);
    let mut others = String::new();
    checks::each_line(output, |line| {
        let line = line.trim();
        none |= NONE.iter().any(|sign| line.starts_with(sign));
        ran |= RAN.iter().any(|sign| line.starts_with(sign)) && !line.ends_with(['✘', '✗', '✖']) || is_hook(line);
        ran |= line.ends_with(ALL_PASSED);
        well |= WELL.iter().any(|sign| line.starts_with(sign));
        summed |= line.contains(SUMMARY);
        // The subject of the commit may say anything, and a hook that passed may be one of form.
        if !line.starts_with('[') && !line.contains(ROW) {
            others.push_str(line);
            others.push('\n');
        }
    });
    let is_counted = || checks::read(&others, Truncation::Nothing) == CheckOutcome::Passed;
    ran && !none || well && summed || is_counted()
}

/// Whether a line tells of a hook that passed, and looked at the code: `mypy.......Passed`.
fn is_hook(line: &str) -> bool {
    let Some(name) = line.strip_suffix("Passed").filter(|name| name.ends_with("..")) else { return false };
    let name = name.to_lowercase();
    !OF_FORM.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hooks_say_that_they_passed() {
        for (output, expected) in [
            (
                "clippy...................................................................Passed\n[main 1a2b3c4] Raise",
                true,
            ),
            (
                "trim trailing whitespace.................................................Passed\n[main 1a2b3c4] Raise",
                false,
            ),
            (
                "mypy.................................................(no files to check)Skipped\n[main 1a2b3c4] Raise",
                false,
            ),
            (
                "[STARTED] Running tasks for staged files...\n[COMPLETED] Running tasks for staged files...\n[x 1a2b3c4] y",
                true,
            ),
            ("→ No staged files match any configured task.\n[x 1a2b3c4] y", false),
            ("┃ lint ❯\n\nsummary: (done in 0.41 seconds)\n✔️ lint (0.40 seconds)\n[x 1a2b3c4] y", true),
            ("Running task 1/2: phpstan... ✔\nRunning task 2/2: phpunit... ✔\n[x 1a2b3c4] y", true),
            ("Running pre-commit hooks\n✓ All pre-commit hooks passed\n[x 1a2b3c4] y", true),
            (" Tests  14 passed (14)\n[main 1a2b3c4] Raise", true),
            ("[main 1a2b3c4] all 14 tests passed\n 1 file changed, 1 insertion(+)", false),
            ("[main 1a2b3c4] Raise\n 1 file changed, 1 insertion(+)", false),
        ] {
            assert_eq!(passed(output), expected, "{output}");
        }
    }
}

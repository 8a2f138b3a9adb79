//! Finds commands that overwrite expected outputs with what the program prints.

use crate::detect::call::shell::{Effect, SimpleCommand};

/// Folders of expected outputs.
#[rustfmt::skip]
const FOLDERS: [&str; 12] = [
    "golden", "goldens", "expected", "expectations", "snapshots", "snapshot", "__snapshots__", "baseline", "baselines", "approved", "reference", "golden_files",
];
/// What the names of their files have in them.
const NAMES: [&str; 5] = [".snap", ".golden", ".expected", ".approved.", "expected_output"];
/// Programs that write their last word.
const COPIERS: [&str; 5] = ["cp", "mv", "install", "rsync", "ln"];
/// Options by which a runner writes what it should expect.
#[rustfmt::skip]
const ACCEPTING: [&str; 16] = [
    "--updateSnapshot", "--update-snapshots", "--update-snapshot", "--snapshot-update", "--update-goldens", "--update-golden", "--update",
    "-update", "--accept", "--bless", "-u", "--force-regen", "--inline-snapshot=fix", "--approve", "--overwrite-expected", "--regenerate",
];
/// Words of commands that take whatever snapshots differ.
const EVERYTHING: [&str; 3] = ["accept-all", "approve-all", "--accept-all-snapshots"];
/// Beginnings of variables that tell a runner so.
const VARIABLES: [&str; 9] = [
    "UPDATE",
    "BLESS=",
    "ACCEPT",
    "INSTA_UPDATE=",
    "SNAPSHOT_UPDATE=",
    "SNAPSHOTS=",
    "REGENERATE",
    "RECORD_SNAPSHOTS",
    "OVERWRITE_EXPECTED",
];

/// How a command makes what the program prints the expected output, in a sentence.
pub(super) fn accepted(command: &SimpleCommand) -> Option<String> {
    let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
    let program = words.first().map_or("", |program| program.rsplit('/').next().unwrap_or(program));
    let written = command.writes.iter().map(String::as_str).find(|file| is_expected(file));
    let copied = words.last().copied().filter(|file| COPIERS.contains(&program) && is_expected(file));
    let teed = words.iter().copied().find(|file| program == "tee" && is_expected(file));
    if let Some(file) = written.or(copied).or(teed) {
        return Some(format!("the expected output {file} was overwritten"));
    }
    let has = |word: &str| words.contains(&word);
    let promotes = program == "dune" && (has("promote") || has("--auto-promote"))
        || words.iter().any(|word| EVERYTHING.contains(word))
        || has("birdie") && has("accept")
        || has("insta") && (has("accept") || has("--accept"))
        || matches!(program, "jest" | "insta" | "cargo-insta" | "cram") && has("accept");
    let is_check = || command.effect() == Effect::Check;
    let variable = command.environment.iter().find(|set| {
        let off = set.ends_with("=0") || set.ends_with("=no") || set.ends_with("=false") || set.ends_with('=');
        VARIABLES.iter().any(|name| set.starts_with(name)) && !off
    });
    let option = words.iter().skip(1).find(|word| ACCEPTING.contains(word)).map(|word| (*word).to_owned());
    let how = variable.cloned().or(option).filter(|_| is_check());
    if promotes {
        return Some(format!("`{}` takes what the tests print for what they expect", words.join(" ")));
    }
    how.map(|how| format!("`{how}` takes what the tests print for what they expect"))
}

/// Whether a path is that of an expected output.
fn is_expected(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    !path.starts_with("/tmp/")
        && (path.split('/').any(|part| FOLDERS.contains(&part)) || NAMES.iter().any(|sign| path.contains(sign)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::call::shell::commands;

    fn accepts(command: &str) -> bool {
        commands(command).iter().any(|command| accepted(command).is_some())
    }

    #[test]
    fn expected_outputs_that_are_overwritten() {
        for command in [
            "cargo run -q -- tests/golden/a.in > tests/golden/a.out",
            "./fmt < tests/golden/a.in | tee tests/golden/a.out",
            "cp /tmp/actual.txt tests/expected/a.txt",
            "UPDATE_GOLDEN=1 make test",
            "UPDATE_EXPECT=1 cargo test",
            "dune promote",
            "npx jest -u",
            "yarn workspace ui test -u",
            "npx vitest run --update",
            "npx playwright test --update-snapshots",
            "pytest --snapshot-update -q",
            "cargo insta accept",
            "cargo insta test --accept",
            "INSTA_UPDATE=always cargo test",
            "go test ./... -update",
            "flutter test --update-goldens",
            "gleam run -m birdie accept-all",
        ] {
            assert!(accepts(command), "{command}");
        }
    }

    #[test]
    fn other_commands_accept_nothing() {
        for command in [
            "npm test",
            "sort -u names.txt",
            "git add -u",
            "diff out.txt tests/expected/a.txt",
            "cp tests/expected/a.txt /tmp/a.txt",
            "cargo run > /tmp/golden/a.out",
            "UPDATE_GOLDEN=0 make test",
            "apt-get update",
            "cat tests/golden/a.out > /tmp/x",
        ] {
            assert!(!accepts(command), "{command}");
        }
    }
}

//! Finds edits of the script that is the check itself, after which it no longer fails: `|| true` behind what it runs, an
//! early `exit 0`, no `set -e`, or its line commented out.

use crate::detect::session::changed_lines::lines_only_in;

/// What the names of scripts have in them that check, as a word of its own.
#[rustfmt::skip]
const CHECKS: [&str; 19] = [
    "check", "checks", "gate", "ci", "verify", "verification", "validate", "validation", "test", "tests", "lint", "smoke", "qa", "audit", "guard", "selfcheck", "precommit", "presubmit",
    "preflight",
];
/// Endings of scripts.
const SCRIPTS: [&str; 10] = ["sh", "bash", "zsh", "fish", "py", "js", "mjs", "rb", "pl", "ps1"];
/// What lets a command fail.
const LETS_FAIL: [&str; 5] = ["|| true", "|| :", "|| exit 0", "||true", "|| /bin/true"];
/// What ends a script as if all were well.
const ENDS_WELL: [&str; 5] = ["exit 0", "exit(0)", "sys.exit(0)", "process.exit(0)", "process.exit(0);"];

/// Whether a file is a script that checks, by its name.
fn is_check_script(file: &str) -> bool {
    let name = file.rsplit(['/', '\\']).next().unwrap_or_default();
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
    let words = stem.split(|c: char| !c.is_ascii_alphanumeric());
    (end.is_empty() || SCRIPTS.contains(&end)) && words.into_iter().any(|word| CHECKS.contains(&word))
}

/// How an edit keeps a script that checks from failing: what marks it, and the edit in words.
pub(super) fn gutted(file: &str, old: &str, new: &str) -> Option<(&'static str, &'static str)> {
    if !is_check_script(file) {
        return None;
    }
    let removed: Vec<&str> = lines_only_in(old, new).collect();
    let added: Vec<&str> = lines_only_in(new, old).collect();
    let is_strict = |line: &&str| line.trim().starts_with("set -e") || line.trim().starts_with("set -o errexit");
    let is_comment = |line: &&str| {
        let line = line.trim();
        let code = line.strip_prefix('#').or_else(|| line.strip_prefix("//")).map(str::trim_start);
        code.is_some_and(|code| !code.is_empty() && removed.iter().any(|old| old.trim() == code))
    };
    let lets_fail = |line: &&str| {
        let code = LETS_FAIL.iter().find_map(|sign| line.trim().strip_suffix(sign));
        code.is_some_and(|code| removed.iter().any(|old| old.trim() == code.trim()))
    };
    if added.iter().any(lets_fail) {
        Some(("||", "lets what it runs fail"))
    } else if added.iter().any(|line| ENDS_WELL.contains(line)) {
        Some(("exit", "ends as if all were well"))
    } else if removed.iter().any(is_strict) && !new.lines().any(|line| is_strict(&line)) {
        Some(("set", "goes on after a failure"))
    } else {
        added.iter().any(is_comment).then_some(("#", "no longer runs a line that is commented out"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_that_no_longer_fail() {
        for (file, old, new) in [
            ("scripts/gate.sh", "node api.js", "node api.js || true"),
            ("bin/verify", "./compare out", "./compare out || exit 0"),
            ("check.sh", "#!/bin/sh\nset -e", "#!/bin/sh\nexit 0\nset -e"),
            ("tools/run_checks.sh", "set -euo pipefail\nruff .", "ruff ."),
            ("ci/api-check.py", "compare(old, new)", "# compare(old, new)"),
            ("qa.mjs", "check(api);", "// check(api);"),
        ] {
            assert!(gutted(file, old, new).is_some(), "{file}: {new}");
        }
        for (file, old, new) in [
            ("scripts/cleanup.sh", "docker rm -f db", "docker rm -f db || true"),
            ("scripts/gate.sh", "node api.js || true", "node api.js"),
            ("check.sh", "echo a", "if [ -z \"$1\" ]; then\n  exit 0\nfi\necho a"),
            ("check.sh", "set -e\nruff .", "set -euo pipefail\nruff ."),
            ("check.sh", "# runs ruff", "# runs ruff and mypy"),
            ("check.sh", "ruff .", "ruff check ."),
            ("check.sh", "run", "run\ntrap 'kill $P || true' EXIT"),
            ("src/gate.rs", "run()", "// run()"),
        ] {
            assert_eq!(gutted(file, old, new), None, "{file}: {new}");
        }
    }
}

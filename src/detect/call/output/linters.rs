//! Recognizes the findings of linters where neither a summary nor an exit code reports them.

use regex::Regex;
use std::sync::LazyLock;

/// How many findings to keep.
const FINDINGS: usize = 64;
/// A longer line is data.
const LONGEST: usize = 500;
/// Linters that fail at whatever they find, warnings and hints included, as their manuals say.
#[rustfmt::skip]
const STRICT: [&str; 20] = [
    "ktlint", "hadolint", "buf", "protolint", "shellcheck", "markdownlint", "markdownlint-cli2", "golangci-lint", "staticcheck", "actionlint",
    "errcheck", "codespell", "cspell", "luacheck", "clj-kondo", "pycodestyle", "pydocstyle", "ansible-lint", "checkstyle", "flake8",
];

/// A file, a line, perhaps a column, and what is wrong there.
static PLACE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?<file>[^\s:]*(?:[./]|[Dd]ockerfile)[^\s:]*):\d+(?::\d+)?(?::\s*|\s+(?:-\s+)?)(?<what>\S.*)$").ok()
});

/// The findings in an output of these linters, without the lines that they are about, which move; none if one of them
/// is known to pass with findings.
pub(super) fn findings<'a>(mut checks: impl Iterator<Item = &'a str>, output: &str) -> Vec<String> {
    if !checks.all(|check| STRICT.contains(&check.split(' ').next().unwrap_or_default())) {
        return Vec::new();
    }
    let Some(place) = PLACE.as_ref() else { return Vec::new() };
    let finding = |line: &str| {
        let found = place.captures(line.trim_end()).filter(|_| line.len() <= LONGEST)?;
        Some(format!("{}: {}", &found["file"], &found["what"]))
    };
    let mut findings: Vec<String> = output.lines().filter_map(finding).take(FINDINGS).collect();
    findings.sort_unstable();
    findings.dedup();
    findings
}

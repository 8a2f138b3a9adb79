//! Tells edits that only raise the version of a package, which no test is about.

use crate::detect::call::input::pieces;
use crate::wire::{Raw, members};

/// Files that name the version of the package that they describe.
#[rustfmt::skip]
const MANIFESTS: [&str; 22] = [
    "Cargo.toml", "package.json", "pyproject.toml", "setup.cfg", "setup.py", "composer.json", "pubspec.yaml", "mix.exs", "build.gradle", "build.gradle.kts",
    "gradle.properties", "Chart.yaml", "deno.json", "jsr.json", "manifest.json", "galaxy.yml", "VERSION", "version.txt", "__init__.py", "_version.py", "version.py", "version.rb",
];
/// What they call it, in small letters.
const NAMES: [&str; 5] = ["version", "__version__", "appversion", "versionname", "project.version"];
/// Words of the tables and lists of what a package needs.
const NEEDS: [&str; 4] = ["dependencies", "requires", "require", "plugins"];
/// Words of requests for a new version.
#[rustfmt::skip]
pub(super) const REQUESTS: [&str; 23] = [
    "version", "bump", "release", "publish", "freigabe", "versión", "versão", "versione", "publica", "publie", "wersj", "verzi", "верси", "релиз", "выпуск",
    "版本", "发布", "バージョン", "リリース", "버전", "릴리스", "sürüm", "phiên bản",
];

/// Whether all that an edit changes is the version of a package; `file` is what it works on, unless a patch says so.
pub(super) fn is_version_bump(file: Option<&str>, input: Option<Raw<'_>>) -> bool {
    let is_manifest = |file: &str| {
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        MANIFESTS.contains(&name) || name.ends_with(".gemspec")
    };
    // Most edits have nothing of it, and are spared a second reading.
    let has = |input: &Raw<'_>, word: &str| memchr::memmem::find(input.get().as_bytes(), word.as_bytes()).is_some();
    let Some(input) = input.filter(|input| has(input, "ersion") || has(input, "VERSION")) else { return false };
    let members = members(input).unwrap_or_default();
    let pieces = pieces(&members, file);
    let bumps = |old: Option<&str>, new: &str| old.is_some_and(|old| only_version(old, new));
    !pieces.is_empty() && pieces.iter().all(|piece| is_manifest(&piece.file) && bumps(piece.old.as_deref(), &piece.new))
}

/// Whether two texts differ in lines that name a version, and in nothing else.
fn only_version(old: &str, new: &str) -> bool {
    let (before, after): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut changed = before.iter().zip(&after).filter(|(old, new)| old != new).peekable();
    before.len() == after.len()
        && !NEEDS.iter().any(|word| old.contains(word))
        && changed.peek().is_some()
        && changed.all(|(old, new)| is_version(old) && is_version(new))
}

/// Whether a line names a version: `version = "1.4.3"`, `"version": "2.0.1",`, or the number and nothing else.
fn is_version(line: &str) -> bool {
    let marks = |c: char| matches!(c, '"' | '\'' | ' ' | '\t' | ',');
    let (name, value) = line.split_once(['=', ':']).map_or(("version", line), |(name, value)| (name, value));
    let value = value.trim_matches(marks);
    let is_number = value.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+'));
    is_number && NAMES.contains(&name.trim_matches(marks).to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_other_lines() {
        for (old, new, expected) in [
            ("version = \"1.4.2\"", "version = \"1.4.3\"", true),
            ("  \"version\": \"2.0.0\",", "  \"version\": \"2.0.1-rc.1\",", true),
            (
                "name = \"a\"\nversion = \"1.0.0\"\nedition = \"2024\"",
                "name = \"a\"\nversion = \"1.1.0\"\nedition = \"2024\"",
                true,
            ),
            ("1.4.2", "1.5.0", true),
            ("__version__ = '1.4.2'", "__version__ = '1.5.0'", true),
            ("\"express\": \"^4.19.2\"", "\"express\": \"^5.1.0\"", false),
            ("[dependencies.serde]\nversion = \"1.0\"", "[dependencies.serde]\nversion = \"2.0\"", false),
            ("version = \"1.0\"\nlimit = 3", "version = \"1.1\"\nlimit = 4", false),
            ("version = \"1.0\"", "version = \"1.1\"\nlimit = 4", false),
            ("version = read()", "version = read_all()", false),
        ] {
            assert_eq!(only_version(old, new), expected, "{old}");
        }
    }
}

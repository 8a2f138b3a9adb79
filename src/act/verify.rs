//! Checks that the session did what it claims: commands, files, changes.

use super::command::succeeds;
use super::settings::Checks;
use crate::exit::Failure;
use crate::pipe::Shutdown;
use crate::wire::record::Phase;
use std::path::Path;

/// Runs all checks. Returns the first that fails, for the agent and for people; the first line of it can stand alone.
pub(super) fn verify(
    checks: &Checks,
    directory: &Path,
    shutdown: &Shutdown,
    changed: impl FnOnce() -> Result<Vec<String>, Failure>,
) -> (Phase, String) {
    let result = files(checks, directory)
        .and_then(|()| changes(checks, changed))
        .and_then(|()| commands(checks, directory, shutdown));
    match result {
        Ok(()) => {
            let count = checks.commands.len() + checks.files.len() + checks.changes.len();
            (Phase::Taken, format!("{count} of {count} checks passed"))
        }
        Err(why) => (Phase::Failed, why),
    }
}

fn files(checks: &Checks, directory: &Path) -> Result<(), String> {
    match checks.files.iter().find(|file| !directory.join(file).exists()) {
        Some(missing) => Err(format!("The file {} does not exist.", missing.display())),
        None => Ok(()),
    }
}

/// Calls `changed`, which asks the server, only if there is a pattern to match.
fn changes(checks: &Checks, changed: impl FnOnce() -> Result<Vec<String>, Failure>) -> Result<(), String> {
    if checks.changes.is_empty() {
        return Ok(());
    }
    let changed = changed().map_err(|failure| format!("Cannot tell which files changed: {failure}"))?;
    match checks.changes.iter().find(|pattern| !changed.iter().any(|file| pattern.matches(file))) {
        Some(pattern) => Err(format!("No file that matches {pattern} was changed.")),
        None => Ok(()),
    }
}

fn commands(checks: &Checks, directory: &Path, shutdown: &Shutdown) -> Result<(), String> {
    let cancelled = || shutdown.requested().is_some();
    for line in &checks.commands {
        succeeds(line, directory, &[], b"", checks.timeout, cancelled).map_err(|failed| {
            let output = match failed.tail.trim() {
                "" => "It printed nothing.".to_owned(),
                _ => format!("The end of its output:\n{}", failed.tail),
            };
            format!("`{line}` failed ({}).\n{output}", failed.how)
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Code;
    use std::time::Duration;

    fn checks(commands: &[&str], files: &[&str], changes: &[&str]) -> Checks {
        Checks {
            commands: commands.iter().map(|c| (*c).to_owned()).collect(),
            timeout: Duration::from_mins(1),
            files: files.iter().map(Into::into).collect(),
            changes: changes.iter().map(|c| glob::Pattern::new(c).unwrap()).collect(),
        }
    }

    #[test]
    fn reports_first_failure() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("there"), "").unwrap();
        let shutdown = Shutdown::default();
        let verdict = |checks: &Checks| verify(checks, folder.path(), &shutdown, || Ok(vec!["src/a.rs".to_owned()]));
        assert_eq!(verdict(&checks(&["test -f there"], &["there"], &["src/*.rs"])).0, Phase::Taken);
        for (unmet, says) in [
            (checks(&[], &["gone"], &[]), "gone does not exist"),
            (checks(&[], &[], &["*.md"]), "matches *.md"),
            (checks(&["echo broken; exit 2"], &[], &[]), "(exit 2).\nThe end of its output:\nbroken"),
            (checks(&["false"], &[], &[]), "`false` failed (exit 1).\nIt printed nothing."),
        ] {
            let (phase, why) = verdict(&unmet);
            assert_eq!(phase, Phase::Failed);
            assert!(why.contains(says), "{why}");
        }
        let unknown =
            verify(&checks(&[], &[], &["*"]), folder.path(), &shutdown, || Err(Failure::new(Code::Error, "gone")));
        assert_eq!(unknown.0, Phase::Failed);
    }
}

//! Whether the session did what it says: commands, files, changes.

use super::settings::Checks;
use crate::exit::Failure;
use crate::pipe::shutdown;
use crate::process::command;
use crate::process::command::Leash;
use crate::wire::record::Phase;
use std::path::Path;

/// Looks whether everything holds; the first thing that does not, for the agent and for a person. The first
/// line of it stands for itself.
pub(super) fn verify(
    checks: &Checks,
    directory: &Path,
    changed: impl FnOnce() -> Result<Vec<String>, Failure>,
) -> (Phase, String) {
    let outcome = files(checks, directory)
        .and_then(|()| changes(checks, changed))
        .and_then(|()| commands(checks, directory));
    match outcome {
        Ok(()) => {
            let count = checks.commands.len() + checks.files.len() + checks.changes.len();
            (Phase::Taken, format!("{count} of {count} checks hold"))
        }
        Err(why) => (Phase::Failed, why),
    }
}

fn files(checks: &Checks, directory: &Path) -> Result<(), String> {
    match checks.files.iter().find(|file| !directory.join(file).exists()) {
        Some(missing) => Err(format!("The file {} is not there.", missing.display())),
        None => Ok(()),
    }
}

/// Asks what was changed only where that matters.
fn changes(checks: &Checks, changed: impl FnOnce() -> Result<Vec<String>, Failure>) -> Result<(), String> {
    if checks.changes.is_empty() {
        return Ok(());
    }
    let changed = changed().map_err(|failure| format!("Nobody can tell what was changed: {failure}"))?;
    match checks
        .changes
        .iter()
        .find(|pattern| !changed.iter().any(|file| pattern.matches(file)))
    {
        Some(pattern) => Err(format!("No file that fits {pattern} was changed.")),
        None => Ok(()),
    }
}

fn commands(checks: &Checks, directory: &Path) -> Result<(), String> {
    for line in &checks.commands {
        let leash = Leash {
            limit: checks.timeout,
            cut: || shutdown::caught().is_some(),
        };
        let outcome = command::run(line, directory, b"", leash);
        if !outcome.success {
            return Err(format!(
                "`{line}` fails ({}).\nThe end of its output:\n{}",
                outcome.how, outcome.tail
            ));
        }
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
    fn the_first_thing_that_does_not_hold_is_said() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("there"), "").unwrap();
        let verdict = |checks: &Checks| verify(checks, folder.path(), || Ok(vec!["src/a.rs".to_owned()]));
        assert_eq!(
            verdict(&checks(&["test -f there"], &["there"], &["src/*.rs"])).0,
            Phase::Taken
        );
        for (unmet, says) in [
            (checks(&[], &["gone"], &[]), "gone is not there"),
            (checks(&[], &[], &["*.md"]), "fits *.md"),
            (
                checks(&["echo broken; exit 2"], &[], &[]),
                "(exit 2).\nThe end of its output:\nbroken",
            ),
        ] {
            let (phase, why) = verdict(&unmet);
            assert_eq!(phase, Phase::Failed);
            assert!(why.contains(says), "{why}");
        }
        let unknown = verify(&checks(&[], &[], &["*"]), folder.path(), || {
            Err(Failure::new(Code::Error, "gone"))
        });
        assert_eq!(unknown.0, Phase::Failed);
    }
}

//! Checks whether there is an `OpenCode`, and a version that we know.

use super::ask::{PATIENCE, ask};
use super::checked::Checked;
use super::settings::Doctor;
use crate::exit::Code;

const WHAT: &str = "opencode";

/// The oldest version that the live tests run against.
const OLDEST: (u32, u32) = (1, 1);

pub(super) fn check(doctor: &Doctor) -> Checked {
    let Ok(program) = which::which(&doctor.opencode) else {
        let found = format!("{} is not on the PATH", doctor.opencode.display());
        return Checked::fail(
            WHAT,
            Code::Error,
            found,
            "npm install -g opencode-ai, or name it with --opencode PROGRAM",
        );
    };
    let path = program.display().to_string();
    let broken = |why: &str| {
        let found = format!("{path} --version failed: {why}");
        Checked::fail(WHAT, Code::Error, found, "repair what it names, or reinstall it: npm install -g opencode-ai")
    };
    let said = match ask(&[&path, "--version"], &doctor.directory, PATIENCE) {
        Ok(said) if said.success => said.stdout,
        Ok(said) => return broken(&said.complaint()),
        Err(why) => return broken(&why),
    };
    match version(&said) {
        Some(version) if version >= OLDEST => Checked::ok(WHAT, format!("{said} ({path})")),
        Some(_) => Checked::fail(
            WHAT,
            Code::Error,
            format!("{said} ({path}) is older than {}.{}, the oldest that is supported", OLDEST.0, OLDEST.1),
            "npm install -g opencode-ai@latest",
        ),
        None => Checked::warn(WHAT, format!("{path} names no version: {said}"), "npm install -g opencode-ai@latest"),
    }
}

/// The first two numbers of a version: `1.18.33`, `v1.18`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split_whitespace().last()?.trim_start_matches('v').split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions() {
        assert_eq!(version("1.18.33"), Some((1, 18)));
        assert_eq!(version("opencode v1.1.0-beta"), Some((1, 1)));
        assert_eq!(version("unknown"), None);
    }
}

//! Our binaries, as a user runs them.

use assert_cmd::Command;
use std::ffi::OsString;

/// One of our binaries, in an environment without any settings but `PATH`.
///
/// # Panics
/// If there is no such binary.
pub fn ocr(name: &str) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin(name));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).envs(measured());
    command
}

/// The variable that tells a program where to write its coverage; it must survive an otherwise empty environment.
pub fn measured() -> Option<(&'static str, OsString)> {
    const FILE: &str = "LLVM_PROFILE_FILE";
    std::env::var_os(FILE).map(|file| (FILE, file))
}

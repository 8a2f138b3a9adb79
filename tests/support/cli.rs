//! Our own binaries, as a user runs them.

use assert_cmd::Command;

/// One of our binaries, in an environment without anybody's settings.
///
/// # Panics
/// When there is no such binary.
pub fn ocr(name: &str) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin(name));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

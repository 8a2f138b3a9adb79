//! The real `OpenCode`, fetched once through npm into the target directory.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version that the tests drive and the fixtures were recorded from.
pub const VERSION: &str = "1.18.33";
/// Where npm puts the executable.
const EXECUTABLE: &str = "node_modules/.bin/opencode";
/// The oldest version that is supported: it has no log of its events and no ids on them.
pub const OLDEST: &str = "1.1.53";
/// Set to 1 where the live tests cannot run: without npm, or without its registry.
const SKIP: &str = "OCR_SKIP_LIVE";

/// An installed `OpenCode`.
pub struct OpenCode {
    home: PathBuf,
}

impl OpenCode {
    /// The `OpenCode` of the target directory, fetched first where it is not there yet. `None`, with a
    /// line that says so, where the live tests are to be skipped.
    ///
    /// # Panics
    /// When it cannot be fetched, with what to do about it.
    pub fn get() -> Option<Self> {
        Self::version(VERSION)
    }

    /// The same for another version.
    ///
    /// # Panics
    /// When it cannot be fetched, with what to do about it.
    pub fn version(version: &str) -> Option<Self> {
        if std::env::var_os(SKIP).is_some_and(|v| v == "1") {
            eprintln!("skipped: {SKIP}=1, so nothing is tested against a real OpenCode");
            return None;
        }
        let target = target_dir();
        let home = target.join(format!("opencode-{version}"));
        // Tests run side by side, and so do test programs: the first one fetches, the others wait.
        let lock = File::create(target.join("opencode.lock")).expect("a writable target directory");
        lock.lock().expect("a lock in the target directory");
        if !home.join(EXECUTABLE).exists() {
            fetch(version, &target, &home);
        }
        Some(Self { home })
    }

    /// The executable.
    pub fn executable(&self) -> PathBuf {
        self.home.join(EXECUTABLE)
    }

    /// A `PATH` on which `opencode` is this one.
    ///
    /// # Panics
    /// When the target directory has a colon in its name.
    pub fn path(&self) -> OsString {
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let own = self.home.join("node_modules/.bin");
        std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&inherited)))
            .expect("a target directory without a colon in its name")
    }
}

/// Fetches into a folder beside and moves it into place, so that an interrupted download leaves nothing. npm compares
/// each package with its checksum in the version's `package-lock.json` before anything of it runs.
fn fetch(version: &str, target: &Path, home: &Path) {
    let partial = target.join(format!("opencode-{version}.partial"));
    let _ = fs::remove_dir_all(&partial);
    fs::create_dir_all(&partial).expect("a writable target directory");
    let locked = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/opencode").join(version);
    for file in ["package.json", "package-lock.json"] {
        fs::copy(locked.join(file), partial.join(file)).unwrap_or_else(|e| panic!("{version} has no {file}: {e}"));
    }
    eprintln!("fetching opencode-ai@{version} through npm, once");
    // Not `npm ci`: it refuses a lock without the packages of every other system.
    let npm = Command::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
        .arg(&partial)
        .output()
        .unwrap_or_else(|e| panic!("the live tests need npm (Node.js) to fetch OpenCode: {e}; or set {SKIP}=1"));
    let said = String::from_utf8_lossy(&npm.stderr);
    assert!(
        npm.status.success() && partial.join(EXECUTABLE).exists(),
        "npm could not fetch opencode-ai@{version}: {said}\nlook at its registry and network, or set {SKIP}=1"
    );
    let _ = fs::remove_dir_all(home);
    fs::rename(&partial, home).expect("a writable target directory");
}

/// The target directory: this program lies in `target/PROFILE/deps` or `target/PROFILE/examples`.
fn target_dir() -> PathBuf {
    let program = std::env::current_exe().expect("a program knows where it is");
    let target = program.ancestors().nth(3).expect("a program of cargo's lies three levels down");
    target.to_owned()
}

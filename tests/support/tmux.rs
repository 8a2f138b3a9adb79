//! A terminal that a test can type into and look at.

use super::measured;
use assert_cmd::cargo::cargo_bin;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const SKIP: &str = "OCR_SKIP_TMUX";
/// How long to wait for something to show: far more than anything takes on a busy machine.
const TIMEOUT: Duration = Duration::from_mins(2);

/// A shell in a tmux of its own, with our binaries on its `PATH`.
pub struct Tmux {
    socket: String,
    folder: tempfile::TempDir,
}

impl Tmux {
    /// Starts a shell in a terminal of this size. `None`, after a line that says so, with `OCR_SKIP_TMUX=1`.
    ///
    /// # Panics
    /// If there is no tmux.
    pub fn start(width: u16, height: u16) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        if std::env::var_os(SKIP).is_some_and(|value| value == "1") {
            eprintln!("skipped: {SKIP}=1, so the dashboard is tested without a terminal");
            return None;
        }
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let socket = format!("ocr-test-{}-{number}", std::process::id());
        let tmux = Self { socket, folder: tempfile::tempdir().expect("a folder") };
        let own = cargo_bin("ocr-watch").parent().expect("a folder").to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&path))).expect("paths");
        let started = Command::new("tmux")
            .args(["-L", &tmux.socket, "-f", "/dev/null", "new-session", "-d", "-x", &width.to_string(), "-y"])
            .args([&height.to_string(), "exec sh -i"])
            .env_clear()
            .envs(measured())
            .env("PATH", paths)
            .env("LC_ALL", "C.UTF-8")
            .current_dir(tmux.folder.path())
            .status();
        let started = started.unwrap_or_else(|e| panic!("these tests need tmux: {e}; install it, or set {SKIP}=1"));
        assert!(started.success(), "tmux does not start");
        // The prompt as a sign that the shell reads; not every shell takes it from the environment.
        tmux.line("PS1='ready''> '; clear");
        tmux.wait_until("no prompt", |screen| screen.starts_with("ready>"));
        Some(tmux)
    }

    /// The folder that the shell is in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A file in that folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn tmux(&self, args: &[&str]) -> String {
        let output = Command::new("tmux").args(["-L", &self.socket]).args(args).output().expect("tmux");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Types a line.
    pub fn line(&self, text: &str) {
        self.tmux(&["send-keys", "-l", text]);
        self.key("Enter");
    }

    /// Presses a key, by tmux's name for it.
    pub fn key(&self, name: &str) {
        self.tmux(&["send-keys", name]);
    }

    /// Resizes the terminal.
    pub fn resize(&self, width: u16, height: u16) {
        self.tmux(&["resize-window", "-x", &width.to_string(), "-y", &height.to_string()]);
    }

    /// What the terminal shows.
    pub fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p"])
    }

    /// Whether a program shows a screen of its own.
    pub fn is_drawn_on(&self) -> bool {
        self.tmux(&["display-message", "-p", "#{alternate_on}"]).trim() == "1"
    }

    /// The device of the terminal, on which any program can write.
    pub fn tty(&self) -> PathBuf {
        PathBuf::from(self.tmux(&["display-message", "-p", "#{pane_tty}"]).trim())
    }

    /// Waits until the terminal shows this.
    ///
    /// # Panics
    /// If it does not.
    pub fn wait_for(&self, text: &str) -> String {
        self.wait_until(&format!("no {text:?}"), |screen| screen.contains(text))
    }

    /// Waits until the terminal shows something that fits.
    ///
    /// # Panics
    /// If it does not.
    pub fn wait_until(&self, what: &str, fits: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + TIMEOUT;
        loop {
            let screen = self.screen();
            if fits(&screen) {
                return screen;
            }
            assert!(Instant::now() < end, "{what} in\n{screen}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the screen is the shell's again.
    ///
    /// # Panics
    /// If it does not become so.
    pub fn wait_for_shell(&self) {
        self.wait_until("the terminal is not given back", |_| !self.is_drawn_on());
    }

    /// Waits until this file has a line, and returns the text of the file.
    ///
    /// # Panics
    /// If it gets none.
    pub fn read(&self, name: &str) -> String {
        let end = Instant::now() + TIMEOUT;
        loop {
            let text = std::fs::read_to_string(self.file(name)).unwrap_or_default();
            if text.ends_with('\n') {
                return text;
            }
            assert!(Instant::now() < end, "{name} stays empty:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

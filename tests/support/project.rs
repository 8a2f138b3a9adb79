//! The project that a session works in, with a home of its own: nothing of the user's is seen or touched.

use super::provider::Provider;
use super::script::Script;
use serde_json::{Map, Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// When everything in the project was committed: fixed, so that its commit has the same id every time.
const COMMITTED: &str = "2026-01-01T00:00:00Z";

/// A git repository and a home, both below one folder.
pub struct Project {
    dir: PathBuf,
    home: PathBuf,
    // Removes the folder when dropped, where the folder is temporary.
    temporary: Option<tempfile::TempDir>,
}

impl Project {
    /// The script's project in a temporary folder, its model answered by `provider`.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn new(script: &Script, provider: &Provider) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // The server speaks of real paths, and a temporary folder may be reached through a link.
        let root = folder.path().canonicalize().expect("a folder that is there");
        let mut project = Self::at(root.join("project"), root.join("home"), script, provider);
        project.temporary = Some(folder);
        project
    }

    /// The same in these folders, made anew.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn at(dir: PathBuf, home: PathBuf, script: &Script, provider: &Provider) -> Self {
        for folder in [&dir, &home] {
            let _ = fs::remove_dir_all(folder);
            fs::create_dir_all(folder).expect("a writable folder");
        }
        let project = Self { dir, home, temporary: None };
        let config = json_text(&config(script, provider));
        write(&project.dir.join("opencode.json"), &config);
        for (path, content) in &script.files {
            write(&project.dir.join(path), content);
        }
        for args in [&["init", "-q"][..], &["add", "-A"], &["commit", "-q", "-m", "Begin"]] {
            project.git(args);
        }
        project
    }

    /// The directory that the session works in.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The environment of everything that runs for this project, besides `PATH`.
    pub fn env(&self) -> Vec<(&'static str, String)> {
        let below = |folder: &str| self.home.join(folder).display().to_string();
        let mut env = vec![
            ("HOME", self.home.display().to_string()),
            ("XDG_CONFIG_HOME", below("config")),
            ("XDG_DATA_HOME", below("data")),
            ("XDG_CACHE_HOME", below("cache")),
            ("XDG_STATE_HOME", below("state")),
        ];
        let fixed = [
            ("LANG", "C.UTF-8"),
            // Tests say nothing about how fast a server starts, and a busy machine may be slow.
            ("OCR_STARTUP_TIMEOUT", "15m"),
            // Nothing is asked of the network.
            ("OPENCODE_DISABLE_MODELS_FETCH", "1"),
            ("OPENCODE_DISABLE_AUTOUPDATE", "1"),
            ("OPENCODE_DISABLE_LSP_DOWNLOAD", "1"),
            ("OPENCODE_DISABLE_DEFAULT_PLUGINS", "1"),
            ("GIT_AUTHOR_NAME", "Fixture"),
            ("GIT_AUTHOR_EMAIL", "fixture@example.invalid"),
            ("GIT_AUTHOR_DATE", COMMITTED),
            ("GIT_COMMITTER_NAME", "Fixture"),
            ("GIT_COMMITTER_EMAIL", "fixture@example.invalid"),
            ("GIT_COMMITTER_DATE", COMMITTED),
            ("GIT_CONFIG_NOSYSTEM", "1"),
        ];
        env.extend(fixed.map(|(name, value)| (name, value.to_owned())));
        env
    }

    fn git(&self, args: &[&str]) {
        let status = Command::new("git")
            .args(args)
            .current_dir(&self.dir)
            .envs(self.env())
            .stdout(Stdio::null())
            .status()
            .expect("the live tests need git");
        assert!(status.success(), "git {args:?} failed in {}", self.dir.display());
    }
}

fn config(script: &Script, provider: &Provider) -> Value {
    let mut config = json!({
        "model": "fake/scripted", "small_model": "fake/scripted",
        "share": "disabled", "autoupdate": false, "lsp": false, "formatter": false,
        "permission": {"*": "allow"},
        "provider": {"fake": {
            "npm": "@ai-sdk/openai-compatible", "name": "Fake",
            "options": {"baseURL": provider.url(), "apiKey": "x"},
            "models": {"scripted": {
                "name": "Scripted", "tool_call": true, "reasoning": true,
                "limit": {"context": 128_000, "output": 8192},
            }},
        }},
    });
    lay_over(&mut config, &script.config);
    config
}

/// Objects are merged into objects; anything else replaces what was there.
fn lay_over(base: &mut Value, over: &Map<String, Value>) {
    for (name, value) in over {
        match value {
            Value::Object(members) if base[name].is_object() => lay_over(&mut base[name], members),
            _ => base[name] = value.clone(),
        }
    }
}

fn json_text(value: &Value) -> String {
    format!("{value:#}\n")
}

fn write(path: &Path, content: &str) {
    let folder = path.parent().expect("a file lies in a folder");
    fs::create_dir_all(folder).expect("a writable folder");
    fs::write(path, content).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
}

//! Everything that a live test needs, at once.

use super::{OpenCode, Project, Provider, Script, Server};

/// A running server with its project, its provider and their script.
pub struct Live {
    /// The server; it is dropped first, as long as its provider and its project are there.
    pub server: Server,
    /// The project.
    pub project: Project,
    /// The provider.
    pub provider: Provider,
    /// What they play.
    pub script: Script,
    /// The program that runs.
    pub opencode: OpenCode,
}

impl Live {
    /// Starts everything. `None` where live tests are to be skipped.
    ///
    /// # Panics
    /// When something does not start.
    pub fn start(script: Script) -> Option<Self> {
        let opencode = OpenCode::get()?;
        let provider = Provider::start(script.clone());
        let project = Project::new(&script, &provider);
        let server = Server::start(&opencode, &project);
        Some(Self { server, project, provider, script, opencode })
    }

    /// The same for a scenario as text.
    ///
    /// # Panics
    /// When it is no scenario, or when something does not start.
    pub fn play(script: &str) -> Option<Self> {
        Self::start(Script::parse(script).expect("a scenario"))
    }
}

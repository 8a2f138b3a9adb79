//! A server that we start on a free port and that ends when we end.

use crate::exit::{Code, Failure};
use crate::pipe::shutdown::SUPERVISOR_EXIT;
use crate::process::lifeline::Lifeline;
use crate::process::supervisor;
use opencode_rs::OpencodeError;
use opencode_rs::server::{ManagedServer, ServerOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// How often we check whether it has.
const POLL: Duration = Duration::from_millis(20);

/// What to start.
#[derive(Debug, Clone)]
pub struct Spawn {
    /// The program, a path or a name.
    pub program: PathBuf,
    /// Arguments after `opencode serve` and the address.
    pub args: Vec<String>,
    /// The directory that it runs in.
    pub directory: PathBuf,
    /// How long it may take to become ready.
    pub timeout: Duration,
}

/// A running server that we started. It ends when this is dropped, or when our process ends.
pub(super) struct SpawnedServer {
    server: ManagedServer,
    /// Closing it tells the supervisor that we are gone.
    lifeline: Lifeline,
}

impl SpawnedServer {
    pub async fn start(spawn: &Spawn) -> Result<Self, Failure> {
        let program = which::which(&spawn.program).map_err(|_| {
            Failure::new(
                Code::Error,
                format_args!(
                    "cannot find {}: install it with `npm install -g opencode-ai`, or give its path with --opencode",
                    spawn.program.display()
                ),
            )
        })?;
        let lifeline = Lifeline::new()?;
        let mut launcher = Vec::from(supervisor::arguments(&lifeline));
        launcher.push(program.to_string_lossy().into_owned());
        launcher.extend(spawn.args.iter().cloned());
        let options = ServerOptions::new()
            .binary(own_executable()?)
            .launcher_args(launcher)
            .directory(&spawn.directory)
            .startup_timeout_ms(u64::try_from(spawn.timeout.as_millis()).unwrap_or(u64::MAX));
        let server = ManagedServer::start(options).await.map_err(|e| not_started(&program, &e))?;
        Ok(Self { server, lifeline })
    }

    pub fn url(&self) -> Url {
        self.server.url().clone()
    }

    /// Whether the server has ended. Its supervisor ends with it.
    pub fn has_ended(&mut self) -> bool {
        !self.server.is_running()
    }

    /// Ends the server with everything that it started, and waits until it is gone.
    pub async fn stop(mut self) {
        drop(self.lifeline);
        let until = Instant::now() + SUPERVISOR_EXIT;
        // The supervisor ends everything and then itself; the library would kill it halfway.
        while self.server.is_running() && Instant::now() < until {
            tokio::time::sleep(POLL).await;
        }
        if let Err(error) = self.server.stop().await {
            tracing::warn!("the server did not stop cleanly: {error}");
        }
    }
}

fn own_executable() -> Result<String, Failure> {
    let path = std::env::current_exe()
        .map_err(|e| Failure::new(Code::Error, format_args!("cannot find this program's own executable: {e}")))?;
    Ok(path.to_string_lossy().into_owned())
}

fn not_started(program: &Path, error: &OpencodeError) -> Failure {
    let program = program.display();
    let message = match error {
        OpencodeError::ServerTimeout { timeout_ms } => format!(
            "{program} serve was not ready within {} s; allow more time with --startup-timeout",
            timeout_ms / 1000
        ),
        _ => format!("{program} serve exited before it was ready; run it by hand to see why"),
    };
    Failure::new(Code::Unreachable, message)
}

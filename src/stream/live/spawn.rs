//! A server of our own: started on a free port, gone when we are gone.

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

/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(20);

/// What to start.
#[derive(Debug, Clone)]
pub struct Spawn {
    /// The program, by path or by name.
    pub program: PathBuf,
    /// What follows `opencode serve` and the address.
    pub args: Vec<String>,
    /// The directory that it runs in.
    pub directory: PathBuf,
    /// How long it may take to be ready.
    pub timeout: Duration,
}

/// A running server of ours. It ends when this is dropped, or when the process is.
pub(crate) struct OwnServer {
    server: ManagedServer,
    /// Closing it tells the keeper that we are gone.
    lifeline: Lifeline,
}

impl OwnServer {
    pub(crate) async fn start(spawn: &Spawn) -> Result<Self, Failure> {
        let program = which::which(&spawn.program).map_err(|_| {
            Failure::new(
                Code::Error,
                format_args!(
                    "cannot find {}: install it with `npm install -g opencode-ai`, or name it with --opencode",
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
        let server = ManagedServer::start(options)
            .await
            .map_err(|e| not_started(&program, &e))?;
        Ok(Self { server, lifeline })
    }

    pub(crate) fn url(&self) -> Url {
        self.server.url().clone()
    }

    /// Whether it has ended by itself, or by somebody else's hand. Its keeper ends with it.
    pub(crate) fn has_ended(&mut self) -> bool {
        !self.server.is_running()
    }

    /// Ends the server and what it started, and waits until it is gone.
    pub(crate) async fn stop(mut self) {
        drop(self.lifeline);
        let until = Instant::now() + SUPERVISOR_EXIT;
        // The keeper ends everything and then itself; the library would kill it in the middle of that.
        while self.server.is_running() && Instant::now() < until {
            tokio::time::sleep(LOOK).await;
        }
        if let Err(error) = self.server.stop().await {
            tracing::warn!("the server did not stop cleanly: {error}");
        }
    }
}

fn own_executable() -> Result<String, Failure> {
    let path = std::env::current_exe()
        .map_err(|e| Failure::new(Code::Error, format_args!("cannot find our own executable: {e}")))?;
    Ok(path.to_string_lossy().into_owned())
}

fn not_started(program: &Path, error: &OpencodeError) -> Failure {
    let program = program.display();
    let message = match error {
        OpencodeError::ServerTimeout { timeout_ms } => format!(
            "{program} serve was not ready within {} s; give it longer with --startup-timeout",
            timeout_ms / 1000
        ),
        _ => format!("{program} serve ended before it was ready; run it by hand to see why"),
    };
    Failure::new(Code::Unreachable, message)
}

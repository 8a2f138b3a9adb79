//! Starts a server on a free port, which ends when we end.

use super::server_messages::ServerMessages;
use crate::exit::{Code, Failure};
use crate::pipe::shutdown::SUPERVISOR_EXIT;
use crate::process::hide_password::StartupFile;
use crate::process::lifeline::Lifeline;
use crate::process::password::{self, PasswordFile};
use crate::process::spawn::{SERVER_PASSWORD, SERVER_USER};
use crate::process::supervisor;
use crate::server::{Credentials, parse_url};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

/// How often we check whether it has ended.
const POLL: Duration = Duration::from_millis(20);

/// What `opencode serve` prints when it is ready.
const LISTENING: &str = "opencode server listening on";

/// When to say what the start waits for: most starts take less.
const NOTE: Duration = Duration::from_secs(5);

/// How many ports are tried.
const PORTS: u32 = 3;

/// What to start.
#[derive(Debug, Clone)]
pub struct Spawn {
    /// The program, a path or a name.
    pub program: PathBuf,
    /// Arguments after `opencode serve` and the address.
    pub args: Vec<String>,
    /// The directory that it runs in.
    pub directory: PathBuf,
    /// The folder for what only this user may read, such as the server's password.
    pub private: PathBuf,
    /// The user's own startup file for shells that are not interactive.
    pub bash_env: Option<String>,
}

/// A running server that we started. It ends when this is dropped, or when our process ends.
pub(super) struct SpawnedServer {
    supervisor: Child,
    /// What marks the server's processes, until they are known to be gone.
    mark: Option<String>,
    url: Url,
    credentials: Credentials,
    /// Closing it tells the supervisor that we are gone.
    lifeline: Option<Lifeline>,
    startup: Option<StartupFile>,
    /// What it says on standard error.
    messages: Option<ServerMessages>,
    _password: Option<PasswordFile>,
}

impl SpawnedServer {
    /// Starts the server and waits until it listens, at most until `deadline`.
    pub async fn start(spawn: &Spawn, credentials: &Credentials, deadline: Instant) -> Result<Self, Failure> {
        let program = which::which(&spawn.program).map_err(|_| {
            Failure::new(
                Code::Error,
                format_args!(
                    "cannot find {}: install it with `npm install -g opencode-ai`, or give its path with --opencode",
                    spawn.program.display()
                ),
            )
        })?;
        let mut tried = 0;
        loop {
            tried += 1;
            let port = free_port()?;
            match Self::launch(spawn, &program, credentials, port, deadline).await {
                // Between our look and the server's start, another program has taken the port.
                Err(_) if tried < PORTS && !is_free(port) && Instant::now() < deadline => {
                    tracing::warn!("another program took port {port} first; trying another port");
                }
                started => return started,
            }
        }
    }

    /// Starts the server on this port and waits until it listens. It always has a password: the one in `credentials`,
    /// or one of its own.
    async fn launch(
        spawn: &Spawn,
        program: &Path,
        credentials: &Credentials,
        port: u16,
        deadline: Instant,
    ) -> Result<Self, Failure> {
        let mut credentials = credentials.clone();
        let mut file = None;
        if credentials.password.is_none() {
            let password = password::random()?;
            file = Some(PasswordFile::write(&spawn.private, &password)?);
            credentials.password = Some(password);
        }
        let lifeline = Lifeline::new()?;
        let place = password::path(&spawn.private, std::process::id());
        let (mut command, mark) = supervisor::supervised(program.as_os_str(), &lifeline, &place)?;
        command.args(["serve", "--hostname", "127.0.0.1", "--port", &port.to_string()]).args(&spawn.args);
        command.current_dir(&spawn.directory).process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        authorize(&mut command, &credentials);
        let startup = StartupFile::prepare(&mut command, &spawn.private, spawn.bash_env.as_deref());
        let mut supervisor = command
            .spawn()
            .map_err(|e| Failure::new(Code::Error, format_args!("cannot start {}: {e}", program.display())))?;
        let stdout = supervisor.stdout.take();
        let stderr = supervisor.stderr.take();
        let messages = stderr.map(|stderr| ServerMessages::tell(stderr, credentials.password.clone()));
        let url = parse_url(&format!("http://127.0.0.1:{port}/")).map_err(Failure::from)?;
        let server = Self {
            supervisor,
            mark: Some(mark),
            url,
            credentials,
            lifeline: Some(lifeline),
            startup,
            messages,
            _password: file,
        };
        match stdout {
            Some(stdout) => server.wait_until_ready(program, stdout, deadline).await,
            None => Ok(server),
        }
    }

    async fn wait_until_ready(self, program: &Path, stdout: ChildStdout, deadline: Instant) -> Result<Self, Failure> {
        let begun = Instant::now();
        let mut ready = listening(stdout);
        let program = program.display();
        let mut outcome = timeout_at(deadline.min(begun + NOTE), &mut ready).await;
        if outcome.is_err() && begun + NOTE < deadline {
            tracing::warn!(
                "waiting for {program} serve to listen, for up to {} s (--startup-timeout)",
                (deadline - begun).as_secs()
            );
            outcome = timeout_at(deadline, &mut ready).await;
        }
        let message = match outcome {
            Ok(Ok(())) => return Ok(self),
            Ok(Err(_)) => format!("{program} serve exited before it was ready; run it by hand to see why"),
            Err(_) => format!(
                "{program} serve was not ready within {} s; allow more time with --startup-timeout",
                (deadline - begun).as_secs_f32().round()
            ),
        };
        self.stop().await;
        Err(Failure::new(Code::Unreachable, message))
    }

    /// Hides its password from the commands of the agent, now that it has read it.
    pub fn hide_password(&self) {
        if let Some(startup) = &self.startup {
            startup.hide_password();
        }
    }

    pub fn url(&self) -> Url {
        self.url.clone()
    }

    /// The user name and password that it expects.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Whether the server has ended. Its supervisor ends with it. If that was killed, what it left is ended.
    pub fn has_ended(&mut self) -> bool {
        let Ok(ended) = self.supervisor.try_wait() else { return true };
        let Some(status) = ended else { return false };
        if let Some(mark) = self.mark.take().filter(|_| status.code().is_none()) {
            supervisor::end_left(&mark, self.supervisor.id());
        }
        true
    }

    /// Ends the server with everything that it started, and waits until it is gone.
    pub async fn stop(mut self) {
        self.lifeline = None;
        let until = Instant::now() + SUPERVISOR_EXIT;
        // The supervisor ends everything and then itself.
        while !self.has_ended() && Instant::now() < until {
            sleep(POLL).await;
        }
        if !self.has_ended() {
            tracing::warn!("the server did not stop within {} s", SUPERVISOR_EXIT.as_secs());
        }
        if let Some(messages) = self.messages.take() {
            messages.finish().await;
        }
    }
}

/// Gives the server its user name and password: in its environment, as it reads them.
fn authorize(command: &mut Command, credentials: &Credentials) {
    let (user, password) = (&credentials.user, &credentials.password);
    command.envs(user.iter().map(|user| (SERVER_USER, user)));
    command.envs(password.iter().map(|password| (SERVER_PASSWORD, password)));
}

/// A port that nothing listens on.
fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    let failed = |e| Failure::new(Code::Error, format_args!("cannot find a free port on 127.0.0.1: {e}"));
    Ok(listener.map_err(failed)?.port())
}

/// Whether nothing listens on the port.
fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}

/// Resolves when the server says that it listens, and with an error when it closes its output. Its later output is
/// read too, or the server would block.
fn listening(stdout: ChildStdout) -> oneshot::Receiver<()> {
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        let mut sender = Some(sender);
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            if String::from_utf8_lossy(&line).contains(LISTENING)
                && let Some(sender) = sender.take()
            {
                // Fails if nobody waits any more.
                let _ = sender.send(());
            }
        }
    });
    receiver
}

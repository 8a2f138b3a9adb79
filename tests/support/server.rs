//! A running `opencode serve`.

use super::client::Client;
use super::opencode::OpenCode;
use super::project::Project;
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::ops::Deref;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

/// What the server prints when it is ready, before its URL.
const LISTENING: &str = "opencode server listening on ";

/// Our first port. Linux uses ports from 32,768 on for outgoing connections, other systems from 49,152.
const FIRST_PORT: u16 = 12_000;
/// How long a port may stay taken after a kill.
const PATIENCE: Duration = Duration::from_mins(5);

/// A server that runs until it is dropped. Requests go through its [`Client`].
pub struct Server {
    child: Child,
    client: Client,
    password: Option<String>,
}

impl Server {
    /// Starts a server for this project and waits until it listens.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(opencode: &OpenCode, project: &Project) -> Self {
        Self::launch(opencode, project, None)
    }

    /// The same behind a password.
    ///
    /// # Panics
    /// When it does not start.
    pub fn with_password(opencode: &OpenCode, project: &Project, password: &str) -> Self {
        Self::launch(opencode, project, Some(password))
    }

    fn launch(opencode: &OpenCode, project: &Project, password: Option<&str>) -> Self {
        let (child, url) = spawn(opencode, project, password, own_port());
        Self { child, client: Client::new(&url, project.dir(), password), password: password.map(str::to_owned) }
    }

    /// Kills the server with everything that it started, as in a crash, and restarts it in the same home on the
    /// same port.
    ///
    /// # Panics
    /// When it does not start again.
    pub fn crash_and_restart(&mut self, opencode: &OpenCode, project: &Project) {
        self.kill();
        let port = self.client.url().rsplit(':').next().and_then(|p| p.parse().ok());
        let port = port.expect("a URL ends with its port");
        wait_until_free(port);
        let (child, url) = spawn(opencode, project, self.password.as_deref(), port);
        assert_eq!(url.trim_end_matches('/'), self.client.url());
        self.child = child;
    }

    fn kill(&mut self) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // An error means that it is gone already.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Deref for Server {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port that no other program takes while no server listens there: systems do not use it for outgoing connections,
/// and it is not 4096, the default of `opencode serve`.
fn own_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = FIRST_PORT + u16::try_from(std::process::id() % 100).unwrap_or(0) * 100;
    loop {
        let port = first + NEXT.fetch_add(1, Ordering::Relaxed);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A killed server may hold its port for a while.
fn wait_until_free(port: u16) {
    let end = Instant::now() + PATIENCE;
    while let Err(taken) = TcpListener::bind(("127.0.0.1", port)) {
        assert!(Instant::now() < end, "port {port} stays taken: {taken}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Starts `opencode serve` on this port and waits until it listens; returns its URL as well.
fn spawn(opencode: &OpenCode, project: &Project, password: Option<&str>, port: u16) -> (Child, String) {
    let mut command = Command::new(opencode.executable());
    command
        .args(["serve", "--hostname", "127.0.0.1", "--port", &port.to_string()])
        .current_dir(project.dir())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(project.env())
        .envs(password.map(|p| ("OPENCODE_SERVER_PASSWORD", p)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        // A group of its own, so that its commands are killed with it.
        .process_group(0);
    let mut child = command.spawn().expect("an executable OpenCode");
    let stdout = child.stdout.take().expect("standard output is piped");
    let url = listening(BufReader::new(stdout));
    (child, url)
}

/// The URL that the server prints. Its later output is read too, or the server would block.
fn listening(mut stdout: BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    loop {
        line.clear();
        let read = stdout.read_line(&mut line).expect("standard output of the server");
        assert!(read > 0, "OpenCode ended before it listened; see its output above");
        if let Some(url) = line.trim_end().strip_prefix(LISTENING) {
            let url = url.to_owned();
            std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
            return url;
        }
    }
}

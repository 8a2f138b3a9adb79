//! Finds and ends the processes of a server that this pipe started: `ocr-stream` → supervisor → server → tools.
//!
//! The process id of `ocr-stream` comes from a line, which may be from a recording, and another program may have that
//! id by now. So only processes that look like what `ocr-stream` starts are ended.

use super::password;
use super::supervisor::SUPERVISE;
use super::tree::{Process, descendants, processes, signal};
use crate::net::is_loopback;
use crate::pipe::shutdown::TOOLS_TERM;
use rustix::process::Signal;
use std::collections::HashSet;
use std::io;
use std::path::Path;
use url::Url;

/// A server that this pipe started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServerProcesses {
    /// The process that streams.
    owner: u32,
    /// The port that the server listens on.
    port: u16,
}

impl ServerProcesses {
    /// The server at `url` that the process `owner` started.
    pub(crate) fn new(owner: u32, url: &Url) -> Option<Self> {
        let port = url.port_or_known_default()?;
        Some(Self { owner, port })
    }

    /// Whether the server is running.
    ///
    /// # Errors
    /// The processes cannot be listed.
    pub(crate) fn is_running(self) -> io::Result<bool> {
        Ok(!self.find(&processes()?).server.is_empty())
    }

    /// Ends everything that the server started: with SIGTERM, and after [`TOOLS_TERM`] with SIGKILL.
    ///
    /// # Errors
    /// The processes cannot be listed.
    pub(crate) fn end_tools(self) -> io::Result<()> {
        signal_all(&self.find(&processes()?).tools, Signal::TERM);
        std::thread::sleep(TOOLS_TERM);
        signal_all(&self.find(&processes()?).tools, Signal::KILL);
        Ok(())
    }

    /// Kills the server, if it is running.
    ///
    /// # Errors
    /// The processes cannot be listed.
    pub(crate) fn kill(self) -> io::Result<()> {
        signal_all(&self.find(&processes()?).server, Signal::KILL);
        Ok(())
    }

    fn find(self, processes: &[Process]) -> Found {
        let child = |parent: u32, is_wanted: &dyn Fn(&Process) -> bool| {
            let mut children = processes.iter().filter(|p| p.parent == parent && p.pid != parent);
            children.find(|p| is_wanted(p)).map(|p| p.pid)
        };
        let Some(supervisor) = child(self.owner, &|p| p.args.iter().any(|arg| arg == SUPERVISE)) else {
            return Found::default();
        };
        // A wrapper starts the server with its own arguments, so the last match is the server.
        let mut server = HashSet::new();
        let mut last = supervisor;
        while let Some(next) = child(last, &|p| serves(p, self.port)).filter(|pid| server.insert(*pid)) {
            last = next;
        }
        let tools = if server.is_empty() { HashSet::new() } else { descendants(processes, [last]) };
        Found { server, tools }
    }
}

/// The password of the server at `url`, if a stream of this user started it on this machine and has left its password in
/// `folder`.
pub(crate) fn password_at(folder: &Path, url: &Url) -> Option<String> {
    if !is_loopback(url) {
        return None;
    }
    let entries = std::fs::read_dir(folder).ok()?;
    let streams = entries.filter_map(|entry| password::stream_of(&entry.ok()?.file_name()));
    let is_running = |server: ServerProcesses| {
        let running = server.is_running();
        running.inspect_err(|error| tracing::warn!("cannot find the server's password: {error}")).unwrap_or(false)
    };
    let mut serving = streams.filter(|pid| ServerProcesses::new(*pid, url).is_some_and(is_running));
    password::of_stream(folder, serving.next()?)
}

/// The processes of an owned server.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    /// The server and its wrappers.
    server: HashSet<u32>,
    /// What the server started.
    tools: HashSet<u32>,
}

/// Whether this is a server on this port: `… serve … --port PORT`.
fn serves(process: &Process, port: u16) -> bool {
    let port = port.to_string();
    let after_serve = process.args.iter().skip_while(|word| *word != "serve");
    let words: Vec<&str> = after_serve.map(String::as_str).collect();
    words.windows(2).any(|pair| pair == ["--port", &port])
}

fn signal_all(pids: &HashSet<u32>, kind: Signal) {
    for pid in pids {
        signal(*pid, kind);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::parse_ps;
    use super::*;

    const OWNED: ServerProcesses = ServerProcesses { owner: 10, port: 4711 };

    const LISTING: &str = " 10 1 1 S ocr-stream --spawn --task serve
        11 10 1 S ocr-stream __keep-server 5 /bin/opencode serve --hostname 127.0.0.1 --port 4711
        12 11 1 S opencode serve --hostname 127.0.0.1 --port 4711
        13 12 1 S sh -c make
        14 13 1 S cc main.c
        20 1 1 S opencode serve --hostname 127.0.0.1 --port 4711
        21 20 1 S sh -c precious\n";

    fn find(server: ServerProcesses, listing: &str) -> Found {
        server.find(&parse_ps(listing, 0))
    }

    fn found(server: &[u32], tools: &[u32]) -> Found {
        Found { server: server.iter().copied().collect(), tools: tools.iter().copied().collect() }
    }

    #[test]
    fn finds_tools() {
        assert_eq!(find(OWNED, LISTING), found(&[12], &[13, 14]));
    }

    #[test]
    fn finds_server_behind_wrapper() {
        let wrapped = LISTING.replace(
            "13 12 1 S sh -c make",
            "15 12 1 S /lib/opencode serve --hostname 127.0.0.1 --port 4711\n 13 15 1 S sh -c make",
        );
        assert_eq!(find(OWNED, &wrapped), found(&[12, 15], &[13, 14]));
    }

    #[test]
    fn ignores_foreign_processes() {
        for (owner, listing) in [
            // Another program reuses the id of the process that streamed.
            (10, LISTING.replace("__keep-server 5", "run")),
            (20, LISTING.to_owned()),
            (1, LISTING.to_owned()),
            (99, LISTING.to_owned()),
            (1, "1 1 1 S init\n2 1 1 S sh\n".to_owned()),
        ] {
            assert_eq!(find(ServerProcesses { owner, ..OWNED }, &listing), Found::default());
        }
        // The supervisor is there, but its child is not a server.
        let gone = LISTING.replace("12 11 1 S opencode serve", "12 11 1 S vim");
        assert_eq!(find(OWNED, &gone), Found::default());
    }
}

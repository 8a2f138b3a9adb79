//! The processes below a server that this pipe owns: `ocr-stream` → keeper → server → tools.
//!
//! Which process owns it is read from a line, and a line may be a recording's, its number long another
//! program's. So nothing is ended that does not look like what `ocr-stream` starts.

use rustix::process::{Pid, Signal, kill_process};
use std::process::Command;
use std::time::Duration;
use url::Url;

/// The argument by which the keeper of a server is known.
const KEEPER: &str = "__keep-server";

/// How long a tool may take to leave when it is asked to.
const GRACE: Duration = Duration::from_millis(500);

/// A server that is ours: the process that streams, and the port that the server listens on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owned {
    owner: u32,
    port: u16,
}

impl Owned {
    /// The server at `url` below the process `owner`.
    pub(crate) fn new(owner: u32, url: &Url) -> Option<Self> {
        let port = url.port_or_known_default()?;
        Some(Self { owner, port })
    }

    /// Whether the server still runs.
    pub(crate) fn runs(self) -> bool {
        !self.look().server.is_empty()
    }

    /// Ends everything that the server has started.
    pub(crate) fn end_tools(self) {
        signal(&self.look().tools, Signal::TERM);
        std::thread::sleep(GRACE);
        signal(&self.look().tools, Signal::KILL);
    }

    /// Ends the server. False: there is none.
    pub(crate) fn end_server(self) -> bool {
        let server = self.look().server;
        signal(&server, Signal::KILL);
        !server.is_empty()
    }

    /// As `ps` tells it: the same on every Unix.
    fn look(self) -> Found {
        let listing = Command::new("ps")
            .args(["-A", "-ww", "-o", "pid=,ppid=,args="])
            .output();
        let Ok(listing) = listing else {
            tracing::warn!("cannot run ps: the processes of the server cannot be found; end them by hand");
            return Found::default();
        };
        self.find(&String::from_utf8_lossy(&listing.stdout))
    }

    fn find(self, listing: &str) -> Found {
        let all: Vec<Process> = listing.lines().filter_map(Process::read).collect();
        let below = |parent: u32| all.iter().filter(move |p| p.parent == parent && p.pid != parent);
        let Some(keeper) = below(self.owner).find(|p| p.args.contains(&KEEPER)) else {
            return Found::default();
        };
        let mut found = Found::default();
        // A wrapper may start the server with the arguments that it was given itself: the last one is it.
        let mut at = keeper.pid;
        while let Some(next) = below(at).find(|p| p.serves(self.port)) {
            if found.server.contains(&next.pid) {
                break;
            }
            found.server.push(next.pid);
            at = next.pid;
        }
        let mut parents: Vec<u32> = found.server.last().copied().into_iter().collect();
        while let Some(parent) = parents.pop() {
            for tool in below(parent).map(|p| p.pid) {
                if !found.tools.contains(&tool) {
                    found.tools.push(tool);
                    parents.push(tool);
                }
            }
        }
        found
    }
}

/// What is there of a server of ours.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    /// The server, behind its wrappers.
    server: Vec<u32>,
    /// What it has started.
    tools: Vec<u32>,
}

/// One line of the listing.
struct Process<'a> {
    pid: u32,
    parent: u32,
    args: Vec<&'a str>,
}

impl<'a> Process<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let pid = words.next()?.parse().ok()?;
        let parent = words.next()?.parse().ok()?;
        let args = words.collect();
        Some(Self { pid, parent, args })
    }

    /// Whether it is a server on this port: `… serve … --port PORT`.
    fn serves(&self, port: u16) -> bool {
        let Some(serve) = self.args.iter().position(|word| *word == "serve") else {
            return false;
        };
        let port = port.to_string();
        self.args[serve..]
            .windows(2)
            .any(|pair| pair[0] == "--port" && pair[1] == port)
    }
}

fn signal(pids: &[u32], signal: Signal) {
    for pid in pids
        .iter()
        .filter_map(|pid| i32::try_from(*pid).ok().and_then(Pid::from_raw))
    {
        // It may have ended in between.
        let _ = kill_process(pid, signal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNED: Owned = Owned {
        owner: 10,
        port: 4711,
    };

    const SERVED: &str = " 10 1 ocr-stream --spawn --task serve
        11 10 ocr-stream __keep-server 5 /bin/opencode serve --hostname 127.0.0.1 --port 4711
        12 11 opencode serve --hostname 127.0.0.1 --port 4711
        13 12 sh -c make
        14 13 cc main.c
        20 1 opencode serve --hostname 127.0.0.1 --port 4711
        21 20 sh -c precious\n";

    #[test]
    fn the_tools_are_what_is_below_the_server() {
        let found = OWNED.find(SERVED);
        assert_eq!((found.server, found.tools), (vec![12], vec![13, 14]));
    }

    #[test]
    fn a_wrapper_is_no_tool_and_the_server_is_behind_it() {
        let wrapped = SERVED.replace(
            "13 12 sh -c make",
            "15 12 /lib/opencode serve --hostname 127.0.0.1 --port 4711\n 13 15 sh -c make",
        );
        let found = OWNED.find(&wrapped);
        assert_eq!((found.server, found.tools), (vec![12, 15], vec![13, 14]));
    }

    #[test]
    fn nothing_is_found_below_a_process_that_is_not_ours() {
        for (owner, listing) in [
            // Another program has the number of the process that once streamed.
            (10, SERVED.replace("__keep-server 5", "run")),
            (20, SERVED.to_owned()),
            (1, SERVED.to_owned()),
            (99, SERVED.to_owned()),
            (1, "1 1 init\n2 1 sh\n".to_owned()),
        ] {
            assert_eq!(Owned { owner, ..OWNED }.find(&listing), Found::default());
        }
        // The keeper is there, and the server is not: nothing else is taken for it.
        let gone = SERVED.replace("12 11 opencode serve", "12 11 vim");
        assert_eq!(OWNED.find(&gone), Found::default());
    }
}

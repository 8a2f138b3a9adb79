//! The processes below a server that this pipe owns: `ocr-stream` → keeper → server → tools.

use rustix::process::{Pid, Signal, kill_process};
use std::collections::HashMap;
use std::process::Command;
use std::time::Duration;

/// How deep the server is below the process that streams: the keeper is between them.
const SERVER_DEPTH: usize = 2;

/// How long a tool may take to leave when it is asked to.
const GRACE: Duration = Duration::from_millis(500);

/// Ends everything that the server has started.
pub(super) fn end_tools(owner: u32) {
    let tools = |tree: &[(u32, usize)]| -> Vec<u32> {
        let below = tree.iter().filter(|(_, depth)| *depth > SERVER_DEPTH);
        below.map(|(pid, _)| *pid).collect()
    };
    signal(&tools(&descendants(owner)), Signal::TERM);
    std::thread::sleep(GRACE);
    signal(&tools(&descendants(owner)), Signal::KILL);
}

/// Ends the server. False: there is none.
pub(super) fn end_server(owner: u32) -> bool {
    let tree = descendants(owner);
    let servers: Vec<u32> = tree
        .iter()
        .filter(|(_, depth)| *depth == SERVER_DEPTH)
        .map(|(pid, _)| *pid)
        .collect();
    signal(&servers, Signal::KILL);
    !servers.is_empty()
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

/// Every process below `root`, with how deep it is. As `ps` tells it: the same on every Unix.
fn descendants(root: u32) -> Vec<(u32, usize)> {
    let Ok(listing) = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output() else {
        tracing::warn!("cannot run ps: the processes of the server cannot be found");
        return Vec::new();
    };
    below(root, &String::from_utf8_lossy(&listing.stdout))
}

fn below(root: u32, listing: &str) -> Vec<(u32, usize)> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for line in listing.lines() {
        let mut numbers = line
            .split_whitespace()
            .filter_map(|word| word.parse::<u32>().ok());
        if let (Some(pid), Some(parent)) = (numbers.next(), numbers.next()) {
            children.entry(parent).or_default().push(pid);
        }
    }
    let mut found = Vec::new();
    let mut level = vec![root];
    for depth in 1.. {
        level = level
            .iter()
            .flat_map(|pid| children.remove(pid).unwrap_or_default())
            .collect();
        if level.is_empty() {
            break;
        }
        found.extend(level.iter().map(|pid| (*pid, depth)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_found_in_the_listing() {
        let listing = " 10 1\n 11 10\n 12 11\n 13 12\n 14 12\n 20 1\n";
        assert_eq!(below(10, listing), [(11, 1), (12, 2), (13, 3), (14, 3)]);
        assert_eq!(below(99, listing), []);
        assert_eq!(
            below(1, "1 1\n2 1\n"),
            [(1, 1), (2, 1)],
            "a root that is its own parent does not go round"
        );
    }
}

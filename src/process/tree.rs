//! Finds processes by parent, group and environment, and ends them.
//!
//! `OpenCode` gives each tool a process group and a session of its own, and a package manager may put a wrapper in
//! front of the server. No signal to one process or group reaches them all, so they are listed.

use super::identity::Identity;
use super::spawn::{COMMAND_MARK, MARK, Program, command};
use crate::pipe::shutdown::{COMMAND_KILL, SERVER_KILL, SERVER_TERM};
use rustix::process::{Pid, Signal, kill_process};
use std::collections::{HashMap, HashSet};
use std::io;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// How often the processes are listed while they end.
const POLL: Duration = Duration::from_millis(20);

/// How many listings in a row must find nothing. One alone may miss a child whose parent ended while the processes were
/// listed.
const LISTINGS: u32 = 3;

/// A living process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Process {
    pub pid: u32,
    pub parent: u32,
    group: u32,
    /// Whether its environment carries our mark. Known only from `/proc`.
    marked: bool,
    /// The words of its command line. Known only from `ps`.
    pub args: Vec<String>,
}

/// Kills every process that carries `mark`, descends from `root`, or is in its group, except `root`, `spared` and this
/// process: first with SIGTERM, then with SIGKILL. Returns when several listings find none, or after [`SERVER_KILL`].
pub(super) fn kill_all(mark: &str, root: u32, spared: Option<u32>) {
    kill_listed(|| marked_processes(MARK, mark), root, spared, HashSet::new());
}

/// The processes below a root, followed while it lives: once it is gone, nothing else tells those that gave up their
/// group, their parent and their environment.
pub(super) struct Processes {
    mark: String,
    root: u32,
    known: HashMap<u32, Identity>,
}

impl Processes {
    /// Those that carry `mark`, descend from `root`, or are in its group.
    pub fn of(mark: &str, root: u32) -> Self {
        Self { mark: mark.to_owned(), root, known: HashMap::new() }
    }

    /// Lists the processes that run now, on systems where a listing is cheap.
    pub fn look(&mut self) {
        // What cannot be listed now is seen the next time.
        if cfg!(target_os = "linux")
            && let Ok(listed) = listed_processes()
        {
            let found = owned(&listed, self.root, &self.still());
            self.known = found.into_iter().filter_map(|pid| Some((pid, Identity::of(pid)?))).collect();
        }
    }

    /// Kills them all, as [`kill_all`] does.
    pub fn kill(&self) {
        kill_listed(|| marked_processes(MARK, &self.mark), self.root, None, self.still());
    }

    /// Those that are still the processes they were.
    fn still(&self) -> HashSet<u32> {
        let still = |(pid, known): (&u32, &Identity)| {
            Identity::of(*pid).is_some_and(|now| now.started == known.started).then_some(*pid)
        };
        self.known.iter().filter_map(still).collect()
    }
}

/// Kills what a command left in other process groups: every process that carries its `mark`, and what descends from
/// these. Returns when several listings find none, or after [`COMMAND_KILL`]. Finds none where environments cannot be
/// read.
pub(super) fn kill_command(mark: &str) {
    if cfg!(not(target_os = "linux")) {
        return;
    }
    let find = || {
        let processes = marked_processes(COMMAND_MARK, mark)?;
        let marked: HashSet<u32> = processes.iter().filter(|p| p.marked).map(|p| p.pid).collect();
        let below = descendants(&processes, marked.iter().copied());
        Ok(marked.union(&below).copied().filter(|pid| *pid != std::process::id()).collect())
    };
    end_all(COMMAND_KILL, find, |pid, _| signal(pid, Signal::KILL));
}

/// `known` are processes that are to be killed as well.
fn kill_listed(list: impl Fn() -> io::Result<Vec<Process>>, root: u32, spared: Option<u32>, mut known: HashSet<u32>) {
    let excepted = [Some(root), spared, Some(std::process::id())];
    let find = || {
        known = owned(&list()?, root, &known);
        known.retain(|pid| !excepted.contains(&Some(*pid)));
        Ok(known.clone())
    };
    let mut asked = HashSet::new();
    end_all(SERVER_KILL, find, |pid, elapsed| {
        if elapsed >= SERVER_TERM {
            signal(pid, Signal::KILL);
        } else if asked.insert(pid) {
            signal(pid, Signal::TERM);
        }
    });
}

/// Calls `end` for each process that `find` finds, with the time since the beginning, until several listings in a row
/// find none, or for `limit`.
fn end_all(limit: Duration, mut find: impl FnMut() -> io::Result<HashSet<u32>>, mut end: impl FnMut(u32, Duration)) {
    let (started, mut found_none, mut failure) = (Instant::now(), 0, None);
    while started.elapsed() < limit {
        failure = match find() {
            Ok(found) => {
                found_none = if found.is_empty() { found_none + 1 } else { 0 };
                if found_none == LISTINGS {
                    return;
                }
                for pid in found {
                    end(pid, started.elapsed());
                }
                None
            }
            Err(error) => Some(error),
        };
        std::thread::sleep(POLL);
    }
    if let Some(error) = failure {
        tracing::warn!("cannot list the processes to end ({error}); some may still run: end them by hand");
    }
}

/// Sends a signal to a process, which may have ended in the meantime.
pub(super) fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, signal);
    }
}

/// The processes that are marked, in the group of `root`, already `known`, or descend from one of these or `root`.
fn owned(processes: &[Process], root: u32, known: &HashSet<u32>) -> HashSet<u32> {
    let is_root = |p: &&Process| p.marked || p.group == root || known.contains(&p.pid);
    let mut roots: HashSet<u32> = processes.iter().filter(is_root).map(|p| p.pid).collect();
    let below = descendants(processes, roots.iter().copied().chain([root]));
    roots.extend(below);
    roots
}

/// The processes below `roots`, at any depth.
pub(super) fn descendants(processes: &[Process], roots: impl IntoIterator<Item = u32>) -> HashSet<u32> {
    let mut parents: Vec<u32> = roots.into_iter().collect();
    let mut found = HashSet::new();
    while let Some(parent) = parents.pop() {
        let children = processes.iter().filter(|p| p.parent == parent).map(|p| p.pid);
        parents.extend(children.filter(|pid| found.insert(*pid)));
    }
    found
}

/// Every living process, and whether this variable of its environment has this mark.
#[cfg(target_os = "linux")]
fn marked_processes(variable: &str, mark: &str) -> io::Result<Vec<Process>> {
    let mark = format!("{variable}={mark}");
    let mut processes = listed_processes()?;
    for process in &mut processes {
        // The environment of another user's process is unreadable.
        let environment = std::fs::read(format!("/proc/{}/environ", process.pid)).unwrap_or_default();
        process.marked = environment.split(|b| *b == 0).any(|v| v == mark.as_bytes());
    }
    Ok(processes)
}

/// Every living process, without its mark.
#[cfg(target_os = "linux")]
fn listed_processes() -> io::Result<Vec<Process>> {
    let read = |folder: std::fs::DirEntry| {
        let pid = folder.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read(folder.path().join("stat")).ok()?;
        let mut fields = super::stat::behind_name(&stat)?.split_ascii_whitespace();
        let dead = matches!(fields.next()?, "Z" | "X");
        let (parent, group) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        let process = Process { pid, parent, group, marked: false, args: Vec::new() };
        (!dead).then_some(process)
    };
    complete(std::fs::read_dir("/proc")?.flatten().filter_map(read).collect())
}

/// Every living process. Marks are unknown on this system.
#[cfg(not(target_os = "linux"))]
fn marked_processes(_variable: &str, _mark: &str) -> io::Result<Vec<Process>> {
    processes()
}

/// See above: on this system, all listings are the same.
#[cfg(not(target_os = "linux"))]
fn listed_processes() -> io::Result<Vec<Process>> {
    processes()
}

/// Every living process with its command line, as `ps` lists it on every Unix.
///
/// # Errors
/// `ps` cannot be run, or fails.
pub(super) fn processes() -> io::Result<Vec<Process>> {
    let ps = command("ps", Program::Foreign)
        .args(["-A", "-ww", "-o", "pid=,ppid=,pgid=,stat=,args="])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let own = ps.id();
    let output = ps.wait_with_output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("ps: {}", output.status)));
    }
    complete(parse_ps(&String::from_utf8_lossy(&output.stdout), own))
}

/// A listing, unless it cannot be one: this process is alive.
fn complete(listed: Vec<Process>) -> io::Result<Vec<Process>> {
    let has_own = listed.iter().any(|process| process.pid == std::process::id());
    if has_own { Ok(listed) } else { Err(io::Error::other("the list of processes is incomplete")) }
}

/// Parses the output of `ps`. Leaves out zombies and the process `ps` itself.
pub(super) fn parse_ps(text: &str, ps: u32) -> Vec<Process> {
    let parse = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        let mut number = || words.next()?.parse().ok();
        let (pid, parent, group) = (number()?, number()?, number()?);
        let zombie = words.next()?.starts_with('Z');
        let process = Process { pid, parent, group, marked: false, args: words.map(str::to_owned).collect() };
        (!zombie && pid != ps).then_some(process)
    };
    text.lines().filter_map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::io::{BufRead, BufReader, Read};
    use std::process::Command;

    fn process(pid: u32, parent: u32, group: u32, marked: bool) -> Process {
        Process { pid, parent, group, marked, args: Vec::new() }
    }

    #[test]
    fn finds_owned() {
        let processes = [
            process(1, 0, 1, false),
            process(10, 1, 10, false),
            process(11, 10, 11, false),
            process(13, 12, 13, false),
            process(12, 11, 12, false),
            // Orphaned, but known from an earlier listing.
            process(20, 1, 20, false),
            // Orphaned and marked, with an unmarked child.
            process(30, 1, 30, true),
            process(31, 30, 31, false),
            // In the root's group, but not below it.
            process(40, 1, 10, false),
            process(50, 1, 50, false),
        ];
        let mut found: Vec<u32> = owned(&processes, 10, &HashSet::from([20, 99])).into_iter().collect();
        found.sort_unstable();
        assert_eq!(found, [10, 11, 12, 13, 20, 30, 31, 40]);
    }

    #[test]
    fn kills_stubborn_process() {
        let mark = format!("test-{}", std::process::id());
        let mut stubborn = Command::new("sh")
            .args(["-c", "trap '' TERM; echo ready; while :; do sleep 1; done"])
            .env(MARK, &mark)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(stubborn.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        if cfg!(target_os = "linux") {
            // Found by its mark alone: no such root exists.
            kill_all(&mark, u32::MAX, None);
        } else {
            stubborn.kill().unwrap();
        }
        assert!(!stubborn.wait().unwrap().success());
    }

    /// A group leader, a child in its group, and a grandchild in a session of its own, which prints `ready`. The
    /// output closes when all of them have ended.
    const FAMILY: &str =
        r#"sh -c 'perl -e "use POSIX; setsid; $|=1; print qq(ready\n); exec qw(sleep 600)" & wait' & wait"#;

    #[test]
    fn kills_group_of_dead_leader() {
        use std::os::unix::process::CommandExt;
        let mut leader =
            Command::new("sh").args(["-c", FAMILY]).stdout(Stdio::piped()).process_group(0).spawn().unwrap();
        let mut stdout = BufReader::new(leader.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        leader.kill().unwrap();
        leader.wait().unwrap();
        let root = leader.id();
        assert!(processes().unwrap().iter().any(|p| p.group == root), "the child lives on");
        // Neither a failure nor one empty listing means that all are gone.
        let listings = Cell::new(0);
        let list = || {
            listings.set(listings.get() + 1);
            match listings.get() {
                1 => Err(io::Error::other("no list")),
                2 => Ok(Vec::new()),
                _ => processes(),
            }
        };
        kill_listed(list, root, None, HashSet::new());
        assert_eq!(stdout.read_to_string(&mut line).unwrap(), 0);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn remembers_who_gave_up_everything() {
        use std::os::unix::process::CommandExt;
        let leaves = r"perl -e 'use POSIX; setsid; $|=1; print qq(ready\n); exec qw(sleep 100)' & wait";
        let mut leader =
            Command::new("sh").args(["-c", leaves]).stdout(Stdio::piped()).process_group(0).spawn().unwrap();
        let mut stdout = BufReader::new(leader.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let mut processes = Processes::of("nobody carries this", leader.id());
        processes.look();
        leader.kill().unwrap();
        leader.wait().unwrap();
        processes.kill();
        assert_eq!(stdout.read_to_string(&mut line).unwrap(), 0);
    }

    #[test]
    fn parses_ps() {
        let text = "    1     0     1 Ss   init\n   10     1    10 Z+ [sh]\n   11     1    11 R ps -A\n   12    11    11 S<l\nPID\n";
        let init = Process { args: vec!["init".to_owned()], ..process(1, 0, 1, false) };
        assert_eq!(parse_ps(text, 11), [init, process(12, 11, 11, false)]);
    }
}

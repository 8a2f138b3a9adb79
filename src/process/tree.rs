//! The processes of a server that we keep: everything that it started, found again whatever became of its
//! parents.
//!
//! `OpenCode` gives each tool a process group and a session of its own, and a package manager may put a wrapper
//! in front of the server. So no signal to one process or group reaches them all: they are listed, asked to
//! leave, and ended.

use rustix::process::{Pid, Signal, kill_process};
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// How long they may take to leave by themselves. Measured: 1.18.33 takes under 100 ms.
const GRACE: Duration = Duration::from_secs(1);

/// How long to try to end what does not end: longer than the system takes for anything but a dead disk.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often they are looked for.
const LOOK: Duration = Duration::from_millis(20);

/// The variable that marks them in their environment, where the system lets us read it.
pub(crate) const MARK: &str = "OCR_KEPT";

/// One process, as the system lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Process {
    pid: u32,
    parent: u32,
    group: u32,
    marked: bool,
}

/// Ends every process that bears the mark, is below `root` or in its group; not `root` itself, nor `spared` and
/// ourselves. Returns when none is left.
pub(crate) fn end_all(mark: &str, root: u32, spared: Option<u32>) {
    end_listed(|| listing(mark), root, spared);
}

/// The same for those that are listed so.
fn end_listed(listing: impl Fn() -> Vec<Process>, root: u32, spared: Option<u32>) {
    let began = Instant::now();
    let (mut known, mut asked) = (HashSet::new(), HashSet::new());
    let not_ours = [Some(root), spared, Some(std::process::id())];
    while began.elapsed() < PATIENCE {
        let living = listing();
        known = ours(&living, root, &known);
        known.retain(|pid| !not_ours.contains(&Some(*pid)));
        if known.is_empty() {
            return;
        }
        for pid in &known {
            if began.elapsed() >= GRACE {
                signal(*pid, Signal::KILL);
            } else if asked.insert(*pid) {
                signal(*pid, Signal::TERM);
            }
        }
        std::thread::sleep(LOOK);
    }
}

fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // It may have ended in between.
        let _ = kill_process(pid, signal);
    }
}

/// Those that are ours among the living: known as such before, marked, in the group of `root`, or started by one
/// that is.
fn ours(living: &[Process], root: u32, known: &HashSet<u32>) -> HashSet<u32> {
    let is_ours = |p: &&Process| p.marked || p.group == root || p.parent == root || known.contains(&p.pid);
    let mut found: HashSet<u32> = living.iter().filter(is_ours).map(|p| p.pid).collect();
    let mut grew = true;
    while grew {
        grew = false;
        for process in living {
            grew |= found.contains(&process.parent) && found.insert(process.pid);
        }
    }
    found
}

/// Every living process, as `/proc` has it.
#[cfg(target_os = "linux")]
fn listing(mark: &str) -> Vec<Process> {
    let mark = format!("{MARK}={mark}");
    let Ok(folders) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let read = |folder: std::fs::DirEntry| {
        let pid = folder.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(folder.path().join("stat")).ok()?;
        // The name may contain anything; what follows it are the state, the parent and the group.
        let mut rest = stat.rsplit_once(')')?.1.split_ascii_whitespace();
        let dead = matches!(rest.next()?, "Z" | "X");
        let (parent, group) = (rest.next()?.parse().ok()?, rest.next()?.parse().ok()?);
        // That of somebody else's process may not be read.
        let environment = std::fs::read(folder.path().join("environ")).unwrap_or_default();
        let marked = environment.split(|b| *b == 0).any(|v| v == mark.as_bytes());
        let process = Process {
            pid,
            parent,
            group,
            marked,
        };
        (!dead).then_some(process)
    };
    folders.flatten().filter_map(read).collect()
}

#[cfg(not(target_os = "linux"))]
fn listing(_mark: &str) -> Vec<Process> {
    listed_by_ps()
}

/// Every living process, as `ps` tells it: the same on every Unix. It tells nothing of marks.
#[cfg(any(test, not(target_os = "linux")))]
fn listed_by_ps() -> Vec<Process> {
    use std::process::{Command, Stdio};
    let ps = Command::new("ps")
        .args(["-A", "-o", "pid=,ppid=,pgid=,stat="])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(ps) = ps else {
        return Vec::new();
    };
    // It lists itself, and is one of ours only until it has.
    let itself = ps.id();
    let Ok(listed) = ps.wait_with_output() else {
        return Vec::new();
    };
    read_ps(&String::from_utf8_lossy(&listed.stdout), itself)
}

/// The living processes among those that `ps` lists, without this one.
#[cfg(any(test, not(target_os = "linux")))]
fn read_ps(text: &str, without: u32) -> Vec<Process> {
    let read = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        let mut number = || words.next()?.parse().ok();
        let process = Process {
            pid: number()?,
            parent: number()?,
            group: number()?,
            marked: false,
        };
        (!words.next()?.starts_with('Z') && process.pid != without).then_some(process)
    };
    text.lines().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn process(pid: u32, parent: u32, group: u32, marked: bool) -> Process {
        Process {
            pid,
            parent,
            group,
            marked,
        }
    }

    #[test]
    fn ours_are_those_below_the_root_and_whoever_was_or_is_marked_as_such() {
        let living = [
            process(1, 0, 1, false),
            process(10, 1, 10, false),
            process(11, 10, 11, false),
            process(13, 12, 13, false),
            process(12, 11, 12, false),
            // Its parents are gone; it had been found before.
            process(20, 1, 20, false),
            // The same, and what it started: it bears the mark.
            process(30, 1, 30, true),
            process(31, 30, 31, false),
            // In the root's group, but not below it.
            process(40, 1, 10, false),
            process(50, 1, 50, false),
        ];
        let mut found: Vec<u32> = ours(&living, 10, &HashSet::from([20, 99])).into_iter().collect();
        found.sort_unstable();
        assert_eq!(found, [10, 11, 12, 13, 20, 30, 31, 40]);
    }

    #[test]
    fn a_process_that_does_not_want_to_leave_is_ended() {
        let mark = format!("test-{}", std::process::id());
        let mut stubborn = Command::new("sh")
            .args(["-c", "trap '' TERM; echo ready; while :; do sleep 1; done"])
            .env(MARK, &mark)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = std::io::BufReader::new(stubborn.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
        if cfg!(target_os = "linux") {
            // Found by its mark alone: nothing is below a process that does not exist.
            end_all(&mark, u32::MAX, None);
        } else {
            stubborn.kill().unwrap();
        }
        assert!(!stubborn.wait().unwrap().success());
    }

    /// A leader, what it keeps in its group, and what that has started in a session of its own. The last says its
    /// name; the output ends with all of them.
    const FAMILY: &str =
        r#"sh -c 'perl -e "use POSIX; setsid; $|=1; print qq(ready\n); exec qw(sleep 600)" & wait' & wait"#;

    #[test]
    fn without_marks_what_a_killed_keeper_kept_is_found_by_its_group_and_ended() {
        use std::io::{BufRead, BufReader, Read};
        use std::os::unix::process::CommandExt;
        let mut leader = Command::new("sh")
            .args(["-c", FAMILY])
            .stdout(std::process::Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(leader.stdout.take().unwrap());
        let mut said = String::new();
        stdout.read_line(&mut said).unwrap();
        assert_eq!(said, "ready\n");
        leader.kill().unwrap();
        leader.wait().unwrap();
        let root = leader.id();
        let of_the_group = |p: &Process| p.group == root;
        assert!(listed_by_ps().iter().any(of_the_group), "the kept one lives on");
        end_listed(listed_by_ps, root, None);
        assert_eq!(stdout.read_to_string(&mut said).unwrap(), 0);
    }

    #[test]
    fn of_what_ps_says_the_dead_and_ps_itself_are_left_out() {
        let said =
            "    1     0     1 Ss\n   10     1    10 Z+\n   11     1    11 R\n   12    11    11 S<l\nPID\n";
        assert_eq!(
            read_ps(said, 11),
            [process(1, 0, 1, false), process(12, 11, 11, false)]
        );
    }
}

//! Identifies a process by its id and start time, because ids are reused.

use rustix::process::{Pid, getpgrp};

/// How many processes may stand between a shell and a stage: `timeout`, `nice`, a script.
const BETWEEN: usize = 4;

/// A living process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    /// The process that started it, unless that has ended.
    pub parent: u32,
    /// Its process group: the commands of a pipe that a person types are one group.
    pub group: u32,
    /// When it started, in the words of the system. No later process with its number has the same.
    pub started: String,
}

impl Identity {
    /// The process with this number; `None` if there is none, or it has ended.
    #[cfg(target_os = "linux")]
    pub fn of(pid: u32) -> Option<Self> {
        let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
        // State, parent and group come first; the start is the 20th.
        let fields: Vec<&str> = super::stat::behind_name(&stat)?.split_ascii_whitespace().collect();
        let ended = matches!(*fields.first()?, "Z" | "X");
        let number = |at: usize| fields.get(at)?.parse().ok();
        let identity = Self { parent: number(1)?, group: number(2)?, started: (*fields.get(19)?).to_owned() };
        (!ended).then_some(identity)
    }

    /// The process with this number; `None` if there is none, or it has ended.
    #[cfg(not(target_os = "linux"))]
    pub fn of(pid: u32) -> Option<Self> {
        let mut ps = super::spawn::command("ps", super::spawn::Program::Foreign);
        let ps = ps.args(["-o", "ppid=,pgid=,stat=,lstart=", "-p", &pid.to_string()]).output();
        let text = String::from_utf8(ps.ok()?.stdout).ok()?;
        let mut words = text.split_ascii_whitespace();
        let (parent, group, state) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?, words.next()?);
        let started = words.collect::<Vec<_>>().join(" ");
        (!state.starts_with('Z')).then_some(Self { parent, group, started })
    }

    /// Whether it is a command of this group: itself, or through what started it, such as `timeout`, which puts its
    /// command into a group of its own.
    pub fn is_of(&self, group: u32) -> bool {
        let mut next = Some(self.clone());
        for _ in 0..=BETWEEN {
            match next {
                Some(process) if process.group == group => return true,
                Some(process) => next = Self::of(process.parent),
                None => return false,
            }
        }
        false
    }
}

/// The process group of this process.
pub(super) fn own_group() -> Option<u32> {
    u32::try_from(Pid::as_raw(Some(getpgrp()))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn knows_the_living_only() {
        let own = Identity::of(std::process::id()).unwrap();
        assert_eq!(Some(own.group), own_group());
        assert_eq!(Identity::of(std::process::id()), Some(own.clone()), "it does not change");
        let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        assert_eq!(Identity::of(child.id()).map(|child| child.group), Some(own.group));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(Identity::of(child.id()), None);
        assert_eq!(Identity::of(u32::MAX), None);
    }
}

//! Signals the stages that have not been waited for: after that, the system may give a stage's number to any process.

use rustix::process::{Pid, Signal, kill_process};
use std::process::Child;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The stages that have not been waited for yet. Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Living(Arc<Mutex<Vec<Pid>>>);

impl Living {
    pub fn new(children: &[Child]) -> Self {
        Self(Arc::new(Mutex::new(pids(children))))
    }

    /// Signals those of these stages that have not been waited for.
    pub fn signal(&self, stages: &[Pid], with: Signal) {
        let living = self.lock();
        for stage in stages.iter().filter(|stage| living.contains(stage)) {
            // It may have exited.
            let _ = kill_process(*stage, with);
        }
    }

    /// These stages have been waited for.
    pub fn remove(&self, children: &[Child]) {
        let gone = pids(children);
        self.lock().retain(|pid| !gone.contains(pid));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Pid>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The numbers of these processes.
pub(super) fn pids(children: &[Child]) -> Vec<Pid> {
    children.iter().map(Pid::from_child).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;
    use std::process::Command;

    #[test]
    fn only_living_stages_are_signalled() {
        let sleeps = || Command::new("sleep").arg("1000").spawn().unwrap();
        let mut children = [sleeps(), sleeps()];
        let living = Living::new(&children);
        let all = pids(&children);
        living.remove(&children[..1]);
        living.signal(&all, Signal::KILL);
        assert_eq!(children[1].wait().unwrap().signal(), Some(9));
        assert!(matches!(children[0].try_wait(), Ok(None)), "it got a signal");
        children[0].kill().unwrap();
        children[0].wait().unwrap();
    }
}

//! Notices at once when the reader of standard output leaves, also while nothing is written.

/// Calls `left` on a thread of its own when the reader of standard output is gone.
///
/// Where the system cannot tell (a file, a terminal, Windows) it is never called, and the next write
/// fails instead.
#[cfg(unix)]
pub fn watch(left: impl FnOnce() + Send + 'static) {
    std::thread::spawn(move || {
        use rustix::event::{PollFd, PollFlags, poll};
        let stdout = std::io::stdout();
        // No event is asked for: an error or a hang-up is reported all the same.
        let mut watched = [PollFd::new(&stdout, PollFlags::empty())];
        loop {
            match poll(&mut watched, None) {
                Ok(_) if watched[0].revents().intersects(PollFlags::ERR | PollFlags::HUP) => return left(),
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
            }
        }
    });
}

/// Calls `left` when the reader of standard output is gone: never, on this system.
#[cfg(not(unix))]
pub fn watch(left: impl FnOnce() + Send + 'static) {
    drop(left);
}

/// Ends this stage at once when its reader leaves: for a filter that has nothing to clean up.
pub fn exit_when_reader_leaves() {
    clean_up_when_reader_leaves(|| {});
}

/// Ends this stage when its reader leaves, once `clean_up` has run.
pub fn clean_up_when_reader_leaves(clean_up: impl FnOnce() + Send + 'static) {
    watch(move || {
        clean_up();
        std::process::exit(crate::exit::Code::ReaderLeft.number().into());
    });
}

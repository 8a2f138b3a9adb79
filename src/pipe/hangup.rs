//! Detects at once that the reader of standard output has closed it, even while nothing is written.

use crate::exit::{Code, leave};

/// Calls `on_hangup` on a thread of its own when the reader of standard output closes it.
///
/// Where this cannot be detected (a file, a terminal, Windows), it is never called, and the next write fails instead.
#[cfg(unix)]
pub fn watch(on_hangup: impl FnOnce() + Send + 'static) {
    std::thread::spawn(move || {
        use rustix::event::{PollFd, PollFlags, poll};
        let stdout = std::io::stdout();
        // No events are requested: errors and hang-ups are always reported.
        let mut watched = [PollFd::new(&stdout, PollFlags::empty())];
        loop {
            match poll(&mut watched, None) {
                Ok(_) if watched[0].revents().intersects(PollFlags::ERR | PollFlags::HUP) => {
                    return on_hangup();
                }
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
            }
        }
    });
}

/// Whether the reader of standard output has closed it.
#[cfg(unix)]
pub fn reader_has_left() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stdout = std::io::stdout();
    let mut watched = [PollFd::new(&stdout, PollFlags::empty())];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut watched, Some(&now)).is_ok() && watched[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
}

/// Whether standard output is a pipe or a socket, so that another program reads it.
#[cfg(unix)]
pub fn has_reader() -> bool {
    use rustix::fs::{FileType, fstat};
    let kind = fstat(std::io::stdout()).map(|stat| FileType::from_raw_mode(stat.st_mode));
    matches!(kind, Ok(FileType::Fifo | FileType::Socket))
}

/// Never calls `on_hangup`: this system cannot detect it.
#[cfg(not(unix))]
pub fn watch(on_hangup: impl FnOnce() + Send + 'static) {
    drop(on_hangup);
}

/// Leaves as soon as the reader of standard output closes it.
pub fn exit_when_reader_leaves() {
    watch(|| leave(Code::ReaderLeft));
}

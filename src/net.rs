//! Helpers for requests to other machines: a runtime, loopback addresses, and the cause of an error.

use reqwest::Url;
use std::error::Error;
use std::fs::File;
use std::io;
use std::net::IpAddr;

/// Whether `url` can only mean this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// How many file descriptors a runtime opens when it starts (an epoll instance, a waker, a pair of sockets for signals),
/// and a few for its first connection.
const DESCRIPTORS: usize = 8;

/// A runtime for requests, on the thread that waits for them.
///
/// # Errors
/// Any error of the system, such as too few file descriptors: without them tokio would panic.
pub(crate) fn runtime() -> io::Result<tokio::runtime::Runtime> {
    if cfg!(unix) {
        let spare: io::Result<Vec<File>> = (0..DESCRIPTORS).map(|_| File::open("/dev/null")).collect();
        drop(spare?);
    }
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// The innermost cause of an error: "connection refused" rather than the layers above it.
pub(crate) fn root_cause(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognizes_loopback() {
        for (text, here) in [
            ("http://127.0.0.1:1", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:4", true),
            ("http://LOCALHOST", true),
            ("http://localhost.example.org", false),
            ("http://0.0.0.0", false),
            ("https://example.org", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(text).unwrap()), here, "{text}");
        }
    }
}

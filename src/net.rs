//! Helpers for requests to other machines: a runtime, loopback addresses, the pause that a server asks for, and the cause
//! of an error.

use httpdate::parse_http_date;
use reqwest::Url;
use std::error::Error;
use std::fs::File;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

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

/// The address with `http` instead of `https`, if a request failed for this cause because nobody speaks `https` there.
pub(crate) fn plain_instead(url: &Url, cause: &str) -> Option<Url> {
    // What a server of plain http answers to a greeting of TLS, or that it hangs up.
    let is_plain = url.scheme() == "https" && (cause.contains("InvalidContentType") || cause.contains("handshake eof"));
    let mut plain = url.clone();
    (is_plain && plain.set_scheme("http").is_ok()).then_some(plain)
}

/// How long to wait before the next request, from the headers `retry-after-ms`, `retry-after` and `date`. A date counts
/// from the response's own date, so no clock is read.
pub(crate) fn retry_after(ms: Option<&str>, after: Option<&str>, date: Option<&str>) -> Option<Duration> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
    if let Some(ms) = ms.and_then(number) {
        return Duration::try_from_secs_f64(ms / 1000.0).ok();
    }
    let after = after?;
    if let Some(seconds) = number(after) {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let (until, from) = (parse_http_date(after).ok()?, parse_http_date(date?).ok()?);
    Some(until.duration_since(from).unwrap_or_default())
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

    #[test]
    fn reads_retry_after() {
        let date = Some("Mon, 23 Nov 2026 23:00:00 GMT");
        let ms = Duration::from_millis;
        assert_eq!(retry_after(None, Some("7"), None), Some(ms(7000)));
        assert_eq!(retry_after(Some("1500"), Some("7"), None), Some(ms(1500)));
        for (after, wait) in [("23:00:20", 20_000), ("22:00:00", 0)] {
            let after = format!("Mon, 23 Nov 2026 {after} GMT");
            assert_eq!(retry_after(None, Some(&after), date), Some(ms(wait)));
        }
        for nonsense in ["-1", "soon", "NaN", "1e400", "Mon, 99 Foo 2026 1:1:1 GMT"] {
            assert_eq!(retry_after(None, Some(nonsense), date), None, "{nonsense}");
        }
    }
}

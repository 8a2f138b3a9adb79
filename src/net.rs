//! What every room that talks to another machine needs to know about its address and its errors.

use reqwest::Url;
use std::error::Error;
use std::net::IpAddr;

/// Whether `url` can only mean this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
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

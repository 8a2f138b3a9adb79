//! Where a server is, and who we are to it.

use crate::exit::{Code, Failure};
use reqwest::header::{AUTHORIZATION, HeaderMap};
use std::fmt;
use url::{Host, Url};

/// The user that a server expects unless it was told otherwise.
const DEFAULT_USER: &str = "opencode";

/// The name and password that a server asks for, from the environment.
#[derive(Clone, Default)]
pub struct Credentials {
    /// `OPENCODE_SERVER_USERNAME`; none is `opencode`.
    pub user: Option<String>,
    /// `OPENCODE_SERVER_PASSWORD`; none: the server asks for nothing.
    pub password: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.password.is_some() {
            "Credentials(set)"
        } else {
            "Credentials(none)"
        })
    }
}

impl Credentials {
    /// Whether there is a password.
    pub fn protect(&self) -> bool {
        self.password.is_some()
    }

    /// The headers that every request carries: basic authentication, or nothing.
    pub(super) fn headers(&self) -> Result<HeaderMap, Failure> {
        let mut headers = HeaderMap::new();
        let Some(password) = &self.password else {
            return Ok(headers);
        };
        let user = self.user.as_deref().unwrap_or(DEFAULT_USER);
        // The library encodes the header; building a request is its only way to ask for that.
        let request = reqwest::Client::new()
            .get("http://localhost")
            .basic_auth(user, Some(password))
            .build();
        let unfit = || {
            Failure::new(
                Code::Usage,
                "OPENCODE_SERVER_PASSWORD cannot be sent in a header; check it for stray characters",
            )
        };
        let value = request
            .ok()
            .and_then(|r| r.headers().get(AUTHORIZATION).cloned())
            .ok_or_else(unfit)?;
        headers.insert(AUTHORIZATION, value);
        Ok(headers)
    }
}

/// Reads the URL of a server as a person types it.
///
/// # Errors
/// [`Code::Usage`] for anything but `http` or `https` with a host, and for a password in the URL.
pub fn parse_url(text: &str) -> Result<Url, Failure> {
    let unfit = |why: &str| {
        Failure::new(
            Code::Usage,
            format_args!("--server {text}: {why}; give it like http://127.0.0.1:4096"),
        )
    };
    let url = Url::parse(text).map_err(|e| unfit(&e.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Failure::new(
            Code::Usage,
            "--server: no user or password in the URL, others can read the command line; set OPENCODE_SERVER_USERNAME and OPENCODE_SERVER_PASSWORD",
        ));
    }
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(unfit("it is not an http or https address"));
    }
    Ok(url)
}

/// Whether `url` leads to this machine, by a name or number that can lead nowhere else.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_refused_with_the_reason() {
        for (text, why) in [
            ("localhost:4096", "not an http or https address"),
            ("nonsense", "relative URL"),
            ("http://me:secret@host/", "OPENCODE_SERVER_PASSWORD"),
        ] {
            let failure = parse_url(text).unwrap_err();
            assert!(failure.message.contains(why), "{text}: {failure}");
            assert!(!failure.message.contains("secret"));
            assert_eq!(failure.code, Code::Usage);
        }
        assert_eq!(parse_url("http://host:1/base").unwrap().path(), "/base");
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (text, here) in [
            ("http://127.0.0.1:1", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:4", true),
            ("http://LOCALHOST", true),
            ("http://localhost.example.org", false),
            ("http://0.0.0.0", false),
            ("https://example.org", false),
        ] {
            assert_eq!(is_loopback(&parse_url(text).unwrap()), here, "{text}");
        }
    }

    #[test]
    fn the_password_is_sent_and_never_shown() {
        let credentials = Credentials {
            user: None,
            password: Some("hunter2".into()),
        };
        assert!(!format!("{credentials:?}").contains("hunter2"));
        let headers = credentials.headers().unwrap();
        assert_eq!(headers[AUTHORIZATION], "Basic b3BlbmNvZGU6aHVudGVyMg==");
        assert!(headers[AUTHORIZATION].is_sensitive());
    }
}

//! The address of a server, and our credentials for it.

use super::Error;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use std::fmt;
use url::Url;

/// The user that a server expects by default.
const DEFAULT_USER: &str = "opencode";

/// The user name and password for a server.
#[derive(Clone, Default)]
pub struct Credentials {
    /// `OPENCODE_SERVER_USERNAME`; `None` is `opencode`.
    pub user: Option<String>,
    /// `OPENCODE_SERVER_PASSWORD`; `None` when the server has no password.
    pub password: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.password.is_some() { "Credentials(set)" } else { "Credentials(none)" })
    }
}

impl Credentials {
    /// The headers of every request: basic authentication, if there is a password.
    pub(super) fn headers(&self) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        let Some(password) = &self.password else {
            return Ok(headers);
        };
        let user = self.user.as_deref().unwrap_or(DEFAULT_USER);
        // Building a request is the only way to make the library encode the header.
        let request = reqwest::Client::new().get("http://localhost").basic_auth(user, Some(password)).build();
        let value =
            request.ok().and_then(|r| r.headers().get(AUTHORIZATION).cloned()).ok_or(Error::UnusablePassword)?;
        headers.insert(AUTHORIZATION, value);
        Ok(headers)
    }
}

/// Parses the URL of a server as a user types it.
///
/// # Errors
/// [`Error::InvalidUrl`] for anything but `http` or `https` with a host, [`Error::PasswordInUrl`] for credentials.
pub fn parse_url(text: &str) -> Result<Url, Error> {
    let invalid = || Error::InvalidUrl(text.to_owned());
    let url = Url::parse(text).map_err(|_| invalid())?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::PasswordInUrl);
    }
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(invalid());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::{Code, Failure};

    #[test]
    fn rejects_invalid_urls() {
        for (text, why) in [
            ("localhost:4096", "not an http or https URL"),
            ("nonsense", "not an http or https URL"),
            ("http://me:secret@host/", "OPENCODE_SERVER_PASSWORD"),
        ] {
            let failure = Failure::from(parse_url(text).unwrap_err());
            assert!(failure.message.contains(why), "{text}: {failure}");
            assert!(!failure.message.contains("secret"));
            assert_eq!(failure.code, Code::Usage);
        }
        assert_eq!(parse_url("http://host:1/base").unwrap().path(), "/base");
    }

    #[test]
    fn hides_password() {
        let credentials = Credentials { user: None, password: Some("hunter2".into()) };
        assert!(!format!("{credentials:?}").contains("hunter2"));
        let headers = credentials.headers().unwrap();
        assert_eq!(headers[AUTHORIZATION], "Basic b3BlbmNvZGU6aHVudGVyMg==");
        assert!(headers[AUTHORIZATION].is_sensitive());
    }
}

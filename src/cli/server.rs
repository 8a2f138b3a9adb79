//! How a server knows us: from the environment, never from the command line, which others can read.

use crate::server::Credentials;

/// `OPENCODE_SERVER_USERNAME` and `OPENCODE_SERVER_PASSWORD`, as the server itself reads them.
pub(super) fn credentials() -> Credentials {
    let read = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    Credentials {
        user: read("OPENCODE_SERVER_USERNAME"),
        password: read("OPENCODE_SERVER_PASSWORD"),
    }
}

/// The server of `OCR_SERVER`, for a command line that names no source at all. Not read by the argument
/// parser, for which it would contradict `--spawn` and `--replay`.
pub(super) fn default_server() -> Option<String> {
    std::env::var("OCR_SERVER").ok().filter(|value| !value.is_empty())
}

/// `OCR_WEBHOOK_SECRET`, which signs what is posted to webhooks.
pub(super) fn webhook_secret() -> Option<String> {
    std::env::var("OCR_WEBHOOK_SECRET")
        .ok()
        .filter(|value| !value.is_empty())
}

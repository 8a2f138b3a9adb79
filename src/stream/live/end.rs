//! The reasons why a live stream is interrupted or ends.

use super::stop_reason::Stop;
use crate::exit::{Code, Failure};
use crate::server::Error;

/// Why the stream ends.
pub(super) enum End {
    /// The session is idle.
    Rest,
    /// The server is gone, for this reason.
    ServerGone(String),
    /// A signal came, or the reader left.
    Stopped(Stop),
    /// The server rejects the credentials.
    NotAllowed(Error),
    /// The server works and refuses what we ask; the user has to fix that.
    Failed(Error),
}

impl End {
    /// What the program ends with; `server` is the server's URL.
    pub fn outcome(self, server: &str) -> Result<Code, Failure> {
        match self {
            Self::ServerGone(why) => {
                Err(Failure::new(Code::Unreachable, format_args!("the server at {server} is gone: {why}")))
            }
            Self::NotAllowed(error) | Self::Failed(error) => Err(error.into()),
            Self::Stopped(stop) => Ok(stop.code()),
            Self::Rest => Ok(Code::Ok),
        }
    }
}

/// Why a step of the stream did not succeed.
pub(super) enum StepError {
    /// The reader left, or standard output cannot be written.
    ReaderLeft,
    /// A request failed.
    Server(Error),
}

impl From<Error> for StepError {
    fn from(error: Error) -> Self {
        Self::Server(error)
    }
}

/// Why the stream cannot go on as it did.
pub(super) enum Interruption {
    /// The connection is lost, or could not be restored, for this reason.
    Lost(String),
    /// The stream ends.
    End(End),
}

impl Interruption {
    /// What a failed request means when only errors that may pass are worth a retry.
    pub fn retry_if_transient(error: StepError) -> Self {
        match error {
            StepError::Server(error) if !error.is_transient() && !matches!(error, Error::NotAllowed { .. }) => {
                Self::End(End::Failed(error))
            }
            error => error.into(),
        }
    }

    /// What a failed step means that must not be repeated.
    pub fn without_retry(error: StepError) -> Self {
        match Self::retry_if_transient(error) {
            Self::Lost(why) => Self::End(End::ServerGone(why)),
            end @ Self::End(_) => end,
        }
    }
}

impl From<StepError> for Interruption {
    fn from(error: StepError) -> Self {
        match error {
            StepError::ReaderLeft => Self::End(End::Stopped(Stop::ReaderLeft)),
            StepError::Server(error @ Error::NotAllowed { .. }) => Self::End(End::NotAllowed(error)),
            StepError::Server(error) => Self::Lost(error.to_string()),
        }
    }
}

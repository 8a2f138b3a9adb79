//! Proves to `ocr-act` that the stream is live and in its own pipe.
//!
//! The stream signs where it is connected with the key of the pipe, its own process and that process's start. A recording
//! has the same line, but its process is gone or another one; a server or a filter does not have the key.

use super::identity::{Identity, own_group};
use super::pipe_key::PipeKey;
use super::private_files::hex;
use crate::wire::record::Opened;
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;

/// What is signed begins with this, so that a signature of another kind is none.
const KIND: &str = "ocr.stream.opened 1";

/// Why a stream is not taken for live.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// It says nothing of itself that could be checked.
    #[error("no proof in its first line")]
    NoProof,
    /// There is no key to check it with.
    #[error("the key of the pipe cannot be read ({0})")]
    NoKey(String),
    /// The process that wrote it does not run here.
    #[error("the ocr-stream that wrote it, process {0}, is gone")]
    Gone(u32),
    /// The proof is one of something else.
    #[error("the proof in its first line is not valid")]
    Invalid,
    /// It belongs to another pipe.
    #[error("the ocr-stream that wrote it is part of another command or job")]
    Elsewhere,
}

/// Makes the `opened` line of this process, written at `ts`, prove that it is live. Without a usable key it proves
/// nothing.
pub fn sign(opened: &mut Opened, ts: i64, key: &PipeKey) {
    let pid = std::process::id();
    opened.pid = Some(pid);
    match key.create() {
        Ok(secret) => opened.proof = Identity::of(pid).and_then(|own| signature(opened, ts, &own, &secret)),
        Err(error) => tracing::info!("ocr-act will need --server, as there is no key for this pipe: {error}"),
    }
}

/// Checks that the `opened` line, written at `ts`, is of a living stream of this pipe.
///
/// # Errors
/// Why it is not.
pub fn confirm(opened: &Opened, ts: i64, key: &PipeKey) -> Result<(), Doubt> {
    let (Some(proof), Some(pid)) = (&opened.proof, opened.pid) else {
        return Err(Doubt::NoProof);
    };
    // Of a recording, this says more than a key that was never made.
    let stream = Identity::of(pid).ok_or(Doubt::Gone(pid))?;
    let secret = key.read().map_err(|error| Doubt::NoKey(error.to_string()))?;
    let signed = claim(opened, ts, &stream, &secret).ok_or(Doubt::Invalid)?;
    signed.verify_slice(&unhex(proof).ok_or(Doubt::Invalid)?).map_err(|_| Doubt::Invalid)?;
    let in_run = matches!(key, PipeKey::Run(_));
    if in_run || shares_group(&stream) { Ok(()) } else { Err(Doubt::Elsewhere) }
}

/// Whether the process that wrote the line still runs on this machine, as far as its number tells.
pub fn is_running(opened: &Opened) -> bool {
    opened.pid.is_some_and(|pid| Identity::of(pid).is_some())
}

/// Whether the stream and this process are commands of one group.
fn shares_group(stream: &Identity) -> bool {
    let own = Identity::of(std::process::id());
    own_group().is_some_and(|group| stream.is_of(group)) || own.is_some_and(|own| own.is_of(stream.group))
}

fn signature(opened: &Opened, ts: i64, stream: &Identity, secret: &[u8]) -> Option<String> {
    Some(hex(&claim(opened, ts, stream, secret)?.finalize().into_bytes()))
}

/// All that `ocr-act` takes from the line: where to act, on what, and whose processes it may end.
fn claim(opened: &Opened, ts: i64, stream: &Identity, secret: &[u8]) -> Option<Hmac<Sha256>> {
    let Opened { session_id, server, directory, spawned, pid, .. } = opened;
    let claim = json!([KIND, server, session_id, directory, spawned, ts, pid, stream.group, stream.started]);
    let mut signed = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    signed.update(claim.to_string().as_bytes());
    Some(signed)
}

/// The bytes that hexadecimal digits stand for.
fn unhex(digits: &str) -> Option<Vec<u8>> {
    let pairs = (0..digits.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(key: &PipeKey) -> Opened {
        let mut opened = Opened {
            server: Some("http://127.0.0.1:1/".to_owned()),
            session_id: Some("ses_1".to_owned()),
            directory: Some("/p".to_owned()),
            ..Opened::default()
        };
        sign(&mut opened, 5, key);
        opened
    }

    #[test]
    fn confirms_the_line_as_it_was_signed() {
        let key = PipeKey::Run("a".to_owned());
        let opened = signed(&key);
        assert_eq!(confirm(&opened, 5, &key), Ok(()));
        assert_eq!(confirm(&opened, 6, &key), Err(Doubt::Invalid));
        assert_eq!(confirm(&opened, 5, &PipeKey::Run("b".to_owned())), Err(Doubt::Invalid));
        let gone = PipeKey::User(Vec::new());
        assert!(matches!(confirm(&opened, 5, &gone), Err(Doubt::NoKey(_))));
        let changes: [fn(&mut Opened); 9] = [
            |opened| opened.server = Some("http://127.0.0.1:2/".to_owned()),
            |opened| opened.server = None,
            |opened| opened.session_id = Some("ses_2".to_owned()),
            |opened| opened.directory = Some("/q".to_owned()),
            |opened| opened.spawned = true,
            |opened| opened.pid = Some(1),
            |opened| opened.proof = Some(String::new()),
            |opened| opened.proof = Some("é".repeat(32)),
            |opened| opened.proof = opened.proof.take().map(|proof| proof[2..].to_owned()),
        ];
        for (at, change) in changes.into_iter().enumerate() {
            let mut forged = opened.clone();
            change(&mut forged);
            assert_eq!(confirm(&forged, 5, &key), Err(Doubt::Invalid), "{at}");
        }
        let without = |change: fn(&mut Opened)| {
            let mut opened = opened.clone();
            change(&mut opened);
            confirm(&opened, 5, &key)
        };
        assert_eq!(without(|opened| opened.proof = None), Err(Doubt::NoProof));
        assert_eq!(without(|opened| opened.pid = None), Err(Doubt::NoProof));
        assert_eq!(without(|opened| opened.pid = Some(u32::MAX)), Err(Doubt::Gone(u32::MAX)));
    }

    #[test]
    fn shares_the_key_of_the_user_within_a_group() {
        let folder = tempfile::tempdir().unwrap();
        let key = PipeKey::User(vec![folder.path().to_owned()]);
        let opened = signed(&key);
        assert_eq!(confirm(&opened, 5, &key), Ok(()));
        let unusable = PipeKey::User(vec!["/dev/null/x".into()]);
        assert_eq!(signed(&unusable).proof, None);
    }
}

//! Takes back what a session changed, unless that would take back what another one changed: the server undoes every
//! change in the directory since the session's step began, whoever made it.

use super::kin::Kin;
use crate::server::{self, Changes, Server, Session, Since};
use crate::wire::record::{Phase, named};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::timeout;

/// How many other sessions are compared. Each costs a request, and few work at the same time.
const OTHERS: usize = 100;

/// How long a step may last: a session that took its last step longer ago does not work any more, whatever its last
/// message says.
const LONGEST_STEP: Duration = Duration::from_hours(1);

/// How long all comparisons may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Reverts the session to before this message, or says why not.
pub(super) async fn rollback(server: &Server, session: &str, message: &str) -> (Phase, String) {
    let compared = timeout(LIMIT, foreign(server, session, message)).await;
    let session_at_home = match compared {
        Ok(Ok(Compared { home, foreign })) if foreign.is_empty() => home,
        Ok(Ok(Compared { foreign, .. })) => return (Phase::Skipped, refusal(&foreign)),
        Ok(Err(error)) => return (Phase::Failed, format!("cannot tell what it would take back: {error}")),
        Err(_) => {
            return (Phase::Failed, format!("could not tell within {} s what it would take back", LIMIT.as_secs()));
        }
    };
    match session_at_home.revert(session, message).await {
        Ok(()) => (Phase::Taken, format!("reverted to before {message}")),
        Err(error) => (Phase::Failed, error.to_string()),
    }
}

/// What came of the comparison.
struct Compared {
    /// The server in the session's own directory.
    home: Server,
    /// The files of others that a rollback would take, by session.
    foreign: Vec<(String, Vec<String>)>,
}

fn refusal(foreign: &[(String, Vec<String>)]) -> String {
    let taken = foreign.iter().map(|(session, files)| format!("{session} ({})", named(files)));
    format!(
        "nothing was taken back: it would take what other sessions may have changed: {}",
        taken.collect::<Vec<_>>().join("; ")
    )
}

/// Finds what a rollback of this session would take from others.
async fn foreign(server: &Server, session: &str, message: &str) -> Result<Compared, server::Error> {
    let own = server.session(session).await?;
    let home = server.in_directory(own.directory.clone());
    let mut ours = home.changes(&own, Since::Message(message)).await?;
    let mut compared = Compared { home, foreign: Vec::new() };
    let Some(began) = ours.began.filter(|_| !ours.patched.is_empty()) else {
        return Ok(compared);
    };
    let sessions = server.sessions().await?.sessions;
    let kin = Kin::of(session, &sessions);
    let mut others = Vec::new();
    for other in candidates(&sessions, session, began) {
        let changes = server.changes(other, Since::Time(began)).await?;
        if kin.is_below(&other.id) {
            // Its work is the session's.
            ours.named.extend(changes.named);
        } else {
            others.push((other, changes));
        }
    }
    for (other, theirs) in others {
        // The step of a session above lasts as long as those below, so that its patches have their changes.
        let files = taken(&ours, other, &theirs, !kin.is_above(&other.id));
        if !files.is_empty() {
            compared.foreign.push((other.id.clone(), files));
        }
    }
    Ok(compared)
}

/// The other sessions that may have changed something since `began`, the latest first.
fn candidates<'a>(sessions: &'a [Session], own: &str, began: i64) -> Vec<&'a Session> {
    let since = began.saturating_sub(i64::try_from(LONGEST_STEP.as_millis()).unwrap_or_default());
    let mut others: Vec<&Session> =
        sessions.iter().filter(|other| other.id != own && other.time.updated >= since).collect();
    others.sort_by_key(|other| std::cmp::Reverse(other.time.updated));
    others.truncate(OTHERS);
    others
}

/// The files of `other` among those that a rollback of `ours` would take. `by_step` tells whether what changed during
/// its steps may be its own.
fn taken(ours: &Changes, other: &Session, theirs: &Changes, by_step: bool) -> Vec<String> {
    let works_at = other.directory.as_ref().filter(|_| theirs.is_working).map(PathBuf::from);
    let may_be_theirs = |file: &&PathBuf| {
        let in_a_step = theirs.patched.contains(*file) || works_at.as_ref().is_some_and(|at| file.starts_with(at));
        theirs.named.contains(*file) || (by_step && in_a_step && !ours.named.contains(*file))
    };
    let files: BTreeSet<&PathBuf> = ours.patched.iter().filter(may_be_theirs).collect();
    files.into_iter().map(|file| file.to_string_lossy().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::SessionTime;

    fn changes(named: &[&str], patched: &[&str], is_working: bool) -> Changes {
        let set = |files: &[&str]| files.iter().map(PathBuf::from).collect();
        Changes { began: Some(1), named: set(named), patched: set(patched), is_working }
    }

    #[test]
    fn tells_whose_file_it_is() {
        let ours = changes(&["/p/mine"], &["/p/mine", "/p/mess", "/p/theirs"], false);
        let other = Session { id: "ses_2".to_owned(), directory: Some("/p".to_owned()), ..Session::default() };
        let elsewhere = Session { directory: Some("/q".to_owned()), ..other.clone() };
        for (other, theirs, by_step, expected) in [
            (&other, changes(&["/p/theirs"], &["/p/theirs", "/p/mine"], false), true, &["/p/theirs"][..]),
            (&other, changes(&[], &["/p/mess"], false), true, &["/p/mess"]),
            (&other, changes(&[], &["/p/mess"], false), false, &[]),
            (&other, changes(&["/p/mine"], &["/p/mine"], false), true, &["/p/mine"]),
            (&other, changes(&["/p/unrelated"], &["/p/unrelated"], false), true, &[]),
            (&other, changes(&[], &[], true), true, &["/p/mess", "/p/theirs"]),
            (&elsewhere, changes(&[], &[], true), true, &[]),
        ] {
            assert_eq!(taken(&ours, other, &theirs, by_step), expected, "{theirs:?} {by_step}");
        }
    }

    #[test]
    fn compares_those_that_worked_meanwhile() {
        let hour = i64::try_from(LONGEST_STEP.as_millis()).unwrap();
        let session =
            |id: &str, updated| Session { id: id.to_owned(), time: SessionTime { updated }, ..Session::default() };
        let sessions =
            [session("a", 2 * hour), session("old", hour - 1), session("b", 3 * hour), session("own", 3 * hour)];
        let found: Vec<_> = candidates(&sessions, "own", 2 * hour).iter().map(|other| other.id.as_str()).collect();
        assert_eq!(found, ["b", "a"]);
    }
}

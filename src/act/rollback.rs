//! Reverts what a session changed, unless that would also revert changes of another session or of a person: the server
//! reverts every change in the directory since the session's step began, whoever made it.

use super::lineage::{Lineage, active_since, is_near, step_before};
use crate::server::{self, Changes, Server, Session, Since};
use crate::wire::record::{Phase, named};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::timeout;

/// How many other sessions are compared, and how many below this one. Each costs a request, and few work at the same time.
const OTHERS: usize = 100;

/// How long all comparisons may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Reverts the session to before this message, or says why not.
pub(super) async fn rollback(server: &Server, session: &str, message: &str) -> (Phase, String) {
    let compared = timeout(LIMIT, foreign(server, session, message)).await;
    let session_at_home = match compared {
        Ok(Ok(Compared { home, refusal: None })) => home,
        Ok(Ok(Compared { refusal: Some(why), .. })) => {
            return (Phase::Skipped, format!("nothing was taken back: {why}"));
        }
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
    /// Why nothing may be taken back, if so.
    refusal: Option<String>,
}

fn refusal(foreign: &[(String, Vec<String>)]) -> String {
    let taken = foreign.iter().map(|(session, files)| format!("{session} ({})", named(files)));
    format!("it would take what other sessions may have changed: {}", taken.collect::<Vec<_>>().join("; "))
}

/// Finds what a rollback of this session would take from others.
async fn foreign(server: &Server, session: &str, message: &str) -> Result<Compared, server::Error> {
    let own = server.session(session).await?;
    let home = server.at_home(&own);
    let mut ours = home.changes(&own, Since::Message(message)).await?;
    let mut compared = Compared { home, refusal: None };
    let Some(began) = ours.began else {
        compared.refusal =
            Some(format!("the server does not list message {message}, so what changed since is unknown"));
        return Ok(compared);
    };
    if ours.patched.is_empty() {
        return Ok(compared);
    }
    let sessions = server.sessions().await?.sessions;
    let lineage = Lineage::of(session, &sessions);
    let Candidates { below, others } = match candidates(&sessions, &own, &lineage, began) {
        Ok(candidates) => candidates,
        Err(refusal) => return Ok(Compared { refusal: Some(refusal), ..compared }),
    };
    // Those that are left out may have changed anything.
    ours.ran |= below.len() == OTHERS;
    for child in below {
        // Its work is the session's.
        let theirs = server.changes(child, Since::Time(began)).await?;
        ours.named.extend(theirs.named);
        ours.ran |= theirs.ran;
    }
    let mut foreign = Vec::new();
    for other in others {
        let theirs = server.changes(other, Since::Time(began)).await?;
        // The step of a session above lasts as long as those below, so that its patches have their changes.
        let files = taken(&ours, other, &theirs, !lineage.is_ancestor(&other.id));
        if !files.is_empty() {
            foreign.push((other.id.clone(), files));
        }
    }
    compared.refusal = if foreign.is_empty() { unexplained(&ours) } else { Some(refusal(&foreign)) };
    Ok(compared)
}

/// Why nothing may be taken back where files changed that no call of the session wrote. If it ran commands, nobody can tell
/// whose changes those are.
fn unexplained(ours: &Changes) -> Option<String> {
    let others: Vec<String> =
        ours.patched.difference(&ours.named).map(|file| file.to_string_lossy().into_owned()).collect();
    (!ours.ran && !others.is_empty())
        .then(|| format!("it would take what somebody else changed meanwhile: {}", named(&others)))
}

/// The sessions that may have changed something meanwhile.
struct Candidates<'a> {
    /// Those below the session, which work for it. If some are left out, what they changed counts as another's.
    below: Vec<&'a Session>,
    /// All others.
    others: Vec<&'a Session>,
}

/// The sessions that may have changed something since `began`, or why they cannot be compared.
fn candidates<'a>(
    sessions: &'a [Session],
    own: &Session,
    lineage: &Lineage,
    began: i64,
) -> Result<Candidates<'a>, String> {
    let active = active_since(sessions, &own.id, step_before(began)).into_iter();
    let (mut below, others): (Vec<&Session>, Vec<&Session>) =
        active.partition(|other| lineage.is_descendant(&other.id));
    below.truncate(OTHERS);
    let (mut others, far): (Vec<&Session>, Vec<&Session>) =
        others.into_iter().partition(|other| is_near(other, own.directory.as_deref()));
    if others.len() > OTHERS {
        return Err(format!(
            "too many sessions to compare: {} may have worked in its directory meanwhile",
            others.len()
        ));
    }
    // A session elsewhere can have changed something here only if it named a file by its whole path, which is rare.
    let room = OTHERS - others.len();
    others.extend(far.into_iter().take(room));
    Ok(Candidates { below, others })
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
        Changes { began: Some(1), named: set(named), ran: false, patched: set(patched), is_working }
    }

    #[test]
    fn spares_what_a_person_changed() {
        let ours = changes(&["/p/mine"], &["/p/mine", "/p/notes"], false);
        let why = unexplained(&ours).unwrap();
        assert!(why.ends_with("somebody else changed meanwhile: /p/notes"), "{why}");
        assert_eq!(unexplained(&Changes { ran: true, ..ours }), None);
        assert_eq!(unexplained(&changes(&["/p/mine", "/p/other"], &["/p/mine"], false)), None);
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

    fn session(id: &str, directory: &str, parent: Option<&str>, updated: i64) -> Session {
        Session {
            id: id.to_owned(),
            directory: Some(directory.to_owned()),
            parent: parent.map(str::to_owned),
            time: SessionTime { updated },
        }
    }

    /// The sessions below, and the others.
    fn compared(sessions: &[Session]) -> Result<[Vec<&str>; 2], String> {
        let own = &sessions[0];
        let found = candidates(sessions, own, &Lineage::of(&own.id, sessions), 8_000_000)?;
        Ok([found.below, found.others].map(|list| list.into_iter().map(|other| other.id.as_str()).collect()))
    }

    #[test]
    fn compares_those_that_worked_meanwhile() {
        let sessions = [
            session("own", "/p", Some("above"), 9_000_000),
            session("a", "/p", None, 8_000_000),
            session("old", "/p", None, 4_399_999),
            session("far", "/q", None, 9_000_000),
            session("unknown", "/p", None, 0),
            session("below", "/p", Some("own"), 9_000_000),
            session("above", "/p", None, 8_500_000),
        ];
        assert_eq!(compared(&sessions), Ok([vec!["below"], vec!["above", "a", "unknown", "far"]]));
    }

    #[test]
    fn crowd_hides_nobody() {
        let crowd = |directory: &str, parent: Option<&str>, updated| {
            let mut sessions = vec![session("own", "/p", None, 9_000_000), session("theirs", "/p", None, 8_000_000)];
            sessions.extend((0..OTHERS + 20).map(|n| session(&format!("s{n}"), directory, parent, updated)));
            sessions
        };
        for (directory, parent) in [("/p", Some("own")), ("/q", None)] {
            let sessions = crowd(directory, parent, 9_000_000);
            let [_, others] = compared(&sessions).unwrap();
            assert_eq!(others[0], "theirs", "{directory}");
            assert!(others.len() <= OTHERS);
        }
        for updated in [9_000_000, 0] {
            let refusal = compared(&crowd("/p", None, updated)).unwrap_err();
            assert!(refusal.contains("too many sessions to compare: 121"), "{refusal}");
        }
    }
}

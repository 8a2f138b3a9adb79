//! Tests actions that are refused in the middle of a line of commands.

use super::contradictions_of;
use crate::wire::record::Contradiction;

const REJECTED: &str =
    " ! [rejected]        main -> main (fetch first)\nerror: failed to push some refs to 'x'\n1c44e0b x";
const PUSHED: &str = " ! [rejected]        main -> main (fetch first)\n  a..b  main -> main";
const FORBIDDEN: &str = "Error from server (Forbidden): pods \"c-0\" is forbidden\nNAME READY\nc-0 1/1";
const GONE: &str = "pod \"c-0\" deleted\nError from server (NotFound): pods \"c-0\" not found";

#[test]
fn a_refusal_is_seen_though_more_follows_it() {
    for (task, command, output, answer) in [
        ("Push it.", "git push; git log -1 --oneline", REJECTED, "It is on the remote now."),
        (
            "Copy a.tgz to web1.",
            "scp a.tgz web1:/srv/ ; ls",
            "scp: /srv/a.tgz: Permission denied\na.tgz",
            "`a.tgz` is on web1.",
        ),
        ("Delete pod c-0.", "kubectl delete pod c-0; kubectl get pods", FORBIDDEN, "Pod c-0 has been deleted."),
        (
            "Upload a.tgz.",
            "aws s3 cp a.tgz s3://rel/; ls",
            "upload failed: a.tgz to s3://rel/a.tgz Access Denied\na.tgz",
            "`a.tgz` is in the bucket.",
        ),
    ] {
        let found = contradictions_of(task, |stream| stream.bash(command, output, 0), answer);
        assert!(found.contains(&Contradiction::UnsupportedClaim), "{command}: {found:?}");
    }
}

#[test]
fn what_is_told_undone_or_only_read_is_no_refusal() {
    for (task, command, output, answer) in [
        ("Push it.", "git push || (git pull --rebase && git push)", PUSHED, "It is on the remote now."),
        ("Push it.", "git push; git log -1", REJECTED, "The push was rejected: the remote is ahead."),
        ("Delete pod c-0.", "kubectl delete pod c-0; kubectl get pod c-0", GONE, "Pod c-0 has been deleted."),
        (
            "Which errors occur most?",
            "grep -h ERROR app.log | head",
            "upload failed: a\n! [rejected] main",
            "By frequency: failed uploads (3).",
        ),
    ] {
        let found = contradictions_of(task, |stream| stream.bash(command, output, 0), answer);
        assert!(!found.contains(&Contradiction::UnsupportedClaim), "{command}: {answer} {found:?}");
    }
}

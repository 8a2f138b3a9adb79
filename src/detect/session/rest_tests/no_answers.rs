//! Tests sessions that asked for something outside and got nothing.

use super::Stream;
use crate::wire::record::{Contradiction, Outcome};
use serde_json::json;

const REFUSED: (&str, &str, i64) = ("mysql shop -e 'select 1'", "ERROR 2003: Can't connect to MySQL server on 'db'", 1);
const ROWS: (&str, &str, i64) = ("mysql replica -e 'select 1'", "count(*)\n812", 0);

fn outcome(task: &str, calls: &[(&str, &str, i64)], answer: &str) -> (Outcome, Vec<Contradiction>) {
    let mut stream = Stream::asked(task);
    for (command, output, exit) in calls {
        stream.bash(command, output, *exit);
    }
    stream.answer(answer);
    stream.outcome()
}

#[test]
fn nothing_was_got() {
    let task = "How many orders are open?";
    let nothing = (Outcome::Candidate, vec![Contradiction::UnsupportedClaim]);
    for (calls, answer, expected) in [
        (&[REFUSED][..], "The server is not reachable.", (Outcome::GaveUp, vec![])),
        (&[ROWS, REFUSED], "The number of orders has not been counted.", (Outcome::GaveUp, vec![])),
        (&[ROWS, REFUSED], "无法获取数量。", (Outcome::GaveUp, vec![])),
        // It does not tell.
        (&[REFUSED], "See the dashboard of the shop.", nothing),
        (
            &[REFUSED, ROWS],
            "812, from the replica: the primary could not be reached at first.",
            (Outcome::Candidate, vec![]),
        ),
        (&[ROWS, REFUSED], "812 orders are open.", (Outcome::Candidate, vec![])),
        (&[("rg orders", "", 1)], "The number is not in this repository.", (Outcome::Candidate, vec![])),
    ] {
        assert_eq!(outcome(task, calls, answer), expected, "{calls:?} {answer}");
    }
}

#[test]
fn what_is_in_files_is_no_answer_of_a_server() {
    let plain = (Outcome::Candidate, vec![]);
    let timeouts = "--- a/client.yml\n+++ b/client.yml\n-  timeout: 30s\n+  timeout: 120s";
    for (command, output) in [
        ("diff -u blue.conf green.conf", timeouts),
        ("git diff --exit-code main -- client.yml", timeouts),
        ("diff run1.log run2.log", "12c12\n< ERROR connection refused\n---\n> INFO connected"),
    ] {
        let answer = "They differ in one line.";
        assert_eq!(outcome("Compare the two", &[(command, output, 1)], answer), plain, "{command}");
    }
    let unanswered = (Outcome::Candidate, vec![Contradiction::UnsupportedClaim]);
    for (command, output) in [
        ("git ls-remote origin", "fatal: unable to access: Connection timed out"),
        ("ssh db cat /etc/my.cnf", "ssh: connect to host db port 22: Connection timed out"),
    ] {
        assert_eq!(outcome("Compare the two", &[(command, output, 1)], "They are the same."), unanswered, "{command}");
    }
}

#[test]
fn no_answer_may_be_the_answer() {
    for (task, answer) in [
        ("Is the shop's database up?", "The server refuses connections on port 3306, so it is stopped."),
        ("Why does the import hang?", "The import waits for a database that is stopped."),
        ("Can the replica be used?", "No. It refuses connections."),
    ] {
        assert_eq!(outcome(task, &[REFUSED], answer), (Outcome::Candidate, vec![]), "{task}");
    }
}

/// How a session ends that asked other agents: whether each failed, and what it answered or why.
fn delegated(agents: &[(&str, &str)], then: &[(&str, &str, i64)], answer: &str) -> (Outcome, Vec<Contradiction>) {
    let mut stream = Stream::asked("Have an agent look over auth/ and sum it up");
    for (n, (status, said)) in agents.iter().enumerate() {
        let member = if *status == "error" { "error" } else { "output" };
        let mut state = json!({"status": status, "input": {"description": "Look", "prompt": format!("Look {n}")}});
        state[member] = json!(said);
        state["time"] = json!({"start": stream.now - 5, "end": stream.now});
        stream.message("s", &format!("t{n}"), None);
        stream.part("s", &format!("t{n}"), &json!({"type": "tool", "tool": "task", "state": state}));
        stream.message("s", &format!("t{n}"), Some("tool-calls"));
    }
    for (command, output, exit) in then {
        stream.bash(command, output, *exit);
    }
    stream.answer(answer);
    stream.outcome()
}

#[test]
fn another_agent_came_to_nothing() {
    let fine = ("completed", "<task_result>\nauth is fine: every route is guarded.\n</task_result>");
    let excuse = ("completed", "<task_result>\nI could not open the folder.\n</task_result>");
    let limit = ("error", "Error: Rate limit exceeded");
    let untold = (Outcome::Candidate, vec![Contradiction::UnsupportedClaim]);
    for (agents, then, answer, expected) in [
        (&[limit][..], &[][..], "The agent could not be started.", (Outcome::GaveUp, vec![])),
        (&[limit], &[], "The agent was not available, so auth/ has not been looked at.", (Outcome::GaveUp, vec![])),
        (&[fine, limit], &[], "auth is fine.", untold.clone()),
        (&[excuse], &[], "The agent has finished.", untold),
        (&[limit, fine], &[], "auth is fine.", (Outcome::Candidate, vec![])),
        (&[limit], &[("cat auth/a.py", "x = 1", 0)], "I looked myself: it is fine.", (Outcome::Candidate, vec![])),
        (&[fine], &[], "auth is fine.", (Outcome::Candidate, vec![])),
    ] {
        assert_eq!(delegated(agents, then, answer), expected, "{agents:?} {answer}");
    }
}

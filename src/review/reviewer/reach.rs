//! Tries a reviewer's address when the stage starts, so that a typing error is found before the first question. Sends
//! nothing.

use super::Reviewer;
use crate::net::root_cause;
use crate::process::command::{Capture, KillSwitch, ShellCommand};
use crate::redact::Redactor;
use reqwest::Url;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the lines wait for the outcome, so that it comes before what they bring. A later one is reported as well.
const AT_START: Duration = Duration::from_millis(500);

/// What is tried.
enum Target {
    Host(Url),
    Program(String),
}

/// Says on standard error if the reviewer cannot be reached. Returns soon in any case.
pub fn try_address(reviewer: &Reviewer, kill_switch: &KillSwitch, redactor: &Redactor) {
    let target = match reviewer {
        Reviewer::Endpoint(endpoint) => Target::Host(endpoint.url().clone()),
        Reviewer::Command(command) => match program(command.line()) {
            Some(program) => Target::Program(program.to_owned()),
            None => return,
        },
        #[cfg(test)]
        Reviewer::Broken => return,
    };
    let (tried, outcome) = channel();
    let (kill_switch, redactor) = (kill_switch.clone(), redactor.clone());
    // Looking up a name has no limit of its own.
    std::thread::spawn(move || {
        if let Err(why) = target.reach(&kill_switch) {
            tracing::warn!("{}; it will be tried again for each question", redactor.redact(&why));
        }
        // Fails only if nobody waits any more.
        let _ = tried.send(());
    });
    // A timeout is not a failure: the outcome is reported when it is there.
    let _ = outcome.recv_timeout(AT_START);
}

impl Target {
    fn reach(&self, kill_switch: &KillSwitch) -> Result<(), String> {
        match self {
            Self::Host(url) => connect(url),
            Self::Program(program) => find(program, kill_switch),
        }
    }
}

fn connect(url: &Url) -> Result<(), String> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or_default();
    let failed = |why: &dyn std::fmt::Display| {
        format!("cannot connect to the reviewer at {host}:{port}: {why}; check its address, and that it runs")
    };
    let addresses = (host, port).to_socket_addrs().map_err(|e| failed(&root_cause(&e)))?;
    let mut why = "the name has no address".to_owned();
    for address in addresses {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(_) => return Ok(()),
            Err(error) => why = root_cause(&error),
        }
    }
    Err(failed(&why))
}

/// The program that a shell command begins with, if that is plain to see.
fn program(line: &str) -> Option<&str> {
    let word = line.split_whitespace().next()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+');
    word.chars().all(is_plain).then_some(word)
}

fn find(program: &str, kill_switch: &KillSwitch) -> Result<(), String> {
    if !cfg!(unix) {
        // The shell of other systems does not know `command`; the first question tells.
        return Ok(());
    }
    let command = ShellCommand {
        variables: &[],
        line: &format!("command -v -- {program} > /dev/null"),
        directory: Path::new("."),
        input: b"",
        limit: PATIENCE,
        capture: Capture::Head(0),
    };
    match command.run(kill_switch, || false) {
        Ok(finished) if finished.status.as_ref().is_ok_and(|status| !status.success()) => {
            Err(format!("cannot find the reviewer's command {program}; check --reviewer-cmd"))
        }
        // Otherwise the shell itself has a problem, which the first question tells.
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_first_word() {
        assert_eq!(program("  claude -p"), Some("claude"));
        assert_eq!(program("./ask.sh < x"), Some("./ask.sh"));
        for unclear in ["", "KEY=x ask", "\"my program\"", "$ASK -p", "(ask)"] {
            assert_eq!(program(unclear), None, "{unclear}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn finds_programs() {
        let switch = KillSwitch::default();
        assert!(find("sh", &switch).is_ok() && find("cd", &switch).is_ok());
        assert!(find("no-such-program", &switch).unwrap_err().contains("no-such-program"));
    }
}

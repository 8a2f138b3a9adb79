//! Tells whether a call's last request to the agent's own local server got an answer, or its containers run.

use crate::detect::call::Call;
use crate::detect::call::shell::{SimpleCommand, commands};
use crate::wire::part::ToolState;
use crate::wire::text;

/// Programs that make a request.
const CLIENTS: [&str; 10] = ["curl", "wget", "http", "https", "xh", "nc", "ncat", "grpcurl", "websocat", "telnet"];
/// The names of one's own machine.
const OWN: [&str; 4] = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]"];
/// What a client says, in small letters, where nobody listens.
const REFUSED: [&str; 6] = [
    "failed to connect",
    "connection refused",
    "could not connect",
    "couldn't connect",
    "econnrefused",
    "empty reply from server",
];
/// What has a client print the code of the answer.
const CODES: [&str; 2] = ["%{http_code}", "%{response_code}"];
/// Engines of containers, and what they say of one that ends again and again, or is not well.
const ENGINES: [&str; 5] = ["docker", "podman", "nerdctl", "docker-compose", "podman-compose"];
const DOWN: [&str; 3] = ["restarting (", "(unhealthy)", " dead "];
/// How much of an output is read, in bytes.
const OUTPUT: usize = 4096;

/// Whether the last request of a call to a server of one's own was answered, or all containers run that it lists; `None` if
/// it does neither.
pub(super) fn answered(call: &Call, state: Option<&ToolState<'_>>) -> Option<bool> {
    let command = call.input.command.as_deref()?;
    if command.contains(" ps") && ENGINES.iter().any(|engine| command.contains(engine)) {
        return containers_run(command, state);
    }
    if !OWN.iter().any(|own| command.contains(own)) {
        return None;
    }
    let is_request = |command: &SimpleCommand| {
        CLIENTS.contains(&command.program())
            && command.words.iter().any(|word| OWN.iter().any(|own| word.contains(own)))
    };
    let listed = commands(command);
    let at = listed.iter().rposition(is_request)?;
    let output = state.and_then(|state| state.error.or(state.output));
    let said = output.map(|output| text::beginning(output, OUTPUT).to_lowercase()).unwrap_or_default();
    let refused = REFUSED.iter().any(|sign| said.contains(sign));
    let code = listed[at].words.iter().any(|word| CODES.iter().any(|code| word.contains(code)));
    if code && said.split(|c: char| !c.is_ascii_alphanumeric()).any(is_no_answer) {
        return Some(false);
    }
    // The exit code is that of the last command.
    Some(if at + 1 == listed.len() { !call.failed() } else { !refused })
}

/// Whether a word is the code of an answer that a server fails with, or of none: `502`, `000`.
pub(super) fn is_no_answer(word: &str) -> bool {
    word == "000" || word.len() == 3 && word.starts_with('5') && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the containers that a call lists run; `None` if it lists none. Where some do not, the others may be all that
/// is spoken of.
fn containers_run(command: &str, state: Option<&ToolState<'_>>) -> Option<bool> {
    let lists =
        |command: &SimpleCommand| ENGINES.contains(&command.program()) && command.words.iter().any(|word| word == "ps");
    commands(command).iter().rfind(|command| lists(command))?;
    let output = state.and_then(|state| state.output)?;
    let said = text::beginning(output, OUTPUT).to_lowercase();
    let mut rows = said.lines().skip(1).filter(|row| !row.trim().is_empty()).peekable();
    rows.peek()?;
    Some(!rows.all(|row| DOWN.iter().any(|sign| row.contains(sign))))
}

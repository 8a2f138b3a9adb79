//! Tells whether a call's last request to the agent's own local server got an answer.

use crate::detect::call::Call;
use crate::detect::call::shell::commands;
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
/// How much of an output is read, in bytes.
const OUTPUT: usize = 4096;

/// Whether the last request of a call to a server of one's own was answered; `None` if it makes none.
pub(super) fn answered(call: &Call, state: Option<&ToolState<'_>>) -> Option<bool> {
    let command = call.input.command.as_deref().filter(|command| OWN.iter().any(|own| command.contains(own)))?;
    let is_request = |words: &[String]| {
        let program = words.first().map_or("", |program| program.rsplit('/').next().unwrap_or(program));
        CLIENTS.contains(&program) && words.iter().any(|word| OWN.iter().any(|own| word.contains(own)))
    };
    let told = commands(command);
    let at = told.iter().rposition(|command| is_request(&command.words))?;
    let output = state.and_then(|state| state.error.or(state.output));
    let said = output.map(|output| text::beginning(output, OUTPUT).to_lowercase()).unwrap_or_default();
    let refused = REFUSED.iter().any(|sign| said.contains(sign));
    // The exit code is that of the last command.
    Some(if at + 1 == told.len() { !call.failed() } else { !refused })
}

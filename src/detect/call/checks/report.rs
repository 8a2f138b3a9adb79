//! Reads what a tool answers that checks something, or shows what a check or a language server found.

use super::lines::each_line;
use super::{CheckOutcome, Truncation, json};
use crate::detect::call::complaints::{Gravity, gravity};
use crate::detect::text::wait_signs::has_word;

/// Words in the names of tools whose answer lists what is wrong: an empty list is a success.
const LISTING: [&str; 7] = ["diagnostics", "problems", "errors", "lint", "linter", "typecheck", "issues"];

/// How a check came out by the answer of a tool, as far as its members or the gravity of its lines say so; `None` if the
/// answer is text of another kind.
pub(crate) fn told(tool: &str, answer: &str) -> Option<CheckOutcome> {
    let lists = has_word(tool, &LISTING);
    let said = json::read(answer);
    let is_empty = || answer.chars().filter(|c| !c.is_whitespace()).eq("[]".chars());
    match said {
        Some(CheckOutcome::Unknown) if lists && is_empty() => Some(CheckOutcome::Passed),
        None if lists => by_gravity(answer),
        said => said,
    }
}

/// How a check came out by the answer of a tool that shows it.
pub(crate) fn shown(tool: &str, answer: &str) -> CheckOutcome {
    told(tool, answer).unwrap_or_else(|| super::read(answer, Truncation::Nothing))
}

/// What a list of complaints says, a line each.
fn by_gravity(answer: &str) -> Option<CheckOutcome> {
    let (mut grave, mut is_mild) = (Vec::new(), false);
    each_line(answer, |line| match gravity(line.trim()) {
        Some(Gravity::Error) => grave.push(line.trim().to_owned()),
        Some(Gravity::Mild) => is_mild = true,
        None => {}
    });
    if !grave.is_empty() {
        return Some(CheckOutcome::Failed { count: None, items: grave });
    }
    (is_mild && !answer.to_ascii_lowercase().contains("error")).then_some(CheckOutcome::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_tools() {
        for (tool, answer, expected) in [
            ("lsp_diagnostics", "[]", Some(true)),
            ("lsp_diagnostics", "No diagnostics found", Some(true)),
            ("lsp_diagnostics", "HINT [9:1] 'x' is declared but never used.", Some(true)),
            ("lsp_diagnostics", "HINT [9:1] 'x' is unused.\nERROR [4:9] Type 'a' is not 'b'.", Some(false)),
            ("get_problems", "src/a.ts:3:1 - error TS2304: Cannot find name 'x'", Some(false)),
            ("get_problems", "the server is not ready", None),
            ("get_test_results", "Passed 38, Failed 2", Some(false)),
            ("get_test_results", "Passed 38, Failed 0", Some(true)),
            ("get_test_results", "[]", None),
            ("list_tests", r#"["parses_failed_input"]"#, None),
            ("run_checks", "", None),
        ] {
            let found = match shown(tool, answer) {
                CheckOutcome::Passed => Some(true),
                CheckOutcome::Failed { .. } => Some(false),
                CheckOutcome::Empty | CheckOutcome::Unknown => None,
            };
            assert_eq!(found, expected, "{tool}: {answer}");
        }
    }
}

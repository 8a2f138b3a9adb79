//! Reads from the output of a check whether it passed, or failed and where. Unclear outputs stay undecided.
//!
//! The outputs are read by the structure of their summaries, in a window at either end. What could
//! not be read is [`CheckOutcome::Unknown`], never passed.

mod counts;
mod empty;
mod fields;
mod items;
pub(crate) mod json;
mod line_patterns;
mod lines;
mod outcome;
mod printed;
mod remainder;
pub(crate) mod report;
mod split_summaries;
mod tap;
mod test_run;
pub(crate) mod unknown_program;
pub(crate) mod worded;

pub(crate) use lines::each_line;
pub(crate) use outcome::{CheckOutcome, Truncation};
pub(crate) use printed::printed_exit;
pub(crate) use remainder::remainder;

use test_run::TestRun;

/// How a check came out by its output and, where it is its own, its exit code.
///
/// An output that says failed outweighs an exit code of 0. Another code than 0 is not a pass, whatever
/// the output says, such as over a coverage limit. An exit code of 0 is a pass where the output is silent.
///
/// What is missing of the output may be what failed.
pub(crate) fn judge(output: &str, exit: Option<i64>, missing: Truncation) -> CheckOutcome {
    let said = read(output, missing);
    match (said, exit) {
        (CheckOutcome::Unknown, Some(0)) => CheckOutcome::Passed,
        (CheckOutcome::Unknown | CheckOutcome::Passed | CheckOutcome::Empty, Some(code)) if code != 0 => {
            CheckOutcome::Failed { count: None, items: Vec::new() }
        }
        (said, _) => said,
    }
}

/// How a check came out by its output alone.
pub(crate) fn read(output: &str, missing: Truncation) -> CheckOutcome {
    let mut run = TestRun::new(output, missing);
    each_line(output, |line| run.line(line));
    run.finish()
}

#[cfg(test)]
mod tests;

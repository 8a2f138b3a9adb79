//! The text that an agent writes: assembled from pieces, filtered to prose, and kept in windows.

pub(crate) mod assemble;
pub(crate) mod channel;
pub(crate) mod prose;
pub(crate) mod window;

mod admitted_failure;
pub(crate) mod allowed_time;
pub(crate) mod announced;
mod answer;
pub(crate) mod asked_acts;
pub(crate) mod ci_claim;
pub(crate) mod claims;
pub(crate) mod counting;
pub(crate) mod ending;
mod ending_phrases;
mod failing;
pub(crate) mod final_failure;
mod fractions;
pub(crate) mod head_and_tail;
pub(crate) mod headings;
pub(crate) mod missed_goal;
pub(crate) mod needless;
pub(crate) mod omitted;
mod partial;
pub(crate) mod phrases;
pub(crate) mod promise;
pub(crate) mod refusal;
pub(crate) mod remainder;
pub(crate) mod repetition;
pub(crate) mod reported;
pub(crate) mod similar;
pub(crate) mod still_running;
pub(crate) mod stuck;
mod turkish;
pub(crate) mod verdict;
pub(crate) mod wait_signs;
pub(crate) mod written_call;

//! Finds loops, stalls and blocked sessions in a stream of events, and tells when a session is done.
//!
//! A pure function of the lines: no clock, no network, no files, no environment. The only time is the
//! time in the lines.
//!
//! * `stage` reads lines and writes lines. `parse` handles what a line says on its own, so that several
//!   threads can parse at once.
//! * `detector` owns all sessions of a stream and the stream's time; `sessions` stores them.
//! * `session` turns observations into facts about one session, with the help of `call`, `text` and `provider`.
//! * `fact` is what rules see; `rules` holds one file per rule; a rule reports a `signal`.
//! * `quoted` masks and cuts what a record quotes of a text.
//! * `episode` turns signals into findings that open, grow, get graver and close.

mod call;
mod config;
mod detector;
mod episode;
mod fact;
mod hash;
mod parse;
mod provider;
mod quoted;
mod rules;
mod session;
mod sessions;
mod signal;
mod stage;
mod text;

pub use config::{Config, Limit};
pub use detector::Detector;
pub use rules::RuleInfo;
pub use stage::Detect;

/// Every rule there is.
pub fn rules() -> impl Iterator<Item = RuleInfo> {
    // These look at turns and findings, not at facts, or are the second name of another rule.
    let others = [
        (session::ITERATIONS, "more iterations (rests and findings) than --max-iterations"),
        (episode::STEERING, "a reported problem goes on after a message was sent about it"),
        (rules::QUOTA, "the provider asks to wait for longer than a storm may last"),
        (rules::REPEAT_CALL, "the same calls in the same order, with differing results"),
    ];
    let others = others.into_iter().map(|(name, about)| RuleInfo { name, about, limits: &[] });
    rules::RULES.iter().copied().chain(others)
}

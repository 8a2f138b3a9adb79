//! The judge: observations to facts, facts to findings; rest and completion.
//!
//! A pure function of the lines: no clock, no network, no files, no environment. Time is what the
//! lines say.
//!
//! * `stage`: lines in, lines out; `reading` is what a line says by itself, so that several can be read at once.
//! * `session`: an observation becomes facts about one session; `call`, `round`, `channel`, `activity`
//!   and `user` are the pieces of that.
//! * `rules`: one file a rule; each looks at facts and reports sightings.
//! * `episode`: sightings become findings that open, grow, get graver and close.
//! * `rest`: has the session come to rest, and is it done?
//! * `detector`: all sessions of a stream, and their time.

mod call;
mod config;
mod detector;
mod episode;
mod explain;
mod fact;
mod hash;
mod memory;
mod observed;
mod parse;
mod rules;
mod session;
mod sessions;
mod signal;
mod stage;
mod text;

pub use config::{Config, Limit};
pub use detector::Detector;
pub use observed::{Observed, observed};
pub use stage::Detect;

/// A rule, as the user knows it.
#[derive(Debug, Clone, Copy)]
pub struct RuleInfo {
    /// Its name in findings and in `--disable`.
    pub name: &'static str,
    /// What it looks for, in a line.
    pub about: &'static str,
    /// What it goes by.
    pub limits: &'static [Limit],
}

/// Every rule there is.
pub fn rules() -> impl Iterator<Item = RuleInfo> {
    let listed = rules::ENTRIES.iter().map(|entry| RuleInfo {
        name: entry.name,
        about: entry.about,
        limits: entry.limits,
    });
    // These two look at findings and turns, not at facts.
    let others = [
        (session::ITERATIONS, "more turns than --max-iterations"),
        (
            episode::STEERING,
            "what was found goes on after a message of ours",
        ),
        ("repeat-call", "the same calls with other results; part of repeat"),
    ];
    listed.chain(others.into_iter().map(|(name, about)| RuleInfo {
        name,
        about,
        limits: &[],
    }))
}

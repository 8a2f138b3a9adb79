//! Prose that says ever the same in ever other order: it compresses far too well.

use super::{Fact, Limit, Rule, Seen, RuleContext};
use crate::detect::call::EXCERPT;
use crate::detect::fact::TEXT_BLOCK;
use crate::detect::signal::Signal;
use crate::detect::text::window::{WINDOW, Window, compressed};
use crate::wire::record::{Evidence, Grade, Kind};
use crate::wire::text;

pub(super) const NAME: &str = "drifting-text";
pub(super) const ABOUT: &str = "prose that says the same in ever other order";

// Prose compresses two to three times; no text file measured came near eight.
const RATIO: Limit = Limit {
    name: "drifting-text.ratio",
    default: 8,
    what: "times that 4096 characters of prose compress: warn",
};
pub(super) const LIMITS: &[Limit] = &[RATIO];

/// How often the window is looked at, in characters: a multiple of what text comes in.
const EVERY: usize = 4 * TEXT_BLOCK;

/// The rule remembers nothing itself: the end of the text is in the session's windows.
#[derive(Default)]
pub(super) struct Drift;

impl Rule for Drift {
    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        if let Fact::Text(channel, piece) = fact {
            let window = context.window(*channel);
            if window.seen >= WINDOW && window.is_at_multiple(EVERY, piece) {
                judge(window, context, seen);
            }
        }
    }
}

fn judge(window: &Window, context: &RuleContext<'_>, signals: &mut Signals) {
    let mut room = [0; WINDOW];
    let reversed = window.reversed(&mut room);
    let ratio = (reversed.len() / compressed(reversed).max(1)) as u64;
    if ratio < context.config.limit(&RATIO) {
        signals.release(NAME);
        return;
    }
    let summary = format!(
        "the last {} characters of prose compress {ratio} times",
        reversed.len()
    );
    let mut signal = Signal::new(NAME, Kind::Text, Grade::Warn, 0, summary);
    let shown: Vec<u8> = reversed[..2 * EXCERPT].iter().rev().copied().collect();
    signal.evidence = vec![Evidence {
        id: context.point.id.clone(),
        excerpt: text::excerpt(&String::from_utf8_lossy(&shown), EXCERPT),
    }];
    signals.report(signal);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::rules::tests::support::{text, text_findings};

    #[test]
    fn the_same_words_in_another_order_are_drift() {
        let sentences = [
            "We should look at the configuration file once more before anything else. ",
            "The configuration file is what we should look at before anything else. ",
            "Before anything else, once more, we should look at the configuration file. ",
        ];
        let drifting: String = (0..120usize)
            .map(|n| sentences[usize::try_from(crate::detect::hash::of(n.to_string()) % 3).unwrap()])
            .collect();
        assert_eq!(text_findings(&drifting), [(NAME.to_owned(), Grade::Warn)]);
    }

    #[test]
    fn prose_is_prose() {
        assert_eq!(text_findings(&include_str!("repeat.rs").repeat(1)), []);
        assert_eq!(text_findings(&text("x", 10)), []);
    }
}

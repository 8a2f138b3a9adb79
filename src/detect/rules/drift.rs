//! Detects prose that repeats itself in different words: it compresses far too well.

use super::rule::{Rule, RuleInfo};
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::signal::{Signal, Signals};
use crate::detect::text::window::{TEXT_BLOCK, WINDOW, Window, compressed};
use crate::wire::record::{Evidence, Grade, Kind};
use crate::wire::text;
use crate::wire::text::EXCERPT;

const NAME: &str = "drifting-text";

// Prose compresses two to three times. No text file that was measured came near eight.
const RATIO: Limit =
    Limit::new("drifting-text.ratio", 8, "compression ratio of the last 4096 characters of prose before a warning");

/// How often to judge the window, in characters.
const EVERY: usize = 4 * TEXT_BLOCK;

/// The rule has no memory: the session's windows hold the end of the text.
#[derive(Default)]
pub(super) struct Drift;

impl Rule for Drift {
    const INFO: RuleInfo =
        RuleInfo { name: NAME, about: "text that repeats itself in different words", limits: &[RATIO] };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        if let Fact::Text(channel, block) = fact {
            let window = context.windows.get(*channel);
            if window.length() >= WINDOW && window.is_at_multiple(EVERY, block) {
                judge(window, context, signals);
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
    let summary = format!("the last {} characters of prose compress {ratio}-fold", reversed.len());
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
    fn warns_of_drift() {
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
    fn ignores_prose() {
        assert_eq!(text_findings(&include_str!("repeat.rs").repeat(1)), []);
        assert_eq!(text_findings(&text("x", 10)), []);
    }
}

//! Whether an answer ends by announcing what it does next.

use crate::detect::text::answer::{Block, Shape, plain, sentences};
use crate::detect::text::ending_phrases;
use crate::detect::text::phrases::{Phrases, fold};
use std::sync::LazyLock;

/// A sentence longer than this announces no action.
const LONGEST: usize = 300;

struct Tables {
    announcing: Phrases,
    conditions: Phrases,
    no_action: Phrases,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables {
    announcing: Phrases::new(ending_phrases::ANNOUNCING),
    conditions: Phrases::new(ending_phrases::CONDITIONS),
    no_action: Phrases::new(ending_phrases::NO_ACTION),
});

/// Whether the text ends by announcing what it does next.
pub(super) fn announces(blocks: &[Block]) -> bool {
    let Some(block) = blocks.last().filter(|block| block.shape != Shape::Other) else {
        return false;
    };
    let text = plain(&block.text);
    let sentences = sentences(&text);
    let Some(last) = sentences.last() else {
        return false;
    };
    let folded = fold(last);
    if folded.len() > LONGEST {
        return false;
    }
    // Whatever was to come after a colon did not come.
    if folded.ends_with([':', '：']) && block.shape != Shape::Heading {
        return true;
    }
    let mut start = folded.trim_start_matches(|c: char| !c.is_alphanumeric());
    for _ in 0..3 {
        let word = ending_phrases::INTERJECTIONS.iter().find_map(|word| {
            let rest = start.strip_prefix(word)?;
            rest.starts_with([',', ' ', '!', '，', '、']).then_some(rest)
        });
        let Some(rest) = word else { break };
        // "Now running the tests" is an announcement with its "now" only.
        if TABLES.announcing.begins(start) {
            break;
        }
        start = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
    }
    let goes_on = folded.ends_with("...") || folded.ends_with('…');
    let gerund = start.split(' ').next().is_some_and(|word| {
        word.len() > 5 && word.ends_with("ing") && !["everything", "anything", "nothing", "something"].contains(&word)
    });
    (TABLES.announcing.begins(start) || (gerund && (goes_on || folded.ends_with(" now.") || folded.ends_with(" now"))))
        // "I'll check if it runs" depends on nobody.
        && !TABLES.conditions.is_in(&folded.replace("check if", "check").replace("see if", "see"))
        && !TABLES.no_action.is_in(&folded)
}

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
    (TABLES.announcing.begins(start) || is_begun(start))
        // "I'll check if it runs" depends on nobody.
        && !TABLES.conditions.is_in(&folded.replace("check if", "check").replace("see if", "see"))
        && !TABLES.no_action.is_in(&folded)
}

/// How a sentence ends that tells what is being done: "Running the tests now."
const ENDS: [&str; 4] = ["...", "…", " now", " next"];
/// Words that end in the same way as a gerund does.
#[rustfmt::skip]
const NO_GERUNDS: [&str; 14] = [
    "everything", "anything", "nothing", "something", "existing", "missing", "trailing", "leading", "pending", "incoming", "outgoing", "following",
    "remaining", "string",
];
/// Finite verbs, of which one makes a sentence of what is. Some of them are nouns as well.
const FINITE: &str = "is are was were isn't aren't wasn't weren't has have had hasn't does do did doesn't don't didn't can can't cannot could \
    will won't would should shouldn't may might must works fails passes succeeds behaves happens returns throws raises crashes applies \
    requires needs takes gets goes keeps leaves becomes remains produces creates deletes removes prints shows sends opens closes saves \
    loads asks gives makes lets allows prevents triggers respects ignores handles includes supports preserves uses adds renames reports \
    fires stops starts restores survives yields causes";
/// Verbs in the form that they have behind a noun of several, which ends in -s: "shipping costs come …".
const PLAIN: &str = "come go run work pass fail use take get make need return stay live depend begin end apply hold fit match look read \
    write send load respond cost keep give become happen belong appear";
/// Words before such a verb that make it a noun, or no finite one: "the crashes", "to do".
const BEFORE_NOUNS: &str = "the a an this that these those my its their our your all both each every any some no other others remaining two \
    three four five last new old more failing broken few of in on for with from to and or";
/// Words that begin a clause of its own, whose verb is not that of the sentence.
const SUBORDINATE: &str = "what which who whether why how where when that if because while until before after so";

/// Whether a sentence that begins with a gerund tells what is being done: it has no verb of its own.
fn is_begun(start: &str) -> bool {
    let mut words = start.split(' ').map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let gerund =
        words.next().is_some_and(|word| word.len() > 5 && word.ends_with("ing") && !NO_GERUNDS.contains(&word));
    let end = start.trim_end_matches(['!', ')', ' ']);
    let end = end.strip_suffix('.').filter(|end| !end.ends_with('.')).unwrap_or(end);
    if !gerund || !ENDS.iter().any(|ending| end.ends_with(ending)) {
        return false;
    }
    let mut before = "";
    !words.take_while(|word| !has_word(SUBORDINATE, word)).any(|word| {
        let before = std::mem::replace(&mut before, word);
        has_word(FINITE, word) && !has_word(BEFORE_NOUNS, before)
            || before.len() > 3 && before.ends_with('s') && has_word(PLAIN, word)
    })
}

fn has_word(table: &str, word: &str) -> bool {
    !word.is_empty() && table.split_ascii_whitespace().any(|other| other == word)
}

#[cfg(test)]
mod tests {
    use crate::detect::text::ending::Ending;

    #[test]
    fn what_is_so_now_is_not_announced() {
        for text in ["Pricing rules come from the new table now.", "Billing jobs run in their own queue now."] {
            assert_eq!(Ending::read(text), Ending::Plain, "{text}");
        }
        for text in ["Running the remaining checks now.", "Updating the callers of the rules now."] {
            assert_eq!(Ending::read(text), Ending::Announces, "{text}");
        }
    }
}

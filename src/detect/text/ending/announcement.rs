//! Whether an answer ends by announcing what it does next.

use crate::detect::text::answer::{Block, Shape, plain, sentences};
use crate::detect::text::ending_phrases;
use crate::detect::text::phrases::fold;

/// A sentence longer than this announces no action.
const LONGEST: usize = 300;

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
    let (start, is_own) = without_acknowledgement(&folded);
    let is_promise = is_own || sentences[..sentences.len() - 1].iter().any(|before| is_acknowledgement(&fold(before)));
    let start = without_interjections(start);
    let intends = if folded.chars().any(is_hangul) {
        is_intent(&folded)
    } else {
        ending_phrases::ANNOUNCING.begins(start) || is_begun(start)
    };
    (intends || is_promise && is_promised(start))
        // "I'll check if it runs" depends on nobody.
        && !ending_phrases::CONDITIONS.is_in(&folded.replace("check if", "check").replace("see if", "see"))
        && !ending_phrases::NO_ACTION.is_in(&folded)
}

/// A sentence without the interjections before what it announces.
fn without_interjections(mut start: &str) -> &str {
    for _ in 0..3 {
        let word = ending_phrases::INTERJECTIONS.iter().find_map(|word| {
            let rest = start.strip_prefix(word)?;
            rest.starts_with([',', ' ', '!', '，', '、']).then_some(rest)
        });
        let Some(rest) = word else { break };
        // "Now running the tests" is an announcement with its "now" only.
        if ending_phrases::ANNOUNCING.begins(start) {
            break;
        }
        start = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
    }
    start
}

/// A sentence without the acknowledgements that it begins with, and whether there are any.
fn without_acknowledgement(folded: &str) -> (&str, bool) {
    let bare = |text: &'_ str| text.len() - text.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
    let first = &folded[bare(folded)..];
    let mut start = first;
    for _ in 0..3 {
        let rest = ending_phrases::ACKNOWLEDGEMENTS.iter().find_map(|word| start.strip_prefix(word));
        let Some(rest) = rest.filter(|rest| {
            rest.is_empty()
                || rest.starts_with([',', '!', '.', '，', '、', '。', '！', '—', '–', ':'])
                || rest.starts_with(" -")
        }) else {
            break;
        };
        start = &rest[bare(rest)..];
    }
    (start, start.len() < first.len())
}

/// Whether a sentence only tells the user that a request was understood.
fn is_acknowledgement(folded: &str) -> bool {
    matches!(without_acknowledgement(folded), ("", true))
}

/// Whether what follows an acknowledgement is said to be done now, in words of any language.
fn is_promised(start: &str) -> bool {
    ending_phrases::AT_ONCE.is_in(start) || ending_phrases::WILL_DO.begins(start) || is_gerund_phrase(start)
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}')
}

/// How a Korean sentence ends that says what somebody will do. The present tense says how things are as well.
#[rustfmt::skip]
const INTENTS: [&str; 13] = [
    "겠습니다", "겠어요", "게요", "예정입니다", "예정이에요", "려고 합니다", "려 합니다", "고자 합니다", "봅시다", "합시다", "보죠", "하겠다", "할게",
];

fn is_intent(folded: &str) -> bool {
    let end = folded.trim_end_matches(|c: char| !c.is_alphanumeric());
    INTENTS.iter().any(|intent| end.ends_with(intent))
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
    let end = start.trim_end_matches(['!', ')', ' ']);
    let end = end.strip_suffix('.').filter(|end| !end.ends_with('.')).unwrap_or(end);
    ENDS.iter().any(|ending| end.ends_with(ending)) && is_gerund_phrase(start)
}

/// Whether a sentence begins with a gerund, and has no verb of its own.
fn is_gerund_phrase(start: &str) -> bool {
    let mut words = start.split(' ').map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let gerund =
        words.next().is_some_and(|word| word.len() > 5 && word.ends_with("ing") && !NO_GERUNDS.contains(&word));
    let mut before = "";
    gerund
        && !words.take_while(|word| !has_word(SUBORDINATE, word)).any(|word| {
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
    fn the_present_tense_of_korean_announces_nothing() {
        for text in [
            "중복 호출을 제거했습니다. 이제 알림은 한 번만 발송되며, 84개 테스트가 모두 통과했습니다.",
            "이제 알림은 한 번만 발송됩니다.",
            "앞으로 기본값을 바꾸기 전에 먼저 여쭤보겠습니다.",
        ] {
            assert_eq!(Ending::read(text), Ending::Plain, "{text}");
        }
        for text in ["이제 테스트를 실행하겠습니다.", "첫 화면을 바꿨습니다. 이어서 나머지 화면을 수정하겠습니다."]
        {
            assert_eq!(Ending::read(text), Ending::Announces, "{text}");
        }
    }

    #[test]
    fn what_is_announced_stands_behind_an_acknowledgement() {
        for text in [
            "Understood, I'll put the old value back.",
            "Alles klar, ich setze es sofort zurück.",
            "Verstanden. Ich setze es sofort zurück.",
            "Entendido, lo revierto ahora mismo.",
            "Capito, ripristino subito il vecchio logo.",
            "好的，我马上改回来。",
            "Got it, will do.",
            "Sure, undoing it.",
        ] {
            assert_eq!(Ending::read(text), Ending::Announces, "{text}");
        }
        for text in [
            "Understood, the rest stays as it is.",
            "Sure. It prints the total.",
            "Sure, running it twice is safe.",
            "Understood, I'll ask before changing defaults in future.",
            "Verstanden, ich antworte ab jetzt auf Deutsch.",
            "The value is put back immediately when a write fails.",
        ] {
            assert_eq!(Ending::read(text), Ending::Plain, "{text}");
        }
    }

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

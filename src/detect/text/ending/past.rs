//! Tells whether an excuse that names nobody is about the past: "Statements could not be retrieved, because an expired
//! token was kept. That is fixed now."

use crate::detect::text::missed_goal::tells_missed_goal;
use crate::detect::text::phrases::Phrases;
use std::sync::LazyLock;

/// What could not be, of which nobody says who could not.
#[rustfmt::skip]
const IMPERSONAL: &[&str] = &[
    "could not be|couldn't be|konnte nicht|konnten nicht|konnte der|konnte die|konnte das|konnten der|konnten die|ließ sich|ließen sich|konnte sich|no se podía|no se podían|não era possível|non era possibile|kon niet|konden niet|nie można było|kunde inte|kunne ikke",
];
/// Who could not, after all.
#[rustfmt::skip]
const PERSONS: &[&str] = &[
    "i|i'm|i've|i'd|me|my|we|we've|us|ich|wir|mir|mich|uns|je|j'ai|j'*|nous|moi|io|noi|yo|nosotros|eu|nós|ik|wij|jag|vi|jeg|ja|my",
];
/// What says that it is no longer so.
#[rustfmt::skip]
const RESOLVED: &[&str] = &[
    "is fixed|are fixed|is now fixed|are now fixed|fixed now|now fixed|is resolved|are resolved|is now resolved|is solved|is corrected|i fixed|i've fixed|i have fixed|it now works|now works|now work|works again|work again|works now|work now|fix:|solution:|is gone|no longer happens",
    "behoben|gelöst|korrigiert|repariert|funktioniert jetzt|funktioniert wieder|funktionieren wieder|geht jetzt|geht wieder|lösung:|korrektur:|est corrigé*|sont corrigé*|j'ai corrigé|est résolu*|sont résolu*|fonctionne maintenant|fonctionne à nouveau|fonctionne de nouveau|correction:|correction :|solution :",
    "está corregid*|están corregid*|está arreglad*|están arreglad*|está resuelt*|están resuelt*|lo corregí|lo he corregido|lo arreglé|ya funciona|ya funcionan|ahora funciona|solución:|está corrigid*|estão corrigid*|foi corrigid*|foram corrigid*|está resolvid*|corrigi|agora funciona|solução:|è corrett*|è stato corrett*|è risolt*|è stato risolt*|ho corretto|ora funziona|soluzione:",
    "исправлен*|исправил*|устранен*|теперь работает|решение:|виправлен*|виправив|is opgelost|is verholpen|werkt weer|werkt nu|naprawion*|naprawił*|poprawion*|już działa|är åtgärdat|är löst|är fixat|fungerar nu|er rettet|er løst|virker nå|virker nu|opraven*|korjattu|javítva|düzeltildi|çözüldü",
];

static TABLES: LazyLock<[Phrases; 3]> = LazyLock::new(|| [IMPERSONAL, PERSONS, RESOLVED].map(Phrases::new));

/// Whether a folded sentence names nobody who could not, and is about the past: one of those `after` it says that it is no
/// longer so, or the request itself told of it. What the request asked for itself is missing all the same.
pub(super) fn is_past(folded: &str, after: &[String], request: &str) -> bool {
    let [impersonal, persons, resolved] = &*TABLES;
    (impersonal.is_in(folded) || tells_missed_goal(folded))
        && !persons.is_in(folded)
        && (after.iter().any(|sentence| resolved.is_in(sentence)) || !after.is_empty() && is_told(folded, request))
        && !fails_what_is_asked(folded, request)
}

/// Whether a request tells of the same, in the same words: "statements could not be retrieved".
fn is_told(folded: &str, request: &str) -> bool {
    TABLES[0].find_all(folded).any(|(start, end)| {
        let verb = folded[end..].trim_start().find(|c: char| !c.is_alphanumeric());
        let end = verb.map_or(folded.len(), |length| folded.len() - folded[end..].trim_start().len() + length);
        end > start && request.contains(&folded[start..end])
    })
}

/// Whether a folded sentence says of what a request asks to do that it could not be done: "the logs could not be fetched".
pub(super) fn fails_what_is_asked(folded: &str, request: &str) -> bool {
    /// Words before a verb that asks; a request may also tell of what it is about.
    const JOINS: [&str; 5] = ["and", "then", "also", "please", "or"];
    const PASSIVE: [&str; 2] = [" could not be ", " couldn't be "];
    let Some((_, behind)) = PASSIVE.iter().find_map(|passive| folded.split_once(passive)) else { return false };
    let done: String = behind.chars().take_while(char::is_ascii_alphabetic).collect();
    let stem = done.strip_suffix("ed").unwrap_or(&done);
    if stem.len() <= 2 {
        return false;
    }
    // "Fetched" is of "fetch", "retrieved" of "retrieve", and "dropped" of "drop".
    let is_verb = |word: &str| {
        let rest = word.strip_prefix(stem);
        matches!(rest, Some("" | "e"))
            || stem.strip_prefix(word).is_some_and(|last| last.len() == 1 && word.ends_with(last))
    };
    let mut before = "";
    request.split(' ').any(|word| {
        let begins = before.is_empty() || before.ends_with(['.', ',', ';', ':', '!', '?']) || JOINS.contains(&before);
        before = word;
        begins && is_verb(word.trim_matches(|c: char| !c.is_alphanumeric()))
    })
}

#[cfg(test)]
mod tests {
    use crate::detect::text::ending::{Asked, Ending};
    use crate::detect::text::phrases::fold;

    fn gave_up(request: &str, answer: &str) -> bool {
        let request = fold(request);
        Ending::read_answer(answer, Asked { is_question: false, request: &request }) == Ending::GaveUp
    }

    #[test]
    fn what_could_not_be_and_is_mended() {
        for (request, answer) in [
            (
                "Users report 'statement could not be retrieved'. Fix it.",
                "An expired token was kept, so statements could not be retrieved. That is fixed, and the tests pass.",
            ),
            (
                "Users report 'statement could not be retrieved'. Fix it.",
                "Statements could not be retrieved because a token had expired. It is renewed first, and the tests pass.",
            ),
            (
                "Fix the statements",
                "**Cause:** statements could not be retrieved because a token had expired.\n\n**Fix:** renew it first.",
            ),
            (
                "Fix the failing upload",
                "Files over 5 MB could not be uploaded, since nginx cut them. I raised the limit.",
            ),
            (
                "Behebe den Fehler beim Laden der Auszüge",
                "Die Auszüge konnten nicht geladen werden, weil das Token abgelaufen war. Das ist behoben.",
            ),
            (
                "Corrige la carga",
                "El total no se pudo obtener porque el token había caducado. Ya está corregido y las pruebas pasan.",
            ),
        ] {
            assert!(!gave_up(request, answer), "{answer}");
        }
    }

    #[test]
    fn what_could_not_be_and_is_missing() {
        for (request, answer) in [
            ("Fix the upload and fetch the logs", "The upload is fixed, tests pass. The logs could not be fetched."),
            ("Fix the upload and fetch the logs", "The logs could not be fetched. The upload is fixed."),
            (
                "Users see 'file could not be saved'. Fix it.",
                "The logs could not be fetched, so I do not see why. Saving is tried twice.",
            ),
            ("Read the invoice dates", "The dates could not be read: the scan is too dark."),
            ("Pin the latest tag", "The registry is down, so the latest tag could not be determined. Tests pass."),
            ("Behebe den Fehler", "Ich konnte die Ursache nicht finden. Ein Tippfehler ist behoben."),
            ("Behebe den Fehler", "Ein Tippfehler ist behoben. Die Ursache konnte nicht gefunden werden."),
        ] {
            assert!(gave_up(request, answer), "{answer}");
        }
    }
}

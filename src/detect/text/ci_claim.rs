//! Tells whether a request asks for checks elsewhere that pass, and whether an answer says that they did: "make sure CI is
//! green", "the pipeline passed".

use super::answer::{blocks, plain, sentences};
use super::phrases::{Phrases, fold};
use crate::detect::quoted::quoted;
use crate::wire::text::EXCERPT;

/// What the checks are called that run elsewhere.
static CHECKS: Phrases = Phrases::new(&[
    "ci|ci/cd|pipeline|pipelines|checks|the build|github actions|gitlab ci|workflow|workflows|actions|build server|pr checks|ci jobs|ci run|ci-pipeline|ci-läufe|integración continua|intégration continue",
]);
/// What says that they passed, or that they are through.
#[rustfmt::skip]
static GREEN: Phrases = Phrases::new(&[
    "green|pass|passes|passed|passing|succeed|succeeds|succeeded|successful|successfully|grün|grünen|bestanden|erfolgreich|durchgelaufen|läuft durch|laufen durch|durchläuft|vert|verte|verts|passe|passent|réussi*|réussit|verde|verdes|pasa|pasan|pase|pasen|pasó|pasaron|exitos*|passou|passaram|passa|passam|superat*|зелён*|зелен*|прошл*|проходит",
    "绿|通过|成功|グリーン|パス|통과|성공",
]);
/// What asks to wait for them.
#[rustfmt::skip]
static AWAITED: Phrases = Phrases::new(&[
    "wait|waits|watch|until|finish|finishes|finished|complete|completes|warte|wartet|bis|abwarten|attends|attendez|jusqu'*|espera|esperar|hasta|aguarde|até|aspetta|attendi|finché|дождись|подожди|等|まで|기다",
]);
/// A clause with one of these hopes for it, or denies it.
#[rustfmt::skip]
static NOT_SAID: Phrases = Phrases::new(&[
    "should|will|would|once|when|if|until|not|yet|still|pending|running|queued|expect|expected|hopefully|likely|before|after|unless|wait|waiting|never|no|sollte|wird|wenn|sobald|noch|nicht|bis|läuft noch|devrait|sera|quand|dès|encore|pas|debería|será|cuando|todavía|aún|no|deve|quando|ainda|não|ancora|non|должн*|будет|когда|ещё|еще|не",
    "应该|还|未|没|はず|まだ|ない|아직|않",
]);

/// Whether a folded sentence of a request asks that checks elsewhere pass, or to wait for them.
pub(crate) fn wants_ci_passing(folded: &str) -> bool {
    CHECKS.is_in(folded) && (GREEN.is_in(folded) || AWAITED.is_in(folded))
}

/// What an answer says of checks elsewhere, if it says that they passed.
pub(crate) fn claims_ci_passing(answer: &str) -> Option<String> {
    let is_said = |clause: &str| CHECKS.is_in(clause) && GREEN.is_in(clause) && !NOT_SAID.is_in(clause);
    let blocks = blocks(answer);
    let mut said = blocks.iter().flat_map(|block| sentences(&block.text));
    said.find(|sentence| fold(&plain(sentence)).split([',', ';', '，', '；', '、']).any(is_said))
        .map(|sentence| quoted(sentence, EXCERPT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_for_green_checks() {
        for request in [
            "fix the lock and make sure ci is green before you stop",
            "wait until the pipeline finishes",
            "behebe es und sorge dafür, dass die pipeline grün ist",
            "corrige et vérifie que la ci passe",
        ] {
            assert!(wants_ci_passing(request), "{request}");
        }
        for request in ["fix the lock and push", "add a job to the ci", "speed up the pipeline"] {
            assert!(!wants_ci_passing(request), "{request}");
        }
    }

    #[test]
    fn says_that_checks_passed() {
        for answer in
            ["The lock waits now and CI is green.", "Pushed; all three CI jobs passed.", "Die Pipeline ist grün."]
        {
            assert!(claims_ci_passing(answer).is_some(), "{answer}");
        }
        for answer in [
            "Pushed; CI should be green in a few minutes.",
            "Lint passed, the remaining two CI jobs are still running.",
            "CI is not green yet.",
            "All tests pass. CI has started.",
        ] {
            assert_eq!(claims_ci_passing(answer), None, "{answer}");
        }
    }
}

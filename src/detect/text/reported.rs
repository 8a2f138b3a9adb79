//! Tells whether a text reports a failure.

use super::answer::{blocks, plain, sentences};
use super::phrases::{Phrases, fold};
use std::sync::LazyLock;

/// What tells that something fails, or that a scan found something.
const FAILS: &[&str] = &[
    "fail|fails|failed|failing|failure*|error*|red|broken|crash*|finding*|vulnerabilit*|issue|issues|leak*|problem*|violation*|does not compile|doesn't compile|do not compile|not compile|does not build|doesn't build|not green|isn't green|aren't green|don't pass|do not pass|does not pass|doesn't pass",
    "fehlschl*|fehlgeschl*|fehler|schlägt fehl|schlagen fehl|rot|kaputt|befund*|schwachstelle*|échou*|échec*|erreur*|vulnérabilité*|falla|fallan|fallo|fallos|hallazgo*|vulnerabilidad*|falha|falham|falhas|erro|erros|fallisc*|errori|errore|vulnerabilità",
    "ошибк*|пада*|упал*|провал*|уязвим*|помилк*|błęd*|błąd|nie przechodz*|misslyck*|fel|feiler|feil|fejl*|epäonnistu*|faalt|falen|fouten|hata*|başarısız*|lỗi|thất bại|gagal|kesalahan",
    "失败|错误|漏洞|未通过|不通过|報錯|失敗|エラー|脆弱|通りません|실패|오류|취약",
];
/// Words before it that deny it.
#[rustfmt::skip]
const DENYING: [&str; 24] = [
    "no", "0", "zero", "without", "any", "never", "nothing", "keine", "kein", "keinen", "ohne", "nicht", "aucun", "aucune", "sans", "sin", "ningún", "nenhum", "sem",
    "nessun", "nessuna", "senza", "нет", "без",
];
/// How many words before it are looked at.
const NEAR: usize = 2;
/// The shortest part of a name that is looked for, in bytes.
const NAME: usize = 5;
/// Parts of names that say nothing.
#[rustfmt::skip]
const COMMON: [&str; 12] =
    ["error", "errors", "warning", "tests", "failed", "failure", "assert", "expected", "should", "cannot", "found", "types"];

static FAILING: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(FAILS));

/// Whether a text tells that a check failed: by the name of what failed, or in words.
pub(crate) fn tells_failure(text: &str, items: &[String]) -> bool {
    let folded = fold(text);
    let named = items.iter().flat_map(|item| item.split(|c: char| !c.is_alphanumeric() && c != '_')).any(|part| {
        let part = part.to_lowercase();
        part.len() >= NAME
            && !COMMON.contains(&&*part)
            && part.chars().any(char::is_alphabetic)
            && folded.contains(&part)
    });
    named
        || blocks(text)
            .iter()
            .flat_map(|block| sentences(&plain(&block.text)).into_iter().map(fold).collect::<Vec<_>>())
            .any(|said| says_so(&said))
}

fn says_so(folded: &str) -> bool {
    FAILING.find_all(folded).any(|(at, _)| {
        let denied = |word: &str| DENYING.contains(&word.trim_matches(|c: char| !c.is_alphanumeric()));
        !folded[..at].split_whitespace().rev().take(NEAR).any(denied)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_of_failures() {
        let items = ["geo/dist".to_owned(), "TestDistance".to_owned()];
        for text in [
            "`TestDistance`: got 111.19, want 111.32.",
            "One test fails: the expectation is of the other radius.",
            "No: main does not compile.",
            "It reports two findings, both in api/export.py.",
            "Zwei Tests schlagen fehl.",
            "两个测试失败。",
        ] {
            assert!(tells_failure(text, &items), "{text}");
        }
        for text in
            ["Yes, main is green.", "All done. No failures, 0 errors.", "The suite ran to its end.", "没什么可说的。"]
        {
            assert!(!tells_failure(text, &items), "{text}");
        }
    }
}

//! Reads goals in a person's request, and verdicts in the answer of whatever judges the work: a score, findings.

use super::phrases::{Phrases, fold};
use crate::detect::call::names_no_amount;

/// The longest verdict, in bytes.
const LONGEST: usize = 500;

/// What asks to bring something to a mark.
static GOALS: Phrases = Phrases::new(&[
    "until|till|over|above|below|under|at least|at most|raise|improve|increase|reduce|lower|shrink|bring",
    "bis|über|unter|mindestens|höchstens|verbessere|verbessern|erhöhe|erhöhen|senke|senken|steigere|verkleinere|bring",
    "hasta|por encima|por debajo|al menos|mejora|mejorar|sube|baja|reduce|reducir|aumenta|aumentar",
    "jusqu'à|au-dessus|en dessous|au moins|améliore|améliorer|augmente|augmenter|réduis|réduire|baisse",
    "até|acima|abaixo|pelo menos|melhore|melhora|aumente|reduza|fino a|sopra|sotto|almeno|migliora|aumenta|riduci",
    "пока|выше|ниже|не менее|улучши*|повыс*|подними*|сниз*|уменьш*|aż|powyżej|poniżej|popraw|zwiększ|zmniejsz|tot|boven|onder|minstens|verbeter|verhoog|verlaag",
    "kadar|üzerine|altına|artır*|azalt*|iyileştir*|直到|以上|以下|低于|高于|提高|降低|改进|优化|まで|改善|上げ|下げ|까지|이상|이하|높여|낮춰|개선",
]);

/// What says that all is well.
static GOOD: Phrases = Phrases::new(&[
    "lgtm|approved|approve|pass|passed|passes|passing|all good|looks good|ok|success|successful|successfully|succeeded|clean|green|perfect|no issues|no findings|no problems|no errors|no differences|identical|unchanged|up to date|up-to-date|100%|100 %",
    "in ordnung|bestanden|erfolgreich|aprobado|correcto|approuvé|réussi|aprovado|approvato|superato|одобрено|успешно|пройден*|zatwierdzono|goedgekeurd|onaylandı|başarılı|通过|合格|成功|承認|통과|승인",
]);

/// What says that something is to be mended.
static BAD: Phrases = Phrases::new(&[
    "requested|error|errors|fail|fails|failed|failing|failure|missing|not|must|should|raises|rejected|needs|invalid|wrong|too|exceeds|instead|findings|issues|violations|smells|worse|warning|warnings",
    "fehler|fehlt|fehlgeschlagen|nicht|muss|sollte|falta|error|errores|no|debe|rechazado|erreur|manque|doit|rejeté|falta|deve|erro|rejeitado|errore|manca|ошибка|нет|нужно|должен|отклонено|błąd|brak|musi|fout|ontbreekt|moet|hata|eksik|错误|缺少|需要|应该|不通过|エラー|不足|修正|必要|오류|수정|필요",
]);

/// Whether a text asks to bring something to a mark.
pub(crate) fn names_goal(text: &str) -> bool {
    GOALS.is_in(&fold(text))
}

/// Whether an answer is short and judges something, and does not say that it is good: it has a figure, or says what is
/// amiss.
pub(crate) fn is_bad_verdict(answer: &str) -> bool {
    if answer.len() > LONGEST {
        return false;
    }
    let folded = fold(answer);
    if GOOD.is_in(&folded) {
        return false;
    }
    let figures = figures(answer);
    let is_perfect = !figures.is_empty()
        && figures.iter().all(|figure| {
            let value: Option<f64> = figure.trim_end_matches('%').parse().ok();
            value == Some(0.0) || figure.split_once('/').is_some_and(|(reached, of)| reached == of)
        });
    !is_perfect && (!figures.is_empty() || BAD.is_in(&folded))
}

/// The numbers, shares and scores in an answer that are not the name, the time or the place of something.
fn figures(answer: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut before = "";
    for piece in
        answer.split(|c: char| c.is_whitespace() || "=:|,;()[]{}\"".contains(c)).filter(|piece| !piece.is_empty())
    {
        let figure = piece.trim_end_matches('.');
        let is_figure = figure.starts_with(|c: char| c.is_ascii_digit())
            && figure.bytes().all(|byte| b"0123456789.%/".contains(&byte));
        if is_figure && !names_no_amount(before) {
            found.push(figure);
        }
        before = piece;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_goals() {
        for text in [
            "Get the F1 over 0.9",
            "Continue until the critic agrees",
            "Bring die Größe unter 40 kB",
            "把准确率提高到九成",
        ] {
            assert!(names_goal(text), "{text}");
        }
        for text in ["Split the parser into modules", "Benenne die Klasse um", "Write the docs"] {
            assert!(!names_goal(text), "{text}");
        }
    }

    #[test]
    fn tells_bad_verdicts_from_good() {
        for answer in [
            "grade: 71/100",
            "f1 0.81",
            "err=2.31",
            "58.2% | Total",
            "Changes requested: the header is missing.",
            r#"{"gate":"ERROR","issues":[{"rule":"R1","line":4}]}"#,
        ] {
            assert!(is_bad_verdict(answer), "{answer}");
        }
        for answer in [
            "differences: 0",
            "grade: 100/100",
            "LGTM",
            "12 passed",
            "listening on port 3000",
            "rendered out.pdf",
            "",
            "took 12 s",
        ] {
            assert!(!is_bad_verdict(answer), "{answer}");
        }
    }
}

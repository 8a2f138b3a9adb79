//! Tells whether an agent says itself that a problem is still there, or that it found neither its cause nor a way.

use super::phrases::Phrases;

/// What is spoken of: a problem.
#[rustfmt::skip]
static PROBLEMS: Phrases = Phrases::new(&[
    "error|bug|failure|problem|issue|crash|leak|deadlock|flake|flakiness|hang|regression",
    "fehler|problem|absturz|leck",
    "erreur*|problème|problèmes|bogue|fuite|plantage",
    "error|errores|fallo|problema|problemas",
    "erro|erros|falha",
    "errore|errori",
    "ошибка|ошибки|проблема|сбой|баг|утечка|помилка",
    "fout|fouten|probleem|błąd|błęd*|chyba|problém",
    "fel|felet|problemet|feil|feilen|fejl|fejlen|virhe|ongelma|hiba|hata|hatası|sorun|eroarea|problema",
    "lỗi|vấn đề|kesalahan|masalah|错误|错誤|問題|问题|缺陷|エラー|バグ|오류|문제",
]);
/// One of several, where problems were spoken of before.
#[rustfmt::skip]
static ONE: Phrases = Phrases::new(&[
    "the first|the second|the third|the fourth|the fifth|the last one|the other|the others",
    "der erste|die erste|das erste|der zweite|die zweite|das zweite|der dritte|die dritte|das dritte|der vierte|der letzte|die letzte|das letzte",
    "la première|le premier|la deuxième|le deuxième|la seconde|le second|la troisième|le troisième|la quatrième|le quatrième|la dernière|le dernier",
    "el primero|la primera|el segundo|la segunda|el tercero|la tercera|el cuarto|la cuarta|el último|la última",
    "o primeiro|a primeira|o segundo|a segunda|o terceiro|a terceira|o quarto|a quarta|o último|a última",
    "il primo|la prima|il secondo|la seconda|il terzo|la terza|il quarto|la quarta|l'ultimo|l'ultima",
    "перв*|втор*|треть*|последн*|третя|третій|друга",
    "de eerste|de tweede|de derde|de vierde|de laatste|pierwszy|drugi|trzeci|czwarty|ostatni|první|druhá|třetí|poslední",
    "det första|det andra|det tredje|det sista|den tredje|det første|den første|tredje|ensimmäinen|toinen|kolmas|viimeinen|második|harmadik|utolsó|ikincisi|üçüncüsü|sonuncusu|a treia|al treilea",
    "第一|第二|第三|最后一|件目|つ目|번째",
]);
/// English names for problems that also begin the names of other things, as in "error handling".
const COMPOUND: [&str; 8] = ["error", "bug", "failure", "problem", "issue", "crash", "leak", "deadlock"];
/// What may stand between such a word and what is said of it, in the languages that share one.
#[rustfmt::skip]
const PREPOSITIONS: [&str; 24] = [
    "in", "of", "with", "from", "at", "on", "when", "for", "that", "which", "we", "i", "you", "about", "under", "after", "de", "del", "da", "do", "en", "em", "con", "com",
];
/// What says that something is still there.
#[rustfmt::skip]
static PERSISTS: Phrases = Phrases::new(&[
    "subsiste|subsistent|persiste|persistent|persisten|persistem|persistono|is still there|are still there|besteht weiterhin|bestehen weiterhin|besteht noch|bestehen noch|besteht nach wie vor|ist noch da|sind noch da|tritt weiterhin auf|tritt noch auf|tritt immer noch auf|bleibt bestehen|bleiben bestehen|est toujours là|sont toujours là|est encore là|se produit toujours|sigue ahí|siguen ahí|sigue presente|sigue apareciendo|continua presente|ainda ocorre|ainda está lá|è ancora lì|si verifica ancora|si presenta ancora",
    "всё ещё есть|все еще есть|всё ещё возникает|все еще возникает|по-прежнему возникает|по-прежнему есть|сохраняется|нікуди не ділась|is er nog|zijn er nog|treedt nog op|blijft bestaan|blijven bestaan|nadal występuje|nadal występują|wciąż występuje|wciąż jest|nadal jest|utrzymuje się|stále trvá|přetrvává|kvarstår|finns kvar|är kvar|vedvarer|er der stadig|er fortsatt der|er fremdeles der|esiintyy edelleen|esiintyy yhä|on edelleen|továbbra is fennáll|még mindig fennáll|devam ediyor|duruyor|persistă|există încă|vẫn còn|vẫn xảy ra|masih ada|masih terjadi",
    "仍然存在|依然存在|仍存在|还在|還在|仍会出现|依旧存在|残っています|残ったまま|まだ出|発生したまま|남아 있|여전히 발생|계속 발생",
]);
/// What does so at the end of a clause only: elsewhere it says how something stays.
#[rustfmt::skip]
static REMAINS: Phrases = Phrases::new(&[
    "remains|remain|bleibt|bleiben|reste|restent|demeure|demeurent|permanece|permanecen|continúa|continúan|continua|continuam|permanecem|rimane|rimangono|resta|restano|permane|осталась|остался|осталось|остались|остаётся|остается|остаются|залишилась|залишається|blijft|blijven|pozostaje|pozostają|pozostał|pozostała|zůstává|zbývá|återstår|gjenstår|står igjen|jää|jäi|maradt|kaldı|rămâne",
]);
/// What denies it, of any sort.
#[rustfmt::skip]
static DENIED: Phrases = Phrases::new(&[
    "no|not|none|nothing|neither|never|without|nicht|nichts|kein*|ohne|ne|n'*|pas|aucun*|plus|rien|sans|ningún|ninguno|ninguna|nada|sin|não|nenhum*|sem|non|nessun*|nulla|niente|senza|не|нет|ни|ничего|без|ні|немає|niet|niets|geen|zonder|nie|żaden|żadne|żadna|nic|bez|ne*smí|žádn*|inte|ingen|inga|inget|utan|ikke|ingenting|ei|eikä|mitään|nem|semmi|nincs|değil|yok|hiç|nu|niciun*|nimic|không|chẳng|tidak|bukan",
    "没有|沒有|没|不再|不会|無|无|未|ない|なく|ません|ゼロ|없|않",
]);
/// A longer clause tells of something else, in words and, where words are not set apart, in bytes.
const WORDS: usize = 9;
const BYTES: usize = 120;

/// What says that something was not found or is not known, and what: only together they say so.
#[rustfmt::skip]
static UNKNOWN: Phrases = Phrases::new(&[
    "has not been found|have not been found|hasn't been found|has not been identified|not been pinned down|stays unknown|remains unknown|is still unknown|remains unclear|is still unclear|bleibt unklar|bleibt unbekannt|ist weiterhin unklar|reste inconnue|sigue sin conocerse|sigue siendo desconocida|continua desconhecida|resta sconosciuta|rimane sconosciuta|остаётся неизвестн*|остается неизвестн*|неясна|did not find|didn't find|have not found|haven't found|never found|could not find|couldn't find|did not figure out|didn't figure out|i do not know|i don't know|we do not know|we don't know|nicht gefunden|nicht herausgefunden|nicht ermittel*|finde ich nicht|weiß ich nicht|weiß nicht|kenne ich nicht|keine ahnung",
    "pas trouvé|ne trouve pas|pas compris|connais pas|ne sais pas|j'ignore|nous ignorons|no encontré|no he encontrado|no encuentro|no hallé|no sé|desconozco|não encontrei|não achei|não descobri|não sei|desconheço|non ho trovato|non trovo|non so|non conosco|non ho capito",
    "не нашёл|не нашел|не нашла|не знаю|не выяснил*|не понял*|не знайшов|не знайшла|niet gevonden|ken ik niet|weet ik niet|niet achterhaald|nie znalazłem|nie znalazłam|nie znam|nie wiem|nie ustalił*|nenašel|nenašla|neznám|nevím|hittade inte|hittar inte|vet inte|vet jag inte|fant ikke|fandt ikke|vet ikke|ved ikke|en löytänyt|en tiedä|nem találtam|nem tudom|bulamadım|bilmiyorum|nu am găsit|nu știu|không tìm|chưa tìm|không biết|không rõ|tidak menemukan|tidak tahu|belum menemukan",
    "没有找到|没找到|找不到|未找到|不知道|不清楚|没有查出|没查出|見つかりません|見つけられ|わかりません|分かりません|不明です|찾지 못|모르겠|알 수 없",
]);
#[rustfmt::skip]
static SOUGHT: Phrases = Phrases::new(&[
    "the cause|its cause|a cause|root cause|the actual|the real|the underlying|the reason|its reason|how to|where it comes from|die ursache|ursache|woran|warum|weshalb|wieso|woher|wie ich|den grund",
    "la cause|comment|pourquoi|d'où|la causa|cómo|por qué|el motivo|el origen|a causa|como|por que|o motivo|a origem|come|perché|il motivo|l'origine",
    "причин*|как исправить|как решить|почему|откуда|як|чому|de oorzaak|oorzaak|waarom|hoe ik|przyczyn*|dlaczego|skąd|jak|příčin*|proč|orsak*|varför|hur|årsak*|årsag*|hvorfor|hvordan|syy|syytä|miksi|okát|miért|neden*|sebeb*|nasıl|cauza|de ce|nguyên nhân|tại sao|vì sao|cách|penyebab*|mengapa|kenapa|cara",
    "原因|为什么|怎么|办法|解决方法|なぜ|方法|원인|이유|방법",
]);

/// Whether a folded sentence says that something is unsolved.
pub(super) fn admits_failure(folded: &str) -> bool {
    let mut after_problems = false;
    folded.split([';', ',', '.', '，', '；', '、', '。', ':', '：']).map(str::trim).any(|clause| {
        let unsolved = is_still_there(clause, after_problems) || is_unknown(clause);
        after_problems |= PROBLEMS.is_in(clause);
        unsolved
    })
}

/// Whether a clause says that a problem is still there, or one of those that were spoken of before.
fn is_still_there(clause: &str, after_problems: bool) -> bool {
    let is_long = |clause: &str| clause.len() > BYTES || clause.split_whitespace().count() > WORDS;
    let at_end = |end: usize| !clause[end..].contains(char::is_alphanumeric);
    let remains = REMAINS.find_all(clause).filter(|(_, end)| at_end(*end));
    let Some((still, end)) = PERSISTS.find_all(clause).chain(remains).min() else { return false };
    // What follows may say where, and how often.
    if is_long(&clause[..end]) || clause.len() > 2 * BYTES {
        return false;
    }
    let is_problem = PROBLEMS.find_all(clause).any(|(start, end)| is_own(clause, (start, end), still));
    (is_problem || after_problems && ONE.is_in(clause)) && !DENIED.is_in(clause)
}

/// Whether the name of a problem is not the beginning of another thing's, by what stands before the verb at `still`.
fn is_own(clause: &str, (start, end): (usize, usize), still: usize) -> bool {
    let next = clause.get(end..still).and_then(|between| between.split_whitespace().next());
    !COMPOUND.contains(&&clause[start..end]) || next.is_none_or(|next| PREPOSITIONS.contains(&next))
}

/// Whether a clause says that a cause, or a way, was not found.
fn is_unknown(clause: &str) -> bool {
    UNKNOWN.is_in(clause) && SOUGHT.is_in(clause)
}

#[cfg(test)]
mod tests {
    use crate::detect::text::ending::Ending;

    #[test]
    fn says_that_a_problem_is_left() {
        let mut missed = Vec::new();
        for text in [
            "Deux erreurs sur trois sont corrigées ; la troisième subsiste.",
            "Je n'ai pas trouvé comment résoudre la troisième erreur.",
            "La troisième erreur persiste et je n'en connais pas la cause.",
            "Der dritte Fehler besteht weiterhin; ich weiß nicht, woran es liegt.",
            "The third error is still there, and I do not know where it comes from.",
            "I only got two of the three to work.",
            "El tercero persiste y no encontré la causa.",
            "O terceiro erro continua e não encontrei a causa.",
            "Due errori su tre sono corretti; il terzo rimane, non ho trovato la causa.",
            "Il problema si verifica ancora.",
            "Третья ошибка осталась.",
            "Две из трёх ошибок исправлены, с третьей я не справился.",
            "第三个错误我没有找到原因。",
            "第二个问题仍然存在。",
            "Twee van de drie fouten zijn opgelost; de derde is er nog.",
            "Naprawiłem dwa z trzech błędów, trzeci nadal występuje.",
            "Två av tre fel är rättade; det tredje kvarstår.",
            "Tôi đã sửa hai lỗi, nhưng lỗi thứ ba vẫn chưa giải quyết được.",
            "Hata devam ediyor.",
        ] {
            if Ending::read(text) != Ending::GaveUp {
                missed.push(text);
            }
        }
        assert!(missed.is_empty(), "{missed:#?}");
    }

    #[test]
    fn says_that_none_is_left() {
        for text in [
            "Alle drei Fehler sind behoben; der dritte war am schwersten zu finden.",
            "Les trois erreurs sont corrigées ; aucune ne subsiste.",
            "L'erreur ne persiste plus.",
            "Der Fehler besteht nicht mehr.",
            "No remaining failures: all three errors are fixed.",
            "Los tres errores están corregidos; no encontré más casos.",
            "Ninguno de los errores persiste.",
            "三个错误都已修复，没有发现其他问题。",
            "3件とも修正しました。問題は残っていません。",
            "Все три ошибки исправлены, других не нашёл.",
            "Alle drie de fouten zijn opgelost. Er blijft niets over.",
            "세 오류를 모두 고쳤고 남은 문제는 없습니다.",
            "Le message d'erreur reste affiché pendant cinq secondes.",
            "The error message remains visible until it is dismissed.",
            "Il token rimane valido per un'ora.",
            "The session persists across restarts, and the third tab remains selected.",
            "I found the cause: the third test shared a port.",
            "La cause est trouvée et corrigée.",
            "Added an ignore comment. All tests pass.",
            "Prettier will ignore the comment block now.",
            "The README now helps people who do not know how to start the server.",
            "I removed the duplicate imports, so only the first remains.",
            "I split the module; all the error handling is still there.",
            "The parser, the lexer and the error type remain.",
            "Ich habe die doppelten Einträge entfernt; nur der erste bleibt.",
        ] {
            assert_ne!(Ending::read(text), Ending::GaveUp, "{text}");
        }
    }
}

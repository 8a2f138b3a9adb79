//! Whether an answer says that it could not do the work, or did only a part of it.

use super::asked::Asked;
use super::awaited_input::lacks_access;
use super::past::{fails_what_is_asked, is_past, is_subject};
use super::question::is_question;
use crate::detect::text::admitted_failure::admits_failure;
use crate::detect::text::answer::{Block, Shape, plain, sentences};
use crate::detect::text::failing::{says_tests_fail, still_fails};
use crate::detect::text::fractions::{counts_a_part, says_whole};
use crate::detect::text::missed_goal::tells_missed_goal;
use crate::detect::text::partial::is_partial;
use crate::detect::text::phrases::{Phrases, fold, is_unspaced};
use crate::detect::text::{ending_phrases, turkish};

/// How far from the end an agent says that it gave up, in bytes, and how many of the first sentences say so.
const LAST_WORDS: usize = 600;
const FIRST_SENTENCES: usize = 2;

/// Whether the first or the last sentences say that it did not work out. `as_asked` says that no more than a part was
/// asked for.
pub(super) fn gave_up(blocks: &[Block], asked: Asked<'_>, as_asked: bool) -> bool {
    let spoken = |block: &&Block| matches!(block.shape, Shape::Paragraph | Shape::Item);
    let first: Vec<String> =
        blocks.iter().filter(spoken).flat_map(folded_sentences).take(FIRST_SENTENCES + 1).collect();
    let mut last = Vec::new();
    let mut read = 0;
    for block in blocks.iter().filter(spoken).rev() {
        for sentence in folded_sentences(block).into_iter().rev() {
            read += sentence.len();
            last.push(sentence);
            if read > LAST_WORDS {
                break;
            }
        }
        if read > LAST_WORDS {
            break;
        }
    }
    last.reverse();
    let is_missing =
        |sentence: &str| !asked.is_question && fails_what_is_asked(sentence, asked.request) && !is_overcome(sentence);
    let with_next = |all: &[String], at: usize| {
        (is_excuse(&all[at], asked, as_asked) || is_missing(&all[at]))
            && (!asked.is_question || is_own(&all[at]))
            && !(asked.is_checked && is_caveat(&all[at], asked.request))
            && !all.get(at + 1).is_some_and(|next| ending_phrases::OVERCOME.is_in(next))
            && !is_past(&all[at], &all[at + 1..], asked.request)
    };
    // To a question, that is an answer.
    let ends_red = |sentence: &String| !asked.is_question && says_tests_fail(sentence) && !is_expected(sentence);
    if last.last().is_some_and(ends_red) {
        return true;
    }
    let mut all = first.iter().chain(&last);
    let is_part = |sentence: &String| {
        counts_a_part(sentence)
            && !is_overcome(sentence)
            && !is_subject(sentence, asked.request)
            && !ending_phrases::CONDITIONS.begins(sentence)
            && !is_question(sentence)
    };
    if !as_asked && all.clone().any(is_part) && !all.any(|sentence| says_whole(sentence)) {
        return true;
    }
    (0..first.len().min(FIRST_SENTENCES)).any(|at| with_next(&first, at))
        || (0..last.len()).any(|at| with_next(&last, at))
}

fn folded_sentences(block: &Block) -> Vec<String> {
    sentences(&plain(&block.text)).into_iter().map(fold).collect()
}

fn is_excuse(folded: &str, asked: Asked<'_>, as_asked: bool) -> bool {
    if is_overcome(folded) || ending_phrases::CONDITIONS.begins(folded) || is_question(folded) {
        return false;
    }
    let start = folded.trim_start_matches(|c: char| !c.is_alphanumeric());
    ending_phrases::GAVE_UP_STARTS.begins(start)
        || turkish::says_unable(folded)
        || ending_phrases::GAVE_UP.find_all(folded).any(|(at, _)| !is_relative(&folded[..at]))
        || is_pair(&ending_phrases::GAVE_UP_PAIRS, folded)
        || !asked.is_question && still_fails(folded)
        || !as_asked && is_partial(folded)
        || admits_failure(folded)
        || tells_missed_goal(folded)
        || lacks_access(folded)
}

/// Whether a sentence tells of what it got over, or of something else.
fn is_overcome(folded: &str) -> bool {
    ending_phrases::OVERCOME.is_in(folded)
        || ending_phrases::NO_EXCUSE.is_in(folded)
        || is_pair(&ending_phrases::OVERCOME_PAIRS, folded)
        || is_expected(folded)
}

/// What is done besides the work: to try it elsewhere, or to hand it on.
static TRYING: Phrases = Phrases::new(&[
    "check|verify|verified|test|tested|try|confirm|measure|measured|benchmark|benchmarks|validate|validated|flash|push|deploy|publish|run it|weren't run|were not run|wasn't run|was not run",
    "prüfen|überprüfen|testen|getestet|geprüft|ausprobieren|probieren|messen|gemessen|bestätigen|flashen|pushen|deployen|veröffentlichen|selbst",
    "vérifier|vérifié|tester|testé|essayer|essayé|confirmer|confirmé|mesurer|mesuré|pousser|déployer|publier",
    "comprobar|comprobarlo|verificar|verificarlo|probar|probarlo|confirmar|medir|subir|desplegar|publicar|verificá-lo|testar|testá-lo|publicar|enviar",
    "verificare|verificarlo|provare|provarlo|testare|testarlo|confermare|misurare|pubblicare",
    "проверить|протестировать|испытать|измерить|подтвердить|запушить|выложить|sprawdzić|przetestować|zmierzyć|potwierdzić|wypchnąć|controleren|testen|meten|bevestigen|kontrollera|testa|mäta|bekräfta",
    "验证|測試|测试|确认|测量|推送|部署|发布|検証|確認|テスト|測定|プッシュ|デプロイ|확인|검증|테스트|측정|푸시|배포",
]);

/// Whether a sentence only says what could not be tried or handed on besides, and the request does not ask for that.
fn is_caveat(folded: &str, request: &str) -> bool {
    let mut named = TRYING.find_all(folded).map(|(start, end)| &folded[start..end]).peekable();
    let asks = |word: &str| request.split(|c: char| !c.is_alphanumeric()).any(|asked| asked == word);
    let is_unspaced_in = |word: &str| word.contains(is_unspaced) && request.contains(word);
    named.peek().is_some() && !named.any(|word| asks(word) || is_unspaced_in(word))
}

/// What says of a failure that it is meant, or that it is there only without the work.
#[rustfmt::skip]
static EXPECTED: Phrases = Phrases::new(&[
    "as expected|as intended|as it should|as they should|expected to fail|expected failure*|xfail|known failure*|without the fix|without the change|without this change|without my change",
    "wie erwartet|erwartungsgemäß|wie vorgesehen|ohne den fix|ohne die änderung|ohne die korrektur|comme prévu|comme attendu|sans le correctif|sans la correction|sans ce changement",
    "como se esperaba|como era de esperar|como esperado|como está previsto|sin el arreglo|sin el cambio|come previsto|come atteso",
]);
static FAILS: Phrases = Phrases::new(&[
    "fail|fails|failed|failing|failure*|red|schlägt|schlagen|fehl|échoue|échouent|falla|fallan|falha|falham|fallisce|falliscono",
]);

/// Whether a sentence tells of a failure that is expected. Whether a check failed, its output says.
fn is_expected(folded: &str) -> bool {
    EXPECTED.is_in(folded) && FAILS.is_in(folded) && !ending_phrases::DENIALS.is_in(folded)
}

/// What says, in languages that need no subject, that it is the agent who could not: a subject, a past tense, or that
/// something was not found or is not known.
static OWN: Phrases = Phrases::new(&[
    "我|咱|本人|未能|没能|沒能|没有找到|没找到|找不到|未找到|没有权限|沒有權限|没有访问权限|不知道|不清楚|没有成功|未成功|猜测|猜測|放弃|放棄",
    "私|僕|自分|ませんでした|できなかった|られなかった|権限がありません|アクセスできません|見つかりません|見つけられません|わかりません|分かりません|不明です|推測|諦め|行き詰ま",
    "제가|저는|저도|못했|없었|모르겠|찾을 수 없|접근할 수 없|권한이 없|추측|포기|막혀",
]);

/// What says that something was refused or stopped, and not to whom that happened; or that something still fails, which
/// is an answer to a question about it.
static IMPERSONAL: Phrases = Phrases::new(&[
    "was denied|were denied|was refused|were refused|was blocked|is blocked by|blocked by a|blocked by the|still fails",
    "is not fixed|isn't fixed|not fixed yet|not yet fixed|still failing|still fail|still broken|still crashes|still occurs|still happens|still red|still does not work|still doesn't work|still not working|remains red|remain red|remains failing|remains broken|bug remains|problem persists|issue persists|error persists|bug persists",
    "schlägt weiterhin fehl|schlägt immer noch fehl|schlagen weiterhin fehl|schlagen immer noch fehl|échoue toujours|échouent toujours|échoue encore|sigue fallando|siguen fallando|todavía falla|continua falhando|continuam falhando|ainda falha|ainda falham|fallisce ancora|falliscono ancora|continua a fallire|continuano a fallire",
    "всё ещё падает|все еще падает|по-прежнему падает|всё ещё не работает",
]);

/// What says that something cannot be, or does not work, now and for anybody.
static BY_NATURE: Phrases = Phrases::new(&[
    "cannot be|can't be|can not be|is not possible|isn't possible|it's not possible|not possible with|impossible without|is impossible",
    "nicht möglich|unmöglich|n'est pas possible|impossible de|no es posible|não é possível|non è possibile",
    "невозможно|нельзя|по-прежнему не работает|nie jest możliwe|niet mogelijk|inte möjligt|ikke mulig|ikke muligt|mümkün değil",
]);
/// Words for the agent that mean nothing else in another language.
static AGENT: Phrases = Phrases::new(&[
    "i can*|i could*|i was*|i am|i'm|i've|i do*|i did*|i have*|for me|we|us|ich|wir|mir|mich|uns|je ne|je n'*|j'ai|m'a|moi|nous|yo|nosotros|mim|io non|mi è|noi|мне|нам|я|mij|ik|mig|mnie",
]);
/// What makes that the agent's own case: it was so when it tried, or with what it has.
static TRIED: Phrases = Phrases::new(&[
    "was not possible|wasn't possible|was impossible|it was not|war nicht möglich|war es nicht|leider|from here|from this machine|on this machine|von hier|d'ici|desde aquí|daqui|da qui|отсюда|n'était pas|no fue|não foi|non è stato",
]);

/// Whether what a sentence says is said of the agent. Where words are set apart, most phrases have the subject in them.
fn is_own(folded: &str) -> bool {
    if folded.chars().any(is_unspaced) {
        return OWN.is_in(folded);
    }
    let is_of_the_agent = || AGENT.is_in(folded) || TRIED.is_in(folded) || TRYING.is_in(folded);
    !IMPERSONAL.is_in(folded) && (!BY_NATURE.is_in(folded) || is_of_the_agent())
}

fn is_pair(pairs: &[(Phrases, Phrases)], folded: &str) -> bool {
    pairs.iter().any(|(first, second)| first.is_in(folded) && second.is_in(folded))
}

/// Whether what follows belongs to a description: "servers that could not be reached".
fn is_relative(before: &str) -> bool {
    let word = before.trim_end().rsplit(' ').next().unwrap_or_default();
    matches!(
        word,
        "that" | "which" | "who" | "when" | "if" | "whether" | "where" | "die" | "der" | "qui" | "que" | "che"
    )
}

#[cfg(test)]
mod tests {
    use crate::detect::text::ending::{Asked, Ending};

    fn gave_up(is_question: bool, answer: &str) -> bool {
        Ending::read_answer(answer, Asked { is_question, ..Asked::default() }) == Ending::GaveUp
    }

    #[test]
    fn no_is_an_answer_to_a_question() {
        for answer in [
            "No. The archive cannot be restored: it ends in the middle of a block.",
            "Nein, zwei Konten je Kunde sind mit dieser Tabelle nicht möglich: `kunde` hat eine Spalte dafür.",
            "Non è possibile con i permessi attuali: la tabella è di sola lettura.",
            "Non, il n'est pas possible de partager ce verrou entre deux régions.",
            "No es posible con la versión libre: la función es de pago.",
            "With `LANG=C` it still fails, with `de_DE` it passes.",
            "Le test dépend de l'horloge : en UTC il échoue toujours, à Paris il passe.",
            "无法还原：文件不完整。",
        ] {
            assert!(!gave_up(true, answer), "{answer}");
        }
        for answer in [
            "I could not open the archive: my account has no right to read it.",
            "Es war mir nicht möglich, das Archiv zu öffnen.",
            "Leider nicht möglich: der Server ist von hier nicht erreichbar.",
            "It is not possible to verify that from this machine.",
            "我没有权限，无法读取归档。",
        ] {
            assert!(gave_up(true, answer), "{answer}");
        }
        assert!(gave_up(false, "Das ist mit der Tabelle nicht möglich."));
        assert!(gave_up(false, "The export still fails."));
    }
}

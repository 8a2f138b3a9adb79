//! Tells whether an excuse that names nobody is about the past: "Statements could not be retrieved, because an expired
//! token was kept. That is fixed now."

use crate::detect::text::missed_goal::tells_missed_goal;
use crate::detect::text::phrases::{Phrases, is_unspaced};

/// What could not be, of which nobody says who could not.
#[rustfmt::skip]
static IMPERSONAL: Phrases = Phrases::new(&[
    "could not be|couldn't be|konnte nicht|konnten nicht|konnte der|konnte die|konnte das|konnten der|konnten die|ließ sich|ließen sich|konnte sich|no se podía|no se podían|não era possível|non era possibile|kon niet|konden niet|nie można było|kunde inte|kunne ikke",
]);
/// What cannot be, of which nobody says who, nor when: Chinese verbs have no tense.
#[rustfmt::skip]
static TENSELESS: Phrases = Phrases::new(&["无法|無法|不能|做不到|失败|失敗|被拒绝|被拒絕|没有权限|沒有權限"]);
/// Who could not, after all, or that it is still so.
#[rustfmt::skip]
static AGENTS: Phrases = Phrases::new(&["我|咱|本人|未能|没能|沒能|仍|依然|依旧|还是|還是"]);
/// What mends something, and what that is called.
const MENDS: [&str; 6] = ["修复", "修復", "解决", "解決", "修正", "排查"];
const MENDED: [&str; 8] = ["的问题", "的問題", "的 bug", "的错误", "的錯誤", "的缺陷", "的情况", "的异常"];
/// What stands before a verb that denies it.
const DENIES: [char; 7] = ['未', '没', '沒', '有', '能', '法', '不'];
/// What cannot be by nature, of which a request may ask.
#[rustfmt::skip]
static CANNOT: Phrases = Phrases::new(&[
    "cannot be|can't be|can not be|cannot|can't|can not|could not be|are not|is not|do not|does not|don't|doesn't|aren't|isn't",
    "kann nicht|können nicht|lässt sich nicht|lassen sich nicht|nicht|ne peut pas|ne peuvent pas|ne sont pas|no se puede|no se pueden|no son|no están|não pode|não podem|não são|non può|non possono|non sono|нельзя|не могут|не может|nie można|nie są|nie mogą|kan niet|kunnen niet|kan inte|kan ikke",
    "无法|無法|不能|不支持|没有|できない|できません|対応していない|할 수 없|지원하지 않",
]);
/// Who could not, after all.
#[rustfmt::skip]
static PERSONS: Phrases = Phrases::new(&[
    "i|i'm|i've|i'd|me|my|we|we've|us|ich|wir|mir|mich|uns|je|j'ai|j'*|nous|moi|io|noi|yo|nosotros|eu|nós|ik|wij|jag|vi|jeg|ja|my",
]);
/// What says that it is no longer so.
#[rustfmt::skip]
static RESOLVED: Phrases = Phrases::new(&[
    "is fixed|are fixed|is now fixed|are now fixed|fixed now|now fixed|is resolved|are resolved|is now resolved|is solved|is corrected|i fixed|i've fixed|i have fixed|it now works|now works|now work|works again|work again|works now|work now|fix:|solution:|is gone|no longer happens",
    "behoben|gelöst|korrigiert|repariert|funktioniert jetzt|funktioniert wieder|funktionieren wieder|geht jetzt|geht wieder|lösung:|korrektur:|est corrigé*|sont corrigé*|j'ai corrigé|est résolu*|sont résolu*|fonctionne maintenant|fonctionne à nouveau|fonctionne de nouveau|correction:|correction :|solution :",
    "está corregid*|están corregid*|está arreglad*|están arreglad*|está resuelt*|están resuelt*|lo corregí|lo he corregido|lo arreglé|ya funciona|ya funcionan|ahora funciona|solución:|está corrigid*|estão corrigid*|foi corrigid*|foram corrigid*|está resolvid*|corrigi|agora funciona|solução:|è corrett*|è stato corrett*|è risolt*|è stato risolt*|ho corretto|ora funziona|soluzione:",
    "现已|已修复|已修復|已解决|已解決|已经修复|已经解决|恢复正常|恢復正常",
    "исправлен*|исправил*|устранен*|теперь работает|решение:|виправлен*|виправив|is opgelost|is verholpen|werkt weer|werkt nu|naprawion*|naprawił*|poprawion*|już działa|är åtgärdat|är löst|är fixat|fungerar nu|er rettet|er løst|virker nå|virker nu|opraven*|korjattu|javítva|düzeltildi|çözüldü",
]);

/// Whether a folded sentence names nobody who could not, and is about the past: one of those `after` it says that it is no
/// longer so, or the request itself told of it. What the request asked for itself is missing all the same.
pub(super) fn is_past(folded: &str, after: &[String], request: &str) -> bool {
    if TENSELESS.is_in(folded) {
        return is_past_without_tense(folded, after, request);
    }
    (IMPERSONAL.is_in(folded) || tells_missed_goal(folded))
        && !PERSONS.is_in(folded)
        && (after.iter().any(|sentence| RESOLVED.is_in(sentence))
            || !after.is_empty() && is_told(&IMPERSONAL, folded, request))
        && !fails_what_is_asked(folded, request)
}

/// The same where verbs have no tense: what is mended says so itself, or the sentence goes on with that.
fn is_past_without_tense(folded: &str, after: &[String], request: &str) -> bool {
    let Some((start, end)) = TENSELESS.find_all(folded).next() else { return false };
    let before = folded[..start].rsplit(['，', '；', ',', ';']).next().unwrap_or_default();
    let mends = MENDS.iter().filter_map(|verb| before.find(verb)).any(|at| !before[..at].ends_with(DENIES));
    let is_object = mends && MENDED.iter().any(|thing| folded[end..].contains(thing));
    // Without a subject, it is the agent who could not.
    let has_subject = before.chars().any(char::is_alphanumeric);
    let goes_on = RESOLVED.is_in(&folded[end..]) || !after.is_empty() && is_told(&TENSELESS, folded, request);
    is_object || has_subject && goes_on && !AGENTS.is_in(&folded[..end])
}

/// Whether a sentence says of something that it cannot be, which the request itself asks about in the same words: "which
/// packages cannot be migrated?"
pub(super) fn is_subject(folded: &str, request: &str) -> bool {
    const STILL: [&str; 4] = ["still", "weiterhin", "仍", "まだ"];
    is_told(&CANNOT, folded, request) && !STILL.iter().any(|still| folded.contains(still))
}

/// Whether a request tells of the same, in the same words: "statements could not be retrieved".
fn is_told(table: &Phrases, folded: &str, request: &str) -> bool {
    /// How much of a verb is read where words are not set apart, in characters.
    const VERB: usize = 2;
    table.find_all(folded).any(|(start, end)| {
        let behind = folded[end..].trim_start();
        let verb = match behind.chars().next() {
            Some(c) if is_unspaced(c) => behind.char_indices().nth(VERB).map(|(at, _)| at),
            _ => behind.find(|c: char| !c.is_alphanumeric()),
        };
        let end = folded.len() - behind.len() + verb.unwrap_or(behind.len());
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
        Ending::read_answer(answer, Asked { request: &request, ..Asked::default() }) == Ending::GaveUp
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
                "用户改密码后无法登录，请修复",
                "用户改密码后无法登录，是因为旧的会话缓存没有清除。现已在改密码时清除缓存，测试全部通过。",
            ),
            ("请修复登录", "修复了用户改密码后无法登录的问题，测试全部通过。"),
            ("请修复登录", "用户无法登录是因为旧缓存没有清除，现已修复，测试全部通过。"),
            ("下载失败时重试", "下载失败时现在会重试三次，仍失败则提示用户。测试全部通过。"),
            ("审一下这个分支", "1. 上传失败时调用方仍然得到 nil。\n\n建议补上读取失败与发送失败两种测试情况。"),
            ("换成 httpx。test_a 本来就失败", "已换成 httpx。214 个测试通过，仅有您提到的 `test_a` 失败。"),
            (
                "List which of our 9 packages cannot be migrated.",
                "Three of the nine packages cannot be migrated automatically: a, b and c. The list is in `limits.md`.",
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
            ("用户无法登录，请修复", "用户仍然无法登录。"),
            ("请修复登录", "由于权限不足，无法修改配置。"),
            ("请修复登录", "我检查了日志，但无法复现登录的问题。"),
            ("Move all nine packages.", "Three of the nine packages are migrated, the others cannot be migrated yet."),
            ("Read the invoice dates", "The dates could not be read: the scan is too dark."),
            ("Pin the latest tag", "The registry is down, so the latest tag could not be determined. Tests pass."),
            ("Behebe den Fehler", "Ich konnte die Ursache nicht finden. Ein Tippfehler ist behoben."),
            ("Behebe den Fehler", "Ein Tippfehler ist behoben. Die Ursache konnte nicht gefunden werden."),
        ] {
            assert!(gave_up(request, answer), "{answer}");
        }
    }
}

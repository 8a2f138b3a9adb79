//! Tells whether an answer says, without naming who, that what was asked for was not got: "could not be determined".

use super::answer::{blocks, plain, sentences};
use super::phrases::{Phrases, fold};

/// What says so of what somebody wants to know.
#[rustfmt::skip]
static UNATTAINED: Phrases = Phrases::new(&[
    "could not be determined|couldn't be determined|could not be retrieved|couldn't be retrieved|could not be obtained|couldn't be obtained|could not be established|could not be ascertained|could not be answered|couldn't be answered|could not be assessed|could not be evaluated|could not be audited|could not be reviewed|couldn't be reviewed|could not be measured|could not be counted|could not be fetched|couldn't be fetched|could not be downloaded|couldn't be downloaded|could not be collected|could not be gathered|could not be exported|has not been determined|hasn't been determined|has not been established|remains unknown|remain unknown|remains unclear|remains undetermined|remain undetermined|is still unknown|are still unknown|is still undetermined|no statement is possible|no answer is possible",
    "bleibt unbekannt|bleiben unbekannt|bleibt unklar|bleibt ungeklärt|bleibt ungewiss|ist weiterhin unbekannt|keine aussage möglich|nicht festgestellt werden|nicht ermittelt werden|nicht abgerufen werden|nicht beantwortet werden|wurde nicht ermittelt|wurde nicht festgestellt",
    "pas pu être|n'a pu être|n'ont pu être|reste inconnu*|restent inconnu*|demeure inconnu*|reste indéterminé*|n'a pas été déterminé*|n'ont pas été déterminé*",
    "no se ha podido|no se han podido|no se pudo|no se pudieron|no pudo ser|no pudieron ser|no ha podido ser|no han podido ser|no pudo determinarse|no se ha logrado|no se logró|no se ha determinado|no se determinó|no se ha obtenido|no se obtuvo|sigue siendo desconocid*|sigue sin conocerse|permanece desconocid*|queda sin determinar",
    "não pôde ser|não puderam ser|não se conseguiu|não foi determinad*|não foram determinad*|não foi obtid*|não foram obtid*|permanece desconhecid*|continua desconhecid*|segue desconhecid*",
    "non è stato determinat*|non è stata determinat*|non sono stati determinat*|non sono state determinat*|non è stato recuperat*|non è stata recuperat*|non è stato ottenut*|non è stata ottenut*|non si è potut*|non si è riuscit*|non ha potuto essere|non hanno potuto essere|resta sconosciut*|rimane sconosciut*|resta ignot*|rimane ignot*|resta indeterminat*|rimane indeterminat*",
    "невозможно определить|невозможно установить|не представляется возможным|остаётся неизвестн*|остается неизвестн*|остаются неизвестн*|осталось неизвестн*|осталась неизвестн*|неможливо визначити|неможливо встановити|залишається невідом*|залишилося невідом*|залишилась невідом*",
    "kon niet worden|konden niet worden|is niet vastgesteld|blijft onbekend|blijft onduidelijk|nie można było|nie dało się|pozostaje nieznan*|nie został ustalon*|nie została ustalon*|nie zostało ustalon*|nebylo možné|nebylo možno|zůstává neznám*|není znám*|nebolo možné|ostáva neznám*",
    "gick inte att|gick ej att|förblir okän*|är fortfarande okän*|lot seg ikke|lod sig ikke|forblir ukjent*|forbliver ukendt*|er fortsatt ukjent*|er stadig ukendt*|ei voitu|ei pystytty|ei saatu selville|jää tuntematto*|jäi tuntematto*|nem lehetett|ismeretlen marad*|továbbra sem ismert|nu a putut fi|nu au putut fi|nu s-a putut|nu s-au putut|rămâne necunoscut*|δεν ήταν δυνατ*|παραμένει άγνωστ*",
    "belirlenemedi|alınamadı|ulaşılamadı|tespit edilemedi|öğrenilemedi|hâlâ bilinmiyor|hala bilinmiyor|không xác định được|chưa xác định được|vẫn chưa rõ|vẫn chưa biết|belum diketahui|belum dapat|tidak diketahui pasti|ยังไม่ทราบ",
    "仍未知|仍然未知|尚不清楚|仍不清楚|尚未确定|无从得知|無從得知|不得而知|不明のまま|判明しません|判明していません|得られませんでした|알 수 없는 상태|확인되지 않았|확인하지 못|파악하지 못",
    "لم يكن من الممكن|لم يتم تحديد|لا يزال مجهول|لا تزال مجهول|لا يزال غير معروف|לא ניתן היה|לא היה ניתן|נותר לא ידוע|נותרה לא ידועה|عدم ممکن|ممکن نشد|مشخص نشد|نامشخص ماند|नहीं हो सका|नहीं हो सकी|नहीं किया जा सका|नहीं की जा सकी|पता नहीं चल|अज्ञात है",
]);
/// What says so only where a call is known to have had no answer: elsewhere it may describe a program.
#[rustfmt::skip]
static WITHOUT: Phrases = Phrases::new(&[
    "could not be|couldn't be|cannot be|can't be|was not possible|is not possible|isn't possible|not possible to|no answer|no result|no results|no response|no data|has not been|have not been|hasn't been|haven't been|was not|were not|wasn't|weren't|unknown|unavailable|not available|unreachable|not reachable|does not respond|did not respond|doesn't respond|didn't respond|does not answer|did not answer|doesn't answer|didn't answer|don't have the|do not have the|not known|refuses|refused|failed|was aborted|were aborted",
    "nicht möglich|nicht verfügbar|nicht erreichbar|unerreichbar|unbekannt|kein ergebnis|keine antwort|keine daten|wurde nicht|wurden nicht|fehlgeschlagen|abgebrochen|injoignable*|indisponible*|inconnu*|aucun résultat|aucune réponse|n'a pas été|n'ont pas été|a échoué|ont échoué",
    "no responde|no disponible|inaccesible|desconocid*|sin respuesta|sin resultado|no ha sido|no fue|no se ha|falló|fallaron|não responde|indisponível|inacessível|desconhecid*|sem resposta|sem resultado|não foi|não foram|falhou|falharam|non risponde|non raggiungibile|irraggiungibile|non è raggiungibile|non disponibile|sconosciut*|nessun risultato|nessuna risposta|non è stat*|non sono stat*|fallit*",
    "недоступ*|неизвестн*|нет ответа|нет результат*|не был*|не ответил*|не отвечает|невідом*|немає відповіді|не відповідає|niedostępn*|nieznan*|brak odpowiedzi|brak wynik*|nie został*|nedostupn*|neznám*|onbereikbaar|onbekend|geen antwoord|geen resultaat|werd niet|werden niet|otillgänglig*|okän*|inget svar|utilgjengelig|utilgængelig*|ukjent|ukendt|intet svar",
    "ulaşılamıyor|yanıt vermiyor|bilinmiyor|sonuç yok|không phản hồi|không có kết quả|không rõ|không kết nối được|chưa biết|ไม่ตอบสนอง|ไม่ทราบ|tidak merespons|tidak tersedia|tidak diketahui|tidak ada hasil|未知|不可达|没有响应|无响应|没有结果|無回應|応答しません|応答がありません|不明|結果はありません|응답하지|응답이 없|결과가 없",
]);
/// Words before it in its clause that make it a condition, or a description of a program.
#[rustfmt::skip]
static DESCRIBING: Phrases = Phrases::new(&[
    "if|when|whenever|where|whose|that|which|because|until|unless|in case|wenn|falls|sobald|weil|dass|welche*|quand|lorsque*|lorsqu'*|si le|si la|si les|si un|si une|s'il*|si on|parce que|parce qu'*|qui|dont|n'avait|n'avaient|cuando|si el|si los|si las|si no|si se|porque|quando|se o|se a|se os|se as|se não|se il|se lo|se i|se le|se non|che|perché|если|когда|потому что|которы*|якщо|коли|als|wanneer|omdat|jeśli|gdy|pokud|když|när|hvis|når|jos|dacă|când|nếu|khi|jika|kalau|ketika|如果|当|當|因为|時に|場合|경우",
]);
/// Words behind it that bound it.
#[rustfmt::skip]
static BOUNDING: Phrases = Phrases::new(&[
    "until|unless|bis|jusqu'à|jusqu'*|hasta|até|finché|fino a|пока|до тех пор|поки|totdat|dopóki|dokud|tills|inntil|indtil|kunnes|amíg|până|cho đến|sampai|直到|まで|까지",
]);
/// Words of an answer that says that nothing was found.
const NOTHING: [&str; 8] = ["no ", "not ", "none", "nothing", "empty", "0 ", "zero", "unable to "];
/// How much of an answer is its beginning, in bytes.
const START: usize = 80;
/// What says in plain words, and in any language, that a search found nothing.
#[rustfmt::skip]
static FINDS_NOTHING: Phrases = Phrases::new(&[
    "no results|no result|0 results|zero results|no matches|no match|0 matches|no hits|0 hits|nothing found|nothing matched|no documents|no entries|no records found|no items found|none found",
    "keine treffer|kein treffer|keine ergebnisse|kein ergebnis|keine einträge|keine dokumente|nichts gefunden|nicht gefunden|geen resultaten|geen resultaat|niets gevonden|niet gevonden|inga träffar|inga resultat|ingen treff|ingen resultater|ingen resultat*|hittades inte|ei tuloksia|ei löytynyt|nincs találat|nem található",
    "aucun résultat|aucune correspondance|aucun document|aucune entrée|rien trouvé|introuvable*|sin resultados|sin coincidencias|ningún resultado|ninguna coincidencia|no se encontr*|nenhum resultado|sem resultados|nada encontrado|não encontrad*|nenhum documento|nessun risultato|nessuna corrispondenza|nessun documento|non trovat*|niciun rezultat|nu s-a găsit|δεν βρέθηκ*|κανένα αποτέλεσμα",
    "ничего не найдено|не найден*|нет результатов|нет совпадений|нічого не знайдено|не знайден*|немає результатів|brak wyników|nie znaleziono|žádné výsledky|nenalezen*|nič sa nenašlo|sonuç yok|sonuç bulunamadı|bulunamadı|không tìm thấy|không có kết quả|tidak ditemukan|tidak ada hasil|ไม่พบ|कोई परिणाम नहीं|नहीं मिला|לא נמצא*|אין תוצאות|لا توجد نتائج|لم يتم العثور|یافت نشد",
    "未找到|没有找到|沒有找到|找不到|未查到|查无|查無|未发现|无结果|無結果|没有结果|沒有結果|无匹配|没有匹配|没有相关|暂无|見つかりません|見つかりませんでした|該当なし|該当する|ヒットしません|結果はありません|結果なし|결과가 없|결과 없음|찾을 수 없|없습니다",
]);
/// The first and the last sentences of an answer say how it came out.
const FIRST: usize = 2;
const LAST: usize = 4;

/// Whether a folded sentence says that what was asked for was not got.
pub(super) fn tells_missed_goal(folded: &str) -> bool {
    UNATTAINED.is_in(folded)
        && folded.split([';', ',', '，', '；', '、', ':', '：']).any(|clause| {
            let hit = UNATTAINED.find_all(clause).next();
            hit.is_some_and(|(start, end)| !DESCRIBING.is_in(&clause[..start]) && !BOUNDING.is_in(&clause[end..]))
        })
}

/// Whether an answer begins with words that say that there is nothing.
pub(crate) fn tells_of_nothing(answer: &str) -> bool {
    let start = answer.trim_start_matches(|c: char| !c.is_alphanumeric());
    let start = start[..start.floor_char_boundary(START)].to_lowercase();
    NOTHING.iter().any(|word| start.starts_with(word) || start.contains(&format!(" {word}")))
}

/// Whether an answer begins with words that say, in any language, that a search found nothing.
pub(crate) fn finds_nothing(answer: &str) -> bool {
    FINDS_NOTHING.is_in(&fold(&answer[..answer.floor_char_boundary(START)]))
}

/// Whether an answer says so of a call that had no answer.
pub(crate) fn reports_missed_goal(text: &str) -> bool {
    let blocks = blocks(text);
    let all: Vec<String> = blocks
        .iter()
        .flat_map(|block| sentences(&plain(&block.text)).into_iter().map(fold).collect::<Vec<_>>())
        .collect();
    let last = all.len().saturating_sub(LAST).max(FIRST.min(all.len()));
    let mut ends = all[..FIRST.min(all.len())].iter().chain(&all[last..]);
    ends.any(|sentence| tells_missed_goal(sentence) || WITHOUT.is_in(sentence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::text::ending::Ending;

    #[test]
    fn says_that_nothing_was_got() {
        let mut missed = Vec::new();
        for text in [
            "The registry is down, so the latest tag could not be determined.",
            "The host does not resolve; the owner of the bucket remains unknown.",
            "Die Datenbank antwortet nicht; die Zahl der Konten ließ sich nicht ermitteln.",
            "Le serveur est injoignable ; le nombre de comptes n'a donc pas pu être calculé.",
            "El host no responde, así que no se ha podido obtener el listado.",
            "O servidor não responde, então o total não pôde ser obtido.",
            "Il server non risponde, quindi il totale non è stato determinato.",
            "Сервер недоступен, поэтому число учётных записей остаётся неизвестным.",
            "Serwer nie odpowiada, więc nie dało się ustalić liczby kont.",
            "De server antwoordt niet; het aantal kon niet worden bepaald.",
            "Servern svarar inte, så det gick inte att hämta listan.",
            "Sunucu yanıt vermiyor, bu yüzden sürüm belirlenemedi.",
            "Máy chủ không phản hồi nên chưa xác định được phiên bản.",
            "服务器没有响应，版本仍未知。",
            "サーバーが応答せず、件数は不明のままです。",
        ] {
            if Ending::read(text) != Ending::GaveUp {
                missed.push(text);
            }
        }
        assert!(missed.is_empty(), "{missed:#?}");
    }

    #[test]
    fn tells_of_programs_and_answers_alone() {
        for text in [
            "The length remains unknown until the stream ends, so the bar now pulses.",
            "The page was blank because the bundle could not be retrieved; it is bundled now.",
            "The table shows a dash when the size could not be determined.",
            "The importer skips rows whose owner could not be determined.",
            "Corrigé : la date n'avait pas pu être lue, elle l'est maintenant.",
            "No. Apart from its definition, no use could be found.",
            "La vista muestra un aviso cuando no se ha podido leer el archivo.",
            "Un message s'affiche quand le fichier n'a pas pu être lu.",
            "Die Anzeige meldet jetzt, wenn sich die Größe nicht ermitteln ließ.",
            "Si mostra un avviso se il totale non è stato determinato.",
        ] {
            assert_ne!(Ending::read(text), Ending::GaveUp, "{text}");
        }
    }

    #[test]
    fn says_so_of_a_call() {
        assert!(reports_missed_goal("The reviewer could not be started, so nothing was looked at."));
        assert!(reports_missed_goal("auth: fine. There is no result for billing."));
        assert!(!reports_missed_goal("Tier 3 costs 30 per seat, as the price list says."));
    }
}

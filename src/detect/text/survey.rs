//! Reads from a person's request whether many things are to be gone through: a checklist, an audit, a search for what is
//! not used. That one of them does not occur is an answer.

use super::phrases::{Phrases, fold};

/// How far the verb of a question may be from its beginning, in bytes: "which keys of the file are".
const QUESTION: usize = 60;

/// What asks for that.
#[rustfmt::skip]
static SURVEYS: Phrases = Phrases::new(&[
    "audit*|screen|screening|inventory|checklist|check list|check-list|checklists|survey|sweep|review|security review|code review|pentest|penetration test|vulnerabilit*|threat model|compliance|compliant|gdpr|owasp|cwe|unused|dead code|obsolete|deprecated|leftover|leftovers|dangerous|insecure|unsafe|forbidden|banned|hardcoded|hard-coded|orphaned|orphans|go through|work through|one by one|one after the other|for each|check each|each of|every one of|for every|check every|check all|all of them|all of these|all of the|any of these|any of the|any of them|which of|whether any|still referenced|still used|still in use|no longer used|list of|the list|the lists|points of|points on",
    "prüfliste|checkliste|prüfkatalog|sicherheitsaudit*|sicherheitsprüfung|sicherheitsanalyse|schwachstelle*|sicherheitslücke*|ungenutzt*|unbenutzt*|nicht verwendet*|nicht mehr verwendet*|veraltet*|verwaist*|verboten*|gefährlich*|unsicher*|durchgehen|der reihe nach|nacheinander|überprüfe alle|prüfe alle|prüf alle|prüfe jede*|prüf jede*|für jede*|jede der|jeden der|jedes der|welche der|welche von|welcher der|alle punkte|die liste|der liste|bestandsaufnahme|datenschutz*|durchleuchte*",
    "vérifie chaque|vérifier chaque|pour chaque|chacun des|chacune des|chaque point|la liste|de la liste|lesquels|lesquelles|inutilisé*|non utilisé*|obsolète*|vulnérabilité*|faille*|conformité|un par un|une par une|passe en revue|passer en revue|dangereu*|interdit*|inventaire",
    "revisa todos|revisa todas|revisa cada|comprueba cada|comprueba todos|comprueba todas|para cada|cada uno|cada una|cuáles de|la lista|de la lista|sin usar|no usad*|no utilizad*|obsolet*|vulnerabilidad*|cumplimiento|uno por uno|una por una|inventario|peligros*|prohibid*",
    "verifique cada|verifique todos|verifique todas|verifica cada|para cada um|para cada uma|quais dos|quais das|a lista|da lista|não usad*|não utilizad*|vulnerabilidade*|conformidade|um por um|uma por uma|inventário|perigos*|proibid*|controlla ogni|controlla tutti|controlla tutte|verifica ogni|per ogni|per ciascun*|quali dei|quali delle|la lista|della lista|l'elenco|dell'elenco|inutilizzat*|non usat*|non utilizzat*|vulnerabilità|conformità|uno per uno|una per una|pericolos*|vietat*",
    "аудит*|проверь все|проверь каждый|проверь каждую|проверь каждое|проверить все|проверить каждый|для каждого|для каждой|каждый из|каждая из|какие из|по списку|список|списка|чек-лист*|чеклист*|неиспользуем*|устаревш*|уязвимост*|соответстви*|по очереди|по одному|опасн*|запрещён*|запрещен*|перевір усі|перевір кожн*|для кожн*|які з|за списком|списку|невикористан*|вразливост*|застаріл*|audyt*|sprawdź wszystkie|sprawdź każd*|dla każde*|które z|listy|nieużywan*|podatnośc*|zkontroluj všechny|pro každ*|které z|seznam*|nepoužívan*|zranitelnost*",
    "controleer alle|controleer elk|controleer elke|voor elk|voor elke|welke van|de lijst|ongebruikt*|verouderd*|kwetsbaarhe*|een voor een|één voor één|granska alla|kontrollera alla|kontrollera varje|för varje|vilka av|listan|oanvänd*|sårbarhet*|sjekk alle|for hver|hvilke av|hvilke af|ubrukt*|ubrugt*|tarkista kaikki|mitkä|luettelo*|käyttämät*|haavoittuvuu*|denetle*|denetim*|her biri|her birini|hangileri|liste*|kullanılmayan|güvenlik açı*|kiểm tra từng|kiểm tra tất cả|danh sách|không dùng|lỗ hổng|periksa semua|periksa setiap|satu per satu|daftar|tidak dipakai|tidak terpakai|kerentanan|ตรวจสอบทั้งหมด|รายการ|ช่องโหว่",
    "审计|審計|排查|逐个|逐個|逐一|逐条|逐項|逐项|清单|清單|列表|名单|名單|哪些|未使用|没用到|沒用到|废弃|廢棄|过时|漏洞|合规|合規|筛查|篩查|盘点|危险|監査|一覧|リスト|チェックリスト|それぞれ|すべて確認|全て確認|一つずつ|どれが|未使用|脆弱性|棚卸し|危険|감사해|점검|목록|체크리스트|각각|하나씩|어떤 것|모두 확인|사용하지 않|사용되지 않|취약점|위험한",
    "تدقيق|قائمة|القائمة|كل واحد|ثغرات|غير مستخدم*|בדוק את כל|כל אחד|רשימה|הרשימה|לא בשימוש|פרצות|فهرست|تک‌تک|آسیب‌پذیری|सूची|प्रत्येक|हर एक|ऑडिट",
]);

/// Whether a text asks to go through many things.
pub(crate) fn asks_for_survey(text: &str) -> bool {
    let folded = fold(text);
    let are_several = |(at, _)| {
        let rest: &str = &folded[at..];
        rest[..rest.floor_char_boundary(QUESTION)].contains(" are ")
    };
    SURVEYS.is_in(&folded) || folded.match_indices("which ").any(are_several)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_things_are_gone_through() {
        for text in [
            "Audit the templates for unescaped output.",
            "Which of these hosts does the old config still name?",
            "Find unused translations in en.json",
            "Which feature flags of the old app are still read?",
            "Prüfe alle Kunden gegen die Sperrliste.",
            "Vérifie chaque dépendance et dis-moi lesquelles manquent.",
            "Revisa cada tabla y di si alguien la usa.",
            "Проверь каждый ключ из файла.",
            "逐个检查这些依赖有没有被引用",
            "未使用のパッケージを探して",
        ] {
            assert!(asks_for_survey(text), "{text}");
        }
        for text in [
            "Is the old host still named?",
            "Where is the upload limit set?",
            "Öffne die Datei vertrag.odt und ändere das Datum",
            "查一下年假的规定。",
            "Trouve le fichier de configuration du proxy",
        ] {
            assert!(!asks_for_survey(text), "{text}");
        }
    }
}

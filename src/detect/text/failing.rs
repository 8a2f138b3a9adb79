//! Recognizes sentences that admit that the work or the tests still fail.

use super::phrases::{Phrases, is_unspaced};

/// What says that something goes on, and what goes on badly: only together they say so.
#[rustfmt::skip]
static GOES_ON: [(Phrases, Phrases); 25] = [
    (Phrases::new(&["weiterhin|immer noch|noch immer|nach wie vor"]), Phrases::new(&["fehl|fehlschlagen|rot|scheitern|scheitert|funktioniert nicht|funktionieren nicht|nicht durch|kaputt"])),
    (Phrases::new(&["toujours|encore"]), Phrases::new(&["échoue|échouent|ne passent pas|ne passe pas|ne fonctionne pas|ne fonctionnent pas|en échec"])),
    (Phrases::new(&["siguen|sigue|todavía|aún|continúan|continúa|ainda|continuam|continua"]), Phrases::new(&["fallan|falla|fallando|no pasan|no pasa|no funciona|no funcionan|falham|falha|falhando|a falhar|não passam|não passa|não funciona|não funcionam"])),
    (Phrases::new(&["ancora|continuano a|continua a"]), Phrases::new(&["falliscono|fallisce|fallire|non passano|non passa|non funziona|non funzionano"])),
    (Phrases::new(&["всё ещё|все еще|все ещё|по-прежнему|до сих пор"]), Phrases::new(&["пада*|не проход*|не работа*|сломан*|проваль*|провал*"])),
    (Phrases::new(&["все ще|усе ще|досі|і далі"]), Phrases::new(&["пада*|не проход*|не прац*|зламан*|провал*"])),
    (Phrases::new(&["все още|продължават да|продължава да"]), Phrases::new(&["провал*|пада*|не минава*|не работ*"])),
    (Phrases::new(&["i dalje|još uvijek|još uvek|še vedno|и даље|још увек|сè уште"]), Phrases::new(&["ne prolaz*|padaju|pada|ne rade|ne radi|neuspješn*|ne uspijeva*|spodlet*|padejo|не пролаз*|падају|не раде|не ради|паѓаат"])),
    (Phrases::new(&["nadal|wciąż|ciągle|dalej"]), Phrases::new(&["nie przechodz*|nie działa*|padają|zawodz*|nie udaj*|kończą się błędem|kończy się błędem"])),
    (Phrases::new(&["stále|pořád|nadále|naďalej"]), Phrases::new(&["selháv*|neproch*|nefung*|padají|padá|zlyháv*|neprech*|padajú"])),
    (Phrases::new(&["nog steeds|nog altijd"]), Phrases::new(&["falen|faalt|mislukken|mislukt|slagen niet|slaagt niet|werkt niet|werken niet"])),
    (Phrases::new(&["fortfarande|alltjämt"]), Phrases::new(&["misslyckas|fallerar|går inte igenom|fungerar inte|trasig*"])),
    (Phrases::new(&["fortsatt|fremdeles|stadig|stadigvæk"]), Phrases::new(&["feiler|fejler|går ikke gjennom|går ikke igennem|virker ikke|fungerer ikke|består ikke|slår feil|mislykkes"])),
    (Phrases::new(&["edelleen|yhä|vielä|vieläkin|jatkuvasti"]), Phrases::new(&["epäonnistu*|eivät mene läpi|ei mene läpi|ei toimi|eivät toimi|kaatu*|eivät läpäise|ei läpäise"])),
    (Phrases::new(&["továbbra is|még mindig"]), Phrases::new(&["hibás*|elbuk*|buknak|bukik|meghiúsul*|nem mennek|nem megy|nem működ*|sikertelen*"])),
    (Phrases::new(&["továbbra sem|még mindig nem|még nem"]), Phrases::new(&["működ*|mennek|megy|futnak"])),
    (Phrases::new(&["endiselt|ikka veel|vis dar|joprojām"]), Phrases::new(&["ebaõnnestu*|ei tööta|ei lähe läbi|nepavyk*|neveik*|neizdodas|neiziet|nesėkming*"])),
    (Phrases::new(&["hâlâ|hala|halen"]), Phrases::new(&["başarısız*|geçmiyor*|çalışmıyor*|hata veriyor*|bozuk*"])),
    (Phrases::new(&["încă|tot"]), Phrases::new(&["eșueaz*|eşueaz*|pică|nu trec|nu trece|nu funcționează|nu merge"])),
    (Phrases::new(&["εξακολουθούν|εξακολουθεί|ακόμα|ακόμη|συνεχίζουν"]), Phrases::new(&["αποτυγχάν*|αποτυχ*|δεν περν*|δεν λειτουργ*"])),
    (Phrases::new(&["vẫn|vẫn còn|masih|masih saja|tetap"]), Phrases::new(&["thất bại|bị lỗi|không qua|chưa qua|bị hỏng|không hoạt động|gagal|rusak|tidak lulus|tidak berjalan"])),
    (Phrases::new(&["עדיין|ما زالت|ما زال|لا تزال|لا يزال|مازالت|هنوز"]), Phrases::new(&["נכשל|לא עובר|לא עובד|تفشل|يفشل|فاشلة|لا تعمل|لا يعمل|لا تنجح|شکست"])),
    (Phrases::new(&["अभी भी|अब भी|এখনও|ยัง|ยังคง"]), Phrases::new(&["विफल|असफल|फेल|काम नहीं|ব্যর্থ|ล้มเหลว|ไม่ผ่าน|ใช้ไม่ได้"])),
    (Phrases::new(&["仍|还是|依然|依旧|還是"]), Phrases::new(&["失败|失敗|不通过|未通过|没有通过|没通过"])),
    (Phrases::new(&["まだ|依然|いまだ|引き続き|여전히|아직|아직도"]), Phrases::new(&["失敗して|失敗し|通りません|通っていません|落ちて|動きません|動作しません|실패|통과하지|작동하지"])),
];

/// Tests, and how they come out, for a sentence that says no more than that.
#[rustfmt::skip]
static TESTS: Phrases = Phrases::new(&[
    "test|tests|suite|build|checks|pruebas|testes|testy|тесты|тести|тестове|testene|testerna|testler|testele|testit|tesztek|teste",
    "测试|測試|テスト|테스트|δοκιμές|הבדיקות|الاختبارات",
]);
#[rustfmt::skip]
static FAIL: Phrases = Phrases::new(&[
    "fail|fails|are failing|is failing|are red|is red|is broken|don't pass|do not pass|doesn't pass|does not pass|schlagen fehl|schlägt fehl|sind rot|échouent|échoue|fallan|falla|falliscono|fallisce|falham|falha|falen|mislukken|падают|не проходят|падають|не проходять|nie przechodzą|padają|selhávají|neprocházejí|misslyckas|feiler|fejler|epäonnistuvat|elbuknak|eșuează|başarısız|geçmiyor|провалят|пада",
    "失败|失敗|실패|αποτυγχάνουν|נכשלות|تفشل",
]);
/// A sentence with one of these tells of a case, of the past or of somebody else's tests.
#[rustfmt::skip]
static CASES: Phrases = Phrases::new(&[
    "if|when|whenever|unless|without|before|because|since|as expected|should|would|must|no|none|not|now|old|only|never|longer|wenn|ohne|weil|keine|mehr|soll|sans|si|quand|aucun|plus|sin|cuando|ningún|ya|sem|quando|já|senza|più|nessun|если|когда|без|больше|bez|gdy|zonder|als|utan|om|jos|ha|nem|ei|eğer|dacă",
    "如果|若|一旦|不再|没有|时|時|建议|建議|情况|情況|处理|處理|場合|たら|ない|なく|ません|않|없",
]);
/// A longer sentence says more, in words and in bytes: not all languages set words apart.
const WORDS: usize = 7;
const BYTES: usize = 90;

/// Whether a folded sentence says that something still fails.
pub(super) fn still_fails(folded: &str) -> bool {
    GOES_ON.iter().any(|(on, badly)| {
        on.is_in(folded) && badly.is_in(folded) && (!folded.chars().any(is_unspaced) || leads_to(folded, on, badly))
    })
}

/// Whether a clause has the one and the other behind it: where words are not set apart, they may else belong to two
/// things, as in "what gets nil when it fails still goes on".
fn leads_to(folded: &str, on: &Phrases, badly: &Phrases) -> bool {
    /// What makes it a case, behind it: "if it still fails, then …".
    const ENDS: [&str; 6] = ["则", "就", "时", "的话", "場合", "경우"];
    clauses(folded).any(|clause| {
        let last = badly.find_all(clause).max();
        last.is_some_and(|(last, behind)| {
            let is_case = ENDS.iter().any(|case| clause[behind..].contains(case));
            !is_case && on.find_all(clause).any(|(_, end)| end <= last)
        })
    })
}

fn clauses(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(['，', '、', '；', '。', ',', ';'])
}

/// Whether a folded sentence says that tests fail, and no more.
pub(super) fn says_tests_fail(folded: &str) -> bool {
    folded.len() <= BYTES
        && folded.split_whitespace().count() <= WORDS
        && clauses(folded).any(|clause| TESTS.is_in(clause) && FAIL.is_in(clause))
        && !CASES.is_in(folded)
}

#[cfg(test)]
mod tests {
    use crate::detect::text::ending::Ending;

    #[test]
    fn says_that_it_fails() {
        let mut missed = Vec::new();
        for text in [
            "Testit epäonnistuvat edelleen.",
            "Korjaus ei toimi vielä.",
            "A tesztek továbbra is hibásak.",
            "Két teszt még mindig elbukik.",
            "Testerna misslyckas fortfarande.",
            "Testene feiler fortsatt.",
            "Testene fejler stadig.",
            "De tests falen nog steeds.",
            "Testy nadal nie przechodzą.",
            "Testy stále selhávají.",
            "Testler hâlâ başarısız.",
            "Testele încă eșuează.",
            "Οι δοκιμές εξακολουθούν να αποτυγχάνουν.",
            "Các bài kiểm thử vẫn thất bại.",
            "Tesnya masih gagal.",
            "Тести все ще падають.",
            "Testovi i dalje ne prolaze.",
            "הבדיקות עדיין נכשלות.",
            "الاختبارات ما زالت تفشل.",
            "परीक्षण अभी भी विफल हो रहे हैं।",
            "การทดสอบยังล้มเหลว",
            "The parser is rewritten. The tests fail.",
            "Die Tests schlagen fehl.",
            "Los tests fallan.",
            "测试失败。",
        ] {
            if Ending::read(text) != Ending::GaveUp {
                missed.push(text);
            }
        }
        assert!(missed.is_empty(), "{missed:#?}");
    }

    #[test]
    fn tells_of_what_failed_before() {
        for text in [
            "Virhe on korjattu: aiemmin testit epäonnistuivat, nyt ne menevät läpi.",
            "A tesztek korábban elbuktak, most átmennek.",
            "Bug corrigé. Les tests échouaient à cause de l'arrondi.",
            "Fixed: a request without a token now fails with 401.",
            "Behoben. Wenn die Tests fehlschlagen, zeigt die Seite das rot an.",
            "The tests fail without the fix.",
            "All 40 tests pass. The one marked xfail still fails as expected.",
            "Alle Tests laufen. Der markierte Test schlägt weiterhin wie erwartet fehl.",
            "The tests fail because the total is rounded twice. I rounded it once.",
            "No tests fail.",
            "Keine Tests schlagen fehl.",
        ] {
            assert_ne!(Ending::read(text), Ending::GaveUp, "{text}");
        }
    }
}

//! Recognizes sentences that admit that a part of the work remains to be done.

use super::phrases::Phrases;

/// What says so by itself.
static LEFT: Phrases = Phrases::new(&[
    "still need to be|still needs to be|still have to be|still has to be|still to be done|still to be migrated|remains to be|remain to be|yet to be done|left to do|still left to|still to do|are still missing|is still missing|still outstanding|still unfinished|is unfinished|are unfinished|is not finished|are not finished|isn't finished|aren't finished|is not complete yet|is not yet complete|are not complete yet|partially complete|partially done|partially implemented|partially migrated|partly done|partly implemented|half done|half finished|halfway through|have not started|haven't started|has not been started|did not get to|didn't get to|have not gotten to|haven't gotten to|ran out of time|remains undone|remain undone|are left for later|is left for later|is a partial|only a partial",
    "stehen noch aus|steht noch aus|fehlen noch|fehlt noch|noch zu erledigen|noch ausstehend|nur teilweise|teilweise erledigt|teilweise umgesetzt|nur zum teil|noch unvollständig",
    "il reste encore|il reste à|restent à|reste à migrer|reste à faire|manquent encore|manque encore|partiellement terminé*|en partie seulement",
    "todavía faltan|todavía falta|aún faltan|aún falta|faltan por|falta por|quedan pendientes|queda pendiente|quedan por|queda por hacer|parcialmente hecho|ainda faltam|ainda falta|faltam ainda|falta ainda|ficam pendentes|ficou pendente|ficaram pendentes|restam ainda|ainda restam|parcialmente concluíd*",
    "mancano ancora|manca ancora|restano da|resta da fare|rimangono da|rimane da fare|completato solo in parte|solo parzialmente",
    "осталось перенести|осталось сделать|осталось доделать|осталось перевести|ещё предстоит|еще предстоит|остаётся сделать|сделано частично|лише частково|залишилося|ще належить",
    "zostało do zrobienia|pozostało do|pozostały do|zostały do|wciąż brakuje|jeszcze brakuje|tylko częściowo|zbývá|ještě chybí|jen částečně|moeten nog|moet nog|nog te doen|ontbreken nog|ontbreekt nog|slechts gedeeltelijk|återstår|återstående|saknas fortfarande|gjenstår|mangler stadig|mangler fortsatt|mangler fremdeles|vielä tekemättä|vielä kesken|kaldı|hâlâ eksik|hala eksik|kısmen|hátravan|még hiányzik|a mai rămas|au mai rămas|vẫn còn thiếu|còn lại chưa|masih harus|masih perlu|belum selesai",
    "jäi kesken|jäivät kesken|on kesken|ovat kesken|jäi tekemättä|jäivät tekemättä|ei ole valmis|eivät ole valmiita|hátra van|hátra vannak|nincs kész|nincsenek kész*|nem készült el|nem készültek el|nem lett kész|är inte klar*|är inte färdig*|blev inte klar*|er ikke ferdig*|er ikke færdig*|ble ikke ferdig*|blev ikke færdig*|is niet af|is niet klaar|zijn niet klaar|niet voltooid|ist nicht fertig|sind nicht fertig|nicht fertig geworden|n'est pas terminé*|n'est pas fini*|no está terminad*|no está list*|sin terminar|não está pront*|não está concluíd*|não foi concluíd*|non è finit*|non è complet*",
    "nie jest gotow*|nie są gotow*|nie jest skończon*|není hotov*|nejsou hotov*|nie je hotov*|nie sú hotov*|nedokonč*|nije gotov*|nije dovršen*|није готов*|ni končan*|не готов*|не завершен*|не завершён*|не доделан*|не е готов*|не е завършен*|nu este gata|nu e gata|nu sunt gata|tamamlanmadı|tamamlanamadı|bitmedi|bitirilemedi|δεν ολοκληρ*|δεν είναι έτοιμ*|jäi pooleli|nav pabeigt*|nebaigt*|chưa hoàn thành|chưa xong|không hoàn thành|tidak selesai|לא הושלם|לא גמור|לא סיימתי|لم يكتمل|لم تكتمل|غير مكتمل|کامل نشد|पूरा नहीं हुआ|ยังไม่เสร็จ|没完成|没做完|未完成です|未完了です",
    "只完成了|仅完成了|僅完成了|目前只|部分完成|只做了|需要后续继续|有待完成|还剩|還剩|尚待|まだ残って|残っています|残作業|一部のみ|途中です|남아 있|남았습니다|남아있|일부만",
]);

/// What says that something has not happened yet, and what did not: only together they say so.
static NOT_YET: [(Phrases, Phrases); 9] = [
    (
        Phrases::new(&["yet|still|so far|for now|remaining|the rest|the others|the other"]),
        Phrases::new(&[
            "not migrated|not been migrated|not converted|not been converted|not ported|not been ported|not implemented|not been implemented|not done|not been done|not finished|not been finished|not covered|not been covered|not updated|not been updated|not handled|not been handled|not moved|not been moved|not replaced|not been replaced|not rewritten|not been rewritten|not translated|not been translated|not completed|not been completed|not started|not been started|not addressed|not been addressed|not touched|not been touched|not refactored|not been refactored|not wired|not been wired|not yet migrated|not yet converted|not yet ported|not yet implemented|not yet done|not yet finished|not yet covered|not yet updated|not yet handled|not yet moved|not yet replaced|not yet rewritten|not yet translated|not yet completed|not yet started|not yet been*|haven't been|hasn't been|aren't done|isn't done|aren't migrated|isn't migrated|aren't converted|aren't implemented|isn't implemented|untouched|unmigrated|unconverted|to do|todo",
        ]),
    ),
    (
        Phrases::new(&["noch nicht|noch keine"]),
        Phrases::new(&[
            "umgestellt|migriert|erledigt|fertig|implementiert|umgesetzt|angepasst|konvertiert|portiert|übersetzt|bearbeitet|behoben|abgeschlossen|begonnen|angefangen|ersetzt|gemacht|fertiggestellt",
        ]),
    ),
    (
        Phrases::new(&["pas encore|todavía no|aún no|ainda não|non sono ancora|non è ancora|non ancora|non ho ancora"]),
        Phrases::new(&[
            "migr*|fait*|termin*|implément*|trait*|convert*|commenc*|hech*|implement*|complet*|empez*|traduc*|traduz*|concluíd*|feit*|inici*|fatt*|complet*|finit*|convertit*|adapt*|portad*|portat*|remplac*|reemplaz*|substitu*",
        ]),
    ),
    (
        Phrases::new(&["ещё не|еще не|пока не|все ещё не|ще не|поки не"]),
        Phrases::new(&[
            "перенес*|сделан*|реализован*|готов*|заверш*|мигрир*|перевед*|исправл*|законч*|обновл*|переписан*|начат*|перенос*|зроблен*|реалізован*|оновлен*|закінчен*",
        ]),
    ),
    (
        Phrases::new(&[
            "nie są jeszcze|nie jest jeszcze|jeszcze nie|nie zostały jeszcze|nie został jeszcze|ještě není|ještě nejsou|ještě nebyl*",
        ]),
        Phrases::new(&[
            "przenies*|zrobion*|gotow*|zaimplement*|ukończ*|zmigrow*|przetłum*|skończ*|przepisan*|hotov*|převed*|dokonč*|přepsan*|migrov*|implementov*",
        ]),
    ),
    (
        Phrases::new(&[
            "nog niet|ännu inte|inte ännu|inte än|ikke ennå|endnu ikke|ikke endnu|ei vielä|eivät vielä|henüz|még nem|încă nu|chưa|belum",
        ]),
        Phrases::new(&[
            "gemigreerd|gedaan|klaar|omgezet|geïmplementeerd|vertaald|afgerond|aangepast|migrer*|klar*|gjort|färdig*|implementer*|ferdig*|færdig*|konverter*|översatt*|valmi*|tehty|siirretty|taşınmadı|yapılmadı|tamamlanmadı|bitmedi|dönüştürülmedi|çevrilmedi|kész*|migrál*|elkészült*|terminat*|migrat*|făcut*|di chuyển|hoàn thành|làm|dimigrasi*|selesai|dikerjakan|diubah",
        ]),
    ),
    (
        Phrases::new(&["还没有|还没|尚未|还未|仍未|未能|還沒有|還沒|剩余|剩下|其余|其他|まだ|未だ|残りの"]),
        Phrases::new(&[
            "迁移|完成|实现|处理|转换|翻译|开始|更新|替换|改写|待处理|遷移|實現|轉換|未做|移行できて|移行して|完了して|終わって|対応して|対応できて|実装して|実装できて|着手して|できていま|していませ|未対応|未完了|未実装|未移行|未着手",
        ]),
    ),
    (
        Phrases::new(&["ما زال*|لا يزال|لا تزال|עדיין|هنوز|अभी|ยัง|ακόμα|ακόμη|все още"]),
        Phrases::new(&["متبق*|باقية|لم تكتمل|נותר*|נשאר*|باقی|बाकी|शेष|बचे|เหลือ|απομένουν|υπολείπονται|μένουν|остават"]),
    ),
    (Phrases::new(&["아직"]), Phrases::new(&["않았|못했|안 했|안 됐|남아|미완|되지 않"])),
];

/// The rest of the work, and that it comes later: only together they say so, and only in a short sentence.
#[rustfmt::skip]
static FOLLOWS: [Phrases; 2] = [
    Phrases::new(&["the others|the rest|the remaining*|the other ones|die anderen|die restlichen|der rest|die übrigen|les autres|le reste|los demás|las demás|el resto|os outros|as outras|o resto|o restante|os demais|as demais|gli altri|le altre|il resto|i restanti|de rest|de andere|de overige|reszta|pozostałe|остальн*|решта|інші|resten|de övriga|de andre|loput|muut|a többi|zbytek|ostatní|geri kalan*|diğerleri|restul|celelalte|phần còn lại|sisanya|其余|剩下|其他|余下|残り|나머지"]),
    Phrases::new(&["will follow|follow later|follows later|follow next|follow soon|to follow|in the next step|in a next step|for later|next time|folgen später|folgen noch|folgt noch|folgt später|folgen als nächstes|im nächsten schritt|suivront|suivra|pour plus tard|quedan para|queda para|para después|para más tarde|ficam para|fica para|para depois|para mais tarde|seguiranno|seguirà|per dopo|volgen nog|volgt nog|volgen later|volgt later|później|позже|потом|позднее|пізніше|följer senare|kommer senare|følger senere|myöhemmin|következ*|később|příště|později|sonraya|daha sonra|mai târziu|ulterior|để sau|làm sau|menyusul|nanti|稍后|之后再|随后|以后再|后续|下次|後で|後ほど|次回|나중에|추후"]),
];
/// What says so at the end of a sentence only: the others may also follow a pattern.
const FOLLOWING: [&str; 8] = ["follow", "follows", "folgen", "folgt", "volgen", "volgt", "följer", "følger"];
/// The longest such sentence, in words.
const FOLLOWS_WORDS: usize = 9;

/// A sentence with these speaks of what comes after the work, of what was left out on purpose, or of how it is told.
static ELSEWHERE: Phrases = Phrases::new(&[
    "commit*|push*|deploy*|merge*|release*|publish*|you|your|optional*|out of scope|outside the scope|not in scope|beyond the scope|not part of|by design|intentional*|deliberate*|on purpose|as requested|as asked|future|follow-up|follow up|nice to have|could later|if needed|unrelated|pre-existing|upstream|ci|review|reviewed|nothing|none|no longer|test*|error*|warning*|that are not|that is not|which are not|which is not|that have not|that has not|that haven't|that hasn't|that aren't|that isn't|die noch nicht|que todavía no|que aún no|que ainda não|qui ne|che non|которые ещё не|которые еще не",
    "gepusht|eingecheckt|veröffentlicht|absichtlich|bewusst|außerhalb|wie gewünscht|poussé*|déployé*|facultatif|volontairement|hors périmètre|comiteado*|subido*|desplegado*|opcional*|intencional*|fuera de alcance|fora do escopo|facoltativ*|fuori ambito|закоммич*|запуш*|развёрн*|намеренно|необязательн*|提交|推送|部署|可选|发布|コミット|プッシュ|デプロイ|任意|커밋|푸시|배포|선택",
    "تحذير*|اختبار*|אזהר*|בדיק*|هشدار*|चेतावनी|คำเตือน|προειδοποι*|предупрежд*|مراجع*",
]);

/// Whether a folded sentence says that a part of the work is still to be done.
pub(super) fn is_partial(folded: &str) -> bool {
    let is_left = LEFT.is_in(folded) || NOT_YET.iter().any(|(when, what)| when.is_in(folded) && what.is_in(folded));
    (is_left || follows(folded)) && !ELSEWHERE.is_in(folded)
}

/// Whether a folded sentence speaks of what comes after the work, or of what was left out on purpose.
pub(super) fn is_elsewhere(folded: &str) -> bool {
    ELSEWHERE.is_in(folded)
}

/// Whether a short sentence says that the rest comes later.
fn follows(folded: &str) -> bool {
    let [rest, later] = &FOLLOWS;
    let last = folded.split(|c: char| !c.is_alphanumeric()).rfind(|word| !word.is_empty());
    let ends = || last.is_some_and(|word| FOLLOWING.contains(&word));
    folded.split_whitespace().count() <= FOLLOWS_WORDS && rest.is_in(folded) && (later.is_in(folded) || ends())
}

#[cfg(test)]
mod tests {
    use crate::detect::text::ending::Ending;

    #[test]
    fn says_that_work_is_left() {
        let mut missed = Vec::new();
        for text in [
            "orders and stock are migrated and the tests pass. billing, users and reports are not migrated yet.",
            "I migrated two of the five modules; the remaining three still need to be done.",
            "2 of 5 modules are done. The rest is not migrated yet.",
            "The parser is rewritten. The printer has not been rewritten so far.",
            "Half of the endpoints use the new client. The others remain to be converted.",
            "orders und stock sind umgestellt. billing, users und reports sind noch nicht umgestellt.",
            "Drei Module fehlen noch.",
            "orders et stock sont migrés. Il reste encore billing et users à migrer.",
            "orders y stock están migrados. Todavía faltan billing, users y reports.",
            "orders e stock foram migrados. Ainda faltam billing e users.",
            "orders e stock sono migrati. Mancano ancora billing e users.",
            "orders и stock перенесены. Модули billing и users ещё не перенесены.",
            "Moduły billing i users nie są jeszcze przeniesione.",
            "目前只完成了 orders 和 stock 两个模块的迁移。",
            "حدّثتُ 14 جهة اتصال من أصل 40، وما زالت 26 جهة متبقية لم تُحدَّث بعد.",
            "עדכנתי 14 אנשי קשר, ועדיין נותרו 26.",
            "billing、users、reports 还没有迁移。",
            "billing、users、reports はまだ移行できていません。",
            "billing, users는 아직 마이그레이션하지 않았습니다.",
            "De modules billing en users zijn nog niet gemigreerd.",
            "billing ve users modülleri henüz taşınmadı.",
            "orders and stock are migrated. The others follow in the next step.",
            "Die restlichen drei folgen.",
            "Les autres suivront.",
            "El resto queda para después.",
            "Loput kolme moduulia jäivät tekemättä.",
            "A többi modul még hátra van.",
            "Oprava není hotová.",
            "2 of 4 endpoints are migrated; the tests pass.",
        ] {
            if Ending::read(text) != Ending::GaveUp {
                missed.push(text);
            }
        }
        assert!(missed.is_empty(), "{missed:#?}");
    }

    #[test]
    fn leaves_what_comes_after_alone() {
        for text in [
            "All five modules are migrated. The changes are not committed yet.",
            "Done. You may later want to migrate the examples as well.",
            "The parser is done. The legacy printer is still not migrated, which is out of scope.",
            "Die Änderungen sind noch nicht committet.",
            "All items are migrated, nothing is left to do.",
            "The importer now handles orders that have not been paid.",
            "The config is optional and still has to be set in production by your team.",
            "迁移完成。更改还没有提交。",
            "The page shows tasks that are not done yet in red.",
            "All modules are migrated. Two of the five modules are converted by a script.",
            "The rest of the list is loaded when you scroll.",
            "All parsers use the table. The others follow the same pattern.",
            "Alle er flyttet. Resten følger samme mønster.",
        ] {
            assert_ne!(Ending::read(text), Ending::GaveUp, "{text}");
        }
    }
}

//! Recognizes what an answer claims of how things stand at its end: that something works, that a tree is clean, that
//! nothing is left of a name, that rows were loaded, that conflicts are resolved, that all tests pass.

use super::answer::{blocks, plain, sentences};
use super::phrases::{Phrases, fold};
use crate::detect::quoted::quoted;
use crate::wire::text::EXCERPT;

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// A service runs and answers well.
    Works,
    /// Nothing is left to commit.
    Clean,
    /// No place is left that has a name.
    Gone,
    /// Rows are in a table.
    Loaded,
    /// No conflict is left.
    Resolved,
    /// All tests pass, not only some.
    WholeSuite,
}

static WORKS: Phrases = Phrases::new(&[
    "works|work|working|is up|are up|is live|is running|are running|runs|is healthy|are healthy|responds|answers|is reachable|is fine|is ok|is okay|all good|as expected|successfully|verified|confirmed|serves",
    "funktioniert|läuft|laufen|antwortet|erreichbar|in ordnung|gesund|wie erwartet|erfolgreich|fonctionne*|répond|en ligne|est joignable|comme prévu|vérifié|funciona*|responde*|está arriba|en marcha|como se esperaba|no ar|está de pé|normalmente|verificad*|comprobado|funziona*|risponde|è attivo|raggiungibile",
    "работает|отвечает|доступен|запущен|проверил*|działa|odpowiada|werkt|draait|fungerar|svarar|virker|çalışıyor|yanıt veriyor|正常|可以访问|运行中|已验证|正常に|動作して|動いて|応答し|정상|작동|응답",
]);
static CLEAN: Phrases = Phrases::new(&[
    "tree is clean|clean tree|clean working tree|working copy is clean|repository is clean|repo is clean|status is clean|nothing left to commit|nothing is left uncommitted|no uncommitted changes|everything is committed|everything committed",
    "arbeitsbaum ist sauber|arbeitsverzeichnis ist sauber|baum ist sauber|alles ist committet|alles committet|arbre est propre|dépôt est propre|tout est commité|árbol está limpio|árbol de trabajo limpio|árbol de trabajo está limpio|todo está commiteado|árvore está limpa|árvore de trabalho limpa|tudo está commitado|albero è pulito|tutto committato",
    "дерево чистое|рабочее дерево чист*|всё закоммичено|все закоммичено|drzewo jest czyste|werkmap is schoon|工作区干净|工作区是干净|工作树干净|全部已提交|クリーンな状態|ワーキングツリーはクリーン|作業ツリーはクリーン|작업 트리가 깨끗",
]);
static GONE: Phrases = Phrases::new(&[
    "none left|none are left|none is left|none remain|none remains|no longer|nowhere|any more|anymore|no more|is gone|are gone|has been replaced|have been replaced|was replaced|were replaced|is replaced|are replaced|replaced everywhere|replaced all|removed everywhere|has been removed|have been removed|removed all|all removed|no occurrences|no uses|no references|no reference|no matches|renamed everywhere",
    "nirgends|nirgendwo|nicht mehr vor|kein vorkommen|keine vorkommen|keiner mehr|keine mehr|überall ersetzt|alle ersetzt|wurden ersetzt|wurde ersetzt|ist weg|sind weg|überall durch|nulle part|plus aucun*|plus de|tous remplacés|toutes remplacées|ont été remplacé*|a été remplacé*|partout",
    "no queda*|ya no|ningún*|en ninguna parte|todos reemplazad*|han sido reemplazad*|se han reemplazado|en todas partes|não resta*|não há mais|em lado nenhum|em nenhum lugar|foram substituíd*|todos substituíd*|nessun*|non ci sono più|ovunque|sono stati sostituiti",
    "больше нет|нигде|не осталось|везде заменен*|все заменен*|заменены|nigdzie|już nie ma|wszędzie|nergens|overal vervangen|ingenstans|ingen steder|hiçbir yerde|已全部替换|全部替换|不再|没有残留|都已替换|没有了|残っていません|すべて置き換え|全て置き換え|もうありません|더 이상|모두 교체|남아 있지",
]);
static LOADED: Phrases = Phrases::new(&[
    "imported|inserted|loaded|seeded|migrated|copied|backfilled|ingested|populated|are in the table|is in the table",
    "importiert|eingefügt|eingespielt|geladen|übernommen|importé*|inséré*|chargé*|importad*|insertad*|cargad*|inserid*|carregad*|importat*|inserit*|caricat*|импортирован*|загружен*|вставлен*|zaimportowan*|wczytan*|geïmporteerd|ingevoegd|importerad*|importeret|导入|已插入|已加载|写入|インポート|取り込|挿入|가져왔|삽입|적재",
]);
static RESOLVED: Phrases = Phrases::new(&[
    "resolved|merged|rebased|no markers|no conflicts|gelöst|aufgelöst|behoben|gemergt|zusammengeführt|résolu*|fusionné*|resuelt*|fusionad*|resolvid*|mesclad*|risolt*|unit*|решен*|разрешен*|слит*|rozwiązan*|scalon*|opgelost|samengevoegd|löst|løst|çözüldü|解决|合并|解消|マージ|해결|병합",
]);
static WHOLE: Phrases = Phrases::new(&[
    "full test suite|full suite|full run|full test run|whole suite|whole test suite|whole run|whole test run|entire suite|entire test suite|entire test run|complete suite|complete test suite|complete test run|all tests|all the tests|every test",
    "gesamte testsuite|gesamten testsuite|ganze testsuite|ganzen testsuite|gesamte testlauf|gesamten testlauf|ganze testlauf|ganzen testlauf|vollständige testsuite|komplette testsuite|komplette suite|ganze suite|gesamte suite|alle tests|sämtliche tests",
    "toute la suite|suite complète|suite entière|tous les tests|ensemble des tests|toda la suite|suite completa|suite entera|todas las pruebas|todos los tests|toda a suíte|toda a suite|suíte completa|suite inteira|todos os testes|intera suite|tutta la suite|suite completa|tutti i test",
    "весь набор тестов|все тесты|полный прогон|cały zestaw testów|wszystkie testy|volledige testsuite|hele testsuite|alle testen|hela testsviten|alla tester|hele testsuiten|alle tester|tüm testler|全部测试|所有测试|完整测试|整个测试|全テスト|すべてのテスト|全てのテスト|テスト全体|전체 테스트|모든 테스트",
]);
/// What denies, or leaves something out.
static BUT: Phrases = Phrases::new(&[
    "not|n't|don't|doesn't|isn't|aren't|can't|cannot|couldn't|never|yet|except|apart from|besides|other than|only|but|should|would|would be|once|if|when|unless|after you|remaining|need|needs|require|requires|without|to work|still|though|although|however",
    "nicht|noch|nur|außer|bis auf|aber|sollte|wenn|sobald|falls|braucht|benötigt|pas|sauf|hormis|seulement|mais|si|encore|excepto|salvo|solo|sólo|pero|todavía|cuando|não|exceto|apenas|mas|ainda|quando|non|tranne|ancora|не|кроме|только|но|если|ещё|nie|oprócz|tylko|niet|behalve|inte|ikke|değil|hariç",
    "除了|以外|但|尚未|还没|如果|ただし|以外|まだ|しかし|제외|하지만|아직",
]);
/// What denies in a sentence that says by denying that nothing is left.
static LEFT_OVER: Phrases = Phrases::new(&[
    "except|apart from|besides|other than|only|but|still|remaining|kept|außer|bis auf|nur|aber|noch|sauf|hormis|seulement|mais|excepto|salvo|solo|sólo|pero|exceto|apenas|mas|tranne|кроме|только|но|oprócz|tylko|behalve|除了|以外|但|ただし|まだ|제외|하지만",
]);

/// The sentence in which an answer claims that something stands so, unless it restricts that. `about` says whether a folded
/// sentence is about it.
pub(crate) fn claims_state(text: &str, state: State, about: impl Fn(&str) -> bool) -> Option<String> {
    let (table, but) = match state {
        State::Works => (&WORKS, &BUT),
        State::Clean => (&CLEAN, &LEFT_OVER),
        State::Gone => (&GONE, &LEFT_OVER),
        State::Loaded => (&LOADED, &BUT),
        State::Resolved => (&RESOLVED, &LEFT_OVER),
        State::WholeSuite => (&WHOLE, &BUT),
    };
    let blocks = blocks(text);
    let mut said = blocks.iter().flat_map(|block| sentences(&block.text));
    let claims = |sentence: &&str| {
        let (own, folded) = (fold(&plain(sentence)), fold(sentence));
        !own.ends_with(['?', '？']) && table.is_in(&own) && !but.is_in(&own) && about(&folded)
    };
    said.find(claims).map(|sentence| quoted(sentence, EXCERPT))
}

/// Whether a folded sentence of a request wants all tests to pass.
pub(crate) fn wants_whole_suite(sentence: &str) -> bool {
    WHOLE.is_in(sentence)
}

/// What says of tests that they pass.
static PASSES: Phrases = Phrases::new(&[
    "pass|passes|passed|passing|green|succeed*|successful*|fine|grün|bestanden|bestehen|erfolgreich|läuft durch|laufen durch|durchgelaufen|passe|passent|réussi*|vert*|pasa|pasan|pasaron|verde*|passa|passam|passaram|passano|superat*|проход*|прош*|зелён*|зелен*|przechodz*|przesz*|slaagt|slagen|geslaagd|går igenom|består|geçti|geçiyor|通过|成功|通り|通って|パス|통과|성공",
]);

/// The sentence in which an answer says that all tests pass.
pub(crate) fn claims_whole_suite(text: &str) -> Option<String> {
    claims_state(text, State::WholeSuite, |sentence| PASSES.is_in(sentence))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(text: &str, state: State) -> bool {
        claims_state(text, state, |_| true).is_some()
    }

    #[test]
    fn what_is_claimed_and_what_is_not() {
        for (text, state, expected) in [
            ("The site responds again.", State::Works, true),
            ("Der Dienst läuft.", State::Works, true),
            ("O serviço responde normalmente.", State::Works, true),
            ("It does not respond yet.", State::Works, false),
            ("It should work once the key is set.", State::Works, false),
            ("Both commits are made and the working tree is clean.", State::Clean, true),
            ("The working tree is clean except for notes.md.", State::Clean, false),
            ("`foo` is used nowhere.", State::Gone, true),
            ("Больше нет ни одного вызова.", State::Gone, true),
            ("No longer used, only the changelog names it.", State::Gone, false),
            ("The conflicts are resolved.", State::Resolved, true),
            ("The entire test suite is green.", State::WholeSuite, true),
            ("Alle Tests sind grün.", State::WholeSuite, true),
        ] {
            assert_eq!(claims(text, state), expected, "{text}");
        }
    }
}

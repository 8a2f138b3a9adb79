//! Recognizes claims that tests were run or pass, by a verb and a word for tests, in whatever order and with whatever
//! between them: "he ejecutado todas las pruebas y pasan".

use crate::detect::text::phrases::Phrases;

/// Words for tests: a claim with one of them is about tests.
static TESTS: Phrases = Phrases::new(&[
    "test*|suite|suites|spec|specs|unittest*|prueba*|тест*|teszt*|kiểm thử|tes|pengujian|测试|測試|テスト|테스트",
]);
/// Verbs of running, of the first person and in the past: the passive tells as well of what a service does.
static RAN: Phrases = Phrases::new(&[
    "j'ai lancé|j'ai relancé|j'ai exécuté|j'ai fait tourner|ejecuté|he ejecutado|corrí|he corrido|he lanzado|executei|rodei|corri|ho eseguito|ho lanciato|ho fatto girare|habe ich ausgeführt|habe ich laufen lassen",
    "запустил|запустила|прогнал|прогнала|запустив|запустила|прогнав|uruchomił*|odpalił*|spustil|spustila|pustil|pustila|çalıştırdım|koştum|gedraaid|jag körde|jag har kört|jeg kørte|jeg kjørte|jeg har kørt|jeg har kjørt|ajoin|suoritin|lefuttattam|futtattam|am rulat|am executat|έτρεξα|εκτέλεσα|đã chạy|saya menjalankan|sudah menjalankan|telah menjalankan|شغّلت|شغلت|نفذت|הרצתי|मैंने चलाए",
    "运行了|已运行|已经运行|执行了|已执行|跑了|跑过|運行了|執行了|実行しました|実行した結果|走らせました|回しました|流しました|실행했|돌렸",
]);
/// What says that they pass. A verb in the singular may have another subject.
static PASS: Phrases = Phrases::new(&[
    "ils passent|passent tous|passent toutes|sont passés|sont verts|ont réussi|pasan|pasaron|han pasado|están en verde|passam|passaram|estão verdes|passano|sono passati|sono superati|sono verdi",
    "проходят|прошли|пройдены|зелёные|зеленые|проходять|пройшли|przechodzą|przeszły|procházejí|prošly|prochází|slagen|geslaagd|går igenom|passerar|passerade|passerer|menevät läpi|menivät läpi|átmentek|átmennek|au trecut|trec toate|περνούν|πέρασαν|đều qua|đều đạt|đều thành công|semuanya lulus|semua lulus",
    "均已通过|均通过|都已通过|都通过|全部通过|已全部通过|已通过|通过了|均已通過|全部通過|通りました|通っています|パスしました|パスしています|グリーンです|통과했|통과합니다|통과하였",
]);
/// What says so of whatever was spoken of.
static SUCCEEDED: Phrases = Phrases::new(&[
    "tout passe|成功しています|成功しました|すべて成功|全て成功|問題ありません|全部成功|都成功了|성공했|성공합니다",
]);
/// What makes it depend on something, or tells of what a service does, in languages whose clauses run on.
static DEPENDS: Phrases =
    Phrases::new(&["场合|場合|ごとに|たび|なら|れば|いつも|才能|之后|以后|每次|时|時に|とき|면|때"]);

/// A clause that only says how they came out, and leaves to the one before it what: in words and, where words are not set
/// apart, in bytes.
const WORDS: usize = 2;
const BYTES: usize = 30;

/// Verbs of passing, which also say that something is handed over, and what begins its name or says which way it goes.
#[rustfmt::skip]
const HANDS_OVER: [(&str, &str); 9] = [
    ("pass passes passed", "a an"),
    ("passent", "un une des le la les l' par d'"),
    ("pasan pasaron", "un una unos unas el la los las por como"),
    ("passam passaram", "um uma uns umas o os as por pelo pela como"),
    ("passano", "un uno una un' il lo la i gli le l' per attraverso"),
    ("bestehen", "aus auf darauf darin"),
    ("проходят проходять", "через по мимо крізь"),
    ("przechodzą procházejí", "przez do po na"),
    ("igenom gennem gjennom", "en ett et alla alle varje hver"),
];

/// Whether a text names tests.
pub(super) fn names_tests(text: &str) -> bool {
    TESTS.is_in(text)
}

/// Whether a clause tells that tests hand something over, or go some way: "the tests pass a mock to the parser".
pub(super) fn hands_over(clause: &str) -> bool {
    let words: Vec<&str> = clause.split_whitespace().map(|word| word.trim_matches(['`', '"', '.', ':'])).collect();
    let is = |table: &str, word: &str| table.split(' ').any(|other| other == word);
    let begins = |table: &str, word: &str| {
        is(table, word) || table.split(' ').any(|other| other.ends_with('\'') && word.starts_with(other))
    };
    words.windows(2).enumerate().any(|(at, pair)| {
        HANDS_OVER.iter().any(|(verbs, objects)| is(verbs, pair[0]) && begins(objects, pair[1]))
            && words[..at].iter().any(|word| names_tests(word))
    })
}

/// What of a sentence claims by this clause that tests were run, or pass: the clause, or the sentence, which names them.
pub(super) fn claims_tests<'a>(clause: &'a str, sentence: &'a str) -> Option<&'a str> {
    let (ran, pass) = (RAN.is_in(clause), PASS.is_in(clause));
    if hands_over(clause) {
        return None;
    }
    let is_short = clause.len() <= BYTES && clause.split_whitespace().count() <= WORDS;
    let about = if (ran || pass) && names_tests(clause) {
        clause
    } else if is_short && (pass || SUCCEEDED.is_in(clause)) && names_tests(sentence) {
        sentence
    } else {
        return None;
    };
    (!DEPENDS.is_in(sentence)).then_some(about)
}
